//! Files to entries: finding them, reading them, saying what is wrong with them. No Tantivy, no printing.
//!
//! Reading has two steps, so that an unchanged record need not be parsed: a file is *split* into [`Record`]s (the
//! bytes of one entry, with a fingerprint), and a record is *parsed* into an [`Entry`](crate::entry::Entry).

pub mod problem;
pub mod settings;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::entry::Entry;
use crate::error::{Error, Kind, Result};
use problem::Problem;
use settings::Settings;

/// A corpus: a folder of files or one file, and how they are to be read.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// The folder or file, as the user named it.
    pub root: PathBuf,
    /// What `needledrop.toml` and the flags say.
    pub settings: Settings,
}

impl Corpus {
    /// Finds the corpus at `root` and reads the `needledrop.toml` in it (beside it, when it is one file). `mapping`
    /// (`--map F=G`: our field, the file's key) goes over what the file says.
    ///
    /// # Errors
    /// [`Kind::Missing`] when there is nothing at `root`; [`Kind::Usage`] when the settings make no sense.
    pub fn open(root: &Path, mapping: &[(String, String)]) -> Result<Corpus> {
        let _ = (root, mapping);
        Err(Error::new(Kind::Internal, "not built yet"))
    }

    /// Every file of the corpus with a name this program reads, ordered by name, and what stood in the way of the walk.
    pub fn files(&self) -> (Vec<SourceFile>, Vec<Problem>) {
        (Vec::new(), Vec::new())
    }

    /// Reads a file record by record, in order, never holding a `.jsonl` whole. `each` may end it early. A record that
    /// cannot be split off (broken JSON, invalid UTF-8) is a problem, and reading goes on behind it where it can.
    /// Returns the file's state as it was when read (taken from the open file) and the problems.
    pub fn read(
        &self,
        file: &SourceFile,
        each: &mut dyn FnMut(&Record<'_>) -> ControlFlow<()>,
    ) -> (Stat, Vec<Problem>) {
        let _ = each;
        (file.stat, Vec::new())
    }

    /// The entry of a record.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(
        &self,
        file: &SourceFile,
        record: &Record<'_>,
    ) -> std::result::Result<Parsed, Vec<Problem>> {
        let _ = (file, record);
        Err(Vec::new())
    }
}

/// One file of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where to open it.
    pub path: PathBuf,
    /// Its name in the corpus: relative to the root, `/` between parts; a root that is a file has its own name.
    pub name: String,
    /// Its state when the walk saw it.
    pub stat: Stat,
}

/// What tells cheaply that a file has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stat {
    /// Bytes.
    pub size: u64,
    /// Last change of its content, nanoseconds since 1970.
    pub modified: i64,
    /// Inode number; 0 where there is none.
    pub inode: u64,
}

/// The bytes of one entry in a file, not yet parsed.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Line of its start, from 1.
    pub line: u64,
    /// Hash of everything that decides what entry it becomes within this file (its bytes; a CSV's header; the `list`
    /// around it; what is made from the file's name), but not of its place: equal fingerprints, equal entries.
    pub fingerprint: u64,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// A record as an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The entry, its `id` as given or made.
    pub entry: Entry,
    /// Where the id comes from: only one that the corpus gives under the very key `id` must be unique.
    pub identity: Identity,
}

/// Where an id comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The entry has an `id`: two equal ones are a mistake.
    Given,
    /// From another key, by mapping: foreign data may repeat it, and those entries are told apart.
    Mapped,
    /// Made from the file's name and the title.
    Made,
}
