//! What the suite needs of a model.

use super::{Firmware, GreyFrame, UnitConfig};
use crate::{PhotoWanted, ReaderFactory};
use model::{Moment, Pii};

/// A model with its other end.
#[derive(Clone, Copy)]
pub struct Kit {
    /// Makes the drivers under test.
    pub factory: &'static dyn ReaderFactory,
    /// Makes a unit of this model that is powered up at this moment.
    pub unit: fn(UnitConfig, Moment) -> Box<dyn Firmware>,
    /// Draws a card photo in the form that the model wants, and camera frames to it.
    pub faces: fn(&PhotoWanted) -> Faces,
}

impl std::fmt::Debug for Kit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kit({})", self.factory.name())
    }
}

/// One card photo and what a camera may see with it.
#[derive(Debug, Clone)]
pub struct Faces {
    /// The photo.
    pub photo: Pii<Vec<u8>>,
    /// The same person.
    pub same: GreyFrame,
    /// Another person.
    pub other: GreyFrame,
    /// A printed photograph of the same person.
    pub print: GreyFrame,
    /// The same person behind a mask.
    pub masked: GreyFrame,
    /// The same person, the head turned away.
    pub turned: GreyFrame,
}
