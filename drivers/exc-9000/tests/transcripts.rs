//! The driver against the simulated unit, in virtual time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use exc_9000::{ExcError, FACTORY};
use exc_9000_frames::packet::Turn;
use exc_9000_frames::{Collector, Token, UnitMessage, UnitPacket};
use model::{ConsentItem, ConsentScreen, Decision, FailureCode, Moment, Passcode, Pii, Pin, Purpose};
use reader::conformance::{
    Act, AskedView, CardFace, Faces, Firmware, GreyFrame, Pair, Power, Reading, UnitConfig, View,
};
use reader::{
    AttemptId, Command, Conditions, Effect, Event, FaceVerdict, Input, Lamp, Language, Link, Method, Notice,
    PadOrder, Parity, ReaderFactory as _, SerialSettings, Sound,
};
use simulator_card::face::{Scene, camera};
use simulator_firmware::kit;
use std::time::Duration;

const NUMBER_B: &[u8; 14] = b"55021720352285";
const SECOND: Duration = Duration::from_secs(1);

type Desk = Pair<Box<dyn Firmware>>;

fn desk(config: UnitConfig) -> Desk {
    let unit = simulator_firmware::unit("exc-9000", config, Moment::ZERO).unwrap();
    Pair::new(FACTORY.create(), unit)
}

/// A desk whose unit is ready.
fn ready() -> Desk {
    let mut desk = desk(UnitConfig::default());
    hear(&mut desk, "ready");
    desk
}

/// A desk on whose unit a card lies.
fn with_card() -> Desk {
    let mut desk = ready();
    place_card(&mut desk);
    desk
}

fn place_card<F: Firmware>(desk: &mut Pair<F>) {
    assert!(desk.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap())));
    hear(desk, "card placed");
}

/// Waits for the next event and takes it.
fn hear<F: Firmware>(desk: &mut Pair<F>, name: &str) -> Event {
    let heard = desk.run_until(30 * SECOND, 5_000, |desk| !desk.events.is_empty());
    assert!(heard, "waited for {name}, troubles: {:?}", desk.troubles);
    let event = desk.events.remove(0);
    assert_eq!(event.name(), name, "{event:?}, troubles: {:?}", desk.troubles);
    event
}

/// Nothing more is reported for a while, and nothing goes wrong.
fn hear_nothing<F: Firmware>(desk: &mut Pair<F>, time: Duration) {
    let heard = desk.run_until(time, 5_000, |desk| !desk.events.is_empty() || !desk.troubles.is_empty());
    assert!(!heard, "{:?}, troubles: {:?}", desk.events, desk.troubles);
}

/// Waits until the unit looks as `shown` wants.
fn see<F: Firmware>(desk: &mut Pair<F>, shown: impl Fn(&View) -> bool) {
    let seen = desk.run_until(10 * SECOND, 2_000, |desk| shown(&desk.firmware.view()));
    assert!(seen, "{:?}, troubles: {:?}", desk.firmware.view(), desk.troubles);
}

fn see_asked(desk: &mut Desk, asked: &AskedView) {
    see(desk, |view| view.asked == *asked);
}

/// Exactly one fault, within the limit.
fn fault_within<F: Firmware>(desk: &mut Pair<F>, limit: Duration, code: &str) {
    let faulted = desk.run_until(limit, 5_000, |desk| !desk.troubles.is_empty());
    assert!(faulted, "no fault within {limit:?}");
    assert_eq!(desk.troubles, [code], "{:?}", desk.fault_texts);
    assert_eq!(desk.driver.next_wakeup(), None, "a driver that gave up wants nothing more");
}

fn faces() -> Faces {
    kit::faces(&FACTORY.profile().photo)
}

fn show(desk: &mut Desk, frame: Option<GreyFrame>) {
    assert!(desk.act(Act::ShowFace(frame)));
}

fn pin(digits: &[u8; 4]) -> Act {
    Act::TypePin(Pin::from_digits(digits).unwrap())
}

fn ask_pin(tries_left: u8) -> Command {
    Command::AskPin { tries_left, pad: PadOrder::TELEPHONE }
}

const fn pin_view(tries_left: u8) -> AskedView {
    AskedView::Pin { tries_left, pad: None }
}

fn typed(event: &Event, digits: &[u8; 4]) -> bool {
    matches!(event, Event::PinEntered(pin) if pin.expose(Purpose::Judge) == digits)
}

fn passcode(digits: &[u8; 4]) -> Act {
    Act::TypePasscode(Passcode::from_digits(digits).unwrap())
}

fn ask_passcode() -> Command {
    Command::AskPasscode { pad: PadOrder::TELEPHONE }
}

const PASSCODE_VIEW: AskedView = AskedView::Passcode { pad: None };

fn medical() -> ConsentScreen {
    ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines, ConsentItem::Diagnosis] }
}

/// Opens an attempt on a placed card and sends the photo; the verdict is still to come.
fn compare(desk: &mut Desk, attempt: u64, photo: &Pii<Vec<u8>>) {
    let attempt = AttemptId(attempt);
    desk.say(Command::OpenAttempt(attempt));
    let Event::NumberBRead { attempt: read, number } = hear(desk, "number B read") else { panic!() };
    assert_eq!((read, number.expose(Purpose::Judge)), (attempt, NUMBER_B));
    desk.say(Command::Compare { attempt, photo: photo.clone() });
}

fn verdict(desk: &mut Desk) -> (u64, FaceVerdict, Conditions) {
    match hear(desk, "face compared") {
        Event::FaceCompared { attempt, verdict, conditions } => (attempt.0, verdict, conditions),
        other => panic!("{other:?}"),
    }
}

/// From the card to the card taken, in Korean: by face and by PIN, with two consents.
fn whole_visit(desk: &mut Desk) {
    desk.say(Command::Show(Notice::PlaceCard));
    place_card(desk);

    desk.say(Command::OfferMethods(vec![Method::Face, Method::Pin]));
    see_asked(desk, &AskedView::Methods { offered: vec!["face", "pin"] });
    assert!(desk.act(Act::Language(Language::Korean)));
    let Event::LanguageChosen(Language::Korean) = hear(desk, "language chosen") else { panic!() };
    desk.say(Command::Speak(Language::Korean));
    see(desk, |view| view.language == "ko" && view.asked != AskedView::Nothing);
    assert!(desk.act(Act::Choose(Method::Face)));
    let Event::MethodChosen(Method::Face) = hear(desk, "method chosen") else { panic!() };

    let faces = faces();
    show(desk, Some(faces.same));
    compare(desk, 0xA1, &faces.photo);
    let (attempt, FaceVerdict::Match, _) = verdict(desk) else { panic!("no match") };
    assert_eq!(attempt, 0xA1);

    desk.say(ask_pin(3));
    see_asked(desk, &pin_view(3));
    assert!(desk.act(pin(b"7391")));
    assert!(typed(&hear(desk, "PIN entered"), b"7391"));

    for agreed in [true, false] {
        desk.say(Command::AskConsent(medical()));
        see_asked(desk, &AskedView::Consent { screen: "medical".into(), items: medical().items });
        assert!(desk.act(Act::Consent(agreed)));
        let Event::ConsentAnswered { screen, decision } = hear(desk, "consent answered") else { panic!() };
        assert_eq!((screen.as_str(), decision == Decision::Agreed), ("medical", agreed));
    }

    desk.say(Command::Show(Notice::TakeCard));
    see(desk, |view| view.notice == "take_card" && view.asked == AskedView::Nothing);
    assert!(desk.act(Act::TakeCard));
    hear(desk, "card taken");
}

// ----- visits -----------------------------------------------------------------------------------------------------

#[test]
fn a_whole_visit_by_face_and_by_pin() {
    let mut desk = ready();
    whole_visit(&mut desk);
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

/// From the armed desk to the card taken: staff confirm with the passcode, the patient answers one screen of everything.
fn visual_visit(desk: &mut Desk) {
    desk.say(Command::Show(Notice::VisualArmed));
    see(desk, |view| view.notice == "visual_armed");
    place_card(desk);

    desk.say(Command::OfferMethods(vec![Method::Visual, Method::Pin, Method::Face]));
    see_asked(desk, &AskedView::Methods { offered: vec!["visual", "pin", "face"] });
    assert!(desk.act(Act::Choose(Method::Visual)));
    let Event::MethodChosen(Method::Visual) = hear(desk, "method chosen") else { panic!() };

    desk.say(ask_passcode());
    see_asked(desk, &PASSCODE_VIEW);
    assert!(!desk.act(pin(b"9999")), "no PIN is asked");
    assert!(desk.act(Act::Cancel));
    hear(desk, "PIN cancelled");
    desk.say(ask_passcode());
    see_asked(desk, &PASSCODE_VIEW);
    assert!(desk.act(passcode(b"4826")));
    let Event::PasscodeEntered(typed) = hear(desk, "passcode entered") else { panic!() };
    assert_eq!(typed.expose(Purpose::Judge), b"4826");

    desk.say(Command::Show(Notice::StaffCheck));
    see(desk, |view| view.notice == "staff_check");
    let everything = ConsentScreen { id: "everything".into(), items: ConsentItem::ALL.to_vec() };
    let asked = AskedView::Consent { screen: "everything".into(), items: ConsentItem::ALL.to_vec() };
    desk.say(Command::AskConsent(everything));
    see_asked(desk, &asked);
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
    see_asked(&mut desk, &AskedView::Methods { offered: vec!["visual"] });
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn a_passcode_under_way_is_dropped_once_the_pin_is_asked() {
    let mut desk = with_card();
    desk.say(ask_passcode());
    see_asked(&mut desk, &PASSCODE_VIEW);
    assert!(desk.act(Act::Slow(Duration::from_millis(150))));
    assert!(desk.act(passcode(b"4826")));
    desk.say(ask_pin(3));
    hear_nothing(&mut desk, 2 * SECOND);
    see_asked(&mut desk, &pin_view(3));
    assert!(!desk.act(passcode(b"4826")), "no passcode is asked");
    assert!(desk.act(pin(b"7391")));
    assert!(typed(&hear(&mut desk, "PIN entered"), b"7391"));
}

#[test]
fn a_bad_cable_is_mended_by_saying_it_again() {
    for seed in 0..12 {
        let mut desk = ready();
        // Three pieces of a hundred lost, doubled, out of order, cut, joined, late or with one bit flipped.
        desk.mangle(seed, 30);
        whole_visit(&mut desk);
        visual_visit(&mut desk);
        assert!(desk.troubles.is_empty(), "seed {seed}: {:?}", desk.troubles);
    }
}

#[test]
fn the_link_is_asked_for_as_the_dialect_says() {
    let settings = SerialSettings { baud: 460_800, parity: Parity::None };
    assert_eq!(FACTORY.link(), Link::Serial(settings));
    let patience = FACTORY.patience();
    assert_eq!((patience.start, patience.silence), (8 * SECOND, Duration::from_millis(4_300)));
}

#[test]
fn an_event_is_told_in_the_moment_in_which_it_happens() {
    let mut desk = ready();
    desk.run_until(SECOND / 2, 100, |_| false);
    let before = desk.now;
    assert!(desk.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap())));
    let names: Vec<_> = desk.events.iter().map(Event::name).collect();
    assert_eq!((desk.now, names.as_slice()), (before, ["card placed"].as_slice()), "the unit is not polled");
}

// ----- what is special about this model ---------------------------------------------------------------------------

#[test]
fn the_screen_speaks_four_languages_and_changes_only_when_told() {
    let mut desk = ready();
    for (language, word) in [
        (Language::English, "en"),
        (Language::Korean, "ko"),
        (Language::Chinese, "zh"),
        (Language::Japanese, "ja"),
    ] {
        let before = desk.firmware.view().language;
        assert!(desk.act(Act::Language(language)));
        let Event::LanguageChosen(chosen) = hear(&mut desk, "language chosen") else { panic!() };
        assert_eq!((chosen, desk.firmware.view().language), (language, before));
        desk.say(Command::Speak(language));
        see(&mut desk, |view| view.language == word);
    }
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

/// A unit whose words about being turned are listened to on the wire.
#[derive(Debug)]
struct Overheard {
    unit: Box<dyn Firmware>,
    turned: Vec<bool>,
}

impl Firmware for Overheard {
    fn link(&self) -> Link {
        self.unit.link()
    }
    fn receive(&mut self, bytes: &[u8], now: Moment) {
        self.unit.receive(bytes, now);
    }
    fn link_changed(&mut self, open: bool, now: Moment) {
        self.unit.link_changed(open, now);
    }
    fn wake(&mut self, now: Moment) {
        self.unit.wake(now);
    }
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        let bytes = self.unit.poll_send()?;
        if let Some(UnitMessage::Turned { portrait }) = said(&bytes) {
            self.turned.push(portrait);
        }
        Some(bytes)
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

fn said(bytes: &[u8]) -> Option<UnitMessage> {
    let mut collector = Collector::default();
    let whole = bytes.iter().any(|byte| collector.push(*byte) == Some(Token::Frame));
    let packet = UnitPacket::parse(collector.frame().filter(|_| whole)?.body()).ok()?;
    match packet.turn {
        Turn::Numbered { message, .. } => Some(message),
        _ => None,
    }
}

#[test]
fn a_unit_that_is_turned_says_so_and_nothing_else_changes() {
    let unit = simulator_firmware::unit("exc-9000", UnitConfig::default(), Moment::ZERO).unwrap();
    let mut desk = Pair::new(FACTORY.create(), Overheard { unit, turned: Vec::new() });
    hear(&mut desk, "ready");
    place_card(&mut desk);
    desk.say(ask_pin(3));
    see(&mut desk, |view| view.asked == pin_view(3));
    assert!(desk.act(Act::Rotate) && desk.act(Act::Rotate));
    assert_eq!(desk.firmware.turned, [true, false]);
    hear_nothing(&mut desk, SECOND);
    assert_eq!(desk.firmware.view().asked, pin_view(3));
    assert!(desk.act(pin(b"7391")));
    assert!(typed(&hear(&mut desk, "PIN entered"), b"7391"));
}

#[test]
fn what_no_source_states_of_the_model_is_refused_and_nothing_is_sent() {
    let mut desk = ready();
    let sent = desk.sent;
    desk.say(Command::Light(Lamp::Green));
    desk.say(Command::Sound(Sound::Chime));
    desk.say(Command::ReadDocument);
    let photo = faces().photo;
    desk.say(Command::Compare { attempt: AttemptId(1), photo: photo.clone() });
    assert_eq!(
        desk.troubles,
        ["unsupported Light", "unsupported Sound", "unsupported ReadDocument", "unsupported Compare"]
    );
    assert_eq!(desk.sent, sent);

    desk.troubles.clear();
    place_card(&mut desk);
    desk.say(Command::OpenAttempt(AttemptId(1)));
    hear(&mut desk, "number B read");
    let sent = desk.sent;
    desk.say(Command::Compare { attempt: AttemptId(1), photo: Pii::new(vec![0; 16_385]) });
    assert_eq!((desk.troubles.as_slice(), desk.sent), (["unsupported Compare".to_owned()].as_slice(), sent));
    desk.troubles.clear();
    desk.say(Command::Compare { attempt: AttemptId(1), photo: photo.clone() });
    desk.say(Command::Compare { attempt: AttemptId(1), photo });
    assert_eq!(desk.troubles, ["unsupported Compare"], "one photo in an attempt");
}

#[test]
fn a_photo_of_any_bytes_passes_the_escapes() {
    let mut desk = with_card();
    // As many END and ESC as there can be: twice as long on the wire, and no picture.
    for byte in [0xC0, 0xDB] {
        compare(&mut desk, 1, &Pii::new(vec![byte; 16_384]));
        assert_eq!(verdict(&mut desk).1, FaceVerdict::PhotoUnreadable);
    }
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

// ----- faces ------------------------------------------------------------------------------------------------------

#[test]
fn every_face_is_told_as_what_it_is() {
    let mut desk = with_card();
    let faces = faces();
    let dark = camera(12, Scene::dark(1202));
    let dark = GreyFrame::new(dark.width, dark.height, dark.pixels).unwrap();
    for (attempt, frame, wanted) in [
        (1, Some(faces.other), FaceVerdict::NoMatch),
        (2, Some(dark), FaceVerdict::TooDark),
        (3, Some(faces.print), FaceVerdict::NotAlive),
        (4, Some(faces.masked), FaceVerdict::Masked),
        (5, Some(faces.turned), FaceVerdict::Pose),
        (6, None, FaceVerdict::NoFace),
        (7, Some(faces.same), FaceVerdict::Match),
    ] {
        show(&mut desk, frame);
        compare(&mut desk, attempt, &faces.photo);
        let (of, told, _) = verdict(&mut desk);
        assert_eq!((of, told), (attempt, wanted));
    }
    compare(&mut desk, 8, &Pii::new(b"no picture".to_vec()));
    assert_eq!(verdict(&mut desk).1, FaceVerdict::PhotoUnreadable);
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn light_and_sun_go_with_the_verdict() {
    let mut desk = with_card();
    let faces = faces();
    show(&mut desk, Some(faces.same));
    assert!(desk.act(Act::Light(120)));
    compare(&mut desk, 1, &faces.photo);
    let (_, told, conditions) = verdict(&mut desk);
    assert_eq!(conditions, Conditions { face_lux: Some(120), slot_in_sun: Some(false) });
    assert_eq!(told, FaceVerdict::Match, "no source states a least light for this model");

    assert!(desk.act(Act::Sun(true)));
    desk.say(Command::OpenAttempt(AttemptId(2)));
    let (_, told, conditions) = verdict(&mut desk);
    assert_eq!((told, conditions.slot_in_sun), (FaceVerdict::NumberBUnreadable, Some(true)));
}

#[test]
fn a_patient_who_comes_before_the_camera_later_is_waited_for() {
    let mut desk = with_card();
    let faces = faces();
    compare(&mut desk, 7, &faces.photo);
    see_asked(&mut desk, &AskedView::Face { comparing: true });
    hear_nothing(&mut desk, 5 * SECOND);
    show(&mut desk, Some(faces.same));
    assert_eq!(verdict(&mut desk).1, FaceVerdict::Match);
}

#[test]
fn a_card_turned_over_or_smudged_gives_no_number_b_or_a_wrong_one() {
    let mut desk = ready();
    assert!(desk.act(Act::PlaceCard(CardFace::turned_over())));
    hear(&mut desk, "card placed");
    desk.say(Command::OpenAttempt(AttemptId(1)));
    assert_eq!(verdict(&mut desk).1, FaceVerdict::NumberBUnreadable);

    assert!(desk.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap())));
    hear(&mut desk, "card taken");
    hear(&mut desk, "card placed");
    assert!(desk.act(Act::ReadNumberB(Reading::LastDigitWrong)));
    desk.say(Command::OpenAttempt(AttemptId(2)));
    let Event::NumberBRead { number, .. } = hear(&mut desk, "number B read") else { panic!() };
    assert_eq!(number.expose(Purpose::Judge), b"55021720352286");
}

// ----- questions --------------------------------------------------------------------------------------------------

#[test]
fn an_answer_under_way_when_the_question_is_cancelled_is_dropped() {
    let mut desk = with_card();
    desk.say(ask_pin(3));
    see_asked(&mut desk, &pin_view(3));
    assert!(desk.act(Act::Slow(Duration::from_millis(150))));
    assert!(desk.act(pin(b"9999")));
    // The digits are on the wire while the terminal cancels.
    desk.say(Command::Cancel);
    hear_nothing(&mut desk, 2 * SECOND);
    see_asked(&mut desk, &AskedView::Nothing);
}

#[test]
fn an_answer_under_way_is_never_taken_for_the_next_question() {
    let mut desk = with_card();
    desk.say(ask_pin(3));
    see_asked(&mut desk, &pin_view(3));
    assert!(desk.act(Act::Slow(Duration::from_millis(150))));
    assert!(desk.act(pin(b"9999")));
    desk.say(ask_pin(2));
    hear_nothing(&mut desk, 2 * SECOND);
    see_asked(&mut desk, &pin_view(2));
    assert!(desk.act(pin(b"7391")));
    assert!(typed(&hear(&mut desk, "PIN entered"), b"7391"));
}

#[test]
fn a_photo_is_broken_off_by_the_next_question() {
    let mut desk = with_card();
    assert!(desk.act(Act::Slow(Duration::from_millis(50))));
    compare(&mut desk, 1, &Pii::new(vec![0x41; 16_384]));
    desk.say(ask_pin(1));
    see_asked(&mut desk, &pin_view(1));
    assert!(desk.act(Act::Cancel));
    hear(&mut desk, "PIN cancelled");
    hear_nothing(&mut desk, 2 * SECOND);
}

#[test]
fn of_many_notices_at_one_moment_the_last_is_shown() {
    let mut desk = ready();
    assert!(desk.act(Act::Slow(Duration::from_millis(100))));
    let code = FailureCode::new("CARD_SLOT_DISAGREES");
    for _ in 0..1_000 {
        desk.say(Command::Show(Notice::Wait));
        desk.say(Command::Show(Notice::Failure(code)));
    }
    see(&mut desk, |view| view.notice == code.as_str());
    hear_nothing(&mut desk, SECOND);
    assert!(desk.sent < 50, "{} frames for what nobody saw", desk.sent);
}

// ----- trouble ----------------------------------------------------------------------------------------------------

#[test]
fn a_card_that_lies_there_at_the_start_is_told_with_ready() {
    let mut unit = simulator_firmware::unit("exc-9000", UnitConfig::default(), Moment::ZERO).unwrap();
    assert!(unit.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()), Moment::ZERO));
    let mut desk = Pair::new(FACTORY.create(), unit);
    let Event::Ready { unit, card: true } = hear(&mut desk, "ready") else { panic!() };
    assert_eq!((unit.firmware.as_str(), unit.serial.as_str()), ("2.11", "T0000042"));
    hear_nothing(&mut desk, SECOND);
    assert!(desk.act(Act::TakeCard));
    hear(&mut desk, "card taken");
}

#[test]
fn a_slow_start_is_waited_for_and_a_silent_unit_is_not() {
    let starting = |start_up| desk(UnitConfig { start_up, ..UnitConfig::default() });
    hear(&mut starting(7 * SECOND), "ready");
    fault_within(&mut starting(3_600 * SECOND), 8 * SECOND, "READER_SILENT");
}

#[test]
fn a_unit_that_falls_silent_is_given_up_after_four_seconds() {
    let mut desk = ready();
    assert!(desk.act(Act::Silence(true)));
    fault_within(&mut desk, 4 * SECOND, "READER_SILENT");
}

#[test]
fn a_unit_that_answers_two_seconds_late_still_works() {
    let mut desk = ready();
    assert!(desk.act(Act::Slow(2 * SECOND)));
    whole_visit(&mut desk);
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn babble_between_good_frames_is_noticed_as_well() {
    let mut desk = ready();
    // SLIP finds every frame again behind the noise, so heartbeats still come through.
    assert!(desk.act(Act::Babble(true)));
    fault_within(&mut desk, FACTORY.patience().silence, "READER_GARBLED");
}

#[test]
fn a_few_damaged_frames_are_mended_and_damage_without_end_is_not() {
    let mut desk = ready();
    assert!(desk.act(Act::Corrupt(3)));
    place_card(&mut desk);
    assert!(desk.act(Act::Corrupt(u32::MAX)));
    fault_within(&mut desk, FACTORY.patience().silence, "READER_GARBLED");
}

#[test]
fn another_model_a_failed_self_test_and_a_fault_of_its_own() {
    let other = UnitConfig { model: Some("XC-STFR2JMN".into()), ..UnitConfig::default() };
    fault_within(&mut desk(other), SECOND, "READER_WRONG_MODEL");
    fault_within(&mut desk(UnitConfig { self_test: 7, ..UnitConfig::default() }), SECOND, "READER_FAULT");
    let mut own = ready();
    assert!(own.act(Act::ReportFault(12)));
    fault_within(&mut own, SECOND, "READER_FAULT");
}

#[test]
fn a_unit_that_starts_anew_in_mid_question_counts_as_unplugged() {
    let mut desk = with_card();
    desk.say(ask_pin(3));
    see_asked(&mut desk, &pin_view(3));
    assert!(desk.act(Act::Restart));
    fault_within(&mut desk, SECOND, "READER_UNPLUGGED");

    desk.troubles.clear();
    desk.begin_anew(FACTORY.create());
    let Event::Ready { card: true, .. } = hear(&mut desk, "ready") else { panic!() };
    see_asked(&mut desk, &AskedView::Nothing);
    assert!(desk.act(Act::TakeCard));
    hear(&mut desk, "card taken");
    whole_visit(&mut desk);
}

#[test]
fn an_unplugged_unit_is_known_at_once_and_found_again() {
    let mut desk = with_card();
    desk.input(Input::LinkClosed);
    assert_eq!(desk.troubles, ["READER_UNPLUGGED"]);
    desk.troubles.clear();
    // At the same moment, so that even the session has the same number.
    desk.begin_anew(FACTORY.create());
    let Event::Ready { card: true, .. } = hear(&mut desk, "ready") else { panic!() };
    assert!(desk.act(Act::TakeCard));
    hear(&mut desk, "card taken");
    whole_visit(&mut desk);
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn no_pin_pad_stands_open_for_a_terminal_that_is_gone() {
    let mut desk = with_card();
    desk.say(ask_pin(3));
    see_asked(&mut desk, &pin_view(3));
    // The terminal's side is gone without a word.
    let now = desk.now;
    let mut unit = desk.firmware;
    while unit.view().power == Power::Claimed {
        let at = unit.next_wakeup().unwrap();
        assert!(at <= now.after(5 * SECOND), "still claimed");
        unit.wake(at);
        while unit.poll_send().is_some() {}
    }
    let view = unit.view();
    assert_eq!((view.asked, view.notice.as_str()), (AskedView::Nothing, "out_of_order"));
}

#[test]
fn a_fault_stays_recoverable_by_its_own_type() {
    let mut driver = FACTORY.create();
    driver.handle(Input::LinkOpened, Moment::ZERO);
    driver.handle(Input::LinkClosed, Moment::ZERO);
    let fault = std::iter::from_fn(|| driver.poll_effect()).find_map(|effect| match effect {
        Effect::Fault(fault) => Some(fault),
        _ => None,
    });
    let fault = fault.unwrap();
    assert_eq!(
        (fault.code().as_str(), fault.to_string().as_str()),
        ("READER_UNPLUGGED", "the unit was unplugged")
    );
    assert_eq!(*(fault as Box<dyn std::error::Error>).downcast::<ExcError>().unwrap(), ExcError::Unplugged);
}
