//! Personal data. It has no Display, no Serialize, no Deref and a Debug that tells nothing.

use std::fmt;

/// Why personal data is looked at. Every `expose` names one, so that a search for a purpose finds all its uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Sealed into the ledger.
    CommitToLedger,
    /// Told to the receipt computer: event stream, API, face folder.
    TellReceiptComputer,
    /// Sent to the centre.
    SendToCentre,
    /// Sent to the card.
    SendToCard,
    /// Sent to the reader the patient stands at.
    SendToReader,
    /// Decided on, without leaving the function.
    Judge,
    /// Drawn or asserted by the simulator or a test, about a fictional persona.
    Simulate,
}

/// A value about a person.
///
/// ```
/// use model::{Pii, Purpose};
/// let name = Pii::new(String::from("見本　花子"));
/// assert_eq!(format!("{name:?}"), "Pii(…)");
/// assert_eq!(name.expose(Purpose::Judge), "見本　花子");
/// ```
///
/// It cannot be printed:
/// ```compile_fail
/// let name = model::Pii::new(String::from("見本　花子"));
/// println!("{name}");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Marks a value as personal.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Looks at the value, for a named purpose.
    pub const fn expose(&self, _purpose: Purpose) -> &T {
        &self.0
    }

    /// Takes the value out, for a named purpose.
    pub fn into_exposed(self, _purpose: Purpose) -> T {
        self.0
    }

    /// Derives other personal data; stays marked.
    pub fn map<U>(self, derive: impl FnOnce(T) -> U) -> Pii<U> {
        Pii(derive(self.0))
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pii(…)")
    }
}
