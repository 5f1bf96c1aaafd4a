//! The other end of a wire, the seeded mangler, a pair in virtual time, and the suite: what a driver is proven with.
//!
//! | module | says |
//! |---|---|
//! | [`firmware`] | trait [`Firmware`]: a simulated unit as patient, technician and wire meet it |
//! | [`view`] | the unit as seen from outside |
//! | [`draw`] | numbers from a seed |
//! | [`mangler`] | seeded damage on the way |
//! | [`pair`] | driver and firmware joined by a wire, in virtual time |
//! | [`kit`] | what the suite needs of a model: factory, unit, faces |
//! | [`rule`] | what a rule is, and how it is judged |
//! | [`rules`] | the rules by name, and [`suite!`], which makes a test of each |
//! | [`patient`] | who stands before the screen, whoever draws it |
//! | `desk`, `stage`, `visit`, `noise`, `seeds` | what the rules are written with |

mod desk;
pub mod draw;
pub mod firmware;
pub mod kit;
pub mod mangler;
mod noise;
pub mod pair;
pub mod patient;
pub mod rule;
pub mod rules;
mod seeds;
mod stage;
pub mod view;
mod visit;
mod way;

pub use crate::suite;
pub use draw::Draw;
pub use firmware::{Act, CardFace, Firmware, GreyFrame, Reading, UnitConfig};
pub use kit::{Faces, Kit};
pub use mangler::{Fate, Mangler};
pub use pair::Pair;
pub use rule::{Rule, Verdict, prove};
pub use rules::RULES;
pub use view::{AskedView, Power, View};
pub use way::Pieces;
