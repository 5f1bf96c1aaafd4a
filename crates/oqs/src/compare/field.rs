//! Which fields are compared, where each stands in a qualification, and what of its form does not count.

use super::width::{one_width, plain_signs};
use crate::PersonQualification;
use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident = $name:ident, $form:ident, $told:expr;)*) => {
        /// A field that is compared; its names are those of [`Stored`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field {
            $($(#[$doc])* $field,)*
        }

        /// What a receipt computer has stored of a person, as far as it says so. Personal.
        #[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Stored {
            $($(#[$doc])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $name: Option<String>,)*
        }

        impl Field {
            /// Every field, in the order in which they are told.
            pub const ALL: &'static [Self] = &[$(Self::$field),*];

            /// What is stored of it.
            pub(super) fn stored(self, of: &Stored) -> Option<&str> {
                match self {
                    $(Self::$field => of.$name.as_deref(),)*
                }
            }

            /// What the centre told of it.
            pub(super) fn told(self, of: &PersonQualification) -> Option<&str> {
                match self {
                    $(Self::$field => {
                        let told: fn(&PersonQualification) -> Option<&str> = $told;
                        told(of)
                    })*
                }
            }

            const fn form(self) -> Form {
                match self {
                    $(Self::$field => Form::$form,)*
                }
            }
        }
    };
}

fields! {
    /// 氏名.
    Name = name, Words, |of| of.name.as_deref();
    /// 氏名カナ.
    NameKana = name_kana, Words, |of| of.name_kana.as_deref();
    /// 氏名（その他）, e.g. 通称.
    NameOfOther = name_of_other, Words, |of| of.name_of_other.as_deref();
    /// 氏名（その他）カナ.
    NameOfOtherKana = name_of_other_kana, Words, |of| of.name_of_other_kana.as_deref();
    /// 生年月日, 8 digits.
    BirthDate = birth_date, Words, |of| of.birthdate.as_deref();
    /// 性別, code 007.
    Sex = sex, Words, |of| of.sex1.as_deref();
    /// 郵便番号, `NNN-NNNN`.
    PostNumber = post_number, PostNumber, |of| of.post_number.as_deref();
    /// 住所.
    Address = address, Signs, |of| of.address.as_deref();
    /// 被保険者証区分, code 010.
    CardKind = card_kind, Words, |of| of.insured_card_classification.as_deref();
    /// 保険者番号, without padding.
    InsurerNumber = insurer_number, Words, |of| of.insurer_number.as_deref().map(str::trim);
    /// 保険者名称.
    InsurerName = insurer_name, Words, |of| of.insurer_name.as_deref();
    /// 記号.
    Symbol = symbol, Signs, |of| of.insured_card_symbol.as_deref();
    /// 番号.
    Number = number, Signs, |of| of.insured_identification_number.as_deref();
    /// 枝番, 2 digits.
    Branch = branch, Branch, |of| of.insured_branch_number.as_deref();
    /// 本人・家族, code 009.
    Family = family, Words, |of| of.personal_family_classification.as_deref();
    /// 被保険者氏名（世帯主氏名）.
    InsuredName = insured_name, Words, |of| of.insured_name.as_deref();
    /// 有効開始年月日, 8 digits.
    ValidFrom = valid_from, Words, |of| of.insured_card_valid_date.as_deref();
    /// 有効終了年月日, 8 digits.
    ValidUntil = valid_until, Words, |of| of.insured_card_expiration_date.as_deref();
    /// 資格取得年月日, 8 digits.
    QualifiedOn = qualified_on, Words, |of| of.qualification_date.as_deref();
    /// 資格喪失年月日, 8 digits.
    LostOn = lost_on, Words, |of| of.disqualification_date.as_deref();
    /// 負担割合, 3 digits, percent: 一部負担金割合, or that of the 高齢受給者証.
    Ratio = ratio, Words, ratio;
    /// 限度額の適用区分, code 012.
    LimitClass = limit_class, Words, limit_class;
}

/// What of a field's form does not count, beside its width.
#[derive(Clone, Copy)]
enum Form {
    /// Nothing.
    Words,
    /// Which hyphen it is: － becomes another one in some tables.
    Signs,
    /// Whether the hyphen stands.
    PostNumber,
    /// Whether one digit has its zero before it (oqs-files.md section 11).
    Branch,
}

impl Field {
    /// The value in one width and one form; equal ones say the same.
    pub(super) fn folded(self, value: &str) -> String {
        let value = one_width(value);
        match self.form() {
            Form::Words => value,
            Form::Signs => plain_signs(&value),
            Form::PostNumber => plain_signs(&value).replace('-', ""),
            Form::Branch => format!("{value:0>2}"),
        }
    }
}

fn ratio(of: &PersonQualification) -> Option<&str> {
    let elderly =
        || of.elderly_recipient_certificate_info.as_ref()?.elderly_recipient_contribution_ratio.as_deref();
    of.insured_partial_contribution_ratio.as_deref().or_else(elderly)
}

fn limit_class(of: &PersonQualification) -> Option<&str> {
    let limit = of.limit_application_certificate_related_info.as_ref()?;
    limit.limit_application_certificate_classification_flag.as_deref()
}

/// Tells nothing: the values are personal.
impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stored(…)")
    }
}
