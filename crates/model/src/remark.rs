//! What is worth knowing beside a result: nothing failed, but somebody should act or look.

use crate::ConsentItem;
use serde::{Deserialize, Serialize};

/// One remark on a result. Its wording stands in the catalogue (room `failure`). No personal data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Remark {
    /// The card's certificate expires within three months (workflow.md section 9).
    CertificateExpiresSoon,
    /// The card's certificate has expired; until three months after the end of that month it still gives the
    /// qualification, and no medical information.
    CertificateInGrace,
    /// A character is ● here: it stands for one that could not be written. The stored text is to be kept.
    CharactersBlanked {
        /// Where.
        field: PersonField,
    },
    /// The card was taken, or the patient left, before this was answered.
    ConsentMissing {
        /// What was not answered.
        item: ConsentItem,
    },
    /// 公費 (PMH) was asked for and nothing came back: that is no "none" (workflow.md section 12, row 17).
    SubsidyUnanswered,
    /// The centre remarked something that this program does not know.
    CentreNote {
        /// The centre's word, 1 to 40 letters or '_'.
        word: String,
    },
}

/// A field about the person in which characters may be blanked (oqs-files.md section 7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonField {
    /// 氏名.
    Name,
    /// 氏名カナ.
    NameKana,
    /// 氏名(その他).
    NameOfOther,
    /// 氏名カナ(その他).
    NameOfOtherKana,
    /// 被保険者氏名.
    InsuredName,
    /// 住所.
    Address,
}
