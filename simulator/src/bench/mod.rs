//! The bench: one token-protected API through which scenarios, tests and the command line drive everything.
//! `README.md` of this package lists the routes.

mod centre;
mod guard;
mod problem;
mod readers;
mod visit;
mod wait;

use std::path::Path;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::middleware;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::world::World;
use guard::{Guard, guard};
use problem::Problem;

pub(crate) use wait::LONGEST as LONGEST_WAIT;

/// No request of the bench is longer.
const MOST_BODY: usize = 64 * 1024;

/// Serves the bench until `stop` is cancelled, and writes its token to `token_file`.
///
/// # Errors
/// When the token cannot be written or the socket fails.
pub(crate) async fn serve(
    listener: TcpListener,
    world: Arc<World>,
    token_file: &Path,
    stop: CancellationToken,
) -> std::io::Result<tokio::task::JoinHandle<()>> {
    let own = Arc::new(Guard::create(listener.local_addr()?.port(), token_file)?);
    let app = routes()
        .with_state(world)
        .layer(middleware::from_fn_with_state(own, guard))
        .layer(DefaultBodyLimit::max(MOST_BODY));
    Ok(tokio::spawn(async move {
        // A wait that is under way must not keep the program from ending: it is dropped with this task.
        tokio::select! {
            served = async { axum::serve(listener, app).await } => {
                if let Err(fault) = served {
                    tracing::error!(%fault, "the bench ended");
                }
            }
            () = stop.cancelled() => {}
        }
    }))
}

fn routes() -> Router<Arc<World>> {
    Router::new()
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
