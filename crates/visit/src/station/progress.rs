//! A visit from step to step: what each input leads to, and what is asked of reader, card, centre and ledger.

use super::{Slot, State, Station, Visit};
use crate::deadlines::Deadlines;
use crate::face;
use crate::io::{
    CardReply, CardTask, CentreReply, CentreTask, Effect, Input, Now, NumberBCheck, Operation, PinCheck,
    Settled,
};
use crate::steps::{Asking, FetchingScreens, Relaying, Settling, Step, Verified};
use failure::codes;
use model::{ConsentScreen, Decision, FailureCode, ScreenAnswer, Verification, VisitResult};
use reader::{Command, Event, Lamp, Language, Method, Notice, Sound};
use std::collections::VecDeque;
use std::time::Duration;

/// After so many failed face attempts only the PIN is offered.
const FACE_ATTEMPTS: u8 = 3;
/// So often the card may refuse 照合番号B in one visit; as with the PIN. The card itself locks after ten (card.md
/// section 3).
const NUMBER_B_TRIES: u8 = 3;
/// A centre that wants more screens than this is not believed.
const MOST_SCREENS: usize = 16;

/// Where a step leads.
enum Next {
    Step(Step),
    Fail(FailureCode),
}

impl Station {
    pub(super) fn begin_visit(&mut self, now: Now) {
        // Whoever chose a language at an inviting screen keeps it; the patient before is gone.
        if !matches!(self.state, State::Idle) || self.told_until.is_some() {
            self.speak(Language::default());
        }
        self.insertion = self.insertion.next();
        self.failure = None;
        self.told_until = None;
        let id = self.draw_visit_id();
        self.state = State::Visit(Visit {
            id,
            card: None,
            face_attempts: 0,
            number_b_refused: 0,
            face_closed: false,
            step: Step::Agreeing,
        });
        self.deadline = Some(now.moment.after(self.config.deadlines.agree));
        self.tell([Command::Show(Notice::Wait), Command::Light(Lamp::Blue)]);
        self.changed();
        self.presence_changed(now);
    }

    pub(super) fn identify(&mut self, now: Now) {
        let ticket = self.ticket();
        self.effects.push_back(Effect::Card(ticket, CardTask::Identify));
        self.go(Step::Identifying(ticket), now);
    }

    /// The card lies with its wrong side up: the patient turns it and begins again. Once centre and card talk, the chip
    /// was reached and the side no longer matters.
    pub(super) fn wrong_side(&mut self, now: Now) {
        if matches!(&self.state, State::Visit(visit) if visit.step.is_before_relay()) {
            self.fail(codes::CARD_WRONG_SIDE, now);
        }
    }

    /// The patient wants another language: what was asked is asked again, what was shown is shown again.
    pub(super) fn language_chosen(&mut self, language: Language, now: Now) {
        let used = matches!(self.state, State::Idle | State::Visit(_) | State::Clearing(_));
        if !used || !self.config.profile.speaks(language) {
            return;
        }
        self.speak(language);
        match &mut self.state {
            State::Visit(visit) => {
                let step = std::mem::replace(&mut visit.step, Step::Failed);
                match self.ask_again(step) {
                    Ok(asked) => self.go(asked, now),
                    Err(same) => {
                        if let State::Visit(visit) = &mut self.state {
                            visit.step = *same;
                        }
                        self.show_again();
                    }
                }
            }
            State::Idle => {
                // Nobody may come after all: then the screen goes back to Japanese.
                self.told_until = None;
                self.tell([Command::Show(Notice::PlaceCard)]);
                self.deadline = Some(now.moment.after(self.config.deadlines.choose));
            }
            _ => self.show_again(),
        }
    }

    /// The same question once more, or the step back if it asks the patient nothing.
    fn ask_again(&mut self, step: Step) -> Result<Step, Box<Step>> {
        match step {
            Step::Choosing => self.tell([Command::OfferMethods(self.methods())]),
            Step::TypingPin { left } => {
                let pad = self.draw_pad();
                self.tell([Command::AskPin { tries_left: left, pad }]);
            }
            Step::Asking(ref asking) => {
                let asked = asking.asked.clone();
                self.tell([Command::AskConsent(asked)]);
            }
            other => return Err(Box::new(other)),
        }
        Ok(step)
    }

    /// Everything that only a visit understands. Late or foreign inputs fall through and are dropped.
    pub(super) fn in_visit(&mut self, input: Input, now: Now) {
        let State::Visit(visit) = &mut self.state else {
            return;
        };
        let step = std::mem::replace(&mut visit.step, Step::Failed);
        match self.take_step(step, input, now) {
            Ok(Next::Step(step)) => self.go(step, now),
            Ok(Next::Fail(code)) => self.fail(code, now),
            Err(same) => {
                if let State::Visit(visit) = &mut self.state {
                    visit.step = *same;
                }
            }
        }
    }

    /// One step with one input: where it leads, or the same step back if the input is not for it.
    fn take_step(&mut self, step: Step, input: Input, now: Now) -> Result<Next, Box<Step>> {
        Ok(match (step, input) {
            (Step::Identifying(open), Input::Card(ticket, reply)) if ticket == open => match reply {
                Ok(CardReply::Identified) => self.offer_methods(),
                Ok(_) => Next::Fail(codes::INTERNAL),
                Err(code) => Next::Fail(code),
            },
            (Step::Choosing, Input::Reader(Event::MethodChosen(method)))
                if self.methods().contains(&method) =>
            {
                match method {
                    Method::Face => self.open_attempt(),
                    Method::Pin => self.count_tries(),
                    Method::Visual => Next::Fail(codes::READER_UNSUPPORTED),
                }
            }
            (Step::ReadingNumberB(open), Input::Reader(Event::NumberBRead { attempt, number }))
                if attempt == open =>
            {
                self.tell([Command::Show(Notice::Wait)]);
                let ticket = self.task(CardTask::OpenPhoto(number));
                Next::Step(Step::OpeningPhoto(open, ticket))
            }
            (
                Step::ReadingNumberB(open),
                Input::Reader(Event::FaceCompared { attempt, verdict, conditions }),
            ) if attempt == open => match face::judge(verdict, conditions, self.config.profile) {
                // A match is only worth something after the photo was sent.
                Ok(()) => self.face_failed(codes::FACE_ATTEMPT_FOREIGN, now),
                Err(code) => self.face_failed(code, now),
            },
            (Step::OpeningPhoto(attempt, open), Input::Card(ticket, reply)) if ticket == open => {
                match reply {
                    Ok(CardReply::Photo(photo)) => {
                        self.tell([Command::Compare { attempt, photo }]);
                        Next::Step(Step::Comparing(attempt))
                    }
                    Ok(CardReply::NumberB(check)) => self.number_b_refused(check, now),
                    Ok(_) => Next::Fail(codes::INTERNAL),
                    Err(code) => Next::Fail(code),
                }
            }
            (Step::Comparing(open), Input::Reader(Event::FaceCompared { attempt, verdict, conditions }))
                if attempt == open =>
            {
                match face::judge(verdict, conditions, self.config.profile) {
                    Ok(()) => self.relay(Verification::Face),
                    Err(code) => self.face_failed(code, now),
                }
            }
            (Step::CountingTries(open), Input::Card(ticket, reply)) if ticket == open => match reply {
                Ok(CardReply::PinTries(0)) => Next::Fail(codes::PIN_LOCKED),
                Ok(CardReply::PinTries(left)) => self.ask_pin(left, now),
                Ok(_) => Next::Fail(codes::INTERNAL),
                Err(code) => Next::Fail(code),
            },
            (Step::TypingPin { .. }, Input::Reader(Event::PinEntered(pin))) => {
                self.tell([Command::Show(Notice::Wait)]);
                let ticket = self.task(CardTask::CheckPin(pin));
                Next::Step(Step::CheckingPin(ticket))
            }
            (Step::TypingPin { .. }, Input::Reader(Event::PinCancelled)) => {
                self.fail_shown(codes::PIN_CANCELLED, now);
                self.offer_methods()
            }
            (Step::CheckingPin(open), Input::Card(ticket, reply)) if ticket == open => match reply {
                Ok(CardReply::Pin(PinCheck::Right)) => self.relay(Verification::Pin),
                Ok(CardReply::Pin(PinCheck::Wrong { left })) => {
                    self.fail_shown(codes::PIN_WRONG, now);
                    self.tell([
                        Command::Show(Notice::Failure(codes::PIN_WRONG)),
                        Command::Sound(Sound::Alarm),
                    ]);
                    self.ask_pin(left, now)
                }
                Ok(CardReply::Pin(PinCheck::Locked)) => Next::Fail(codes::PIN_LOCKED),
                Ok(_) => Next::Fail(codes::INTERNAL),
                Err(code) => Next::Fail(code),
            },
            (Step::Relaying(Relaying { ticket: open, verification }), Input::Centre(ticket, reply))
                if ticket == open =>
            {
                match reply {
                    Ok(CentreReply::Relayed(answer)) => {
                        // The card has done its part: it does not lie open while the patient reads questions.
                        self.effects.push_back(Effect::Abandon);
                        let verified =
                            Verified { verification, session: answer.session, validity: answer.validity };
                        let ticket = self.ask_centre(CentreTask::Screens(verified.session.clone()));
                        Next::Step(Step::FetchingScreens(FetchingScreens { ticket, verified }))
                    }
                    Ok(_) => Next::Fail(codes::INTERNAL),
                    Err(code) => Next::Fail(code),
                }
            }
            (
                Step::FetchingScreens(FetchingScreens { ticket: open, verified }),
                Input::Centre(ticket, reply),
            ) if ticket == open => match reply {
                Ok(CentreReply::Screens(screens)) if screens.len() <= MOST_SCREENS => {
                    self.ask_next(verified, screens.into(), Vec::new())
                }
                Ok(CentreReply::Screens(_)) => Next::Fail(codes::CENTRE_GARBLED),
                Ok(_) => Next::Fail(codes::INTERNAL),
                Err(code) => Next::Fail(code),
            },
            (Step::Asking(asking), Input::Reader(Event::ConsentAnswered { screen, decision }))
                if screen == asking.asked.id =>
            {
                self.answered(asking, decision, now)
            }
            (Step::Settling(Settling { ticket: open, verified }), Input::Centre(ticket, reply))
                if ticket == open =>
            {
                match reply {
                    Ok(CentreReply::Settled(settled)) => {
                        self.tell([Command::Show(Notice::Wait)]);
                        let ticket = self.ticket();
                        match self.result(&verified, *settled, now) {
                            Some(result) => {
                                self.effects.push_back(Effect::Commit(ticket, Box::new(result)));
                                Next::Step(Step::Committing(ticket))
                            }
                            None => Next::Fail(codes::INTERNAL),
                        }
                    }
                    Ok(_) => Next::Fail(codes::INTERNAL),
                    Err(code) => Next::Fail(code),
                }
            }
            (Step::Committing(open), Input::Committed(ticket, reply)) if ticket == open => match reply {
                Ok(_) => self.done(),
                Err(code) => Next::Fail(code),
            },
            // The reader cannot ask what this step waits for: nobody is late, the patient least of all.
            (
                Step::Choosing
                | Step::ReadingNumberB(_)
                | Step::Comparing(_)
                | Step::TypingPin { .. }
                | Step::Asking(_),
                Input::Unsupported(kind),
            ) if kind.is_question() => Next::Fail(codes::READER_UNSUPPORTED),
            (step, _) => return Err(Box::new(step)),
        })
    }

    fn offer_methods(&mut self) -> Next {
        self.tell([Command::OfferMethods(self.methods())]);
        Next::Step(Step::Choosing)
    }

    /// The PIN always; the face as long as it may lead anywhere.
    fn methods(&self) -> Vec<Method> {
        match &self.state {
            State::Visit(visit) if visit.face_closed || visit.face_attempts >= FACE_ATTEMPTS => {
                vec![Method::Pin]
            }
            _ => vec![Method::Face, Method::Pin],
        }
    }

    fn open_attempt(&mut self) -> Next {
        if let State::Visit(visit) = &mut self.state {
            visit.face_attempts = visit.face_attempts.saturating_add(1);
        }
        let attempt = self.draw_attempt();
        self.tell([Command::OpenAttempt(attempt)]);
        Next::Step(Step::ReadingNumberB(attempt))
    }

    /// A face attempt that did not match says why and lets the patient choose again, PIN included.
    fn face_failed(&mut self, code: FailureCode, now: Now) -> Next {
        self.fail_shown(code, now);
        self.tell([Command::Show(Notice::Failure(code)), Command::Sound(Sound::Alarm)]);
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
        if let State::Visit(visit) = &mut self.state {
            visit.number_b_refused = visit.number_b_refused.saturating_add(1);
            let may_go_on = matches!(check, NumberBCheck::Wrong { left } if left > 1);
            visit.face_closed = !may_go_on || visit.number_b_refused >= NUMBER_B_TRIES;
        }
        self.face_failed(code, now)
    }

    fn count_tries(&mut self) -> Next {
        let ticket = self.task(CardTask::CountPinTries);
        Next::Step(Step::CountingTries(ticket))
    }

    /// The reader shows how many tries are left. Before the last one it warns, and the patient still decides.
    fn ask_pin(&mut self, left: u8, now: Now) -> Next {
        if left == 1 {
            self.fail_shown(codes::PIN_LAST_TRY, now);
            self.tell([Command::Show(Notice::Failure(codes::PIN_LAST_TRY)), Command::Sound(Sound::Alarm)]);
        }
        let pad = self.draw_pad();
        self.tell([Command::AskPin { tries_left: left, pad }]);
        Next::Step(Step::TypingPin { left })
    }

    fn relay(&mut self, verification: Verification) -> Next {
        let State::Visit(visit) = &self.state else { return Next::Fail(codes::INTERNAL) };
        let operation = if verification == Verification::Pin { Operation::Pin } else { Operation::PinLess };
        let visit = visit.id;
        self.tell([Command::Show(Notice::Wait)]);
        let ticket = self.ask_centre(CentreTask::Relay { operation, visit });
        Next::Step(Step::Relaying(Relaying { ticket, verification }))
    }

    fn ask_next(
        &mut self,
        verified: Verified,
        mut open: VecDeque<ConsentScreen>,
        answers: Vec<ScreenAnswer>,
    ) -> Next {
        match open.pop_front() {
            Some(asked) => {
                self.tell([Command::AskConsent(asked.clone())]);
                Next::Step(Step::Asking(Asking { verified, asked, open, answers }))
            }
            None => {
                self.tell([Command::Show(Notice::Wait)]);
                let ticket = self.ask_centre(CentreTask::Answers(verified.session.clone(), answers));
                Next::Step(Step::Settling(Settling { ticket, verified }))
            }
        }
    }

    fn answered(&mut self, asking: Asking, decision: Decision, now: Now) -> Next {
        let Asking { verified, asked, open, mut answers } = asking;
        answers.push(ScreenAnswer { screen: asked.id, decision, at: now.wall });
        self.ask_next(verified, open, answers)
    }

    fn result(&self, verified: &Verified, settled: Settled, now: Now) -> Option<VisitResult> {
        let State::Visit(visit) = &self.state else { return None };
        Some(VisitResult {
            visit: visit.id,
            reader: self.config.reader.clone(),
            insertion: self.insertion,
            institution: self.config.institution.clone(),
            verification: verified.verification,
            received_at: now.wall,
            validity: verified.validity,
            qualification: settled.qualification,
            consents: settled.consents,
            remarks: Vec::new(),
        })
    }

    fn done(&mut self) -> Next {
        // A wrong PIN on the way is no failure of a patient who was served.
        self.failure = None;
        self.tell([
            Command::Show(Notice::TakeCard),
            Command::Light(Lamp::Green),
            Command::Sound(Sound::TakeCard),
        ]);
        Next::Step(Step::Done)
    }

    /// Ends the visit without a result; the card is still there.
    pub(super) fn fail(&mut self, code: FailureCode, now: Now) {
        self.fail_shown(code, now);
        if let State::Visit(visit) = &self.state {
            self.effects.push_back(Effect::Failed(visit.id, code));
        }
        self.tell([
            Command::Cancel,
            Command::Show(Notice::Failure(code)),
            Command::Light(Lamp::Red),
            Command::Sound(Sound::Alarm),
        ]);
        self.go(Step::Failed, now);
    }

    /// Enters a step: its deadline starts. A card that was taken meanwhile is noticed here.
    fn go(&mut self, step: Step, now: Now) {
        let limit = limit(&step, &self.config.deadlines);
        let State::Visit(visit) = &mut self.state else { return };
        visit.step = step;
        let ended = visit.step.card_may_go() && !matches!(visit.step, Step::Committing(_));
        self.deadline = Some(now.moment.after(limit));
        self.changed();
        if ended {
            // After the patient and the desk were told: letting go of a stuck card takes time.
            self.effects.push_back(Effect::Abandon);
        }
        if ended && !(self.tray && matches!(self.slot, Slot::Card(_))) {
            self.clear(!self.tray, now);
            if self.tray && matches!(self.state, State::Clearing(_)) {
                // The reader sees the card, the slot does not: the patient reads why, then takes it.
                self.deadline = Some(now.moment.after(self.config.deadlines.take));
            }
        }
    }
}

/// How long a step may take.
const fn limit(step: &Step, deadlines: &Deadlines) -> Duration {
    match step {
        Step::Agreeing => deadlines.agree,
        Step::Identifying(_) => deadlines.identify,
        Step::Choosing => deadlines.choose,
        Step::ReadingNumberB(_) => deadlines.number_b,
        Step::OpeningPhoto(..) => deadlines.photo,
        Step::Comparing(_) => deadlines.compare,
        Step::CountingTries(_) | Step::CheckingPin(_) => deadlines.card,
        Step::TypingPin { .. } => deadlines.pin,
        Step::Relaying(_) => deadlines.relay,
        Step::FetchingScreens(_) | Step::Settling(_) => deadlines.answers,
        Step::Asking(_) => deadlines.consent,
        Step::Committing(_) => deadlines.commit,
        Step::Done | Step::Failed => deadlines.take,
    }
}

/// What it means that a step took too long: whose silence it was.
pub(super) const fn late(step: &Step) -> FailureCode {
    match step {
        Step::Agreeing => codes::CARD_SLOT_DISAGREES,
        Step::Identifying(_) | Step::OpeningPhoto(..) | Step::CountingTries(_) | Step::CheckingPin(_) => {
            codes::CARD_SILENT
        }
        Step::Choosing | Step::TypingPin { .. } | Step::Asking(_) => codes::PATIENT_SLOW,
        Step::ReadingNumberB(_) | Step::Comparing(_) => codes::READER_SILENT,
        Step::Relaying(_) | Step::FetchingScreens(_) | Step::Settling(_) => codes::CENTRE_SILENT,
        Step::Committing(_) => codes::LEDGER_WRITE_FAILED,
        Step::Done | Step::Failed => codes::CARD_LEFT,
    }
}
