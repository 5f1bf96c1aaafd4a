//! `uketsuke status`: readers, the line and the folders as they stand.

use crate::client::{at, code, get_json, list, word};
use crate::{Arguments, ControlError, words};
use serde_json::Value;

pub(crate) async fn status(arguments: &Arguments) -> Result<(), ControlError> {
    let body = get_json(arguments, "/v1/readers").await?;
    println!("{}", centre(at(&body, "centre")));
    for away in list(&body, "folders").filter(|folder| is_away(folder)) {
        println!("{}", folder(away));
    }
    for reader in list(&body, "readers") {
        println!(
            "{} {} {} [{} · {}]: {}{}{}{}{}{}",
            word(reader, "reader"),
            word(reader, "label"),
            word(reader, "lane"),
            word(reader, "model"),
            word(reader, "maturity"),
            word(reader, "state"),
            at(reader, "step").as_str().map(|step| format!(" ({step})")).unwrap_or_default(),
            armed(reader),
            settling(reader),
            line(at(reader, "line")),
            code(at(reader, "failure")),
        );
    }
    Ok(())
}

/// The line as a whole, and when it will stand still.
pub(crate) fn centre(line: &Value) -> String {
    let window = at(line, "maintenance");
    let announced = if window.is_null() {
        String::new()
    } else {
        format!(
            "、メンテナンス予告 / maintenance announced: {} – {}",
            word(window, "from"),
            word(window, "until")
        )
    };
    format!("センター / centre: {}{}{announced}", word(line, "state"), code(line))
}

/// One folder, and since when it is away. What waits for it is caught up.
pub(crate) fn folder(folder: &Value) -> String {
    let name = words::folder(word(folder, "folder"));
    if !is_away(folder) {
        return format!("{name}: あります / there");
    }
    let trouble = at(folder, "trouble");
    format!(
        "{name}: {since} から使えず、戻れば続きから処理します / away since {since}, caught up once it is back{code}",
        since = word(trouble, "at"),
        code = code(trouble),
    )
}

fn is_away(folder: &Value) -> bool {
    !at(folder, "trouble").is_null()
}

/// Until when the visual check waits for a card.
fn armed(reader: &Value) -> String {
    at(reader, "armed_until")
        .as_str()
        .map(|until| format!("、{until} まで / until {until}"))
        .unwrap_or_default()
}

/// Visits that go on although their card is gone.
fn settling(reader: &Value) -> String {
    match at(reader, "settling").as_u64() {
        None | Some(0) => String::new(),
        Some(count) => format!("、結果待ち / results on their way: {count}"),
    }
}

/// This reader's own line, if it is not up.
fn line(line: &Value) -> String {
    match at(line, "code").as_str() {
        Some(code) => format!("、回線 / line: down ({code})"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_folder_that_is_away_is_told_with_its_code_and_since_when() {
        let away = json!({ "folder": "face", "trouble": { "code": "FOLDER_UNWRITABLE", "at": "2031-04-05T09:30:12.000+09:00" } });
        let told = folder(&away);
        for part in ["face folder", "away since 2031-04-05T09:30:12", "uketsuke explain FOLDER_UNWRITABLE"] {
            assert!(told.contains(part), "{told}");
        }
        assert!(folder(&json!({ "folder": "answers", "trouble": null })).ends_with("there"));
    }
}
