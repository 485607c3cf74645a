//! The names of the fields that entries have, from the terms that say so.

use std::cell::RefCell;
use std::collections::HashMap;

use super::lexicon::Lexicon;
use super::query::FieldNames;

/// The fields of an index, looked up as they are asked for.
pub struct IndexFields<'a> {
    lexicon: &'a Lexicon<'a>,
    known: RefCell<HashMap<String, bool>>,
}

impl<'a> IndexFields<'a> {
    /// The fields that some live entry has.
    pub fn new(lexicon: &'a Lexicon<'a>) -> IndexFields<'a> {
        IndexFields {
            lexicon,
            known: RefCell::new(HashMap::new()),
        }
    }
}

impl FieldNames for IndexFields<'_> {
    /// The fields of every entry exist in an empty index too. A dictionary that cannot be read knows no fields: the
    /// search that follows will say so.
    fn has(&self, name: &str) -> bool {
        if matches!(name, "title" | "artists" | "prose" | "aliases") {
            return true;
        }
        *self
            .known
            .borrow_mut()
            .entry(name.to_owned())
            .or_insert_with(|| self.lexicon.has_key(name).unwrap_or(false))
    }

    fn all(&self) -> Vec<String> {
        let mut names = self.lexicon.keys().unwrap_or_default();
        for name in ["title", "artists", "prose", "aliases"] {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}
