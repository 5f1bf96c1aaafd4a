//! What stands before a camera, as pixels.

use reader::conformance::GreyFrame;
use serde::{Deserialize, Serialize};
use simulator_card::Persona;
use simulator_card::face::{Scene, camera};

/// A face before the camera.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaceBefore {
    /// Whose.
    pub(crate) persona: String,
    /// How.
    pub(crate) scene: SceneKind,
}

/// How a face stands before the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SceneKind {
    /// In ordinary light.
    Right,
    /// In too little light.
    Dark,
    /// With a mask over nose and mouth.
    Masked,
    /// With the head turned away.
    Turned,
    /// Nobody is there.
    None,
    /// A printed photograph of the person.
    Photograph,
}

/// Renders one camera frame: never the photo's pixels, but the same face in another pose, light and expression.
pub(crate) fn frame(persona: &Persona, kind: SceneKind, seed: u64) -> Option<GreyFrame> {
    let scene = match kind {
        SceneKind::Right => Scene::ordinary(seed),
        SceneKind::Dark => Scene::dark(seed),
        SceneKind::Masked => Scene::masked(seed),
        SceneKind::Turned => Scene::turned(seed),
        SceneKind::Photograph => Scene::photograph(seed),
        SceneKind::None => return None,
    };
    let picture = camera(persona.face_seed, scene);
    GreyFrame::new(picture.width, picture.height, picture.pixels)
}
