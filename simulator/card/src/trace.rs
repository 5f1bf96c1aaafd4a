//! What passes between a slot and a card, in words and without its data: data may be a PIN, 照合番号 or a photo.

use crate::apdu::parse;
use crate::card::{AID_FACE, AID_ISSUER_DOMAIN, AID_JPKI, AID_TEXT};

/// One command and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// ISO 7816-4's name of the command, or this project's of the stand-in.
    pub command: &'static str,
    /// CLA, INS, P1 and P2.
    pub header: [u8; 4],
    /// What it is about: an application's word, and the file if there is one: `jpki`, `jpki/0018`.
    pub about: String,
    /// Bytes of data with the command.
    pub sent: usize,
    /// Bytes of data with the answer.
    pub answered: usize,
    /// The status word; absent if the card said nothing.
    pub status: Option<u16>,
}

/// Knows from what passed which application and file are meant.
#[derive(Debug, Default)]
pub struct CardTrace {
    application: Option<&'static str>,
    file: Option<u16>,
}

impl CardTrace {
    /// Power or a reset: nothing is selected.
    pub const fn powered(&mut self) {
        self.application = None;
        self.file = None;
    }

    /// A command and what the card said; `None` for silence.
    pub fn exchange(&mut self, apdu: &[u8], answer: Option<&[u8]>) -> Exchange {
        let (data, status) = match answer.and_then(<[u8]>::split_last_chunk::<2>) {
            Some((data, status)) => (data.len(), Some(u16::from_be_bytes(*status))),
            None => (0, None),
        };
        let header = header(apdu);
        let sent = parse(apdu).map_or_else(|| apdu.len().saturating_sub(5), |command| command.data.len());
        let about = match (parse(apdu), header) {
            (Some(command), [_, 0xA4, 0x04, _]) => {
                let application = application(command.data);
                if status == Some(0x9000) {
                    self.application = Some(application);
                    self.file = None;
                }
                application.to_owned()
            }
            (Some(command), [_, 0xA4, 0x02, _]) if command.data.len() == 2 => {
                let file = command.data.iter().fold(0_u16, |file, byte| (file << 8) | u16::from(*byte));
                if status == Some(0x9000) {
                    self.file = Some(file);
                }
                self.about(Some(file))
            }
            (_, [_, 0xB0, p1, _]) if p1 & 0x80 != 0 => self.about(Some(u16::from(p1 & 0x1F))),
            (_, [_, 0x20 | 0x24 | 0x2A, _, p2]) if p2 & 0x80 != 0 && p2 != 0x80 => {
                self.about(Some(u16::from(p2 & 0x1F)))
            }
            (_, [_, 0x84 | 0xCA | 0xF5, ..]) => self.about(None),
            _ => self.about(self.file),
        };
        Exchange { command: command(header, sent), header, about, sent, answered: data, status }
    }

    fn about(&self, file: Option<u16>) -> String {
        let application = self.application.unwrap_or("card");
        file.map_or_else(|| application.to_owned(), |file| format!("{application}/{file:04X}"))
    }
}

fn header(apdu: &[u8]) -> [u8; 4] {
    let at = |place: usize| apdu.get(place).copied().unwrap_or(0);
    [at(0), at(1), at(2), at(3)]
}

fn application(aid: &[u8]) -> &'static str {
    match aid {
        aid if aid == AID_JPKI => "jpki",
        aid if aid == AID_FACE => "face",
        aid if aid == AID_TEXT => "text",
        aid if aid == AID_ISSUER_DOMAIN => "issuer",
        _ => "foreign",
    }
}

const fn command(header: [u8; 4], sent: usize) -> &'static str {
    match header {
        [0x00, 0xA4, ..] => "SELECT",
        [0x00, 0xB0, ..] => "READ BINARY",
        // Without data it asks how many tries are left.
        [0x00, 0x20, ..] if sent == 0 => "VERIFY ?",
        [0x00, 0x20, ..] => "VERIFY",
        [0x00, 0x24, ..] => "CHANGE REFERENCE DATA",
        [0x00, 0x84, ..] => "GET CHALLENGE",
        [0x00, 0xCA, ..] => "GET DATA",
        [0x80, 0x2A, ..] => "COMPUTE DIGITAL SIGNATURE",
        [0x80, 0xF5, ..] => "PERMIT (STAND-IN)",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::{AID_JPKI, CardTrace};

    #[test]
    fn a_pin_is_known_by_its_file_and_length_only() {
        let mut trace = CardTrace::default();
        let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x0A][..], AID_JPKI].concat();
        let told = trace.exchange(&select, Some(&[0x90, 0x00]));
        assert_eq!((told.command, told.about.as_str()), ("SELECT", "jpki"));
        trace.exchange(&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18], Some(&[0x90, 0x00]));
        let told = trace.exchange(&[0x00, 0x20, 0x00, 0x80], Some(&[0x63, 0xC3]));
        assert_eq!((told.command, told.about.as_str(), told.status), ("VERIFY ?", "jpki/0018", Some(0x63C3)));
        let told = trace.exchange(b"\x00\x20\x00\x80\x041234", Some(&[0x63, 0xC2]));
        assert_eq!((told.command, told.sent, told.answered), ("VERIFY", 4, 0));
        assert!(!format!("{told:?}").contains("1234") && !format!("{told:?}").contains("49, 50"));
        trace.powered();
        let told = trace.exchange(&[0x00, 0xB0, 0x8B, 0x00, 0x04], None);
        assert_eq!((told.about.as_str(), told.status), ("card/000B", None));
    }
}
