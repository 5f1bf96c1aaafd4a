//! A serial reader on a pseudo-terminal: a firmware machine behind a port with a stable name.
//!
//! The bytes that pass here are never logged: they hold PINs and photos. A pseudo-terminal keeps neither parity nor
//! speed, and moves bytes as fast as they come.

use model::Moment;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::time::{ClockId, clock_gettime};
use nix::unistd;
use reader::conformance::Firmware;
use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::unix::AsyncFd;
use tokio::io::{Interest, Ready};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// Bytes that wait for a terminal that does not read; older ones are lost, as on a UART.
const MOST_WAITING: usize = 64 * 1024;

/// A simulated reader behind a pseudo-terminal. Dropping it unplugs it for good.
#[derive(Debug)]
pub struct PtyReader<F> {
    shared: Arc<Shared<F>>,
    requests: mpsc::Sender<Request>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared<F> {
    firmware: Mutex<F>,
    origin: Instant,
    /// The firmware was touched from outside.
    touched: Notify,
    /// Counts what the firmware was given: bytes, wakeups, acts.
    steps: watch::Sender<u64>,
    path: PathBuf,
    /// Which frames are noted, if any.
    noting: OnceLock<fn(&[u8]) -> bool>,
    /// When the last noted frame was written, CLOCK_MONOTONIC in nanoseconds; 0 before the first.
    noted_ns: AtomicI64,
}

#[derive(Debug)]
struct Request {
    plugged: bool,
    done: oneshot::Sender<io::Result<()>>,
}

impl<F: Firmware + 'static> PtyReader<F> {
    /// Plugs a firmware in as `dir/name`. Its clock starts at [`Moment::ZERO`]. Needs a tokio runtime.
    ///
    /// # Errors
    /// If no pseudo-terminal is to be had or the name cannot be made.
    pub fn plug_in(firmware: F, dir: &Path, name: &str) -> io::Result<Self> {
        let path = dir.join(name);
        let port = Port::open(&path)?;
        let shared = Arc::new(Shared {
            firmware: Mutex::new(firmware),
            origin: Instant::now(),
            touched: Notify::new(),
            steps: watch::Sender::new(0),
            path,
            noting: OnceLock::new(),
            noted_ns: AtomicI64::new(0),
        });
        let (requests, inbox) = mpsc::channel(4);
        let task = tokio::spawn(serve(Arc::clone(&shared), Some(port), inbox));
        Ok(Self { shared, requests, task })
    }

    /// The port's stable name.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Acts on the unit or looks at it; what it then says goes out at once.
    pub fn control<R>(&self, act: impl FnOnce(&mut F, Moment) -> R) -> R {
        let outcome = act(&mut self.shared.firmware(), self.shared.now());
        self.shared.stepped();
        self.shared.touched.notify_one();
        outcome
    }

    /// From now on, notes when a frame that `which` picks is written. The first choice stays.
    pub fn note_frames(&self, which: fn(&[u8]) -> bool) {
        self.shared.noting.get_or_init(|| which);
    }

    /// When the last picked frame was written: CLOCK_MONOTONIC in nanoseconds, read right before the write that
    /// held the frame's last byte.
    #[must_use]
    pub fn noted_ns(&self) -> Option<i64> {
        Some(self.shared.noted_ns.load(Ordering::SeqCst)).filter(|ns| *ns != 0)
    }

    /// Waits until the unit is as wanted, at most `limit`; whether it came so.
    pub async fn wait_until(&self, limit: Duration, wanted: impl Fn(&F) -> bool) -> bool {
        let mut steps = self.shared.steps.subscribe();
        let come = steps.wait_for(|_| wanted(&self.shared.firmware()));
        matches!(tokio::time::timeout(limit, come).await, Ok(Ok(_)))
    }

    /// Pulls the cable: whoever has the port open reads its end, and the name is gone.
    ///
    /// # Errors
    /// If the name cannot be removed.
    pub async fn unplug(&self) -> io::Result<()> {
        self.request(false).await
    }

    /// Plugs the cable in again, under the same name. The unit was powered by its own supply meanwhile.
    ///
    /// # Errors
    /// If no pseudo-terminal is to be had or the name cannot be made.
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

impl<F> Drop for PtyReader<F> {
    fn drop(&mut self) {
        self.task.abort();
        // The port itself goes with the task; only the name could stay.
        let _ = std::fs::remove_file(&self.shared.path);
    }
}

impl<F> Shared<F> {
    fn firmware(&self) -> MutexGuard<'_, F> {
        self.firmware.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        Moment::from_origin(self.origin.elapsed())
    }

    fn stepped(&self) {
        self.steps.send_modify(|steps| *steps = steps.wrapping_add(1));
    }
}

/// Carries bytes and wakeups until the handle is dropped.
async fn serve<F: Firmware>(
    shared: Arc<Shared<F>>,
    mut port: Option<Port>,
    mut inbox: mpsc::Receiver<Request>,
) {
    loop {
        let wakeup = {
            let mut firmware = shared.firmware();
            while let Some(bytes) = firmware.poll_send() {
                if let Some(port) = &mut port {
                    port.queue(&bytes);
                    if shared.noting.get().is_some_and(|which| which(&bytes)) {
                        port.noted_end = Some(port.waiting.len());
                    }
                }
            }
            firmware.next_wakeup()
        };
        tokio::select! {
            request = inbox.recv() => {
                let Some(request) = request else { return };
                // A handle that no longer waits does not matter.
                let _ = request.done.send(plug(&mut port, request.plugged, &shared.path));
            }
            () = shared.touched.notified() => {}
            () = at(wakeup, shared.origin) => {
                let now = shared.now();
                shared.firmware().wake(now);
                shared.stepped();
            }
            received = carry(&mut port, &shared.noted_ns) => {
                let now = shared.now();
                shared.firmware().receive(&received, now);
                shared.stepped();
            }
        }
    }
}

fn plug(port: &mut Option<Port>, plugged: bool, path: &Path) -> io::Result<()> {
    match (plugged, port.is_some()) {
        (true, false) => *port = Some(Port::open(path)?),
        (false, true) => {
            // First the name, then the end: whoever sees the end must not find the dead port again.
            std::fs::remove_file(path)?;
            *port = None;
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

/// Writes what waits and returns what was read. Cancel safe: it gives up only while waiting.
async fn carry(port: &mut Option<Port>, noted_ns: &AtomicI64) -> Vec<u8> {
    let Some(port) = port else { return std::future::pending().await };
    loop {
        match port.step(noted_ns).await {
            Ok(Some(bytes)) => return bytes,
            Ok(None) => {}
            // A master whose slave we hold does not fail; if it does, the unit is dead until it is plugged anew.
            Err(_) => return std::future::pending().await,
        }
    }
}

/// One pseudo-terminal under its name.
#[derive(Debug)]
struct Port {
    master: AsyncFd<OwnedFd>,
    /// Held open: a master without any slave reads EIO, and the terminal closes its end when it likes.
    _slave: OwnedFd,
    waiting: VecDeque<u8>,
    /// How many of the waiting bytes remain up to the end of a noted frame.
    noted_end: Option<usize>,
}

impl Port {
    fn open(path: &Path) -> io::Result<Self> {
        let pair = nix::pty::openpty(None, None)?;
        for end in [&pair.master, &pair.slave] {
            // A child process that inherited an end would keep an unplugged port alive.
            fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        }
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_RDWR | OFlag::O_NONBLOCK))?;
        // Raw from the start: until the terminal opens it, the line discipline would echo what the unit says.
        let mut settings = tcgetattr(&pair.slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&pair.slave, SetArg::TCSANOW, &settings)?;
        let node = unistd::ttyname(&pair.slave)?;
        #[expect(
            deprecated,
            reason = "sound for a descriptor that is owned; its successor is unsafe to call"
        )]
        let master = AsyncFd::with_interest(pair.master, Interest::READABLE | Interest::WRITABLE)?;
        name(&node, path)?;
        Ok(Self { master, _slave: pair.slave, waiting: VecDeque::new(), noted_end: None })
    }

    fn queue(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
        let excess = self.waiting.len().saturating_sub(MOST_WAITING);
        self.waiting.drain(..excess);
        self.noted_end = self.noted_end.and_then(|end| end.checked_sub(excess));
    }

    /// Waits until bytes can be moved and moves some; what was read, if anything.
    async fn step(&mut self, noted_ns: &AtomicI64) -> io::Result<Option<Vec<u8>>> {
        let interest = if self.waiting.is_empty() {
            Interest::READABLE
        } else {
            Interest::READABLE | Interest::WRITABLE
        };
        let mut guard = self.master.ready(interest).await?;
        let ready = guard.ready();
        // Each direction forgets only its own readiness: the other would wait for an edge that has passed.
        if ready.is_writable() && !self.waiting.is_empty() {
            let began_ns = monotonic_ns();
            match unistd::write(self.master.get_ref(), self.waiting.as_slices().0) {
                Ok(written) => {
                    self.waiting.drain(..written);
                    let left = self.noted_end.take().map(|end| end.saturating_sub(written));
                    match left {
                        Some(0) => noted_ns.store(began_ns, Ordering::SeqCst),
                        left => self.noted_end = left,
                    }
                }
                Err(Errno::EAGAIN) => guard.clear_ready_matching(Ready::WRITABLE),
                Err(error) => return Err(error.into()),
            }
        }
        if ready.is_readable() {
            let mut buffer = [0; 4096];
            match unistd::read(self.master.get_ref(), &mut buffer) {
                Ok(read) => return Ok(buffer.get(..read).map(<[u8]>::to_vec)),
                Err(Errno::EAGAIN) => guard.clear_ready_matching(Ready::READABLE),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }
}

/// CLOCK_MONOTONIC in nanoseconds: the same for every process of a machine.
fn monotonic_ns() -> i64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_or(0, |at| at.tv_sec().saturating_mul(1_000_000_000).saturating_add(at.tv_nsec()))
}

/// Makes `path` point to the node, in one step for whoever watches the directory.
fn name(node: &Path, path: &Path) -> io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    match std::fs::remove_file(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::os::unix::fs::symlink(node, &aside)?;
    std::fs::rename(&aside, path)
}
