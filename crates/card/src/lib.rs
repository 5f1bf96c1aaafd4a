//! APDUs, the My Number Card's applications, certificates, the face photo and the guard.
//!
//! Pure: the card is reached through [`CardChannel`], challenges and times are arguments. Nothing here retries a
//! VERIFY, and nothing here puts a response, a PIN or 照合番号B into an error.

pub mod apdu;
mod asn1;
pub mod certificate;
mod codestream;
pub mod error;
pub mod face;
pub mod guard;
pub mod jpki;
pub mod portrait;
mod session;
pub mod trust;

pub use apdu::{CardChannel, ChannelError, Command, Response};
pub use certificate::Leaf;
pub use error::{CardError, Step};
pub use face::{NumberBTries, Photo, number_b_tries, read_photo};
pub use guard::{CommandClass, Guard, GuardError, GuardLimits, GuardPlan, Operation, StandIn};
pub use jpki::{Identity, PinOutcome, Token, Tries, identify, pin_tries, verify_pin};
pub use portrait::{Portrait, PortraitError, to_jpeg};
pub use session::end_session;
pub use trust::{CardCas, FaceTrust, TrustError};
