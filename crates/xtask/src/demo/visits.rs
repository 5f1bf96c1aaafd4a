//! The two visits of the demo, each checked for what the receipt computer must have received.

use super::timeline::{self, Ear};
use crate::{Fault, desk_up::DeskUp, say, stop::Stop};
use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::inotify::{AddWatchFlags, InitFlags, Inotify},
};
use rig::Visit;
use serde_json::Value;
use std::{
    os::fd::AsFd,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long the result may take once the reader said that all is done, and the file once the result was told.
const TOLD: Duration = Duration::from_secs(20);

/// One of the two, and what must come of it.
struct Expected {
    ja: &'static str,
    en: &'static str,
    visit: Visit,
    verification: &'static str,
    /// The persona's fictional name, as it stands in the result.
    name: &'static str,
}

/// Plays a visit by face at the first reader and one by PIN at the last.
pub(super) fn play(up: &DeskUp, stop: &Stop) -> Result<(), Fault> {
    let face = Expected {
        ja: "顔認証の来院",
        en: "a visit by face",
        visit: Visit::face("worker"),
        verification: "face",
        name: "試験　太郎",
    };
    let pin = Expected {
        ja: "暗証番号の来院",
        en: "a visit by PIN",
        visit: Visit::pin("housewife"),
        verification: "pin",
        name: "見本　花子",
    };
    let ear = Ear::listen(up.daemon.desk().events(None, rig::PATIENCE)?);
    let readers = up.readers();
    for (expected, reader) in [(face, readers.first()), (pin, readers.last())] {
        let reader = reader.ok_or_else(|| Fault::Unexpected("the simulator has no reader".into()))?;
        let outcome = one(up, &ear, reader, &expected);
        stop.check()?;
        outcome?;
    }
    Ok(())
}

fn one(up: &DeskUp, ear: &Ear, reader: &str, expected: &Expected) -> Result<(), Fault> {
    say::heading(format_args!("{} / {} ({reader})", expected.ja, expected.en));
    let folder = Folder::watch(&up.simulator.ready().face_dir)?;
    let shown = up.simulator.bench().visit(reader, &expected.visit)?;
    // The bench answers with its last step, so both clocks meet there, but for the answer's own way.
    let whole = shown.steps.last().map_or(0.0, |step| step.at_ms.max(0.0));
    let placed =
        Instant::now().checked_sub(Duration::from_secs_f64(whole / 1000.0)).unwrap_or_else(Instant::now);
    if shown.ended != "take_card" {
        timeline::print(&shown, placed, &[]);
        return Err(Fault::Unexpected(format!(
            "リーダーの最後の表示 / what the reader showed at the end: {} {}",
            shown.ended,
            shown.failure.as_deref().unwrap_or("")
        )));
    }
    let heard = ear.until("result event", TOLD, |event| event.kind == "result")?;
    timeline::print(&shown, placed, &heard);
    let (_, event) = heard.last().ok_or_else(|| Fault::Unexpected("no result event".into()))?;
    let result = event.json()?;
    let visit = text(&result, "/visit")?;
    let file = folder.wait_for(visit)?;
    print_result(&result, &file);
    check(up, &result, &file, expected)
}

/// Compares what was received with who came, as the centre's log has it.
fn check(up: &DeskUp, result: &Value, file: &Path, expected: &Expected) -> Result<(), Fault> {
    let bench = up.simulator.bench();
    let visit = text(result, "/visit")?;
    let (personas, oracle) = (bench.get("/v1/personas")?, bench.oracle()?);
    let persona = Value::from(expected.visit.persona.as_str());
    let serial = find(&personas, "id", &persona).and_then(|known| known.get("serial")).cloned();
    let answered = find(&oracle, "visit", &Value::from(visit)).and_then(|entry| entry.get("serial")).cloned();
    let document = std::fs::read_to_string(file).map_err(Fault::file(file, "cannot be read"))?;
    let claims = [
        ("verification", text(result, "/verification")? == expected.verification),
        ("validity", text(result, "/validity")? == "valid"),
        ("the centre's log has another card for this visit", serial.is_some() && serial == answered),
        ("the name in the API's result", contains_name(result, expected.name)),
        ("the name in the file", document.contains(&format!("<Name>{}</Name>", expected.name))),
    ];
    let wrong: Vec<&str> = claims.iter().filter(|(_, holds)| !holds).map(|(claim, _)| *claim).collect();
    if wrong.is_empty() {
        say::both(
            format_args!("正しい結果が API とフォルダの両方に届きました：{}", expected.visit.persona),
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

fn find<'a>(list: &'a Value, key: &str, value: &Value) -> Option<&'a Value> {
    // The bench answers with a bare list, or with one under a name.
    let list = list.as_array().or_else(|| list.as_object()?.values().find_map(Value::as_array))?;
    list.iter().find(|item| item.get(key) == Some(value))
}

fn print_result(result: &Value, file: &Path) {
    let mut shown = result.clone();
    if let Some(document) = shown.get_mut("document") {
        let bytes = document.as_str().map_or(0, str::len);
        *document = Value::from(format!("(XML, {bytes} bytes, left out here)"));
    }
    say::both(
        "レセコンが API で受け取った結果（架空の人物です）",
        "the result over the API (a fictional person)",
    );
    say::line(serde_json::to_string_pretty(&shown).unwrap_or_default());
    say::both("フォルダに届いたファイル", "the file in the face folder");
    say::line(format_args!("  {}", file.display()));
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, Fault> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| Fault::Unexpected(format!("the result has no {pointer}")))
}

/// The face folder, watched from before the visit.
struct Folder<'a> {
    path: &'a Path,
    inotify: Inotify,
}

impl<'a> Folder<'a> {
    fn watch(path: &'a Path) -> Result<Self, Fault> {
        let fault = |cause: nix::Error| Fault::file(path, "cannot be watched")(cause.into());
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK).map_err(fault)?;
        inotify.add_watch(path, AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_CREATE).map_err(fault)?;
        Ok(Self { path, inotify })
    }

    /// The file of a visit: its name has the visit id's first 20 hex digits in capitals (oqs-files.md section 3).
    fn wait_for(&self, visit: &str) -> Result<PathBuf, Fault> {
        let infix: String = visit.to_uppercase().chars().take(20).collect();
        let end = Instant::now() + TOLD;
        loop {
            if let Some(file) = self.find(&infix) {
                return Ok(file);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::Unexpected(format!(
                    "結果ファイルが現れません / no file of visit {visit} in {} within {} s",
                    self.path.display(),
                    TOLD.as_secs()
                )));
            }
            let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            let _ = poll(&mut [PollFd::new(self.inotify.as_fd(), PollFlags::POLLIN)], timeout);
            while self.inotify.read_events().is_ok_and(|events| !events.is_empty()) {}
        }
    }

    fn find(&self, infix: &str) -> Option<PathBuf> {
        std::fs::read_dir(self.path).ok()?.flatten().map(|entry| entry.path()).find(|path| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
                name.starts_with("OQSsiquc01res_face_") && name.contains(infix) && name.ends_with(".xml")
            })
        })
    }
}
