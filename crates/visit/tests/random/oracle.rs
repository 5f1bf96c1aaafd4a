//! What must hold of a visit, written down from outside the machine: who confirmed identity how, what the patient really
//! answered, which card signed for which session.

use model::{
    ConsentItem, ConsentScreen, Decision, Insertion, ScreenAnswer, Verification, VisitId, VisitResult,
};
use model::{Purpose, Remark, Timestamp, Validity};
use reader::{AttemptId, Method};
use std::collections::BTreeSet;
use support::DAY;
use visit::{Operation, Settled};

use crate::support;

/// Stops the sequence: the rule that was broken.
pub(crate) type Held = Result<(), String>;

macro_rules! hold {
    ($holds:expr, $($said:tt)+) => {
        if !$holds {
            return Err(format!($($said)+));
        }
    };
}
pub(crate) use hold;

/// What the reader was last asked.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Question {
    Methods(Vec<Method>),
    NumberB(AttemptId),
    Compare(AttemptId),
    Pin,
    Passcode,
    Consent(ConsentScreen),
}

impl Question {
    /// The one question that belongs to a step; in the other steps nobody may be asked anything.
    pub(crate) fn fits(asked: Option<&Self>, step: Option<&str>) -> bool {
        match step {
            Some("choosing") => matches!(asked, Some(Self::Methods(methods)) if !methods.is_empty()),
            Some("reading_number_b") => matches!(asked, Some(Self::NumberB(_))),
            Some("comparing") => matches!(asked, Some(Self::Compare(_))),
            Some("typing_pin") => matches!(asked, Some(Self::Pin)),
            Some("typing_passcode") => matches!(asked, Some(Self::Passcode)),
            Some("offering_registration" | "asking") => matches!(asked, Some(Self::Consent(_))),
            _ => asked.is_none(),
        }
    }
}

/// One visit, seen from outside.
pub(crate) struct Seen {
    pub(crate) id: VisitId,
    pub(crate) insertion: Insertion,
    /// The card that was identified in it, by the number of its insertion into the slot.
    pub(crate) card: Option<u32>,
    /// How identity was last confirmed.
    pub(crate) confirmed: Option<Verification>,
    /// A PIN opens the card for one relay.
    pub(crate) unlocked: bool,
    /// The person's confirmation was noted.
    pub(crate) noted: bool,
    /// Tries that the card last told of, and whether the last one was warned of.
    pub(crate) tries: Option<u8>,
    pub(crate) warned: bool,
    /// Typed, and not yet handed to the card.
    pub(crate) typed: Option<[u8; 4]>,
    pub(crate) registration: Option<Timestamp>,
    pub(crate) relays: u32,
    pub(crate) screens: Option<Vec<ConsentScreen>>,
    pub(crate) answers: Vec<ScreenAnswer>,
    pub(crate) commits: u32,
    pub(crate) durable: bool,
    pub(crate) failed: u32,
}

/// One relay that the centre answered.
pub(crate) struct Session {
    pub(crate) visit: VisitId,
    pub(crate) insertion: Insertion,
    /// The card that signed.
    pub(crate) card: Option<u32>,
    pub(crate) verification: Verification,
    pub(crate) registered: Option<Timestamp>,
    pub(crate) validity: Validity,
}

impl Seen {
    pub(crate) const fn new(id: VisitId, insertion: Insertion) -> Self {
        Self {
            id,
            insertion,
            card: None,
            confirmed: None,
            unlocked: false,
            noted: false,
            tries: None,
            warned: false,
            typed: None,
            registration: None,
            relays: 0,
            screens: None,
            answers: Vec::new(),
            commits: 0,
            durable: false,
            failed: 0,
        }
    }

    /// The relay only after identity was confirmed in this visit, in the way that it says.
    pub(crate) fn may_relay(&mut self, operation: Operation) -> Held {
        let (pin, registers) = match operation {
            Operation::PinLess => (false, false),
            Operation::Pin => (true, false),
            Operation::RegisterPinLess => (false, true),
            Operation::RegisterPin => (true, true),
        };
        let Some(confirmed) = self.confirmed else {
            return Err("a relay before identity was confirmed".into());
        };
        hold!(pin == (confirmed == Verification::Pin), "{operation:?} after {confirmed:?}");
        hold!(!pin || self.unlocked, "{operation:?} with a card that no PIN opened");
        hold!(confirmed != Verification::Visual || self.noted, "a visual check that nobody noted");
        hold!(registers == self.registration.is_some(), "{operation:?}, agreed: {:?}", self.registration);
        self.unlocked = false;
        self.relays += 1;
        hold!(self.relays <= 2, "{} relays", self.relays);
        Ok(())
    }

    fn decided(&self, decision: Decision) -> impl Iterator<Item = (ConsentItem, Timestamp)> {
        let answered = self.answers.iter().filter(move |answer| answer.decision == decision);
        answered.flat_map(|answer| {
            let screens = self.screens.iter().flatten().filter(|screen| screen.id == answer.screen);
            screens.flat_map(|screen| &screen.items).map(|item| (*item, answer.at))
        })
    }

    /// The place of the agreed carry-over among the screens.
    fn carry(&self) -> Option<usize> {
        let agreed: Vec<_> = self
            .answers
            .iter()
            .filter(|a| a.decision == Decision::Agreed)
            .map(|answer| &answer.screen)
            .collect();
        self.screens
            .iter()
            .flatten()
            .position(|screen| screen.items.contains(&ConsentItem::CarryOver) && agreed.contains(&&screen.id))
    }

    fn is_spared(&self, at: usize, screen: &ConsentScreen) -> bool {
        self.carry().is_some_and(|carry| at > carry)
            && screen.items.iter().all(|item| item.opens_information())
    }

    /// Whether the patient really agreed to this, today or by a carry-over that was agreed to.
    pub(crate) fn agreed_to(&self, item: ConsentItem) -> bool {
        if item == ConsentItem::Registration {
            return self.registration.is_some();
        }
        let carried = self.carry().is_some()
            && item.opens_information()
            && !self.decided(Decision::Refused).any(|(refused, _)| refused == item);
        carried || self.decided(Decision::Agreed).any(|(agreed, _)| agreed == item)
    }

    /// What was asked, or was to be asked, and got no answer.
    fn missing(&self) -> BTreeSet<ConsentItem> {
        let screens = self.screens.iter().flatten().enumerate();
        screens
            .filter(|(at, screen)| {
                let answered = self.answers.iter().any(|answer| answer.screen == screen.id);
                !answered && !self.is_spared(*at, screen)
            })
            .flat_map(|(_, screen)| screen.items.iter().copied())
            .collect()
    }

    /// What an honest centre makes of the answers.
    pub(crate) fn honest(&self) -> Vec<model::Consent> {
        let refused = self.decided(Decision::Refused).map(|(item, at)| model::Consent {
            item,
            decision: Decision::Refused,
            at,
            until: None,
        });
        let agreed = self.decided(Decision::Agreed).map(|(item, at)| support::agreed(item, at));
        let earlier = self
            .screens
            .iter()
            .flatten()
            .enumerate()
            .filter(|(at, screen)| self.is_spared(*at, screen))
            .flat_map(|(_, screen)| screen.items.iter().copied())
            .filter(|item| self.agreed_to(*item))
            .map(|item| support::agreed(item, Timestamp(1_899_990_000_000)));
        refused.chain(agreed).chain(earlier).collect()
    }

    /// What a result says of this visit is what was seen of it.
    pub(crate) fn may_commit(&mut self, session: &Session, result: &VisitResult) -> Held {
        hold!(self.commits == 0, "a second result of one visit");
        hold!(self.failed == 0, "a result of a visit that was told as failed");
        self.commits += 1;
        hold!(result.visit == session.visit && result.visit == self.id, "a result of another visit");
        hold!(
            result.insertion == session.insertion && result.insertion == self.insertion,
            "a result of another insertion"
        );
        hold!(session.card == self.card, "signed by card {:?}, identified {:?}", session.card, self.card);
        hold!(result.verification == session.verification, "{:?}", result.verification);
        hold!(result.validity == session.validity, "{:?}", result.validity);
        for consent in result.consents.iter().filter(|c| c.decision == Decision::Agreed) {
            hold!(self.agreed_to(consent.item), "nobody agreed to {:?}", consent.item);
            let life = consent.until.map(|until| until.0 - consent.at.0);
            let day = i64::try_from(DAY.as_millis()).unwrap();
            if consent.item.opens_information() {
                hold!(life.is_some_and(|life| life > 0 && life <= day), "{:?} for {life:?}", consent.item);
            }
        }
        let registered = result.consents.iter().any(|c| c.item == ConsentItem::Registration);
        hold!(registered == session.registered.is_some(), "registered: {registered}");
        let missing: BTreeSet<_> = result
            .remarks
            .iter()
            .filter_map(|remark| match remark {
                Remark::ConsentMissing { item } => Some(*item),
                _ => None,
            })
            .collect();
        hold!(missing == self.missing(), "named as missing: {missing:?}, really: {:?}", self.missing());
        Ok(())
    }

    /// At the end: told as failed, or durable, and never both or nothing.
    pub(crate) fn has_ended(&self) -> Held {
        let ends = self.failed + u32::from(self.durable);
        hold!(ends == 1, "{} failures, durable: {}", self.failed, self.durable);
        Ok(())
    }
}

/// The session that a document was made for.
pub(crate) fn session_of(result: &VisitResult) -> usize {
    let xml = &result.qualification.expose(Purpose::Judge).xml;
    xml.strip_prefix('s').and_then(|number| number.parse().ok()).unwrap()
}

/// An honest result of a session, named by it.
pub(crate) fn document(session: usize, seen: &Seen) -> Settled {
    let qualification = model::Pii::new(model::Qualification { xml: format!("s{session}") });
    Settled { qualification, consents: seen.honest(), remarks: vec![] }
}
