//! Messages cut into fragments and put together again.

use crate::FrameError;
use crate::field::Fields;
use crate::report::{Data, MOST_PAYLOAD};
use std::fmt;
use zeroize::Zeroizing;

/// Type, order, length.
const HEADER: usize = 5;

/// A message whose header fits its body.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// Which message.
    pub kind: u8,
    /// The order that it gives or answers; 0 for none.
    pub order: u16,
    /// May hold 照合番号B or a photo.
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// Checks that the bytes are exactly one message.
    ///
    /// # Errors
    /// If the length is not that of the body.
    pub fn new_checked(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let mut fields = Fields::new(bytes);
        let (kind, order, length) = (fields.byte("type")?, fields.word("order")?, fields.word("length")?);
        let body = fields.take(usize::from(length), "length")?;
        fields.end()?;
        Ok(Self { kind, order, body })
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message {{ {:02x}, order {}, {} bytes }}", self.kind, self.order, self.body.len())
    }
}

/// Writes a message from the pieces of its body. The buffer has its final size from the start, so that no copy of a
/// secret stays behind.
pub(crate) fn wrap(kind: u8, order: u16, body: &[&[u8]]) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let length: usize = body.iter().map(|piece| piece.len()).sum();
    let counted =
        u16::try_from(length).map_err(|_| FrameError::Length { length, most: usize::from(u16::MAX) })?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER + length));
    bytes.push(kind);
    bytes.extend_from_slice(&order.to_le_bytes());
    bytes.extend_from_slice(&counted.to_le_bytes());
    for piece in body {
        bytes.extend_from_slice(piece);
    }
    Ok(bytes)
}

/// The fragment of `message` that begins at byte `from`; `None` past its end.
#[must_use]
pub fn cut(message: &[u8], from: usize, session: u16, number: u16) -> Option<Data<'_>> {
    let rest = message.get(from..).filter(|rest| !rest.is_empty())?;
    let payload = rest.get(..MOST_PAYLOAD).unwrap_or(rest);
    Some(Data { session, number, first: from == 0, last: payload.len() == rest.len(), payload })
}

/// Puts messages together from fragments that come whole and in order. Holds one message at most; wiped when dropped.
pub struct Assembler {
    most_body: usize,
    bytes: Zeroizing<Vec<u8>>,
    /// Bytes of the whole message; 0 while none is unfinished.
    announced: usize,
}

impl fmt::Debug for Assembler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assembler {{ {} of {} bytes }}", self.bytes.len(), self.announced)
    }
}

impl Assembler {
    /// For messages whose bodies have at most so many bytes.
    #[must_use]
    pub fn new(most_body: usize) -> Self {
        Self { most_body, bytes: Zeroizing::new(Vec::new()), announced: 0 }
    }

    /// Takes the next fragment; gives the message that it completes. A first fragment voids what is unfinished.
    ///
    /// # Errors
    /// If the fragment has no place here, or the message is longer than allowed; what was unfinished is then void.
    pub fn push(&mut self, data: &Data<'_>) -> Result<Option<Zeroizing<Vec<u8>>>, FrameError> {
        if data.first {
            self.begin(data.payload)?;
        } else if self.announced == 0 {
            return Err(FrameError::Fragment);
        }
        let have = self.bytes.len() + data.payload.len();
        let full = data.payload.len() == MOST_PAYLOAD;
        let fits = if data.last { have == self.announced } else { full && have < self.announced };
        if !fits {
            self.clear();
            return Err(FrameError::Fragment);
        }
        self.bytes.extend_from_slice(data.payload);
        if !data.last {
            return Ok(None);
        }
        self.announced = 0;
        Ok(Some(std::mem::take(&mut self.bytes)))
    }

    /// Forgets and wipes what is unfinished.
    pub fn clear(&mut self) {
        self.bytes = Zeroizing::new(Vec::new());
        self.announced = 0;
    }

    fn begin(&mut self, payload: &[u8]) -> Result<(), FrameError> {
        self.clear();
        let mut fields = Fields::new(payload);
        fields.take(HEADER - 2, "header")?;
        let length = usize::from(fields.word("length")?);
        if length > self.most_body {
            return Err(FrameError::Length { length, most: self.most_body });
        }
        self.announced = HEADER + length;
        self.bytes.reserve_exact(self.announced);
        Ok(())
    }
}
