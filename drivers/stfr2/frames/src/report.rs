//! One report: its checked view, and the reports of either side as values.

use crate::FrameError;
use crate::field::Fields;
use crate::sum::crc16;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a report, its id included.
pub const REPORT: usize = 64;
/// Bytes of a payload at most.
pub const MOST_PAYLOAD: usize = REPORT - HEADER - SUM;
const HEADER: usize = 7;
const SUM: usize = 2;

const FIRST: u8 = 0x01;
const LAST: u8 = 0x02;
const AGAIN: u8 = 0x04;

/// Widths of the names in OPENED.
const MODEL_WIDTH: usize = 16;
const FIRMWARE_WIDTH: usize = 12;
const SERIAL_WIDTH: usize = 16;

/// A report whose length, sum and form were verified.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    id: u8,
    flags: u8,
    session: u16,
    number: u16,
    payload: &'a [u8],
}

impl<'a> Report<'a> {
    /// Checks that the bytes are exactly one report.
    ///
    /// # Errors
    /// If length, sum or form are wrong.
    pub fn new_checked(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let whole: &[u8; REPORT] = bytes.try_into().map_err(|_| FrameError::Size { have: bytes.len() })?;
        let (summed, sum) = whole.split_at(REPORT - SUM);
        if crc16(summed.iter().rev().copied()).to_le_bytes() != *sum {
            return Err(FrameError::Sum);
        }
        let mut fields = Fields::new(summed);
        let (id, flags) = (fields.byte("id")?, fields.byte("flags")?);
        let (session, number) = (fields.word("session")?, fields.word("number")?);
        let count = usize::from(fields.byte("count")?);
        let payload = fields.take(count, "count").map_err(|_| FrameError::Form)?;
        if fields.rest().iter().any(|byte| *byte != 0) {
            return Err(FrameError::Form);
        }
        Ok(Self { id, flags, session, number, payload })
    }

    /// The report's id.
    #[must_use]
    pub const fn id(&self) -> u8 {
        self.id
    }

    fn only_flags(&self, allowed: u8) -> Result<(), FrameError> {
        if self.flags & !allowed == 0 { Ok(()) } else { Err(FrameError::Form) }
    }

    /// A report that carries neither flags nor number nor payload.
    fn is_bare(&self) -> Result<(), FrameError> {
        self.only_flags(0)?;
        if self.number == 0 && self.payload.is_empty() { Ok(()) } else { Err(FrameError::Form) }
    }

    fn data(&self) -> Result<Data<'a>, FrameError> {
        self.only_flags(FIRST | LAST)?;
        Ok(Data {
            session: self.session,
            number: self.number,
            first: self.flags & FIRST != 0,
            last: self.flags & LAST != 0,
            payload: self.payload,
        })
    }

    fn ack(&self) -> Result<Ack, FrameError> {
        self.only_flags(AGAIN)?;
        if !self.payload.is_empty() {
            return Err(FrameError::Form);
        }
        Ok(Ack { session: self.session, expected: self.number, again: self.flags & AGAIN != 0 })
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Report {{ id {:02x}, {} bytes }}", self.id, self.payload.len())
    }
}

/// Writes a report. The buffer has its final size from the start, so that no copy of a secret stays behind.
fn emit(
    id: u8,
    flags: u8,
    session: u16,
    number: u16,
    payload: &[u8],
) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let count = u8::try_from(payload.len()).ok().filter(|_| payload.len() <= MOST_PAYLOAD);
    let count = count.ok_or(FrameError::Length { length: payload.len(), most: MOST_PAYLOAD })?;
    let mut report = Zeroizing::new(Vec::with_capacity(REPORT));
    report.extend_from_slice(&[id, flags]);
    report.extend_from_slice(&session.to_le_bytes());
    report.extend_from_slice(&number.to_le_bytes());
    report.push(count);
    report.extend_from_slice(payload);
    report.resize(REPORT - SUM, 0);
    let sum = crc16(report.iter().rev().copied());
    report.extend_from_slice(&sum.to_le_bytes());
    Ok(report)
}

/// A fragment of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Data<'a> {
    /// The session it belongs to.
    pub session: u16,
    /// Its own number.
    pub number: u16,
    /// Whether a message begins here.
    pub first: bool,
    /// Whether a message ends here.
    pub last: bool,
    /// The piece: at most [`MOST_PAYLOAD`] bytes. May hold 照合番号B or a photo.
    pub payload: &'a [u8],
}

impl Data<'_> {
    fn emit(&self, id: u8) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        let flags = if self.first { FIRST } else { 0 } | if self.last { LAST } else { 0 };
        emit(id, flags, self.session, self.number, self.payload)
    }
}

impl fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, first, last, payload, .. } = self;
        write!(f, "Data {{ {number}, first: {first}, last: {last}, {} bytes }}", payload.len())
    }
}

/// What has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// The session it belongs to.
    pub session: u16,
    /// All before this number has arrived.
    pub expected: u16,
    /// Later ones came already: mend at once.
    pub again: bool,
}

impl Ack {
    fn emit(self, id: u8) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        emit(id, if self.again { AGAIN } else { 0 }, self.session, self.expected, &[])
    }
}

/// What a unit says of itself in OPENED.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// 0 passed, otherwise what failed, up to 99.
    pub self_test: u8,
    /// Whether a card lay there when the session was opened.
    pub card: bool,
    /// Model, 1 to 16 printable characters.
    pub model: String,
    /// Firmware version, 1 to 12 printable characters.
    pub firmware: String,
    /// Serial number, 1 to 16 printable characters.
    pub serial: String,
}

/// Why a unit has no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// 0: it was powered up.
    PoweredUp,
    /// 1: it did not hear the terminal any more.
    NotHeard,
}

/// A report from the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostReport<'a> {
    /// 01: begin anew.
    Open {
        /// The session from now on, 1 or more.
        session: u16,
    },
    /// 02: a fragment.
    Data(Data<'a>),
    /// 03: what has arrived; also a sign of life.
    Ack(Ack),
}

impl<'a> HostReport<'a> {
    /// Reads a report.
    ///
    /// # Errors
    /// If it is no sound report of the terminal.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let report = Report::new_checked(bytes)?;
        Ok(match report.id {
            0x01 => {
                report.is_bare()?;
                if report.session == 0 {
                    return Err(FrameError::Field { field: "session" });
                }
                Self::Open { session: report.session }
            }
            0x02 => Self::Data(report.data()?),
            0x03 => Self::Ack(report.ack()?),
            _ => return Err(FrameError::Id),
        })
    }

    /// The report's bytes.
    ///
    /// # Errors
    /// If a field cannot be said in this dialect.
    pub fn emit(&self) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        match self {
            Self::Open { session: 0 } => Err(FrameError::Field { field: "session" }),
            Self::Open { session } => emit(0x01, 0, *session, 0, &[]),
            Self::Data(data) => data.emit(0x02),
            Self::Ack(ack) => ack.emit(0x03),
        }
    }
}

/// A report from the unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitReport<'a> {
    /// 81: the session is open.
    Opened {
        /// The session.
        session: u16,
        /// Who the unit is.
        identity: Identity,
    },
    /// 82: a fragment.
    Data(Data<'a>),
    /// 83: what has arrived; also a sign of life.
    Ack(Ack),
    /// 84: there is no session.
    Hello {
        /// The session that is none, or none any more; 0 if the unit means no certain one.
        session: u16,
        /// Why there is none.
        reason: Reason,
    },
}

impl<'a> UnitReport<'a> {
    /// Reads a report.
    ///
    /// # Errors
    /// If it is no sound report of the unit.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let report = Report::new_checked(bytes)?;
        Ok(match report.id {
            0x81 => Self::Opened { session: report.session, identity: parse_identity(&report)? },
            0x82 => Self::Data(report.data()?),
            0x83 => Self::Ack(report.ack()?),
            0x84 => {
                let mut fields = opening_fields(&report)?;
                let reason = match fields.byte("reason")? {
                    0 => Reason::PoweredUp,
                    1 => Reason::NotHeard,
                    _ => return Err(FrameError::Field { field: "reason" }),
                };
                fields.end()?;
                Self::Hello { session: report.session, reason }
            }
            _ => return Err(FrameError::Id),
        })
    }

    /// The report's bytes.
    ///
    /// # Errors
    /// If a field cannot be said in this dialect.
    pub fn emit(&self) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        match self {
            Self::Opened { session, identity } => emit(0x81, 0, *session, 0, &emit_identity(identity)?),
            Self::Data(data) => data.emit(0x82),
            Self::Ack(ack) => ack.emit(0x83),
            Self::Hello { session, reason } => {
                let reason = match reason {
                    Reason::PoweredUp => 0,
                    Reason::NotHeard => 1,
                };
                emit(0x84, 0, *session, 0, &[reason])
            }
        }
    }
}

fn opening_fields<'a>(report: &Report<'a>) -> Result<Fields<'a>, FrameError> {
    report.only_flags(0)?;
    if report.number == 0 { Ok(Fields::new(report.payload)) } else { Err(FrameError::Form) }
}

fn parse_identity(report: &Report<'_>) -> Result<Identity, FrameError> {
    let mut fields = opening_fields(report)?;
    let identity = Identity {
        self_test: outcome(fields.byte("self-test")?)?,
        card: match fields.byte("card")? {
            0 => false,
            1 => true,
            _ => return Err(FrameError::Field { field: "card" }),
        },
        model: parse_name(fields.take(MODEL_WIDTH, "model")?, "model")?,
        firmware: parse_name(fields.take(FIRMWARE_WIDTH, "firmware")?, "firmware")?,
        serial: parse_name(fields.take(SERIAL_WIDTH, "serial")?, "serial")?,
    };
    fields.end()?;
    Ok(identity)
}

fn emit_identity(identity: &Identity) -> Result<Vec<u8>, FrameError> {
    let mut payload = vec![outcome(identity.self_test)?, u8::from(identity.card)];
    for (name, width, field) in [
        (&identity.model, MODEL_WIDTH, "model"),
        (&identity.firmware, FIRMWARE_WIDTH, "firmware"),
        (&identity.serial, SERIAL_WIDTH, "serial"),
    ] {
        let mut bytes = name.as_bytes().to_vec();
        if bytes.len() > width {
            return Err(FrameError::Field { field });
        }
        bytes.resize(width, 0);
        parse_name(&bytes, field)?;
        payload.extend_from_slice(&bytes);
    }
    Ok(payload)
}

const fn outcome(number: u8) -> Result<u8, FrameError> {
    if number <= 99 { Ok(number) } else { Err(FrameError::Field { field: "self-test" }) }
}

/// At least one printable character, filled up with 00.
fn parse_name(bytes: &[u8], field: &'static str) -> Result<String, FrameError> {
    let wrong = FrameError::Field { field };
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (name, filling) = bytes.split_at_checked(end).ok_or(wrong)?;
    if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) || filling.iter().any(|byte| *byte != 0) {
        return Err(wrong);
    }
    std::str::from_utf8(name).map(str::to_owned).map_err(|_| wrong)
}
