//! Entries to an index: schema, documents, the writer, and what the index knows of its sources.
//!
//! An index folder holds `needledrop.json` (which generation is current; swapped by an atomic rename), `lock`, and a folder
//! for each generation: a Tantivy index with its manifest, bound to the commit by the commit's payload.

mod changes;
pub mod command;
mod crew;
mod dictionary;
mod directory;
mod doctor;
mod durable;
mod folder;
mod gate;
mod header;
mod input;
mod keyed;
mod lengths;
mod lock;
mod manifest;
mod mapped;
pub mod names;
pub mod open;
mod packed;
mod paged;
mod scan;
pub mod schema;
mod segment;
mod settle;
mod status;
mod stored;
mod sweep;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod training;
pub mod transducer;
pub mod trouble;
mod update;
mod watch;
pub mod wholes;
mod writer;

pub use doctor::{Checkup, doctor};
pub use status::{Status, status};
pub use watch::{Event, watch};

use std::path::Path;

use crate::corpus::Corpus;
use crate::corpus::problem::Problem;
use crate::error::Result;

/// How an index is to be brought up to date.
#[derive(Debug, Clone)]
pub struct UpdateOptions {
    /// Build from nothing, whatever is there.
    pub rebuild: bool,
    /// Only read and validate the corpus.
    pub check: bool,
    /// Leave out what is invalid, say so, and index the rest.
    pub skip_invalid: bool,
    /// Follow the rest of the corpus while something is wrong in a file, whose entries stay as they were in the index
    /// (what is wrong is said all the same): for one that is being edited.
    pub keep_broken: bool,
    /// Wait for another writer to finish.
    pub wait: bool,
    /// Bytes the writer may hold.
    pub memory: u64,
    /// Indexing threads; 0 for as many as there are cores.
    pub threads: usize,
}

impl Default for UpdateOptions {
    fn default() -> UpdateOptions {
        UpdateOptions {
            rebuild: false,
            check: false,
            skip_invalid: false,
            keep_broken: false,
            wait: false,
            memory: DEFAULT_MEMORY,
            threads: 0,
        }
    }
}

/// Bytes a writer may hold when nothing else is said. With it a build of a million entries peaks below 400 MiB in all. More
/// makes fewer and larger segments, which are quicker to build and to search.
pub const DEFAULT_MEMORY: u64 = 192 << 20;

/// What an update did.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Why everything was built anew: `full rebuild: the stemming language changed`; `None` for a first build, and when only
    /// changes were followed.
    pub rebuilt: Option<String>,
    /// Entries that are new.
    pub added: u64,
    /// Entries whose content changed.
    pub updated: u64,
    /// Entries that are gone.
    pub removed: u64,
    /// Entries left as they were.
    pub unchanged: u64,
    /// Entries now in the index (with `check`: valid entries).
    pub entries: u64,
    /// Records left out because they are invalid.
    pub left_out: u64,
    /// Records that say exactly what another says: they are one entry with it.
    pub repeated: u64,
    /// Everything wrong in the corpus, ordered by place.
    pub problems: Vec<Problem>,
    /// Worth a word, but nothing wrong.
    pub notes: Vec<Problem>,
    /// Whether the index is now what the corpus says: false when there are problems and nothing was to be skipped (the
    /// old index is untouched), and for a mere check.
    pub committed: bool,
    /// Wall time.
    pub seconds: f64,
}

/// Is told how far an update is.
pub trait Progress: Sync {
    /// `done` of about `total` bytes of the corpus have been read.
    fn bytes(&self, done: u64, total: u64);
    /// What is being done now: `reading`, `writing`, `committing`, `merging`, `finishing`.
    fn stage(&self, name: &'static str);
}

/// Brings the index in `folder` up to date with `corpus`.
///
/// # Errors
/// `Locked` when another is writing; `Usage` when the folder is not ours; `Io`; `Corrupt` when a newer program made it.
/// Problems of the corpus are no error here.
pub fn update(
    corpus: &Corpus,
    folder: &Path,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<Summary> {
    update::run(corpus, folder, options, progress)
}

/// Where an entry stands in the corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// File, relative to the corpus (or the file's own name when the corpus is one file), `/` between parts.
    pub path: String,
    /// Line of the entry's start, from 1.
    pub line: u64,
}
