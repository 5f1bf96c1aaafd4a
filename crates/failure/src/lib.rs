//! The failure catalogue: every failure that a person can meet has one stable code, and the catalogue says in
//! Japanese and English what happened and what patient, reception and technician do next; the patient is told in
//! Chinese and Korean too, the languages of the patient's screen.
//!
//! No wording ends at "cannot be used": where a card, a reader or the line fails, reception finds the lawful
//! alternative beside it. Numbers that readers show on their own screens (`001`, `002`, `006` …) are explained by our
//! codes where public pages name them; of the others the catalogue says that their meaning is not public.

mod catalogue;
pub mod codes;
mod entries;

pub use catalogue::{
    Entry, PatientText, Text, catalogue, code_for_remark, code_for_validity, entry, explain, meanings,
};
