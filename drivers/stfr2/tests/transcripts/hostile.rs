//! Units that are none.

use crate::desk::{Unit, hear};
use model::Moment;
use reader::conformance::{Act, Firmware, Pair, UnitConfig, View};
use reader::{AttemptId, Command, Link, ReaderFactory};
use std::collections::VecDeque;
use std::time::Duration;
use stfr2::FACTORY;
use stfr2_frames::fragment::cut;
use stfr2_frames::report::{Ack, Data, HostReport, Reason, UnitReport};
use stfr2_frames::unit::CardState;
use stfr2_frames::{HostMessage, UnitMessage};

type Answer = fn(&mut Hostile, &HostReport<'_>) -> Vec<u8>;

/// A unit that is sound until it is ready, and then answers each report with whatever `answer` makes of it.
struct Hostile {
    unit: Unit,
    session: u16,
    number: u16,
    answer: Answer,
    saying: VecDeque<Vec<u8>>,
}

impl std::fmt::Debug for Hostile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hostile({})", self.number)
    }
}

impl Hostile {
    fn new(answer: Answer) -> Self {
        let unit = Unit::new(UnitConfig::default());
        Self { unit, session: 0, number: 0, answer, saying: VecDeque::new() }
    }

    /// The next DATA.
    fn say(&mut self, message: &UnitMessage) -> Vec<u8> {
        let message = message.emit(0).unwrap();
        let report = UnitReport::Data(cut(&message, 0, self.session, self.number).unwrap()).emit().unwrap();
        self.number = self.number.wrapping_add(1);
        report.to_vec()
    }
}

impl Firmware for Hostile {
    fn link(&self) -> Link {
        self.unit.link()
    }
    fn receive(&mut self, bytes: &[u8], now: Moment) {
        match HostReport::parse(bytes).unwrap() {
            HostReport::Open { session } => {
                self.session = session;
                self.unit.receive(bytes, now);
            }
            report => {
                let answer = (self.answer)(self, &report);
                self.saying.push_back(answer);
            }
        }
    }
    fn link_changed(&mut self, open: bool, now: Moment) {
        self.unit.link_changed(open, now);
    }
    fn wake(&mut self, now: Moment) {
        self.unit.wake(now);
    }
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.unit.poll_send().or_else(|| self.saying.pop_front())
    }
    fn next_wakeup(&self) -> Option<Moment> {
        self.unit.next_wakeup()
    }
    fn act(&mut self, act: Act, now: Moment) -> bool {
        self.unit.act(act, now)
    }
    fn view(&self) -> View {
        self.unit.view()
    }
    fn announces_card(&self, piece: &[u8]) -> bool {
        self.unit.announces_card(piece)
    }
}

#[test]
fn a_unit_that_never_comes_to_rest_is_given_up() {
    let endless: [(&str, Answer); 5] = [
        ("card in, card out", |unit, _| {
            let state = if unit.number % 2 == 0 { CardState::Placed } else { CardState::Taken };
            unit.say(&UnitMessage::Card(state))
        }),
        ("the same report", |unit, _| {
            unit.number = 0;
            unit.say(&UnitMessage::Card(CardState::Placed))
        }),
        ("again and again", |unit, _| {
            let ack = Ack { session: unit.session, expected: 0, again: true };
            UnitReport::Ack(ack).emit().unwrap().to_vec()
        }),
        ("a greeting", |_, _| {
            UnitReport::Hello { session: 0, reason: Reason::PoweredUp }.emit().unwrap().to_vec()
        }),
        ("a message that is none", |unit, _| {
            unit.number = unit.number.wrapping_add(1);
            let (session, number) = (unit.session, unit.number - 1);
            let data = Data { session, number, first: true, last: true, payload: b"\x7f\0\0\0\0" };
            UnitReport::Data(data).emit().unwrap().to_vec()
        }),
    ];
    for (what, answer) in endless {
        let mut desk = Pair::new(FACTORY.create(), Hostile::new(answer));
        hear(&mut desk, "ready");
        desk.say(Command::OpenAttempt(AttemptId(1)));
        desk.run_until(Duration::from_secs(6), 10_000, |desk| !desk.troubles.is_empty());
        assert_eq!(desk.troubles.len(), 1, "{what}: {:?}", desk.troubles);
        assert!(desk.troubles[0].starts_with("READER_"), "{what}: {:?}", desk.troubles);
        assert!(desk.events.len() <= 64, "{what}: {} events", desk.events.len());
        assert!(desk.sent < 5_000, "{what}: {} reports sent", desk.sent);
    }
}

#[test]
fn a_refusal_ends_the_attempt_and_says_so() {
    let refuse: Answer = |unit, report| {
        let HostReport::Data(data) = report else {
            return UnitReport::Ack(Ack { session: unit.session, expected: 1, again: false })
                .emit()
                .unwrap()
                .to_vec();
        };
        let (order, _) = HostMessage::parse(data.payload).unwrap();
        let message = UnitMessage::Refused.emit(order).unwrap();
        UnitReport::Data(cut(&message, 0, unit.session, 0).unwrap()).emit().unwrap().to_vec()
    };
    let mut desk = Pair::new(FACTORY.create(), Hostile::new(refuse));
    hear(&mut desk, "ready");
    desk.say(Command::OpenAttempt(AttemptId(1)));
    assert_eq!(desk.troubles, ["unsupported OpenAttempt"]);
    assert_eq!(desk.panel.as_ref().unwrap().question, None);
}
