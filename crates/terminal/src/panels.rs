//! The panels of all readers: what the patient is shown and asked now. Where the terminal draws the unit's screen it is
//! touched as well: a touch names the panel that it was meant for; one for another panel, or for something that its panel
//! does not ask, never reaches the driver.

use crate::config::ReaderSettings;
use desk::{PanelUnit, ShownPanel, TouchFault};
use model::ReaderId;
use model::panel::{Panel, Question, Touch};
use reader::profile::Screen;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::watch;

/// Touches that wait for a station; a patient has one finger on the glass.
const WAITING: usize = 4;

/// A touch on its way to the station.
pub(crate) struct Touched {
    /// The panel that it was meant for.
    pub(crate) nonce: String,
    pub(crate) touch: Touch,
}

/// Every panel of the terminal.
#[derive(Debug, Default)]
pub(crate) struct Panels(Vec<PanelPlace>);

#[derive(Debug)]
struct PanelPlace {
    reader: ReaderId,
    unit: PanelUnit,
    shown: watch::Sender<Option<ShownPanel>>,
    /// To the station that serves the reader now.
    station: Mutex<Option<mpsc::Sender<Touched>>>,
}

impl Panels {
    /// A panel for each of these readers.
    pub(crate) fn of<'a>(readers: impl Iterator<Item = &'a ReaderSettings>) -> Self {
        readers
            .map(|settings| PanelPlace {
                reader: settings.id.clone(),
                unit: PanelUnit {
                    driver: settings.factory.name(),
                    label: settings.label.clone(),
                    touch: settings.factory.profile().screen == Screen::Terminal,
                },
                shown: watch::Sender::new(None),
                station: Mutex::new(None),
            })
            .collect()
    }

    /// A station begins to serve this reader: touches come to it from now on. `None` if the reader draws its own screen.
    pub(crate) fn serve(&self, reader: &ReaderId) -> Option<mpsc::Receiver<Touched>> {
        let place = self.place(reader).filter(|place| place.unit.touch)?;
        let (sender, touches) = mpsc::channel(WAITING);
        *place.station.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        Some(touches)
    }

    /// What is shown on this reader's panel from now on, under a nonce of its own.
    pub(crate) fn show(&self, reader: &ReaderId, panel: Option<Panel>) {
        let Some(place) = self.place(reader) else { return };
        let shown = panel.and_then(|panel| Some(ShownPanel { nonce: nonce()?, panel }));
        place.shown.send_if_modified(|before| {
            let changed = before.is_some() || shown.is_some();
            *before = shown;
            changed
        });
    }

    /// Whether the touch was meant for what is shown now: between its coming and its taking the panel may have changed.
    pub(crate) fn is_shown(&self, reader: &ReaderId, nonce: &str) -> bool {
        self.place(reader)
            .is_some_and(|place| place.shown.borrow().as_ref().is_some_and(|shown| shown.nonce == nonce))
    }

    /// The unit of this reader.
    pub(crate) fn unit(&self, reader: &ReaderId) -> Option<PanelUnit> {
        self.place(reader).map(|place| place.unit.clone())
    }

    /// What is shown on this reader's panel, and every change of it.
    pub(crate) fn watch(&self, reader: &ReaderId) -> Option<watch::Receiver<Option<ShownPanel>>> {
        self.place(reader).map(|place| place.shown.subscribe())
    }

    /// The patient touched the panel of this nonce.
    pub(crate) fn touch(&self, reader: &ReaderId, nonce: &str, touch: Touch) -> Result<(), TouchFault> {
        let place = self.place(reader).ok_or(TouchFault::NoPanel)?;
        {
            let shown = place.shown.borrow();
            let shown = shown.as_ref().ok_or(TouchFault::NoPanel)?;
            if shown.nonce != nonce {
                return Err(TouchFault::Stale);
            }
            if !asks(&shown.panel, &touch) {
                return Err(TouchFault::NotAsked);
            }
        }
        let station = place.station.lock().unwrap_or_else(PoisonError::into_inner);
        let station = station.as_ref().ok_or(TouchFault::NoPanel)?;
        station.try_send(Touched { nonce: nonce.to_owned(), touch }).map_err(|refused| match refused {
            TrySendError::Full(_) => TouchFault::Busy,
            TrySendError::Closed(_) => TouchFault::NoPanel,
        })
    }

    fn place(&self, reader: &ReaderId) -> Option<&PanelPlace> {
        self.0.iter().find(|place| place.reader == *reader)
    }
}

impl FromIterator<PanelPlace> for Panels {
    fn from_iter<T: IntoIterator<Item = PanelPlace>>(places: T) -> Self {
        Self(places.into_iter().collect())
    }
}

/// Whether the panel asks for such a touch. A language may be chosen on every panel.
fn asks(panel: &Panel, touch: &Touch) -> bool {
    match (touch, &panel.question) {
        (Touch::Language(_), _) => true,
        (Touch::Method(method), Some(Question::Methods(offered))) => offered.contains(method),
        (Touch::Pad(_) | Touch::PadCancel, Some(Question::Pin { .. } | Question::Passcode { .. })) => true,
        (Touch::Consent { screen, .. }, Some(Question::Consent(asked))) => asked.id == *screen,
        _ => false,
    }
}

/// 128 bits as 32 hex digits. Without randomness nothing is shown: a panel whose touches could be guessed is none.
fn nonce() -> Option<String> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).ok()?;
    Some(format!("{:032x}", u128::from_be_bytes(bits)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops")]

    use super::*;
    use model::panel::{Language, Method, Notice, PadOrder, PadTouches};
    use model::{ConsentItem, ConsentScreen, Decision};

    fn panels() -> (Panels, ReaderId) {
        let reader: ReaderId = "front-1".parse().unwrap();
        let unit = PanelUnit { driver: "stfr2", label: String::from("内科 1"), touch: true };
        let (shown, station) = (watch::Sender::new(None), Mutex::new(None));
        let place = PanelPlace { reader: reader.clone(), unit, shown, station };
        ([place].into_iter().collect(), reader)
    }

    fn panel(question: Option<Question>) -> Option<Panel> {
        Some(Panel { language: Language::Japanese, notice: Notice::Wait, question })
    }

    fn pin() -> Option<Panel> {
        panel(Some(Question::Pin { tries_left: 3, pad: PadOrder::TELEPHONE }))
    }

    fn pad() -> Touch {
        Touch::Pad(PadTouches::new([0, 1, 2, 3]).unwrap())
    }

    fn shown(panels: &Panels, reader: &ReaderId) -> String {
        panels.watch(reader).unwrap().borrow().as_ref().unwrap().nonce.clone()
    }

    #[test]
    fn every_panel_has_a_nonce_of_its_own_and_the_one_before_is_stale() {
        let (panels, reader) = panels();
        let mut touches = panels.serve(&reader).unwrap();
        panels.show(&reader, pin());
        let first = shown(&panels, &reader);
        assert!(first.len() == 32 && first.bytes().all(|digit| digit.is_ascii_hexdigit()), "{first}");
        panels.show(&reader, pin());
        assert_eq!(
            panels.touch(&reader, &first, pad()),
            Err(TouchFault::Stale),
            "the same question, asked anew"
        );
        assert!(touches.try_recv().is_err(), "nothing reached the station");
        let second = shown(&panels, &reader);
        assert_eq!(panels.touch(&reader, &second, pad()), Ok(()));
        let touched = touches.try_recv().unwrap();
        assert!(panels.is_shown(&reader, &touched.nonce));
        panels.show(&reader, None);
        assert!(!panels.is_shown(&reader, &touched.nonce), "it changed while the touch was on its way");
        assert_eq!(panels.touch(&reader, &second, pad()), Err(TouchFault::NoPanel));
    }

    #[test]
    fn a_panel_takes_what_it_asks_for_and_nothing_else() {
        let (panels, reader) = panels();
        let mut touches = panels.serve(&reader).unwrap();
        let consent = |screen: &str| Touch::Consent { screen: screen.to_owned(), decision: Decision::Agreed };
        let asked = ConsentScreen { id: "q1".to_owned(), items: vec![ConsentItem::Medicines] };
        let language = || Touch::Language(Language::English);
        let questions = [
            (None, vec![language()]),
            (Some(Question::Methods(vec![Method::Pin])), vec![language(), Touch::Method(Method::Pin)]),
            (Some(Question::Face), vec![language()]),
            (
                Some(Question::Pin { tries_left: 3, pad: PadOrder::TELEPHONE }),
                vec![language(), pad(), Touch::PadCancel],
            ),
            (Some(Question::Consent(asked)), vec![language(), consent("q1")]),
        ];
        let every = || {
            vec![
                language(),
                Touch::Method(Method::Face),
                Touch::Method(Method::Pin),
                pad(),
                Touch::PadCancel,
                consent("q1"),
                consent("q2"),
            ]
        };
        for (question, taken) in questions {
            panels.show(&reader, panel(question.clone()));
            let nonce = shown(&panels, &reader);
            for touch in every() {
                let wanted = if taken.contains(&touch) { Ok(()) } else { Err(TouchFault::NotAsked) };
                assert_eq!(panels.touch(&reader, &nonce, touch.clone()), wanted, "{touch:?} on {question:?}");
                assert_eq!(touches.try_recv().is_ok(), wanted.is_ok());
            }
        }
    }

    #[test]
    fn a_station_that_does_not_take_its_touches_is_busy_and_one_that_ended_has_no_panel() {
        let (panels, reader) = panels();
        panels.show(&reader, pin());
        let nonce = shown(&panels, &reader);
        assert_eq!(panels.touch(&reader, &nonce, pad()), Err(TouchFault::NoPanel), "nobody serves it yet");
        let touches = panels.serve(&reader).unwrap();
        for _ in 0..WAITING {
            assert_eq!(panels.touch(&reader, &nonce, pad()), Ok(()));
        }
        let refused = panels.touch(&reader, &nonce, pad()).unwrap_err();
        assert_eq!((refused, refused.code()), (TouchFault::Busy, failure::codes::PANEL_BUSY));
        drop(touches);
        assert_eq!(panels.touch(&reader, &nonce, pad()), Err(TouchFault::NoPanel));
        let other: ReaderId = "front-2".parse().unwrap();
        assert_eq!(panels.touch(&other, &nonce, pad()), Err(TouchFault::NoPanel));
        assert!(panels.serve(&other).is_none());
    }
}
