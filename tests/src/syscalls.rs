//! The order of system calls in a log of `strace -f -ttt -y -o FILE`.
//!
//! A call that another thread's call interrupts stands in two lines, `<unfinished ...>` and `resumed`; what counts is
//! when a call *began* to tell and when one that makes durable had *returned*.

use std::collections::HashMap;

/// The calls that [`judge`] needs to see, for `-e`.
pub const TRACED: &str =
    "trace=fsync,fdatasync,pwrite64,pwritev,write,writev,sendto,sendmsg,rename,renameat,renameat2,linkat";

/// One system call. Places are line numbers of the log, which is in the order of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The thread.
    pub thread: u32,
    /// Its name.
    pub name: String,
    /// As logged, both parts joined if it was interrupted.
    pub arguments: String,
    /// Where it began.
    pub begun: usize,
    /// Where it returned; none if it never did.
    pub returned: Option<usize>,
    /// What it returned, e.g. `0` or `-1 EIO (Input/output error)`.
    pub value: String,
}

impl Call {
    fn succeeded(&self) -> bool {
        self.returned.is_some() && !self.value.starts_with('-')
    }

    fn syncs(&self, file: &str) -> bool {
        matches!(self.name.as_str(), "fsync" | "fdatasync") && self.arguments.contains(&format!("{file}>"))
    }

    fn writes(&self, file: &str) -> bool {
        matches!(self.name.as_str(), "pwrite64" | "pwritev" | "write" | "writev")
            && self.arguments.split_once('>').is_some_and(|(descriptor, _)| descriptor.ends_with(file))
    }

    /// Whether it returned before the other began.
    fn precedes(&self, other: &Self) -> bool {
        self.succeeded() && self.returned.is_some_and(|returned| returned < other.begun)
    }
}

/// Reads a log. Lines that are no calls (signals, ends) are passed over.
#[must_use]
pub fn parse(log: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut unfinished: HashMap<u32, usize> = HashMap::new();
    for (place, line) in log.lines().enumerate() {
        // The thread's number is padded to a column.
        let Some((thread, rest)) = line.trim_start().split_once(' ') else { continue };
        let Ok(thread) = thread.parse() else { continue };
        let Some((_time, text)) = rest.trim_start().split_once(' ') else { continue };
        if let Some(resumed) = text.strip_prefix("<... ") {
            let Some((_name, rest)) = resumed.split_once(" resumed>") else { continue };
            if let Some(call) = unfinished.remove(&thread).and_then(|index| calls.get_mut(index)) {
                finish(call, rest, place);
            }
            continue;
        }
        let Some((name, rest)) = text.split_once('(') else { continue };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        let mut call = Call {
            thread,
            name: name.to_owned(),
            arguments: String::new(),
            begun: place,
            returned: None,
            value: String::new(),
        };
        if let Some(begun) = rest.strip_suffix("<unfinished ...>") {
            begun.clone_into(&mut call.arguments);
            unfinished.insert(thread, calls.len());
        } else {
            finish(&mut call, rest, place);
        }
        calls.push(call);
    }
    calls
}

/// The last `= ` is the returned value's: what is written may hold others.
fn finish(call: &mut Call, rest: &str, place: usize) {
    let Some((arguments, value)) = rest.rsplit_once(" = ") else { return };
    call.arguments.push_str(arguments.trim_end().strip_suffix(')').unwrap_or(arguments));
    value.trim().clone_into(&mut call.value);
    call.returned = Some(place);
}

/// What one telling looks like in the calls.
#[derive(Debug, Clone, Copy)]
pub struct Marks<'a> {
    /// How the path of the ledger's write-ahead log ends.
    pub wal: &'a str,
    /// Clear text that only the row's page holds.
    pub row: &'a str,
    /// Text that the result's event begins with.
    pub event: &'a str,
    /// Text of the path under which the file appears in the face folder.
    pub face_file: &'a str,
    /// How the path ends under which that file is prepared.
    pub prepared: &'a str,
}

/// Where the steps stand in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The row's page is handed to the system.
    pub row: Call,
    /// The write-ahead log is on the disk.
    pub synced: Call,
    /// A client hears of it.
    pub sent: Call,
    /// The file appears.
    pub renamed: Call,
}

/// Finds the steps of one telling and checks "durable, then told".
///
/// # Errors
/// What is missing, or out of order.
pub fn judge(calls: &[Call], marks: Marks<'_>) -> Result<Order, String> {
    let first = |what: &str, wanted: &dyn Fn(&Call) -> bool| {
        calls.iter().find(|call| wanted(call)).ok_or_else(|| format!("no {what}"))
    };
    let sent = first("event sent", &|call| {
        ["write", "writev", "sendto", "sendmsg"].contains(&call.name.as_str())
            && !call.arguments.contains(marks.wal)
            && call.arguments.contains(marks.event)
    })?;
    let renamed = first("file moved into the face folder", &|call| {
        (call.name.starts_with("rename") || call.name == "linkat") && call.arguments.contains(marks.face_file)
    })?;
    let row = first("row written", &|call| call.writes(marks.wal) && call.arguments.contains(marks.row))?;
    let mut after_row = calls.iter().filter(|call| call.thread == row.thread && row.precedes(call));
    let synced = after_row
        .find(|call| call.syncs(marks.wal))
        .ok_or_else(|| String::from("the row's thread never synced the log after the row"))?;
    let prepared = first("sync of the prepared file", &|call| call.syncs(marks.prepared))?;

    for (earlier, later, fault) in [
        (synced, sent, "the event was sent before the row was on the disk"),
        (synced, renamed, "the file appeared before the row was on the disk"),
        (prepared, renamed, "the file appeared before its content was on the disk"),
    ] {
        if !earlier.precedes(later) {
            return Err(format!("{fault}: {earlier:?}, {later:?}"));
        }
    }
    Ok(Order { row: row.clone(), synced: synced.clone(), sent: sent.clone(), renamed: renamed.clone() })
}

#[cfg(test)]
mod tests {
    use super::{Marks, judge, parse};

    const MARKS: Marks<'_> = Marks {
        wal: "ledger.db-wal",
        row: "front-1",
        event: "event: result",
        face_file: "/face/OQS",
        prepared: ".xml",
    };

    /// As it must be: two threads, one call interrupted.
    const RIGHT: [&str; 8] = [
        r#"12 1.000001 pwrite64(9</s/ledger.db-wal>, "\0\1front-1\3 = 5", 4096, 56) = 4096"#,
        r#"12 1.000002 fdatasync(9</s/ledger.db-wal> <unfinished ...>"#,
        r#" 7 1.000003 write(3<socket:[5]>, ": alive\n\n", 9) = 9"#,
        r#"12 1.000004 <... fdatasync resumed>) = 0"#,
        r#" 7 1.000005 writev(3<socket:[5]>, [{iov_base="id: 1\nevent: result\ndata: {", iov_len=27}], 1) = 27"#,
        r#"13 1.000006 fsync(11</s/.uketsuke-face/OQS1.xml>) = 0"#,
        r#"13 1.000007 rename("/s/.uketsuke-face/OQS1.xml", "/s/face/OQS1.xml") = 0"#,
        r#"12 1.000008 --- SIGTERM {si_signo=SIGTERM} ---"#,
    ];

    fn judged(lines: &[&str]) -> Result<super::Order, String> {
        judge(&parse(&lines.join("\n")), MARKS)
    }

    fn moved(from: usize, to: usize) -> Vec<&'static str> {
        let mut lines = RIGHT.to_vec();
        let line = lines.remove(from);
        lines.insert(to, line);
        lines
    }

    #[test]
    fn an_interrupted_call_returns_where_it_is_resumed() {
        let calls = parse(&RIGHT.join("\n"));
        assert_eq!(calls.len(), 6);
        let sync = &calls[1];
        assert_eq!((sync.begun, sync.returned, sync.value.as_str()), (1, Some(3), "0"));
        assert_eq!(sync.arguments, "9</s/ledger.db-wal> ");
        assert_eq!(calls[0].value, "4096", "an equals sign in what is written is not the value");
    }

    #[test]
    fn the_right_order_passes() {
        let order = judged(&RIGHT).unwrap();
        assert_eq!((order.row.begun, order.synced.returned, order.sent.begun), (0, Some(3), 4));
    }

    #[test]
    fn every_wrong_order_is_seen() {
        // Sent while the sync had begun but not returned: the case that reading lines naively would miss.
        assert!(judged(&moved(4, 2)).unwrap_err().contains("event was sent before"));
        assert!(judged(&moved(4, 0)).unwrap_err().contains("event was sent before"));
        // The file appears too early: before the row is durable, before its own content is.
        let early: Vec<_> = [0, 1, 2, 5, 6, 3, 4].map(|n| RIGHT[n]).to_vec();
        assert!(judged(&early).unwrap_err().contains("file appeared before the row"));
        assert!(judged(&moved(5, 6)).unwrap_err().contains("before its content"));
        // Synced only before the row was written.
        let before: Vec<_> = [1, 3, 0, 4, 5, 6].map(|n| RIGHT[n]).to_vec();
        assert!(judged(&before).unwrap_err().contains("never synced"));
    }

    #[test]
    fn a_sync_that_failed_never_returned_or_was_of_another_file_does_not_count() {
        for (place, line) in [
            (3, "12 1.000004 <... fdatasync resumed>) = -1 EIO (Input/output error)"),
            (3, "12 1.000004 +++ killed by SIGKILL +++"),
            (1, "12 1.000002 fdatasync(9</s/ledger.db> <unfinished ...>"),
        ] {
            let mut lines = RIGHT;
            lines[place] = line;
            assert!(judged(&lines).is_err(), "{line}");
        }
    }
}
