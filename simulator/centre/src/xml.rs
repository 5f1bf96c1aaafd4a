//! Just enough XML to write a qualification: elements and escaped text, no attributes, no namespaces.

/// A document under construction.
#[derive(Debug)]
pub(crate) struct Xml(String);

impl Xml {
    /// The declaration of oqs-files.md section 6.
    pub(crate) fn document() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n".to_owned())
    }

    /// A structure. One without content is left out (oqs-files.md section 6).
    pub(crate) fn structure(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        let before = self.0.len();
        self.tag("<", name);
        let start = self.0.len();
        content(self);
        if self.0.len() == start {
            self.0.truncate(before);
        } else {
            self.tag("</", name);
        }
    }

    /// An element with text. One without text is left out.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.tag("<", name);
        self.0.extend(text.chars().map(allowed).flat_map(escaped));
        self.tag("</", name);
    }

    /// An element if there is a text.
    pub(crate) fn maybe(&mut self, name: &str, text: Option<&str>) {
        self.text(name, text.unwrap_or_default());
    }

    /// The finished document.
    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn tag(&mut self, open: &str, name: &str) {
        self.0.extend([open, name, ">"]);
    }
}

/// XML 1.0 knows no control characters; they become U+FFFD.
const fn allowed(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => c,
        '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
        _ => c,
    }
}

fn escaped(c: char) -> impl Iterator<Item = char> {
    let named = match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        _ => "",
    };
    named.chars().chain(named.is_empty().then_some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_empty_things_are_left_out() {
        let mut xml = Xml::document();
        xml.structure("a", |xml| {
            xml.text("b", "<&\u{0}>");
            xml.text("c", "");
            xml.structure("d", |_| {});
        });
        let body = xml.finish();
        assert!(body.ends_with("<a><b>&lt;&amp;\u{FFFD}&gt;</b></a>"), "{body}");
    }
}
