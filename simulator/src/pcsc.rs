//! A real pcscd of our own, with virtual slots that take simulated cards.
//!
//! vpcd, the driver of the virtual slots, listens on **all** addresses of the machine: keep machines that run this
//! closed. Nothing but the ports is shared with other daemons.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::linux::net::TcpStreamExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use simulator_card::Card;

const DAEMON: &str = "/usr/sbin/pcscd";
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// pcscd's own limit.
const MOST_SLOTS: usize = 16;
const START_LIMIT: Duration = Duration::from_secs(5);
const STOP_LIMIT: Duration = Duration::from_secs(3);
const ATTEMPTS: usize = 5;
/// ISO 7816-3 allows 33 bytes.
const LONGER_THAN_ANY_ATR: usize = 40;

/// Why there is no virtual slot.
#[derive(Debug, thiserror::Error)]
pub enum PcscError {
    /// More slots than pcscd has.
    #[error("{0} slots asked for; pcscd has at most {MOST_SLOTS}")]
    TooMany(usize),
    /// A file or port cannot be prepared.
    #[error("cannot prepare {subject}")]
    Prepare {
        /// What was being prepared.
        subject: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// pcscd ended or did not open its ports.
    #[error("pcscd did not open its slots in {ATTEMPTS} attempts")]
    NotStarted,
    /// There is a card in this slot.
    #[error("slot {0} holds a card already")]
    Occupied(usize),
    /// The slot's port refused the card.
    #[error("slot {slot} does not take a card")]
    Connect {
        /// Which slot.
        slot: usize,
        /// Why.
        source: std::io::Error,
    },
}

fn prepare(subject: impl Into<String>) -> impl FnOnce(std::io::Error) -> PcscError {
    let subject = subject.into();
    move |source| PcscError::Prepare { subject, source }
}

/// A pcscd with its slots. Stops and removes its directory when dropped, and dies with this process.
#[derive(Debug)]
pub struct Pcscd {
    slots: Vec<Slot>,
    daemon: Daemon,
    directory: tempfile::TempDir,
}

impl Pcscd {
    /// Starts a pcscd with so many slots and waits until all are open, some tens of milliseconds.
    ///
    /// # Errors
    /// [`PcscError`]; a collision of ports is tried again a few times before [`PcscError::NotStarted`].
    pub fn start(slots: usize) -> Result<Self, PcscError> {
        if slots > MOST_SLOTS {
            return Err(PcscError::TooMany(slots));
        }
        for _ in 0..ATTEMPTS {
            if let Some(started) = Self::attempt(slots, &free_pairs(slots.div_ceil(2))?)? {
                return Ok(started);
            }
        }
        Err(PcscError::NotStarted)
    }

    /// What programs under test get as `PCSCLITE_CSOCK_NAME`, before their first call of libpcsclite.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        socket_path(self.directory.path())
    }

    /// Process id of the daemon.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.daemon.pid.as_raw()
    }

    /// All slots, in order.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// One slot.
    #[must_use]
    pub fn slot(&self, number: usize) -> Option<&Slot> {
        self.slots.get(number)
    }

    /// Takes all cards out and stops the daemon; what dropping does too.
    pub fn stop(self) {}

    /// On these pairs of ports; none if one of them is not free any more.
    fn attempt(slots: usize, pairs: &[u16]) -> Result<Option<Self>, PcscError> {
        let directory =
            tempfile::TempDir::with_prefix("uketsuke-pcscd-").map_err(prepare("pcscd's directory"))?;
        configure(directory.path(), pairs)?;
        let socket = UnixListener::bind(socket_path(directory.path())).map_err(prepare("pcscd's socket"))?;
        let daemon = Daemon::spawn(socket, &directory.path().join("conf"))?;
        let ports: Vec<u16> = pairs.iter().flat_map(|port| [*port, port + 1]).collect();
        // Both of a pair, also where only one is used: without the second, pcscd takes the first away again.
        if !daemon.opens(&ports) {
            return Ok(None);
        }
        let slots =
            ports.iter().take(slots).enumerate().map(|(number, port)| Slot::new(number, *port)).collect();
        Ok(Some(Self { slots, daemon, directory }))
    }
}

impl Drop for Pcscd {
    /// A card that never answers would keep the daemon from ending, so cards go first.
    fn drop(&mut self) {
        for slot in &self.slots {
            slot.remove();
        }
        self.daemon.stop();
    }
}

fn socket_path(directory: &Path) -> PathBuf {
    directory.join("pcscd.comm")
}

/// The first ports of free neighbouring pairs; released on return, so a collision stays possible.
fn free_pairs(count: usize) -> Result<Vec<u16>, PcscError> {
    let mut held = Vec::new();
    let mut pairs = Vec::new();
    for _ in 0..1000 {
        if pairs.len() == count {
            break;
        }
        let first = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).map_err(prepare("a port"))?;
        let port = first.local_addr().map_err(prepare("a port"))?.port();
        let second =
            port.checked_add(1).and_then(|next| TcpListener::bind((Ipv4Addr::UNSPECIFIED, next)).ok());
        if let Some(second) = second {
            pairs.push(port);
            held.push(second);
        }
        held.push(first);
    }
    Ok(pairs)
}

/// One entry for each pair, each with its own byte copy of the driver: it keeps its slots in static variables.
fn configure(directory: &Path, pairs: &[u16]) -> Result<(), PcscError> {
    let conf = directory.join("conf");
    fs::create_dir(&conf).map_err(prepare("pcscd's configuration"))?;
    let mut text = String::new();
    for (number, port) in pairs.iter().enumerate() {
        let driver = directory.join(format!("libifdvpcd-{number}.so"));
        fs::copy(DRIVER, &driver).map_err(prepare("a copy of vpcd's driver"))?;
        text.push_str(&format!(
            "FRIENDLYNAME \"{}\"\nDEVICENAME /dev/null:{port}\nLIBPATH {}\nCHANNELID {port}\n\n",
            friendly_name(number),
            driver.display()
        ));
    }
    fs::write(conf.join("vpcd"), text).map_err(prepare("pcscd's configuration"))
}

fn friendly_name(pair: usize) -> String {
    format!(
        "Uketsuke Simulator {}",
        char::from_u32(u32::from('A') + u32::try_from(pair).unwrap_or(0)).unwrap_or('Z')
    )
}

/// The running pcscd and the thread that owns it.
#[derive(Debug)]
struct Daemon {
    pid: Pid,
    ended: Mutex<Receiver<()>>,
    /// True once the process may have been reaped: its id must not be signalled any more.
    reaped: Arc<Mutex<bool>>,
}

impl Daemon {
    /// Hands the listening socket over by socket activation. The death signal belongs to the *thread* that spawns,
    /// so one thread spawns and stays until the daemon has ended.
    fn spawn(socket: UnixListener, conf: &Path) -> Result<Self, PcscError> {
        // The shell moves the socket from its input to descriptor 3, where activation expects it.
        const ACTIVATE: &str = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1; export LISTEN_PID LISTEN_FDS; \
                                exec \"$0\" --foreground --error --config \"$1\"";
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "sh", "-c", ACTIVATE, DAEMON])
            .arg(conf)
            .stdin(Stdio::from(OwnedFd::from(socket)))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let (tell_pid, pid) = sync_channel(1);
        let (tell_end, ended) = sync_channel(1);
        let reaped = Arc::new(Mutex::new(false));
        let owner = Arc::clone(&reaped);
        std::thread::Builder::new()
            .name("pcscd".to_owned())
            .spawn(move || {
                let mut child = match command.spawn() {
                    Ok(child) => child,
                    Err(error) => return drop(tell_pid.send(Err(error))),
                };
                let pid = Pid::from_raw(child.id().cast_signed());
                if tell_pid.send(Ok(pid)).is_ok() {
                    // Waits without reaping, so that nobody signals another process with this id.
                    let _ = waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
                }
                let mut reaped = locked(&owner);
                *reaped = true;
                let _ = child.wait();
                drop(reaped);
                let _ = tell_end.send(());
            })
            .map_err(prepare("pcscd's thread"))?;
        let pid = pid.recv().map_err(|_| PcscError::NotStarted)?.map_err(prepare("pcscd"))?;
        Ok(Self { pid, ended: Mutex::new(ended), reaped })
    }

    /// Waits until this very process listens on all ports. No event tells so without disturbing the slots.
    fn opens(&self, ports: &[u16]) -> bool {
        let begun = Instant::now();
        let mut open = 0;
        while begun.elapsed() < START_LIMIT {
            let before = open;
            open = ports.iter().filter(|port| listens(self.pid, **port)).count();
            if open == ports.len() {
                return true;
            }
            if open < before {
                // It has given a port up again, for want of another.
                break;
            }
            if self.wait_for_end(Duration::from_millis(2)) {
                return false;
            }
        }
        self.stop();
        false
    }

    fn wait_for_end(&self, limit: Duration) -> bool {
        !matches!(locked(&self.ended).recv_timeout(limit), Err(RecvTimeoutError::Timeout))
    }

    fn stop(&self) {
        self.signal(Signal::SIGTERM);
        if !self.wait_for_end(STOP_LIMIT) {
            self.signal(Signal::SIGKILL);
            self.wait_for_end(STOP_LIMIT);
        }
    }

    fn signal(&self, signal: Signal) {
        let reaped = locked(&self.reaped);
        if !*reaped {
            let _ = kill(self.pid, signal);
        }
    }
}

/// Whether a process holds the listening socket of a port: from the kernel's table, without connecting.
fn listens(pid: Pid, port: u16) -> bool {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let wanted = format!(":{port:04X}");
    let sockets: Vec<String> = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| {
            fields.get(3) == Some(&"0A") && fields.get(1).is_some_and(|local| local.ends_with(&wanted))
        })
        .filter_map(|fields| fields.get(9).map(|inode| format!("socket:[{inode}]")))
        .collect();
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    descriptors
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .any(|target| sockets.iter().any(|socket| target.as_os_str() == socket.as_str()))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a slot's ear hears.
#[derive(Clone, Copy)]
pub enum SlotHeard<'a> {
    /// `inserted`, `removed`, `power_up`, `power_off`, `reset`.
    Power(&'static str),
    /// A command, and the card's answer if it gave one.
    Exchange {
        /// The command, with whatever PIN is in it.
        apdu: &'a [u8],
        /// Data and status word.
        answer: Option<&'a [u8]>,
        /// From the one to the other.
        took: Duration,
    },
}

impl std::fmt::Debug for SlotHeard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Power(what) => write!(f, "Power({what})"),
            Self::Exchange { apdu, took, .. } => write!(f, "Exchange({} bytes, {took:?})", apdu.len()),
        }
    }
}

/// Hears all that passes at a slot; what it tells on must leave secrets out.
pub type SlotEar = Box<dyn Fn(SlotHeard<'_>) + Send + Sync>;

/// One virtual slot.
#[derive(Debug)]
pub struct Slot {
    number: usize,
    port: u16,
    shared: Arc<Shared>,
    session: Mutex<Option<Session>>,
}

/// The connection that is the inserted card.
#[derive(Debug)]
struct Session {
    stream: TcpStream,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    card: Mutex<Option<Card>>,
    state: Mutex<State>,
    changed: Condvar,
    ear: OnceLock<SlotEar>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shared({:?})", self.state)
    }
}

#[derive(Debug, Default)]
struct State {
    frozen: bool,
    removed: bool,
    close_at: Option<u64>,
    tap: Tap,
}

/// What went through a slot since it exists: kinds and numbers, never bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tap {
    /// APDUs that arrived.
    pub apdus: u64,
    /// The same by instruction byte.
    pub by_instruction: BTreeMap<u8, u64>,
    /// Times the card was powered.
    pub power_ups: u64,
    /// Times the card was reset without power-off.
    pub resets: u64,
}

impl Slot {
    fn new(number: usize, port: u16) -> Self {
        Self { number, port, shared: Arc::default(), session: Mutex::default() }
    }

    /// The reader's name as PC/SC lists it.
    #[must_use]
    pub fn reader_name(&self) -> String {
        format!("{} 00 0{}", friendly_name(self.number / 2), self.number % 2)
    }

    /// Lets an ear hear what passes from now on. The first one stays.
    pub fn listen(&self, ear: SlotEar) {
        let _first_stays = self.shared.ear.set(ear);
    }

    /// The TCP port of this slot.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Puts a card in. pcscd notices within about 400 ms; [`Slot::wait`] for a power-up tells when.
    ///
    /// # Errors
    /// [`PcscError::Occupied`], [`PcscError::Connect`].
    pub fn insert(&self, card: Card) -> Result<(), PcscError> {
        let mut session = locked(&self.session);
        if session.as_ref().is_some_and(|session| !session.thread.is_finished()) {
            return Err(PcscError::Occupied(self.number));
        }
        let failed = |source| PcscError::Connect { slot: self.number, source };
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).map_err(failed)?;
        let connection = stream.try_clone().map_err(failed)?;
        *locked(&self.shared.card) = Some(card);
        {
            let mut state = locked(&self.shared.state);
            state.removed = false;
            state.close_at = None;
        }
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new()
            .name(format!("slot {}", self.number))
            .spawn(move || shared.serve(connection))
            .map_err(failed)?;
        *session = Some(Session { stream, thread });
        Ok(())
    }

    /// Pulls the card and gives it back with its counters; also after it left by itself.
    pub fn remove(&self) -> Option<Card> {
        let session = locked(&self.session).take();
        locked(&self.shared.state).removed = true;
        self.shared.changed.notify_all();
        if let Some(session) = session {
            let _ = session.stream.shutdown(Shutdown::Both);
            let _ = session.thread.join();
        }
        locked(&self.shared.card).take().map(|mut card| {
            card.power_off();
            card
        })
    }

    /// Whether a card is in the slot.
    #[must_use]
    pub fn holds_card(&self) -> bool {
        locked(&self.session).as_ref().is_some_and(|session| !session.thread.is_finished())
    }

    /// Works on the card where it is, for instance to make it faulty.
    pub fn with_card<T>(&self, work: impl FnOnce(&mut Card) -> T) -> Option<T> {
        locked(&self.shared.card).as_mut().map(work)
    }

    /// While frozen, APDUs arrive and are not answered; thawing answers the one that waits.
    pub fn freeze(&self, frozen: bool) {
        locked(&self.shared.state).frozen = frozen;
        self.shared.changed.notify_all();
    }

    /// Pulls the card at the n-th APDU from now, in place of its answer; 1 is the next.
    pub fn remove_at(&self, nth: u64) {
        let mut state = locked(&self.shared.state);
        state.close_at = Some(state.tap.apdus + nth);
    }

    /// What has gone through so far.
    #[must_use]
    pub fn tap(&self) -> Tap {
        locked(&self.shared.state).tap.clone()
    }

    /// Waits until what went through satisfies a condition; `false` when the time is over.
    pub fn wait(&self, limit: Duration, condition: impl Fn(&Tap) -> bool) -> bool {
        let state = locked(&self.shared.state);
        let waited = self.shared.changed.wait_timeout_while(state, limit, |state| !condition(&state.tap));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

impl Shared {
    /// The card's end of vpcd's protocol, until the connection closes (card side: two bytes of length, then a
    /// control byte or an APDU).
    fn serve(&self, mut stream: TcpStream) {
        while let Some(message) = read_message(&mut stream) {
            let answer = match message.as_slice() {
                [0] => {
                    self.with_card(Card::power_off);
                    self.hear(SlotHeard::Power("power_off"));
                    continue;
                }
                [1] => {
                    self.with_card(Card::power_on);
                    self.hear(SlotHeard::Power("power_up"));
                    self.count(|tap| tap.power_ups += 1);
                    continue;
                }
                [2] => {
                    self.with_card(Card::reset);
                    self.hear(SlotHeard::Power("reset"));
                    self.count(|tap| tap.resets += 1);
                    continue;
                }
                [4] => self.with_card(|card| match card.switches().no_power {
                    // Longer than any: the driver then says that the card could not be powered.
                    true => vec![0; LONGER_THAN_ANY_ATR],
                    false => card.atr().to_vec(),
                }),
                apdu => {
                    let began = Instant::now();
                    let answer = self.answer(apdu);
                    let took = began.elapsed();
                    self.hear(SlotHeard::Exchange { apdu, answer: answer.as_deref(), took });
                    answer
                }
            };
            let Some(answer) = answer else { break };
            if write_message(&mut stream, &answer).is_err() {
                break;
            }
        }
        let _ = stream.shutdown(Shutdown::Both);
    }

    /// The card's answer, when it is allowed out; `None` closes the connection.
    fn answer(&self, apdu: &[u8]) -> Option<Vec<u8>> {
        let instruction = apdu.get(1).copied();
        self.count(|tap| {
            tap.apdus += 1;
            if let Some(instruction) = instruction {
                *tap.by_instruction.entry(instruction).or_default() += 1;
            }
        });
        if self.leaves_now() {
            return None;
        }
        let switches = self.with_card(|card| card.switches())?;
        let delay = Duration::from_millis(u64::from(switches.delay_millis));
        self.hold(delay, |state| !state.removed);
        let answer = self.with_card(|card| card.transmit(apdu))?;
        let mut state = locked(&self.state);
        while (state.frozen || switches.mute) && !state.removed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        (!state.removed).then_some(answer)
    }

    fn hear(&self, heard: SlotHeard<'_>) {
        if let Some(ear) = self.ear.get() {
            ear(heard);
        }
    }

    fn hold(&self, time: Duration, condition: impl Fn(&State) -> bool) {
        if !time.is_zero() {
            let state = locked(&self.state);
            drop(self.changed.wait_timeout_while(state, time, |state| condition(state)));
        }
    }

    fn leaves_now(&self) -> bool {
        let state = locked(&self.state);
        state.close_at.is_some_and(|at| state.tap.apdus >= at)
    }

    fn count(&self, change: impl FnOnce(&mut Tap)) {
        change(&mut locked(&self.state).tap);
        self.changed.notify_all();
    }

    fn with_card<T>(&self, work: impl FnOnce(&mut Card) -> T) -> Option<T> {
        locked(&self.card).as_mut().map(work)
    }
}

/// One message, or `None` at the end of the connection.
fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    read_at_once(stream, &mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    read_at_once(stream, &mut message)?;
    Some(message)
}

/// vpcd writes length and body apart and waits for our acknowledgement of the first: 40 ms for each APDU, unless
/// acknowledgements are asked for at once before every read.
fn read_at_once(stream: &mut TcpStream, buffer: &mut [u8]) -> Option<()> {
    stream.set_quickack(true).ok()?;
    stream.read_exact(buffer).ok()
}

/// Length and body in one write; never an empty body, which would block the reader.
fn write_message(stream: &mut TcpStream, body: &[u8]) -> std::io::Result<()> {
    let length = u16::try_from(body.len()).map_err(std::io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), body].concat())
}

#[cfg(test)]
mod tests {
    use super::{Ipv4Addr, Pcscd, TcpListener, free_pairs};

    #[test]
    fn a_pair_of_which_one_port_is_taken_is_no_slot() {
        let pairs = free_pairs(1).unwrap();
        let taken = TcpListener::bind((Ipv4Addr::UNSPECIFIED, pairs[0] + 1)).unwrap();
        assert!(Pcscd::attempt(1, &pairs).unwrap().is_none());
        drop(taken);
        assert!(Pcscd::attempt(1, &pairs).unwrap().is_some(), "the same pair, both free");
    }
}
