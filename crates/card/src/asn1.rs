//! BER objects as the card's files hold them: any valid definite length, also non-minimal (card.md section 2.2).

/// One object inside a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Object<'a> {
    /// Tag, one to three bytes as a number, e.g. 0xDF27.
    pub(crate) tag: u32,
    /// Tag, length and value as they stand in the file.
    pub(crate) whole: &'a [u8],
    /// The value.
    pub(crate) value: &'a [u8],
}

/// Tag and lengths of the object that starts a buffer, which may be cut after the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// Tag as a number.
    pub(crate) tag: u32,
    /// Bytes of tag and length.
    pub(crate) header_len: usize,
    /// Bytes of the value.
    pub(crate) value_len: usize,
}

impl Header {
    /// Reads a header. None: not BER, cut short, of indefinite length, or longer than a card file can be.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.iter().copied();
        let mut tag = u32::from(rest.next()?);
        if tag & 0x1F == 0x1F {
            loop {
                let next = rest.next()?;
                tag = tag.checked_mul(0x100)? | u32::from(next);
                if next & 0x80 == 0 {
                    break;
                }
                if tag > 0xFFFF {
                    return None;
                }
            }
        }
        let first = rest.next()?;
        let value_len = if first < 0x80 {
            usize::from(first)
        } else {
            let count = first & 0x7F;
            if count == 0 || count > 4 {
                return None;
            }
            let mut len = 0usize;
            for _ in 0..count {
                len = len.checked_mul(0x100)? | usize::from(rest.next()?);
            }
            len
        };
        let header_len = bytes.len().checked_sub(rest.len())?;
        Some(Self { tag, header_len, value_len })
    }

    /// Bytes of the whole object.
    pub(crate) fn total(self) -> Option<usize> {
        self.header_len.checked_add(self.value_len)
    }
}

/// Splits the first object off a buffer.
pub(crate) fn split(bytes: &[u8]) -> Option<(Object<'_>, &[u8])> {
    let header = Header::read(bytes)?;
    let (whole, rest) = bytes.split_at_checked(header.total()?)?;
    let value = whole.get(header.header_len..)?;
    Some((Object { tag: header.tag, whole, value }, rest))
}

/// All objects of a value that holds nothing else, at most sixteen.
pub(crate) fn all(mut bytes: &[u8]) -> Option<Vec<Object<'_>>> {
    let mut objects = Vec::new();
    while !bytes.is_empty() {
        let (object, rest) = split(bytes)?;
        if objects.len() == 16 {
            return None;
        }
        objects.push(object);
        bytes = rest;
    }
    Some(objects)
}

/// The value of the one object with this tag.
pub(crate) fn value_of<'a>(objects: &[Object<'a>], tag: u32) -> Option<&'a [u8]> {
    objects.iter().find(|object| object.tag == tag).map(|object| object.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn minimal_and_non_minimal_lengths_read_alike() {
        for bytes in [&b"\xDF\x25\x02ab"[..], b"\xDF\x25\x81\x02ab", b"\xDF\x25\x84\x00\x00\x00\x02ab"] {
            let (object, rest) = split(bytes).unwrap();
            assert_eq!((object.tag, object.value, rest), (0xDF25, &b"ab"[..], &b""[..]));
        }
        assert_eq!(split(b"\x30\x80\x00\x00"), None, "indefinite length");
        assert_eq!(split(b"\xDF\x25\x03ab"), None, "cut short");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some((object, rest)) = split(&bytes) {
                prop_assert_eq!(object.whole.len() + rest.len(), bytes.len());
                prop_assert!(object.whole.ends_with(object.value));
            }
            let _ = all(&bytes);
        }
    }
}
