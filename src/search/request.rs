//! What is asked: one resolved request, the same from every door (command line, HTTP, tests).

/// A search, fully said.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// The query as typed.
    pub query: String,
    /// `-F`: every character is plain text, no operators.
    pub literal: bool,
    /// `--all`: every word must match.
    pub require_all: bool,
    /// How many hits at most; 0 only counts.
    pub limit: usize,
    /// How many of the best to pass over.
    pub offset: usize,
    /// What the hits are ordered by.
    pub sort: Sort,
    /// Fields whose values are to be counted over all matches.
    pub facets: Vec<String>,
    /// Only entries that have exactly this value of this field, for each of these (a field by its dotted path).
    pub only: Vec<(String, String)>,
    /// Give each hit's entry whole, prose included.
    pub full: bool,
    /// Say where each part of a score came from.
    pub explain: bool,
    /// Count every match, however many; otherwise a count may stop at a lower bound.
    pub count: bool,
    /// Make highlights. Off where only ids and scores are wanted.
    pub highlight: bool,
}

impl Default for SearchRequest {
    fn default() -> SearchRequest {
        SearchRequest {
            query: String::new(),
            literal: false,
            require_all: false,
            limit: 10,
            offset: 0,
            sort: Sort::Score,
            facets: Vec::new(),
            only: Vec::new(),
            full: false,
            explain: false,
            count: false,
            highlight: true,
        }
    }
}

/// What hits are ordered by. Ties always fall to the better score, then to the smaller id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best first.
    #[default]
    Score,
    /// By a key of the entries; entries without it come last either way.
    Key {
        /// The key's dotted path, or `title`.
        key: String,
        /// Largest first.
        descending: bool,
    },
}
