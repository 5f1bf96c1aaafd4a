//! Questions and their answers.

use super::{Act, Answer, Desk, Doing, Judged as _, Kit, Profile, Stage, Step, judge, need};
use crate::conformance::desk::{
    ANSWER, QUIET, SOON, Wanted, ask_passcode, ask_pin, checkups, chosen, consented, medical, methods, typed,
    typed_passcode,
};
use crate::conformance::patient::{self, decision};
use crate::conformance::stage::ATTEMPT;
use crate::conformance::{CardFace, Reading};
use crate::{AttemptId, Command, Event, FaceVerdict, Language, Method, Stated};
use model::{ConsentItem, ConsentScreen, Pii, Purpose};
use std::time::Duration;

/// So long nothing reaches the unit: every dialect says again what was not acknowledged.
const LOST: Duration = Duration::from_millis(250);

pub(in super::super) fn chosen_method_is_told(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    for (offered, touched) in [
        (vec![Method::Face, Method::Pin], Method::Face),
        (vec![Method::Face, Method::Pin], Method::Pin),
        (vec![Method::Pin, Method::Face], Method::Face),
        (vec![Method::Pin], Method::Pin),
    ] {
        desk.ask(Command::OfferMethods(offered)).judged()?;
        desk.answer(Answer::Method(touched)).judged()?;
        let event = desk.hear("method chosen").judged()?;
        judge(chosen(&event, touched), || format!("{event:?}, but {touched:?} was touched"))?;
    }
    Ok(())
}

pub(in super::super) fn chosen_language_is_told(kit: &Kit) -> Step<()> {
    let mut desk = Stage::Methods.reach(kit)?;
    for language in [Language::English, Language::Chinese, Language::Korean, Language::Japanese] {
        if !desk.profile.speaks(language) || !patient::answers(&mut desk.pair, Answer::Language(language)) {
            // Japanese alone is nothing to choose.
            let offered =
                matches!(desk.profile.languages, Stated::As(languages) if languages.contains(&language));
            need(!offered, || format!("{language:?} is not offered to the patient; {}", desk.story()))?;
            continue;
        }
        let event = desk.hear("language chosen").judged()?;
        let right = matches!(event, Event::LanguageChosen(told) if told == language);
        judge(right, || format!("{event:?}, but {language:?} was touched"))?;
        // What is spoken is the terminal's to say; some units go ahead by themselves.
        desk.say(Command::Speak(language));
        desk.see(&Wanted::of(&methods())).judged_in("a language is chosen while something is asked")?;
    }
    Ok(())
}

pub(in super::super) fn number_b_is_told_as_read(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    desk.open_attempt(ATTEMPT).judged()?;
    desk.see(&Wanted::Attempt).judged()?;
    desk.say(Command::Cancel);
    desk.see(&Wanted::Nothing).granted("cancelled_question_stays_unanswered")?;
    desk.act(Act::ReadNumberB(Reading::LastDigitWrong))?;
    desk.say(Command::OpenAttempt(AttemptId(ATTEMPT + 1)));
    let event = desk.hear("number B read").judged()?;
    let as_read = matches!(&event, Event::NumberBRead { attempt, number }
        if attempt.0 == ATTEMPT + 1 && number.expose(Purpose::Judge) == b"55021720352286");
    judge(as_read, || String::from("the digits told are not those that the unit read"))
}

pub(in super::super) fn unreadable_number_b_ends_the_attempt(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    desk.act(Act::ReadNumberB(Reading::Unreadable))?;
    desk.say(Command::OpenAttempt(AttemptId(ATTEMPT)));
    ends_with(&mut desk, ATTEMPT, FaceVerdict::NumberBUnreadable).judged_in("glare")?;
    desk.act(Act::ReadNumberB(Reading::Right))?;
    desk.act(Act::TakeCard)?;
    desk.hear("card taken").granted("card_events_alternate")?;
    desk.act(Act::PlaceCard(CardFace::turned_over()))?;
    desk.hear("card placed").granted("card_events_alternate")?;
    if Profile::has(desk.profile.wrong_side_notice) {
        desk.hear("card wrong side").granted("wrong_side_is_told")?;
    }
    desk.say(Command::OpenAttempt(AttemptId(ATTEMPT + 1)));
    ends_with(&mut desk, ATTEMPT + 1, FaceVerdict::NumberBUnreadable).judged_in("a card turned over")
}

pub(in super::super) fn face_is_compared(kit: &Kit) -> Step<()> {
    let mut desk = Stage::Attempt.reach(kit)?;
    let faces = kit.drawn_faces();
    desk.compare(ATTEMPT, &faces.photo);
    desk.wait_for_photo().judged_in("an empty room")?;
    desk.show_face(Some(faces.same))?;
    ends_with(&mut desk, ATTEMPT, FaceVerdict::Match).judged_in("the card's holder")?;
    desk.see(&Wanted::Nothing).judged_in("after the verdict")
}

pub(in super::super) fn every_verdict_is_told(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    let faces = kit.drawn_faces();
    let no_picture = Pii::new(b"no picture".to_vec());
    let cases = [
        ("another person", Some(faces.other), &faces.photo, FaceVerdict::NoMatch),
        ("a printed photograph", Some(faces.print), &faces.photo, FaceVerdict::NotAlive),
        ("a mask", Some(faces.masked), &faces.photo, FaceVerdict::Masked),
        ("a head turned away", Some(faces.turned), &faces.photo, FaceVerdict::Pose),
        ("an empty room", None, &faces.photo, FaceVerdict::NoFace),
        ("a photo that is none", Some(faces.same), &no_picture, FaceVerdict::PhotoUnreadable),
    ];
    for (attempt, (case, frame, photo, wanted)) in (ATTEMPT..).zip(cases) {
        desk.show_face(frame)?;
        desk.open_attempt(attempt).granted("number_b_is_told_as_read")?;
        desk.compare(attempt, photo);
        ends_with(&mut desk, attempt, wanted).judged_in(case)?;
    }
    Ok(())
}

pub(in super::super) fn conditions_are_told(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    let faces = kit.drawn_faces();
    let least_light = desk.profile.least_face_light_lux;
    let minds_sun = Profile::has(desk.profile.shade_card_slot);
    for (attempt, (lux, sun)) in (ATTEMPT..).zip([(320, false), (40, false), (320, true)]) {
        desk.act(Act::Light(lux))?;
        desk.act(Act::Sun(sun))?;
        desk.show_face(Some(faces.same.clone()))?;
        desk.say(Command::OpenAttempt(AttemptId(attempt)));
        // In the sun the digits may be unreadable; the attempt then ends at once.
        desk.wait(ANSWER, |pair| !pair.events.is_empty() || !pair.troubles.is_empty());
        if matches!(desk.pair.events.first(), Some(Event::NumberBRead { .. })) {
            desk.pair.events.clear();
            desk.compare(attempt, &faces.photo);
        }
        let (verdict, told) = desk.verdict(attempt).granted("face_is_compared")?;
        let light_told = told.face_lux.map_or(least_light == Stated::Unknown, |told| told == lux);
        judge(light_told, || format!("{lux} lux on the face, told {told:?}"))?;
        let sun_told = told.slot_in_sun.map_or(!minds_sun, |told| told == sun);
        judge(sun_told, || format!("sun on the slot: {sun}, told {told:?}"))?;
        let too_dark = matches!(least_light, Stated::As(least) if lux < least);
        judge(too_dark == (verdict == FaceVerdict::TooDark), || format!("{verdict:?} at {lux} lux"))?;
    }
    Ok(())
}

fn ends_with(desk: &mut Desk, attempt: u64, wanted: FaceVerdict) -> Step<()> {
    let (verdict, _) = desk.verdict(attempt)?;
    need(verdict == wanted, || format!("{verdict:?} in place of {wanted:?}"))
}

pub(in super::super) fn typed_pin_is_told(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    for (tries_left, digits) in [(3, b"7391"), (2, b"0000"), (1, b"9876"), (3, b"0012"), (2, b"1234")] {
        desk.ask(ask_pin(tries_left)).judged()?;
        desk.answer(Answer::Pin(*digits)).judged()?;
        let event = desk.hear("PIN entered").judged()?;
        judge(typed(&event, digits), || String::from("the digits told are not those that were typed"))?;
        desk.see(&Wanted::Nothing).judged_in("after the PIN")?;
    }
    Ok(())
}

pub(in super::super) fn unwanted_pin_is_told(kit: &Kit) -> Step<()> {
    let mut desk = Stage::Pin.reach(kit)?;
    desk.answer(Answer::CancelPad).judged()?;
    desk.hear("PIN cancelled").judged().map(drop)
}

pub(in super::super) fn visual_check_is_offered(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    let (face, pin, visual) = (Method::Face, Method::Pin, Method::Visual);
    let offers = [
        vec![visual],
        vec![face, visual],
        vec![visual, face],
        vec![pin, visual],
        vec![visual, pin],
        vec![face, pin, visual],
        vec![face, visual, pin],
        vec![pin, face, visual],
        vec![pin, visual, face],
        vec![visual, face, pin],
        vec![visual, pin, face],
    ];
    for offered in offers {
        for touched in &offered {
            desk.ask(Command::OfferMethods(offered.clone())).judged()?;
            desk.answer(Answer::Method(*touched)).judged()?;
            let event = desk.hear("method chosen").judged()?;
            judge(chosen(&event, *touched), || {
                format!("{event:?}, but {touched:?} of {offered:?} was touched")
            })?;
        }
    }
    Ok(())
}

pub(in super::super) fn typed_passcode_is_told(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    passcodes_are_told(&mut desk, "no card lies there")?;
    desk.place_card().granted("card_events_alternate")?;
    passcodes_are_told(&mut desk, "a card lies there")
}

fn passcodes_are_told(desk: &mut Desk, circumstances: &str) -> Step<()> {
    for (drawn, digits) in [(3, b"8264"), (2, b"0000"), (1, b"9876"), (3, b"0012"), (2, b"1234")] {
        desk.ask(ask_passcode(drawn)).judged_in(circumstances)?;
        desk.answer(Answer::Passcode(*digits)).judged_in(circumstances)?;
        let event = desk.hear("passcode entered").judged_in(circumstances)?;
        judge(typed_passcode(&event, digits), || {
            format!("{circumstances}: the digits told are not those that were typed")
        })?;
        desk.see(&Wanted::Nothing).judged_in(circumstances)?;
        desk.ask(ask_pin(drawn)).granted("typed_pin_is_told")?;
        desk.answer(Answer::Pin(*digits)).granted("typed_pin_is_told")?;
        desk.hear("PIN entered").judged_in("a PIN after the passcode")?;
    }
    Ok(())
}

pub(in super::super) fn unwanted_passcode_is_told(kit: &Kit) -> Step<()> {
    let mut desk = Stage::Passcode.reach(kit)?;
    desk.answer(Answer::CancelPad).judged()?;
    desk.hear("PIN cancelled").judged()?;
    desk.see(&Wanted::Nothing).judged_in("after the passcode was cancelled")?;
    desk.hear_nothing(QUIET).judged()
}

pub(in super::super) fn consent_is_told(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    let everything =
        ConsentScreen { id: String::from("everything-2024-10"), items: ConsentItem::ALL.to_vec() };
    for (screen, agreed) in
        [(medical(), true), (checkups(), false), (medical(), false), (checkups(), true), (everything, true)]
    {
        let id = screen.id.clone();
        desk.ask(Command::AskConsent(screen)).judged()?;
        desk.answer(Answer::Consent(agreed)).judged()?;
        let event = desk.hear("consent answered").judged()?;
        judge(consented(&event, &id, decision(agreed)), || {
            format!("{event:?}, but {id} was answered with {:?}", decision(agreed))
        })?;
    }
    Ok(())
}

pub(in super::super) fn every_item_reaches_the_screen(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    let alone = ConsentItem::ALL.map(|item| vec![item]);
    let backwards = ConsentItem::ALL.into_iter().rev().collect();
    for items in alone.into_iter().chain([ConsentItem::ALL.to_vec(), backwards]) {
        let screen = ConsentScreen { id: String::from("items"), items };
        desk.ask(Command::AskConsent(screen)).judged()?;
        desk.answer(Answer::Consent(true)).judged()?;
        desk.hear("consent answered").granted("consent_is_told")?;
    }
    Ok(())
}

pub(in super::super) fn document_is_told_as_read(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    if !Profile::has(desk.profile.document_ocr) {
        return Ok(());
    }
    let printed = "number=12345678\nvalid_until=2027-03-31";
    desk.act(Act::Document(Some(String::from(printed))))?;
    desk.say(Command::ReadDocument);
    let event = desk.hear("document read").judged()?;
    let read = match &event {
        Event::DocumentRead(Some(reading)) => reading.expose(Purpose::Simulate).fields.clone(),
        _ => Vec::new(),
    };
    for line in printed.lines() {
        let told = read.iter().any(|(name, value)| format!("{name}={value}") == line);
        judge(told, || format!("{line} stands on the certificate and is not told"))?;
    }
    desk.act(Act::Document(None))?;
    desk.say(Command::ReadDocument);
    desk.see_within(&Wanted::Document, SOON).or_else(|_| desk.see(&Wanted::Nothing))?;
    let event = desk.hear("document read").judged_in("nothing lies under the camera")?;
    judge(matches!(event, Event::DocumentRead(None)), || String::from("something was read from nothing"))
}

pub(in super::super) fn an_answer_is_told_once(kit: &Kit) -> Step<()> {
    for stage in Stage::answered() {
        let mut desk = stage.reach(kit)?;
        let Some((doing, wanted)) = stage.next(kit)? else { continue };
        told_once(&mut desk, doing, wanted).judged_in(format_args!("at {stage:?}"))?;
    }
    unwanted_pin_is_told(kit).granted("unwanted_pin_is_told")?;
    unwanted_passcode_is_told(kit).granted("unwanted_passcode_is_told")?;
    for pad in [Stage::Pin, Stage::Passcode] {
        let mut desk = pad.reach(kit)?;
        let cancels = Doing::Answer(Answer::CancelPad);
        told_once(&mut desk, cancels, "PIN cancelled").judged_in(format_args!("at {pad:?}"))?;
    }
    Ok(())
}

/// What the driver says of the answer is lost for a while, so that the unit says it again.
fn told_once(desk: &mut Desk, doing: Doing, wanted: &str) -> Step<()> {
    desk.pass(LOST);
    desk.pair.lose_receipts();
    desk.go(doing)?;
    desk.pass(LOST);
    desk.pair.lose_nothing();
    desk.pass(ANSWER);
    let told: Vec<_> = desk.pair.events.iter().map(Event::name).collect();
    let given_up = desk.pair.troubles.len() == 1 && told.is_empty();
    need(told == [wanted] || given_up, || format!("{wanted} was to be told once; {}", desk.story()))
}
