//! The driver against the simulated unit, in virtual time: one test, one story.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use ::sma_pa::FACTORY;
use model::panel::PadOrder;
use model::{ConsentItem, ConsentScreen, Decision, Moment, Passcode, Pii, Pin, Purpose};
use reader::conformance::{
    Act, AskedView, CardFace, Faces, Firmware, GreyFrame, Pair, Reading, UnitConfig, View,
};
use reader::{
    AttemptId, Command, Conditions, Event, FaceVerdict, Input, Lamp, Language, Link, Method, Notice, Parity,
    ReaderFactory, SerialSettings, Sound,
};
use simulator_card::face::{Scene, camera};
use simulator_firmware::{document, kit, sma_pa};
use sma_pa_frames::frame::bare;
use sma_pa_frames::sum::{crc8, crc32};
use sma_pa_frames::unit::Identity;
use sma_pa_frames::{Kind, Number, ReaderMessage, Session};
use std::collections::VecDeque;
use std::sync::LazyLock;
use std::time::Duration;

const NUMBER_B: &[u8] = b"55021720352285";
const PAGE: &str = "kind=child-medical\nnumber=12345678\nvalid_until=2027-03-31";
/// The session of a link that is opened at the origin of time.
const SESSION: Session = Session(1);

static FACES: LazyLock<Faces> = LazyLock::new(|| kit::faces(&FACTORY.profile().photo));

type Desk = Pair<Box<dyn Firmware>>;

fn desk(config: UnitConfig) -> Desk {
    Pair::new(FACTORY.create(), sma_pa::unit(config, Moment::ZERO))
}

/// A desk whose unit is ready.
fn ready() -> Desk {
    let mut desk = desk(UnitConfig::default());
    hear(&mut desk, "ready");
    desk
}

/// A desk whose unit is ready and has a card.
fn with_card() -> Desk {
    let mut desk = ready();
    assert!(desk.act(Act::PlaceCard(card())));
    hear(&mut desk, "card placed");
    desk
}

fn card() -> CardFace {
    CardFace::new(NUMBER_B).unwrap()
}

/// Waits for the next event and takes it.
fn hear(desk: &mut Desk, name: &str) -> Event {
    let heard = desk.run_until(Duration::from_secs(30), 5_000, |desk| !desk.events.is_empty());
    assert!(heard, "waited for {name}, troubles: {:?}", desk.troubles);
    let event = desk.events.remove(0);
    assert_eq!(event.name(), name, "{event:?}, troubles: {:?}", desk.troubles);
    event
}

/// Waits until the unit shows what `shown` wants.
fn see(desk: &mut Desk, shown: impl Fn(&AskedView) -> bool) {
    let seen = desk.run_until(Duration::from_secs(10), 2_000, |desk| shown(&desk.firmware.view().asked));
    assert!(seen, "{:?}, troubles: {:?}", desk.firmware.view(), desk.troubles);
}

/// Nothing more is reported for a while.
fn hear_nothing(desk: &mut Desk) {
    let heard = desk.run_until(Duration::from_secs(2), 500, |desk| !desk.events.is_empty());
    assert!(!heard && desk.troubles.is_empty(), "{:?}, {:?}", desk.events, desk.troubles);
}

fn fault_within(desk: &mut Desk, limit: Duration, code: &str) {
    let faulted = desk.run_until(limit, 10_000, |desk| !desk.troubles.is_empty());
    assert!(faulted, "no fault within {limit:?}");
    assert_eq!(desk.troubles, [code]);
    assert_eq!(desk.driver.next_wakeup(), None, "a driver that gave up wants nothing more");
}

fn ask_pin(tries_left: u8) -> Command {
    Command::AskPin { tries_left, pad: PadOrder::TELEPHONE }
}

fn medical() -> ConsentScreen {
    ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines, ConsentItem::Diagnosis] }
}

fn typed(desk: &mut Desk, digits: &[u8; 4]) {
    see(desk, |asked| matches!(asked, AskedView::Pin { .. }));
    assert!(desk.act(Act::TypePin(Pin::from_digits(digits).unwrap())));
    let Event::PinEntered(pin) = hear(desk, "PIN entered") else { panic!() };
    assert_eq!(pin.expose(Purpose::Judge), digits);
}

/// Opens an attempt on a placed card and sends the photo; the verdict is still to come.
fn compare(desk: &mut Desk, attempt: u64) {
    let attempt = AttemptId(attempt);
    desk.say(Command::OpenAttempt(attempt));
    let Event::NumberBRead { attempt: read, number } = hear(desk, "number B read") else { panic!() };
    assert_eq!((read, number.expose(Purpose::Judge).as_slice()), (attempt, NUMBER_B));
    desk.say(Command::Compare { attempt, photo: FACES.photo.clone() });
}

fn verdict(desk: &mut Desk) -> (u64, FaceVerdict, Conditions) {
    match hear(desk, "face compared") {
        Event::FaceCompared { attempt, verdict, conditions } => (attempt.0, verdict, conditions),
        other => panic!("{other:?}"),
    }
}

fn conditions(lux: u16, sun: bool) -> Conditions {
    Conditions { face_lux: Some(lux), slot_in_sun: Some(sun) }
}

/// From the card to the card taken: once by face, once by PIN.
fn whole_visits(desk: &mut Desk) {
    desk.say(Command::Show(Notice::PlaceCard));
    assert!(desk.act(Act::PlaceCard(card())));
    hear(desk, "card placed");

    desk.say(Command::OfferMethods(vec![Method::Face, Method::Pin]));
    see(desk, |asked| *asked == AskedView::Methods { offered: vec!["face", "pin"] });
    assert!(desk.act(Act::Choose(Method::Face)));
    let Event::MethodChosen(Method::Face) = hear(desk, "method chosen") else { panic!() };
    assert!(desk.act(Act::ShowFace(Some(FACES.same.clone()))));
    compare(desk, 0xA1);
    assert_eq!(verdict(desk), (0xA1, FaceVerdict::Match, conditions(300, false)));

    desk.say(Command::OfferMethods(vec![Method::Pin]));
    see(desk, |asked| *asked == AskedView::Methods { offered: vec!["pin"] });
    assert!(!desk.act(Act::Choose(Method::Face)), "not offered");
    assert!(desk.act(Act::Choose(Method::Pin)));
    hear(desk, "method chosen");
    desk.say(ask_pin(3));
    typed(desk, b"1234");

    desk.say(Command::AskConsent(medical()));
    see(desk, |asked| matches!(asked, AskedView::Consent { items, .. } if *items == medical().items));
    assert!(desk.act(Act::Consent(true)));
    let Event::ConsentAnswered { screen, decision } = hear(desk, "consent answered") else { panic!() };
    assert_eq!((screen.as_str(), decision), ("medical", Decision::Agreed));

    desk.say(Command::Show(Notice::TakeCard));
    desk.say(Command::Sound(Sound::TakeCard));
    let told = |desk: &Desk| {
        let view = desk.firmware.view();
        view.notice == "take_card" && view.sound == Some("take_card")
    };
    assert!(desk.run_until(Duration::from_secs(5), 1_000, told));
    assert!(desk.act(Act::TakeCard));
    hear(desk, "card taken");
}

fn ask_passcode() -> Command {
    Command::AskPasscode { pad: PadOrder::TELEPHONE }
}

fn passcode(digits: &[u8; 4]) -> Act {
    Act::TypePasscode(Passcode::from_digits(digits).unwrap())
}

const fn is_passcode_pad(asked: &AskedView) -> bool {
    matches!(asked, AskedView::Passcode { pad: Some(_) })
}

/// A visit at the armed desk: staff confirm with the passcode, the patient answers one screen of everything.
fn visual_visit(desk: &mut Desk) {
    desk.say(Command::Show(Notice::VisualArmed));
    let armed = |desk: &Desk| desk.firmware.view().notice == "visual_armed";
    assert!(desk.run_until(Duration::from_secs(5), 1_000, armed));
    assert!(desk.act(Act::PlaceCard(card())));
    hear(desk, "card placed");

    desk.say(Command::OfferMethods(vec![Method::Visual, Method::Pin, Method::Face]));
    see(desk, |asked| *asked == AskedView::Methods { offered: vec!["visual", "pin", "face"] });
    assert!(desk.act(Act::Choose(Method::Visual)));
    let Event::MethodChosen(Method::Visual) = hear(desk, "method chosen") else { panic!() };

    desk.say(ask_passcode());
    see(desk, is_passcode_pad);
    assert!(!desk.act(Act::TypePin(Pin::from_digits(b"9999").unwrap())), "no PIN is asked");
    assert!(desk.act(Act::Cancel));
    hear(desk, "PIN cancelled");
    desk.say(ask_passcode());
    see(desk, is_passcode_pad);
    assert!(desk.act(passcode(b"4826")));
    let Event::PasscodeEntered(typed) = hear(desk, "passcode entered") else { panic!() };
    assert_eq!(typed.expose(Purpose::Judge), b"4826");

    desk.say(Command::Show(Notice::StaffCheck));
    let everything = ConsentScreen { id: "everything".into(), items: ConsentItem::ALL.to_vec() };
    desk.say(Command::AskConsent(everything));
    see(desk, |asked| matches!(asked, AskedView::Consent { items, .. } if *items == ConsentItem::ALL));
    assert_eq!(desk.firmware.view().notice, "staff_check");
    assert!(desk.act(Act::Consent(true)));
    hear(desk, "consent answered");
    assert!(desk.act(Act::TakeCard));
    hear(desk, "card taken");
}

#[test]
fn a_visit_that_staff_confirm_with_the_passcode() {
    let mut desk = ready();
    visual_visit(&mut desk);
    desk.say(Command::OfferMethods(vec![Method::Visual]));
    see(&mut desk, |asked| *asked == AskedView::Methods { offered: vec!["visual"] });
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn digits_of_one_pad_are_never_taken_for_those_of_the_other() {
    for (ask, wrong, right, event) in [
        (ask_pin(3), Kind::Passcode, Kind::Pin, "PIN entered"),
        (ask_passcode(), Kind::Pin, Kind::Passcode, "passcode entered"),
    ] {
        // Said in the unit's place: the right question's number, under either kind.
        let mut desk = ready();
        desk.say(ask);
        desk.input(Input::Received(&digits_frame(wrong, 1)));
        assert!(desk.events.is_empty(), "{:?}", desk.events);
        desk.input(Input::Received(&digits_frame(right, 2)));
        let told: Vec<_> = desk.events.iter().map(Event::name).collect();
        assert_eq!((told, desk.troubles), (vec![event], Vec::new()));
    }
}

/// Digits under this kind, as the answer to the session's first command.
fn digits_frame(kind: Kind, number: u16) -> Vec<u8> {
    let (pin, passcode) = (Pin::from_digits(b"7391").unwrap(), Passcode::from_digits(b"7391").unwrap());
    let message = if kind == Kind::Pin {
        ReaderMessage::Pin { question: 1, pin }
    } else {
        ReaderMessage::Passcode { question: 1, passcode }
    };
    message.emit(SESSION, Number(number)).unwrap().to_vec()
}

#[test]
fn a_passcode_that_the_unit_cannot_ask_for_is_unsupported() {
    let mut desk = ready();
    desk.say(ask_passcode());
    let refused = ReaderMessage::Refused { question: 1 }.emit(SESSION, Number(1)).unwrap();
    desk.input(Input::Received(&refused));
    assert_eq!(desk.troubles, ["unsupported AskPasscode"]);
    desk.input(Input::Received(&digits_frame(Kind::Passcode, 2)));
    assert!(desk.events.is_empty(), "it is not asked any more");
}

#[test]
fn whole_visits_by_face_and_by_pin() {
    let mut desk = ready();
    whole_visits(&mut desk);
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn the_line_is_asked_for_as_the_dialect_says() {
    let wanted = Link::Serial(SerialSettings { baud: 921_600, parity: Parity::None });
    assert_eq!((FACTORY.link(), sma_pa::unit(UnitConfig::default(), Moment::ZERO).link()), (wanted, wanted));
}

#[test]
fn a_chip_is_greeted_with_a_short_beep() {
    let mut desk = ready();
    assert_eq!(desk.firmware.view().sounds, 0);
    assert!(desk.act(Act::PlaceCard(card())));
    assert_eq!((desk.firmware.view().sounds, desk.firmware.view().sound), (1, Some("chime")));
}

#[test]
fn the_unit_shuffles_its_pad_and_tells_the_digits() {
    let mut desk = with_card();
    let mut pads = Vec::new();
    for tries_left in [3, 2] {
        desk.say(ask_pin(tries_left));
        let AskedView::Pin { tries_left: shown, pad: Some(pad) } = desk.firmware.view().asked else {
            panic!("no shuffled pad")
        };
        assert_eq!(shown, tries_left);
        pads.push(pad);
        typed(&mut desk, b"0917");
    }
    assert_ne!(pads[0], pads[1]);
    assert!(pads.iter().all(|pad| pad != PadOrder::TELEPHONE.digits()));
}

#[test]
fn a_certificate_is_read_with_its_picture() {
    let mut desk = ready();
    assert!(desk.act(Act::Document(Some(PAGE.into()))));
    desk.say(Command::ReadDocument);
    let Event::DocumentRead(Some(reading)) = hear(&mut desk, "document read") else { panic!() };
    let reading = reading.expose(Purpose::Judge);
    assert_eq!(*reading, document::read(PAGE).unwrap());
    assert!(reading.image.len() > 1024, "more than one piece: {}", reading.image.len());
    assert!(image::load_from_memory(&reading.image).is_ok());
}

#[test]
fn a_certificate_may_be_laid_down_later_and_may_hold_what_the_dialect_cannot_say() {
    let mut desk = ready();
    desk.say(Command::ReadDocument);
    see(&mut desk, |asked| *asked == AskedView::Document);
    hear_nothing(&mut desk);
    assert!(desk.act(Act::Document(Some("kind=a\\b\nholder=\"見本\"".into()))));
    let Event::DocumentRead(Some(reading)) = hear(&mut desk, "document read") else { panic!() };
    let reading = reading.expose(Purpose::Judge);
    assert_eq!((reading.kind.as_str(), reading.fields[0].1.as_str()), ("a・b", "・見本・"));
}

#[test]
fn nothing_under_the_camera_is_nothing_read() {
    let mut desk = ready();
    desk.say(Command::ReadDocument);
    let Event::DocumentRead(None) = hear(&mut desk, "document read") else { panic!() };
}

#[test]
fn a_certificate_that_is_cancelled_while_its_picture_is_under_way_is_dropped() {
    let mut desk = ready();
    assert!(desk.act(Act::Document(Some(PAGE.into()))));
    desk.freeze_to_host(true);
    desk.say(Command::ReadDocument);
    desk.say(Command::Cancel);
    desk.say(ask_pin(3));
    desk.freeze_to_host(false);
    hear_nothing(&mut desk);
    typed(&mut desk, b"1234");
}

#[test]
fn a_photo_flows_through_a_window() {
    let mut desk = with_card();
    desk.say(Command::OpenAttempt(AttemptId(1)));
    hear(&mut desk, "number B read");
    desk.freeze(true);
    let before = desk.sent;
    let photo = Pii::new(vec![0x5A; 20_000]);
    desk.say(Command::Compare { attempt: AttemptId(1), photo });
    assert_eq!(desk.sent - before, 8, "frames without acknowledgement");
    desk.freeze(false);
    let (attempt, verdict, _) = verdict(&mut desk);
    assert_eq!((attempt, verdict), (1, FaceVerdict::PhotoUnreadable), "all of it arrived, and is no photo");
}

#[test]
fn every_face_is_judged_as_what_it_is() {
    let mut desk = with_card();
    let dark = camera(12, Scene::dark(1202));
    let dark = GreyFrame::new(dark.width, dark.height, dark.pixels).unwrap();
    for (attempt, frame, wanted) in [
        (1, Some(FACES.other.clone()), FaceVerdict::NoMatch),
        (2, Some(dark), FaceVerdict::TooDark),
        (3, Some(FACES.print.clone()), FaceVerdict::NotAlive),
        (4, Some(FACES.masked.clone()), FaceVerdict::Masked),
        (5, Some(FACES.turned.clone()), FaceVerdict::Pose),
        (6, None, FaceVerdict::NoFace),
    ] {
        assert!(desk.act(Act::ShowFace(frame)));
        compare(&mut desk, attempt);
        assert_eq!(verdict(&mut desk), (attempt, wanted, conditions(300, false)));
    }
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn light_and_sun_are_told_with_the_verdict() {
    let mut desk = with_card();
    assert!(desk.act(Act::Light(80)) && desk.act(Act::ShowFace(Some(FACES.same.clone()))));
    compare(&mut desk, 1);
    // No least light is stated for this model: 80 lx are told, and the face is compared all the same.
    assert_eq!(verdict(&mut desk), (1, FaceVerdict::Match, conditions(80, false)));
    assert!(desk.act(Act::Sun(true)));
    desk.say(Command::OpenAttempt(AttemptId(2)));
    assert_eq!(verdict(&mut desk), (2, FaceVerdict::NumberBUnreadable, conditions(80, true)));
}

#[test]
fn a_patient_who_comes_before_the_camera_later_is_waited_for() {
    let mut desk = with_card();
    compare(&mut desk, 7);
    see(&mut desk, |asked| *asked == AskedView::Face { comparing: true });
    hear_nothing(&mut desk);
    assert!(desk.act(Act::ShowFace(Some(FACES.same.clone()))));
    assert_eq!(verdict(&mut desk), (7, FaceVerdict::Match, conditions(300, false)));
}

#[test]
fn a_card_turned_over_gives_no_number_b_and_a_smudge_another_one() {
    let mut desk = ready();
    assert!(desk.act(Act::PlaceCard(CardFace::turned_over())));
    hear(&mut desk, "card placed");
    desk.say(Command::OpenAttempt(AttemptId(1)));
    assert_eq!(verdict(&mut desk).1, FaceVerdict::NumberBUnreadable);

    assert!(desk.act(Act::PlaceCard(card())));
    hear(&mut desk, "card taken");
    hear(&mut desk, "card placed");
    assert!(desk.act(Act::ReadNumberB(Reading::LastDigitWrong)));
    desk.say(Command::OpenAttempt(AttemptId(2)));
    let Event::NumberBRead { number, .. } = hear(&mut desk, "number B read") else { panic!() };
    assert_eq!(number.expose(Purpose::Judge), b"55021720352286");
}

#[test]
fn an_answer_under_way_when_its_question_is_cancelled_or_replaced_is_dropped() {
    for anew in [Some(Command::Cancel), None] {
        let mut desk = ready();
        desk.say(ask_pin(3));
        see(&mut desk, |asked| matches!(asked, AskedView::Pin { .. }));
        desk.freeze_to_host(true);
        assert!(desk.act(Act::TypePin(Pin::from_digits(b"9999").unwrap())));
        if let Some(cancel) = anew {
            desk.say(cancel);
        }
        desk.say(ask_pin(2));
        desk.freeze_to_host(false);
        hear_nothing(&mut desk);
        see(&mut desk, |asked| matches!(asked, AskedView::Pin { tries_left: 2, .. }));
        typed(&mut desk, b"1234");
    }
}

#[test]
fn a_passcode_under_way_is_dropped_once_the_pin_is_asked() {
    let mut desk = ready();
    desk.say(ask_passcode());
    see(&mut desk, is_passcode_pad);
    desk.freeze_to_host(true);
    assert!(desk.act(passcode(b"4826")));
    desk.say(ask_pin(3));
    desk.freeze_to_host(false);
    hear_nothing(&mut desk);
    see(&mut desk, |asked| matches!(asked, AskedView::Pin { tries_left: 3, .. }));
    assert!(!desk.act(passcode(b"4826")), "no passcode is asked");
    typed(&mut desk, b"1234");
}

#[test]
fn what_the_model_lacks_is_refused_and_nothing_is_sent() {
    let mut desk = with_card();
    let before = desk.sent;
    desk.say(Command::Light(Lamp::Green));
    desk.say(Command::Speak(Language::English));
    desk.say(Command::Speak(Language::Japanese));
    desk.say(Command::Compare { attempt: AttemptId(1), photo: FACES.photo.clone() });
    assert_eq!(desk.troubles, ["unsupported Light", "unsupported Speak", "unsupported Compare"]);
    assert_eq!(desk.sent, before);

    desk.say(Command::OpenAttempt(AttemptId(1)));
    hear(&mut desk, "number B read");
    let before = desk.sent;
    desk.troubles.clear();
    let most = FACTORY.profile().photo.most_bytes;
    desk.say(Command::Compare { attempt: AttemptId(1), photo: Pii::new(vec![0; most + 1]) });
    assert_eq!(
        (desk.troubles.as_slice(), desk.sent),
        (["unsupported Compare".to_owned()].as_slice(), before)
    );
}

#[test]
fn a_card_that_lies_there_at_the_start_is_told_by_ready() {
    let mut unit = sma_pa::unit(UnitConfig::default(), Moment::ZERO);
    assert!(unit.act(Act::PlaceCard(card()), Moment::ZERO));
    let mut desk = Pair::new(FACTORY.create(), unit);
    let Event::Ready { unit, card: true } = hear(&mut desk, "ready") else { panic!() };
    assert_eq!((unit.firmware.as_str(), unit.serial.as_str()), ("2.10", "T0000042"));
    hear_nothing(&mut desk);
    assert!(desk.act(Act::TakeCard));
    hear(&mut desk, "card taken");
}

#[test]
fn a_slow_start_is_waited_for_and_a_silent_unit_is_not() {
    let mut slow = desk(UnitConfig { start_up: Duration::from_secs(5), ..UnitConfig::default() });
    hear(&mut slow, "ready");
    let mut never = desk(UnitConfig { start_up: Duration::from_secs(3600), ..UnitConfig::default() });
    fault_within(&mut never, FACTORY.patience().start, "READER_SILENT");
}

#[test]
fn a_reader_that_falls_silent_is_given_up_within_four_seconds() {
    let mut desk = ready();
    assert!(desk.act(Act::Silence(true)));
    fault_within(&mut desk, Duration::from_secs(4), "READER_SILENT");
}

#[test]
fn a_babbling_reader_is_given_up_even_if_its_frames_come_through() {
    let mut desk = ready();
    assert!(desk.act(Act::Babble(true)));
    fault_within(&mut desk, Duration::from_secs(4), "READER_GARBLED");
}

#[test]
fn a_reader_whose_every_frame_is_damaged_is_given_up() {
    let mut desk = ready();
    assert!(desk.act(Act::Corrupt(u32::MAX)));
    fault_within(&mut desk, Duration::from_secs(4), "READER_GARBLED");
}

#[test]
fn a_few_damaged_frames_are_mended() {
    let mut desk = ready();
    assert!(desk.act(Act::Corrupt(3)) && desk.act(Act::PlaceCard(card())));
    hear(&mut desk, "card placed");
    hear_nothing(&mut desk);
}

#[test]
fn a_reader_slower_than_the_retransmission_is_no_fault() {
    let mut desk = ready();
    assert!(desk.act(Act::Slow(Duration::from_millis(700))));
    whole_visits(&mut desk);
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn another_model_a_failed_self_test_and_a_fault_of_its_own() {
    let mut other = desk(UnitConfig { model: Some("XC-STFR2JMN".into()), ..UnitConfig::default() });
    fault_within(&mut other, Duration::from_secs(1), "READER_WRONG_MODEL");
    let mut broken = desk(UnitConfig { self_test: 7, ..UnitConfig::default() });
    fault_within(&mut broken, Duration::from_secs(1), "READER_FAULT");
    let mut failing = ready();
    assert!(failing.act(Act::ReportFault(3)));
    fault_within(&mut failing, Duration::from_secs(1), "READER_FAULT");
}

#[test]
fn a_unit_that_restarts_by_itself_is_begun_anew() {
    let mut desk = ready();
    assert!(desk.act(Act::Restart));
    fault_within(&mut desk, Duration::from_secs(2), "READER_UNPLUGGED");
    desk.troubles.clear();
    desk.begin_anew(FACTORY.create());
    hear(&mut desk, "ready");
}

#[test]
fn a_single_word_of_a_restart_may_be_late_and_is_asked_about() {
    let mut desk = ready();
    desk.input(Input::Received(&bare(Kind::Up, Session::NONE, Number(0))));
    hear_nothing(&mut desk);
    desk.input(Input::Received(&bare(Kind::Up, Session::NONE, Number(0))));
    hear_nothing(&mut desk);
    whole_visits(&mut desk);
}

#[test]
fn an_unplugged_unit_is_a_fault_at_once() {
    let mut desk = ready();
    desk.input(Input::LinkClosed);
    assert_eq!(desk.troubles, ["READER_UNPLUGGED"]);
}

#[test]
fn a_bad_cable_is_mended_by_retransmission() {
    let mut finished = 0;
    for seed in 0..20 {
        let mut desk = ready();
        // 3 % of all frames lost, doubled, reordered, late, split, joined or with one bit flipped.
        desk.mangle(seed, 30);
        eprintln!("seed {seed}");
        whole_visits(&mut desk);
        visual_visit(&mut desk);
        assert!(desk.troubles.is_empty(), "seed {seed}: {:?}", desk.troubles);
        finished += 1;
    }
    assert_eq!(finished, 20);
}

#[test]
fn a_whole_frame_outside_the_dialect_is_a_fault_that_tells_no_secret() {
    let mut desk = ready();
    let body = br#"{"q":1,"digits":"73915"}"#;
    let header = [u8::try_from(body.len()).unwrap(), 0, Kind::Pin.code(), 1, 0, 1, 0];
    let summed = [&header[..], &[crc8(&header)], body].concat();
    let frame = [&[0xA5, 0x5A], &summed[..], &crc32(&summed).to_le_bytes()].concat();
    desk.input(Input::Received(&frame));
    assert_eq!(desk.troubles, ["READER_GARBLED"]);
    assert!(desk.fault_texts.iter().all(|text| !text.contains("73915")), "{:?}", desk.fault_texts);
}

/// A unit that answers whatever comes with one more message.
#[derive(Debug, Default)]
struct Endless {
    next: u16,
    saying: VecDeque<Vec<u8>>,
}

impl Firmware for Endless {
    fn link(&self) -> Link {
        FACTORY.link()
    }
    fn receive(&mut self, _: &[u8], _: Moment) {
        let message = if self.next == 0 {
            let (model, firmware, serial) = ("CPS-100W".into(), "2.10".into(), "T0000042".into());
            ReaderMessage::Identity(Identity { model, firmware, serial, self_test: 0, card: false })
        } else {
            ReaderMessage::Card { placed: self.next % 2 == 1 }
        };
        self.saying.push_back(message.emit(SESSION, Number(self.next)).unwrap().to_vec());
        self.next += 1;
    }
    fn link_changed(&mut self, _: bool, _: Moment) {}
    fn wake(&mut self, _: Moment) {}
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.saying.pop_front()
    }
    fn next_wakeup(&self) -> Option<Moment> {
        None
    }
    fn act(&mut self, _: Act, _: Moment) -> bool {
        false
    }
    fn view(&self) -> View {
        sma_pa::unit(UnitConfig::default(), Moment::ZERO).view()
    }
    fn announces_card(&self, _: &[u8]) -> bool {
        false
    }
}

#[test]
fn a_unit_that_never_stops_speaking_is_given_up() {
    let mut desk = Pair::new(FACTORY.create(), Endless::default());
    desk.run_until(Duration::from_secs(1), 100, |desk| !desk.troubles.is_empty());
    assert_eq!(desk.troubles, ["READER_GARBLED"]);
    assert!(desk.events.len() <= 600, "{}", desk.events.len());
}
