//! The consents that follow from the patient's answers.

use crate::asking::is_spared;
use crate::earlier::{LIFE, holds};
use model::{Consent, ConsentItem, ConsentScreen, Decision, ScreenAnswer, Timestamp};

/// What was asked, and the answers of before that a carry-over stands for.
pub(crate) struct Asked<'a> {
    pub(crate) screens: &'a [ConsentScreen],
    pub(crate) earlier: &'a [Consent],
    /// When the card signed.
    pub(crate) since: Timestamp,
    pub(crate) now: Timestamp,
}

/// The consents that stand, or why the answers are refused.
pub(crate) fn consents(asked: &Asked<'_>, answers: &[ScreenAnswer]) -> Result<Vec<Consent>, &'static str> {
    let carried_by = carried_by(asked, answers);
    let mut consents: Vec<Consent> = Vec::new();
    for (place, answer) in answers.iter().enumerate() {
        if answers.iter().take(place).any(|earlier| earlier.screen == answer.screen) {
            return Err("a screen answered twice");
        }
        let wanted = asked.screens.iter().position(|screen| screen.id == answer.screen);
        let wanted = wanted.ok_or("an answer to a screen that was not wanted")?;
        let Some(screen) = asked.screens.get(wanted) else { continue };
        if carried_by.is_some_and(|carry| carry < wanted) && is_spared(screen) {
            return Err("an answer to a screen that the carry-over stands for");
        }
        // The terminal's clock may be wrong: a consent lies between the card's signature and now.
        let at = answer.at.clamp(asked.since, asked.now.max(asked.since));
        let until = (answer.decision == Decision::Agreed).then(|| at.after(LIFE));
        let consent = |item: &ConsentItem| Consent { item: *item, decision: answer.decision, at, until };
        consents.extend(screen.items.iter().map(consent));
    }
    if let Some(carry) = carried_by {
        consents.extend(carried(asked, carry));
    }
    Ok(consents)
}

/// The place of the screen whose "yes" stands for the later ones.
fn carried_by(asked: &Asked<'_>, answers: &[ScreenAnswer]) -> Option<usize> {
    asked.screens.iter().position(|screen| {
        screen.items.contains(&ConsentItem::CarryOver)
            && answers.iter().any(|answer| answer.screen == screen.id && answer.decision == Decision::Agreed)
    })
}

/// With their own times; what has ended in between is not carried.
fn carried<'a>(asked: &'a Asked<'_>, carry: usize) -> impl Iterator<Item = Consent> + 'a {
    let spared = asked.screens.iter().skip(carry).filter(|screen| is_spared(screen));
    spared.flat_map(|screen| &screen.items).filter_map(|item| {
        asked.earlier.iter().find(|known| known.item == *item && holds(known, asked.now)).cloned()
    })
}
