//! What `status`, `doctor` and `index --watch` ask of the index room. JOIN: replace by the room's own.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::corpus::Corpus;
use crate::error::{Error, Kind, Result};
use crate::index::{Summary, UpdateOptions};

/// What an index is made of.
#[derive(Debug, Clone)]
pub struct Status {
    /// Entries in it.
    pub entries: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// When the current commit was made.
    pub built: SystemTime,
    /// What it was built from, as the user named it then.
    pub corpus: PathBuf,
    /// Whose inflections it folds.
    pub language: String,
    /// What has changed in the corpus since: `None` when nothing, otherwise a phrase (`2 files changed, 1 removed`).
    pub changed: Option<String>,
}

/// What a check-up found.
#[derive(Debug, Clone, Default)]
pub struct Checkup {
    /// What was looked at, a line each.
    pub checked: Vec<String>,
    /// What is wrong, a line each.
    pub faults: Vec<String>,
}

/// Something that a watcher did.
#[derive(Debug)]
pub enum Event {
    /// An update was made (or held back by problems).
    Updated(Summary),
    /// An update failed; the watcher goes on.
    Failed(Error),
}

/// The state of the index in `folder`.
pub fn status(folder: &Path) -> Result<Status> {
    let _ = folder;
    Err(Error::new(Kind::Internal, "not built yet"))
}

/// Examines the index in `folder` without changing it.
pub fn doctor(folder: &Path) -> Result<Checkup> {
    let _ = folder;
    Err(Error::new(Kind::Internal, "not built yet"))
}

/// Follows `corpus` until `each` breaks.
pub fn watch(
    corpus: &Corpus,
    folder: &Path,
    options: &UpdateOptions,
    each: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Result<()> {
    let _ = (corpus, folder, options, each);
    Err(Error::new(Kind::Internal, "not built yet"))
}
