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
    /// By ordinal, how often, for each segment; empty until something is counted there.
    texts: Vec<Vec<u32>>,
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
            let texts = vec![Vec::new(); segments.len()];
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
            let counts = &mut self.texts[segment];
            if counts.is_empty() {
                counts.resize(column.num_terms(), 0);
            }
            for ordinal in column.term_ords(doc) {
                if let Some(count) = counts.get_mut(ordinal as usize) {
                    *count += 1;
                }
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

    /// The texts that can be among the most frequent, with how often they occur. To look up the text of every ordinal
    /// would take far longer than to count them: so only those are looked up that, in some segment, are as frequent as one
    /// of the most frequent of all must be.
    fn frequent_texts(&self) -> HashMap<String, u64> {
        let enough = self
            .texts
            .iter()
            .map(|counts| last_of_the_best(counts))
            .max();
        let least = enough
            .unwrap_or(0)
            .div_ceil(self.texts.len().max(1) as u32)
            .max(1);
        let mut found: HashMap<String, u64> = HashMap::new();
        for (counts, (column, _, _)) in self.texts.iter().zip(&self.columns) {
            let Some(column) = column else { continue };
            let frequent = (0..).zip(counts).filter(|(_, count)| **count >= least);
            let ordinals: Vec<u64> = frequent.map(|(ordinal, _)| ordinal).collect();
            // What cannot be read is not shown; reading the entries will say so.
            let _ = column
                .dictionary()
                .sorted_ords_to_term_cb(&ordinals, |term| {
                    found.insert(String::from_utf8_lossy(term).into_owned(), 0);
                });
        }
        for (counts, (column, _, _)) in self.texts.iter().zip(&self.columns) {
            let Some(column) = column.as_ref().filter(|_| !counts.is_empty()) else {
                continue;
            };
            for (text, sum) in &mut found {
                if let Ok(Some(ordinal)) = column.dictionary().term_ord(text) {
                    *sum += u64::from(counts[ordinal as usize]);
                }
            }
        }
        found
    }
}

/// The smallest of the [`MAX_VALUES`] largest counts; 0 when there are fewer.
fn last_of_the_best(counts: &[u32]) -> u32 {
    let mut counted: Vec<u32> = counts.iter().copied().filter(|count| *count > 0).collect();
    match counted.len() >= MAX_VALUES {
        true => {
            *counted
                .select_nth_unstable_by(MAX_VALUES - 1, |a, b| b.cmp(a))
                .1
        }
        false => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_that_is_among_the_best() {
        assert_eq!(last_of_the_best(&[]), 0);
        assert_eq!(last_of_the_best(&vec![7; MAX_VALUES - 1]), 0);
        let counts: Vec<u32> = (0..1_000).collect();
        assert_eq!(last_of_the_best(&counts), 1_000 - MAX_VALUES as u32);
    }
}
