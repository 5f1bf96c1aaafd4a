//! Looks for what must not be there: what identifies a person, in every form in which a program could write it.
//!
//! A needle is a value in one charset and one notation. Needles that chance could write into a log, a key or a
//! sealed file are left out by their length; so four digits of a PIN are looked for in the command that carries
//! them, in notations of bytes, and where a word beside them says what they are.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use encoding_rs::SHIFT_JIS;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Needles are filed under their first bytes.
const START: usize = 4;
/// Words that make four digits beside them a PIN.
const PIN_WORDS: [&str; 6] = ["pin", "digit", "secret", "password", "verify", "暗証"];
/// How far before the digits such a word is looked for, in bytes.
const PIN_REACH: usize = 24;

/// What to look for, and how often it may be found: never.
#[derive(Debug, Default)]
pub struct Searcher {
    needles: Vec<Needle>,
    by_start: HashMap<[u8; START], Vec<usize>>,
    pins: Vec<(String, String)>,
}

#[derive(Debug)]
struct Needle {
    what: String,
    bytes: Vec<u8>,
}

impl Searcher {
    /// Looks for a text, e.g. a name: in every charset and notation.
    pub fn add_text(&mut self, what: &str, text: &str) {
        for (charset, bytes) in charsets(text) {
            self.add_bytes(&format!("{what}, {charset}"), &bytes);
        }
        for (notation, escaped) in escapes(text) {
            self.add(format!("{what}, {notation}"), escaped.into_bytes(), 6);
        }
    }

    /// Looks for bytes, e.g. a command: raw and in every notation.
    pub fn add_bytes(&mut self, what: &str, bytes: &[u8]) {
        self.add(format!("{what}, raw"), bytes.to_vec(), 6);
        for (notation, least, text) in notations(bytes) {
            self.add(format!("{what}, {notation}"), text.into_bytes(), least);
        }
    }

    /// Looks for a PIN of four digits.
    pub fn add_pin(&mut self, what: &str, digits: &str) {
        let ascii = digits.as_bytes();
        // The reader's message `PE` and the card's VERIFY (with the length, and whole) carry it.
        self.add_bytes(&format!("{what} in a reader's message"), &[b"PE", ascii].concat());
        self.add_bytes(&format!("{what} with its length"), &[&[4], ascii].concat());
        for reference in [0x80, 0x98] {
            let command = [&[0x00, 0x20, 0x00, reference, 0x04], ascii].concat();
            self.add_bytes(&format!("{what} in VERIFY"), &command);
        }
        self.add_bytes(what, ascii);
        self.pins.push((what.to_owned(), digits.to_owned()));
    }

    /// What was found, each needle once, with the offset.
    #[must_use]
    pub fn search(&self, haystack: &[u8]) -> Vec<String> {
        let mut found: HashMap<&str, usize> = HashMap::new();
        for (offset, start) in haystack.windows(START).enumerate() {
            for needle in self.starting_with(start) {
                if haystack.get(offset..).is_some_and(|rest| rest.starts_with(&needle.bytes)) {
                    found.entry(&needle.what).or_insert(offset);
                }
            }
        }
        for (what, digits) in &self.pins {
            if let Some(offset) = pin_beside_word(haystack, digits.as_bytes()) {
                found.entry(what).or_insert(offset);
            }
        }
        let mut found: Vec<String> =
            found.into_iter().map(|(what, offset)| format!("{what} at {offset}")).collect();
        found.sort();
        found
    }

    fn add(&mut self, what: String, bytes: Vec<u8>, least: usize) {
        let Some(start) = bytes.first_chunk::<START>().filter(|_| bytes.len() >= least) else { return };
        let same_start = self.by_start.entry(*start).or_default();
        if same_start.iter().any(|known| self.needles.get(*known).is_some_and(|known| known.bytes == bytes)) {
            return;
        }
        same_start.push(self.needles.len());
        self.needles.push(Needle { what, bytes });
    }

    fn starting_with(&self, start: &[u8]) -> impl Iterator<Item = &Needle> {
        let indices = start.first_chunk::<START>().and_then(|start| self.by_start.get(start));
        indices.into_iter().flatten().filter_map(|index| self.needles.get(*index))
    }
}

/// A name or a kana name as programs write it: with either space or none, narrow Latin letters and, of kana, half
/// width and hiragana. Its parts count alone if they are no kanji: the invented names are made of common words such
/// as 模擬, which the simulated authority has in its name too.
#[must_use]
pub fn spellings(name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for form in [name.to_owned(), narrow(name), half_width(name), hiragana(name)] {
        let parts: Vec<&str> = form.split(['\u{3000}', ' ']).collect();
        all.extend(["\u{3000}", " ", ""].map(|space| parts.join(space)));
        let telling = |part: &str| part.chars().count() > 1 && !part.chars().any(is_kanji);
        all.extend(parts.iter().filter(|part| telling(part)).map(ToString::to_string));
    }
    all.sort();
    all.dedup();
    all
}

/// Full-width ASCII as ASCII.
#[must_use]
pub fn narrow(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
            '\u{3000}' => ' ',
            other => other,
        })
        .collect()
}

fn half_width(text: &str) -> String {
    // In the order of U+FF66 to U+FF9D.
    const FULL: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
    let plain = |letter: u32| {
        FULL.chars().zip('\u{FF66}'..).find(|(full, _)| u32::from(*full) == letter).map(|(_, half)| half)
    };
    let mut half = String::new();
    for letter in text.chars() {
        let code = u32::from(letter);
        // Voiced letters stand one behind the plain one in Unicode, half-voiced ones two.
        match (plain(code), plain(code - 1), plain(code.saturating_sub(2))) {
            (Some(plain), _, _) => half.push(plain),
            (_, Some(plain), _) if is_katakana(letter) => half.extend([plain, 'ﾞ']),
            (_, _, Some(plain)) if is_katakana(letter) => half.extend([plain, 'ﾟ']),
            _ => half.push(if letter == '\u{3000}' { ' ' } else { letter }),
        }
    }
    half
}

fn hiragana(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            'ァ'..='ヶ' => char::from_u32(u32::from(letter) - 0x60).unwrap_or(letter),
            other => other,
        })
        .collect()
}

fn is_kanji(letter: char) -> bool {
    ('\u{3400}'..='\u{9FFF}').contains(&letter) || letter >= '\u{20000}'
}

fn is_katakana(letter: char) -> bool {
    ('\u{30A1}'..='\u{30FA}').contains(&letter)
}

fn charsets(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-16LE", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE", text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ];
    let (cp932, _, unmappable) = SHIFT_JIS.encode(text);
    if !unmappable {
        all.push(("CP932", cp932.into_owned()));
    }
    all
}

/// Notations of bytes: name, least length that chance does not write, text.
fn notations(bytes: &[u8]) -> Vec<(&'static str, usize, String)> {
    let joined = |between: &str, show: &dyn Fn(u8) -> String| {
        bytes.iter().map(|byte| show(*byte)).collect::<Vec<_>>().join(between)
    };
    let lower = |byte: u8| format!("{byte:02x}");
    let upper = |byte: u8| format!("{byte:02X}");
    let percent = |show: &dyn Fn(u8) -> String| {
        joined("", &|byte| {
            let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if unreserved { char::from(byte).to_string() } else { format!("%{}", show(byte)) }
        })
    };
    let mut all = vec![
        ("hex", 10, joined("", &lower)),
        ("HEX", 10, joined("", &upper)),
        ("spaced hex", 10, joined(" ", &lower)),
        ("spaced HEX", 10, joined(" ", &upper)),
        ("colon hex", 10, joined(":", &lower)),
        ("hex list", 10, joined(", ", &|byte| format!("{byte:x}"))),
        ("HEX list", 10, joined(", ", &|byte| format!("{byte:X}"))),
        ("0x list", 10, joined(", ", &|byte| format!("{byte:#04x}"))),
        ("list", 10, joined(", ", &|byte| byte.to_string())),
        ("JSON list", 12, joined(",", &|byte| byte.to_string())),
        ("byte string", 6, bytes.escape_ascii().to_string()),
        ("percent", 6, percent(&upper)),
        ("percent, lower", 6, percent(&lower)),
    ];
    for before in 0..3 {
        all.push(("base64", 8, base64_inside(&STANDARD_NO_PAD, bytes, before)));
        all.push(("base64url", 8, base64_inside(&URL_SAFE_NO_PAD, bytes, before)));
    }
    all
}

/// The letters that the bytes alone decide when so many others stand before them in their group of three.
fn base64_inside(alphabet: &impl Engine, bytes: &[u8], before: usize) -> String {
    let padded = [vec![0; before], bytes.to_vec()].concat();
    let text = alphabet.encode(&padded);
    let first = (before * 8).div_ceil(6);
    let whole = padded.len() * 8 / 6;
    text.get(first..whole).unwrap_or_default().to_owned()
}

/// Notations of a text in ASCII. ASCII letters stay as they are.
fn escapes(text: &str) -> Vec<(&'static str, String)> {
    let escaped = |show: &dyn Fn(char, &mut String)| {
        let mut out = String::new();
        for letter in text.chars() {
            if letter.is_ascii() { out.push(letter) } else { show(letter, &mut out) }
        }
        out
    };
    // Writing to a string does not fail.
    let units = |upper: bool| {
        escaped(&|letter, out| {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = if upper { write!(out, "\\u{unit:04X}") } else { write!(out, "\\u{unit:04x}") };
            }
        })
    };
    let numeric = |show: &dyn Fn(u32) -> String| {
        escaped(&|letter, out| {
            let _ = write!(out, "&#{};", show(u32::from(letter)));
        })
    };
    vec![
        ("JSON escapes", units(false)),
        ("JSON ESCAPES", units(true)),
        ("Rust escapes", escaped(&|letter, out| out.extend(letter.escape_unicode()))),
        ("XML decimal", numeric(&|code| code.to_string())),
        ("XML hex", numeric(&|code| format!("x{code:x}"))),
        ("XML HEX", numeric(&|code| format!("x{code:X}"))),
    ]
}

/// Where the digits stand alone and a word shortly before them, in the same line, says that they are a PIN.
fn pin_beside_word(haystack: &[u8], digits: &[u8]) -> Option<usize> {
    let part_of_more =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
    haystack.windows(digits.len()).enumerate().find_map(|(offset, window)| {
        let before = haystack.get(offset.saturating_sub(PIN_REACH)..offset)?;
        let alone = !part_of_more(before.last()) && !part_of_more(haystack.get(offset + digits.len()));
        if window != digits || !alone {
            return None;
        }
        let line = before.rsplit(|byte| *byte == b'\n').next()?;
        let line = String::from_utf8_lossy(line).to_lowercase();
        PIN_WORDS.iter().any(|word| line.contains(word)).then_some(offset)
    })
}

#[cfg(test)]
mod tests {
    use super::{Searcher, spellings};

    fn found(searcher: &Searcher, planted: &[u8]) -> bool {
        let noise = "2026-02-17T01:02:03.123412Z TRACE x: {\"a\":1}\u{3042}\n".as_bytes();
        assert!(searcher.search(noise).is_empty());
        !searcher.search(&[noise, planted, b"\n", noise].concat()).is_empty()
    }

    fn searcher(name: &str) -> Searcher {
        let mut searcher = Searcher::default();
        spellings(name).iter().for_each(|spelling| searcher.add_text("name", spelling));
        searcher
    }

    /// Written down by other programs, so that a fault of the encoder above is not its own judge.
    #[test]
    fn a_name_is_found_in_every_notation() {
        let name = searcher("試験　太郎");
        for planted in [
            "試験　太郎",
            "試験 太郎",
            "試験太郎",
            r#"e8a9a6e9a893e38080e5a4aae9838e"#,
            r#"E8A9A6E9A893E38080E5A4AAE9838E"#,
            r#"e8 a9 a6 e9 a8 93 e3 80 80 e5 a4 aa e9 83 8e"#,
            r#"E8 A9 A6 E9 A8 93 E3 80 80 E5 A4 AA E9 83 8E"#,
            r#"[232, 169, 166, 233, 168, 147, 227, 128, 128, 229, 164, 170, 233, 131, 142]"#,
            r#"[232,169,166,233,168,147,227,128,128,229,164,170,233,131,142]"#,
            r#"'\xe8\xa9\xa6\xe9\xa8\x93\xe3\x80\x80\xe5\xa4\xaa\xe9\x83\x8e'"#,
            r#"6Kmm6aiT44CA5aSq6YOOIQ=="#,
            r#"eOippumok+OAgOWkqumDjiE="#,
            r#"eHnoqabpqJPjgIDlpKrpg44h"#,
            r#"%E8%A9%A6%E9%A8%93%E3%80%80%E5%A4%AA%E9%83%8E"#,
            r#"%e8%a9%a6%e9%a8%93%e3%80%80%e5%a4%aa%e9%83%8e"#,
            r#"8e8e8cb1814091be9859"#,
            r#"8E8E8CB1814091BE9859"#,
            r#"8e 8e 8c b1 81 40 91 be 98 59"#,
            r#"8E 8E 8C B1 81 40 91 BE 98 59"#,
            r#"[142, 142, 140, 177, 129, 64, 145, 190, 152, 89]"#,
            r#"[142,142,140,177,129,64,145,190,152,89]"#,
            r#"'\x8e\x8e\x8c\xb1\x81@\x91\xbe\x98Y'"#,
            r#"jo6MsYFAkb6YWSE="#,
            r#"eI6OjLGBQJG+mFkh"#,
            r#"eHmOjoyxgUCRvphZIQ=="#,
            r#"%8E%8E%8C%B1%81%40%91%BE%98Y"#,
            r#"668a139a00302a59ce90"#,
            r#"668A139A00302A59CE90"#,
            r#"66 8a 13 9a 00 30 2a 59 ce 90"#,
            r#"66 8A 13 9A 00 30 2A 59 CE 90"#,
            r#"[102, 138, 19, 154, 0, 48, 42, 89, 206, 144]"#,
            r#"[102,138,19,154,0,48,42,89,206,144]"#,
            r#"'f\x8a\x13\x9a\x000*Y\xce\x90'"#,
            r#"ZooTmgAwKlnOkCE="#,
            r#"eGaKE5oAMCpZzpAh"#,
            r#"eHlmihOaADAqWc6QIQ=="#,
            r#"f%8A%13%9A%000%2AY%CE%90"#,
            r#"8a669a133000592a90ce"#,
            r#"8A669A133000592A90CE"#,
            r#"8a 66 9a 13 30 00 59 2a 90 ce"#,
            r#"8A 66 9A 13 30 00 59 2A 90 CE"#,
            r#"[138, 102, 154, 19, 48, 0, 89, 42, 144, 206]"#,
            r#"[138,102,154,19,48,0,89,42,144,206]"#,
            r#"'\x8af\x9a\x130\x00Y*\x90\xce'"#,
            r#"imaaEzAAWSqQziE="#,
            r#"eIpmmhMwAFkqkM4h"#,
            r#"eHmKZpoTMABZKpDOIQ=="#,
            r#"%8Af%9A%130%00Y%2A%90%CE"#,
            r#""\u8a66\u9a13\u3000\u592a\u90ce""#,
            r#""\u8A66\u9A13\u3000\u592A\u90CE""#,
            r#"&#35430;&#39443;&#12288;&#22826;&#37070;"#,
            r#"&#x8a66;&#x9a13;&#x3000;&#x592a;&#x90ce;"#,
            r#"&#x8A66;&#x9A13;&#x3000;&#x592A;&#x90CE;"#,
            r#"\u{8a66}\u{9a13}\u{3000}\u{592a}\u{90ce}"#,
        ] {
            assert!(found(&name, planted.as_bytes()), "{planted}");
        }
        for planted in [
            b"\x8e\x8e\x8c\xb1\x81\x40\x91\xbe\x98\x59".as_slice(),
            b"\x66\x8a\x13\x9a\x00\x30\x2a\x59\xce\x90".as_slice(),
            b"\x8a\x66\x9a\x13\x30\x00\x59\x2a\x90\xce".as_slice(),
        ] {
            assert!(found(&name, planted), "{planted:?}");
        }
        assert!(!found(&name, "見本　花子".as_bytes()));
    }

    #[test]
    fn kana_are_found_in_half_width_and_as_hiragana() {
        let kana = searcher("サンプル　ペトラ");
        for planted in ["ｻﾝﾌﾟﾙ ﾍﾟﾄﾗ", "さんぷる　ぺとら", "サンプル ペトラ"]
        {
            assert!(found(&kana, planted.as_bytes()), "{planted}");
        }
        assert!(found(&kana, b"\xbb\xdd\xcc\xdf\xd9 \xcd\xdf\xc4\xd7"), "half width in CP932");
        assert!(found(&searcher("ＳＡＭＰＬＥ　ＰＥＴＲＡ"), b"SAMPLE PETRA"));
        assert!(
            found(&searcher("試験　𠮷雄"), br"\u8a66\u9a13\u3000\ud842\udfb7\u96c4"),
            "beyond the first plane"
        );
    }

    #[test]
    fn a_pin_is_found_where_it_is_one_and_not_in_a_time() {
        let mut pin = Searcher::default();
        pin.add_pin("PIN", "1234");
        for planted in [
            "pin=1234",
            "Pin(\"1234\")",
            "digits: 1234,",
            "暗証番号 1234",
            "frame PE1234",
            "apdu=002000800431323334",
            "00 20 00 80 04 31 32 33 34",
            "[0, 32, 0, 128, 4, 49, 50, 51, 52]",
            "[49, 50, 51, 52]",
            "b\"\\0 \\0\\x80\\x041234\"",
            "ACAAgAQxMjM0",
        ] {
            assert!(found(&pin, planted.as_bytes()), "{planted}");
        }
        for harmless in ["12:34:56.123412", "card_us=1234", "port 51234", "pin asked, 3 tries left\n1234 us"]
        {
            assert!(!found(&pin, harmless.as_bytes()), "{harmless}");
        }
    }
}
