//! What is frozen, as files; nothing may stand there that no test compares.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files of one kind in a folder.
pub(crate) struct Frozen {
    folder: PathBuf,
    ours: fn(&Path) -> bool,
}

impl Frozen {
    pub(crate) fn document() -> Self {
        Self { folder: place(), ours: |path| path.extension().is_some_and(|end| end == "json") }
    }

    pub(crate) fn samples() -> Self {
        Self { folder: place().join("samples"), ours: |_| true }
    }

    /// The files are these, byte by byte; or become these, if the environment says so.
    pub(crate) fn check(&self, now: impl IntoIterator<Item = (String, Vec<u8>)>) {
        let now: BTreeMap<String, Vec<u8>> = now.into_iter().collect();
        if std::env::var_os("UPDATE_API").is_some() {
            self.replace(&now);
        }
        let frozen = self.read();
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            names(&frozen),
            names(&now),
            "other files than there were: openapi/README.md says what may change"
        );
        for (name, bytes) in &now {
            if frozen[name] != *bytes {
                let [was, is] =
                    [&frozen[name], bytes].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                panic!("{name} changed: openapi/README.md says what may.\n{}", difference(&was, &is));
            }
        }
    }

    fn read(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        let ours = entries.filter(|path| path.is_file() && (self.ours)(path));
        ours.map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap())
        })
        .collect()
    }

    fn replace(&self, now: &BTreeMap<String, Vec<u8>>) {
        for name in self.read().keys() {
            std::fs::remove_file(self.folder.join(name)).unwrap();
        }
        for (name, bytes) in now {
            std::fs::write(self.folder.join(name), bytes).unwrap();
        }
    }
}

fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi")
}

/// The first place where two texts differ, with what stands around it.
fn difference(was: &str, is: &str) -> String {
    let same = was.chars().zip(is.chars()).take_while(|(was, is)| was == is).count();
    let around = |text: &str| text.chars().skip(same.saturating_sub(60)).take(160).collect::<String>();
    format!("was: …{}…\nis:  …{}…", around(was), around(is))
}
