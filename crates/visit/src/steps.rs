//! One struct per step of a visit; each holds what is known there and nothing else.

use crate::io::Ticket;
use failure::codes;
use model::{
    CentreSession, ConsentItem, ConsentScreen, FailureCode, ScreenAnswer, Timestamp, Validity, Verification,
};
use reader::AttemptId;
use std::collections::VecDeque;

/// Where a visit stands.
#[derive(Debug)]
pub(crate) enum Step {
    /// Reader and slot must both see the card.
    Agreeing,
    /// The card says what it is.
    Identifying(Identifying),
    /// The patient chooses a method.
    Choosing,
    /// The reader reads 照合番号B.
    ReadingNumberB(ReadingNumberB),
    /// The card gives its photo.
    OpeningPhoto(OpeningPhoto),
    /// The reader compares.
    Comparing(Comparing),
    /// The card counts the PIN tries.
    CountingTries(CountingTries),
    /// The patient types.
    TypingPin(TypingPin),
    /// The card checks the PIN.
    CheckingPin(CheckingPin),
    /// Staff type the passcode at the reader.
    TypingPasscode,
    /// The terminal checks the passcode.
    CheckingPasscode(CheckingPasscode),
    /// Staff compare person and card.
    Confirming,
    /// Centre and card talk.
    Relaying(Relaying),
    /// The card is not registered; the patient says whether it is to be.
    OfferingRegistration(OfferingRegistration),
    /// The centre says what to ask.
    FetchingScreens(FetchingScreens),
    /// The patient answers.
    Asking(Asking),
    /// The centre makes the result and the ledger keeps it; see [`crate::settlement`]. The card may be taken already.
    Settling,
    /// All is done, and the patient is told something about it.
    Advising,
    /// All is done; the card is to be taken.
    Done,
    /// The visit ended without a result; the card is to be taken.
    Failed,
}

/// The card says what it is.
#[derive(Debug)]
pub(crate) struct Identifying {
    pub(crate) ticket: Ticket,
}

/// The reader reads 照合番号B.
#[derive(Debug)]
pub(crate) struct ReadingNumberB {
    pub(crate) attempt: AttemptId,
}

/// The card gives its photo.
#[derive(Debug)]
pub(crate) struct OpeningPhoto {
    pub(crate) attempt: AttemptId,
    pub(crate) ticket: Ticket,
}

/// The reader compares.
#[derive(Debug)]
pub(crate) struct Comparing {
    pub(crate) attempt: AttemptId,
}

/// The card counts the PIN tries.
#[derive(Debug)]
pub(crate) struct CountingTries {
    pub(crate) ticket: Ticket,
}

/// The patient types.
#[derive(Debug)]
pub(crate) struct TypingPin {
    /// Tries left on the card.
    pub(crate) left: u8,
}

/// The card checks the PIN.
#[derive(Debug)]
pub(crate) struct CheckingPin {
    pub(crate) ticket: Ticket,
}

/// The terminal checks the passcode.
#[derive(Debug)]
pub(crate) struct CheckingPasscode {
    pub(crate) ticket: Ticket,
}

/// Centre and card talk.
#[derive(Debug)]
pub(crate) struct Relaying {
    pub(crate) ticket: Ticket,
    pub(crate) verification: Verification,
    /// When the patient agreed that the card be registered by this relay.
    pub(crate) registering: Option<Timestamp>,
}

/// The card is not registered; the patient says whether it is to be.
#[derive(Debug)]
pub(crate) struct OfferingRegistration {
    /// How identity was confirmed so far.
    pub(crate) verification: Verification,
    pub(crate) asked: ConsentScreen,
}

/// The centre says what to ask.
#[derive(Debug)]
pub(crate) struct FetchingScreens {
    pub(crate) ticket: Ticket,
    pub(crate) verified: Verified,
}

/// What the relay brought.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    pub(crate) verification: Verification,
    pub(crate) session: CentreSession,
    pub(crate) validity: Validity,
    /// When the patient agreed to the registration that the relay made.
    pub(crate) registered: Option<Timestamp>,
}

/// The patient answers.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) verified: Verified,
    pub(crate) asked: ConsentScreen,
    pub(crate) open: VecDeque<ConsentScreen>,
    pub(crate) given: Given,
}

/// What the patient answered so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    pub(crate) answers: Vec<ScreenAnswer>,
    /// What was agreed to.
    pub(crate) agreed: Vec<ConsentItem>,
    /// What was not.
    pub(crate) refused: Vec<ConsentItem>,
    /// Whether the answers of an earlier visit hold again.
    pub(crate) carried_over: bool,
}

impl Given {
    /// Whether an agreement to this may stand on the result. What was refused today is not opened by what was agreed to
    /// last time.
    pub(crate) fn covers(&self, item: ConsentItem) -> bool {
        let carried = self.carried_over && item.opens_information() && !self.refused.contains(&item);
        self.agreed.contains(&item) || carried
    }
}

impl Asking {
    /// What the patient has not answered.
    pub(crate) fn unanswered(&self) -> Vec<ConsentItem> {
        std::iter::once(&self.asked)
            .chain(&self.open)
            .flat_map(|screen| screen.items.iter().copied())
            .collect()
    }
}

impl Step {
    /// The step's name on API, board and in transcripts.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Agreeing => "agreeing",
            Self::Identifying(_) => "identifying",
            Self::Choosing => "choosing",
            Self::ReadingNumberB(_) => "reading_number_b",
            Self::OpeningPhoto(_) => "opening_photo",
            Self::Comparing(_) => "comparing",
            Self::CountingTries(_) => "counting_tries",
            Self::TypingPin(_) => "typing_pin",
            Self::CheckingPin(_) => "checking_pin",
            Self::TypingPasscode => "typing_passcode",
            Self::CheckingPasscode(_) => "checking_passcode",
            Self::Confirming => "confirming",
            Self::Relaying(_) => "relaying",
            Self::OfferingRegistration(_) => "offering_registration",
            Self::FetchingScreens(_) => "fetching_screens",
            Self::Asking(_) => "asking",
            Self::Settling => "settling",
            Self::Advising => "advising",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether identity is not confirmed yet: nothing of this visit left the terminal, and the side on which the card
    /// lies still matters.
    pub(crate) const fn is_before_relay(&self) -> bool {
        matches!(
            self,
            Self::Agreeing
                | Self::Identifying(_)
                | Self::Choosing
                | Self::ReadingNumberB(_)
                | Self::OpeningPhoto(_)
                | Self::Comparing(_)
                | Self::CountingTries(_)
                | Self::TypingPin(_)
                | Self::CheckingPin(_)
                | Self::TypingPasscode
                | Self::CheckingPasscode(_)
                | Self::Confirming
        )
    }

    /// Whether the reader waits for somebody in front of it, who is asked once more before time is over.
    pub(crate) const fn asks_somebody(&self) -> bool {
        matches!(
            self,
            Self::Choosing
                | Self::TypingPin(_)
                | Self::TypingPasscode
                | Self::OfferingRegistration(_)
                | Self::Asking(_)
        )
    }

    /// What it means that the step took too long: whose silence it was.
    pub(crate) const fn late(&self) -> FailureCode {
        match self {
            Self::Agreeing => codes::CARD_SLOT_DISAGREES,
            Self::Identifying(_) | Self::OpeningPhoto(_) | Self::CountingTries(_) | Self::CheckingPin(_) => {
                codes::CARD_SILENT
            }
            Self::Choosing
            | Self::TypingPin(_)
            | Self::TypingPasscode
            | Self::OfferingRegistration(_)
            | Self::Asking(_) => codes::PATIENT_GONE,
            Self::ReadingNumberB(_) | Self::Comparing(_) => codes::READER_SILENT,
            Self::CheckingPasscode(_) => codes::INTERNAL,
            Self::Confirming => codes::VISUAL_UNCONFIRMED,
            Self::Relaying(_) | Self::FetchingScreens(_) => codes::CENTRE_SILENT,
            // A settlement has timers of its own.
            Self::Settling => codes::INTERNAL,
            Self::Advising | Self::Done | Self::Failed => codes::CARD_LEFT,
        }
    }
}
