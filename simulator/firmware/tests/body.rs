//! The body that all units share: what it obeys, what it tells, what it refuses.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops")]

use model::{ConsentItem, ConsentScreen, Decision, Moment, Passcode, Pii, Pin, Purpose};
use reader::conformance::{Act, AskedView, CardFace, Power, Reading, UnitConfig};
use reader::profile::Screen;
use reader::{AttemptId, Conditions, FaceVerdict, Lamp, Language, Link, Method, PhotoCodec, Sound};
use simulator_firmware::body::FACE_WAIT;
use simulator_firmware::facts::{ALL_SOUNDS, JAPANESE, ModelFacts};
use simulator_firmware::{Body, Order, Told};
use std::time::Duration;

const NUMBER_B: &[u8] = b"55021720352285";
const ATTEMPT: AttemptId = AttemptId(7);

/// A model that can do everything.
static ABLE: ModelFacts = ModelFacts {
    model: "ABLE-1",
    firmware: "1.00",
    link: Link::Tcp,
    screen: Screen::Reader,
    lamp: true,
    sounds: ALL_SOUNDS,
    languages: &[Language::Japanese, Language::English],
    wrong_side_notice: true,
    shuffled_pad: true,
    measures_lux: true,
    least_lux: Some(100),
    sun_sensor: true,
    document_ocr: true,
    rotates: true,
    photo: PhotoCodec::JpegGrey,
};

/// One that can do nothing but compare faces.
static PLAIN: ModelFacts = ModelFacts {
    lamp: false,
    sounds: &[],
    languages: JAPANESE,
    screen: Screen::Terminal,
    wrong_side_notice: false,
    shuffled_pad: false,
    measures_lux: false,
    least_lux: None,
    sun_sensor: false,
    document_ocr: false,
    rotates: false,
    ..ABLE
};

fn body(facts: &'static ModelFacts) -> Body {
    Body::new(facts, UnitConfig::default())
}

fn obeys(body: &mut Body, order: Order) -> bool {
    body.obey(order, Moment::ZERO)
}

fn acts(body: &mut Body, act: Act) -> bool {
    body.act(act, Moment::ZERO)
}

fn told(body: &mut Body) -> Vec<String> {
    std::iter::from_fn(|| body.poll_told()).map(|told| format!("{told:?}")).collect()
}

fn card() -> Act {
    Act::PlaceCard(CardFace::new(NUMBER_B).unwrap())
}

fn medical() -> ConsentScreen {
    ConsentScreen { id: "medical".into(), items: vec![ConsentItem::Medicines] }
}

#[test]
fn what_is_ordered_is_seen() {
    let mut body = body(&ABLE);
    assert!(obeys(&mut body, Order::Show("take_card".into())));
    assert!(obeys(&mut body, Order::Speak(Language::English)));
    assert!(obeys(&mut body, Order::Light(Lamp::Blue)));
    assert!(obeys(&mut body, Order::Sound(Sound::Alarm)));
    let view = body.view(Power::Claimed);
    assert_eq!((view.notice.as_str(), view.language, view.lamp), ("take_card", "en", "blue"));
    assert_eq!((view.sound, view.sounds), (Some("alarm"), 1));

    assert!(!obeys(&mut body, Order::Speak(Language::Korean)), "not on its list");
    assert!(obeys(&mut body, Order::AskConsent(medical())) && body.is_asked());
    assert!(obeys(&mut body, Order::Begin) && !body.is_asked());
    assert_eq!(body.view(Power::Claimed).language, "ja");
}

#[test]
fn what_the_model_lacks_is_refused() {
    let mut body = body(&PLAIN);
    for order in [
        Order::Show("wait".into()),
        Order::Speak(Language::Japanese),
        Order::Light(Lamp::Green),
        Order::Sound(Sound::Chime),
        Order::OfferMethods(vec![Method::Face]),
        Order::AskPin { tries_left: 3 },
        Order::AskPasscode,
        Order::AskConsent(medical()),
        Order::ReadDocument,
    ] {
        let said = format!("{order:?}");
        assert!(!obeys(&mut body, order), "{said}");
    }
    for act in [Act::Rotate, Act::Document(None), Act::Language(Language::Japanese), Act::Consent(true)] {
        let said = format!("{act:?}");
        assert!(!acts(&mut body, act), "{said}");
    }
    assert!(told(&mut body).is_empty() && !body.is_asked());
}

#[test]
fn pin_and_passcode_have_a_pad_each_and_one_cancel() {
    let mut body = body(&ABLE);
    let pin = || Act::TypePin(Pin::from_digits(b"1234").unwrap());
    let passcode = || Act::TypePasscode(Passcode::from_digits(b"8264").unwrap());

    assert!(obeys(&mut body, Order::AskPasscode));
    let first = body.view(Power::Claimed).asked;
    assert!(matches!(first, AskedView::Passcode { pad: Some(_) }), "its pad is shuffled, too");
    assert!(!acts(&mut body, pin()) && acts(&mut body, passcode()) && !body.is_asked());
    assert_eq!(told(&mut body), ["Passcode(Passcode(…))"]);

    assert!(obeys(&mut body, Order::AskPin { tries_left: 3 }));
    assert!(!acts(&mut body, passcode()) && acts(&mut body, pin()));
    assert_eq!(told(&mut body), ["Pin(Pin(…))"]);

    assert!(obeys(&mut body, Order::AskPasscode) && acts(&mut body, Act::Cancel));
    assert_eq!((told(&mut body), body.is_asked()), (vec![String::from("PinCancelled")], false));

    assert!(obeys(&mut body, Order::AskPasscode) && acts(&mut body, passcode()));
    assert!(obeys(&mut body, Order::AskPin { tries_left: 3 }));
    assert!(told(&mut body).is_empty(), "a new question makes the answer void");
}

#[test]
fn a_notice_stands_beside_the_question() {
    let mut body = body(&ABLE);
    assert!(obeys(&mut body, Order::Show("wait".into())));
    assert!(obeys(&mut body, Order::OfferMethods(vec![Method::Visual, Method::Pin])));
    assert!(obeys(&mut body, Order::Show("PATIENT_SLOW".into())));
    let view = body.view(Power::Claimed);
    assert_eq!(view.notice, "PATIENT_SLOW");
    assert_eq!(view.asked, AskedView::Methods { offered: vec!["visual", "pin"] });
    assert!(!acts(&mut body, Act::Choose(Method::Face)) && acts(&mut body, Act::Choose(Method::Visual)));
    assert_eq!(told(&mut body), ["Method(Visual)"]);
}

#[test]
fn a_patient_answers_only_what_is_asked() {
    let mut body = body(&ABLE);
    let pin = || Act::TypePin(Pin::from_digits(b"1234").unwrap());
    assert!(!acts(&mut body, Act::Choose(Method::Face)) && !acts(&mut body, pin()));
    assert!(!acts(&mut body, Act::Cancel) && !acts(&mut body, Act::Consent(true)));

    assert!(obeys(&mut body, Order::OfferMethods(vec![Method::Pin])));
    assert!(!acts(&mut body, Act::Choose(Method::Face)) && acts(&mut body, Act::Choose(Method::Pin)));
    assert!(!acts(&mut body, Act::Choose(Method::Pin)), "answered once");
    assert!(obeys(&mut body, Order::AskPin { tries_left: 3 }) && acts(&mut body, pin()));
    assert!(obeys(&mut body, Order::AskConsent(medical())) && acts(&mut body, Act::Consent(false)));
    let Some(Told::Consent { decision: Decision::Refused, .. }) = body.poll_told() else { panic!() };
    assert!(body.poll_told().is_none(), "each question voided what was answered before it and not told yet");
}

#[test]
fn a_new_question_and_a_cancel_void_an_answer_that_was_not_told_yet() {
    for order in [Order::Cancel, Order::AskConsent(medical()), Order::Begin] {
        let mut body = body(&ABLE);
        assert!(obeys(&mut body, Order::AskPin { tries_left: 3 }));
        assert!(acts(&mut body, Act::TypePin(Pin::from_digits(b"1234").unwrap())) && acts(&mut body, card()));
        assert!(obeys(&mut body, order));
        assert_eq!(told(&mut body), ["CardPlaced"], "the card was no answer");
    }
}

#[test]
fn consents_carry_their_screen() {
    let mut body = body(&ABLE);
    assert!(obeys(&mut body, Order::AskConsent(medical())) && acts(&mut body, Act::Consent(false)));
    let Some(Told::Consent { screen, decision }) = body.poll_told() else { panic!() };
    assert_eq!((screen.as_str(), decision), ("medical", Decision::Refused));
}

#[test]
fn the_pad_is_shuffled_anew_for_every_question_and_by_the_seed() {
    let pads = |seed: u64| -> Vec<[u8; 10]> {
        let mut body = Body::new(&ABLE, UnitConfig { seed, ..UnitConfig::default() });
        let pad = |body: &mut Body| {
            assert!(obeys(body, Order::AskPin { tries_left: 3 }));
            let AskedView::Pin { pad: Some(pad), .. } = body.view(Power::Claimed).asked else { panic!() };
            pad
        };
        (0..4).map(|_| pad(&mut body)).collect()
    };
    let (first, again, other) = (pads(1), pads(1), pads(2));
    assert_eq!(first, again);
    assert_ne!(first, other);
    assert!(first.windows(2).all(|pair| matches!(pair, [a, b] if a != b)), "{first:?}");
}

#[test]
fn cards_come_and_go_and_lie_the_wrong_way() {
    let mut body = body(&ABLE);
    assert!(!acts(&mut body, Act::TakeCard));
    assert!(acts(&mut body, Act::PlaceCard(CardFace::turned_over())) && body.has_card_wrong_side());
    assert!(acts(&mut body, card()) && !body.has_card_wrong_side());
    assert!(acts(&mut body, Act::TakeCard) && !body.has_card());
    assert_eq!(told(&mut body), ["CardPlaced", "CardWrongSide", "CardTaken", "CardPlaced", "CardTaken"]);
}

#[test]
fn number_b_is_read_as_the_light_and_the_reading_allow() {
    let mut body = body(&ABLE);
    assert!(acts(&mut body, card()));
    let mut read = |act: Act| {
        assert!(acts(&mut body, act) && obeys(&mut body, Order::OpenAttempt(ATTEMPT)));
        std::iter::from_fn(|| body.poll_told()).last()
    };
    let digits = |told| match told {
        Some(Told::NumberB { attempt: ATTEMPT, number }) => *number.expose(Purpose::Judge),
        other => panic!("{other:?}"),
    };
    assert_eq!(digits(read(Act::ReadNumberB(Reading::Right))), *b"55021720352285");
    assert_eq!(digits(read(Act::ReadNumberB(Reading::LastDigitWrong))), *b"55021720352286");
    for act in [Act::ReadNumberB(Reading::Unreadable), Act::Sun(true)] {
        let Some(Told::Verdict { verdict, conditions, .. }) = read(act) else { panic!() };
        assert_eq!(verdict, FaceVerdict::NumberBUnreadable);
        assert_eq!(conditions.face_lux, Some(300));
    }
    let Some(Told::Verdict { conditions, .. }) = read(Act::ReadNumberB(Reading::Right)) else { panic!() };
    assert_eq!(conditions.slot_in_sun, Some(true));
}

#[test]
fn a_photo_is_taken_once_for_the_open_attempt_only() {
    let mut body = body(&ABLE);
    let compare = |attempt| Order::Compare { attempt, photo: Pii::new(b"no picture".to_vec()) };
    assert!(!obeys(&mut body, compare(ATTEMPT)), "no attempt is open");
    assert!(acts(&mut body, card()) && obeys(&mut body, Order::OpenAttempt(ATTEMPT)));
    assert!(body.wants_photo(ATTEMPT) && !obeys(&mut body, compare(AttemptId(8))));
    assert!(obeys(&mut body, compare(ATTEMPT)) && !obeys(&mut body, compare(ATTEMPT)));
    let last = std::iter::from_fn(|| body.poll_told()).last();
    assert!(matches!(last, Some(Told::Verdict { verdict: FaceVerdict::PhotoUnreadable, .. })), "{last:?}");
}

#[test]
fn what_a_model_does_not_measure_it_does_not_tell() {
    let mut body = body(&PLAIN);
    assert!(acts(&mut body, Act::Sun(true)) && obeys(&mut body, Order::OpenAttempt(ATTEMPT)));
    let Some(Told::Verdict { conditions, .. }) = body.poll_told() else { panic!() };
    assert_eq!(conditions, Conditions::default());
}

#[test]
fn a_certificate_is_waited_for_and_then_given_up() {
    let mut body = body(&ABLE);
    assert!(obeys(&mut body, Order::ReadDocument));
    assert_eq!(body.view(Power::Claimed).asked, AskedView::Document);
    assert!(acts(&mut body, Act::Document(Some("kind=child-medical\nholder=T0001".into()))));
    let Some(Told::Document(Some(reading))) = body.poll_told() else { panic!() };
    assert_eq!(reading.expose(Purpose::Judge).kind, "child-medical");

    assert!(acts(&mut body, Act::Document(None)) && obeys(&mut body, Order::ReadDocument));
    assert_eq!(body.next_wakeup(), Some(Moment::ZERO.after(FACE_WAIT)));
    body.wake(Moment::ZERO.after(FACE_WAIT).after(Duration::from_millis(1)));
    assert!(matches!(body.poll_told(), Some(Told::Document(None))));
    assert_eq!(body.next_wakeup(), None);
}

#[test]
fn languages_turning_and_faults_are_told() {
    let mut body = body(&ABLE);
    assert!(acts(&mut body, Act::Language(Language::English)));
    assert_eq!(body.view(Power::Claimed).language, "ja", "the terminal says what is spoken");
    assert!(!acts(&mut body, Act::Language(Language::Korean)));
    assert!(acts(&mut body, Act::Rotate) && acts(&mut body, Act::Rotate));
    assert!(acts(&mut body, Act::ReportFault(99)));
    assert!(!acts(&mut body, Act::ReportFault(0)) && !acts(&mut body, Act::ReportFault(100)));
    let wanted =
        ["Language(English)", "Rotated { portrait: true }", "Rotated { portrait: false }", "Fault(99)"];
    assert_eq!(told(&mut body), wanted);
}
