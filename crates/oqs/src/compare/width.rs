//! Full and half width of Japanese text, character by character.
//!
//! Never a normal form of Unicode: those turn 神 (U+FA19) into 神 (U+795E) and ㈱ into (株), which are other names.

/// The text in one width: kana full, letters, digits, signs and spaces half. Spaces around it are dropped.
pub(super) fn one_width(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.trim().chars() {
        let composed = folded.chars().next_back().and_then(|before| marked(before, character));
        if let Some(composed) = composed {
            folded.pop();
            folded.push(composed);
        } else {
            folded.push(of_one_width(character));
        }
    }
    folded
}

/// The text with small kana as large ones: insurers register ショウイチ as シヨウイチ (oqs-files.md section 11).
pub(super) fn large_kana(text: &str) -> String {
    text.chars().map(large).collect()
}

/// The text with every hyphen, minus and wave of the vendors as the one of ASCII.
pub(super) fn plain_signs(text: &str) -> String {
    let plain = |sign| match sign {
        // Hyphen, non-breaking hyphen, figure dash, en dash, em dash, bar, minus; what － becomes in some tables.
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{301C}' => '~',
        other => other,
    };
    text.chars().map(plain).collect()
}

fn of_one_width(character: char) -> char {
    let offset = |from: u32, to: u32| {
        char::from_u32(u32::from(character).wrapping_sub(from).wrapping_add(to)).unwrap_or(character)
    };
    match character {
        '\u{3000}' => ' ',
        // ！ to ～ stand in the order of ! to ~.
        '\u{FF01}'..='\u{FF5E}' => offset(0xFF01, 0x21),
        '\u{FF61}'..='\u{FF9F}' => full_kana(character),
        _ => character,
    }
}

/// ｡ to ﾟ, in the order of Unicode.
fn full_kana(half: char) -> char {
    const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
    let place = u32::from(half).wrapping_sub(0xFF61);
    usize::try_from(place).ok().and_then(|place| FULL.chars().nth(place)).unwrap_or(half)
}

/// The kana that `before` becomes under a mark for voice, in whichever of its three forms.
fn marked(before: char, mark: char) -> Option<char> {
    match mark {
        '\u{FF9E}' | '\u{309B}' | '\u{3099}' => voiced(before),
        '\u{FF9F}' | '\u{309C}' | '\u{309A}' => half_voiced(before),
        _ => None,
    }
}

fn voiced(kana: char) -> Option<char> {
    match kana {
        'カ' | 'キ' | 'ク' | 'ケ' | 'コ' | 'サ' | 'シ' | 'ス' | 'セ' | 'ソ' | 'タ' | 'チ' | 'ツ' | 'テ'
        | 'ト' | 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ' | 'か' | 'き' | 'く' | 'け' | 'こ' | 'さ' | 'し' | 'す'
        | 'せ' | 'そ' | 'た' | 'ち' | 'つ' | 'て' | 'と' | 'は' | 'ひ' | 'ふ' | 'へ' | 'ほ' => {
            after(kana, 1)
        }
        'ウ' => Some('ヴ'),
        'う' => Some('ゔ'),
        'ワ' => Some('ヷ'),
        'ヰ' => Some('ヸ'),
        'ヱ' => Some('ヹ'),
        'ヲ' => Some('ヺ'),
        _ => None,
    }
}

fn half_voiced(kana: char) -> Option<char> {
    match kana {
        'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ' | 'は' | 'ひ' | 'ふ' | 'へ' | 'ほ' => after(kana, 2),
        _ => None,
    }
}

/// In Unicode ガ follows カ; バ and パ follow ハ.
fn after(kana: char, steps: u32) -> Option<char> {
    char::from_u32(u32::from(kana).saturating_add(steps))
}

fn large(kana: char) -> char {
    match kana {
        'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' | 'ぁ' | 'ぃ' | 'ぅ' | 'ぇ'
        | 'ぉ' | 'っ' | 'ゃ' | 'ゅ' | 'ょ' | 'ゎ' => after(kana, 1).unwrap_or(kana),
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ゕ' => 'か',
        'ゖ' => 'け',
        _ => kana,
    }
}

#[cfg(test)]
mod tests {
    use super::{large_kana, one_width, plain_signs};

    #[test]
    fn kana_become_full_with_their_marks_joined() {
        assert_eq!(one_width("ﾊﾞﾊﾟｳﾞｶﾞｯﾂｰ ﾀﾛｳ"), "バパヴガッツー タロウ");
        assert_eq!(one_width("｡｢｣､･ｦｧｮﾝ"), "。「」、・ヲァョン");
        assert_eq!(one_width("ハ゛は゜か\u{3099}"), "バぱが");
        assert_eq!(one_width("ﾞｱﾞﾝﾟ"), "゛ア゛ン゜", "a mark that fits nothing stays apart");
    }

    #[test]
    fn letters_digits_signs_and_spaces_become_half() {
        assert_eq!(one_width("　ＡＺａｚ０９！～－（）　例　"), "AZaz09!~-() 例");
        assert_eq!(plain_signs("1‐2−3–4〜5ー"), "1-2-3-4~5ー", "ー is a kana");
    }

    #[test]
    fn characters_that_only_look_alike_stay_apart() {
        for text in ["\u{FA19}", "\u{795E}", "㈱", "①", "Ⅲ", "髙", "﨑", "辻\u{E0100}", "𠮷", "ヶ", "●"]
        {
            assert_eq!(one_width(text), text);
        }
        assert_ne!(one_width("\u{FA19}"), one_width("\u{795E}"));
        assert_ne!(one_width("㈱"), one_width("(株)"));
    }

    #[test]
    fn small_kana_become_large() {
        assert_eq!(large_kana("ショウイチ ッャァヵヶヮ ゃっぁゕ"), "シヨウイチ ツヤアカケワ やつあか");
        assert_eq!(large_kana("アカサ゛ー漢A"), "アカサ゛ー漢A");
    }
}
