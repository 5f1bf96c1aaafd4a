//! What stands around a message: the session, its number, and what was heard of the other side.

use crate::cbor::{Body, Items, body};
use crate::slip::wrap;
use crate::{FrameError, HostMessage, UnitMessage};
use zeroize::Zeroizing;

/// The number of a message on its way in one direction: 0 to 255 and again from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Number(pub u8);

impl Number {
    /// The first of a session.
    pub const FIRST: Self = Self(0);

    /// The number `steps` after this one.
    #[must_use]
    pub const fn plus(self, steps: u8) -> Self {
        Self(self.0.wrapping_add(steps))
    }

    /// Steps from `earlier` to this number, 0 to 255.
    #[must_use]
    pub const fn steps_from(self, earlier: Self) -> u8 {
        self.0.wrapping_sub(earlier.0)
    }
}

/// One direction's messages.
pub trait Message: Sized {
    /// The message's name on the wire.
    fn name(&self) -> &'static str;

    /// Whether it stands outside the count.
    fn is_opening(&self) -> bool;

    /// Writes its fields.
    #[doc(hidden)]
    fn write(&self, fields: &mut Fields<'_, '_>) -> Result<(), FrameError>;

    /// Reads the fields of the message with this name; `None` if there is none.
    #[doc(hidden)]
    fn read(name: &str, fields: &mut FieldReader<'_, '_>) -> Result<Option<Self>, FrameError>;
}

/// Where a message's fields go. Opaque outside this package.
pub struct Fields<'b, 'a>(pub(crate) &'b mut Body<'a>);

/// Where a message's fields come from. Opaque outside this package.
pub struct FieldReader<'b, 'a>(pub(crate) &'b mut Items<'a>);

impl std::fmt::Debug for Fields<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields")
    }
}

impl std::fmt::Debug for FieldReader<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FieldReader")
    }
}

/// A body of one direction.
#[derive(Debug)]
pub struct Packet<M> {
    /// 1 to 65,535; 0 is none.
    pub session: u16,
    /// Which of the three kinds, and what it says.
    pub turn: Turn<M>,
}

/// What a body says.
#[derive(Debug)]
pub enum Turn<M> {
    /// Kind 0: a message outside the count.
    Opening(M),
    /// Kind 1: everything before `next` was heard.
    Heard {
        /// The number that is wanted next.
        next: Number,
    },
    /// Kind 2: a message.
    Numbered {
        /// Its number.
        number: Number,
        /// The number that is wanted next of the other side.
        next: Number,
        /// The message.
        message: M,
    },
}

/// What the terminal sends.
pub type HostPacket = Packet<HostMessage>;
/// What the unit sends.
pub type UnitPacket = Packet<UnitMessage>;

const OPENING: u8 = 0;
const HEARD: u8 = 1;
const NUMBERED: u8 = 2;

/// The frame of a message outside the count.
///
/// # Errors
/// If a field cannot be said in this dialect.
pub fn opening<M: Message>(session: u16, message: &M) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    wrap(&opening_body(session, message)?)
}

/// The frame that says what was heard.
///
/// # Errors
/// None that a caller could bring about.
pub fn heard(session: u16, next: Number) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    wrap(&heard_body(session, next)?)
}

/// The frame of a message.
///
/// # Errors
/// If a field cannot be said in this dialect.
pub fn numbered<M: Message>(
    session: u16,
    number: Number,
    next: Number,
    message: &M,
) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    wrap(&numbered_body(session, number, next, message)?)
}

impl<M: Message> Packet<M> {
    /// The frame that carries it, as it goes onto the wire.
    ///
    /// # Errors
    /// If a field cannot be said in this dialect.
    pub fn emit(&self) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        wrap(&self.body()?)
    }

    /// Reads a frame's body.
    ///
    /// # Errors
    /// If it is none of this direction in the deterministic form.
    pub fn parse(bytes: &[u8]) -> Result<Self, FrameError> {
        let mut items = Items::open(bytes)?;
        let kind = items.byte(OPENING, NUMBERED, "kind").map_err(|_| FrameError::Kind)?;
        let session = items.number(0, u64::from(u16::MAX), "session")?;
        let session = u16::try_from(session).map_err(|_| FrameError::Field { field: "session" })?;
        let turn = match kind {
            OPENING => Turn::Opening(read_message(&mut items, true)?),
            HEARD => Turn::Heard { next: read_number(&mut items, "next")? },
            _ => Turn::Numbered {
                number: read_number(&mut items, "number")?,
                next: read_number(&mut items, "next")?,
                message: read_message(&mut items, false)?,
            },
        };
        items.end()?;
        let packet = Self { session, turn };
        // One packet has one form: whatever else can be read from other bytes is none of ours.
        if **packet.body()? != *bytes {
            return Err(FrameError::Form);
        }
        Ok(packet)
    }

    fn body(&self) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        match &self.turn {
            Turn::Opening(message) => opening_body(self.session, message),
            Turn::Heard { next } => heard_body(self.session, *next),
            Turn::Numbered { number, next, message } => numbered_body(self.session, *number, *next, message),
        }
    }
}

fn opening_body<M: Message>(session: u16, message: &M) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    if !message.is_opening() {
        return Err(FrameError::Kind);
    }
    body(|body| {
        body.number(OPENING)?;
        body.number(session)?;
        write_message(body, message)
    })
}

fn heard_body(session: u16, next: Number) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    body(|body| {
        body.number(HEARD)?;
        body.number(session)?;
        body.number(next.0)
    })
}

fn numbered_body<M: Message>(
    session: u16,
    number: Number,
    next: Number,
    message: &M,
) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    if message.is_opening() {
        return Err(FrameError::Kind);
    }
    body(|body| {
        body.number(NUMBERED)?;
        body.number(session)?;
        body.number(number.0)?;
        body.number(next.0)?;
        write_message(body, message)
    })
}

fn write_message<M: Message>(body: &mut Body<'_>, message: &M) -> Result<(), FrameError> {
    body.text(message.name())?;
    message.write(&mut Fields(body))
}

fn read_message<M: Message>(items: &mut Items<'_>, opening: bool) -> Result<M, FrameError> {
    let name = items.text("name")?;
    let message = M::read(name, &mut FieldReader(items))?.ok_or(FrameError::Name)?;
    if message.is_opening() == opening { Ok(message) } else { Err(FrameError::Name) }
}

fn read_number(items: &mut Items<'_>, field: &'static str) -> Result<Number, FrameError> {
    items.byte(0, u8::MAX, field).map(Number)
}
