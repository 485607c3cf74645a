//! needledrop as a library: how the benchmark and the scoreboard build and ask it in process.

use std::path::Path;

use needledrop::corpus::Corpus;
use needledrop::index::{self, Progress, UpdateOptions};
use needledrop::search::engine::Engine;
use needledrop::search::request::SearchRequest;

use crate::{Result, queries::Query};

/// The mapping of the films' keys to ours.
pub const MAPPING: [(&str, &str); 2] = [("artists", "cast"), ("prose", "extract")];

struct Quiet;

impl Progress for Quiet {
    fn bytes(&self, _done: u64, _total: u64) {}
    fn stage(&self, _name: &'static str) {}
}

/// Builds an index of `corpus` in `folder` from nothing and opens it. `films` says that the keys are the films'.
///
/// # Errors
/// When anything in the corpus is wrong, or the index cannot be written or read.
pub fn build(corpus: &Path, folder: &Path, films: bool) -> Result<Engine> {
    let mapping = MAPPING.map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned()));
    let corpus = Corpus::open(corpus, if films { &mapping } else { &[] })?;
    let options = UpdateOptions {
        rebuild: true,
        threads: 2,
        ..UpdateOptions::default()
    };
    let summary = index::update(&corpus, folder, &options, &Quiet)?;
    if !summary.committed {
        let root = corpus.root.display();
        return Err(format!(
            "{root}: {} problems, nothing indexed",
            summary.problems.len()
        )
        .into());
    }
    Ok(Engine::open(folder)?)
}

/// The ten best of `query`, for a batch: how many hits.
///
/// # Errors
/// When the index cannot be read.
pub fn count(engine: &Engine, query: &Query, snippets: bool) -> Result<usize> {
    let request = SearchRequest {
        query: query.text(),
        highlight: snippets,
        ..SearchRequest::default()
    };
    Ok(std::hint::black_box(engine.search(&request)?).hits.len())
}
