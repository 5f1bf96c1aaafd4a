//! `uketsuke`: the control of a running daemon, an API client over its Unix socket.

#![allow(clippy::print_stdout, reason = "a program's own output")]

mod client;
mod passcode;
mod staff;

use clap::{Parser, Subcommand};
use client::{at, code, get, get_json, send, word};
use http_body_util::BodyExt;
use hyper::Method;
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;

/// 受付端末を見る・調べる / Look at a running reception terminal.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// デーモンのソケット / The daemon's Unix socket.
    #[arg(long, value_name = "FILE", env = "UKETSUKE_SOCKET", default_value = "/run/uketsuke/uketsuke.sock")]
    socket: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// リーダーと回線の今の状態 / The readers and the line as they stand.
    Status,
    /// 起きることを順に表示（Ctrl-C で終了） / Show what happens until Ctrl-C.
    Watch,
    /// カードリーダーと読み取り口を組み合わせる / Pair a reader with its card slot.
    Pair {
        #[command(subcommand)]
        what: Pair,
    },
    /// 目視確認の開始・解除・結果 / Visual check of person and card.
    Visual {
        #[command(subcommand)]
        what: staff::Visual,
    },
    /// 進行中の受付を中止する / End the visit in progress.
    Cancel(staff::At),
    /// 職員の操作の記録 / What staff did at the readers.
    Audit {
        #[command(subcommand)]
        what: staff::Audit,
    },
    /// カードリーダーで使う職員用のパスコード / The staff's passcode for the readers.
    Passcode {
        #[command(subcommand)]
        what: passcode::Passcode,
    },
    /// コードの意味と対処 / What a failure code means and what to do.
    Explain {
        /// 例 CARD_REMOVED_EARLY、006 / e.g. CARD_REMOVED_EARLY, 006.
        code: String,
    },
}

#[derive(Debug, Subcommand)]
enum Pair {
    /// カードを1枚置いて、どの読み取り口がそのリーダーのものか決める / Find the reader's slot by placing one card on it.
    Reader {
        /// 設定の id、例 front-1 / its id in the configuration, e.g. front-1.
        id: String,
    },
    /// 患者の画面を出すブラウザーに入力する番号を発行する / Make the code that lets a browser be the reader's panel.
    Kiosk {
        /// 設定の id、例 front-1 / its id in the configuration, e.g. front-1.
        id: String,
    },
}

#[derive(Debug, thiserror::Error)]
enum ControlError {
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
    #[error("要求を作れません / the request cannot be made: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("デーモンが断りました / the daemon refused: {0}")]
    Refused(String),
    #[error("組み合わせませんでした。前のままです / not paired, everything is as before: {0}")]
    NotPaired(String),
    #[error(
        "{0} というカードリーダーはありません。`uketsuke status` で id を確かめてください / there is no reader {0}: `uketsuke status` lists their ids"
    )]
    NoSuchReader(String),
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
    Passcode(#[from] passcode::SetError),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Status => status(&arguments).await,
        Command::Watch => watch(&arguments).await,
        Command::Pair { what: Pair::Reader { id } } => pair_reader(&arguments, id).await,
        Command::Pair { what: Pair::Kiosk { id } } => pair_kiosk(&arguments, id).await,
        Command::Visual { what } => staff::visual(&arguments, what).await,
        Command::Cancel(at) => staff::cancel(&arguments, at).await,
        Command::Audit { what: staff::Audit::List { since } } => staff::list(&arguments, *since).await,
        Command::Passcode { what: passcode::Passcode::Set { file } } => {
            passcode::set(file).map_err(Into::into)
        }
        Command::Explain { code } => explain(code),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut stderr = std::io::stderr();
            // Nobody is left to tell if this fails.
            let _ = std::io::Write::write_fmt(&mut stderr, format_args!("{error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn status(arguments: &Arguments) -> Result<(), ControlError> {
    let body = get_json(arguments, "/v1/readers").await?;
    println!("{}", centre(at(&body, "centre")));
    for reader in at(&body, "readers").as_array().into_iter().flatten() {
        println!(
            "{} {} {} [{} · {}]: {}{}{}{}{}{}",
            word(reader, "reader"),
            word(reader, "label"),
            word(reader, "lane"),
            word(reader, "model"),
            word(reader, "maturity"),
            word(reader, "state"),
            at(reader, "step").as_str().map(|step| format!(" ({step})")).unwrap_or_default(),
            staff::armed(reader),
            settling(reader),
            line(at(reader, "line")),
            code(at(reader, "failure")),
        );
    }
    Ok(())
}

/// The line as a whole, and when it will stand still.
fn centre(line: &Value) -> String {
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

async fn watch(arguments: &Arguments) -> Result<(), ControlError> {
    let mut answer = get(arguments, "/v1/events").await?;
    let mut pending = Vec::new();
    loop {
        tokio::select! {
            frame = answer.body_mut().frame() => {
                // A daemon that stops ends its answer, one that is killed breaks it off.
                let Some(Ok(frame)) = frame else { return Err(ControlError::Ended) };
                if let Ok(bytes) = frame.into_data() {
                    pending.extend_from_slice(&bytes);
                    while let Some(end) = pending.windows(2).position(|pair| pair == b"\n\n") {
                        let event: Vec<u8> = pending.drain(..end.saturating_add(2)).collect();
                        show_event(&String::from_utf8_lossy(&event));
                    }
                }
            }
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

async fn pair_kiosk(arguments: &Arguments, reader: &str) -> Result<(), ControlError> {
    let wanted = serde_json::json!({ "kiosk": reader }).to_string();
    let answer = send(arguments, Method::POST, "/v1/pairing-codes", wanted).await?;
    let made: Value = serde_json::from_slice(&answer.collect().await?.to_bytes())?;
    println!("番号 / code: {}", word(&made, "code"));
    println!(
        "この端末のブラウザーで {page} を開き、番号を入力してください（{seconds} 秒、一度だけ使えます） / open {page} in a browser on this machine and type the code (good for {seconds} s, once)",
        page = word(&made, "page"),
        seconds = at(&made, "holds_seconds"),
    );
    Ok(())
}

/// Tells each step as it comes. Ctrl-C or the end of this program gives the pairing up.
async fn pair_reader(arguments: &Arguments, reader: &str) -> Result<(), ControlError> {
    is_id(reader)?;
    let mut answer =
        send(arguments, Method::POST, &format!("/v1/readers/{reader}/pair"), String::new()).await?;
    let mut pending = Vec::new();
    loop {
        tokio::select! {
            frame = answer.body_mut().frame() => {
                let Some(Ok(frame)) = frame else { return Err(ControlError::Ended) };
                let Ok(bytes) = frame.into_data() else { continue };
                pending.extend_from_slice(&bytes);
                while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = pending.drain(..=end).collect();
                    if pair_step(reader, &serde_json::from_slice(&line)?)? {
                        return Ok(());
                    }
                }
            }
            _ = tokio::signal::ctrl_c() => {
                return Err(ControlError::NotPaired("中止しました / cancelled".to_owned()));
            }
        }
    }
}

/// The daemon judges the id; here it only must not change the path.
fn is_id(id: &str) -> Result<(), ControlError> {
    if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && !id.is_empty() {
        Ok(())
    } else {
        Err(ControlError::NoSuchReader(id.to_owned()))
    }
}

/// Says one step; true at the good end.
fn pair_step(reader: &str, step: &Value) -> Result<bool, ControlError> {
    match word(step, "step") {
        "place_card" => println!(
            "{reader} にカードを1枚だけ置いてください（{seconds} 秒以内） / place one card, and only one, on {reader} (within {seconds} s)",
            seconds = at(step, "within_seconds"),
        ),
        "take_card" => println!(
            "読み取り口「{slot}」に届きました。カードを取ってください / it came into the slot {slot:?}: take the card",
            slot = word(step, "slot"),
        ),
        "paired" => {
            println!(
                "組み合わせました。{reader} の読み取り口は「{slot}」です / paired: the slot of {reader} is {slot:?}",
                slot = word(step, "slot"),
            );
            return Ok(true);
        }
        "refused" => {
            return Err(ControlError::NotPaired(format!(
                "{} / {}{}",
                word(step, "detail"),
                word(step, "detail_en"),
                code(step)
            )));
        }
        other => println!("{other}"),
    }
    Ok(false)
}

/// One line for each event. Of a result only what is not personal: the desk's screen shows the rest.
fn show_event(event: &str) {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let Ok(data) = serde_json::from_str::<Value>(field("data: ")) else { return };
    match field("event: ") {
        "result" => println!(
            "結果 / result {}: {} visit {} {} {}{}",
            at(&data, "id"),
            word(&data, "reader"),
            word(&data, "visit"),
            word(&data, "verification"),
            word(&data, "validity"),
            staff::remarks(&data),
        ),
        "station" => println!(
            "{}: {}{}{}",
            word(&data, "reader"),
            word(&data, "state"),
            at(&data, "step").as_str().map(|step| format!(" ({step})")).unwrap_or_default(),
            code(at(&data, "failure")),
        ),
        "centre" => println!("{}", centre(&data)),
        other => println!("{other}"),
    }
}

/// Every meaning that a code or a reader's own number may have, the likeliest first.
fn explain(code: &str) -> Result<(), ControlError> {
    let meanings = failure::meanings(code);
    if meanings.is_empty() {
        return Err(ControlError::NoSuchCode(code.to_owned()));
    }
    for (place, entry) in meanings.into_iter().enumerate() {
        if place > 0 {
            println!("\n同じ番号の別の意味 / the same number may also mean\n");
        }
        println!("{}", entry.code);
        if !entry.reader_numbers.is_empty() {
            println!("カードリーダーの表示 / shown by readers as: {}", entry.reader_numbers.join(", "));
        }
        for (title, text) in [
            ("原因 / Cause", &entry.cause),
            ("患者さんへ / Patient", &entry.patient),
            ("受付で / Reception", &entry.reception),
            ("技術者へ / Technician", &entry.technician),
        ] {
            println!("\n{title}\n  {}\n  {}", text.ja, text.en);
        }
    }
    Ok(())
}
