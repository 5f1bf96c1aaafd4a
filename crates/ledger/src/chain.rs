//! The audit's chain: every entry's link is a keyed hash over the link before it, its number and its sealed bytes.
//!
//! Where the chain begins and ends stands sealed in a row of its own, written with every entry: an entry that was cut
//! off at the end shows as one that was taken out of the middle does. What retention takes from the front moves the
//! beginning along.

use crate::audit;
use crate::error::LedgerError;
use crate::hash::HashKey;
use crate::key::LedgerKey;
use crate::seal::{self, Place};
use model::AuditVerdict;
use rusqlite::{Connection, OptionalExtension};
use std::cmp::Ordering;
use std::fmt::Write;

/// Entries looked at in one read: a long one would keep the log from being folded back.
const PAGE: usize = 512;

/// One end of the chain: an entry's number and its link. Number 0 and a link of zeros stand before the first entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) id: i64,
    pub(crate) link: [u8; 32],
}

/// Where the chain begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// The last entry that retention took away.
    pub(crate) front: End,
    /// The last entry.
    pub(crate) back: End,
}

impl End {
    pub(crate) const START: Self = Self { id: 0, link: [0; 32] };

    /// The end of the chain once an entry of this number and these bytes is added.
    pub(crate) fn next(&self, key: &HashKey, id: i64, sealed: &[u8]) -> Self {
        Self { id, link: key.hash(&[&self.link, &id.to_be_bytes(), sealed]) }
    }

    fn to_bytes(self) -> impl Iterator<Item = u8> {
        self.id.to_be_bytes().into_iter().chain(self.link)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, link) = bytes.split_first_chunk()?;
        Some(Self { id: i64::from_be_bytes(*id), link: link.try_into().ok()? })
    }
}

impl Head {
    /// The head as it was written last; `None` if it is not what was written.
    pub(crate) fn read(connection: &Connection, key: &LedgerKey) -> Result<Option<Self>, LedgerError> {
        let sealed: Option<Vec<u8>> = connection
            .query_row("SELECT sealed FROM audit_head", [], |row| Ok(seal::stored(row, 0)))
            .optional()
            .map_err(|cause| LedgerError::Store { doing: "reading the audit's head", cause })?;
        Ok(sealed.and_then(|sealed| {
            let plain = seal::unseal(key.bytes(), &place(), &sealed)?;
            let (front, back) = plain.split_at_checked(plain.len() / 2)?;
            Some(Self { front: End::from_bytes(front)?, back: End::from_bytes(back)? })
        }))
    }

    pub(crate) fn write(&self, connection: &Connection, key: &LedgerKey) -> Result<(), LedgerError> {
        let plain: Vec<u8> = self.front.to_bytes().chain(self.back.to_bytes()).collect();
        let sealed = seal::seal(key.bytes(), &place(), &plain)?;
        connection
            .prepare_cached(
                "INSERT INTO audit_head VALUES (1, ?1) ON CONFLICT (only) DO UPDATE SET sealed = excluded.sealed",
            )
            .and_then(|mut statement| statement.execute([sealed]))
            .map(|_| ())
            .map_err(|cause| LedgerError::Write { doing: "writing the audit's head", cause })
    }
}

pub(crate) fn key(key: &LedgerKey) -> HashKey {
    key.hash_key("audit chain")
}

/// Walks the whole chain, page by page. The writer may go on meanwhile.
pub(crate) fn verify(connection: &Connection, key: &LedgerKey) -> Result<AuditVerdict, LedgerError> {
    let chain = self::key(key);
    let (mut reached, mut entries) = (End::START, 0);
    loop {
        // Head and page are of one moment.
        let moment = connection
            .unchecked_transaction()
            .map_err(|cause| LedgerError::Store { doing: "reading the audit", cause })?;
        let Some(head) = Head::read(&moment, key)? else {
            let first = audit::page(&moment, 0, 1)?.first().map_or(1, |row| row.id);
            return Ok(verdict(0, End::START, Some(first)));
        };
        if head.front.id > reached.id {
            reached = head.front;
        }
        let page = audit::page(&moment, reached.id, PAGE)?;
        for row in &page {
            let next = reached.next(&chain, row.id, &row.sealed);
            if Some(row.id) != reached.id.checked_add(1) || row.link != next.link {
                return Ok(verdict(entries, reached, Some(reached.id.saturating_add(1))));
            }
            reached = next;
            entries += 1;
        }
        if page.len() < PAGE {
            return Ok(verdict(entries, reached, broken_end(&reached, &head.back)));
        }
    }
}

/// The first entry that is missing at the end, or that stands behind it.
fn broken_end(reached: &End, back: &End) -> Option<i64> {
    match reached.id.cmp(&back.id) {
        Ordering::Equal => (reached.link != back.link).then_some(reached.id),
        Ordering::Less => Some(reached.id.saturating_add(1)),
        Ordering::Greater => Some(back.id.saturating_add(1)),
    }
}

fn verdict(entries: u64, reached: End, broken_at: Option<i64>) -> AuditVerdict {
    let head = reached.link.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    AuditVerdict { entries, head, broken_at: broken_at.map(i64::cast_unsigned) }
}

fn place() -> Place {
    Place::default().with(b"uketsuke ledger").with(b"audit_head")
}
