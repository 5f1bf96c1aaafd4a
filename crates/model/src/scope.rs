//! Who calls the local API, and for what.

use crate::{IdError, ReaderId, ids::text_id};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

text_id!(
    /// The name of a program that calls the API, as the site gave it with its token; as a consumer of results too.
    CallerName, "caller's name", "1 to 32 of a-z, 0-9 and '-'",
    |t| (1..=32).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);

/// What a token is for (design section 8).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// Results and their events, acknowledgement.
    Results,
    /// Look-ups and re-queries.
    Lookups,
    /// What reception sees and does: readers, results, staff's actions, counts.
    Board,
    /// The panel of one reader.
    Kiosk(ReaderId),
    /// Setting up: tokens, pairing, the audit, consumers.
    Admin,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Results => f.write_str("results"),
            Self::Lookups => f.write_str("lookups"),
            Self::Board => f.write_str("board"),
            Self::Kiosk(reader) => write!(f, "kiosk:{reader}"),
            Self::Admin => f.write_str("admin"),
        }
    }
}

impl FromStr for Scope {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        match text {
            "results" => Ok(Self::Results),
            "lookups" => Ok(Self::Lookups),
            "board" => Ok(Self::Board),
            "admin" => Ok(Self::Admin),
            _ => {
                text.strip_prefix("kiosk:").and_then(|reader| reader.parse().ok()).map(Self::Kiosk).ok_or(
                    IdError { wanted: "scope", form: "results, lookups, board, admin or kiosk:<reader>" },
                )
            }
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_back_what_it_shows() {
        for text in ["results", "lookups", "board", "admin", "kiosk:front-1"] {
            assert_eq!(text.parse::<Scope>().map(|scope| scope.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "Results", "kiosk", "kiosk:", "kiosk:../x", "results lookups"] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
    }
}
