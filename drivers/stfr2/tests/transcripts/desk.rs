//! A desk to play on: driver and simulated unit, and the words of the stories.

use model::{ConsentItem, ConsentScreen, Decision, Moment, Purpose};
use reader::conformance::{Act, CardFace, Faces, Firmware, GreyFrame, Pair, UnitConfig, View};
use reader::{
    AttemptId, Command, Event, FaceVerdict, Link, Method, Notice, PadOrder, PadTouches, Question,
    ReaderFactory, Touch,
};
use std::time::Duration;
use stfr2::FACTORY;

pub(crate) const NUMBER_B: &[u8] = b"55021720352285";

pub(crate) type Desk = Pair<Unit>;

/// A unit that may be deaf: what is sent to it is lost.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) unit: Box<dyn Firmware>,
    pub(crate) deaf: bool,
}

impl Unit {
    pub(crate) fn new(config: UnitConfig) -> Self {
        Self { unit: simulator_firmware::unit("stfr2", config, Moment::ZERO).unwrap(), deaf: false }
    }
}

impl Firmware for Unit {
    fn link(&self) -> Link {
        self.unit.link()
    }
    fn receive(&mut self, bytes: &[u8], now: Moment) {
        if !self.deaf {
            self.unit.receive(bytes, now);
        }
    }
    fn link_changed(&mut self, open: bool, now: Moment) {
        self.unit.link_changed(open, now);
    }
    fn wake(&mut self, now: Moment) {
        self.unit.wake(now);
    }
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.unit.poll_send()
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

pub(crate) fn desk(config: UnitConfig) -> Desk {
    Pair::new(FACTORY.create(), Unit::new(config))
}

/// A desk whose unit is ready.
pub(crate) fn ready() -> Desk {
    let mut desk = desk(UnitConfig::default());
    hear(&mut desk, "ready");
    desk
}

/// A desk whose unit is ready, and a card lies in its tray.
pub(crate) fn with_card() -> Desk {
    let mut desk = ready();
    assert!(desk.act(card()));
    hear(&mut desk, "card placed");
    desk
}

pub(crate) fn card() -> Act {
    Act::PlaceCard(CardFace::new(NUMBER_B).unwrap())
}

pub(crate) fn faces() -> Faces {
    simulator_firmware::kit::faces(&FACTORY.profile().photo)
}

/// Waits for the next event and takes it.
pub(crate) fn hear<F: Firmware>(desk: &mut Pair<F>, name: &str) -> Event {
    let heard = desk.run_until(Duration::from_secs(30), 20_000, |desk| !desk.events.is_empty());
    assert!(heard, "waited for {name}, troubles: {:?}", desk.troubles);
    let event = desk.events.remove(0);
    assert_eq!(event.name(), name, "{event:?}, troubles: {:?}", desk.troubles);
    event
}

/// Nothing more is reported and nothing fails for a while.
pub(crate) fn hear_nothing(desk: &mut Desk, time: Duration) {
    desk.run_until(time, 20_000, |desk| !desk.events.is_empty() || !desk.troubles.is_empty());
    assert!(desk.events.is_empty() && desk.troubles.is_empty(), "{:?} {:?}", desk.events, desk.troubles);
}

pub(crate) fn pass<F: Firmware>(desk: &mut Pair<F>, time: Duration) {
    desk.run_until(time, 20_000, |_| false);
}

pub(crate) fn fault_within<F: Firmware>(desk: &mut Pair<F>, limit: Duration, code: &str) {
    let faulted = desk.run_until(limit, 20_000, |desk| !desk.troubles.is_empty());
    assert!(faulted, "no fault within {limit:?}");
    assert_eq!(desk.troubles, [code]);
    assert_eq!(desk.driver.next_wakeup(), None, "a driver that gave up wants nothing more");
}

pub(crate) fn question(desk: &Desk) -> Option<&Question> {
    desk.panel.as_ref().and_then(|panel| panel.question.as_ref())
}

/// A pad with 0 on the first key and 9 on the last but one: nothing stands where a telephone has it.
pub(crate) fn pad() -> PadOrder {
    let mut random = [0; 32];
    random.iter_mut().zip(1..).for_each(|(byte, n): (&mut u8, u8)| *byte = n.wrapping_mul(89));
    let pad = PadOrder::shuffled(&random);
    assert_ne!(pad, PadOrder::TELEPHONE);
    pad
}

/// Where a patient touches to type these digits.
pub(crate) fn touches(pad: &PadOrder, digits: [u8; 4]) -> Touch {
    let position = |digit| (0..10).find(|position| pad.digit_at(*position) == Some(digit)).unwrap();
    Touch::Pad(PadTouches::new(digits.map(position)).unwrap())
}

pub(crate) fn medical() -> ConsentScreen {
    ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines, ConsentItem::Diagnosis] }
}

/// Opens an attempt on a placed card; 照合番号B comes as printed.
pub(crate) fn open_attempt(desk: &mut Desk, attempt: u64) {
    desk.say(Command::OpenAttempt(AttemptId(attempt)));
    let Event::NumberBRead { attempt: read, number } = hear(desk, "number B read") else { panic!() };
    assert_eq!((read.0, number.expose(Purpose::Judge).as_slice()), (attempt, NUMBER_B));
}

pub(crate) fn compare(desk: &mut Desk, attempt: u64, faces: &Faces) {
    desk.say(Command::Compare { attempt: AttemptId(attempt), photo: faces.photo.clone() });
}

pub(crate) fn look(desk: &mut Desk, frame: Option<&GreyFrame>) {
    assert!(desk.act(Act::ShowFace(frame.cloned())));
}

pub(crate) fn verdict(desk: &mut Desk) -> (u64, FaceVerdict, Option<u16>) {
    match hear(desk, "face compared") {
        Event::FaceCompared { attempt, verdict, conditions } => {
            assert_eq!(conditions.slot_in_sun, None, "the unit has no sensor there");
            (attempt.0, verdict, conditions.face_lux)
        }
        other => panic!("{other:?}"),
    }
}

/// From the card to the card taken: once by face, once by PIN. What is touched is touched on the terminal's panel.
pub(crate) fn whole_visits(desk: &mut Desk, faces: &Faces) {
    desk.say(Command::Show(Notice::PlaceCard));
    assert!(desk.act(card()));
    hear(desk, "card placed");

    desk.say(Command::OfferMethods(vec![Method::Face, Method::Pin]));
    desk.touch(Touch::Method(Method::Face));
    let Event::MethodChosen(Method::Face) = hear(desk, "method chosen") else { panic!() };
    open_attempt(desk, 0xA1);
    assert_eq!(question(desk), Some(&Question::Face));
    look(desk, Some(&faces.same));
    compare(desk, 0xA1, faces);
    assert_eq!(verdict(desk), (0xA1, FaceVerdict::Match, Some(300)));
    assert_eq!(question(desk), None);
    look(desk, None);

    desk.say(Command::OfferMethods(vec![Method::Pin]));
    desk.touch(Touch::Method(Method::Face));
    assert!(desk.events.is_empty(), "not offered");
    desk.touch(Touch::Method(Method::Pin));
    hear(desk, "method chosen");
    desk.say(Command::AskPin { tries_left: 3, pad: pad() });
    desk.touch(touches(&pad(), [1, 2, 3, 4]));
    let Event::PinEntered(pin) = hear(desk, "PIN entered") else { panic!() };
    assert_eq!(pin.expose(Purpose::Judge), b"1234");

    desk.say(Command::AskConsent(medical()));
    desk.touch(Touch::Consent { screen: "medical".into(), decision: Decision::Agreed });
    let Event::ConsentAnswered { screen, decision } = hear(desk, "consent answered") else { panic!() };
    assert_eq!((screen.as_str(), decision), ("medical", Decision::Agreed));

    desk.say(Command::Show(Notice::TakeCard));
    assert_eq!(desk.panel.as_ref().unwrap().notice, Notice::TakeCard);
    assert!(desk.act(Act::TakeCard));
    hear(desk, "card taken");
}
