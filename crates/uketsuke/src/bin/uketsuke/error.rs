//! Why a command came to nothing; the text is for the person who typed it.

use crate::{audit, lookup, passcode};
use hyper::StatusCode;

/// Why a command came to nothing. Japanese first; never a patient's data.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ControlError {
    #[error(
        "{path} につながりません。デーモンが動いているか確認してください / no connection to {path}: is the daemon running? ({source})"
    )]
    Connect { path: String, source: std::io::Error },
    #[error(
        "デーモンとの接続が切れました。デーモンが動いているか確認してください / the connection to the daemon ended: is the daemon still running?"
    )]
    Ended,
    #[error("デーモンの応答が読めません / the daemon's answer cannot be read: {0}")]
    Http(#[from] hyper::Error),
    #[error("デーモンの応答が読めません / the daemon's answer cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// As [`Self::Json`], where the parser's own words might quote what a person is called.
    #[error(
        "デーモンの応答が読めません。uketsuke と uketsuked の版をそろえてください / the daemon's answer cannot be read: use uketsuke and uketsuked of one version"
    )]
    Answer,
    #[error("Ctrl-C を受け取れません / the system does not let Ctrl-C be heard: {0}")]
    Signals(std::io::Error),
    #[error("要求を作れません / the request cannot be made: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("デーモンが断りました / the daemon refused: {status} {detail}")]
    Refused { status: StatusCode, detail: String },
    #[error("組み合わせませんでした。前のままです / not paired, everything is as before: {0}")]
    NotPaired(String),
    #[error(
        "{0} というカードリーダーはありません。`uketsuke status` で id を確かめてください / there is no reader {0}: `uketsuke status` lists their ids"
    )]
    NoSuchReader(String),
    #[error(
        "{0} というトークンはありません。`uketsuke pair list` で名前を確かめてください / there is no token {0}: `uketsuke pair list` lists their names"
    )]
    NoSuchToken(String),
    #[error(
        "{0} というコードはありません。画面やログに出たとおりに入力してください / there is no code {0}: type it as the screen or the log shows it"
    )]
    NoSuchCode(String),
    #[error(
        "{0} は職員の名前に使えません。英小文字・数字・- で 32 文字までにしてください / {0} cannot name staff: use 1 to 32 of a-z, 0-9 and -"
    )]
    NoSuchStaff(String),
    #[error("{0} では受付が進んでいません / no visit is in progress on {0}")]
    NoVisit(String),
    #[error("{0}")]
    Audit(#[from] audit::Broken),
    #[error("{0}")]
    Lookup(#[from] lookup::TypingError),
    #[error("{0}")]
    Passcode(#[from] passcode::SetError),
}
