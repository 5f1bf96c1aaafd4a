//! The look-up that a receipt computer asks for by file (`OQSsiquc01req_…`, oqs-files.md 8.1).

use crate::encoding::{Decoded, decode};
use crate::message::{Body, Header, Question, needed};
use crate::record::{Record as _, leave};
use crate::transcode::Path;
use crate::{Encoding, LARGEST_REQUEST, OqsError, timestamp, tree};
use failure::Text;
use model::{InstitutionCode, Lookup, LookupFault, Pii};

const QUESTION: &str = "QualificationConfirmSearchInfo";
pub(crate) const FILE_IDENTIFIER: Path = &["XmlMsg", "MessageHeader", "ArbitraryFileIdentifier"];
pub(crate) const IDENTIFIER: Path = &["XmlMsg", "MessageBody", QUESTION, "ArbitraryIdentifier"];
const LONGEST_FILE_IDENTIFIER: usize = 50;

/// A request, checked. What it holds is personal: Debug tells nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// As declared; it has no `CharacterCodeIdentifier`.
    pub encoding: Encoding,
    /// 医療機関コード.
    pub institution: InstitutionCode,
    /// 資格確認日, 8 digits.
    pub date: Option<String>,
    /// What is looked up.
    pub lookup: Pii<Lookup>,
    /// `ArbitraryFileIdentifier`, at most 50 characters.
    pub file_identifier: Option<Pii<Identifier>>,
    /// `ArbitraryIdentifier`, often the patient's number.
    pub identifier: Option<Pii<Identifier>>,
    /// As it stands in the request, paddings and all.
    pub(crate) question: Question,
}

/// A name that the asker gave to a question.
#[derive(Clone, PartialEq, Eq)]
pub struct Identifier {
    /// What it says.
    pub value: String,
    /// How that is written in the request, e.g. `A&amp;B`: some askers look for these very characters.
    pub literal: String,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Request(…)")
    }
}

impl std::fmt::Debug for Identifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identifier(…)")
    }
}

impl Request {
    /// Reads a request in either encoding, by its declaration. Elements may stand in any order; unknown ones are
    /// passed over.
    ///
    /// # Errors
    /// The first element that is missing, stands twice or has another form.
    pub fn parse(xml: &[u8]) -> Result<Self, OqsError> {
        if xml.len() > LARGEST_REQUEST {
            return Err(OqsError::TooLarge { limit: LARGEST_REQUEST });
        }
        let document = decode(xml)?;
        let (header, question) = read(tree::grow(&document.text)?)?;
        let institution = header.institution()?;
        let date = header.qualification_confirmation_date;
        if date.as_ref().is_some_and(|date| timestamp(&format!("{date}000000")).is_none()) {
            return Err(OqsError::Form { element: "QualificationConfirmationDate", wanted: DATE });
        }
        Ok(Self {
            encoding: document.encoding,
            institution,
            date,
            lookup: Pii::new(lookup(&question)?),
            file_identifier: file_identifier(&document, header.arbitrary_file_identifier)?,
            identifier: identifier(&document, question.arbitrary_identifier.clone(), IDENTIFIER),
            question,
        })
    }

    /// Checks that the request comes from the institution that this terminal belongs to.
    ///
    /// # Errors
    /// If it names another one.
    pub fn check_institution(&self, own: &InstitutionCode) -> Result<(), OqsError> {
        if self.institution == *own {
            return Ok(());
        }
        Err(OqsError::Form { element: "MedicalInstitutionCode", wanted: OWN_INSTITUTION })
    }
}

fn read(mut root: tree::Element) -> Result<(Header, Question), OqsError> {
    if root.name != "XmlMsg" {
        return Err(OqsError::WrongRoot);
    }
    let mut ignored = 0;
    let header = Header::read(needed(&mut root, Header::NAME)?, &mut ignored)?;
    let body = Body::read(needed(&mut root, Body::NAME)?, &mut ignored)?;
    leave(&root, "XmlMsg", &mut ignored)?;
    let question = body.qualification_confirm_search_info.ok_or(OqsError::Missing { element: QUESTION })?;
    Ok((header, question))
}

/// Spaces around a value are paddings; digits stay as they are, leading zeros too.
fn lookup(question: &Question) -> Result<Lookup, OqsError> {
    let lookup = Lookup {
        insurer_number: value("InsurerNumber", question.insurer_number.as_deref())?,
        symbol: optional("InsuredCardSymbol", question.insured_card_symbol.as_deref())?,
        number: value("InsuredIdentificationNumber", question.insured_identification_number.as_deref())?,
        branch: optional("InsuredBranchNumber", question.insured_branch_number.as_deref())?,
        birth_date: value("Birthdate", question.birthdate.as_deref())?,
        limit_certificate: agreed(question.limit_application_certificate_related_cons_flg.as_deref())?,
    };
    lookup.check().map_err(form)?;
    Ok(lookup)
}

fn value(element: &'static str, text: Option<&str>) -> Result<String, OqsError> {
    optional(element, text)?.ok_or(OqsError::Missing { element })
}

fn optional(element: &'static str, text: Option<&str>) -> Result<Option<String>, OqsError> {
    match text {
        Some(text) if text.contains(is_private) => Err(OqsError::PrivateCharacter { element }),
        text => Ok(text.map(|text| text.trim().to_owned())),
    }
}

/// Unicode's private use area in the basic plane: there 外字 are.
fn is_private(c: char) -> bool {
    ('\u{E000}'..='\u{F8FF}').contains(&c)
}

/// Without an answer nobody agreed.
fn agreed(flag: Option<&str>) -> Result<bool, OqsError> {
    match flag.map(str::trim) {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(_) => Err(OqsError::Form { element: "LimitApplicationCertificateRelatedConsFlg", wanted: FLAG }),
    }
}

fn file_identifier(document: &Decoded, value: Option<String>) -> Result<Option<Pii<Identifier>>, OqsError> {
    if value.as_ref().is_some_and(|value| value.chars().count() > LONGEST_FILE_IDENTIFIER) {
        return Err(OqsError::Form { element: "ArbitraryFileIdentifier", wanted: FILE_IDENTIFIER_FORM });
    }
    Ok(identifier(document, value, FILE_IDENTIFIER))
}

fn identifier(document: &Decoded, value: Option<String>, path: Path) -> Option<Pii<Identifier>> {
    let value = value?;
    let literal = tree::literal(&document.text, path)?.to_owned();
    Some(Pii::new(Identifier { value, literal }))
}

const DATE: Text = Text { ja: "8桁の日付（yyyyMMdd）", en: "a date of 8 digits, yyyyMMdd" };
const FLAG: Text = Text { ja: "0か1", en: "0 or 1" };
const OWN_INSTITUTION: Text =
    Text { ja: "この端末の医療機関コード", en: "this terminal's institution code" };
const FILE_IDENTIFIER_FORM: Text = Text { ja: "50文字以内", en: "at most 50 characters" };

/// The element and its form, for a field of [`Lookup`].
fn form(fault: LookupFault) -> OqsError {
    let (element, ja) = match fault.field {
        "insurer_number" => ("InsurerNumber", "6桁か8桁の数字"),
        "symbol" => ("InsuredCardSymbol", "1から20文字（なければ項目ごと省く）"),
        "number" => ("InsuredIdentificationNumber", "1から20文字"),
        "branch" => ("InsuredBranchNumber", "2桁の数字（なければ項目ごと省く）"),
        "birth_date" => ("Birthdate", DATE.ja),
        _ => (QUESTION, "資格確認の照会の形"),
    };
    OqsError::Form { element, wanted: Text { ja, en: fault.form } }
}
