//! Look-ups without a card: who is meant by what stands on a 資格確認書, and what is told of them.

use crate::centre::Judgement;
use crate::dates;
use crate::denied::Denied;
use crate::earlier::LIFE;
use crate::misbehaviour::Misbehaviour;
use crate::oracle::{Query, QueryKind};
use crate::patient::{Insurance, Patient};
use crate::qualification::{self, Document, Origin};
use crate::width::same_but_for_width;
use centre_wire::{LookupReply, LookupRequest, Processing};
use model::{Consent, ConsentItem, Decision, FaceAccount, Lookup, Timestamp, Validity};

/// What the centre says to a look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookedUp {
    /// The answer.
    Answer(LookupReply),
    /// It was taken, the answer is not ready.
    Processing(Processing),
}

/// Whom a look-up means.
enum Found<'a> {
    Nobody,
    One(&'a Patient),
    Several,
}

impl Judgement {
    /// `POST /v1/lookups`.
    ///
    /// # Errors
    /// 503 during maintenance.
    pub fn look_up(
        &mut self,
        account: &FaceAccount,
        request: &LookupRequest,
        now: Timestamp,
    ) -> Result<LookedUp, Denied> {
        self.refuse_in_maintenance(now)?;
        if let Some(processing) = self.waiting.ask_again(account, &request.0, self.slowness) {
            return Ok(LookedUp::Processing(processing));
        }
        let mixed_up = self.misbehaviour == Some(Misbehaviour::AnswerAboutAnother);
        let other = mixed_up.then(|| another(&request.0, self.patients.values())).flatten();
        let asked = other.as_ref().unwrap_or(&request.0);
        let (answer, query) = {
            let found = find(asked, self.patients.values());
            let consent = spoken_consent(asked, now);
            let document = Document {
                institution: &self.institution,
                origin: Origin::Lookup(asked),
                validity: found.validity(),
                patient: found.patient(),
                consents: std::slice::from_ref(&consent),
                now,
            };
            let warnings = self.manner.note.iter().cloned().collect();
            let answer = LookupReply { qualification: qualification::write(&document), warnings };
            (answer, query(account, &found, &consent, now))
        };
        self.queries.push(query);
        Ok(LookedUp::Answer(answer))
    }
}

/// A card that was replaced or never registered does not matter: nobody shows one.
fn find<'a>(lookup: &Lookup, patients: impl Iterator<Item = &'a Patient>) -> Found<'a> {
    let mut meant = patients.filter(|patient| is_meant(lookup, &patient.insurance));
    match (meant.next(), meant.next()) {
        (None, _) => Found::Nobody,
        (Some(patient), None) => Found::One(patient),
        (Some(_), Some(_)) => Found::Several,
    }
}

fn is_meant(lookup: &Lookup, insurance: &Insurance) -> bool {
    let symbols_agree = match (&lookup.symbol, &insurance.symbol) {
        (None, None) => true,
        (Some(asked), Some(known)) => same_but_for_width(asked, known),
        (Some(_), None) | (None, Some(_)) => false,
    };
    symbols_agree
        && lookup.insurer_number == insurance.insurer_number
        && same_but_for_width(&lookup.number, &insurance.number)
        && lookup.birth_date == dates::day(insurance.birth)
        && (lookup.branch.is_none() || lookup.branch == insurance.branch)
}

/// A look-up that means somebody else, with the same consent: what a centre that mixes its answers up replies to.
fn another<'a>(lookup: &Lookup, mut patients: impl Iterator<Item = &'a Patient>) -> Option<Lookup> {
    let other = &patients.find(|patient| !is_meant(lookup, &patient.insurance))?.insurance;
    Some(Lookup {
        insurer_number: other.insurer_number.clone(),
        symbol: other.symbol.clone(),
        number: other.number.clone(),
        branch: other.branch.clone(),
        birth_date: dates::day(other.birth),
        limit_certificate: lookup.limit_certificate,
    })
}

impl<'a> Found<'a> {
    const fn validity(&self) -> Validity {
        match self {
            Self::Nobody => Validity::NotFound,
            Self::One(patient) => patient.validity,
            Self::Several => Validity::Several,
        }
    }

    const fn patient(&self) -> Option<&'a Patient> {
        match self {
            Self::One(patient) => Some(patient),
            Self::Nobody | Self::Several => None,
        }
    }
}

/// 限度額 is the only thing that a patient without card can agree to (workflow.md section 4). It was said just now.
fn spoken_consent(lookup: &Lookup, now: Timestamp) -> Consent {
    let (decision, until) = if lookup.limit_certificate {
        (Decision::Agreed, Some(now.after(LIFE)))
    } else {
        (Decision::Refused, None)
    };
    Consent { item: ConsentItem::LimitCertificate, decision, at: now, until }
}

fn query(account: &FaceAccount, found: &Found<'_>, consent: &Consent, at: Timestamp) -> Query {
    let shown = found.patient().filter(|_| qualification::lists(found.validity()));
    let opened = shown.filter(|_| consent.decision == Decision::Agreed).map(|_| consent.item);
    Query {
        kind: QueryKind::Lookup,
        session: None,
        visit: None,
        account: account.clone(),
        serial: found.patient().map(|patient| patient.serial),
        opened: opened.into_iter().collect(),
        at,
    }
}
