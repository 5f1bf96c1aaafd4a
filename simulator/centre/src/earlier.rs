//! What patients answered at an institution before: what a carry-over puts into a result again.

use model::{Consent, InstitutionCode, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an answer holds (workflow.md section 4).
pub(crate) const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// By institution and serial number of the certificate; of one item the latest answer.
#[derive(Debug, Default)]
pub(crate) struct Earlier(BTreeMap<(InstitutionCode, u64), Vec<Consent>>);

impl Earlier {
    /// What this patient answered here.
    pub(crate) fn of(&self, institution: &InstitutionCode, serial: u64) -> &[Consent] {
        self.0.get(&(institution.clone(), serial)).map_or(&[], Vec::as_slice)
    }

    /// Keeps answers about information; an answer of before keeps its own time when it was carried over.
    pub(crate) fn keep(&mut self, institution: &InstitutionCode, serial: u64, answers: &[Consent]) {
        let kept = self.0.entry((institution.clone(), serial)).or_default();
        for answer in answers.iter().filter(|answer| answer.item.opens_information()) {
            kept.retain(|known| known.item != answer.item);
            kept.push(answer.clone());
        }
    }
}

/// A refusal counts for as long as an agreement would: then the patient is asked again.
pub(crate) fn holds(answer: &Consent, now: Timestamp) -> bool {
    answer.at <= now && now < answer.until.unwrap_or_else(|| answer.at.after(LIFE))
}
