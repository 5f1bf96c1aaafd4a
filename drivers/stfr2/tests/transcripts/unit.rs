//! What the unit itself does: tray, camera, faces.

use crate::desk::{
    card, compare, faces, hear, hear_nothing, look, open_attempt, pad, ready, touches, verdict, with_card,
};
use model::{ConsentScreen, Pin};
use reader::conformance::{Act, AskedView, CardFace, Firmware};
use reader::{AttemptId, Command, Event, FaceVerdict, Lamp, Sound};
use std::time::Duration;

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

#[test]
fn a_unit_without_a_screen_takes_no_pin() {
    let mut desk = ready();
    desk.say(Command::AskPin { tries_left: 3, pad: pad() });
    assert!(!desk.act(Act::TypePin(Pin::from_digits(b"1234").unwrap())), "there is no pad to type on");
}
