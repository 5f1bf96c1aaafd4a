//! What the suite needs of a model.

use super::{Firmware, GreyFrame, UnitConfig};
use crate::{PhotoWanted, ReaderFactory};
use model::{Moment, Pii};
use std::sync::{Mutex, PoisonError};

/// A model with its other end.
#[derive(Clone, Copy)]
pub struct Kit {
    /// Makes the drivers under test.
    pub factory: &'static dyn ReaderFactory,
    /// Makes a unit of the model that the factory is named after, powered up at this moment; `None` if there is none.
    pub unit: fn(&str, UnitConfig, Moment) -> Option<Box<dyn Firmware>>,
    /// Draws a card photo in the form that the model wants, and camera frames to it.
    pub faces: fn(&PhotoWanted) -> Faces,
    /// How many seeds the rules with damage try; as the environment asks for, when absent.
    pub seeds: Option<u64>,
}

impl Kit {
    /// The faces in the form that this model wants. Drawn once for all rules: that takes longer than most rules.
    pub(super) fn drawn_faces(&self) -> Faces {
        static DRAWN: Mutex<Vec<(PhotoWanted, Faces)>> = Mutex::new(Vec::new());
        let wanted = self.factory.profile().photo;
        let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, faces)) = drawn.iter().find(|(form, _)| *form == wanted) {
            return faces.clone();
        }
        let faces = (self.faces)(&wanted);
        drawn.push((wanted, faces.clone()));
        faces
    }

    /// A unit of this model that is powered up at this moment.
    ///
    /// # Panics
    /// If no unit is simulated under the factory's name.
    #[must_use]
    #[expect(clippy::expect_used, reason = "without the other end there is nothing to prove")]
    pub fn power_up(&self, config: UnitConfig, now: Moment) -> Box<dyn Firmware> {
        (self.unit)(self.factory.name(), config, now).expect("a unit of this name is simulated")
    }
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
