//! What the reader sends, but for the frames of the line itself.

use crate::frame::compose;
use crate::host::BareBody;
use crate::json::{self, Digits};
use crate::words::{
    METHODS, VERDICTS, attempt_of, attempt_text, name, plain_text, screen_id, value_of, word_of,
};
use crate::{Announced, FrameError, Kind, Number, Piece, Question, Session};
use model::{Decision, NumberB, Passcode, Pii, Pin, Purpose};
use reader::{AttemptId, FaceVerdict, Method};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of the image of a certificate at most.
pub const MOST_IMAGE: usize = 128 * 1024;
/// Fields of a certificate at most.
pub const MOST_FIELDS: usize = 24;
/// Bytes of a field's name, and of the certificate's kind, at most.
pub const MOST_NAME: usize = 192;
/// Bytes of a field's value at most. The whole message must fit a frame all the same.
pub const MOST_VALUE: usize = 256;

/// What a unit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Model, 1 to 32 printable characters. A Sma-pa says [`crate::MODEL`].
    pub model: String,
    /// Firmware version, same form.
    pub firmware: String,
    /// Serial number, same form.
    pub serial: String,
    /// Self-test: 0 passed, otherwise the number of what failed, up to 99.
    pub self_test: u8,
    /// Whether a card lies in the tray.
    pub card: bool,
}

/// What was read from a certificate, without the image whose pieces follow.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// What the unit takes it for.
    pub kind: String,
    /// Field names and what stands there.
    pub fields: Vec<(String, String)>,
    /// The image that follows.
    pub image: Announced,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} fields, {:?})", self.fields.len(), self.image)
    }
}

/// A numbered message from the reader to the terminal.
#[derive(Debug)]
#[expect(missing_docs, reason = "question is the number of the command that it answers throughout")]
pub enum ReaderMessage {
    /// Who I am: always the first message of a session.
    Identity(Identity),
    /// A card was placed or taken.
    Card { placed: bool },
    /// The patient chose.
    MethodChosen { question: Question, method: Method },
    /// 照合番号B as read.
    NumberB { question: Question, attempt: AttemptId, number: NumberB },
    /// The attempt ended; with the light on the face in lux, and whether the sun falls on the card slot.
    Verdict { question: Question, attempt: AttemptId, verdict: FaceVerdict, lux: u16, sun: bool },
    /// Four digits were typed.
    Pin { question: Question, pin: Pin },
    /// Four digits were typed where the passcode was asked.
    Passcode { question: Question, passcode: Passcode },
    /// Whoever was to type, PIN or passcode, does not want to.
    PinCancelled { question: Question },
    /// A consent question was answered.
    ConsentAnswered { question: Question, screen: String, decision: Decision },
    /// The certificate was read; `None` if nothing could be read.
    Document { question: Question, document: Option<Pii<Document>> },
    /// A piece of the certificate's image.
    ImagePiece(Piece),
    /// This unit cannot do what that command asks, or not now.
    Refused { question: Question },
    /// A fault of the unit's own, 1 to 99.
    Fault { number: u8 },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityBody<'a> {
    model: &'a str,
    firmware: &'a str,
    serial: &'a str,
    self_test: u8,
    card: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardBody {
    placed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MethodBody<'a> {
    q: Question,
    method: &'a str,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberBBody<'a> {
    q: Question,
    attempt: &'a str,
    #[serde(borrow)]
    digits: Digits<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VerdictBody<'a> {
    q: Question,
    attempt: &'a str,
    verdict: &'a str,
    lux: u16,
    sun: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DigitsBody<'a> {
    q: Question,
    #[serde(borrow)]
    digits: Digits<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentBody<'a> {
    q: Question,
    screen: &'a str,
    agreed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentBody<'a> {
    q: Question,
    #[serde(borrow)]
    read: Option<ReadBody<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadBody<'a> {
    kind: &'a str,
    #[serde(borrow)]
    fields: Vec<(&'a str, &'a str)>,
    bytes: u32,
    crc: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultBody {
    number: u8,
}

impl ReaderMessage {
    /// The kind of its frame.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Identity(_) => Kind::Identity,
            Self::Card { .. } => Kind::Card,
            Self::MethodChosen { .. } => Kind::MethodChosen,
            Self::NumberB { .. } => Kind::NumberB,
            Self::Verdict { .. } => Kind::Verdict,
            Self::Pin { .. } => Kind::Pin,
            Self::Passcode { .. } => Kind::Passcode,
            Self::PinCancelled { .. } => Kind::PinCancelled,
            Self::ConsentAnswered { .. } => Kind::ConsentAnswered,
            Self::Document { .. } => Kind::Document,
            Self::ImagePiece(_) => Kind::ImagePiece,
            Self::Refused { .. } => Kind::Refused,
            Self::Fault { .. } => Kind::Fault,
        }
    }

    /// The frame that carries this message.
    ///
    /// # Errors
    /// If a field cannot be said in this dialect.
    pub fn emit(&self, session: Session, number: Number) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        compose(self.kind(), session, number, |body| self.write(body))
    }

    /// Reads the body of a frame of this kind.
    ///
    /// # Errors
    /// If it is no message of the reader.
    pub fn parse(kind: Kind, body: &[u8]) -> Result<Self, FrameError> {
        Ok(match kind {
            Kind::Identity => Self::Identity(parse_identity(body)?),
            Kind::Card => Self::Card { placed: json::read::<CardBody>(body)?.placed },
            Kind::MethodChosen => {
                let MethodBody { q, method } = json::read(body)?;
                Self::MethodChosen { question: q, method: value_of(METHODS, method, "method")? }
            }
            Kind::NumberB => {
                let NumberBBody { q, attempt, digits } = json::read(body)?;
                let number =
                    NumberB::from_digits(digits.0).map_err(|_| FrameError::Field { field: "digits" })?;
                Self::NumberB { question: q, attempt: attempt_of(attempt)?, number }
            }
            Kind::Verdict => {
                let VerdictBody { q, attempt, verdict, lux, sun } = json::read(body)?;
                let verdict = value_of(VERDICTS, verdict, "verdict")?;
                Self::Verdict { question: q, attempt: attempt_of(attempt)?, verdict, lux, sun }
            }
            Kind::Pin => {
                let DigitsBody { q, digits } = json::read(body)?;
                let pin = Pin::from_digits(digits.0).map_err(|_| FrameError::Field { field: "digits" })?;
                Self::Pin { question: q, pin }
            }
            Kind::Passcode => {
                let DigitsBody { q, digits } = json::read(body)?;
                let passcode =
                    Passcode::from_digits(digits.0).map_err(|_| FrameError::Field { field: "digits" })?;
                Self::Passcode { question: q, passcode }
            }
            Kind::PinCancelled => Self::PinCancelled { question: json::read::<BareBody>(body)?.q },
            Kind::ConsentAnswered => {
                let ConsentBody { q, screen, agreed } = json::read(body)?;
                let decision = if agreed { Decision::Agreed } else { Decision::Refused };
                Self::ConsentAnswered { question: q, screen: screen_id(screen)?.to_owned(), decision }
            }
            Kind::Document => {
                let DocumentBody { q, read } = json::read(body)?;
                Self::Document { question: q, document: read.map(parse_document).transpose()?.map(Pii::new) }
            }
            Kind::ImagePiece => Self::ImagePiece(Piece::parse(body)?),
            Kind::Refused => Self::Refused { question: json::read::<BareBody>(body)?.q },
            Kind::Fault => Self::Fault { number: checked_fault(json::read::<FaultBody>(body)?.number)? },
            _ => return Err(FrameError::Kind),
        })
    }

    fn write(&self, body: &mut Vec<u8>) -> Result<(), FrameError> {
        match self {
            Self::Identity(identity) => write_identity(identity, body),
            Self::Card { placed } => json::write(&CardBody { placed: *placed }, body),
            Self::MethodChosen { question, method } => {
                json::write(&MethodBody { q: *question, method: word_of(METHODS, *method, "method")? }, body)
            }
            Self::NumberB { question, attempt, number } => {
                let digits = Digits(number.expose(Purpose::Simulate));
                json::write(&NumberBBody { q: *question, attempt: &attempt_text(*attempt), digits }, body)
            }
            Self::Verdict { question, attempt, verdict, lux, sun } => {
                let (attempt, verdict) = (attempt_text(*attempt), word_of(VERDICTS, *verdict, "verdict")?);
                let (q, lux, sun) = (*question, *lux, *sun);
                json::write(&VerdictBody { q, attempt: &attempt, verdict, lux, sun }, body)
            }
            Self::Pin { question, pin } => {
                json::write(&DigitsBody { q: *question, digits: Digits(pin.expose(Purpose::Simulate)) }, body)
            }
            Self::Passcode { question, passcode } => {
                let digits = Digits(passcode.expose(Purpose::Simulate));
                json::write(&DigitsBody { q: *question, digits }, body)
            }
            Self::PinCancelled { question } | Self::Refused { question } => {
                json::write(&BareBody { q: *question }, body)
            }
            Self::ConsentAnswered { question, screen, decision } => {
                let agreed = *decision == Decision::Agreed;
                json::write(&ConsentBody { q: *question, screen: screen_id(screen)?, agreed }, body)
            }
            Self::Document { question, document } => {
                let read =
                    document.as_ref().map(|d| document_body(d.expose(Purpose::Simulate))).transpose()?;
                json::write(&DocumentBody { q: *question, read }, body)
            }
            Self::ImagePiece(piece) => piece.write(body),
            Self::Fault { number } => json::write(&FaultBody { number: checked_fault(*number)? }, body),
        }
    }
}

fn parse_identity(body: &[u8]) -> Result<Identity, FrameError> {
    let IdentityBody { model, firmware, serial, self_test, card } = json::read(body)?;
    Ok(Identity {
        model: name(model, "model")?.to_owned(),
        firmware: name(firmware, "firmware")?.to_owned(),
        serial: name(serial, "serial")?.to_owned(),
        self_test: checked_self_test(self_test)?,
        card,
    })
}

fn write_identity(identity: &Identity, body: &mut Vec<u8>) -> Result<(), FrameError> {
    let body_of = IdentityBody {
        model: name(&identity.model, "model")?,
        firmware: name(&identity.firmware, "firmware")?,
        serial: name(&identity.serial, "serial")?,
        self_test: checked_self_test(identity.self_test)?,
        card: identity.card,
    };
    json::write(&body_of, body)
}

fn parse_document(body: ReadBody<'_>) -> Result<Document, FrameError> {
    let ReadBody { kind, fields, bytes, crc } = body;
    let kind = plain_text(kind, MOST_NAME, "kind")?.to_owned();
    let image = Announced::checked(bytes, crc, MOST_IMAGE)?;
    check_fields(fields.iter().copied())?;
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Ok(Document { kind, fields, image })
}

fn document_body(document: &Document) -> Result<ReadBody<'_>, FrameError> {
    let bytes = u32::try_from(document.image.bytes).map_err(|_| FrameError::Field { field: "bytes" })?;
    Announced::checked(bytes, document.image.sum, MOST_IMAGE)?;
    let fields = document.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    check_fields(fields.clone())?;
    let kind = plain_text(&document.kind, MOST_NAME, "kind")?;
    Ok(ReadBody { kind, fields: fields.collect(), bytes, crc: document.image.sum })
}

fn check_fields<'a>(fields: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Result<(), FrameError> {
    if fields.clone().count() > MOST_FIELDS {
        return Err(FrameError::Field { field: "fields" });
    }
    for (name, value) in fields {
        plain_text(name, MOST_NAME, "name")?;
        // A field that stands empty on the paper is read as such.
        if !value.is_empty() {
            plain_text(value, MOST_VALUE, "value")?;
        }
    }
    Ok(())
}

fn checked_self_test(number: u8) -> Result<u8, FrameError> {
    if number > 99 { Err(FrameError::Field { field: "self_test" }) } else { Ok(number) }
}

fn checked_fault(number: u8) -> Result<u8, FrameError> {
    if (1..=99).contains(&number) { Ok(number) } else { Err(FrameError::Field { field: "number" }) }
}
