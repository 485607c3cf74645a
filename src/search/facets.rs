//! How often each value of a field occurs among the matches.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::columnar::Column;

use super::ordinals::{Known, Ordinals};
use super::response::Facet;
use super::segment::Segment;

/// At most this many values of a facet are given, the most frequent.
const MAX_VALUES: usize = 100;

/// Counts the values of fields over matches, one segment after the other.
pub struct FacetCounter {
    fields: Vec<FieldCounter>,
}

/// The numbers, and the yes or no, of a field in one segment.
type Columns = (Option<Column<f64>>, Option<Column<bool>>);

struct FieldCounter {
    name: String,
    texts: Option<Arc<Ordinals>>,
    /// By the number of a text, how often.
    counts: Vec<u32>,
    /// For each segment.
    columns: Vec<Columns>,
    /// The bits of a number → how often.
    numbers: HashMap<u64, u64>,
    flags: [u64; 2],
}

impl FacetCounter {
    /// Counts these fields.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn new(
        segments: &[Segment],
        names: &[String],
        known: &Known,
    ) -> tantivy::Result<FacetCounter> {
        let fields = names
            .iter()
            .map(|name| FieldCounter::new(segments, name, known));
        Ok(FacetCounter {
            fields: fields.collect::<tantivy::Result<_>>()?,
        })
    }

    /// Whether there is anything to count.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Counts one match.
    pub fn add(&mut self, segment: u32, doc: DocId) {
        for field in &mut self.fields {
            field.add(segment as usize, doc);
        }
    }

    /// The counts.
    pub fn finish(self) -> Vec<Facet> {
        self.fields.into_iter().map(FieldCounter::finish).collect()
    }
}

impl FieldCounter {
    fn new(segments: &[Segment], name: &str, known: &Known) -> tantivy::Result<FieldCounter> {
        let path = if name == "artist" { "artists" } else { name };
        let texts = Ordinals::of(segments, path, known)?;
        let mut columns = Vec::with_capacity(segments.len());
        for segment in segments {
            columns.push((segment.numbers(path)?, segment.flags(path)?));
        }
        Ok(FieldCounter {
            name: name.to_owned(),
            counts: vec![0; texts.as_ref().map_or(0, |texts| texts.len())],
            texts,
            columns,
            numbers: HashMap::new(),
            flags: [0; 2],
        })
    }

    fn add(&mut self, segment: usize, doc: DocId) {
        let (numbers, flags) = &self.columns[segment];
        if let Some(texts) = &self.texts {
            texts.each(segment, doc, |number| self.counts[number] += 1);
        }
        for value in numbers.iter().flat_map(|column| column.values_for_doc(doc)) {
            *self.numbers.entry(value.to_bits()).or_default() += 1;
        }
        for value in flags.iter().flat_map(|column| column.values_for_doc(doc)) {
            self.flags[usize::from(value)] += 1;
        }
    }

    fn finish(self) -> Facet {
        let mut counts = self.frequent_texts();
        for (bits, count) in self.numbers {
            *counts.entry(f64::from_bits(bits).to_string()).or_default() += count;
        }
        for (name, count) in ["false", "true"].iter().zip(self.flags) {
            if count > 0 {
                *counts.entry((*name).to_owned()).or_default() += count;
            }
        }
        let mut values: Vec<(String, u64)> = counts.into_iter().collect();
        values.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        values.truncate(MAX_VALUES);
        Facet {
            field: self.name,
            values,
        }
    }

    /// The texts that are counted most, as many as are given; of those counted alike, the first in order.
    fn frequent_texts(&self) -> HashMap<String, u64> {
        let Some(texts) = &self.texts else {
            return HashMap::new();
        };
        let counted = self
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0);
        let mut counted: Vec<(Reverse<u32>, usize)> = counted
            .map(|(number, count)| (Reverse(*count), number))
            .collect();
        if counted.len() > MAX_VALUES {
            counted.select_nth_unstable(MAX_VALUES - 1);
            counted.truncate(MAX_VALUES);
        }
        let named = counted
            .into_iter()
            .filter_map(|(Reverse(count), number)| Some((texts.text(number)?, u64::from(count))));
        named.collect()
    }
}
