//! A visit from step to step: how it begins, which input is for whom, how long a step may take, how it ends without a
//! result.

use super::{Closed, State, Station, Visit};
use crate::io::{CardTask, Effect, Input, Now, Refusal, Ticket};
use crate::steps::{Identifying, Step, TypingPin};
use crate::timers::Timer;
use failure::codes;
use model::FailureCode;
use reader::{Command, Lamp, Language, Notice, Sound};
use std::time::Duration;

/// Where a step leads.
pub(super) enum Next {
    Step(Step),
    Fail(FailureCode),
}

/// A step with an input that is not for it, and why.
pub(super) type NotFor = (Box<Step>, Refusal);

impl Station {
    pub(super) fn begin_visit(&mut self, now: Now) {
        // Whoever chose a language at an inviting screen keeps it; the patient before is gone.
        if !matches!(self.state, State::Idle | State::Armed(_)) || self.told_until.is_some() {
            self.speak(Language::default());
        }
        let visual = matches!(self.state, State::Armed(_));
        self.insertion = self.insertion.next();
        self.failure = None;
        self.told_until = None;
        let id = self.draw_visit_id();
        self.leave(State::Visit(Box::new(Visit {
            id,
            card: None,
            visual,
            face_attempts: 0,
            number_b_refused: 0,
            closed: Closed::default(),
            unconfirmed: None,
            registering: None,
            reminders: 0,
            step: Step::Agreeing,
        })));
        self.set_timer(Timer::Step, self.config.deadlines.agree, now);
        self.tell([Command::Show(Notice::Wait), Command::Light(Lamp::Blue)]);
        self.changed();
    }

    pub(super) fn identify(&mut self, now: Now) {
        let ticket = self.task(CardTask::Identify);
        self.go(Step::Identifying(Identifying { ticket }), now);
    }

    /// Everything that only a visit understands.
    pub(super) fn in_visit(&mut self, input: Input, now: Now) -> Result<(), Refusal> {
        let Some(visit) = self.visit_mut() else { return Err(Refusal::NoVisit) };
        let step = std::mem::replace(&mut visit.step, Step::Failed);
        match self.take_step(step, input, now) {
            Ok(Next::Step(step)) => self.go(step, now),
            Ok(Next::Fail(code)) => self.fail(code, now),
            Err((same, refusal)) => {
                if let Some(visit) = self.visit_mut() {
                    visit.step = *same;
                }
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// One step with one input: where it leads, or the same step back.
    fn take_step(&mut self, step: Step, input: Input, now: Now) -> Result<Next, NotFor> {
        match input {
            // The reader cannot ask what this step waits for: nobody is late, the patient least of all.
            Input::Unsupported(kind) => match step {
                Step::Choosing
                | Step::ReadingNumberB(_)
                | Step::Comparing(_)
                | Step::TypingPin(_)
                | Step::TypingPasscode
                | Step::OfferingRegistration(_)
                | Step::Asking(_)
                    if kind.is_question() =>
                {
                    Ok(Next::Fail(codes::READER_UNSUPPORTED))
                }
                step => refuse(step, Refusal::NotAsked),
            },
            Input::Card(ticket, reply) => self.card_answered(step, ticket, reply, now),
            Input::Centre(ticket, reply) => self.centre_answered(step, ticket, reply, now),
            Input::Passcode(ticket, reply) => self.passcode_checked(step, ticket, reply, now),
            Input::Reader(event) => self.patient_acted(step, event, now),
            // The rest never comes here.
            Input::ReaderLost(_)
            | Input::Slot(_)
            | Input::Committed(..)
            | Input::Staff(..)
            | Input::Woken => refuse(step, Refusal::NotAsked),
        }
    }

    // ----- what may happen at any step ------------------------------------------------------------------------

    /// The card lies with its wrong side up: the patient turns it and begins again. Once centre and card talk, the chip
    /// was reached and the side no longer matters.
    pub(super) fn wrong_side(&mut self, now: Now) -> Result<(), Refusal> {
        match self.visit() {
            None => Err(Refusal::NoVisit),
            Some(visit) if !visit.step.is_before_relay() => Err(Refusal::NotAsked),
            Some(_) => {
                self.fail(codes::CARD_WRONG_SIDE, now);
                Ok(())
            }
        }
    }

    /// The patient wants another language: what was asked is asked again, what was shown is shown again.
    pub(super) fn language_chosen(&mut self, language: Language, now: Now) -> Result<(), Refusal> {
        let used = !matches!(self.state, State::Starting | State::OutOfOrder);
        if !used || !self.config.profile.speaks(language) {
            return Err(Refusal::NotOffered);
        }
        self.speak(language);
        match &self.state {
            State::Visit(_) => {
                if self.ask_again() {
                    self.begin_step(now);
                } else {
                    self.show_again();
                }
            }
            State::Idle | State::Armed(_) => {
                // Nobody may come after all: then the screen goes back to Japanese.
                self.told_until = None;
                let armed = matches!(self.state, State::Armed(_));
                let notice = if armed { Notice::VisualArmed } else { Notice::PlaceCard };
                self.tell([Command::Show(notice)]);
                self.set_timer(Timer::Screen, self.config.deadlines.choose, now);
            }
            _ => self.show_again(),
        }
        Ok(())
    }

    /// The same question once more; `false` if this step asks nobody.
    fn ask_again(&mut self) -> bool {
        let Some(visit) = self.visit() else { return false };
        let question = match &visit.step {
            Step::Choosing => Command::OfferMethods(self.methods()),
            Step::TypingPin(TypingPin { left }) => {
                let tries_left = *left;
                Command::AskPin { tries_left, pad: self.draw_pad() }
            }
            Step::TypingPasscode => Command::AskPasscode { pad: self.draw_pad() },
            Step::OfferingRegistration(offering) => Command::AskConsent(offering.asked.clone()),
            Step::Asking(asking) => Command::AskConsent(asking.asked.clone()),
            _ => return false,
        };
        self.tell([question]);
        true
    }

    /// A step took too long. Somebody who is asked is asked once more, in the language chosen, with a sound.
    pub(super) fn step_is_late(&mut self, now: Now) {
        let reminders = self.config.deadlines.reminders;
        let Some(visit) = self.visit_mut() else { return };
        match &visit.step {
            Step::Advising => self.take_card(now),
            Step::Done | Step::Failed => self.clear_now(now),
            step if step.asks_somebody() && visit.reminders < reminders => {
                visit.reminders = visit.reminders.saturating_add(1);
                self.say_failure(codes::PATIENT_SLOW, now);
                self.ask_again();
                self.begin_step(now);
                self.changed();
            }
            Step::Asking(_) => self.stop_asking(codes::PATIENT_GONE, now),
            Step::Agreeing => {
                let code = self.disagreement();
                self.fail(code, now);
            }
            step => {
                let code = step.late();
                self.fail(code, now);
            }
        }
    }

    /// A card in the tray whose chip no slot sees has none, or lies in a sleeve; a card in the slot alone lies on another
    /// reader's tray.
    const fn disagreement(&self) -> FailureCode {
        if self.tray { codes::CARD_NO_CHIP } else { codes::CARD_SLOT_DISAGREES }
    }

    /// Says a failure that does not end the visit.
    pub(super) fn say_failure(&mut self, code: FailureCode, now: Now) {
        self.fail_shown(code, now);
        self.tell([Command::Show(Notice::Failure(code)), Command::Sound(Sound::Alarm)]);
    }

    /// Ends the visit without a result; the card is still there.
    pub(super) fn fail(&mut self, code: FailureCode, now: Now) {
        self.fail_shown(code, now);
        if let Some(visit) = self.visit() {
            self.effects.push_back(Effect::Failed(visit.id, code));
        }
        self.tell([
            Command::Cancel,
            Command::Show(Notice::Failure(code)),
            Command::Light(Lamp::Red),
            Command::Sound(Sound::Alarm),
        ]);
        self.go(Step::Failed, now);
        // After the patient and the desk were told: letting go of a stuck card takes time.
        self.effects.push_back(Effect::LetGo);
        self.clear_if_gone(now);
    }

    /// Enters a step: its deadline starts, and whoever is asked in it has not been reminded yet.
    pub(super) fn go(&mut self, step: Step, now: Now) {
        if let Some(visit) = self.visit_mut() {
            visit.step = step;
            visit.reminders = 0;
        }
        self.begin_step(now);
        self.changed();
    }

    fn begin_step(&mut self, now: Now) {
        let deadlines = self.config.deadlines;
        let Some(visit) = self.visit() else { return };
        let limit = match &visit.step {
            Step::Agreeing => deadlines.agree,
            Step::Identifying(_) => deadlines.identify,
            Step::Choosing => deadlines.choose,
            Step::ReadingNumberB(_) => deadlines.number_b,
            Step::OpeningPhoto(_) => deadlines.photo,
            Step::Comparing(_) => deadlines.compare,
            Step::CountingTries(_) | Step::CheckingPin(_) => deadlines.card,
            Step::TypingPin(_) | Step::TypingPasscode => deadlines.pin,
            Step::CheckingPasscode(_) => deadlines.passcode,
            Step::Confirming => deadlines.confirm,
            Step::Relaying(_) => deadlines.relay,
            Step::OfferingRegistration(_) | Step::Asking(_) => deadlines.consent,
            Step::FetchingScreens(_) => deadlines.answers,
            Step::Settling => {
                self.timers.stop(Timer::Step);
                return;
            }
            Step::Advising => deadlines.advise,
            Step::Done | Step::Failed => deadlines.take,
        };
        self.set_timer(Timer::Step, limit.max(Duration::from_millis(1)), now);
    }

    pub(super) fn task(&mut self, task: CardTask) -> Ticket {
        let ticket = self.ticket();
        self.effects.push_back(Effect::Card(ticket, task));
        ticket
    }
}

/// The input was not for this step.
pub(super) fn refuse(step: Step, refusal: Refusal) -> Result<Next, NotFor> {
    Err((Box::new(step), refusal))
}
