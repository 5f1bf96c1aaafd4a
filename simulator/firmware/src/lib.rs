//! The other ends of the readers' wires as pure machines.
//!
//! All units share one body: screen, tray, camera, light. A model adds its [`ModelFacts`] and its dialect, written
//! from the dialect's document and never from the driver.
//!
//! | module | says |
//! |---|---|
//! | [`body`] | the unit behind its dialect: obeys orders, tells what happens |
//! | [`facts`] | what a model can do, as data |
//! | `unit` | body, dialect and wire as one [`Firmware`]; restarts, silence, babble |
//! | `wire` | what leaves the unit, as the fault switches let it |
//! | [`trace`] | what passes over the wire, as lines without personal fields |
//! | [`photo`] | a photo that arrives in pieces |
//! | [`document`] | what the camera reads from a certificate |
//! | [`face`] | the face compared, on pixels |
//! | [`matching`] | how faces are told apart |
//! | [`caora`] … | the models |
//! | [`kit`] | drawn faces for the conformance suite |

pub mod body;
pub mod caora;
pub mod document;
pub mod exc_9000;
pub mod face;
pub mod facts;
pub mod hi_cara;
pub mod kit;
pub mod matching;
pub mod photo;
pub mod sma_pa;
pub mod stfr2;
pub mod trace;
mod unit;
mod wire;

pub use body::{Body, Identity, Order, Told};
pub use facts::ModelFacts;
pub use photo::PhotoBasket;

use model::Moment;
use reader::conformance::{Firmware, UnitConfig};

/// Every model's driver name, in the order of the makers' table.
pub const MODELS: &[&str] = &["caora", "stfr2", "sma-pa", "hi-cara", "exc-9000"];

/// A unit of the named model that is powered up now; `None` if there is no such model.
#[must_use]
pub fn unit(model: &str, config: UnitConfig, now: Moment) -> Option<Box<dyn Firmware>> {
    Some(match model {
        "caora" => caora::unit(config, now),
        "stfr2" => stfr2::unit(config, now),
        "sma-pa" => sma_pa::unit(config, now),
        "hi-cara" => hi_cara::unit(config, now),
        "exc-9000" => exc_9000::unit(config, now),
        _ => return None,
    })
}
