//! The entry: one write-up, as the corpus gives it and as the index keeps it.
//!
//! The shared noun of the whole program. An entry knows nothing of files or of Tantivy. It is kept in the index as
//! JSON ([`Entry::to_json`]), in the same shape in which a user would write it by hand.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// One write-up about a film, an album or a soundtrack.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// Unique in an index. Made from file and title where the corpus gives none.
    pub id: String,
    /// What the entry is about. Empty only where the corpus gives an id and leaves the title blank.
    pub title: String,
    /// The people it credits, each name whole: a name is never split.
    pub artists: Vec<String>,
    /// The write-up itself; may be empty.
    pub prose: String,
    /// Other names under which it should be found, below its own.
    pub aliases: Vec<String>,
    /// Every further key (`rank`, `year`, `list`, `tags`, `url` among them) in the order of its file. Never holds `null`.
    pub keys: Map<String, Value>,
}

impl Entry {
    /// The entry as the index stores it: `title`, `artists`, the keys, `aliases`, `prose`; what is empty is left out.
    /// The id is kept apart.
    pub fn to_json(&self) -> String {
        let mut json = Vec::new();
        self.write_json(&mut json);
        String::from_utf8(json).unwrap_or_default()
    }

    /// Adds what [`Entry::to_json`] gives to `out`.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        // Texts and JSON values always serialize, and memory takes them.
        let _ = serde_json::to_writer(out, &Stored(self));
    }

    /// Reads back what [`Entry::to_json`] wrote.
    ///
    /// # Errors
    /// When `json` is something else: the index is corrupt.
    pub fn from_json(id: String, json: &str) -> Result<Entry, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let entry = deserializer.deserialize_map(Reading(Entry {
            id,
            ..Entry::default()
        }))?;
        deserializer.end()?;
        Ok(entry)
    }

    /// About how many bytes it holds.
    pub fn weight(&self) -> u64 {
        fn of(value: &Value) -> usize {
            let inside = match value {
                Value::String(text) => text.len(),
                Value::Array(items) => items.iter().map(of).sum(),
                Value::Object(map) => map.iter().map(|(key, value)| key.len() + of(value)).sum(),
                _ => 0,
            };
            size_of::<Value>() + inside
        }
        let names = self.artists.iter().chain(&self.aliases);
        let names: usize = names.map(|name| size_of::<String>() + name.len()).sum();
        let keys = self.keys.iter();
        let keys: usize = keys
            .map(|(key, value)| size_of::<String>() + key.len() + of(value))
            .sum();
        let texts = self.id.len() + self.title.len() + self.prose.len();
        (size_of::<Entry>() + texts + names + keys) as u64
    }

    /// Every scalar under [`Entry::keys`] with its dotted path: `{"label": {"name": "Rhino"}}` gives
    /// `("label.name", "Rhino")`; the items of a list share their list's path.
    pub fn scalars(&self) -> Vec<(Cow<'_, str>, &Value)> {
        type Scalars<'a> = Vec<(Cow<'a, str>, &'a Value)>;
        fn walk<'a>(path: Cow<'a, str>, value: &'a Value, out: &mut Scalars<'a>) {
            match value {
                Value::Null => {}
                Value::Array(items) => items.iter().for_each(|item| walk(path.clone(), item, out)),
                Value::Object(map) => {
                    for (key, value) in map {
                        walk(Cow::Owned(format!("{path}.{key}")), value, out);
                    }
                }
                _ => out.push((path, value)),
            }
        }
        let mut out = Vec::new();
        for (key, value) in &self.keys {
            walk(Cow::Borrowed(key), value, &mut out);
        }
        out
    }
}

/// An entry in the shape that is stored. Written as it stands: a build does this for every entry, so nothing is copied
/// to be serialized.
struct Stored<'e>(&'e Entry);

impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.0;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("title", &entry.title)?;
        if !entry.artists.is_empty() {
            object.serialize_entry("artists", &entry.artists)?;
        }
        for (key, value) in &entry.keys {
            object.serialize_entry(key, value)?;
        }
        if !entry.aliases.is_empty() {
            object.serialize_entry("aliases", &entry.aliases)?;
        }
        if !entry.prose.is_empty() {
            object.serialize_entry("prose", &entry.prose)?;
        }
        object.end()
    }
}

/// An entry being read. Its own fields go where they belong at once: a search does this for every hit.
struct Reading(Entry);

impl<'de> Visitor<'de> for Reading {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Entry, A::Error> {
        let mut entry = self.0;
        while let Some(Key(key)) = object.next_key()? {
            match &*key {
                "title" => entry.title = object.next_value()?,
                "artists" => entry.artists = object.next_value()?,
                "aliases" => entry.aliases = object.next_value()?,
                "prose" => entry.prose = object.next_value()?,
                _ => {
                    let value = object.next_value()?;
                    entry.keys.insert(key.into_owned(), value);
                }
            }
        }
        Ok(entry)
    }
}

/// A key as it stands in the JSON, where it needs no unescaping.
#[derive(Deserialize)]
struct Key<'j>(#[serde(borrow)] Cow<'j, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_stored_reads_back_as_it_was() {
        let Value::Object(keys) =
            json!({"year": 1998, "label": {"name": "Fontana"}, "tags": ["a"]})
        else {
            unreachable!()
        };
        let whole = Entry {
            id: "vg".into(),
            title: "Velvet \"Goldmine\"".into(),
            artists: vec!["Brian Eno".into()],
            prose: "Glam.\nAnd more.".into(),
            aliases: vec!["x".into()],
            keys,
        };
        let bare = Entry {
            id: "b".into(),
            title: "B".into(),
            ..Entry::default()
        };
        assert_eq!(bare.to_json(), "{\"title\":\"B\"}");
        for entry in [whole, bare] {
            assert_eq!(
                Entry::from_json(entry.id.clone(), &entry.to_json()).unwrap(),
                entry
            );
        }
    }
}
