//! The unit as it is seen from outside, spoken to in plain reports.

use super::unit;
use model::{Moment, NumberB, Pii, Purpose};
use reader::conformance::{Act, AskedView, CardFace, Firmware, Power, UnitConfig};
use reader::{AttemptId, FaceVerdict};
use std::time::Duration;
use stfr2_frames::fragment::cut;
use stfr2_frames::report::{Ack, Data, HostReport, MOST_PAYLOAD, Reason, UnitReport};
use stfr2_frames::unit::CardState;
use stfr2_frames::{HostMessage, UnitMessage};

const SESSION: u16 = 0x2A5C;

/// A terminal that acknowledges when it likes.
struct Terminal {
    unit: Box<dyn Firmware>,
    now: Moment,
    number: u16,
    heard: Vec<Vec<u8>>,
}

impl Terminal {
    /// A unit without a session.
    fn greeted() -> Self {
        let unit = unit(UnitConfig::default(), Moment::ZERO);
        let mut terminal = Self { unit, now: Moment::ZERO, number: 0, heard: Vec::new() };
        assert_eq!(terminal.reports(), [hello(0, Reason::PoweredUp)]);
        terminal
    }

    fn open() -> Self {
        let mut terminal = Self::greeted();
        terminal.send(&HostReport::Open { session: SESSION });
        let opened = terminal.reports();
        let [report] = opened.as_slice() else { panic!("{} reports", opened.len()) };
        let Ok(UnitReport::Opened { session: SESSION, identity }) = UnitReport::parse(report) else {
            panic!()
        };
        assert_eq!((identity.model.as_str(), identity.self_test, identity.card), ("XC-STFR2JMN", 0, false));
        terminal
    }

    fn send(&mut self, report: &HostReport<'_>) {
        self.unit.receive(&report.emit().unwrap(), self.now);
    }

    fn say(&mut self, order: u16, message: &HostMessage) {
        let message = message.emit(order).unwrap();
        for from in (0..message.len()).step_by(MOST_PAYLOAD) {
            let data = cut(&message, from, SESSION, self.number).unwrap();
            self.send(&HostReport::Data(data));
            self.number += 1;
        }
    }

    fn acknowledge(&mut self, expected: u16) {
        self.send(&HostReport::Ack(Ack { session: SESSION, expected, again: false }));
    }

    fn act(&mut self, act: Act) -> bool {
        self.unit.act(act, self.now)
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now.after(time);
        self.hear();
        while let Some(next) = self.unit.next_wakeup().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.unit.wake(self.now);
            self.hear();
        }
        self.now = end;
    }

    fn hear(&mut self) {
        while let Some(report) = self.unit.poll_send() {
            self.heard.push(report);
        }
    }

    /// What came since the last look.
    fn reports(&mut self) -> Vec<Vec<u8>> {
        self.hear();
        std::mem::take(&mut self.heard)
    }

    /// What the unit says, with the orders; acknowledgements left out.
    fn told(&mut self) -> Vec<(u16, UnitMessage)> {
        let reports = self.reports();
        let data = reports.iter().filter_map(|report| match UnitReport::parse(report) {
            Ok(UnitReport::Data(Data { first: true, last: true, payload, .. })) => Some(payload),
            _ => None,
        });
        data.map(|payload| UnitMessage::parse(payload).unwrap()).collect()
    }
}

fn hello(session: u16, reason: Reason) -> Vec<u8> {
    UnitReport::Hello { session, reason }.emit().unwrap().to_vec()
}

fn card() -> Act {
    Act::PlaceCard(CardFace::new(b"55021720352285").unwrap())
}

#[test]
fn tray_camera_and_attempt_are_seen_and_told() {
    let mut terminal = Terminal::open();
    assert!(terminal.act(card()));
    assert!(terminal.unit.view().card);
    let reports = terminal.reports();
    assert!(reports.len() == 1 && terminal.unit.announces_card(&reports[0]));

    let attempt = AttemptId(7);
    terminal.say(1, &HostMessage::OpenAttempt(attempt));
    assert_eq!(terminal.unit.view().asked, AskedView::Face { comparing: false });
    let told = terminal.told();
    let [(1, UnitMessage::NumberB { attempt: AttemptId(7), number })] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(
        number.expose(Purpose::Judge),
        NumberB::from_digits(b"55021720352285").unwrap().expose(Purpose::Judge)
    );

    terminal.say(2, &HostMessage::Compare { attempt, photo: Pii::new(b"no picture".to_vec()) });
    let told = terminal.told();
    let verdict = (FaceVerdict::PhotoUnreadable, Some(300));
    let [(2, UnitMessage::Verdict { verdict: judged, lux, .. })] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!((*judged, *lux), verdict);
    assert_eq!(terminal.unit.view().asked, AskedView::Nothing);

    terminal.say(3, &HostMessage::OpenAttempt(attempt));
    terminal.say(4, &HostMessage::Cancel);
    assert_eq!(terminal.unit.view().asked, AskedView::Nothing);
}

#[test]
fn nothing_of_the_panel_is_the_units() {
    let mut terminal = Terminal::open();
    let view = terminal.unit.view();
    assert_eq!((view.notice.as_str(), view.lamp, view.sound), ("", "off", None));
    assert!(!terminal.act(Act::Choose(reader::Method::Face)));
    assert!(!terminal.act(Act::Cancel));
    assert!(!terminal.act(Act::Consent(true)));
    assert!(!terminal.act(Act::Language(reader::Language::English)));
    assert!(!terminal.act(Act::Document(Some(String::from("name=value")))));
    assert!(!terminal.act(Act::Rotate));
    assert!(terminal.told().is_empty());
}

#[test]
fn what_it_cannot_do_is_refused_under_its_order() {
    let mut terminal = Terminal::open();
    let photo = || Pii::new(b"photo".to_vec());
    terminal.say(1, &HostMessage::Compare { attempt: AttemptId(1), photo: photo() });
    assert!(matches!(terminal.told().as_slice(), [(1, UnitMessage::Refused)]), "no attempt is open");
    let unknown = [0x7F, 2, 0, 0, 0];
    terminal.send(&HostReport::Data(cut(&unknown, 0, SESSION, terminal.number).unwrap()));
    assert!(matches!(terminal.told().as_slice(), [(2, UnitMessage::Refused)]), "no such message");
}

#[test]
fn a_card_the_wrong_way_round_is_told() {
    let mut terminal = Terminal::open();
    assert!(terminal.act(Act::PlaceCard(CardFace::turned_over())));
    let told = terminal.told();
    let placed = (0, UnitMessage::Card(CardState::Placed));
    let wrong = (0, UnitMessage::Card(CardState::WrongSide));
    assert_eq!(format!("{told:?}"), format!("{:?}", [placed, wrong]));
}

#[test]
fn a_repeated_opening_says_the_same_and_begins_nothing() {
    let mut terminal = Terminal::open();
    assert!(terminal.act(card()));
    terminal.say(1, &HostMessage::OpenAttempt(AttemptId(1)));
    terminal.reports();
    terminal.send(&HostReport::Open { session: SESSION });
    let reports = terminal.reports();
    let Ok(UnitReport::Opened { identity, .. }) = UnitReport::parse(&reports[0]) else { panic!() };
    assert!(!identity.card, "as it lay at the opening");
    assert_eq!(terminal.unit.view().asked, AskedView::Face { comparing: false });
    terminal.send(&HostReport::Open { session: SESSION + 1 });
    let reports = terminal.reports();
    let Ok(UnitReport::Opened { identity, .. }) = UnitReport::parse(&reports[0]) else { panic!() };
    assert!(identity.card && reports.len() == 1);
    assert_eq!(terminal.unit.view().asked, AskedView::Nothing);
}

#[test]
fn what_is_not_acknowledged_comes_again_and_then_no_more() {
    let mut terminal = Terminal::open();
    assert!(terminal.act(card()));
    let first = terminal.reports();
    terminal.pass(Duration::from_millis(99));
    assert!(terminal.reports().is_empty());
    terminal.pass(Duration::from_millis(1));
    assert_eq!(terminal.reports(), first);
    terminal.acknowledge(1);
    terminal.pass(Duration::from_millis(800));
    assert!(terminal.reports().is_empty());
}

#[test]
fn a_gap_is_said_once_and_a_repetition_is_obeyed_once() {
    let mut terminal = Terminal::open();
    let again = UnitReport::Ack(Ack { session: SESSION, expected: 0, again: true }).emit().unwrap().to_vec();
    let message = HostMessage::Cancel.emit(1).unwrap();
    for number in [3, 4] {
        terminal.send(&HostReport::Data(cut(&message, 0, SESSION, number).unwrap()));
    }
    assert_eq!(terminal.reports(), [again]);
    terminal.say(1, &HostMessage::Compare { attempt: AttemptId(1), photo: Pii::new(vec![1]) });
    assert_eq!(terminal.told().len(), 1, "refused");
    terminal.number = 0;
    terminal.say(1, &HostMessage::Compare { attempt: AttemptId(1), photo: Pii::new(vec![1]) });
    assert!(terminal.told().is_empty(), "refused once");
}

#[test]
fn a_terminal_that_is_not_heard_is_given_up_and_told_so() {
    let mut terminal = Terminal::open();
    terminal.pass(Duration::from_millis(3_999));
    terminal.reports();
    terminal.pass(Duration::from_millis(1));
    assert_eq!(terminal.reports(), [hello(SESSION, Reason::NotHeard)]);
    assert_eq!(terminal.unit.view().power, Power::Unclaimed);
    terminal.acknowledge(0);
    assert_eq!(terminal.reports(), [hello(SESSION, Reason::NotHeard)]);
    terminal.pass(Duration::from_secs(1));
    assert_eq!(terminal.reports(), [hello(SESSION, Reason::NotHeard)], "and again each second");
}

#[test]
fn a_unit_that_was_powered_up_anew_says_that_it_knows_no_session() {
    let mut terminal = Terminal::open();
    assert!(terminal.act(Act::Restart));
    assert_eq!(terminal.reports(), [hello(0, Reason::PoweredUp)]);
    terminal.acknowledge(0);
    assert_eq!(terminal.reports(), [hello(SESSION, Reason::PoweredUp)]);
}

#[test]
fn a_closed_device_ends_the_session_without_a_word() {
    let mut terminal = Terminal::open();
    terminal.unit.link_changed(false, terminal.now);
    terminal.pass(Duration::from_secs(10));
    assert!(terminal.reports().is_empty());
    assert_eq!(terminal.unit.view().power, Power::Unclaimed);
    terminal.unit.link_changed(true, terminal.now);
    assert_eq!(terminal.reports(), [hello(SESSION, Reason::NotHeard)]);
}
