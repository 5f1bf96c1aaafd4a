//! The driver against the simulated unit, in virtual time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops, and tells its seed"
)]

use hi_cara::FACTORY;
use model::{ConsentItem, ConsentScreen, Decision, Moment, Passcode, Pii, Pin, Purpose};
use reader::conformance::{Act, AskedView, CardFace, Faces, Firmware, GreyFrame, Pair, Reading, UnitConfig};
use reader::{
    AttemptId, Command, Conditions, Event, FaceVerdict, Input, Lamp, Language, Method, Notice, PadOrder,
    ReaderFactory, Sound,
};
use std::time::Duration;

const NUMBER_B: &[u8] = b"55021720352285";
const START: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(4);

type Desk = Pair<Box<dyn Firmware>>;

fn unit(config: UnitConfig) -> Box<dyn Firmware> {
    simulator_firmware::unit("hi-cara", config, Moment::ZERO).unwrap()
}

fn desk(config: UnitConfig) -> Desk {
    Pair::new(FACTORY.create(), unit(config))
}

/// A desk whose unit is ready.
fn ready() -> Desk {
    let mut desk = desk(UnitConfig::default());
    hear(&mut desk, "ready");
    desk
}

/// The same, and a card was placed.
fn with_card() -> Desk {
    let mut desk = ready();
    place(&mut desk);
    desk
}

fn place(desk: &mut Desk) {
    assert!(desk.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap())));
    hear(desk, "card placed");
}

/// Waits for the next event and takes it.
fn hear(desk: &mut Desk, name: &str) -> Event {
    let heard = desk.run_until(Duration::from_secs(30), 5_000, |desk| !desk.events.is_empty());
    assert!(heard, "waited for {name}, troubles: {:?}", desk.troubles);
    let event = desk.events.remove(0);
    assert_eq!(event.name(), name, "{event:?}, troubles: {:?}", desk.troubles);
    event
}

/// Nothing more is reported for a while, and nothing goes wrong.
fn hear_nothing(desk: &mut Desk) {
    let heard = desk.run_until(Duration::from_secs(2), 500, |desk| !desk.events.is_empty());
    assert!(!heard && desk.troubles.is_empty(), "{:?}, troubles: {:?}", desk.events, desk.troubles);
}

/// Waits until the unit shows what `shown` wants.
fn see(desk: &mut Desk, shown: impl Fn(&AskedView) -> bool) {
    let seen = desk.run_until(Duration::from_secs(10), 2_000, |desk| shown(&desk.firmware.view().asked));
    assert!(seen, "{:?}, troubles: {:?}", desk.firmware.view(), desk.troubles);
}

fn fault_within(desk: &mut Desk, limit: Duration, code: &str) {
    let faulted = desk.run_until(limit, 5_000, |desk| !desk.troubles.is_empty());
    assert!(faulted, "no fault within {limit:?}");
    assert_eq!(desk.troubles, [code], "{:?}", desk.fault_texts);
    assert_eq!(desk.driver.next_wakeup(), None, "a driver that gave up wants nothing more");
}

fn faces() -> Faces {
    simulator_firmware::kit::faces(&FACTORY.profile().photo)
}

fn ask_pin(tries_left: u8) -> Command {
    Command::AskPin { tries_left, pad: PadOrder::TELEPHONE }
}

fn type_pin(desk: &mut Desk, digits: &[u8]) {
    assert!(desk.act(Act::TypePin(Pin::from_digits(digits).unwrap())));
}

fn typed(desk: &mut Desk) -> [u8; 4] {
    match hear(desk, "PIN entered") {
        Event::PinEntered(pin) => *pin.expose(Purpose::Judge),
        other => panic!("{other:?}"),
    }
}

fn medical() -> ConsentScreen {
    ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines, ConsentItem::Diagnosis] }
}

/// Opens an attempt on a placed card and sends the photo; the verdict is still to come.
fn compare(desk: &mut Desk, attempt: u64, photo: &Pii<Vec<u8>>) {
    let attempt = AttemptId(attempt);
    desk.say(Command::OpenAttempt(attempt));
    let Event::NumberBRead { attempt: read, number } = hear(desk, "number B read") else { panic!() };
    assert_eq!((read, number.expose(Purpose::Judge).as_slice()), (attempt, NUMBER_B));
    desk.say(Command::Compare { attempt, photo: photo.clone() });
}

fn verdict(desk: &mut Desk) -> (u64, FaceVerdict, Conditions) {
    match hear(desk, "face compared") {
        Event::FaceCompared { attempt, verdict, conditions } => (attempt.0, verdict, conditions),
        other => panic!("{other:?}"),
    }
}

/// A visit by face, then one by PIN, each with a consent; the wire may be bad.
fn whole_visits(desk: &mut Desk, faces: &Faces) {
    for (method, attempt) in [(Method::Face, 0xA1), (Method::Pin, 0)] {
        desk.say(Command::Show(Notice::PlaceCard));
        desk.say(Command::Light(Lamp::Green));
        place(desk);
        desk.say(Command::Light(Lamp::Blue));

        desk.say(Command::OfferMethods(vec![Method::Face, Method::Pin]));
        see(desk, |asked| matches!(asked, AskedView::Methods { offered } if offered == &["face", "pin"]));
        assert!(desk.act(Act::Choose(method)));
        let Event::MethodChosen(chosen) = hear(desk, "method chosen") else { panic!() };
        assert_eq!(chosen, method);
        if method == Method::Face {
            desk.act(Act::ShowFace(Some(faces.same.clone())));
            compare(desk, attempt, &faces.photo);
            let (of, verdict, _) = verdict(desk);
            assert_eq!((of, verdict), (attempt, FaceVerdict::Match));
        } else {
            desk.say(ask_pin(3));
            see(desk, |asked| *asked == AskedView::Pin { tries_left: 3, pad: None });
            type_pin(desk, b"1234");
            assert_eq!(&typed(desk), b"1234");
        }

        desk.say(Command::AskConsent(medical()));
        see(desk, |asked| matches!(asked, AskedView::Consent { items, .. } if *items == medical().items));
        assert!(desk.act(Act::Consent(method == Method::Face)));
        let Event::ConsentAnswered { screen, decision } = hear(desk, "consent answered") else { panic!() };
        let wanted = if method == Method::Face { Decision::Agreed } else { Decision::Refused };
        assert_eq!((screen.as_str(), decision), ("medical", wanted));

        let sounds = desk.firmware.view().sounds;
        desk.say(Command::Show(Notice::TakeCard));
        desk.say(Command::Sound(Sound::TakeCard));
        desk.say(Command::Light(Lamp::Green));
        desk.run_until(Duration::from_secs(10), 2_000, |desk| desk.firmware.view().lamp == "green");
        let view = desk.firmware.view();
        assert_eq!(
            (view.notice.as_str(), view.sound, view.sounds, view.lamp),
            ("take_card", Some("take_card"), sounds + 1, "green")
        );
        assert!(desk.act(Act::TakeCard));
        hear(desk, "card taken");
    }
}

fn ask_passcode() -> Command {
    Command::AskPasscode { pad: PadOrder::TELEPHONE }
}

fn passcode(digits: &[u8]) -> Act {
    Act::TypePasscode(Passcode::from_digits(digits).unwrap())
}

const PASSCODE_PAD: AskedView = AskedView::Passcode { pad: None };

/// A visit at the armed desk: staff confirm with the passcode, the patient answers one screen of everything.
fn visual_visit(desk: &mut Desk) {
    desk.say(Command::Show(Notice::VisualArmed));
    place(desk);
    assert_eq!(desk.firmware.view().notice, "visual_armed");
    desk.say(Command::OfferMethods(vec![Method::Visual, Method::Pin, Method::Face]));
    see(desk, |asked| *asked == AskedView::Methods { offered: vec!["visual", "pin", "face"] });
    assert!(desk.act(Act::Choose(Method::Visual)));
    let Event::MethodChosen(Method::Visual) = hear(desk, "method chosen") else { panic!() };

    desk.say(ask_passcode());
    see(desk, |asked| *asked == PASSCODE_PAD);
    assert!(!desk.act(Act::TypePin(Pin::from_digits(b"9999").unwrap())), "no PIN is asked");
    assert!(desk.act(Act::Cancel));
    hear(desk, "PIN cancelled");
    desk.say(ask_passcode());
    see(desk, |asked| *asked == PASSCODE_PAD);
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
fn whole_visits_by_face_and_by_pin() {
    let mut desk = ready();
    whole_visits(&mut desk, &faces());
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn a_bad_cable_is_mended_by_saying_it_again() {
    let faces = faces();
    for seed in 0..20 {
        println!("seed {seed}");
        let mut desk = Pair::unopened(FACTORY.create(), unit(UnitConfig::default()));
        // 5 % of all pieces damaged: six transmissions of one request lost in a row are not to be expected.
        desk.mangle(seed, 50);
        desk.input(Input::LinkOpened);
        hear(&mut desk, "ready");
        whole_visits(&mut desk, &faces);
        visual_visit(&mut desk);
        assert!(desk.troubles.is_empty(), "seed {seed}: {:?} {:?}", desk.troubles, desk.fault_texts);
    }
}

#[test]
fn a_command_goes_out_at_once_and_the_photo_in_one_frame() {
    let mut desk = with_card();
    let faces = faces();
    let before = desk.now;
    desk.say(Command::Show(Notice::Wait));
    assert_eq!((desk.now, desk.firmware.view().notice.as_str()), (before, "wait"));

    desk.say(Command::OpenAttempt(AttemptId(1)));
    hear(&mut desk, "number B read");
    let sent = desk.sent;
    desk.say(Command::Compare { attempt: AttemptId(1), photo: faces.photo });
    assert_eq!((desk.now, desk.sent), (before, sent + 1));
    assert_eq!(desk.firmware.view().asked, AskedView::Face { comparing: true });
}

#[test]
fn the_lamp_goes_from_any_colour_to_any_other() {
    let colours = [(Lamp::Off, "off"), (Lamp::Green, "green"), (Lamp::Blue, "blue"), (Lamp::Red, "red")];
    let mut desk = ready();
    for (from, _) in colours {
        for (to, word) in colours {
            desk.say(Command::Light(from));
            desk.say(Command::Light(to));
            assert_eq!(desk.firmware.view().lamp, word);
        }
    }
    // The unit refuses to light two lines at a time; it never had to.
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn each_face_gets_its_verdict_in_its_light() {
    let mut desk = with_card();
    let Faces { photo, same, other, print, masked, turned } = faces();
    desk.act(Act::Light(120));
    let cases: [(u64, Option<GreyFrame>, FaceVerdict); 6] = [
        (1, Some(same), FaceVerdict::Match),
        (2, Some(other), FaceVerdict::NoMatch),
        (3, Some(print), FaceVerdict::NotAlive),
        (4, Some(masked), FaceVerdict::Masked),
        (5, Some(turned), FaceVerdict::Pose),
        (6, None, FaceVerdict::NoFace),
    ];
    for (attempt, frame, wanted) in cases {
        desk.act(Act::ShowFace(frame));
        compare(&mut desk, attempt, &photo);
        let conditions = Conditions { face_lux: Some(120), slot_in_sun: Some(false) };
        assert_eq!(verdict(&mut desk), (attempt, wanted, conditions));
    }
    compare(&mut desk, 7, &Pii::new(b"no picture".to_vec()));
    assert_eq!(verdict(&mut desk).1, FaceVerdict::PhotoUnreadable);
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn a_patient_who_comes_before_the_camera_later_is_waited_for() {
    let mut desk = with_card();
    let faces = faces();
    compare(&mut desk, 7, &faces.photo);
    see(&mut desk, |asked| *asked == AskedView::Face { comparing: true });
    hear_nothing(&mut desk);
    desk.act(Act::ShowFace(Some(faces.same)));
    assert_eq!(verdict(&mut desk).1, FaceVerdict::Match);
}

#[test]
fn sun_on_the_slot_is_told_and_so_is_a_card_that_cannot_be_read() {
    let mut desk = with_card();
    let unreadable = |desk: &mut Desk, attempt: u64| {
        desk.say(Command::OpenAttempt(AttemptId(attempt)));
        let (of, verdict, conditions) = verdict(desk);
        assert_eq!((of, verdict), (attempt, FaceVerdict::NumberBUnreadable));
        conditions.slot_in_sun
    };
    desk.act(Act::Sun(true));
    assert_eq!(unreadable(&mut desk, 1), Some(true));
    desk.act(Act::Sun(false));
    desk.act(Act::ReadNumberB(Reading::Unreadable));
    assert_eq!(unreadable(&mut desk, 2), Some(false));
    desk.act(Act::ReadNumberB(Reading::Right));
    desk.act(Act::PlaceCard(CardFace::turned_over()));
    hear(&mut desk, "card taken");
    hear(&mut desk, "card placed");
    assert_eq!(unreadable(&mut desk, 3), Some(false));
}

#[test]
fn a_cancelled_or_replaced_question_is_not_answered() {
    let mut desk = ready();
    desk.say(ask_pin(3));
    // The digits are on their way when the terminal cancels, and when it asks anew.
    for next in [Command::Cancel, ask_pin(2)] {
        desk.say(ask_pin(3));
        see(&mut desk, |asked| matches!(asked, AskedView::Pin { tries_left: 3, .. }));
        desk.freeze_to_host(true);
        type_pin(&mut desk, b"9999");
        desk.say(next);
        desk.freeze_to_host(false);
        hear_nothing(&mut desk);
    }
    see(&mut desk, |asked| matches!(asked, AskedView::Pin { tries_left: 2, .. }));
    type_pin(&mut desk, b"1234");
    assert_eq!(&typed(&mut desk), b"1234");
    desk.say(ask_pin(2));
    assert!(desk.act(Act::Cancel));
    hear(&mut desk, "PIN cancelled");
}

#[test]
fn a_passcode_under_way_is_dropped_once_the_pin_is_asked() {
    let mut desk = ready();
    desk.say(ask_passcode());
    see(&mut desk, |asked| *asked == PASSCODE_PAD);
    desk.freeze_to_host(true);
    assert!(desk.act(passcode(b"4826")));
    desk.say(ask_pin(3));
    desk.freeze_to_host(false);
    hear_nothing(&mut desk);
    see(&mut desk, |asked| matches!(asked, AskedView::Pin { tries_left: 3, .. }));
    assert!(!desk.act(passcode(b"4826")), "no passcode is asked");
    type_pin(&mut desk, b"1234");
    assert_eq!(&typed(&mut desk), b"1234");
}

#[test]
fn what_was_obeyed_or_told_once_is_not_so_twice() {
    let mut desk = ready();
    desk.freeze_to_host(true);
    desk.say(Command::Sound(Sound::Chime));
    desk.run_until(Duration::from_millis(1_800), 100, |_| false);
    desk.freeze_to_host(false);
    hear_nothing(&mut desk);
    assert_eq!(desk.firmware.view().sounds, 1, "said four times, obeyed once");

    desk.lose_receipts();
    desk.act(Act::PlaceCard(CardFace::new(NUMBER_B).unwrap()));
    desk.run_until(Duration::from_millis(1_800), 100, |_| false);
    desk.lose_nothing();
    hear(&mut desk, "card placed");
    hear_nothing(&mut desk);
}

#[test]
fn what_the_model_lacks_is_refused_and_nothing_is_sent() {
    let mut desk = ready();
    let sent = desk.sent;
    desk.say(Command::Speak(Language::English));
    desk.say(Command::ReadDocument);
    desk.say(Command::Compare { attempt: AttemptId(1), photo: Pii::new(vec![1]) });
    assert_eq!(desk.troubles, ["unsupported Speak", "unsupported ReadDocument", "unsupported Compare"]);
    desk.say(Command::Speak(Language::Japanese));
    assert_eq!((desk.sent, desk.troubles.len()), (sent, 3));
}

#[test]
fn more_requests_than_the_queue_holds_are_one_fault() {
    let mut desk = ready();
    desk.freeze(true);
    for _ in 0..100 {
        desk.say(Command::Show(Notice::Wait));
    }
    assert_eq!(desk.troubles, ["READER_SILENT"]);
}

#[test]
fn a_slow_start_is_waited_for_and_a_silent_unit_is_not() {
    let mut slow = desk(UnitConfig { start_up: Duration::from_secs(9), ..UnitConfig::default() });
    hear(&mut slow, "ready");
    let mut never = desk(UnitConfig { start_up: Duration::from_secs(3600), ..UnitConfig::default() });
    fault_within(&mut never, START, "READER_SILENT");
}

#[test]
fn a_unit_that_falls_silent_is_given_up() {
    let mut desk = ready();
    desk.act(Act::Silence(true));
    fault_within(&mut desk, SILENCE, "READER_SILENT");
}

#[test]
fn a_unit_whose_every_frame_is_damaged_is_given_up() {
    let mut desk = ready();
    desk.act(Act::Corrupt(u32::MAX));
    fault_within(&mut desk, SILENCE, "READER_GARBLED");
}

#[test]
fn a_unit_that_babbles_between_its_frames_is_given_up_all_the_same() {
    let mut desk = ready();
    desk.act(Act::Babble(true));
    fault_within(&mut desk, SILENCE, "READER_GARBLED");
    // It went on replying: each frame behind the noise was found.
    assert_eq!(desk.fault_texts, ["damage without end Noise"]);
}

#[test]
fn a_slow_unit_is_no_fault() {
    let mut desk = ready();
    desk.act(Act::Slow(Duration::from_secs(2)));
    place(&mut desk);
    desk.say(ask_pin(3));
    see(&mut desk, |asked| matches!(asked, AskedView::Pin { .. }));
    type_pin(&mut desk, b"1234");
    assert_eq!(&typed(&mut desk), b"1234");
    hear_nothing(&mut desk);
}

#[test]
fn another_model_a_failed_self_test_and_a_fault_of_its_own() {
    let mut other = desk(UnitConfig { model: Some("PD-CA01".into()), ..UnitConfig::default() });
    fault_within(&mut other, Duration::ZERO, "READER_WRONG_MODEL");
    let mut broken = desk(UnitConfig { self_test: 7, ..UnitConfig::default() });
    fault_within(&mut broken, Duration::ZERO, "READER_FAULT");
    let mut failing = ready();
    failing.act(Act::ReportFault(3));
    fault_within(&mut failing, Duration::ZERO, "READER_FAULT");
}

#[test]
fn a_unit_that_restarts_by_itself_is_begun_anew() {
    let mut desk = with_card();
    desk.run_until(Duration::from_secs(5), 100, |_| false);
    desk.act(Act::Restart);
    fault_within(&mut desk, Duration::ZERO, "READER_UNPLUGGED");
    desk.troubles.clear();
    desk.begin_anew(FACTORY.create());
    let Event::Ready { card, .. } = hear(&mut desk, "ready") else { panic!() };
    assert!(card, "it still lies there");
    hear_nothing(&mut desk);
}

#[test]
fn an_unplugged_unit_is_a_fault_at_once() {
    let mut desk = ready();
    desk.input(Input::LinkClosed);
    assert_eq!(desk.troubles, ["READER_UNPLUGGED"]);
}
