//! Answers that are no longer wanted.

use super::{Act, Answer, Desk, Doing, Judged as _, Kit, Stage, Step, judge};
use crate::conformance::desk::{
    QUIET, Wanted, ask_passcode, ask_pin, checkups, chosen, consented, medical, typed, typed_passcode,
};
use crate::conformance::patient;
use crate::conformance::stage::{ATTEMPT, PASSCODE, PIN};
use crate::profile::Screen;
use crate::{AttemptId, Command, Event, Method};
use model::Decision;
use std::time::Duration;

/// An answer is on the wire so long before the terminal's command meets it: time for a poll, too short for a repeat.
const IN_FLIGHT: Duration = Duration::from_millis(60);

/// Where the answer is when the terminal changes its mind.
#[derive(Debug, Clone, Copy)]
enum Crossing {
    /// Still in the unit.
    InTheUnit,
    /// On the wire.
    OnTheWire,
}

pub(in super::super) fn cancelled_question_stays_unanswered(kit: &Kit) -> Step<()> {
    for stage in [Stage::Methods, Stage::Pin, Stage::Passcode, Stage::Consent, Stage::Comparing] {
        for crossing in [Crossing::InTheUnit, Crossing::OnTheWire] {
            let mut desk = stage.reach(kit)?;
            let Some((doing, _)) = stage.next(kit)? else { continue };
            cross(&mut desk, doing, Command::Cancel, crossing)?;
            let circumstances = format!("{stage:?} answered {crossing:?} and cancelled");
            desk.hear_nothing(QUIET).judged_in(&circumstances)?;
            desk.see(&Wanted::Nothing).judged_in(&circumstances)?;
        }
    }
    Ok(())
}

pub(in super::super) fn replaced_question_stays_unanswered(kit: &Kit) -> Step<()> {
    for crossing in [Crossing::InTheUnit, Crossing::OnTheWire] {
        let circumstances = |what: &str| format!("{what} answered {crossing:?} and replaced");

        let mut desk = Stage::Methods.reach(kit)?;
        let only_pin = || Command::OfferMethods(vec![Method::Pin]);
        cross(&mut desk, Doing::Answer(Answer::Method(Method::Face)), only_pin(), crossing)?;
        desk.hear_nothing(QUIET).judged_in(circumstances("methods"))?;
        desk.see(&Wanted::of(&only_pin())).judged()?;
        desk.answer(Answer::Method(Method::Pin)).judged()?;
        let event = desk.hear("method chosen").judged()?;
        judge(chosen(&event, Method::Pin), || format!("{event:?} after the question was replaced"))?;

        let mut desk = Stage::Consent.reach(kit)?;
        let other = || Command::AskConsent(checkups());
        cross(&mut desk, Doing::Answer(Answer::Consent(true)), other(), crossing)?;
        desk.hear_nothing(QUIET).judged_in(circumstances("consent"))?;
        desk.see(&Wanted::of(&other())).judged()?;
        desk.answer(Answer::Consent(false)).judged()?;
        let event = desk.hear("consent answered").judged()?;
        judge(consented(&event, &checkups().id, Decision::Refused), || {
            format!("{event:?} after {}", medical().id)
        })?;

        let mut desk = Stage::Pin.reach(kit)?;
        if desk.profile.screen == Screen::Reader {
            cross(&mut desk, Doing::Answer(Answer::Pin(*b"9999")), ask_pin(2), crossing)?;
        } else {
            // Keys touched on a panel that was redrawn are keys of the new pad.
            desk.say(ask_pin(2));
        }
        desk.hear_nothing(QUIET).judged_in(circumstances("PIN"))?;
        desk.see(&Wanted::of(&ask_pin(2))).judged()?;
        desk.answer(Answer::Pin(*PIN)).judged()?;
        let event = desk.hear("PIN entered").judged()?;
        judge(typed(&event, PIN), || String::from("digits of the question before were told"))?;
    }
    Ok(())
}

pub(in super::super) fn visual_check_is_told_only_when_offered(kit: &Kit) -> Step<()> {
    for crossing in [Crossing::InTheUnit, Crossing::OnTheWire] {
        let mut desk = Desk::with_card(kit)?;
        let with_staff = Command::OfferMethods(vec![Method::Face, Method::Visual]);
        desk.ask(with_staff).granted("visual_check_is_offered")?;
        let without = || Command::OfferMethods(vec![Method::Face, Method::Pin]);
        cross(&mut desk, Doing::Answer(Answer::Method(Method::Visual)), without(), crossing)?;
        let circumstances = format!("the visual check touched {crossing:?} and no longer offered");
        desk.hear_nothing(QUIET).judged_in(&circumstances)?;
        desk.see(&Wanted::of(&without())).judged_in(&circumstances)?;
        desk.answer(Answer::Method(Method::Pin)).judged_in(&circumstances)?;
        let event = desk.hear("method chosen").judged_in(&circumstances)?;
        judge(chosen(&event, Method::Pin), || format!("{event:?} after {circumstances}"))?;
    }
    Ok(())
}

pub(in super::super) fn digits_stay_with_their_pad(kit: &Kit) -> Step<()> {
    for crossing in [Crossing::InTheUnit, Crossing::OnTheWire] {
        for pad in [Stage::Pin, Stage::Passcode] {
            let mut desk = pad.reach(kit)?;
            let (typed_late, other, answer) = if pad == Stage::Pin {
                (Answer::Pin(*b"9999"), ask_passcode as fn(u8) -> Command, Answer::Passcode(*PASSCODE))
            } else {
                (Answer::Passcode(*b"9999"), ask_pin as fn(u8) -> Command, Answer::Pin(*PIN))
            };
            if desk.profile.screen == Screen::Reader {
                cross(&mut desk, Doing::Answer(typed_late), other(2), crossing)?;
            } else {
                // Keys touched on a panel that was redrawn are keys of the new pad.
                desk.say(other(2));
            }
            let circumstances = format!("{pad:?} answered {crossing:?}, the other pad in its place");
            desk.hear_nothing(QUIET).judged_in(&circumstances)?;
            desk.see(&Wanted::of(&other(2))).judged_in(&circumstances)?;
            desk.answer(answer).judged_in(&circumstances)?;
            let wanted = if pad == Stage::Pin { "passcode entered" } else { "PIN entered" };
            let event = desk.hear(wanted).judged_in(&circumstances)?;
            judge(typed_passcode(&event, PASSCODE) || typed(&event, PIN), || {
                format!("{circumstances}: digits of the pad before were told")
            })?;
        }
    }
    Ok(())
}

pub(in super::super) fn foreign_attempt_is_dropped(kit: &Kit) -> Step<()> {
    for crossing in [Crossing::InTheUnit, Crossing::OnTheWire] {
        // The verdict on the first attempt meets the second on the wire.
        let mut desk = Stage::Comparing.reach(kit)?;
        let faces = kit.drawn_faces();
        let second = AttemptId(ATTEMPT + 1);
        let looks = Doing::Act(Act::ShowFace(Some(faces.same)));
        cross(&mut desk, looks, Command::OpenAttempt(second), crossing)?;
        let event = desk.hear("number B read").judged()?;
        let of_second = matches!(event, Event::NumberBRead { attempt, .. } if attempt == second);
        judge(of_second, || format!("{event:?} of an attempt that is no longer open"))?;
        desk.hear_nothing(QUIET).judged_in("the first attempt was replaced")?;
        desk.compare(second.0, &faces.photo);
        desk.verdict(second.0).judged()?;
    }
    Ok(())
}

/// The patient's answer and the terminal's command cross.
fn cross(desk: &mut Desk, doing: Doing, command: Command, crossing: Crossing) -> Step<()> {
    let act = match doing {
        Doing::Answer(answer) => match (desk.profile.screen, crossing) {
            (Screen::Reader, Crossing::OnTheWire) => {
                return on_the_wire(desk, |desk| desk.answer(answer), command);
            }
            _ => return desk.cross(answer, command),
        },
        Doing::Act(act) => act,
    };
    match crossing {
        Crossing::OnTheWire => on_the_wire(desk, |desk| desk.act(act), command),
        Crossing::InTheUnit => {
            let done = desk.pair.firmware.act(act, desk.pair.now);
            desk.say(command);
            super::need(done, || format!("the unit does not take it; {:?}", patient::sees(&desk.pair)))
        }
    }
}

fn on_the_wire(desk: &mut Desk, answer: impl FnOnce(&mut Desk) -> Step<()>, command: Command) -> Step<()> {
    desk.pair.freeze_to_host(true);
    answer(desk)?;
    desk.pass(IN_FLIGHT);
    desk.say(command);
    desk.pair.freeze_to_host(false);
    Ok(())
}
