//! What the desk says of a failure code.

use serde::Serialize;
use utoipa::ToSchema;

/// A failure's meaning and remedy.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailureBody {
    /// The stable code.
    pub(crate) code: &'static str,
    /// What happened.
    pub(crate) title: &'static str,
    /// What happened, in Japanese.
    pub(crate) title_ja: &'static str,
}

/// The catalogue's entry of a code.
pub(crate) fn explain(code: &str) -> Option<FailureBody> {
    let code = failure::codes::ALL.iter().find(|known| known.as_str() == code)?.as_str();
    let (title, title_ja) = wording(code);
    Some(FailureBody { code, title, title_ja })
}

/// Wording of the API's own failures: English, Japanese.
pub(crate) fn wording(code: &str) -> (&'static str, &'static str) {
    match code {
        "API_TOKEN_MISSING" => ("The request carries no token.", "トークンがありません。"),
        "API_TOKEN_WRONG" => ("The token is not known.", "トークンが正しくありません。"),
        "API_HOST_FOREIGN" => (
            "The Host header is not one of this service.",
            "Host ヘッダーがこのサービスのものではありません。",
        ),
        "API_ORIGIN_FOREIGN" => {
            ("Requests from this web page are refused.", "このウェブページからの要求は受け付けません。")
        }
        "API_NOT_FOUND" => ("Nothing under this address.", "該当するものがありません。"),
        "API_BAD_REQUEST" => ("The request's form is wrong.", "要求の形式が正しくありません。"),
        "API_CONSUMER_SLOW" => (
            "Events were read too slowly. Resume by the last id.",
            "イベントの読み取りが間に合いませんでした。最後の id から再開してください。",
        ),
        "API_GONE" => (
            "The ledger does not hold everything after this id. Start again from `oldest`.",
            "この id 以降の一部はもうありません。`oldest` からやり直してください。",
        ),
        _ => ("The terminal cannot answer now.", "現在応答できません。"),
    }
}
