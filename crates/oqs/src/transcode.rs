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
    copy(&document, target, Vec::new())
}

/// Copies a message, which must have been parsed, into an encoding and gives some elements other content.
pub(crate) fn copy(
    document: &Decoded,
    target: Encoding,
    mut echoes: Vec<Echo<'_>>,
) -> Result<(Vec<u8>, Vec<Warning>), OqsError> {
    echoes.push(Echo::new(CHARACTER_CODE, Some(target.identifier())));
    let mut copy = Copy { target, echoes, bytes: Vec::new(), blanks: BTreeMap::new() };
    copy.declaration(document);
    copy.elements(document.text.get(document.declaration.end..).unwrap_or_default())?;
    let warnings = copy.blanks.into_iter().map(|(element, replaced)| Warning { element, replaced }).collect();
    Ok((copy.bytes, warnings))
}

/// The way from the root to an element.
pub(crate) type Path = &'static [&'static str];

const CHARACTER_CODE: Path = &["XmlMsg", "MessageHeader", "CharacterCodeIdentifier"];

/// An element that gets other content than the document has.
pub(crate) struct Echo<'a> {
    path: Path,
    /// XML text, written as it is; without it the element is left out.
    literal: Option<&'a str>,
    written: bool,
}

impl<'a> Echo<'a> {
    pub(crate) const fn new(path: Path, literal: Option<&'a str>) -> Self {
        Self { path, literal, written: false }
    }

    fn is_at(&self, path: &[String]) -> bool {
        path.iter().eq(self.path)
    }

    fn belongs_into(&self, path: &[String]) -> bool {
        self.path.split_last().is_some_and(|(_, parent)| path.iter().eq(parent))
    }

    /// The element with its new content, once.
    fn take(&mut self) -> Option<(&'static str, String)> {
        let name = self.path.last()?;
        let literal = self.literal.filter(|_| !std::mem::replace(&mut self.written, true))?;
        Some((name, format!("<{name}>{literal}</{name}>")))
    }
}

struct Copy<'a> {
    target: Encoding,
    echoes: Vec<Echo<'a>>,
    bytes: Vec<u8>,
    blanks: BTreeMap<&'static str, usize>,
}

impl Copy<'_> {
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
        // The text before a closing tag: an element put in there stands on a line of its own.
        let mut gap = "";
        loop {
            let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let broken = OqsError::NotWellFormed { offset };
            let event = reader.read_event().map_err(|_| broken.clone())?;
            let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let piece = text.get(offset..end).ok_or(broken)?;
            let element = path.last().map_or("", |name| known(name));
            match event {
                Event::Eof => return Ok(()),
                Event::Start(tag) => {
                    path.push(tag.name().as_ref().to_owned());
                    self.start(&path, piece);
                }
                Event::Empty(tag) => {
                    path.push(tag.name().as_ref().to_owned());
                    self.start(&path, piece);
                    path.pop();
                }
                Event::End(_) => {
                    self.put_missing(&path, gap);
                    if !self.is_echo(&path) {
                        self.put("", piece);
                    }
                    path.pop();
                }
                _ if self.is_echo(&path) => {}
                Event::GeneralRef(reference) => match resolve(&reference) {
                    Some(c) if !holds(self.target, c) => self.put(element, &c.to_string()),
                    _ => self.put(element, piece),
                },
                _ => self.put(element, piece),
            }
            gap = if piece.trim().is_empty() { piece } else { "" };
        }
    }

    fn is_echo(&self, path: &[String]) -> bool {
        self.echoes.iter().any(|echo| echo.is_at(path))
    }

    /// A start tag, or the whole of an element that gets other content.
    fn start(&mut self, path: &[String], piece: &str) {
        match self.echoes.iter_mut().find(|echo| echo.is_at(path)) {
            None => self.put("", piece),
            Some(echo) => {
                if let Some((name, element)) = echo.take() {
                    self.put(name, &element);
                }
            }
        }
    }

    /// Elements that the document does not have, at the end of where they belong: order means nothing.
    fn put_missing(&mut self, path: &[String], gap: &str) {
        let missing = self.echoes.iter_mut().filter(|echo| echo.belongs_into(path)).filter_map(Echo::take);
        for (name, element) in missing.collect::<Vec<_>>() {
            self.put(name, &element);
            self.put("", gap);
        }
    }

    fn put(&mut self, element: &'static str, piece: &str) {
        let blanks = encode_into(self.target, piece, &mut self.bytes);
        if blanks > 0 {
            *self.blanks.entry(element).or_default() += blanks;
        }
    }
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
