//! One struct per step of a visit; each holds what is known there and nothing else.

use crate::io::Ticket;
use model::{CentreSession, ConsentScreen, ScreenAnswer, Validity, Verification};
use reader::AttemptId;
use std::collections::VecDeque;

/// Where a visit stands.
#[derive(Debug)]
pub(crate) enum Step {
    /// Reader and slot must both see the card.
    Agreeing,
    /// The card says what it is.
    Identifying(Ticket),
    /// The patient chooses face or PIN.
    Choosing,
    /// The reader reads 照合番号B.
    ReadingNumberB(AttemptId),
    /// The card gives its photo.
    OpeningPhoto(AttemptId, Ticket),
    /// The reader compares.
    Comparing(AttemptId),
    /// The card counts the tries.
    CountingTries(Ticket),
    /// The patient types.
    TypingPin {
        /// Tries left on the card.
        left: u8,
    },
    /// The card checks.
    CheckingPin(Ticket),
    /// Centre and card talk.
    Relaying(Relaying),
    /// The centre says what to ask.
    FetchingScreens(FetchingScreens),
    /// The patient answers.
    Asking(Asking),
    /// The centre takes the answers.
    Settling(Settling),
    /// The ledger makes it durable. The card may be taken already.
    Committing(Ticket),
    /// All is done; the card is to be taken.
    Done,
    /// The visit ended without a result; the card is to be taken.
    Failed,
}

/// Centre and card talk.
#[derive(Debug)]
pub(crate) struct Relaying {
    pub(crate) ticket: Ticket,
    pub(crate) verification: Verification,
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
}

/// The patient answers.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) verified: Verified,
    pub(crate) asked: ConsentScreen,
    pub(crate) open: VecDeque<ConsentScreen>,
    pub(crate) answers: Vec<ScreenAnswer>,
}

/// The centre takes the answers.
#[derive(Debug)]
pub(crate) struct Settling {
    pub(crate) ticket: Ticket,
    pub(crate) verified: Verified,
}

impl Step {
    /// The step's name on API, board and in transcripts.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Agreeing => "agreeing",
            Self::Identifying(_) => "identifying",
            Self::Choosing => "choosing",
            Self::ReadingNumberB(_) => "reading_number_b",
            Self::OpeningPhoto(..) => "opening_photo",
            Self::Comparing(_) => "comparing",
            Self::CountingTries(_) => "counting_tries",
            Self::TypingPin { .. } => "typing_pin",
            Self::CheckingPin(_) => "checking_pin",
            Self::Relaying(_) => "relaying",
            Self::FetchingScreens(_) => "fetching_screens",
            Self::Asking(_) => "asking",
            Self::Settling(_) => "settling",
            Self::Committing(_) => "committing",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether centre and card have not begun to talk: nothing of this visit left the terminal.
    pub(crate) const fn is_before_relay(&self) -> bool {
        matches!(
            self,
            Self::Agreeing
                | Self::Identifying(_)
                | Self::Choosing
                | Self::ReadingNumberB(_)
                | Self::OpeningPhoto(..)
                | Self::Comparing(_)
                | Self::CountingTries(_)
                | Self::TypingPin { .. }
                | Self::CheckingPin(_)
        )
    }

    /// Whether the visit no longer needs the card.
    pub(crate) const fn card_may_go(&self) -> bool {
        matches!(self, Self::Committing(_) | Self::Done | Self::Failed)
    }
}
