//! A request byte by byte, and the answer as it came: for what a well-behaved client would never send, and for
//! comparing bytes.

use crate::PATIENCE;
use rig::Daemon;
use std::io::{Error, Read, Write};
use std::net::TcpStream;

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    /// Status line and headers.
    pub head: Vec<u8>,
    /// What follows.
    pub body: Vec<u8>,
}

impl Answer {
    /// The HTTP status; 0 if there is none.
    #[must_use]
    pub fn status(&self) -> u16 {
        let line = String::from_utf8_lossy(&self.head);
        line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }
}

/// Sends these bytes to the daemon's API, which must close the connection after its answer.
///
/// # Errors
/// When the connection fails or the answer does not end in time.
pub fn send(daemon: &Daemon, request: &[u8]) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(host(daemon))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| Error::other("an answer without an end of its head"))? + 4;
    Ok(Answer { body: answer.split_off(end), head: answer })
}

/// Gets a path as an entitled client does.
///
/// # Errors
/// As [`send`], or when the token cannot be read.
pub fn get(daemon: &Daemon, path: &str) -> std::io::Result<Answer> {
    let token = std::fs::read_to_string(&daemon.ready().token_file)?;
    let head = format!(
        "GET {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
        host(daemon),
        token.trim()
    );
    send(daemon, head.as_bytes())
}

/// The API's address as the `Host` header has it.
#[must_use]
pub fn host(daemon: &Daemon) -> &str {
    daemon.ready().api.trim_start_matches("http://")
}
