//! What is under way between a request and its end.

use crate::Notice;
use oqs::{FileName, Request};
use std::collections::{HashMap, VecDeque};
use std::ffi::OsStr;
use std::path::PathBuf;

/// One request under way.
#[derive(Debug)]
pub(crate) struct Task {
    /// Which.
    pub(crate) subject: Subject,
    /// How far it is.
    pub(crate) stage: Stage,
}

/// A request in `req`, as it was read.
#[derive(Clone)]
pub(crate) struct Subject {
    /// Its name.
    pub(crate) name: FileName,
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// The mark of its content.
    pub(crate) mark: u64,
}

impl Subject {
    /// Its name as the folder has it.
    pub(crate) fn file(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }
}

/// Tells no name.
impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Subject({:?}, …)", self.name)
    }
}

/// How far a request is. Each stage can be begun again after an outage.
#[derive(Debug)]
pub(crate) enum Stage {
    /// The centre is asked.
    Asking(Box<Request>),
    /// Files wait to be put into `res`.
    Placing(Delivery),
    /// All is in `res` and durable: now the request goes.
    Ending(End),
}

/// What is put into `res`.
pub(crate) struct Delivery {
    /// Names and content, in the order in which they appear.
    pub(crate) files: VecDeque<(String, Vec<u8>)>,
    /// Said when all are there.
    pub(crate) notice: Notice,
    /// What happens to the request then.
    pub(crate) end: End,
}

/// Tells no content: it is personal.
impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Delivery({} files, …)", self.files.len())
    }
}

/// How a request leaves `req`.
#[derive(Clone)]
pub(crate) enum End {
    /// It is removed.
    Remove,
    /// It is too large to be copied, or changes for ever, and moves into `res` as it is, under this name.
    MoveTo(String),
}

/// Tells no name.
impl std::fmt::Debug for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Remove => "Remove",
            Self::MoveTo(_) => "MoveTo(…)",
        })
    }
}

/// All requests under way, by their key.
#[derive(Debug, Default)]
pub(crate) struct Tasks(HashMap<String, Task>);

/// What a request is known by: two names that differ in case alone are one to a consumer that sees no case.
pub(crate) fn key(name: &FileName) -> String {
    name.as_str().to_ascii_lowercase()
}

impl Tasks {
    /// Whether a request of that name is under way.
    pub(crate) fn holds(&self, name: &FileName) -> bool {
        self.0.contains_key(&key(name))
    }

    /// How many are under way.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// How many are asked or hold an answer that is not in `res` yet.
    pub(crate) fn unanswered(&self) -> usize {
        self.0.values().filter(|task| !matches!(task.stage, Stage::Ending(_))).count()
    }

    pub(crate) fn add(&mut self, task: Task) {
        self.0.insert(key(&task.subject.name), task);
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Task> {
        self.0.remove(key)
    }

    /// Takes out all that is not asked: it can go on.
    pub(crate) fn take_ready(&mut self) -> Vec<Task> {
        self.0.extract_if(|_, task| !matches!(task.stage, Stage::Asking(_))).map(|(_, task)| task).collect()
    }
}
