//! What waits for the line. It is bounded by what it holds: one notice, one language, one question or cancel, and the
//! rest of one photo. A newer one takes the place of an older one that nobody has heard yet.

use exc_9000_frames::HostMessage;
use exc_9000_frames::host::MOST_PIECE;
use model::{Pii, Purpose};
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// Messages in the order in which they leave. Without Debug: what it holds may be a photo.
#[derive(Default)]
pub(crate) struct Outbox {
    waiting: VecDeque<Waiting>,
}

enum Waiting {
    Message(HostMessage),
    Pieces(Pieces),
}

/// What is left of a photo.
struct Pieces {
    ask: u32,
    index: u8,
    photo: Zeroizing<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Notice,
    Language,
    Question,
}

impl Outbox {
    /// Puts a message behind the others, in place of its like. A question takes the place of everything asked, and so
    /// does a cancel.
    pub(crate) fn put(&mut self, message: HostMessage) {
        self.remove(place_of(&message));
        self.waiting.push_back(Waiting::Message(message));
    }

    /// Puts a photo behind the others: `announced`, then its pieces.
    pub(crate) fn put_photo(&mut self, announced: HostMessage, ask: u32, photo: Pii<Vec<u8>>) {
        let photo = Zeroizing::new(photo.into_exposed(Purpose::SendToReader));
        self.waiting.push_back(Waiting::Message(announced));
        self.waiting.push_back(Waiting::Pieces(Pieces { ask, index: 0, photo }));
    }

    /// Forgets the question that waits, and its photo.
    pub(crate) fn forget_question(&mut self) {
        self.remove(Place::Question);
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The next message to send.
    pub(crate) fn next(&mut self) -> Option<HostMessage> {
        if let Some(Waiting::Pieces(pieces)) = self.waiting.front_mut()
            && let Some(piece) = pieces.next()
        {
            return Some(piece);
        }
        match self.waiting.pop_front()? {
            Waiting::Message(message) => Some(message),
            Waiting::Pieces(_) => self.next(),
        }
    }

    fn remove(&mut self, place: Place) {
        self.waiting.retain(|waiting| waiting.place() != place);
    }
}

impl Waiting {
    fn place(&self) -> Place {
        match self {
            Self::Message(message) => place_of(message),
            Self::Pieces(_) => Place::Question,
        }
    }
}

impl Pieces {
    fn next(&mut self) -> Option<HostMessage> {
        let at = usize::from(self.index) * MOST_PIECE;
        let piece = self.photo.get(at..)?.chunks(MOST_PIECE).next()?;
        let bytes = Pii::new(piece.to_vec());
        let message = HostMessage::Piece { ask: self.ask, index: self.index, bytes };
        self.index = self.index.checked_add(1)?;
        Some(message)
    }
}

const fn place_of(message: &HostMessage) -> Place {
    match message {
        HostMessage::Show(_) => Place::Notice,
        HostMessage::Speak(_) => Place::Language,
        HostMessage::Hello
        | HostMessage::Methods { .. }
        | HostMessage::Attempt { .. }
        | HostMessage::Photo { .. }
        | HostMessage::Piece { .. }
        | HostMessage::Pin { .. }
        | HostMessage::Passcode { .. }
        | HostMessage::Consent { .. }
        | HostMessage::Cancel => Place::Question,
    }
}
