//! One engine for every door: the command line, the page, the API and the tests ask here, and get the same hits in the
//! same order for the same request.

use std::path::Path;

use super::request::SearchRequest;
use super::response::{Fragment, SearchResponse};
use crate::entry::Entry;
use crate::error::{Error, Kind, Result};
use crate::index::{Source, open::OpenIndex};

/// Answers requests from one commit of an index. Shared between threads as it is.
pub struct Engine {
    /// The commit it answers from.
    pub index: OpenIndex,
}

/// An entry with where it stands and what of it matched.
#[derive(Debug, Clone)]
pub struct Found {
    /// The entry, whole.
    pub entry: Entry,
    /// Where in the corpus it stands.
    pub source: Option<Source>,
    /// Field name → its whole text in pieces, with every match marked; one fragment per artist.
    pub marked: Vec<(String, Vec<Fragment>)>,
}

impl Engine {
    /// Opens the index in `folder`.
    ///
    /// # Errors
    /// As [`OpenIndex::open`].
    pub fn open(folder: &Path) -> Result<Engine> {
        Ok(Engine {
            index: OpenIndex::open(folder)?,
        })
    }

    /// Answers a request. Any query is answered; mistakes in it are warnings.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse> {
        let _ = request;
        Err(Error::new(Kind::Internal, "not built yet"))
    }

    /// The entry of an id, whole, with what `query` (may be empty) finds in it marked.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn entry(&self, id: &str, query: &str) -> Result<Option<Found>> {
        let _ = (id, query);
        Ok(None)
    }

    /// Ids that are near to one that is not there, for a hint; at most three.
    pub fn similar_ids(&self, id: &str) -> Vec<String> {
        let _ = id;
        Vec::new()
    }

    /// Completions of the last word of what has been typed: titles, names, then words; the whole text each, likeliest first.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<String>> {
        let _ = (typed, limit);
        Ok(Vec::new())
    }
}
