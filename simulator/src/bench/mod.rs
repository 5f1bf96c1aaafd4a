//! The bench: one protected API through which its page, scenarios, tests and the command line drive everything.
//! `README.md` of this package lists the routes.

mod centre;
mod deeds;
mod desk;
mod events;
mod guard;
mod page;
mod pairing;
mod problem;
mod readers;
mod scenarios;
mod visit;
mod wait;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::middleware;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::desk_unit::DeskUnit;
use crate::plays::Ways;
use crate::world::World;
use guard::guard;
use problem::Problem;

pub(crate) use guard::Guard;

pub(crate) use wait::LONGEST as LONGEST_WAIT;

/// No request of the bench is longer.
const MOST_BODY: usize = 64 * 1024;

/// Serves the bench until `stop` is cancelled.
pub(crate) fn serve(
    listener: TcpListener,
    world: Arc<World>,
    own: Guard,
    ways: Ways,
    stop: CancellationToken,
) -> tokio::task::JoinHandle<()> {
    let own = Arc::new(own);
    let app = routes()
        .layer(middleware::from_fn_with_state(Arc::clone(&world), deeds::told))
        .layer(Extension(Arc::clone(&own)))
        .layer(Extension(Arc::new(ways)))
        .with_state(Arc::clone(&world))
        .layer(middleware::from_fn_with_state(own, guard))
        .layer(DefaultBodyLimit::max(MOST_BODY));
    tokio::spawn(async move {
        // A wait that is under way must not keep the program from ending: it is dropped with this task.
        tokio::select! {
            served = async { axum::serve(listener, app).await } => {
                if let Err(fault) = served {
                    tracing::error!(%fault, "the bench ended");
                }
            }
            () = tell_states(&world) => {}
            () = stop.cancelled() => {}
        }
        // A play would go on in its own thread.
        world.plays().stop();
    })
}

/// Tells what the readers show as soon as somebody listens; never ends.
async fn tell_states(world: &World) {
    let feed = world.feed();
    feed.until_listened().await;
    futures_util::future::join_all(world.units().map(|unit: &DeskUnit| unit.tell_states(feed))).await;
}

fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/", get(page::page))
        .route("/pages/{file}", get(page::file))
        .route("/v1/pairings", post(pairing::redeem))
        .route("/v1/pairing-codes", post(pairing::make_code))
        .route("/v1/events", get(events::events))
        .route("/v1/desk", get(desk::asked).post(desk::told))
        .route("/v1/scenarios", get(scenarios::list))
        .route("/v1/scenarios/stop", post(scenarios::stop))
        .route("/v1/scenarios/{name}", get(scenarios::one))
        .route("/v1/scenarios/{name}/play", post(scenarios::play))
        .route("/v1/failures", get(failures))
        .route("/v1/personas", get(personas))
        .route("/v1/readers", get(readers::list))
        .route("/v1/readers/{id}", get(readers::one))
        .route("/v1/readers/{id}/place", post(readers::place))
        .route("/v1/readers/{id}/pull", post(readers::pull))
        .route("/v1/readers/{id}/choose", post(readers::choose))
        .route("/v1/readers/{id}/type", post(readers::type_digits))
        .route("/v1/readers/{id}/cancel", post(readers::cancel))
        .route("/v1/readers/{id}/face", post(readers::face))
        .route("/v1/readers/{id}/consent", post(readers::consent))
        .route("/v1/readers/{id}/unplug", post(readers::unplug))
        .route("/v1/readers/{id}/replug", post(readers::replug))
        .route("/v1/readers/{id}/language", post(readers::language))
        .route("/v1/readers/{id}/room", post(readers::room))
        .route("/v1/readers/{id}/document", post(readers::document))
        .route("/v1/readers/{id}/faults", post(readers::faults))
        .route("/v1/readers/{id}/wait", post(wait::wait))
        .route("/v1/readers/{id}/visit", post(visit::visit))
        .route("/v1/centre/switches", get(centre::switches))
        .route("/v1/centre/oracle", get(centre::oracle))
        .route("/v1/centre/queries", get(centre::queries))
        .route("/v1/centre/misbehave", post(centre::misbehave))
        .route("/v1/centre/patient", post(centre::patient))
        .route("/v1/centre/manner", post(centre::manner))
        .route("/v1/centre/site", post(centre::site))
        .route("/v1/centre/maintenance", post(centre::maintenance))
        .route("/v1/centre/processing", post(centre::processing))
        .route("/v1/centre/line", get(centre::line))
        .route("/v1/centre/tls", post(centre::tls))
        .route("/v1/centre/forget-logins", post(centre::forget_logins))
        .route("/v1/centre/logins", post(centre::logins))
        .route("/v1/centre/stop", post(centre::stop))
        .route("/v1/centre/start", post(centre::start))
        .fallback(async || Problem::not_found("no such route", ""))
}

/// The failure catalogue: what a code on a reader's screen says.
async fn failures() -> Json<&'static [failure::Entry]> {
    Json(failure::catalogue())
}

/// A persona as the bench tells of it. Personas are invented, and the suites look for them where no patient may
/// appear; so all that a real patient would have kept secret is told here, to the holder of the bench's token.
#[derive(Serialize)]
struct PersonaView<'a> {
    id: &'a str,
    name: &'a str,
    kana: &'a str,
    alias: Option<&'a str>,
    address: &'a str,
    birthdate: String,
    insurer_number: &'a str,
    symbol: Option<&'a str>,
    number: &'a str,
    branch: Option<&'a str>,
    individual_number: &'a str,
    security_code: &'a str,
    pin: Option<&'a str>,
    sign_password: Option<&'a str>,
    serial: u32,
    has_pin: bool,
    pin_blocked: bool,
    revoked: bool,
    certificate: simulator_card::CertificateRule,
}

async fn personas(State(world): State<Arc<World>>) -> Json<serde_json::Value> {
    let views: Vec<PersonaView<'_>> = world
        .personas()
        .iter()
        .map(|persona| PersonaView {
            id: &persona.id,
            name: &persona.name,
            kana: &persona.kana,
            alias: persona.alias.as_deref(),
            address: &persona.address,
            birthdate: format!(
                "{:04}{:02}{:02}",
                persona.birth.year(),
                u8::from(persona.birth.month()),
                persona.birth.day()
            ),
            insurer_number: &persona.insurer_number,
            symbol: persona.symbol.as_deref(),
            number: &persona.number,
            branch: persona.branch.as_deref(),
            individual_number: &persona.individual_number,
            security_code: &persona.security_code,
            pin: persona.pin.as_deref(),
            sign_password: persona.sign_password.as_deref(),
            serial: persona.serial,
            has_pin: persona.pin.is_some(),
            pin_blocked: persona.pin_blocked,
            revoked: persona.revoked,
            certificate: persona.certificate,
        })
        .collect();
    Json(serde_json::json!(views))
}
