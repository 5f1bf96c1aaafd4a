//! Hostile pictures: refused or decoded, never a panic, never much memory.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test"
)]

use card::{Portrait, PortraitError};
use proptest::prelude::*;

const JP2: &[u8] = include_bytes!("files/face.jp2");

#[test]
fn a_cut_picture_is_refused_wherever_it_is_cut() {
    for end in 0..JP2.len() {
        assert!(Portrait::decode(&JP2[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn a_huge_picture_is_refused_before_it_is_decoded() {
    let siz = JP2.windows(4).position(|window| window == b"\xFF\x4F\xFF\x51").unwrap();
    let mut huge = JP2.to_vec();
    // Xsiz and tile width behind marker, length and capabilities.
    huge[siz + 8] = 0x7F;
    huge[siz + 24] = 0x7F;
    assert_eq!(Portrait::decode(&huge), Err(PortraitError::TooLarge));
    let mut tiny_tiles = JP2.to_vec();
    tiny_tiles[siz + 24..siz + 32].copy_from_slice(&[0, 0, 0, 1, 0, 0, 0, 1]);
    assert_eq!(Portrait::decode(&tiny_tiles), Err(PortraitError::Unsupported("too many tiles")));
    assert_eq!(Portrait::decode(&vec![0; 1 << 20]), Err(PortraitError::TooLarge));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Portrait::decode(&bytes).is_err());
    }

    #[test]
    fn a_damaged_picture_never_panics(damage in prop::collection::vec((0..JP2.len(), any::<u8>()), 1..8)) {
        let mut bytes = JP2.to_vec();
        for (at, byte) in damage {
            bytes[at] = byte;
        }
        if let Ok(portrait) = Portrait::decode(&bytes) {
            prop_assert_eq!(portrait.grey().len() as u64, u64::from(portrait.width()) * u64::from(portrait.height()));
        }
    }
}
