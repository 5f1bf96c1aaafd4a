//! Units that fail, and links that do.

use super::{Act, Desk, Judged as _, Kit, Stage, Step, UnitConfig, judge};
use crate::conformance::desk::{ANSWER, NUMBER_B, QUIET, SOON, ask_pin, medical, methods};
use crate::conformance::noise::{Babbler, Noise};
use crate::conformance::stage::{PASSCODE, PIN};
use crate::{Command, Input, Notice, PadTouches, Touch};
use model::Moment;
use std::time::Duration;

const UNPLUGGED: &[&str] = &["READER_UNPLUGGED"];
const SILENT: &[&str] = &["READER_SILENT"];
const NOISY: &[&str] = &["READER_GARBLED", "READER_SILENT"];

pub(in super::super) fn own_fault_is_told(kit: &Kit) -> Step<()> {
    for stage in Stage::in_use() {
        let mut desk = stage.reach(kit)?;
        desk.act(Act::ReportFault(3))?;
        desk.fault_within(desk.patience.silence, &["READER_FAULT"])
            .judged_in(format_args!("at {stage:?}"))?;
        judge(desk.pair.events.is_empty(), || format!("something was told of it; {}", desk.story()))?;
    }
    Ok(())
}

pub(in super::super) fn own_restart_is_told(kit: &Kit) -> Step<()> {
    for stage in Stage::in_use() {
        let mut desk = stage.reach(kit)?;
        desk.act(Act::Restart)?;
        desk.fault_within(desk.patience.silence, UNPLUGGED).judged_in(format_args!("at {stage:?}"))?;
        judge(desk.pair.events.is_empty(), || format!("something was told of it; {}", desk.story()))?;
    }
    Ok(())
}

pub(in super::super) fn closed_link_is_told_at_once(kit: &Kit) -> Step<()> {
    for stage in Stage::ALL {
        let mut desk = stage.reach(kit)?;
        closes(&mut desk).judged_in(format_args!("at {stage:?}"))?;
    }
    let mut desk = Stage::Attempt.reach(kit)?;
    desk.pair.freeze(true);
    let faces = kit.drawn_faces();
    desk.compare(super::stage::ATTEMPT, &faces.photo);
    closes(&mut desk).judged_in("while a photo is sent")
}

fn closes(desk: &mut Desk) -> Step<()> {
    desk.pair.input(Input::LinkClosed);
    desk.fault_within(Duration::ZERO, UNPLUGGED)?;
    super::need(desk.pair.events.is_empty(), || format!("something was told of it; {}", desk.story()))
}

pub(in super::super) fn silence_while_idle_is_given_up(kit: &Kit) -> Step<()> {
    falls_silent(kit, &[Stage::Idle, Stage::Card])
}

pub(in super::super) fn silence_in_a_question_is_given_up(kit: &Kit) -> Step<()> {
    let asked =
        [Stage::Methods, Stage::Attempt, Stage::Comparing, Stage::Pin, Stage::Passcode, Stage::Consent];
    falls_silent(kit, &asked)
}

fn falls_silent(kit: &Kit, stages: &[Stage]) -> Step<()> {
    for stage in stages {
        let mut desk = stage.reach(kit)?;
        desk.act(Act::Silence(true))?;
        desk.fault_within(desk.patience.silence, SILENT).judged_in(format_args!("at {stage:?}"))?;
    }
    Ok(())
}

pub(in super::super) fn babble_is_given_up(kit: &Kit) -> Step<()> {
    let noises = [(32, 10), (8, 50), (1, 250), (48, 1_000)];
    for (seed, (bytes, every)) in (0..).zip(noises) {
        let noise = Noise { bytes, every: Duration::from_millis(every) };
        let babbler = || {
            let unit = kit.power_up(UnitConfig::default(), Moment::ZERO);
            Desk::around(kit, Box::new(Babbler::new(unit, noise, seed)))
        };
        let mut desk = babbler();
        desk.act(Act::Babble(true))?;
        desk.pair.input(Input::LinkOpened);
        desk.fault_within(desk.patience.start, NOISY).judged_in(format_args!("{noise:?} from the start"))?;
        for stage in [Stage::Idle, Stage::Pin, Stage::Comparing] {
            let mut desk = babbler();
            desk.pair.input(Input::LinkOpened);
            desk.wait_ready().granted("ready_comes_once")?;
            if stage != Stage::Idle {
                desk.place_card().granted("card_events_alternate")?;
                stage.go_on(kit, &mut desk)?;
            }
            desk.act(Act::Babble(true))?;
            desk.fault_within(desk.patience.silence, NOISY)
                .judged_in(format_args!("{noise:?} at {stage:?}"))?;
            judge(desk.pair.events.is_empty(), || format!("noise was told as an event; {}", desk.story()))?;
        }
    }
    Ok(())
}

pub(in super::super) fn a_slow_unit_is_borne(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    desk.act(Act::Slow(Duration::from_millis(100)))?;
    desk.place_card().judged()?;
    for stage in [Stage::Methods, Stage::Pin, Stage::Passcode, Stage::Consent] {
        stage.go_on(kit, &mut desk).judged()?;
        if let Some((doing, wanted)) = stage.next(kit)? {
            desk.go(doing).judged()?;
            desk.hear(wanted).judged()?;
        }
    }
    Stage::Attempt.go_on(kit, &mut desk).judged()?;
    desk.say(Command::Cancel);
    desk.hear_nothing(QUIET).judged()
}

pub(in super::super) fn a_link_that_stood_still_tells_nothing_wrong(kit: &Kit) -> Step<()> {
    let silence = kit.factory.patience().silence;
    for time in [Duration::from_millis(100), Duration::from_secs(1), silence * 2] {
        for stage in Stage::answered() {
            let mut desk = stage.reach(kit)?;
            let Some((doing, wanted)) = stage.next(kit)? else { continue };
            desk.pair.freeze(true);
            desk.go(doing)?;
            desk.pass(time);
            desk.pair.freeze(false);
            desk.pass(ANSWER);
            let told: Vec<_> = desk.pair.events.iter().map(crate::Event::name).collect();
            let right = told == [wanted] && desk.pair.troubles.is_empty();
            let given_up =
                desk.pair.troubles.len() == 1 && told.len() <= 1 && told.iter().all(|told| *told == wanted);
            judge(right || given_up, || {
                format!("{wanted} or one fault was to come after {time:?} at {stage:?}; {}", desk.story())
            })?;
        }
    }
    Ok(())
}

pub(in super::super) fn idle_stays_idle(kit: &Kit) -> Step<()> {
    const HOUR: Duration = Duration::from_secs(3600);
    /// In a second, at most.
    const WAKEUPS: u64 = 60;
    let mut desk = Desk::ready(kit)?;
    let before = desk.pair.woken;
    desk.pair.run_until(HOUR, 2_000_000, |pair| !pair.events.is_empty() || !pair.troubles.is_empty());
    desk.hear_nothing(Duration::ZERO).judged()?;
    let woken = desk.pair.woken - before;
    judge(woken <= HOUR.as_secs() * WAKEUPS, || format!("woken {woken} times in an idle hour"))
}

pub(in super::super) fn nothing_comes_after_a_fault(kit: &Kit) -> Step<()> {
    for stage in Stage::ALL {
        for trouble in [None, Some(Act::ReportFault(3)), Some(Act::Silence(true))] {
            let mut desk = stage.reach(kit)?;
            let what = format!("{stage:?} and {trouble:?}");
            match trouble {
                None => desk.pair.input(Input::LinkClosed),
                Some(act) => desk.act(act)?,
            }
            desk.wait(desk.patience.start.max(SOON), |pair| !pair.troubles.is_empty());
            if desk.pair.troubles.is_empty() {
                continue;
            }
            still(&mut desk).judged_in(what)?;
        }
    }
    Ok(())
}

/// Whatever comes: no effect and no wakeup.
fn still(desk: &mut Desk) -> Step<()> {
    let now = desk.pair.now;
    let driver = &mut desk.pair.driver;
    let mut inputs = vec![
        Input::Woken,
        Input::Received(&[0x00, 0x02, 0x06, 0x15, 0x7E, 0xC0, 0xFF, 0x30]),
        Input::Command(Command::Show(Notice::Wait)),
        Input::Command(ask_pin(3)),
        Input::Command(methods()),
        Input::Command(Command::Cancel),
        Input::Woken,
        Input::LinkClosed,
    ];
    inputs.extend(PadTouches::new([0, 1, 2, 3]).map(|pad| Input::Touched(Touch::Pad(pad))));
    super::need(driver.next_wakeup().is_none(), || String::from("a wakeup is wanted after the fault"))?;
    for input in inputs {
        let name = format!("{input:?}");
        driver.handle(input, now);
        let effect = driver.poll_effect();
        super::need(effect.is_none(), || format!("{effect:?} upon {name} after the fault"))?;
        super::need(driver.next_wakeup().is_none(), || {
            format!("a wakeup is wanted upon {name} after the fault")
        })?;
    }
    Ok(())
}

pub(in super::super) fn a_flood_of_commands_is_bounded(kit: &Kit) -> Step<()> {
    const FLOOD: usize = 5_000;
    let mut desk = Desk::ready(kit)?;
    for at in 0..FLOOD {
        desk.say(Command::Show(if at % 2 == 0 { Notice::Wait } else { Notice::Done }));
    }
    desk.pass(ANSWER);
    let given_up = desk.pair.troubles.len() == 1;
    let shown = desk.pair.troubles.is_empty() && desk.sees().notice == "done";
    judge(shown || given_up, || format!("neither the last notice nor one fault; {}", desk.story()))?;

    let mut desk = Desk::ready(kit)?;
    desk.pair.freeze(true);
    let most = 4 * desk.profile.photo.most_bytes + 64 * 1024;
    for at in 0..FLOOD {
        desk.say(match at % 4 {
            0 => methods(),
            1 => ask_pin(2),
            2 => Command::Show(Notice::Wait),
            _ => Command::AskConsent(medical()),
        });
        judge(desk.pair.bytes_under_way() <= most, || {
            format!("{} bytes wait on a link that stands still", desk.pair.bytes_under_way())
        })?;
    }
    judge(desk.pair.troubles.len() <= 1, || format!("at most one fault; {}", desk.story()))
}

pub(in super::super) fn faults_tell_no_secret(kit: &Kit) -> Step<()> {
    for stage in [Stage::Pin, Stage::Passcode, Stage::Attempt] {
        for trouble in [
            None,
            Some(Act::Corrupt(u32::MAX)),
            Some(Act::ReportFault(3)),
            Some(Act::Silence(true)),
            Some(Act::Restart),
        ] {
            // Before the secret comes, and after it was told.
            for after in [false, true] {
                let mut desk = stage.reach(kit)?;
                if after {
                    utter(kit, &mut desk, stage)?;
                    desk.pass(QUIET);
                }
                let trouble = match &trouble {
                    Some(Act::Corrupt(pieces)) => Some(Act::Corrupt(*pieces)),
                    Some(Act::ReportFault(number)) => Some(Act::ReportFault(*number)),
                    Some(Act::Silence(silent)) => Some(Act::Silence(*silent)),
                    Some(_) => Some(Act::Restart),
                    None => None,
                };
                match trouble {
                    Some(act) => desk.act(act)?,
                    None => desk.pair.input(Input::LinkClosed),
                }
                if !after && desk.pair.troubles.is_empty() {
                    // A unit that fails may have nothing to say any more.
                    let _silent = utter(kit, &mut desk, stage);
                }
                desk.pass(SOON * 2);
                for text in &desk.pair.fault_texts {
                    let secrets: [&[u8]; 3] = [PIN, PASSCODE, NUMBER_B];
                    judge(!secrets.iter().any(|secret| tells(text, secret)), || {
                        format!("at {stage:?}: {text}")
                    })?;
                }
            }
        }
    }
    Ok(())
}

/// Lets the unit say a secret.
fn utter(kit: &Kit, desk: &mut Desk, stage: Stage) -> Step<()> {
    match stage {
        Stage::Attempt => {
            desk.say(Command::OpenAttempt(crate::AttemptId(super::stage::ATTEMPT + 1)));
            Ok(())
        }
        _ => match stage.next(kit)? {
            Some((doing, _)) => desk.go(doing),
            None => Ok(()),
        },
    }
}

/// Whether a text holds these digits, as text, as a list of bytes, or in hexadecimal.
fn tells(text: &str, digits: &[u8]) -> bool {
    let plain = String::from_utf8_lossy(digits).into_owned();
    let list = digits.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let hex: String = digits.iter().map(|digit| format!("{digit:02x}")).collect();
    [plain, list, hex].iter().any(|form| text.to_ascii_lowercase().contains(form))
}
