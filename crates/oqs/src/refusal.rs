//! The text beside a request that is not answered (`.err`, oqs-files.md 5.1). The official form of this text is not
//! known: ours is for people, Japanese first.

use crate::encoding::encode_into;
use crate::{Encoding, Family, OqsError};
use failure::{Text, codes, entry};
use model::FailureCode;

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It cannot be read as a request.
    Malformed(OqsError),
    /// It kept changing and never was whole.
    NeverWhole,
    /// This terminal does not answer its family yet.
    NotYet(Family),
    /// The answer's name is taken by a file that does not answer this request.
    NameReused,
}

impl Refusal {
    /// The catalogue's code, with what reception and technician do next.
    #[must_use]
    pub const fn code(&self) -> FailureCode {
        match self {
            Self::Malformed(_) | Self::NeverWhole => codes::FOLDER_REQUEST_MALFORMED,
            Self::NotYet(_) => codes::FOLDER_REQUEST_NOT_YET,
            Self::NameReused => codes::FOLDER_REQUEST_NAME_REUSED,
        }
    }

    /// The text of the `.err` file: our code, what is wrong (element and form, never a value), what to do; Japanese,
    /// then English, with the line ends of Windows. A pure function of the refusal, so that refusing again after a
    /// crash changes nothing.
    #[must_use]
    pub fn to_text(&self, encoding: Encoding) -> Vec<u8> {
        let entry = entry(self.code());
        let (ja, en) = self.detail();
        let lines = [
            entry.code.as_str(),
            "",
            entry.cause.ja,
            &ja,
            entry.reception.ja,
            entry.technician.ja,
            "",
            entry.cause.en,
            &en,
            entry.reception.en,
            entry.technician.en,
        ];
        let text: String = lines.into_iter().flat_map(|line| [line, "\r\n"]).collect();
        let mut bytes = Vec::with_capacity(text.len());
        encode_into(encoding, &text, &mut bytes);
        bytes
    }

    /// What is wrong with this one.
    fn detail(&self) -> (String, String) {
        match self {
            Self::Malformed(error) => (error.ja(), sentence(&error.to_string())),
            Self::NeverWhole => (
                "ファイルが書き終わらないまま、変わり続けています。".to_owned(),
                "The file keeps changing and is never whole.".to_owned(),
            ),
            Self::NotYet(family) => {
                let Text { ja, en } = family.title();
                (format!("照会の種類は「{ja}」です。"), format!("The request is for: {en}."))
            }
            Self::NameReused => (
                "ファイル名の番号を変えてください。".to_owned(),
                "Change the number in the file's name.".to_owned(),
            ),
        }
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    format!("{}{}.", first.into_iter().collect::<String>(), letters.as_str())
}
