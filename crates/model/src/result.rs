//! What the receipt computer gets.

use crate::{
    Consent, Insertion, InstitutionCode, Pii, ReaderId, Remark, ResultId, Timestamp, Verification, VisitId,
};
use serde::{Deserialize, Serialize};

/// 資格有効性, code 006 (oqs-files.md section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// 1 有効.
    Valid,
    /// 2 無効.
    Invalid,
    /// 3 無効（新しい資格あり）.
    InvalidWithNewer,
    /// 4 該当資格なし.
    NotFound,
    /// 5 複数該当.
    Several,
    /// 6 有効（未登録）, 医療扶助 only.
    ValidUnregistered,
}

/// A qualification as the centre said it: the UTF-8 XML of oqs-files.md section 7, never re-typed.
#[derive(Clone, PartialEq, Eq)]
pub struct Qualification {
    /// The XML document.
    pub xml: String,
}

impl std::fmt::Debug for Qualification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Qualification(…)")
    }
}

/// What one visit brought, before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitResult {
    /// Whose visit.
    pub visit: VisitId,
    /// On which reader.
    pub reader: ReaderId,
    /// With which card since the daemon started.
    pub insertion: Insertion,
    /// For which institution; part of the file name in the face folder.
    pub institution: InstitutionCode,
    /// How identity was confirmed.
    pub verification: Verification,
    /// When the centre's answer arrived.
    pub received_at: Timestamp,
    /// What the centre says of the insurance.
    pub validity: Validity,
    /// The centre's own document.
    pub qualification: Pii<Qualification>,
    /// What the patient answered.
    pub consents: Vec<Consent>,
    /// What is worth knowing beside it.
    pub remarks: Vec<Remark>,
}

/// A result that is durable: only this may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedResult {
    /// Its number in the ledger.
    pub id: ResultId,
    /// What was committed.
    pub result: VisitResult,
}

/// What stands under one id of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultRow {
    /// The result as it was committed.
    Whole(CommittedResult),
    /// A result was committed under this id and is not there as it was; it cannot be told.
    Damaged {
        /// Its number.
        id: ResultId,
        /// Which part of it.
        what: &'static str,
    },
}

impl ResultRow {
    /// The number, whatever became of the result: whoever goes on from here misses none.
    #[must_use]
    pub const fn id(&self) -> ResultId {
        match self {
            Self::Whole(committed) => committed.id,
            Self::Damaged { id, .. } => *id,
        }
    }

    /// The result, if it is whole.
    #[must_use]
    pub fn whole(self) -> Option<CommittedResult> {
        match self {
            Self::Whole(committed) => Some(committed),
            Self::Damaged { .. } => None,
        }
    }
}

/// What the terminal knows beside a result and nobody is told: it goes to the ledger with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Which card it was, so that an earlier result of the same card is found.
    pub card: Option<Pii<CardMark>>,
    /// From card placed to the centre's answer.
    pub took: Option<std::time::Duration>,
}

/// SHA-256 of a card's certificate: the same card, the same mark. The ledger keeps it under a key only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CardMark(pub [u8; 32]);

impl std::fmt::Debug for CardMark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardMark(…)")
    }
}
