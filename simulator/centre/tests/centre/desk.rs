//! A desk without wires: cards, a centre and a clock that only the test moves.

use centre_wire::{AnswersReply, AnswersRequest, LoginRequest, Operation, TerminalMessage};
use centre_wire::{CentreMessage, Response};
use model::{CentreSession, ConsentItem, Decision, FaceAccount, ScreenAnswer, Timestamp, Validity, VisitId};
use simulator_card::{Card, CardKeys, CertificateRule, IssueOptions, Issuer, Persona, personas};
use simulator_centre::{
    Account, Answered, Denied, Insurance, Judgement, MedicalTicket, Opening, Output, Patient, Setup, Sex,
    SpecificDisease,
};
use std::sync::LazyLock;
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::{date, datetime};

const SEED: u64 = 20_310_405;
const ISSUED: OffsetDateTime = datetime!(2031-04-05 00:30 UTC);
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(crate) const PASSWORD: &str = "reception-1";

static ISSUER: LazyLock<Issuer> = LazyLock::new(|| Issuer::create(SEED, ISSUED).unwrap());
static KEYS: LazyLock<CardKeys> = LazyLock::new(|| CardKeys::generate(SEED, "all").unwrap());

pub(crate) fn account() -> FaceAccount {
    "F0AB12".parse().unwrap()
}

pub(crate) fn persona(id: &str) -> Persona {
    personas().into_iter().find(|persona| persona.id == id).unwrap()
}

fn card(id: &str, rule: Option<CertificateRule>) -> Card {
    let options = IssueOptions { keys: Some(KEYS.clone()), certificate: rule, ..IssueOptions::default() };
    let mut card = Card::issue(&ISSUER, &persona(id), options, SEED, ISSUED).unwrap();
    card.power_on();
    card
}

/// Insured and valid, with nothing out of the ordinary.
pub(crate) fn patient(id: &str) -> Patient {
    let persona = persona(id);
    Patient {
        serial: persona.serial.into(),
        validity: Validity::Valid,
        registered: true,
        replaced: false,
        insurance: Insurance {
            card_classification: "01".to_owned(),
            insurer_number: persona.insurer_number,
            insurer_name: persona.insurer_name,
            symbol: persona.symbol,
            number: persona.number,
            branch: persona.branch,
            is_insured: true,
            insured_name: None,
            name: persona.name,
            kana: "ﾐﾎﾝ".to_owned(),
            other_name: None,
            other_kana: None,
            sex: Sex::Unset,
            birth: persona.birth,
            address: Some(persona.address),
            post_number: None,
            preschool: false,
            valid_from: date!(2030 - 04 - 01),
            valid_until: None,
            lost_on: None,
            ratio: None,
        },
        screens: None,
        elderly: None,
        limit: None,
        specific_diseases: Vec::new(),
        medical_assistance: None,
        subsidy: None,
        reference_number: None,
    }
}

pub(crate) fn dialysis() -> SpecificDisease {
    let day = date!(2030 - 04 - 01);
    SpecificDisease { category: "1".to_owned(), issued: day, from: day, own_share: 10_000 }
}

pub(crate) fn ticket() -> MedicalTicket {
    MedicalTicket {
        from: date!(2031 - 04 - 01),
        until: date!(2031 - 04 - 30),
        number: "9900001".to_owned(),
        own_share: 0,
    }
}

pub(crate) struct Desk {
    pub(crate) centre: Judgement,
    pub(crate) now: Timestamp,
    sessions: u8,
    /// Under which rule every card is issued; the persona's own when absent.
    pub(crate) rule: Option<CertificateRule>,
}

impl Desk {
    pub(crate) fn open() -> Self {
        Self::at("9910000000")
    }

    /// The desk of this institution.
    pub(crate) fn at(institution: &str) -> Self {
        let setup = Setup {
            institution: institution.parse().unwrap(),
            accounts: vec![Account { account: account(), password: PASSWORD.to_owned() }],
            patients: personas().iter().map(|persona| patient(&persona.id)).collect(),
            card_cas: vec![ISSUER.auth_ca().to_vec()],
            revocation_lists: vec![ISSUER.revocation_list(&[], ISSUED).unwrap()],
            policies: vec![Setup::TEST_POLICY.to_owned()],
            stand_in_seed: ISSUER.standin_seed().to_vec(),
        };
        let now = Timestamp(ISSUED.unix_timestamp() * 1000);
        Self { centre: Judgement::new(setup).unwrap(), now, sessions: 0, rule: None }
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now = self.now.after(time);
    }

    pub(crate) fn login(&mut self) -> Result<centre_wire::LoginReply, Denied> {
        let request = LoginRequest { account: account(), password: PASSWORD.to_owned() };
        self.centre.login(&request, "token".to_owned(), self.now)
    }

    /// A whole PIN-less relay: the session, or the word of the refusal.
    pub(crate) fn relay(&mut self, id: &str) -> Result<CentreSession, String> {
        self.relay_for(id, Operation::PinLess).map(|(session, _)| session)
    }

    pub(crate) fn relay_for(
        &mut self,
        id: &str,
        operation: Operation,
    ) -> Result<(CentreSession, Validity), String> {
        let mut card = card(id, self.rule);
        if operation.with_pin() {
            verify_pin(&mut card, &persona(id).pin.unwrap());
        }
        self.sessions += 1;
        let opening = Opening {
            operation,
            logged_in: account(),
            visit: VisitId::from_bytes([self.sessions; 16]),
            account: account(),
            endpoint: "centre.test",
            exporter: [0xCC; 32],
            session: CentreSession(format!("s-{}", self.sessions)),
            nonce: [self.sessions; 32],
        };
        let (mut relay, mut outputs) = self.centre.open(opening, self.now);
        loop {
            let mut response = None;
            for output in outputs {
                match output {
                    Output::Send(CentreMessage::Command { apdu }) => {
                        response = Some(card.transmit(apdu.as_bytes()));
                    }
                    Output::Send(CentreMessage::Answer { session, validity }) => {
                        return Ok((session, validity));
                    }
                    Output::Send(CentreMessage::Refused { code, .. }) => return Err(code.to_string()),
                    Output::Send(CentreMessage::Nonce { .. }) => {}
                    other => panic!("{other:?}"),
                }
            }
            let apdu = Response::try_from(response.expect("a command or an end")).unwrap();
            outputs = self.centre.take(&mut relay, TerminalMessage::Response { apdu }, self.now);
        }
    }

    /// Ids of the screens of a session, in the centre's order.
    pub(crate) fn screens(&mut self, session: &CentreSession) -> Vec<String> {
        let reply = self.centre.screens(&account(), &session.0, self.now).unwrap();
        reply.screens.into_iter().map(|screen| screen.id).collect()
    }

    /// What is asked of this patient at a visit now.
    pub(crate) fn asked(&mut self, id: &str) -> Vec<String> {
        let session = self.relay(id).unwrap();
        self.screens(&session)
    }

    pub(crate) fn try_answers(
        &mut self,
        session: &CentreSession,
        answers: &[(&str, Decision)],
    ) -> Result<Answered, Denied> {
        let answer = |(screen, decision): &(&str, Decision)| ScreenAnswer {
            screen: (*screen).to_owned(),
            decision: *decision,
            at: self.now,
        };
        let request = AnswersRequest { answers: answers.iter().map(answer).collect() };
        self.centre.answers(&account(), &session.0, &request, self.now)
    }

    pub(crate) fn answers(&mut self, session: &CentreSession, answers: &[(&str, Decision)]) -> AnswersReply {
        match self.try_answers(session, answers).unwrap() {
            Answered::Result(reply) => reply,
            Answered::Processing(_) => panic!("still processing"),
        }
    }

    /// A whole visit that answers every screen alike.
    pub(crate) fn visit(&mut self, id: &str, decision: Decision) -> AnswersReply {
        let session = self.relay(id).unwrap();
        let screens = self.screens(&session);
        let answers: Vec<_> = screens.iter().map(|screen| (screen.as_str(), decision)).collect();
        self.answers(&session, &answers)
    }
}

fn verify_pin(card: &mut Card, pin: &str) {
    for apdu in [
        &b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01"[..],
        b"\x00\xA4\x02\x0C\x02\x00\x18",
        &[b"\x00\x20\x00\x80\x04", pin.as_bytes()].concat(),
    ] {
        assert_eq!(card.transmit(apdu), [0x90, 0x00]);
    }
}

pub(crate) fn agreed(reply: &AnswersReply) -> Vec<ConsentItem> {
    let agreed = reply.consents.iter().filter(|consent| consent.decision == Decision::Agreed);
    agreed.map(|consent| consent.item).collect()
}

pub(crate) fn warnings(reply: &AnswersReply) -> Vec<&str> {
    reply.warnings.iter().map(centre_wire::Word::as_str).collect()
}
