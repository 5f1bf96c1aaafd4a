//! The hardware abstraction: one trait stands between the terminal and any reader.
//!
//! A driver is a machine, not a thread: it is given bytes, commands and the time, and is drained of effects.
//! It opens nothing, waits for nothing and reads no clock, so a recorded exchange replays byte for byte.
//!
//! | module | says |
//! |---|---|
//! | [`driver`] | the trait [`ReaderDriver`], its inputs and effects, the error envelope |
//! | [`command`] | what the terminal asks of a reader |
//! | [`event`] | what a reader tells |
//! | [`factory`] | for which configured device a driver is, and how far it was proven |
//! | [`profile`] | what a reader model can do, as data |
//! | [`checksum`] | sums that several dialects share, checked against published check values |
//! | `conformance` (feature) | the other end of a wire, the seeded mangler, a pair in virtual time |

pub mod checksum;
pub mod command;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod driver;
pub mod event;
pub mod factory;
pub mod profile;

pub use command::{AttemptId, Command, CommandKind, Lamp, Sound};
pub use driver::{DriverError, Effect, Input, ReaderDriver};
pub use event::{Conditions, DocumentReading, Event, FaceVerdict, UnitInfo};
pub use factory::{Link, Parity, Patience, ReaderFactory, SerialSettings};
pub use model::panel::{Language, Method, Notice, PadOrder, PadTouches, Panel, Question, Touch};
pub use profile::{PhotoCodec, PhotoWanted, Profile, Stated};
