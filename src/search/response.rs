//! What is answered: plain data, ready for any renderer. Never markup, never an offset.

use std::time::Duration;

use super::query::ast::Warning;
use crate::entry::Entry;
use crate::index::Source;

/// A stretch of a text and whether it matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text, as the entry has it (plus `…` where it was cut).
    pub text: String,
    /// Whether this is what the query found.
    pub matched: bool,
}

/// A passage: pieces that, put together, read on.
pub type Fragment = Vec<Piece>;

/// The answer to a [`SearchRequest`](super::request::SearchRequest).
#[derive(Debug, Clone, Default)]
pub struct SearchResponse {
    /// The query as typed.
    pub query: String,
    /// How many entries match, or at least this many.
    pub total: u64,
    /// Whether `total` is exact.
    pub total_exact: bool,
    /// Time in the engine.
    pub took: Duration,
    /// As asked.
    pub offset: usize,
    /// The hits asked for, in order.
    pub hits: Vec<Hit>,
    /// One for each facet asked for, in that order.
    pub facets: Vec<Facet>,
    /// The query with its mistyped words mended, when some were.
    pub did_you_mean: Option<String>,
    /// Likely mistakes in the query.
    pub warnings: Vec<Warning>,
    /// With `explain`: the query as it was understood, a line each part.
    pub understood: Option<String>,
}

/// An entry that matched.
#[derive(Debug, Clone)]
pub struct Hit {
    /// From 1, counted over the whole result (offset included).
    pub position: usize,
    /// Larger is better; comparable within one answer only.
    pub score: f32,
    /// The entry's id.
    pub id: String,
    /// The entry; its prose is there only when asked for in full.
    pub entry: Entry,
    /// Where in the corpus it stands.
    pub source: Option<Source>,
    /// Field name → its fragments: `title`, `artists`, `prose`, then keys that matched. `prose` is always there unless
    /// the entry has none.
    pub highlight: Vec<(String, Vec<Fragment>)>,
    /// With `explain`: the parts of the score.
    pub explanation: Option<Explanation>,
}

/// A part of a score and the parts it is made of.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What this part is.
    pub label: String,
    /// What it adds.
    pub value: f32,
    /// What it is made of.
    pub parts: Vec<Explanation>,
}

/// How often each value of a field occurs among the matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The field as asked for.
    pub field: String,
    /// Values with their counts, most frequent first, ties by value.
    pub values: Vec<(String, u64)>,
}
