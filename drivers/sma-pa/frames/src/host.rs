//! What the terminal sends, but for the frames of the line itself.

use crate::frame::compose;
use crate::words::{ITEMS, METHODS, SOUNDS, attempt_of, attempt_text, screen_id, value_of, word_of};
use crate::{Announced, FrameError, Kind, Notice, Number, Piece, Question, Session, json};
use model::{ConsentItem, ConsentScreen};
use reader::{AttemptId, Method, Sound};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Bytes of a photo at most.
pub const MOST_PHOTO: usize = 32 * 1024;

/// A numbered message from the terminal to the reader.
#[derive(Debug)]
#[expect(missing_docs, reason = "question is the command's number throughout")]
pub enum HostMessage {
    /// Show a notice; with voice, speak it.
    Show { question: Question, notice: Notice, voice: bool },
    /// Make a sound.
    Sound { question: Question, sound: Sound },
    /// Let the patient choose one of these: one to three, each once.
    OfferMethods { question: Question, methods: Vec<Method> },
    /// Open an attempt, read 照合番号B.
    OpenAttempt { question: Question, attempt: AttemptId },
    /// Compare with the photo whose pieces follow.
    Compare { question: Question, attempt: AttemptId, photo: Announced },
    /// Ask for the PIN, showing the tries left on the card, 0 to 9.
    AskPin { question: Question, tries_left: u8 },
    /// Ask a member of staff for the passcode.
    AskPasscode { question: Question },
    /// Ask one consent question.
    AskConsent { question: Question, screen: ConsentScreen },
    /// Read the certificate under the camera.
    ReadDocument { question: Question },
    /// Forget what is asked.
    Cancel { question: Question },
    /// A piece of the photo.
    PhotoPiece(Piece),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShowBody<'a> {
    q: Question,
    show: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    voice: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SoundBody<'a> {
    q: Question,
    sound: &'a str,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MethodsBody<'a> {
    q: Question,
    #[serde(borrow)]
    methods: Vec<&'a str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttemptBody<'a> {
    q: Question,
    attempt: &'a str,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompareBody<'a> {
    q: Question,
    attempt: &'a str,
    bytes: u32,
    crc: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskPinBody {
    q: Question,
    tries: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskConsentBody<'a> {
    q: Question,
    screen: &'a str,
    #[serde(borrow)]
    items: Vec<&'a str>,
}

/// The body of every message that carries its number and nothing else.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BareBody {
    pub(crate) q: Question,
}

impl HostMessage {
    /// The kind of its frame.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Show { .. } => Kind::Show,
            Self::Sound { .. } => Kind::Sound,
            Self::OfferMethods { .. } => Kind::OfferMethods,
            Self::OpenAttempt { .. } => Kind::OpenAttempt,
            Self::Compare { .. } => Kind::Compare,
            Self::AskPin { .. } => Kind::AskPin,
            Self::AskPasscode { .. } => Kind::AskPasscode,
            Self::AskConsent { .. } => Kind::AskConsent,
            Self::ReadDocument { .. } => Kind::ReadDocument,
            Self::Cancel { .. } => Kind::Cancel,
            Self::PhotoPiece(_) => Kind::PhotoPiece,
        }
    }

    /// The command's number.
    #[must_use]
    pub const fn question(&self) -> Question {
        match self {
            Self::Show { question, .. }
            | Self::Sound { question, .. }
            | Self::OfferMethods { question, .. }
            | Self::OpenAttempt { question, .. }
            | Self::Compare { question, .. }
            | Self::AskPin { question, .. }
            | Self::AskPasscode { question }
            | Self::AskConsent { question, .. }
            | Self::ReadDocument { question }
            | Self::Cancel { question }
            | Self::PhotoPiece(Piece { question, .. }) => *question,
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
    /// If it is no message of the terminal.
    pub fn parse(kind: Kind, body: &[u8]) -> Result<Self, FrameError> {
        Ok(match kind {
            Kind::Show => {
                let ShowBody { q, show, code, voice } = json::read(body)?;
                Self::Show { question: q, notice: Notice::of(show, code)?, voice }
            }
            Kind::Sound => {
                let SoundBody { q, sound } = json::read(body)?;
                Self::Sound { question: q, sound: value_of(SOUNDS, sound, "sound")? }
            }
            Kind::OfferMethods => {
                let MethodsBody { q, methods } = json::read(body)?;
                Self::OfferMethods { question: q, methods: parse_methods(&methods)? }
            }
            Kind::OpenAttempt => {
                let AttemptBody { q, attempt } = json::read(body)?;
                Self::OpenAttempt { question: q, attempt: attempt_of(attempt)? }
            }
            Kind::Compare => {
                let CompareBody { q, attempt, bytes, crc } = json::read(body)?;
                let photo = Announced::checked(bytes, crc, MOST_PHOTO)?;
                Self::Compare { question: q, attempt: attempt_of(attempt)?, photo }
            }
            Kind::AskPin => {
                let AskPinBody { q, tries } = json::read(body)?;
                Self::AskPin { question: q, tries_left: checked_tries(tries)? }
            }
            Kind::AskPasscode => Self::AskPasscode { question: json::read::<BareBody>(body)?.q },
            Kind::AskConsent => {
                let AskConsentBody { q, screen, items } = json::read(body)?;
                let screen = ConsentScreen { id: screen_id(screen)?.to_owned(), items: parse_items(&items)? };
                Self::AskConsent { question: q, screen }
            }
            Kind::ReadDocument => Self::ReadDocument { question: json::read::<BareBody>(body)?.q },
            Kind::Cancel => Self::Cancel { question: json::read::<BareBody>(body)?.q },
            Kind::PhotoPiece => Self::PhotoPiece(Piece::parse(body)?),
            _ => return Err(FrameError::Kind),
        })
    }

    fn write(&self, body: &mut Vec<u8>) -> Result<(), FrameError> {
        let q = self.question();
        match self {
            Self::Show { notice, voice, .. } => {
                let code = match notice {
                    Notice::Failure(code) => Some(code.as_str()),
                    _ => None,
                };
                json::write(&ShowBody { q, show: notice.word(), code, voice: *voice }, body)
            }
            Self::Sound { sound, .. } => {
                json::write(&SoundBody { q, sound: word_of(SOUNDS, *sound, "sound")? }, body)
            }
            Self::OfferMethods { methods, .. } => {
                let words = words(METHODS, methods, "methods")?;
                parse_methods(&words)?;
                json::write(&MethodsBody { q, methods: words }, body)
            }
            Self::OpenAttempt { attempt, .. } => {
                json::write(&AttemptBody { q, attempt: &attempt_text(*attempt) }, body)
            }
            Self::Compare { attempt, photo, .. } => {
                let wrong = FrameError::Field { field: "bytes" };
                let bytes = u32::try_from(photo.bytes).map_err(|_| wrong)?;
                Announced::checked(bytes, photo.sum, MOST_PHOTO)?;
                let attempt = attempt_text(*attempt);
                json::write(&CompareBody { q, attempt: &attempt, bytes, crc: photo.sum }, body)
            }
            Self::AskPin { tries_left, .. } => {
                json::write(&AskPinBody { q, tries: checked_tries(*tries_left)? }, body)
            }
            Self::AskConsent { screen, .. } => {
                let items = words(ITEMS, &screen.items, "items")?;
                parse_items(&items)?;
                json::write(&AskConsentBody { q, screen: screen_id(&screen.id)?, items }, body)
            }
            Self::AskPasscode { .. } | Self::ReadDocument { .. } | Self::Cancel { .. } => {
                json::write(&BareBody { q }, body)
            }
            Self::PhotoPiece(piece) => piece.write(body),
        }
    }
}

fn words<T: Copy + PartialEq>(
    known: &[(T, &'static str)],
    values: &[T],
    field: &'static str,
) -> Result<Vec<&'static str>, FrameError> {
    values.iter().map(|value| word_of(known, *value, field)).collect()
}

/// One to three methods, each once.
fn parse_methods(words: &[&str]) -> Result<Vec<Method>, FrameError> {
    let each_once = match words {
        [_] => true,
        [first, second] => first != second,
        [first, second, third] => first != second && first != third && second != third,
        _ => false,
    };
    if !each_once {
        return Err(FrameError::Field { field: "methods" });
    }
    words.iter().map(|word| value_of(METHODS, word, "methods")).collect()
}

fn parse_items(words: &[&str]) -> Result<Vec<ConsentItem>, FrameError> {
    if !(1..=ITEMS.len()).contains(&words.len()) {
        return Err(FrameError::Field { field: "items" });
    }
    words.iter().map(|word| value_of(ITEMS, word, "items")).collect()
}

fn checked_tries(tries: u8) -> Result<u8, FrameError> {
    if tries > 9 { Err(FrameError::Field { field: "tries" }) } else { Ok(tries) }
}
