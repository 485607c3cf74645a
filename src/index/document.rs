//! An entry as Tantivy takes it.
//!
//! Tantivy turns every document type into its own compact one before indexing, so that one is built here directly.

use serde_json::Value;
use tantivy::schema::OwnedValue;
use tantivy::{TantivyDocument, Term};

use super::schema::Fields;
use crate::entry::Entry;

/// Text values longer than this (in bytes) are no facet and no sort key: they get no column.
const MAX_COLUMN_TEXT: usize = 128;

/// The document of an entry. Its `text` holds the title, each artist and the prose, each a value of its own, so that no
/// phrase crosses from one into the next.
pub fn of_entry(fields: &Fields, entry: &Entry) -> TantivyDocument {
    let json = entry.to_json();
    let mut document = TantivyDocument::with_capacity(json.len() * 2 + 256);
    document.add_text(fields.id, &entry.id);
    document.add_bytes(fields.entry, &json);
    document.add_text(fields.title, &entry.title);
    document.add_text(fields.text, &entry.title);
    for artist in &entry.artists {
        document.add_text(fields.artists, artist);
        document.add_text(fields.text, artist);
    }
    if !entry.prose.is_empty() {
        document.add_text(fields.text, &entry.prose);
    }
    for alias in &entry.aliases {
        document.add_text(fields.aliases, alias);
    }
    let scalars = entry.scalars();
    for (path, value) in &scalars {
        document.add_text(fields.keys, format!("{path}\0{}", text_of(value)));
    }
    let has = [
        ("title", true),
        ("artists", !entry.artists.is_empty()),
        ("prose", !entry.prose.is_empty()),
        ("aliases", !entry.aliases.is_empty()),
    ];
    for (name, _) in has.iter().filter(|(_, has)| *has) {
        document.add_text(fields.keys, format!("{name}\0"));
    }
    let artists = entry
        .artists
        .iter()
        .map(|artist| ("artists".to_owned(), OwnedValue::Str(artist.clone())));
    let keys = scalars
        .into_iter()
        .filter_map(|(path, value)| Some((path, column_value(value)?)));
    let columns: Vec<(String, OwnedValue)> = artists.chain(keys).collect();
    if !columns.is_empty() {
        document.add_field_value(fields.columns, &OwnedValue::Object(columns));
    }
    document
}

/// The term by which the entry of this id is found and deleted.
pub fn id_term(fields: &Fields, id: &str) -> Term {
    Term::from_field_text(fields.id, id)
}

/// A scalar as people would write it.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What stands in a column: all numbers as floats, so that `1994` and `1994.0` are one value, and short texts.
fn column_value(value: &Value) -> Option<OwnedValue> {
    match value {
        Value::Bool(value) => Some(OwnedValue::Bool(*value)),
        Value::Number(number) => number
            .as_f64()
            .filter(|number| number.is_finite())
            .map(OwnedValue::F64),
        Value::String(text) if text.len() <= MAX_COLUMN_TEXT => Some(OwnedValue::Str(text.clone())),
        _ => None,
    }
}
