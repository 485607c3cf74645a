//! What is kept of an entry to be shown, as a document that Tantivy's store takes.

use std::array;

use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf};
use tantivy::schema::{Document, Field, Value};

use crate::entry::Entry;
use crate::index::schema::Fields;

/// An entry's id, key and JSON. One is filled again and again.
pub struct Stored {
    fields: Fields,
    /// The id as the corpus gives it.
    id: String,
    /// What the entry is addressed by.
    key: u64,
    /// The entry as JSON.
    json: String,
}

impl Stored {
    /// An empty one.
    pub fn new(fields: Fields) -> Stored {
        Stored {
            fields,
            id: String::new(),
            key: 0,
            json: String::new(),
        }
    }

    /// Fills it with an entry and its key.
    pub fn fill(&mut self, key: u64, entry: &Entry) {
        self.key = key;
        self.id.clone_from(&entry.id);
        self.json = entry.to_json();
    }
}

impl Document for Stored {
    type Value<'a> = Part<'a>;
    type FieldsValuesIter<'a> = array::IntoIter<(Field, Part<'a>), 3>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        let part = |leaf| Part(leaf);
        [
            (self.fields.id, part(ReferenceValueLeaf::Str(&self.id))),
            (self.fields.key, part(ReferenceValueLeaf::U64(self.key))),
            (self.fields.entry, part(ReferenceValueLeaf::Str(&self.json))),
        ]
        .into_iter()
    }
}

/// One value.
#[derive(Debug, Clone)]
pub struct Part<'a>(ReferenceValueLeaf<'a>);

impl<'a> Value<'a> for Part<'a> {
    type ArrayIter = std::iter::Empty<Part<'a>>;
    type ObjectIter = std::iter::Empty<(&'a str, Part<'a>)>;

    fn as_value(&self) -> ReferenceValue<'a, Part<'a>> {
        ReferenceValue::Leaf(self.0.clone())
    }
}
