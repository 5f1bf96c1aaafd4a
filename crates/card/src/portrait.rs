//! The photo as pixels, and in the form a reader wants.

use crate::codestream;
use failure::codes;
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ExtendedColorType, GrayImage};
use model::FailureCode;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longest file a card can hold (READ BINARY has 15 bits for the offset), with room to spare.
const MOST_BYTES: usize = 64 * 1024;
/// Most pixels of a reader's picture; the kiosk's screen is below.
const MOST_OUTPUT_PIXELS: u32 = 2 * 1024 * 1024;

/// Why a photo cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PortraitError {
    /// Not a JP2 file.
    #[error("not a JP2 file")]
    NotJp2,
    /// Cut short: a decoder would show a coarse picture without complaint (dependencies.md section 7).
    #[error("the picture is cut short")]
    Truncated,
    /// More bytes or pixels than a portrait has.
    #[error("the picture is larger than a portrait")]
    TooLarge,
    /// Something that portraits on cards do not have.
    #[error("not a portrait of a card: {0}")]
    Unsupported(&'static str),
    /// The decoder gave up.
    #[error("the decoder gave up")]
    Undecodable,
    /// It does not fit the reader's limit at the lowest quality.
    #[error("the picture does not fit the reader's {most_bytes} bytes")]
    DoesNotFit {
        /// The limit.
        most_bytes: usize,
    },
}

impl PortraitError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> FailureCode {
        codes::PHOTO_UNREADABLE
    }
}

/// A decoded photo: 8-bit grey, row by row from the top left.
#[derive(Clone, PartialEq, Eq)]
pub struct Portrait {
    pixels: GrayImage,
}

impl Portrait {
    /// Decodes the JP2 file of a card.
    ///
    /// # Errors
    /// For anything that is not a whole, small, grey JP2 picture. Hostile bytes cost at most a few megabytes.
    pub fn decode(jp2: &[u8]) -> Result<Self, PortraitError> {
        if jp2.len() > MOST_BYTES {
            return Err(PortraitError::TooLarge);
        }
        let (width, height) = codestream::check(jp2)?;
        // The decoder is safe Rust, but nobody promises that it never panics.
        let grey = catch_unwind(AssertUnwindSafe(|| grey(jp2, width, height)))
            .unwrap_or(Err(PortraitError::Undecodable))?;
        let pixels = GrayImage::from_raw(width, height, grey).ok_or(PortraitError::Undecodable)?;
        Ok(Self { pixels })
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.pixels.width()
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.pixels.height()
    }

    /// The pixels, `width` times `height` bytes.
    #[must_use]
    pub fn grey(&self) -> &[u8] {
        self.pixels.as_raw()
    }
}

impl fmt::Debug for Portrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Portrait({}x{})", self.width(), self.height())
    }
}

fn grey(jp2: &[u8], width: u32, height: u32) -> Result<Vec<u8>, PortraitError> {
    // A palette could multiply the components again; portraits have none.
    let settings = DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };
    let image = Image::new(jp2, &settings).map_err(|_| PortraitError::Undecodable)?;
    if (image.width(), image.height(), image.has_alpha()) != (width, height, false) {
        return Err(PortraitError::Undecodable);
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| PortraitError::Undecodable)?;
    if decoded.components().len() != 1 {
        return Err(PortraitError::Undecodable);
    }
    Ok(decoded.data_u8())
}

/// Makes a baseline grey JPEG of exactly `width` x `height` pixels and at most `most_bytes` bytes: scaled so that
/// the portrait covers the frame, the overhang cut evenly, the quality lowered until it fits.
///
/// # Errors
/// If it does not fit even at the lowest quality, or the frame is empty or absurdly large.
pub fn to_jpeg(
    portrait: &Portrait,
    width: u32,
    height: u32,
    most_bytes: usize,
) -> Result<Vec<u8>, PortraitError> {
    if width == 0 || height == 0 || width.checked_mul(height).is_none_or(|p| p > MOST_OUTPUT_PIXELS) {
        return Err(PortraitError::TooLarge);
    }
    let framed = frame(&portrait.pixels, width, height);
    for quality in (1..=9u8).rev().map(|tenth| tenth.saturating_mul(10)).chain([5]) {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .encode(framed.as_raw(), width, height, ExtendedColorType::L8)
            .map_err(|_| PortraitError::Undecodable)?;
        if jpeg.len() <= most_bytes {
            return Ok(jpeg);
        }
    }
    Err(PortraitError::DoesNotFit { most_bytes })
}

/// Cuts the middle part that has the frame's proportions and scales it.
fn frame(pixels: &GrayImage, width: u32, height: u32) -> GrayImage {
    let (have_w, have_h) = pixels.dimensions();
    let share = |of: u32, times: u32, by: u32| {
        let share = u64::from(of).saturating_mul(u64::from(times)).checked_div(u64::from(by)).unwrap_or(0);
        u32::try_from(share).unwrap_or(u32::MAX).max(1)
    };
    let cut_w = share(have_h, width, height).min(have_w);
    let cut_h = share(have_w, height, width).min(have_h);
    let (left, top) = (have_w.saturating_sub(cut_w) / 2, have_h.saturating_sub(cut_h) / 2);
    let cut = imageops::crop_imm(pixels, left, top, cut_w, cut_h);
    imageops::resize(&*cut, width, height, FilterType::Triangle)
}
