//! Full and half width: 記号 and 番号 are typed in either.

/// Whether two texts differ at most in the width of letters, digits, signs and spaces. Kana count as they are.
pub(crate) fn same_but_for_width(one: &str, other: &str) -> bool {
    one.chars().map(half).eq(other.chars().map(half))
}

fn half(full: char) -> char {
    match full {
        // ！ to ～ stand in the order of ! to ~.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(full) - 0xFEE0).unwrap_or(full),
        '\u{3000}' => ' ',
        _ => full,
    }
}

#[cfg(test)]
mod tests {
    use super::same_but_for_width;

    #[test]
    fn only_the_width_is_passed_over() {
        assert!(same_but_for_width("見－１　Ａ～", "見-1 A~"));
        assert!(!same_but_for_width("１２", "１"));
        assert!(!same_but_for_width("ａ", "Ａ"));
        assert!(!same_but_for_width("００１", "１"), "zeros count");
    }
}
