//! Commands that ask nothing, and commands that are refused.

use super::{Answer, Desk, Judged as _, Kit, Profile, Stage, Step, judge, need};
use crate::conformance::desk::{
    QUIET, SOON, Wanted, ask_passcode, ask_pin, chosen, consented, medical, methods, typed, typed_passcode,
};
use crate::conformance::patient::{language_word, notice_word};
use crate::conformance::stage::{ATTEMPT, PASSCODE, PIN};
use crate::profile::Screen;
use crate::{AttemptId, Command, Lamp, Language, Method, Notice, PadTouches, Sound, Touch};
use model::{Decision, FailureCode, Pii};

const LANGUAGES: [Language; 4] = [Language::Japanese, Language::English, Language::Chinese, Language::Korean];
const LAMPS: [(Lamp, &str); 4] =
    [(Lamp::Green, "green"), (Lamp::Blue, "blue"), (Lamp::Red, "red"), (Lamp::Off, "off")];
const SOUNDS: [(Sound, &str); 3] =
    [(Sound::Chime, "chime"), (Sound::TakeCard, "take_card"), (Sound::Alarm, "alarm")];

/// Whether the model makes the terminal's sounds, by buzzer or by voice.
const fn sounds(profile: &Profile) -> bool {
    Profile::has(profile.buzzer) || Profile::has(profile.voice)
}

pub(in super::super) fn notices_are_shown(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    for notice in [
        Notice::Wait,
        Notice::Done,
        Notice::TakeCard,
        Notice::Failure(FailureCode::new("CARD_REMOVED_EARLY")),
        Notice::Failure(FailureCode::new("CARD_SLOT_DISAGREES")),
        Notice::OutOfOrder,
        Notice::PlaceCard,
        Notice::VisualArmed,
        Notice::StaffCheck,
        Notice::CardLeft,
    ] {
        desk.say(Command::Show(notice));
        let word = notice_word(notice);
        desk.wait(SOON, |pair| !pair.troubles.is_empty() || super::patient::sees(pair).notice == word);
        let shown = desk.pair.troubles.is_empty() && desk.sees().notice == word;
        // A warning that the model is not known to have may also be refused.
        let refused = notice == Notice::CardLeft
            && !Profile::has(desk.profile.card_left_notice)
            && desk.pair.troubles == ["unsupported Show"];
        judge(shown || refused, || format!("{word} is not shown; {}", desk.story()))?;
    }
    Ok(())
}

pub(in super::super) fn lamp_is_lit(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    if Profile::has(desk.profile.lamp) {
        for (lamp, word) in LAMPS {
            desk.say(Command::Light(lamp));
            let lit = desk.wait(SOON, |pair| pair.firmware.view().lamp == word);
            judge(lit, || format!("the lamp is not {word}; {}", desk.story()))?;
        }
    }
    Ok(())
}

pub(in super::super) fn sounds_are_made(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    if sounds(desk.profile) {
        for (sound, word) in SOUNDS {
            let before = desk.pair.firmware.view().sounds;
            desk.say(Command::Sound(sound));
            desk.pass(QUIET);
            let view = desk.pair.firmware.view();
            judge(view.sound == Some(word) && view.sounds == before + 1, || {
                format!(
                    "{word} was to sound once; {:?} sounded {} times; {}",
                    view.sound,
                    view.sounds - before,
                    desk.story()
                )
            })?;
        }
    }
    Ok(())
}

pub(in super::super) fn languages_are_spoken(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    desk.say(Command::Show(Notice::PlaceCard));
    let spoken = LANGUAGES.into_iter().filter(|language| desk.profile.speaks(*language));
    for language in spoken.chain([Language::Japanese]) {
        desk.say(Command::Speak(language));
        let word = language_word(language);
        desk.wait(SOON, |pair| !pair.troubles.is_empty() || super::patient::sees(pair).language == word);
        judge(desk.pair.troubles.is_empty() && desk.sees().language == word, || {
            format!("the screen does not speak {word}; {}", desk.story())
        })?;
    }
    Ok(())
}

pub(in super::super) fn what_the_profile_lacks_is_refused(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    let profile = desk.profile;
    let mut lacking = Vec::new();
    if !Profile::has(profile.lamp) {
        lacking.extend(LAMPS.map(|(lamp, _)| Command::Light(lamp)));
    }
    if !sounds(profile) {
        lacking.extend(SOUNDS.map(|(sound, _)| Command::Sound(sound)));
    }
    if !Profile::has(profile.document_ocr) {
        lacking.push(Command::ReadDocument);
    }
    let unspoken = LANGUAGES.into_iter().filter(|language| !profile.speaks(*language));
    lacking.extend(unspoken.map(Command::Speak));
    for command in lacking {
        refused(&mut desk, command)?;
    }
    Ok(())
}

pub(in super::super) fn too_large_a_photo_is_refused(kit: &Kit) -> Step<()> {
    let mut desk = Stage::Attempt.reach(kit)?;
    let photo = Pii::new(vec![0xFF; desk.profile.photo.most_bytes + 1]);
    refused(&mut desk, Command::Compare { attempt: AttemptId(ATTEMPT), photo })
}

pub(in super::super) fn comparing_needs_the_open_attempt(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    let photo = kit.drawn_faces().photo;
    let compare = |attempt| Command::Compare { attempt: AttemptId(attempt), photo: photo.clone() };
    refused(&mut desk, compare(ATTEMPT))?;
    desk.open_attempt(ATTEMPT).granted("number_b_is_told_as_read")?;
    refused(&mut desk, compare(ATTEMPT + 1))?;
    desk.say(Command::Cancel);
    desk.see(&Wanted::Nothing).granted("cancelled_question_stays_unanswered")?;
    refused(&mut desk, compare(ATTEMPT))
}

/// Refused once, by name, and nothing of it reaches the unit.
fn refused(desk: &mut Desk, command: Command) -> Step<()> {
    // Past every wakeup that was due, so that nothing else is sent at this moment.
    desk.pass(QUIET);
    need(desk.pair.troubles.is_empty(), || format!("trouble before the command; {}", desk.story()))?;
    let wanted = format!("unsupported {:?}", command.kind());
    let (sent, seen, view) = (desk.pair.sent, desk.sees(), desk.pair.firmware.view());
    desk.say(command);
    judge(desk.pair.troubles == [wanted.as_str()], || format!("{wanted} was to come; {}", desk.story()))?;
    judge(desk.pair.sent == sent, || format!("{wanted}, but something was sent"))?;
    desk.pass(QUIET);
    let after = desk.pair.firmware.view();
    let same = desk.sees() == seen && (after.lamp, after.sounds) == (view.lamp, view.sounds);
    judge(same && desk.pair.troubles.len() == 1, || {
        format!("{wanted}, but it had an effect; {}", desk.story())
    })?;
    desk.pair.troubles.clear();
    Ok(())
}

pub(in super::super) fn telling_ends_no_question(kit: &Kit) -> Step<()> {
    let mut desk = Stage::Pin.reach(kit)?;
    desk.say(Command::Show(Notice::Wait));
    if sounds(desk.profile) {
        desk.say(Command::Sound(Sound::Chime));
    }
    if Profile::has(desk.profile.lamp) {
        desk.say(Command::Light(Lamp::Blue));
    }
    if desk.profile.speaks(Language::English) {
        desk.say(Command::Speak(Language::English));
    }
    desk.pass(QUIET);
    desk.see(&Wanted::Pin { tries_left: 3 }).judged()?;
    desk.answer(Answer::Pin(*PIN)).judged()?;
    desk.hear("PIN entered").judged().map(drop)
}

pub(in super::super) fn a_notice_ends_no_question(kit: &Kit) -> Step<()> {
    /// As a slow patient is reminded.
    const REMINDER: Notice = Notice::Failure(FailureCode::new("PATIENT_SLOW"));
    for stage in [Stage::Methods, Stage::Pin, Stage::Passcode, Stage::Consent, Stage::Comparing] {
        let mut desk = Desk::with_card(kit)?;
        desk.say(Command::Show(Notice::Wait));
        stage.go_on(kit, &mut desk).judged_in(format_args!("a notice before {stage:?}"))?;
        let asked = desk.sees().asked;
        for notice in [REMINDER, Notice::StaffCheck, REMINDER] {
            desk.say(Command::Show(notice));
            desk.pass(QUIET);
            let seen = desk.sees();
            judge(seen.asked == asked && seen.notice == notice_word(notice), || {
                format!("{} was to stand beside {stage:?}; {}", notice_word(notice), desk.story())
            })?;
        }
        still_answered(kit, &mut desk, stage).judged_in(format_args!("notices during {stage:?}"))?;
    }
    // All at one moment: the question meets notices that still wait for the wire.
    for stage in [Stage::Methods, Stage::Pin, Stage::Passcode, Stage::Consent] {
        let mut desk = Desk::with_card(kit)?;
        desk.say(Command::Show(REMINDER));
        desk.say(question(stage));
        desk.say(Command::Show(REMINDER));
        let circumstances = format!("a notice, {stage:?} and a notice at one moment");
        desk.see(&Wanted::of(&question(stage))).judged_in(&circumstances)?;
        desk.pass(QUIET);
        desk.see(&Wanted::of(&question(stage))).judged_in(&circumstances)?;
        still_answered(kit, &mut desk, stage).judged_in(&circumstances)?;
    }
    Ok(())
}

fn question(stage: Stage) -> Command {
    match stage {
        Stage::Pin => ask_pin(3),
        Stage::Passcode => ask_passcode(3),
        Stage::Consent => Command::AskConsent(medical()),
        _ => methods(),
    }
}

/// The patient answers, and it is told as it was answered.
fn still_answered(kit: &Kit, desk: &mut Desk, stage: Stage) -> Step<()> {
    let Some((doing, wanted)) = stage.next(kit)? else { return Ok(()) };
    desk.go(doing)?;
    let event = desk.hear(wanted)?;
    let right = match stage {
        Stage::Methods => chosen(&event, Method::Pin),
        Stage::Pin => typed(&event, PIN),
        Stage::Passcode => typed_passcode(&event, PASSCODE),
        Stage::Consent => consented(&event, &medical().id, Decision::Agreed),
        _ => true,
    };
    need(right, || format!("{event:?} is not what was answered"))
}

pub(in super::super) fn the_screen_is_drawn_by_its_owner(kit: &Kit) -> Step<()> {
    let mut desk = Desk::with_card(kit)?;
    desk.say(Command::Show(Notice::Wait));
    desk.pass(QUIET);
    desk.say(methods());
    desk.pass(QUIET);
    match desk.profile.screen {
        Screen::Reader => judge(desk.pair.panel.is_none(), || String::from("the unit draws its own screen")),
        Screen::Terminal => judge(desk.pair.panel.is_some(), || String::from("nothing is drawn")),
    }
}

pub(in super::super) fn a_touch_that_was_not_offered_is_dropped(kit: &Kit) -> Step<()> {
    let Some(pad) = PadTouches::new([0, 1, 2, 3]) else { return Ok(()) };
    let drawn = kit.factory.profile().screen == Screen::Terminal;
    let stages = [
        Stage::Idle,
        Stage::Card,
        Stage::Methods,
        Stage::Pin,
        Stage::Passcode,
        Stage::Consent,
        Stage::Attempt,
    ];
    for stage in stages {
        let mut desk = stage.reach(kit)?;
        if stage == Stage::Methods && drawn {
            desk.ask(Command::OfferMethods(vec![Method::Pin])).granted("chosen_method_is_told")?;
        }
        let consent = |screen: &str| Touch::Consent { screen: screen.to_owned(), decision: Decision::Agreed };
        let mut foreign =
            vec![Touch::Method(Method::Face), Touch::Method(Method::Visual), consent("another")];
        if !matches!(stage, Stage::Pin | Stage::Passcode) || !drawn {
            foreign.extend([Touch::Pad(pad.clone()), Touch::PadCancel]);
        }
        if stage != Stage::Consent || !drawn {
            foreign.push(consent(&medical().id));
        }
        for touch in foreign {
            desk.pair.touch(touch);
        }
        desk.hear_nothing(QUIET / 2).judged_in(format_args!("touches at {stage:?} that nothing offers"))?;
    }
    Ok(())
}
