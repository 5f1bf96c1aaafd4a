//! How patient an exchange is.

use std::time::Duration;

/// How patient an exchange is. A slow share may want more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// A file of which no "written to the end" was heard is whole if it reads well and stayed the same for this long.
    pub settle: Duration,
    /// A file that does not read well and stayed the same for this long will not get better: refused.
    pub malformed: Duration,
    /// A file that never stays the same is refused after this; one that cannot be read is left alone.
    pub endless: Duration,
    /// Between looks at a folder whose events are heard.
    pub look: Duration,
    /// Between looks at a folder that gives no events.
    pub quick_look: Duration,
    /// Between tries to reach a folder that is away.
    pub retry: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            // What the most careful reader known waits (oqs-files.md section 4).
            settle: Duration::from_millis(300),
            malformed: Duration::from_secs(2),
            endless: Duration::from_secs(60),
            look: Duration::from_secs(30),
            quick_look: Duration::from_secs(1),
            retry: Duration::from_secs(2),
        }
    }
}
