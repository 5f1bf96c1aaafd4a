//! From the placed card to a confirmed identity: what each input leads to, and what is asked of reader and card.

use super::{Closed, State, Station, Visit};
use crate::face;
use crate::io::{
    CardReply, CardTask, Effect, Input, Now, NumberBCheck, Operation, PasscodeCheck, PinCheck, Refusal,
    Ticket,
};
use crate::steps::{
    CheckingPasscode, CheckingPin, Comparing, CountingTries, Identifying, OpeningPhoto, ReadingNumberB,
    Relaying, Step, TypingPin,
};
use crate::timers::Timer;
use failure::codes;
use model::{AuditBy, AuditDeed, FailureCode, Verification};
use reader::{Command, Conditions, Event, FaceVerdict, Lamp, Language, Method, Notice, Sound};
use std::time::Duration;

/// After so many failed face attempts the face is no longer offered.
const FACE_ATTEMPTS: u8 = 3;
/// So often the card may refuse 照合番号B in one visit; as with the PIN. The card itself locks after ten (card.md
/// section 3).
const NUMBER_B_TRIES: u8 = 3;

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

    fn patient_acted(&mut self, step: Step, event: Event, now: Now) -> Result<Next, NotFor> {
        match (step, event) {
            (Step::Choosing, Event::MethodChosen(method)) if self.methods().contains(&method) => {
                Ok(match method {
                    Method::Face => self.open_attempt(),
                    Method::Pin => self.count_tries(),
                    Method::Visual => self.ask_passcode(),
                })
            }
            (step @ Step::Choosing, Event::MethodChosen(_)) => refuse(step, Refusal::NotOffered),
            (Step::ReadingNumberB(open), Event::NumberBRead { attempt, number })
                if attempt == open.attempt =>
            {
                self.tell([Command::Show(Notice::Wait)]);
                let ticket = self.task(CardTask::OpenPhoto(number));
                Ok(Next::Step(Step::OpeningPhoto(OpeningPhoto { attempt, ticket })))
            }
            (Step::ReadingNumberB(open), Event::FaceCompared { attempt, verdict, conditions })
                if attempt == open.attempt =>
            {
                Ok(self.early_verdict(verdict, conditions, now))
            }
            (Step::Comparing(open), Event::FaceCompared { attempt, verdict, conditions })
                if attempt == open.attempt =>
            {
                Ok(match face::judge(verdict, conditions, self.config.profile) {
                    Ok(()) => self.relay(Verification::Face),
                    Err(code) => self.not_confirmed(code, now),
                })
            }
            (
                step @ (Step::ReadingNumberB(_) | Step::OpeningPhoto(_) | Step::Comparing(_)),
                Event::NumberBRead { .. } | Event::FaceCompared { .. },
            ) => refuse(step, Refusal::ForeignAttempt),
            (Step::TypingPin(_), Event::PinEntered(pin)) => {
                self.tell([Command::Show(Notice::Wait)]);
                let ticket = self.task(CardTask::CheckPin(pin));
                Ok(Next::Step(Step::CheckingPin(CheckingPin { ticket })))
            }
            (Step::TypingPin(_), Event::PinCancelled) => {
                self.fail_shown(codes::PIN_CANCELLED, now);
                Ok(self.offer_methods())
            }
            (Step::TypingPasscode, Event::PasscodeEntered(passcode)) => {
                self.tell([Command::Show(Notice::Wait)]);
                let ticket = self.ticket();
                self.effects.push_back(Effect::CheckPasscode(ticket, passcode));
                Ok(Next::Step(Step::CheckingPasscode(CheckingPasscode { ticket })))
            }
            (Step::TypingPasscode, Event::PinCancelled) => Ok(self.offer_methods()),
            (step, Event::ConsentAnswered { screen, decision }) => {
                self.consent_answered(step, &screen, decision, now)
            }
            (step, _) => refuse(step, Refusal::NotAsked),
        }
    }

    fn card_answered(
        &mut self,
        step: Step,
        ticket: Ticket,
        reply: Result<CardReply, FailureCode>,
        now: Now,
    ) -> Result<Next, NotFor> {
        let open = match &step {
            Step::Identifying(open) => open.ticket,
            Step::OpeningPhoto(open) => open.ticket,
            Step::CountingTries(open) => open.ticket,
            Step::CheckingPin(open) => open.ticket,
            _ => return refuse(step, Refusal::StaleTicket),
        };
        if ticket != open {
            return refuse(step, Refusal::StaleTicket);
        }
        Ok(match (step, reply) {
            (_, Err(code)) => Next::Fail(code),
            (Step::Identifying(_), Ok(CardReply::Identified)) => self.identified(),
            (Step::OpeningPhoto(OpeningPhoto { attempt, .. }), Ok(CardReply::Photo(photo))) => {
                self.tell([Command::Compare { attempt, photo }]);
                Next::Step(Step::Comparing(Comparing { attempt }))
            }
            (Step::OpeningPhoto(_), Ok(CardReply::NumberB(check))) => self.number_b_refused(check, now),
            (Step::CountingTries(_), Ok(CardReply::PinTries(0))) => self.pin_locked(now),
            (Step::CountingTries(_), Ok(CardReply::PinTries(left))) => self.ask_pin(left, now),
            (Step::CheckingPin(_), Ok(CardReply::Pin(check))) => match check {
                PinCheck::Right => self.relay(Verification::Pin),
                PinCheck::Wrong { left } => self.pin_wrong(left, now),
                PinCheck::Locked => self.pin_locked(now),
            },
            _ => Next::Fail(codes::INTERNAL),
        })
    }

    fn identified(&mut self) -> Next {
        if self.visit().is_some_and(|visit| visit.visual) {
            return self.await_staff();
        }
        self.offer_methods()
    }

    // ----- methods --------------------------------------------------------------------------------------------

    /// What may still lead anywhere; with nothing left the visit ends with what closed the last way.
    pub(super) fn offer_methods(&mut self) -> Next {
        let methods = self.methods();
        if methods.is_empty() {
            let last = self.visit().and_then(|visit| visit.unconfirmed);
            return Next::Fail(last.unwrap_or(codes::INTERNAL));
        }
        self.tell([Command::OfferMethods(methods)]);
        Next::Step(Step::Choosing)
    }

    pub(super) fn methods(&self) -> Vec<Method> {
        let Some(visit) = self.visit() else { return Vec::new() };
        let face = !visit.closed.face && visit.face_attempts < FACE_ATTEMPTS;
        let visual = self.config.passcode && !visit.closed.visual;
        [(Method::Face, face), (Method::Pin, !visit.closed.pin), (Method::Visual, visual)]
            .into_iter()
            .filter_map(|(method, open)| open.then_some(method))
            .collect()
    }

    // ----- face -----------------------------------------------------------------------------------------------

    fn open_attempt(&mut self) -> Next {
        if let Some(visit) = self.visit_mut() {
            visit.face_attempts = visit.face_attempts.saturating_add(1);
        }
        let attempt = self.draw_attempt();
        self.tell([Command::OpenAttempt(attempt)]);
        Next::Step(Step::ReadingNumberB(ReadingNumberB { attempt }))
    }

    /// A verdict before the photo was sent: the reader could not read the card's face, or saw nobody.
    fn early_verdict(&mut self, verdict: FaceVerdict, conditions: Conditions, now: Now) -> Next {
        let code = match face::judge(verdict, conditions, self.config.profile) {
            // A match is only worth something after the photo was sent.
            Ok(()) => codes::FACE_ATTEMPT_FOREIGN,
            Err(code) => code,
        };
        self.not_confirmed(code, now)
    }

    /// A way that did not confirm identity says what would help and lets the patient choose again, PIN included.
    fn not_confirmed(&mut self, code: FailureCode, now: Now) -> Next {
        if let Some(visit) = self.visit_mut() {
            visit.unconfirmed = Some(code);
        }
        self.say_failure(code, now);
        self.offer_methods()
    }

    /// The card did not take what the reader read from its face. Counted like PIN tries: per visit, and by the card's
    /// own counter, whose last try is nobody's to spend.
    fn number_b_refused(&mut self, check: NumberBCheck, now: Now) -> Next {
        let code = match check {
            NumberBCheck::Wrong { .. } => codes::NUMBER_B_WRONG,
            NumberBCheck::LastTry => codes::NUMBER_B_LAST_TRY,
            NumberBCheck::Locked => codes::NUMBER_B_LOCKED,
        };
        if let Some(visit) = self.visit_mut() {
            visit.number_b_refused = visit.number_b_refused.saturating_add(1);
            let may_go_on = matches!(check, NumberBCheck::Wrong { left } if left > 1);
            visit.closed.face = !may_go_on || visit.number_b_refused >= NUMBER_B_TRIES;
        }
        self.not_confirmed(code, now)
    }

    // ----- PIN ------------------------------------------------------------------------------------------------

    pub(super) fn count_tries(&mut self) -> Next {
        let ticket = self.task(CardTask::CountPinTries);
        Next::Step(Step::CountingTries(CountingTries { ticket }))
    }

    /// The reader shows how many tries are left. Before the last one it warns, and the patient still decides.
    fn ask_pin(&mut self, left: u8, now: Now) -> Next {
        if left == 1 {
            self.say_failure(codes::PIN_LAST_TRY, now);
        }
        let pad = self.draw_pad();
        self.tell([Command::AskPin { tries_left: left, pad }]);
        Next::Step(Step::TypingPin(TypingPin { left }))
    }

    fn pin_wrong(&mut self, left: u8, now: Now) -> Next {
        self.say_failure(codes::PIN_WRONG, now);
        self.ask_pin(left, now)
    }

    /// Locked, or a card without PIN (card.md section 3): the face or staff may still confirm.
    fn pin_locked(&mut self, now: Now) -> Next {
        if let Some(visit) = self.visit_mut() {
            visit.closed.pin = true;
        }
        self.not_confirmed(codes::PIN_LOCKED, now)
    }

    // ----- visual check by passcode ---------------------------------------------------------------------------

    fn ask_passcode(&mut self) -> Next {
        let pad = self.draw_pad();
        self.tell([Command::AskPasscode { pad }]);
        Next::Step(Step::TypingPasscode)
    }

    fn passcode_checked(
        &mut self,
        step: Step,
        ticket: Ticket,
        reply: Result<PasscodeCheck, FailureCode>,
        now: Now,
    ) -> Result<Next, NotFor> {
        match step {
            Step::CheckingPasscode(open) if open.ticket == ticket => Ok(match reply {
                Ok(PasscodeCheck::Right) => {
                    // Whoever knows the passcode stands before the patient: typing it is the confirmation.
                    self.note(AuditBy::AtReader, AuditDeed::PersonConfirmed, now);
                    self.relay(Verification::Visual)
                }
                Ok(PasscodeCheck::Wrong) => self.passcode_refused(codes::PASSCODE_WRONG, false, now),
                Ok(PasscodeCheck::Locked) => self.passcode_refused(codes::PASSCODE_LOCKED, true, now),
                Err(code) => Next::Fail(code),
            }),
            step => refuse(step, Refusal::StaleTicket),
        }
    }

    fn passcode_refused(&mut self, code: FailureCode, locked: bool, now: Now) -> Next {
        self.note(AuditBy::AtReader, AuditDeed::PasscodeRefused, now);
        if let Some(visit) = self.visit_mut() {
            visit.closed.visual = locked;
        }
        self.not_confirmed(code, now)
    }

    // ----- on to the centre -----------------------------------------------------------------------------------

    /// Identity is confirmed: the card signs for the centre.
    pub(super) fn relay(&mut self, verification: Verification) -> Next {
        let Some(visit) = self.visit() else { return Next::Fail(codes::INTERNAL) };
        let (visit, registering) = (visit.id, visit.registering);
        let operation = match (verification, registering) {
            (Verification::Pin, None) => Operation::Pin,
            (Verification::Pin, Some(_)) => Operation::RegisterPin,
            (_, None) => Operation::PinLess,
            (_, Some(_)) => Operation::RegisterPinLess,
        };
        self.tell([Command::Show(Notice::Wait)]);
        let ticket = self.ask_centre(crate::io::CentreTask::Relay { operation, visit });
        Next::Step(Step::Relaying(Relaying { ticket, verification, registering }))
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
