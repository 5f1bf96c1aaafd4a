//! A face attempt: the card's face is read, the photo comes, the face is waited for and judged.

use super::{Asked, Body, FACE_WAIT, Told};
use crate::face;
use model::{Moment, NumberB, Pii, Purpose};
use reader::conformance::{GreyFrame, Reading};
use reader::{AttemptId, Conditions, FaceVerdict};
use zeroize::Zeroizing;

/// One attempt.
pub(super) struct Attempt {
    id: AttemptId,
    /// The photo once it came, and until when a face is waited for.
    waiting: Option<(GreyFrame, Moment)>,
}

impl Attempt {
    pub(super) fn wants_photo(&self, attempt: AttemptId) -> bool {
        self.id == attempt && self.waiting.is_none()
    }

    /// Until when a face is waited for; `None` before the photo came.
    pub(super) const fn until(&self) -> Option<Moment> {
        match &self.waiting {
            Some((_, until)) => Some(*until),
            None => None,
        }
    }
}

impl Body {
    pub(super) fn open_attempt(&mut self, id: AttemptId) -> bool {
        self.ask(Asked::Face(Attempt { id, waiting: None }));
        match self.read_card_face() {
            Some(number) => self.tell(Told::NumberB { attempt: id, number }),
            None => self.end_attempt(id, FaceVerdict::NumberBUnreadable),
        }
    }

    fn read_card_face(&self) -> Option<NumberB> {
        if self.facts.sun_sensor && self.slot_in_sun {
            return None;
        }
        let printed = self.card.as_ref()?.number_b()?;
        let mut digits = Zeroizing::new(*printed.expose(Purpose::Simulate));
        match self.reading {
            Reading::Right => {}
            Reading::LastDigitWrong => {
                if let Some(last) = digits.last_mut() {
                    *last = if *last == b'9' { b'0' } else { *last + 1 };
                }
            }
            Reading::Unreadable => return None,
        }
        NumberB::from_digits(&*digits).ok()
    }

    pub(super) fn compare(&mut self, attempt: AttemptId, photo: &Pii<Vec<u8>>, now: Moment) -> bool {
        if !self.wants_photo(attempt) {
            return false;
        }
        match face::decode(photo.expose(Purpose::Simulate), self.facts.photo) {
            Some(photo) => {
                let waiting = Some((photo, now.after(FACE_WAIT)));
                self.asked = Asked::Face(Attempt { id: attempt, waiting });
                self.look(now);
                true
            }
            None => self.end_attempt(attempt, FaceVerdict::PhotoUnreadable),
        }
    }

    /// Compares if a comparison waits; a face that cannot be found is waited for until its time has passed.
    pub(super) fn look(&mut self, now: Moment) {
        let Asked::Face(Attempt { id, waiting: Some((photo, until)) }) = &self.asked else { return };
        let (id, late) = (*id, *until <= now);
        let verdict = match &self.camera {
            _ if self.is_too_dark() => FaceVerdict::TooDark,
            Some(camera) => face::judge(photo, camera),
            None => FaceVerdict::NoFace,
        };
        if late || verdict != FaceVerdict::NoFace {
            self.end_attempt(id, verdict);
        }
    }

    fn is_too_dark(&self) -> bool {
        self.facts.least_lux.is_some_and(|least| self.face_lux < least)
    }

    fn end_attempt(&mut self, attempt: AttemptId, verdict: FaceVerdict) -> bool {
        let conditions = Conditions {
            face_lux: self.facts.measures_lux.then_some(self.face_lux),
            slot_in_sun: self.facts.sun_sensor.then_some(self.slot_in_sun),
        };
        self.answer(Told::Verdict { attempt, verdict, conditions });
        true
    }
}
