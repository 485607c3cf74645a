//! Entries read back from the index.

use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument, TantivyError};

use crate::entry::Entry;

/// The entry of a document.
///
/// # Errors
/// When the index cannot be read, or holds something that is no entry.
pub fn entry(searcher: &Searcher, address: DocAddress) -> tantivy::Result<Entry> {
    let document: TantivyDocument = searcher.doc(address)?;
    let schema = searcher.schema();
    let id = document
        .get_first(schema.get_field("id")?)
        .and_then(|value| value.as_str());
    let json = document
        .get_first(schema.get_field("entry")?)
        .and_then(|value| value.as_bytes());
    let (Some(id), Some(json)) = (id, json) else {
        return Err(TantivyError::SchemaError("a document is no entry".into()));
    };
    Entry::from_json(id.to_owned(), json).map_err(|error| {
        TantivyError::SystemError(format!("a stored entry cannot be read: {error}"))
    })
}
