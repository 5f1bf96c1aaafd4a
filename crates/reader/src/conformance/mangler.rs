//! The seeded mangler: decides what becomes of each piece on its way, as a bad cable would.

use super::draw::Draw;
use std::time::Duration;

/// What becomes of one piece of bytes on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Arrives as sent.
    Pass,
    /// Never arrives.
    Drop,
    /// Arrives twice; the copy at once or behind the next piece.
    Duplicate {
        /// Whether the copy comes behind the next piece.
        late: bool,
    },
    /// Arrives behind the next piece.
    Reorder,
    /// One bit of it is flipped.
    FlipBit,
    /// Arrives in two pieces. Never on a link of reports.
    Split,
    /// Arrives in one piece with the next. Never on a link of reports.
    Join,
    /// Arrives so much later; what follows waits behind it.
    Delay(Duration),
    /// The way stands still so long; then all of it arrives.
    Freeze(Duration),
    /// Noise comes before it.
    Babble,
    /// The link reaches its end.
    Close,
}

/// Damages a stream or a row of reports as a bad cable would: seeded, so that a failure can be played again.
#[derive(Debug, Clone)]
pub struct Mangler {
    draw: Draw,
    per_thousand: u16,
    rough: bool,
}

impl Mangler {
    /// Damages about `per_thousand` of 1,000 pieces in ways that a dialect mends: lost, doubled, reordered, one bit
    /// flipped, split, joined, late by at most 50 ms.
    #[must_use]
    pub const fn new(seed: u64, per_thousand: u16) -> Self {
        Self { draw: Draw::new(seed), per_thousand, rough: false }
    }

    /// The same, and one damage in four is of a kind that not every dialect mends: frozen, babbling, closed.
    #[must_use]
    pub const fn rough(seed: u64, per_thousand: u16) -> Self {
        Self { draw: Draw::new(seed), per_thousand, rough: true }
    }

    /// What becomes of the next piece. `reports`: a piece is one report and stays one.
    #[must_use]
    pub fn fate(&mut self, reports: bool) -> Fate {
        if self.draw.below(1000) >= usize::from(self.per_thousand) {
            return Fate::Pass;
        }
        if self.rough && self.draw.below(4) == 0 {
            return match self.draw.below(16) {
                0 => Fate::Close,
                1..6 => Fate::Freeze(self.milliseconds(200, 2_000)),
                _ => Fate::Babble,
            };
        }
        match self.draw.below(if reports { 5 } else { 7 }) {
            0 => Fate::Drop,
            1 => Fate::Duplicate { late: self.draw.below(2) == 0 },
            2 => Fate::Reorder,
            3 => Fate::FlipBit,
            4 => Fate::Delay(self.milliseconds(1, 50)),
            5 => Fate::Split,
            _ => Fate::Join,
        }
    }

    /// The piece with one bit flipped.
    #[must_use]
    pub fn flip(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut bytes = piece.to_vec();
        let at = self.draw.below(bytes.len());
        let bit = self.draw.below(8);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
        bytes
    }

    /// The piece in two; one of them may be empty.
    #[must_use]
    pub fn split<'a>(&mut self, piece: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        piece.split_at_checked(self.draw.below(piece.len())).unwrap_or((piece, &[]))
    }

    /// Noise: so many bytes, or on a stream up to that many.
    #[must_use]
    pub fn noise(&mut self, most: usize, reports: bool) -> Vec<u8> {
        let count = if reports { most } else { 1 + self.draw.below(most) };
        self.draw.bytes(count)
    }

    fn milliseconds(&mut self, least: usize, most: usize) -> Duration {
        let drawn = least + self.draw.below(most - least + 1);
        Duration::from_millis(u64::try_from(drawn).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, Mangler};

    #[test]
    fn a_seed_names_one_row_of_fates_and_every_fate_is_among_them() {
        let row = |seed, reports| -> Vec<Fate> {
            let mut mangler = Mangler::rough(seed, 1000);
            (0..2_000).map(|_| mangler.fate(reports)).collect()
        };
        assert_eq!(row(7, false), row(7, false));
        assert_ne!(row(7, false), row(8, false));
        let stream = row(7, false);
        let drawn = |wanted: fn(&Fate) -> bool| stream.iter().any(wanted);
        assert!(drawn(|fate| matches!(fate, Fate::Drop)));
        assert!(drawn(|fate| matches!(fate, Fate::Duplicate { late: true })));
        assert!(drawn(|fate| matches!(fate, Fate::Duplicate { late: false })));
        assert!(drawn(|fate| matches!(fate, Fate::Reorder)));
        assert!(drawn(|fate| matches!(fate, Fate::FlipBit)));
        assert!(drawn(|fate| matches!(fate, Fate::Split)));
        assert!(drawn(|fate| matches!(fate, Fate::Join)));
        assert!(drawn(|fate| matches!(fate, Fate::Delay(_))));
        assert!(drawn(|fate| matches!(fate, Fate::Freeze(_))));
        assert!(drawn(|fate| matches!(fate, Fate::Babble)));
        assert!(drawn(|fate| matches!(fate, Fate::Close)));
        assert!(!row(7, true).iter().any(|fate| matches!(fate, Fate::Split | Fate::Join)));
    }

    #[test]
    fn a_flipped_piece_differs_in_one_bit() {
        let mut mangler = Mangler::new(1, 1000);
        let piece = [0x55_u8; 40];
        for _ in 0..100 {
            let flipped = mangler.flip(&piece);
            let bits: u32 = piece.iter().zip(&flipped).map(|(a, b)| (a ^ b).count_ones()).sum();
            assert_eq!((flipped.len(), bits), (40, 1));
        }
    }
}
