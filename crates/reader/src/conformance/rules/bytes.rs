//! Bytes in any pieces, and bytes that no unit sends.

use super::{Desk, Judged as _, Kit, Stage, Step, judge};
use crate::conformance::Draw;
use crate::conformance::desk::{ANSWER, SOON};
use crate::conformance::seeds::seeds;
use crate::conformance::visit::{End, visit};
use crate::conformance::{Pair, Pieces};
use crate::{Input, Link};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Pieces of noise for one stage and seed.
const PIECES: usize = 40;
/// Bytes in one piece of a stream at most.
const MOST_BYTES: usize = 300;

pub(in super::super) fn a_visit_goes_right_in_any_pieces(kit: &Kit) -> Step<()> {
    let faces = kit.drawn_faces();
    let mut whole = Desk::ready(kit)?;
    goes_right(&mut whole, &faces).granted("the rules about questions")?;
    for pieces in [Pieces::Bytewise, Pieces::Gathered(Duration::from_millis(20))] {
        let mut desk = Desk::unopened(kit, super::UnitConfig::default());
        desk.pair.cut(pieces);
        desk.pair.input(Input::LinkOpened);
        desk.wait_ready().judged_in(format_args!("{pieces:?}"))?;
        goes_right(&mut desk, &faces).judged_in(format_args!("{pieces:?}"))?;
    }
    Ok(())
}

fn goes_right(desk: &mut Desk, faces: &crate::conformance::Faces) -> Step<()> {
    let end = visit(desk, faces, 0)?;
    super::need(end == End::Right, || format!("the visit ended {end:?}; {}", desk.story()))
}

pub(in super::super) fn arbitrary_bytes_are_borne(kit: &Kit) -> Step<()> {
    for stage in Stage::ALL {
        for seed in seeds(kit).step_by(4) {
            let mut desk = stage.reach(kit)?;
            let mut draw = Draw::new(seed);
            let before = (desk.pair.events.len(), desk.pair.sent);
            for _ in 0..PIECES {
                let piece = noise(&mut draw, kit.factory.link());
                feed(&mut desk, &piece).judged_in(format_args!("seed {seed} at {stage:?}"))?;
            }
            judge(desk.pair.events.len() == before.0, || {
                format!("seed {seed} at {stage:?}: noise was told as an event; {}", desk.story())
            })?;
        }
    }
    Ok(())
}

pub(in super::super) fn damaged_words_are_borne(kit: &Kit) -> Step<()> {
    let words = recorded(kit)?;
    for stage in Stage::ALL {
        for seed in seeds(kit).step_by(4) {
            let mut desk = stage.reach(kit)?;
            let mut draw = Draw::new(seed);
            for _ in 0..PIECES {
                let piece = damaged(&mut draw, &words, kit.factory.link());
                feed(&mut desk, &piece).judged_in(format_args!("seed {seed} at {stage:?}"))?;
            }
        }
    }
    Ok(())
}

/// One piece for the driver: it neither panics nor answers without bound, nor gives up twice.
fn feed(desk: &mut Desk, piece: &[u8]) -> Step<()> {
    desk.pair.most_effects = 0;
    let pair: &mut Pair<_> = &mut desk.pair;
    let fed = catch_unwind(AssertUnwindSafe(|| {
        pair.input(Input::Received(piece));
        pair.run_until(Duration::from_millis(7), 1_000, |_| false);
    }));
    super::need(fed.is_ok(), || format!("it panicked on {} bytes", piece.len()))?;
    let most = 64 + 2 * piece.len();
    super::need(desk.pair.most_effects <= most, || {
        format!("{} effects of one input", desk.pair.most_effects)
    })?;
    let faults = desk.pair.fault_texts.len();
    let livelock = desk.pair.troubles.iter().any(|trouble| trouble == "livelock");
    super::need(faults <= 1 && !livelock, || desk.story())
}

fn noise(draw: &mut Draw, link: Link) -> Vec<u8> {
    let count = match link {
        // Now and then a report of another length.
        Link::Hid { report } if draw.below(4) != 0 => report,
        Link::Hid { .. } | Link::Serial(_) | Link::Tcp => draw.below(MOST_BYTES),
    };
    draw.bytes(count)
}

/// What a unit says in a whole visit, each word once.
fn recorded(kit: &Kit) -> Step<Vec<Vec<u8>>> {
    let faces = kit.drawn_faces();
    let mut desk = Desk::unopened(kit, super::UnitConfig::default());
    desk.pair.record();
    desk.pair.input(Input::LinkOpened);
    desk.wait_ready().granted("ready_comes_once")?;
    goes_right(&mut desk, &faces).granted("the rules about questions")?;
    desk.pass(SOON.min(ANSWER));
    let mut words = desk.pair.recorded();
    words.sort();
    words.dedup();
    Ok(words)
}

/// Words of the unit, cut, joined, doubled and with a few bytes changed.
fn damaged(draw: &mut Draw, words: &[Vec<u8>], link: Link) -> Vec<u8> {
    let mut piece = Vec::new();
    for _ in 0..=draw.below(3) {
        let at = draw.below(words.len());
        piece.extend(words.get(at).into_iter().flatten());
    }
    for _ in 0..draw.below(4) {
        let at = draw.below(piece.len());
        let changed = draw.bits().to_le_bytes()[0];
        if let Some(byte) = piece.get_mut(at) {
            *byte = changed;
        }
    }
    match link {
        Link::Hid { report } if draw.below(4) != 0 => piece.resize(report, 0),
        Link::Hid { .. } | Link::Serial(_) | Link::Tcp => piece.truncate(1 + draw.below(piece.len().max(1))),
    }
    piece
}
