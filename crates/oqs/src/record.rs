//! Declares a structured element once: its struct, how it is read by name and how it is written in layout order.

use crate::OqsError;
use crate::emit::Out;
use crate::tree::Element;

/// A structured element.
pub(crate) trait Record: Default + PartialEq {
    /// Its own element name.
    const NAME: &'static str;
    /// The names of the elements it may hold, in layout order.
    const FIELDS: &'static [&'static str];

    /// Takes what is known out of the element; adds what is not to `ignored`.
    fn read(element: Element, ignored: &mut usize) -> Result<Self, OqsError>;
    /// Writes its fields.
    fn write(&self, out: &mut Out);
}

/// What an element of a record may be: text, a record, or a list of records under a wrapper.
pub(crate) trait Field: Sized {
    fn take(parent: &mut Element, name: &'static str, ignored: &mut usize) -> Result<Self, OqsError>;
    fn write(&self, name: &'static str, out: &mut Out);
    fn is_absent(&self) -> bool;
}

impl Field for Option<String> {
    fn take(parent: &mut Element, name: &'static str, _ignored: &mut usize) -> Result<Self, OqsError> {
        let Some(element) = only(parent, name)? else { return Ok(None) };
        if !element.children.is_empty() {
            return Err(OqsError::Structure { element: name });
        }
        // Inner and outer spaces matter (padded insurer numbers); an empty item counts as left out.
        Ok(Some(element.text).filter(|text| !text.trim().is_empty()))
    }

    fn write(&self, name: &'static str, out: &mut Out) {
        if let Some(text) = self.as_deref().filter(|text| !text.is_empty()) {
            out.text(name, text);
        }
    }

    fn is_absent(&self) -> bool {
        self.as_ref().is_none_or(String::is_empty)
    }
}

impl<R: Record> Field for Option<R> {
    fn take(parent: &mut Element, name: &'static str, ignored: &mut usize) -> Result<Self, OqsError> {
        let Some(element) = only(parent, name)? else { return Ok(None) };
        read_structure(element, name, ignored)
    }

    fn write(&self, name: &'static str, out: &mut Out) {
        if let Some(record) = self.as_ref().filter(|record| **record != R::default()) {
            out.structure(name, |out| record.write(out));
        }
    }

    fn is_absent(&self) -> bool {
        self.as_ref().is_none_or(|record| *record == R::default())
    }
}

impl<R: Record> Field for Vec<R> {
    fn take(parent: &mut Element, name: &'static str, ignored: &mut usize) -> Result<Self, OqsError> {
        let Some(mut wrapper) = only(parent, name)? else { return Ok(Self::new()) };
        let mut records = Self::new();
        for element in wrapper.take(R::NAME) {
            records.extend(read_structure(element, R::NAME, ignored)?);
        }
        leave(&wrapper, name, ignored)?;
        Ok(records)
    }

    fn write(&self, name: &'static str, out: &mut Out) {
        if !self.is_absent() {
            out.structure(name, |out| {
                for record in self.iter().filter(|record| **record != R::default()) {
                    out.structure(R::NAME, |out| record.write(out));
                }
            });
        }
    }

    fn is_absent(&self) -> bool {
        self.iter().all(|record| *record == R::default())
    }
}

/// Reads a structured element; one without any value counts as left out.
fn read_structure<R: Record>(
    element: Element,
    name: &'static str,
    ignored: &mut usize,
) -> Result<Option<R>, OqsError> {
    if !element.text.trim().is_empty() {
        return Err(OqsError::Structure { element: name });
    }
    Ok(Some(R::read(element, ignored)?).filter(|record| *record != R::default()))
}

/// The element of a name, which may stand at most once.
pub(crate) fn only(parent: &mut Element, name: &'static str) -> Result<Option<Element>, OqsError> {
    let mut found = parent.take(name).into_iter();
    match (found.next(), found.next()) {
        (first, None) => Ok(first),
        _ => Err(OqsError::Repeated { element: name }),
    }
}

/// Counts what nobody took.
pub(crate) fn leave(element: &Element, name: &'static str, ignored: &mut usize) -> Result<(), OqsError> {
    if !element.text.trim().is_empty() {
        return Err(OqsError::Structure { element: name });
    }
    *ignored = ignored.saturating_add(element.count_below());
    Ok(())
}

macro_rules! record {
    ($(#[$doc:meta])* $record:ident = $name:literal {
        $($(#[$field_doc:meta])* $field:ident: $kind:ty = $field_name:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq, serde::Serialize)]
        pub struct $record {
            $($(#[$field_doc])*
            #[serde(skip_serializing_if = "crate::record::Field::is_absent")]
            pub $field: $kind,)*
        }

        impl crate::record::Record for $record {
            const NAME: &'static str = $name;
            const FIELDS: &'static [&'static str] = &[$($field_name),*];

            fn read(mut element: crate::tree::Element, ignored: &mut usize) -> Result<Self, crate::OqsError> {
                let record = Self {
                    $($field: crate::record::Field::take(&mut element, $field_name, ignored)?,)*
                };
                crate::record::leave(&element, $name, ignored)?;
                Ok(record)
            }

            fn write(&self, out: &mut crate::emit::Out) {
                $(crate::record::Field::write(&self.$field, $field_name, out);)*
            }
        }

        /// Tells nothing: the values are personal.
        impl std::fmt::Debug for $record {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($record), "(…)"))
            }
        }
    };
}

pub(crate) use record;
