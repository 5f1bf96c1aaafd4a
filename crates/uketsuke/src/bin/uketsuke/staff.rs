//! What staff do at a reader.

use crate::client::{at, get_json, send, word};
use crate::{Arguments, ControlError, is_id};
use clap::{Args, Subcommand};
use hyper::Method;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Visual {
    /// 次のカードを目視確認にする。受付の途中ならすぐに始める / Arm it for the next card; begin it in a visit under way.
    Arm(At),
    /// 無人の受付に戻す / Back to unattended.
    Disarm(At),
    /// 本人だと確認した / It is the same person.
    Confirm(At),
    /// 別人だった / It is another person.
    Refuse(At),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Consents {
    /// 患者が押し間違えたとき、同意を最初から聞き直す / Ask all of it anew, for a patient who pressed in error.
    AskAgain(At),
}

/// Where, and by whom.
#[derive(Debug, Args)]
pub(crate) struct At {
    /// 設定の id、例 front-1 / the reader's id in the configuration, e.g. front-1.
    reader: String,
    /// 操作する職員。英小文字・数字・-、32 文字まで。記録に残ります / who acts: a-z, 0-9 and -, kept in the audit.
    #[arg(long, value_name = "WHO")]
    by: String,
}

pub(crate) async fn visual(arguments: &Arguments, what: &Visual) -> Result<(), ControlError> {
    match what {
        Visual::Arm(at) => {
            let target = format!("{}/visual-check", reader(at)?);
            send(arguments, Method::PUT, &target, json!({ "by": at.by }).to_string()).await?;
            println!("目視確認を始めました / visual check armed: {}", at.reader);
        }
        Visual::Disarm(at) => {
            let target = format!("{}/visual-check?{}", reader(at)?, by(at)?);
            send(arguments, Method::DELETE, &target, String::new()).await?;
            println!("無人の受付に戻しました / back to unattended: {}", at.reader);
        }
        Visual::Confirm(at) => confirmation(arguments, at, true).await?,
        Visual::Refuse(at) => confirmation(arguments, at, false).await?,
    }
    Ok(())
}

async fn confirmation(arguments: &Arguments, at: &At, same_person: bool) -> Result<(), ControlError> {
    let visit = visit_in_progress(arguments, at).await?;
    let target = format!("{}/visits/{visit}/confirmation", reader(at)?);
    let body = json!({ "by": at.by, "same_person": same_person }).to_string();
    send(arguments, Method::POST, &target, body).await?;
    match same_person {
        true => println!("本人確認を受け付けました / person confirmed: {} visit {visit}", at.reader),
        false => println!("別人として終わりました / ended, another person: {} visit {visit}", at.reader),
    }
    Ok(())
}

pub(crate) async fn cancel(arguments: &Arguments, at: &At) -> Result<(), ControlError> {
    let visit = visit_in_progress(arguments, at).await?;
    let target = format!("{}/visits/{visit}?{}", reader(at)?, by(at)?);
    send(arguments, Method::DELETE, &target, String::new()).await?;
    println!("受付を中止しました / visit ended: {} visit {visit}", at.reader);
    Ok(())
}

/// Begins the questions of the visit in progress anew.
pub(crate) async fn ask_again(arguments: &Arguments, at: &At) -> Result<(), ControlError> {
    let visit = visit_in_progress(arguments, at).await?;
    let target = format!("{}/visits/{visit}/consents/asked-again", reader(at)?);
    send(arguments, Method::POST, &target, json!({ "by": at.by }).to_string()).await?;
    println!("同意を最初から聞き直します / the questions begin anew: {} visit {visit}", at.reader);
    Ok(())
}

/// The card that lies there now: whoever confirms has looked at this one.
async fn visit_in_progress(arguments: &Arguments, wanted: &At) -> Result<String, ControlError> {
    let readers = get_json(arguments, "/v1/readers").await?;
    let mut all = at(&readers, "readers").as_array().into_iter().flatten();
    let reader = all
        .find(|reader| word(reader, "reader") == wanted.reader)
        .ok_or_else(|| ControlError::NoSuchReader(wanted.reader.clone()))?;
    at(reader, "visit")
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| ControlError::NoVisit(wanted.reader.clone()))
}

fn reader(at: &At) -> Result<String, ControlError> {
    is_id(&at.reader)?;
    Ok(format!("/v1/readers/{}", at.reader))
}

fn by(at: &At) -> Result<String, ControlError> {
    match at.by.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        true => Ok(format!("by={}", at.by)),
        false => Err(ControlError::NoSuchStaff(at.by.clone())),
    }
}
