//! Writes a message: layout order, empty items left out, two spaces of indent.

use crate::encoding::{encode_into, is_allowed};
use crate::record::Record;
use crate::{BLANK, Encoding, Message};
use quick_xml::escape::partial_escape;

impl Message {
    /// The document, with declaration and `CharacterCodeIdentifier` of that encoding whatever the header says.
    /// What CP932 cannot hold becomes ●.
    #[must_use]
    pub fn to_xml(&self, encoding: Encoding) -> Vec<u8> {
        let mut header = self.header.clone();
        header.character_code_identifier = Some(encoding.identifier().to_owned());
        let mut out = Out { text: declaration(encoding), depth: 0 };
        out.structure("XmlMsg", |out| {
            out.structure("MessageHeader", |out| header.write(out));
            out.structure("MessageBody", |out| self.body.write(out));
        });
        let mut bytes = Vec::with_capacity(out.text.len());
        encode_into(encoding, &out.text, &mut bytes);
        bytes
    }
}

/// The first line.
pub(crate) fn declaration(encoding: Encoding) -> String {
    format!("<?xml version=\"1.0\" encoding=\"{encoding}\" standalone=\"no\"?>\n")
}

/// XML text as it grows.
pub(crate) struct Out {
    text: String,
    depth: usize,
}

impl Out {
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        let clean: String = value.chars().map(|c| if is_allowed(c) { c } else { BLANK }).collect();
        // A bare carriage return would be read back as a line feed.
        let escaped = partial_escape(clean.as_str()).replace('\r', "&#13;");
        self.line(&format!("<{name}>{escaped}</{name}>"));
    }

    pub(crate) fn structure(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.line(&format!("<{name}>"));
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    fn line(&mut self, line: &str) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text.push_str(line);
        self.text.push('\n');
    }
}
