//! A desk for the suites: simulated cards, a mock centre on a real socket, a client of it.

use centre::{
    Answers, Centre, CentreConfig, CentreError, CentreResult, Deadlines, Password, Relay, RelayAnswer, Step,
};
use centre_wire::Operation;
use model::{CentreSession, ConsentItem, ConsentScreen, FaceAccount, ScreenAnswer, Validity, VisitId};
use simulator::centre::{Files, LineOptions, MockCentre, SERVER_NAME};
use simulator_card::{Card, CardKeys, CertificateRule, IssueOptions, Issuer, Persona, personas};
use simulator_centre::{Account, Insurance, Patient, Setup, Sex};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::date;

const SEED: u64 = 20_260_401;
pub(crate) const PASSWORD: &str = "reception-1";

/// Keys are slow to make: once for all tests.
static ISSUER: LazyLock<Issuer> = LazyLock::new(|| Issuer::create(SEED, OffsetDateTime::now_utc()).unwrap());
static KEYS: LazyLock<CardKeys> = LazyLock::new(|| CardKeys::generate(SEED, "first").unwrap());
static OTHER_KEYS: LazyLock<CardKeys> = LazyLock::new(|| CardKeys::generate(SEED, "second").unwrap());

pub(crate) fn account() -> FaceAccount {
    "F0AB12".parse().unwrap()
}

pub(crate) fn visit(n: u8) -> VisitId {
    VisitId::from_bytes([n; 16])
}

pub(crate) fn persona(id: &str) -> Persona {
    personas().into_iter().find(|persona| persona.id == id).unwrap()
}

pub(crate) fn card(id: &str) -> Card {
    issue(id, &KEYS, None)
}

/// The same persona on another chip, with a key of its own.
pub(crate) fn twin(id: &str) -> Card {
    issue(id, &OTHER_KEYS, None)
}

pub(crate) fn card_under(id: &str, rule: CertificateRule) -> Card {
    issue(id, &KEYS, Some(rule))
}

fn issue(id: &str, keys: &CardKeys, certificate: Option<CertificateRule>) -> Card {
    let options = IssueOptions { keys: Some(keys.clone()), certificate, ..IssueOptions::default() };
    let mut card = Card::issue(&ISSUER, &persona(id), options, SEED, OffsetDateTime::now_utc()).unwrap();
    card.power_on();
    card
}

pub(crate) fn setup() -> Setup {
    let revoked: Vec<u32> = personas().iter().filter(|p| p.revoked).map(|p| p.serial).collect();
    Setup {
        institution: "9991234567".parse().unwrap(),
        accounts: vec![Account { account: account(), password: PASSWORD.to_owned() }],
        patients: personas().iter().map(patient_of).collect(),
        card_cas: vec![ISSUER.auth_ca().to_vec()],
        revocation_lists: vec![ISSUER.revocation_list(&revoked, OffsetDateTime::now_utc()).unwrap()],
        policies: vec![Setup::TEST_POLICY.to_owned()],
        stand_in_seed: ISSUER.standin_seed().to_vec(),
    }
}

/// Everybody is insured alike; only name and card differ.
pub(crate) fn patient_of(persona: &Persona) -> Patient {
    let screen = |id: &str, items: &[ConsentItem]| ConsentScreen { id: id.to_owned(), items: items.to_vec() };
    let bundle = [ConsentItem::HealthCheckups, ConsentItem::Medicines, ConsentItem::Diagnosis];
    Patient {
        serial: persona.serial.into(),
        validity: Validity::Valid,
        registered: true,
        replaced: false,
        insurance: Insurance {
            card_classification: "01".to_owned(),
            insurer_number: "990123".to_owned(),
            insurer_name: persona.insurer_name.clone(),
            symbol: persona.symbol.clone(),
            number: persona.number.clone(),
            branch: persona.branch.clone(),
            is_insured: true,
            insured_name: None,
            name: persona.name.clone(),
            kana: "ﾐﾎﾝ".to_owned(),
            other_name: persona.alias.clone(),
            other_kana: None,
            sex: Sex::Unset,
            birth: persona.birth,
            address: Some(persona.address.clone()),
            post_number: None,
            preschool: false,
            valid_from: date!(2024 - 04 - 01),
            valid_until: None,
            lost_on: None,
            ratio: None,
        },
        screens: Some(vec![screen("medical", &bundle), screen("operations", &[ConsentItem::Operations])]),
        elderly: None,
        limit: None,
        specific_diseases: Vec::new(),
        medical_assistance: None,
        subsidy: None,
        reference_number: None,
    }
}

pub(crate) struct Desk {
    pub(crate) mock: MockCentre,
    pub(crate) centre: Centre,
    pub(crate) directory: TempDir,
}

impl Desk {
    pub(crate) async fn open(options: LineOptions) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mock = MockCentre::start(directory.path(), setup(), options).await.unwrap();
        let centre = Centre::new(config(mock.address(), mock.files())).unwrap();
        Self { mock, centre, directory }
    }

    pub(crate) async fn plain() -> Self {
        Self::open(LineOptions::default()).await
    }

    /// A whole PIN-less relay with this card.
    pub(crate) async fn relay(&self, card: &mut Card, n: u8) -> Result<RelayAnswer, CentreError> {
        let mut relay = self.centre.open_relay(&account(), Operation::PinLess, visit(n)).await?;
        carry(&mut relay, card).await
    }

    /// The result, which is there at once.
    pub(crate) async fn result(&self, session: &CentreSession, answers: &[ScreenAnswer]) -> CentreResult {
        match self.centre.answers(session, answers).await.unwrap() {
            Answers::Answered(result) => result,
            Answers::Processing { .. } => panic!("still processing"),
        }
    }
}

pub(crate) fn config(address: SocketAddr, files: &Files) -> CentreConfig {
    CentreConfig {
        endpoint: address.to_string(),
        server_name: SERVER_NAME.to_owned(),
        ca_pem_file: files.ca.clone(),
        certificate_pem_file: files.certificate.clone(),
        key_pem_file: files.key.clone(),
        deadlines: Deadlines::default(),
        accounts: [(account(), Password::new(PASSWORD.to_owned()))].into(),
    }
}

/// Short waits, for centres that say nothing.
pub(crate) fn impatient() -> Deadlines {
    let short = Duration::from_millis(150);
    Deadlines {
        connect: short,
        handshake: short,
        login: short,
        relay_message: short,
        relay_total: Duration::from_secs(20),
        answer: short,
    }
}

/// Carries commands to the card and responses back, without a guard.
pub(crate) async fn carry(relay: &mut Relay, card: &mut Card) -> Result<RelayAnswer, CentreError> {
    loop {
        match relay.next().await? {
            Step::Command(apdu) => relay.respond(&card.transmit(&apdu)).await?,
            Step::Answer(answer) => return Ok(answer),
        }
    }
}

/// The commands up to one that `is_it` knows; panics if the relay ends before.
pub(crate) async fn carry_until(
    relay: &mut Relay,
    card: &mut Card,
    is_it: impl Fn(&[u8]) -> bool,
) -> Vec<u8> {
    loop {
        match relay.next().await.unwrap() {
            Step::Command(apdu) if is_it(&apdu) => return apdu,
            Step::Command(apdu) => relay.respond(&card.transmit(&apdu)).await.unwrap(),
            Step::Answer(_) => panic!("answered before"),
        }
    }
}

pub(crate) fn missing() -> PathBuf {
    PathBuf::from("/nonexistent/ca.pem")
}
