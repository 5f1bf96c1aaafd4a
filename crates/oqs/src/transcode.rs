//! Puts a document into the encoding of a site without re-typing it: order, spaces and unknown elements stay.

use crate::emit::declaration;
use crate::encoding::{Decoded, decode, encode_into, holds};
use crate::message::{Body, Header, Question};
use crate::record::Record as _;
use crate::tree::resolve;
use crate::{
    ElderlyCertificate, Encoding, LimitCertificate, MedicalTicket, Message, OqsError, PersonQualification,
    SpecificDisease,
};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;

/// Characters of one element became ●. Says nothing of the characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The element's name; empty for one that is not known, whose name is not ours to repeat.
    pub element: &'static str,
    /// How many characters.
    pub replaced: usize,
}

/// The same document in another encoding: only the declaration and `CharacterCodeIdentifier` change, and what CP932
/// cannot hold becomes ●. A document that already has the encoding comes back byte for byte.
///
/// # Errors
/// If the document is no message; see [`Message::parse`].
pub fn transcode(xml: &[u8], target: Encoding) -> Result<(Vec<u8>, Vec<Warning>), OqsError> {
    Message::parse(xml)?;
    let document = decode(xml)?;
    if document.encoding == target {
        return Ok((xml.to_vec(), Vec::new()));
    }
    let mut copy = Copy { target, bytes: Vec::with_capacity(xml.len()), blanks: BTreeMap::new() };
    copy.declaration(&document);
    copy.elements(document.text.get(document.declaration.end..).unwrap_or_default())?;
    let warnings = copy.blanks.into_iter().map(|(element, replaced)| Warning { element, replaced }).collect();
    Ok((copy.bytes, warnings))
}

struct Copy {
    target: Encoding,
    bytes: Vec<u8>,
    blanks: BTreeMap<&'static str, usize>,
}

impl Copy {
    fn declaration(&mut self, document: &Decoded) {
        let text = &document.text;
        let parts = document.label.clone().and_then(|label| {
            Some((text.get(..label.start)?, text.get(label.end..document.declaration.end)?))
        });
        match parts {
            Some((before, after)) => self.put("", &format!("{before}{}{after}", self.target)),
            None => self.put("", declaration(self.target).trim_end()),
        }
    }

    /// Copies event by event, so that every blank is counted to its element.
    fn elements(&mut self, text: &str) -> Result<(), OqsError> {
        let mut reader = Reader::from_str(text);
        let mut path: Vec<String> = Vec::new();
        let mut identifier_written = false;
        loop {
            let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let broken = OqsError::NotWellFormed { offset };
            let event = reader.read_event().map_err(|_| broken.clone())?;
            let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let piece = text.get(offset..end).ok_or(broken)?;
            let identifier = is_identifier(&path);
            let element = path.last().map_or("", |name| known(name));
            match event {
                Event::Eof => return Ok(()),
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) if identifier => {
                    if !identifier_written {
                        self.put(element, self.target.identifier());
                    }
                    identifier_written = true;
                }
                Event::GeneralRef(reference) => match resolve(&reference) {
                    Some(c) if !holds(self.target, c) => self.put(element, &c.to_string()),
                    _ => self.put(element, piece),
                },
                Event::Start(tag) => {
                    path.push(tag.name().as_ref().to_owned());
                    self.put("", piece);
                }
                Event::End(_) => {
                    path.pop();
                    self.put("", piece);
                }
                _ => self.put(element, piece),
            }
        }
    }

    fn put(&mut self, element: &'static str, piece: &str) {
        let blanks = encode_into(self.target, piece, &mut self.bytes);
        if blanks > 0 {
            *self.blanks.entry(element).or_default() += blanks;
        }
    }
}

fn is_identifier(path: &[String]) -> bool {
    path.iter().map(String::as_str).eq(["XmlMsg", "MessageHeader", "CharacterCodeIdentifier"])
}

/// The name if it is one of ours, else nothing.
fn known(name: &str) -> &'static str {
    [
        Header::FIELDS,
        Body::FIELDS,
        Question::FIELDS,
        PersonQualification::FIELDS,
        ElderlyCertificate::FIELDS,
        LimitCertificate::FIELDS,
        SpecificDisease::FIELDS,
        MedicalTicket::FIELDS,
    ]
    .into_iter()
    .flatten()
    .find(|known| **known == name)
    .copied()
    .unwrap_or_default()
}
