//! Lines for the person at the terminal: Japanese first, then English.

use std::{
    fmt::Display,
    io::{IsTerminal, Write},
};

/// One line. A closed pipe is no reason to stop half way and leave things behind.
pub(crate) fn line(text: impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// One line in both languages.
pub(crate) fn both(ja: impl Display, en: impl Display) {
    line(format_args!("{ja} / {en}"));
}

/// The heading of a step, set off from what the programs below it print.
pub(crate) fn heading(text: impl Display) {
    if std::io::stdout().is_terminal() {
        line(format_args!("\n\x1b[1m== {text}\x1b[0m"));
    } else {
        line(format_args!("\n== {text}"));
    }
}
