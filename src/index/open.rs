//! An index opened for reading.

use std::path::{Path, PathBuf};

use tantivy::{Index, Searcher};

use super::Source;
use super::schema::Fields;
use crate::analysis::Language;
use crate::error::{Error, Kind, Result};

/// One commit of an index, as a reader holds it: whatever a writer does meanwhile, it stays as it is.
pub struct OpenIndex {
    /// The current generation, its tokenizers registered.
    pub index: Index,
    /// The commit.
    pub searcher: Searcher,
    /// The schema's fields.
    pub fields: Fields,
    /// Whose inflections it folds.
    pub language: Language,
    /// Entries in it.
    pub entries: u64,
    /// Sum over all live entries of the (coarse) length of their text, in tokens; see `search::segment`.
    pub total_length: u64,
    /// The folder the user named.
    pub folder: PathBuf,
    /// Identifies the commit: generation and opstamp.
    pub commit: String,
}

impl OpenIndex {
    /// Opens the current generation for reading. Writes nothing, takes no lock, starts no thread.
    ///
    /// # Errors
    /// [`Kind::Missing`] when there is none; [`Kind::Corrupt`] when it is damaged, foreign or of a newer format.
    pub fn open(folder: &Path) -> Result<OpenIndex> {
        let _ = folder;
        Err(Error::new(Kind::Internal, "not built yet"))
    }

    /// An open index over a Tantivy index that is there already, with no knowledge of its sources.
    pub fn of_parts(index: Index, fields: Fields, language: Language) -> tantivy::Result<OpenIndex> {
        let reader: tantivy::IndexReader =
            index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        let mut total_length = 0;
        for segment in searcher.segment_readers() {
            let lengths = segment.get_fieldnorms_reader(fields.text)?;
            let live = segment.doc_ids_alive();
            total_length += live.map(|doc| u64::from(lengths.fieldnorm(doc))).sum::<u64>();
        }
        Ok(OpenIndex {
            entries: searcher.num_docs(),
            total_length,
            index,
            searcher,
            fields,
            language,
            folder: PathBuf::new(),
            commit: String::new(),
        })
    }

    /// Whether a newer commit than this one is there.
    pub fn is_outdated(&self) -> bool {
        false
    }

    /// Where the entry of this id stands in the corpus.
    pub fn locate(&self, id: &str) -> Option<Source> {
        let _ = id;
        None
    }
}
