//! The pairings that a card made, on the disk: reader id and PC/SC name. Nothing personal.

use model::ReaderId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

const HEAD: &str = "# カードリーダーと読み取り口の組み合わせ。`uketsuke pair reader` が書きます。\n\
                    # Readers and their slots; written by `uketsuke pair reader`.\n\n";

/// The pairings of one site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pairings {
    /// PC/SC name by reader.
    #[serde(default)]
    slots: BTreeMap<ReaderId, String>,
}

impl Pairings {
    /// Reads the file; none there means that nothing was paired yet.
    ///
    /// # Errors
    /// If it cannot be read, is none of ours, or gives one slot to two readers.
    pub(crate) fn read(path: &Path) -> std::io::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let read: Self = toml::from_str(&text).map_err(std::io::Error::other)?;
        let mut names: Vec<_> = read.slots.values().collect();
        names.sort_unstable();
        if let Some(name) = names.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(a),
            _ => None,
        }) {
            return Err(std::io::Error::other(format!("{name:?} belongs to two readers")));
        }
        Ok(read)
    }

    /// The slot paired with this reader.
    pub(crate) fn slot(&self, reader: &ReaderId) -> Option<&str> {
        self.slots.get(reader).map(String::as_str)
    }

    /// Pairs them; whoever had the slot before has none now.
    pub(crate) fn pair(&mut self, reader: &ReaderId, slot: &str) {
        self.slots.retain(|_, taken| taken != slot);
        self.slots.insert(reader.clone(), slot.to_owned());
    }

    /// Writes the file: whole or not at all, and on the disk when this returns.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn write(&self, path: &Path) -> std::io::Result<()> {
        let text = format!("{HEAD}{}", toml::to_string(self).map_err(std::io::Error::other)?);
        let partial = path.with_extension("toml.partial");
        let mut file = std::fs::File::create(&partial)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&partial, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        std::fs::File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops")]

    use super::*;

    fn id(reader: &str) -> ReaderId {
        reader.parse().unwrap()
    }

    #[test]
    fn what_was_paired_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pairings.toml");
        let mut pairings = Pairings::read(&path).unwrap();
        assert_eq!(pairings.slot(&id("front-1")), None);
        pairings.pair(&id("front-1"), "Virtual PCD 00 00");
        pairings.pair(&id("front-2"), "Slot \"2\" 日本");
        pairings.write(&path).unwrap();
        assert_eq!(Pairings::read(&path).unwrap(), pairings);
        pairings.pair(&id("front-3"), "Virtual PCD 00 00");
        pairings.write(&path).unwrap();
        let read = Pairings::read(&path).unwrap();
        assert_eq!((read.slot(&id("front-1")), read.slot(&id("front-3"))), (None, Some("Virtual PCD 00 00")));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_file_that_is_none_of_ours_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pairings.toml");
        let faults = [
            "[slots]\nfront-1 = \"A\"\nfront-2 = \"A\"\n",
            "[slots]\n\"Front 1\" = \"A\"\n",
            "[slot]\nfront-1 = \"A\"\n",
            "slots = 7",
        ];
        for fault in faults {
            std::fs::write(&path, fault).unwrap();
            assert!(Pairings::read(&path).is_err(), "{fault}");
        }
    }
}
