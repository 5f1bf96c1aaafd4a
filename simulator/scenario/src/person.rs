//! Whose result it is: what is compared, and never told.

use std::fmt;

/// What the centre writes for a character that it cannot.
const BLANK: char = '●';

/// A person as the insurance knows them. Its `Debug` tells nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// 氏名.
    pub name: String,
    /// 番号.
    pub number: String,
    /// 枝番.
    pub branch: Option<String>,
    /// 通称.
    pub alias: Option<String>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(…)")
    }
}

impl Person {
    /// Whether a result that says this is about them. ● stands for any one character of the name.
    #[must_use]
    pub fn is_meant_by(&self, said: &Self) -> bool {
        let letters = self.name.chars().zip(said.name.chars());
        let named = self.name.chars().count() == said.name.chars().count()
            && letters.into_iter().all(|(own, said)| said == own || said == BLANK);
        named && (&self.number, &self.branch, &self.alias) == (&said.number, &said.branch, &said.alias)
    }
}
