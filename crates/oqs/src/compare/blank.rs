//! ● in place of characters that could not be written.

use crate::BLANK;

/// Whether `new` may be `stored` with ● in places: one ● for one character, and the others agree. Both in one width.
pub(super) fn is_blanked(stored: &str, new: &str) -> bool {
    new.contains(BLANK) && {
        let (stored, new) = (characters(stored), characters(new));
        stored.len() == new.len() && stored.iter().zip(&new).all(|(stored, new)| agree(stored, new))
    }
}

fn agree(stored: &str, new: &str) -> bool {
    stored == new || new.chars().eq([BLANK])
}

/// The characters as people count them: a variation selector belongs to the one before it.
fn characters(text: &str) -> Vec<&str> {
    let begins = |(_, scalar): &(usize, char)| !is_variation_selector(*scalar);
    let starts: Vec<usize> = text.char_indices().filter(begins).map(|(place, _)| place).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end)).collect()
}

const fn is_variation_selector(scalar: char) -> bool {
    matches!(scalar, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::is_blanked;

    #[test]
    fn one_blank_stands_for_one_character() {
        assert!(is_blanked("例示 𡈽雄", "例示 ●雄"));
        assert!(is_blanked("辻\u{E0100}本", "●本"), "a selector is no character of its own");
        assert!(is_blanked("例示", "●●"));
        assert!(is_blanked("例●", "●●"));
        for (stored, new) in [
            ("例示 𡈽雄", "例示 ●男"),
            ("例示 𡈽雄", "例示 ●●雄"),
            ("例示 𡈽雄", "例示●雄"),
            ("例示", "例示"),
            ("例●", "例示"),
            ("", "●"),
        ] {
            assert!(!is_blanked(stored, new), "{stored} {new}");
        }
    }
}
