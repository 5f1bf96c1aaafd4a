//! Retention: what is destroyed, when, and whom it was never told to.
//!
//! Only what stands in front goes, so that the first id that is left says all of what is gone. Ids are in the order of
//! commits; the times at which answers arrived are so but for seconds between readers, and for years where the clock
//! stood wrong. Certain is that no result is older than those before it. Its age is therefore that of the latest time
//! up to it, those of destroyed results included, and a time that lies in the future says nothing: such a result goes
//! with one behind it.

use crate::audit;
use crate::consumer::{self, Kept};
use crate::counts;
use crate::day;
use crate::error::LedgerError;
use crate::key::LedgerKey;
use model::{AuditBy, AuditDeed, AuditEntry, CallerName, Day, ResultId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// Results destroyed in one transaction, for which a commit may have to wait.
const STEP: i64 = 256;
/// How long counts and audit are kept: a year, and what it takes to compare it with the one before.
const RECORDS: Duration = Duration::from_secs(400 * 86_400);

/// How long results are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// At least so long, although every consumer has acknowledged them: 24 h (design promise 7).
    pub least: Duration,
    /// At most so long, although a consumer has not acknowledged them, or there is none: up to 7 days.
    pub most: Duration,
}

/// What retention took away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Results destroyed.
    pub results: usize,
    /// Days whose key was destroyed.
    pub days: usize,
    /// What was destroyed before it was acknowledged, by consumer. It is said once; the audit has it too.
    pub untold: Vec<Untold>,
    /// A read under way kept the log from being folded back: sealed bytes of what was destroyed may lie there until
    /// the next time. Their day's key may lie there too.
    pub lingering: bool,
}

/// What one consumer was never told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// The consumer.
    pub consumer: CallerName,
    /// The first result.
    pub from: ResultId,
    /// The last.
    pub to: ResultId,
    /// How many.
    pub count: u64,
}

impl Dropped {
    /// Adds what the next step took away.
    pub(crate) fn absorb(&mut self, step: Self) {
        self.results += step.results;
        self.days += step.days;
        self.lingering = step.lingering;
        for next in step.untold {
            match self.untold.iter_mut().find(|known| known.consumer == next.consumer) {
                Some(known) => (known.to, known.count) = (next.to, known.count.saturating_add(next.count)),
                None => self.untold.push(next),
            }
        }
    }
}

/// One step of retention, inside the caller's transaction; says whether there is more.
pub(crate) fn step(
    connection: &Connection,
    key: &LedgerKey,
    now: Timestamp,
    keep: Keep,
) -> Result<(Dropped, bool), LedgerError> {
    let dropping = |cause| LedgerError::Write { doing: "dropping old results", cause };
    let consumers = consumer::all(connection, key)?;
    let told = consumers.iter().map(|row| row.up_to()).min();
    let (due, more) = last_due(connection, now, keep, told)?;

    let mut dropped = Dropped::default();
    if let Some(Due { last, latest }) = due {
        // Nothing can be kept of a damaged one; registering it again owes it what is there then.
        for (name, kept) in consumers.into_iter().filter_map(|row| row.whole().ok()) {
            dropped.untold.extend(note_missed(connection, key, name, kept, last)?);
        }
        dropped.results =
            connection.execute("DELETE FROM result WHERE id <= ?1", [last]).map_err(dropping)?;
        connection.execute("INSERT OR REPLACE INTO destroyed VALUES (1, ?1)", [latest]).map_err(dropping)?;
    }
    dropped.days = day::destroy_empty(connection).map_err(dropping)?;
    counts::drop_before(connection, Day::of(before(now, RECORDS))).map_err(dropping)?;
    audit::drop_before(connection, key, before(now, RECORDS))?;
    let entries: Vec<_> = dropped.untold.iter().map(|untold| entry(untold, now)).collect();
    if !entries.is_empty() {
        audit::append(connection, key, &entries)?;
    }
    Ok((dropped, more))
}

/// How far the front is due.
struct Due {
    /// The last result that is.
    last: i64,
    /// The latest time up to it.
    latest: i64,
}

/// How far the front is due, and whether more may be due behind it.
fn last_due(
    connection: &Connection,
    now: Timestamp,
    keep: Keep,
    told: Option<ResultId>,
) -> Result<(Option<Due>, bool), LedgerError> {
    let (least, most) = (before(now, keep.least).0, before(now, keep.most).0);
    let reading = |cause| LedgerError::Store { doing: "looking for old results", cause };
    let mut latest = latest_destroyed(connection).map_err(reading)?.filter(|at| *at <= now.0);
    let mut statement =
        connection.prepare_cached("SELECT id, received_at FROM result ORDER BY id").map_err(reading)?;
    let mut rows = statement.query([]).map_err(reading)?;
    let (mut due, mut first) = (None, None);
    while let Some(row) = rows.next().map_err(reading)? {
        let id: i64 = row.get(0).map_err(reading)?;
        if id.saturating_sub(*first.get_or_insert(id)) >= STEP && due.is_some() {
            return Ok((due, true));
        }
        // A time that damage made none says as little as one in the future.
        let Some(at) = row.get::<_, i64>(1).ok().filter(|at| *at <= now.0) else { continue };
        let at = latest.map_or(at, |latest| at.max(latest));
        let acknowledged = told.is_some_and(|told| id.cast_unsigned() <= told.0);
        if at > most && !(acknowledged && at <= least) {
            break;
        }
        latest = Some(at);
        due = Some(Due { last: id, latest: at });
    }
    Ok((due, false))
}

fn latest_destroyed(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection.query_row("SELECT latest FROM destroyed", [], |row| row.get(0)).optional()
}

/// Says what a consumer was not told until `last`, once. How far it has acknowledged stays as it is: whoever goes on from
/// there is told that there is a hole.
fn note_missed(
    connection: &Connection,
    key: &LedgerKey,
    consumer: CallerName,
    mut kept: Kept,
    last: i64,
) -> Result<Option<Untold>, LedgerError> {
    let to = ResultId(last.cast_unsigned());
    let (from, count): (Option<i64>, i64) = connection
        .query_row(
            "SELECT min(id), count(*) FROM result WHERE id > ?1 AND id <= ?2",
            params![i64::try_from(kept.up_to.0).unwrap_or(i64::MAX), last],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(|cause| LedgerError::Store { doing: "counting what was not told", cause })?;
    let count = count.cast_unsigned();
    let Some(from) = from else { return Ok(None) };
    kept.missed = kept.missed.saturating_add(count);
    consumer::write(connection, key, &consumer, &kept)?;
    Ok(Some(Untold { consumer, from: ResultId(from.cast_unsigned()), to, count }))
}

fn entry(untold: &Untold, at: Timestamp) -> AuditEntry {
    let Untold { consumer, from, to, count } = untold.clone();
    let deed = AuditDeed::DroppedUntold { consumer, from, to, count };
    AuditEntry { at, reader: None, visit: None, by: AuditBy::Terminal, deed }
}

/// The time so long before.
fn before(now: Timestamp, ago: Duration) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::try_from(ago.as_millis()).unwrap_or(i64::MAX)))
}
