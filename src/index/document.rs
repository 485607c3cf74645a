//! An entry as Tantivy takes it.
//!
//! A type of our own: Tantivy reads any [`Document`] as it stands, and so the texts of an entry are tokenized where they
//! lie instead of being copied into a document first.

use std::slice;

use serde_json::Value as Json;
use tantivy::TantivyDocument;
use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf};
use tantivy::schema::{Document, Field, Value};

use super::gate::Permit;
use super::schema::Fields;
use crate::entry::Entry;

/// Text values longer than this (in bytes) are no facet and no sort key: they get no column.
const MAX_COLUMN_TEXT: usize = 128;

/// An entry on its way into an index.
pub struct EntryDocument {
    entry: Entry,
    key: u64,
    json: Vec<u8>,
    /// `path\0value` of each scalar under the entry's keys.
    keys: Vec<String>,
    columns: Vec<(String, Column)>,
    /// The values in the order of the schema's fields.
    values: Vec<(Field, Slot)>,
    /// Gives back, when Tantivy is done with the document, the room it took in the queue.
    pub(super) permit: Option<Permit>,
}

/// Which part of an entry is meant.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Id,
    Key,
    Json,
    Title,
    Prose,
    Artist(usize),
    Alias(usize),
    KeyText(usize),
    Columns,
}

/// What stands in a column: all numbers as floats, so that `1994` and `1994.0` are one value, and short texts.
#[derive(Debug, Clone)]
enum Column {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl EntryDocument {
    /// The document of an entry. Its `text` holds the title, each artist and the prose, each a value of its own, so that
    /// no phrase crosses from one into the next.
    pub fn new(fields: &Fields, entry: Entry, key: u64) -> EntryDocument {
        let json = entry.to_json();
        let scalars = entry.scalars();
        let keys: Vec<String> = named_fields(&entry)
            .chain(
                scalars
                    .iter()
                    .map(|(path, value)| format!("{path}\0{}", text_of(value))),
            )
            .collect();
        let columns: Vec<(String, Column)> = scalars
            .into_iter()
            .filter_map(|(path, value)| Some((path, Column::of(value)?)))
            .collect();
        let values = layout(fields, &entry, keys.len(), columns.is_empty());
        EntryDocument {
            entry,
            key,
            json,
            keys,
            columns,
            values,
            permit: None,
        }
    }

    /// About how many bytes it holds.
    pub(super) fn weight(&self) -> u64 {
        let keys: usize = self.keys.iter().map(|key| 2 * key.len() + 160).sum();
        (2 * self.json.len() + keys + 512) as u64
    }

    fn value(&self, slot: Slot) -> Part<'_> {
        match slot {
            Slot::Id => Part::Text(&self.entry.id),
            Slot::Key => Part::Key(self.key),
            Slot::Json => Part::Bytes(&self.json),
            Slot::Title => Part::Text(&self.entry.title),
            Slot::Prose => Part::Text(&self.entry.prose),
            Slot::Artist(at) => Part::Text(&self.entry.artists[at]),
            Slot::Alias(at) => Part::Text(&self.entry.aliases[at]),
            Slot::KeyText(at) => Part::Text(&self.keys[at]),
            Slot::Columns => Part::Columns(self),
        }
    }
}

/// The fields of our own that an entry has, each as a path without a value: the tokenizer makes a term of a path, by
/// which `artists:*` is answered and by which it is known that a field exists.
fn named_fields(entry: &Entry) -> impl Iterator<Item = String> {
    let fields = [
        ("title", true),
        ("artists", !entry.artists.is_empty()),
        ("prose", !entry.prose.is_empty()),
        ("aliases", !entry.aliases.is_empty()),
    ];
    fields
        .into_iter()
        .filter(|(_, has)| *has)
        .map(|(name, _)| format!("{name}\0"))
}

/// Every value of a document with its field, ordered by field.
fn layout(fields: &Fields, entry: &Entry, keys: usize, no_columns: bool) -> Vec<(Field, Slot)> {
    let artists = entry.artists.len();
    let mut values = Vec::with_capacity(8 + 2 * artists + entry.aliases.len() + keys);
    values.push((fields.id, Slot::Id));
    values.push((fields.key, Slot::Key));
    values.push((fields.entry, Slot::Json));
    values.push((fields.text, Slot::Title));
    values.extend((0..artists).map(|at| (fields.text, Slot::Artist(at))));
    if !entry.prose.is_empty() {
        values.push((fields.text, Slot::Prose));
    }
    values.push((fields.title, Slot::Title));
    values.extend((0..artists).map(|at| (fields.artists, Slot::Artist(at))));
    values.extend((0..entry.aliases.len()).map(|at| (fields.aliases, Slot::Alias(at))));
    values.extend((0..keys).map(|at| (fields.keys, Slot::KeyText(at))));
    if !(no_columns && artists == 0) {
        values.push((fields.columns, Slot::Columns));
    }
    values
}

impl Column {
    fn of(value: &Json) -> Option<Column> {
        match value {
            Json::Bool(value) => Some(Column::Bool(*value)),
            Json::Number(number) => number
                .as_f64()
                .filter(|number| number.is_finite())
                .map(Column::Number),
            Json::String(text) if text.len() <= MAX_COLUMN_TEXT => Some(Column::Text(text.clone())),
            _ => None,
        }
    }
}

/// A scalar as people would write it.
fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Document for EntryDocument {
    type Value<'a> = Part<'a>;
    type FieldsValuesIter<'a> = Parts<'a>;

    fn iter_fields_and_values(&self) -> Parts<'_> {
        Parts {
            document: self,
            values: self.values.iter(),
        }
    }
}

/// The values of a document, one after the other.
pub struct Parts<'a> {
    document: &'a EntryDocument,
    values: slice::Iter<'a, (Field, Slot)>,
}

impl<'a> Iterator for Parts<'a> {
    type Item = (Field, Part<'a>);

    fn next(&mut self) -> Option<(Field, Part<'a>)> {
        let (field, slot) = self.values.next()?;
        Some((*field, self.document.value(*slot)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.values.size_hint()
    }
}

/// One value of a document.
#[derive(Clone, Copy)]
pub enum Part<'a> {
    /// A text, whole.
    Text(&'a str),
    /// The key.
    Key(u64),
    /// The JSON.
    Bytes(&'a [u8]),
    /// Everything that has a column.
    Columns(&'a EntryDocument),
    /// A number in a column.
    Number(f64),
    /// A truth value in a column.
    Bool(bool),
}

impl std::fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Part::Text(text) => write!(f, "{text:?}"),
            Part::Key(key) => write!(f, "{key:016x}"),
            Part::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Part::Columns(document) => write!(f, "{} columns", document.columns.len()),
            Part::Number(number) => write!(f, "{number}"),
            Part::Bool(value) => write!(f, "{value}"),
        }
    }
}

impl<'a> Value<'a> for Part<'a> {
    type ArrayIter = std::iter::Empty<Part<'a>>;
    type ObjectIter = Columns<'a>;

    fn as_value(&self) -> ReferenceValue<'a, Part<'a>> {
        ReferenceValue::Leaf(match *self {
            Part::Text(text) => ReferenceValueLeaf::Str(text),
            Part::Key(key) => ReferenceValueLeaf::U64(key),
            Part::Bytes(bytes) => ReferenceValueLeaf::Bytes(bytes),
            Part::Number(number) => ReferenceValueLeaf::F64(number),
            Part::Bool(value) => ReferenceValueLeaf::Bool(value),
            Part::Columns(document) => {
                return ReferenceValue::Object(Columns {
                    artists: document.entry.artists.iter(),
                    columns: document.columns.iter(),
                });
            }
        })
    }
}

/// The columns of a document: each artist under `artists`, then each key under its path.
pub struct Columns<'a> {
    artists: slice::Iter<'a, String>,
    columns: slice::Iter<'a, (String, Column)>,
}

impl<'a> Iterator for Columns<'a> {
    type Item = (&'a str, Part<'a>);

    fn next(&mut self) -> Option<(&'a str, Part<'a>)> {
        if let Some(artist) = self.artists.next() {
            return Some(("artists", Part::Text(artist)));
        }
        let (path, column) = self.columns.next()?;
        let part = match column {
            Column::Bool(value) => Part::Bool(*value),
            Column::Number(number) => Part::Number(*number),
            Column::Text(text) => Part::Text(text),
        };
        Some((path, part))
    }
}

/// The document of an entry that is alone under its id, in Tantivy's own form.
pub fn of_entry(fields: &Fields, entry: &Entry) -> TantivyDocument {
    let key = super::names::key_of(super::names::base_of(&entry.id), 0);
    EntryDocument::new(fields, entry.clone(), key).into_tantivy_document()
}
