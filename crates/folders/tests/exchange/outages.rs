//! `req` → `res` with slow centres, shares that go and return, crashes and the order to stop.

use crate::desk::{Desk, NOT_FOUND, PATIENCE, REQUEST, Site, names, not_found};
use failure::codes;
use folders::{AT_ONCE, Notice, Side};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const ASKED: &str = "OQSsiquc01req_203104050007.xml";
const ANSWERED: &str = "OQSsiquc01res_203104050007.xml";

/// A centre that answers when the test lets it.
fn gate() -> (Sender<()>, Mutex<Receiver<()>>) {
    let (open, wait) = channel();
    (open, Mutex::new(wait))
}

fn request(number: usize) -> (String, String) {
    let name = format!("OQSsiquc01req_20310405{number:04}.xml");
    (name, REQUEST.replace("20310405-0007", &format!("20310405-{number:04}")))
}

fn is_away(side: Side) -> impl Fn(&Notice) -> bool {
    move |notice| matches!(notice, Notice::Away { side: away, .. } if *away == side)
}

fn is_back(side: Side) -> impl Fn(&Notice) -> bool {
    move |notice| matches!(notice, Notice::Back { side: back } if *back == side)
}

#[test]
fn a_slow_answer_holds_up_no_other_and_no_more_than_a_few_are_asked_at_once() {
    let site = Site::new();
    let (open, wait) = gate();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (asking, highest) = (Arc::clone(&now), Arc::clone(&most));
    let desk = Desk::start_with(&site, move |lookup| {
        highest.fetch_max(asking.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        if lookup.number == "99999" {
            wait.lock().unwrap().recv().unwrap();
        }
        asking.fetch_sub(1, Ordering::SeqCst);
        Ok(not_found())
    });
    site.ask(ASKED, REQUEST.replace("00345", "99999"));
    desk.until("the slow one is asked", || now.load(Ordering::SeqCst) == 1);
    for number in 100..130 {
        let (name, xml) = request(number);
        site.ask(&name, xml);
    }
    desk.until("all others are answered", || names(&site.req()) == [ASKED]);
    assert_eq!(names(&site.res()).len(), 30, "each got its own: {}", desk.said());
    for number in 100..130 {
        let answer = site.answer(&format!("OQSsiquc01res_20310405{number:04}.xml")).unwrap();
        let text = String::from_utf8(answer).unwrap();
        assert!(text.contains(&format!("<ArbitraryFileIdentifier>20310405-{number:04}</")), "{text}");
    }
    open.send(()).unwrap();
    desk.until("the slow one too", || names(&site.req()).is_empty());
    assert!((2..=AT_ONCE).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

#[test]
fn an_asker_that_panics_costs_its_own_request_alone() {
    let site = Site::new();
    let desk = Desk::start_with(&site, |lookup| {
        if lookup.number == "99999" {
            // Without the hook's words, which take long where a trace is wanted.
            std::panic::resume_unwind(Box::new("of the asker"));
        }
        Ok(not_found())
    });
    site.ask(ASKED, REQUEST.replace("00345", "99999"));
    desk.until_said(
        "it fails",
        |notice| matches!(notice, Notice::Failed { code } if *code == codes::INTERNAL),
    );
    let (name, xml) = request(8);
    site.ask(&name, xml);
    desk.until("the next is answered", || names(&site.req()).is_empty());
    assert_eq!(names(&site.res()).len(), 2);
}

#[test]
fn the_stop_waits_for_nobody_and_loses_nothing() {
    let site = Site::new();
    let (open, wait) = gate();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let desk = Desk::start_with(&site, move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        let _ = wait.lock().unwrap().recv();
        Ok(not_found())
    });
    site.ask(ASKED, REQUEST);
    desk.until("it is asked", || asked.load(Ordering::SeqCst) == 1);
    assert!(desk.stop() < Duration::from_secs(5), "it did not wait for the centre");
    drop(open);
    assert_eq!((names(&site.req()), names(&site.res())), (vec![ASKED.to_owned()], vec![]));

    let desk = Desk::start(&site);
    desk.until("the next run answers", || names(&site.req()).is_empty());
    assert_eq!(site.answer(ANSWERED).as_deref(), Some(NOT_FOUND.as_bytes()));
}

#[test]
fn a_crash_between_answer_and_removal_changes_nothing() {
    let site = Site::new();
    let (req, away) = (site.req(), site.root.path().join("away"));
    let moved = (req.clone(), away.clone());
    // The share goes while the centre is asked: the answer can be placed, the request not be removed.
    let desk = Desk::start_with(&site, move |_| {
        fs::rename(&moved.0, &moved.1).unwrap();
        Ok(not_found())
    });
    site.ask(ASKED, REQUEST);
    desk.until("the answer is there", || site.answer(ANSWERED).is_some());
    desk.stop();
    fs::rename(&away, &req).unwrap();
    assert_eq!(names(&req), [ASKED], "the request is still there");
    let before = fs::metadata(site.res().join(ANSWERED)).unwrap().modified().unwrap();

    let desk = Desk::start_with(&site, |_| panic!("nobody may be asked"));
    desk.until("the request goes", || names(&req).is_empty());
    desk.until_said("it says why", |notice| matches!(notice, Notice::AnsweredBefore));
    assert_eq!(
        fs::metadata(site.res().join(ANSWERED)).unwrap().modified().unwrap(),
        before,
        "not written again"
    );
    assert_eq!(names(&site.res()), [ANSWERED]);
}

#[test]
fn a_crash_between_reason_and_request_refuses_once() {
    let site = Site::new();
    let broken = REQUEST.replace("19850228", "1985");
    let desk = Desk::start(&site);
    site.ask(ASKED, &broken);
    desk.until("it goes back", || names(&site.req()).is_empty());
    desk.stop();
    let refused = names(&site.res());
    // As if the power had gone before the request was copied, then before it was removed.
    fs::remove_file(site.res().join(ASKED)).unwrap();
    for _ in 0..2 {
        site.ask(ASKED, &broken);
        let desk = Desk::start(&site);
        desk.until("it goes back", || names(&site.req()).is_empty());
        desk.stop();
        assert_eq!(names(&site.res()), refused);
    }
}

#[test]
fn requests_that_come_while_req_is_away_are_answered_when_it_is_back() {
    let site = Site::new();
    let away = site.root.path().join("away");
    let desk = Desk::start(&site);
    site.ask(ASKED, REQUEST);
    desk.until("it works", || names(&site.req()).is_empty());
    fs::rename(site.req(), &away).unwrap();
    desk.until_said("req is away", is_away(Side::Requests));
    for number in 10..20 {
        let (name, xml) = request(number);
        fs::write(away.join(name), xml).unwrap();
    }
    fs::rename(&away, site.req()).unwrap();
    desk.until_said("req is back", is_back(Side::Requests));
    desk.until("all are answered", || names(&site.req()).is_empty());
    assert_eq!(names(&site.res()).len(), 11);
    assert_eq!(desk.count(is_away(Side::Requests)), 1, "said once: {}", desk.said());
    assert_eq!(desk.count(|notice| notice.code() == Some(codes::FOLDER_EXCHANGE_AWAY)), 1);
}

#[test]
fn an_answer_waits_while_res_is_away_and_is_not_asked_twice() {
    let site = Site::new();
    let (res, away) = (site.res(), site.root.path().join("away"));
    let moved = (res.clone(), away.clone());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let desk = Desk::start_with(&site, move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            fs::rename(&moved.0, &moved.1).unwrap();
        }
        Ok(not_found())
    });
    site.ask(ASKED, REQUEST);
    desk.until_said("res is away", is_away(Side::Answers));
    let (name, xml) = request(8);
    site.ask(&name, xml);
    fs::rename(&away, &res).unwrap();
    desk.until("both are answered", || names(&site.req()).is_empty());
    desk.until_said("res is back", is_back(Side::Answers));
    assert_eq!(names(&res), [ANSWERED, "OQSsiquc01res_203104050008.xml"]);
    assert_eq!(asked.load(Ordering::SeqCst), 2, "each was asked once");
    assert_eq!(
        names(&site.root.path().join(".uketsuke-res")),
        Vec::<String>::new(),
        "nothing personal stays"
    );
}

#[test]
fn folders_that_are_away_at_the_start_are_waited_for() {
    let site = Site::new();
    fs::remove_dir(site.req()).unwrap();
    fs::remove_dir(site.res()).unwrap();
    let desk = Desk::start(&site);
    desk.until_said("req is away", is_away(Side::Requests));
    desk.until_said("res is away", is_away(Side::Answers));
    assert!(!site.req().exists() && !site.res().exists(), "a missing share is not replaced by a folder");
    fs::create_dir(site.res()).unwrap();
    fs::create_dir(site.req()).unwrap();
    site.ask(ASKED, REQUEST);
    desk.until("it is answered", || names(&site.req()).is_empty());
    for side in [Side::Requests, Side::Answers] {
        assert_eq!((desk.count(is_away(side)), desk.count(is_back(side))), (1, 1), "{}", desk.said());
    }
}

#[test]
fn an_answer_taken_away_before_its_request_could_go_is_not_given_twice() {
    let site = Site::new();
    let (req, away) = (site.req(), site.root.path().join("away"));
    let moved = (req.clone(), away.clone());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let desk = Desk::start_with(&site, move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        fs::rename(&moved.0, &moved.1).unwrap();
        Ok(not_found())
    });
    site.ask(ASKED, REQUEST);
    desk.until("the answer is there", || site.answer(ANSWERED).is_some());
    fs::remove_file(site.res().join(ANSWERED)).unwrap();
    desk.until_said("req is away", is_away(Side::Requests));
    fs::rename(&away, &req).unwrap();
    desk.until("the request goes", || names(&req).is_empty());
    assert_eq!((asked.load(Ordering::SeqCst), names(&site.res()).len()), (1, 0));
}

#[test]
fn the_answer_is_there_before_the_request_goes() {
    use notify::{Event, EventKind, RecursiveMode, Watcher as _};
    let site = Site::new();
    let (order, seen) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let event = event.unwrap();
        let name = event.paths[0].file_name().unwrap().to_string_lossy().into_owned();
        let what = match event.kind {
            EventKind::Modify(notify::event::ModifyKind::Name(_)) => "moved",
            EventKind::Remove(_) => "removed",
            _ => return,
        };
        let _ = order.send((what, name));
    })
    .unwrap();
    // One observer for both: the system keeps its events in order.
    watcher.watch(&site.req(), RecursiveMode::NonRecursive).unwrap();
    watcher.watch(&site.res(), RecursiveMode::NonRecursive).unwrap();
    let desk = Desk::start(&site);
    site.ask(ASKED, REQUEST);
    let mut order: Vec<(&str, String)> = Vec::new();
    while order.last().is_none_or(|(what, name)| (*what, name.as_str()) != ("removed", ASKED)) {
        order.push(seen.recv_timeout(PATIENCE).unwrap());
    }
    let at = |wanted: (&str, &str)| order.iter().position(|(what, name)| (*what, name.as_str()) == wanted);
    assert!(at(("moved", ANSWERED)).unwrap() < at(("removed", ASKED)).unwrap(), "{order:?}");
    drop(desk);
}
