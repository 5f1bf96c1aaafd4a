//! What happens at the bench, told as it happens: a ring of the last events that every listener reads at its own pace.
//!
//! Nothing waits for a listener. One that is slower than the ring is told how much it missed and goes on from there.
//! What is told holds no PIN, 照合番号B, name, photo or answer: the tellers leave them out.

mod tellers;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

pub(crate) use tellers::{apdu_ear, centre_ear, wire_ear};

/// Events that are kept: a few visits at five readers.
const MOST_KEPT: usize = 4096;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// 1, 2, 3 … since the start.
    pub(crate) number: u64,
    /// `reader`, `frame`, `link`, `card`, `apdu`, `centre`, `switches`, `deed`, `play`, `desk`.
    pub(crate) kind: &'static str,
    /// JSON on one line.
    pub(crate) data: Arc<str>,
}

/// Where all events go.
#[derive(Debug, Clone)]
pub(crate) struct Feed {
    ring: Arc<Mutex<VecDeque<Told>>>,
    grown: watch::Sender<u64>,
    /// Nothing is kept before somebody listened for the first time: a bench without a page costs nothing.
    listened: watch::Sender<bool>,
}

/// What a listener finds.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Events that are gone from the ring.
    pub(crate) missed: u64,
    pub(crate) events: Vec<Told>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self { ring: Arc::default(), grown: watch::Sender::new(0), listened: watch::Sender::new(false) }
    }

    /// Tells something, with the time of day under `at` in milliseconds.
    pub(crate) fn tell(&self, kind: &'static str, data: impl Serialize) {
        if !self.is_listened() {
            return;
        }
        let Ok(mut data) = serde_json::to_value(data) else { return };
        if let Some(fields) = data.as_object_mut() {
            fields.insert(String::from("at"), Value::from(crate::centre::now().0));
        }
        let number = {
            let mut ring = self.lock();
            let number = self.grown.borrow().saturating_add(1);
            if ring.len() >= MOST_KEPT {
                ring.pop_front();
            }
            ring.push_back(Told { number, kind, data: data.to_string().into() });
            // Under the ring's lock: numbers are told in their order.
            self.grown.send_replace(number);
            number
        };
        tracing::trace!(number, kind, "told");
    }

    /// Somebody listens: from now on everything is kept.
    pub(crate) fn listen(&self) {
        self.listened.send_replace(true);
    }

    pub(crate) fn is_listened(&self) -> bool {
        *self.listened.borrow()
    }

    /// Waits until somebody listens.
    pub(crate) async fn until_listened(&self) {
        // The sender lives as long as this value.
        let mut listened = self.listened.subscribe();
        drop(listened.wait_for(|listened| *listened).await);
    }

    /// The number of the last event; changes are told.
    pub(crate) fn grown(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }

    /// What was told after this number, at most so many.
    pub(crate) fn after(&self, number: u64, most: usize) -> Heard {
        let ring = self.lock();
        let first = ring.front().map_or(0, |told| told.number);
        let missed = first.saturating_sub(number.saturating_add(1));
        let events = ring.iter().filter(|told| told.number > number).take(most).cloned().collect();
        Heard { missed, events }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Told>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Feed, MOST_KEPT};
    use serde_json::json;

    #[test]
    fn a_slow_listener_is_told_what_it_missed_and_nobody_waits_for_it() {
        let feed = Feed::new();
        feed.tell("deed", json!({}));
        assert!(feed.after(0, 3).events.is_empty(), "nobody listens yet");
        feed.listen();
        for number in 0..MOST_KEPT + 10 {
            feed.tell("deed", json!({ "n": number }));
        }
        let heard = feed.after(0, 3);
        assert_eq!(heard.missed, 10);
        assert_eq!(heard.events.iter().map(|told| told.number).collect::<Vec<_>>(), [11, 12, 13]);
        let last = u64::try_from(MOST_KEPT).unwrap() + 10;
        assert_eq!(*feed.grown().borrow(), last);
        assert!(feed.after(last, 3).events.is_empty());
        assert_eq!(feed.after(last - 1, 3).missed, 0);
    }
}
