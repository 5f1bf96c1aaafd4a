//! How long each step of a visit may take. Defaults in one table; a site may change them.

use std::time::Duration;

/// Deadlines of a visit's steps. Sources: workflow.md section 5 where it states a value, else what a patient needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Reader and slot must both see the card. pcscd looks every 0.4 s (card.md 8.4).
    pub agree: Duration,
    /// The card says what it is.
    pub identify: Duration,
    /// The patient chooses a method.
    pub choose: Duration,
    /// The reader reads 照合番号B.
    pub number_b: Duration,
    /// The card gives its photo.
    pub photo: Duration,
    /// Photo over the link and the face compared.
    pub compare: Duration,
    /// The card counts or checks the PIN.
    pub card: Duration,
    /// The patient types four digits.
    pub pin: Duration,
    /// The relay, from opening to the centre's answer (3 to 7 s expected, workflow.md section 5).
    pub relay: Duration,
    /// The patient answers one consent question.
    pub consent: Duration,
    /// The centre takes the answers and gives the result.
    pub answers: Duration,
    /// The ledger makes the result durable.
    pub commit: Duration,
    /// The patient takes the card before it counts as left.
    pub take: Duration,
    /// What a patient who took the card away too early is told stays on the screen.
    pub told: Duration,
    /// After a card was taken, until reader and slot must both be empty.
    pub clear: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            agree: seconds(3),
            identify: seconds(10),
            choose: seconds(60),
            number_b: seconds(20),
            photo: seconds(10),
            compare: seconds(30),
            card: seconds(10),
            pin: seconds(60),
            relay: seconds(20),
            consent: seconds(60),
            answers: seconds(15),
            commit: seconds(30),
            take: seconds(10),
            told: seconds(4),
            clear: Duration::from_millis(1500),
        }
    }
}
