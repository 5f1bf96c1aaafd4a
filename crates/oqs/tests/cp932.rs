//! What CP932 does, held to the table of Windows: worked out by hand where a character has two places, and whole.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use oqs::{Encoding, Message, transcode};

const FACE: &str = include_str!("documents/face.xml");

/// The bytes of a name written in CP932, and how many of its characters became ●.
fn written(name: &str) -> (Vec<u8>, usize) {
    let (bytes, warnings) = transcode(FACE.replace("見本　花子", name).as_bytes(), Encoding::Cp932).unwrap();
    let find = |mark: &[u8]| bytes.windows(mark.len()).position(|window| window == mark).unwrap();
    let start = find(b"<Name>") + b"<Name>".len();
    (bytes[start..find(b"</Name>")].to_vec(), warnings.iter().map(|warning| warning.replaced).sum())
}

/// The name that is read from a document in CP932; none if the bytes are no CP932.
fn read(name: &[u8]) -> Option<String> {
    let (mut bytes, _) = transcode(FACE.as_bytes(), Encoding::Cp932).unwrap();
    let find = |mark: &[u8]| bytes.windows(mark.len()).position(|window| window == mark).unwrap();
    let range = find(b"<Name>") + b"<Name>".len()..find(b"</Name>");
    bytes.splice(range, name.iter().copied());
    Message::parse(&bytes).ok()?.body.result_list[0].name.clone()
}

#[test]
fn half_width_kana_are_single_bytes() {
    assert_eq!(written("｡ｱﾝﾞﾟ"), (b"\xA1\xB1\xDD\xDE\xDF".to_vec(), 0));
    assert_eq!(read(b"\xD0\xCE\xDD \xCA\xC5\xBA").as_deref(), Some("ﾐﾎﾝ ﾊﾅｺ"));
}

#[test]
fn nec_row_13_is_written_where_windows_writes_it() {
    // Row 13 has ㈱ № Ⅰ beside IBM's FA58, FA59, FA4A; Windows keeps row 13.
    assert_eq!(
        written("①⑳Ⅰ㍉㎡㈱№℡㍾"),
        (b"\x87\x40\x87\x53\x87\x54\x87\x5F\x87\x75\x87\x8A\x87\x82\x87\x84\x87\x8D".to_vec(), 0)
    );
    assert_eq!(read(b"\xFA\x58\xFA\x59\xFA\x4A").as_deref(), Some("㈱№Ⅰ"));
    // Of the mathematical signs that row 13 repeats the place of JIS counts.
    assert_eq!(
        written("≒≡∫√⊥∠∵∩∪").0,
        b"\x81\xE0\x81\xDF\x81\xE7\x81\xE3\x81\xDB\x81\xDA\x81\xE6\x81\xBF\x81\xBE"
    );
    assert_eq!(read(b"\x87\x90\x87\x9A").as_deref(), Some("≒∵"));
}

#[test]
fn ibm_extensions_are_read_in_both_places_and_written_in_one() {
    // 髙 and 﨑: IBM's FBFC, FAB1; as selected by NEC EEE0, ED95.
    assert_eq!(read(b"\xFB\xFC\xFA\xB1").as_deref(), Some("髙﨑"));
    assert_eq!(read(b"\xEE\xE0\xED\x95").as_deref(), Some("髙﨑"));
    assert_eq!(written("髙﨑"), (b"\xFB\xFC\xFA\xB1".to_vec(), 0));
    // ⅰ: IBM's FA40, NEC's EEEF. ￢: JIS's 81CA, NEC's EEF9, IBM's FA54.
    assert_eq!(written("ⅰ￢").0, b"\xFA\x40\x81\xCA");
    assert_eq!(read(b"\xEE\xEF\xEE\xF9\xFA\x54").as_deref(), Some("ⅰ￢￢"));
}

#[test]
fn signs_that_unicode_has_twice_are_written_alike_and_read_as_windows_reads_them() {
    assert_eq!(written("〜‖−"), (b"\x81\x60\x81\x61\x81\x7C".to_vec(), 0));
    assert_eq!(written("～∥－"), (b"\x81\x60\x81\x61\x81\x7C".to_vec(), 0));
    assert_eq!(read(b"\x81\x60\x81\x61\x81\x7C").as_deref(), Some("～∥－"));
    assert_eq!(written("—¢£¬¦"), (b"\x81\x5C\x81\x91\x81\x92\x81\xCA\xFA\x55".to_vec(), 0));
    // A backslash in a name would be another sign: the yen of other systems becomes the full-width one.
    assert_eq!(written("¥‾\\~"), (b"\x81\x8F\x81\x50\x5C\x7E".to_vec(), 0));
}

#[test]
fn characters_of_the_site_s_own_are_read_and_never_written() {
    // 外字 lie from F040 on. U+E000 here is another character elsewhere.
    assert_eq!(read(b"\xF0\x40\xF9\xFC").as_deref(), Some("\u{E000}\u{E757}"));
    assert_eq!(written("\u{E000}\u{E757}"), (b"\x81\x9C\x81\x9C".to_vec(), 2));
}

#[test]
fn what_cp932_lacks_becomes_a_blank() {
    // Beyond the basic plane, JIS X 0213 only, simplified Chinese, Korean, a combining dakuten, an emoji.
    for lacking in ["𠮷", "鷗", "头", "한", "か\u{3099}", "😀"] {
        let (bytes, replaced) = written(lacking);
        assert!(bytes.ends_with(b"\x81\x9C") && replaced == 1, "{lacking}");
    }
    // These do pass, though claim checks may refuse them: 德 is IBM's.
    assert_eq!(written("德"), (b"\xFA\xBA".to_vec(), 0));
}

#[test]
fn bytes_without_meaning_are_refused() {
    for bytes in [&b"\x80"[..], b"\xA0", b"\xFD", b"\xFF", b"\x81", b"\x81\x7F", b"\x85\x40", b"\xFC\x4C"] {
        assert_eq!(read(bytes), None, "{bytes:02X?}");
    }
}

/// Every character that CP932 can hold, but for 外字: read, written and read again it is the same.
#[test]
fn every_character_of_the_table_survives_the_way_there_and_back() {
    let pairs = (0x81..=0xFC_u8).flat_map(|lead| (0x40..=0xFC_u8).map(move |trail| vec![lead, trail]));
    let pairs = pairs.filter(|pair| !(0xA0..=0xDF).contains(&pair[0]));
    let (mut characters, mut moved) = (Vec::new(), 0);
    for bytes in pairs.chain((0xA1..=0xDF_u8).map(|single| vec![single])) {
        let (text, _, wrong) = encoding_rs::SHIFT_JIS.decode(&bytes);
        if wrong || ('\u{E000}'..='\u{F8FF}').contains(&text.chars().next().unwrap()) {
            continue;
        }
        let again = encoding_rs::SHIFT_JIS.encode(&text).0.into_owned();
        moved += usize::from(again != bytes);
        characters.push(text.into_owned());
    }
    // JIS X 0208 has 6,879 characters, half-width kana 63, NEC row 13 83, IBM 388; NEC selected 374 of those.
    assert_eq!(characters.len(), 6_879 + 63 + 83 + 388 + 374);
    // The 398 that Windows is known to move (Microsoft's article 170559).
    assert_eq!(moved, 398);
    for chunk in characters.chunks(500) {
        let text: String = chunk.concat();
        let (bytes, replaced) = written(&text);
        assert_eq!(replaced, 0);
        assert_eq!(read(&bytes), Some(text));
    }
}
