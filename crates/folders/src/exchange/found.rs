//! What a reading of a request says. Pure.

use crate::reading::Reading;
use model::InstitutionCode;
use oqs::{Family, LARGEST_REQUEST, OqsError, Refusal, Request};
use std::io;

/// What stands in a file.
pub(crate) enum Found {
    /// A look-up of this institution's.
    Lookup(Box<Request>),
    /// Something that goes back.
    Refused(Refusal),
    /// It cannot be read.
    Unreadable,
}

impl Found {
    pub(crate) fn of(family: Family, reading: io::Result<Reading>, own: &InstitutionCode) -> Self {
        let read = match reading {
            Ok(Reading::Bytes(_)) if family != Family::Lookup => {
                return Self::Refused(Refusal::NotYet(family));
            }
            Ok(Reading::Bytes(bytes)) => Request::parse(&bytes),
            Ok(Reading::TooLarge { .. }) => Err(OqsError::TooLarge { limit: LARGEST_REQUEST }),
            Ok(Reading::NotAFile | Reading::Gone) | Err(_) => return Self::Unreadable,
        };
        match read.and_then(|request| request.check_institution(own).map(|()| request)) {
            Ok(request) => Self::Lookup(Box::new(request)),
            Err(error) => Self::Refused(Refusal::Malformed(error)),
        }
    }

    /// Whether more bytes would change nothing.
    pub(crate) const fn is_complete(&self) -> bool {
        match self {
            Self::Lookup(_) => true,
            // Of a file that is too large the end was not seen.
            Self::Refused(Refusal::Malformed(OqsError::TooLarge { .. })) | Self::Unreadable => false,
            Self::Refused(Refusal::Malformed(error)) => !error.may_be_unfinished(),
            Self::Refused(_) => true,
        }
    }
}
