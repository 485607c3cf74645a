//! What hits are sorted by when it is not their score.

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId};

use super::request::Sort;
use super::segment::Segment;
use super::top::SortKey;
use crate::analysis::fold_text;
use crate::index::open::OpenIndex;

/// The values of one segment by which hits are sorted.
pub enum SortColumn {
    /// By score: no values.
    Nothing,
    /// The title, read from the entries themselves: it has no column.
    Title,
    /// A key's numbers, and its short texts.
    Key(Option<Column<f64>>, Option<StrColumn>),
}

impl SortColumn {
    /// The values for a sort on a segment.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn open(segment: &Segment, sort: &Sort) -> tantivy::Result<SortColumn> {
        Ok(match sort {
            Sort::Score => SortColumn::Nothing,
            Sort::Key { key, .. } if key == "title" => SortColumn::Title,
            Sort::Key { key, .. } => SortColumn::Key(segment.numbers(key)?, segment.texts(key)?),
        })
    }

    /// What an entry is sorted by: its first value.
    pub fn key(&self, index: &OpenIndex, segment: u32, doc: DocId) -> Option<SortKey> {
        match self {
            SortColumn::Nothing => None,
            SortColumn::Title => {
                let entry = index.entry(DocAddress::new(segment, doc)).ok()?;
                Some(SortKey::Text(fold_text(&entry.title)))
            }
            SortColumn::Key(numbers, texts) => {
                let number = numbers
                    .as_ref()
                    .and_then(|column| column.first(doc))
                    .map(SortKey::Number);
                number.or_else(|| {
                    let column = texts.as_ref()?;
                    let mut text = String::new();
                    column
                        .ord_to_str(column.term_ords(doc).next()?, &mut text)
                        .ok()?;
                    Some(SortKey::Text(fold_text(&text)))
                })
            }
        }
    }
}
