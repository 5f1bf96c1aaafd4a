//! Whether a sample is what the document says.
//!
//! The judge is `jsonschema_rs` of the Python packages that `cargo xtask test` installs: the same crate as a dependency
//! would change the features of serde below the whole house, which would then be built twice for the tests.

use crate::document::Document;
use crate::samples::Sample;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Answers each line, a schema and a body, with a line, the faults.
const JUDGE: &str = include_str!("judge.py");

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

/// The judge's process; it ends with its input.
pub(crate) struct Judge {
    child: Child,
    asks: ChildStdin,
    says: BufReader<ChildStdout>,
}

impl Judge {
    /// `None`, said aloud, where the Python packages are not there; but not where everything must hold.
    pub(crate) fn start() -> Option<Self> {
        let own = std::env::current_exe().expect("a test has a place");
        // Suites lie in `<target>/<profile>/deps`.
        let python = own.ancestors().nth(3).expect("a target").join("python/bin/python");
        if !python.exists() {
            let said = format!("{} is not there: `cargo xtask test` makes it", python.display());
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{said}");
            // Not through `eprintln!`, which the test harness hides when a test passes.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {said}");
            return None;
        }
        let mut command = Command::new(python);
        command.args(["-c", JUDGE]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Python starts");
        let asks = child.stdin.take().expect("its input");
        let says = BufReader::new(child.stdout.take().expect("its output"));
        Some(Self { child, asks, says })
    }

    fn faults(&mut self, schema: &Value, body: &Value) -> Vec<String> {
        writeln!(self.asks, "{}", json!({ "schema": schema, "body": body })).expect("the judge listens");
        let mut said = String::new();
        self.says.read_line(&mut said).expect("the judge answers");
        serde_json::from_str(&said).expect("a list of faults")
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is another than the document says.
pub(crate) fn faults(judge: &mut Judge, document: &Document, sample: &Sample) -> Vec<String> {
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
            sample.text().split("\n\n").flat_map(|event| event_faults(judge, document, event)).collect()
        }
        "application/x-ndjson" => sample
            .text()
            .lines()
            .flat_map(|line| json_faults(judge, document, &reference("StepBody"), line))
            .collect(),
        "application/json" | "application/problem+json" => {
            json_faults(judge, document, &said["schema"], sample.body())
        }
        _ => Vec::new(),
    }
}

fn event_faults(judge: &mut Judge, document: &Document, event: &str) -> Vec<String> {
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
    json_faults(judge, document, &schema, data)
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn json_faults(judge: &mut Judge, document: &Document, schema: &Value, body: &str) -> Vec<String> {
    let mut schema = schema.clone();
    schema["components"] = json!({ "schemas": closed(document) });
    judge.faults(&schema, &serde_json::from_str(body).expect("JSON"))
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
