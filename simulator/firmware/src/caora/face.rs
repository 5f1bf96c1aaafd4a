//! The face compared, on pixels: the photo that came over the wire against what the camera sees.

use crate::matching::{self, Grey, Verdict};
use image::{ImageFormat, ImageReader, Limits};
use reader::FaceVerdict;
use std::io::Cursor;

/// Pixels that a photo may have on a side: more than any card's photo, less than a decompression bomb.
const MOST_SIDE: u32 = 1024;

/// What the camera sees: grey, 8 bits per pixel, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct GreyFrame {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl std::fmt::Debug for GreyFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GreyFrame({}x{})", self.width, self.height)
    }
}

impl GreyFrame {
    /// A frame of `width * height` levels; `None` if the numbers do not fit or a side is outside 32 to 4096.
    /// The unit's camera has 640 x 480; other sizes are taken as well.
    #[must_use]
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        Grey::new(width, height, &pixels)?;
        Some(Self { width, height, pixels })
    }
}

/// How the photo compares with the frame. [`FaceVerdict::NoFace`] means: go on looking.
pub(super) fn judge(photo: &[u8], camera: &GreyFrame) -> FaceVerdict {
    let Some(photo) = decode(photo) else { return FaceVerdict::PhotoUnreadable };
    let (Some(photo), Some(camera)) = (as_grey(&photo), as_grey(camera)) else {
        return FaceVerdict::PhotoUnreadable;
    };
    match matching::compare(photo, camera) {
        Verdict::Match { .. } => FaceVerdict::Match,
        Verdict::NoMatch { .. } => FaceVerdict::NoMatch,
        Verdict::TooDark => FaceVerdict::TooDark,
        Verdict::NoFace if matching::shows_print(camera) => FaceVerdict::NotAlive,
        Verdict::NoFace => FaceVerdict::NoFace,
    }
}

/// Whether the photo can be decoded at all.
pub(super) fn is_readable(photo: &[u8]) -> bool {
    decode(photo).is_some()
}

fn as_grey(frame: &GreyFrame) -> Option<Grey<'_>> {
    Grey::new(frame.width, frame.height, &frame.pixels)
}

fn decode(photo: &[u8]) -> Option<GreyFrame> {
    let mut reader = ImageReader::with_format(Cursor::new(photo), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(16 * 1024 * 1024);
    reader.limits(limits);
    let grey = reader.decode().ok()?.into_luma8();
    let (width, height) = (usize::try_from(grey.width()).ok()?, usize::try_from(grey.height()).ok()?);
    GreyFrame::new(width, height, grey.into_raw())
}
