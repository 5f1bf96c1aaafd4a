//! What the machine wants done, and what it is told when that ended.

use super::{COMMIT_LIMIT, Loop};
use crate::line_probe::Probed;
use crate::place::{Place, is_line};
use crate::{card_work, centre_work};
use card::Identity;
use failure::codes;
use futures_util::future::LocalBoxFuture;
use model::{AuditEntry, Beside, CardMark, FailureCode, Passcode, Pii, Purpose, VisitResult};
use reader::Input as DriverInput;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};
use visit::{CardReply, CentreReply, CentreTask, Effect, Input, PasscodeCheck, Ticket};

/// A task that ended: what the station is told of it.
pub(super) enum Done {
    Card(Ticket, Result<CardReply, FailureCode>, Option<Identity>),
    Centre(Ticket, Result<CentreReply, FailureCode>),
    Passcode(Ticket, Result<PasscodeCheck, FailureCode>),
}

impl Loop {
    pub(super) async fn station_wants(&mut self, effect: Effect) {
        match effect {
            Effect::Reader(command) => {
                self.guide(|guide| guide.told(&command));
                self.drive(DriverInput::Command(command));
            }
            Effect::Card(ticket, task) => {
                let place = Arc::clone(&self.place);
                self.tasks.push(timed(async move {
                    match card_work::carry_out(&place, task).await {
                        Ok((reply, identity)) => Done::Card(ticket, Ok(reply), identity),
                        Err(code) => Done::Card(ticket, Err(code), None),
                    }
                }));
            }
            Effect::Centre(ticket, task) => {
                let place = Arc::clone(&self.place);
                let card = self.card.clone();
                let with_card = matches!(task, CentreTask::Relay { .. });
                let work =
                    timed(
                        async move { Done::Centre(ticket, centre_work::carry_out(&place, task, card).await) },
                    );
                if with_card { self.tasks.push(work) } else { self.settling.push(work) }
            }
            Effect::Commit(ticket, result) => self.commit(ticket, *result).await,
            Effect::LetGo => {
                self.tasks.clear();
                self.release().await;
            }
            Effect::CheckPasscode(ticket, passcode) => {
                let place = Arc::clone(&self.place);
                self.tasks.push(timed(async move {
                    Done::Passcode(ticket, check_passcode(&place, passcode).await)
                }));
            }
            Effect::Audit(entry) => {
                tracing::info!(reader = %self.place.settings.id, deed = ?entry.deed, "audit");
                self.note(*entry).await;
            }
            Effect::Failed(visit, code) => {
                self.visits.remove(&visit);
                self.count_failure(code);
                tracing::info!(reader = %self.place.settings.id, %visit, %code, "visit failed");
            }
            Effect::Changed => self.show(),
        }
    }

    /// Never abandoned: what the centre said is made durable and told, whatever becomes of the card. The ledger does what
    /// it is told in the order in which it is told, so it is told now.
    async fn commit(&mut self, ticket: Ticket, result: VisitResult) {
        let ledger = self.place.ledger.clone();
        let beside = match self.visits.remove(&result.visit) {
            Some(begun) => Beside { card: begun.card, took: Some(begun.at.elapsed()) },
            None => Beside::default(),
        };
        let mut commit: LocalBoxFuture<'static, _> =
            Box::pin(
                async move { (ticket, ledger.commit(result, beside).await.map_err(|error| error.code())) },
            );
        match poll_fn(|context| Poll::Ready(commit.as_mut().poll(context))).await {
            Poll::Ready(committed) => self.commits.push(Box::pin(std::future::ready(committed))),
            Poll::Pending => self.commits.push(commit),
        }
    }

    /// Durable before anything that follows from it, also before staff are answered. What the ledger cannot note its
    /// thread logs; no visit is undone by it.
    async fn note(&self, entry: AuditEntry) {
        let noted = tokio::time::timeout(COMMIT_LIMIT, self.place.ledger.note(entry).into_future()).await;
        if noted.is_err() {
            tracing::error!(reader = %self.place.settings.id, code = %codes::LEDGER_WRITE_FAILED, "the ledger takes long to note a deed");
        }
    }

    pub(super) fn task_done(&mut self, done: Done, took: Duration) {
        match done {
            Done::Card(ticket, reply, identity) => {
                self.cost.card += took;
                if identity.is_some() {
                    self.card_identified(identity);
                }
                self.tell_station(Input::Card(ticket, reply));
            }
            Done::Centre(ticket, reply) => {
                self.cost.centre += took;
                match &reply {
                    Ok(_) => {
                        self.place.centre_answered();
                        self.line.seen_up();
                    }
                    Err(code) if is_line(*code) => self.line.seen_down(*code),
                    Err(_) => {}
                }
                self.tell_station(Input::Centre(ticket, reply));
            }
            Done::Passcode(ticket, checked) => self.tell_station(Input::Passcode(ticket, checked)),
        }
    }

    fn card_identified(&mut self, identity: Option<Identity>) {
        let leaf = identity.as_ref().and_then(|identity| identity.leaf.as_ref());
        let mark = leaf.map(|leaf| Pii::new(mark(leaf.der.expose(Purpose::CommitToLedger))));
        if let Some(begun) = self.station.view().visit.and_then(|visit| self.visits.get_mut(&visit)) {
            begun.card = mark;
        }
        self.card = identity;
    }

    pub(super) fn committed(&mut self, ticket: Ticket, commit: Result<ledger::Commit, FailureCode>) {
        if let Ok(commit) = &commit {
            self.cost.commit = commit.took;
        }
        self.tell_station(Input::Committed(ticket, commit.map(|commit| commit.committed.id)));
    }

    pub(super) fn line_probed(&mut self, outcome: Probed) {
        match outcome {
            Ok(token) => {
                self.place.logged_in();
                self.line.up(token);
            }
            Err(error) => {
                let code = self.place.centre_failed(&error);
                self.line.down(code);
            }
        }
    }
}

/// The same card, the same mark.
fn mark(certificate: &[u8]) -> CardMark {
    let mut mark = CardMark([0; 32]);
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    mark.0.copy_from_slice(digest.as_ref());
    mark
}

/// Off the loop: the hash takes a good part of a second.
async fn check_passcode(place: &Arc<Place>, passcode: Passcode) -> Result<PasscodeCheck, FailureCode> {
    let Some(site) = place.passcode.clone() else { return Err(codes::READER_UNSUPPORTED) };
    let clock = place.clock;
    tokio::task::spawn_blocking(move || site.check(&passcode, || clock.now().moment))
        .await
        .map_err(|_| codes::INTERNAL)
}

/// A task that says how long it took.
fn timed(task: impl Future<Output = Done> + 'static) -> LocalBoxFuture<'static, (Done, Duration)> {
    Box::pin(async move {
        let begun = Instant::now();
        let done = task.await;
        (done, begun.elapsed())
    })
}
