//! The rig's own token for the daemon's API, made over the Unix socket as the daemon's user may.

use crate::RigError;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// The file of the token for the daemon behind `socket`: a token of an earlier start is used again.
///
/// # Errors
/// [`RigError`] when the daemon makes none, or the file cannot be written.
pub fn token_file(socket: &Path) -> Result<PathBuf, RigError> {
    let path = socket.with_extension("token");
    if path.exists() {
        return Ok(path);
    }
    let wanted = json!({
        "name": "rig",
        "scopes": ["results", "lookups", "board", "admin"],
        // It acknowledges nothing, so nothing is to be kept for it.
        "consumer": false,
    });
    let request = "POST /v1/tokens".to_owned();
    let failed = |fault: String| RigError::Request { request: request.clone(), fault };
    let answer =
        post(socket, "/v1/tokens", &wanted.to_string()).map_err(|fault| failed(fault.to_string()))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| failed("no answer".to_owned()))?;
    let token = serde_json::from_str::<Value>(body)
        .ok()
        .and_then(|made| made.get("token")?.as_str().map(str::to_owned))
        .ok_or_else(|| failed(head.lines().next().unwrap_or_default().to_owned()))?;
    let mut file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(|fault| RigError::file(&path, fault))?;
    writeln!(file, "{token}").map_err(|fault| RigError::file(&path, fault))?;
    Ok(path)
}

fn post(socket: &Path, path: &str, body: &str) -> std::io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(crate::PATIENCE))?;
    stream.write_all(
        format!(
            "POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
