//! A desk over a real ledger, and a plain HTTP client that shows every byte.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use desk::{
    AckFault, Desk, DeskConfig, DeskEvent, DeskFault, DeskPort, Hub, Limits, LookupAnswer, LookupsBusy,
    PairFault, PairStep, PanelUnit, PasscodeVerdict, ShownPanel, StaffAct, StaffAnswer, StaffFault,
    TouchFault,
};
use ledger::{Keep, Ledger, LedgerError, LedgerHandle, LedgerKey, LedgerThread};
use model::panel::Touch;
use model::{
    Answer as CentreAnswer, AuditEntry, AuditRow, AuditVerdict, Beside, CallerName, CentreHealth,
    CentreStatus, CommittedResult, Consent, ConsentItem, ConsumerStatus, Counts, Day, Decision, FailureCode,
    Folder, FolderStatus, Insertion, Lookup, Maturity, Passcode, Pii, Purpose, Qualification, ReaderId,
    ResultId, ResultRow, StaffId, StationState, StationStatus, Timestamp, Validity, Verification, VisitId,
    VisitResult,
};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream, UnixStream};
use tokio::sync::{mpsc, oneshot, watch};

/// Bound on every wait.
pub const PATIENCE: Duration = Duration::from_secs(20);
const QUALIFICATION: &str = include_str!("../../../oqs/tests/documents/face.xml");

pub struct Site {
    pub desk: Option<Desk>,
    pub hub: Hub,
    pub ledger: LedgerHandle,
    pub config: DeskConfig,
    pub token: String,
    thread: Option<LedgerThread>,
    pub port: Arc<Port>,
    _directories: (TempDir, TempDir),
}

/// The terminal as the desk's tests have it: `front-2` is the one reader whose panel is touched; `front-3` draws its own
/// screen, which shows the same.
pub struct Port {
    ledger: LedgerHandle,
    pub panel: watch::Sender<Option<ShownPanel>>,
    pub touched: Mutex<Vec<Touch>>,
    /// Every station; `front-1` unless a test says more.
    pub stations: Mutex<Vec<StationStatus>>,
    /// The line to the centre; silent unless a test says otherwise.
    pub line: Mutex<CentreStatus>,
    /// The folders; the face folder is away unless a test says otherwise.
    pub folders: Mutex<Vec<FolderStatus>>,
    /// What the next pairing of `front-1` tells; without it another pairing is under way.
    pub steps: Mutex<Option<mpsc::Receiver<PairStep>>>,
    /// What staff asked of `front-1`.
    pub acts: Mutex<Vec<(StaffId, StaffAct)>>,
    /// What the station says to the next.
    pub says: Mutex<Result<(), StaffFault>>,
    /// What was looked up.
    pub lookups: Mutex<Vec<Pii<Lookup>>>,
    /// What the centre says to the next; without it as many as may be are on their way.
    pub centre_says: Mutex<Option<Result<CentreAnswer, FailureCode>>>,
    /// What becomes of a passcode; a site without one unless a test says otherwise.
    pub passcode: Mutex<PasscodeVerdict>,
    /// The passcodes that were checked.
    pub passcodes: Mutex<Vec<[u8; 4]>>,
}

/// When everything in these tests happened: 2026-02-25T15:13:20 in Japan.
pub const NOW: Timestamp = Timestamp(1_772_000_000_000);
/// Every scope that these tests need.
pub const ALL_SCOPES: &str = r#"["results","lookups","board","admin","kiosk:front-2","kiosk:front-3"]"#;

impl Site {
    pub async fn open() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(limit: impl FnOnce(&mut Limits)) -> Self {
        let mut site = Self::without_tokens(limit, |_| ());
        site.token = site.pair("test", ALL_SCOPES).await;
        site
    }

    /// `prepare` is given the place of the file of the tokens, which is not there yet.
    pub fn without_tokens(limit: impl FnOnce(&mut Limits), prepare: impl FnOnce(&Path)) -> Self {
        let (store, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (path, key) = (store.path().join("ledger.db"), keys.path().join("ledger.key"));
        LedgerKey::create_file(&key).unwrap();
        let ledger = Ledger::open(&path, LedgerKey::read(&key, &path).unwrap()).unwrap();
        let (thread, ledger) = LedgerThread::start(ledger, Box::new(|_| ())).unwrap();
        let mut limits = Limits::default();
        limit(&mut limits);
        prepare(&keys.path().join("tokens.json"));
        let config = DeskConfig {
            tcp: "127.0.0.1:0".parse().unwrap(),
            socket: store.path().join("desk.sock"),
            tokens_file: keys.path().join("tokens.json"),
            limits,
        };
        let (hub, port) = (Hub::new(), Arc::new(Port::over(ledger.clone())));
        let desk = Desk::start(config.clone(), port.clone(), hub.clone()).unwrap();
        let (desk, thread, directories) = (Some(desk), Some(thread), (store, keys));
        let token = String::new();
        Self { desk, hub, ledger, config, token, thread, port, _directories: directories }
    }

    /// A new token, made as the local user.
    pub async fn pair(&self, name: &str, scopes: &str) -> String {
        let body = format!(r#"{{"name":"{name}","scopes":{scopes}}}"#);
        let made = ask_with(self.unix().await, "POST /v1/tokens HTTP/1.1\r\nHost: uketsuke\r\n", &body).await;
        assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
        made.json()["token"].as_str().unwrap().to_owned()
    }

    pub fn restart(&mut self) {
        self.desk = None;
        self.desk = Some(Desk::start(self.config.clone(), self.port.clone(), self.hub.clone()).unwrap());
    }

    pub fn second(&self) -> Result<Desk, desk::DeskError> {
        Desk::start(self.config.clone(), self.port.clone(), Hub::new())
    }

    pub fn host(&self) -> String {
        self.desk.as_ref().unwrap().address().to_string()
    }

    pub async fn tell(&self, result: VisitResult) -> ResultId {
        self.tell_with(result, Beside::default()).await
    }

    /// With what the terminal knows beside it.
    pub async fn tell_with(&self, result: VisitResult, beside: Beside) -> ResultId {
        let committed = self.ledger.commit(result, beside).await.unwrap().committed;
        let id = committed.id;
        self.hub.publish(DeskEvent::Result(committed));
        id
    }

    /// Makes the row of this result another than it was committed, as a bad disk would.
    pub fn damage(&self, id: ResultId) {
        let row = rusqlite::Connection::open(self.config.socket.with_file_name("ledger.db")).unwrap();
        row.busy_timeout(PATIENCE).unwrap();
        let changed =
            row.execute("UPDATE result SET qualification = x'00' WHERE id = ?1", [id.0.cast_signed()]);
        assert_eq!(changed.unwrap(), 1);
    }

    /// Everything is past its days.
    pub async fn forget_all(&self) {
        let keep = Keep { least: Duration::ZERO, most: Duration::ZERO };
        let later = result(0).received_at.after(Duration::from_secs(1));
        self.ledger.retain(later, keep).await.unwrap();
    }

    pub async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.desk.as_ref().unwrap().address()).await.unwrap()
    }

    /// A client with little room for what it has not read.
    pub async fn narrow_tcp(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        socket.connect(self.desk.as_ref().unwrap().address()).await.unwrap()
    }

    pub async fn unix(&self) -> UnixStream {
        UnixStream::connect(&self.config.socket).await.unwrap()
    }

    /// A request with our token over TCP.
    pub async fn get(&self, target: &str) -> Answer {
        let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{}", self.host(), self.bearer());
        ask(self.tcp().await, &head).await
    }

    /// The same, as soon as the desk has a place for it.
    pub async fn get_when_free(&self, target: &str) -> Answer {
        self.when_free(&format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{}", self.host(), self.bearer())).await
    }

    /// Asks until there is a place, with a bound: when the desk gives one back shows nowhere else.
    pub async fn when_free(&self, head: &str) -> Answer {
        let asking = async {
            loop {
                let answer = ask(self.tcp().await, head).await;
                if answer.status != 503 {
                    return answer;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("a place within the bound")
    }

    pub fn bearer(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }

    /// A request with our token and a JSON body over TCP; without a body if that is empty.
    pub async fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        let head = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n{}", self.host(), self.bearer());
        match body {
            "" => ask(self.tcp().await, &head).await,
            body => ask_with(self.tcp().await, &head, body).await,
        }
    }

    /// A JSON body posted over TCP; `more` are further header lines.
    pub async fn post(&self, target: &str, more: &str, body: &str) -> Answer {
        let head = format!("POST {target} HTTP/1.1\r\nHost: {}\r\n{more}", self.host());
        ask_with(self.tcp().await, &head, body).await
    }

    /// The cookie of a board that was paired.
    pub async fn board(&self) -> String {
        let made = self.post("/v1/pairing-codes", &self.bearer(), r#"{"board":true}"#).await;
        let body = format!(r#"{{"code":{}}}"#, made.json()["code"]);
        cookies(&self.post("/v1/pairings", "", &body).await).remove(0)
    }

    /// A request of one of our pages that holds these cookies; without a body if that is empty.
    pub async fn by_page(&self, method: &str, target: &str, cookies: &str, body: &str) -> Answer {
        let host = self.host();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookies}\r\n"
        );
        match body {
            "" => ask(self.tcp().await, &head).await,
            body => ask_with(self.tcp().await, &head, body).await,
        }
    }

    /// An event stream with our token over TCP; `more` are further header lines.
    pub async fn events(&self, target: &str, more: &str) -> Events<TcpStream> {
        Events::open(self.tcp().await, &self.stream_request(target, more)).await
    }

    pub fn stream_request(&self, target: &str, more: &str) -> String {
        format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{}{more}\r\n", self.host(), self.bearer())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.desk = None;
        // Blocks, so it must not run on the runtime's own thread.
        let thread = self.thread.take().unwrap();
        std::thread::spawn(|| thread.stop()).join().unwrap();
    }
}

impl Port {
    fn over(ledger: LedgerHandle) -> Self {
        Self {
            ledger,
            panel: watch::Sender::new(None),
            touched: Mutex::default(),
            stations: Mutex::new(vec![station(StationState::Idle, 0)]),
            line: Mutex::new(CentreStatus {
                health: CentreHealth::Down(failure::codes::CENTRE_SILENT),
                maintenance: None,
                certificate_until: None,
            }),
            folders: Mutex::new(vec![FolderStatus {
                folder: Folder::Face,
                trouble: Some((failure::codes::FOLDER_UNWRITABLE, NOW)),
            }]),
            steps: Mutex::default(),
            acts: Mutex::default(),
            says: Mutex::new(Ok(())),
            lookups: Mutex::default(),
            centre_says: Mutex::default(),
            passcode: Mutex::new(PasscodeVerdict::NoPasscode),
            passcodes: Mutex::default(),
        }
    }
}

impl DeskPort for Port {
    fn panel(&self, reader: &ReaderId) -> Option<watch::Receiver<Option<ShownPanel>>> {
        self.panel_unit(reader).map(|_| self.panel.subscribe())
    }

    fn panel_unit(&self, reader: &ReaderId) -> Option<PanelUnit> {
        let (driver, touch) = match reader.as_str() {
            "front-2" => ("stfr2", true),
            "front-3" => ("caora", false),
            _ => return None,
        };
        Some(PanelUnit { driver, label: String::from("内科 1"), touch })
    }

    fn touch(&self, reader: &ReaderId, nonce: &str, touch: Touch) -> Result<(), TouchFault> {
        let shown = self.panel.borrow();
        let Some(shown) = shown.as_ref().filter(|_| reader.as_str() == "front-2") else {
            return Err(TouchFault::NoPanel);
        };
        if shown.nonce != nonce {
            return Err(TouchFault::Stale);
        }
        self.touched.lock().unwrap().push(touch);
        Ok(())
    }

    fn pair(&self, reader: &ReaderId) -> Result<mpsc::Receiver<PairStep>, PairFault> {
        if reader.as_str() != "front-1" {
            return Err(PairFault::NoReader);
        }
        self.steps.lock().unwrap().take().ok_or(PairFault::Refused(failure::codes::PAIRING_RUNNING))
    }

    fn readers(&self) -> Vec<StationStatus> {
        self.stations.lock().unwrap().clone()
    }

    fn centre(&self) -> CentreStatus {
        *self.line.lock().unwrap()
    }

    fn staff(&self, reader: &ReaderId, by: StaffId, act: StaffAct) -> Result<StaffAnswer, StaffFault> {
        if reader.as_str() != "front-1" {
            return Err(StaffFault::NoReader);
        }
        let says = *self.says.lock().unwrap();
        if says == Err(StaffFault::Busy) {
            return Err(StaffFault::Busy);
        }
        self.acts.lock().unwrap().push((by, act));
        let (answer, answered) = oneshot::channel();
        answer.send(says).unwrap();
        Ok(answered)
    }

    fn has_passcode(&self) -> bool {
        *self.passcode.lock().unwrap() != PasscodeVerdict::NoPasscode
    }

    fn check_passcode(&self, passcode: &Passcode) -> PasscodeVerdict {
        self.passcodes.lock().unwrap().push(*passcode.expose(Purpose::Judge));
        *self.passcode.lock().unwrap()
    }

    fn folders(&self) -> Vec<FolderStatus> {
        self.folders.lock().unwrap().clone()
    }

    fn look_up(&self, lookup: Pii<Lookup>) -> Result<LookupAnswer, LookupsBusy> {
        let says = self.centre_says.lock().unwrap().take().ok_or(LookupsBusy)?;
        self.lookups.lock().unwrap().push(lookup);
        let (answer, answered) = oneshot::channel();
        answer.send(says).unwrap();
        Ok(answered)
    }

    fn audit_since(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, DeskFault> {
        self.ledger.audit_since(after, limit).map_err(fault)
    }

    fn verify_audit(&self) -> Result<AuditVerdict, DeskFault> {
        self.ledger.verify_audit().map_err(fault)
    }

    fn note(&self, entry: AuditEntry) -> Result<(), DeskFault> {
        self.ledger.note(entry).wait().map(drop).map_err(fault)
    }

    fn note_later(&self, entry: AuditEntry) {
        tokio::spawn(self.ledger.note(entry).into_future());
    }

    fn result(&self, id: ResultId) -> Result<Option<CommittedResult>, DeskFault> {
        self.ledger.result(id).map_err(fault)
    }

    fn previous(&self, id: ResultId) -> Result<Option<CommittedResult>, DeskFault> {
        self.ledger.previous(id).map_err(fault)
    }

    fn results_since(&self, after: ResultId, limit: usize) -> Result<Vec<ResultRow>, DeskFault> {
        self.ledger.since(after, limit).map_err(fault)
    }

    fn oldest(&self) -> Result<ResultId, DeskFault> {
        self.ledger.oldest().map_err(fault)
    }

    fn newest(&self) -> Result<ResultId, DeskFault> {
        self.ledger.newest().map_err(fault)
    }

    fn consumers(&self) -> Result<Vec<ConsumerStatus>, DeskFault> {
        self.ledger.consumers().map_err(fault)
    }

    fn register(&self, consumer: &CallerName, at: Timestamp) -> Result<(), DeskFault> {
        self.ledger.register(consumer.clone(), at).wait().map(drop).map_err(fault)
    }

    fn forget(&self, consumer: &CallerName) -> Result<(), DeskFault> {
        self.ledger.forget_consumer(consumer.clone()).wait().map(drop).map_err(fault)
    }

    fn acknowledge(&self, consumer: &CallerName, up_to: ResultId, at: Timestamp) -> Result<(), AckFault> {
        self.ledger.acknowledge(consumer.clone(), up_to, at).wait().map_err(|error| match error {
            LedgerError::NoConsumer { .. } => AckFault::Unknown,
            LedgerError::Ahead { .. } => AckFault::Beyond,
            other => AckFault::Desk(fault(other)),
        })
    }

    fn counts(&self, from: Day, to: Day) -> Result<Counts, DeskFault> {
        self.ledger.counts(from, to).map_err(fault)
    }
}

/// What the centre answers of the person of the test document.
pub fn centre_answer(validity: Validity) -> CentreAnswer {
    CentreAnswer {
        received_at: Timestamp(1_772_000_000_000),
        validity,
        qualification: Pii::new(Qualification { xml: QUALIFICATION.to_owned() }),
        remarks: Vec::new(),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn fault(error: LedgerError) -> DeskFault {
    DeskFault { code: error.code() }
}

pub fn station(state: StationState, insertion: u64) -> StationStatus {
    StationStatus {
        reader: "front-1".parse().unwrap(),
        label: "内科 1".to_owned(),
        lane: "発熱外来".to_owned(),
        model: "caora",
        maturity: Maturity::Simulated,
        state,
        visit: None,
        step: None,
        insertion: Insertion(insertion),
        failure: Some((failure::codes::CARD_LEFT, Timestamp(1_772_000_000_000))),
        armed_until: None,
        settling: 0,
        line: CentreHealth::Up,
    }
}

pub fn result(number: u32) -> VisitResult {
    let mut visit = [0; 16];
    visit[..4].copy_from_slice(&number.to_be_bytes());
    VisitResult {
        visit: VisitId::from_bytes(visit),
        reader: format!("front-{}", number % 2).parse().unwrap(),
        insertion: Insertion(number.into()),
        institution: "9991234567".parse().unwrap(),
        verification: Verification::Face,
        received_at: Timestamp(1_772_000_000_000),
        validity: Validity::Valid,
        qualification: Pii::new(Qualification { xml: QUALIFICATION.to_owned() }),
        remarks: Vec::new(),
        consents: vec![Consent {
            item: ConsentItem::Medicines,
            decision: Decision::Agreed,
            at: Timestamp(1_772_000_000_000),
            until: Some(Timestamp(1_772_086_400_000)),
        }],
    }
}

pub struct Answer {
    /// As it came, to the end.
    pub raw: Vec<u8>,
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Status and failure code of a problem.
    pub fn problem(&self) -> (u16, String) {
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        let body = self.json();
        assert_eq!(body["status"], self.status);
        assert!(body["detail"].is_string() && body["detail_en"].is_string() && body["title"].is_string());
        (self.status, body["code"].as_str().unwrap().to_owned())
    }
}

/// Sends a head (without its empty line) and reads the answer to its end.
pub async fn ask<S: AsyncRead + AsyncWrite + Unpin>(stream: S, head: &str) -> Answer {
    exchange(stream, format!("{head}Connection: close\r\n\r\n")).await
}

/// The same with a JSON body.
pub async fn ask_with<S: AsyncRead + AsyncWrite + Unpin>(stream: S, head: &str, body: &str) -> Answer {
    let about = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    exchange(stream, format!("{head}{about}Connection: close\r\n\r\n{body}")).await
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, request: String) -> Answer {
    let exchange = async {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await.unwrap();
        all
    };
    let all = tokio::time::timeout(PATIENCE, exchange).await.unwrap();
    let end = all.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer");
    let head = String::from_utf8(all[..end].to_vec()).unwrap().to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(!head.contains("access-control"), "no CORS header, ever: {head}");
    let body = all[end + 4..].to_vec();
    Answer { raw: all, status, head, body }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: Option<u64>,
    pub name: String,
    pub data: String,
    pub raw: Vec<u8>,
}

pub struct Events<S> {
    stream: BufReader<S>,
    buffer: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Events<S> {
    pub async fn open(mut stream: S, request: &str) -> Self {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut events = Self { stream: BufReader::new(stream), buffer: Vec::new() };
        let head = events.until(b"\r\n\r\n").await.expect("an answer");
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        events
    }

    /// The next block of lines: an event or a comment. `None` at the end of the stream.
    pub async fn block(&mut self) -> Option<Event> {
        let next = async {
            loop {
                if let Some(end) = self.buffer.windows(2).position(|window| window == b"\n\n") {
                    let raw: Vec<u8> = self.buffer.drain(..end + 2).collect();
                    return Some(parse(raw));
                }
                let size = self.until(b"\r\n").await?;
                let size = usize::from_str_radix(std::str::from_utf8(&size).unwrap().trim(), 16).unwrap();
                let mut chunk = vec![0; size + 2];
                self.stream.read_exact(&mut chunk).await.ok()?;
                chunk.truncate(size);
                self.buffer.extend_from_slice(&chunk);
                if size == 0 {
                    return None;
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("an event within the bound")
    }

    /// The next event of that name; others are passed over.
    pub async fn next(&mut self, name: &str) -> Option<Event> {
        loop {
            let event = self.block().await?;
            if event.name == name {
                return Some(event);
            }
        }
    }

    async fn until(&mut self, end: &[u8]) -> Option<Vec<u8>> {
        let mut read = Vec::new();
        while !read.ends_with(end) {
            read.push(self.stream.read_u8().await.ok()?);
        }
        Some(read)
    }
}

fn parse(raw: Vec<u8>) -> Event {
    let text = String::from_utf8(raw.clone()).unwrap();
    let field = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim_start().to_owned())
    };
    Event {
        id: field("id:").map(|id| id.parse().unwrap()),
        name: field("event:").unwrap_or_default(),
        data: field("data:").unwrap_or_default(),
        raw,
    }
}

/// Status and body of an answer as far as its first piece brings it: for streams, which do not end.
pub async fn beginning<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, request: &str) -> (u16, String) {
    let exchange = async {
        // Whoever is refused may find the connection closed before all was sent.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut all = Vec::new();
        loop {
            let mut piece = [0; 4096];
            let count = stream.read(&mut piece).await.unwrap_or(0);
            all.extend_from_slice(&piece[..count]);
            let text = String::from_utf8_lossy(&all).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.to_lowercase().lines().find_map(|line| {
                    line.strip_prefix("content-length: ").and_then(|length| length.parse::<usize>().ok())
                });
                if count == 0 || length.is_none_or(|length| body.len() >= length) {
                    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                    return (status, body.to_owned());
                }
            }
            assert!(count > 0, "an answer: {text}");
        }
    };
    tokio::time::timeout(PATIENCE, exchange).await.unwrap()
}

/// The cookies that an answer gives, as `name=value`.
pub fn cookies(answer: &Answer) -> Vec<String> {
    let head = String::from_utf8_lossy(&answer.raw);
    let lines = head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
    lines.map(|line| line.split(';').next().unwrap().to_owned()).collect()
}

/// The cookie pair that a code brings, as it was given, upper case kept.
pub async fn raw_cookie(site: &Site, body: &str) -> String {
    let request = format!(
        "POST /v1/pairings HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        site.host(),
        body.len()
    );
    let mut stream = site.tcp().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let line = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    line.split(';').next().unwrap().to_owned()
}
