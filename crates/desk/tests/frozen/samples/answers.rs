//! What is asked and answered, operation by operation.

use super::Samples;
use crate::common::{NOW, Site, centre_answer, cookies, result};
use crate::inputs;
use desk::{PasscodeVerdict, ShownPanel};
use failure::codes;
use model::panel::{Language, Notice, Panel, Question};
use model::{
    AuditBy, AuditEntry, Beside, CardMark, Counted, Pii, Purpose, Qualification, ResultId, Validity,
    VisitResult,
};
use std::time::Duration;

pub(super) async fn results(samples: &mut Samples) {
    let site = inputs::site();
    for (name, result) in inputs::results() {
        let id = site.tell(result).await;
        let answer = site.get(&format!("/v1/results/{id}")).await;
        samples.body(&format!("result-{name}.json"), "GET /v1/results/{id}", &answer);
    }
    site.damage(ResultId(3));
    let page = site.get("/v1/results?since=1&limit=2").await;
    samples.body("results.json", "GET /v1/results", &page);
}

pub(super) async fn comparing(samples: &mut Samples) {
    let site = inputs::site();
    let card = || Beside { card: Some(Pii::new(CardMark([1; 32]))), took: None };
    let told = inputs::results();
    let [(_, valid), .., (_, remarked), _] = &told[..] else { unreachable!("eight results") };
    site.tell_with(valid.clone(), card()).await;
    let xml = &valid.qualification.expose(Purpose::TellReceiptComputer).xml;
    let qualification = Pii::new(Qualification { xml: xml.replace("ﾐﾎﾝ", "ｼﾖｳﾜ") });
    let kana = VisitResult { visit: inputs::visit(20), qualification, ..valid.clone() };
    site.tell(kana).await;
    let blanked = VisitResult { validity: Validity::Invalid, ..remarked.clone() };
    let xml = &blanked.qualification.expose(Purpose::TellReceiptComputer).xml;
    let xml = xml.replace("<QualificationValidity>1<", "<QualificationValidity>2<");
    let xml = xml.replace("<PostNumber>999-0001</PostNumber>", "").replace("<Sex1>", "<Sex2>1</Sex2><Sex1>");
    let blanked = VisitResult { qualification: Pii::new(Qualification { xml }), ..blanked };
    site.tell_with(blanked, card()).await;
    let stored = r#"{"name":"見本　花子","name_kana":"ミホン　ハナコ","birth_date":"19850228","post_number":"9990001","address":"架空県見本市二丁目","insured_name":"見本　一郎","limit_class":"B05"}"#;
    let compared = site.send("POST", "/v1/results/3/comparison", stored).await;
    samples.body("comparison.json", "POST /v1/results/{id}/comparison", &compared);
    let kana = site.send(
        "POST",
        "/v1/results/1/comparison",
        r#"{"name_kana":"ミホン ハナコ","name":"見本 花子","insurer_name":"別の組合"}"#,
    );
    samples.body("comparison-of-width.json", "POST /v1/results/{id}/comparison", &kana.await);
    let small = site.send("POST", "/v1/results/2/comparison", r#"{"name_kana":"ショウワ ハナコ"}"#).await;
    samples.body("comparison-of-small-kana.json", "POST /v1/results/{id}/comparison", &small);
    samples.body("changes.json", "GET /v1/results/{id}/changes", &site.get("/v1/results/3/changes").await);
    samples.body(
        "changes-of-a-first-visit.json",
        "GET /v1/results/{id}/changes",
        &site.get("/v1/results/1/changes").await,
    );
}

pub(super) async fn consumers(samples: &mut Samples) {
    let site = inputs::site();
    for consumer in ["face-folder", "receipt"] {
        site.ledger.register(consumer.parse().unwrap(), NOW).await.unwrap();
    }
    for number in 1..=3 {
        site.tell(result(number)).await;
    }
    site.ledger.acknowledge("receipt".parse().unwrap(), ResultId(2), inputs::seconds_later(1)).await.unwrap();
    samples.body("consumers.json", "GET /v1/consumers", &site.get("/v1/consumers").await);
    samples.body("acknowledgement.json", "GET /v1/acknowledgement", &site.get("/v1/acknowledgement").await);
    let acknowledged = site.send("PUT", "/v1/acknowledgement", r#"{"up_to":3}"#).await;
    let when = acknowledged.json()["acknowledged_at"].as_str().unwrap().to_owned();
    let mask = [(when.as_str(), "2026-02-25T15:13:21.000+09:00")];
    samples.masked("acknowledged.json", "PUT /v1/acknowledgement", &acknowledged, &mask);
}

pub(super) const LOOKUP: &str = r#"{"insurer_number":"990123","symbol":"架空１２","number":"00345","branch":"02","birth_date":"19850228"}"#;

pub(super) async fn lookups(samples: &mut Samples) {
    let site = inputs::site();
    let says = |answer| *site.port.centre_says.lock().unwrap() = Some(answer);
    says(Ok(model::Answer { remarks: inputs::remarks(), ..centre_answer(Validity::Valid) }));
    samples.body("answer.json", "POST /v1/lookups", &site.send("POST", "/v1/lookups", LOOKUP).await);

    let told = inputs::results();
    site.tell(told[0].1.clone()).await;
    says(Ok(centre_answer(Validity::InvalidWithNewer)));
    let requeried = site.send("POST", "/v1/results/1/requery", "").await;
    samples.body("answer-to-a-requery.json", "POST /v1/results/{id}/requery", &requeried);
}

pub(super) async fn counts(samples: &mut Samples) {
    let site = inputs::site();
    for (number, (_, result)) in (1..).zip(inputs::results()) {
        site.tell_with(result, Beside { card: None, took: Some(Duration::from_secs(7 * number)) }).await;
    }
    site.ledger.count(Counted::Failure(codes::CARD_LEFT), NOW);
    site.ledger.count(Counted::Answer(Validity::NotFound), NOW);
    // Counted in order with what is waited for here.
    site.ledger.register("receipt".parse().unwrap(), NOW).await.unwrap();
    samples.body("day.json", "GET /v1/counts/days/{day}", &site.get("/v1/counts/days/2026-02-25").await);
    samples.body("month.json", "GET /v1/counts/months/{month}", &site.get("/v1/counts/months/2026-02").await);
    // Those of today, which are none, and how everything stands.
    let site = inputs::site();
    *site.port.stations.lock().unwrap() = inputs::stations();
    *site.port.folders.lock().unwrap() = inputs::folders();
    site.ledger.register("receipt".parse().unwrap(), NOW).await.unwrap();
    samples.body("metrics.txt", "GET /metrics", &site.get("/metrics").await);
}

pub(super) async fn readers(samples: &mut Samples) {
    let site = inputs::site();
    *site.port.stations.lock().unwrap() = inputs::stations();
    *site.port.folders.lock().unwrap() = inputs::folders();
    *site.port.line.lock().unwrap() = inputs::line_in_trouble();
    samples.body("readers.json", "GET /v1/readers", &site.get("/v1/readers").await);
    samples.body("visits.json", "GET /v1/visits", &site.get("/v1/visits").await);
    samples.body("failure.json", "GET /v1/failures/{code}", &site.get("/v1/failures/CARD_LEFT").await);
    samples.body("failure-by-number.json", "GET /v1/failures/{code}", &site.get("/v1/failures/006").await);
    samples.whole("health.http", "GET /v1/health", &site.get("/v1/health").await);
}

pub(super) async fn staff(samples: &mut Samples) {
    let site = inputs::site();
    let by = r#"{"by":"tanaka"}"#;
    let armed = site.send("PUT", "/v1/readers/front-1/visual-check", by).await;
    samples.whole("visual-check-armed.http", "PUT /v1/readers/{reader}/visual-check", &armed);
    let disarmed = site.send("DELETE", "/v1/readers/front-1/visual-check?by=tanaka", "").await;
    samples.whole("visual-check-disarmed.http", "DELETE /v1/readers/{reader}/visual-check", &disarmed);
    let visit = format!("/v1/readers/front-1/visits/{}", inputs::visit(4));
    let confirmed =
        site.send("POST", &format!("{visit}/confirmation"), r#"{"by":"tanaka","same_person":true}"#).await;
    samples.whole("confirmed.http", "POST /v1/readers/{reader}/visits/{visit}/confirmation", &confirmed);
    let again = site.send("POST", &format!("{visit}/consents/asked-again"), by).await;
    samples.whole(
        "consents-asked-again.http",
        "POST /v1/readers/{reader}/visits/{visit}/consents/asked-again",
        &again,
    );
    let cancelled = site.send("DELETE", &format!("{visit}?by=tanaka"), "").await;
    samples.whole("visit-cancelled.http", "DELETE /v1/readers/{reader}/visits/{visit}", &cancelled);
}

pub(super) async fn tokens(samples: &mut Samples) {
    let site = inputs::site();
    samples.body("tokens.json", "GET /v1/tokens", &site.get("/v1/tokens").await);
    let made =
        site.send("POST", "/v1/tokens", r#"{"name":"board-2","scopes":["board","kiosk:front-2"]}"#).await;
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let mask = "A".repeat(token.len());
    samples.masked("token.json", "POST /v1/tokens", &made, &[(&token, &mask)]);
    let revoked = site.send("DELETE", "/v1/tokens/board-2", "").await;
    samples.whole("token-revoked.http", "DELETE /v1/tokens/{name}", &revoked);
}

pub(super) async fn pages(samples: &mut Samples) {
    let site = inputs::site();
    let host = site.host();
    for (name, wanted) in [("board", r#"{"board":true}"#), ("kiosk", r#"{"kiosk":"front-2"}"#)] {
        let made = site.send("POST", "/v1/pairing-codes", wanted).await;
        let code = made.json()["code"].as_str().unwrap().to_owned();
        let masks = [(code.as_str(), "ABCDEFGH"), (host.as_str(), "127.0.0.1:8470")];
        samples.masked(&format!("pairing-code-{name}.json"), "POST /v1/pairing-codes", &made, &masks);
        let paired = site.send("POST", "/v1/pairings", &format!(r#"{{"code":"{code}"}}"#)).await;
        samples.whole(&format!("pairing-{name}.http"), "POST /v1/pairings", &paired);
    }
    board(samples, &site).await;
    let shown = Panel { language: Language::Japanese, notice: Notice::Wait, question: Some(Question::Face) };
    site.port.panel.send_replace(Some(ShownPanel { nonce: "0".repeat(32), panel: shown }));
    let touch = format!(r#"{{"nonce":"{}","touch":{{"kind":"pad_cancel"}}}}"#, "0".repeat(32));
    let touched = site.send("POST", "/v1/kiosk/front-2/touch", &touch).await;
    samples.whole("touched.http", "POST /v1/kiosk/{reader}/touch", &touched);
}

/// A board that is locked and opened again.
async fn board(samples: &mut Samples, site: &Site) {
    let open = site.board().await;
    let locked = site.by_page("POST", "/v1/board/lock", &open, "").await;
    samples.whole("board-locked.http", "POST /v1/board/lock", &locked);
    let [_, lock] = &cookies(&locked)[..] else { unreachable!("two cookies") };
    *site.port.passcode.lock().unwrap() = PasscodeVerdict::Right;
    samples.body("board.json", "GET /v1/board", &site.by_page("GET", "/v1/board", lock, "").await);
    let opened = site.by_page("POST", "/v1/board/unlock", lock, r#"{"passcode":"0000"}"#).await;
    samples.whole("board-unlocked.http", "POST /v1/board/unlock", &opened);
    *site.port.passcode.lock().unwrap() = PasscodeVerdict::Wrong;
    let refused = site.by_page("POST", "/v1/board/unlock", lock, r#"{"passcode":"0001"}"#).await;
    samples.whole("refused-passcode.http", "POST /v1/board/unlock", &refused);
}

pub(super) async fn audit(samples: &mut Samples) {
    let site = inputs::site();
    for (by, deed) in inputs::deeds() {
        let staff = matches!(by, AuditBy::Staff(_) | AuditBy::AtReader);
        let entry = AuditEntry {
            at: NOW,
            reader: staff.then(|| "front-1".parse().unwrap()),
            visit: staff.then(|| inputs::visit(1)),
            by,
            deed,
        };
        site.ledger.note(entry).await.unwrap();
    }
    samples.body("audit.json", "GET /v1/audit", &site.get("/v1/audit").await);
    let verified = site.get("/v1/audit/verification").await;
    let head = verified.json()["head"].as_str().unwrap().to_owned();
    let mask = "0".repeat(head.len());
    samples.masked("audit-verification.json", "GET /v1/audit/verification", &verified, &[(&head, &mask)]);
}
