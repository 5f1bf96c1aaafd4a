//! A photo that arrives in pieces.

use model::Pii;
use zeroize::Zeroizing;

/// Assembles a photo from numbered pieces that come in order. Holds at most what was announced; wiped when dropped.
#[derive(Default)]
pub struct PhotoBasket {
    announced: usize,
    next: u32,
    bytes: Zeroizing<Vec<u8>>,
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// It is in the basket.
    Taken,
    /// Its number was taken before; it was not looked at.
    Repeated,
    /// It leaves a gap, is empty, or there is no room for it; the basket is as before.
    Refused,
}

impl std::fmt::Debug for PhotoBasket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PhotoBasket({} of {} bytes)", self.bytes.len(), self.announced)
    }
}

impl PhotoBasket {
    /// An empty basket for a photo of so many bytes; `None` if it announces none or more than `most`.
    #[must_use]
    pub fn announced(bytes: usize, most: usize) -> Option<Self> {
        let fits = (1..=most).contains(&bytes);
        fits.then(|| Self { announced: bytes, next: 0, bytes: Zeroizing::new(Vec::with_capacity(bytes)) })
    }

    /// Takes the piece of this number, from 0 without a gap.
    pub fn put(&mut self, number: u32, piece: &[u8]) -> Piece {
        if number < self.next {
            return Piece::Repeated;
        }
        let room = self.announced.saturating_sub(self.bytes.len());
        if number > self.next || piece.is_empty() || piece.len() > room {
            return Piece::Refused;
        }
        self.bytes.extend_from_slice(piece);
        self.next = self.next.saturating_add(1);
        Piece::Taken
    }

    /// The number of the piece that is wanted next.
    #[must_use]
    pub const fn next(&self) -> u32 {
        self.next
    }

    /// Whether all that was announced is there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.announced > 0 && self.bytes.len() == self.announced
    }

    /// The whole photo, and an empty basket that takes nothing; `None`, and the basket as it was, if pieces are missing.
    pub fn take(&mut self) -> Option<Pii<Vec<u8>>> {
        self.is_whole().then(|| {
            let mut whole = std::mem::take(self);
            Pii::new(std::mem::take(&mut *whole.bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{PhotoBasket, Piece};
    use model::Purpose;

    #[test]
    fn pieces_in_order_make_a_photo() {
        let mut basket = PhotoBasket::announced(5, 5).unwrap();
        assert_eq!(basket.put(1, b"cd"), Piece::Refused, "a gap");
        assert_eq!(basket.put(0, b""), Piece::Refused, "nothing");
        assert_eq!(basket.put(0, b"abc"), Piece::Taken);
        assert_eq!(basket.put(0, b"xyz"), Piece::Repeated);
        assert_eq!(basket.put(1, b"def"), Piece::Refused, "more than announced");
        assert!(basket.take().is_none());
        assert_eq!(basket.put(1, b"de"), Piece::Taken);
        assert_eq!(basket.take().unwrap().expose(Purpose::Judge), b"abcde");
        assert!(basket.take().is_none() && basket.put(0, b"a") == Piece::Refused, "used up");
    }

    #[test]
    fn what_is_announced_is_bounded() {
        assert!(PhotoBasket::announced(0, 5).is_none());
        assert!(PhotoBasket::announced(6, 5).is_none());
        assert_eq!(PhotoBasket::default().put(0, b"a"), Piece::Refused);
    }
}
