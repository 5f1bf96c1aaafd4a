//! Driver, serial link and simulated unit over a real pseudo-terminal.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]
#![allow(clippy::disallowed_methods, reason = "a real port runs in real time")]

use ::caora::FACTORY;
use devices::link::{LinkError, LinkPort};
use model::Moment;
use reader::conformance::{Act, AskedView, CardFace, Firmware, Power, UnitConfig};
use reader::{Command, Effect, Event, Input, Method, Notice, ReaderDriver, ReaderFactory};
use simulator::front::{Front, Place};
use simulator_firmware::caora;
use std::path::Path;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(10);

fn unit(dir: &tempfile::TempDir) -> Front {
    Front::plug_in(caora::unit(UnitConfig::default(), Moment::ZERO), dir.path(), "front-1").unwrap()
}

fn path(unit: &Front) -> &Path {
    match unit.place() {
        Place::Path(path) => path,
        Place::Tcp(address) => panic!("{address} is no serial port"),
    }
}

async fn open(path: &Path) -> Result<LinkPort, LinkError> {
    LinkPort::open(FACTORY.link(), &path.into()).await
}

/// A station in small: one driver on one link.
struct Station {
    driver: Box<dyn ReaderDriver>,
    link: LinkPort,
    origin: Instant,
}

/// What one turn of the station brought.
#[derive(Debug)]
enum Brought {
    Event(Event),
    Fault(String),
}

impl Station {
    async fn open(path: &Path) -> Self {
        let link = open(path).await.unwrap();
        let mut station = Self { driver: FACTORY.create(), link, origin: Instant::now() };
        station.handle(Input::LinkOpened);
        station
    }

    fn handle(&mut self, input: Input<'_>) {
        self.driver.handle(input, Moment::from_origin(self.origin.elapsed()));
    }

    async fn next(&mut self) -> Brought {
        tokio::time::timeout(LIMIT, self.turn()).await.expect("something within the limit")
    }

    async fn turn(&mut self) -> Brought {
        let mut buffer = [0; 1024];
        loop {
            while let Some(effect) = self.driver.poll_effect() {
                match effect {
                    // A unit that goes while we send is told by the next read.
                    Effect::Send(bytes) => drop(self.link.send(&bytes).await),
                    Effect::Report(event) => return Brought::Event(event),
                    Effect::Fault(fault) => return Brought::Fault(fault.code().to_string()),
                    Effect::Unsupported(kind) => panic!("{kind:?} refused"),
                    Effect::Draw(panel) => panic!("{} drawn for a unit with a screen", panel.name()),
                }
            }
            let wakeup = self.driver.next_wakeup();
            let at = self.origin + wakeup.map_or(LIMIT, Moment::since_origin);
            tokio::select! {
                received = self.link.receive(&mut buffer) => match received {
                    Ok(count) => self.handle(Input::Received(&buffer[..count])),
                    Err(LinkError::Gone { .. }) => self.handle(Input::LinkClosed),
                    Err(other) => panic!("{other}"),
                },
                () = tokio::time::sleep_until(at.into()) => self.handle(Input::Woken),
            }
        }
    }

    async fn hear(&mut self, name: &str) {
        match self.next().await {
            Brought::Event(event) => assert_eq!(event.name(), name),
            Brought::Fault(code) => panic!("{code} instead of {name}"),
        }
    }
}

#[tokio::test]
async fn handshake_card_and_a_question_over_a_real_port() {
    let dir = tempfile::tempdir().unwrap();
    let unit = unit(&dir);
    let mut station = Station::open(path(&unit)).await;
    station.hear("ready").await;
    assert_eq!(unit.control(|unit, _| unit.view().power), Power::Claimed);

    assert!(
        unit.control(|unit, now| {
            unit.act(Act::PlaceCard(CardFace::new(b"55021720352285").unwrap()), now)
        })
    );
    station.hear("card placed").await;

    station.handle(Input::Command(Command::Show(Notice::Wait)));
    station.handle(Input::Command(Command::OfferMethods(vec![Method::Pin])));
    let (chosen, ()) = tokio::join!(
        async {
            let asked = |unit: &dyn Firmware| matches!(unit.view().asked, AskedView::Methods { .. });
            assert!(unit.wait_until(LIMIT, asked).await);
            unit.control(|unit, now| (unit.act(Act::Choose(Method::Pin), now), unit.view().notice))
        },
        station.hear("method chosen"),
    );
    assert_eq!(chosen, (true, String::from("wait")));
}

#[tokio::test]
async fn unplugged_is_told_at_once_and_replugged_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let unit = unit(&dir);
    let mut station = Station::open(path(&unit)).await;
    station.hear("ready").await;

    let (outcome, pulled) = tokio::join!(station.next(), unit.unplug());
    pulled.unwrap();
    assert!(matches!(&outcome, Brought::Fault(code) if code == "READER_UNPLUGGED"), "{outcome:?}");
    let absent = open(path(&unit)).await.unwrap_err();
    assert_eq!(absent.code().as_str(), "READER_ABSENT");
    assert!(absent.to_string().contains("front-1"), "{absent}");

    let address = path(&unit).into();
    let there = LinkPort::open_when_there(FACTORY.link(), &address);
    let (back, plugged) = tokio::join!(tokio::time::timeout(LIMIT, there), async {
        // The watch stands before the name comes back: nothing here waits for it but the test.
        tokio::task::yield_now().await;
        unit.replug().await
    });
    plugged.unwrap();
    drop(back.expect("noticed within the limit").unwrap());
    let mut again = Station::open(path(&unit)).await;
    again.hear("ready").await;
}

#[tokio::test]
async fn a_port_belongs_to_one_program() {
    let dir = tempfile::tempdir().unwrap();
    let unit = unit(&dir);
    let _held = open(path(&unit)).await.unwrap();
    let busy = open(path(&unit)).await.unwrap_err();
    assert_eq!(busy.code().as_str(), "READER_BUSY");
}

#[tokio::test]
async fn a_file_is_no_port() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.txt");
    std::fs::write(&path, "not a port").unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(matches!(error, LinkError::Other { .. }), "{error}");
}

#[tokio::test]
async fn a_frozen_unit_that_takes_no_bytes_is_told() {
    let pair = nix::pty::openpty(None, None).unwrap();
    let path = nix::unistd::ttyname(&pair.slave).unwrap();
    let mut link = open(&path).await.unwrap();
    let outcome = link.send(&vec![b'x'; 1 << 20]).await;
    assert_eq!(outcome.unwrap_err().code().as_str(), "READER_SILENT");
    drop(pair);
}
