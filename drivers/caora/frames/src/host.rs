//! What the terminal sends.

use crate::block::{BlockNumber, wrap};
use crate::field::{Fields, screen_id};
use crate::{FrameError, Verb};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{ConsentItem, ConsentScreen, Pii, Purpose};
use reader::{AttemptId, Lamp, Method, Sound};
use zeroize::Zeroizing;

/// Bytes of the photo in one chunk at most; their base64 has 512 characters.
pub const MOST_CHUNK: usize = 384;
/// Bytes of a photo at most.
pub const MOST_PHOTO: usize = 8 * 1024;
/// Methods in one offer at most: each once.
const MOST_METHODS: usize = 3;

/// What the screen says when it asks nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Number 01.
    PlaceCard,
    /// Number 02.
    Wait,
    /// Number 03.
    Done,
    /// Number 04.
    TakeCard,
    /// Number 05.
    CardLeft,
    /// Number 06, with a failure's code.
    Failure(NoticeCode),
    /// Number 07.
    OutOfOrder,
    /// Number 08.
    VisualArmed,
    /// Number 09.
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
        if (1..=40).contains(&code.len()) && code.bytes().all(allowed) {
            Ok(Self(code.to_owned()))
        } else {
            Err(FrameError::Field { field: "code" })
        }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message from the terminal to the reader.
#[derive(Debug)]
pub enum HostMessage {
    /// `ID`: begin anew and say who you are. Always number 0.
    Identify,
    /// `NT`: show a notice.
    Show(Notice),
    /// `LP`: set the lamp.
    Light(Lamp),
    /// `BZ`: make a sound.
    Sound(Sound),
    /// `OM`: let the patient choose.
    OfferMethods(Vec<Method>),
    /// `OA`: open an attempt, read 照合番号B.
    OpenAttempt(AttemptId),
    /// `PB`: a photo of so many bytes follows.
    PhotoBegin {
        /// The open attempt.
        attempt: AttemptId,
        /// Bytes in all, 1 to [`MOST_PHOTO`].
        bytes: usize,
    },
    /// `PC`: a piece of the photo.
    PhotoChunk {
        /// From 0, without a gap.
        index: u8,
        /// 1 to [`MOST_CHUNK`] bytes.
        bytes: Pii<Vec<u8>>,
    },
    /// `CM`: compare the face with the photo.
    Compare(AttemptId),
    /// `PN`: ask for the PIN.
    AskPin {
        /// Tries left on the card, 0 to 9.
        tries_left: u8,
    },
    /// `SP`: ask staff for the passcode.
    AskPasscode,
    /// `CS`: ask one consent question.
    AskConsent(ConsentScreen),
    /// `XX`: forget what was asked, and the answers not yet fetched.
    Cancel,
}

/// Numbers of the consent items on the wire: position in this list, from 01.
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

impl HostMessage {
    /// The message's two letters.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        Verb(*match self {
            Self::Identify => b"ID",
            Self::Show(_) => b"NT",
            Self::Light(_) => b"LP",
            Self::Sound(_) => b"BZ",
            Self::OfferMethods(_) => b"OM",
            Self::OpenAttempt(_) => b"OA",
            Self::PhotoBegin { .. } => b"PB",
            Self::PhotoChunk { .. } => b"PC",
            Self::Compare(_) => b"CM",
            Self::AskPin { .. } => b"PN",
            Self::AskPasscode => b"SP",
            Self::AskConsent(_) => b"CS",
            Self::Cancel => b"XX",
        })
    }

    /// The block that carries this message.
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
    /// If it is no message of the terminal.
    pub fn parse(body: &[u8]) -> Result<Self, FrameError> {
        let mut fields = Fields::new(body);
        let verb = fields.take(2, "verb").map_err(|_| FrameError::Verb)?;
        let message = match verb {
            b"ID" => Self::Identify,
            b"NT" => Self::Show(parse_notice(&mut fields)?),
            b"LP" => Self::Light(parse_lamp(fields.decimal(1, "lamp")?)?),
            b"BZ" => Self::Sound(parse_sound(fields.decimal(1, "sound")?)?),
            b"OM" => Self::OfferMethods(parse_methods(fields.rest())?),
            b"OA" => Self::OpenAttempt(fields.attempt()?),
            b"PB" => {
                let attempt = fields.attempt()?;
                Self::PhotoBegin { attempt, bytes: parse_photo_bytes(fields.decimal(5, "bytes")?)? }
            }
            b"PC" => Self::PhotoChunk {
                index: narrow(fields.decimal(2, "index")?, "index")?,
                bytes: parse_chunk(fields.rest())?,
            },
            b"CM" => Self::Compare(fields.attempt()?),
            b"PN" => Self::AskPin { tries_left: narrow(fields.decimal(1, "tries")?, "tries")? },
            b"SP" => Self::AskPasscode,
            b"CS" => Self::AskConsent(parse_screen(&mut fields)?),
            b"XX" => Self::Cancel,
            _ => return Err(FrameError::Verb),
        };
        fields.end("end")?;
        Ok(message)
    }

    fn emit_fields(&self, body: &mut Vec<u8>) -> Result<(), FrameError> {
        match self {
            Self::Identify | Self::AskPasscode | Self::Cancel => {}
            Self::Show(notice) => emit_notice(notice, body),
            Self::Light(lamp) => body.push(lamp_digit(*lamp)),
            Self::Sound(sound) => body.push(sound_digit(*sound)),
            Self::OfferMethods(methods) => {
                let letters: Vec<u8> = methods.iter().map(|method| method_letter(*method)).collect();
                parse_methods(&letters)?;
                body.extend_from_slice(&letters);
            }
            Self::OpenAttempt(attempt) | Self::Compare(attempt) => emit_attempt(*attempt, body),
            Self::PhotoBegin { attempt, bytes } => {
                let bytes = u32::try_from(*bytes).map_err(|_| FrameError::Field { field: "bytes" })?;
                parse_photo_bytes(bytes)?;
                emit_attempt(*attempt, body);
                body.extend_from_slice(format!("{bytes:05}").as_bytes());
            }
            Self::PhotoChunk { index, bytes } => {
                let bytes = bytes.expose(Purpose::SendToReader);
                if *index > 99 || !(1..=MOST_CHUNK).contains(&bytes.len()) {
                    return Err(FrameError::Field { field: "chunk" });
                }
                body.extend_from_slice(format!("{index:02}").as_bytes());
                body.extend_from_slice(STANDARD.encode(bytes).as_bytes());
            }
            Self::AskPin { tries_left } => {
                if *tries_left > 9 {
                    return Err(FrameError::Field { field: "tries" });
                }
                body.push(tries_left + b'0');
            }
            Self::AskConsent(screen) => emit_screen(screen, body)?,
        }
        Ok(())
    }
}

pub(crate) fn emit_attempt(attempt: AttemptId, body: &mut Vec<u8>) {
    body.extend_from_slice(format!("{:016X}", attempt.0).as_bytes());
}

fn emit_notice(notice: &Notice, body: &mut Vec<u8>) {
    body.extend_from_slice(match notice {
        Notice::PlaceCard => b"01",
        Notice::Wait => b"02",
        Notice::Done => b"03",
        Notice::TakeCard => b"04",
        Notice::CardLeft => b"05",
        Notice::Failure(_) => b"06",
        Notice::OutOfOrder => b"07",
        Notice::VisualArmed => b"08",
        Notice::StaffCheck => b"09",
    });
    if let Notice::Failure(code) = notice {
        body.push(b',');
        body.extend_from_slice(code.as_str().as_bytes());
    }
}

fn parse_notice(fields: &mut Fields<'_>) -> Result<Notice, FrameError> {
    Ok(match fields.decimal(2, "notice")? {
        1 => Notice::PlaceCard,
        2 => Notice::Wait,
        3 => Notice::Done,
        4 => Notice::TakeCard,
        5 => Notice::CardLeft,
        6 => {
            if fields.take(1, "code")? != b"," {
                return Err(FrameError::Field { field: "code" });
            }
            let code = std::str::from_utf8(fields.rest()).map_err(|_| FrameError::Field { field: "code" })?;
            Notice::Failure(NoticeCode::new(code)?)
        }
        7 => Notice::OutOfOrder,
        8 => Notice::VisualArmed,
        9 => Notice::StaffCheck,
        _ => return Err(FrameError::Field { field: "notice" }),
    })
}

const fn lamp_digit(lamp: Lamp) -> u8 {
    match lamp {
        Lamp::Off => b'0',
        Lamp::Green => b'1',
        Lamp::Blue => b'2',
        Lamp::Red => b'3',
    }
}

const fn parse_lamp(digit: u32) -> Result<Lamp, FrameError> {
    Ok(match digit {
        0 => Lamp::Off,
        1 => Lamp::Green,
        2 => Lamp::Blue,
        3 => Lamp::Red,
        _ => return Err(FrameError::Field { field: "lamp" }),
    })
}

const fn sound_digit(sound: Sound) -> u8 {
    match sound {
        Sound::Chime => b'1',
        Sound::TakeCard => b'2',
        Sound::Alarm => b'3',
    }
}

const fn parse_sound(digit: u32) -> Result<Sound, FrameError> {
    Ok(match digit {
        1 => Sound::Chime,
        2 => Sound::TakeCard,
        3 => Sound::Alarm,
        _ => return Err(FrameError::Field { field: "sound" }),
    })
}

pub(crate) const fn method_letter(method: Method) -> u8 {
    match method {
        Method::Face => b'F',
        Method::Pin => b'P',
        Method::Visual => b'V',
    }
}

pub(crate) const fn parse_method(letter: u8) -> Result<Method, FrameError> {
    match letter {
        b'F' => Ok(Method::Face),
        b'P' => Ok(Method::Pin),
        b'V' => Ok(Method::Visual),
        _ => Err(FrameError::Field { field: "method" }),
    }
}

fn parse_methods(letters: &[u8]) -> Result<Vec<Method>, FrameError> {
    let once = |letter: &u8| letters.iter().filter(|other| *other == letter).count() == 1;
    if !(1..=MOST_METHODS).contains(&letters.len()) || !letters.iter().all(once) {
        return Err(FrameError::Field { field: "methods" });
    }
    letters.iter().map(|letter| parse_method(*letter)).collect()
}

fn parse_photo_bytes(bytes: u32) -> Result<usize, FrameError> {
    let wrong = FrameError::Field { field: "bytes" };
    let bytes = usize::try_from(bytes).map_err(|_| wrong)?;
    if (1..=MOST_PHOTO).contains(&bytes) { Ok(bytes) } else { Err(wrong) }
}

fn parse_chunk(text: &[u8]) -> Result<Pii<Vec<u8>>, FrameError> {
    let wrong = FrameError::Field { field: "chunk" };
    let bytes = STANDARD.decode(text).map_err(|_| wrong)?;
    if (1..=MOST_CHUNK).contains(&bytes.len()) { Ok(Pii::new(bytes)) } else { Err(wrong) }
}

fn emit_screen(screen: &ConsentScreen, body: &mut Vec<u8>) -> Result<(), FrameError> {
    screen_id(screen.id.as_bytes())?;
    if !(1..=ITEMS.len()).contains(&screen.items.len()) {
        return Err(FrameError::Field { field: "items" });
    }
    body.extend_from_slice(screen.id.as_bytes());
    body.push(b':');
    for item in &screen.items {
        let at = ITEMS.iter().position(|known| known == item).ok_or(FrameError::Field { field: "items" })?;
        body.extend_from_slice(format!("{:02}", at + 1).as_bytes());
    }
    Ok(())
}

fn parse_screen(fields: &mut Fields<'_>) -> Result<ConsentScreen, FrameError> {
    let wrong = FrameError::Field { field: "items" };
    let id = screen_id(fields.until(b':'))?;
    let numbers = fields.rest();
    if numbers.is_empty() || numbers.len() > 2 * ITEMS.len() {
        return Err(wrong);
    }
    let items = numbers.chunks(2).map(|pair| {
        let at = Fields::new(pair).decimal(2, "items")?.checked_sub(1).ok_or(wrong)?;
        let at = usize::try_from(at).map_err(|_| wrong)?;
        ITEMS.get(at).copied().ok_or(wrong)
    });
    Ok(ConsentScreen { id, items: items.collect::<Result<_, _>>()? })
}

fn narrow(value: u32, field: &'static str) -> Result<u8, FrameError> {
    u8::try_from(value).map_err(|_| FrameError::Field { field })
}
