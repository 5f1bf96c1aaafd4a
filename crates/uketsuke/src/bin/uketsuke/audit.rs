//! `uketsuke audit`: who did what, who saw which result, and whether the record of it is whole.

use crate::client::{at, get_json, list as items, word};
use crate::{Arguments, ControlError, words};
use clap::Subcommand;
use serde_json::Value;

/// Entries fetched at once.
const PAGE: u64 = 100;

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// 古い順に表示 / Show it, the oldest first.
    List {
        /// この番号より後だけ / only what came after this number.
        #[arg(long, default_value_t = 0)]
        since: u64,
    },
    /// 記録が全部そのままか調べる。壊れていれば終了コード 1 / Look whether all of it is as it was noted; exit code 1 if not.
    Verify,
}

/// The audit is not whole.
#[derive(Debug, thiserror::Error)]
#[error(
    "記録は {at} 番から、書かれたときのままではありません。それより前の {entries} 件はそのままです。
台帳を消さず、直さず、写しを取り（デーモンを止め、台帳のフォルダごと）、個人情報の責任者に知らせてください。
受付はそのまま続けられます。{at} 番より前は信用でき、後は証拠になりません。
the audit is not as it was noted from entry {at} on; the {entries} entries before it are whole.
Do not delete or mend the ledger: stop the daemon, copy the ledger's whole folder, and tell whoever answers for
personal data at this site. Reception may go on. Entries before {at} can be relied upon, later ones prove nothing."
)]
pub(crate) struct Broken {
    at: u64,
    entries: u64,
}

pub(crate) async fn audit(arguments: &Arguments, what: &Audit) -> Result<(), ControlError> {
    match what {
        Audit::List { since } => list(arguments, *since).await,
        Audit::Verify => verify(arguments).await,
    }
}

async fn list(arguments: &Arguments, mut since: u64) -> Result<(), ControlError> {
    loop {
        let page = get_json(arguments, &format!("/v1/audit?since={since}&limit={PAGE}")).await?;
        for line in lines(&page) {
            println!("{line}");
        }
        let next = at(&page, "next").as_u64().unwrap_or(since);
        if next <= since {
            return Ok(());
        }
        since = next;
    }
}

async fn verify(arguments: &Arguments) -> Result<(), ControlError> {
    let verdict = get_json(arguments, "/v1/audit/verification").await?;
    let entries = at(&verdict, "entries").as_u64().unwrap_or_default();
    if let Some(at) = at(&verdict, "broken_at").as_u64() {
        return Err(Broken { at, entries }.into());
    }
    println!(
        "記録 {entries} 件はすべて書かれたときのままです / all {entries} entries are as they were noted"
    );
    println!("末尾の値 / head: {}", word(&verdict, "head"));
    println!(
        "この値を端末の外に書き留めておくと、後で記録ごと巻き戻されたことも分かります / written down outside this machine, it shows later whether the whole audit was set back"
    );
    Ok(())
}

/// The entries of one page in order, those that are damaged in their place.
fn lines(page: &Value) -> Vec<String> {
    let whole =
        items(page, "entries").map(|entry| (at(entry, "id").as_u64().unwrap_or_default(), line(entry)));
    let damaged = items(page, "damaged").filter_map(Value::as_u64).map(|id| {
        (id, format!("{id} 書かれたときのままではありません / not as it was noted: uketsuke audit verify"))
    });
    let mut all: Vec<_> = whole.chain(damaged).collect();
    all.sort_unstable();
    all.into_iter().map(|(_, line)| line).collect()
}

fn line(entry: &Value) -> String {
    format!(
        "{} {} {} {}: {}{}{}",
        at(entry, "id"),
        word(entry, "at"),
        word(entry, "reader"),
        words::actor(word(entry, "actor"), at(entry, "by").as_str()),
        words::deed(word(entry, "deed")),
        about(entry),
        at(entry, "visit").as_str().map(|visit| format!(" visit {visit}")).unwrap_or_default(),
    )
}

/// What the deed was about: a token, a consumer, results.
fn about(entry: &Value) -> String {
    let mut about = String::new();
    if let Some(name) = at(entry, "name").as_str() {
        about.push_str(&format!(" {name}"));
    }
    let scopes: Vec<&str> = items(entry, "scopes").filter_map(Value::as_str).collect();
    if !scopes.is_empty() {
        about.push_str(&format!(" ({})", scopes.join(" ")));
    }
    match (at(entry, "from").as_u64(), at(entry, "to").as_u64()) {
        (Some(from), Some(to)) if from == to => about.push_str(&format!(" #{from}")),
        (Some(from), Some(to)) => about.push_str(&format!(" #{from}–#{to}")),
        (Some(from), None) => about.push_str(&format!(" #{from}–")),
        (None, Some(to)) => about.push_str(&format!(" –#{to}")),
        (None, None) => {}
    }
    about
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AuditBy, AuditDeed, CallerName, ResultId};
    use serde_json::json;

    #[test]
    fn entries_are_told_in_words_and_in_order() {
        let page = json!({
            "entries": [
                { "id": 1, "at": "T1", "reader": "front-1", "visit": "ab", "by": "tanaka", "actor": "staff", "deed": "person_confirmed" },
                { "id": 3, "at": "T3", "reader": null, "visit": null, "by": "clinic", "actor": "caller", "deed": "results_shown", "from": 4, "to": 6 },
                { "id": 4, "at": "T4", "reader": null, "visit": null, "by": "0", "actor": "local_user", "deed": "token_made", "name": "clinic", "scopes": ["results", "lookups"] },
                { "id": 5, "at": "T5", "reader": null, "visit": null, "by": null, "actor": "board", "deed": "listening_began", "from": 7 },
                { "id": 6, "at": "T6", "reader": null, "visit": null, "by": null, "actor": "terminal", "deed": "listening_ended", "to": 0 },
            ],
            "damaged": [2], "next": 6,
        });
        assert_eq!(
            lines(&page),
            [
                "1 T1 front-1 職員 / staff tanaka: 本人と確認した / person confirmed visit ab",
                "2 書かれたときのままではありません / not as it was noted: uketsuke audit verify",
                "3 T3 - プログラム / program clinic: 結果を見た / results shown #4–#6",
                "4 T4 - この PC の利用者 / local user 0: トークンを作った / token made clinic (results lookups)",
                "5 T5 - 受付の画面 / the board: 結果の受信を始めた / listening began #7–",
                "6 T6 - 端末 / the terminal: 結果の受信を終えた / listening ended –#0",
            ]
        );
    }

    /// A new deed or actor fails to compile here, and then needs words.
    #[test]
    fn every_deed_and_actor_has_words() {
        let (id, name) = (ResultId(1), || "clinic".parse::<CallerName>().unwrap());
        let deeds = [
            AuditDeed::VisualCheckArmed,
            AuditDeed::VisualCheckDisarmed,
            AuditDeed::PersonConfirmed,
            AuditDeed::PersonRefused,
            AuditDeed::PasscodeRefused,
            AuditDeed::BoardUnlocked,
            AuditDeed::VisitCancelled,
            AuditDeed::ConsentAskedAgain,
            AuditDeed::ResultsShown { from: id, to: id },
            AuditDeed::ListeningBegan { after: id },
            AuditDeed::ListeningEnded { up_to: id },
            AuditDeed::LookedUp,
            AuditDeed::Requeried { result: id },
            AuditDeed::TokenMade { name: name(), scopes: Vec::new() },
            AuditDeed::TokenRevoked { name: name() },
            AuditDeed::DroppedUntold { consumer: name(), from: id, to: id, count: 1 },
        ];
        for deed in deeds {
            match deed {
                AuditDeed::VisualCheckArmed
                | AuditDeed::VisualCheckDisarmed
                | AuditDeed::PersonConfirmed
                | AuditDeed::PersonRefused
                | AuditDeed::PasscodeRefused
                | AuditDeed::BoardUnlocked
                | AuditDeed::VisitCancelled
                | AuditDeed::ConsentAskedAgain
                | AuditDeed::ResultsShown { .. }
                | AuditDeed::ListeningBegan { .. }
                | AuditDeed::ListeningEnded { .. }
                | AuditDeed::LookedUp
                | AuditDeed::Requeried { .. }
                | AuditDeed::TokenMade { .. }
                | AuditDeed::TokenRevoked { .. }
                | AuditDeed::DroppedUntold { .. } => {}
            }
            let word = as_in_the_api(&json!(deed));
            assert_ne!(words::deed(&word), word);
        }
        let staff = "tanaka".parse().unwrap();
        for by in [
            AuditBy::Staff(staff),
            AuditBy::AtReader,
            AuditBy::Caller(name()),
            AuditBy::LocalUser(0),
            AuditBy::Board,
            AuditBy::Folders,
            AuditBy::Terminal,
        ] {
            match by {
                AuditBy::Staff(_)
                | AuditBy::AtReader
                | AuditBy::Caller(_)
                | AuditBy::LocalUser(_)
                | AuditBy::Board
                | AuditBy::Folders
                | AuditBy::Terminal => {}
            }
            let told = words::actor(word(&json!(by), "kind"), None);
            assert!(told.contains(" / "), "{told}");
        }
    }

    /// The model names a deed as the API does.
    fn as_in_the_api(deed: &Value) -> String {
        let named = deed.as_object().and_then(|fields| fields.keys().next()).map(String::as_str);
        named.or(deed.as_str()).unwrap_or_default().to_owned()
    }
}
