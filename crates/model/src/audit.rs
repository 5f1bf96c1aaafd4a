//! Who did or saw what; kept by the ledger, without any patient's data.

use crate::{CallerName, ReaderId, ResultId, Scope, StaffId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

/// One entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// At which reader, if at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<ReaderId>,
    /// In which visit, if there was one.
    pub visit: Option<VisitId>,
    /// Who.
    pub by: AuditBy,
    /// What.
    pub deed: AuditDeed,
}

/// One entry with its number in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Grows from 1, is never used twice.
    pub id: u64,
    /// The entry.
    pub entry: AuditEntry,
}

/// What stands under one number of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditRow {
    /// The entry as it was noted.
    Whole(AuditRecord),
    /// The entry of this number is not what was noted.
    Damaged(u64),
}

impl AuditRow {
    /// The number, whatever became of the entry.
    #[must_use]
    pub const fn id(&self) -> u64 {
        match self {
            Self::Whole(record) => record.id,
            Self::Damaged(id) => *id,
        }
    }
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "staff")]
pub enum AuditBy {
    /// A member of staff, over the API.
    Staff(StaffId),
    /// Whoever typed at the reader where the passcode was asked.
    AtReader,
    /// A program with a token of this name.
    Caller(CallerName),
    /// A program of this user on the Unix socket, without a token.
    LocalUser(u32),
    /// The page of the board.
    Board,
    /// The folders' side of the terminal.
    Folders,
    /// The terminal itself.
    Terminal,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditDeed {
    /// 目視確認 armed for the next card, or begun in the visit under way.
    VisualCheckArmed,
    /// Back to unattended before a card came.
    VisualCheckDisarmed,
    /// Face and card compared: the same person.
    PersonConfirmed,
    /// Face and card compared: another person.
    PersonRefused,
    /// A wrong passcode, at the reader or at the lock of the board.
    PasscodeRefused,
    /// The lock of a board was opened.
    BoardUnlocked,
    /// The visit ended by staff.
    VisitCancelled,
    /// The questions of a visit begun anew by staff.
    ConsentAskedAgain,
    /// Results were given out: each of this range that there is.
    ResultsShown {
        /// The first.
        from: ResultId,
        /// The last.
        to: ResultId,
    },
    /// An event stream began: every result after this one may have been seen, up to [`AuditDeed::ListeningEnded`].
    ListeningBegan {
        /// The last result seen before.
        after: ResultId,
    },
    /// That stream ended; nothing after this one was seen on it.
    ListeningEnded {
        /// The last result sent.
        up_to: ResultId,
    },
    /// A look-up was answered.
    LookedUp,
    /// The centre was asked again about the person of this result.
    Requeried {
        /// The result.
        result: ResultId,
    },
    /// A token was made.
    TokenMade {
        /// Its name.
        name: CallerName,
        /// What it is for.
        scopes: Vec<Scope>,
    },
    /// A token was revoked.
    TokenRevoked {
        /// Its name.
        name: CallerName,
    },
    /// Results of this range were destroyed at the end of their days although this consumer had not acknowledged them.
    DroppedUntold {
        /// The consumer.
        consumer: CallerName,
        /// The first.
        from: ResultId,
        /// The last.
        to: ResultId,
        /// How many.
        count: u64,
    },
}

/// What a look through the whole audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Entries that are as they were noted, counted from the first.
    pub entries: u64,
    /// The chain's last link, 64 hex digits: whoever writes it down sees later whether the audit was set back.
    pub head: String,
    /// The first entry that is not as it was noted, or is missing.
    pub broken_at: Option<u64>,
}
