//! The patient, wherever the screen is: on the unit, or on the panel that the terminal draws for it.

use super::{Act, AskedView, Firmware, Pair};
use crate::profile::Screen;
use crate::{Language, Method, Notice, PadOrder, PadTouches, Panel, Question, Touch};
use model::{Decision, Passcode, Pin};

/// What stands on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The notice's word, or a failure's code.
    pub notice: String,
    /// `ja`, `en`, `zh`, `ko`.
    pub language: &'static str,
    /// What is asked.
    pub asked: AskedView,
}

/// What a patient answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Touches a method.
    Method(Method),
    /// Types the PIN.
    Pin([u8; 4]),
    /// Types the passcode, as staff do.
    Passcode([u8; 4]),
    /// Leaves the pad.
    CancelPad,
    /// Agrees, or not.
    Consent(bool),
    /// Touches a language.
    Language(Language),
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Method(method) => write!(f, "Method({method:?})"),
            Self::Pin(_) => f.write_str("Pin(…)"),
            Self::Passcode(_) => f.write_str("Passcode(…)"),
            Self::CancelPad => f.write_str("CancelPad"),
            Self::Consent(agreed) => write!(f, "Consent({agreed})"),
            Self::Language(language) => write!(f, "Language({language:?})"),
        }
    }
}

/// An answer at a screen, as far as the finger above the glass.
#[derive(Debug)]
pub(super) enum Finger {
    /// Above the unit's own screen.
    Unit(Act),
    /// Above the terminal's panel.
    Panel(Touch),
}

/// What the patient sees.
#[must_use]
pub fn sees<F: Firmware>(pair: &Pair<F>) -> Seen {
    let view = pair.firmware.view();
    match (pair.driver.profile().screen, &pair.panel) {
        (Screen::Reader, _) => Seen { notice: view.notice, language: view.language, asked: view.asked },
        (Screen::Terminal, None) => Seen { notice: String::new(), language: "", asked: AskedView::Nothing },
        (Screen::Terminal, Some(panel)) => Seen {
            notice: notice_word(panel.notice),
            language: language_word(panel.language),
            asked: asked_on(panel, &view.asked),
        },
    }
}

/// The finger on its way; `None` if the screen does not offer that.
pub(super) fn reaches<F: Firmware>(pair: &Pair<F>, answer: Answer) -> Option<Finger> {
    match pair.driver.profile().screen {
        Screen::Reader => act_for(answer).map(Finger::Unit),
        Screen::Terminal => touch_for(pair.panel.as_ref()?, answer).map(Finger::Panel),
    }
}

/// The finger meets the glass; whether that was an answer.
pub(super) fn touches<F: Firmware>(pair: &mut Pair<F>, finger: Finger) -> bool {
    match finger {
        Finger::Unit(act) => pair.act(act),
        Finger::Panel(touch) => {
            pair.touch(touch);
            true
        }
    }
}

/// Answers; whether the screen offered it.
pub fn answers<F: Firmware>(pair: &mut Pair<F>, answer: Answer) -> bool {
    reaches(pair, answer).is_some_and(|finger| touches(pair, finger))
}

fn act_for(answer: Answer) -> Option<Act> {
    Some(match answer {
        Answer::Method(method) => Act::Choose(method),
        Answer::Pin(digits) => Act::TypePin(Pin::from_digits(&digits).ok()?),
        Answer::Passcode(digits) => Act::TypePasscode(Passcode::from_digits(&digits).ok()?),
        Answer::CancelPad => Act::Cancel,
        Answer::Consent(agreed) => Act::Consent(agreed),
        Answer::Language(language) => Act::Language(language),
    })
}

fn touch_for(panel: &Panel, answer: Answer) -> Option<Touch> {
    match (answer, &panel.question) {
        (Answer::Method(method), Some(Question::Methods(offered))) => {
            offered.contains(&method).then_some(Touch::Method(method))
        }
        (Answer::Pin(digits), Some(Question::Pin { pad, .. })) => positions(pad, digits).map(Touch::Pad),
        (Answer::Passcode(digits), Some(Question::Passcode { pad })) => {
            positions(pad, digits).map(Touch::Pad)
        }
        (Answer::CancelPad, Some(Question::Pin { .. } | Question::Passcode { .. })) => Some(Touch::PadCancel),
        (Answer::Consent(agreed), Some(Question::Consent(screen))) => {
            Some(Touch::Consent { screen: screen.id.clone(), decision: decision(agreed) })
        }
        (Answer::Language(language), _) => Some(Touch::Language(language)),
        _ => None,
    }
}

/// Where the patient finds the digits on this pad.
fn positions(pad: &PadOrder, typed: [u8; 4]) -> Option<PadTouches> {
    let mut touched = [0; 4];
    for (position, digit) in touched.iter_mut().zip(typed) {
        let wanted = digit.checked_sub(b'0')?;
        *position = (0..10).find(|position| pad.digit_at(*position) == Some(wanted))?;
    }
    PadTouches::new(touched)
}

fn asked_on(panel: &Panel, on_unit: &AskedView) -> AskedView {
    match &panel.question {
        None => AskedView::Nothing,
        Some(Question::Methods(offered)) => {
            AskedView::Methods { offered: offered.iter().copied().map(method_word).collect() }
        }
        Some(Question::Face) => {
            AskedView::Face { comparing: *on_unit == AskedView::Face { comparing: true } }
        }
        Some(Question::Pin { tries_left, pad }) => {
            AskedView::Pin { tries_left: *tries_left, pad: Some(*pad.digits()) }
        }
        Some(Question::Passcode { pad }) => AskedView::Passcode { pad: Some(*pad.digits()) },
        Some(Question::Consent(screen)) => {
            AskedView::Consent { screen: screen.id.clone(), items: screen.items.clone() }
        }
    }
}

pub(super) const fn decision(agreed: bool) -> Decision {
    if agreed { Decision::Agreed } else { Decision::Refused }
}

pub(super) const fn method_word(method: Method) -> &'static str {
    match method {
        Method::Face => "face",
        Method::Pin => "pin",
        Method::Visual => "visual",
    }
}

pub(super) const fn language_word(language: Language) -> &'static str {
    match language {
        Language::Japanese => "ja",
        Language::English => "en",
        Language::Chinese => "zh",
        Language::Korean => "ko",
    }
}

pub(super) fn notice_word(notice: Notice) -> String {
    let word = match notice {
        Notice::PlaceCard => "place_card",
        Notice::Wait => "wait",
        Notice::Done => "done",
        Notice::TakeCard => "take_card",
        Notice::CardLeft => "card_left",
        Notice::Failure(code) => code.as_str(),
        Notice::OutOfOrder => "out_of_order",
        Notice::VisualArmed => "visual_armed",
        Notice::StaffCheck => "staff_check",
    };
    String::from(word)
}
