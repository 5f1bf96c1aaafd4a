//! Drawn faces for the conformance suite: a card photo in the form that a profile wants, and camera frames to it.

use image::GrayImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use model::Pii;
use reader::conformance::{Faces, GreyFrame, Kit};
use reader::{PhotoCodec, PhotoWanted, ReaderFactory};
use simulator_card::face::{Picture, Scene, camera, photo};

/// Whose photo it is, and somebody else: faces of the matching's own test set, and a scene in which it is right.
const PERSON: u64 = 12;
const OTHER: u64 = 13;
const SCENE: u64 = 1201;

/// The photo of [`PERSON`] as a card holds it. The encoder that there is writes to files only; the simulator's stock
/// makes the same bytes from the same face.
const AS_ON_THE_CARD: &[u8] = include_bytes!("kit/photo-12.jp2");

/// What the conformance suite needs of the model that this factory makes drivers for.
#[must_use]
pub const fn of(factory: &'static dyn ReaderFactory) -> Kit {
    Kit { factory, unit: crate::unit, faces, seeds: None }
}

/// One person's photo in the wanted form, and what a camera may see with it.
///
/// # Panics
/// If a JPEG of the wanted size cannot be made, or needs more bytes than the profile takes.
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "only tests draw with it, and a profile that takes no photo must stop them"
)]
pub fn faces(wanted: &PhotoWanted) -> Faces {
    let frame = |person, scene| {
        let Picture { width, height, pixels } = camera(person, scene);
        GreyFrame::new(width, height, pixels).expect("a camera's frame has its size")
    };
    Faces {
        photo: Pii::new(match wanted.codec {
            PhotoCodec::Jp2 => AS_ON_THE_CARD.to_vec(),
            PhotoCodec::JpegGrey => jpeg(photo(PERSON), wanted).expect("a photo that the profile takes"),
        }),
        same: frame(PERSON, Scene::ordinary(SCENE)),
        other: frame(OTHER, Scene::ordinary(SCENE + 100)),
        print: frame(PERSON, Scene::photograph(SCENE + 2)),
        masked: frame(PERSON, Scene::masked(SCENE + 3)),
        turned: frame(PERSON, Scene::turned(SCENE + 4)),
    }
}

/// A baseline grey JPEG, of lower quality until it fits.
fn jpeg(picture: Picture, wanted: &PhotoWanted) -> Option<Vec<u8>> {
    let (width, height) = (u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?);
    let whole = GrayImage::from_raw(width, height, picture.pixels)?;
    let small = imageops::resize(&whole, wanted.width, wanted.height, FilterType::Triangle);
    [80, 60, 40, 20, 10].into_iter().find_map(|quality| {
        let mut jpeg = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
        small.write_with_encoder(encoder).ok()?;
        (jpeg.len() <= wanted.most_bytes).then_some(jpeg)
    })
}

#[cfg(test)]
mod tests {
    use super::{PERSON, faces, photo};
    use crate::face::{decode, judge};
    use model::Purpose;
    use reader::conformance::Faces;
    use reader::{FaceVerdict, PhotoCodec, PhotoWanted};

    fn verdicts(wanted: PhotoWanted) -> Vec<FaceVerdict> {
        let Faces { photo, same, other, print, masked, turned } = faces(&wanted);
        let photo = photo.expose(Purpose::Judge);
        assert!(photo.len() <= wanted.most_bytes, "{}", photo.len());
        let photo = decode(photo, wanted.codec).unwrap();
        [same, other, print, masked, turned].iter().map(|frame| judge(&photo, frame)).collect()
    }

    #[test]
    fn every_face_is_judged_as_what_it_is() {
        use FaceVerdict::{Masked, Match, NoMatch, NotAlive, Pose};
        let right = [Match, NoMatch, NotAlive, Masked, Pose];
        let jpeg = |width, height, most_bytes| PhotoWanted {
            codec: PhotoCodec::JpegGrey,
            width,
            height,
            most_bytes,
        };
        for wanted in [jpeg(240, 300, 8 * 1024), jpeg(320, 400, 16 * 1024), jpeg(480, 600, 32 * 1024)] {
            assert_eq!(verdicts(wanted), right, "{wanted:?}");
        }
        assert_eq!(verdicts(PhotoWanted { codec: PhotoCodec::Jp2, ..jpeg(0, 0, 16 * 1024) }), right);
    }

    #[test]
    fn the_photo_of_the_card_is_that_of_the_drawn_face() {
        let (drawn, kept) = (photo(PERSON), decode(super::AS_ON_THE_CARD, PhotoCodec::Jp2).unwrap());
        assert_eq!((kept.width(), kept.height()), (drawn.width, drawn.height));
        let off: u64 = drawn.pixels.iter().zip(kept.pixels()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(off / (378 * 472) < 6, "{off}");
    }
}
