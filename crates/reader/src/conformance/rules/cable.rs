//! Whole visits over a damaged wire.

use super::{Desk, Judged as _, Kit, Step, judge};
use crate::conformance::Faces;
use crate::conformance::seeds::seeds;
use crate::conformance::visit::{End, visit};

/// Damaged pieces of a thousand on a cable that works, and on one that hardly does.
const BAD: u16 = 10;
const BROKEN: u16 = 100;

pub(in super::super) fn a_bad_cable_is_mended(kit: &Kit) -> Step<()> {
    let faces = good_cable(kit)?;
    let (mut visits, mut given_up) = (0_u32, Vec::new());
    for seed in seeds(kit) {
        let mut desk = Desk::ready(kit)?;
        desk.pair.mangle(seed, BAD);
        let end = visit(&mut desk, &faces, seed).judged_in(format_args!("seed {seed}"))?;
        judge(end != End::Stalled, || {
            format!("seed {seed}: neither an answer nor a fault; {}", desk.story())
        })?;
        visits += 1;
        if end == End::GivenUp {
            given_up.push((seed, desk.pair.troubles));
        }
    }
    // One piece in a hundred damaged: retransmission is there to mend that.
    judge(given_up.len() * 4 <= visits as usize, || {
        format!("given up in {} of {visits}: {given_up:?}", given_up.len())
    })
}

pub(in super::super) fn a_broken_cable_tells_nothing_wrong(kit: &Kit) -> Step<()> {
    let faces = good_cable(kit)?;
    for seed in seeds(kit) {
        let mut desk = Desk::ready(kit)?;
        desk.pair.mangle_roughly(seed, BROKEN);
        let end = visit(&mut desk, &faces, seed).judged_in(format_args!("seed {seed}"))?;
        // Noise can look like an acknowledgement; the terminal's own limits end a question that is lost by that.
        let ended = end != End::Stalled || desk.pair.had_noise();
        judge(ended, || format!("seed {seed}: neither an answer nor a fault; {}", desk.story()))?;
    }
    Ok(())
}

fn good_cable(kit: &Kit) -> Step<Faces> {
    let faces = kit.drawn_faces();
    let mut desk = Desk::ready(kit)?;
    let end = visit(&mut desk, &faces, 0).granted("the rules about questions")?;
    super::need(end == End::Right, || {
        format!("over a good cable the visit ended {end:?}; {}", desk.story())
    })?;
    Ok(faces)
}
