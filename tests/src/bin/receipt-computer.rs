//! A receipt computer, written from the API document alone; and one that knows only the face folder. Each keeps what it
//! takes in a folder of its own, whole or not at all, and says a line for each. For the suites only: it is killed at any
//! moment.
//!
//! `receipt-computer api ADDRESS-FILE TOKEN-FILE KEPT` · `receipt-computer folder FACE-FOLDER KEPT`

#![allow(clippy::print_stdout, reason = "a program's own output")]

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Acknowledged after so many, so that a kill in between makes some come again.
const EACH: u64 = 7;
/// Of waits that something ends; looked at again then in any case.
const BOUND: u16 = 1000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["api", address, token, kept] => by_api(Path::new(address), Path::new(token), Path::new(kept)),
        ["folder", face, kept] => by_folder(Path::new(face), Path::new(kept)),
        _ => Err(String::from("api ADDRESS-FILE TOKEN-FILE KEPT, or folder FACE-FOLDER KEPT")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            println!("FAULT {fault}");
            ExitCode::FAILURE
        }
    }
}

// ----- over the API -------------------------------------------------------------------------------------------------

fn by_api(address: &Path, token: &Path, kept: &Path) -> Result<(), String> {
    let token = std::fs::read_to_string(token).map_err(in_words)?;
    loop {
        let base = std::fs::read_to_string(address).map_err(in_words)?;
        match follow(base.trim(), token.trim(), kept)? {
            Ended::CutOff => {}
        }
        // The daemon comes back under another address, which is written down then.
        wait_for_change(address)?;
    }
}

/// Why a stream ended without fault.
enum Ended {
    CutOff,
}

fn follow(base: &str, token: &str, kept: &Path) -> Result<Ended, String> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent();
    let bearer = format!("Bearer {token}");
    let opened =
        agent.get(format!("{base}/v1/events?from=acknowledged")).header("authorization", &bearer).call();
    let Ok(answer) = opened else { return Ok(Ended::CutOff) };
    if answer.status() != 200 {
        return Err(format!("the stream is refused: {}", answer.status()));
    }
    let mut event = Event::default();
    let mut since = 0_u64;
    for line in BufReader::new(answer.into_body().into_reader()).lines() {
        let Ok(line) = line else { return Ok(Ended::CutOff) };
        if let Some(id) = line.strip_prefix("id: ") {
            event.id = id.parse().map_err(in_words)?;
        } else if let Some(name) = line.strip_prefix("event: ") {
            name.clone_into(&mut event.name);
        } else if let Some(data) = line.strip_prefix("data: ") {
            data.clone_into(&mut event.data);
        } else if line.is_empty() {
            let event = std::mem::take(&mut event);
            match event.name.as_str() {
                "result" => {
                    let new = keep(&kept.join(format!("{:06}.json", event.id)), event.data.as_bytes())?;
                    println!("{} {}", if new { "NEW" } else { "AGAIN" }, event.id);
                    since += 1;
                    if since.is_multiple_of(EACH) && acknowledge(&agent, base, &bearer, event.id)?.is_none() {
                        return Ok(Ended::CutOff);
                    }
                }
                "problem" | "damaged" => return Err(format!("{}: {}", event.name, event.data)),
                _ => {}
            }
        }
    }
    Ok(Ended::CutOff)
}

#[derive(Default)]
struct Event {
    id: u64,
    name: String,
    data: String,
}

/// `None` if the daemon is gone.
fn acknowledge(agent: &ureq::Agent, base: &str, bearer: &str, id: u64) -> Result<Option<()>, String> {
    let said = agent
        .put(format!("{base}/v1/acknowledgement"))
        .header("authorization", bearer)
        .send_json(json!({ "up_to": id }));
    let Ok(mut answer) = said else { return Ok(None) };
    let text = answer.body_mut().read_to_string();
    let Ok(text) = text else { return Ok(None) };
    let body: Value = serde_json::from_str(&text).map_err(in_words)?;
    if body.get("up_to").and_then(Value::as_u64) == Some(id) {
        Ok(Some(()))
    } else {
        Err(format!("acknowledged {id}: {text}"))
    }
}

// ----- over the folder ----------------------------------------------------------------------------------------------

/// Takes files in the order in which they appeared, and removes each from the folder once it is kept.
fn by_folder(face: &Path, kept: &Path) -> Result<(), String> {
    let parent = face.parent().ok_or("a folder within another")?;
    loop {
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK).map_err(in_words)?;
        let moved = AddWatchFlags::IN_CREATE | AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_ATTRIB;
        inotify.add_watch(parent, moved).map_err(in_words)?;
        // Away: its coming back is an event of the folder around it.
        let _ = inotify.add_watch(face, moved);
        while take_all(face, kept)? {}
        let mut ready = [PollFd::new(inotify.as_fd(), PollFlags::POLLIN)];
        poll(&mut ready, PollTimeout::from(BOUND)).map_err(in_words)?;
    }
}

/// Whether there was anything.
fn take_all(face: &Path, kept: &Path) -> Result<bool, String> {
    let Ok(entries) = std::fs::read_dir(face) else { return Ok(false) };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("OQSsiquc01res_face_") && name.ends_with(".xml") {
            let Ok(about) = entry.metadata() else { continue };
            found.push((about.modified().map_err(in_words)?, name));
        }
    }
    found.sort();
    for (_, name) in &found {
        let path = face.join(name);
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let before = kept_as(kept, name)?;
        let new = match before {
            Some(before) => keep(&before, &bytes)?,
            None => keep(&kept.join(format!("{:06}-{name}", count(kept)? + 1)), &bytes)?,
        };
        println!("{} {name}", if new { "NEW" } else { "AGAIN" });
        if std::fs::remove_file(&path).is_err() && path.exists() {
            return Err(String::from("a file that was taken cannot be removed"));
        }
    }
    Ok(!found.is_empty())
}

fn kept_as(kept: &Path, name: &str) -> Result<Option<PathBuf>, String> {
    for entry in std::fs::read_dir(kept).map_err(in_words)? {
        let path = entry.map_err(in_words)?.path();
        if path.file_name().is_some_and(|own| own.to_string_lossy().ends_with(&format!("-{name}"))) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn count(kept: &Path) -> Result<usize, String> {
    let entries = std::fs::read_dir(kept).map_err(in_words)?;
    Ok(entries.flatten().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')).count())
}

// ----- both ---------------------------------------------------------------------------------------------------------

/// Whole or not at all; true if it was not there. The same again must be the same bytes.
fn keep(path: &Path, bytes: &[u8]) -> Result<bool, String> {
    if let Ok(before) = std::fs::read(path) {
        return if before == bytes { Ok(false) } else { Err(format!("{}: told otherwise", path.display())) };
    }
    let folder = path.parent().ok_or("a file in a folder")?;
    let half = folder.join(".half");
    std::fs::write(&half, bytes).and_then(|()| std::fs::rename(&half, path)).map_err(in_words)?;
    Ok(true)
}

/// Until the file is written anew, or for the bound: it may have been written just before.
fn wait_for_change(path: &Path) -> Result<(), String> {
    let inotify = Inotify::init(InitFlags::IN_NONBLOCK).map_err(in_words)?;
    let folder = path.parent().ok_or("a file in a folder")?;
    inotify.add_watch(folder, AddWatchFlags::IN_MOVED_TO).map_err(in_words)?;
    let mut ready = [PollFd::new(inotify.as_fd(), PollFlags::POLLIN)];
    let bound = Duration::from_millis(100);
    poll(&mut ready, PollTimeout::try_from(bound).map_err(in_words)?).map_err(in_words)?;
    Ok(())
}

fn in_words(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}
