//! What the camera reads from a certificate: printed lines `name=value` become fields, and a drawn page its picture.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use reader::DocumentReading;

/// Lines and characters of a line that are read at most: the rest is off the page.
const MOST_LINES: usize = 24;
const MOST_CHARACTERS: usize = 64;
/// The page in pixels.
const WIDTH: usize = 320;
const HEIGHT: usize = 240;

/// What a page is taken for that does not say its kind.
const OTHER: &str = "other";

/// Reads a page. A line `kind=…` says what kind of certificate it is; a page without any other line cannot be read.
#[must_use]
pub fn read(page: &str) -> Option<DocumentReading> {
    let lines: Vec<(&str, &str)> = page.lines().take(MOST_LINES).filter_map(line).collect();
    let kind = lines.iter().find(|(name, _)| *name == "kind").map_or(OTHER, |(_, value)| *value).to_owned();
    let fields: Vec<(String, String)> = lines
        .iter()
        .filter(|(name, _)| *name != "kind")
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let image = picture(&lines)?;
    (!fields.is_empty()).then_some(DocumentReading { kind, fields, image })
}

fn line(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let short = |text: &str| (1..=MOST_CHARACTERS).contains(&text.chars().count());
    (short(name) && short(value)).then_some((name, value))
}

/// A stand-in for a photograph of the page: each line as a bar as long as its text.
fn picture(lines: &[(&str, &str)]) -> Option<Vec<u8>> {
    let mut levels = vec![230_u8; WIDTH * HEIGHT];
    for (row, (name, value)) in lines.iter().enumerate() {
        let length = 4 * (name.chars().count() + value.chars().count()).min(MOST_CHARACTERS);
        for y in (10 + row * 9)..(15 + row * 9) {
            let bar = levels.get_mut(y * WIDTH + 20..y * WIDTH + 20 + length)?;
            bar.fill(40);
        }
    }
    let mut jpeg = Vec::new();
    let (width, height) = (u32::try_from(WIDTH).ok()?, u32::try_from(HEIGHT).ok()?);
    JpegEncoder::new_with_quality(&mut jpeg, 60)
        .write_image(&levels, width, height, ExtendedColorType::L8)
        .ok()?;
    Some(jpeg)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_page_becomes_fields_and_a_picture() {
        let reading = super::read("kind=child-medical\nholder=T0001\nuntil=2027-03-31\nnonsense\n").unwrap();
        assert_eq!(reading.kind, "child-medical");
        let names: Vec<&str> = reading.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["holder", "until"]);
        assert!(
            reading.image.starts_with(&[0xFF, 0xD8]) && reading.image.len() < 16_384,
            "{}",
            reading.image.len()
        );
    }

    #[test]
    fn a_page_without_fields_cannot_be_read_and_one_without_a_kind_can() {
        for page in ["", "kind=x", "a\nb\n"] {
            assert!(super::read(page).is_none(), "{page:?}");
        }
        for page in ["holder=T0001", "kind=\nholder=T0001"] {
            assert_eq!(super::read(page).unwrap().kind, super::OTHER, "{page:?}");
        }
        let many = format!("kind=x\n{}", "name=value\n".repeat(1_000));
        assert_eq!(super::read(&many).unwrap().fields.len(), super::MOST_LINES - 1);
    }
}
