//! The outcome of a visit as the centre said it, and what of it is not believed.

use crate::remarks::remarks;
use centre_wire::AnswersReply;
use model::{CentreSession, Consent, Decision, Pii, Qualification, Remark};
use std::time::Duration;

/// The outcome of a visit as the centre said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CentreResult {
    /// The centre's own document.
    pub qualification: Pii<Qualification>,
    /// The consents that stand.
    pub consents: Vec<Consent>,
    /// What is worth knowing beside it, sorted, each once.
    pub remarks: Vec<Remark>,
}

/// What the centre says to the patient's answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// The result.
    Answered(CentreResult),
    /// The answers were taken, the result is not ready: hand the same answers in again.
    Processing {
        /// At the earliest after so long.
        again_after: Duration,
    },
}

/// How long an agreement holds at most (workflow.md section 4).
const CONSENT_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Believes a reply only for this session, and consents only as long as they may hold.
///
/// # Errors
/// Why it is not believed.
pub fn result(session: &CentreSession, reply: AnswersReply) -> Result<CentreResult, &'static str> {
    let AnswersReply { session: of, qualification, consents, warnings } = reply;
    if of != *session {
        return Err("a result for another session");
    }
    if !consents.iter().all(holds_lawfully) {
        return Err("a consent without its end, or of more than 24 hours");
    }
    let remarks = remarks(&warnings, &qualification);
    Ok(CentreResult { qualification: Pii::new(Qualification { xml: qualification }), consents, remarks })
}

/// Whoever agreed to show information did so until a time, at most 24 hours later. A choice may stand without end.
fn holds_lawfully(consent: &Consent) -> bool {
    match (consent.decision, consent.until) {
        (Decision::Refused, _) => true,
        (Decision::Agreed, None) => !consent.item.opens_information(),
        (Decision::Agreed, Some(until)) => (consent.at..=consent.at.after(CONSENT_LIFE)).contains(&until),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ConsentItem, Timestamp};

    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn reply(item: ConsentItem, decision: Decision, until: Option<i64>) -> AnswersReply {
        AnswersReply {
            session: CentreSession("s-1".to_owned()),
            qualification: String::new(),
            consents: vec![Consent { item, decision, at: Timestamp(1000), until: until.map(Timestamp) }],
            warnings: Vec::new(),
        }
    }

    fn believed(item: ConsentItem, decision: Decision, until: Option<i64>) -> bool {
        result(&CentreSession("s-1".to_owned()), reply(item, decision, until)).is_ok()
    }

    #[test]
    fn a_consent_without_a_lawful_end_is_not_believed() {
        for item in ConsentItem::ALL {
            assert!(believed(item, Decision::Agreed, Some(1000 + DAY)), "{item:?}");
            assert!(!believed(item, Decision::Agreed, Some(1001 + DAY)), "{item:?} for longer");
            assert!(!believed(item, Decision::Agreed, Some(999)), "{item:?} ended before it began");
            assert_eq!(believed(item, Decision::Agreed, None), !item.opens_information(), "{item:?}");
            assert!(believed(item, Decision::Refused, None), "{item:?}");
        }
    }

    #[test]
    fn a_result_of_another_session_is_not_believed() {
        let of = |name: &str| {
            let reply = reply(ConsentItem::Medicines, Decision::Refused, None);
            result(&CentreSession(name.to_owned()), reply)
        };
        assert!(of("s-1").is_ok() && of("s-2").is_err());
    }
}
