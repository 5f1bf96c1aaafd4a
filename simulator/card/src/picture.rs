//! Lines of the card face as one-bit grey PNG, twelve pixels high.
//!
//! There is no font here: digits have a small one of their own, every other character becomes a pattern that is
//! its own but cannot be read. Nobody reads these pictures; they have to be there, signed and decodable.

use sha2::{Digest, Sha256};

const HEIGHT: usize = 12;

/// Seven rows of five bits for each digit.
const DIGITS: [[u8; 7]; 10] = [
    [14, 17, 19, 21, 25, 17, 14],
    [4, 12, 4, 4, 4, 4, 14],
    [14, 17, 1, 2, 4, 8, 31],
    [31, 2, 4, 2, 1, 17, 14],
    [2, 6, 10, 18, 31, 2, 2],
    [31, 16, 30, 1, 1, 17, 14],
    [6, 8, 16, 30, 17, 17, 14],
    [31, 1, 2, 4, 8, 8, 8],
    [14, 17, 17, 14, 17, 17, 14],
    [14, 17, 17, 15, 1, 2, 12],
];

/// A line of text `width` pixels wide; what does not fit is cut off.
pub(crate) fn line(text: &str, width: usize) -> Result<Vec<u8>, png::EncodingError> {
    let mut black = vec![false; width * HEIGHT];
    let mut left = 0;
    for character in text.chars() {
        let (glyph, advance) = glyph(character);
        for (y, row) in glyph.into_iter().enumerate() {
            for x in (0..advance).filter(|x| row >> (11 - x) & 1 == 1 && left + x < width) {
                if let Some(pixel) = black.get_mut(y * width + left + x) {
                    *pixel = true;
                }
            }
        }
        left += advance;
    }
    encode(&black, width)
}

/// Twelve rows of up to twelve bits, and how many of them the character takes.
fn glyph(character: char) -> ([u16; HEIGHT], usize) {
    let mut rows = [0; HEIGHT];
    let digit = character.to_digit(10).and_then(|digit| DIGITS.get(usize::try_from(digit).ok()?));
    if let Some(digit) = digit {
        for (row, bits) in rows.iter_mut().skip(2).zip(digit) {
            *row = u16::from(*bits) << 7;
        }
        return (rows, 6);
    }
    if !character.is_whitespace() {
        let pattern = Sha256::digest(character.to_string());
        for (row, pair) in rows.iter_mut().skip(1).take(10).zip(pattern.chunks(2)) {
            let bits = pair.iter().fold(0_u16, |bits, byte| bits << 8 | u16::from(*byte));
            *row = (bits & 0x3FF) << 1;
        }
    }
    (rows, 12)
}

fn encode(black: &[bool], width: usize) -> Result<Vec<u8>, png::EncodingError> {
    let packed: Vec<u8> = black
        .chunks(width)
        .flat_map(|row| row.chunks(8))
        .map(|pixels| {
            let bits = pixels.iter().fold(0_u8, |bits, black| bits << 1 | u8::from(!black));
            bits << (8 - pixels.len())
        })
        .collect();
    let mut out = Vec::new();
    let mut encoder =
        png::Encoder::new(&mut out, u32::try_from(width).unwrap_or(0), u32::try_from(HEIGHT).unwrap_or(0));
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&packed)?;
    writer.finish()?;
    Ok(out)
}
