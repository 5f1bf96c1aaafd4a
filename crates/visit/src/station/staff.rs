//! What staff do: arm the visual check, confirm the person, have the consents asked again, end a visit. Each deed is
//! noted with who did it.

use super::progress::Next;
use super::{Armed, State, Station};
use crate::io::{CentreTask, Effect, Now, Refusal};
use crate::steps::{FetchingScreens, Step};
use crate::timers::Timer;
use failure::codes;
use model::{AuditBy, AuditDeed, AuditEntry, StaffId, Verification, VisitId};
use reader::{Command, Notice};

impl Station {
    /// For the next card by itself; or for the visit under way, while it waits for the patient to confirm identity.
    pub(super) fn arm(&mut self, by: StaffId, now: Now) -> Result<(), Refusal> {
        match &self.state {
            State::Idle | State::Armed(_) => {
                self.note(AuditBy::Staff(by.clone()), AuditDeed::VisualCheckArmed, now);
                let armed = self.config.deadlines.armed;
                self.leave(State::Armed(Armed { by, until: now.wall.after(armed) }));
                self.set_timer(Timer::Armed, armed, now);
                self.invite();
                self.changed();
                Ok(())
            }
            State::Visit(visit)
                if matches!(visit.step, Step::Choosing | Step::TypingPin(_) | Step::TypingPasscode) =>
            {
                self.note(AuditBy::Staff(by), AuditDeed::VisualCheckArmed, now);
                self.tell([Command::Cancel]);
                let next = self.await_staff();
                self.go_on(next, now);
                Ok(())
            }
            _ => Err(Refusal::Untimely),
        }
    }

    /// Back to unattended; in a visit, back to the methods.
    pub(super) fn disarm(&mut self, by: StaffId, now: Now) -> Result<(), Refusal> {
        match &self.state {
            State::Armed(_) => {
                self.note(AuditBy::Staff(by), AuditDeed::VisualCheckDisarmed, now);
                self.unarm(now);
                Ok(())
            }
            State::Visit(visit) if matches!(visit.step, Step::Confirming) => {
                self.note(AuditBy::Staff(by), AuditDeed::VisualCheckDisarmed, now);
                let next = self.offer_methods();
                self.go_on(next, now);
                Ok(())
            }
            _ => Err(Refusal::Untimely),
        }
    }

    /// No card came: the next patient is to have the choice of methods (workflow.md section 12, row 7).
    pub(super) fn armed_too_long(&mut self, now: Now) {
        if let State::Armed(armed) = &self.state {
            let by = armed.by.clone();
            self.note(AuditBy::Staff(by), AuditDeed::VisualCheckDisarmed, now);
            self.unarm(now);
        }
    }

    fn unarm(&mut self, now: Now) {
        self.told_until = None;
        self.idle(now);
    }

    pub(super) fn await_staff(&mut self) -> Next {
        self.tell([Command::Show(Notice::StaffCheck)]);
        Next::Step(Step::Confirming)
    }

    pub(super) fn confirm(
        &mut self,
        by: StaffId,
        named: VisitId,
        same: bool,
        now: Now,
    ) -> Result<(), Refusal> {
        let visit = self.visit().ok_or(Refusal::NoVisit)?;
        if visit.id != named {
            return Err(Refusal::OtherVisit);
        }
        if !matches!(visit.step, Step::Confirming) {
            return Err(Refusal::Untimely);
        }
        if same {
            self.note(AuditBy::Staff(by), AuditDeed::PersonConfirmed, now);
            let next = self.relay(Verification::Visual);
            self.go_on(next, now);
        } else {
            self.note(AuditBy::Staff(by), AuditDeed::PersonRefused, now);
            self.fail(codes::VISUAL_REFUSED, now);
        }
        Ok(())
    }

    /// Before the centre has accepted the card the visit ends; after that the asking ends, and what was not answered is
    /// named on the result.
    pub(super) fn cancel(&mut self, by: StaffId, named: VisitId, now: Now) -> Result<(), Refusal> {
        let visit = self.visit().ok_or(Refusal::NoVisit)?;
        if visit.id != named {
            return Err(Refusal::OtherVisit);
        }
        match &visit.step {
            Step::Settling | Step::Advising | Step::Done | Step::Failed => return Err(Refusal::Untimely),
            Step::FetchingScreens(_) | Step::Asking(_) => {
                self.note(AuditBy::Staff(by), AuditDeed::VisitCancelled, now);
                self.stop_asking(codes::VISIT_CANCELLED, now);
            }
            _ => {
                self.note(AuditBy::Staff(by), AuditDeed::VisitCancelled, now);
                self.fail(codes::VISIT_CANCELLED, now);
            }
        }
        Ok(())
    }

    /// The patient wants to answer otherwise, or pressed in error: the questions begin anew, and nothing answered so far
    /// stands. Only until the last answer: after that the centre has them, and the card is placed again.
    pub(super) fn ask_consents_again(
        &mut self,
        by: StaffId,
        named: VisitId,
        now: Now,
    ) -> Result<(), Refusal> {
        let visit = self.visit().ok_or(Refusal::NoVisit)?;
        if visit.id != named {
            return Err(Refusal::OtherVisit);
        }
        let Step::Asking(asking) = &visit.step else { return Err(Refusal::Untimely) };
        let verified = asking.verified.clone();
        self.note(AuditBy::Staff(by), AuditDeed::ConsentAskedAgain, now);
        self.tell([Command::Cancel, Command::Show(Notice::Wait)]);
        let ticket = self.ask_centre(CentreTask::Screens(verified.session.clone()));
        self.go(Step::FetchingScreens(FetchingScreens { ticket, verified }), now);
        Ok(())
    }

    pub(super) fn go_on(&mut self, next: Next, now: Now) {
        match next {
            Next::Step(step) => self.go(step, now),
            Next::Fail(code) => self.fail(code, now),
        }
    }

    pub(super) fn note(&mut self, by: AuditBy, deed: AuditDeed, now: Now) {
        let entry = AuditEntry {
            at: now.wall,
            reader: Some(self.config.reader.clone()),
            visit: self.visit().map(|visit| visit.id),
            by,
            deed,
        };
        self.effects.push_back(Effect::Audit(Box::new(entry)));
    }
}
