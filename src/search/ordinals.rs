//! The values of a text field numbered over all segments of an index.
//!
//! Each segment numbers the values it has. To count a value over all of them, its numbers are brought together once, when
//! somebody first counts the field; after that, counting is adding to an array, and only the values that are shown are read.

use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex};

use tantivy::columnar::StrColumn;

use super::segment::Segment;

/// The values of one field.
pub struct Ordinals {
    /// For each segment: its column.
    columns: Vec<Option<StrColumn>>,
    /// For each segment: its own number of a value → the number in all of them.
    numbers: Vec<Vec<u32>>,
    /// For each number a place where the value can be read: segment and its own number there. In order of the values.
    places: Vec<(u32, u32)>,
}

/// The numberings that have been made, by field.
pub type Known = Mutex<HashMap<String, Arc<Ordinals>>>;

impl Ordinals {
    /// The numbering of a field, made when first asked for; `None` when no segment has texts under it.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn of(
        segments: &[Segment],
        path: &str,
        known: &Known,
    ) -> tantivy::Result<Option<Arc<Ordinals>>> {
        if let Some(made) = known.lock().ok().and_then(|known| known.get(path).cloned()) {
            return Ok(Some(made));
        }
        let columns = segments.iter().map(|segment| segment.texts(path));
        let columns: Vec<Option<StrColumn>> = columns.collect::<tantivy::Result<_>>()?;
        if columns.iter().all(Option::is_none) {
            return Ok(None);
        }
        let made = Arc::new(Ordinals::new(columns)?);
        if let Ok(mut known) = known.lock() {
            known.insert(path.to_owned(), Arc::clone(&made));
        }
        Ok(Some(made))
    }

    fn new(columns: Vec<Option<StrColumn>>) -> tantivy::Result<Ordinals> {
        let mut places: Vec<(u32, u32)> = Vec::new();
        let numbers = merge(&columns, |segment, own| {
            places.push((segment as u32, own as u32));
        })?;
        Ok(Ordinals {
            columns,
            numbers,
            places,
        })
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Calls `each` with the number of every value of a document.
    #[inline]
    pub fn each(&self, segment: usize, doc: tantivy::DocId, mut each: impl FnMut(usize)) {
        if let Some(column) = &self.columns[segment] {
            for own in column.term_ords(doc) {
                if let Some(&number) = self.numbers[segment].get(own as usize) {
                    each(number as usize);
                }
            }
        }
    }

    /// The value of a number. `None` when the index cannot be read.
    pub fn text(&self, number: usize) -> Option<String> {
        let (segment, own) = *self.places.get(number)?;
        let mut text = String::new();
        let column = self.columns[segment as usize].as_ref()?;
        let found = column.ord_to_str(u64::from(own), &mut text);
        matches!(found, Ok(true)).then_some(text)
    }
}

/// Merges the dictionaries of a column in each segment: for each segment its own number of a value → the number in all of
/// them, which goes by the order of the values. Calls `each_value` with a place of every value in turn.
///
/// # Errors
/// When the index cannot be read.
pub fn merge(
    columns: &[Option<StrColumn>],
    mut each_value: impl FnMut(usize, usize),
) -> tantivy::Result<Vec<Vec<u32>>> {
    let mut streams = Vec::new();
    for column in columns {
        let stream = column.as_ref().map(|column| column.dictionary().stream());
        streams.push(stream.transpose()?);
    }
    let mut numbers: Vec<Vec<u32>> = vec![Vec::new(); columns.len()];
    let mut next = BinaryHeap::new();
    for (segment, stream) in streams.iter_mut().enumerate() {
        if let Some(stream) = stream.as_mut()
            && stream.advance()
        {
            next.push(Reverse((stream.key().to_vec(), segment)));
        }
    }
    let (mut last, mut values) = (Vec::new(), 0);
    while let Some(mut first) = next.peek_mut() {
        let Reverse((key, segment)) = &mut *first;
        if values == 0 || last != *key {
            each_value(*segment, numbers[*segment].len());
            last.clone_from(key);
            values += 1;
        }
        numbers[*segment].push(values - 1);
        if let Some(stream) = streams[*segment].as_mut()
            && stream.advance()
        {
            key.clear();
            key.extend_from_slice(stream.key());
        } else {
            PeekMut::pop(first);
        }
    }
    Ok(numbers)
}
