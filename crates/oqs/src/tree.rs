//! A document as a bounded tree of elements. Attributes, comments and instructions are passed over: the interface
//! has none.

use crate::OqsError;
use crate::encoding::is_allowed;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// The message needs six levels.
pub(crate) const DEEPEST: usize = 16;
/// A full result has about a hundred.
pub(crate) const MOST_ELEMENTS: usize = 65_536;

/// One element.
#[derive(Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Self>,
}

impl Element {
    /// Takes all children of a name out, in order.
    pub(crate) fn take(&mut self, name: &str) -> Vec<Self> {
        self.children.extract_if(.., |child| child.name == name).collect()
    }

    /// How many elements stand below this one.
    pub(crate) fn count_below(&self) -> usize {
        self.children.iter().map(|child| 1 + child.count_below()).sum()
    }
}

/// Reads the document's one root.
pub(crate) fn grow(text: &str) -> Result<Element, OqsError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut elements = 0_usize;
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let broken = OqsError::NotWellFormed { offset };
        match reader.read_event().map_err(|_| broken.clone())? {
            Event::Start(tag) => {
                elements += 1;
                if root.is_some() {
                    return Err(broken);
                }
                if open.len() >= DEEPEST {
                    return Err(OqsError::TooDeep);
                }
                if elements > MOST_ELEMENTS {
                    return Err(OqsError::TooMany);
                }
                open.push(Element { name: tag.name().as_ref().to_owned(), ..Element::default() });
            }
            Event::End(_) => {
                let element = open.pop().ok_or(broken)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => root = Some(element),
                }
            }
            Event::Text(text) => append(&mut open, &text.xml10_content(), broken)?,
            Event::CData(text) => append(&mut open, &text.xml10_content(), broken)?,
            Event::GeneralRef(reference) => {
                let c = resolve(&reference).ok_or(OqsError::Entity { offset })?;
                append(&mut open, c.encode_utf8(&mut [0; 4]), broken)?;
            }
            Event::DocType(_) => return Err(OqsError::DocumentType),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if open.is_empty() => return root.ok_or(broken),
            Event::Eof => return Err(broken),
        }
    }
}

/// The text between an element's tags as it is written, entities and all; of several such elements the first.
pub(crate) fn literal<'a>(text: &'a str, path: &[&str]) -> Option<&'a str> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<String> = Vec::new();
    let mut start = None;
    loop {
        let before = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        let after = usize::try_from(reader.buffer_position()).ok()?;
        match event {
            Event::Start(tag) => {
                open.push(tag.name().as_ref().to_owned());
                if start.is_none() && open.iter().eq(path) {
                    start = Some(after);
                }
            }
            Event::End(_) => {
                if let Some(start) = start.filter(|_| open.iter().eq(path)) {
                    return text.get(start..before);
                }
                open.pop();
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn append(open: &mut [Element], text: &str, broken: OqsError) -> Result<(), OqsError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(broken),
    }
    Ok(())
}

/// The character behind `&amp;` and its four sisters, or behind `&#…;`.
pub(crate) fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    let c = match reference.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => reference.resolve_char_ref().ok().flatten()?,
    };
    is_allowed(c).then_some(c)
}
