//! Entries to an index: schema, documents, the writer, and what the index knows of its sources.
//!
//! An index folder holds `needledrop.json` (which generation is current; swapped by an atomic rename), `lock`, and a folder
//! for each generation: a Tantivy index with its manifest, bound to the commit by the commit's payload.

pub mod document;
pub mod open;
pub mod schema;
pub mod tokenizer;

use std::path::Path;

use crate::corpus::Corpus;
use crate::corpus::problem::Problem;
use crate::error::{Error, Kind, Result};

/// How an index is to be brought up to date.
#[derive(Debug, Clone)]
pub struct UpdateOptions {
    /// Build from nothing, whatever is there.
    pub rebuild: bool,
    /// Only read and validate the corpus.
    pub check: bool,
    /// Leave out what is invalid, say so, and index the rest.
    pub skip_invalid: bool,
    /// Wait for another writer to finish.
    pub wait: bool,
    /// Bytes the writer may hold.
    pub memory: u64,
    /// Indexing threads; 0 for as many as there are cores.
    pub threads: usize,
}

/// What an update did.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Why it did what it did: `full rebuild: the stemming language changed`; `None` when only changes were followed.
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
    /// Everything wrong in the corpus, ordered by place.
    pub problems: Vec<Problem>,
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
    /// What is being done now: `reading`, `writing`, `merging`.
    fn stage(&self, name: &'static str);
}

/// Brings the index in `folder` up to date with `corpus`.
///
/// # Errors
/// [`Kind::Locked`], [`Kind::Io`], [`Kind::Corrupt`] (a foreign folder). Problems of the corpus are no error here.
pub fn update(
    corpus: &Corpus,
    folder: &Path,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<Summary> {
    let _ = (corpus, folder, options, progress);
    Err(Error::new(Kind::Internal, "not built yet"))
}

/// Where an entry stands in the corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// File, relative to the corpus (or the file's own name when the corpus is one file), `/` between parts.
    pub path: String,
    /// Line of the entry's start, from 1.
    pub line: u64,
}
