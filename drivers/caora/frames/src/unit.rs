//! What the reader sends.

use crate::FrameError;
use crate::block::{BlockNumber, wrap};
use crate::field::{Fields, screen_id};
use crate::host::{emit_attempt, method_letter, parse_method};
use model::{Decision, NumberB, Passcode, Pin, Purpose};
use reader::{AttemptId, FaceVerdict, Method};
use std::fmt;
use zeroize::Zeroizing;

/// The two letters that a message begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Verb(pub(crate) [u8; 2]);

impl Verb {
    /// The two letters of a body; `None` if it does not begin with two upper-case letters.
    #[must_use]
    pub fn of(body: &[u8]) -> Option<Self> {
        let verb = *body.first_chunk::<2>()?;
        verb.iter().all(u8::is_ascii_uppercase).then_some(Self(verb))
    }

    /// The letters as bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 2] {
        &self.0
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.0;
        write!(f, "{}{}", char::from(first), char::from(second))
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a unit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Model, 1 to 16 printable characters without ','. A Caora says [`crate::MODEL`].
    pub model: String,
    /// Firmware version, same form.
    pub firmware: String,
    /// Serial number, same form.
    pub serial: String,
    /// Self-test: 0 passed, otherwise the number of what failed, up to 99.
    pub self_test: u8,
    /// Whether a card lies in the tray now.
    pub card: bool,
}

/// A message from the reader to the terminal.
#[derive(Debug)]
pub enum ReaderMessage {
    /// `UP`: powered up and not yet identified. Always number 0.
    PoweredUp,
    /// `ID`: the answer to identify. Always number 0.
    Identity(Identity),
    /// `CI`: a card lies in the tray.
    CardPlaced,
    /// `CO`: the tray is empty.
    CardTaken,
    /// `MC`: the patient chose.
    MethodChosen(Method),
    /// `NB`: 照合番号B as read.
    NumberB {
        /// The open attempt.
        attempt: AttemptId,
        /// The digits.
        number: NumberB,
    },
    /// `VD`: the attempt ended.
    Verdict {
        /// The attempt.
        attempt: AttemptId,
        /// How.
        verdict: FaceVerdict,
        /// Light on the face in lux.
        face_lux: u16,
    },
    /// `PE`: four digits were typed.
    PinEntered(Pin),
    /// `SE`: four digits were typed where the passcode was asked.
    PasscodeEntered(Passcode),
    /// `PX`: nobody wants to type, PIN or passcode.
    PinCancelled,
    /// `CA`: a consent question was answered.
    ConsentAnswered {
        /// The screen's id.
        screen: String,
        /// The answer.
        decision: Decision,
    },
    /// `RF`: this unit cannot do what the named message asks, or not now.
    Refused(Verb),
    /// `ER`: a fault of the unit's own, 1 to 99.
    Fault(u8),
}

impl ReaderMessage {
    /// The message's two letters.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        Verb(*match self {
            Self::PoweredUp => b"UP",
            Self::Identity(_) => b"ID",
            Self::CardPlaced => b"CI",
            Self::CardTaken => b"CO",
            Self::MethodChosen(_) => b"MC",
            Self::NumberB { .. } => b"NB",
            Self::Verdict { .. } => b"VD",
            Self::PinEntered(_) => b"PE",
            Self::PasscodeEntered(_) => b"SE",
            Self::PinCancelled => b"PX",
            Self::ConsentAnswered { .. } => b"CA",
            Self::Refused(_) => b"RF",
            Self::Fault(_) => b"ER",
        })
    }

    /// Whether the message answers something that the terminal asked, so that a cancel makes it void.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::MethodChosen(_)
                | Self::NumberB { .. }
                | Self::Verdict { .. }
                | Self::PinEntered(_)
                | Self::PasscodeEntered(_)
                | Self::PinCancelled
                | Self::ConsentAnswered { .. }
        )
    }

    /// The block that carries this message; wiped when dropped.
    ///
    /// # Errors
    /// If a field cannot be said in this dialect.
    pub fn emit(&self, number: BlockNumber) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        let mut body = Zeroizing::new(Vec::with_capacity(crate::block::MOST_BODY));
        body.extend_from_slice(&self.verb().0);
        self.emit_fields(&mut body)?;
        wrap(number, &body)
    }

    /// Reads a body.
    ///
    /// # Errors
    /// If it is no message of the reader.
    pub fn parse(body: &[u8]) -> Result<Self, FrameError> {
        let mut fields = Fields::new(body);
        let verb = fields.take(2, "verb").map_err(|_| FrameError::Verb)?;
        let message = match verb {
            b"UP" => Self::PoweredUp,
            b"ID" => Self::Identity(parse_identity(&mut fields)?),
            b"CI" => Self::CardPlaced,
            b"CO" => Self::CardTaken,
            b"MC" => Self::MethodChosen(parse_method(only(fields.take(1, "method")?, "method")?)?),
            b"NB" => Self::NumberB {
                attempt: fields.attempt()?,
                number: NumberB::from_digits(fields.rest())
                    .map_err(|_| FrameError::Field { field: "number B" })?,
            },
            b"VD" => Self::Verdict {
                attempt: fields.attempt()?,
                verdict: parse_verdict(fields.decimal(2, "verdict")?)?,
                face_lux: u16::try_from(fields.decimal(5, "lux")?)
                    .map_err(|_| FrameError::Field { field: "lux" })?,
            },
            b"PE" => Self::PinEntered(
                Pin::from_digits(fields.rest()).map_err(|_| FrameError::Field { field: "PIN" })?,
            ),
            b"SE" => Self::PasscodeEntered(
                Passcode::from_digits(fields.rest()).map_err(|_| FrameError::Field { field: "passcode" })?,
            ),
            b"PX" => Self::PinCancelled,
            b"CA" => Self::ConsentAnswered {
                screen: screen_id(fields.until(b':'))?,
                decision: parse_decision(fields.rest())?,
            },
            b"RF" => Self::Refused(Verb::of(fields.rest()).ok_or(FrameError::Field { field: "refused" })?),
            b"ER" => Self::Fault(parse_fault(fields.decimal(2, "fault")?)?),
            _ => return Err(FrameError::Verb),
        };
        fields.end("end")?;
        Ok(message)
    }

    fn emit_fields(&self, body: &mut Vec<u8>) -> Result<(), FrameError> {
        match self {
            Self::PoweredUp | Self::CardPlaced | Self::CardTaken | Self::PinCancelled => {}
            Self::Identity(identity) => emit_identity(identity, body)?,
            Self::MethodChosen(method) => body.push(method_letter(*method)),
            Self::NumberB { attempt, number } => {
                emit_attempt(*attempt, body);
                body.extend_from_slice(number.expose(Purpose::Simulate));
            }
            Self::Verdict { attempt, verdict, face_lux } => {
                emit_attempt(*attempt, body);
                body.extend_from_slice(verdict_digits(*verdict));
                body.extend_from_slice(format!("{face_lux:05}").as_bytes());
            }
            Self::PasscodeEntered(passcode) => body.extend_from_slice(passcode.expose(Purpose::Simulate)),
            Self::PinEntered(pin) => body.extend_from_slice(pin.expose(Purpose::Simulate)),
            Self::ConsentAnswered { screen, decision } => {
                screen_id(screen.as_bytes())?;
                body.extend_from_slice(screen.as_bytes());
                body.push(b':');
                body.push(match decision {
                    Decision::Agreed => b'Y',
                    Decision::Refused => b'N',
                });
            }
            Self::Refused(verb) => body.extend_from_slice(&verb.0),
            Self::Fault(number) => {
                parse_fault(u32::from(*number))?;
                body.extend_from_slice(format!("{number:02}").as_bytes());
            }
        }
        Ok(())
    }
}

fn emit_identity(identity: &Identity, body: &mut Vec<u8>) -> Result<(), FrameError> {
    for (text, field) in
        [(&identity.model, "model"), (&identity.firmware, "firmware"), (&identity.serial, "serial")]
    {
        name(text.as_bytes(), field)?;
        body.extend_from_slice(text.as_bytes());
        body.push(b',');
    }
    if identity.self_test > 99 {
        return Err(FrameError::Field { field: "self-test" });
    }
    body.extend_from_slice(format!("{:02},{}", identity.self_test, u8::from(identity.card)).as_bytes());
    Ok(())
}

fn parse_identity(fields: &mut Fields<'_>) -> Result<Identity, FrameError> {
    Ok(Identity {
        model: name(fields.until(b','), "model")?,
        firmware: name(fields.until(b','), "firmware")?,
        serial: name(fields.until(b','), "serial")?,
        self_test: u8::try_from(fields.decimal(2, "self-test")?)
            .map_err(|_| FrameError::Field { field: "self-test" })?,
        card: parse_card(fields.take(2, "card")?)?,
    })
}

const fn parse_card(text: &[u8]) -> Result<bool, FrameError> {
    match text {
        b",0" => Ok(false),
        b",1" => Ok(true),
        _ => Err(FrameError::Field { field: "card" }),
    }
}

fn name(bytes: &[u8], field: &'static str) -> Result<String, FrameError> {
    let wrong = FrameError::Field { field };
    let allowed = |b: &u8| matches!(b, 0x21..=0x7E) && *b != b',';
    if !(1..=16).contains(&bytes.len()) || !bytes.iter().all(allowed) {
        return Err(wrong);
    }
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| wrong)
}

const fn verdict_digits(verdict: FaceVerdict) -> &'static [u8; 2] {
    match verdict {
        FaceVerdict::Match => b"00",
        FaceVerdict::NoMatch => b"01",
        FaceVerdict::TooDark => b"02",
        FaceVerdict::NoFace => b"03",
        FaceVerdict::NotAlive => b"04",
        FaceVerdict::NumberBUnreadable => b"05",
        FaceVerdict::PhotoUnreadable => b"06",
        FaceVerdict::Masked => b"07",
        FaceVerdict::Pose => b"08",
    }
}

const fn parse_verdict(number: u32) -> Result<FaceVerdict, FrameError> {
    Ok(match number {
        0 => FaceVerdict::Match,
        1 => FaceVerdict::NoMatch,
        2 => FaceVerdict::TooDark,
        3 => FaceVerdict::NoFace,
        4 => FaceVerdict::NotAlive,
        5 => FaceVerdict::NumberBUnreadable,
        6 => FaceVerdict::PhotoUnreadable,
        7 => FaceVerdict::Masked,
        8 => FaceVerdict::Pose,
        _ => return Err(FrameError::Field { field: "verdict" }),
    })
}

const fn parse_decision(text: &[u8]) -> Result<Decision, FrameError> {
    match text {
        b"Y" => Ok(Decision::Agreed),
        b"N" => Ok(Decision::Refused),
        _ => Err(FrameError::Field { field: "decision" }),
    }
}

fn parse_fault(number: u32) -> Result<u8, FrameError> {
    let wrong = FrameError::Field { field: "fault" };
    u8::try_from(number).ok().filter(|number| (1..=99).contains(number)).ok_or(wrong)
}

fn only(bytes: &[u8], field: &'static str) -> Result<u8, FrameError> {
    bytes.first().copied().ok_or(FrameError::Field { field })
}
