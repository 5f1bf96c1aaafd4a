//! Refusals, head and body: each status, and each field that a problem may have.

use super::Samples;
use super::answers::LOOKUP;
use crate::common::{Answer, ask, result};
use crate::inputs;
use desk::{Rate, StaffFault};
use failure::codes;
use model::ResultId;

const READERS: &str = "GET /v1/readers";

pub(super) async fn of_the_guard(samples: &mut Samples) {
    let site = inputs::site();
    let (host, bearer) = (format!("Host: {}\r\n", site.host()), site.bearer());
    for (file, head) in [
        ("refused-host.http", format!("Host: evil.example\r\n{bearer}")),
        ("refused-origin.http", format!("{host}{bearer}Origin: null\r\n")),
        ("refused-without-token.http", host.clone()),
        ("refused-token.http", format!("{host}Authorization: Bearer wrong\r\n")),
        ("refused-length.http", format!("{host}{bearer}Content-Length: 65537\r\n")),
    ] {
        let answer = ask(site.tcp().await, &format!("GET /v1/readers HTTP/1.1\r\n{head}")).await;
        samples.whole(file, READERS, &answer);
    }
    let board = site.pair("only-board", r#"["board"]"#).await;
    let head = format!("GET /v1/tokens HTTP/1.1\r\n{host}Authorization: Bearer {board}\r\n");
    samples.whole("refused-scope.http", "GET /v1/tokens", &ask(site.tcp().await, &head).await);
    let head = format!(
        "POST /v1/lookups HTTP/1.1\r\n{host}{bearer}Content-Type: text/plain\r\nContent-Length: 2\r\n"
    );
    let kind = ask(site.tcp().await, &head).await;
    samples.whole("refused-kind.http", "POST /v1/lookups", &kind);

    let hasty = inputs::site_with(|limits| limits.rate = Rate { each_second: 1, at_once: 1 });
    hasty.get("/v1/readers").await;
    samples.whole("refused-too-often.http", READERS, &hasty.get("/v1/readers").await);
    let full = inputs::site_with(|limits| limits.connections = 0);
    samples.whole("refused-full.http", READERS, &full.get("/v1/readers").await);
}

pub(super) async fn of_the_routes(samples: &mut Samples) {
    let site = inputs::site();
    for number in 1..=2 {
        site.tell(result(number)).await;
    }
    site.forget_all().await;
    site.tell(inputs::results().remove(3).1).await;
    for (file, operation, target) in [
        ("refused-form.http", "GET /v1/results", "/v1/results?limit=0"),
        ("refused-absent.http", "GET /v1/results/{id}", "/v1/results/99"),
        ("refused-gone.http", "GET /v1/results", "/v1/results?since=0"),
    ] {
        samples.whole(file, operation, &site.get(target).await);
    }
    for (file, method, path, target, body) in [
        (
            "refused-field.http",
            "POST",
            "/v1/lookups",
            "/v1/lookups",
            &*LOOKUP.replace("19850228", "19850231"),
        ),
        ("refused-ahead.http", "PUT", "/v1/acknowledgement", "/v1/acknowledgement", r#"{"up_to":3}"#),
        ("refused-requery.http", "POST", "/v1/results/{id}/requery", "/v1/results/3/requery", ""),
        ("refused-name.http", "POST", "/v1/tokens", "/v1/tokens", r#"{"name":"receipt","scopes":["board"]}"#),
        ("refused-code.http", "POST", "/v1/pairings", "/v1/pairings", r#"{"code":"AAAAAAAA"}"#),
    ] {
        let answer = site.send(method, target, body).await;
        samples.whole(file, &format!("{method} {path}"), &answer);
    }
    // A method that no operation has stands in no document: `Allow` says which there are.
    let answer = site.send("POST", "/v1/readers", "").await;
    assert_eq!((answer.status, header(&answer, "allow: ")), (405, Some("get,head")));
}

pub(super) async fn of_the_terminal(samples: &mut Samples) {
    let site = inputs::site();
    site.tell(result(1)).await;
    site.damage(ResultId(1));
    samples.whole("refused-by-the-ledger.http", "GET /v1/results/{id}", &site.get("/v1/results/1").await);
    let busy = site.send("POST", "/v1/lookups", LOOKUP).await;
    samples.whole("refused-lookups-busy.http", "POST /v1/lookups", &busy);
    *site.port.centre_says.lock().unwrap() = Some(Err(codes::CENTRE_SILENT));
    samples.whole(
        "refused-by-the-centre.http",
        "POST /v1/lookups",
        &site.send("POST", "/v1/lookups", LOOKUP).await,
    );
    *site.port.says.lock().unwrap() = Err(StaffFault::NoVisit);
    let armed = site.send("PUT", "/v1/readers/front-1/visual-check", r#"{"by":"tanaka"}"#).await;
    samples.whole("refused-untimely.http", "PUT /v1/readers/{reader}/visual-check", &armed);
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.head.lines().find_map(|line| line.strip_prefix(name))
}
