//! What the terminal sends: DIALECT.md section 4.

use crate::FrameError;
use crate::field::{Fields, screen_id, text};
use crate::frame::{Frame, Verb, request};
use model::{ConsentItem, ConsentScreen, Pii, Purpose};
use reader::{AttemptId, Method};
use zeroize::Zeroizing;

/// Bytes of a photo at most.
pub const MOST_PHOTO: usize = 64 * 1024;

/// The serial of [`HostMessage::Begin`]; others begin at 1.
pub const OPENING: u8 = 0;

/// The serial after this one: FF is followed by 01.
#[must_use]
pub const fn next_serial(serial: u8) -> u8 {
    if serial == u8::MAX { 1 } else { serial + 1 }
}

/// A question's number, counted by the terminal and repeated by every answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ask(pub u16);

/// A GPIO line of the lamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LampLine {
    /// Line 1.
    Green,
    /// Line 2.
    Red,
    /// Line 3.
    Blue,
}

impl LampLine {
    /// All lines, by number.
    pub const ALL: [Self; 3] = [Self::Green, Self::Red, Self::Blue];

    const fn number(self) -> u8 {
        match self {
            Self::Green => 1,
            Self::Red => 2,
            Self::Blue => 3,
        }
    }

    fn parse(number: u8) -> Result<Self, FrameError> {
        Self::ALL.into_iter().find(|line| line.number() == number).ok_or(FrameError::Field { field: "line" })
    }
}

/// What the voice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrase {
    /// Number 1.
    Accepted,
    /// Number 2.
    TakeCard,
    /// Number 3.
    Wrong,
}

/// What the screen says when it asks nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Number 1.
    PlaceCard,
    /// Number 2.
    Wait,
    /// Number 3.
    Done,
    /// Number 4.
    TakeCard,
    /// Number 5.
    CardLeft,
    /// Number 6, with a failure's code.
    Failure(NoticeCode),
    /// Number 7.
    OutOfOrder,
    /// Number 8.
    VisualArmed,
    /// Number 9.
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
        Self::parse(code.as_bytes())
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(bytes: &[u8]) -> Result<Self, FrameError> {
        text(bytes, 40, "code", |b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_').map(Self)
    }
}

/// A request from the terminal to the unit.
#[derive(Debug)]
pub enum HostMessage {
    /// GPIO: enable a line.
    LineOn(LampLine),
    /// GPIO: write a line's value.
    LineValue {
        /// Which line.
        line: LampLine,
        /// Lit or dark.
        lit: bool,
    },
    /// Begin anew and say who you are. Always serial [`OPENING`].
    Begin {
        /// The terminal's number for this connection.
        session: u32,
    },
    /// Are you there?
    Alive,
    /// The event with this frame's serial arrived. Has no reply.
    Taken,
    /// Show a notice.
    Show(Notice),
    /// Say something.
    Say(Phrase),
    /// Let the patient choose.
    OfferMethods {
        /// The question's number.
        ask: Ask,
        /// One to three, each once.
        methods: Vec<Method>,
    },
    /// Open an attempt, read 照合番号B.
    OpenAttempt {
        /// The question's number.
        ask: Ask,
        /// The attempt.
        attempt: AttemptId,
    },
    /// Compare the face with the photo.
    Compare {
        /// The number of the question that opened the attempt.
        ask: Ask,
        /// The open attempt.
        attempt: AttemptId,
        /// JPEG 2000, 1 to [`MOST_PHOTO`] bytes.
        photo: Pii<Vec<u8>>,
    },
    /// Ask for the PIN.
    AskPin {
        /// The question's number.
        ask: Ask,
        /// Tries left on the card.
        tries_left: u8,
    },
    /// Ask a member of staff for the passcode.
    AskPasscode {
        /// The question's number.
        ask: Ask,
    },
    /// Ask one consent question.
    AskConsent {
        /// The question's number.
        ask: Ask,
        /// What is asked.
        screen: ConsentScreen,
    },
    /// Forget what is asked.
    Cancel,
}

/// Numbers of the consent items on the wire: position in this list, from 1.
const ITEMS: [ConsentItem; 17] = [
    ConsentItem::LimitCertificate,
    ConsentItem::SpecificDiseases,
    ConsentItem::HealthCheckups,
    ConsentItem::Medicines,
    ConsentItem::Diagnosis,
    ConsentItem::Operations,
    ConsentItem::DiagnosisNames,
    ConsentItem::Infections,
    ConsentItem::DrugAllergies,
    ConsentItem::OtherAllergies,
    ConsentItem::Tests,
    ConsentItem::Prescriptions,
    ConsentItem::MedicalAssistance,
    ConsentItem::SubsidyCertificates,
    ConsentItem::ElectronicPrescription,
    ConsentItem::CarryOver,
    ConsentItem::Registration,
];

pub(crate) const BEGIN: Verb = Verb::new(0x40, 1);
const TAKEN: Verb = Verb::new(0x40, 3);

impl HostMessage {
    /// Function and command.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::LineOn(_) => Verb::new(0x01, 2),
            Self::LineValue { .. } => Verb::new(0x01, 4),
            Self::Begin { .. } => BEGIN,
            Self::Alive => Verb::new(0x40, 2),
            Self::Taken => TAKEN,
            Self::Show(_) => Verb::new(0x41, 1),
            Self::Say(_) => Verb::new(0x42, 1),
            Self::OfferMethods { .. } => Verb::new(0x43, 1),
            Self::OpenAttempt { .. } => Verb::new(0x43, 2),
            Self::Compare { .. } => Verb::new(0x43, 3),
            Self::AskPin { .. } => Verb::new(0x43, 4),
            Self::AskConsent { .. } => Verb::new(0x43, 5),
            Self::Cancel => Verb::new(0x43, 6),
            Self::AskPasscode { .. } => Verb::new(0x43, 7),
        }
    }

    /// The frame that carries this message.
    ///
    /// # Errors
    /// If a field cannot be said in this dialect.
    pub fn emit(&self, serial: u8) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        request(self.verb(), serial, &self.content()?)
    }

    /// Reads a request.
    ///
    /// # Errors
    /// [`FrameError::Verb`] if the dialect has no such function and command, else what is wrong with a field.
    pub fn parse(frame: &Frame<'_>) -> Result<Self, FrameError> {
        let mut fields = Fields::new(frame.content());
        let verb = frame.verb();
        let message = match (verb.function, verb.command) {
            (0x01, 2) => Self::LineOn(LampLine::parse(fields.byte("line")?)?),
            (0x01, 4) => Self::LineValue {
                line: LampLine::parse(fields.byte("line")?)?,
                lit: parse_lit(fields.byte("value")?)?,
            },
            (0x40, 1) => Self::Begin { session: u32::from_be_bytes(fields.take("session")?) },
            (0x40, 2) => Self::Alive,
            (0x40, 3) => Self::Taken,
            (0x41, 1) => Self::Show(parse_notice(&mut fields)?),
            (0x42, 1) => Self::Say(parse_phrase(fields.byte("phrase")?)?),
            (0x43, 1) => {
                Self::OfferMethods { ask: ask(&mut fields)?, methods: parse_methods(fields.rest())? }
            }
            (0x43, 2) => Self::OpenAttempt { ask: ask(&mut fields)?, attempt: attempt(&mut fields)? },
            (0x43, 3) => Self::Compare {
                ask: ask(&mut fields)?,
                attempt: attempt(&mut fields)?,
                photo: parse_photo(fields.rest())?,
            },
            (0x43, 4) => Self::AskPin { ask: ask(&mut fields)?, tries_left: fields.byte("tries")? },
            (0x43, 5) => Self::AskConsent { ask: ask(&mut fields)?, screen: parse_screen(&mut fields)? },
            (0x43, 6) => Self::Cancel,
            (0x43, 7) => Self::AskPasscode { ask: ask(&mut fields)? },
            _ => return Err(FrameError::Verb),
        };
        fields.end()?;
        Ok(message)
    }

    fn content(&self) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        let mut content = Zeroizing::new(Vec::new());
        match self {
            Self::Alive | Self::Taken | Self::Cancel => {}
            Self::LineOn(line) => content.push(line.number()),
            Self::LineValue { line, lit } => content.extend_from_slice(&[line.number(), u8::from(*lit)]),
            Self::Begin { session } => content.extend_from_slice(&session.to_be_bytes()),
            Self::Show(notice) => emit_notice(notice, &mut content),
            Self::Say(phrase) => content.push(phrase_number(*phrase)),
            Self::OfferMethods { ask, methods } => {
                let numbers: Vec<u8> = methods.iter().map(|method| method_number(*method)).collect();
                parse_methods(&numbers)?;
                content.extend_from_slice(&ask.0.to_be_bytes());
                content.extend_from_slice(&numbers);
            }
            Self::OpenAttempt { ask, attempt } => emit_attempt(*ask, *attempt, &mut content),
            Self::Compare { ask, attempt, photo } => {
                let photo = photo.expose(Purpose::SendToReader);
                if !(1..=MOST_PHOTO).contains(&photo.len()) {
                    return Err(FrameError::Field { field: "photo" });
                }
                // Room at once: a buffer that grows leaves pieces of the photo behind.
                content.reserve_exact(10 + photo.len());
                emit_attempt(*ask, *attempt, &mut content);
                content.extend_from_slice(photo);
            }
            Self::AskPin { ask, tries_left } => {
                content.extend_from_slice(&ask.0.to_be_bytes());
                content.push(*tries_left);
            }
            Self::AskPasscode { ask } => content.extend_from_slice(&ask.0.to_be_bytes()),
            Self::AskConsent { ask, screen } => emit_screen(*ask, screen, &mut content)?,
        }
        Ok(content)
    }
}

pub(crate) fn ask(fields: &mut Fields<'_>) -> Result<Ask, FrameError> {
    fields.take("question").map(u16::from_be_bytes).map(Ask)
}

pub(crate) fn attempt(fields: &mut Fields<'_>) -> Result<AttemptId, FrameError> {
    fields.take("attempt").map(u64::from_be_bytes).map(AttemptId)
}

pub(crate) fn emit_attempt(ask: Ask, attempt: AttemptId, content: &mut Vec<u8>) {
    content.extend_from_slice(&ask.0.to_be_bytes());
    content.extend_from_slice(&attempt.0.to_be_bytes());
}

fn parse_lit(value: u8) -> Result<bool, FrameError> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(FrameError::Field { field: "value" }),
    }
}

fn emit_notice(notice: &Notice, content: &mut Vec<u8>) {
    content.push(match notice {
        Notice::PlaceCard => 1,
        Notice::Wait => 2,
        Notice::Done => 3,
        Notice::TakeCard => 4,
        Notice::CardLeft => 5,
        Notice::Failure(_) => 6,
        Notice::OutOfOrder => 7,
        Notice::VisualArmed => 8,
        Notice::StaffCheck => 9,
    });
    if let Notice::Failure(code) = notice {
        content.extend_from_slice(code.as_str().as_bytes());
    }
}

fn parse_notice(fields: &mut Fields<'_>) -> Result<Notice, FrameError> {
    Ok(match fields.byte("notice")? {
        1 => Notice::PlaceCard,
        2 => Notice::Wait,
        3 => Notice::Done,
        4 => Notice::TakeCard,
        5 => Notice::CardLeft,
        6 => Notice::Failure(NoticeCode::parse(fields.rest())?),
        7 => Notice::OutOfOrder,
        8 => Notice::VisualArmed,
        9 => Notice::StaffCheck,
        _ => return Err(FrameError::Field { field: "notice" }),
    })
}

const fn phrase_number(phrase: Phrase) -> u8 {
    match phrase {
        Phrase::Accepted => 1,
        Phrase::TakeCard => 2,
        Phrase::Wrong => 3,
    }
}

const fn parse_phrase(number: u8) -> Result<Phrase, FrameError> {
    Ok(match number {
        1 => Phrase::Accepted,
        2 => Phrase::TakeCard,
        3 => Phrase::Wrong,
        _ => return Err(FrameError::Field { field: "phrase" }),
    })
}

pub(crate) const fn method_number(method: Method) -> u8 {
    match method {
        Method::Face => 1,
        Method::Pin => 2,
        Method::Visual => 3,
    }
}

pub(crate) const fn parse_method(number: u8) -> Result<Method, FrameError> {
    match number {
        1 => Ok(Method::Face),
        2 => Ok(Method::Pin),
        3 => Ok(Method::Visual),
        _ => Err(FrameError::Field { field: "method" }),
    }
}

/// One to three methods, each once.
fn parse_methods(numbers: &[u8]) -> Result<Vec<Method>, FrameError> {
    let each_once = match numbers {
        [_] => true,
        [first, second] => first != second,
        [first, second, third] => first != second && first != third && second != third,
        _ => false,
    };
    if !each_once {
        return Err(FrameError::Field { field: "methods" });
    }
    numbers.iter().map(|number| parse_method(*number)).collect()
}

fn parse_photo(bytes: &[u8]) -> Result<Pii<Vec<u8>>, FrameError> {
    if (1..=MOST_PHOTO).contains(&bytes.len()) {
        Ok(Pii::new(bytes.to_vec()))
    } else {
        Err(FrameError::Field { field: "photo" })
    }
}

fn emit_screen(ask: Ask, screen: &ConsentScreen, content: &mut Vec<u8>) -> Result<(), FrameError> {
    let wrong = FrameError::Field { field: "items" };
    screen_id(screen.id.as_bytes())?;
    let count = u8::try_from(screen.items.len()).map_err(|_| wrong)?;
    if !(1..=ITEMS.len()).contains(&usize::from(count)) {
        return Err(wrong);
    }
    content.extend_from_slice(&ask.0.to_be_bytes());
    content.push(count);
    for item in &screen.items {
        let (number, _) = (1_u8..).zip(ITEMS).find(|(_, known)| known == item).ok_or(wrong)?;
        content.push(number);
    }
    content.extend_from_slice(screen.id.as_bytes());
    Ok(())
}

fn parse_screen(fields: &mut Fields<'_>) -> Result<ConsentScreen, FrameError> {
    let wrong = FrameError::Field { field: "items" };
    let count = usize::from(fields.byte("items")?);
    if !(1..=ITEMS.len()).contains(&count) {
        return Err(wrong);
    }
    let numbers = fields.slice(count, "items")?;
    let item = |number: &u8| usize::from(*number).checked_sub(1).and_then(|at| ITEMS.get(at)).copied();
    let items = numbers.iter().map(|number| item(number).ok_or(wrong)).collect::<Result<_, _>>()?;
    Ok(ConsentScreen { id: screen_id(fields.rest())?, items })
}
