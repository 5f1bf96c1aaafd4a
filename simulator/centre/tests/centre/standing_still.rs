//! Maintenance: announced at every login, in force by the clock.

use crate::desk::{Desk, HOUR, account};
use model::Maintenance;

fn window(desk: &Desk) -> Maintenance {
    Maintenance { from: desk.now.after(HOUR), until: desk.now.after(2 * HOUR) }
}

#[test]
fn maintenance_is_announced_until_it_is_over() {
    let mut desk = Desk::open();
    assert_eq!(desk.login().unwrap().maintenance, None);
    let window = window(&desk);
    desk.centre.set_maintenance(Some(window));
    assert_eq!(desk.login().unwrap().maintenance, Some(window));
    desk.relay("worker").expect("not yet");
    desk.pass(2 * HOUR);
    assert_eq!(desk.login().unwrap().maintenance, None);
    desk.relay("worker").expect("over");
}

#[test]
fn everything_is_refused_in_that_time() {
    let mut desk = Desk::open();
    let token = desk.login().unwrap().token;
    let early = desk.relay("worker").unwrap();
    let window = Maintenance { from: desk.now.after(HOUR / 6), ..window(&desk) };
    desk.centre.set_maintenance(Some(window));
    desk.pass(HOUR / 6);
    let refusals = [
        desk.login().map(drop).unwrap_err(),
        desk.centre.authorize(&token, desk.now).map(drop).unwrap_err(),
        desk.centre.screens(&account(), &early.0, desk.now).map(drop).unwrap_err(),
        desk.try_answers(&early, &[]).map(drop).unwrap_err(),
    ];
    for refused in refusals {
        assert_eq!((refused.status, refused.refusal.code.as_str()), (503, "maintenance"));
    }
    assert_eq!(desk.relay("worker").unwrap_err(), "maintenance");
}
