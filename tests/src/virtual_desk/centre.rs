//! The line to the mock centre: its judgement, asked message by message, and what of it the terminal believes.

use super::slot::Slot;
use super::world::{PASSWORD, World, in_words};
use card::{CardChannel, Guard, GuardLimits, GuardPlan, StandIn};
use centre_wire::{
    AnswersRequest, CentreMessage, LoginRequest, Nonce, Operation, Response, SigningText, TerminalMessage,
    Word, signing_text,
};
use failure::codes;
use model::{CentreSession, FailureCode, Maintenance, Moment, Timestamp, VisitId};
use rsa::sha2::{Digest as _, Sha256};
use scenario::Site;
use scenario::act::Centre as Deed;
use simulator_centre::{
    Answered, Bundling, Denied, Judgement, Manner, Misbehaviour, Opening, Output, Patient, Relay, Step,
};
use std::collections::VecDeque;
use std::time::Duration;
use visit::{CentreReply, CentreTask, RelayAnswer, Settled, Ticket};

/// To the centre and back.
const WAY: Duration = Duration::from_millis(30);
const ENDPOINT: &str = "centre.uketsuke.test";
/// What both ends of a TLS connection would export.
const EXPORTER: [u8; 32] = [5; 32];
/// From the scenario's closing to its opening nobody waits longer.
const MAINTENANCE: Duration = Duration::from_secs(3600);

/// The line and the centre behind it.
pub(super) struct Line<'a> {
    world: &'a World,
    judgement: Judgement,
    down: bool,
    manner: Manner,
    relay: Option<Carrying>,
    drawn: u64,
    token: Option<String>,
}

/// What becomes of a task.
pub(super) enum CentreWork {
    /// It is answered after so long.
    After(Duration, Result<CentreReply, FailureCode>),
    /// It goes on by itself, or is never answered.
    GoesOn,
}

/// A relay under way.
struct Carrying {
    ticket: Ticket,
    relay: Relay,
    operation: Operation,
    visit: VisitId,
    guard: Option<Guard>,
    outputs: VecDeque<Output>,
    /// The centre's next word; never after it fell silent.
    at: Option<Moment>,
}

impl<'a> Line<'a> {
    pub(super) fn new(world: &'a World, site: Site, seed: u64) -> Result<Self, String> {
        let judgement = Judgement::new(world.setup(site)?).map_err(in_words)?;
        Ok(Self {
            world,
            judgement,
            down: false,
            manner: Manner::default(),
            relay: None,
            drawn: seed << 32,
            token: None,
        })
    }

    /// What happens at the centre.
    pub(super) fn perform(&mut self, deed: &Deed, now: Timestamp) -> Result<(), String> {
        match deed {
            Deed::Stops => self.down = true,
            Deed::Starts => self.down = false,
            Deed::Behaves => self.judgement.set_misbehaviour(None),
            Deed::Misbehaves(word) => self.misbehave((*word).into())?,
            Deed::SilentAt(step) => self.misbehave(serde_json::json!({ "silent_at": step }))?,
            Deed::Says { who, validity } => {
                let patient = self.patient(who)?;
                self.judgement.put_patient(Patient { validity: *validity, ..patient });
            }
            Deed::NotRegistered { who } => {
                let patient = self.patient(who)?;
                self.judgement.put_patient(Patient { registered: false, ..patient });
            }
            Deed::Unknown { who } => {
                let serial = self.patient(who)?.serial;
                self.judgement.remove_patient(serial);
            }
            Deed::Asks(manner) => {
                let bundling = if manner.one_by_one { Bundling::OneByOne } else { Bundling::Bundled };
                let note = self.manner.note.clone();
                let (six_infos, prescriptions) = (manner.six_infos, manner.prescriptions);
                let carry_over = manner.carry_over;
                self.manner = Manner { bundling, six_infos, prescriptions, carry_over, note };
                self.judgement.set_manner(self.manner.clone());
            }
            Deed::Notes(word) => {
                self.manner.note = Some(Word::try_from(word.as_str()).map_err(in_words)?);
                self.judgement.set_manner(self.manner.clone());
            }
            Deed::Takes { times, millis } => self.judgement.set_processing(*times, *millis),
            Deed::RefusesLogins => self.judgement.refuse_logins(true),
            Deed::TakesLogins => self.judgement.refuse_logins(false),
            Deed::Maintenance => {
                let window = Maintenance { from: now, until: now.after(MAINTENANCE) };
                self.judgement.set_maintenance(Some(window));
            }
            Deed::MaintenanceOver => self.judgement.set_maintenance(None),
        }
        Ok(())
    }

    fn misbehave(&mut self, word: serde_json::Value) -> Result<(), String> {
        let how: Misbehaviour = serde_json::from_value(word).map_err(in_words)?;
        self.judgement.set_misbehaviour(Some(how));
        Ok(())
    }

    fn patient(&self, who: &str) -> Result<Patient, String> {
        Ok(simulator::patients::patient(self.world.persona(who)?, self.world.now()?.date()))
    }

    /// Begins a task of the station's.
    pub(super) fn begin(
        &mut self,
        ticket: Ticket,
        task: CentreTask,
        slot: &mut Slot,
        moment: Moment,
        wall: Timestamp,
    ) -> CentreWork {
        if self.down {
            return CentreWork::After(WAY, Err(codes::CENTRE_UNREACHABLE));
        }
        if self.judgement.misbehaviour() == Some(Misbehaviour::SilentAfterAccept) {
            return CentreWork::GoesOn;
        }
        if let Err(code) = self.log_in(wall) {
            return CentreWork::After(WAY, Err(code));
        }
        match task {
            CentreTask::Relay { operation, visit } => {
                match self.open(ticket, operation, visit, slot, moment, wall) {
                    Ok(()) => CentreWork::GoesOn,
                    Err(code) => CentreWork::After(WAY, Err(code)),
                }
            }
            CentreTask::Screens(_) if self.judgement.is_silent_at(Step::Screens) => CentreWork::GoesOn,
            CentreTask::Answers(..) if self.judgement.is_silent_at(Step::Answers) => CentreWork::GoesOn,
            CentreTask::Screens(_) | CentreTask::Answers(..) if self.garbles() => {
                CentreWork::After(WAY, Err(codes::CENTRE_GARBLED))
            }
            CentreTask::Screens(session) => {
                let reply = self.judgement.screens(&self.world.account, &session.0, wall);
                CentreWork::After(WAY, reply.map(|reply| CentreReply::Screens(reply.screens)).map_err(denied))
            }
            CentreTask::Answers(session, answers) => {
                let request = AnswersRequest { answers };
                let reply = self.judgement.answers(&self.world.account, &session.0, &request, wall);
                CentreWork::After(WAY, reply.map_err(denied).and_then(|reply| self.believe(&session, reply)))
            }
        }
    }

    /// A token that the centre no longer takes is replaced, as the terminal does.
    fn log_in(&mut self, wall: Timestamp) -> Result<(), FailureCode> {
        if self.token.as_ref().is_some_and(|token| self.judgement.authorize(token, wall).is_ok()) {
            return Ok(());
        }
        let (account, password) = (self.world.account.clone(), String::from(PASSWORD));
        let token = format!("{:016x}", self.draw());
        let reply = self.judgement.login(&LoginRequest { account, password }, token, wall).map_err(denied)?;
        self.token = Some(reply.token);
        Ok(())
    }

    fn garbles(&self) -> bool {
        self.judgement.misbehaviour() == Some(Misbehaviour::Garbage)
    }

    fn believe(&self, session: &CentreSession, reply: Answered) -> Result<CentreReply, FailureCode> {
        match reply {
            Answered::Result(_) if self.judgement.misbehaviour() == Some(Misbehaviour::HalfAnswer) => {
                Err(codes::CENTRE_GARBLED)
            }
            Answered::Result(reply) => {
                let result = centre::outcome::result(session, reply).map_err(|_| codes::CENTRE_GARBLED)?;
                Ok(CentreReply::Settled(Box::new(Settled {
                    qualification: result.qualification,
                    consents: result.consents,
                    remarks: result.remarks,
                })))
            }
            Answered::Processing(processing) => {
                let again_after = Duration::from_millis(processing.again_after_ms.into());
                Ok(CentreReply::Processing { again_after })
            }
        }
    }

    // ----- the relay --------------------------------------------------------------------------------------------

    fn open(
        &mut self,
        ticket: Ticket,
        operation: visit::Operation,
        visit: VisitId,
        slot: &mut Slot,
        moment: Moment,
        wall: Timestamp,
    ) -> Result<(), FailureCode> {
        let operation = match operation {
            visit::Operation::PinLess => Operation::PinLess,
            visit::Operation::Pin => Operation::Pin,
            visit::Operation::RegisterPinLess => Operation::RegisterPinLess,
            visit::Operation::RegisterPin => Operation::RegisterPin,
        };
        if !operation.with_pin() {
            if !slot.identity.as_ref().is_some_and(card::Identity::simulated) {
                return Err(codes::STAND_IN_REFUSED);
            }
            slot.power_fresh()?;
            slot.is_identified(self.world)?;
        }
        let opening = Opening {
            operation,
            logged_in: self.world.account.clone(),
            visit,
            account: self.world.account.clone(),
            endpoint: ENDPOINT,
            exporter: EXPORTER,
            session: CentreSession(format!("{:016x}", self.draw())),
            nonce: Sha256::digest(self.draw().to_be_bytes()).into(),
        };
        let (relay, outputs) = self.judgement.open(opening, wall);
        let at = Some(moment.after(WAY));
        let outputs = outputs.into();
        self.relay = Some(Carrying { ticket, relay, operation, visit, guard: None, outputs, at });
        Ok(())
    }

    const fn draw(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        self.drawn
    }

    /// When the centre says its next word.
    pub(super) fn next(&self) -> Option<Moment> {
        self.relay.as_ref().and_then(|carrying| carrying.at)
    }

    /// Takes the centre's next word, if it is time; says what came of the relay when it ended.
    pub(super) fn go_on(
        &mut self,
        slot: &mut Slot,
        moment: Moment,
        wall: Timestamp,
    ) -> Option<(Ticket, Result<CentreReply, FailureCode>)> {
        let mut carrying = self.relay.take()?;
        if carrying.at.is_none_or(|at| at > moment) {
            self.relay = Some(carrying);
            return None;
        }
        carrying.at = Some(moment.after(WAY));
        match self.word(&mut carrying, slot, moment, wall) {
            Ok(None) => {
                self.relay = Some(carrying);
                None
            }
            Ok(Some(answer)) => Some((carrying.ticket, Ok(CentreReply::Relayed(answer)))),
            Err(code) => {
                if let Ok(word) = Word::try_from(code.as_str()) {
                    self.judgement.take(&mut carrying.relay, TerminalMessage::Refuse { code: word }, wall);
                }
                Some((carrying.ticket, Err(code)))
            }
        }
    }

    fn word(
        &mut self,
        carrying: &mut Carrying,
        slot: &mut Slot,
        moment: Moment,
        wall: Timestamp,
    ) -> Result<Option<RelayAnswer>, FailureCode> {
        match carrying.outputs.pop_front() {
            Some(Output::Send(CentreMessage::Nonce { nonce, .. })) => {
                carrying.guard = Some(self.guard(carrying, &nonce, moment));
                Ok(None)
            }
            Some(Output::Send(CentreMessage::Command { apdu })) => {
                let guard = carrying.guard.as_mut().ok_or(codes::CENTRE_GARBLED)?;
                guard.check(apdu.as_bytes(), moment).map_err(card::GuardError::code)?;
                carrying.at = Some(moment.after(WAY + slot.pace()));
                let response = slot.transmit(apdu.as_bytes()).map_err(card::ChannelError::code)?;
                guard.seen(&response);
                let apdu = Response::try_from(response).map_err(|_| codes::CENTRE_GARBLED)?;
                let answer = TerminalMessage::Response { apdu };
                carrying.outputs.extend(self.judgement.take(&mut carrying.relay, answer, wall));
                Ok(None)
            }
            Some(Output::Send(CentreMessage::Answer { session, validity })) => {
                // An answer for another session is none.
                let ours = session == *carrying.relay.session();
                ours.then_some(Some(RelayAnswer { session, validity })).ok_or(codes::CENTRE_GARBLED)
            }
            Some(Output::Send(CentreMessage::Refused { code, .. })) => Err(refused(code)),
            Some(Output::Silence) => {
                carrying.at = None;
                Ok(None)
            }
            Some(Output::Raw(_) | Output::Close) | None => Err(codes::CENTRE_GARBLED),
        }
    }

    fn guard(&self, carrying: &Carrying, nonce: &Nonce, moment: Moment) -> Guard {
        let text = signing_text(&SigningText {
            operation: carrying.operation,
            nonce,
            visit: &carrying.visit,
            account: &self.world.account,
            endpoint: ENDPOINT,
            exporter: &EXPORTER,
        });
        let with_pin = carrying.operation.with_pin();
        let plan = GuardPlan {
            digest: Sha256::digest(text).into(),
            operation: if with_pin { card::Operation::Pin } else { card::Operation::PinLess },
            stand_in: if with_pin { StandIn::Refused } else { StandIn::Allowed },
            limits: GuardLimits::default(),
        };
        Guard::new(plan, moment)
    }

    /// The terminal gives the relay up.
    pub(super) fn let_go(&mut self, wall: Timestamp) {
        if let Some(mut carrying) = self.relay.take() {
            self.judgement.broken(&mut carrying.relay, wall);
        }
    }
}

fn denied(denied: Denied) -> FailureCode {
    refused(denied.refusal.code)
}

/// What a refusal's word means, as the centre's client has it.
fn refused(word: Word) -> FailureCode {
    if word.as_str() == centre_wire::word::refusal::MAINTENANCE {
        return codes::CENTRE_MAINTENANCE;
    }
    centre::CentreError::Refused { endpoint: String::from(ENDPOINT), word }.code()
}
