//! An entry as Tantivy takes it.
//!
//! A type of our own: Tantivy reads any [`Document`] as it stands. All of an entry's texts lie one behind the other in one
//! string: the thread that reads the corpus frees the entry it made, and the thread that indexes has little to free.

use std::ops::Range;
use std::slice;

use serde_json::Value as Json;
use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf};
use tantivy::schema::{Document, Field, Value};

use super::gate::Permit;
use super::schema::Fields;
use crate::analysis::is_address;
use crate::entry::Entry;

/// Text values longer than this (in bytes) are no facet and no sort key: they get no column.
const MAX_COLUMN_TEXT: usize = 128;

/// An entry on its way into an index. Small, since Tantivy moves it about.
pub struct EntryDocument(Box<Content>);

struct Content {
    /// Every text of the entry; where each is, is said by `values` and `columns`.
    texts: String,
    key: u64,
    json: Vec<u8>,
    /// The values in the order of the schema's fields.
    values: Vec<(Field, Slot)>,
    columns: Vec<Column>,
    /// Gives back, when Tantivy is done with the document, the room that it and others took in the queue.
    permit: Option<Permit>,
}

/// Which part of an entry is meant.
#[derive(Debug, Clone)]
enum Slot {
    Text(Range<usize>),
    Key,
    Json,
    Columns,
}

/// A value that has a column, and the path of that.
#[derive(Debug, Clone)]
struct Column {
    path: Range<usize>,
    value: ColumnValue,
}

/// What stands in a column: all numbers as floats, so that `1994` and `1994.0` are one value, and short texts.
#[derive(Debug, Clone)]
enum ColumnValue {
    Bool(bool),
    Number(f64),
    Text(Range<usize>),
}

impl EntryDocument {
    /// The document of an entry. Its `text` holds the prose, the title and each artist, each a value of its own, so that
    /// no phrase crosses from one into the next; the prose first, since low positions take little room.
    pub fn new(fields: &Fields, entry: &Entry, key: u64) -> EntryDocument {
        let mut filler = Filler {
            texts: String::with_capacity(entry.prose.len() + 512),
            values: Vec::with_capacity(24 + 2 * entry.artists.len()),
            columns: Vec::with_capacity(8 + entry.artists.len()),
        };
        filler.named(fields, entry);
        filler.keys(fields.keys, entry);
        if !filler.columns.is_empty() {
            filler.values.push((fields.columns, Slot::Columns));
        }
        EntryDocument(Box::new(Content {
            texts: filler.texts,
            key,
            json: entry.to_json(),
            values: filler.values,
            columns: filler.columns,
            permit: None,
        }))
    }

    /// About how many bytes it holds.
    pub(super) fn weight(&self) -> u64 {
        let content = &*self.0;
        let values = size_of_val(content.values.as_slice());
        let columns = size_of_val(content.columns.as_slice());
        (content.texts.capacity() + content.json.capacity() + values + columns + 256) as u64
    }

    /// Has `permit` given back when Tantivy is done with the document.
    pub(super) fn hold(&mut self, permit: Permit) {
        self.0.permit = Some(permit);
    }
}

/// Fills a document, field after field.
struct Filler {
    texts: String,
    values: Vec<(Field, Slot)>,
    columns: Vec<Column>,
}

impl Filler {
    fn text(&mut self, text: &str) -> Range<usize> {
        let start = self.texts.len();
        self.texts.push_str(text);
        start..self.texts.len()
    }

    /// The fields that an entry has of its own.
    fn named(&mut self, fields: &Fields, entry: &Entry) {
        let id = self.text(&entry.id);
        self.values.push((fields.id, Slot::Text(id)));
        self.values.push((fields.key, Slot::Key));
        self.values.push((fields.entry, Slot::Json));
        if !entry.prose.is_empty() {
            let prose = self.text(&entry.prose);
            self.values.push((fields.text, Slot::Text(prose)));
        }
        let title = self.text(&entry.title);
        self.values.push((fields.text, Slot::Text(title.clone())));
        let path = self.text("artists");
        let first = self.columns.len();
        for artist in &entry.artists {
            let value = ColumnValue::Text(self.text(artist));
            let path = path.clone();
            self.columns.push(Column { path, value });
        }
        let artists = self.columns[first..].iter();
        let artists = artists.filter_map(|column| match &column.value {
            ColumnValue::Text(artist) => Some(Slot::Text(artist.clone())),
            _ => None,
        });
        let artists: Vec<Slot> = artists.collect();
        let of = |field: Field| artists.iter().map(move |slot| (field, slot.clone()));
        self.values.extend(of(fields.text));
        self.values.push((fields.title, Slot::Text(title)));
        self.values.extend(of(fields.artists));
        for alias in &entry.aliases {
            let alias = self.text(alias);
            self.values.push((fields.aliases, Slot::Text(alias)));
        }
    }

    /// `path\0value` of each scalar under the entry's keys, and its column. Lists come last: between their items lies a
    /// gap, and low positions take little room.
    fn keys(&mut self, field: Field, entry: &Entry) {
        for name in names_of_fields(entry) {
            let start = self.texts.len();
            self.texts.extend([name, "\0"]);
            let end = self.texts.len();
            self.values.push((field, Slot::Text(start..end)));
        }
        let scalars = entry.scalars();
        let is_listed = |at: usize| {
            let path = |at: usize| scalars.get(at).map(|scalar| &scalar.0);
            at > 0 && path(at) == path(at - 1) || path(at) == path(at + 1)
        };
        for listed in [false, true] {
            for (at, (path, value)) in scalars.iter().enumerate() {
                if is_listed(at) == listed {
                    self.scalar(field, path, value);
                }
            }
        }
    }

    fn scalar(&mut self, field: Field, path: &str, value: &Json) {
        let start = self.texts.len();
        self.texts.extend([path, "\0"]);
        let path = start..start + path.len();
        let text = match value {
            Json::String(text) => self.text(text),
            other => self.text(&other.to_string()),
        };
        self.values.push((field, Slot::Text(start..text.end)));
        if let Some(value) = self.column(value, text) {
            self.columns.push(Column { path, value });
        }
    }

    /// An address is a text of its own in nearly every entry: it is no facet, and nobody sorts by it.
    fn column(&self, value: &Json, text: Range<usize>) -> Option<ColumnValue> {
        match value {
            Json::Bool(value) => Some(ColumnValue::Bool(*value)),
            Json::Number(number) => number
                .as_f64()
                .filter(|number| number.is_finite())
                .map(ColumnValue::Number),
            Json::String(value) if value.len() <= MAX_COLUMN_TEXT && !is_address(value) => {
                Some(ColumnValue::Text(text))
            }
            _ => None,
        }
    }
}

/// The fields of our own that an entry has. Each becomes a path without a value: the tokenizer makes a term of a path, by
/// which `artists:*` is answered and by which it is known that a field exists.
fn names_of_fields(entry: &Entry) -> impl Iterator<Item = &'static str> {
    let fields = [
        ("title", true),
        ("artists", !entry.artists.is_empty()),
        ("prose", !entry.prose.is_empty()),
        ("aliases", !entry.aliases.is_empty()),
    ];
    let has = fields.into_iter().filter(|(_, has)| *has);
    has.map(|(name, _)| name)
}

impl Document for EntryDocument {
    type Value<'a> = Part<'a>;
    type FieldsValuesIter<'a> = Parts<'a>;

    fn iter_fields_and_values(&self) -> Parts<'_> {
        Parts {
            content: &self.0,
            values: self.0.values.iter(),
        }
    }
}

/// The values of a document, one after the other.
pub struct Parts<'a> {
    content: &'a Content,
    values: slice::Iter<'a, (Field, Slot)>,
}

impl<'a> Iterator for Parts<'a> {
    type Item = (Field, Part<'a>);

    fn next(&mut self) -> Option<(Field, Part<'a>)> {
        let (field, slot) = self.values.next()?;
        let content = self.content;
        let part = match slot {
            Slot::Text(range) => Part::Text(&content.texts[range.clone()]),
            Slot::Key => Part::Key(content.key),
            Slot::Json => Part::Bytes(&content.json),
            Slot::Columns => Part::Columns(Columns {
                texts: &content.texts,
                columns: content.columns.iter(),
            }),
        };
        Some((*field, part))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.values.size_hint()
    }
}

/// One value of a document.
#[derive(Debug, Clone)]
pub enum Part<'a> {
    /// A text, whole.
    Text(&'a str),
    /// The key.
    Key(u64),
    /// The JSON.
    Bytes(&'a [u8]),
    /// Everything that has a column.
    Columns(Columns<'a>),
    /// A number in a column.
    Number(f64),
    /// A truth value in a column.
    Bool(bool),
}

impl<'a> Value<'a> for Part<'a> {
    type ArrayIter = std::iter::Empty<Part<'a>>;
    type ObjectIter = Columns<'a>;

    fn as_value(&self) -> ReferenceValue<'a, Part<'a>> {
        ReferenceValue::Leaf(match self {
            Part::Text(text) => ReferenceValueLeaf::Str(text),
            Part::Key(key) => ReferenceValueLeaf::U64(*key),
            Part::Bytes(bytes) => ReferenceValueLeaf::Bytes(bytes),
            Part::Number(number) => ReferenceValueLeaf::F64(*number),
            Part::Bool(value) => ReferenceValueLeaf::Bool(*value),
            Part::Columns(columns) => return ReferenceValue::Object(columns.clone()),
        })
    }
}

/// The columns of a document: each artist under `artists`, then each key under its path.
#[derive(Debug, Clone)]
pub struct Columns<'a> {
    texts: &'a str,
    columns: slice::Iter<'a, Column>,
}

impl<'a> Iterator for Columns<'a> {
    type Item = (&'a str, Part<'a>);

    fn next(&mut self) -> Option<(&'a str, Part<'a>)> {
        let column = self.columns.next()?;
        let part = match &column.value {
            ColumnValue::Bool(value) => Part::Bool(*value),
            ColumnValue::Number(number) => Part::Number(*number),
            ColumnValue::Text(text) => Part::Text(&self.texts[text.clone()]),
        };
        Some((&self.texts[column.path.clone()], part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::schema;
    use serde_json::json;

    fn document(keys: Json) -> (Fields, EntryDocument) {
        let (_, fields) = schema::build();
        let Json::Object(keys) = keys else {
            unreachable!("keys are an object")
        };
        let entry = Entry {
            id: "vg".into(),
            title: "Velvet Goldmine".into(),
            artists: vec!["Brian Eno".into()],
            prose: "Glam.".into(),
            keys,
            ..Entry::default()
        };
        let document = EntryDocument::new(&fields, &entry, 7);
        (fields, document)
    }

    fn texts(document: &EntryDocument, wanted: Field) -> Vec<String> {
        let values = document.iter_fields_and_values();
        let texts = values.filter_map(|(field, part)| match part {
            Part::Text(text) if field == wanted => Some(text.to_owned()),
            _ => None,
        });
        texts.collect()
    }

    #[test]
    fn fields_come_in_order_and_lists_last() {
        let (fields, document) = document(json!({"tags": ["a", "b"], "label": {"name": "Rhino"}}));
        assert_eq!(
            texts(&document, fields.text),
            ["Glam.", "Velvet Goldmine", "Brian Eno"]
        );
        let keys = [
            "title\0",
            "artists\0",
            "prose\0",
            "label.name\0Rhino",
            "tags\0a",
            "tags\0b",
        ];
        assert_eq!(texts(&document, fields.keys), keys);
        assert!(
            document
                .iter_fields_and_values()
                .is_sorted_by_key(|(field, _)| field)
        );
    }

    #[test]
    fn columns_are_for_what_can_be_a_facet() {
        let long = "x".repeat(MAX_COLUMN_TEXT + 1);
        let (_, document) = document(json!({
            "year": 1998, "live": true, "list": "Best", "url": "https://x.org/1", "note": long,
        }));
        let columns = document
            .iter_fields_and_values()
            .find_map(|(_, part)| match part {
                Part::Columns(columns) => Some(columns),
                _ => None,
            });
        let paths: Vec<&str> = columns.unwrap().map(|(path, _)| path).collect();
        assert_eq!(paths, ["artists", "year", "live", "list"]);
    }
}
