//! `uketsuke`: the control of a running daemon, an API client over its Unix socket.

#![allow(clippy::print_stdout, reason = "a program's own output")]

mod audit;
mod client;
mod counts;
mod error;
mod explain;
mod layout;
mod lookup;
mod pair;
mod passcode;
mod staff;
mod status;
mod tokens;
mod typed;
mod watch;
mod words;

use clap::{Parser, Subcommand};
use error::ControlError;
use std::path::PathBuf;
use std::process::ExitCode;

/// 受付端末を見る・調べる・動かす / See, question and set up a running reception terminal.
///
/// デーモンと同じ利用者か root で実行します。トークンは要りません。
/// / Run as the daemon's user or root; then no token is needed.
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
    /// リーダー・回線・フォルダの今の状態 / The readers, the line and the folders as they stand.
    Status,
    /// 起きることを順に表示（Ctrl-C で終了） / Show what happens until Ctrl-C.
    Watch,
    /// 読み取り口・画面・プログラムを組み合わせる / Pair slots, pages and programs with this desk.
    Pair {
        #[command(subcommand)]
        what: pair::Pair,
    },
    /// 目視確認の開始・解除・結果 / Visual check of person and card.
    Visual {
        #[command(subcommand)]
        what: staff::Visual,
    },
    /// 進行中の受付の同意 / The consents of the visit in progress.
    Consents {
        #[command(subcommand)]
        what: staff::Consents,
    },
    /// 進行中の受付を中止する / End the visit in progress.
    Cancel(staff::At),
    /// カードのない人を資格確認書の記載で照会する / Look a person up without a card, by the 資格確認書.
    ///
    /// 保険者番号・記号・番号・枝番・生年月日を順に尋ねます。引数には書けません（ほかの利用者に見えるため）。
    /// 標準入力が端末でなければ JSON オブジェクト一つを読みます：
    /// {"insurer_number":"990123","symbol":"12","number":"345","branch":"02","birth_date":"19850228"}
    /// / Asks for the fields one by one; they are never arguments, which every user of the machine sees. If standard input
    /// is no terminal, one JSON object of the form above is read from it.
    #[command(verbatim_doc_comment)]
    Lookup(lookup::Consent),
    /// 一日またはひと月の件数 / What was counted on a day or in a month.
    Counts(counts::When),
    /// 誰が何をし、どの結果を見たかの記録 / Who did what, and who saw which result.
    Audit {
        #[command(subcommand)]
        what: audit::Audit,
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

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match done(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut stderr = std::io::stderr();
            // Nobody is left to tell if this fails.
            let _ = std::io::Write::write_fmt(&mut stderr, format_args!("{error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn done(arguments: &Arguments) -> Result<(), ControlError> {
    match &arguments.command {
        Command::Status => status::status(arguments).await,
        Command::Watch => watch::watch(arguments).await,
        Command::Pair { what } => pair::pair(arguments, what).await,
        Command::Visual { what } => staff::visual(arguments, what).await,
        Command::Consents { what: staff::Consents::AskAgain(at) } => staff::ask_again(arguments, at).await,
        Command::Cancel(at) => staff::cancel(arguments, at).await,
        Command::Lookup(consent) => lookup::lookup(arguments, consent).await,
        Command::Counts(when) => counts::counts(arguments, when).await,
        Command::Audit { what } => audit::audit(arguments, what).await,
        Command::Passcode { what: passcode::Passcode::Set { file } } => {
            passcode::set(file).map_err(Into::into)
        }
        Command::Explain { code } => explain::explain(code),
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_hold_together_and_every_command_is_told_in_japanese_first() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let japanese = about.find(|c: char| ('ぁ'..='龯').contains(&c));
            assert!(
                japanese.is_some_and(|at| about.find(" / ").is_some_and(|slash| at < slash)),
                "{path}: {about:?}"
            );
            for argument in command.get_arguments().filter(|argument| !argument.is_global_set()) {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains(" / "), "{path} {}: {help:?}", argument.get_id());
            }
            command.get_subcommands().for_each(|sub| check(sub, &path));
        }
        Arguments::command().debug_assert();
        check(&Arguments::command(), "");
    }

    #[test]
    fn nothing_of_a_person_is_an_argument() {
        for words in
            [&["lookup", "--number", "1"][..], &["lookup", "990123"], &["lookup", "--birth", "19850228"]]
        {
            assert!(Arguments::try_parse_from(["uketsuke"].iter().chain(words)).is_err(), "{words:?}");
        }
        assert!(Arguments::try_parse_from(["uketsuke", "lookup", "--limit-certificate"]).is_ok());
    }
}
