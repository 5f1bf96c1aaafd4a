//! From the relay to the patient's last answer: registration, which screens, one question after the other.

use super::Station;
use super::progress::{Next, NotFor, refuse};
use crate::io::{CentreReply, CentreTask, Effect, Now, Refusal, RelayAnswer, Ticket};
use crate::settlement::MOST_SCREENS;
use crate::steps::{Asking, FetchingScreens, Given, OfferingRegistration, Relaying, Step, Verified};
use failure::codes;
use model::{ConsentItem, ConsentScreen, Decision, FailureCode, ScreenAnswer, Verification};
use reader::{Command, Notice};
use std::collections::VecDeque;

impl Station {
    pub(super) fn centre_answered(
        &mut self,
        step: Step,
        ticket: Ticket,
        reply: Result<CentreReply, FailureCode>,
        now: Now,
    ) -> Result<Next, NotFor> {
        match step {
            Step::Relaying(relaying) if relaying.ticket == ticket => Ok(self.relayed(&relaying, reply)),
            Step::FetchingScreens(fetching) if fetching.ticket == ticket => Ok(match reply {
                Ok(CentreReply::Screens(screens)) if screens.len() <= MOST_SCREENS => {
                    self.ask_next(fetching.verified, screens.into(), Given::default(), now)
                }
                Ok(CentreReply::Screens(_)) => Next::Fail(codes::CENTRE_GARBLED),
                Ok(_) => Next::Fail(codes::INTERNAL),
                Err(code) => Next::Fail(code),
            }),
            step => refuse(step, Refusal::StaleTicket),
        }
    }

    fn relayed(&mut self, relaying: &Relaying, reply: Result<CentreReply, FailureCode>) -> Next {
        match reply {
            Ok(CentreReply::Relayed(answer)) => self.fetch_screens(relaying, answer),
            Ok(_) => Next::Fail(codes::INTERNAL),
            Err(code) if code == codes::NOT_REGISTERED && relaying.registering.is_none() => {
                self.offer_registration(relaying.verification)
            }
            Err(code) => Next::Fail(code),
        }
    }

    fn fetch_screens(&mut self, relaying: &Relaying, answer: RelayAnswer) -> Next {
        // The card has done its part: it does not lie open while the patient reads questions.
        self.effects.push_back(Effect::LetGo);
        let verified = Verified {
            verification: relaying.verification,
            session: answer.session,
            validity: answer.validity,
            registered: relaying.registering,
        };
        let ticket = self.ask_centre(CentreTask::Screens(verified.session.clone()));
        Next::Step(Step::FetchingScreens(FetchingScreens { ticket, verified }))
    }

    // ----- first registration ---------------------------------------------------------------------------------

    /// On the spot, with and without PIN (workflow.md section 3). The card is let go while the patient reads.
    fn offer_registration(&mut self, verification: Verification) -> Next {
        self.effects.push_back(Effect::LetGo);
        let asked =
            ConsentScreen { id: String::from("registration"), items: vec![ConsentItem::Registration] };
        self.tell([Command::AskConsent(asked.clone())]);
        Next::Step(Step::OfferingRegistration(OfferingRegistration { verification, asked }))
    }

    fn registration_answered(&mut self, verification: Verification, decision: Decision, now: Now) -> Next {
        match decision {
            Decision::Refused => Next::Fail(codes::REGISTRATION_DECLINED),
            Decision::Agreed => {
                if let Some(visit) = self.visit_mut() {
                    visit.registering = Some(now.wall);
                }
                match verification {
                    // The card was let go: its PIN opens it once more.
                    Verification::Pin => self.count_tries(),
                    _ => self.relay(verification),
                }
            }
        }
    }

    // ----- consents -------------------------------------------------------------------------------------------

    pub(super) fn consent_answered(
        &mut self,
        step: Step,
        screen: &str,
        decision: Decision,
        now: Now,
    ) -> Result<Next, NotFor> {
        match step {
            Step::OfferingRegistration(offering) if offering.asked.id == screen => {
                Ok(self.registration_answered(offering.verification, decision, now))
            }
            Step::Asking(asking) if asking.asked.id == screen => Ok(self.answered(asking, decision, now)),
            step @ (Step::OfferingRegistration(_) | Step::Asking(_)) => refuse(step, Refusal::OtherScreen),
            step => refuse(step, Refusal::NotAsked),
        }
    }

    fn answered(&mut self, asking: Asking, decision: Decision, now: Now) -> Next {
        let Asking { verified, asked, mut open, mut given } = asking;
        match decision {
            Decision::Refused => given.refused.extend(&asked.items),
            Decision::Agreed => {
                given.agreed.extend(&asked.items);
                if asked.items.contains(&ConsentItem::CarryOver) {
                    given.carried_over = true;
                    open.retain(|screen| !screen.items.iter().all(|item| item.opens_information()));
                }
            }
        }
        given.answers.push(ScreenAnswer { screen: asked.id, decision, at: now.wall });
        self.ask_next(verified, open, given, now)
    }

    fn ask_next(
        &mut self,
        verified: Verified,
        mut open: VecDeque<ConsentScreen>,
        given: Given,
        now: Now,
    ) -> Next {
        match open.pop_front() {
            Some(asked) => {
                self.tell([Command::AskConsent(asked.clone())]);
                Next::Step(Step::Asking(Asking { verified, asked, open, given }))
            }
            None => {
                self.tell([Command::Show(Notice::Wait)]);
                self.settle(verified, given, Vec::new(), now);
                Next::Step(Step::Settling)
            }
        }
    }

    /// Nobody is asked any more; the card is still there. What was answered stands, the rest is named on the result.
    pub(super) fn stop_asking(&mut self, code: FailureCode, now: Now) {
        let Some(visit) = self.visit_mut() else { return };
        match std::mem::replace(&mut visit.step, Step::Settling) {
            Step::FetchingScreens(fetching) => self.settle_unasked(fetching, now),
            Step::Asking(asking) => self.settle_unanswered(asking, now),
            other => {
                visit.step = other;
                return;
            }
        }
        self.tell([Command::Cancel]);
        self.say_failure(code, now);
        self.go(Step::Settling, now);
    }

    pub(super) fn settle_unasked(&mut self, fetching: FetchingScreens, now: Now) {
        self.settle_with_screens(fetching.ticket, fetching.verified, now);
    }

    pub(super) fn settle_unanswered(&mut self, asking: Asking, now: Now) {
        let missing = asking.unanswered();
        self.settle(asking.verified, asking.given, missing, now);
    }

    pub(super) fn ask_centre(&mut self, task: CentreTask) -> Ticket {
        let ticket = self.ticket();
        self.effects.push_back(Effect::Centre(ticket, task));
        ticket
    }
}
