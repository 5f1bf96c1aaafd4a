//! The visits of the demo, each checked for what the receipt computer must have received.

use super::{
    check::{self, find, text},
    folder::Folder,
    timeline::{self, Ear, Placed},
};
use crate::{Fault, desk_up::DeskUp, say, stop::Stop};
use rig::{Timeline, Visit};
use serde_json::Value;
use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// How long the result may take once the reader said that all is done, and the file once the result was told.
pub(super) const TOLD: Duration = Duration::from_secs(20);
/// Who comes to the first, second … reader.
const PERSONAS: [&str; 5] = ["worker", "housewife", "elderly", "resident", "rare-name"];

/// Somebody at a reader.
pub(super) struct Patient {
    pub(super) reader: String,
    pub(super) visit: Visit,
    /// The simulator's word of the persona.
    pub(super) persona: Value,
    /// Which card of this reader it will be.
    pub(super) insertion: u64,
}

/// Plays a visit at every reader at the same time, by face and by PIN in turn; then again the other way round.
pub(super) fn play(up: &DeskUp, stop: &Stop) -> Result<(), Fault> {
    let personas = up.simulator.bench().get("/v1/personas")?;
    let ear = Ear::listen(up.daemon.desk().events(None, rig::PATIENCE)?);
    for round in 0..2 {
        let patients = patients(up, &personas, round)?;
        let outcome = one_round(up, &ear, &patients);
        stop.check()?;
        outcome?;
    }
    Ok(())
}

fn patients(up: &DeskUp, personas: &Value, round: usize) -> Result<Vec<Patient>, Fault> {
    let readers = up.readers();
    let mut patients = Vec::new();
    for (at, reader) in readers.iter().enumerate() {
        // One reader alone meets another person in the second round.
        let id = PERSONAS
            .iter()
            .cycle()
            .nth(if readers.len() == 1 { round } else { at })
            .copied()
            .unwrap_or_default();
        let persona = find(personas, "id", &Value::from(id))
            .cloned()
            .ok_or_else(|| Fault::Unexpected(format!("the simulator has no persona {id}")))?;
        let visit = if at.saturating_add(round).is_multiple_of(2) { Visit::face(id) } else { Visit::pin(id) };
        patients.push(Patient {
            reader: reader.clone(),
            // A persona who comes to two readers at a time needs a card for each.
            visit: Visit { fresh: readers.len() > PERSONAS.len(), ..visit },
            persona,
            insertion: u64::try_from(round).unwrap_or(0).saturating_add(1),
        });
    }
    Ok(patients)
}

/// All patients at once; then every result is looked at, whichever came first.
fn one_round(up: &DeskUp, ear: &Ear, patients: &[Patient]) -> Result<(), Fault> {
    for patient in patients {
        let (ja, en) = match patient.visit.method.as_str() {
            "face" => ("顔認証の来院", "a visit by face"),
            _ => ("暗証番号の来院", "a visit by PIN"),
        };
        say::heading(format_args!("{ja} / {en} ({})", patient.reader));
    }
    let folder = Folder::watch(&up.simulator.ready().face_dir)?;
    let bench = up.simulator.bench();
    let shown = thread::scope(|scope| {
        let playing: Vec<_> = patients
            .iter()
            .map(|patient| {
                scope.spawn(move || (bench.visit(&patient.reader, &patient.visit), Instant::now()))
            })
            .collect();
        playing
            .into_iter()
            .map(|visit| visit.join().map_err(|_| Fault::Unexpected("a visit panicked".into())))
            .collect::<Vec<_>>()
    });
    let mut timelines = Vec::new();
    for (patient, played) in patients.iter().zip(shown) {
        let (timeline, ended) = played?;
        let timeline = timeline?;
        // The bench answers with its last step, so both clocks meet there, but for the answer's own way.
        let whole = timeline.steps.last().map_or(0.0, |step| step.at_ms.max(0.0));
        let placed = ended.checked_sub(Duration::from_secs_f64(whole / 1000.0)).unwrap_or(ended);
        timelines.push(Placed { reader: &patient.reader, placed, timeline });
    }
    if let Some(bad) = timelines.iter().find(|shown| shown.timeline.ended != "take_card") {
        timeline::print(&timelines, &[]);
        return Err(failed(bad.reader, &bad.timeline));
    }
    let mut heard = Vec::new();
    for _ in patients {
        heard.extend(ear.until("result event", TOLD, |event| event.kind == "result")?);
    }
    timeline::print(&timelines, &heard);
    let results: Result<Vec<Value>, _> =
        heard.iter().filter(|(_, event)| event.kind == "result").map(|(_, event)| event.json()).collect();
    let results = results?;
    for patient in patients {
        let result = results
            .iter()
            .find(|result| result.get("reader").and_then(Value::as_str) == Some(&patient.reader))
            .ok_or_else(|| Fault::Unexpected(format!("no result names {}", patient.reader)))?;
        let file = folder.wait_for(text(result, "/visit")?)?;
        if patients.len() == 1 {
            print_result(result, &file)
        } else {
            print_line(result, patient, &file)?
        }
        check::check(up, result, &file, patient)?;
    }
    Ok(())
}

fn failed(reader: &str, shown: &Timeline) -> Fault {
    Fault::Unexpected(format!(
        "リーダーの最後の表示 / what reader {reader} showed at the end: {} {}",
        shown.ended,
        shown.failure.as_deref().unwrap_or("")
    ))
}

/// With several readers one line each is enough.
fn print_line(result: &Value, patient: &Patient, file: &Path) -> Result<(), Fault> {
    let word = |pointer| text(result, pointer);
    say::line(format_args!(
        "  reader {}  visit {}  insertion {}  {} {}  {} → {}",
        patient.reader,
        word("/visit")?,
        patient.insertion,
        word("/verification")?,
        word("/validity")?,
        text(&patient.persona, "/name")?,
        file.file_name().unwrap_or_default().to_string_lossy(),
    ));
    Ok(())
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
