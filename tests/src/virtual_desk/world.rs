//! Cards, trust and patients: made once, shared by every desk.

use base64::Engine as _;
use card::{CardCas, FaceTrust};
use model::{FaceAccount, InstitutionCode, Purpose, ReaderId, Remark, StationState, Timestamp, VisitResult};
use scenario::expect::Remarked;
use scenario::{Person, Site};
use simulator::stock::Stock;
use simulator_card::{Card, Persona};
use simulator_centre::{Account, Setup};
use std::path::Path;
use time::OffsetDateTime;

/// Of the reader's account.
pub(super) const PASSWORD: &str = "virtual";

/// Everything that desks share.
#[derive(Debug)]
pub struct World {
    pub(super) stock: Stock,
    pub(super) jpki: CardCas,
    pub(super) photo: FaceTrust,
    pub(super) reader: ReaderId,
    pub(super) account: FaceAccount,
    /// Where every desk's wall clock begins.
    pub(super) begun: Timestamp,
    medical: InstitutionCode,
    pharmacy: InstitutionCode,
}

impl World {
    /// Takes the cards out of the simulator's stock in this folder, or makes them there. They are as old as that, so
    /// the time of day is an argument.
    ///
    /// # Errors
    /// If there are none.
    pub fn open(stock: &Path, now: OffsetDateTime) -> Result<Self, String> {
        let stock = Stock::open(stock).map_err(in_words)?;
        let issuer = stock.issuer();
        let key = issuer.face_root_public().map_err(in_words)?;
        let key = base64::engine::general_purpose::STANDARD.encode(key);
        let pem = format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", lines(&key));
        let begun = i64::try_from(now.unix_timestamp_nanos() / 1_000_000).map_err(in_words)?;
        Ok(Self {
            jpki: CardCas::from_der(vec![issuer.auth_ca().to_vec()]).map_err(in_words)?,
            photo: FaceTrust::from_pem(pem.as_bytes()).map_err(in_words)?,
            stock,
            reader: "front-1".parse().map_err(in_words)?,
            account: "F0000001".parse().map_err(in_words)?,
            begun: Timestamp(begun),
            medical: "9911234567".parse().map_err(in_words)?,
            pharmacy: "9941234567".parse().map_err(in_words)?,
        })
    }

    pub(super) const fn institution(&self, site: Site) -> &InstitutionCode {
        match site {
            Site::Medical => &self.medical,
            Site::Pharmacy => &self.pharmacy,
        }
    }

    pub(super) fn now(&self) -> Result<OffsetDateTime, String> {
        OffsetDateTime::from_unix_timestamp(self.begun.0.div_euclid(1000)).map_err(in_words)
    }

    /// What the mock centre begins with.
    pub(super) fn setup(&self, site: Site) -> Result<Setup, String> {
        let now = self.now()?;
        let issuer = self.stock.issuer();
        Ok(Setup {
            institution: self.institution(site).clone(),
            accounts: vec![Account { account: self.account.clone(), password: String::from(PASSWORD) }],
            patients: self
                .stock
                .personas()
                .iter()
                .map(|persona| simulator::patients::patient(persona, now.date()))
                .collect(),
            card_cas: vec![issuer.auth_ca().to_vec()],
            revocation_lists: vec![issuer.revocation_list(&self.stock.revoked(), now).map_err(in_words)?],
            policies: vec![Setup::TEST_POLICY.to_owned()],
            stand_in_seed: issuer.standin_seed().to_vec(),
        })
    }

    pub(super) fn persona(&self, who: &str) -> Result<&Persona, String> {
        self.stock.persona(who).ok_or_else(|| format!("no persona is called {who}"))
    }

    /// Whose name, number, branch and alias the result tells.
    pub(super) fn whose(&self, result: &VisitResult) -> Vec<String> {
        let document = result.qualification.expose(Purpose::Simulate).xml.as_bytes();
        let Ok(message) = oqs::Message::parse(document) else { return Vec::new() };
        let said = message.body.result_list.into_iter().next().map(|said| Person {
            name: said.name.unwrap_or_default(),
            number: said.insured_identification_number.unwrap_or_default(),
            branch: said.insured_branch_number,
            alias: said.name_of_other,
        });
        let Some(said) = said else { return Vec::new() };
        let personas = self.stock.personas().iter();
        let meant = personas.filter(|persona| person(persona).is_meant_by(&said));
        meant.map(|persona| persona.id.clone()).collect()
    }

    /// A card as issued.
    pub(super) fn card(&self, who: &str) -> Result<Card, String> {
        self.stock.card(who).ok_or_else(|| format!("no persona is called {who}"))
    }

    /// A card of some persona's, for faults that need another.
    pub(super) fn another(&self, who: &str) -> Result<Card, String> {
        let other = self.stock.personas().iter().find(|persona| persona.id != who);
        self.card(&other.ok_or("there is only one persona")?.id)
    }
}

fn person(persona: &Persona) -> Person {
    Person {
        name: persona.name.clone(),
        number: persona.number.clone(),
        branch: persona.branch.clone(),
        alias: persona.alias.clone(),
    }
}

fn lines(text: &str) -> String {
    let mut all = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        all.push_str(line);
        all.push('\n');
        rest = after;
    }
    all.trim_end().to_owned()
}

pub(super) fn in_words(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}

/// A station's state as API and board call it.
pub(super) const fn state_word(state: StationState) -> &'static str {
    match state {
        StationState::Starting => "starting",
        StationState::Idle => "idle",
        StationState::VisualCheckArmed => "visual_check_armed",
        StationState::InVisit => "in_visit",
        StationState::CardLeft => "card_left",
        StationState::OutOfOrder => "out_of_order",
    }
}

/// A remark as the API tells it.
pub(super) fn remarked(remark: &Remark) -> Remarked {
    let about = match remark {
        Remark::CharactersBlanked { field } => serde_json::to_value(field).ok(),
        Remark::ConsentMissing { item } => serde_json::to_value(item).ok(),
        Remark::CentreNote { word } => Some(word.as_str().into()),
        Remark::CertificateExpiresSoon | Remark::CertificateInGrace | Remark::SubsidyUnanswered => None,
    };
    Remarked {
        code: failure::code_for_remark(remark),
        about: about.as_ref().and_then(serde_json::Value::as_str).map(str::to_owned),
    }
}
