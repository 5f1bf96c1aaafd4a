//! The card in the tray.

use super::{Desk, Judged as _, Kit, Profile, Step};
use crate::conformance::desk::{QUIET, card};
use crate::conformance::{Act, CardFace};

pub(in super::super) fn card_events_alternate(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    for (act, wanted) in [
        (Act::PlaceCard(card()?), ["card placed"].as_slice()),
        (Act::TakeCard, &["card taken"]),
        (Act::PlaceCard(card()?), &["card placed"]),
        // Another card in the place of the first.
        (Act::PlaceCard(card()?), &["card taken", "card placed"]),
        (Act::TakeCard, &["card taken"]),
    ] {
        desk.act(act)?;
        for event in wanted {
            desk.hear(event).judged()?;
        }
    }
    desk.hear_nothing(QUIET).judged()
}

pub(in super::super) fn wrong_side_is_told(kit: &Kit) -> Step<()> {
    let mut desk = Desk::ready(kit)?;
    let told = Profile::has(desk.profile.wrong_side_notice);
    desk.act(Act::PlaceCard(CardFace::turned_over()))?;
    desk.hear("card placed").granted("card_events_alternate")?;
    if told {
        desk.hear("card wrong side").judged_in("a card turned over")?;
    }
    desk.hear_nothing(QUIET).judged_in("a card turned over")?;
    desk.act(Act::TakeCard)?;
    desk.hear("card taken").granted("card_events_alternate")?;
    desk.place_card().granted("card_events_alternate")?;
    desk.hear_nothing(QUIET).judged_in("a card that lies right")
}
