//! What the unit says.

use crate::host::HostMessage;
use crate::packet::{FieldReader, Fields, Message};
use crate::words::{LANGUAGES, METHODS, VERDICTS, checked, read_ask, read_attempt, screen_id, write_ask};
use crate::{FrameError, cbor::Items};
use model::{Decision, NumberB, Passcode, Pin, Purpose};
use reader::{AttemptId, Conditions, FaceVerdict, Language, Method};

/// Who a unit is and how it stands: the answer to `hello`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Model, 1 to 32 printable ASCII characters like the next two.
    pub model: String,
    /// Firmware version.
    pub firmware: String,
    /// Serial number.
    pub serial: String,
    /// Drawn at power-up.
    pub boot: u32,
    /// How often it began anew since power-up.
    pub begun: u32,
    /// 0 passed, otherwise what failed, to 99.
    pub self_test: u8,
    /// Whether a card lies there.
    pub card: bool,
    /// Whether it stands in portrait.
    pub portrait: bool,
}

/// A message from the unit to the terminal. `ask` is the number of the question that it answers.
#[derive(Debug)]
#[expect(missing_docs, reason = "ask and attempt are what they are in DIALECT.md section 4")]
pub enum UnitMessage {
    /// `up`: in no session. Outside the count.
    Up {
        /// Drawn at power-up.
        boot: u32,
    },
    /// `here`: who I am. Outside the count.
    Here(Identity),
    /// `card`: placed or taken.
    Card { placed: bool },
    /// `turned`: to portrait or to landscape.
    Turned { portrait: bool },
    /// `language`: the patient touched one.
    Language(Language),
    /// `method`: chosen.
    Method { ask: u32, method: Method },
    /// `number-b`: as read from the card's face.
    NumberB { ask: u32, attempt: AttemptId, number: NumberB },
    /// `verdict`: how the attempt ended, and in which light.
    Verdict { ask: u32, attempt: AttemptId, verdict: FaceVerdict, conditions: Conditions },
    /// `entered`: the PIN.
    Entered { ask: u32, pin: Pin },
    /// `passcode-entered`: the passcode.
    PasscodeEntered { ask: u32, passcode: Passcode },
    /// `declined`: no PIN, or no passcode.
    Declined { ask: u32 },
    /// `answer`: to a consent question.
    Answer { ask: u32, screen: String, decision: Decision },
    /// `refused`: cannot do what the message of this name asks. `ask` is 0 for a message without one.
    Refused { name: &'static str, ask: u32 },
    /// `fault`: of its own, 1 to 99.
    Fault(u8),
}

impl UnitMessage {
    /// The number of the question that it answers, if it answers one.
    #[must_use]
    pub const fn answers(&self) -> Option<u32> {
        match self {
            Self::Method { ask, .. }
            | Self::NumberB { ask, .. }
            | Self::Verdict { ask, .. }
            | Self::Entered { ask, .. }
            | Self::PasscodeEntered { ask, .. }
            | Self::Declined { ask }
            | Self::Answer { ask, .. } => Some(*ask),
            Self::Up { .. }
            | Self::Here(_)
            | Self::Card { .. }
            | Self::Turned { .. }
            | Self::Language(_)
            | Self::Refused { .. }
            | Self::Fault(_) => None,
        }
    }
}

impl Message for UnitMessage {
    fn name(&self) -> &'static str {
        match self {
            Self::Up { .. } => "up",
            Self::Here(_) => "here",
            Self::Card { .. } => "card",
            Self::Turned { .. } => "turned",
            Self::Language(_) => "language",
            Self::Method { .. } => "method",
            Self::NumberB { .. } => "number-b",
            Self::Verdict { .. } => "verdict",
            Self::Entered { .. } => "entered",
            Self::PasscodeEntered { .. } => "passcode-entered",
            Self::Declined { .. } => "declined",
            Self::Answer { .. } => "answer",
            Self::Refused { .. } => "refused",
            Self::Fault(_) => "fault",
        }
    }

    fn is_opening(&self) -> bool {
        matches!(self, Self::Up { .. } | Self::Here(_))
    }

    fn write(&self, Fields(body): &mut Fields<'_, '_>) -> Result<(), FrameError> {
        if let Some(ask) = self.answers() {
            write_ask(ask, body)?;
        }
        match self {
            Self::Up { boot } => body.number(*boot),
            Self::Here(identity) => {
                for (text, field) in [
                    (&identity.model, "model"),
                    (&identity.firmware, "firmware"),
                    (&identity.serial, "serial"),
                ] {
                    body.text(name_text(text, field)?)?;
                }
                body.number(identity.boot)?;
                body.number(identity.begun)?;
                body.number(own_number(identity.self_test, 0, "self-test")?)?;
                body.flag(identity.card)?;
                body.flag(identity.portrait)
            }
            Self::Card { placed: flag } | Self::Turned { portrait: flag } => body.flag(*flag),
            Self::Language(language) => body.text(LANGUAGES.word(*language)?),
            Self::Method { method, .. } => body.text(METHODS.word(*method)?),
            Self::NumberB { attempt, number, .. } => {
                body.number(attempt.0)?;
                body.bytes(number.expose(Purpose::SendToReader))
            }
            Self::Verdict { attempt, verdict, conditions, .. } => {
                body.number(attempt.0)?;
                body.text(VERDICTS.word(*verdict)?)?;
                match conditions.face_lux {
                    Some(lux) => body.number(lux)?,
                    None => body.null()?,
                }
                match conditions.slot_in_sun {
                    Some(sun) => body.flag(sun),
                    None => body.null(),
                }
            }
            Self::Entered { pin, .. } => body.bytes(pin.expose(Purpose::SendToReader)),
            Self::PasscodeEntered { passcode, .. } => body.bytes(passcode.expose(Purpose::SendToReader)),
            Self::Declined { .. } => Ok(()),
            Self::Answer { screen, decision, .. } => {
                body.text(screen_id(screen)?)?;
                body.flag(*decision == Decision::Agreed)
            }
            Self::Refused { name, ask } => {
                body.text(host_name(name)?)?;
                body.number(*ask)
            }
            Self::Fault(number) => body.number(own_number(*number, 1, "number")?),
        }
    }

    fn read(name: &str, FieldReader(items): &mut FieldReader<'_, '_>) -> Result<Option<Self>, FrameError> {
        Ok(Some(match name {
            "up" => Self::Up { boot: items.long(0, u32::MAX, "boot")? },
            "here" => Self::Here(Identity {
                model: read_name(items, "model")?,
                firmware: read_name(items, "firmware")?,
                serial: read_name(items, "serial")?,
                boot: items.long(0, u32::MAX, "boot")?,
                begun: items.long(0, u32::MAX, "begun")?,
                self_test: items.byte(0, 99, "self-test")?,
                card: items.flag("card")?,
                portrait: items.flag("portrait")?,
            }),
            "card" => Self::Card { placed: items.flag("placed")? },
            "turned" => Self::Turned { portrait: items.flag("portrait")? },
            "language" => Self::Language(LANGUAGES.read(items)?),
            "method" => Self::Method { ask: read_ask(items)?, method: METHODS.read(items)? },
            "number-b" => {
                let (ask, attempt) = (read_ask(items)?, read_attempt(items)?);
                let number = NumberB::from_digits(items.bytes("number")?)
                    .map_err(|_| FrameError::Field { field: "number" })?;
                Self::NumberB { ask, attempt, number }
            }
            "verdict" => {
                let (ask, attempt) = (read_ask(items)?, read_attempt(items)?);
                let verdict = VERDICTS.read(items)?;
                Self::Verdict { ask, attempt, verdict, conditions: read_conditions(items)? }
            }
            "entered" => {
                let ask = read_ask(items)?;
                let pin = Pin::from_digits(items.bytes("digits")?)
                    .map_err(|_| FrameError::Field { field: "digits" })?;
                Self::Entered { ask, pin }
            }
            "passcode-entered" => {
                let ask = read_ask(items)?;
                let passcode = Passcode::from_digits(items.bytes("digits")?)
                    .map_err(|_| FrameError::Field { field: "digits" })?;
                Self::PasscodeEntered { ask, passcode }
            }
            "declined" => Self::Declined { ask: read_ask(items)? },
            "answer" => {
                let (ask, screen) = (read_ask(items)?, screen_id(items.text("screen")?)?.to_owned());
                let decision = if items.flag("agreed")? { Decision::Agreed } else { Decision::Refused };
                Self::Answer { ask, screen, decision }
            }
            "refused" => {
                let name = host_name(items.text("name")?)?;
                Self::Refused { name, ask: items.long(0, u32::MAX, "ask")? }
            }
            "fault" => Self::Fault(items.byte(1, 99, "number")?),
            _ => return Ok(None),
        }))
    }
}

fn read_conditions(items: &mut Items<'_>) -> Result<Conditions, FrameError> {
    let lux = items.optional("lux", |items| items.number(0, u64::from(u16::MAX), "lux"))?;
    Ok(Conditions {
        face_lux: lux.and_then(|lux| u16::try_from(lux).ok()),
        slot_in_sun: items.optional("sun", |items| items.flag("sun"))?,
    })
}

fn read_name(items: &mut Items<'_>, field: &'static str) -> Result<String, FrameError> {
    name_text(items.text(field)?, field).map(str::to_owned)
}

fn name_text<'a>(text: &'a str, field: &'static str) -> Result<&'a str, FrameError> {
    checked(text, 32, |b| matches!(b, 0x20..=0x7E), field)
}

fn host_name(name: &str) -> Result<&'static str, FrameError> {
    let found = HostMessage::NAMES.into_iter().find(|known| *known == name);
    found.ok_or(FrameError::Field { field: "name" })
}

fn own_number(number: u8, least: u8, field: &'static str) -> Result<u8, FrameError> {
    if (least..=99).contains(&number) { Ok(number) } else { Err(FrameError::Field { field }) }
}
