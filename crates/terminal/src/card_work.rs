//! Card tasks, carried out on the slot's worker.

use crate::place::{Place, card_limit};
use card::{CardError, ChannelError, Identity, PinOutcome, Token, Tries};
use devices::slot::{SlotCard, SlotError};
use failure::codes;
use model::{FailureCode, Pii, Purpose};
use reader::{PhotoCodec, PhotoWanted};
use std::time::Duration;
use visit::{CardReply, CardTask, NumberBCheck, PinCheck};

/// Does the task; says what the card answered and, if it was asked, what it said of itself.
pub(crate) async fn carry_out(
    place: &Place,
    task: CardTask,
) -> Result<(CardReply, Option<Identity>), FailureCode> {
    match task {
        CardTask::Identify => {
            let cas = place.trust.jpki.clone();
            let identity = run(place, place.deadlines.identify, move |card| {
                card.power_fresh()?;
                let identity = card::identify(card, &cas)?;
                match identity.token {
                    Token::Card => Ok(identity),
                    // A telephone has neither a face to compare nor 照合番号B, and its PIN is for its own way.
                    Token::Android | Token::IPhone => Err(Trouble(codes::CARD_TELEPHONE)),
                }
            })
            .await?;
            Ok((CardReply::Identified, Some(identity)))
        }
        CardTask::OpenPhoto(number) => {
            let trust = place.trust.photo.clone();
            let wanted = place.settings.factory.profile().photo;
            let mut challenge = [0; 32];
            getrandom::fill(&mut challenge).map_err(|_| codes::INTERNAL)?;
            let reply = run(place, place.deadlines.photo, move |card| {
                let photo = match card::read_photo(card, &number, &trust, challenge) {
                    Ok(photo) => photo,
                    Err(error) => return refused(error).map(CardReply::NumberB).ok_or_else(|| error.into()),
                };
                // Leaves no open card face behind; the relay powers the card freshly anyway.
                card::end_session(card)?;
                convert(&photo.jp2, &wanted).map(CardReply::Photo).map_err(Trouble)
            })
            .await?;
            Ok((reply, None))
        }
        CardTask::CountPinTries => {
            let tries = run(place, place.deadlines.card, |card| {
                card.power_fresh()?;
                Ok(card::pin_tries(card)?)
            })
            .await?;
            let left = match tries {
                Tries::Left(left) => left,
                Tries::Locked => 0,
            };
            Ok((CardReply::PinTries(left), None))
        }
        CardTask::CheckPin(pin) => {
            let check = move |card: &mut SlotCard| Ok(card::verify_pin(card, &pin)?);
            let outcome = run(place, place.deadlines.card, check).await?;
            let check = match outcome {
                PinOutcome::Right => PinCheck::Right,
                PinOutcome::Wrong { left } => PinCheck::Wrong { left },
                PinOutcome::Locked => PinCheck::Locked,
            };
            Ok((CardReply::Pin(check), None))
        }
    }
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
fn convert(jp2: &Pii<Vec<u8>>, wanted: &PhotoWanted) -> Result<Pii<Vec<u8>>, FailureCode> {
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

/// A card job's failure, brought down to its code. What the card or the slot did wrong is logged where it is known.
struct Trouble(FailureCode);

impl From<CardError> for Trouble {
    fn from(error: CardError) -> Self {
        tracing::info!(code = %error.code(), %error, "card");
        Self(error.code())
    }
}

impl From<ChannelError> for Trouble {
    fn from(error: ChannelError) -> Self {
        tracing::info!(code = %error.code(), %error, "card");
        Self(error.code())
    }
}

impl From<SlotError> for Trouble {
    fn from(error: SlotError) -> Self {
        tracing::info!(code = %error.code(), %error, "slot");
        Self(error.code())
    }
}

async fn run<T: Send + 'static>(
    place: &Place,
    step: Duration,
    job: impl FnOnce(&mut SlotCard) -> Result<T, Trouble> + Send + 'static,
) -> Result<T, FailureCode> {
    match place.slot()?.slot.run(card_limit(step), job).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Trouble(code))) => Err(code),
        Err(error) => Err(Trouble::from(error).0),
    }
}
