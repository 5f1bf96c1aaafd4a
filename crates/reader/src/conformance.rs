//! The other end of a wire, the seeded mangler and a pair in virtual time: what a driver is proven with.
//!
//! | module | says |
//! |---|---|
//! | [`firmware`] | trait [`Firmware`]: a simulated unit as patient, technician and wire meet it |
//! | [`view`] | the unit as seen from outside |
//! | [`mangler`] | seeded damage on the way |
//! | [`draw`] | numbers from a seed |
//! | [`pair`] | driver and firmware joined by a wire, in virtual time |
//! | [`kit`] | what the suite needs of a model: factory, unit, faces |

pub mod draw;
pub mod firmware;
pub mod kit;
pub mod mangler;
pub mod pair;
pub mod view;
mod way;

pub use draw::Draw;
pub use firmware::{Act, CardFace, Firmware, GreyFrame, Reading, UnitConfig};
pub use kit::{Faces, Kit};
pub use mangler::{Fate, Mangler};
pub use pair::Pair;
pub use view::{AskedView, Power, View};
pub use way::Pieces;
