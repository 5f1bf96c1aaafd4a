//! The trait that every driver implements.

use crate::{Command, CommandKind, Event, Panel, Profile, Touch};
use model::{FailureCode, Moment};
use std::error::Error;
use std::fmt;

/// What happened to a reader, told to its driver. Its Debug shows no bytes: they may hold a PIN.
pub enum Input<'a> {
    /// The link was opened; the driver may now send.
    LinkOpened,
    /// Bytes arrived, in the pieces in which the link gave them. For HID, one report.
    Received(&'a [u8]),
    /// The link reached its end: the unit was unplugged.
    LinkClosed,
    /// The terminal wants something done.
    Command(Command),
    /// The patient touched the panel that the terminal draws; only after [`Effect::Draw`].
    Touched(Touch),
    /// The moment of [`ReaderDriver::next_wakeup`] has come.
    Woken,
}

/// What a driver asks of its surroundings. Its Debug shows no bytes: they may hold a photo.
pub enum Effect {
    /// Put these bytes on the link, whole and in order. For HID, one report.
    Send(Vec<u8>),
    /// The reader told something.
    Report(Event),
    /// The panel that the terminal draws for this unit now shows this, instead of what it showed. Only from models
    /// whose screen is [`crate::profile::Screen::Terminal`].
    Draw(Panel),
    /// The profile does not offer this command; nothing was sent.
    Unsupported(CommandKind),
    /// The driver cannot go on. The terminal closes the link, drops the driver and begins anew.
    Fault(Box<dyn DriverError>),
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LinkOpened => f.write_str("LinkOpened"),
            Self::Received(bytes) => write!(f, "Received({} bytes)", bytes.len()),
            Self::LinkClosed => f.write_str("LinkClosed"),
            Self::Command(command) => write!(f, "Command({:?})", command.kind()),
            Self::Touched(touch) => write!(f, "Touched({})", touch.name()),
            Self::Woken => f.write_str("Woken"),
        }
    }
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(bytes) => write!(f, "Send({} bytes)", bytes.len()),
            Self::Report(event) => write!(f, "Report({})", event.name()),
            Self::Draw(panel) => write!(f, "Draw({})", panel.name()),
            Self::Unsupported(kind) => write!(f, "Unsupported({kind:?})"),
            Self::Fault(fault) => write!(f, "Fault({})", fault.code()),
        }
    }
}

/// One reader model's machine. Every `handle` is followed by `poll_effect` until `None`.
pub trait ReaderDriver: Send {
    /// What this model can do.
    fn profile(&self) -> &'static Profile;

    /// Takes one input. `now` never runs backwards.
    fn handle(&mut self, input: Input<'_>, now: Moment);

    /// The next effect of what was handled, oldest first; `None` when drained.
    fn poll_effect(&mut self) -> Option<Effect>;

    /// When the driver wants [`Input::Woken`], if at all. Asked after every drain.
    fn next_wakeup(&self) -> Option<Moment>;
}

/// The common envelope of the drivers' own error enums; they stay recoverable by downcast.
pub trait DriverError: Error + Send + Sync + 'static {
    /// The catalogue's code for it.
    fn code(&self) -> FailureCode;
}

#[cfg(test)]
mod tests {
    use super::{Effect, Input};

    #[test]
    fn debug_tells_no_bytes() {
        assert_eq!(format!("{:?}", Input::Received(b"PE1234")), "Received(6 bytes)");
        assert_eq!(format!("{:?}", Effect::Send(b"photo".to_vec())), "Send(5 bytes)");
    }
}
