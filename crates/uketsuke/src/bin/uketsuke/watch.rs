//! `uketsuke watch`: one line for each event. Of a person nothing: the desk's screen shows that.

use crate::client::{at, code, detail, follow, get, list, word};
use crate::{Arguments, ControlError, status};
use serde_json::Value;

pub(crate) async fn watch(arguments: &Arguments) -> Result<(), ControlError> {
    let answer = get(arguments, "/v1/events").await?;
    let mut pending = Vec::new();
    // There is no last event: it goes on until Ctrl-C.
    follow(answer.into_body(), |bytes| {
        pending.extend_from_slice(bytes);
        while let Some(end) = pending.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = pending.drain(..end.saturating_add(2)).collect();
            if let Some(line) = told(&String::from_utf8_lossy(&event)) {
                println!("{line}");
            }
        }
        Ok(false)
    })
    .await
    .map(drop)
}

/// An event in one line; `None` for a heartbeat.
fn told(event: &str) -> Option<String> {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let data = serde_json::from_str::<Value>(field("data: ")).ok()?;
    Some(match field("event: ") {
        "result" => format!(
            "結果 / result {}: {} visit {} {} {}{}",
            at(&data, "id"),
            word(&data, "reader"),
            word(&data, "visit"),
            word(&data, "verification"),
            word(&data, "validity"),
            remarks(&data),
        ),
        "damaged" => format!(
            "結果 {id} は読めません / result {id} cannot be read{code}",
            id = at(&data, "id"),
            code = code(&data),
        ),
        "untold" => untold(&data),
        "station" => format!(
            "{}: {}{}{}",
            word(&data, "reader"),
            word(&data, "state"),
            at(&data, "step").as_str().map(|step| format!(" ({step})")).unwrap_or_default(),
            code(at(&data, "failure")),
        ),
        "centre" => status::centre(&data),
        "folder" => status::folder(&data),
        "problem" => detail(&data),
        other => other.to_owned(),
    })
}

fn untold(data: &Value) -> String {
    format!(
        "{consumer} に渡らないまま {count} 件の結果が期限で消えました（{from}–{to}） / {count} results ({from} to {to}) \
         were destroyed at the end of their days before {consumer} had them",
        consumer = word(data, "consumer"),
        count = at(data, "count"),
        from = at(data, "from"),
        to = at(data, "to"),
    )
}

/// The codes of what is worth knowing beside a result.
fn remarks(result: &Value) -> String {
    list(result, "remarks").map(|remark| format!(" {}", word(remark, "code"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_told_without_the_person() {
        let event = "id: 7\nevent: result\ndata: {\"id\":7,\"reader\":\"front-1\",\"visit\":\"ab\",\"verification\":\
                     \"face\",\"validity\":\"valid\",\"document\":\"見本　花子\",\"remarks\":[{\"code\":\"CENTRE_NOTE\",\
                     \"word\":\"見本\"}]}\n\n";
        assert_eq!(told(event).as_deref(), Some("結果 / result 7: front-1 visit ab face valid CENTRE_NOTE"));
    }

    #[test]
    fn what_went_wrong_is_told_in_both_languages() {
        for (event, said) in [
            (
                "event: untold\ndata: {\"consumer\":\"clinic\",\"from\":3,\"to\":5,\"count\":3}",
                "3 results (3 to 5)",
            ),
            (
                "event: damaged\ndata: {\"id\":9,\"code\":\"LEDGER_UNUSABLE\"}",
                "result 9 cannot be read — LEDGER_UNUSABLE",
            ),
            ("event: folder\ndata: {\"folder\":\"requests\",\"trouble\":null}", "request folder: あります"),
            (
                "event: problem\ndata: {\"detail\":\"遅い\",\"detail_en\":\"slow\",\"code\":\"API_CONSUMER_SLOW\"}",
                "遅い / slow",
            ),
        ] {
            let told = told(event).unwrap_or_default();
            assert!(told.contains(said), "{told}");
        }
        assert_eq!(told(": alive"), None);
    }
}
