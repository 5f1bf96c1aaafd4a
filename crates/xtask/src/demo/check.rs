//! Whether the receipt computer got the right result: compared with who came, as the centre's log has it.

use super::visits::Patient;
use crate::{Fault, desk_up::DeskUp, say};
use serde_json::Value;
use std::path::Path;

/// Compares a result and its file with the patient; says that both are right.
pub(super) fn check(up: &DeskUp, result: &Value, file: &Path, patient: &Patient) -> Result<(), Fault> {
    let oracle = up.simulator.bench().oracle()?;
    let visit = text(result, "/visit")?;
    let serial = patient.persona.get("serial");
    let answered = find(&oracle, "visit", &Value::from(visit)).and_then(|entry| entry.get("serial"));
    let name = text(&patient.persona, "/name")?;
    let document = std::fs::read_to_string(file).map_err(Fault::file(file, "cannot be read"))?;
    let claims = [
        ("reader", text(result, "/reader")? == patient.reader),
        ("insertion", result.get("insertion").and_then(Value::as_u64) == Some(patient.insertion)),
        ("verification", text(result, "/verification")? == patient.visit.method),
        ("validity", text(result, "/validity")? == "valid"),
        ("the centre's log has another card for this visit", serial.is_some() && serial == answered),
        ("the name in the API's result", contains_name(result, name)),
        ("the name in the file", document.contains(&format!("<Name>{name}</Name>"))),
    ];
    let wrong: Vec<&str> = claims.iter().filter(|(_, holds)| !holds).map(|(claim, _)| *claim).collect();
    if wrong.is_empty() {
        say::both(
            format_args!("正しい結果が API とフォルダの両方に届きました：{}", patient.visit.persona),
            "the right result arrived both ways",
        );
        return Ok(());
    }
    Err(Fault::Unexpected(format!("結果が違います / wrong result: {}", wrong.join("; "))))
}

fn contains_name(result: &Value, name: &str) -> bool {
    fn any(value: &Value, name: &str) -> bool {
        match value {
            Value::Object(fields) => {
                fields.iter().any(|(key, value)| (key == "name" && value == name) || any(value, name))
            }
            Value::Array(items) => items.iter().any(|item| any(item, name)),
            _ => false,
        }
    }
    result.get("qualification").is_some_and(|qualification| any(qualification, name))
}

/// The item of a list that has this value under this key.
pub(super) fn find<'a>(list: &'a Value, key: &str, value: &Value) -> Option<&'a Value> {
    // The bench answers with a bare list, or with one under a name.
    let list = list.as_array().or_else(|| list.as_object()?.values().find_map(Value::as_array))?;
    list.iter().find(|item| item.get(key) == Some(value))
}

/// A text of a JSON value.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, Fault> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| Fault::Unexpected(format!("the result has no {pointer}")))
}
