//! Waiting for a state: the answer comes at the change, not at the next look.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::Value;

use super::problem::Problem;
use super::readers::unit;
use crate::desk_unit::ReaderState;
use crate::world::World;

/// The longest wait.
pub(crate) const LONGEST: Duration = Duration::from_secs(120);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitRequest {
    /// A state's name, see [`seen`].
    #[serde(rename = "for")]
    state: String,
    /// The value wanted, or a list of which one is wanted; a number is reached when it is at least that.
    value: Value,
    #[serde(default = "patience")]
    within_ms: u64,
}

const fn patience() -> u64 {
    20_000
}

pub(super) async fn wait(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Json(request): Json<WaitRequest>,
) -> Result<Json<ReaderState>, Problem> {
    let unit = unit(&world, &id)?;
    if seen(&unit.state(), &request.state).is_none() {
        return Err(Problem::bad_request("no such state to wait for", &request.state));
    }
    let bound = Duration::from_millis(request.within_ms).min(LONGEST);
    let came = unit
        .until(bound, |state| {
            seen(state, &request.state).filter(|seen| is_met(seen, &request.value)).map(|_| state.clone())
        })
        .await;
    came.map(Json).map_err(|last| {
        let waited_for = format!("{} = {} within {} ms", request.state, request.value, bound.as_millis());
        Problem::timed_out(waited_for, serde_json::json!(last))
    })
}

/// A state by its name.
fn seen(state: &ReaderState, name: &str) -> Option<Value> {
    Some(match name {
        "asked" => state.asked_word().into(),
        "consent" => state.consent_screen().into(),
        "screen" => state.screen.clone().into(),
        "language" => state.language.clone().into(),
        "lamp" => state.lamp.clone().into(),
        "sound" => state.sound.clone().into(),
        "sounds" => state.sounds.into(),
        "power" => state.power.clone().into(),
        "tray" => state.tray.into(),
        "camera" => state.camera.into(),
        "plugged" => state.plugged.into(),
        "slot_card" => state.slot.card.clone().into(),
        "slot_power_ups" => state.slot.power_ups.into(),
        "slot_apdus" => state.slot.apdus.into(),
        _ => return None,
    })
}

fn is_met(seen: &Value, wanted: &Value) -> bool {
    match (seen, wanted) {
        (seen, Value::Array(any)) => any.iter().any(|wanted| is_met(seen, wanted)),
        (Value::Number(seen), Value::Number(wanted)) => seen.as_u64() >= wanted.as_u64(),
        (seen, wanted) => seen == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::is_met;
    use serde_json::json;

    #[test]
    fn words_are_met_exactly_numbers_when_reached_lists_by_any() {
        assert!(is_met(&json!("pin"), &json!("pin")));
        assert!(!is_met(&json!("pin"), &json!("pi")));
        assert!(is_met(&json!(5), &json!(4)));
        assert!(!is_met(&json!(3), &json!(4)));
        assert!(is_met(&json!("b"), &json!(["a", "b"])));
        assert!(is_met(&json!(null), &json!(null)));
    }
}
