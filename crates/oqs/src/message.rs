//! The message: header, body, and how both are read.

use crate::encoding::decode;
use crate::record::{Record as _, leave, only, record};
use crate::tree::{self, Element};
use crate::{Encoding, OqsError, PersonQualification, Segment};
use failure::Text;
use model::InstitutionCode;
use serde::Serialize;

const TIME: Text = Text { ja: "14桁の数字", en: "14 digits" };
const INSTITUTION: Text = Text { ja: "10桁の数字", en: "10 digits" };
const CHARACTER_CODE: Text = Text { ja: "0か1", en: "0 or 1" };

/// An answer of the eligibility system about one question (`OQSsiquc01res_…`).
///
/// Personal through and through: it is serialised (snake_case names of the elements, absent items omitted) only to
/// tell the receipt computer.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Message {
    /// `MessageHeader`.
    pub header: Header,
    /// `MessageBody`.
    pub body: Body,
    #[serde(skip)]
    ignored: usize,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Message(…)")
    }
}

record! {
    /// `MessageHeader`.
    Header = "MessageHeader" {
        /// 処理実行日時, 14 digits.
        process_execution_time: Option<String> = "ProcessExecutionTime",
        /// 資格確認日, 8 digits.
        qualification_confirmation_date: Option<String> = "QualificationConfirmationDate",
        /// 医療機関コード, 10 digits.
        medical_institution_code: Option<String> = "MedicalInstitutionCode",
        /// 任意のファイル識別子.
        arbitrary_file_identifier: Option<String> = "ArbitraryFileIdentifier",
        /// 照会区分, code 002: 1 card, 2 insurance data; 7, 8, 9 are OCR readings.
        reference_classification: Option<String> = "ReferenceClassification",
        /// 処理結果区分, code 003.
        segment_of_result: Option<String> = "SegmentOfResult",
        /// Set if the segment is not 1.
        error_code: Option<String> = "ErrorCode",
        /// Set if the segment is not 1.
        error_message: Option<String> = "ErrorMessage",
        /// 文字コード識別, code 005.
        character_code_identifier: Option<String> = "CharacterCodeIdentifier",
    }
}

record! {
    /// `MessageBody`.
    Body = "MessageBody" {
        /// Echo of the question, in the answer to a card question.
        qualification_confirm_search_info: Option<Question> = "QualificationConfirmSearchInfo",
        /// 処方箋発行形態, code 017: 1 electronic, 2 paper.
        prescription_issue_select: Option<String> = "PrescriptionIssueSelect",
        /// 処理結果状況, code 004.
        processing_result_status: Option<String> = "ProcessingResultStatus",
        /// Shown as it is, never branched on.
        processing_result_code: Option<String> = "ProcessingResultCode",
        /// Shown as it is; on success a remark, e.g. that the card's certificate expires soon.
        processing_result_message: Option<String> = "ProcessingResultMessage",
        /// 資格有効性, code 006.
        qualification_validity: Option<String> = "QualificationValidity",
        /// The qualifications, 0 to n.
        result_list: Vec<PersonQualification> = "ResultList",
    }
}

record! {
    /// `QualificationConfirmSearchInfo`: what was asked.
    Question = "QualificationConfirmSearchInfo" {
        /// 保険者番号, 8 characters, left-padded with spaces.
        insurer_number: Option<String> = "InsurerNumber",
        /// 記号.
        insured_card_symbol: Option<String> = "InsuredCardSymbol",
        /// 番号.
        insured_identification_number: Option<String> = "InsuredIdentificationNumber",
        /// 枝番, 2 digits.
        insured_branch_number: Option<String> = "InsuredBranchNumber",
        /// 生年月日, 8 digits.
        birthdate: Option<String> = "Birthdate",
        /// Spoken consent to see the 限度額 information, code 001.
        limit_application_certificate_related_cons_flg: Option<String> = "LimitApplicationCertificateRelatedConsFlg",
        /// The asker's own identifier.
        arbitrary_identifier: Option<String> = "ArbitraryIdentifier",
    }
}

impl Message {
    /// Puts a message together.
    #[must_use]
    pub const fn new(header: Header, body: Body) -> Self {
        Self { header, body, ignored: 0 }
    }

    /// Reads a document in either encoding. Elements may stand in any order; unknown ones are passed over.
    ///
    /// # Errors
    /// If the document is no message, contradicts itself about its encoding, or lacks a header item.
    pub fn parse(xml: &[u8]) -> Result<Self, OqsError> {
        let document = decode(xml)?;
        let message = Self::read(tree::grow(&document.text)?)?;
        message.header.check(document.encoding)?;
        message.check_body()?;
        Ok(message)
    }

    /// How many elements were not known and passed over.
    #[must_use]
    pub const fn ignored_elements(&self) -> usize {
        self.ignored
    }

    fn read(mut root: Element) -> Result<Self, OqsError> {
        if root.name != "XmlMsg" {
            return Err(OqsError::WrongRoot);
        }
        let mut ignored = 0;
        let header = needed(&mut root, Header::NAME)?;
        let mut body = needed(&mut root, Body::NAME)?;
        leave(&root, "XmlMsg", &mut ignored)?;
        lift_prescription_choice(&mut body);
        Ok(Self {
            header: Header::read(header, &mut ignored)?,
            body: Body::read(body, &mut ignored)?,
            ignored,
        })
    }

    fn check_body(&self) -> Result<(), OqsError> {
        if self.header.segment() == Segment::Normal && self.body.processing_result_status.is_none() {
            return Err(OqsError::Missing { element: "ProcessingResultStatus" });
        }
        Ok(())
    }
}

impl Header {
    /// `MedicalInstitutionCode`.
    pub(crate) fn institution(&self) -> Result<InstitutionCode, OqsError> {
        let element = "MedicalInstitutionCode";
        let code = present(self.medical_institution_code.as_deref(), element)?;
        code.parse().map_err(|_| OqsError::Form { element, wanted: INSTITUTION })
    }

    fn check(&self, declared: Encoding) -> Result<(), OqsError> {
        digits(self.process_execution_time.as_deref(), "ProcessExecutionTime", 14, TIME)?;
        self.institution()?;
        present(self.segment_of_result.as_deref(), "SegmentOfResult")?;
        let element = "CharacterCodeIdentifier";
        let identifier = present(self.character_code_identifier.as_deref(), element)?;
        match Encoding::of_identifier(identifier) {
            None => Err(OqsError::Form { element, wanted: CHARACTER_CODE }),
            Some(encoding) if encoding == declared => Ok(()),
            Some(_) => Err(OqsError::EncodingConflict { declared }),
        }
    }
}

/// Sources disagree whether the choice stands in the body or in the result: it is looked for in both places.
fn lift_prescription_choice(body: &mut Element) {
    let name = "PrescriptionIssueSelect";
    if body.children.iter().any(|child| child.name == name) {
        return;
    }
    let mut lists = body.children.iter_mut().filter(|child| child.name == "ResultList");
    let choice = lists.find_map(|list| list.children.iter_mut().find_map(|result| result.take(name).pop()));
    body.children.extend(choice);
}

pub(crate) fn needed(root: &mut Element, element: &'static str) -> Result<Element, OqsError> {
    only(root, element)?.ok_or(OqsError::Missing { element })
}

fn present<'a>(value: Option<&'a str>, element: &'static str) -> Result<&'a str, OqsError> {
    value.ok_or(OqsError::Missing { element })
}

fn digits(value: Option<&str>, element: &'static str, length: usize, wanted: Text) -> Result<(), OqsError> {
    let value = present(value, element)?;
    if value.len() == length && value.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err(OqsError::Form { element, wanted })
    }
}
