//! What streams send, event by event.

use super::Samples;
use crate::common::{Events, result, station};
use crate::inputs;
use desk::{DeskEvent, PairStep, ShownPanel};
use failure::codes;
use model::panel::{Language, Method, Notice, PadOrder, Panel, Question};
use model::{Beside, CentreHealth, CentreStatus, ConsentItem, ConsentScreen, ResultId, StationState};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

pub(super) async fn events(samples: &mut Samples) {
    let site = inputs::site();
    *site.port.stations.lock().unwrap() = inputs::stations();
    *site.port.folders.lock().unwrap() = inputs::folders();
    *site.port.line.lock().unwrap() = inputs::line_in_trouble();
    for (_, result) in inputs::results().into_iter().take(2) {
        site.tell(result).await;
    }
    site.damage(ResultId(2));
    let mut stream = site.events("/v1/events?after=0", "").await;
    let mut sent = until(&mut stream, |name| name == "damaged").await;
    let (_, next) = inputs::results().remove(2);
    site.tell(next).await;
    site.hub.publish(DeskEvent::Station(station(StationState::InVisit, 7)));
    site.hub.publish(DeskEvent::Centre(CentreStatus {
        health: CentreHealth::Up,
        maintenance: None,
        certificate_until: None,
    }));
    for folder in inputs::folders() {
        site.hub.publish(DeskEvent::Folder(folder));
    }
    let consumer = "receipt".parse().unwrap();
    site.hub.publish(DeskEvent::Untold { consumer, from: ResultId(1), to: ResultId(2), count: 2 });
    sent.extend(until(&mut stream, |name| name == "untold").await);
    samples.stream("events.sse", "GET /v1/events", sent);
    gone(samples).await;
}

/// A result that was committed, never told and then deleted: the stream ends with a problem.
async fn gone(samples: &mut Samples) {
    let site = inputs::site();
    let mut stream = site.events("/v1/events?after=0", "").await;
    until(&mut stream, |name| name == "folder").await;
    site.ledger.commit(result(1), Beside::default()).await.unwrap();
    site.forget_all().await;
    site.tell(result(2)).await;
    let sent = until(&mut stream, |name| name == "problem").await;
    samples.stream("events-to-their-end.sse", "GET /v1/events", sent);
}

pub(super) async fn panels(samples: &mut Samples) {
    let site = inputs::site();
    let mut stream = site.events("/v1/kiosk/front-2/panel", "").await;
    let mut sent = until(&mut stream, |name| name == "dark").await;
    for (number, panel) in (1_u32..).zip(shown()) {
        site.port.panel.send_replace(Some(ShownPanel { nonce: format!("{number:032x}"), panel }));
        sent.extend(until(&mut stream, |name| name == "panel").await);
    }
    samples.stream("panel.sse", "GET /v1/kiosk/{reader}/panel", sent);
}

/// Every notice and every question, in every language.
fn shown() -> Vec<Panel> {
    let pad = PadOrder::shuffled(&[7; 32]);
    let items = vec![ConsentItem::Medicines, ConsentItem::Diagnosis];
    let notices = [
        Notice::PlaceCard,
        Notice::Wait,
        Notice::Done,
        Notice::TakeCard,
        Notice::CardLeft,
        Notice::Failure(codes::PIN_WRONG),
        Notice::OutOfOrder,
        Notice::VisualArmed,
        Notice::StaffCheck,
    ];
    let questions = [
        Question::Methods(vec![Method::Face, Method::Pin, Method::Visual]),
        Question::Face,
        Question::Pin { tries_left: 3, pad },
        Question::Passcode { pad },
        Question::Consent(ConsentScreen { id: "medical".to_owned(), items }),
    ];
    let languages = [Language::Japanese, Language::English, Language::Chinese, Language::Korean];
    let told = notices.into_iter().map(|notice| (notice, None));
    let asked = questions.into_iter().map(|question| (Notice::Wait, Some(question)));
    let all = told.chain(asked).zip(languages.into_iter().cycle());
    all.map(|((notice, question), language)| Panel { language, notice, question }).collect()
}

pub(super) async fn pairing(samples: &mut Samples) {
    let site = inputs::site();
    let slot = || "Made-up reader 00 00".to_owned();
    let paired = [
        PairStep::Place { within: Duration::from_secs(60) },
        PairStep::Take { slot: slot() },
        PairStep::Paired { slot: slot() },
    ];
    let refused = [
        PairStep::Place { within: Duration::from_secs(60) },
        PairStep::Refused(codes::PAIRING_SEVERAL_CARDS),
    ];
    for (file, steps) in [("paired.ndjson", paired.to_vec()), ("pairing-refused.ndjson", refused.to_vec())] {
        let (tell, heard) = mpsc::channel(4);
        *site.port.steps.lock().unwrap() = Some(heard);
        for step in steps {
            tell.send(step).await.unwrap();
        }
        drop(tell);
        let answer = site.send("POST", "/v1/readers/front-1/pair", "").await;
        samples.lines(file, "POST /v1/readers/{reader}/pair", &answer);
    }
}

/// The bytes of a stream up to the event of that name.
async fn until<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut Events<S>,
    last: impl Fn(&str) -> bool,
) -> Vec<u8> {
    let mut sent = Vec::new();
    loop {
        let event = stream.block().await.expect("an event");
        sent.extend_from_slice(&event.raw);
        if last(&event.name) {
            return sent;
        }
    }
}
