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
    let readers = ask(socket, "GET", "/v1/readers", "")?;
    let readers = readers.get("readers").and_then(Value::as_array).into_iter().flatten();
    let kiosks = readers.filter_map(|reader| Some(format!("kiosk:{}", reader.get("reader")?.as_str()?)));
    let others = ["results", "lookups", "board", "admin"].map(String::from);
    let wanted = json!({
        "name": "rig",
        "scopes": others.into_iter().chain(kiosks).collect::<Vec<_>>(),
        // It acknowledges nothing, so nothing is to be kept for it.
        "consumer": false,
    });
    let made = ask(socket, "POST", "/v1/tokens", &wanted.to_string())?;
    let token = made.get("token").and_then(Value::as_str).unwrap_or_default();
    let mut file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(|fault| RigError::file(&path, fault))?;
    writeln!(file, "{token}").map_err(|fault| RigError::file(&path, fault))?;
    Ok(path)
}

/// The answer's body.
fn ask(socket: &Path, method: &str, path: &str, body: &str) -> Result<Value, RigError> {
    let request = format!("{method} {path}");
    let failed = |fault: String| RigError::Request { request: request.clone(), fault };
    let exchange = || {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(crate::PATIENCE))?;
        stream.write_all(
            format!(
                "{request} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .as_bytes(),
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_| answer)
    };
    let answer = exchange().map_err(|fault: std::io::Error| failed(fault.to_string()))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| failed("no answer".to_owned()))?;
    let status = head.lines().next().unwrap_or_default();
    if !status.contains(" 20") {
        return Err(failed(status.to_owned()));
    }
    serde_json::from_str(body).map_err(|fault| failed(fault.to_string()))
}
