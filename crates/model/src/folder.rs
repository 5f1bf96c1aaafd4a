//! The folders beside the desk, as they are shown.

use crate::{FailureCode, Timestamp};

/// Which folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Folder {
    /// Results that nobody asked for.
    Face,
    /// Questions of the receipt computer.
    Requests,
    /// Answers to them.
    Answers,
}

/// How one folder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderStatus {
    /// Which.
    pub folder: Folder,
    /// Why it is away or cannot be used, and since when. What waits for it is caught up when it is back.
    pub trouble: Option<(FailureCode, Timestamp)>,
}
