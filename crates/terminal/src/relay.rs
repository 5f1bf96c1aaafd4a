//! A relay: APDUs carried between centre and card, each past the guard.

use crate::config::StandIn;
use crate::place::{Place, card_limit};
use card::{CardChannel, ChannelError, Guard, GuardPlan, Identity};
use centre::{Relay, Step};
use devices::slot::SlotCard;
use failure::codes;
use model::{FailureCode, VisitId};
use visit::{Operation, RelayAnswer};

/// Opens a relay and carries it to the centre's answer. `card` is what the visit's card said of itself.
pub(crate) async fn carry(
    place: &Place,
    operation: Operation,
    visit: VisitId,
    card: Option<&Identity>,
) -> Result<RelayAnswer, FailureCode> {
    let kind = match operation {
        Operation::PinLess => centre_wire::Operation::PinLess,
        Operation::Pin => centre_wire::Operation::Pin,
        Operation::RegisterPinLess => centre_wire::Operation::RegisterPinLess,
        Operation::RegisterPin => centre_wire::Operation::RegisterPin,
    };
    let stand_in = stand_in(place, kind, card.is_some_and(Identity::simulated))?;
    let mut relay = place
        .centre
        .open_relay(&place.settings.account, kind, visit)
        .await
        .map_err(|error| place.centre_failed(&error))?;
    let plan = GuardPlan {
        digest: relay.digest(),
        operation: if kind.with_pin() { card::Operation::Pin } else { card::Operation::PinLess },
        stand_in,
        limits: card::GuardLimits::default(),
    };
    let guard = Guard::new(plan, place.clock.now().moment);
    if !kind.with_pin() {
        // A card whose PIN was checked stays powered: the check would be lost.
        transact(place, SlotCard::power_fresh).await?;
        same_card(place, card).await?;
    }
    match pump(place, &mut relay, guard).await {
        Ok(answer) => Ok(answer),
        Err(code) => {
            // The centre is told why, as far as the line still carries it.
            let _ = relay.refuse(code).await;
            Err(code)
        }
    }
}

/// The face was compared with the photo of the card that was identified, so that card must sign. PC/SC looks only
/// every 0.4 s (card.md section 8.4): its counter alone does not show every change of cards.
async fn same_card(place: &Place, identified: Option<&Identity>) -> Result<(), FailureCode> {
    let cas = place.trust.jpki.clone();
    let now = transact(place, move |card| Ok(card::identify(card, &cas)))
        .await?
        .map_err(|error| trouble(error.code(), &error))?;
    let der = |identity: &Identity| identity.leaf.as_ref().map(|leaf| leaf.der.clone());
    if der(&now).is_some() && der(&now) == identified.and_then(der) {
        Ok(())
    } else {
        tracing::warn!(reader = %place.settings.id, code = %codes::CARD_SWAPPED, "another card than the one identified");
        Err(codes::CARD_SWAPPED)
    }
}

async fn pump(place: &Place, relay: &mut Relay, mut guard: Guard) -> Result<RelayAnswer, FailureCode> {
    loop {
        match relay.next().await.map_err(|error| place.centre_failed(&error))? {
            Step::Command(command) => {
                guard.check(&command, place.clock.now().moment).map_err(|error| {
                    tracing::warn!(code = %error.code(), %error, "guard");
                    error.code()
                })?;
                let response = transact(place, move |card| card.transmit(&command)).await?;
                guard.seen(&response);
                relay.respond(&response).await.map_err(|error| place.centre_failed(&error))?;
            }
            Step::Answer(answer) => {
                return Ok(RelayAnswer { session: answer.session, validity: answer.validity });
            }
        }
    }
}

/// Signing without PIN is known only as the simulator's stand-in: allowed by configuration, with a centre whose CA
/// and a card whose issuer are the simulator's, never by a name or a flag alone.
fn stand_in(
    place: &Place,
    operation: centre_wire::Operation,
    card_simulated: bool,
) -> Result<card::StandIn, FailureCode> {
    if operation.with_pin() {
        return Ok(card::StandIn::Refused);
    }
    if place.stand_in == StandIn::Simulator && place.centre.simulator_marked() && card_simulated {
        Ok(card::StandIn::Allowed)
    } else {
        tracing::warn!(code = %codes::STAND_IN_REFUSED, card_simulated, "no way to sign without PIN");
        Err(codes::STAND_IN_REFUSED)
    }
}

/// A failure of card or slot, brought down to its code.
fn trouble(code: FailureCode, error: &dyn std::error::Error) -> FailureCode {
    tracing::info!(%code, %error, "card in relay");
    code
}

async fn transact<T: Send + 'static>(
    place: &Place,
    job: impl FnOnce(&mut SlotCard) -> Result<T, ChannelError> + Send + 'static,
) -> Result<T, FailureCode> {
    place
        .slot()?
        .slot
        .run(card_limit(place.deadlines.card), job)
        .await
        .map_err(|error| trouble(error.code(), &error))?
        .map_err(|error| trouble(error.code(), &error))
}
