//! The frame: header, body, CRC-32, and the checked view of one.

use crate::FrameError;
use crate::sum::{crc8, crc32};
use std::fmt;
use zeroize::Zeroizing;

/// Begins every frame.
pub const SYNC: [u8; 2] = [0xA5, 0x5A];
/// Sync 2, length 2, kind 1, session 2, number 2, header check 1.
pub const HEADER: usize = 10;
/// The CRC-32.
pub const TRAILER: usize = 4;
/// Bytes in a body at most.
pub const MOST_BODY: usize = 4096;
/// Bytes of a frame at most: what a receiver must be able to hold.
pub const MOST_FRAME: usize = HEADER + MOST_BODY + TRAILER;

/// A session: drawn by the terminal when it opens the link, carried by every frame of it. 0 before that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Session(pub u16);

impl Session {
    /// That of frames which belong to no session.
    pub const NONE: Self = Self(0);
}

/// A frame's number within its session and direction. From 0; 65535 is followed by 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Number(pub u16);

impl Number {
    /// The number after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    /// How many frames lie from `earlier` to this one, counted forwards.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u16 {
        self.0.wrapping_sub(earlier.0)
    }
}

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "told in DIALECT.md sections 3 and 4, and by the messages")]
pub enum Kind {
    // Of the line itself, without a number of their own.
    Open = 0x01,
    Up = 0x02,
    Alive = 0x03,
    Ack = 0x04,
    // Numbered, from the terminal.
    Show = 0x20,
    Sound = 0x21,
    OfferMethods = 0x22,
    OpenAttempt = 0x23,
    Compare = 0x24,
    AskPin = 0x25,
    AskConsent = 0x26,
    ReadDocument = 0x27,
    Cancel = 0x28,
    PhotoPiece = 0x29,
    AskPasscode = 0x2A,
    // Numbered, from the reader.
    Identity = 0x40,
    Card = 0x41,
    MethodChosen = 0x42,
    NumberB = 0x43,
    Verdict = 0x44,
    Pin = 0x45,
    PinCancelled = 0x46,
    ConsentAnswered = 0x47,
    Document = 0x48,
    ImagePiece = 0x49,
    Refused = 0x4A,
    Fault = 0x4B,
    Passcode = 0x4C,
}

impl Kind {
    const ALL: [Self; 28] = [
        Self::Open,
        Self::Up,
        Self::Alive,
        Self::Ack,
        Self::Show,
        Self::Sound,
        Self::OfferMethods,
        Self::OpenAttempt,
        Self::Compare,
        Self::AskPin,
        Self::AskConsent,
        Self::ReadDocument,
        Self::Cancel,
        Self::PhotoPiece,
        Self::AskPasscode,
        Self::Identity,
        Self::Card,
        Self::MethodChosen,
        Self::NumberB,
        Self::Verdict,
        Self::Pin,
        Self::PinCancelled,
        Self::ConsentAnswered,
        Self::Document,
        Self::ImagePiece,
        Self::Refused,
        Self::Fault,
        Self::Passcode,
    ];

    /// The kind's byte on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind of a byte; `None` for one that this edition of the dialect does not know.
    #[must_use]
    pub fn of(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Whether frames of this byte carry a number of their own and are acknowledged, known or not.
#[must_use]
pub const fn is_numbered(code: u8) -> bool {
    code >= 0x20
}

/// A frame whose form and checks were verified.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    code: u8,
    session: Session,
    number: Number,
    body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Checks that the bytes are exactly one frame.
    ///
    /// # Errors
    /// Whatever is wrong with it first, from left to right.
    pub fn new_checked(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let short = FrameError::Short { have: bytes.len() };
        let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(short)?;
        let length = check_header(header)?;
        let (body, trailer) = rest.split_at_checked(length).ok_or(short)?;
        let (sum, extra) = trailer.split_first_chunk::<TRAILER>().ok_or(short)?;
        if !extra.is_empty() {
            return Err(FrameError::Long { extra: extra.len() });
        }
        let summed = bytes.get(SYNC.len()..HEADER + length).ok_or(short)?;
        if crc32(summed) != u32::from_le_bytes(*sum) {
            return Err(FrameError::Check);
        }
        let [_, _, _, _, code, session_low, session_high, number_low, number_high, _] = *header;
        Ok(Self {
            code,
            session: Session(u16::from_le_bytes([session_low, session_high])),
            number: Number(u16::from_le_bytes([number_low, number_high])),
            body,
        })
    }

    /// The byte that says what the frame is; see [`Kind::of`].
    #[must_use]
    pub const fn code(&self) -> u8 {
        self.code
    }

    /// Its session.
    #[must_use]
    pub const fn session(&self) -> Session {
        self.session
    }

    /// Its number; for [`Kind::Ack`] the number that is expected next.
    #[must_use]
    pub const fn number(&self) -> Number {
        self.number
    }

    /// The body. May hold a PIN, a passcode, 照合番号B or a picture.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Frame({:02X}, {:?}, {:?}, {} bytes)",
            self.code,
            self.session,
            self.number,
            self.body.len()
        )
    }
}

/// Bytes in the body that this header announces.
///
/// # Errors
/// If it is no header, is damaged, or announces too much.
pub(crate) fn check_header(header: &[u8; HEADER]) -> Result<usize, FrameError> {
    let [sync_a, sync_b, checked @ .., check] = header;
    if [*sync_a, *sync_b] != SYNC || crc8(checked) != *check {
        return Err(FrameError::Header);
    }
    let [low, high, ..] = checked;
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    if length > MOST_BODY {
        return Err(FrameError::Length { length, most: MOST_BODY });
    }
    Ok(length)
}

/// A frame of the line itself: no body, no number of its own.
#[must_use]
pub fn bare(kind: Kind, session: Session, number: Number) -> Zeroizing<Vec<u8>> {
    compose(kind, session, number, |_| Ok(())).unwrap_or_default()
}

/// Puts header and sums around a body that `write` appends. The buffer has its final size from the start, so that no
/// copy of a secret stays behind.
pub(crate) fn compose(
    kind: Kind,
    session: Session,
    number: Number,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), FrameError>,
) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let mut frame = Zeroizing::new(Vec::with_capacity(MOST_FRAME));
    frame.extend_from_slice(&[0; HEADER]);
    write(&mut frame)?;
    let length = frame.len().saturating_sub(HEADER);
    let too_long = FrameError::Length { length, most: MOST_BODY };
    let announced = u16::try_from(length).ok().filter(|_| length <= MOST_BODY).ok_or(too_long)?;
    let [length_low, length_high] = announced.to_le_bytes();
    let [session_low, session_high] = session.0.to_le_bytes();
    let [number_low, number_high] = number.0.to_le_bytes();
    let checked = [length_low, length_high, kind.code(), session_low, session_high, number_low, number_high];
    let header = SYNC.iter().chain(&checked).copied().chain([crc8(&checked)]);
    frame.iter_mut().zip(header).for_each(|(slot, byte)| *slot = byte);
    let sum = crc32(frame.get(SYNC.len()..).unwrap_or_default());
    frame.extend_from_slice(&sum.to_le_bytes());
    Ok(frame)
}
