//! A frame as a line of a trace. What may be personal is left out; what is not understood is only counted.

use crate::block::{ACK, Block, ENQ, EOT, NAK};

/// One frame as text, without PIN, passcode, 照合番号B or photo. Anything that is not a whole frame is told by its length only:
/// half a block may hold half a PIN.
#[must_use]
pub fn redact(frame: &[u8]) -> String {
    match frame {
        [ENQ] => String::from("ENQ"),
        [EOT] => String::from("EOT"),
        [NAK] => String::from("NAK"),
        [ACK, number] if number.is_ascii_digit() => format!("ACK {}", char::from(*number)),
        _ => Block::new_checked(frame)
            .map_or_else(|_| format!("({} bytes, no frame)", frame.len()), |block| redact_block(&block)),
    }
}

fn redact_block(block: &Block<'_>) -> String {
    let number = char::from(block.number().digit());
    let (verb, fields) = block.body().split_at_checked(2).unwrap_or_default();
    let verb = verb.escape_ascii();
    // The fields that are kept are listed; a message added later is hidden until it is listed here.
    let kept = match block.body() {
        [b'I', b'D', ..]
        | [b'N', b'T', ..]
        | [b'L', b'P', ..]
        | [b'B', b'Z', ..]
        | [b'O', b'M', ..]
        | [b'O', b'A', ..]
        | [b'P', b'B', ..]
        | [b'C', b'M', ..]
        | [b'P', b'N', ..]
        | [b'C', b'S', ..]
        | [b'M', b'C', ..]
        | [b'V', b'D', ..]
        | [b'R', b'F', ..]
        | [b'E', b'R', ..] => fields.len(),
        [b'N', b'B', ..] => 16,
        [b'P', b'C', ..] => 2,
        _ => 0,
    };
    let (kept, hidden) = fields.split_at_checked(kept).unwrap_or((&[], fields));
    let hidden =
        if hidden.is_empty() { String::new() } else { format!(" ({} characters removed)", hidden.len()) };
    format!("{number} {verb}{}{hidden}", kept.escape_ascii())
}
