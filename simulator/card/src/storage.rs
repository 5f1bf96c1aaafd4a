//! The files of one application, and how bytes are kept in a cache.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Who may read a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Access {
    Free,
    /// Any one of these references must be verified.
    AnyOf(Vec<u16>),
    /// The file exists and nobody outside the issuer knows how it opens.
    Never,
}

/// Which key pair a key file stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyRole {
    Auth,
    Sign,
    Chip,
}

/// A PIN, password or 照合番号 with its counter.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Reference {
    #[serde(with = "hex")]
    pub(crate) value: Vec<u8>,
    pub(crate) left: u8,
    pub(crate) full: u8,
}

impl Reference {
    pub(crate) fn new(value: &str, tries: u8) -> Self {
        Self { value: value.as_bytes().to_vec(), left: tries, full: tries }
    }

    /// A reference that no value opens.
    pub(crate) fn unusable() -> Self {
        Self { value: Vec::new(), left: 0, full: 0 }
    }
}

impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reference {{ left: {}, full: {}, .. }}", self.left, self.full)
    }
}

/// One elementary file.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum File {
    Data {
        #[serde(with = "hex")]
        bytes: Vec<u8>,
        access: Access,
    },
    Reference(Reference),
    Key(KeyRole),
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Data { bytes, access } => write!(f, "Data({} bytes, {access:?})", bytes.len()),
            Self::Reference(reference) => reference.fmt(f),
            Self::Key(role) => write!(f, "Key({role:?})"),
        }
    }
}

impl File {
    pub(crate) fn free(bytes: Vec<u8>) -> Self {
        Self::Data { bytes, access: Access::Free }
    }

    pub(crate) fn behind(bytes: Vec<u8>, references: &[u16]) -> Self {
        Self::Data { bytes, access: Access::AnyOf(references.to_vec()) }
    }

    pub(crate) fn closed() -> Self {
        Self::Data { bytes: Vec::new(), access: Access::Never }
    }
}

/// The files of one application by their id.
pub(crate) type Files = BTreeMap<u16, File>;

/// Bytes as hexadecimal text.
pub(crate) mod hex {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        serializer.serialize_str(&text)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.as_bytes()
            .chunks(2)
            .map(|pair| {
                let pair = std::str::from_utf8(pair).map_err(serde::de::Error::custom)?;
                u8::from_str_radix(pair, 16).map_err(serde::de::Error::custom)
            })
            .collect()
    }
}
