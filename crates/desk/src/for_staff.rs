//! What staff need from a result or an answer, in words: how it was verified, what is missing, both names where ● stands,
//! the insurance in the words of the card.

use crate::body::ItemWord;
use crate::catalogue::TextBody;
use model::{Remark, Verification};
use oqs::{Message, PersonQualification};
use serde::Serialize;
use utoipa::ToSchema;

/// What stands for a character that could not be written.
const BLANK: char = '●';

/// What staff need, in words. A help: nothing here decides anything.
#[derive(Serialize, ToSchema)]
pub(crate) struct ForStaffBody {
    /// How identity was confirmed; absent where no card was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<TextBody>,
    /// What the patient was not asked or did not answer.
    consents_missing: Vec<ItemWord>,
    /// The names in each qualification, side by side.
    names: Vec<NamesBody>,
    /// Each qualification in the words of its card.
    insurance: Vec<InsuranceBody>,
}

/// The names in one qualification, as the centre said them.
#[derive(Serialize, ToSchema)]
pub(crate) struct NamesBody {
    /// 氏名.
    #[schema(required)]
    name: Option<String>,
    /// 氏名カナ.
    #[schema(required)]
    kana: Option<String>,
    /// 氏名（その他）, e.g. 通称.
    #[schema(required)]
    other: Option<String>,
    /// 氏名（その他）カナ.
    #[schema(required)]
    other_kana: Option<String>,
    /// Whether ● stands in one of them for a character that could not be written: the stored name is to be kept.
    blanked: bool,
}

/// One qualification in the words of its card.
#[derive(Serialize, ToSchema)]
pub(crate) struct InsuranceBody {
    lines: Vec<InsuranceLineBody>,
}

/// One line of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct InsuranceLineBody {
    /// What it is about; more of these words may come.
    #[schema(value_type = String)]
    item: oqs::words::Item,
    /// What it is called.
    label: TextBody,
    /// As staff read it.
    value: String,
}

impl ForStaffBody {
    pub(crate) fn of(
        verification: Option<Verification>,
        remarks: &[Remark],
        message: Option<&Message>,
    ) -> Self {
        let missing = remarks.iter().filter_map(|remark| match remark {
            Remark::ConsentMissing { item } => Some((*item).into()),
            _ => None,
        });
        let people = message.into_iter().flat_map(|message| &message.body.result_list);
        Self {
            verified: verification.map(verified),
            consents_missing: missing.collect(),
            names: people.map(NamesBody::of).collect(),
            insurance: message.map(InsuranceBody::all_of).unwrap_or_default(),
        }
    }
}

const fn verified(by: Verification) -> TextBody {
    let (ja, en) = match by {
        Verification::Face => ("顔認証で本人確認", "Confirmed by face"),
        Verification::Pin => {
            ("暗証番号で本人確認（顔は比べていません）", "Confirmed by PIN; no face was compared")
        }
        Verification::Visual => ("職員が目視で本人確認", "Confirmed by staff, by sight"),
        Verification::Smartphone => ("スマートフォンで本人確認", "Confirmed by smartphone"),
    };
    TextBody { ja, en }
}

impl NamesBody {
    fn of(person: &PersonQualification) -> Self {
        let names = [&person.name, &person.name_kana, &person.name_of_other, &person.name_of_other_kana];
        Self {
            blanked: names.iter().any(|name| name.as_ref().is_some_and(|name| name.contains(BLANK))),
            name: person.name.clone(),
            kana: person.name_kana.clone(),
            other: person.name_of_other.clone(),
            other_kana: person.name_of_other_kana.clone(),
        }
    }
}

impl InsuranceBody {
    fn all_of(message: &Message) -> Vec<Self> {
        let line = |line: oqs::words::Line| InsuranceLineBody {
            item: line.item,
            label: TextBody { ja: line.label.ja, en: line.label.en },
            value: line.value,
        };
        oqs::words::words(message)
            .into_iter()
            .map(|card| Self { lines: card.lines.into_iter().map(line).collect() })
            .collect()
    }
}
