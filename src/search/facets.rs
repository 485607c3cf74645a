//! How often each value of a field occurs among the matches.

use std::collections::HashMap;

use tantivy::DocId;
use tantivy::columnar::{Column, StrColumn};

use super::response::Facet;
use super::segment::Segment;

/// At most this many values of a facet are given, the most frequent.
const MAX_VALUES: usize = 100;

/// Counts the values of fields over matches, one segment after the other.
pub struct FacetCounter {
    fields: Vec<FieldCounter>,
}

struct FieldCounter {
    name: String,
    /// For each segment.
    columns: Vec<(Option<StrColumn>, Option<Column<f64>>, Option<Column<bool>>)>,
    /// Ordinal → how often, for each segment.
    texts: Vec<HashMap<u64, u64>>,
    /// The bits of a number → how often.
    numbers: HashMap<u64, u64>,
    flags: [u64; 2],
}

impl FacetCounter {
    /// Counts these fields.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn new(segments: &[Segment], names: &[String]) -> tantivy::Result<FacetCounter> {
        let mut fields = Vec::with_capacity(names.len());
        for name in names {
            let path = if name == "artist" { "artists" } else { name };
            let mut columns = Vec::with_capacity(segments.len());
            for segment in segments {
                columns.push((
                    segment.texts(path)?,
                    segment.numbers(path)?,
                    segment.flags(path)?,
                ));
            }
            let texts = vec![HashMap::new(); segments.len()];
            fields.push(FieldCounter {
                name: name.clone(),
                columns,
                texts,
                numbers: HashMap::new(),
                flags: [0; 2],
            });
        }
        Ok(FacetCounter { fields })
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
    fn add(&mut self, segment: usize, doc: DocId) {
        let (texts, numbers, flags) = &self.columns[segment];
        if let Some(column) = texts {
            for ordinal in column.term_ords(doc) {
                *self.texts[segment].entry(ordinal).or_default() += 1;
            }
        }
        for value in numbers.iter().flat_map(|column| column.values_for_doc(doc)) {
            *self.numbers.entry(value.to_bits()).or_default() += 1;
        }
        for value in flags.iter().flat_map(|column| column.values_for_doc(doc)) {
            self.flags[usize::from(value)] += 1;
        }
    }

    fn finish(self) -> Facet {
        let mut counts: HashMap<String, u64> = HashMap::new();
        for ((column, _, _), ordinals) in self.columns.iter().zip(&self.texts) {
            for (&ordinal, &count) in ordinals {
                let mut text = String::new();
                if let Some(Ok(true)) = column
                    .as_ref()
                    .map(|column| column.ord_to_str(ordinal, &mut text))
                {
                    *counts.entry(text).or_default() += count;
                }
            }
        }
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
}
