//! Entries narrowed to those that have exactly a value of a field: what a click on a counted value asks for.

use tantivy::DocId;
use tantivy::columnar::{Column, StrColumn};

use super::segment::Segment;

/// The conditions on one segment; all must hold.
pub struct Only(Vec<Condition>);

/// A field's columns in the segment, each with the value wanted as that column has it.
struct Condition {
    text: Option<(StrColumn, u64)>,
    number: Option<(Column<f64>, f64)>,
    flag: Option<(Column<bool>, bool)>,
}

impl Only {
    /// The conditions `(field, value)` on a segment. Numbers and yes or no are given as facets show them.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn open(segment: &Segment, wanted: &[(String, String)]) -> tantivy::Result<Only> {
        let conditions = wanted
            .iter()
            .map(|(field, value)| Condition::open(segment, field, value));
        Ok(Only(conditions.collect::<tantivy::Result<_>>()?))
    }

    /// Whether an entry has all that is wanted.
    #[inline]
    pub fn admits(&self, doc: DocId) -> bool {
        self.0.iter().all(|condition| condition.holds(doc))
    }
}

impl Condition {
    fn open(segment: &Segment, field: &str, value: &str) -> tantivy::Result<Condition> {
        let path = if field == "artist" { "artists" } else { field };
        let text = match segment.texts(path)? {
            Some(column) => {
                let ordinal = column.dictionary().term_ord(value.as_bytes())?;
                ordinal.map(|ordinal| (column, ordinal))
            }
            None => None,
        };
        let number = value.parse().ok().zip(segment.numbers(path)?);
        let flag = value.parse().ok().zip(segment.flags(path)?);
        Ok(Condition {
            text,
            number: number.map(|(wanted, column)| (column, wanted)),
            flag: flag.map(|(wanted, column)| (column, wanted)),
        })
    }

    fn holds(&self, doc: DocId) -> bool {
        let text = self.text.as_ref().is_some_and(|(column, wanted)| {
            column.term_ords(doc).any(|ordinal| ordinal == *wanted)
        });
        let number = || {
            self.number.as_ref().is_some_and(|(column, wanted)| {
                column.values_for_doc(doc).any(|value| value == *wanted)
            })
        };
        let flag = || {
            self.flag.as_ref().is_some_and(|(column, wanted)| {
                column.values_for_doc(doc).any(|value| value == *wanted)
            })
        };
        text || number() || flag()
    }
}
