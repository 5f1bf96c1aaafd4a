//! Tokens for programs, and the consumers of results behind them.

use crate::client::{at, get_json, json, list as items, send, word};
use crate::{Arguments, ControlError};
use clap::Args;
use hyper::{Method, StatusCode};
use model::{CallerName, Scope};
use serde_json::Value;

/// A token that is wanted.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// プログラムの名前。英小文字・数字・-、32 文字まで / what the site calls the program: 1 to 32 of a-z, 0-9 and -.
    name: CallerName,
    /// 使い道：results（結果）、lookups（カードなしの照会）、board（受付）、admin（設定）、kiosk:<id>（患者の画面）。
    /// 何度でも書けます / what it is for; may be given several times.
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<Scope>,
    /// 受け取りを知らせない（PUT /v1/acknowledgement を使わない）プログラム：そのために結果を残さない / nothing is kept for
    /// this program: it acknowledges nothing.
    #[arg(long)]
    no_consumer: bool,
}

impl Wanted {
    fn body(&self) -> Value {
        let scopes: Vec<String> = self.scopes.iter().map(Scope::to_string).collect();
        let mut body = serde_json::json!({ "name": self.name.as_str(), "scopes": scopes });
        if let (true, Some(body)) = (self.no_consumer, body.as_object_mut()) {
            body.insert("consumer".to_owned(), Value::Bool(false));
        }
        body
    }

    fn is_consumer(&self) -> bool {
        self.scopes.contains(&Scope::Results) && !self.no_consumer
    }
}

pub(crate) async fn make(arguments: &Arguments, wanted: &Wanted) -> Result<(), ControlError> {
    let made = json(send(arguments, Method::POST, "/v1/tokens", wanted.body().to_string()).await?).await?;
    let name = wanted.name.as_str();
    println!(
        "{name} のトークンを作りました。表示するのはこの一度だけで、どこにも残りません。
the token of {name}: it is shown this once and kept nowhere.
ヘッダー「Authorization: Bearer トークン」で送ります。URL やコマンドの引数には書かないでください。
send it in the header `Authorization: Bearer TOKEN`; never write it into a URL or an argument.
なくしたり漏れたりしたときは / if it is lost or seen by others: uketsuke pair revoke {name}"
    );
    if wanted.is_consumer() {
        println!(
            "結果は、このプログラムが受け取りを知らせる（PUT /v1/acknowledgement）か期限が来るまで残ります。
results are kept until this program acknowledges them (PUT /v1/acknowledgement), or their days are over."
        );
    }
    println!("{}", word(&made, "token"));
    Ok(())
}

pub(crate) async fn list(arguments: &Arguments) -> Result<(), ControlError> {
    let tokens = get_json(arguments, "/v1/tokens").await?;
    let consumers = get_json(arguments, "/v1/consumers").await?;
    println!("トークン / tokens");
    for token in items(&tokens, "tokens") {
        println!("  {}", token_line(token));
    }
    println!("結果の受け取り手 / consumers of results");
    for consumer in items(&consumers, "consumers") {
        println!("  {}", consumer_line(consumer));
    }
    Ok(())
}

pub(crate) async fn revoke(arguments: &Arguments, name: &CallerName) -> Result<(), ControlError> {
    let revoked = send(arguments, Method::DELETE, &format!("/v1/tokens/{name}"), String::new()).await;
    match revoked {
        Ok(_) => {
            println!("{name} のトークンを取り消しました / revoked: the token of {name}");
            Ok(())
        }
        Err(ControlError::Refused { status: StatusCode::NOT_FOUND, .. }) => {
            Err(ControlError::NoSuchToken(name.to_string()))
        }
        Err(other) => Err(other),
    }
}

fn token_line(token: &Value) -> String {
    let scopes: Vec<&str> = items(token, "scopes").filter_map(Value::as_str).collect();
    format!("{}: {} — {} から / since", word(token, "name"), scopes.join(" "), word(token, "made_at"))
}

fn consumer_line(consumer: &Value) -> String {
    format!(
        "{}: {} まで受領 / has up to、待ち / waiting {}、渡らず消えた / missed {}",
        word(consumer, "consumer"),
        at(consumer, "up_to"),
        at(consumer, "waiting"),
        at(consumer, "missed"),
    )
}

#[cfg(test)]
mod tests {
    use crate::{Arguments, Command, pair::Pair};
    use clap::Parser;
    use serde_json::{Value, json};

    fn wanted(words: &[&str]) -> Result<(Value, bool), clap::Error> {
        let words = ["uketsuke", "pair", "token"].iter().chain(words);
        match Arguments::try_parse_from(words)?.command {
            Command::Pair { what: Pair::Token(wanted) } => Ok((wanted.body(), wanted.is_consumer())),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_token_is_asked_for_with_its_scopes() {
        assert_eq!(
            wanted(&["clinic", "--scope", "results", "--scope", "kiosk:front-1"]).unwrap(),
            (json!({ "name": "clinic", "scopes": ["results", "kiosk:front-1"] }), true)
        );
        assert_eq!(
            wanted(&["clinic", "--no-consumer", "--scope", "results"]).unwrap(),
            (json!({ "name": "clinic", "scopes": ["results"], "consumer": false }), false)
        );
        assert!(!wanted(&["board", "--scope", "board"]).unwrap().1);
    }

    #[test]
    fn a_token_without_a_scope_or_of_another_form_is_refused_here() {
        for words in [
            &["clinic"][..],
            &["clinic", "--scope", "everything"],
            &["clinic", "--scope", "kiosk:"],
            &["Clinic", "--scope", "results"],
            &["../clinic", "--scope", "results"],
        ] {
            assert!(wanted(words).is_err(), "{words:?}");
        }
    }
}
