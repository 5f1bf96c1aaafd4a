//! The face folder itself.

use crate::FolderError;
use crate::error::At as _;
use crate::out_folder::{OutFolder, Put};
use model::{CommittedResult, Purpose, Timestamp};
use oqs::{Encoding, Warning, face_file_name, local_time, transcode};
use std::fs;
use std::io;
use std::path::Path;

/// An open face folder. One per folder: two writers would not see each other.
#[derive(Debug)]
pub struct FaceFolder {
    folder: OutFolder,
    encoding: Encoding,
}

/// A result is in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The file's name.
    pub name: String,
    /// False if the same file was already there.
    pub written: bool,
    /// Characters that the site's encoding could not hold.
    pub warnings: Vec<Warning>,
}

impl FaceFolder {
    /// Opens an existing folder for UTF-8 files, proves that a file can be moved into it and removes what an earlier
    /// run left half done. The folder is not made: a share that is off line must not be replaced by an empty folder.
    ///
    /// # Errors
    /// If the folder is missing, cannot be written, or lies on another volume than the folder around it.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, FolderError> {
        let folder = OutFolder::open(dir.as_ref())?;
        Ok(Self { folder, encoding: Encoding::Utf8 })
    }

    /// Sets the site's encoding.
    #[must_use]
    pub fn in_encoding(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// Puts a result into the folder: whole or not at all, durable before this returns. Telling again leaves the
    /// file that is there.
    ///
    /// # Errors
    /// If the disk fails, a file of that name with other content is there, or the document is no qualification.
    pub fn tell(&self, committed: &CommittedResult) -> Result<Told, FolderError> {
        let result = &committed.result;
        let name = face_file_name(&result.institution, &result.visit, result.received_at);
        let xml = &result.qualification.expose(Purpose::TellReceiptComputer).xml;
        let (bytes, warnings) = transcode(xml.as_bytes(), self.encoding)?;
        match self.folder.put(&name, &bytes)? {
            Put::Taken => Err(FolderError::NameTaken { name }),
            put => Ok(Told { name, written: put == Put::Written, warnings }),
        }
    }

    /// Removes files that nobody took and whose time in the name lies before `before`: personal data does not pile
    /// up. Only names of our own form count. Returns how many were removed.
    ///
    /// # Errors
    /// If the folder cannot be listed or a file cannot be removed.
    pub fn forget(&self, before: Timestamp) -> Result<usize, FolderError> {
        let before = local_time(before);
        let dir = self.folder.dir();
        let mut removed = 0;
        for entry in fs::read_dir(dir).at("list", dir)? {
            let path = entry.at("list", dir)?.path();
            let Some(time) = path.file_name().and_then(|name| time_in_name(name.to_str()?)) else { continue };
            if time >= before.as_str() {
                continue;
            }
            match fs::remove_file(&path) {
                Ok(()) => removed += 1,
                // A consumer took it at this moment.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).at("remove a file from", dir),
            }
        }
        Ok(removed)
    }
}

/// The 14 digits of a name of the form that `face_file_name` makes.
fn time_in_name(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("OQSsiquc01res_face_")?.strip_suffix(".xml")?;
    let (row, time) = rest.split_once('_')?;
    let (institution, visit) = row.split_at_checked(10)?;
    let upper_hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    let ours = institution.bytes().all(|b| b.is_ascii_digit())
        && visit.len() == 20
        && visit.bytes().all(upper_hex)
        && time.len() == 14
        && time.bytes().all(|b| b.is_ascii_digit());
    ours.then_some(time)
}
