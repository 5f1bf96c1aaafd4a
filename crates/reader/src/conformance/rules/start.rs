//! From the open link to a unit that may be used.

use super::{Desk, Judged as _, Kit, Stage, Step, UnitConfig, judge, need};
use crate::conformance::desk::{QUIET, SERIAL, Wanted};
use crate::conformance::{Act, desk};
use crate::{Event, Input};
use std::time::Duration;

pub(in super::super) fn the_factory_tells_the_truth(kit: &Kit) -> Step<()> {
    let desk = Desk::open(kit);
    let (factory, driver) = (kit.factory.profile(), desk.pair.driver.profile());
    judge(factory == driver, || String::from("the driver's profile is not the factory's"))?;
    let (factory, unit) = (kit.factory.link(), desk.pair.firmware.link());
    judge(factory == unit, || format!("the factory's link is {factory:?}, the unit's {unit:?}"))?;
    let patience = kit.factory.patience();
    judge(patience.silence <= Duration::from_secs(6), || format!("{patience:?}: a silence of at most 6 s"))?;
    judge(patience.start <= Duration::from_secs(120), || format!("{patience:?}: a start of at most 120 s"))
}

pub(in super::super) fn ready_comes_once(kit: &Kit) -> Step<()> {
    let mut desk = Desk::open(kit);
    let (unit, _) = desk.wait_ready().judged()?;
    judge(unit.serial == SERIAL, || format!("the unit's serial number is {SERIAL}, not {:?}", unit.serial))?;
    desk.act(Act::PlaceCard(desk::card()?))?;
    desk.say(desk::methods());
    desk.pass(QUIET);
    let again = desk.pair.events.iter().any(|event| matches!(event, Event::Ready { .. }));
    judge(!again, || format!("ready came again; {}", desk.story()))
}

pub(in super::super) fn nothing_comes_before_ready(kit: &Kit) -> Step<()> {
    let start_up = kit.factory.patience().start / 2;
    let mut desk = Desk::unopened(kit, UnitConfig { start_up, ..UnitConfig::default() });
    desk.pair.act(Act::PlaceCard(desk::card()?));
    desk.pair.input(Input::LinkOpened);
    desk.pass(start_up / 2);
    desk.pair.act(Act::TakeCard);
    desk.pair.act(Act::PlaceCard(desk::card()?));
    desk.wait(kit.factory.patience().start, |pair| !pair.events.is_empty() || !pair.troubles.is_empty());
    let first = desk.pair.events.first().map(Event::name);
    need(first.is_some(), || {
        format!("nothing came at all; mend `slow_start_is_waited_for` first; {}", desk.story())
    })?;
    judge(first == Some("ready"), || format!("first came {first:?}"))
}

pub(in super::super) fn ready_tells_the_card(kit: &Kit) -> Step<()> {
    let mut without = Desk::open(kit);
    let (_, card) = without.wait_ready().granted("ready_comes_once")?;
    judge(!card, || String::from("ready tells of a card, but none lies there"))?;
    let mut with = Desk::unopened(kit, UnitConfig::default());
    with.act(Act::PlaceCard(desk::card()?))?;
    with.pair.input(Input::LinkOpened);
    let (_, card) = with.wait_ready().granted("ready_comes_once")?;
    judge(card, || String::from("a card lies there, but ready does not tell of it"))?;
    with.hear_nothing(QUIET).judged_in("after ready told of the card")?;
    with.act(Act::TakeCard)?;
    with.hear("card taken").judged().map(drop)
}

pub(in super::super) fn slow_start_is_waited_for(kit: &Kit) -> Step<()> {
    Stage::Opened.reach(kit)?.wait_ready().judged().map(drop)
}

pub(in super::super) fn another_model_is_refused(kit: &Kit) -> Step<()> {
    refused(
        kit,
        UnitConfig { model: Some(String::from("OTHER-1")), ..UnitConfig::default() },
        "READER_WRONG_MODEL",
    )
}

pub(in super::super) fn failed_self_test_is_a_fault(kit: &Kit) -> Step<()> {
    refused(kit, UnitConfig { self_test: 7, ..UnitConfig::default() }, "READER_FAULT")
}

pub(in super::super) fn silence_from_the_start_is_given_up(kit: &Kit) -> Step<()> {
    let start_up = Duration::from_secs(36_000);
    refused(kit, UnitConfig { start_up, ..UnitConfig::default() }, "READER_SILENT")
}

/// The unit is given up with this code and was never ready.
fn refused(kit: &Kit, config: UnitConfig, code: &str) -> Step<()> {
    let mut desk = Desk::open_with(kit, config);
    desk.fault_within(desk.patience.start, &[code]).judged()?;
    judge(desk.pair.events.is_empty(), || format!("something was told of it; {}", desk.story()))
}

pub(in super::super) fn a_new_driver_begins_anew(kit: &Kit) -> Step<()> {
    let mut desk = Stage::Pin.reach(kit)?;
    desk.pair.input(Input::LinkClosed);
    desk.pass(QUIET);
    desk.begin_anew();
    desk.wait_ready().judged_in("a new driver on a unit that was in use")?;
    desk.see(&Wanted::Nothing).judged_in("what the old driver asked is forgotten")?;
    desk.hear_nothing(QUIET).judged()
}
