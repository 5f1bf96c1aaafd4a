//! The link: sessions, mending, silence, noise.

use crate::desk::{
    Desk, card, compare, desk, faces, fault_within, hear, hear_nothing, look, open_attempt, pad, pass, ready,
    touches, verdict, whole_visits, with_card,
};
use model::Moment;
use reader::conformance::{Act, Firmware, Power, UnitConfig};
use reader::{AttemptId, Command, Event, FaceVerdict, Input, ReaderFactory};
use std::time::Duration;
use stfr2::FACTORY;
use stfr2_frames::report::{REPORT, Reason, UnitReport};

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

#[test]
fn an_unplugged_unit_is_a_fault_at_once() {
    let mut desk = ready();
    desk.input(Input::LinkClosed);
    assert_eq!(desk.troubles, ["READER_UNPLUGGED"]);
}
