//! Pairs a reader with its slot by one card: placed on that reader, it must come into exactly one slot that is free, at
//! the same time, and go from both at the same time. Anything else is refused with its reason.
//!
//! A machine without I/O: it is told what lies where and what the time is. Readers that have a slot go on with their
//! visits meanwhile: a card that both their tray and their own slot see is theirs, and none of our business.

use failure::codes;
use model::{FailureCode, Moment, ReaderId};
use std::time::Duration;

/// The card must be placed within this.
pub(crate) const PLACE: Duration = Duration::from_secs(60);
/// And taken again within this.
pub(crate) const TAKE: Duration = Duration::from_secs(30);
/// Reader and slot tell of one card within this of each other: PC/SC looks every 0.4 s (card.md section 8.4).
const TOGETHER: Duration = Duration::from_secs(3);

/// Somewhere a card can lie.
#[derive(Debug)]
struct Seen<T> {
    what: T,
    card: bool,
    /// When a card came, since this pairing began.
    came: Option<Moment>,
    /// When it went again.
    went: Option<Moment>,
}

impl<T> Seen<T> {
    const fn new(what: T, card: bool) -> Self {
        Self { what, card, came: None, went: None }
    }

    /// True if a card came that was not there before.
    fn look(&mut self, card: bool, now: Moment) -> bool {
        let came = card && !self.card;
        match (self.card, card) {
            (false, true) => {
                self.came.get_or_insert(now);
                self.went = None;
            }
            (true, false) => self.went = Some(now),
            _ => {}
        }
        self.card = card;
        came
    }
}

/// A slot: its PC/SC name, and the reader that it belongs to.
#[derive(Debug)]
struct Slot {
    name: String,
    owner: Option<ReaderId>,
}

/// Where a pairing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stand {
    /// The card is waited for.
    Place,
    /// Reader and slot have seen it; now it is to be taken.
    Take {
        /// The slot.
        slot: String,
    },
    /// They belong together.
    Paired {
        /// The slot.
        slot: String,
    },
    /// They could not be paired.
    Refused(FailureCode),
}

/// One pairing under way.
#[derive(Debug)]
pub(crate) struct Pairing {
    reader: ReaderId,
    trays: Vec<Seen<ReaderId>>,
    slots: Vec<Seen<Slot>>,
    stand: Stand,
    /// Until when the stand must change.
    until: Moment,
    /// When the first sign of a card was seen.
    first: Option<Moment>,
}

impl Pairing {
    /// Begins with what lies where now: `trays` of every reader that can be used, `slots` with their owners.
    pub(crate) fn begin(
        reader: ReaderId,
        trays: impl IntoIterator<Item = (ReaderId, bool)>,
        slots: impl IntoIterator<Item = (String, Option<ReaderId>, bool)>,
        now: Moment,
    ) -> Self {
        let trays: Vec<_> = trays.into_iter().map(|(reader, card)| Seen::new(reader, card)).collect();
        let slots: Vec<_> =
            slots.into_iter().map(|(name, owner, card)| Seen::new(Slot { name, owner }, card)).collect();
        let ours = trays.iter().find(|tray| tray.what == reader);
        let free_card = slots.iter().any(|slot| slot.what.owner.is_none() && slot.card);
        let stand = match ours {
            None => Stand::Refused(codes::PAIRING_READER_UNREADY),
            Some(tray) if tray.card || free_card => Stand::Refused(codes::PAIRING_NOT_EMPTY),
            Some(_) => Stand::Place,
        };
        Self { reader, trays, slots, stand, until: now.after(PLACE), first: None }
    }

    /// Where it stands.
    pub(crate) const fn stand(&self) -> &Stand {
        &self.stand
    }

    /// When it wants to be told the time.
    pub(crate) fn next_wakeup(&self) -> Moment {
        let window = self.first.map(|first| first.after(TOGETHER));
        let wakeup = match &self.stand {
            Stand::Place => window,
            Stand::Take { slot } => match self.both(slot) {
                Some((tray, seen)) if !tray.card && !seen.card => window,
                Some(_) => self.parting(slot),
                None => None,
            },
            Stand::Paired { .. } | Stand::Refused(_) => None,
        };
        wakeup.unwrap_or(self.until)
    }

    /// A reader's tray; `None` if the reader cannot be used any more.
    pub(crate) fn tray(&mut self, reader: &ReaderId, card: Option<bool>, now: Moment) {
        if *reader == self.reader && card.is_none() {
            return self.refuse(codes::PAIRING_READER_UNREADY);
        }
        let ours = *reader == self.reader;
        let owns_slot = self.owns_slot(reader);
        match self.trays.iter_mut().find(|tray| tray.what == *reader) {
            Some(tray) => {
                let came = tray.look(card.unwrap_or(false), now);
                if came && (ours || !owns_slot) {
                    self.first.get_or_insert(now);
                }
            }
            // It came into use only now: a card that lies there already says nothing.
            None => self.trays.push(Seen::new(reader.clone(), card.unwrap_or(false))),
        }
        self.wake(now);
    }

    /// A slot.
    pub(crate) fn slot(&mut self, name: &str, card: bool, now: Moment) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.what.name == name)
            && slot.look(card, now)
            && slot.what.owner.is_none()
        {
            self.first.get_or_insert(now);
        }
        self.wake(now);
    }

    /// The time has passed.
    pub(crate) fn wake(&mut self, now: Moment) {
        let next = match &self.stand {
            Stand::Place => self.placing(now),
            Stand::Take { slot } => self.taking(slot, now),
            Stand::Paired { .. } | Stand::Refused(_) => return,
        };
        if let Some(next) = next {
            if matches!(next, Stand::Take { .. }) {
                self.until = now.after(TAKE);
            }
            self.stand = next;
        }
    }

    fn refuse(&mut self, code: FailureCode) {
        if matches!(self.stand, Stand::Place | Stand::Take { .. }) {
            self.stand = Stand::Refused(code);
        }
    }

    /// The card is waited for; from its first sign on, everything that belongs to it comes within the window.
    fn placing(&self, now: Moment) -> Option<Stand> {
        let mut came = self.free_slots_that_saw_one();
        let slot = came.next();
        if came.next().is_some() {
            return Some(Stand::Refused(codes::PAIRING_SEVERAL_CARDS));
        }
        let ours = self.ours().is_some_and(|tray| tray.came.is_some());
        match slot {
            Some(slot) if ours => return Some(Stand::Take { slot: slot.what.name.clone() }),
            _ if self.first.is_none() && now >= self.until => {
                return Some(Stand::Refused(codes::PAIRING_NOTHING_CAME));
            }
            _ if self.first.is_none_or(|first| now < first.after(TOGETHER)) => return None,
            _ => {}
        }
        Some(Stand::Refused(match () {
            () if ours && self.foreign_slot_saw_one() => codes::PAIRING_SLOT_TAKEN,
            () if !ours && self.other_reader_saw_one() => codes::PAIRING_OTHER_READER,
            () => codes::PAIRING_ONE_SIDED,
        }))
    }

    /// The card is to be taken from both; no other may come meanwhile. Nothing is decided before the window of its
    /// coming has ended, so that a second card is not overlooked.
    fn taking(&self, slot: &str, now: Moment) -> Option<Stand> {
        if self.free_slots_that_saw_one().nth(1).is_some() || self.unpaired_reader_saw_one() {
            return Some(Stand::Refused(codes::PAIRING_SEVERAL_CARDS));
        }
        let Some((tray, seen)) = self.both(slot) else {
            return Some(Stand::Refused(codes::PAIRING_ONE_SIDED));
        };
        match (tray.card, seen.card) {
            (false, false) if self.first.is_some_and(|first| now >= first.after(TOGETHER)) => {
                let together = match (tray.went, seen.went) {
                    (Some(a), Some(b)) => a.since(b).max(b.since(a)) <= TOGETHER,
                    _ => false,
                };
                let slot = slot.to_owned();
                Some(if together { Stand::Paired { slot } } else { Stand::Refused(codes::PAIRING_ONE_SIDED) })
            }
            (false, false) => None,
            (true, true) if now >= self.until => Some(Stand::Refused(codes::PAIRING_NOTHING_CAME)),
            (true, true) => None,
            _ if self.parting(slot).is_some_and(|end| now >= end) => {
                Some(Stand::Refused(codes::PAIRING_ONE_SIDED))
            }
            _ => None,
        }
    }

    /// The card went from one of the two: when it is too late for the other.
    fn parting(&self, slot: &str) -> Option<Moment> {
        let (tray, seen) = self.both(slot)?;
        let went = match (tray.card, seen.card) {
            (false, true) => tray.went,
            (true, false) => seen.went,
            _ => None,
        };
        // What goes at the very end of the window still goes together.
        went.map(|went| went.after(TOGETHER).after(Duration::from_millis(1)))
    }

    /// The two that have seen the card.
    fn both(&self, slot: &str) -> Option<(&Seen<ReaderId>, &Seen<Slot>)> {
        Some((self.ours()?, self.slots.iter().find(|seen| seen.what.name == slot)?))
    }

    fn ours(&self) -> Option<&Seen<ReaderId>> {
        self.trays.iter().find(|tray| tray.what == self.reader)
    }

    fn owns_slot(&self, reader: &ReaderId) -> bool {
        self.slots.iter().any(|slot| slot.what.owner.as_ref() == Some(reader))
    }

    fn free_slots_that_saw_one(&self) -> impl Iterator<Item = &Seen<Slot>> {
        self.slots.iter().filter(|slot| slot.what.owner.is_none() && slot.came.is_some())
    }

    /// A slot got a card, the reader that it belongs to did not.
    fn foreign_slot_saw_one(&self) -> bool {
        self.slots.iter().any(|slot| {
            let owner = slot.what.owner.as_ref();
            slot.came.is_some()
                && owner.is_some_and(|owner| {
                    !self.trays.iter().any(|tray| tray.what == *owner && tray.came.is_some())
                })
        })
    }

    /// Another reader got a card that did not come into a slot of its own.
    fn other_reader_saw_one(&self) -> bool {
        self.trays.iter().filter(|tray| tray.what != self.reader && tray.came.is_some()).any(|tray| {
            !self.slots.iter().any(|slot| slot.what.owner.as_ref() == Some(&tray.what) && slot.came.is_some())
        })
    }

    fn unpaired_reader_saw_one(&self) -> bool {
        let mut others = self.trays.iter().filter(|tray| tray.what != self.reader && tray.came.is_some());
        others.any(|tray| !self.owns_slot(&tray.what))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops")]

    use super::*;

    /// `front-1` is paired, `front-2` (which has no slot) is beside it, `front-3` has the slot "C".
    fn begin() -> Pairing {
        let trays = ["front-1", "front-2", "front-3"].map(|reader| (id(reader), false));
        let slots = [("A", None), ("B", None), ("C", Some("front-3"))];
        Pairing::begin(
            id("front-1"),
            trays,
            slots.map(|(name, owner)| (name.to_owned(), owner.map(id), false)),
            Moment::ZERO,
        )
    }

    fn id(reader: &str) -> ReaderId {
        reader.parse().unwrap()
    }

    fn at(millis: u64) -> Moment {
        Moment::from_origin(Duration::from_millis(millis))
    }

    /// Plays events such as `+1` (tray of front-1 gets a card) and `-A` (slot A is empty) at their millisecond, waking
    /// the machine whenever it wants; gives where it stands `end` milliseconds after the start.
    fn play(events: &[(u64, &str)], end: u64) -> Stand {
        let mut pairing = begin();
        let until = |pairing: &mut Pairing, end: Moment| {
            while pairing.next_wakeup() <= end && matches!(pairing.stand, Stand::Place | Stand::Take { .. }) {
                let before = (pairing.next_wakeup(), pairing.stand.clone());
                pairing.wake(before.0);
                let after = (pairing.next_wakeup(), pairing.stand.clone());
                assert_ne!(before, after, "a wakeup that leads nowhere comes again and again");
            }
        };
        for (millis, event) in events {
            let now = at(*millis);
            until(&mut pairing, at(millis.saturating_sub(1)));
            let (sign, what) = event.split_at(1);
            let card = sign == "+";
            match what.parse::<u8>() {
                Ok(reader) => pairing.tray(&id(&format!("front-{reader}")), Some(card), now),
                Err(_) => pairing.slot(what, card, now),
            }
        }
        until(&mut pairing, at(end));
        pairing.stand().clone()
    }

    fn take(slot: &str) -> Stand {
        Stand::Take { slot: slot.to_owned() }
    }

    fn paired(slot: &str) -> Stand {
        Stand::Paired { slot: slot.to_owned() }
    }

    const fn refused(code: FailureCode) -> Stand {
        Stand::Refused(code)
    }

    #[test]
    fn one_card_on_the_reader_and_in_one_slot_pairs_them_once_it_is_taken() {
        assert_eq!(play(&[(1000, "+1"), (1400, "+A")], 1500), take("A"));
        assert_eq!(play(&[(1000, "+1"), (1400, "+A"), (9000, "-1"), (9400, "-A")], 9400), paired("A"));
        assert_eq!(play(&[(1000, "+B"), (3900, "+1"), (9000, "-B"), (9400, "-1")], 9400), paired("B"));
    }

    #[test]
    fn nothing_is_decided_before_a_second_card_could_have_come() {
        let quick = [(1000, "+1"), (1400, "+A"), (1600, "-1"), (2000, "-A")];
        assert_eq!(play(&quick, 3999), take("A"));
        assert_eq!(play(&quick, 4000), paired("A"));
        let second = [(1000, "+1"), (1400, "+A"), (1600, "-1"), (2000, "-A"), (2500, "+B")];
        assert_eq!(play(&second, 4000), refused(codes::PAIRING_SEVERAL_CARDS));
    }

    #[test]
    fn two_cards_are_refused_wherever_they_come() {
        assert_eq!(
            play(&[(1000, "+1"), (1400, "+A"), (1500, "+B")], 1500),
            refused(codes::PAIRING_SEVERAL_CARDS)
        );
        assert_eq!(play(&[(1000, "+A"), (1001, "+B")], 1001), refused(codes::PAIRING_SEVERAL_CARDS));
        assert_eq!(
            play(&[(1000, "+1"), (1400, "+A"), (8000, "+2")], 8000),
            refused(codes::PAIRING_SEVERAL_CARDS)
        );
    }

    #[test]
    fn a_card_on_another_reader_is_refused() {
        assert_eq!(play(&[(1000, "+2")], 4000), refused(codes::PAIRING_OTHER_READER));
        assert_eq!(play(&[(1000, "+2"), (1400, "+A")], 4000), refused(codes::PAIRING_OTHER_READER));
        assert_eq!(play(&[(1000, "+3"), (1400, "+A")], 4400), refused(codes::PAIRING_OTHER_READER));
    }

    #[test]
    fn a_slot_of_another_reader_is_refused() {
        assert_eq!(play(&[(1000, "+1"), (1400, "+C")], 4000), refused(codes::PAIRING_SLOT_TAKEN));
    }

    #[test]
    fn a_card_that_only_one_of_them_sees_is_refused() {
        assert_eq!(play(&[(1000, "+1")], 4000), refused(codes::PAIRING_ONE_SIDED));
        assert_eq!(play(&[(1000, "+A")], 4000), refused(codes::PAIRING_ONE_SIDED));
        assert_eq!(play(&[(1000, "+1"), (4100, "+A")], 5000), refused(codes::PAIRING_ONE_SIDED));
        assert_eq!(
            play(&[(1000, "+1"), (1400, "+A"), (9000, "-1")], 12_500),
            refused(codes::PAIRING_ONE_SIDED)
        );
        assert_eq!(
            play(&[(1000, "+1"), (1400, "+A"), (9000, "-A")], 12_500),
            refused(codes::PAIRING_ONE_SIDED)
        );
    }

    #[test]
    fn nothing_is_waited_for_without_bound() {
        assert_eq!(play(&[], 59_999), Stand::Place);
        assert_eq!(play(&[], 60_000), refused(codes::PAIRING_NOTHING_CAME));
        assert_eq!(play(&[(1000, "+1"), (1400, "+A")], 31_400), refused(codes::PAIRING_NOTHING_CAME));
    }

    #[test]
    fn a_visit_at_a_paired_reader_goes_on_beside_it() {
        let visit = [(500, "+3"), (900, "+C"), (1000, "+1"), (1400, "+A"), (2000, "-3"), (2400, "-C")];
        assert_eq!(play(&visit, 3000), take("A"));
        assert_eq!(play(&[(500, "+3"), (900, "+C")], 59_999), Stand::Place);
    }

    #[test]
    fn it_begins_only_where_no_card_lies() {
        let stand = |tray: bool, slot: bool, owned: bool| {
            let slots = [("A".to_owned(), None, slot), ("C".to_owned(), Some(id("front-3")), owned)];
            Pairing::begin(id("front-1"), [(id("front-1"), tray)], slots, Moment::ZERO).stand().clone()
        };
        assert_eq!(stand(true, false, false), refused(codes::PAIRING_NOT_EMPTY));
        assert_eq!(stand(false, true, false), refused(codes::PAIRING_NOT_EMPTY));
        assert_eq!(stand(false, false, true), Stand::Place, "another reader's visit");
        let nobody: [(ReaderId, bool); 0] = [];
        let absent = Pairing::begin(id("front-1"), nobody, [], Moment::ZERO);
        assert_eq!(*absent.stand(), refused(codes::PAIRING_READER_UNREADY));
        let mut lost = begin();
        lost.tray(&id("front-1"), None, at(10));
        assert_eq!(*lost.stand(), refused(codes::PAIRING_READER_UNREADY));
    }
}
