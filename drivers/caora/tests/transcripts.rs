//! The driver against the simulated unit, in virtual time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use ::caora::FACTORY;
use caora_frames::ReaderMessage;
use caora_frames::block::{ACK, BlockNumber, STX, ack};
use model::panel::PadOrder;
use model::{ConsentItem, ConsentScreen, Decision, Moment, Passcode, Pii, Pin, Purpose};
use reader::conformance::{Act, AskedView, CardFace, Firmware, GreyFrame, Pair, Reading, UnitConfig, View};
use reader::{
    AttemptId, Command, Conditions, Event, FaceVerdict, Input, Lamp, Language, Link, Method, Notice, Parity,
    ReaderFactory, SerialSettings, Sound,
};
use simulator_card::face::{self, Scene};
use simulator_firmware::caora;
use std::collections::VecDeque;
use std::io::Cursor;
use std::time::Duration;

const NUMBER_B: &[u8] = b"55021720352285";
/// Two drawn faces of the matching's own test set.
const HANAKO: u64 = 12;
const TARO: u64 = 13;

type Unit = Box<dyn Firmware>;
type Desk = Pair<Unit>;

fn desk(config: UnitConfig) -> Desk {
    Pair::new(FACTORY.create(), caora::unit(config, Moment::ZERO))
}

/// A desk whose unit is ready.
fn ready() -> Desk {
    let mut desk = desk(UnitConfig::default());
    hear(&mut desk, "ready");
    desk
}

/// Waits for the next event and takes it.
fn hear(desk: &mut Desk, name: &str) -> Event {
    let heard = desk.run_until(Duration::from_secs(30), 5_000, |desk| !desk.events.is_empty());
    assert!(heard, "waited for {name}, troubles: {:?}", desk.troubles);
    let event = desk.events.remove(0);
    assert_eq!(event.name(), name, "{event:?}, troubles: {:?}", desk.troubles);
    event
}

fn say(desk: &mut Desk, command: Command) {
    desk.input(Input::Command(command));
}

/// Waits until the unit shows what `shown` wants.
fn see(desk: &mut Desk, shown: impl Fn(&AskedView) -> bool) {
    let seen = desk.run_until(Duration::from_secs(10), 2_000, |desk| shown(&desk.firmware.view().asked));
    assert!(seen, "{:?}, troubles: {:?}", desk.firmware.view(), desk.troubles);
}

/// Nothing more is reported for a while.
fn hear_nothing(desk: &mut Desk) {
    let heard = desk.run_until(Duration::from_secs(1), 200, |desk| !desk.events.is_empty());
    assert!(!heard, "{:?}", desk.events);
}

fn fault_within(desk: &mut Desk, limit: Duration, code: &str) {
    let faulted = desk.run_until(limit, 5_000, |desk| !desk.troubles.is_empty());
    assert!(faulted, "no fault within {limit:?}");
    assert_eq!(desk.troubles, [code]);
}

/// Does something at the unit that can be done now.
fn act(desk: &mut Desk, act: Act) {
    assert!(try_act(desk, act), "{:?}", desk.firmware.view());
}

fn try_act(desk: &mut Desk, act: Act) -> bool {
    let now = desk.now;
    desk.firmware.act(act, now)
}

fn pin(digits: &[u8]) -> Pin {
    Pin::from_digits(digits).unwrap()
}

fn ask_pin(tries_left: u8) -> Command {
    Command::AskPin { tries_left, pad: PadOrder::TELEPHONE }
}

fn photo(seed: u64) -> Pii<Vec<u8>> {
    let picture = face::photo(seed);
    let (width, height) = (u32::try_from(picture.width).unwrap(), u32::try_from(picture.height).unwrap());
    let whole = image::GrayImage::from_raw(width, height, picture.pixels).unwrap();
    let small = image::imageops::resize(&whole, 240, 300, image::imageops::FilterType::Triangle);
    let mut jpeg = Cursor::new(Vec::new());
    small.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 60)).unwrap();
    Pii::new(jpeg.into_inner())
}

fn camera(seed: u64, scene: Scene) -> Option<GreyFrame> {
    let frame = face::camera(seed, scene);
    Some(GreyFrame::new(frame.width, frame.height, frame.pixels).unwrap())
}

fn medical() -> ConsentScreen {
    ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines, ConsentItem::Diagnosis] }
}

/// Opens an attempt on a placed card and sends the photo; the verdict is still to come.
fn compare(desk: &mut Desk, attempt: u64, face: u64) {
    let attempt = AttemptId(attempt);
    say(desk, Command::OpenAttempt(attempt));
    let Event::NumberBRead { attempt: read, number } = hear(desk, "number B read") else { panic!() };
    assert_eq!((read, number.expose(Purpose::Judge).as_slice()), (attempt, NUMBER_B));
    say(desk, Command::Compare { attempt, photo: photo(face) });
}

fn verdict(desk: &mut Desk) -> (u64, FaceVerdict) {
    match hear(desk, "face compared") {
        Event::FaceCompared { attempt, verdict, .. } => (attempt.0, verdict),
        other => panic!("{other:?}"),
    }
}

/// From the card to the card taken: once by face, once by PIN.
fn whole_visits(desk: &mut Desk) {
    say(desk, Command::Show(Notice::PlaceCard));
    act(desk, Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()));
    hear(desk, "card placed");

    say(desk, Command::OfferMethods(vec![Method::Face, Method::Pin]));
    see(desk, |asked| matches!(asked, AskedView::Methods { .. }));
    assert!(try_act(desk, Act::Choose(Method::Face)));
    let Event::MethodChosen(Method::Face) = hear(desk, "method chosen") else { panic!() };
    act(desk, Act::ShowFace(camera(HANAKO, Scene::ordinary(1201))));
    compare(desk, 0xA1, HANAKO);
    assert_eq!(verdict(desk), (0xA1, FaceVerdict::Match));

    say(desk, Command::OfferMethods(vec![Method::Pin]));
    see(desk, |asked| matches!(asked, AskedView::Methods { .. }));
    assert!(!try_act(desk, Act::Choose(Method::Face)), "not offered");
    assert!(try_act(desk, Act::Choose(Method::Pin)));
    hear(desk, "method chosen");
    say(desk, ask_pin(3));
    see(desk, |asked| *asked == AskedView::Pin { tries_left: 3, pad: None });
    act(desk, Act::TypePin(pin(b"1234")));
    let Event::PinEntered(pin) = hear(desk, "PIN entered") else { panic!() };
    assert_eq!(pin.expose(Purpose::Judge), b"1234");

    say(desk, Command::AskConsent(medical()));
    see(desk, |asked| matches!(asked, AskedView::Consent { items, .. } if *items == medical().items));
    act(desk, Act::Consent(true));
    let Event::ConsentAnswered { screen, decision } = hear(desk, "consent answered") else { panic!() };
    assert_eq!((screen.as_str(), decision), ("medical", Decision::Agreed));

    say(desk, Command::Show(Notice::TakeCard));
    say(desk, Command::Sound(Sound::TakeCard));
    let told = desk.run_until(Duration::from_secs(5), 1_000, |desk| desk.firmware.view().sounds > 0);
    assert!(told && desk.firmware.view().notice == "take_card");
    act(desk, Act::TakeCard);
    hear(desk, "card taken");
}

#[test]
fn whole_visits_by_face_and_by_pin() {
    let mut desk = ready();
    whole_visits(&mut desk);
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn a_bad_cable_is_mended_by_retransmission() {
    let mut finished = 0;
    for seed in 0..20 {
        let mut desk = ready();
        // 1.5 % of all pieces lost, doubled, split or with one bit flipped: four in a row are not to be expected.
        desk.mangle(seed, 15);
        whole_visits(&mut desk);
        assert!(desk.troubles.is_empty(), "seed {seed}: {:?}", desk.troubles);
        finished += 1;
    }
    assert_eq!(finished, 20);
}

#[test]
fn three_corrupt_answers_are_mended_and_a_fourth_is_not() {
    let mut desk = ready();
    act(&mut desk, Act::Corrupt(3));
    act(&mut desk, Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()));
    hear(&mut desk, "card placed");
    act(&mut desk, Act::Corrupt(u32::MAX));
    fault_within(&mut desk, Duration::from_secs(3), "READER_GARBLED");
}

#[test]
fn a_command_goes_out_at_once() {
    let mut desk = ready();
    desk.run_until(Duration::from_millis(50), 10, |_| false);
    let before = desk.now;
    say(&mut desk, Command::Show(Notice::Wait));
    assert_eq!((desk.now, desk.firmware.view().notice.as_str()), (before, "wait"));
}

#[test]
fn a_face_that_is_another_masked_turned_dark_printed_or_absent_does_not_match() {
    let mut desk = ready();
    act(&mut desk, Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()));
    hear(&mut desk, "card placed");
    for (attempt, frame, wanted) in [
        (1, camera(TARO, Scene::ordinary(1301)), FaceVerdict::NoMatch),
        (2, camera(HANAKO, Scene::dark(1202)), FaceVerdict::TooDark),
        (3, camera(HANAKO, Scene::photograph(1203)), FaceVerdict::NotAlive),
        (4, None, FaceVerdict::NoFace),
        (6, camera(HANAKO, Scene::masked(1204)), FaceVerdict::Masked),
        (7, camera(HANAKO, Scene::turned(1205)), FaceVerdict::Pose),
    ] {
        act(&mut desk, Act::ShowFace(frame));
        compare(&mut desk, attempt, HANAKO);
        assert_eq!(verdict(&mut desk), (attempt, wanted));
    }
    say(&mut desk, Command::OpenAttempt(AttemptId(5)));
    hear(&mut desk, "number B read");
    let attempt = AttemptId(5);
    say(&mut desk, Command::Compare { attempt, photo: Pii::new(b"no picture".to_vec()) });
    assert_eq!(verdict(&mut desk), (5, FaceVerdict::PhotoUnreadable));
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn a_patient_who_comes_before_the_camera_later_is_waited_for() {
    let mut desk = ready();
    act(&mut desk, Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()));
    hear(&mut desk, "card placed");
    compare(&mut desk, 7, HANAKO);
    see(&mut desk, |asked| *asked == AskedView::Face { comparing: true });
    hear_nothing(&mut desk);
    act(&mut desk, Act::ShowFace(camera(HANAKO, Scene::ordinary(1201))));
    assert_eq!(verdict(&mut desk), (7, FaceVerdict::Match));
}

#[test]
fn a_card_turned_over_or_unreadable_gives_no_number_b() {
    let mut desk = ready();
    act(&mut desk, Act::PlaceCard(CardFace::turned_over()));
    hear(&mut desk, "card placed");
    say(&mut desk, Command::OpenAttempt(AttemptId(1)));
    assert_eq!(verdict(&mut desk), (1, FaceVerdict::NumberBUnreadable));

    act(&mut desk, Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()));
    hear(&mut desk, "card taken");
    hear(&mut desk, "card placed");
    act(&mut desk, Act::ReadNumberB(Reading::LastDigitWrong));
    say(&mut desk, Command::OpenAttempt(AttemptId(2)));
    let Event::NumberBRead { number, .. } = hear(&mut desk, "number B read") else { panic!() };
    assert_eq!(number.expose(Purpose::Judge), b"55021720352286");
}

#[test]
fn staff_take_over_with_the_passcode() {
    let mut desk = ready();
    say(&mut desk, Command::AskPasscode { pad: PadOrder::TELEPHONE });
    see(&mut desk, |asked| *asked == AskedView::Passcode { pad: None });
    assert!(!try_act(&mut desk, Act::TypePin(pin(b"8264"))), "that pad takes no PIN");
    act(&mut desk, Act::TypePasscode(Passcode::from_digits(b"8264").unwrap()));
    let Event::PasscodeEntered(passcode) = hear(&mut desk, "passcode entered") else { panic!() };
    assert_eq!(passcode.expose(Purpose::Judge), b"8264");
    say(&mut desk, Command::Show(Notice::VisualArmed));
    act(&mut desk, Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()));
    hear(&mut desk, "card placed");
    say(&mut desk, Command::OfferMethods(vec![Method::Face, Method::Pin, Method::Visual]));
    see(&mut desk, |asked| *asked == AskedView::Methods { offered: vec!["face", "pin", "visual"] });
    act(&mut desk, Act::Choose(Method::Visual));
    let Event::MethodChosen(Method::Visual) = hear(&mut desk, "method chosen") else { panic!() };
    say(&mut desk, Command::Show(Notice::StaffCheck));
    let shown =
        desk.run_until(Duration::from_secs(5), 2_000, |desk| desk.firmware.view().notice == "staff_check");
    assert!(shown, "{:?}", desk.firmware.view());
}

#[test]
fn an_answer_to_a_question_that_was_cancelled_is_dropped() {
    let mut desk = ready();
    say(&mut desk, ask_pin(3));
    see(&mut desk, |asked| matches!(asked, AskedView::Pin { .. }));
    act(&mut desk, Act::TypePin(pin(b"9999")));
    // The digits wait in the unit while the terminal cancels and asks anew.
    say(&mut desk, Command::Cancel);
    say(&mut desk, ask_pin(2));
    see(&mut desk, |asked| *asked == AskedView::Pin { tries_left: 2, pad: None });
    hear_nothing(&mut desk);
    act(&mut desk, Act::Cancel);
    hear(&mut desk, "PIN cancelled");
}

#[test]
fn an_answer_that_is_under_way_when_the_question_is_replaced_is_dropped() {
    let mut desk = ready();
    say(&mut desk, ask_pin(3));
    see(&mut desk, |asked| matches!(asked, AskedView::Pin { .. }));
    act(&mut desk, Act::TypePin(pin(b"9999")));
    act(&mut desk, Act::Slow(Duration::from_millis(150)));
    // Long enough for ENQ to have fetched the digits, too short for them to have arrived.
    assert!(!desk.run_until(Duration::from_millis(100), 100, |desk| !desk.events.is_empty()));
    say(&mut desk, ask_pin(2));
    hear_nothing(&mut desk);
    see(&mut desk, |asked| *asked == AskedView::Pin { tries_left: 2, pad: None });
    act(&mut desk, Act::TypePin(pin(b"1234")));
    let Event::PinEntered(pin) = hear(&mut desk, "PIN entered") else { panic!() };
    assert_eq!(pin.expose(Purpose::Judge), b"1234");
}

/// A unit on a cable that loses acknowledgements, so many in each direction.
#[derive(Debug)]
struct LosingAcks {
    unit: Unit,
    to_unit: u32,
    to_host: u32,
}

impl Firmware for LosingAcks {
    fn link(&self) -> Link {
        self.unit.link()
    }
    fn link_changed(&mut self, open: bool, now: Moment) {
        self.unit.link_changed(open, now);
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
    fn receive(&mut self, bytes: &[u8], now: Moment) {
        if bytes.first() == Some(&ACK) && self.to_unit > 0 {
            self.to_unit -= 1;
        } else {
            self.unit.receive(bytes, now);
        }
    }
    fn wake(&mut self, now: Moment) {
        self.unit.wake(now);
    }
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        let bytes = self.unit.poll_send()?;
        if bytes.first() == Some(&ACK) && self.to_host > 0 {
            self.to_host -= 1;
            return self.poll_send();
        }
        Some(bytes)
    }
    fn next_wakeup(&self) -> Option<Moment> {
        self.unit.next_wakeup()
    }
}

#[test]
fn a_block_repeated_after_a_lost_acknowledgement_counts_once() {
    let unit = caora::unit(UnitConfig::default(), Moment::ZERO);
    let mut desk = Pair::new(FACTORY.create(), LosingAcks { unit, to_unit: 0, to_host: 0 });
    assert!(desk.run_until(Duration::from_secs(1), 100, |desk| !desk.events.is_empty()));

    desk.firmware.to_host = 3;
    desk.input(Input::Command(Command::Sound(Sound::Chime)));
    assert!(!desk.run_until(Duration::from_secs(2), 500, |desk| !desk.troubles.is_empty()));
    assert_eq!((desk.firmware.to_host, desk.firmware.unit.view().sounds), (0, 1), "obeyed once");

    let now = desk.now;
    desk.firmware.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()), now);
    assert!(desk.run_until(Duration::from_secs(1), 100, |desk| desk.events.len() == 2));
    desk.firmware.to_unit = 3;
    desk.input(Input::Command(Command::OpenAttempt(AttemptId(1))));
    assert!(!desk.run_until(Duration::from_secs(2), 500, |desk| !desk.troubles.is_empty()));
    let names: Vec<_> = desk.events.iter().map(Event::name).collect();
    assert_eq!(desk.firmware.to_unit, 0);
    assert_eq!(names, ["ready", "card placed", "number B read"], "told once");
}

#[test]
fn what_the_model_lacks_is_refused_and_nothing_is_sent() {
    let mut desk = ready();
    say(&mut desk, Command::Light(Lamp::Green));
    say(&mut desk, Command::Speak(Language::English));
    say(&mut desk, Command::Speak(Language::Japanese));
    let attempt = AttemptId(1);
    say(&mut desk, Command::Compare { attempt, photo: photo(HANAKO) });
    assert_eq!(desk.troubles, ["unsupported Light", "unsupported Speak", "unsupported Compare"]);
}

#[test]
fn a_card_that_lies_there_at_the_start_is_told_with_ready_only() {
    let mut unit = caora::unit(UnitConfig::default(), Moment::ZERO);
    unit.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()), Moment::ZERO);
    let mut desk = Pair::new(FACTORY.create(), unit);
    let Event::Ready { card: true, .. } = hear(&mut desk, "ready") else { panic!() };
    hear_nothing(&mut desk);
    act(&mut desk, Act::TakeCard);
    hear(&mut desk, "card taken");
    let Event::Ready { card: false, .. } = hear(&mut self::desk(UnitConfig::default()), "ready") else {
        panic!()
    };
}

#[test]
fn the_light_on_the_face_goes_with_every_verdict() {
    let mut desk = ready();
    act(&mut desk, Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()));
    hear(&mut desk, "card placed");
    act(&mut desk, Act::ShowFace(camera(HANAKO, Scene::ordinary(1201))));
    for (attempt, lux, wanted) in [(1, 149, FaceVerdict::TooDark), (2, 150, FaceVerdict::Match)] {
        act(&mut desk, Act::Light(lux));
        compare(&mut desk, attempt, HANAKO);
        let Event::FaceCompared { verdict, conditions, .. } = hear(&mut desk, "face compared") else {
            panic!()
        };
        let measured = Conditions { face_lux: Some(lux), slot_in_sun: None };
        assert_eq!((verdict, conditions), (wanted, measured));
    }
}

#[test]
fn a_slow_start_is_waited_for_and_a_silent_unit_is_not() {
    let mut slow = desk(UnitConfig { start_up: Duration::from_secs(3), ..UnitConfig::default() });
    hear(&mut slow, "ready");
    let mut never = desk(UnitConfig { start_up: Duration::from_secs(3600), ..UnitConfig::default() });
    fault_within(&mut never, FACTORY.patience().start, "READER_SILENT");
}

#[test]
fn a_reader_that_falls_silent_is_a_fault_within_two_seconds() {
    let mut desk = ready();
    act(&mut desk, Act::Silence(true));
    fault_within(&mut desk, Duration::from_secs(2), "READER_SILENT");
    assert_eq!(desk.driver.next_wakeup(), None, "a driver that gave up wants nothing more");
}

#[test]
fn a_babbling_reader_is_a_fault() {
    let mut desk = ready();
    act(&mut desk, Act::Babble(true));
    fault_within(&mut desk, Duration::from_secs(3), "READER_GARBLED");
}

#[test]
fn a_slow_reader_is_no_fault() {
    let mut desk = ready();
    act(&mut desk, Act::Slow(Duration::from_millis(150)));
    act(&mut desk, Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()));
    hear(&mut desk, "card placed");
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn another_model_a_failed_self_test_and_a_fault_of_its_own() {
    let mut other = desk(UnitConfig { model: Some("XC-STFR2JMN".into()), ..UnitConfig::default() });
    fault_within(&mut other, Duration::from_secs(1), "READER_WRONG_MODEL");
    let mut broken = desk(UnitConfig { self_test: 7, ..UnitConfig::default() });
    fault_within(&mut broken, Duration::from_secs(1), "READER_FAULT");
    let mut failing = ready();
    act(&mut failing, Act::ReportFault(3));
    fault_within(&mut failing, Duration::from_secs(1), "READER_FAULT");
}

#[test]
fn a_unit_that_restarts_by_itself_is_begun_anew() {
    let mut desk = ready();
    act(&mut desk, Act::Restart);
    fault_within(&mut desk, Duration::from_secs(1), "READER_UNPLUGGED");
    desk.troubles.clear();
    desk.driver = FACTORY.create();
    desk.input(Input::LinkOpened);
    hear(&mut desk, "ready");
}

#[test]
fn an_unplugged_unit_is_a_fault_at_once() {
    let mut desk = ready();
    desk.input(Input::LinkClosed);
    assert_eq!(desk.troubles, ["READER_UNPLUGGED"]);
}

/// A unit on a line with noise between its answers: gaps long enough for a whole turn.
#[derive(Debug)]
struct Crackling {
    unit: Unit,
    noise_at: Moment,
    now: Moment,
}

impl Firmware for Crackling {
    fn link(&self) -> Link {
        self.unit.link()
    }
    fn link_changed(&mut self, open: bool, now: Moment) {
        self.unit.link_changed(open, now);
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
    fn receive(&mut self, bytes: &[u8], now: Moment) {
        self.now = now;
        self.unit.receive(bytes, now);
    }
    fn wake(&mut self, now: Moment) {
        self.now = now;
        self.unit.wake(now);
    }
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        if self.noise_at <= self.now {
            self.noise_at = self.now.after(Duration::from_millis(150));
            return Some(vec![0xE7; 24]);
        }
        self.unit.poll_send()
    }
    fn next_wakeup(&self) -> Option<Moment> {
        [Some(self.noise_at), self.unit.next_wakeup()].into_iter().flatten().min()
    }
}

#[test]
fn noise_with_gaps_is_given_up_though_answers_come_through() {
    let begins = Moment::ZERO.after(Duration::from_secs(1));
    let unit = caora::unit(UnitConfig::default(), Moment::ZERO);
    let mut desk = Pair::new(FACTORY.create(), Crackling { unit, noise_at: begins, now: Moment::ZERO });
    assert!(desk.run_until(Duration::from_millis(900), 100, |desk| !desk.events.is_empty()));
    let given_up = desk.run_until(Duration::from_secs(3), 2_000, |desk| !desk.troubles.is_empty());
    assert!(given_up && desk.troubles == ["READER_GARBLED"], "{:?}", desk.troubles);
    assert!(desk.now <= begins.after(FACTORY.patience().silence), "{:?}", desk.now);
}

/// Bytes that no unit sends: the terminal must neither panic nor spin, and must give up.
#[derive(Debug)]
struct Garbage {
    answer: &'static [u8],
    waiting: usize,
}

impl Firmware for Garbage {
    fn link(&self) -> Link {
        Link::Serial(SerialSettings { baud: 115_200, parity: Parity::Even })
    }
    fn link_changed(&mut self, _: bool, _: Moment) {}
    fn act(&mut self, _: Act, _: Moment) -> bool {
        false
    }
    fn view(&self) -> View {
        caora::unit(UnitConfig::default(), Moment::ZERO).view()
    }
    fn announces_card(&self, _: &[u8]) -> bool {
        false
    }
    fn receive(&mut self, _: &[u8], _: Moment) {
        self.waiting = 1;
    }
    fn wake(&mut self, _: Moment) {}
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.waiting = self.waiting.checked_sub(1)?;
        Some(self.answer.to_vec())
    }
    fn next_wakeup(&self) -> Option<Moment> {
        None
    }
}

#[test]
fn garbage_is_given_up_without_spinning() {
    for answer in
        [b"\x15".as_slice(), b"\x04", b"\x05", b"\x060", b"\xff\xff", b"\x021999", b"\x020002UP\x03\x06"]
    {
        let mut desk = Pair::new(FACTORY.create(), Garbage { answer, waiting: 0 });
        let faulted = desk.run_until(Duration::from_secs(6), 2_000, |desk| !desk.troubles.is_empty());
        assert!(faulted, "{answer:02x?}");
        let code = desk.troubles.first().unwrap();
        assert!(code.starts_with("READER_"), "{answer:02x?}: {:?}", desk.troubles);
        assert_eq!(desk.troubles.len(), 1, "{answer:02x?}: {:?}", desk.troubles);
    }
}

/// A unit that answers whatever comes with one more message, and never gives the line back.
#[derive(Debug, Default)]
struct Endless {
    number: Option<BlockNumber>,
    saying: VecDeque<Vec<u8>>,
}

impl Firmware for Endless {
    fn link(&self) -> Link {
        Link::Serial(SerialSettings { baud: 115_200, parity: Parity::Even })
    }
    fn link_changed(&mut self, _: bool, _: Moment) {}
    fn act(&mut self, _: Act, _: Moment) -> bool {
        false
    }
    fn view(&self) -> View {
        caora::unit(UnitConfig::default(), Moment::ZERO).view()
    }
    fn announces_card(&self, _: &[u8]) -> bool {
        false
    }
    fn receive(&mut self, bytes: &[u8], _: Moment) {
        let identify = bytes.first() == Some(&STX);
        let number = if identify { BlockNumber::OPENING } else { self.number.unwrap().next() };
        self.number = Some(number);
        let odd = number.digit() % 2 == 1;
        let message = if odd { ReaderMessage::CardPlaced } else { ReaderMessage::CardTaken };
        self.saying.push_back(if identify {
            ack(number).to_vec()
        } else {
            message.emit(number).unwrap().to_vec()
        });
    }
    fn wake(&mut self, _: Moment) {}
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.saying.pop_front()
    }
    fn next_wakeup(&self) -> Option<Moment> {
        None
    }
}

#[test]
fn a_unit_that_never_gives_the_line_back_is_given_up() {
    let mut desk = Pair::new(FACTORY.create(), Endless::default());
    desk.run_until(Duration::from_secs(1), 100, |desk| !desk.troubles.is_empty());
    assert_eq!(desk.troubles, ["READER_GARBLED"]);
    assert!(desk.events.len() <= 32, "{}", desk.events.len());
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(pieces in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..80), 0..40)) {
        let mut desk = ready();
        for piece in &pieces {
            desk.input(Input::Received(piece));
        }
    }
}
