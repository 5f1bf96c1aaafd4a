//! Settlements: from the last answer to the ledger, for the visit in progress and for those whose card is gone.

use super::Station;
use crate::io::{CentreReply, Effect, Now, Refusal, Settled, Ticket};
use crate::settlement::{Outcome, Reply, Settlement, Stage};
use crate::steps::{Given, Step, Verified};
use crate::timers::Timer;
use model::{ConsentItem, FailureCode, Remark, ResultId, VisitId, VisitResult};
use reader::{Command, Lamp, Notice, Sound};

/// At one reader at a time. Each is over within a minute or two, whatever the centre does.
const MOST_SETTLEMENTS: usize = 8;

impl Station {
    /// Hands the answers in.
    pub(super) fn settle(&mut self, verified: Verified, given: Given, missing: Vec<ConsentItem>, now: Now) {
        let Some(visit) = self.visit().map(|visit| visit.id) else { return };
        let ticket = self.ticket();
        let settlement = Settlement {
            visit,
            insertion: self.insertion,
            verified,
            given,
            missing,
            stage: Stage::Answers(ticket),
            since: now.moment,
        };
        self.effects.push_back(Effect::Centre(ticket, settlement.answers()));
        self.keep(settlement, now);
    }

    /// Nobody is there to answer; which screens the centre wants is still on its way, and names what is missing.
    pub(super) fn settle_with_screens(&mut self, ticket: Ticket, verified: Verified, now: Now) {
        let Some(visit) = self.visit().map(|visit| visit.id) else { return };
        let settlement = Settlement {
            visit,
            insertion: self.insertion,
            verified,
            given: Given::default(),
            missing: Vec::new(),
            stage: Stage::Screens(ticket),
            since: now.moment,
        };
        self.keep(settlement, now);
    }

    fn keep(&mut self, settlement: Settlement, now: Now) {
        // Tickets are never used twice, so the first one names the settlement.
        let number = settlement.at_centre().map_or(0, |ticket| ticket.0);
        self.settlements.push((number, settlement));
        self.set_timer(Timer::Settlement(number), self.config.deadlines.answers, now);
    }

    /// So many patients left before their result was made that no further one is begun.
    pub(super) const fn has_enough_to_settle(&self) -> bool {
        self.settlements.len() >= MOST_SETTLEMENTS
    }

    pub(super) fn is_settling(&self, ticket: Ticket) -> bool {
        self.settlements.iter().any(|(_, settlement)| settlement.at_centre() == Some(ticket))
    }

    fn take_settlement(&mut self, number: u64) -> Option<Settlement> {
        let at = self.settlements.iter().position(|(known, _)| *known == number)?;
        self.timers.stop(Timer::Settlement(number));
        Some(self.settlements.remove(at).1)
    }

    /// The one whose open task this is; the task of another sort is none.
    fn take_by(&mut self, is_its_task: impl Fn(&Settlement) -> bool) -> Option<(u64, Settlement)> {
        let number = self.settlements.iter().find(|(_, s)| is_its_task(s)).map(|(number, _)| *number)?;
        self.take_settlement(number).map(|settlement| (number, settlement))
    }

    pub(super) fn settlement_answered(
        &mut self,
        ticket: Ticket,
        reply: Result<CentreReply, FailureCode>,
        now: Now,
    ) -> Result<(), Refusal> {
        let (number, mut settlement) =
            self.take_by(|s| s.at_centre() == Some(ticket)).ok_or(Refusal::StaleTicket)?;
        let deadlines = self.config.deadlines;
        match Reply::to(&settlement, reply, deadlines.processing, now) {
            Reply::Unanswered(items) => {
                settlement.missing = items;
                self.hand_in(number, settlement, now);
            }
            Reply::Again(at) => {
                settlement.stage = Stage::Processing;
                self.settlements.push((number, settlement));
                self.timers.set(Timer::Settlement(number), at);
            }
            Reply::Settled(settled) => match self.result(&settlement, *settled, now) {
                Ok(result) => {
                    let ticket = self.ticket();
                    let outcome = Outcome { validity: result.validity, remarks: result.remarks.clone() };
                    settlement.stage = Stage::Committing(ticket, outcome);
                    self.effects.push_back(Effect::Commit(ticket, Box::new(result)));
                    self.settlements.push((number, settlement));
                    self.set_timer(Timer::Settlement(number), deadlines.commit, now);
                }
                Err(code) => self.settlement_failed(settlement.visit, code, now),
            },
            Reply::Failed(code) => self.settlement_failed(settlement.visit, code, now),
        }
        Ok(())
    }

    /// The same answers, for the first time or again.
    fn hand_in(&mut self, number: u64, mut settlement: Settlement, now: Now) {
        let ticket = self.ticket();
        settlement.stage = Stage::Answers(ticket);
        self.effects.push_back(Effect::Centre(ticket, settlement.answers()));
        self.settlements.push((number, settlement));
        self.set_timer(Timer::Settlement(number), self.config.deadlines.answers, now);
    }

    fn result(
        &self,
        settlement: &Settlement,
        settled: Settled,
        now: Now,
    ) -> Result<VisitResult, FailureCode> {
        let consents = settlement.consents(&settled)?;
        Ok(VisitResult {
            visit: settlement.visit,
            reader: self.config.reader.clone(),
            insertion: settlement.insertion,
            institution: self.config.institution.clone(),
            verification: settlement.verified.verification,
            received_at: now.wall,
            validity: settlement.verified.validity,
            consents,
            remarks: settlement.remarks(settled.remarks),
            qualification: settled.qualification,
        })
    }

    pub(super) fn settlement_is_due(&mut self, number: u64, now: Now) {
        let Some(settlement) = self.take_settlement(number) else { return };
        if matches!(settlement.stage, Stage::Processing) {
            self.hand_in(number, settlement, now);
        } else {
            self.settlement_failed(settlement.visit, settlement.late(), now);
        }
    }

    pub(super) fn committed(
        &mut self,
        ticket: Ticket,
        reply: Result<ResultId, FailureCode>,
        now: Now,
    ) -> Result<(), Refusal> {
        let (_, settlement) = self.take_by(|s| s.at_ledger() == Some(ticket)).ok_or(Refusal::StaleTicket)?;
        let Stage::Committing(_, outcome) = settlement.stage else { return Err(Refusal::StaleTicket) };
        match reply {
            Ok(_) if self.is_current(settlement.visit) => self.done(&outcome, now),
            Ok(_) => self.changed(),
            Err(code) => self.settlement_failed(settlement.visit, code, now),
        }
        Ok(())
    }

    fn is_current(&self, visit: VisitId) -> bool {
        self.visit().is_some_and(|current| current.id == visit)
    }

    /// There will be no result, although the centre had accepted the card.
    fn settlement_failed(&mut self, visit: VisitId, code: FailureCode, now: Now) {
        if self.is_current(visit) {
            self.fail(code, now);
            return;
        }
        self.effects.push_back(Effect::Failed(visit, code));
        if self.visit().is_none() {
            self.fail_shown(code, now);
        }
        self.changed();
    }

    /// The result is durable. What the patient should know is said before the card is to be taken.
    fn done(&mut self, outcome: &Outcome, now: Now) {
        let trouble = failure::code_for_validity(outcome.validity);
        // A wrong PIN on the way is no failure of a patient who was served.
        self.failure = trouble.map(|code| (code, now.wall));
        let remarked =
            |remark: Remark| outcome.remarks.contains(&remark).then(|| failure::code_for_remark(&remark));
        let advice = trouble
            .or_else(|| remarked(Remark::CertificateInGrace))
            .or_else(|| remarked(Remark::CertificateExpiresSoon))
            .or_else(|| remarked(Remark::SubsidyUnanswered));
        match advice {
            Some(code) => {
                let lamp = if trouble.is_some() { Lamp::Red } else { Lamp::Green };
                self.tell([
                    Command::Show(Notice::Failure(code)),
                    Command::Light(lamp),
                    Command::Sound(Sound::Chime),
                ]);
                self.go(Step::Advising, now);
                self.clear_if_gone(now);
            }
            None => self.take_card(now),
        }
    }

    pub(super) fn take_card(&mut self, now: Now) {
        self.tell([
            Command::Show(Notice::TakeCard),
            Command::Light(Lamp::Green),
            Command::Sound(Sound::TakeCard),
        ]);
        self.go(Step::Done, now);
        self.clear_if_gone(now);
    }
}
