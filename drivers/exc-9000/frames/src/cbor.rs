//! The items of a body: read from left to right, written into one wiped buffer. Nothing here recurses.

use crate::FrameError;
use crate::frame::MOST_BODY;
use minicbor::data::Type;
use minicbor::encode::write::Cursor;
use minicbor::{Decoder, Encoder};
use zeroize::Zeroizing;

/// Items in a body at most: the array's head is then one byte.
const MOST_ITEMS: u8 = 23;
/// Head of an array of so many items.
const ARRAY: u8 = 0x80;

/// Reads the items of a body's array.
pub(crate) struct Items<'a> {
    decoder: Decoder<'a>,
    left: u64,
}

impl<'a> Items<'a> {
    pub(crate) fn open(body: &'a [u8]) -> Result<Self, FrameError> {
        let mut decoder = Decoder::new(body);
        let left = decoder.array().ok().flatten().ok_or(FrameError::Kind)?;
        Ok(Self { decoder, left })
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn number(&mut self, least: u64, most: u64, field: &'static str) -> Result<u64, FrameError> {
        self.item(field)?;
        let number = self.decoder.u64().map_err(|_| FrameError::Field { field })?;
        if (least..=most).contains(&number) { Ok(number) } else { Err(FrameError::Field { field }) }
    }

    pub(crate) fn byte(&mut self, least: u8, most: u8, field: &'static str) -> Result<u8, FrameError> {
        let number = self.number(u64::from(least), u64::from(most), field)?;
        u8::try_from(number).map_err(|_| FrameError::Field { field })
    }

    pub(crate) fn long(&mut self, least: u32, most: u32, field: &'static str) -> Result<u32, FrameError> {
        let number = self.number(u64::from(least), u64::from(most), field)?;
        u32::try_from(number).map_err(|_| FrameError::Field { field })
    }

    pub(crate) fn flag(&mut self, field: &'static str) -> Result<bool, FrameError> {
        self.item(field)?;
        self.decoder.bool().map_err(|_| FrameError::Field { field })
    }

    pub(crate) fn text(&mut self, field: &'static str) -> Result<&'a str, FrameError> {
        self.item(field)?;
        self.decoder.str().map_err(|_| FrameError::Field { field })
    }

    pub(crate) fn bytes(&mut self, field: &'static str) -> Result<&'a [u8], FrameError> {
        self.item(field)?;
        self.decoder.bytes().map_err(|_| FrameError::Field { field })
    }

    /// What `read` reads, or null.
    pub(crate) fn optional<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, FrameError>,
    ) -> Result<Option<T>, FrameError> {
        if self.decoder.datatype().ok() != Some(Type::Null) {
            return read(self).map(Some);
        }
        self.item(field)?;
        self.decoder.null().map_err(|_| FrameError::Field { field })?;
        Ok(None)
    }

    /// An inner array of `least` to `most` items, each read by `read`.
    pub(crate) fn list<T>(
        &mut self,
        (least, most): (u64, u64),
        field: &'static str,
        mut read: impl FnMut(&mut Decoder<'a>) -> Option<T>,
    ) -> Result<Vec<T>, FrameError> {
        self.item(field)?;
        let wrong = FrameError::Field { field };
        let count = self.decoder.array().ok().flatten().filter(|count| (least..=most).contains(count));
        (0..count.ok_or(wrong)?).map(|_| read(&mut self.decoder).ok_or(wrong)).collect()
    }

    /// Nothing is left, neither items nor bytes.
    pub(crate) fn end(&self) -> Result<(), FrameError> {
        let whole = self.left == 0 && self.decoder.position() == self.decoder.input().len();
        if whole { Ok(()) } else { Err(FrameError::Kind) }
    }

    fn item(&mut self, field: &'static str) -> Result<(), FrameError> {
        self.left = self.left.checked_sub(1).ok_or(FrameError::Field { field })?;
        Ok(())
    }
}

/// Writes the items of a body's array, in the deterministic form.
pub(crate) struct Body<'a> {
    encoder: Encoder<Cursor<&'a mut [u8]>>,
    items: u8,
}

/// Writes a body with `fill`.
pub(crate) fn body(
    fill: impl FnOnce(&mut Body<'_>) -> Result<(), FrameError>,
) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let mut buffer = Zeroizing::new(vec![0; MOST_BODY]);
    let mut body = Body { encoder: Encoder::new(Cursor::new(buffer.as_mut_slice())), items: 0 };
    // The head's place; how many items there are is known at the end.
    body.item(|encoder| encoder.array(0).is_ok())?;
    body.items = 0;
    fill(&mut body)?;
    let (items, end) = (body.items, body.encoder.writer().position());
    if let Some(head) = buffer.first_mut().filter(|_| items <= MOST_ITEMS) {
        *head = ARRAY | items;
    }
    buffer.truncate(end);
    Ok(buffer)
}

impl<'a> Body<'a> {
    pub(crate) fn number(&mut self, number: impl Into<u64>) -> Result<(), FrameError> {
        let number = number.into();
        self.item(|encoder| encoder.u64(number).is_ok())
    }

    pub(crate) fn flag(&mut self, flag: bool) -> Result<(), FrameError> {
        self.item(|encoder| encoder.bool(flag).is_ok())
    }

    pub(crate) fn text(&mut self, text: &str) -> Result<(), FrameError> {
        self.item(|encoder| encoder.str(text).is_ok())
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), FrameError> {
        self.item(|encoder| encoder.bytes(bytes).is_ok())
    }

    pub(crate) fn null(&mut self) -> Result<(), FrameError> {
        self.item(|encoder| encoder.null().is_ok())
    }

    /// An inner array of these texts.
    pub(crate) fn texts(&mut self, texts: &[&str]) -> Result<(), FrameError> {
        self.item(|encoder| {
            let head = u64::try_from(texts.len()).is_ok_and(|count| encoder.array(count).is_ok());
            head && texts.iter().all(|text| encoder.str(text).is_ok())
        })
    }

    /// An inner array of these numbers.
    pub(crate) fn numbers(&mut self, numbers: &[u8]) -> Result<(), FrameError> {
        self.item(|encoder| {
            let head = u64::try_from(numbers.len()).is_ok_and(|count| encoder.array(count).is_ok());
            head && numbers.iter().all(|number| encoder.u8(*number).is_ok())
        })
    }

    fn item(
        &mut self,
        write: impl FnOnce(&mut Encoder<Cursor<&'a mut [u8]>>) -> bool,
    ) -> Result<(), FrameError> {
        self.items = self.items.saturating_add(1);
        // The buffer is as long as a body may be: only that can fail.
        if write(&mut self.encoder) { Ok(()) } else { Err(FrameError::Size { most: MOST_BODY }) }
    }
}
