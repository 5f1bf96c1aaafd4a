//! The driver against the simulated unit, in virtual time. What every driver must do is held by `conformance.rs`; here
//! stand the stories that only this model has: pushed reports, sessions, and a panel that the terminal draws.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops")]

use model::{ConsentItem, ConsentScreen, Decision, Moment, Pin, Purpose};
use reader::conformance::{
    Act, AskedView, CardFace, Faces, Firmware, GreyFrame, Pair, Power, UnitConfig, View,
};
use reader::{
    AttemptId, Command, Event, FaceVerdict, Input, Lamp, Language, Link, Method, Notice, PadOrder,
    PadTouches, Panel, Question, ReaderFactory, Sound, Touch,
};
use std::collections::VecDeque;
use std::time::Duration;
use stfr2::FACTORY;
use stfr2_frames::fragment::cut;
use stfr2_frames::report::{Ack, Data, HostReport, REPORT, Reason, UnitReport};
use stfr2_frames::unit::CardState;
use stfr2_frames::{HostMessage, UnitMessage};

const NUMBER_B: &[u8] = b"55021720352285";

type Desk = Pair<Unit>;

/// A unit that may be deaf: what is sent to it is lost.
#[derive(Debug)]
struct Unit {
    unit: Box<dyn Firmware>,
    deaf: bool,
}

impl Unit {
    fn new(config: UnitConfig) -> Self {
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

fn desk(config: UnitConfig) -> Desk {
    Pair::new(FACTORY.create(), Unit::new(config))
}

/// A desk whose unit is ready.
fn ready() -> Desk {
    let mut desk = desk(UnitConfig::default());
    hear(&mut desk, "ready");
    desk
}

/// A desk whose unit is ready, and a card lies in its tray.
fn with_card() -> Desk {
    let mut desk = ready();
    assert!(desk.act(card()));
    hear(&mut desk, "card placed");
    desk
}

fn card() -> Act {
    Act::PlaceCard(CardFace::new(NUMBER_B).unwrap())
}

fn faces() -> Faces {
    simulator_firmware::kit::faces(&FACTORY.profile().photo)
}

/// Waits for the next event and takes it.
fn hear<F: Firmware>(desk: &mut Pair<F>, name: &str) -> Event {
    let heard = desk.run_until(Duration::from_secs(30), 20_000, |desk| !desk.events.is_empty());
    assert!(heard, "waited for {name}, troubles: {:?}", desk.troubles);
    let event = desk.events.remove(0);
    assert_eq!(event.name(), name, "{event:?}, troubles: {:?}", desk.troubles);
    event
}

/// Nothing more is reported and nothing fails for a while.
fn hear_nothing(desk: &mut Desk, time: Duration) {
    desk.run_until(time, 20_000, |desk| !desk.events.is_empty() || !desk.troubles.is_empty());
    assert!(desk.events.is_empty() && desk.troubles.is_empty(), "{:?} {:?}", desk.events, desk.troubles);
}

fn pass<F: Firmware>(desk: &mut Pair<F>, time: Duration) {
    desk.run_until(time, 20_000, |_| false);
}

fn fault_within<F: Firmware>(desk: &mut Pair<F>, limit: Duration, code: &str) {
    let faulted = desk.run_until(limit, 20_000, |desk| !desk.troubles.is_empty());
    assert!(faulted, "no fault within {limit:?}");
    assert_eq!(desk.troubles, [code]);
    assert_eq!(desk.driver.next_wakeup(), None, "a driver that gave up wants nothing more");
}

fn question(desk: &Desk) -> Option<&Question> {
    desk.panel.as_ref().and_then(|panel| panel.question.as_ref())
}

/// A pad with 0 on the first key and 9 on the last but one: nothing stands where a telephone has it.
fn pad() -> PadOrder {
    let mut random = [0; 32];
    random.iter_mut().zip(1..).for_each(|(byte, n): (&mut u8, u8)| *byte = n.wrapping_mul(89));
    let pad = PadOrder::shuffled(&random);
    assert_ne!(pad, PadOrder::TELEPHONE);
    pad
}

/// Where a patient touches to type these digits.
fn touches(pad: &PadOrder, digits: [u8; 4]) -> Touch {
    let position = |digit| (0..10).find(|position| pad.digit_at(*position) == Some(digit)).unwrap();
    Touch::Pad(PadTouches::new(digits.map(position)).unwrap())
}

fn medical() -> ConsentScreen {
    ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines, ConsentItem::Diagnosis] }
}

/// Opens an attempt on a placed card; 照合番号B comes as printed.
fn open_attempt(desk: &mut Desk, attempt: u64) {
    desk.say(Command::OpenAttempt(AttemptId(attempt)));
    let Event::NumberBRead { attempt: read, number } = hear(desk, "number B read") else { panic!() };
    assert_eq!((read.0, number.expose(Purpose::Judge).as_slice()), (attempt, NUMBER_B));
}

fn compare(desk: &mut Desk, attempt: u64, faces: &Faces) {
    desk.say(Command::Compare { attempt: AttemptId(attempt), photo: faces.photo.clone() });
}

fn look(desk: &mut Desk, frame: Option<&GreyFrame>) {
    assert!(desk.act(Act::ShowFace(frame.cloned())));
}

fn verdict(desk: &mut Desk) -> (u64, FaceVerdict, Option<u16>) {
    match hear(desk, "face compared") {
        Event::FaceCompared { attempt, verdict, conditions } => {
            assert_eq!(conditions.slot_in_sun, None, "the unit has no sensor there");
            (attempt.0, verdict, conditions.face_lux)
        }
        other => panic!("{other:?}"),
    }
}

/// From the card to the card taken: once by face, once by PIN. What is touched is touched on the terminal's panel.
fn whole_visits(desk: &mut Desk, faces: &Faces) {
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

#[test]
fn whole_visits_by_face_and_by_pin() {
    let mut desk = ready();
    whole_visits(&mut desk, &faces());
    whole_visits(&mut desk, &faces());
    assert!(desk.troubles.is_empty() && desk.events.is_empty(), "{:?}", desk.troubles);
}

// The panel.

#[test]
fn the_panel_says_what_the_terminal_says_and_asks_what_it_asks() {
    let mut desk = ready();
    let empty = Panel { language: Language::Japanese, notice: Notice::OutOfOrder, question: None };
    assert_eq!(desk.panel, Some(empty), "until the terminal has said something");
    desk.say(Command::Show(Notice::PlaceCard));
    desk.say(Command::Speak(Language::Korean));
    desk.say(Command::AskConsent(medical()));
    desk.say(Command::Show(Notice::Wait));
    let asked = Some(Question::Consent(medical()));
    assert_eq!(
        desk.panel,
        Some(Panel { language: Language::Korean, notice: Notice::Wait, question: asked }),
        "a notice ends no question"
    );
    desk.say(Command::Cancel);
    assert_eq!(question(&desk), None);
    assert_eq!(desk.panel.as_ref().unwrap().notice, Notice::Wait);
}

#[test]
fn what_is_shown_before_the_unit_is_ready_is_drawn_after_it() {
    let mut desk = desk(UnitConfig { start_up: Duration::from_secs(2), ..UnitConfig::default() });
    desk.say(Command::Show(Notice::Wait));
    desk.say(Command::OfferMethods(vec![Method::Pin]));
    desk.touch(Touch::Method(Method::Pin));
    assert_eq!((desk.panel.as_ref(), desk.events.len()), (None, 0), "there is no unit to draw it for");
    hear(&mut desk, "ready");
    assert_eq!(question(&desk), Some(&Question::Methods(vec![Method::Pin])));
    desk.touch(Touch::Method(Method::Pin));
    hear(&mut desk, "method chosen");
}

#[test]
fn keys_are_positions_and_their_digits_are_known_to_the_driver_only() {
    let mut desk = with_card();
    let digits = *pad().digits();
    desk.say(Command::AskPin { tries_left: 2, pad: pad() });
    let Some(Question::Pin { tries_left: 2, .. }) = question(&desk) else { panic!() };
    desk.touch(Touch::Pad(PadTouches::new([9, 0, 0, 4]).unwrap()));
    let Event::PinEntered(pin) = hear(&mut desk, "PIN entered") else { panic!() };
    let wanted = [digits[9], digits[0], digits[0], digits[4]].map(|digit| digit + b'0');
    assert_eq!(*pin.expose(Purpose::Judge), wanted);
    assert_eq!(desk.sent, 1 + 1, "OPEN and the ACK of the card: no PIN travels, nor that it is asked");
}

#[test]
fn a_touch_that_does_not_fit_is_dropped() {
    let mut desk = with_card();
    let stray = || {
        [
            touches(&pad(), [1, 2, 3, 4]),
            Touch::PadCancel,
            Touch::Method(Method::Face),
            Touch::Consent { screen: "checkups".into(), decision: Decision::Agreed },
        ]
    };
    let drop_all = |desk: &mut Desk, but: &str| {
        for touch in stray().into_iter().filter(|touch| !touch.name().starts_with(but)) {
            desk.touch(touch);
        }
        assert!(desk.events.is_empty(), "{:?}", desk.events);
    };
    drop_all(&mut desk, "nothing");
    desk.say(Command::OfferMethods(vec![Method::Pin]));
    drop_all(&mut desk, "nothing");
    desk.say(Command::AskConsent(medical()));
    drop_all(&mut desk, "nothing");
    desk.say(Command::AskPin { tries_left: 3, pad: pad() });
    drop_all(&mut desk, "pad");
    open_attempt(&mut desk, 1);
    drop_all(&mut desk, "nothing");
    desk.say(Command::AskPin { tries_left: 3, pad: pad() });
    desk.touch(Touch::PadCancel);
    hear(&mut desk, "PIN cancelled");
    drop_all(&mut desk, "nothing");
}

#[test]
fn a_language_may_be_touched_at_any_time_and_ends_no_question() {
    let mut desk = ready();
    desk.touch(Touch::Language(Language::English));
    let Event::LanguageChosen(Language::English) = hear(&mut desk, "language chosen") else { panic!() };
    assert_eq!(
        desk.panel.as_ref().unwrap().language,
        Language::Japanese,
        "the terminal says when it changes"
    );
    desk.say(Command::OfferMethods(vec![Method::Face, Method::Pin]));
    desk.touch(Touch::Language(Language::Chinese));
    hear(&mut desk, "language chosen");
    desk.say(Command::Speak(Language::Chinese));
    assert!(matches!(question(&desk), Some(Question::Methods(_))));
    assert_eq!(desk.panel.as_ref().unwrap().language, Language::Chinese);
}

#[test]
fn a_question_that_is_asked_anew_is_drawn_anew() {
    let mut desk = ready();
    desk.say(Command::OfferMethods(vec![Method::Pin]));
    desk.panel = None;
    desk.say(Command::OfferMethods(vec![Method::Pin]));
    assert!(desk.panel.is_some(), "touches on the old drawing are not for it");
}

// The unit.

#[test]
fn what_the_model_lacks_is_refused_and_nothing_is_sent() {
    let mut desk = ready();
    let sent = desk.sent;
    desk.say(Command::Light(Lamp::Green));
    desk.say(Command::Sound(Sound::Chime));
    desk.say(Command::ReadDocument);
    desk.say(Command::OfferMethods(Vec::new()));
    desk.say(Command::AskConsent(ConsentScreen { id: "none".into(), items: Vec::new() }));
    compare(&mut desk, 1, &faces());
    assert_eq!(
        desk.troubles,
        [
            "unsupported Light",
            "unsupported Sound",
            "unsupported ReadDocument",
            "unsupported OfferMethods",
            "unsupported AskConsent",
            "unsupported Compare"
        ]
    );
    assert_eq!(desk.sent, sent);
}

#[test]
fn a_card_the_wrong_way_round_is_told_after_it_was_placed() {
    let mut desk = ready();
    assert!(desk.act(Act::PlaceCard(CardFace::turned_over())));
    hear(&mut desk, "card placed");
    hear(&mut desk, "card wrong side");
    assert!(desk.act(Act::TakeCard));
    hear(&mut desk, "card taken");
    assert!(desk.act(card()));
    hear(&mut desk, "card placed");
    hear_nothing(&mut desk, Duration::from_secs(1));
}

#[test]
fn another_person_a_print_a_mask_a_turned_head_darkness_and_an_empty_room() {
    let mut desk = with_card();
    let faces = faces();
    for (attempt, frame, lux, wanted) in [
        (1, Some(&faces.other), 300, FaceVerdict::NoMatch),
        (2, Some(&faces.print), 300, FaceVerdict::NotAlive),
        (3, Some(&faces.masked), 300, FaceVerdict::Masked),
        (4, Some(&faces.turned), 300, FaceVerdict::Pose),
        (5, Some(&faces.same), 99, FaceVerdict::TooDark),
        (6, Some(&faces.same), 100, FaceVerdict::Match),
        (7, None, 300, FaceVerdict::NoFace),
    ] {
        look(&mut desk, frame);
        assert!(desk.act(Act::Light(lux)));
        open_attempt(&mut desk, attempt);
        compare(&mut desk, attempt, &faces);
        assert_eq!(verdict(&mut desk), (attempt, wanted, Some(lux)));
    }
    // The sun on the slot: the unit has no sensor for it and says nothing of it.
    assert!(desk.act(Act::Sun(true)));
    look(&mut desk, Some(&faces.same));
    open_attempt(&mut desk, 8);
    compare(&mut desk, 8, &faces);
    assert_eq!(verdict(&mut desk).1, FaceVerdict::Match);
}

#[test]
fn a_cancelled_attempt_stops_the_camera_and_its_verdict_never_comes() {
    let mut desk = with_card();
    let faces = faces();
    open_attempt(&mut desk, 1);
    compare(&mut desk, 1, &faces);
    assert_eq!(desk.firmware.view().asked, AskedView::Face { comparing: true });
    desk.say(Command::Cancel);
    assert_eq!(desk.firmware.view().asked, AskedView::Nothing);
    look(&mut desk, Some(&faces.same));
    hear_nothing(&mut desk, Duration::from_secs(1));
}

#[test]
fn a_question_on_the_panel_replaces_the_attempt() {
    let mut desk = with_card();
    open_attempt(&mut desk, 1);
    compare(&mut desk, 1, &faces());
    desk.say(Command::AskPin { tries_left: 3, pad: pad() });
    assert_eq!(desk.firmware.view().asked, AskedView::Nothing, "the camera is no longer wanted");
    look(&mut desk, Some(&faces().same));
    hear_nothing(&mut desk, Duration::from_millis(500));
    desk.touch(touches(&pad(), [0, 0, 0, 7]));
    hear(&mut desk, "PIN entered");
}

#[test]
fn a_verdict_under_way_is_not_taken_for_the_next_attempt() {
    let mut desk = with_card();
    let faces = faces();
    open_attempt(&mut desk, 1);
    look(&mut desk, Some(&faces.other));
    desk.freeze_to_host(true);
    compare(&mut desk, 1, &faces);
    // The verdict waits on the link; the terminal begins another attempt under the same id, out of order but allowed.
    desk.say(Command::OpenAttempt(AttemptId(1)));
    desk.freeze_to_host(false);
    hear(&mut desk, "number B read");
    hear_nothing(&mut desk, Duration::from_millis(500));
    look(&mut desk, Some(&faces.same));
    compare(&mut desk, 1, &faces);
    assert_eq!(verdict(&mut desk).1, FaceVerdict::Match);
}

#[test]
fn a_changed_mind_in_the_middle_of_a_photo_voids_it() {
    let mut desk = with_card();
    let faces = faces();
    open_attempt(&mut desk, 1);
    look(&mut desk, Some(&faces.same));
    // The first reports of the photo go out and are lost; the rest waits.
    desk.firmware.deaf = true;
    let sent = desk.sent;
    compare(&mut desk, 1, &faces);
    assert_eq!(desk.sent - sent, 32);
    desk.say(Command::OpenAttempt(AttemptId(2)));
    desk.firmware.deaf = false;
    let Event::NumberBRead { attempt: AttemptId(2), .. } = hear(&mut desk, "number B read") else { panic!() };
    hear_nothing(&mut desk, Duration::from_secs(1));
    compare(&mut desk, 2, &faces);
    assert_eq!(verdict(&mut desk), (2, FaceVerdict::Match, Some(300)));
}

// The link.

#[test]
fn a_bad_cable_is_mended() {
    let faces = faces();
    for seed in 0..20 {
        let mut desk = ready();
        // 1.5 % of all reports lost, doubled, overtaken, late or with one bit flipped.
        desk.mangle(seed, 15);
        for _ in 0..3 {
            whole_visits(&mut desk, &faces);
        }
        assert!(desk.troubles.is_empty(), "seed {seed}: {:?}", desk.troubles);
    }
}

#[test]
fn a_very_bad_cable_is_mended_too() {
    let faces = faces();
    for seed in 0..10 {
        let mut desk = ready();
        desk.mangle(seed, 80);
        whole_visits(&mut desk, &faces);
        assert!(desk.troubles.is_empty(), "seed {seed}: {:?}", desk.troubles);
    }
}

#[test]
fn damaged_reports_are_sent_again_and_a_unit_that_damages_all_is_given_up() {
    let mut desk = ready();
    assert!(desk.act(Act::Corrupt(3)));
    assert!(desk.act(card()));
    hear(&mut desk, "card placed");
    assert!(desk.act(Act::Corrupt(u32::MAX)));
    fault_within(&mut desk, Duration::from_secs(4), "READER_GARBLED");
}

#[test]
fn what_the_unit_repeats_is_told_once() {
    let mut desk = ready();
    // Our acknowledgements are lost; the unit says it again and again.
    desk.firmware.deaf = true;
    assert!(desk.act(card()));
    hear(&mut desk, "card placed");
    pass(&mut desk, Duration::from_secs(2));
    assert!(desk.events.is_empty(), "{:?}", desk.events);
    desk.firmware.deaf = false;
    hear_nothing(&mut desk, Duration::from_secs(60));
}

#[test]
fn the_numbers_of_reports_begin_anew_after_the_last_one() {
    let mut desk = ready();
    for n in 0..=33_000 {
        assert!(desk.act(card()), "{n}");
        assert!(desk.act(Act::TakeCard), "{n}");
        pass(&mut desk, Duration::from_millis(50));
        assert!(desk.troubles.is_empty(), "{n}: {:?}", desk.troubles);
        let told: Vec<_> = desk.events.drain(..).map(|event| event.name()).collect();
        assert_eq!(told, ["card placed", "card taken"], "{n}");
    }
}

#[test]
fn a_session_opens_with_the_card_as_it_lies() {
    let mut desk = with_card();
    pass(&mut desk, Duration::from_millis(10));
    desk.input(Input::LinkClosed);
    assert_eq!(desk.troubles, ["READER_UNPLUGGED"]);
    assert_eq!(desk.firmware.view().power, Power::Unclaimed, "nobody fetches its reports");
    desk.troubles.clear();
    desk.begin_anew(FACTORY.create());
    let Event::Ready { card: true, unit } = hear(&mut desk, "ready") else { panic!() };
    assert_eq!((unit.firmware.as_str(), unit.serial.as_str()), ("3.10", "T0000042"));
    hear_nothing(&mut desk, Duration::from_secs(1));
}

#[test]
fn a_slow_start_is_waited_for_and_a_silent_unit_is_not() {
    let mut slow = desk(UnitConfig { start_up: Duration::from_millis(5_500), ..UnitConfig::default() });
    hear(&mut slow, "ready");
    assert_eq!(slow.now, Moment::from_origin(Duration::from_millis(5_500)), "HELLO is answered at once");
    let mut never = desk(UnitConfig { start_up: Duration::from_secs(3600), ..UnitConfig::default() });
    fault_within(&mut never, Duration::from_secs(6), "READER_SILENT");
}

#[test]
fn a_unit_that_says_everything_late_is_no_fault() {
    for delay in [150, 700, 1_500].map(Duration::from_millis) {
        let mut desk = ready();
        assert!(desk.act(Act::Slow(delay)));
        whole_visits(&mut desk, &faces());
        hear_nothing(&mut desk, Duration::from_secs(20));
    }
}

#[test]
fn a_unit_that_falls_silent_is_a_fault_within_three_seconds() {
    let mut desk = ready();
    pass(&mut desk, Duration::from_secs(60));
    assert!(desk.act(Act::Silence(true)));
    fault_within(&mut desk, Duration::from_secs(3), "READER_SILENT");
}

#[test]
fn a_unit_that_does_not_hear_us_is_a_fault_within_five_seconds() {
    let mut idle = ready();
    pass(&mut idle, Duration::from_secs(60));
    idle.firmware.deaf = true;
    fault_within(&mut idle, Duration::from_secs(5), "READER_SILENT");
    assert_eq!(idle.firmware.view().power, Power::Unclaimed, "it forgot the terminal as well");

    let mut asking = with_card();
    asking.firmware.deaf = true;
    asking.say(Command::OpenAttempt(AttemptId(1)));
    fault_within(&mut asking, Duration::from_secs(3), "READER_SILENT");
}

#[test]
fn noise_without_end_is_a_fault_and_a_little_noise_is_none() {
    let mut babbling = ready();
    assert!(babbling.act(Act::Babble(true)));
    fault_within(&mut babbling, Duration::from_secs(1), "READER_GARBLED");

    let mut desk = ready();
    for n in 0..120 {
        desk.input(Input::Received(&[n; REPORT]));
        pass(&mut desk, Duration::from_millis(500));
    }
    whole_visits(&mut desk, &faces());
    assert!(desk.troubles.is_empty(), "{:?}", desk.troubles);
}

#[test]
fn another_model_a_failed_self_test_and_a_fault_of_its_own() {
    let mut other = desk(UnitConfig { model: Some("XC-STFR1J-MN".into()), ..UnitConfig::default() });
    fault_within(&mut other, Duration::from_secs(1), "READER_WRONG_MODEL");
    let mut broken = desk(UnitConfig { self_test: 7, ..UnitConfig::default() });
    fault_within(&mut broken, Duration::from_secs(1), "READER_FAULT");
    let mut failing = ready();
    assert!(failing.act(Act::ReportFault(3)));
    fault_within(&mut failing, Duration::from_secs(1), "READER_FAULT");
    assert!(failing.fault_texts[0].contains("fault 03"));
}

#[test]
fn a_unit_that_starts_anew_by_itself_is_begun_anew() {
    let mut desk = with_card();
    desk.say(Command::AskPin { tries_left: 3, pad: pad() });
    assert!(desk.act(Act::Restart));
    fault_within(&mut desk, Duration::from_secs(1), "READER_UNPLUGGED");
    desk.touch(touches(&pad(), [1, 2, 3, 4]));
    assert!(desk.events.is_empty(), "nothing of the visit is carried over");
    desk.troubles.clear();
    desk.begin_anew(FACTORY.create());
    let Event::Ready { card: true, .. } = hear(&mut desk, "ready") else { panic!() };
}

#[test]
fn an_old_greeting_that_comes_late_ends_nothing() {
    let mut desk = with_card();
    for (session, reason) in [(0, Reason::PoweredUp), (0x7777, Reason::NotHeard)] {
        let hello = UnitReport::Hello { session, reason }.emit().unwrap();
        for _ in 0..100 {
            desk.input(Input::Received(&hello));
        }
        hear_nothing(&mut desk, Duration::from_secs(1));
    }
    whole_attempt(&mut desk);
}

fn whole_attempt(desk: &mut Desk) {
    let faces = faces();
    look(desk, Some(&faces.same));
    open_attempt(desk, 9);
    compare(desk, 9, &faces);
    assert_eq!(verdict(desk).1, FaceVerdict::Match);
}

// Units that are none.

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

#[test]
fn an_unplugged_unit_is_a_fault_at_once() {
    let mut desk = ready();
    desk.input(Input::LinkClosed);
    assert_eq!(desk.troubles, ["READER_UNPLUGGED"]);
}

#[test]
fn a_unit_without_a_screen_takes_no_pin() {
    let mut desk = ready();
    desk.say(Command::AskPin { tries_left: 3, pad: pad() });
    assert!(!desk.act(Act::TypePin(Pin::from_digits(b"1234").unwrap())), "there is no pad to type on");
}
