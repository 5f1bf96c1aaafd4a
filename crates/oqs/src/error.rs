//! Why a document is not a message or no request. Names the element at fault, never its value.

use crate::Encoding;
use failure::Text;
use model::FailureCode;

/// Why a document is not a message or no request. Displays in English; [`OqsError::ja`] is the same in Japanese.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OqsError {
    /// Larger than [`crate::LARGEST_DOCUMENT`] or, a request, than [`crate::LARGEST_REQUEST`].
    #[error("the document has more than {limit} bytes")]
    TooLarge {
        /// The limit, bytes.
        limit: usize,
    },
    /// The declaration names an encoding other than UTF-8 and Shift_JIS.
    #[error("the declaration names an encoding other than UTF-8 and Shift_JIS")]
    EncodingUnknown,
    /// The bytes are not in the declared encoding.
    #[error("the bytes are not {declared}")]
    Undecodable {
        /// What the declaration says.
        declared: Encoding,
    },
    /// Declaration (or byte-order mark) and `CharacterCodeIdentifier` do not agree.
    #[error("declared as {declared}, but CharacterCodeIdentifier or byte-order mark says otherwise")]
    EncodingConflict {
        /// What the declaration says.
        declared: Encoding,
    },
    /// Not well-formed XML.
    #[error("not well-formed at character data offset {offset}")]
    NotWellFormed {
        /// Byte offset in the document as UTF-8.
        offset: usize,
    },
    /// A character that XML does not allow.
    #[error("a character that XML does not allow")]
    ForbiddenCharacter,
    /// A document type definition.
    #[error("a document type definition is refused")]
    DocumentType,
    /// An entity other than the five of XML.
    #[error("an entity at offset {offset} is refused")]
    Entity {
        /// Byte offset in the document as UTF-8.
        offset: usize,
    },
    /// Elements nested too deeply.
    #[error("elements are nested deeper than {limit}", limit = crate::tree::DEEPEST)]
    TooDeep,
    /// Too many elements.
    #[error("more than {limit} elements", limit = crate::tree::MOST_ELEMENTS)]
    TooMany,
    /// The root is not `XmlMsg`.
    #[error("the root is not XmlMsg")]
    WrongRoot,
    /// A needed element is missing or empty.
    #[error("{element} is missing")]
    Missing {
        /// Its name.
        element: &'static str,
    },
    /// An element stands more often than once.
    #[error("{element} stands more than once")]
    Repeated {
        /// Its name.
        element: &'static str,
    },
    /// An element holds elements where text belongs, or text where elements belong.
    #[error("{element} has the wrong structure")]
    Structure {
        /// Its name.
        element: &'static str,
    },
    /// A value has the wrong form.
    #[error("{element} is not {wanted}", wanted = wanted.en)]
    Form {
        /// Its name.
        element: &'static str,
        /// The form it should have.
        wanted: Text,
    },
    /// A 外字 in what is asked: the same code is another character at another site.
    #[error("{element} holds a character of the site's own (外字)")]
    PrivateCharacter {
        /// Its name.
        element: &'static str,
    },
}

impl OqsError {
    /// The catalogue's code: the document cannot be read as a qualification.
    #[must_use]
    pub const fn code(&self) -> FailureCode {
        failure::codes::QUALIFICATION_UNREADABLE
    }

    /// Whether the document may only be half written: bytes that are still to come could mend it.
    #[must_use]
    pub const fn may_be_unfinished(&self) -> bool {
        // A place that is reserved and not yet written reads as zeros, which XML forbids.
        matches!(self, Self::NotWellFormed { .. } | Self::Undecodable { .. } | Self::ForbiddenCharacter)
    }

    /// What is displayed, in Japanese: a whole sentence.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::TooLarge { limit } => format!("ファイルが{limit}バイトを超えています。"),
            Self::EncodingUnknown => "XML宣言の文字コードが、UTF-8でもShift_JISでもありません。".to_owned(),
            Self::Undecodable { declared } => format!("{declared}として読めない文字があります。"),
            Self::EncodingConflict { declared } => format!(
                "XML宣言は{declared}ですが、CharacterCodeIdentifierまたはバイト順マークと一致しません。"
            ),
            Self::NotWellFormed { offset } => {
                format!("XMLとして正しくないか、途中で切れています（UTF-8で{offset}バイト目）。")
            }
            Self::ForbiddenCharacter => "XMLに書けない文字があります。".to_owned(),
            Self::DocumentType => "文書型宣言（DOCTYPE）は受け付けていません。".to_owned(),
            Self::Entity { offset } => {
                format!("XMLにない実体参照があります（UTF-8で{offset}バイト目）。")
            }
            Self::TooDeep => format!("要素の入れ子が{}段を超えています。", crate::tree::DEEPEST),
            Self::TooMany => format!("要素が{}個を超えています。", crate::tree::MOST_ELEMENTS),
            Self::WrongRoot => "最上位の要素がXmlMsgではありません。".to_owned(),
            Self::Missing { element } => format!("{element}がありません。"),
            Self::Repeated { element } => format!("{element}が二つ以上あります。"),
            Self::Structure { element } => format!("{element}の構造が違います。"),
            Self::Form { element, wanted } => format!("{element}の正しい形は「{}」です。", wanted.ja),
            Self::PrivateCharacter { element } => format!("{element}に外字が入っています。"),
        }
    }
}
