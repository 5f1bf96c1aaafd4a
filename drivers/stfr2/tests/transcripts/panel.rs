//! The panel that the terminal draws.

use crate::desk::{Desk, desk, hear, medical, open_attempt, pad, question, ready, touches, with_card};
use model::{Decision, Purpose};
use reader::conformance::UnitConfig;
use reader::{Command, Event, Language, Method, Notice, PadTouches, Panel, Question, Touch};
use std::time::Duration;

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
fn the_passcode_is_touched_on_the_panel_and_nothing_of_it_travels() {
    let mut desk = ready();
    let digits = *pad().digits();
    let sent = desk.sent;
    desk.say(Command::AskPasscode { pad: pad() });
    let Some(Question::Passcode { .. }) = question(&desk) else { panic!() };
    desk.touch(Touch::Pad(PadTouches::new([8, 1, 1, 5]).unwrap()));
    let Event::PasscodeEntered(passcode) = hear(&mut desk, "passcode entered") else { panic!() };
    let wanted = [digits[8], digits[1], digits[1], digits[5]].map(|digit| digit + b'0');
    assert_eq!(*passcode.expose(Purpose::Judge), wanted);
    assert_eq!(question(&desk), None);
    desk.say(Command::AskPasscode { pad: pad() });
    desk.touch(Touch::PadCancel);
    hear(&mut desk, "PIN cancelled");
    assert_eq!(desk.sent, sent, "neither the passcode travels nor that it is asked");
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
    desk.say(Command::AskPasscode { pad: pad() });
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
