//! `uketsuke explain`: the failure catalogue, without a daemon.

use crate::ControlError;

/// Every meaning that a code or a reader's own number may have, the likeliest first.
pub(crate) fn explain(code: &str) -> Result<(), ControlError> {
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
            ("原因 / Cause", entry.cause),
            ("患者さんへ / Patient", entry.patient.into()),
            ("受付で / Reception", entry.reception),
            ("技術者へ / Technician", entry.technician),
        ] {
            println!("\n{title}\n  {}\n  {}", text.ja, text.en);
        }
    }
    Ok(())
}
