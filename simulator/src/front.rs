//! A simulated unit behind its link: a firmware machine at a port that a terminal opens as it would a real one.
//!
//! | module | the port |
//! |---|---|
//! | `pty` | a pseudo-terminal under a stable name, for serial units |
//! | `reports` | a `SOCK_SEQPACKET` socket, which keeps report boundaries, for HID units |
//! | `tcp` | a TCP port on loopback |
//!
//! The bytes that pass here are never logged: they hold PINs and photos.

mod outbox;
mod pty;
mod reports;
mod tcp;

use model::Moment;
use nix::time::{ClockId, clock_gettime};
use reader::Link;
use reader::conformance::Firmware;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// What passed at a port.
#[derive(Clone, Copy)]
pub enum Passed<'a> {
    /// One piece left the unit; as far as a terminal reads, it has it.
    Sent(&'a [u8]),
    /// Bytes came to the unit.
    Came(&'a [u8]),
    /// The terminal opened or closed the link, or the cable was pulled or put back: `opened`, `closed`, `unplugged`,
    /// `plugged`.
    Link(&'static str),
}

impl std::fmt::Debug for Passed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sent(bytes) => write!(f, "Sent({} bytes)", bytes.len()),
            Self::Came(bytes) => write!(f, "Came({} bytes)", bytes.len()),
            Self::Link(what) => write!(f, "Link({what})"),
        }
    }
}

/// Hears all that passes at a port, bytes with everything that is in them: what it tells on must leave secrets out.
pub type Ear = Box<dyn Fn(Passed<'_>) + Send + Sync>;

/// A unit behind its port. Dropping it unplugs it for good.
#[derive(Debug)]
pub struct Front {
    shared: Arc<Shared>,
    requests: mpsc::Sender<Request>,
    task: JoinHandle<()>,
}

struct Shared {
    firmware: Mutex<Box<dyn Firmware>>,
    origin: Instant,
    /// The firmware was touched from outside.
    touched: Notify,
    /// Counts what the firmware was given: bytes, wakeups, acts.
    steps: watch::Sender<u64>,
    place: Place,
    /// Neither reads nor writes, though the port stays.
    frozen: AtomicBool,
    /// When the last frame that announces a card was written, CLOCK_MONOTONIC in nanoseconds; 0 before the first.
    announced_ns: AtomicI64,
    ear: Option<Ear>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shared({})", self.place)
    }
}

/// Where a unit is reached, as the site's configuration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A name in the file system.
    Path(PathBuf),
    /// A TCP port, the same after every replug.
    Tcp(SocketAddr),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Tcp(address) => write!(f, "{address}"),
        }
    }
}

#[derive(Debug)]
struct Request {
    plugged: bool,
    done: oneshot::Sender<io::Result<()>>,
}

impl Front {
    /// Plugs a unit in; a path is `dir/name`. Its clock starts at [`Moment::ZERO`]. Needs a tokio runtime.
    ///
    /// # Errors
    /// If the system gives no such port or the name cannot be made.
    pub fn plug_in(firmware: Box<dyn Firmware>, dir: &Path, name: &str) -> io::Result<Self> {
        Self::plug_in_heard(firmware, dir, name, None)
    }

    /// The same, with an ear for what passes.
    ///
    /// # Errors
    /// As [`Front::plug_in`].
    pub fn plug_in_heard(
        firmware: Box<dyn Firmware>,
        dir: &Path,
        name: &str,
        ear: Option<Ear>,
    ) -> io::Result<Self> {
        let (place, port) = match firmware.link() {
            Link::Serial(_) => {
                let path = dir.join(name);
                let port = pty::Pty::open(&path)?;
                (Place::Path(path), Port::Pty(port))
            }
            Link::Hid { report } => {
                let path = dir.join(name);
                let port = reports::Reports::open(&path, report)?;
                (Place::Path(path), Port::Reports(port))
            }
            Link::Tcp => {
                let port = tcp::Tcp::open(SocketAddr::from(([127, 0, 0, 1], 0)))?;
                (Place::Tcp(port.address()), Port::Tcp(port))
            }
        };
        let shared = Arc::new(Shared {
            firmware: Mutex::new(firmware),
            origin: Instant::now(),
            touched: Notify::new(),
            steps: watch::Sender::new(0),
            place,
            frozen: AtomicBool::new(false),
            announced_ns: AtomicI64::new(0),
            ear,
        });
        let (requests, inbox) = mpsc::channel(4);
        let task = tokio::spawn(serve(Arc::clone(&shared), Some(port), inbox));
        Ok(Self { shared, requests, task })
    }

    /// Where the unit is reached.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.shared.place
    }

    /// Acts on the unit or looks at it; what it then says goes out at once.
    pub fn control<R>(&self, act: impl FnOnce(&mut dyn Firmware, Moment) -> R) -> R {
        let outcome = act(self.shared.firmware().as_mut(), self.shared.now());
        self.shared.stepped();
        self.shared.touched.notify_one();
        outcome
    }

    /// Looks at the unit and changes nothing.
    pub fn look<R>(&self, look: impl FnOnce(&dyn Firmware) -> R) -> R {
        look(self.shared.firmware().as_ref())
    }

    /// Counts what the unit was given: it may have changed when this does.
    #[must_use]
    pub fn steps(&self) -> watch::Receiver<u64> {
        self.shared.steps.subscribe()
    }

    /// When the last frame that announces a card was written: CLOCK_MONOTONIC in nanoseconds, read right before the
    /// write that held the frame's last byte.
    #[must_use]
    pub fn announced_ns(&self) -> Option<i64> {
        Some(self.shared.announced_ns.load(Ordering::SeqCst)).filter(|ns| *ns != 0)
    }

    /// Waits until the unit is as wanted, at most `limit`; whether it came so.
    pub async fn wait_until(&self, limit: Duration, wanted: impl Fn(&dyn Firmware) -> bool) -> bool {
        let mut steps = self.shared.steps.subscribe();
        let come = steps.wait_for(|_| wanted(self.shared.firmware().as_ref()));
        matches!(tokio::time::timeout(limit, come).await, Ok(Ok(_)))
    }

    /// Neither reads nor writes any more, or again; the port stays.
    pub fn freeze(&self, frozen: bool) {
        self.shared.frozen.store(frozen, Ordering::SeqCst);
        self.shared.touched.notify_one();
    }

    /// Pulls the cable: whoever has the port open reads its end, and the port is gone.
    ///
    /// # Errors
    /// If the name cannot be removed.
    pub async fn unplug(&self) -> io::Result<()> {
        self.request(false).await
    }

    /// Plugs the cable in again, at the same place. The unit was powered by its own supply meanwhile.
    ///
    /// # Errors
    /// If the system gives no such port or the name cannot be made.
    pub async fn replug(&self) -> io::Result<()> {
        self.request(true).await
    }

    async fn request(&self, plugged: bool) -> io::Result<()> {
        let (done, outcome) = oneshot::channel();
        let ended = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.requests.send(Request { plugged, done }).await.map_err(|_| ended(()))?;
        outcome.await.map_err(|_| ended(()))?
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
        // The port itself goes with the task; only the name could stay.
        if let Place::Path(path) = &self.shared.place {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Shared {
    fn firmware(&self) -> MutexGuard<'_, Box<dyn Firmware>> {
        self.firmware.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        Moment::from_origin(self.origin.elapsed())
    }

    fn hear(&self, passed: Passed<'_>) {
        if let Some(ear) = &self.ear {
            ear(passed);
        }
    }

    fn stepped(&self) {
        self.steps.send_modify(|steps| *steps = steps.wrapping_add(1));
    }
}

/// One plugged port.
#[derive(Debug)]
enum Port {
    Pty(pty::Pty),
    Reports(reports::Reports),
    Tcp(tcp::Tcp),
}

/// What a port brought.
#[derive(Debug)]
enum Came {
    /// Bytes; of HID, one report.
    Bytes(Vec<u8>),
    /// A terminal opened the link. A serial line does not tell.
    Opened,
    /// The terminal closed it.
    Closed,
}

impl Port {
    fn open(place: &Place, link: Link) -> io::Result<Self> {
        match (place, link) {
            (Place::Path(path), Link::Hid { report }) => {
                reports::Reports::open(path, report).map(Self::Reports)
            }
            (Place::Path(path), _) => pty::Pty::open(path).map(Self::Pty),
            (Place::Tcp(address), _) => tcp::Tcp::open(*address).map(Self::Tcp),
        }
    }

    /// Puts a piece behind what waits to be written; `announces` if it announces a card.
    fn queue(&mut self, bytes: &[u8], announces: bool) {
        match self {
            Self::Pty(port) => port.queue(bytes, announces),
            Self::Reports(port) => port.queue(bytes, announces),
            Self::Tcp(port) => port.queue(bytes, announces),
        }
    }

    /// Waits until something can be moved and moves some; what came, if anything. Cancel safe.
    async fn step(&mut self, announced_ns: &AtomicI64) -> io::Result<Option<Came>> {
        match self {
            Self::Pty(port) => port.step(announced_ns).await.map(|bytes| bytes.map(Came::Bytes)),
            Self::Reports(port) => port.step(announced_ns).await,
            Self::Tcp(port) => port.step(announced_ns).await,
        }
    }

    /// Whether a terminal has it open, where the link tells.
    const fn is_open(&self) -> bool {
        match self {
            Self::Pty(_) => false,
            Self::Reports(port) => port.is_open(),
            Self::Tcp(port) => port.is_open(),
        }
    }
}

/// Carries bytes and wakeups until the handle is dropped.
async fn serve(shared: Arc<Shared>, mut port: Option<Port>, mut inbox: mpsc::Receiver<Request>) {
    loop {
        let wakeup = {
            let mut firmware = shared.firmware();
            while let Some(bytes) = firmware.poll_send() {
                if let Some(port) = &mut port {
                    port.queue(&bytes, firmware.announces_card(&bytes));
                    shared.hear(Passed::Sent(&bytes));
                }
            }
            firmware.next_wakeup()
        };
        tokio::select! {
            request = inbox.recv() => {
                let Some(request) = request else { return };
                // A handle that no longer waits does not matter.
                let _ = request.done.send(plug(&mut port, request.plugged, &shared));
            }
            () = shared.touched.notified() => {}
            () = at(wakeup, shared.origin) => {
                let now = shared.now();
                shared.firmware().wake(now);
                shared.stepped();
            }
            came = carry(&mut port, &shared) => {
                let now = shared.now();
                shared.hear(match &came {
                    Came::Bytes(bytes) => Passed::Came(bytes),
                    Came::Opened => Passed::Link("opened"),
                    Came::Closed => Passed::Link("closed"),
                });
                match came {
                    Came::Bytes(bytes) => shared.firmware().receive(&bytes, now),
                    Came::Opened => shared.firmware().link_changed(true, now),
                    Came::Closed => shared.firmware().link_changed(false, now),
                }
                shared.stepped();
            }
        }
    }
}

fn plug(port: &mut Option<Port>, plugged: bool, shared: &Shared) -> io::Result<()> {
    match (plugged, port.as_ref()) {
        (true, None) => {
            let link = shared.firmware().link();
            *port = Some(Port::open(&shared.place, link)?);
            shared.hear(Passed::Link("plugged"));
        }
        (false, Some(open)) => {
            let was_open = open.is_open();
            // First the name, then the end: whoever sees the end must not find the dead port again.
            if let Place::Path(path) = &shared.place {
                std::fs::remove_file(path)?;
            }
            *port = None;
            shared.hear(Passed::Link("unplugged"));
            if was_open {
                shared.firmware().link_changed(false, shared.now());
            }
        }
        _ => {}
    }
    Ok(())
}

async fn at(wakeup: Option<Moment>, origin: Instant) {
    match wakeup {
        Some(wakeup) => tokio::time::sleep_until((origin + wakeup.since_origin()).into()).await,
        None => std::future::pending().await,
    }
}

/// Writes what waits and returns what came. Cancel safe: it gives up only while waiting.
async fn carry(port: &mut Option<Port>, shared: &Shared) -> Came {
    let Some(port) = port.as_mut().filter(|_| !shared.frozen.load(Ordering::SeqCst)) else {
        return std::future::pending().await;
    };
    loop {
        match port.step(&shared.announced_ns).await {
            Ok(Some(came)) => return came,
            Ok(None) => {}
            // Our own end does not fail; if it does, the unit is dead until it is plugged anew.
            Err(_) => return std::future::pending().await,
        }
    }
}

/// CLOCK_MONOTONIC in nanoseconds: the same for every process of a machine.
fn monotonic_ns() -> i64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_or(0, |at| at.tv_sec().saturating_mul(1_000_000_000).saturating_add(at.tv_nsec()))
}
