//! Consents as they stand in a message, and characters that were lost on the way.

use crate::{BLANK, ConsentFlag, Message, PersonQualification, timestamp};
use model::{Consent, ConsentItem, Decision, PersonField, Timestamp};
use std::time::Duration;

/// How long an agreement holds where the message does not say.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

impl Message {
    /// The consents of all qualifications; of one item the first. An agreement without a readable time is none: it
    /// could not be known when it ends. A refusal without a time has the time of the answer.
    #[must_use]
    pub fn consents(&self) -> Vec<Consent> {
        let answered_at = self.header.process_execution_time.as_deref().and_then(timestamp);
        let mut consents: Vec<Consent> = Vec::new();
        for consent in self.body.result_list.iter().flat_map(|result| result.consents(answered_at)) {
            if consents.iter().all(|known| known.item != consent.item) {
                consents.push(consent);
            }
        }
        consents
    }

    /// Names of the elements in which a character was replaced by ●. Not an error; never overwrite a stored name
    /// with one of these.
    #[must_use]
    pub fn blanked_elements(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for person in &self.body.result_list {
            for (name, value) in [
                ("Name", &person.name),
                ("NameKana", &person.name_kana),
                ("NameOfOther", &person.name_of_other),
                ("NameOfOtherKana", &person.name_of_other_kana),
                ("InsuredName", &person.insured_name),
                ("Address", &person.address),
                ("InsuredCardSymbol", &person.insured_card_symbol),
                ("InsurerName", &person.insurer_name),
            ] {
                if value.as_ref().is_some_and(|value| value.contains(BLANK)) && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// The fields about the person in which a character was replaced by ●, in the order of [`PersonField`], each once.
    #[must_use]
    pub fn blanked_fields(&self) -> Vec<PersonField> {
        let blanked = self.blanked_elements();
        PERSON_FIELDS.into_iter().filter(|(name, _)| blanked.contains(name)).map(|(_, field)| field).collect()
    }
}

const PERSON_FIELDS: [(&str, PersonField); 6] = [
    ("Name", PersonField::Name),
    ("NameKana", PersonField::NameKana),
    ("NameOfOther", PersonField::NameOfOther),
    ("NameOfOtherKana", PersonField::NameOfOtherKana),
    ("InsuredName", PersonField::InsuredName),
    ("Address", PersonField::Address),
];

impl PersonQualification {
    fn consents(&self, answered_at: Option<Timestamp>) -> impl Iterator<Item = Consent> {
        self.flags().into_iter().filter_map(move |(item, flag, at, until)| {
            let at = at.as_deref().and_then(timestamp);
            let until = until.and_then(|until| until.as_deref()).map(timestamp);
            match ConsentFlag::of(flag.as_deref()?)? {
                ConsentFlag::Agreed => {
                    let at = at?;
                    let until = until.unwrap_or_else(|| Some(at.after(LIFE)))?;
                    Some(Consent { item, decision: Decision::Agreed, at, until: Some(until) })
                }
                ConsentFlag::Refused => {
                    let at = at.or(answered_at)?;
                    Some(Consent { item, decision: Decision::Refused, at, until: None })
                }
                ConsentFlag::Expired | ConsentFlag::Unobtainable => None,
            }
        })
    }

    fn flags(&self) -> [Flag<'_>; 12] {
        use ConsentItem as I;
        macro_rules! flag {
            ($item:ident, $flag:ident, $at:ident) => {
                (I::$item, &self.$flag, &self.$at, None)
            };
            ($item:ident, $flag:ident, $at:ident, $until:ident) => {
                (I::$item, &self.$flag, &self.$at, Some(&self.$until))
            };
        }
        [
            flag!(
                LimitCertificate,
                limit_application_certificate_related_cons_flg,
                limit_application_certificate_related_cons_time
            ),
            flag!(
                SpecificDiseases,
                specific_diseases_certificate_related_cons_flg,
                specific_diseases_certificate_related_cons_time
            ),
            flag!(
                HealthCheckups,
                specific_health_checkups_info_cons_flg,
                specific_health_checkups_info_cons_time,
                specific_health_checkups_info_available_time
            ),
            flag!(
                Medicines,
                pharmacists_info_cons_flg,
                pharmacists_info_cons_time,
                pharmacists_info_available_time
            ),
            flag!(
                Diagnosis,
                diagnosis_info_cons_flg,
                diagnosis_info_cons_time,
                diagnosis_info_available_time
            ),
            flag!(
                Operations,
                operation_info_cons_flg,
                operation_info_cons_time,
                operation_info_available_time
            ),
            flag!(
                DiagnosisNames,
                diagnosis_name_cons_flg,
                diagnosis_name_cons_time,
                diagnosis_name_available_time
            ),
            flag!(
                Infections,
                infectious_info_cons_flg,
                infectious_info_cons_time,
                infectious_info_available_time
            ),
            flag!(
                DrugAllergies,
                contraindication_info_cons_flg,
                contraindication_info_cons_time,
                contraindication_info_available_time
            ),
            flag!(OtherAllergies, allergy_info_cons_flg, allergy_info_cons_time, allergy_info_available_time),
            flag!(Tests, test_info_cons_flg, test_info_cons_time, test_info_available_time),
            flag!(
                Prescriptions,
                prescription_info_cons_flg,
                prescription_info_cons_time,
                prescription_info_available_time
            ),
        ]
    }
}

/// Item, flag, time, end where the item has one.
type Flag<'a> = (ConsentItem, &'a Option<String>, &'a Option<String>, Option<&'a Option<String>>);
