//! Text in columns. A terminal shows a Japanese character in two columns, which no width of `format!` knows.

/// What every terminal shows without breaking lines.
pub(crate) const COLUMNS: usize = 80;

/// Columns of one character. Those that a font may draw narrow or wide count as wide, as Japanese terminals draw them.
fn columns_of(character: char) -> usize {
    match character {
        ' '..='~' | '\u{FF61}'..='\u{FF9F}' => 1,
        _ => 2,
    }
}

/// Columns of a text in one line.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// A label, and a value whose end stands in the last column.
pub(crate) fn row(label: &str, value: &str) -> String {
    let gap = COLUMNS.saturating_sub(columns(label).saturating_add(columns(value))).max(1);
    format!("{label}{:gap$}{value}\n", "")
}

/// A text in lines no longer than [`COLUMNS`], each behind `indent` spaces. English breaks between words, Japanese where
/// it must.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let room = COLUMNS.saturating_sub(indent);
    let mut lines = String::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(break_at(rest, room));
        lines.push_str(&format!("{:indent$}{}\n", "", line.trim_end()));
        rest = after.trim_start();
    }
    lines
}

/// Where the first line of a text ends, in bytes: at least one character is in it.
fn break_at(text: &str, room: usize) -> usize {
    let (mut used, mut space) = (0_usize, None);
    for (place, character) in text.char_indices() {
        used = used.saturating_add(columns_of(character));
        if used > room && place > 0 {
            return space.unwrap_or(place);
        }
        if character == ' ' {
            space = Some(place);
        } else if columns_of(character) == 2 {
            // Japanese has no spaces; a break behind any of its characters is as good as one.
            space = Some(place.saturating_add(character.len_utf8()));
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_japanese_character_takes_two_columns() {
        assert_eq!(columns("ab ｶﾅ"), 5);
        assert_eq!(columns("結果 / results"), 14);
        let row = row("結果 / results", "14");
        assert_eq!(columns(row.trim_end()), COLUMNS);
        assert!(row.ends_with(" 14\n"), "{row}");
    }

    #[test]
    fn lines_break_between_words_and_nothing_is_lost() {
        let english = "The patient took the card away before everything was answered. ".repeat(3);
        let japanese = "カードがすべての質問に答える前に抜かれました。".repeat(5);
        for (text, joint) in [(english.trim(), " "), (&*japanese, "")] {
            let wrapped = wrapped(text, 4);
            assert!(wrapped.lines().count() > 1);
            for line in wrapped.lines() {
                assert!(line.starts_with("    ") && columns(line) <= COLUMNS, "{line:?}");
            }
            let again: Vec<&str> = wrapped.lines().map(str::trim).collect();
            assert_eq!(again.join(joint), text);
        }
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut() {
        let wrapped = wrapped(&"x".repeat(200), 4);
        assert!(wrapped.lines().all(|line| columns(line) <= COLUMNS), "{wrapped}");
        assert_eq!(wrapped.matches('x').count(), 200);
    }
}
