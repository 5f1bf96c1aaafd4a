//! The receipt computer's side of the folders, and what it asks.
#![allow(clippy::disallowed_methods, reason = "bounds its waits by the clock")]

use crate::PATIENCE;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use serde_json::{Value, json};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What stands on this persona's 資格確認書, as the API wants it.
///
/// # Panics
/// If there is no such persona.
#[must_use]
#[allow(clippy::indexing_slicing, clippy::panic, reason = "a test stops")]
pub fn lookup(personas: &Value, id: &str) -> Value {
    let person = personas.as_array().into_iter().flatten().find(|person| person["id"] == id);
    let Some(person) = person else { panic!("no persona is called {id}") };
    let mut lookup = json!({
        "insurer_number": person["insurer_number"],
        "number": person["number"],
        "birth_date": person["birthdate"],
    });
    for field in ["symbol", "branch"] {
        if person[field].is_string() {
            lookup[field] = person[field].clone();
        }
    }
    lookup
}

/// The same as a request file (oqs-files.md section 14.3).
#[must_use]
#[allow(clippy::indexing_slicing, reason = "a test stops")]
pub fn request(lookup: &Value) -> String {
    let word = |field: &str| lookup[field].as_str().unwrap_or_default();
    let element = |name: &str, field: &str| match word(field) {
        "" => String::new(),
        value => format!("<{name}>{value}</{name}>"),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>\
         <QualificationConfirmationDate>20261129</QualificationConfirmationDate>\
         <MedicalInstitutionCode>{}</MedicalInstitutionCode>\
         <ArbitraryFileIdentifier>20261129-0007</ArbitraryFileIdentifier></MessageHeader><MessageBody>\
         <QualificationConfirmSearchInfo><InsurerNumber>{:>8}</InsurerNumber>{}{}{}{}\
         <LimitApplicationCertificateRelatedConsFlg>0</LimitApplicationCertificateRelatedConsFlg>\
         <ArbitraryIdentifier>000123</ArbitraryIdentifier></QualificationConfirmSearchInfo></MessageBody></XmlMsg>\n",
        simulator::site::INSTITUTION,
        word("insurer_number"),
        element("InsuredCardSymbol", "symbol"),
        element("InsuredIdentificationNumber", "number"),
        element("InsuredBranchNumber", "branch"),
        element("Birthdate", "birth_date"),
    )
}

/// Lays a request as a careful receipt computer does: written beside, then moved in.
///
/// # Panics
/// If the disk refuses.
#[allow(clippy::expect_used, reason = "a test stops")]
pub fn lay(folder: &Path, name: &str, bytes: &[u8]) {
    let beside = folder.with_extension("laying");
    std::fs::write(&beside, bytes).expect("a request is written");
    std::fs::rename(&beside, folder.join(name)).expect("a request is moved in");
}

/// Files that come to a folder and go, from before somebody is asked for them.
#[derive(Debug)]
pub struct Watched {
    folder: PathBuf,
    events: Inotify,
}

impl Watched {
    /// Looks at that folder from now on.
    ///
    /// # Panics
    /// If the system refuses.
    #[must_use]
    #[allow(clippy::expect_used, reason = "a test stops")]
    pub fn in_folder(folder: &Path) -> Self {
        let events = Inotify::init(InitFlags::IN_NONBLOCK).expect("inotify");
        events
            .add_watch(folder, AddWatchFlags::IN_MOVE | AddWatchFlags::IN_CREATE | AddWatchFlags::IN_DELETE)
            .expect("a watch");
        Self { folder: folder.to_owned(), events }
    }

    /// Waits until all of these are there.
    ///
    /// # Panics
    /// If one does not come in time.
    pub fn until(&self, names: &[&str]) {
        self.wait("did not appear", names, |file| !file.exists());
    }

    /// Waits until all of these are gone.
    ///
    /// # Panics
    /// If one does not go in time.
    pub fn until_gone(&self, names: &[&str]) {
        self.wait("did not go", names, Path::exists);
    }

    #[allow(clippy::expect_used, reason = "a test stops")]
    fn wait(&self, fault: &str, names: &[&str], open: impl Fn(&Path) -> bool) {
        let end = Instant::now() + PATIENCE;
        let still = || names.iter().filter(|name| open(&self.folder.join(name))).count();
        while still() > 0 {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {names:?} {fault} in {}", still(), self.folder.display());
            let mut ready = [PollFd::new(self.events.as_fd(), PollFlags::POLLIN)];
            poll(&mut ready, PollTimeout::try_from(left).expect("a bound")).expect("poll");
            let _ = self.events.read_events();
        }
    }
}
