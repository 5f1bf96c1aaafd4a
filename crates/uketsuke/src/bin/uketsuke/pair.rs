//! `uketsuke pair`: what belongs to this desk: readers' slots, pages, programs.

use crate::client::{Followed, at, code, follow, json, send, word};
use crate::{Arguments, ControlError, is_id, tokens};
use clap::Subcommand;
use hyper::{Method, StatusCode};
use model::CallerName;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(crate) enum Pair {
    /// カードを1枚置いて、どの読み取り口がそのリーダーのものか決める / Find the reader's slot by placing one card on it.
    Reader {
        /// 設定の id、例 front-1 / its id in the configuration, e.g. front-1.
        id: String,
    },
    /// 患者の画面をつなぐ番号を発行する / Make the code for a reader's kiosk page.
    Kiosk {
        /// 設定の id、例 front-1 / its id in the configuration, e.g. front-1.
        #[arg(value_name = "READER")]
        id: String,
    },
    /// 受付の画面をつなぐ番号を発行する / Make the code for the board's page.
    Board,
    /// レセコンなどのプログラムのトークンを作る。表示は一度だけ / Make a token for a program; it is shown this once.
    ///
    /// 最後の行がトークンだけなので、`uketsuke pair token … | tail -n 1` で取り出せます。
    /// / The last line is the token alone: a script takes it with `… | tail -n 1`.
    Token(tokens::Wanted),
    /// トークンと、結果の受け取り手 / The tokens, and how far each consumer of results is.
    List,
    /// トークンを取り消す。結果もそのプログラムのためには残さなくなる / Revoke a token; nothing is kept for it any more.
    Revoke {
        /// `uketsuke pair list` の名前 / its name in `uketsuke pair list`.
        name: CallerName,
    },
}

pub(crate) async fn pair(arguments: &Arguments, what: &Pair) -> Result<(), ControlError> {
    match what {
        Pair::Reader { id } => reader(arguments, id).await,
        Pair::Kiosk { id } => kiosk(arguments, id).await,
        Pair::Board => board(arguments).await,
        Pair::Token(wanted) => tokens::make(arguments, wanted).await,
        Pair::List => tokens::list(arguments).await,
        Pair::Revoke { name } => tokens::revoke(arguments, name).await,
    }
}

async fn kiosk(arguments: &Arguments, reader: &str) -> Result<(), ControlError> {
    let wanted = serde_json::json!({ "kiosk": reader });
    let made = pairing_code(arguments, &wanted).await.map_err(|error| match error {
        ControlError::Refused { status: StatusCode::NOT_FOUND, .. } => {
            ControlError::NoSuchReader(reader.to_owned())
        }
        other => other,
    })?;
    say_code(&made);
    Ok(())
}

async fn board(arguments: &Arguments) -> Result<(), ControlError> {
    say_code(&pairing_code(arguments, &serde_json::json!({ "board": true })).await?);
    Ok(())
}

fn say_code(made: &Value) {
    println!("番号 / code: {}", word(made, "code"));
    println!(
        "この端末のブラウザーで {page}#{code} を開きます（{seconds} 秒、一度だけ使えます） / open {page}#{code} in a browser on this machine (good for {seconds} s, once)",
        page = word(made, "page"),
        code = word(made, "code"),
        seconds = at(made, "holds_seconds"),
    );
}

async fn pairing_code(arguments: &Arguments, wanted: &Value) -> Result<Value, ControlError> {
    json(send(arguments, Method::POST, "/v1/pairing-codes", wanted.to_string()).await?).await
}

/// Tells each step as it comes. Ctrl-C or the end of this program gives the pairing up.
async fn reader(arguments: &Arguments, reader: &str) -> Result<(), ControlError> {
    is_id(reader)?;
    let answer = send(arguments, Method::POST, &format!("/v1/readers/{reader}/pair"), String::new()).await?;
    let mut pending = Vec::new();
    let followed = follow(answer.into_body(), |bytes| {
        pending.extend_from_slice(bytes);
        while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = pending.drain(..=end).collect();
            if step(reader, &serde_json::from_slice(&line)?)? {
                return Ok(true);
            }
        }
        Ok(false)
    });
    match followed.await? {
        Followed::ToItsEnd => Ok(()),
        Followed::UntilInterrupted => Err(ControlError::NotPaired("中止しました / cancelled".to_owned())),
    }
}

/// Says one step; true at the good end.
fn step(reader: &str, step: &Value) -> Result<bool, ControlError> {
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
