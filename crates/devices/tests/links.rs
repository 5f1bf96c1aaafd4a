//! HID and TCP links over real sockets: one test for each way in which a link can fail, and report boundaries under
//! load. Real pseudo-terminals stand in `serial.rs`. No hidraw device was at hand: see `devices::hid`.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use devices::address::Address;
use devices::link::{LinkError, LinkPort};
use failure::codes;
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen, socket};
use reader::{Link, Parity, SerialSettings};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(20);
const REPORT: usize = 64;
const HID: Link = Link::Hid { report: REPORT };
const SERIAL: Link = Link::Serial(SerialSettings { baud: 115_200, parity: Parity::Even });

// ----- HID ------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_hid_reader_that_is_not_there_is_absent() {
    let dir = tempfile::tempdir().unwrap();
    let error = open(HID, &dir.path().join("reader")).await.unwrap_err();
    assert!(matches!(error, LinkError::Absent { .. }), "{error}");
    assert_eq!(error.code(), codes::READER_ABSENT);
}

#[tokio::test]
async fn a_hid_reader_whose_place_is_taken_is_busy() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reader");
    // A unit that listens no more while it is in use, as after a restart of its program.
    drop(listening(&path, 1));
    let refused = open(HID, &path).await.unwrap_err();
    assert!(matches!(refused, LinkError::Busy { .. }), "{refused}");

    let path = dir.path().join("crowded");
    let _unit = listening(&path, 0);
    let mut waiting = Vec::new();
    let crowded = loop {
        match open(HID, &path).await {
            Ok(link) => waiting.push(link),
            Err(error) => break error,
        }
        assert!(waiting.len() < 10, "the queue of a unit that takes nobody has an end");
    };
    assert!(matches!(crowded, LinkError::Busy { .. }), "{crowded}");
}

#[tokio::test]
async fn what_is_no_hid_device_is_refused_and_a_serial_port_is_not_even_opened() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("notes.txt");
    std::fs::write(&file, "no device").unwrap();
    for path in [&file, Path::new("/dev/null"), dir.path()] {
        let error = open(HID, path).await.unwrap_err();
        assert!(matches!(error, LinkError::Other { .. }), "{error}");
    }

    let (mut master, port) = port_nobody_opened();
    let error = open(HID, &port).await.unwrap_err();
    assert!(error.to_string().contains("no HID device"), "{error}");
    // Once opened and closed, the other end would read an error of input, not "nothing yet".
    assert_eq!(master.read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(open(SERIAL, &port).await.unwrap());
    assert_eq!(master.read(&mut [0]).unwrap_err().raw_os_error(), Some(5), "and that can be told");
}

#[tokio::test]
async fn a_hid_reader_that_closes_is_gone_after_its_last_report() {
    let dir = tempfile::tempdir().unwrap();
    let (mut link, unit) = hid_pair(&dir).await;
    nix::unistd::write(&unit, &[7; REPORT]).unwrap();
    drop(unit);
    let mut buffer = [0; 1024];
    assert_eq!(receive(&mut link, &mut buffer).await.unwrap(), REPORT);
    let gone = receive(&mut link, &mut buffer).await.unwrap_err();
    assert!(matches!(gone, LinkError::Gone { .. }), "{gone}");
    let gone = link.send(&[7; REPORT]).await.unwrap_err();
    assert!(matches!(gone, LinkError::Gone { .. }), "{gone}");
    assert_eq!(gone.code(), codes::READER_UNPLUGGED);
}

#[tokio::test]
async fn a_hid_reader_that_takes_no_reports_is_stuck() {
    let dir = tempfile::tempdir().unwrap();
    let (mut link, _unit) = hid_pair(&dir).await;
    let stuck = async {
        loop {
            if let Err(error) = link.send(&[7; REPORT]).await {
                return error;
            }
        }
    };
    let stuck = tokio::time::timeout(LIMIT, stuck).await.expect("its queue has an end");
    assert!(matches!(stuck, LinkError::Stuck { .. }), "{stuck}");
    assert_eq!(stuck.code(), codes::READER_SILENT);
}

#[tokio::test]
async fn a_report_of_another_size_is_not_sent_and_one_that_comes_is_passed_on() {
    let dir = tempfile::tempdir().unwrap();
    let (mut link, unit) = hid_pair(&dir).await;
    for length in [0, REPORT - 1, REPORT + 1] {
        let error = link.send(&vec![7; length]).await.unwrap_err();
        assert!(
            matches!(error, LinkError::ReportSize { length: told, report: REPORT, .. } if told == length),
            "{error}"
        );
    }
    link.send(&[9; REPORT]).await.unwrap();
    let mut first = [0; 1024];
    assert_eq!(nix::unistd::read(&unit, &mut first).unwrap(), REPORT);
    assert_eq!(first[..REPORT], [9; REPORT], "the first report that left is the first of the right size");

    let mut buffer = [0; 1024];
    for length in [1, REPORT - 1, REPORT + 1] {
        nix::unistd::write(&unit, &vec![3; length]).unwrap();
        assert_eq!(receive(&mut link, &mut buffer).await.unwrap(), length);
    }
}

#[tokio::test]
async fn over_a_socket_for_want_of_a_hidraw_device_reports_keep_boundaries_and_order_under_load() {
    const REPORTS: u32 = 20_000;
    let dir = tempfile::tempdir().unwrap();
    let (mut link, unit) = hid_pair(&dir).await;
    let unit = std::sync::Arc::new(unit);
    let (writing, reading) = (std::sync::Arc::clone(&unit), unit);
    let writer = std::thread::spawn(move || {
        for number in 0..REPORTS {
            nix::unistd::write(&writing, &numbered(number, length_of(number))).unwrap();
        }
    });
    let mut buffer = [0; 1024];
    for number in 0..REPORTS {
        let count = receive(&mut link, &mut buffer).await.unwrap();
        assert_eq!(buffer[..count], numbered(number, length_of(number)), "report {number}");
    }
    writer.join().unwrap();

    let reader = std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        for number in 0..REPORTS {
            let count = nix::unistd::read(&reading, &mut buffer).unwrap();
            assert_eq!(buffer[..count], numbered(number, REPORT), "report {number}");
        }
    });
    for number in 0..REPORTS {
        link.send(&numbered(number, REPORT)).await.unwrap();
    }
    reader.join().unwrap();
}

/// Every length from four bytes to a little more than a report.
fn length_of(number: u32) -> usize {
    4 + (number as usize * 31) % 70
}

fn numbered(number: u32, length: usize) -> Vec<u8> {
    let mut report = number.to_be_bytes().to_vec();
    report.resize(length, number.to_le_bytes()[0]);
    report
}

// ----- TCP ------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_tcp_reader_that_is_not_there_is_absent() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = open_tcp("127.0.0.1", free.port()).await.unwrap_err();
    assert!(matches!(error, LinkError::Absent { .. }), "{error}");
    // A name that stands for nothing, by definition (RFC 6761).
    let error = open_tcp("nobody.invalid", 9).await.unwrap_err();
    assert!(matches!(error, LinkError::Absent { .. }), "{error}");
}

#[tokio::test]
async fn a_tcp_reader_that_answers_no_call_is_absent_within_the_limit() {
    let unit = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    unit.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    unit.listen(0).unwrap();
    let port = unit.local_addr().unwrap().as_socket().unwrap().port();
    let mut waiting = Vec::new();
    let unheard = loop {
        match tokio::time::timeout(LIMIT, open_tcp("127.0.0.1", port)).await.expect("it has a limit") {
            Ok(link) => waiting.push(link),
            Err(error) => break error,
        }
        assert!(waiting.len() < 10, "the queue of a unit that takes nobody has an end");
    };
    assert!(matches!(unheard, LinkError::Absent { .. }), "{unheard}");
}

#[tokio::test]
async fn no_byte_goes_to_a_public_address() {
    for public in ["192.0.2.1", "8.8.8.8", "2001:db8::1"] {
        let error = open_tcp(public, 9).await.unwrap_err();
        assert!(matches!(error, LinkError::Public { .. }), "{error}");
        assert_eq!(error.code(), codes::READER_NOT_PERMITTED);
    }
}

#[tokio::test]
async fn a_tcp_reader_that_closes_or_breaks_off_is_gone() {
    for breaks_off in [false, true] {
        let (mut link, mut unit) = tcp_pair().await;
        unit.write_all(b"last").unwrap();
        let mut buffer = [0; 1024];
        assert_eq!(receive(&mut link, &mut buffer).await.unwrap(), 4);
        if breaks_off {
            socket2::SockRef::from(&unit).set_linger(Some(Duration::ZERO)).unwrap();
        }
        drop(unit);
        let gone = receive(&mut link, &mut buffer).await.unwrap_err();
        assert!(matches!(gone, LinkError::Gone { .. }), "{gone}");
        assert_eq!(gone.code(), codes::READER_UNPLUGGED);
        let gone = async {
            loop {
                if let Err(error) = link.send(b"anybody?").await {
                    return error;
                }
            }
        };
        let gone = tokio::time::timeout(LIMIT, gone).await.unwrap();
        assert!(matches!(gone, LinkError::Gone { .. }), "{gone}");
    }
}

#[tokio::test]
async fn a_tcp_reader_that_takes_no_bytes_is_stuck() {
    let (mut link, _unit) = tcp_pair().await;
    let error = link.send(&vec![7; 64 << 20]).await.unwrap_err();
    assert!(matches!(error, LinkError::Stuck { .. }), "{error}");
}

#[tokio::test]
async fn a_link_and_an_address_of_another_kind_open_nothing() {
    let unit = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = Address::Host { host: "127.0.0.1".into(), port: unit.local_addr().unwrap().port() };
    for link in [SERIAL, HID] {
        let error = LinkPort::open(link, &host).await.unwrap_err();
        assert!(matches!(error, LinkError::Other { .. }), "{error}");
    }
    let error = open(Link::Tcp, Path::new("/dev/null")).await.unwrap_err();
    assert!(matches!(error, LinkError::Other { .. }), "{error}");
}

// ----- waiting --------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_tcp_reader_that_comes_back_is_reached_without_being_asked_for() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let host = Address::Host { host: "127.0.0.1".into(), port: address.port() };
    let (asking, asked) = tokio::sync::oneshot::channel();
    let unit = tokio::task::spawn(async move {
        asked.await.unwrap();
        let unit = tokio::net::TcpListener::bind(address).await.unwrap();
        unit.accept().await.unwrap()
    });
    assert!(matches!(LinkPort::open(Link::Tcp, &host).await, Err(LinkError::Absent { .. })));
    let there = LinkPort::open_when_there(Link::Tcp, &host);
    tokio::pin!(there);
    // It was tried once, in vain, before the unit comes.
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut there).await.is_err());
    asking.send(()).unwrap();
    let mut link = tokio::time::timeout(LIMIT, there).await.expect("within the limit").unwrap();
    let (unit, _) = unit.await.unwrap();
    drop(unit);
    assert!(matches!(receive(&mut link, &mut [0; 8]).await, Err(LinkError::Gone { .. })));
}

#[tokio::test]
async fn a_stable_name_that_points_to_another_node_after_replugging_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let name = dir.path().join("by-id").join("reader");
    let (first, first_port) = port_nobody_opened();
    let (mut second, second_port) = port_nobody_opened();

    // Not even its directory is there at first.
    let there = async { tokio::time::timeout(LIMIT, when_there(SERIAL, &name)).await.unwrap().unwrap() };
    let plug_in = async {
        tokio::task::yield_now().await;
        std::fs::create_dir(name.parent().unwrap()).unwrap();
        tokio::task::yield_now().await;
        std::os::unix::fs::symlink(&first_port, &name).unwrap();
    };
    let (mut link, ()) = tokio::join!(there, plug_in);

    std::fs::remove_file(&name).unwrap();
    drop(first);
    assert!(matches!(receive(&mut link, &mut [0; 8]).await, Err(LinkError::Gone { .. })));
    drop(link);
    assert!(matches!(open(SERIAL, &name).await, Err(LinkError::Absent { .. })));

    let there = async { tokio::time::timeout(LIMIT, when_there(SERIAL, &name)).await.unwrap().unwrap() };
    let replug = async {
        tokio::task::yield_now().await;
        std::os::unix::fs::symlink(&second_port, &name).unwrap();
    };
    let (mut link, ()) = tokio::join!(there, replug);
    second.write_all(b"here").unwrap();
    let mut buffer = [0; 8];
    assert!(receive(&mut link, &mut buffer).await.unwrap() > 0);
    assert!(b"here".starts_with(&buffer[..1]));
}

// ----- not permitted --------------------------------------------------------------------------------------------

/// Where [`forbidden`] looks.
const FORBIDDEN: &str = "UKETSUKE_TEST_FORBIDDEN";

#[test]
fn what_is_there_but_not_for_us_is_not_permitted() {
    let dir = tempfile::tempdir().unwrap();
    let (_master, port) = port_nobody_opened();
    std::os::unix::fs::symlink(&port, dir.path().join("serial")).unwrap();
    let _unit = listening(&dir.path().join("hid"), 1);
    std::fs::create_dir(dir.path().join("closed")).unwrap();
    std::fs::write(dir.path().join("closed/reader"), "").unwrap();
    allow(dir.path(), 0o755);
    for forbidden in [&port, &dir.path().join("hid"), &dir.path().join("closed")] {
        allow(forbidden, 0o000);
    }
    as_nobody("forbidden", dir.path());
    allow(&dir.path().join("closed"), 0o700);
}

#[tokio::test]
#[ignore = "run without privileges"]
async fn forbidden() {
    let dir = PathBuf::from(std::env::var_os(FORBIDDEN).expect("run by the test above"));
    let cases = [(SERIAL, "serial"), (HID, "hid"), (SERIAL, "closed/reader"), (HID, "closed/reader")];
    for (link, name) in cases {
        let error = open(link, &dir.join(name)).await.unwrap_err();
        assert!(matches!(error, LinkError::NotPermitted { .. }), "{name}: {error:?}");
        assert_eq!(error.code(), codes::READER_NOT_PERMITTED);
        // Present, so not waited for; and what cannot be seen is not waited for in vain.
        let error = tokio::time::timeout(LIMIT, when_there(link, &dir.join(name))).await.unwrap();
        assert!(matches!(error, Err(LinkError::NotPermitted { .. })), "{name}: {error:?}");
    }
    // Without privileges the kernel itself refuses a port that is held, before any lock is looked at.
    let (_master, port) = port_nobody_opened();
    let _held = open(SERIAL, &port).await.unwrap();
    let busy = open(SERIAL, &port).await.unwrap_err();
    assert!(matches!(busy, LinkError::Busy { .. }), "{busy:?}");
}

/// Runs an ignored test of this binary as a user whom file modes bind. The superuser is bound by none.
fn as_nobody(test: &str, dir: &Path) {
    let program = std::env::current_exe().unwrap();
    let mut command = if nix::unistd::geteuid().is_root() {
        // Where the binary was built nobody else may be let in.
        let copy = dir.join("test");
        std::fs::copy(program, &copy).unwrap();
        allow(&copy, 0o755);
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]).arg(copy);
        command
    } else {
        std::process::Command::new(program)
    };
    let output = command
        .args(["--ignored", "--exact", test, "--nocapture", "--test-threads=1"])
        .env(FORBIDDEN, dir)
        .current_dir("/")
        .output()
        .unwrap();
    let [out, err] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success() && out.contains("1 passed"), "{test}:\n{out}\n{err}");
}

fn allow(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

// ----- the other ends -------------------------------------------------------------------------------------------

async fn open(link: Link, path: &Path) -> Result<LinkPort, LinkError> {
    LinkPort::open(link, &path.into()).await
}

async fn when_there(link: Link, path: &Path) -> Result<LinkPort, LinkError> {
    LinkPort::open_when_there(link, &path.into()).await
}

async fn open_tcp(host: &str, port: u16) -> Result<LinkPort, LinkError> {
    LinkPort::open(Link::Tcp, &Address::Host { host: host.to_owned(), port }).await
}

async fn receive(link: &mut LinkPort, buffer: &mut [u8]) -> Result<usize, LinkError> {
    tokio::time::timeout(LIMIT, link.receive(buffer)).await.expect("something within the limit")
}

fn listening(path: &Path, queue: i32) -> OwnedFd {
    let unit = socket(AddressFamily::Unix, SockType::SeqPacket, SockFlag::SOCK_CLOEXEC, None).unwrap();
    bind(unit.as_raw_fd(), &UnixAddr::new(path).unwrap()).unwrap();
    listen(&unit, Backlog::new(queue).unwrap()).unwrap();
    unit
}

async fn hid_pair(dir: &tempfile::TempDir) -> (LinkPort, OwnedFd) {
    let path = dir.path().join("reader");
    let unit = listening(&path, 1);
    let link = open(HID, &path).await.unwrap();
    let accepted = socket2::Socket::from(unit).accept().unwrap().0;
    (link, accepted.into())
}

async fn tcp_pair() -> (LinkPort, std::net::TcpStream) {
    let unit = TcpListener::bind("127.0.0.1:0").unwrap();
    let link = open_tcp("localhost", unit.local_addr().unwrap().port()).await.unwrap();
    (link, unit.accept().unwrap().0)
}

/// The unit's end of a serial port, and the port's path. Reading it does not wait.
fn port_nobody_opened() -> (std::fs::File, PathBuf) {
    use nix::fcntl::OFlag;
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let master = nix::pty::posix_openpt(flags).unwrap();
    nix::pty::grantpt(&master).unwrap();
    nix::pty::unlockpt(&master).unwrap();
    let path = PathBuf::from(nix::pty::ptsname_r(&master).unwrap());
    (std::fs::File::from(OwnedFd::from(master)), path)
}
