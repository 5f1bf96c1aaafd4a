//! The face compared, on pixels: the photo that came over the wire against what the camera sees.

use crate::matching::{self, Grey, Verdict};
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::{ImageFormat, ImageReader, Limits};
use reader::conformance::GreyFrame;
use reader::{FaceVerdict, PhotoCodec};
use std::io::Cursor;

/// Pixels that a photo may have on a side: more than any card's photo, less than a decompression bomb.
const MOST_SIDE: u32 = 1024;

/// How the photo compares with the frame. [`FaceVerdict::NoFace`] means: go on looking.
#[must_use]
pub fn judge(photo: &GreyFrame, camera: &GreyFrame) -> FaceVerdict {
    let (Some(photo), Some(camera)) = (as_grey(photo), as_grey(camera)) else {
        return FaceVerdict::PhotoUnreadable;
    };
    match matching::compare(photo, camera) {
        Verdict::Match { .. } => FaceVerdict::Match,
        Verdict::NoMatch { .. } => FaceVerdict::NoMatch,
        Verdict::TooDark => FaceVerdict::TooDark,
        Verdict::Masked => FaceVerdict::Masked,
        Verdict::Turned => FaceVerdict::Pose,
        Verdict::NoFace if matching::shows_print(camera) => FaceVerdict::NotAlive,
        Verdict::NoFace => FaceVerdict::NoFace,
    }
}

/// Decodes a photo; `None` if it is none in this coding, or too large.
#[must_use]
pub fn decode(photo: &[u8], codec: PhotoCodec) -> Option<GreyFrame> {
    match codec {
        PhotoCodec::JpegGrey => decode_jpeg(photo),
        PhotoCodec::Jp2 => decode_jp2(photo),
    }
}

fn decode_jpeg(photo: &[u8]) -> Option<GreyFrame> {
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

fn decode_jp2(photo: &[u8]) -> Option<GreyFrame> {
    let settings = DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };
    let image = Image::new(photo, &settings).ok()?;
    if image.width() > MOST_SIDE || image.height() > MOST_SIDE || image.has_alpha() {
        return None;
    }
    let (width, height) = (usize::try_from(image.width()).ok()?, usize::try_from(image.height()).ok()?);
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).ok()?;
    if decoded.components().len() != 1 {
        return None;
    }
    GreyFrame::new(width, height, decoded.data_u8())
}

fn as_grey(frame: &GreyFrame) -> Option<Grey<'_>> {
    Grey::new(frame.width(), frame.height(), frame.pixels())
}
