//! Event streams over real sockets: live, resumed, concurrent, slow, stopped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Events, PATIENCE, Site, result, station};
use desk::DeskEvent;
use model::{Beside, CentreHealth, CentreStatus, Pii, Qualification, ResultId, StationState, VisitResult};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn events_come_live_and_again_with_the_same_bytes() {
    let site = Site::open().await;
    let mut live = site.events("/v1/events", "").await;
    assert_eq!(live.next("station").await.unwrap().id, None, "every station is told at first");
    assert_eq!(live.next("centre").await.unwrap().data, r#"{"state":"down","code":"CENTRE_SILENT"}"#);

    site.hub.publish(DeskEvent::Station(station(StationState::InVisit, 7)));
    assert!(live.next("station").await.unwrap().data.contains(r#""state":"in_visit""#));
    site.hub.publish(DeskEvent::Centre(CentreStatus {
        health: CentreHealth::Up,
        maintenance: None,
        certificate_until: None,
    }));
    assert_eq!(live.next("centre").await.unwrap().data, r#"{"state":"up"}"#);

    site.tell(result(1)).await;
    site.tell(result(2)).await;
    let told = [live.next("result").await.unwrap(), live.next("result").await.unwrap()];
    assert_eq!(told.each_ref().map(|event| event.id), [Some(1), Some(2)]);
    assert_eq!(told[0].data.as_bytes(), site.get("/v1/results/1").await.body, "one telling, one form");

    let mut again = site.events("/v1/events?after=0", "").await;
    assert_eq!(again.next("result").await.unwrap(), told[0]);
    assert_eq!(again.next("result").await.unwrap(), told[1]);
    let mut resumed = site.events("/v1/events?after=0", "Last-Event-ID: 1\r\n").await;
    assert_eq!(resumed.next("result").await.unwrap(), told[1], "the header goes before the query");
    site.tell(result(3)).await;
    for stream in [&mut live, &mut again, &mut resumed] {
        assert_eq!(stream.next("result").await.unwrap().id, Some(3));
    }
    let request = format!("GET /v1/events?after=2 HTTP/1.1\r\nHost: uketsuke\r\n{}\r\n", site.bearer());
    let mut unix = Events::open(site.unix().await, &request).await;
    assert_eq!(unix.next("result").await.unwrap().id, Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_missed_or_doubled_while_many_publish() {
    const READERS: u32 = 5;
    const EACH: u32 = 40;
    let site = Arc::new(Site::open().await);
    let mut consumers = tokio::task::JoinSet::new();
    let mut publishers = tokio::task::JoinSet::new();
    for reader in 0..READERS {
        let site = Arc::clone(&site);
        publishers.spawn(async move {
            for number in 0..EACH {
                // Tasks race between commit and publish: ids are told out of order.
                site.tell(result(reader * EACH + number)).await;
            }
        });
    }
    for _ in 0..6 {
        let site = Arc::clone(&site);
        consumers.spawn(async move {
            let begin = site.ledger.newest().unwrap().0;
            let mut events = site.events(&format!("/v1/events?after={begin}"), "").await;
            for expected in begin + 1..=u64::from(READERS * EACH) {
                assert_eq!(events.next("result").await.unwrap().id, Some(expected), "begun after {begin}");
            }
        });
        // The next consumer begins somewhere in the middle.
        tokio::task::yield_now().await;
    }
    publishers.join_all().await;
    tokio::time::timeout(PATIENCE, consumers.join_all()).await.unwrap();
}

#[tokio::test]
async fn results_told_out_of_order_arrive_in_order() {
    let site = Site::open().await;
    let mut live = site.events("/v1/events", "").await;
    live.next("folder").await.unwrap();
    let first = site.ledger.commit(result(1), Beside::default()).await.unwrap().committed;
    let second = site.ledger.commit(result(2), Beside::default()).await.unwrap().committed;
    site.hub.publish(DeskEvent::Result(second));
    assert_eq!(live.next("result").await.unwrap().id, Some(1));
    assert_eq!(live.next("result").await.unwrap().id, Some(2));
    site.hub.publish(DeskEvent::Result(first));
    site.tell(result(3)).await;
    assert_eq!(live.next("result").await.unwrap().id, Some(3), "the late one is no double");
}

#[tokio::test]
async fn a_slow_consumer_is_cut_off_and_loses_nothing() {
    const COUNT: u32 = 700;
    let site = Site::open().await;
    let mut slow = Events::open(site.narrow_tcp().await, &site.stream_request("/v1/events", "")).await;
    slow.next("folder").await.unwrap();
    // Far more than the sockets' buffers and the backlog take, while nobody reads.
    for number in 1..=COUNT {
        let qualification = Pii::new(Qualification { xml: "x".repeat(50_000) });
        site.tell(VisitResult { qualification, ..result(number) }).await;
    }
    let mut last = 0;
    let problem = loop {
        let event = slow.block().await.expect("a last word before the end");
        match event.id {
            Some(id) => {
                assert_eq!(id, last + 1);
                last = id;
            }
            None => break event,
        }
    };
    assert_eq!(problem.name, "problem");
    assert!(problem.data.contains(r#""code":"API_CONSUMER_SLOW""#), "{}", problem.data);
    assert_eq!(slow.block().await, None, "the stream ends");
    assert!(last < u64::from(COUNT));

    let mut resumed = site.events("/v1/events", &format!("Last-Event-ID: {last}\r\n")).await;
    for expected in last + 1..=u64::from(COUNT) {
        assert_eq!(resumed.next("result").await.unwrap().id, Some(expected));
    }
}

#[tokio::test]
async fn a_consumer_that_takes_nothing_gives_its_place_back() {
    let site = Site::with(|limits| {
        limits.connections = 1;
        limits.stall = Duration::from_millis(100);
    })
    .await;
    let mut stuck = site.narrow_tcp().await;
    stuck.write_all(site.stream_request("/v1/events", "").as_bytes()).await.unwrap();
    stuck.readable().await.unwrap();
    for number in 1..=300 {
        let qualification = Pii::new(Qualification { xml: "x".repeat(50_000) });
        site.tell(VisitResult { qualification, ..result(number) }).await;
    }
    assert_eq!(site.get_when_free("/v1/readers").await.status, 200, "the only place is free again");
}

#[tokio::test]
async fn a_quiet_stream_shows_that_it_lives() {
    let site = Site::with(|limits| limits.heartbeat = Duration::from_millis(20)).await;
    let mut events = site.events("/v1/events", "").await;
    events.next("folder").await.unwrap();
    for _ in 0..2 {
        assert_eq!(events.block().await.unwrap().raw, b": alive\n\n");
    }
}

#[tokio::test]
async fn retention_under_a_resuming_consumer_is_said() {
    let site = Site::open().await;
    for number in 1..=3 {
        site.tell(result(number)).await;
    }
    let mut live = site.events("/v1/events?after=3", "").await;
    live.next("folder").await.unwrap();
    // Committed but never told, then deleted: the consumer must hear of the hole.
    site.ledger.commit(result(4), Beside::default()).await.unwrap();
    site.forget_all().await;
    assert_eq!(site.tell(result(5)).await, ResultId(5));
    let problem = live.next("problem").await.unwrap();
    assert!(problem.data.contains(r#""code":"API_GONE""#) && problem.data.contains(r#""oldest":5"#));
    assert_eq!(live.block().await, None);
}

#[tokio::test]
async fn stopping_ends_streams_first_and_is_bounded() {
    let mut site = Site::open().await;
    let mut events = site.events("/v1/events", "").await;
    events.next("folder").await.unwrap();
    let half = site.tcp().await;
    let stopping = site.desk.take().unwrap().stop();
    tokio::time::timeout(PATIENCE, stopping).await.expect("stopped within the bound");
    assert_eq!(events.block().await, None);
    assert!(!site.config.socket.exists());
    drop(half);
    site.restart();
    assert_eq!(site.get("/v1/readers").await.status, 200);
}
