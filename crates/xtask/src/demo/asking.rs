//! The centre asked without a card: over the API, and by a file in the request folder.

use super::{check::text, folder::Folder, insured::Insured};
use crate::{Fault, desk_up::DeskUp, say};
use serde_json::Value;
use std::{fs, path::Path};

/// The name of a request, and of its answer (oqs-files.md section 3.2), but for the direction.
const SUFFIX: &str = "000000000001";

/// Asks in both ways about whoever came first; both must answer valid.
pub(super) fn play(up: &DeskUp) -> Result<Insured, Fault> {
    say::heading("カードのない照会 / look-ups without a card");
    let results = up.daemon.desk().results()?;
    let first = results.pointer("/results/0").unwrap_or(&Value::Null);
    let insured = Insured::of(first)?;
    let answer = up.daemon.desk().post("/v1/lookups", &insured.body)?;
    told("API", text(&answer, "/validity")?, "valid")?;
    by_file(up, &insured.request)?;
    Ok(insured)
}

/// Lays the request into its folder and waits for the answer; takes it away as a receipt computer does.
fn by_file(up: &DeskUp, request: &str) -> Result<(), Fault> {
    let simulator = up.simulator.ready();
    let folder = Folder::watch(&simulator.res_dir)?;
    let asked = simulator.req_dir.join(format!("OQSsiquc01req_{SUFFIX}.xml"));
    lay(&asked, request)?;
    let name = format!("OQSsiquc01res_{SUFFIX}.xml");
    let file = folder.wait_until("answer", |file| file == name)?;
    let document = fs::read_to_string(&file).map_err(Fault::file(&file, "cannot be read"))?;
    let validity =
        document.split_once("<QualificationValidity>").and_then(|(_, after)| after.split('<').next());
    say::line(format_args!("  {} → {}", asked.display(), file.display()));
    told("フォルダ / folder", validity.unwrap_or("-"), "1")?;
    fs::remove_file(&file).map_err(Fault::file(&file, "cannot be removed"))
}

/// Appears in the folder whole.
fn lay(file: &Path, request: &str) -> Result<(), Fault> {
    let draft = file.with_extension("part");
    fs::write(&draft, request).map_err(Fault::file(&draft, "cannot be written"))?;
    fs::rename(&draft, file).map_err(Fault::file(file, "cannot be written"))
}

fn told(way: &str, validity: &str, wanted: &str) -> Result<(), Fault> {
    if validity == wanted {
        say::line(format_args!("  {way}: 有効 / valid"));
        return Ok(());
    }
    Err(Fault::Unexpected(format!("照会の回答が違います / wrong answer of a look-up ({way}): {validity}")))
}
