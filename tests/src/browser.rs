//! A real browser: Chromium through its WebDriver (W3C WebDriver), started for one test and ended with it.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// How long a page may take to come to a state.
const PATIENCE: Duration = Duration::from_secs(20);

/// The same in milliseconds.
const MILLIS: u64 = 20_000;

/// One browser window. Dropping it ends browser and driver.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    /// Held open: a driver whose output has no reader ends.
    _said: BufReader<ChildStdout>,
    session: String,
    agent: ureq::Agent,
}

/// What the browser refused, in the driver's words.
#[derive(Debug)]
pub struct BrowserError(pub String);

impl Browser {
    /// Opens a headless window.
    ///
    /// # Errors
    /// If driver or browser do not start; both are Debian packages that `cargo xtask test` installs.
    pub fn open() -> Result<Self, BrowserError> {
        Self::open_with(&[])
    }

    /// Opens a headless window that is started with further flags, e.g. `--host-resolver-rules=MAP a.example 127.0.0.1`.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub fn open_with(more: &[&str]) -> Result<Self, BrowserError> {
        let mut driver = Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "--", "chromedriver", "--port=0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|fault| BrowserError(format!("chromedriver: {fault}")))?;
        let (port, said) = port_of(&mut driver)?;
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE * 2));
        let mut browser = Self {
            driver,
            _said: said,
            session: format!("http://127.0.0.1:{port}/session"),
            agent: config.build().into(),
        };
        // As root Chromium refuses its sandbox; small /dev/shm of containers would end its pages.
        let mut flags = vec![
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--window-size=800,1280",
        ];
        flags.extend(more);
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": flags },
            "timeouts": { "script": MILLIS, "pageLoad": MILLIS },
        } } });
        let opened = browser.post("", &wanted)?;
        let id = opened
            .get("sessionId")
            .and_then(Value::as_str)
            .ok_or_else(|| BrowserError(opened.to_string()))?;
        browser.session = format!("{}/{id}", browser.session);
        Ok(browser)
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// If the page does not load.
    pub fn go(&self, address: &str) -> Result<(), BrowserError> {
        self.post("/url", &json!({ "url": address })).map(drop)
    }

    /// Waits until an element that this CSS selector picks is there.
    ///
    /// # Errors
    /// With what the page shows instead, when the bound passes.
    pub fn wait_for(&self, selector: &str) -> Result<(), BrowserError> {
        const WAIT: &str = "const [wanted, done] = arguments;
            const look = () => { if (document.querySelector(wanted)) { observer.disconnect(); done(true); } };
            const observer = new MutationObserver(look);
            observer.observe(document, { subtree: true, childList: true, attributes: true });
            look();";
        let body = json!({ "script": WAIT, "args": [selector] });
        let Err(BrowserError(fault)) = self.post("/execute/async", &body) else { return Ok(()) };
        // A page that gave way to another took the waiting script along: the other one is loaded by now.
        if self.element(selector).is_ok() {
            return Ok(());
        }
        let shown = self.shown().unwrap_or_default();
        Err(BrowserError(format!("waited for {selector}: {fault}; the page shows {shown}")))
    }

    /// What the page shows, as text.
    ///
    /// # Errors
    /// If there is no page.
    pub fn shown(&self) -> Result<String, BrowserError> {
        let shown = self.run("return document.body?.innerText ?? ''")?;
        Ok(shown.as_str().unwrap_or_default().to_owned())
    }

    /// Clicks the one element that the selector picks.
    ///
    /// # Errors
    /// If there is none, or it cannot be clicked.
    pub fn click(&self, selector: &str) -> Result<(), BrowserError> {
        let element = self.element(selector)?;
        self.post(&format!("/element/{element}/click"), &json!({})).map(drop)
    }

    /// Types into the one element that the selector picks.
    ///
    /// # Errors
    /// If there is none, or nothing can be typed into it.
    pub fn type_into(&self, selector: &str, text: &str) -> Result<(), BrowserError> {
        let element = self.element(selector)?;
        self.post(&format!("/element/{element}/value"), &json!({ "text": text })).map(drop)
    }

    /// Runs a script in the page; what it returns.
    ///
    /// # Errors
    /// If it throws.
    pub fn run(&self, script: &str) -> Result<Value, BrowserError> {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    fn element(&self, selector: &str) -> Result<String, BrowserError> {
        let found = self.post("/element", &json!({ "using": "css selector", "value": selector }))?;
        let id = found.as_object().and_then(|object| object.values().next()).and_then(Value::as_str);
        id.map(str::to_owned).ok_or_else(|| BrowserError(found.to_string()))
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, BrowserError> {
        let fault = |fault: ureq::Error| BrowserError(fault.to_string());
        let mut answer = self.agent.post(format!("{}{path}", self.session)).send_json(body).map_err(fault)?;
        let said: Value = answer.body_mut().read_json().map_err(fault)?;
        let part = |key: &str| said.get(key).cloned().unwrap_or_default();
        if answer.status().is_success() {
            Ok(part("value"))
        } else {
            Err(BrowserError(part("value").get("message").cloned().unwrap_or_default().to_string()))
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked first, so that the browser goes with its driver; the driver is ours to end in any case.
        let _ = self.agent.delete(self.session.as_str()).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The driver says on which port it listens.
fn port_of(driver: &mut Child) -> Result<(u16, BufReader<ChildStdout>), BrowserError> {
    let silent = || BrowserError("chromedriver said no port".into());
    let mut said = BufReader::new(driver.stdout.take().ok_or_else(silent)?);
    loop {
        let mut line = String::new();
        if said.read_line(&mut line).map_err(|fault| BrowserError(fault.to_string()))? == 0 {
            return Err(silent());
        }
        let port = line.trim_end().split_once("started successfully on port ").map(|(_, port)| port);
        if let Some(port) = port.and_then(|port| port.trim_end_matches('.').parse().ok()) {
            return Ok((port, said));
        }
    }
}
