//! What the terminal says.

use crate::FrameError;
use crate::packet::{FieldReader, Fields, Message};
use crate::words::{
    LANGUAGES, METHODS, checked, read_ask, read_attempt, read_items, screen_id, write_ask, write_items,
};
use model::{ConsentScreen, Pii, Purpose};
use reader::{AttemptId, Language, Method};

/// Bytes of the photo in one piece at most.
pub const MOST_PIECE: usize = 960;
/// Bytes of a photo at most.
pub const MOST_PHOTO: usize = 16 * 1024;

/// What the screen says when it asks nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// `place-card`.
    PlaceCard,
    /// `wait`.
    Wait,
    /// `done`.
    Done,
    /// `take-card`.
    TakeCard,
    /// `card-left`.
    CardLeft,
    /// `failure`, with its code.
    Failure(NoticeCode),
    /// `out-of-order`.
    OutOfOrder,
    /// `visual-armed`.
    VisualArmed,
    /// `staff-check`.
    StaffCheck,
}

/// A failure's code on the wire: 1 to 40 of A-Z, 0-9, '_'.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeCode(String);

impl NoticeCode {
    /// Checks a code.
    ///
    /// # Errors
    /// If it has another form.
    pub fn new(code: &str) -> Result<Self, FrameError> {
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        checked(code, 40, allowed, "code").map(|code| Self(code.to_owned()))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message from the terminal to the unit. `ask` numbers the question, from 1.
#[derive(Debug)]
#[expect(missing_docs, reason = "ask and attempt are what they are in DIALECT.md section 4")]
pub enum HostMessage {
    /// `hello`: begin anew and say who you are. Outside the count.
    Hello,
    /// `show`: show a notice.
    Show(Notice),
    /// `speak`: use this language.
    Speak(Language),
    /// `methods`: let the patient choose.
    Methods { ask: u32, offered: Vec<Method> },
    /// `attempt`: open an attempt, read 照合番号B.
    Attempt { ask: u32, attempt: AttemptId },
    /// `photo`: a photo of so many bytes follows, 1 to [`MOST_PHOTO`].
    Photo { ask: u32, attempt: AttemptId, bytes: u32 },
    /// `piece`: a piece of the photo, 1 to [`MOST_PIECE`] bytes; from index 0 without a gap.
    Piece { ask: u32, index: u8, bytes: Pii<Vec<u8>> },
    /// `pin`: ask for the PIN; tries left on the card, 0 to 9.
    Pin { ask: u32, tries: u8 },
    /// `passcode`: ask a member of staff for the passcode.
    Passcode { ask: u32 },
    /// `consent`: ask one consent question.
    Consent { ask: u32, screen: ConsentScreen },
    /// `cancel`: forget what was asked, and the answers not sent yet.
    Cancel,
}

impl HostMessage {
    /// Names of all messages.
    pub const NAMES: [&'static str; 11] = [
        "hello", "show", "speak", "methods", "attempt", "photo", "piece", "pin", "passcode", "consent",
        "cancel",
    ];

    /// The number of the question that it asks or belongs to, if any.
    #[must_use]
    pub const fn ask(&self) -> Option<u32> {
        match self {
            Self::Hello | Self::Show(_) | Self::Speak(_) | Self::Cancel => None,
            Self::Methods { ask, .. }
            | Self::Attempt { ask, .. }
            | Self::Photo { ask, .. }
            | Self::Piece { ask, .. }
            | Self::Pin { ask, .. }
            | Self::Passcode { ask }
            | Self::Consent { ask, .. } => Some(*ask),
        }
    }
}

impl Message for HostMessage {
    fn name(&self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Show(_) => "show",
            Self::Speak(_) => "speak",
            Self::Methods { .. } => "methods",
            Self::Attempt { .. } => "attempt",
            Self::Photo { .. } => "photo",
            Self::Piece { .. } => "piece",
            Self::Pin { .. } => "pin",
            Self::Passcode { .. } => "passcode",
            Self::Consent { .. } => "consent",
            Self::Cancel => "cancel",
        }
    }

    fn is_opening(&self) -> bool {
        matches!(self, Self::Hello)
    }

    fn write(&self, Fields(body): &mut Fields<'_, '_>) -> Result<(), FrameError> {
        if let Some(ask) = self.ask() {
            write_ask(ask, body)?;
        }
        match self {
            Self::Hello | Self::Passcode { .. } | Self::Cancel => Ok(()),
            Self::Show(notice) => {
                body.text(notice_word(notice))?;
                match notice {
                    Notice::Failure(code) => body.text(code.as_str()),
                    _ => body.null(),
                }
            }
            Self::Speak(language) => body.text(LANGUAGES.word(*language)?),
            Self::Methods { offered, .. } => {
                if !are_offered(offered) {
                    return Err(FrameError::Field { field: "methods" });
                }
                let words: Result<Vec<_>, _> = offered.iter().map(|method| METHODS.word(*method)).collect();
                body.texts(&words?)
            }
            Self::Attempt { attempt, .. } => body.number(attempt.0),
            Self::Photo { attempt, bytes, .. } => {
                if !usize::try_from(*bytes).is_ok_and(|bytes| (1..=MOST_PHOTO).contains(&bytes)) {
                    return Err(FrameError::Field { field: "bytes" });
                }
                body.number(attempt.0)?;
                body.number(*bytes)
            }
            Self::Piece { index, bytes, .. } => {
                body.number(*index)?;
                body.bytes(checked_piece(bytes.expose(Purpose::SendToReader))?)
            }
            Self::Pin { tries, .. } => {
                if *tries > 9 {
                    return Err(FrameError::Field { field: "tries" });
                }
                body.number(*tries)
            }
            Self::Consent { screen, .. } => {
                body.text(screen_id(&screen.id)?)?;
                write_items(&screen.items, body)
            }
        }
    }

    fn read(name: &str, FieldReader(items): &mut FieldReader<'_, '_>) -> Result<Option<Self>, FrameError> {
        Ok(Some(match name {
            "hello" => Self::Hello,
            "show" => {
                let word = items.text("notice")?;
                let code = items.optional("code", |items| NoticeCode::new(items.text("code")?))?;
                Self::Show(notice_of(word, code).ok_or(FrameError::Field { field: "notice" })?)
            }
            "speak" => Self::Speak(LANGUAGES.read(items)?),
            "methods" => {
                let ask = read_ask(items)?;
                let offered = items.list((1, 3), "methods", |decoder| METHODS.value(decoder.str().ok()?))?;
                if !are_offered(&offered) {
                    return Err(FrameError::Field { field: "methods" });
                }
                Self::Methods { ask, offered }
            }
            "attempt" => Self::Attempt { ask: read_ask(items)?, attempt: read_attempt(items)? },
            "photo" => {
                let most = u32::try_from(MOST_PHOTO).unwrap_or(u32::MAX);
                let (ask, attempt) = (read_ask(items)?, read_attempt(items)?);
                Self::Photo { ask, attempt, bytes: items.long(1, most, "bytes")? }
            }
            "piece" => {
                let (ask, index) = (read_ask(items)?, items.byte(0, u8::MAX, "index")?);
                Self::Piece { ask, index, bytes: Pii::new(checked_piece(items.bytes("bytes")?)?.to_vec()) }
            }
            "pin" => Self::Pin { ask: read_ask(items)?, tries: items.byte(0, 9, "tries")? },
            "passcode" => Self::Passcode { ask: read_ask(items)? },
            "consent" => {
                let (ask, id) = (read_ask(items)?, screen_id(items.text("screen")?)?.to_owned());
                Self::Consent { ask, screen: ConsentScreen { id, items: read_items(items)? } }
            }
            "cancel" => Self::Cancel,
            _ => return Ok(None),
        }))
    }
}

const fn notice_word(notice: &Notice) -> &'static str {
    match notice {
        Notice::PlaceCard => "place-card",
        Notice::Wait => "wait",
        Notice::Done => "done",
        Notice::TakeCard => "take-card",
        Notice::CardLeft => "card-left",
        Notice::Failure(_) => "failure",
        Notice::OutOfOrder => "out-of-order",
        Notice::VisualArmed => "visual-armed",
        Notice::StaffCheck => "staff-check",
    }
}

fn notice_of(word: &str, code: Option<NoticeCode>) -> Option<Notice> {
    Some(match (word, code) {
        ("failure", Some(code)) => Notice::Failure(code),
        ("place-card", None) => Notice::PlaceCard,
        ("wait", None) => Notice::Wait,
        ("done", None) => Notice::Done,
        ("take-card", None) => Notice::TakeCard,
        ("card-left", None) => Notice::CardLeft,
        ("out-of-order", None) => Notice::OutOfOrder,
        ("visual-armed", None) => Notice::VisualArmed,
        ("staff-check", None) => Notice::StaffCheck,
        _ => return None,
    })
}

/// One to three methods, each once.
fn are_offered(methods: &[Method]) -> bool {
    match methods {
        [_] => true,
        [first, second] => first != second,
        [first, second, third] => first != second && first != third && second != third,
        _ => false,
    }
}

fn checked_piece(bytes: &[u8]) -> Result<&[u8], FrameError> {
    if (1..=MOST_PIECE).contains(&bytes.len()) {
        Ok(bytes)
    } else {
        Err(FrameError::Field { field: "bytes" })
    }
}
