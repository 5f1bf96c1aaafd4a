//! Makes the passcode file. The digits are typed, never an argument: arguments are seen by every user of the machine.

use crate::typed;
use clap::Subcommand;
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{IsTerminal, Stdin, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use terminal::passcode::{PasscodeFault, StoredPasscode};
use zeroize::Zeroizing;

/// Four digits and a line's end, with some room to see that it is more.
const MOST: usize = 16;

#[derive(Debug, Subcommand)]
pub(crate) enum Passcode {
    /// 4 桁を 2 回入力して、ファイルを作る（または標準入力から 1 行） / Make the file: four digits, typed twice, or one line of standard input.
    Set {
        /// 設定の [visual] passcode_file と同じパス / the path in the configuration, [visual] passcode_file.
        file: PathBuf,
    },
}

/// Why no passcode file was made. Says nothing of the digits.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetError {
    #[error("数字 4 桁を入力してください / type four digits")]
    NotFourDigits,
    #[error("2 回の入力が違います。何も変えていません / they differ; nothing was changed")]
    Differ,
    #[error("入力が読めません / the input cannot be read: {0}")]
    Input(std::io::Error),
    #[error("{path} に書けません / cannot write {path}: {source}", path = path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Hash(#[from] PasscodeFault),
}

pub(crate) fn set(path: &Path) -> Result<(), SetError> {
    let stdin = std::io::stdin();
    let passcode = if stdin.is_terminal() {
        let _quiet = Quiet::from(&stdin).map_err(SetError::Input)?;
        let first = unseen(&stdin, "新しいパスコード（4 桁） / new passcode (four digits): ")?;
        let second = unseen(&stdin, "もう一度 / again: ")?;
        if *first != *second {
            return Err(SetError::Differ);
        }
        first
    } else {
        typed::line(&stdin, "", MOST).map_err(SetError::Input)?
    };
    let passcode = model::Passcode::from_digits(&passcode).map_err(|_| SetError::NotFourDigits)?;
    let text = StoredPasscode::new(&passcode)?.to_text();
    write(path, &text).map_err(|source| SetError::Write { path: path.to_owned(), source })?;
    println!(
        "{path} を作りました。デーモンを再起動すると使えます / made {path}; the daemon takes it when it is started again",
        path = path.display()
    );
    Ok(())
}

/// A line that the terminal does not show, and so does not end either.
fn unseen(stdin: &Stdin, prompt: &str) -> Result<Zeroizing<Vec<u8>>, SetError> {
    let typed = typed::line(stdin, prompt, MOST).map_err(SetError::Input)?;
    std::io::stderr().write_all(b"\n").map_err(SetError::Input)?;
    Ok(typed)
}

/// Appears whole or not at all, for its owner alone.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    match std::fs::remove_file(&new) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => return Err(fault),
        _ => {}
    }
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)
}

/// Shows nothing of what is typed; as before when dropped.
struct Quiet<'a> {
    stdin: &'a Stdin,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn from(stdin: &'a Stdin) -> std::io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut quiet = before.clone();
        quiet.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(stdin, SetArg::TCSAFLUSH, &quiet)?;
        Ok(Self { stdin, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that went away.
        let _ = tcsetattr(self.stdin, SetArg::TCSAFLUSH, &self.before);
    }
}
