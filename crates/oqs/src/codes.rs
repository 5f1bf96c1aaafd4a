//! Values of the code list (別紙 5-1) that decide something. The document keeps the raw text.

use crate::{Body, Header};
use model::Validity;

/// 処理結果区分, code 003.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// 1 正常終了.
    Normal,
    /// 2 処理中.
    Working,
    /// 9 異常終了, and any value not known.
    Failed,
}

/// 処理結果状況, code 004.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 1 正常終了.
    Normal,
    /// 2 エラー, and any value not known.
    Failed,
}

/// 同意フラグ, code 016 (and 001, which knows only the first two).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentFlag {
    /// 0 同意なし.
    Refused,
    /// 1 同意あり.
    Agreed,
    /// 2 同意有効期限切れ: only in home-visit and on-line care.
    Expired,
    /// 3 同意取得困難: only in emergencies.
    Unobtainable,
}

impl ConsentFlag {
    /// Reads the flag; an unknown value is no answer.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        match code {
            "0" => Some(Self::Refused),
            "1" => Some(Self::Agreed),
            "2" => Some(Self::Expired),
            "3" => Some(Self::Unobtainable),
            _ => None,
        }
    }
}

impl Header {
    /// `SegmentOfResult`.
    #[must_use]
    pub fn segment(&self) -> Segment {
        match self.segment_of_result.as_deref() {
            Some("1") => Segment::Normal,
            Some("2") => Segment::Working,
            _ => Segment::Failed,
        }
    }

    /// Whether this is what OCR took from paper (`ReferenceClassification` 7, 8, 9): never a confirmation.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        matches!(self.reference_classification.as_deref(), Some("7" | "8" | "9"))
    }
}

impl Body {
    /// `ProcessingResultStatus`.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.processing_result_status.as_deref() {
            Some("1") => Status::Normal,
            _ => Status::Failed,
        }
    }

    /// `QualificationValidity`, code 006; none if absent or not known.
    #[must_use]
    pub fn validity(&self) -> Option<Validity> {
        match self.qualification_validity.as_deref()? {
            "1" => Some(Validity::Valid),
            "2" => Some(Validity::Invalid),
            "3" => Some(Validity::InvalidWithNewer),
            "4" => Some(Validity::NotFound),
            "5" => Some(Validity::Several),
            "6" => Some(Validity::ValidUnregistered),
            _ => None,
        }
    }
}
