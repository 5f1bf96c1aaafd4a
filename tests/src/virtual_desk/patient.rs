//! What people do at the reader and at the desk.

use super::world::in_words;
use super::{Due, PASSCODE, SLOT_LOOKS, VirtualDesk, WRONG_PASSCODE};
use failure::codes;
use model::{Decision, StaffId};
use reader::conformance::patient::{Answer, answers, sees};
use reader::conformance::{Act as UnitAct, AskedView, CardFace, GreyFrame, Reading};
use reader::{Input as DriverInput, Language, Method};
use scenario::Act;
use scenario::act::{Digits, Face, How, Staff, Typed};
use scenario::expect::Asked;
use simulator_card::face::{Scene, camera};
use simulator_card::{Card, Fault, FaultContext};
use std::time::Duration;
use visit::{Input, StaffDeed};

/// What stands on the screen, and in which language.
pub(super) struct Words {
    pub(super) notice: String,
    pub(super) language: String,
}

impl VirtualDesk<'_> {
    pub(super) fn perform(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Place { who, how } => self.place(who, how),
            Act::TwoCards { upper, .. } => self.place(upper, &[How::NoPower]),
            Act::TurnOver => self.turn_over(),
            Act::Pull { .. } => self.pull(),
            Act::Swap { who } => {
                self.pull()?;
                self.place(who, &[])
            }
            Act::Choose(method) => self.answer_with(Answer::Method(self::method(method)?)),
            Act::Face(face) => self.stand(face),
            Act::Type(typed) => self.type_digits(typed),
            Act::Cancel => self.answer_with(Answer::CancelPad),
            Act::Language(language) => self.answer_with(Answer::Language(self::language(language)?)),
            Act::Leave => self.unit(UnitAct::ShowFace(None)),
            Act::Light(lux) => self.unit(UnitAct::Light(*lux)),
            Act::Sun(sun) => self.unit(UnitAct::Sun(*sun)),
            Act::Digits(digits) => self.unit(UnitAct::ReadNumberB(match digits {
                Digits::Clear => Reading::Right,
                Digits::Smudged => Reading::LastDigitWrong,
                Digits::Unreadable => Reading::Unreadable,
            })),
            Act::Unplug => {
                self.plugged = false;
                self.pair.input(DriverInput::LinkClosed);
                self.reader_lost(codes::READER_UNPLUGGED);
                Ok(())
            }
            Act::Replug => {
                self.plugged = true;
                self.unit(UnitAct::Restart)
            }
            Act::ReaderSilent => self.unit(UnitAct::Silence(true)),
            Act::ReaderSpeaks => self.unit(UnitAct::Silence(false)),
            Act::ReaderSlow(millis) => self.unit(UnitAct::Slow(Duration::from_millis((*millis).into()))),
            Act::ReaderSelfTest(number) => self.unit(UnitAct::SelfTest(*number)),
            Act::ReaderFault(number) => self.unit(UnitAct::ReportFault(*number)),
            Act::Staff { deed, by } => self.staff(*deed, by),
            Act::Centre(deed) => {
                let now = self.wall();
                self.line.perform(deed, now)
            }
            Act::Answer { .. } | Act::NobodyActs(_) => Err(String::from("the player's own")),
        }
    }

    pub(super) fn answer_question(&mut self, decision: Decision) -> Result<(), String> {
        self.answer_with(Answer::Consent(decision == Decision::Agreed))
    }

    /// What the patient sees: the screen's words and language, what is asked, and the tries beside a pad.
    pub(super) fn screen(&self) -> (Words, Asked, Option<u8>) {
        let seen = sees(&self.pair);
        let (asked, tries) = match seen.asked {
            AskedView::Nothing | AskedView::Document => (Asked::Nothing, None),
            AskedView::Methods { offered } => {
                (Asked::Methods(offered.into_iter().map(str::to_owned).collect()), None)
            }
            AskedView::Face { .. } => (Asked::Face, None),
            AskedView::Pin { tries_left, .. } => (Asked::Pin, Some(tries_left)),
            AskedView::Passcode { .. } => (Asked::Passcode, None),
            AskedView::Consent { screen, .. } => (Asked::Consent(screen), None),
        };
        (Words { notice: seen.notice, language: seen.language.to_owned() }, asked, tries)
    }

    fn unit(&mut self, act: UnitAct) -> Result<(), String> {
        let done = self.pair.act(act);
        done.then_some(()).ok_or_else(|| String::from("this cannot be done at the reader now"))
    }

    fn answer_with(&mut self, answer: Answer) -> Result<(), String> {
        let done = answers(&mut self.pair, answer);
        done.then_some(()).ok_or_else(|| String::from("the screen does not offer that now"))
    }

    // ----- cards ------------------------------------------------------------------------------------------------

    fn place(&mut self, who: &str, how: &[How]) -> Result<(), String> {
        let persona = self.world.persona(who)?;
        let mut card = self.world.card(who)?;
        let other = self.world.another(who)?;
        let context = FaultContext {
            issuer: self.world.stock.issuer(),
            persona,
            other: &other,
            now: self.world.now()?,
        };
        for fault in how.iter().filter_map(|how| fault(*how)) {
            card.apply(fault, &context).map_err(in_words)?;
        }
        self.who = Some(who.to_owned());
        self.lay(card, who, how)
    }

    fn lay(&mut self, card: Card, who: &str, how: &[How]) -> Result<(), String> {
        if !how.contains(&How::SlotOnly) {
            let number = self.world.card(who)?.number_b().to_owned();
            let face = if how.contains(&How::TurnedOver) {
                CardFace::turned_over()
            } else {
                CardFace::new(number.as_bytes()).map_err(in_words)?
            };
            self.unit(UnitAct::PlaceCard(face))?;
        }
        if !how.contains(&How::TrayOnly) {
            self.slot.put(card);
            self.later(SLOT_LOOKS, Due::SlotLook);
        }
        Ok(())
    }

    fn pull(&mut self) -> Result<(), String> {
        let from_tray = self.pair.act(UnitAct::TakeCard);
        let from_slot = self.slot.take().is_some();
        if from_slot {
            // Its removal is never unheard, however soon another follows.
            self.settle()?;
            self.tell(Input::Slot(visit::SlotChange::Empty));
        }
        (from_tray || from_slot).then_some(()).ok_or_else(|| String::from("no card lies there"))
    }

    fn turn_over(&mut self) -> Result<(), String> {
        let who = self.who.clone().ok_or("no card was laid down")?;
        self.pull()?;
        self.settle()?;
        self.place(&who, &[])
    }

    // ----- the person -------------------------------------------------------------------------------------------

    fn stand(&mut self, face: &Face) -> Result<(), String> {
        let own = self.who.clone();
        let own = || own.clone().ok_or_else(|| String::from("whose face? No card was laid down"));
        self.scene = self.scene.saturating_add(1);
        let seed = self.scene;
        let (who, scene) = match face {
            Face::Right => (own()?, Scene::ordinary(seed)),
            Face::Wrong(who) => (who.clone(), Scene::ordinary(seed)),
            Face::Masked => (own()?, Scene::masked(seed)),
            Face::Dark => (own()?, Scene::dark(seed)),
            Face::Turned => (own()?, Scene::turned(seed)),
            Face::Photograph => (own()?, Scene::photograph(seed)),
            Face::Nobody => return self.unit(UnitAct::ShowFace(None)),
        };
        let picture = camera(self.world.persona(&who)?.face_seed, scene);
        let frame = GreyFrame::new(picture.width, picture.height, picture.pixels);
        self.unit(UnitAct::ShowFace(Some(frame.ok_or("a camera's frame has its size")?)))
    }

    fn type_digits(&mut self, typed: &Typed) -> Result<(), String> {
        let four = |digits: &str| <[u8; 4]>::try_from(digits.as_bytes()).map_err(in_words);
        let answer = match typed {
            Typed::RightPin => {
                let who = self.who.as_deref().ok_or("no card was laid down")?;
                let pin = self.world.persona(who)?.pin.as_deref();
                Answer::Pin(four(pin.ok_or_else(|| format!("{who} has no PIN"))?)?)
            }
            Typed::Digits(digits) => Answer::Pin(four(digits)?),
            Typed::Passcode => Answer::Passcode(*PASSCODE),
            Typed::WrongPasscode => Answer::Passcode(*WRONG_PASSCODE),
        };
        self.answer_with(answer)
    }

    // ----- staff ------------------------------------------------------------------------------------------------

    fn staff(&mut self, deed: Staff, by: &str) -> Result<(), String> {
        let by = StaffId::try_from(by.to_owned()).map_err(in_words)?;
        let visit = || self.station.view().visit.ok_or_else(|| String::from("nobody is being served"));
        let deed = match deed {
            Staff::Arms => StaffDeed::ArmVisualCheck,
            Staff::Disarms => StaffDeed::DisarmVisualCheck,
            Staff::Confirms => StaffDeed::ConfirmPerson { visit: visit()?, same: true },
            Staff::Denies => StaffDeed::ConfirmPerson { visit: visit()?, same: false },
            Staff::AsksAgain => StaffDeed::AskConsentsAgain { visit: visit()? },
            Staff::Cancels => StaffDeed::CancelVisit { visit: visit()? },
        };
        let now = visit::Now { moment: self.moment(), wall: self.wall() };
        match self.station.handle(Input::Staff(by, deed), now) {
            visit::Taken::Handled => Ok(()),
            visit::Taken::Refused(refusal) => Err(format!("the desk refuses this: {refusal:?}")),
        }
    }
}

const fn fault(how: How) -> Option<Fault> {
    Some(match how {
        How::ForgedPhoto => Fault::ForgedPhoto,
        How::PhotoOfAnotherChip => Fault::PhotoOfAnotherChip,
        How::SilentChip => Fault::NeverAnswer,
        How::SlowChip(millis) => Fault::Delay { millis },
        How::NumberBTries(left) => Fault::NumberBTries { left },
        How::OtherCard => Fault::OtherCard,
        How::Telephone => Fault::Telephone,
        How::NoPower => Fault::TakesNoPower,
        How::TurnedOver | How::TrayOnly | How::SlotOnly => return None,
    })
}

fn method(word: &str) -> Result<Method, String> {
    Ok(match word {
        "face" => Method::Face,
        "pin" => Method::Pin,
        "visual" => Method::Visual,
        other => return Err(format!("no method is called {other}")),
    })
}

fn language(word: &str) -> Result<Language, String> {
    Ok(match word {
        "ja" => Language::Japanese,
        "en" => Language::English,
        "zh" => Language::Chinese,
        "ko" => Language::Korean,
        other => return Err(format!("no language is called {other}")),
    })
}
