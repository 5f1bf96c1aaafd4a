//! The filter that every APDU of a relay passes (design section 4.3). It knows whole commands, not patterns:
//! what is not one of the few exact forms below is refused, whatever it means.
//!
//! | command | when |
//! |---|---|
//! | `00 A4 04 0C 0A D392F000260100000001`, `00 A4 04 00 0A D392F000260100000001 00` | PIN-less relay only: it would take back the PIN |
//! | `00 A4 02 0C 02 000A`, `… 000B`, `… 0017` | JPKI selected |
//! | `00 B0 hh ll Le`, hh below 80 | 000A or 000B selected |
//! | `80 2A 00 80 33 <DigestInfo of the relay's text> 00` | 0017 selected, once |
//! | `80 F5 00 00 6C "UKETSUKESIM1" <digest> <64 bytes>` | JPKI selected, PIN-less relay with the stand-in allowed, once |

use crate::face::SHA256_PREFIX;
use crate::session::JPKI;
use failure::codes;
use model::{FailureCode, Moment};
use std::fmt;
use std::time::Duration;

/// How the stand-in for PIN-less signing begins; never a command of a real card.
const STAND_IN: [u8; 17] = *b"\x80\xF5\x00\x00\x6CUKETSUKESIM1";

/// What kind of relay it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The card comes freshly powered; the centre selects the application.
    PinLess,
    /// The terminal selected JPKI and the card accepted the PIN.
    Pin,
}

/// Whether the stand-in for PIN-less signing may pass. Allowed only for a centre under the simulator's CA
/// *and* a simulated card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandIn {
    /// It is refused.
    Refused,
    /// It passes once, over this relay's digest.
    Allowed,
}

/// What one relay may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardLimits {
    /// Commands.
    pub commands: u32,
    /// Bytes of commands and answers together.
    pub bytes: usize,
    /// Time from the first moment to the last command.
    pub time: Duration,
}

impl Default for GuardLimits {
    /// Two certificates of 2 kB in pieces of 100 bytes need some 45 commands.
    fn default() -> Self {
        Self { commands: 96, bytes: 32 * 1024, time: Duration::from_secs(20) }
    }
}

/// What one relay is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardPlan {
    /// SHA-256 of the text that this relay signs.
    pub digest: [u8; 32],
    /// The kind of relay.
    pub operation: Operation,
    /// Whether the stand-in may pass.
    pub stand_in: StandIn,
    /// What it may cost.
    pub limits: GuardLimits,
}

/// The class of a refused command, by its instruction byte; the only thing ever said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandClass {
    /// Shorter than a command.
    Fragment,
    /// Secure messaging, a logical channel, chaining or an unknown class byte.
    ForeignClass,
    /// 20, 21.
    Verify,
    /// 24, 2C, and 32 of the resident-register application.
    ChangeSecret,
    /// A4.
    Select,
    /// B0, B1.
    ReadBinary,
    /// B2, B3.
    ReadRecord,
    /// C0.
    GetResponse,
    /// 84.
    Challenge,
    /// 82, 86, 87, 88, A2.
    Authenticate,
    /// 2A.
    Sign,
    /// F5: the stand-in.
    StandIn,
    /// Anything else.
    Unknown,
}

impl CommandClass {
    /// The class of a command.
    #[must_use]
    pub fn of(command: &[u8]) -> Self {
        match command {
            [0x00 | 0x80, ins, _, _, ..] => match ins {
                0x20 | 0x21 => Self::Verify,
                0x24 | 0x2C | 0x32 => Self::ChangeSecret,
                0xA4 => Self::Select,
                0xB0 | 0xB1 => Self::ReadBinary,
                0xB2 | 0xB3 => Self::ReadRecord,
                0xC0 => Self::GetResponse,
                0x84 => Self::Challenge,
                0x82 | 0x86 | 0x87 | 0x88 | 0xA2 => Self::Authenticate,
                0x2A => Self::Sign,
                0xF5 => Self::StandIn,
                _ => Self::Unknown,
            },
            [_, _, _, _, ..] => Self::ForeignClass,
            _ => Self::Fragment,
        }
    }
}

impl fmt::Display for CommandClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fragment => "less than a command",
            Self::ForeignClass => "a command of another class",
            Self::Verify => "VERIFY",
            Self::ChangeSecret => "a change of PIN",
            Self::Select => "SELECT",
            Self::ReadBinary => "READ BINARY",
            Self::ReadRecord => "READ RECORD",
            Self::GetResponse => "GET RESPONSE",
            Self::Challenge => "GET CHALLENGE",
            Self::Authenticate => "an authentication",
            Self::Sign => "a signature",
            Self::StandIn => "the stand-in",
            Self::Unknown => "an unknown command",
        })
    }
}

/// Which cap was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    /// Commands.
    Commands,
    /// Bytes.
    Bytes,
    /// Seconds.
    Time,
}

/// Why a command was not sent to the card. It ends the relay: the guard refuses everything afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Not one of the allowed forms, or not now.
    #[error("the relay must not send {class}: {why}")]
    Refused {
        /// What it was.
        class: CommandClass,
        /// Why not.
        why: &'static str,
    },
    /// A signature over something else than this relay's text.
    #[error("the relay asks for a signature over another text")]
    OtherText,
    /// A cap was reached.
    #[error("the relay exceeds its cap of {0:?}")]
    Limit(Cap),
    /// The stand-in where it is not allowed.
    #[error("PIN-less signing is a stand-in and not allowed here")]
    StandInRefused,
}

impl GuardError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> FailureCode {
        match self {
            Self::Refused { .. } => codes::RELAY_COMMAND_REFUSED,
            Self::OtherText => codes::RELAY_OTHER_TEXT,
            Self::Limit(_) => codes::RELAY_LIMIT,
            Self::StandInRefused => codes::STAND_IN_REFUSED,
        }
    }
}

/// A file that a relay may select.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum File {
    /// 000A or 000B.
    Certificate,
    /// 0017.
    Key,
}

/// What is selected on the card, as far as the guard knows it for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selected {
    /// Nothing, or nothing certain.
    Nothing,
    /// The JPKI application, and perhaps a file.
    Jpki(Option<File>),
}

/// One relay's guard.
#[derive(Debug)]
pub struct Guard {
    plan: GuardPlan,
    until: Moment,
    commands: u32,
    bytes: usize,
    selected: Selected,
    /// What is selected if the command under way succeeds, and if it fails.
    pending: Option<(Selected, Selected)>,
    signed: bool,
    stood_in: bool,
    closed: bool,
}

impl Guard {
    /// A guard for one relay that starts now, on a card just powered (PIN-less) or just opened by PIN.
    #[must_use]
    pub const fn new(plan: GuardPlan, now: Moment) -> Self {
        let selected = match plan.operation {
            Operation::PinLess => Selected::Nothing,
            Operation::Pin => Selected::Jpki(None),
        };
        Self {
            until: now.after(plan.limits.time),
            plan,
            commands: 0,
            bytes: 0,
            selected,
            pending: None,
            signed: false,
            stood_in: false,
            closed: false,
        }
    }

    /// Judges a command before it is sent to the card.
    ///
    /// # Errors
    /// If it must not be sent; the relay is then over.
    pub fn check(&mut self, command: &[u8], now: Moment) -> Result<(), GuardError> {
        let judged = self.judge(command, now);
        self.closed |= judged.is_err();
        judged
    }

    /// Takes note of the card's answer to the command just checked.
    pub fn seen(&mut self, response: &[u8]) {
        self.bytes = self.bytes.saturating_add(response.len());
        let Some((succeeded, failed)) = self.pending.take() else {
            self.closed = true;
            return;
        };
        self.selected = if response.ends_with(&[0x90, 0x00]) { succeeded } else { failed };
    }

    fn judge(&mut self, command: &[u8], now: Moment) -> Result<(), GuardError> {
        let refused = |why| Err(GuardError::Refused { class: CommandClass::of(command), why });
        if self.closed {
            return refused("this relay is over");
        }
        if self.pending.is_some() {
            return refused("the card has not answered the last command");
        }
        self.count(command, now)?;
        match command {
            // Both usual forms, nothing in between.
            [0x00, 0xA4, 0x04, 0x0C, 0x0A, aid @ ..] if *aid == JPKI => self.select_application(command),
            [0x00, 0xA4, 0x04, 0x00, 0x0A, aid @ .., 0x00] if *aid == JPKI => {
                self.select_application(command)
            }
            [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x0A | 0x0B] => self.select_file(command, File::Certificate),
            [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x17] => self.select_file(command, File::Key),
            [0x00, 0xB0, 0x00..=0x7F, _, _] => self.read(command),
            [0x80, 0x2A, 0x00, 0x80, 0x33, digest_info @ .., 0x00] if digest_info.len() == 51 => {
                self.sign(command, digest_info)
            }
            _ if CommandClass::of(command) == CommandClass::StandIn => self.stand_in(command),
            _ => refused("it is none of the allowed forms"),
        }
    }

    fn count(&mut self, command: &[u8], now: Moment) -> Result<(), GuardError> {
        self.commands = self.commands.saturating_add(1);
        self.bytes = self.bytes.saturating_add(command.len());
        if now > self.until {
            return Err(GuardError::Limit(Cap::Time));
        }
        if self.commands > self.plan.limits.commands {
            return Err(GuardError::Limit(Cap::Commands));
        }
        if self.bytes > self.plan.limits.bytes {
            return Err(GuardError::Limit(Cap::Bytes));
        }
        Ok(())
    }

    fn select_application(&mut self, command: &[u8]) -> Result<(), GuardError> {
        if self.plan.operation == Operation::Pin {
            return refuse(command, "the application is selected, and selecting it takes back the PIN");
        }
        self.pending = Some((Selected::Jpki(None), Selected::Nothing));
        Ok(())
    }

    fn select_file(&mut self, command: &[u8], file: File) -> Result<(), GuardError> {
        if self.selected == Selected::Nothing {
            return refuse(command, "the application is not selected");
        }
        self.pending = Some((Selected::Jpki(Some(file)), Selected::Jpki(None)));
        Ok(())
    }

    fn read(&mut self, command: &[u8]) -> Result<(), GuardError> {
        if self.selected != Selected::Jpki(Some(File::Certificate)) {
            return refuse(command, "no certificate is selected");
        }
        self.pending = Some((self.selected, self.selected));
        Ok(())
    }

    fn sign(&mut self, command: &[u8], digest_info: &[u8]) -> Result<(), GuardError> {
        if self.selected != Selected::Jpki(Some(File::Key)) {
            return refuse(command, "the authentication key is not selected");
        }
        if self.signed {
            return refuse(command, "this relay has signed");
        }
        if digest_info.strip_prefix(&SHA256_PREFIX) != Some(&self.plan.digest[..]) {
            return Err(GuardError::OtherText);
        }
        self.signed = true;
        self.pending = Some((self.selected, self.selected));
        Ok(())
    }

    fn stand_in(&mut self, command: &[u8]) -> Result<(), GuardError> {
        if self.plan.stand_in == StandIn::Refused || self.plan.operation == Operation::Pin {
            return Err(GuardError::StandInRefused);
        }
        let Some((digest, proof)) =
            command.strip_prefix(&STAND_IN).and_then(|rest| rest.split_first_chunk::<32>())
        else {
            return refuse(command, "it is not of the stand-in's form");
        };
        if proof.len() != 64 {
            return refuse(command, "it is not of the stand-in's form");
        }
        if self.selected == Selected::Nothing {
            return refuse(command, "the application is not selected");
        }
        if self.stood_in || self.signed {
            return refuse(command, "this relay has used it or has signed");
        }
        if *digest != self.plan.digest {
            return Err(GuardError::OtherText);
        }
        self.stood_in = true;
        self.pending = Some((self.selected, self.selected));
        Ok(())
    }
}

fn refuse(command: &[u8], why: &'static str) -> Result<(), GuardError> {
    Err(GuardError::Refused { class: CommandClass::of(command), why })
}
