//! One whole visit by face, and by PIN or the staff's passcode, with everything that the patient did held against everything that was told.

use super::desk::{
    self, ANSWER, Desk, SOON, Wanted, checkups, chosen, consented, medical, methods, typed, typed_passcode,
};
use super::patient::{self, Answer, decision};
use super::rule::{Halt, Step};
use super::{Act, Draw, Faces};
use crate::{AttemptId, Command, Event, FaceVerdict, Method, Notice};
use model::{ConsentScreen, Purpose};

/// How a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Everything was told as it was done.
    Right,
    /// One fault ended it; nothing wrong was told before.
    GivenUp,
    /// Neither an answer nor a fault came in time; nothing wrong was told.
    Stalled,
}

/// Why the visit stopped before its end.
enum Stop {
    End(End),
    Halt(Halt),
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

/// Plays a visit on a ready desk; what the patient does is drawn from the seed.
pub(super) fn visit(desk: &mut Desk, faces: &Faces, seed: u64) -> Step<End> {
    let mut playing = Playing { desk, faces, draw: Draw::new(seed) };
    match playing.play() {
        Ok(()) => Ok(End::Right),
        Err(Stop::End(end)) => Ok(end),
        Err(Stop::Halt(halt)) => Err(halt),
    }
}

struct Playing<'a> {
    desk: &'a mut Desk,
    faces: &'a Faces,
    draw: Draw,
}

impl Playing<'_> {
    fn play(&mut self) -> Result<(), Stop> {
        self.desk.say(Command::Show(Notice::PlaceCard));
        self.act(Act::PlaceCard(desk::card()?))?;
        self.hear("card placed", |event| matches!(event, Event::CardPlaced))?;

        self.ask(methods())?;
        self.answer(Answer::Method(Method::Face))?;
        self.hear("face chosen", |event| chosen(event, Method::Face))?;
        self.face()?;

        self.ask(Command::OfferMethods(vec![Method::Pin, Method::Visual]))?;
        if self.draw.below(2) == 0 {
            self.answer(Answer::Method(Method::Pin))?;
            self.hear("PIN chosen", |event| chosen(event, Method::Pin))?;
            self.pin()?;
        } else {
            self.answer(Answer::Method(Method::Visual))?;
            self.hear("visual check chosen", |event| chosen(event, Method::Visual))?;
            self.passcode()?;
        }

        self.desk.say(Command::Show(Notice::Wait));
        self.consent(medical())?;
        self.consent(checkups())?;

        self.desk.say(Command::Show(Notice::TakeCard));
        let told = self.until(SOON, |seen| seen.notice == "take_card")?;
        if !told {
            return Err(self.stalled());
        }
        self.act(Act::TakeCard)?;
        self.hear("card taken", |event| matches!(event, Event::CardTaken))?;
        self.desk.pass(desk::QUIET);
        self.nothing_else()
    }

    fn face(&mut self) -> Result<(), Stop> {
        let attempt = AttemptId(self.draw.bits());
        let same = self.draw.below(2) == 0;
        let (frame, wanted) = if same {
            (self.faces.same.clone(), FaceVerdict::Match)
        } else {
            (self.faces.other.clone(), FaceVerdict::NoMatch)
        };
        self.desk.pair.act(Act::ShowFace(Some(frame)));
        self.desk.say(Command::OpenAttempt(attempt));
        self.hear("number B as printed", |event| {
            matches!(event, Event::NumberBRead { attempt: of, number }
                if *of == attempt && number.expose(Purpose::Judge) == desk::NUMBER_B)
        })?;
        self.desk.compare(attempt.0, &self.faces.photo);
        self.hear(if same { "match" } else { "no match" }, |event| {
            matches!(event, Event::FaceCompared { attempt: of, verdict, .. } if *of == attempt && *verdict == wanted)
        })
    }

    fn digits(&mut self) -> [u8; 4] {
        let mut digits = [b'0'; 4];
        for digit in &mut digits {
            *digit += u8::try_from(self.draw.below(10)).unwrap_or(0);
        }
        digits
    }

    fn pin(&mut self) -> Result<(), Stop> {
        let digits = self.digits();
        self.ask(desk::ask_pin(3))?;
        self.answer(Answer::Pin(digits))?;
        self.hear("the PIN as typed", |event| typed(event, &digits))
    }

    fn passcode(&mut self) -> Result<(), Stop> {
        let digits = self.digits();
        self.ask(desk::ask_passcode(3))?;
        self.answer(Answer::Passcode(digits))?;
        self.hear("the passcode as typed", |event| typed_passcode(event, &digits))
    }

    fn consent(&mut self, screen: ConsentScreen) -> Result<(), Stop> {
        let agreed = self.draw.below(2) == 0;
        let id = screen.id.clone();
        self.ask(Command::AskConsent(screen))?;
        self.answer(Answer::Consent(agreed))?;
        self.hear("the consent as given", |event| consented(event, &id, decision(agreed)))
    }

    fn ask(&mut self, command: Command) -> Result<(), Stop> {
        let wanted = Wanted::of(&command);
        self.desk.say(command);
        if self.until(ANSWER, |seen| wanted.is(&seen.asked))? { Ok(()) } else { Err(self.stalled()) }
    }

    /// Waits until the patient sees it; whether they did.
    fn until(
        &mut self,
        limit: std::time::Duration,
        seen: impl Fn(&patient::Seen) -> bool,
    ) -> Result<bool, Stop> {
        self.desk.wait(limit, |pair| {
            !pair.events.is_empty() || !pair.troubles.is_empty() || seen(&patient::sees(pair))
        });
        self.nothing_else()?;
        Ok(seen(&patient::sees(&self.desk.pair)))
    }

    fn act(&mut self, act: Act) -> Result<(), Stop> {
        if self.desk.pair.act(act) { Ok(()) } else { Err(self.stalled()) }
    }

    fn answer(&mut self, answer: Answer) -> Result<(), Stop> {
        if patient::answers(&mut self.desk.pair, answer) { Ok(()) } else { Err(self.stalled()) }
    }

    /// The next event is this one, or a fault ends the visit.
    fn hear(&mut self, wanted: &str, right: impl Fn(&Event) -> bool) -> Result<(), Stop> {
        self.desk.wait(ANSWER, |pair| !pair.events.is_empty() || !pair.troubles.is_empty());
        if self.desk.pair.events.is_empty() {
            return Err(self.given_up().unwrap_or_else(|| self.stalled()));
        }
        let event = self.desk.pair.events.remove(0);
        if right(&event) {
            Ok(())
        } else {
            Err(Stop::Halt(Halt::Broken(format!("{event:?} was told, not {wanted}; {}", self.desk.story()))))
        }
    }

    /// Nothing was told that nobody did.
    fn nothing_else(&self) -> Result<(), Stop> {
        if let Some(event) = self.desk.pair.events.first() {
            let told = format!("{event:?} was told, and nobody did it; {}", self.desk.story());
            return Err(Stop::Halt(Halt::Broken(told)));
        }
        self.given_up().map_or(Ok(()), Err)
    }

    /// One fault ended it; anything else that went wrong is wrong.
    fn given_up(&self) -> Option<Stop> {
        match self.desk.pair.troubles.as_slice() {
            [] => None,
            [code] if code.starts_with("READER_") => Some(Stop::End(End::GivenUp)),
            _ => Some(Stop::Halt(Halt::Broken(format!("not one fault; {}", self.desk.story())))),
        }
    }

    fn stalled(&self) -> Stop {
        self.given_up().unwrap_or(Stop::End(End::Stalled))
    }
}
