//! The two encodings of the files. "Shift_JIS" there is CP932: NEC and IBM characters, half-width katakana.

use crate::OqsError;
use encoding_rs::{EncoderResult, SHIFT_JIS};
use std::fmt;
use std::ops::Range;

/// What stands for a character that an encoding cannot hold; the centre writes the same one.
pub const BLANK: char = '●';

/// The byte-order mark of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The encoding of a file: a setting of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Code 005: `0`.
    Utf8,
    /// Code 005: `1`. Declared as `Shift_JIS`.
    Cp932,
}

impl Encoding {
    /// The name in the XML declaration.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Cp932 => "Shift_JIS",
        }
    }

    /// The value of `CharacterCodeIdentifier`.
    #[must_use]
    pub const fn identifier(self) -> &'static str {
        match self {
            Self::Utf8 => "0",
            Self::Cp932 => "1",
        }
    }

    /// The encoding that a document declares, whether or not the rest can be read; none if it names another one.
    #[must_use]
    pub fn declared_by(document: &[u8]) -> Option<Self> {
        let document = document.strip_prefix(MARK).unwrap_or(document);
        match find_declaration(document).ok()? {
            (_, Some(name)) => Self::of_label(std::str::from_utf8(document.get(name)?).ok()?),
            (_, None) => Some(Self::Utf8),
        }
    }

    pub(crate) fn of_identifier(identifier: &str) -> Option<Self> {
        [Self::Utf8, Self::Cp932].into_iter().find(|encoding| encoding.identifier() == identifier)
    }

    fn of_label(label: &str) -> Option<Self> {
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(label));
        if is(&["UTF-8", "UTF8"]) {
            Some(Self::Utf8)
        } else if is(&["Shift_JIS", "Shift-JIS", "SJIS", "Windows-31J", "MS932", "CP932"]) {
            Some(Self::Cp932)
        } else {
            None
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// A document as text, without byte-order mark.
pub(crate) struct Decoded {
    /// As declared; UTF-8 where nothing is declared, as XML has it.
    pub(crate) encoding: Encoding,
    /// The whole document, declaration included.
    pub(crate) text: String,
    /// Where the declaration stands in `text`; empty if there is none.
    pub(crate) declaration: Range<usize>,
    /// Where the declared encoding's name stands in `text`.
    pub(crate) label: Option<Range<usize>>,
}

/// Decodes by the declaration.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, OqsError> {
    if bytes.len() > crate::LARGEST_DOCUMENT {
        return Err(OqsError::TooLarge { limit: crate::LARGEST_DOCUMENT });
    }
    let (bytes, marked) = bytes.strip_prefix(MARK).map_or((bytes, false), |rest| (rest, true));
    let (declaration, label) = find_declaration(bytes)?;
    let encoding = match label.clone().and_then(|range| bytes.get(range)) {
        None => Encoding::Utf8,
        Some(name) => {
            std::str::from_utf8(name).ok().and_then(Encoding::of_label).ok_or(OqsError::EncodingUnknown)?
        }
    };
    if marked && encoding != Encoding::Utf8 {
        return Err(OqsError::EncodingConflict { declared: encoding });
    }
    let text = decode_as(encoding, bytes).ok_or(OqsError::Undecodable { declared: encoding })?;
    if !text.chars().all(is_allowed) {
        return Err(OqsError::ForbiddenCharacter);
    }
    Ok(Decoded { encoding, text, declaration, label })
}

fn decode_as(encoding: Encoding, bytes: &[u8]) -> Option<String> {
    match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
        // Byte 80 has no meaning in CP932, but the decoder of the web lets it through as U+0080.
        Encoding::Cp932 => SHIFT_JIS
            .decode_without_bom_handling_and_without_replacement(bytes)
            .filter(|text| !text.contains('\u{80}'))
            .map(std::borrow::Cow::into_owned),
    }
}

/// Finds `<?xml … encoding="name" … ?>`; its bytes are ASCII in both encodings, so offsets hold for the text too.
fn find_declaration(bytes: &[u8]) -> Result<(Range<usize>, Option<Range<usize>>), OqsError> {
    const LONGEST: usize = 256;
    if !bytes.starts_with(b"<?xml") {
        return Ok((0..0, None));
    }
    let head = bytes.get(..LONGEST).unwrap_or(bytes);
    let end = head.windows(2).position(|pair| pair == b"?>").ok_or(OqsError::NotWellFormed { offset: 0 })?;
    let head =
        head.get(..end).and_then(|head| std::str::from_utf8(head).ok()).ok_or(OqsError::EncodingUnknown)?;
    let Some(keyword) = head.find("encoding") else { return Ok((0..end + 2, None)) };
    let quotes = |c: char| c == '"' || c == '\'';
    let value = head.get(keyword..).and_then(|rest| {
        let open = rest.find(quotes)?;
        let length = rest.get(open + 1..)?.find(quotes)?;
        let start = keyword + open + 1;
        Some(start..start + length)
    });
    value.map(|value| (0..end + 2, Some(value))).ok_or(OqsError::EncodingUnknown)
}

/// Characters of XML 1.0.
pub(crate) const fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Appends the text in an encoding; returns how many characters became [`BLANK`].
pub(crate) fn encode_into(encoding: Encoding, text: &str, out: &mut Vec<u8>) -> usize {
    match encoding {
        Encoding::Utf8 => {
            out.extend_from_slice(text.as_bytes());
            0
        }
        Encoding::Cp932 => text.chars().filter(|c| !push_cp932(*c, out)).count(),
    }
}

/// Whether an encoding can hold a character.
pub(crate) fn holds(encoding: Encoding, c: char) -> bool {
    encoding == Encoding::Utf8 || push_cp932(c, &mut Vec::new())
}

/// Appends one character; false if it became [`BLANK`].
fn push_cp932(c: char, out: &mut Vec<u8>) -> bool {
    // 外字 (U+E000 …) are left out on purpose: the same code is another character at another site.
    match encode_char(familiar(c)) {
        Some((bytes, length)) => {
            out.extend(bytes.into_iter().take(length));
            true
        }
        None => {
            out.extend_from_slice(b"\x81\x9C");
            false
        }
    }
}

fn encode_char(c: char) -> Option<([u8; 4], usize)> {
    if c == '\u{80}' {
        return None;
    }
    let (mut utf8, mut cp932) = ([0; 4], [0; 4]);
    let (result, _, written) = SHIFT_JIS.new_encoder().encode_from_utf8_without_replacement(
        c.encode_utf8(&mut utf8),
        &mut cp932,
        true,
    );
    matches!(result, EncoderResult::InputEmpty).then_some((cp932, written))
}

/// Characters that Unicode's JIS table and CP932 place differently: the same sign on paper.
const fn familiar(c: char) -> char {
    match c {
        '〜' => '～',
        '‖' => '∥',
        '—' => '―',
        '¢' => '￠',
        '£' => '￡',
        '¬' => '￢',
        '¦' => '￤',
        '¥' => '￥',
        '‾' => '￣',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cp932(text: &str) -> (Vec<u8>, usize) {
        let mut out = Vec::new();
        let blanks = encode_into(Encoding::Cp932, text, &mut out);
        (out, blanks)
    }

    #[test]
    fn cp932_has_the_bytes_of_its_table() {
        assert_eq!(cp932("見本 ｱ㈱①髙﨑").0, b"\x8C\xA9\x96\x7B \xB1\x87\x8A\x87\x40\xFB\xFC\xFA\xB1");
        assert_eq!(cp932("〜‖−").0, b"\x81\x60\x81\x61\x81\x7C");
    }

    #[test]
    fn what_cp932_lacks_becomes_a_blank_and_is_counted() {
        assert_eq!(cp932("𠮷田"), (b"\x81\x9C\x93\x63".to_vec(), 1));
        assert_eq!(cp932("鷗\u{E000}\u{80}"), (b"\x81\x9C\x81\x9C\x81\x9C".to_vec(), 3));
    }

    #[test]
    fn bytes_outside_the_declared_encoding_are_refused() {
        let undecodable = |bytes: &[u8]| matches!(decode(bytes), Err(OqsError::Undecodable { .. }));
        assert!(undecodable(b"<?xml version='1.0' encoding='Shift_JIS'?><XmlMsg>\x80</XmlMsg>"));
        assert!(undecodable(b"<?xml version='1.0' encoding='Shift_JIS'?><XmlMsg>\x81"));
        assert!(undecodable(b"<?xml version='1.0' encoding='UTF-8'?><XmlMsg>\xB1</XmlMsg>"));
        assert_eq!(decode(b"<?xml version='1.0' encoding='UTF-16'?>").err(), Some(OqsError::EncodingUnknown));
    }
}
