//! Scenarios played at this simulator's own desk, one at a time: over the bench as any program, and over the daemon's
//! Unix socket as its user.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rig::{Bench, Desk, RigError};
use scenario::{Act, Decision, Line, Missed, Played, Scenario, Seen, Stage, Step, act::Typed, play_told};
use serde_json::{Value, json};
use stage::RealStage;

use crate::feed::Feed;
use crate::site::INSTITUTION;

/// Where the simulator finds itself and the daemon of its site.
#[derive(Debug, Clone)]
pub(crate) struct Ways {
    /// The bench's address.
    pub(crate) bench: String,
    /// Holds the bench's token.
    pub(crate) token_file: PathBuf,
    /// The daemon's socket.
    pub(crate) desk: PathBuf,
}

/// The plays.
#[derive(Debug)]
pub(crate) struct Plays {
    feed: Feed,
    now: Mutex<Option<Now>>,
    played: AtomicU32,
}

/// The play under way.
#[derive(Debug)]
struct Now {
    told: Value,
    stop: Arc<AtomicBool>,
}

/// What is to be played.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) scenario: Scenario,
    pub(crate) reader: String,
    pub(crate) seed: u64,
}

impl Plays {
    pub(crate) fn new(feed: Feed) -> Self {
        // Another number than those that `cargo xtask scenario` draws at the same desk.
        Self { feed, now: Mutex::default(), played: AtomicU32::new(5_000_000) }
    }

    /// The play under way, `null` if none is.
    pub(crate) fn playing(&self) -> Value {
        json!({ "play": self.lock().as_ref().map(|now| now.told.clone()) })
    }

    /// Ends the play under way at its next look; nothing happens without one.
    pub(crate) fn stop(&self) {
        if let Some(now) = self.lock().as_ref() {
            now.stop.store(true, Ordering::SeqCst);
        }
    }

    /// Takes the one place, if it is free; gives the play's number.
    pub(crate) fn begin(&self, wanted: &Wanted) -> Option<(u32, Arc<AtomicBool>)> {
        let mut now = self.lock();
        if now.is_some() {
            return None;
        }
        let number = self.played.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        let stop = Arc::new(AtomicBool::new(false));
        let told = json!({
            "number": number, "scenario": wanted.name, "reader": wanted.reader, "seed": wanted.seed,
        });
        *now = Some(Now { told, stop: Arc::clone(&stop) });
        drop(now);
        self.feed.tell("playing", self.playing());
        Some((number, stop))
    }

    /// Plays it to the end; blocks. What happens is told.
    pub(crate) fn run(&self, wanted: Wanted, number: u32, stop: Arc<AtomicBool>, ways: &Ways) {
        let began = Instant::now();
        let Wanted { name, scenario, reader, seed } = wanted;
        let outcome = self.on_stage(&scenario, &reader, seed, number, stop, ways);
        let missed = match outcome {
            Ok(missed) => missed.map(|missed| {
                json!({ "line": missed.line, "wanted": without_digits(&missed.wanted), "fault": missed.fault })
            }),
            Err(fault) => Some(json!({ "line": 0, "wanted": "", "fault": fault.to_string() })),
        };
        let seconds = began.elapsed().as_secs_f64();
        self.lock().take();
        self.feed.tell(
            "play",
            json!({
                "number": number, "scenario": name, "reader": reader, "seed": seed,
                "passed": missed.is_none(), "missed": missed, "seconds": seconds,
            }),
        );
        self.feed.tell("playing", self.playing());
    }

    fn on_stage(
        &self,
        scenario: &Scenario,
        reader: &str,
        seed: u64,
        number: u32,
        stop: Arc<AtomicBool>,
        ways: &Ways,
    ) -> Result<Option<Missed>, RigError> {
        let bench = Bench::new(&ways.bench, &ways.token_file)?;
        let desk = Desk::at_socket(&ways.desk);
        stage::prepare(&bench, &desk, reader, scenario, number)?;
        let real = RealStage::new(&bench, &desk, reader.to_owned(), seed)?;
        let mut stage = Stoppable { real, stop };
        let Played { missed, .. } = play_told(scenario, &mut stage, &mut |at, line| {
            self.feed.tell(
                "play",
                json!({
                    "number": number, "reader": reader, "line": line.number, "text": said(line),
                    "at_ms": (at.as_secs_f64() * 1000.0).round(),
                }),
            );
        });
        stage::tidy(&bench, reader, scenario)?;
        bench.site(INSTITUTION)?;
        Ok(missed)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Now>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line of a scenario, without digits that somebody types.
fn said(line: &Line) -> String {
    match &line.step {
        Step::Act(Act::Type(Typed::Digits(_))) => String::from("type ••••"),
        _ => line.to_string(),
    }
}

/// The same of a line that stands as text only.
fn without_digits(line: &str) -> String {
    match line.strip_prefix("type ") {
        Some(digits) if digits.chars().all(|digit| digit.is_ascii_digit()) => String::from("type ••••"),
        _ => line.to_owned(),
    }
}

/// A stage whose play can be ended from outside.
struct Stoppable<'a> {
    real: RealStage<'a>,
    stop: Arc<AtomicBool>,
}

impl Stoppable<'_> {
    fn goes_on(&self) -> Result<(), String> {
        if self.stop.load(Ordering::SeqCst) { Err(String::from("stopped")) } else { Ok(()) }
    }
}

impl Stage for Stoppable<'_> {
    fn now(&self) -> Duration {
        self.real.now()
    }

    fn look(&mut self) -> Result<Seen, String> {
        self.goes_on()?;
        self.real.look()
    }

    fn pass(&mut self, until: Duration) -> Result<(), String> {
        self.goes_on()?;
        self.real.pass(until)
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        self.goes_on()?;
        self.real.act(act)
    }

    fn answer(&mut self, decision: Decision) -> Result<(), String> {
        self.goes_on()?;
        self.real.answer(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::without_digits;

    #[test]
    fn digits_that_somebody_types_are_not_told() {
        assert_eq!(without_digits("type 0000"), "type ••••");
        assert_eq!(without_digits("type right"), "type right");
        assert_eq!(without_digits("nobody acts 12 s"), "nobody acts 12 s");
    }
}
