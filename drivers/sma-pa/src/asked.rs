//! What is asked, and which of the reader's messages answers it.

use model::{Pii, Purpose};
use reader::{AttemptId, Conditions, DocumentReading, Event};
use sma_pa_frames::piece::Gathered;
use sma_pa_frames::unit::Document;
use sma_pa_frames::{Basket, Piece, Question, ReaderMessage};

/// The answer that is waited for, with the number of the command that asked: the reader's answers carry it, so that
/// one to an earlier command, already under way, is never taken for an answer to this one.
#[derive(Debug)]
pub(crate) enum Asked {
    Nothing,
    Methods(Question),
    Face(Attempt),
    Pin(Question),
    Passcode(Question),
    Consent { question: Question, screen: String },
    Document { question: Question, image: Option<Incoming> },
}

/// The open attempt.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) question: Question,
    pub(crate) id: AttemptId,
    /// Whether 照合番号B was told: once in an attempt.
    pub(crate) number_told: bool,
    /// The command that sent the photo.
    pub(crate) compare: Option<Question>,
}

/// A certificate whose image is under way.
#[derive(Debug)]
pub(crate) struct Incoming {
    document: Pii<Document>,
    basket: Basket,
}

impl Asked {
    /// The number of the command that asked last.
    pub(crate) const fn question(&self) -> Option<Question> {
        match self {
            Self::Nothing => None,
            Self::Methods(question)
            | Self::Pin(question)
            | Self::Passcode(question)
            | Self::Consent { question, .. }
            | Self::Document { question, .. } => Some(*question),
            Self::Face(Attempt { question, compare, .. }) => match compare {
                Some(compare) => Some(*compare),
                None => Some(*question),
            },
        }
    }

    /// The event by which this message answers what is asked; `None` for a late or foreign one. What is answered is
    /// asked no longer.
    pub(crate) fn answer(&mut self, message: ReaderMessage) -> Option<Event> {
        let event = match (&mut *self, message) {
            (Self::Methods(asked), ReaderMessage::MethodChosen { question, method })
                if *asked == question =>
            {
                Event::MethodChosen(method)
            }
            (Self::Face(open), ReaderMessage::NumberB { question, attempt, number })
                if open.is_answered_by(question, attempt) && open.compare.is_none() && !open.number_told =>
            {
                open.number_told = true;
                return Some(Event::NumberBRead { attempt, number });
            }
            (Self::Face(open), ReaderMessage::Verdict { question, attempt, verdict, lux, sun })
                if open.is_answered_by(question, attempt) =>
            {
                let conditions = Conditions { face_lux: Some(lux), slot_in_sun: Some(sun) };
                Event::FaceCompared { attempt, verdict, conditions }
            }
            (Self::Pin(asked), ReaderMessage::Pin { question, pin }) if *asked == question => {
                Event::PinEntered(pin)
            }
            (Self::Passcode(asked), ReaderMessage::Passcode { question, passcode }) if *asked == question => {
                Event::PasscodeEntered(passcode)
            }
            (Self::Pin(asked) | Self::Passcode(asked), ReaderMessage::PinCancelled { question })
                if *asked == question =>
            {
                Event::PinCancelled
            }
            (
                Self::Consent { question: asked, screen: wanted },
                ReaderMessage::ConsentAnswered { question, screen, decision },
            ) if *asked == question && *wanted == screen => Event::ConsentAnswered { screen, decision },
            (Self::Document { question: asked, image }, ReaderMessage::Document { question, document })
                if *asked == question && image.is_none() =>
            {
                match document {
                    None => Event::DocumentRead(None),
                    Some(document) => {
                        *image = Some(Incoming::new(question, document));
                        return None;
                    }
                }
            }
            (Self::Document { image, .. }, ReaderMessage::ImagePiece(piece)) => {
                Event::DocumentRead(Incoming::put(image, &piece)?)
            }
            _ => return None,
        };
        *self = Self::Nothing;
        Some(event)
    }
}

impl Attempt {
    /// A verdict on the card's face carries the number that opened the attempt, one on the patient's that of the photo.
    fn is_answered_by(&self, question: Question, attempt: AttemptId) -> bool {
        self.id == attempt && (self.question == question || self.compare == Some(question))
    }
}

impl Incoming {
    fn new(question: Question, document: Pii<Document>) -> Self {
        let basket = Basket::new(question, document.expose(Purpose::Judge).image);
        Self { document, basket }
    }

    /// Takes a piece; `Some` once the certificate is whole, or can never be.
    fn put(image: &mut Option<Self>, piece: &Piece) -> Option<Option<Pii<DocumentReading>>> {
        match image.as_mut()?.basket.put(piece) {
            Gathered::Foreign | Gathered::More => None,
            Gathered::Broken => Some(None),
            Gathered::Whole => image.take().map(|incoming| Some(incoming.reading())),
        }
    }

    fn reading(self) -> Pii<DocumentReading> {
        let image = self.basket.take().into_exposed(Purpose::Judge);
        self.document.map(|document| DocumentReading { kind: document.kind, fields: document.fields, image })
    }
}
