//! Command APDUs as the card takes them apart.

/// One command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command<'a> {
    pub(crate) class: u8,
    pub(crate) instruction: u8,
    pub(crate) p1: u8,
    pub(crate) p2: u8,
    pub(crate) data: &'a [u8],
    /// Bytes expected; `None` when the command has no Le.
    pub(crate) expected: Option<usize>,
}

/// Takes a short or extended APDU apart; `None` when its lengths do not fit.
pub(crate) fn parse(apdu: &[u8]) -> Option<Command<'_>> {
    let (&[class, instruction, p1, p2], body) = apdu.split_first_chunk::<4>()?;
    let (data, expected) = match body {
        [] => (&[][..], None),
        [le] => (&[][..], Some(short_expected(*le))),
        [0, high, low] => (&[][..], Some(extended_expected(*high, *low))),
        [0, high, low, rest @ ..] => {
            let (data, tail) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
            match tail {
                [] => (data, None),
                [high, low] => (data, Some(extended_expected(*high, *low))),
                _ => return None,
            }
        }
        [0, ..] => return None,
        [length, rest @ ..] => {
            let (data, tail) = rest.split_at_checked(usize::from(*length))?;
            match tail {
                [] => (data, None),
                [le] => (data, Some(short_expected(*le))),
                _ => return None,
            }
        }
    };
    Some(Command { class, instruction, p1, p2, data, expected })
}

fn short_expected(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

fn extended_expected(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => 65_536,
        le => usize::from(le),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use proptest::prelude::*;

    #[test]
    fn the_four_short_cases() {
        assert_eq!(parse(&[0, 0x20, 0, 0x80]).unwrap().expected, None);
        assert_eq!(parse(&[0, 0xB0, 0, 0, 0]).unwrap().expected, Some(256));
        assert_eq!(parse(&[0, 0xA4, 2, 0x0C, 2, 0, 6]).unwrap().data, [0, 6]);
        let both = parse(&[0x80, 0x2A, 0, 0x80, 1, 9, 0]).unwrap();
        assert_eq!((both.data, both.expected), (&[9][..], Some(256)));
        assert_eq!(parse(&[0, 0xA4, 2, 0x0C, 3, 0, 6]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }
    }
}
