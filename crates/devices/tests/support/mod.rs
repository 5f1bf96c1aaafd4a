//! A private PC/SC service with two virtual slots (card.md sections 8.3 and 8.4), and cards put into them.
//!
//! The driver's ports listen on all addresses: run this on a machine that lets nobody in.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::linux::net::TcpStreamExt;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const SOCKET: &str = "PCSCLITE_CSOCK_NAME";
pub const SLOTS: [&str; 2] = ["Virtual PCD 00 00", "Virtual PCD 00 01"];

/// Runs an ignored test of this binary in a process of its own: the PC/SC library reads its socket's name once.
pub fn in_own_process(test: &str) {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", test, "--nocapture", "--test-threads=1"])
        .env(SOCKET, directory.path().join("pcscd.comm"))
        .output()
        .unwrap();
    let [out, err] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success() && out.contains("1 passed"), "{test}:\n{out}\n{err}");
}

/// The service of this process.
pub struct Service {
    directory: PathBuf,
    daemon: Child,
    pub ports: [u16; 2],
    /// Where it writes its own files, if its socket is not handed to it.
    place: Option<Place>,
}

impl Service {
    pub fn start() -> Self {
        let (directory, ports) = prepare();
        Self { daemon: spawn(&directory), directory, ports, place: None }
    }

    /// As a package starts it: it makes its own socket and pid file, and may find those of an earlier one.
    pub fn start_by_itself() -> Self {
        let (directory, ports) = prepare();
        let place = Place::new();
        // The PC/SC library reads its socket's name once and follows links.
        std::os::unix::fs::symlink(place.inside("pcscd.comm"), directory.join("pcscd.comm")).unwrap();
        Self { daemon: place.spawn(&directory), directory, ports, place: Some(place) }
    }

    pub fn kill(&mut self) {
        self.daemon.kill().unwrap();
        self.daemon.wait().unwrap();
    }

    /// As an administrator stops it.
    pub fn stop(&mut self) {
        let daemon = nix::unistd::Pid::from_raw(self.daemon.id().try_into().unwrap());
        nix::sys::signal::kill(daemon, nix::sys::signal::Signal::SIGTERM).unwrap();
        self.daemon.wait().unwrap();
    }

    /// Its own files that are there, in order.
    pub fn files_left(&self) -> Vec<String> {
        let place = self.place.as_ref().expect("started by itself");
        let mut names: Vec<String> = std::fs::read_dir(place.inside(""))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("pcscd."))
            .collect();
        names.sort();
        names
    }

    pub fn start_again(&mut self) {
        if let Some(place) = &self.place {
            self.daemon = place.spawn(&self.directory);
            return;
        }
        std::fs::remove_file(self.directory.join("pcscd.comm")).unwrap();
        self.daemon = spawn(&self.directory);
    }
}

/// A directory `/run/pcscd` of its own, seen only from within its mount namespace: the service's file names are fixed.
pub struct Place {
    /// Keeps the namespace until its input closes.
    keeper: Child,
}

impl Place {
    fn new() -> Self {
        let mut unshare = Command::new("unshare");
        if !nix::unistd::geteuid().is_root() {
            unshare.arg("--map-root-user");
        }
        let script = "mount -t tmpfs none /run/pcscd && echo there && exec cat";
        let keeper =
            unshare.args(["--mount", "sh", "-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = keeper.spawn().expect("unshare of util-linux is installed");
        let mut said = [0; 6];
        let heard = keeper.stdout.as_mut().unwrap().read_exact(&mut said);
        assert!(
            heard.is_ok() && &said == b"there\n",
            "a mount namespace with a /run/pcscd of its own is needed"
        );
        Self { keeper }
    }

    /// A file of the place, as seen from outside.
    fn inside(&self, name: &str) -> PathBuf {
        // The keeper's own root, proc(5).
        let root = PathBuf::from("/proc").join(self.keeper.id().to_string()).join("root");
        root.join("run").join("pcscd").join(name)
    }

    fn spawn(&self, directory: &std::path::Path) -> Child {
        let mut nsenter = Command::new("nsenter");
        nsenter.args(["--target", &self.keeper.id().to_string(), "--mount"]);
        if !nix::unistd::geteuid().is_root() {
            nsenter.args(["--user", "--preserve-credentials"]);
        }
        nsenter
            .args([
                "setpriv",
                "--pdeathsig",
                "KILL",
                "/usr/sbin/pcscd",
                "--foreground",
                "--error",
                "--config",
            ])
            .arg(directory.join("conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("pcscd and vsmartcard-vpcd are installed")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The directory of this process and the service's configuration in it.
fn prepare() -> (PathBuf, [u16; 2]) {
    let socket = PathBuf::from(std::env::var_os(SOCKET).expect("run by in_own_process"));
    let directory = socket.parent().unwrap().to_owned();
    let ports = neighbouring_ports();
    std::fs::create_dir_all(directory.join("conf")).unwrap();
    let entry = format!(
        "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{0}\n\
         LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so\nCHANNELID {0}\n",
        ports[0]
    );
    std::fs::write(directory.join("conf/vpcd"), entry).unwrap();
    (directory, ports)
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Starts the daemon by socket activation; it dies with its parent.
fn spawn(directory: &std::path::Path) -> Child {
    let listener = UnixListener::bind(directory.join("pcscd.comm")).unwrap();
    let script = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; \
                  exec setpriv --pdeathsig KILL /usr/sbin/pcscd --foreground --error --config \"$0\"";
    Command::new("sh")
        .args(["-c", script])
        .arg(directory.join("conf"))
        .stdin(Stdio::from(OwnedFd::from(listener)))
        .stdout(Stdio::null())
        .spawn()
        .expect("pcscd and vsmartcard-vpcd are installed")
}

fn neighbouring_ports() -> [u16; 2] {
    for _ in 0..50 {
        let first = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if let Some(next) = port.checked_add(1)
            && TcpListener::bind(("0.0.0.0", next)).is_ok()
        {
            return [port, next];
        }
    }
    panic!("no two neighbouring ports are free");
}

/// What the virtual card does with a command.
pub enum Reply {
    Answer(Vec<u8>),
    /// Is pulled instead of answering.
    Pull,
    /// Never answers.
    Nothing,
}

/// A card in a slot; dropping it takes it out. Besides commands it is told of power off (`00`), power on (`01`)
/// and reset (`02`), which it does not answer.
pub struct Card {
    stream: TcpStream,
    pub powered_up: Arc<AtomicU32>,
}

impl Card {
    pub fn place(port: u16, mut behave: impl FnMut(&[u8]) -> Reply + Send + 'static) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let powered_up = Arc::new(AtomicU32::new(0));
        let (mut wire, count) = (stream.try_clone().unwrap(), Arc::clone(&powered_up));
        std::thread::spawn(move || {
            while let Some(message) = receive(&mut wire) {
                if message == [0x01] {
                    count.fetch_add(1, Ordering::SeqCst);
                }
                let reply = match message[..] {
                    [0x04] => Reply::Answer(b"\x3B\xE0\x00\xFF\x81\x31\xFE\x45\x14".to_vec()),
                    _ => behave(&message),
                };
                // Power off, power on, reset: the driver wants no answer.
                if let [0x00..=0x02] = message[..] {
                    continue;
                }
                match reply {
                    Reply::Answer(bytes) => {
                        let framed =
                            [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), &bytes[..]].concat();
                        if wire.write_all(&framed).is_err() {
                            return;
                        }
                    }
                    Reply::Pull => drop(wire.shutdown(Shutdown::Both)),
                    Reply::Nothing => {}
                }
            }
        });
        Self { stream, powered_up }
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// One frame: a big-endian length, then as many bytes. Without quick ACKs each would take 40 ms.
fn receive(wire: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    wire.set_quickack(true).ok()?;
    wire.read_exact(&mut length).ok()?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    wire.set_quickack(true).ok()?;
    wire.read_exact(&mut message).ok()?;
    Some(message)
}
