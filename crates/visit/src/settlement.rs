//! What follows the patient's last answer: the centre makes the result, the ledger keeps it. It goes on without card and
//! patient, beside the next visit if need be.

use crate::io::{CentreReply, CentreTask, Now, Settled, Ticket};
use crate::steps::{Given, Verified};
use failure::codes;
use model::{
    Consent, ConsentItem, Decision, FailureCode, Insertion, Moment, Remark, Timestamp, Validity, VisitId,
};
use std::time::Duration;

/// An agreement holds so long at the site (workflow.md section 4).
const CONSENT_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// A centre that wants more screens than this is not believed.
pub(crate) const MOST_SCREENS: usize = 16;

/// One visit on its way to its result.
#[derive(Debug)]
pub(crate) struct Settlement {
    pub(crate) visit: VisitId,
    pub(crate) insertion: Insertion,
    pub(crate) verified: Verified,
    pub(crate) given: Given,
    /// What was asked, or would have been, and was not answered.
    pub(crate) missing: Vec<ConsentItem>,
    pub(crate) stage: Stage,
    /// When the answers were first handed in.
    pub(crate) since: Moment,
}

/// What a settlement waits for.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Which screens would have been shown: nobody is there to answer them.
    Screens(Ticket),
    /// The centre's result.
    Answers(Ticket),
    /// The centre is processing; its own time runs.
    Processing,
    /// The ledger. What the patient is to be told stands ready.
    Committing(Ticket, Outcome),
}

/// What the patient is told in the end.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) validity: Validity,
    pub(crate) remarks: Vec<Remark>,
}

impl Settlement {
    /// Its task at the centre.
    pub(crate) const fn at_centre(&self) -> Option<Ticket> {
        match self.stage {
            Stage::Screens(ticket) | Stage::Answers(ticket) => Some(ticket),
            Stage::Processing | Stage::Committing(..) => None,
        }
    }

    /// Its task at the ledger.
    pub(crate) const fn at_ledger(&self) -> Option<Ticket> {
        match self.stage {
            Stage::Committing(ticket, _) => Some(ticket),
            Stage::Screens(_) | Stage::Answers(_) | Stage::Processing => None,
        }
    }

    /// What is handed to the centre.
    pub(crate) fn answers(&self) -> CentreTask {
        CentreTask::Answers(self.verified.session.clone(), self.given.answers.clone())
    }

    /// The remarks of the result: the centre's and what was not answered.
    pub(crate) fn remarks(&self, mut remarks: Vec<Remark>) -> Vec<Remark> {
        remarks.extend(self.missing.iter().map(|item| Remark::ConsentMissing { item: *item }));
        remarks.sort();
        remarks.dedup();
        remarks
    }

    /// The consents of the result: the centre's, if each agreement among them was given, and the one to the
    /// registration, which the centre had by the relay itself.
    pub(crate) fn consents(&self, settled: &Settled) -> Result<Vec<Consent>, FailureCode> {
        let agreed = |consent: &&Consent| consent.decision == Decision::Agreed;
        if settled.consents.iter().filter(agreed).any(|consent| !self.was_given(consent)) {
            // Nothing may be shown that nobody agreed to, whoever says so (design promise 5).
            return Err(codes::CENTRE_GARBLED);
        }
        let registered = self.verified.registered.map(|at| Consent {
            item: ConsentItem::Registration,
            decision: Decision::Agreed,
            at,
            until: None,
        });
        Ok(settled.consents.iter().cloned().chain(registered).collect())
    }

    fn was_given(&self, consent: &Consent) -> bool {
        let holds = |until: Timestamp| until > consent.at && until <= consent.at.after(CONSENT_LIFE);
        self.given.covers(consent.item)
            && (!consent.item.opens_information() || consent.until.is_some_and(holds))
    }

    /// Whose silence it was that a stage took too long.
    pub(crate) const fn late(&self) -> FailureCode {
        match self.stage {
            Stage::Screens(_) | Stage::Answers(_) => codes::CENTRE_SILENT,
            Stage::Processing => codes::CENTRE_PROCESSING,
            Stage::Committing(..) => codes::LEDGER_WRITE_FAILED,
        }
    }
}

/// What a centre's reply means for a settlement.
#[derive(Debug)]
pub(crate) enum Reply {
    /// Nobody answered these.
    Unanswered(Vec<ConsentItem>),
    /// Ask again then.
    Again(Moment),
    /// The result.
    Settled(Box<Settled>),
    /// It will not be.
    Failed(FailureCode),
}

impl Reply {
    /// What `reply` means for a settlement that waits for it.
    pub(crate) fn to(
        settlement: &Settlement,
        reply: Result<CentreReply, FailureCode>,
        processing: Duration,
        now: Now,
    ) -> Self {
        match (&settlement.stage, reply) {
            (_, Err(code)) => Self::Failed(code),
            (Stage::Screens(_), Ok(CentreReply::Screens(screens))) if screens.len() > MOST_SCREENS => {
                Self::Failed(codes::CENTRE_GARBLED)
            }
            (Stage::Screens(_), Ok(CentreReply::Screens(screens))) => {
                Self::Unanswered(screens.into_iter().flat_map(|screen| screen.items).collect())
            }
            (Stage::Answers(_), Ok(CentreReply::Settled(settled))) => Self::Settled(settled),
            (Stage::Answers(_), Ok(CentreReply::Processing { again_after })) => {
                let again = now.moment.after(again_after);
                if again > settlement.since.after(processing) {
                    Self::Failed(codes::CENTRE_PROCESSING)
                } else {
                    Self::Again(again)
                }
            }
            _ => Self::Failed(codes::INTERNAL),
        }
    }
}
