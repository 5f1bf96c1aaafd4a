//! Why a document is not a message. Names the element at fault, never its value.

use crate::Encoding;
use model::FailureCode;

/// Why a document is not a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OqsError {
    /// Larger than [`crate::LARGEST_DOCUMENT`].
    #[error("the document has {bytes} bytes, more than {limit}", limit = crate::LARGEST_DOCUMENT)]
    TooLarge {
        /// Its size.
        bytes: usize,
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
    #[error("{element} is not {wanted}")]
    Form {
        /// Its name.
        element: &'static str,
        /// The form it should have.
        wanted: &'static str,
    },
}

impl OqsError {
    /// The catalogue's code: the document cannot be read as a qualification.
    #[must_use]
    pub const fn code(&self) -> FailureCode {
        failure::codes::QUALIFICATION_UNREADABLE
    }
}
