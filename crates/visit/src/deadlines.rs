//! How long each step of a visit may take. Defaults in one table; a site may change every one of them.

use std::time::Duration;

/// Deadlines of a visit's steps. Sources: workflow.md section 5 where it states a value, else what a patient needs: the
/// readers' own limits are not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Reader and slot must both see the card. pcscd looks every 0.4 s (card.md 8.4).
    pub agree: Duration,
    /// The card says what it is.
    pub identify: Duration,
    /// The patient chooses a method; then is asked once more.
    pub choose: Duration,
    /// The reader reads 照合番号B.
    pub number_b: Duration,
    /// The card gives its photo.
    pub photo: Duration,
    /// Photo over the link and the face compared.
    pub compare: Duration,
    /// The card counts or checks the PIN.
    pub card: Duration,
    /// The patient types four digits, or staff the passcode; then is asked once more.
    pub pin: Duration,
    /// The passcode is checked.
    pub passcode: Duration,
    /// 目視確認 stays armed for the next card; then the reader goes back to unattended (workflow.md section 12, row 7).
    pub armed: Duration,
    /// Staff compare person and card.
    pub confirm: Duration,
    /// The relay, from opening to the centre's answer (3 to 7 s expected, workflow.md section 5).
    pub relay: Duration,
    /// The patient answers one question; then is asked once more.
    pub consent: Duration,
    /// The centre takes the answers and gives the result.
    pub answers: Duration,
    /// The centre says that it is still processing: in all so long.
    pub processing: Duration,
    /// The ledger makes the result durable.
    pub commit: Duration,
    /// What the patient should know beside the result stays on the screen.
    pub advise: Duration,
    /// The patient takes the card before it counts as left.
    pub take: Duration,
    /// What a patient who took the card away too early is told stays on the screen.
    pub told: Duration,
    /// After a card was taken, until reader and slot must both be empty.
    pub clear: Duration,
    /// So often a patient who does nothing is asked once more before the visit ends: a slow patient is asked, not
    /// thrown out (workflow.md section 12, row 6).
    pub reminders: u8,
    /// A deadline that is noticed later than this was missed by the machine, which slept or was stopped, and not by
    /// whoever was waited for: it begins again.
    pub pause: Duration,
}

/// The place of one deadline.
pub type Place = fn(&mut Deadlines) -> &mut Duration;

impl Deadlines {
    /// Every deadline by its name in configuration and scenarios.
    pub const NAMED: [(&'static str, Place); 21] = [
        ("agree", |d| &mut d.agree),
        ("identify", |d| &mut d.identify),
        ("choose", |d| &mut d.choose),
        ("number_b", |d| &mut d.number_b),
        ("photo", |d| &mut d.photo),
        ("compare", |d| &mut d.compare),
        ("card", |d| &mut d.card),
        ("pin", |d| &mut d.pin),
        ("passcode", |d| &mut d.passcode),
        ("armed", |d| &mut d.armed),
        ("confirm", |d| &mut d.confirm),
        ("relay", |d| &mut d.relay),
        ("consent", |d| &mut d.consent),
        ("answers", |d| &mut d.answers),
        ("processing", |d| &mut d.processing),
        ("commit", |d| &mut d.commit),
        ("advise", |d| &mut d.advise),
        ("take", |d| &mut d.take),
        ("told", |d| &mut d.told),
        ("clear", |d| &mut d.clear),
        ("pause", |d| &mut d.pause),
    ];

    /// The deadline of this name.
    #[must_use]
    pub fn named(&mut self, name: &str) -> Option<&mut Duration> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, place)| place(self))
    }
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
            passcode: seconds(5),
            armed: seconds(300),
            confirm: seconds(180),
            relay: seconds(20),
            consent: seconds(60),
            answers: seconds(15),
            processing: seconds(60),
            commit: seconds(30),
            advise: seconds(6),
            take: seconds(10),
            told: seconds(4),
            clear: Duration::from_millis(1500),
            reminders: 2,
            pause: seconds(5),
        }
    }
}
