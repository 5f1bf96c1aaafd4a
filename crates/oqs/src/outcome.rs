//! What a message says in the end. The order of the questions is fixed: file, person, validity, number of results.

use crate::{Message, Segment, Status};
use model::Validity;

/// What a message says in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// OCR text in the form of a qualification: nothing was confirmed.
    Reading,
    /// The centre is still working: ask again.
    Working,
    /// The exchange failed; see `error_code` and `error_message` of the header.
    ExchangeFailed,
    /// The question about this person failed; see `processing_result_code` and `…_message` of the body.
    PersonFailed,
    /// No validity that is known, or a valid one without a qualification behind it.
    Contradictory,
    /// The centre answered.
    Answered(Validity),
}

impl Message {
    /// What the message says in the end.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.header.is_reading() {
            return Outcome::Reading;
        }
        match self.header.segment() {
            Segment::Working => return Outcome::Working,
            Segment::Failed => return Outcome::ExchangeFailed,
            Segment::Normal => {}
        }
        if self.body.status() == Status::Failed {
            return Outcome::PersonFailed;
        }
        match self.body.validity() {
            None => Outcome::Contradictory,
            Some(Validity::Valid) if self.body.result_list.is_empty() => Outcome::Contradictory,
            Some(validity) => Outcome::Answered(validity),
        }
    }
}

/// The validity, if the message answers with one.
#[must_use]
pub fn validity(message: &Message) -> Option<Validity> {
    match message.outcome() {
        Outcome::Answered(validity) => Some(validity),
        _ => None,
    }
}
