//! Plain enums as the words by which serde names them.

use crate::error::LedgerError;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn to_word<T: Serialize>(value: T) -> Result<String, LedgerError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(LedgerError::Beyond { what: "a word" }),
    }
}

pub(crate) fn from_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}
