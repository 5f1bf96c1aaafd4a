//! Knows how the line to the centre stands before a patient finds out (design promise 9).
//!
//! A login is the question: its success proves name, port, both certificates and account, and its token is the next
//! visit's. It is asked at the start, again and again while the line is down, and when the token ends.

use centre::{Centre, CentreError};
use failure::codes;
use futures_util::future::LocalBoxFuture;
use model::{FaceAccount, FailureCode};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// After a first failure; then twice as long each time.
const SHORTEST: Duration = Duration::from_secs(2);
/// A line that comes back is noticed within this, without a patient.
const LONGEST: Duration = Duration::from_secs(30);
/// A refused password does not mend itself, and trying it often may lock the account.
const REFUSED: Duration = Duration::from_secs(10 * 60);
/// Whatever the centre says of its token: a line that died in silence and announced maintenance are noticed within this,
/// without a patient.
const AGAIN: Duration = Duration::from_secs(5 * 60);

/// What a login came to: how long its token may be used.
pub(crate) type Probed = Result<Duration, CentreError>;

/// The probing of one station's line. It waits for nothing but its own timer and the centre.
pub(crate) struct LineProbe {
    centre: Centre,
    account: FaceAccount,
    down: bool,
    pause: Duration,
    state: State,
}

enum State {
    Waiting(Instant),
    Asking(LocalBoxFuture<'static, Probed>),
}

impl LineProbe {
    /// Asks at once.
    pub(crate) fn new(centre: Centre, account: FaceAccount) -> Self {
        Self { centre, account, down: false, pause: SHORTEST, state: State::Waiting(Instant::now()) }
    }

    /// The next outcome. May be dropped and called again at any time; afterwards, [`LineProbe::up`] or
    /// [`LineProbe::down`] says when to ask again.
    pub(crate) async fn outcome(&mut self) -> Probed {
        loop {
            match &mut self.state {
                State::Waiting(until) => {
                    sleep_until(*until).await;
                    let (centre, account) = (self.centre.clone(), self.account.clone());
                    self.state = State::Asking(Box::pin(async move { centre.log_in(&account).await }));
                }
                State::Asking(asking) => {
                    let outcome = asking.await;
                    // Never asked twice, also if nobody says when.
                    self.wait(LONGEST);
                    return outcome;
                }
            }
        }
    }

    /// The token holds so long; when it ends, the next is fetched.
    pub(crate) fn up(&mut self, token: Duration) {
        self.down = false;
        self.pause = SHORTEST;
        // A token that ends at once means that the clocks differ; asking all the time would not mend that.
        self.wait(token.clamp(LONGEST, AGAIN));
    }

    /// Asks again, later each time.
    pub(crate) fn down(&mut self, code: FailureCode) {
        self.down = true;
        if code == codes::CENTRE_LOGIN_REFUSED {
            self.wait(REFUSED);
            return;
        }
        self.wait(self.pause);
        self.pause = self.pause.saturating_mul(2).min(LONGEST);
    }

    /// A visit found the line standing: what was asked before says nothing any more.
    pub(crate) fn seen_up(&mut self) {
        if self.down || matches!(self.state, State::Asking(_)) {
            self.up(AGAIN);
        }
    }

    /// A visit found the line down: whatever was waited for, ask soon whether it came back.
    pub(crate) fn seen_down(&mut self, code: FailureCode) {
        self.pause = SHORTEST;
        self.down(code);
    }

    fn wait(&mut self, time: Duration) {
        self.state = State::Waiting(Instant::now() + time);
    }
}
