//! The worked bytes of `DIALECT.md` section 5, and nothing else: they were worked out there step by step, apart from
//! the code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use model::{NumberB, Pii};
use reader::{AttemptId, FaceVerdict};
use stfr2_frames::fragment::cut;
use stfr2_frames::report::{Ack, HostReport, Identity, REPORT, Reason, UnitReport};
use stfr2_frames::unit::CardState;
use stfr2_frames::{Assembler, HostMessage, UnitMessage, redact};

const SESSION: u16 = 0x2A5C;
const ATTEMPT: AttemptId = AttemptId(0x1122_3344_5566_7788);

/// A report from the text of the document: the bytes in use, and the sum.
fn worked(used: &str, sum: &str) -> Vec<u8> {
    let hex = |text: &str| -> Vec<u8> {
        text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
    };
    let mut report = hex(used);
    report.resize(REPORT - 2, 0);
    report.extend(hex(sum));
    report
}

fn host_report(report: &HostReport<'_>, used: &str, sum: &str) {
    assert_eq!(*report.emit().unwrap(), worked(used, sum));
    assert_eq!(HostReport::parse(&worked(used, sum)).unwrap(), *report);
}

fn unit_report(report: &UnitReport<'_>, used: &str, sum: &str) {
    assert_eq!(*report.emit().unwrap(), worked(used, sum));
    assert_eq!(UnitReport::parse(&worked(used, sum)).unwrap(), *report);
}

fn host(message: &HostMessage, number: u16, order: u16, used: &str, sum: &str) {
    let bytes = message.emit(order).unwrap();
    host_report(&HostReport::Data(cut(&bytes, 0, SESSION, number).unwrap()), used, sum);
    let report = worked(used, sum);
    let HostReport::Data(data) = HostReport::parse(&report).unwrap() else { panic!() };
    let whole = Assembler::new(stfr2_frames::host::MOST_BODY).push(&data).unwrap().unwrap();
    let (ordered, again) = HostMessage::parse(&whole).unwrap();
    assert_eq!((ordered, again.emit(order).unwrap()), (order, bytes));
}

fn unit(message: &UnitMessage, number: u16, order: u16, used: &str, sum: &str) {
    let bytes = message.emit(order).unwrap();
    unit_report(&UnitReport::Data(cut(&bytes, 0, SESSION, number).unwrap()), used, sum);
    let report = worked(used, sum);
    let UnitReport::Data(data) = UnitReport::parse(&report).unwrap() else { panic!() };
    let whole = Assembler::new(stfr2_frames::unit::MOST_BODY).push(&data).unwrap().unwrap();
    let (answered, again) = UnitMessage::parse(&whole).unwrap();
    assert_eq!((answered, again.emit(order).unwrap()), (order, bytes));
}

#[test]
fn opening_and_acknowledging() {
    host_report(&HostReport::Open { session: SESSION }, "01 00 5C 2A 00 00 00", "34 64");
    let identity = Identity {
        self_test: 0,
        card: true,
        model: "XC-STFR2JMN".into(),
        firmware: "3.10".into(),
        serial: "T0000042".into(),
    };
    unit_report(
        &UnitReport::Opened { session: SESSION, identity },
        "81 00 5C 2A 00 00 2E 00 01 58 43 2D 53 54 46 52 32 4A 4D 4E 00 00 00 00 00 33 2E 31 30 00 00 00 00 \
         00 00 00 00 54 30 30 30 30 30 34 32 00 00 00 00 00 00 00 00",
        "38 F9",
    );
    let ack = Ack { session: SESSION, expected: 5, again: false };
    host_report(&HostReport::Ack(ack), "03 00 5C 2A 05 00 00", "72 61");
    let ack = Ack { session: SESSION, expected: 2, again: true };
    unit_report(&UnitReport::Ack(ack), "83 04 5C 2A 02 00 00", "C6 B2");
    let hello = UnitReport::Hello { session: 0, reason: Reason::PoweredUp };
    unit_report(&hello, "84 00 00 00 00 00 01 00", "F9 5D");
    let unheard = UnitReport::Hello { session: SESSION, reason: Reason::NotHeard };
    unit_report(&unheard, "84 00 5C 2A 00 00 01 01", "FB A9");
}

#[test]
fn what_the_terminal_says() {
    host(
        &HostMessage::OpenAttempt(ATTEMPT),
        1,
        1,
        "02 03 5C 2A 01 00 0D 10 01 00 08 00 88 77 66 55 44 33 22 11",
        "AD 42",
    );
    host(
        &HostMessage::Compare { attempt: ATTEMPT, photo: Pii::new(b"Man".to_vec()) },
        3,
        2,
        "02 03 5C 2A 03 00 10 11 02 00 0B 00 88 77 66 55 44 33 22 11 4D 61 6E",
        "40 30",
    );
    host(&HostMessage::Cancel, 3, 3, "02 03 5C 2A 03 00 05 12 03 00 00 00", "B8 17");
}

#[test]
fn what_the_unit_says() {
    let card = UnitMessage::Card(CardState::Placed);
    unit(&card, 0, 0, "82 03 5C 2A 00 00 06 90 00 00 01 00 01", "A4 60");
    unit(
        &UnitMessage::NumberB { attempt: ATTEMPT, number: NumberB::from_digits(b"55021720352285").unwrap() },
        1,
        1,
        "82 03 5C 2A 01 00 1B 91 01 00 16 00 88 77 66 55 44 33 22 11 35 35 30 32 31 37 32 30 33 35 32 32 38 35",
        "7A 19",
    );
    unit(
        &UnitMessage::Verdict { attempt: ATTEMPT, verdict: FaceVerdict::Match, lux: Some(320) },
        2,
        2,
        "82 03 5C 2A 02 00 10 92 02 00 0B 00 88 77 66 55 44 33 22 11 00 40 01",
        "C4 2C",
    );
    unit(&UnitMessage::Refused, 3, 2, "82 03 5C 2A 03 00 05 93 02 00 00 00", "10 94");
    unit(&UnitMessage::Fault(7), 4, 0, "82 03 5C 2A 04 00 06 94 00 00 01 00 07", "84 46");
}

#[test]
fn a_trace_shows_no_number_b_and_no_photo() {
    let line = |used: &str, sum: &str| redact(&worked(used, sum));
    assert_eq!(line("01 00 5C 2A 00 00 00", "34 64"), "OPEN 2A5C");
    assert_eq!(line("83 04 5C 2A 02 00 00", "C6 B2"), "ACK 2 again");
    assert_eq!(line("84 00 5C 2A 00 00 01 01", "FB A9"), "HELLO 2A5C NotHeard");
    assert_eq!(line("82 03 5C 2A 00 00 06 90 00 00 01 00 01", "A4 60"), "DATA 0 0 CARD Placed",);
    assert_eq!(
        line(
            "82 03 5C 2A 01 00 1B 91 01 00 16 00 88 77 66 55 44 33 22 11 35 35 30 32 31 37 32 30 33 35 32 32 38 35",
            "7A 19"
        ),
        "DATA 1 1 NUMBER_B 1122334455667788 (14 digits removed)",
    );
    assert_eq!(
        line("02 03 5C 2A 03 00 10 11 02 00 0B 00 88 77 66 55 44 33 22 11 4D 61 6E", "40 30"),
        "DATA 3 2 COMPARE (11 bytes removed)",
    );
    assert_eq!(
        line("82 03 5C 2A 00 00 06 90", "00 00"),
        "(64 bytes, no report)",
        "a damaged one may hold digits"
    );
    assert_eq!(redact(b"55021720352285"), "(14 bytes, no report)");
}

#[test]
fn a_fragment_past_the_first_is_only_counted() {
    let photo = HostMessage::Compare { attempt: ATTEMPT, photo: Pii::new(vec![0x5A; 80]) }.emit(1).unwrap();
    let second = cut(&photo, 55, SESSION, 9).unwrap();
    assert!(!second.first && second.last);
    let report = HostReport::Data(second).emit().unwrap();
    assert_eq!(redact(&report), "DATA 9 (38 bytes removed)");
}
