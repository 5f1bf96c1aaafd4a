//! From the placed card to a confirmed identity: methods, face, PIN and passcode, up to the relay.

use super::Station;
use super::progress::{Next, NotFor, refuse};
use crate::face;
use crate::io::{
    CardReply, CardTask, CentreTask, Effect, Now, NumberBCheck, Operation, PasscodeCheck, PinCheck, Refusal,
    Ticket,
};
use crate::steps::{
    CheckingPasscode, CheckingPin, Comparing, CountingTries, OpeningPhoto, ReadingNumberB, Relaying, Step,
    TypingPin,
};
use failure::codes;
use model::{AuditBy, AuditDeed, FailureCode, Verification};
use reader::{Command, Conditions, Event, FaceVerdict, Method, Notice};

/// After so many failed face attempts the face is no longer offered.
const FACE_ATTEMPTS: u8 = 3;
/// So often the card may refuse 照合番号B in one visit; as with the PIN. The card itself locks after ten (card.md
/// section 3).
const NUMBER_B_TRIES: u8 = 3;

impl Station {
    pub(super) fn patient_acted(&mut self, step: Step, event: Event, now: Now) -> Result<Next, NotFor> {
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

    pub(super) fn card_answered(
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
        if self.has_enough_to_settle() {
            // The centre does not keep up; the card signs later, and nothing is lost.
            return Next::Fail(codes::CENTRE_SILENT);
        }
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

    pub(super) fn passcode_checked(
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
        let ticket = self.ask_centre(CentreTask::Relay { operation, visit });
        Next::Step(Step::Relaying(Relaying { ticket, verification, registering }))
    }
}
