//! How soon a page shows something, in the browser that the tests use.

use super::samples::Samples;
use crate::{
    Fault,
    command::{dying_with_us, target},
    desk_up::DeskUp,
    say,
};
use serde_json::{Map, Value, json};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// Openings of each page that are timed.
pub(super) const OPENINGS: usize = 20;
const SCRIPT: &str = include_str!("first_paint.py");

/// First contentful paint of each page; none, said aloud, where browser or Playwright are not there.
pub(super) fn first_paint(up: &DeskUp, setting: &str) -> Result<Vec<Samples>, Fault> {
    let python = target().join("python/bin/python");
    if !python.exists() || crate::command::find("chromium").is_none() {
        say::both(
            "ブラウザーと Playwright がないので、画面の表示時間は測りません（cargo xtask test が入れます）",
            "SKIPPED: first paint, without browser and Playwright, which `cargo xtask test` installs",
        );
        return Ok(Vec::new());
    }
    let asked = json!({ "openings": OPENINGS, "pages": pages(up)? });
    let figures = run(dying_with_us(python).args(["-c", SCRIPT]), &asked)?;
    figures
        .into_iter()
        .map(|(page, millis)| {
            let mut samples = Samples::new(format!("first_paint.{page}.{setting}"), "ms");
            millis.as_array().into_iter().flatten().filter_map(Value::as_f64).for_each(|ms| samples.push(ms));
            Ok(samples)
        })
        .collect()
}

/// Each page with a code that pairs the browser.
fn pages(up: &DeskUp) -> Result<Map<String, Value>, Fault> {
    let reader = up.readers().first().map_or("front-1", String::as_str);
    let mut pages = Map::new();
    let bench = up.simulator.bench().post("/v1/pairing-codes", &json!({}))?;
    let code = bench.get("code").and_then(Value::as_str).unwrap_or_default();
    pages.insert(String::from("bench"), Value::from(format!("{}/#{code}", up.simulator.ready().bench)));
    for (name, page) in [("kiosk", json!({ "kiosk": reader })), ("board", json!({ "board": true }))] {
        let code = up.daemon.desk().post("/v1/pairing-codes", &page)?;
        let word = |key| code.get(key).and_then(Value::as_str).unwrap_or_default();
        pages.insert(name.to_owned(), Value::from(format!("{}#{}", word("page"), word("code"))));
    }
    Ok(pages)
}

fn run(python: &mut Command, asked: &Value) -> Result<Map<String, Value>, Fault> {
    let fault = |cause| Fault::Start { program: "python".into(), cause };
    let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(fault)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(asked.to_string().as_bytes()).map_err(fault)?;
    }
    let said = child.wait_with_output().map_err(fault)?;
    let figures = serde_json::from_slice(&said.stdout).ok().filter(|_| said.status.success());
    figures
        .ok_or_else(|| Fault::Unexpected("画面の表示時間を測れません / first paint was not measured".into()))
}
