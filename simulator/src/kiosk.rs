//! The patient before a panel that the terminal draws: sees it and touches it as a browser does, over the daemon's own
//! API. The daemon comes and goes; the panel is dark meanwhile.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use reader::conformance::AskedView;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// First and longest wait for a daemon that is away; doubling in between. A socket's name tells nothing of its listener.
const AWAY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// A daemon that does not answer a touch within this counts as away.
const ANSWER: Duration = Duration::from_secs(5);
/// Largest event that is read.
const MOST_EVENT: usize = 64 * 1024;

/// What a panel shows now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    nonce: String,
    /// `ja`, `en`, `zh`, `ko`.
    pub(crate) language: &'static str,
    /// As a unit's own screen would say it: `place_card`, …, or a failure's code.
    pub(crate) notice: String,
    /// What is asked.
    pub(crate) asked: AskedView,
}

/// One reader's panel.
#[derive(Debug)]
pub(crate) struct Kiosk {
    reader: String,
    daemon: Daemon,
    shown: watch::Receiver<Option<Shown>>,
    task: JoinHandle<()>,
}

/// Where the daemon of this site will be.
#[derive(Debug, Clone)]
pub(crate) struct Daemon {
    pub(crate) socket: PathBuf,
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Kiosk {
    /// Looks at a reader's panel from now on. Needs a tokio runtime.
    pub(crate) fn look(reader: &str, daemon: Daemon) -> Self {
        let (tell, shown) = watch::channel(None);
        let target = format!("/v1/kiosk/{reader}/panel");
        let task = tokio::spawn(follow(daemon.clone(), target, tell));
        Self { reader: reader.to_owned(), daemon, shown, task }
    }

    /// What is shown now; changes are told.
    pub(crate) fn shown(&self) -> watch::Receiver<Option<Shown>> {
        self.shown.clone()
    }

    /// Touches a method; whether it was offered and taken.
    pub(crate) async fn choose(&self, method: &'static str) -> bool {
        let offers =
            |asked: &AskedView| matches!(asked, AskedView::Methods { offered } if offered.contains(&method));
        self.touch(offers, json!({ "kind": "method", "method": method })).await
    }

    /// Touches the four keys on which these digits stand; whether a pad was shown and took them.
    pub(crate) async fn type_digits(&self, digits: &[u8]) -> bool {
        let Some(positions) = self.positions(digits) else { return false };
        self.touch(is_pad, json!({ "kind": "pad", "positions": positions })).await
    }

    /// Touches "cancel" beside the pad, for PIN or passcode.
    pub(crate) async fn cancel(&self) -> bool {
        self.touch(is_pad, json!({ "kind": "pad_cancel" })).await
    }

    /// Answers the consent question that is shown.
    pub(crate) async fn consent(&self, agree: bool) -> bool {
        let screen = match self.shown.borrow().as_ref().map(|shown| &shown.asked) {
            Some(AskedView::Consent { screen, .. }) => screen.clone(),
            _ => return false,
        };
        let decision = if agree { "agreed" } else { "refused" };
        let touch = json!({ "kind": "consent", "screen": screen, "decision": decision });
        self.touch(|asked| matches!(asked, AskedView::Consent { .. }), touch).await
    }

    /// Touches a language.
    pub(crate) async fn language(&self, language: &'static str) -> bool {
        self.touch(|_| true, json!({ "kind": "language", "language": language })).await
    }

    fn positions(&self, digits: &[u8]) -> Option<Vec<usize>> {
        let shown = self.shown.borrow();
        let Some(AskedView::Pin { pad: Some(keys), .. } | AskedView::Passcode { pad: Some(keys) }) =
            shown.as_ref().map(|shown| &shown.asked)
        else {
            return None;
        };
        digits.iter().map(|digit| keys.iter().position(|key| Some(*key) == digit.checked_sub(b'0'))).collect()
    }

    async fn touch(&self, fits: impl Fn(&AskedView) -> bool, touch: Value) -> bool {
        let nonce = match &*self.shown.borrow() {
            Some(shown) if fits(&shown.asked) => shown.nonce.clone(),
            _ => return false,
        };
        let target = format!("/v1/kiosk/{}/touch", self.reader);
        let body = json!({ "nonce": nonce, "touch": touch }).to_string();
        let answer = tokio::time::timeout(ANSWER, self.daemon.ask("POST", &target, body)).await;
        if !matches!(answer, Ok(Some(answer)) if answer.status() == StatusCode::NO_CONTENT) {
            return false;
        }
        // A touch that was taken changes the panel; whoever looks next must not see the one that was touched.
        let mut shown = self.shown.clone();
        let other = |shown: &Option<Shown>| shown.as_ref().is_none_or(|shown| shown.nonce != nonce);
        matches!(tokio::time::timeout(ANSWER, shown.wait_for(other)).await, Ok(Ok(_)))
    }
}

const fn is_pad(asked: &AskedView) -> bool {
    matches!(asked, AskedView::Pin { .. } | AskedView::Passcode { .. })
}

async fn follow(daemon: Daemon, target: String, tell: watch::Sender<Option<Shown>>) {
    let mut wait = AWAY.0;
    loop {
        if let Some(stream) = daemon.ask("GET", &target, String::new()).await
            && stream.status() == StatusCode::OK
        {
            wait = AWAY.0;
            read(stream.into_body(), &tell).await;
        }
        tell.send_if_modified(|shown| shown.take().is_some());
        tokio::time::sleep(wait).await;
        wait = wait.saturating_mul(2).min(AWAY.1);
    }
}

/// Reads events until the stream ends.
async fn read(mut body: Incoming, tell: &watch::Sender<Option<Shown>>) {
    let mut pending = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(bytes) = frame.into_data() else { continue };
        pending.extend_from_slice(&bytes);
        while let Some(end) = pending.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = pending.drain(..end.saturating_add(2)).collect();
            take(&String::from_utf8_lossy(&event), tell);
        }
        if pending.len() > MOST_EVENT {
            return;
        }
    }
}

fn take(event: &str, tell: &watch::Sender<Option<Shown>>) {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let shown = match field("event: ") {
        "panel" => serde_json::from_str::<PanelBody>(field("data: ")).ok().and_then(PanelBody::into_shown),
        "dark" => None,
        _ => return,
    };
    tell.send_replace(shown);
}

impl Daemon {
    async fn ask(&self, method: &str, target: &str, body: String) -> Option<Response<Incoming>> {
        let stream = UnixStream::connect(&self.socket).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("Host", "uketsuke")
            .header("Content-Type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .ok()?;
        sender.send_request(request).await.ok()
    }
}

/// The panel as the daemon tells it.
#[derive(Deserialize)]
struct PanelBody {
    nonce: String,
    language: String,
    notice: NoticeBody,
    question: Option<QuestionBody>,
}

#[derive(Deserialize)]
struct NoticeBody {
    kind: String,
    code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum QuestionBody {
    Methods { offered: Vec<String> },
    Face,
    Pin { tries_left: u8, keys: [u8; 10] },
    Passcode { keys: [u8; 10] },
    Consent { screen: String, items: Vec<model::ConsentItem> },
}

impl PanelBody {
    fn into_shown(self) -> Option<Shown> {
        let language = ["ja", "en", "zh", "ko"].into_iter().find(|known| *known == self.language)?;
        let asked = match self.question {
            None => AskedView::Nothing,
            Some(QuestionBody::Methods { offered }) => AskedView::Methods {
                offered: offered
                    .iter()
                    .filter_map(|word| ["face", "pin", "visual"].into_iter().find(|known| known == word))
                    .collect(),
            },
            Some(QuestionBody::Face) => AskedView::Face { comparing: true },
            Some(QuestionBody::Pin { tries_left, keys }) => AskedView::Pin { tries_left, pad: Some(keys) },
            Some(QuestionBody::Passcode { keys }) => AskedView::Passcode { pad: Some(keys) },
            Some(QuestionBody::Consent { screen, items }) => AskedView::Consent { screen, items },
        };
        let notice = self.notice.code.unwrap_or(self.notice.kind);
        Some(Shown { nonce: self.nonce, language, notice, asked })
    }
}
