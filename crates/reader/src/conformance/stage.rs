//! How far a visit has come: what breaks is tried at each of these.

use super::desk::{self, Desk, Wanted, medical, methods};
use super::patient::Answer;
use super::rule::{Judged as _, Step};
use super::{Act, Kit, UnitConfig};
use crate::{Command, Method};

/// A moment of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The link is open, the unit is still starting.
    Opened,
    /// The unit is ready; no card.
    Idle,
    /// A card lies there; nothing is asked.
    Card,
    /// The method is asked for.
    Methods,
    /// 照合番号B was read.
    Attempt,
    /// The unit has the photo and waits for a face.
    Comparing,
    /// The PIN is asked for.
    Pin,
    /// The staff's passcode is asked for.
    Passcode,
    /// A consent is asked for.
    Consent,
}

/// The attempt that is open at [`Stage::Attempt`] and [`Stage::Comparing`].
pub(super) const ATTEMPT: u64 = 0xA77E_4217_0000_0001;
/// The PIN that is typed in every trial: digits that no fault's text holds by chance.
pub(super) const PIN: &[u8; 4] = b"7391";
/// The passcode of every trial, likewise.
pub(super) const PASSCODE: &[u8; 4] = b"8264";

impl Stage {
    pub(super) const ALL: [Self; 9] = [
        Self::Opened,
        Self::Idle,
        Self::Card,
        Self::Methods,
        Self::Attempt,
        Self::Comparing,
        Self::Pin,
        Self::Passcode,
        Self::Consent,
    ];

    /// Those at which the unit is ready.
    pub(super) fn in_use() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|stage| *stage != Self::Opened)
    }

    /// Those of which something is told.
    pub(super) fn answered() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|stage| !matches!(stage, Self::Opened | Self::Attempt))
    }

    /// A desk that has come so far over a good cable.
    pub(super) fn reach(self, kit: &Kit) -> Step<Desk> {
        let mut desk = match self {
            Self::Opened => {
                let start_up = kit.factory.patience().start / 2;
                return Ok(Desk::open_with(kit, UnitConfig { start_up, ..UnitConfig::default() }));
            }
            Self::Idle => return Desk::ready(kit),
            _ => Desk::with_card(kit)?,
        };
        self.go_on(kit, &mut desk)?;
        Ok(desk)
    }

    /// From the placed card to this stage.
    pub(super) fn go_on(self, kit: &Kit, desk: &mut Desk) -> Step<()> {
        match self {
            Self::Opened | Self::Idle | Self::Card => Ok(()),
            Self::Methods => desk.ask(methods()).granted("chosen_method_is_told"),
            Self::Attempt => desk.open_attempt(ATTEMPT).granted("number_b_is_told_as_read"),
            Self::Comparing => {
                desk.open_attempt(ATTEMPT).granted("number_b_is_told_as_read")?;
                let faces = kit.drawn_faces();
                desk.compare(ATTEMPT, &faces.photo);
                desk.wait_for_photo().granted("face_is_compared")
            }
            Self::Pin => desk.ask(desk::ask_pin(3)).granted("typed_pin_is_told"),
            Self::Passcode => desk.ask(desk::ask_passcode(3)).granted("typed_passcode_is_told"),
            Self::Consent => desk.ask(Command::AskConsent(medical())).granted("consent_is_told"),
        }
    }

    /// What the patient does next, and the event that it gives; `None` where nothing is waited for.
    pub(super) fn next(self, kit: &Kit) -> Step<Option<(Doing, &'static str)>> {
        Ok(Some(match self {
            Self::Opened | Self::Attempt => return Ok(None),
            Self::Idle => (Doing::Act(Act::PlaceCard(desk::card()?)), "card placed"),
            Self::Card => (Doing::Act(Act::TakeCard), "card taken"),
            Self::Methods => (Doing::Answer(Answer::Method(Method::Pin)), "method chosen"),
            Self::Comparing => {
                let faces = kit.drawn_faces();
                (Doing::Act(Act::ShowFace(Some(faces.same))), "face compared")
            }
            Self::Pin => (Doing::Answer(Answer::Pin(*PIN)), "PIN entered"),
            Self::Passcode => (Doing::Answer(Answer::Passcode(*PASSCODE)), "passcode entered"),
            Self::Consent => (Doing::Answer(Answer::Consent(true)), "consent answered"),
        }))
    }
}

/// Something that a patient does.
#[derive(Debug)]
pub(super) enum Doing {
    Act(Act),
    Answer(Answer),
}

impl Desk {
    /// The patient does it.
    pub(super) fn go(&mut self, doing: Doing) -> Step<()> {
        match doing {
            Doing::Act(act) => self.act(act),
            Doing::Answer(answer) => self.answer(answer),
        }
    }

    pub(super) fn wait_for_photo(&mut self) -> Step<()> {
        self.see_within(&Wanted::Comparing, desk::ANSWER)
    }
}
