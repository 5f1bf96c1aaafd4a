//! Look-ups without a card (oqs-files.md sections 8.1 and 14.3).

use crate::desk::{Desk, HOUR, account, dialysis, patient, persona, ticket};
use centre_wire::{LookupReply, LookupRequest, Processing};
use model::{ConsentItem, Decision, Lookup, Maintenance, Validity};
use simulator_centre::{
    Denied, Judgement, LimitCertificate, LookedUp, Manner, Misbehaviour, Patient, QueryKind, Subsidy,
};
use time::macros::date;

/// What stands on this persona's 資格確認書.
fn lookup(id: &str) -> Lookup {
    let persona = persona(id);
    let birth = persona.birth;
    Lookup {
        insurer_number: persona.insurer_number,
        symbol: persona.symbol,
        number: persona.number,
        branch: persona.branch,
        birth_date: format!("{:04}{:02}{:02}", birth.year(), u8::from(birth.month()), birth.day()),
        limit_certificate: false,
    }
}

fn limit() -> LimitCertificate {
    let day = date!(2030 - 04 - 01);
    LimitCertificate {
        classification: "01".to_owned(),
        flag: "A03".to_owned(),
        issued: day,
        from: day,
        until: None,
    }
}

impl Desk {
    fn try_look_up(&mut self, lookup: &Lookup) -> Result<LookedUp, Denied> {
        self.centre.look_up(&account(), &LookupRequest(lookup.clone()), self.now)
    }

    fn look_up(&mut self, lookup: &Lookup) -> LookupReply {
        match self.try_look_up(lookup).unwrap() {
            LookedUp::Answer(reply) => reply,
            LookedUp::Processing(_) => panic!("still processing"),
        }
    }

    fn validity(&mut self, lookup: &Lookup) -> Validity {
        oqs::validity(&read(&self.look_up(lookup))).unwrap()
    }
}

fn read(reply: &LookupReply) -> oqs::Message {
    let message = oqs::Message::parse(reply.qualification.as_bytes()).unwrap();
    assert_eq!(message.ignored_elements(), 0);
    message
}

fn queried(centre: &Judgement) -> Vec<(QueryKind, Option<u64>, Vec<ConsentItem>)> {
    centre.queries().iter().map(|query| (query.kind, query.serial, query.opened.clone())).collect()
}

#[test]
fn a_person_is_found_and_what_was_asked_is_repeated() {
    let mut desk = Desk::open();
    let lookup = lookup("family-member");
    let reply = desk.look_up(&lookup);
    let message = read(&reply);
    assert_eq!(message.header.reference_classification.as_deref(), Some("2"));
    let echo = message.body.qualification_confirm_search_info.as_ref().unwrap();
    assert_eq!(echo.insurer_number.as_deref(), Some(lookup.insurer_number.as_str()));
    assert_eq!(echo.insured_card_symbol, lookup.symbol);
    assert_eq!(echo.insured_identification_number.as_deref(), Some(lookup.number.as_str()));
    assert_eq!(echo.insured_branch_number, lookup.branch);
    assert_eq!(echo.birthdate.as_deref(), Some("19870821"));
    assert_eq!(echo.limit_application_certificate_related_cons_flg.as_deref(), Some("0"));
    let [found] = message.body.result_list.as_slice() else { panic!("one qualification") };
    assert_eq!(found.name.as_deref(), Some("試験　結衣"));
    assert_eq!(oqs::validity(&message), Some(Validity::Valid));
    let query = desk.centre.queries().last().unwrap();
    assert_eq!((query.session.as_ref(), query.visit, &query.account), (None, None, &account()));
    assert_eq!(query.serial, Some(persona("family-member").serial.into()));
}

#[test]
fn a_short_insurer_number_is_repeated_with_its_padding() {
    let mut desk = Desk::open();
    let reply = desk.look_up(&lookup("senior"));
    assert_eq!(
        reply.qualification.matches("<InsurerNumber>  99").count(),
        2,
        "in the echo and of the person"
    );
}

#[test]
fn width_does_not_matter_and_everything_else_does() {
    let mut desk = Desk::open();
    let exact = lookup("senior");
    let half = Lookup { symbol: Some("見-1".to_owned()), number: "4514".to_owned(), ..exact.clone() };
    assert_eq!(exact.symbol.as_deref(), Some("見－１"));
    assert_eq!(desk.validity(&half), Validity::Valid);
    let echo = desk.look_up(&half).qualification;
    assert!(echo.contains("<InsuredCardSymbol>見-1</InsuredCardSymbol>"), "as it was asked: {echo}");
    let other = |text: &str| Some(text.to_owned());
    for wrong in [
        Lookup { insurer_number: "990123".to_owned(), ..exact.clone() },
        Lookup { symbol: other("見－２"), ..exact.clone() },
        Lookup { symbol: None, ..exact.clone() },
        Lookup { number: "04514".to_owned(), ..exact.clone() },
        Lookup { branch: other("01"), ..exact.clone() },
        Lookup { birth_date: "19540612".to_owned(), ..exact.clone() },
    ] {
        assert_eq!(desk.validity(&wrong), Validity::NotFound);
        let query = desk.centre.queries().last().unwrap();
        assert_eq!((query.serial, query.opened.as_slice()), (None, &[][..]), "asked in vain, and seen");
    }
    assert_eq!(desk.validity(&Lookup { symbol: other("１"), ..lookup("elderly") }), Validity::NotFound);
}

#[test]
fn a_family_without_branch_is_several_where_the_birthday_does_not_part_them() {
    let mut desk = Desk::open();
    let without = |id: &str| Lookup { branch: None, ..lookup(id) };
    assert_eq!(desk.validity(&without("twin-elder")), Validity::Several);
    let reply = desk.look_up(&without("twin-elder"));
    assert!(!reply.qualification.contains("ResultList"), "nobody is listed");
    for id in ["twin-elder", "twin-younger"] {
        let name = persona(id).name;
        assert_eq!(read(&desk.look_up(&lookup(id))).body.result_list[0].name, Some(name));
    }
    assert_eq!(desk.validity(&without("child")), Validity::Valid, "the only one born that day");
}

#[test]
fn everybody_s_own_validity_is_told_whatever_became_of_their_card() {
    for validity in [
        Validity::Valid,
        Validity::Invalid,
        Validity::InvalidWithNewer,
        Validity::NotFound,
        Validity::Several,
        Validity::ValidUnregistered,
    ] {
        let mut desk = Desk::open();
        desk.centre.put_patient(Patient {
            validity,
            registered: false,
            replaced: true,
            limit: Some(limit()),
            ..patient("worker")
        });
        let asked = Lookup { limit_certificate: true, ..lookup("worker") };
        let message = read(&desk.look_up(&asked));
        assert_eq!(oqs::validity(&message), Some(validity));
        let lists = !matches!(validity, Validity::NotFound | Validity::Several);
        assert_eq!(message.body.result_list.len(), usize::from(lists), "{validity:?}");
        assert_eq!(desk.centre.queries()[0].opened.len(), usize::from(lists), "{validity:?}");
    }
}

/// Design promise 5.
#[test]
fn only_the_limit_is_opened_and_only_by_the_spoken_consent() {
    let mut desk = Desk::open();
    desk.centre.put_patient(Patient {
        limit: Some(limit()),
        specific_diseases: vec![dialysis()],
        medical_assistance: Some(ticket()),
        subsidy: Some(Subsidy::Unanswered),
        ..patient("worker")
    });
    let silent = desk.look_up(&lookup("worker"));
    let spoken = desk.look_up(&Lookup { limit_certificate: true, ..lookup("worker") });
    let serial = Some(u64::from(persona("worker").serial));
    assert_eq!(
        queried(&desk.centre),
        [
            (QueryKind::Lookup, serial, Vec::new()),
            (QueryKind::Lookup, serial, vec![ConsentItem::LimitCertificate]),
        ]
    );
    assert!(silent.warnings.is_empty() && spoken.warnings.is_empty());
    assert!(!silent.qualification.contains("ConsFlg>1<") && !silent.qualification.contains("A03"));
    let shown = read(&spoken);
    let found = &shown.body.result_list[0];
    let limit = found.limit_application_certificate_related_info.as_ref().unwrap();
    assert_eq!(limit.limit_application_certificate_classification_flag.as_deref(), Some("A03"));
    for message in [&read(&silent), &shown] {
        let result = &message.body.result_list[0];
        assert!(result.specific_diseases_certificate_list.is_empty());
        assert!(result.public_expense_result_list.is_empty());
        let agreed = message.consents().into_iter().filter(|consent| consent.decision == Decision::Agreed);
        assert!(agreed.into_iter().all(|consent| consent.item == ConsentItem::LimitCertificate));
    }
    // Once in the echo, once for the person.
    assert_eq!(spoken.qualification.matches("ConsFlg>1<").count(), 2);
}

#[test]
fn each_look_up_is_made_to_wait_for_itself() {
    let mut desk = Desk::open();
    desk.centre.set_processing(2, 1500);
    for id in ["worker", "housewife"] {
        for _ in 0..2 {
            let reply = desk.try_look_up(&lookup(id)).unwrap();
            assert_eq!(reply, LookedUp::Processing(Processing { again_after_ms: 1500 }));
        }
    }
    assert!(desk.centre.queries().is_empty(), "nothing was answered yet");
    desk.look_up(&lookup("worker"));
    desk.look_up(&lookup("housewife"));
    assert!(matches!(desk.try_look_up(&lookup("worker")).unwrap(), LookedUp::Processing(_)), "asked anew");
}

#[test]
fn a_look_up_is_refused_while_the_centre_stands_still() {
    let mut desk = Desk::open();
    let window = Maintenance { from: desk.now, until: desk.now.after(HOUR) };
    desk.centre.set_maintenance(Some(window));
    let refused = desk.try_look_up(&lookup("worker")).unwrap_err();
    assert_eq!((refused.status, refused.refusal.code.as_str()), (503, "maintenance"));
    assert!(desk.centre.queries().is_empty());
}

#[test]
fn a_centre_that_mixes_people_up_answers_about_another() {
    let mut desk = Desk::open();
    desk.centre.set_misbehaviour(Some(Misbehaviour::AnswerAboutAnother));
    let message = read(&desk.look_up(&lookup("worker")));
    assert_ne!(message.body.result_list[0].name, Some(persona("worker").name));
    let echo = message.body.qualification_confirm_search_info.unwrap();
    assert_ne!(echo.insured_identification_number, Some(persona("worker").number));
}

#[test]
fn the_centre_s_own_word_stands_beside_an_answer() {
    let mut desk = Desk::open();
    let note = Some("new_thing".try_into().unwrap());
    desk.centre.set_manner(Manner { note, ..Manner::default() });
    let warnings = desk.look_up(&lookup("worker")).warnings;
    assert_eq!(warnings.iter().map(centre_wire::Word::as_str).collect::<Vec<_>>(), ["new_thing"]);
}
