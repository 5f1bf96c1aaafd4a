//! The card in the slot, and the terminal's card tasks on it: the real procedures of the room `card`.

use super::Photo;
use super::world::World;
use card::{CardChannel, CardError, ChannelError, Identity, PinOutcome, Token, Tries};
use failure::codes;
use model::{FailureCode, Pii, Purpose};
use reader::{PhotoCodec, PhotoWanted, Profile};
use simulator_card::Card;
use std::time::Duration;
use visit::{CardReply, CardTask, NumberBCheck, PinCheck};

/// What one command takes on an ordinary card.
const COMMAND: Duration = Duration::from_millis(2);
/// One card procedure takes at most this long, as in the terminal.
const CARD_LIMIT: Duration = Duration::from_secs(8);

/// The slot.
#[derive(Debug, Default)]
pub(super) struct Slot {
    card: Option<Card>,
    /// Cards put in so far.
    pub(super) count: u32,
    /// What the visit's card said of itself.
    pub(super) identity: Option<Identity>,
    /// Commands of the procedure under way.
    commands: u32,
}

impl Slot {
    pub(super) const fn is_empty(&self) -> bool {
        self.card.is_none()
    }

    pub(super) fn put(&mut self, card: Card) {
        self.count = self.count.saturating_add(1);
        self.card = Some(card);
    }

    pub(super) fn take(&mut self) -> Option<Card> {
        self.card.take()
    }

    pub(super) fn power_down(&mut self) {
        if let Some(card) = &mut self.card {
            card.power_off();
        }
    }

    pub(super) fn power_fresh(&mut self) -> Result<(), FailureCode> {
        let card = self.card.as_mut().ok_or(codes::CARD_REMOVED_EARLY)?;
        if card.switches().no_power {
            return Err(codes::CARD_UNRESPONSIVE);
        }
        card.power_off();
        card.power_on();
        Ok(())
    }

    /// What one command takes on the card that lies there.
    pub(super) fn pace(&self) -> Duration {
        let delay = self.card.as_ref().map_or(0, |card| card.switches().delay_millis);
        COMMAND + Duration::from_millis(delay.into())
    }

    /// Does a task; says how long it takes and what the card answers.
    pub(super) fn carry_out(
        &mut self,
        task: CardTask,
        world: &World,
        profile: &Profile,
    ) -> (Duration, Result<CardReply, FailureCode>) {
        self.commands = 0;
        let pace = self.pace();
        let reply = self.reply(task, world, profile);
        let took = pace.saturating_mul(self.commands.max(1));
        match reply {
            // A card that does not answer is given up after the limit, whatever else is asked of it.
            Err(code) if code == codes::CARD_SILENT => (CARD_LIMIT, Err(code)),
            _ if took > CARD_LIMIT => (CARD_LIMIT, Err(codes::CARD_SILENT)),
            reply => (took, reply),
        }
    }

    fn reply(&mut self, task: CardTask, world: &World, profile: &Profile) -> Result<CardReply, FailureCode> {
        match task {
            CardTask::Identify => {
                self.power_fresh()?;
                let identity = card::identify(self, &world.jpki).map_err(code)?;
                if identity.token != Token::Card {
                    return Err(codes::CARD_TELEPHONE);
                }
                self.identity = Some(identity);
                Ok(CardReply::Identified)
            }
            CardTask::OpenPhoto(number) => {
                let photo = match card::read_photo(self, &number, &world.photo, [9; 32]) {
                    Ok(photo) => photo,
                    Err(error) => {
                        return refused(error).map(CardReply::NumberB).ok_or_else(|| error.code());
                    }
                };
                card::end_session(self).map_err(code)?;
                convert(&photo.jp2, &profile.photo).map(CardReply::Photo)
            }
            CardTask::CountPinTries => {
                self.power_fresh()?;
                let left = match card::pin_tries(self).map_err(code)? {
                    Tries::Left(left) => left,
                    Tries::Locked => 0,
                };
                Ok(CardReply::PinTries(left))
            }
            CardTask::CheckPin(pin) => {
                let check = match card::verify_pin(self, &pin).map_err(code)? {
                    PinOutcome::Right => PinCheck::Right,
                    PinOutcome::Wrong { left } => PinCheck::Wrong { left },
                    PinOutcome::Locked => PinCheck::Locked,
                };
                Ok(CardReply::Pin(check))
            }
        }
    }

    /// Whether the card that lies there is the one that was identified, as the terminal asks before it signs.
    pub(super) fn is_identified(&mut self, world: &World) -> Result<(), FailureCode> {
        let now = card::identify(self, &world.jpki).map_err(code)?;
        let der = |identity: &Identity| identity.leaf.as_ref().map(|leaf| leaf.der.clone());
        if der(&now).is_some() && der(&now) == self.identity.as_ref().and_then(der) {
            Ok(())
        } else {
            Err(codes::CARD_SWAPPED)
        }
    }
}

impl CardChannel for Slot {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ChannelError> {
        self.commands = self.commands.saturating_add(1);
        match &mut self.card {
            None => Err(ChannelError::Lost),
            Some(card) if card.switches().mute => Err(ChannelError::Stuck),
            Some(card) => Ok(card.transmit(command)),
        }
    }
}

fn code(error: CardError) -> FailureCode {
    error.code()
}

/// What the card said of 照合番号B, if it was that which kept the photo closed.
const fn refused(error: CardError) -> Option<NumberBCheck> {
    match error {
        CardError::NumberBWrong { left } => Some(NumberBCheck::Wrong { left }),
        CardError::NumberBLastTry => Some(NumberBCheck::LastTry),
        CardError::NumberBLocked => Some(NumberBCheck::Locked),
        _ => None,
    }
}

/// The photo in the form that the reader wants.
fn convert(jp2: &Photo, wanted: &PhotoWanted) -> Result<Photo, FailureCode> {
    match wanted.codec {
        PhotoCodec::Jp2 => Ok(jp2.clone()),
        PhotoCodec::JpegGrey => {
            let portrait =
                card::Portrait::decode(jp2.expose(Purpose::SendToReader)).map_err(|error| error.code())?;
            card::to_jpeg(&portrait, wanted.width, wanted.height, wanted.most_bytes)
                .map(Pii::new)
                .map_err(|error| error.code())
        }
    }
}
