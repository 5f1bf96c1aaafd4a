//! What is stored of a person beside what the centre says, field by field: a help for staff and never a decision.
//!
//! Both values stay beside each verdict. Whoever stores the new one in place of the old one without looking may lose a
//! right name to ● (workflow.md section 12, row 1).

mod blank;
mod field;
mod width;

pub use field::{Field, Stored};

use crate::{Message, PersonQualification, validity};
use model::Validity;
use serde::Serialize;

/// How two values of one field stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The same characters.
    Same,
    /// The same but for full and half width, or for what the form of the field does not mind: which hyphen a number or
    /// an address has, the hyphen of a postal code, the zero before a branch of one digit.
    SameAfterWidth,
    /// As [`Verdict::SameAfterWidth`], but for small kana that are large in the other: ショウイチ and シヨウイチ.
    SameButSmallKana,
    /// The new value has ● for characters of the stored one, and the others agree: keep the stored one.
    Blanked,
    /// Something else, whether ● stands in it or not.
    Different,
    /// Nothing new stands beside the stored value.
    OnlyStored,
    /// Nothing is stored beside the new value.
    OnlyNew,
}

/// One field with both values. Personal.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Which.
    pub field: Field,
    /// How its values stand to each other.
    pub verdict: Verdict,
    /// What is stored, or was said before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<String>,
    /// What the centre says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// The fields of one qualification, in the order of [`Field::ALL`]; a field without any value is left out. Personal.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Its place in the new document's list, from 0; absent if it stands there no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    /// The fields.
    pub fields: Vec<Compared>,
}

/// What changed between two answers about one person. Personal.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// The validity before and now, if it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity: Option<ValidityChange>,
    /// The qualifications with a field that is not [`Verdict::Same`], and those fields only.
    pub qualifications: Vec<Comparison>,
}

/// A validity that is another than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ValidityChange {
    /// Before; absent if the document had none.
    pub before: Option<Validity>,
    /// Now; absent if the document has none.
    pub now: Option<Validity>,
}

/// Compares what is stored with every qualification of a message: one person may have an insurance and 医療扶助, and
/// only staff know which of them is stored.
#[must_use]
pub fn compare(stored: &Stored, message: &Message) -> Vec<Comparison> {
    let told = message.body.result_list.iter().enumerate();
    told.map(|(place, told)| comparison(Some(place), |field| (field.stored(stored), field.told(told))))
        .collect()
}

/// What changed since an earlier answer about the same person. That it is the same person is the caller's to know.
#[must_use]
pub fn changes(before: &Message, now: &Message) -> Changes {
    let validities = ValidityChange { before: validity(before), now: validity(now) };
    let pairs = pairs(&before.body.result_list, &now.body.result_list).into_iter();
    let compared = pairs.map(|Pair { place, before, now }| {
        comparison(place, |field| {
            (before.and_then(|before| field.told(before)), now.and_then(|now| field.told(now)))
        })
        .without_same()
    });
    Changes {
        validity: (validities.before != validities.now).then_some(validities),
        qualifications: compared.filter(|comparison| !comparison.fields.is_empty()).collect(),
    }
}

/// Whether two values differ at most in full and half width.
#[must_use]
pub fn same_but_for_width(one: &str, other: &str) -> bool {
    width::one_width(one) == width::one_width(other)
}

/// A qualification of before with the one of now that stands for it.
struct Pair<'a> {
    place: Option<usize>,
    before: Option<&'a PersonQualification>,
    now: Option<&'a PersonQualification>,
}

/// 医療扶助 is compared with 医療扶助 and insurance with insurance, each in the order of its document: an insurance that
/// changed is the very thing that is looked for, so that its numbers cannot lead from one to the other.
fn pairs<'a>(before: &'a [PersonQualification], now: &'a [PersonQualification]) -> Vec<Pair<'a>> {
    let mut left: Vec<&PersonQualification> = before.iter().collect();
    let mut pairs = Vec::new();
    for (place, now) in now.iter().enumerate() {
        let partner = left.iter().position(|before| is_assistance(before) == is_assistance(now));
        let before = partner.map(|partner| left.remove(partner));
        pairs.push(Pair { place: Some(place), before, now: Some(now) });
    }
    pairs.extend(left.into_iter().map(|before| Pair { place: None, before: Some(before), now: None }));
    pairs
}

fn is_assistance(of: &PersonQualification) -> bool {
    of.insured_card_classification.as_deref() == Some("A1")
}

fn comparison<'a>(
    place: Option<usize>,
    values: impl Fn(Field) -> (Option<&'a str>, Option<&'a str>),
) -> Comparison {
    let compared = |field: &Field| {
        let (stored, new) = values(*field);
        compared(*field, present(stored), present(new))
    };
    Comparison { place, fields: Field::ALL.iter().filter_map(compared).collect() }
}

/// A value of spaces alone is none.
fn present(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.trim().is_empty())
}

fn compared(field: Field, stored: Option<&str>, new: Option<&str>) -> Option<Compared> {
    let verdict = match (stored, new) {
        (None, None) => return None,
        (Some(_), None) => Verdict::OnlyStored,
        (None, Some(_)) => Verdict::OnlyNew,
        (Some(stored), Some(new)) => verdict(field, stored, new),
    };
    Some(Compared { field, verdict, stored: stored.map(str::to_owned), new: new.map(str::to_owned) })
}

fn verdict(field: Field, stored: &str, new: &str) -> Verdict {
    if stored == new {
        return Verdict::Same;
    }
    let (stored, new) = (field.folded(stored), field.folded(new));
    if stored == new {
        Verdict::SameAfterWidth
    } else if width::large_kana(&stored) == width::large_kana(&new) {
        Verdict::SameButSmallKana
    } else if blank::is_blanked(&stored, &new) {
        Verdict::Blanked
    } else {
        Verdict::Different
    }
}

impl Comparison {
    fn without_same(mut self) -> Self {
        self.fields.retain(|compared| compared.verdict != Verdict::Same);
        self
    }
}

impl Changes {
    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.validity.is_none() && self.qualifications.is_empty()
    }
}

macro_rules! tells_nothing {
    ($($name:ident),*) => {$(
        /// Tells nothing: the values are personal.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

tells_nothing!(Compared, Comparison, Changes);
