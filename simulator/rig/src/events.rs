//! Server-Sent Events as a blocking iterator (WHATWG HTML, section 9.2).

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::Value;

use crate::RigError;
use crate::deadline::Deadline;
use crate::http::Client;

/// A longer line is a fault of the server.
const LONGEST_LINE: usize = 4 * 1024 * 1024;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerEvent {
    /// For resuming.
    pub id: Option<String>,
    /// Its kind; `message` when the server names none.
    pub kind: String,
    /// Its data.
    pub data: String,
}

impl ServerEvent {
    /// The data as JSON.
    ///
    /// # Errors
    /// [`RigError::Request`] when they are not.
    pub fn json(&self) -> Result<Value, RigError> {
        serde_json::from_str(&self.data).map_err(|fault| RigError::Request {
            request: format!("event `{}`", self.kind),
            fault: fault.to_string(),
        })
    }
}

impl ServerEvent {
    /// Its kind, and of a station how it stands; nothing of a person.
    fn in_brief(&self) -> String {
        let data: Value = serde_json::from_str(&self.data).unwrap_or_default();
        let how = ["/state", "/step", "/failure/code"];
        let how = how.into_iter().filter_map(|part| data.pointer(part)?.as_str());
        std::iter::once(self.kind.as_str()).chain(how).collect::<Vec<_>>().join(" ")
    }
}

/// An open event stream. As an iterator it waits for each event as long as it was opened for, then gives
/// [`RigError::TimedOut`].
#[derive(Debug)]
pub struct Events {
    stream: BufReader<Socket>,
    line: Vec<u8>,
    patience: Duration,
    over: bool,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    fn connect(client: &Client, host: &str) -> std::io::Result<Self> {
        if let Some(socket) = client.socket() {
            return UnixStream::connect(socket).map(Self::Unix);
        }
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self::Tcp(stream))
    }

    fn set_read_timeout(&self, bound: Option<Duration>) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_read_timeout(bound),
            Self::Unix(stream) => stream.set_read_timeout(bound),
        }
    }

    fn send(&mut self, head: &str) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.write_all(head.as_bytes()),
            Self::Unix(stream) => stream.write_all(head.as_bytes()),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, space: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(space),
            Self::Unix(stream) => stream.read(space),
        }
    }
}

impl Events {
    /// HTTP/1.0 keeps the answer free of chunk headers: lines follow until the connection closes.
    pub(crate) fn open(
        client: &Client,
        path: &str,
        last_event_id: Option<&str>,
        patience: Duration,
    ) -> Result<Self, RigError> {
        let request = format!("GET {path}");
        let failed =
            |fault: std::io::Error| RigError::Request { request: request.clone(), fault: fault.to_string() };
        let host = client.base.trim_start_matches("http://");
        let mut stream = Socket::connect(client, host).map_err(failed)?;
        let resume = last_event_id.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        // On a Unix socket the kernel says who asks; a token would go before that.
        let token = match client.socket() {
            None => format!("Authorization: Bearer {}\r\n", client.token),
            Some(_) => String::new(),
        };
        let head = format!(
            "GET {path} HTTP/1.0\r\nHost: {host}\r\n{token}Accept: text/event-stream\r\n{resume}\r\n"
        );
        stream.send(&head).map_err(failed)?;
        let mut events = Self { stream: BufReader::new(stream), line: Vec::new(), patience, over: false };
        events.read_head(&request)?;
        Ok(events)
    }

    /// The next event within a bound of its own.
    ///
    /// # Errors
    /// [`RigError::TimedOut`] when none comes, [`RigError::Request`] when the stream ends.
    pub fn next_within(&mut self, bound: Duration) -> Result<ServerEvent, RigError> {
        let deadline = Deadline::within(bound);
        let mut event = ServerEvent::default();
        loop {
            let line = self.read_line("event", deadline)?;
            if line.is_empty() {
                if !event.data.is_empty() || !event.kind.is_empty() || event.id.is_some() {
                    if event.kind.is_empty() {
                        event.kind.push_str("message");
                    }
                    return Ok(event);
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => event.id = Some(value.to_owned()),
                "event" => value.clone_into(&mut event.kind),
                "data" => {
                    if !event.data.is_empty() {
                        event.data.push('\n');
                    }
                    event.data.push_str(value);
                }
                // Comments keep the line alive; unknown fields are to be ignored.
                _ => {}
            }
        }
    }

    /// The next event of a kind within a bound; others are passed over.
    ///
    /// # Errors
    /// [`RigError::TimedOut`] naming the kinds that came instead.
    pub fn wait_for(
        &mut self,
        what: &str,
        bound: Duration,
        mut wanted: impl FnMut(&ServerEvent) -> bool,
    ) -> Result<ServerEvent, RigError> {
        let deadline = Deadline::within(bound);
        let mut seen = Vec::new();
        loop {
            match self.next_within(deadline.left().unwrap_or_default()) {
                Ok(event) if wanted(&event) => return Ok(event),
                Ok(event) => seen.push(event.in_brief()),
                Err(RigError::TimedOut { .. }) => {
                    return Err(RigError::TimedOut {
                        waited_for: what.to_owned(),
                        after: bound,
                        seen: seen.join(", "),
                    });
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    fn read_head(&mut self, request: &str) -> Result<(), RigError> {
        let deadline = Deadline::within(self.patience);
        let status_line = self.read_line("answer", deadline)?;
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok()).unwrap_or(0);
        while !self.read_line("answer", deadline)?.is_empty() {}
        if status == 200 {
            return Ok(());
        }
        let problem = self.read_line("answer", deadline).unwrap_or_default();
        Err(RigError::Refused {
            request: request.to_owned(),
            status,
            problem: problem.chars().take(1000).collect(),
        })
    }

    /// A line without its end. What was read of an unfinished one is kept for the next call.
    fn read_line(&mut self, waited_for: &str, deadline: Deadline) -> Result<String, RigError> {
        let broken = |fault: String| RigError::Request { request: String::from("event stream"), fault };
        loop {
            let Some(left) = deadline.left() else {
                return Err(RigError::TimedOut {
                    waited_for: waited_for.to_owned(),
                    after: deadline.bound,
                    seen: String::new(),
                });
            };
            if self.stream.buffer().is_empty() {
                self.stream
                    .get_ref()
                    .set_read_timeout(Some(left))
                    .map_err(RigError::system("a read cannot be bounded"))?;
            }
            let (used, whole) = match self.stream.fill_buf() {
                Ok([]) => return Err(broken(String::from("the server closed it"))),
                Ok(bytes) => {
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    let used = end.map_or(bytes.len(), |end| end + 1);
                    self.line.extend(bytes.iter().take(used));
                    (used, end.is_some())
                }
                Err(fault) if matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
                Err(fault) if fault.kind() == ErrorKind::Interrupted => continue,
                Err(fault) => return Err(broken(fault.to_string())),
            };
            self.stream.consume(used);
            if whole {
                let line = std::mem::take(&mut self.line);
                let text =
                    String::from_utf8(line).map_err(|_| broken(String::from("a line is not UTF-8")))?;
                return Ok(text.trim_end_matches(['\n', '\r']).to_owned());
            }
            if self.line.len() > LONGEST_LINE {
                return Err(broken(String::from("a line without end")));
            }
        }
    }
}

impl Iterator for Events {
    type Item = Result<ServerEvent, RigError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = self.next_within(self.patience);
        self.over = next.is_err();
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, Events, ServerEvent};
    use crate::RigError;
    use std::io::{Read, Write};
    use std::time::Duration;

    /// A real socket whose other end sends the pieces as given and then keeps the connection open.
    fn stream_of(pieces: &'static [&'static str]) -> (Events, std::net::TcpStream) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut head = [0; 1024];
            let length = socket.read(&mut head).unwrap();
            assert!(String::from_utf8_lossy(&head[..length]).contains("Last-Event-ID: 7\r\n"));
            socket.write_all(b"HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").unwrap();
            for piece in pieces {
                socket.write_all(piece.as_bytes()).unwrap();
            }
            socket
        });
        let token = tempfile::NamedTempFile::new().unwrap();
        let client = Client::new(&base, token.path()).unwrap();
        let events = Events::open(&client, "/v1/events", Some("7"), Duration::from_secs(20)).unwrap();
        (events, server.join().unwrap())
    }

    #[test]
    fn events_are_read_whole_whatever_the_pieces() {
        let (mut events, _open) =
            stream_of(&[": hello\n\nid: 8\nevent: res", "ult\ndata: {\"a\":\ndata: 1}\n\n"]);
        let event = events.next().unwrap().unwrap();
        assert_eq!(
            event,
            ServerEvent { id: Some("8".into()), kind: "result".into(), data: "{\"a\":\n1}".into() }
        );
        assert_eq!(event.json().unwrap()["a"], 1);
    }

    #[test]
    fn a_wait_ends_at_its_bound_and_names_what_came() {
        let (mut events, _open) = stream_of(&[
            "event: reader\ndata: {}\n\n",
            "event: station\ndata: {\"state\":\"out_of_order\",\"failure\":{\"code\":\"SLOT_ABSENT\"}}\n\n",
        ]);
        let fault = events.wait_for("result", Duration::from_millis(50), |e| e.kind == "result").unwrap_err();
        assert!(matches!(fault, RigError::TimedOut { .. }));
        let seen = "no result within 50 ms; seen instead: reader, station out_of_order SLOT_ABSENT";
        assert!(fault.to_string().contains(seen), "{fault}");
    }
}
