//! The answer to a look-up, and what of it is not believed.

use crate::CentreError;
use crate::remarks::remarks;
use crate::tls::Line;
use centre_wire::LookupReply;
use model::{Answer, ConsentItem, Decision, Lookup, Pii, Qualification, Timestamp, Validity};
use oqs::compare::same_but_for_width;
use oqs::{Message, Outcome, PersonQualification, Question};
use std::time::Duration;

/// What the centre says to a look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookedUp {
    /// The answer.
    Answered(Answer),
    /// The look-up was taken, the answer is not ready: look the same up again.
    Processing {
        /// At the earliest after so long.
        again_after: Duration,
    },
}

/// Believes a reply only if it answers this very look-up, about this person, with no more than was agreed to.
pub(crate) fn answer(
    line: &Line,
    lookup: &Lookup,
    reply: LookupReply,
    received_at: Timestamp,
) -> Result<Answer, CentreError> {
    let LookupReply { qualification, warnings } = reply;
    let message = Message::parse(qualification.as_bytes()).map_err(|fault| line.garbled(fault))?;
    let validity = believed(lookup, &message).map_err(|fault| line.garbled(fault))?;
    let remarks = remarks(&warnings, &qualification);
    let qualification = Pii::new(Qualification { xml: qualification });
    Ok(Answer { received_at, validity, qualification, remarks })
}

/// The validity, or why the document is not believed.
fn believed(lookup: &Lookup, message: &Message) -> Result<Validity, &'static str> {
    let validity = match message.outcome() {
        Outcome::Answered(validity) => validity,
        Outcome::Reading => return Err("a reading in place of an answer"),
        Outcome::Working | Outcome::ExchangeFailed | Outcome::PersonFailed | Outcome::Contradictory => {
            return Err("an answer without a validity");
        }
    };
    // Code 002: 2 is 被保険者証情報.
    if message.header.reference_classification.as_deref() != Some("2") {
        return Err("what a card made, in place of an answer to a look-up");
    }
    let echo = message.body.qualification_confirm_search_info.as_ref();
    if !repeats(echo.ok_or("an answer that does not say to what")?, lookup) {
        return Err("an answer to another look-up");
    }
    if !message.body.result_list.iter().all(|found| is_meant(lookup, found)) {
        return Err("an answer about another person");
    }
    if !opens_only_what_was_agreed(lookup, message) {
        return Err("an answer that opens what nobody agreed to");
    }
    Ok(validity)
}

/// As it was asked, but for the padding of the insurer number.
fn repeats(echo: &Question, lookup: &Lookup) -> bool {
    let consent = if lookup.limit_certificate { "1" } else { "0" };
    unpadded(echo.insurer_number.as_deref()) == Some(&lookup.insurer_number)
        && echo.insured_card_symbol == lookup.symbol
        && echo.insured_identification_number.as_ref() == Some(&lookup.number)
        && echo.insured_branch_number == lookup.branch
        && echo.birthdate.as_ref() == Some(&lookup.birth_date)
        && echo.limit_application_certificate_related_cons_flg.as_deref() == Some(consent)
}

/// Born that day; and where it is the insurer that was asked about, the number is the one that was asked for. A second
/// qualification, or one that is newer, may be of another insurer.
fn is_meant(lookup: &Lookup, found: &PersonQualification) -> bool {
    let is_that_insurance = unpadded(found.insurer_number.as_deref()) == Some(&lookup.insurer_number);
    found.birthdate.as_ref() == Some(&lookup.birth_date)
        && (!is_that_insurance
            || found.insured_identification_number.as_ref().is_some_and(|number| {
                same_but_for_width(number, &lookup.number)
                    && agree(found.insured_card_symbol.as_ref(), lookup.symbol.as_ref())
                    && agree(found.insured_branch_number.as_ref(), lookup.branch.as_ref())
            }))
}

/// The same but for width, where both are known.
fn agree(found: Option<&String>, asked: Option<&String>) -> bool {
    found.zip(asked).is_none_or(|(found, asked)| same_but_for_width(found, asked))
}

/// Without the card nothing is opened but 限度額, by a consent that was spoken (workflow.md section 4).
fn opens_only_what_was_agreed(lookup: &Lookup, message: &Message) -> bool {
    let may_agree = |item| item == ConsentItem::LimitCertificate && lookup.limit_certificate;
    let consents_lawful =
        message.consents().iter().all(|it| it.decision == Decision::Refused || may_agree(it.item));
    let shows_lawfully = |found: &PersonQualification| {
        found.specific_diseases_certificate_list.is_empty()
            && (lookup.limit_certificate || found.limit_application_certificate_related_info.is_none())
    };
    consents_lawful && message.body.result_list.iter().all(shows_lawfully)
}

fn unpadded(insurer_number: Option<&str>) -> Option<&str> {
    insurer_number.map(|number| number.trim_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use oqs::{Body, Header, LimitCertificate, SpecificDisease};

    type Spoiling = fn(&mut Message);

    fn own(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn lookup() -> Lookup {
        Lookup {
            insurer_number: "990123".to_owned(),
            symbol: own("架空１２"),
            number: "00345".to_owned(),
            branch: own("02"),
            birth_date: "19850228".to_owned(),
            limit_certificate: false,
        }
    }

    /// What a centre answers that does as PROTOCOL.md says.
    fn answered() -> Message {
        let header =
            Header { reference_classification: own("2"), segment_of_result: own("1"), ..Header::default() };
        let echo = Question {
            insurer_number: own("  990123"),
            insured_card_symbol: own("架空１２"),
            insured_identification_number: own("00345"),
            insured_branch_number: own("02"),
            birthdate: own("19850228"),
            limit_application_certificate_related_cons_flg: own("0"),
            arbitrary_identifier: None,
        };
        let found = PersonQualification {
            insurer_number: own("  990123"),
            insured_card_symbol: own("架空12"),
            insured_identification_number: own("００３４５"),
            insured_branch_number: own("02"),
            birthdate: own("19850228"),
            ..PersonQualification::default()
        };
        let body = Body {
            qualification_confirm_search_info: Some(echo),
            processing_result_status: own("1"),
            qualification_validity: own("1"),
            result_list: vec![found],
            ..Body::default()
        };
        Message::new(header, body)
    }

    fn echo(message: &mut Message) -> &mut Question {
        message.body.qualification_confirm_search_info.as_mut().expect("an echo")
    }

    fn spoilt(spoil: Spoiling) -> Result<Validity, &'static str> {
        let mut message = answered();
        spoil(&mut message);
        believed(&lookup(), &message)
    }

    #[test]
    fn the_answer_to_this_look_up_is_believed() {
        assert_eq!(believed(&lookup(), &answered()), Ok(Validity::Valid));
        let nobody = spoilt(|message| {
            message.body.qualification_validity = own("4");
            message.body.result_list.clear();
        });
        assert_eq!(nobody, Ok(Validity::NotFound));
        let assisted_too = spoilt(|message| {
            message.body.result_list.push(PersonQualification {
                insurer_number: own("12990015"),
                insured_identification_number: own("7654321"),
                birthdate: own("19850228"),
                ..PersonQualification::default()
            });
        });
        assert_eq!(assisted_too, Ok(Validity::Valid));
    }

    #[test]
    fn what_is_no_answer_to_a_look_up_is_not_believed() {
        let spoilings: [(&str, Spoiling); 6] = [
            ("a reading", |message| message.header.reference_classification = own("7")),
            ("what a card made", |message| message.header.reference_classification = own("1")),
            ("what a card made", |message| message.header.reference_classification = None),
            ("an answer without a validity", |message| message.body.qualification_validity = None),
            ("an answer without a validity", |message| message.body.processing_result_status = own("2")),
            ("an answer without a validity", |message| message.header.segment_of_result = own("2")),
        ];
        for (begins, spoil) in spoilings {
            let fault = spoilt(spoil).expect_err(begins);
            assert!(fault.starts_with(begins), "{fault}, not {begins}");
        }
    }

    #[test]
    fn an_answer_to_another_look_up_is_not_believed() {
        let spoilings: [Spoiling; 8] = [
            |message| echo(message).insurer_number = own("  990124"),
            |message| echo(message).insured_card_symbol = own("架空12"),
            |message| echo(message).insured_card_symbol = None,
            |message| echo(message).insured_identification_number = own("0345"),
            |message| echo(message).insured_branch_number = None,
            |message| echo(message).insured_branch_number = own("01"),
            |message| echo(message).birthdate = own("19850301"),
            |message| echo(message).limit_application_certificate_related_cons_flg = own("1"),
        ];
        for (n, spoil) in spoilings.into_iter().enumerate() {
            assert_eq!(spoilt(spoil), Err("an answer to another look-up"), "{n}");
        }
        let silent = spoilt(|message| message.body.qualification_confirm_search_info = None);
        assert_eq!(silent, Err("an answer that does not say to what"));
    }

    #[test]
    fn a_right_echo_with_another_person_is_not_believed() {
        let spoilings: [Spoiling; 6] = [
            |message| message.body.result_list[0].birthdate = own("19850301"),
            |message| message.body.result_list[0].birthdate = None,
            |message| message.body.result_list[0].insured_identification_number = own("00346"),
            |message| message.body.result_list[0].insured_branch_number = own("01"),
            |message| message.body.result_list[0].insured_card_symbol = own("架空１３"),
            |message| message.body.result_list.push(PersonQualification::default()),
        ];
        for (n, spoil) in spoilings.into_iter().enumerate() {
            assert_eq!(spoilt(spoil), Err("an answer about another person"), "{n}");
        }
    }

    #[test]
    fn what_nobody_agreed_to_is_not_believed() {
        fn show_limit(message: &mut Message) {
            let flag = own("A03");
            message.body.result_list[0].limit_application_certificate_related_info = Some(LimitCertificate {
                limit_application_certificate_classification_flag: flag,
                ..LimitCertificate::default()
            });
        }
        let spoilings: [Spoiling; 4] = [
            show_limit,
            |message| {
                message.body.result_list[0].pharmacists_info_cons_flg = own("1");
                message.body.result_list[0].pharmacists_info_cons_time = own("20310405093012");
            },
            |message| {
                let found = &mut message.body.result_list[0];
                found.limit_application_certificate_related_cons_flg = own("1");
                found.limit_application_certificate_related_cons_time = own("20310405093012");
            },
            |message| {
                let disease = SpecificDisease {
                    specific_diseases_disease_category: own("1"),
                    ..SpecificDisease::default()
                };
                message.body.result_list[0].specific_diseases_certificate_list.push(disease);
            },
        ];
        for (n, spoil) in spoilings.into_iter().enumerate() {
            assert_eq!(spoilt(spoil), Err("an answer that opens what nobody agreed to"), "{n}");
        }

        let spoken = Lookup { limit_certificate: true, ..lookup() };
        let mut shown = answered();
        show_limit(&mut shown);
        echo(&mut shown).limit_application_certificate_related_cons_flg = own("1");
        shown.body.result_list[0].limit_application_certificate_related_cons_flg = own("1");
        shown.body.result_list[0].limit_application_certificate_related_cons_time = own("20310405093012");
        assert_eq!(believed(&spoken, &shown), Ok(Validity::Valid));
        spoilings[1](&mut shown);
        assert!(believed(&spoken, &shown).is_err(), "medicines are another matter");
    }
}
