//! Whether a sample is what the document says.

use crate::document::Document;
use crate::samples::Sample;
use serde_json::{Value, json};

/// Which schema the data of an event has; the document says so in words.
const EVENTS: [(&str, &str); 7] = [
    ("result", "ResultBody"),
    ("damaged", "DamagedBody"),
    ("station", "StationBody"),
    ("centre", "CentreBody"),
    ("folder", "FolderBody"),
    ("untold", "UntoldBody"),
    ("problem", "ProblemBody"),
];

/// What is another than the document says.
pub(crate) fn faults(document: &Document, sample: &Sample) -> Vec<String> {
    let Some(response) = document.response(&sample.operation, sample.status) else {
        return vec![format!("{} does not know {}", sample.operation, sample.status)];
    };
    let Some(kind) = &sample.kind else {
        let content = &response["content"];
        return if content.is_null() { Vec::new() } else { vec![format!("no body, but {content}")] };
    };
    let said = &response["content"][kind];
    if said.is_null() {
        return vec![format!("{kind} is not documented: {response}")];
    }
    match kind.as_str() {
        "text/event-stream" => {
            sample.text().split("\n\n").flat_map(|event| event_faults(document, event)).collect()
        }
        "application/x-ndjson" => sample
            .text()
            .lines()
            .flat_map(|line| json_faults(document, &reference("StepBody"), line))
            .collect(),
        "application/json" | "application/problem+json" => {
            json_faults(document, &said["schema"], sample.body())
        }
        _ => Vec::new(),
    }
}

fn event_faults(document: &Document, event: &str) -> Vec<String> {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    let (Some(name), Some(data)) = (field("event: "), field("data: ")) else { return Vec::new() };
    let schema = match name {
        "panel" => reference("PanelBody"),
        "dark" => json!({ "type": "object", "additionalProperties": false }),
        name => match EVENTS.iter().find(|(known, _)| *known == name) {
            Some((_, schema)) => reference(schema),
            None => return vec![format!("{name} is no documented event")],
        },
    };
    json_faults(document, &schema, data)
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn json_faults(document: &Document, schema: &Value, body: &str) -> Vec<String> {
    let mut schema = schema.clone();
    schema["components"] = json!({ "schemas": closed(document) });
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let body: Value = serde_json::from_str(body).expect("JSON");
    validator.iter_errors(&body).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

/// Clients pass over fields that they do not know; a test of the document must not.
fn closed(document: &Document) -> serde_json::Map<String, Value> {
    let parts: Vec<&str> = document
        .schemas()
        .flat_map(|(_, schema)| schema["allOf"].as_array().into_iter().flatten())
        .filter_map(|part| part["$ref"].as_str()?.rsplit('/').next())
        .collect();
    let close = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let is_object =
            schema["type"] == "object" || schema["allOf"].is_array() || schema["oneOf"].is_array();
        if is_object && !parts.contains(&name.as_str()) {
            schema["unevaluatedProperties"] = json!(false);
        }
        (name.clone(), schema)
    };
    document.schemas().map(close).collect()
}
