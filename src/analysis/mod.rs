//! How text becomes terms: the same for an entry, a query and a snippet.
//!
//! Pure functions over text; no Tantivy here (`index/` adapts it).
mod language;
pub use language::Language;
