//! Reader, tray and slot: who is there, which card lies where, and what it means that it is gone.

use super::{Clearing, Slot, State, Station};
use crate::io::{Effect, Now, Refusal, SlotChange};
use crate::steps::Step;
use crate::timers::Timer;
use failure::codes;
use model::FailureCode;
use reader::{Command, Lamp, Language, Notice, Sound};

impl Station {
    pub(super) fn reader_is_ready(&mut self, card: bool, now: Now) -> Result<(), Refusal> {
        self.reader_ready = true;
        // A card that lies there already was not placed for us, also if the slot sees it only later.
        self.tray = card;
        self.speak(Language::default());
        if matches!(self.state, State::Visit(_)) {
            // The reader was lost and this was not told: the visit at it is over all the same.
            self.give_up_visit(codes::READER_UNPLUGGED, now);
            self.leave(State::OutOfOrder);
            self.effects.push_back(Effect::LetGo);
        }
        self.settle_order(now);
        Ok(())
    }

    pub(super) fn reader_lost(&mut self, code: FailureCode, now: Now) -> Result<(), Refusal> {
        self.reader_ready = false;
        self.tray = false;
        let in_visit = self.visit().is_some();
        self.give_up_visit(code, now);
        self.out_of_order(code, now);
        if in_visit {
            self.effects.push_back(Effect::LetGo);
        }
        Ok(())
    }

    pub(super) fn slot_changed(&mut self, change: SlotChange, now: Now) -> Result<(), Refusal> {
        self.slot = match change {
            SlotChange::Present { count } => Slot::Card(count),
            SlotChange::Empty => Slot::Empty,
            SlotChange::Unusable(code) => Slot::Unusable(code),
        };
        if let Slot::Unusable(code) = self.slot {
            let in_visit = self.visit().is_some();
            self.give_up_visit(code, now);
            if self.reader_ready {
                self.out_of_order(code, now);
            }
            if in_visit {
                self.effects.push_back(Effect::LetGo);
            }
            return Ok(());
        }
        self.presence_changed(now);
        Ok(())
    }

    pub(super) fn card_placed(&mut self, now: Now) -> Result<(), Refusal> {
        self.tray = true;
        if let State::Clearing(clearing) = &mut self.state {
            // A reader that comes back tells of a card that lay there all the time, too.
            if clearing.emptied {
                clearing.placed_again = true;
                self.set_timer(Timer::Clearing, self.config.deadlines.clear, now);
            }
        }
        self.presence_changed(now);
        Ok(())
    }

    pub(super) fn card_taken(&mut self, now: Now) -> Result<(), Refusal> {
        self.tray = false;
        if let State::Clearing(clearing) = &mut self.state {
            clearing.emptied = true;
            clearing.placed_again = false;
        }
        self.presence_changed(now);
        Ok(())
    }

    fn presence_changed(&mut self, now: Now) {
        let in_slot = matches!(self.slot, Slot::Card(_));
        match &mut self.state {
            State::Starting => self.settle_order(now),
            State::OutOfOrder if self.reader_ready => self.settle_order(now),
            State::OutOfOrder => {}
            State::Idle | State::Armed(_) if self.tray || in_slot => {
                self.begin_visit(now);
                self.presence_changed(now);
            }
            State::Idle | State::Armed(_) => {}
            State::Clearing(_) if !self.tray && self.slot == Slot::Empty => self.idle(now),
            State::Clearing(_) => {}
            State::Visit(visit) => match (visit.card, self.slot) {
                (Some(known), Slot::Card(count)) if count != known => {
                    self.card_gone(codes::CARD_SWAPPED, now);
                }
                (Some(_), Slot::Card(_)) if self.tray => {}
                (None, Slot::Card(count)) if self.tray => {
                    visit.card = Some(count);
                    self.identify(now);
                }
                (None, _) if self.tray || in_slot => {}
                _ => self.card_gone(codes::CARD_REMOVED_EARLY, now),
            },
        }
    }

    /// The card of this visit is no longer there.
    fn card_gone(&mut self, code: FailureCode, now: Now) {
        // Who leaves when identity could not be confirmed leaves because of that.
        let unconfirmed = self.visit().filter(|visit| matches!(visit.step, Step::Choosing));
        let code = unconfirmed.and_then(|visit| visit.unconfirmed).unwrap_or(code);
        if self.give_up_visit(code, now) {
            self.tell([Command::Cancel, Command::Show(Notice::Failure(code)), Command::Sound(Sound::Alarm)]);
            self.told_until = Some(now.moment.after(self.config.deadlines.told));
        }
        self.clear(!self.tray, now);
        // After patient and desk were told: letting go of a stuck card takes time.
        self.effects.push_back(Effect::LetGo);
    }

    /// The visit goes on without its card or its reader, as far as it can: an answer of the centre becomes a result, with
    /// what was not answered named on it. Whether the patient is to be told that something is missing.
    pub(super) fn give_up_visit(&mut self, code: FailureCode, now: Now) -> bool {
        let Some(visit) = self.visit_mut() else { return false };
        let id = visit.id;
        let step = std::mem::replace(&mut visit.step, Step::Failed);
        let told = match step {
            Step::FetchingScreens(fetching) => {
                self.settle_unasked(fetching, now);
                true
            }
            Step::Asking(asking) => {
                self.settle_unanswered(asking, now);
                true
            }
            Step::Settling | Step::Advising | Step::Done | Step::Failed => false,
            _ => {
                self.effects.push_back(Effect::Failed(id, code));
                true
            }
        };
        if told {
            self.fail_shown(code, now);
        }
        told
    }

    /// Waits until reader and slot are both empty, and says so if they are not soon.
    pub(super) fn clear(&mut self, emptied: bool, now: Now) {
        if !self.tray && self.slot == Slot::Empty {
            self.idle(now);
            return;
        }
        self.leave(State::Clearing(Clearing { emptied, placed_again: false, reminded: false }));
        self.set_timer(Timer::Clearing, self.config.deadlines.clear, now);
        self.changed();
    }

    pub(super) fn clearing_takes_long(&mut self, now: Now) {
        let in_slot = matches!(self.slot, Slot::Card(_));
        let State::Clearing(clearing) = &mut self.state else { return };
        if clearing.placed_again && in_slot {
            // The slot missed a quick change of cards; the tray saw it. The card is powered freshly anyway.
            self.begin_visit(now);
            self.presence_changed(now);
            return;
        }
        if clearing.reminded {
            return;
        }
        clearing.reminded = true;
        // A failure of the visit says more than that its card still lies there.
        self.failure.get_or_insert((codes::CARD_LEFT, now.wall));
        self.tell([
            Command::Show(Notice::CardLeft),
            Command::Light(Lamp::Red),
            Command::Sound(Sound::TakeCard),
        ]);
        self.changed();
    }

    /// The card was not taken in time: say so at once.
    pub(super) fn clear_now(&mut self, now: Now) {
        self.clear(!self.tray, now);
        if matches!(self.state, State::Clearing(_)) {
            self.timers.stop(Timer::Clearing);
            self.clearing_takes_long(now);
        }
    }

    /// After the last word of a visit: if its card is gone already, the next may come.
    pub(super) fn clear_if_gone(&mut self, now: Now) {
        if self.tray && matches!(self.slot, Slot::Card(_)) {
            return;
        }
        self.clear(!self.tray, now);
        if self.tray && matches!(self.state, State::Clearing(_)) {
            // The reader sees the card, the slot does not: the patient reads why, then takes it.
            self.set_timer(Timer::Clearing, self.config.deadlines.take, now);
        }
    }
}
