//! Documents gathered beforehand: all the words of a prefix, or those that are called by a name.

use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, TERMINATED};

use super::deadline;
use super::segment::{Segment, Zone};

/// Documents gathered beforehand.
pub struct Gathered {
    docs: Vec<DocId>,
    frequencies: Vec<u32>,
    index: usize,
}

impl Gathered {
    /// All the parts of a zone that begin with `prefix` (behind its path), put together.
    ///
    /// None when the time for the query is over: nobody will see what is found, and a query of many prefixes would go on
    /// to fill the memory.
    pub fn of_prefix(
        segment: &Segment,
        zone: Zone,
        prefix: &str,
    ) -> tantivy::Result<Option<Gathered>> {
        if deadline::passed() {
            return Ok(None);
        }
        let mut infos = Vec::new();
        segment.each_with_prefix(zone, prefix.as_bytes(), |_, info| {
            infos.push(info.clone());
            true
        })?;
        if infos.is_empty() {
            return Ok(None);
        }
        let total: u64 = infos.iter().map(|info| u64::from(info.doc_freq)).sum();
        let many = total > u64::from(segment.reader.max_doc()) / 8;
        let mut counts = vec![
            0u32;
            if many {
                segment.reader.max_doc() as usize
            } else {
                0
            }
        ];
        let mut all: Vec<(DocId, u32)> = Vec::with_capacity(if many { 0 } else { total as usize });
        let lists = segment.zone(zone)?;
        // One reader for all lists: a short prefix has hundreds of thousands.
        let option = IndexRecordOption::WithFreqs;
        let mut list = lists.read_block_postings_from_terminfo(&infos[0], option)?;
        for info in &infos {
            lists.reset_block_postings_from_terminfo(info, &mut list)?;
            each_posting(&mut list, |doc, frequency| {
                match counts.get_mut(doc as usize) {
                    Some(count) => *count += frequency,
                    None => all.push((doc, frequency)),
                }
            });
        }
        let gathered = match many {
            true => Gathered::of_counts(&counts),
            false => Gathered::of_postings(all),
        };
        deadline::gathered(
            (gathered.docs.capacity() + gathered.frequencies.capacity()) * size_of::<u32>(),
        );
        Ok(Some(gathered))
    }

    /// These documents, in order; a match stands in each once.
    pub fn of_docs(docs: Vec<DocId>) -> Gathered {
        let frequencies = vec![1; docs.len()];
        deadline::gathered((docs.capacity() + frequencies.capacity()) * size_of::<u32>());
        Gathered {
            docs,
            frequencies,
            index: 0,
        }
    }

    /// From a counter for each document of the segment.
    fn of_counts(counts: &[u32]) -> Gathered {
        let found = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let (docs, frequencies) = found.map(|(doc, count)| (doc as DocId, *count)).unzip();
        Gathered {
            docs,
            frequencies,
            index: 0,
        }
    }

    /// From the postings of several lists, one list behind the other.
    fn of_postings(mut all: Vec<(DocId, u32)>) -> Gathered {
        // The stable sort, which puts together what is in order: whole lists.
        all.sort_by_key(|&(doc, _)| doc);
        let mut gathered = Gathered {
            docs: Vec::with_capacity(all.len()),
            frequencies: Vec::new(),
            index: 0,
        };
        for (doc, frequency) in all {
            match gathered.docs.last() == Some(&doc) {
                true => *gathered.frequencies.last_mut().unwrap_or(&mut 0) += frequency,
                false => {
                    gathered.docs.push(doc);
                    gathered.frequencies.push(frequency);
                }
            }
        }
        gathered
    }

    /// All of them.
    pub fn docs(&self) -> &[DocId] {
        &self.docs
    }

    /// The document it stands at.
    pub fn doc(&self) -> DocId {
        self.docs.get(self.index).copied().unwrap_or(TERMINATED)
    }

    /// Moves to the first document at or behind `target`, never back.
    pub fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() < target {
            let mut step = 1;
            while self
                .docs
                .get(self.index + step)
                .is_some_and(|&doc| doc < target)
            {
                step *= 2;
            }
            let end = (self.index + step + 1).min(self.docs.len());
            self.index += self.docs[self.index..end].partition_point(|&doc| doc < target);
        }
        self.doc()
    }

    /// How often something stands there.
    pub fn frequency(&self) -> u32 {
        self.frequencies.get(self.index).copied().unwrap_or(0)
    }

    /// Passes over documents that lie before `before` and are weak.
    pub fn skip_weak(&mut self, before: DocId, weak: impl Fn(DocId, u32) -> bool) {
        let start = self.index.min(self.docs.len());
        let mut pairs = self.docs[start..].iter().zip(&self.frequencies[start..]);
        let strong = pairs.position(|(&doc, &frequency)| doc >= before || !weak(doc, frequency));
        self.index = strong.map_or(self.docs.len(), |passed| start + passed);
    }
}

fn each_posting(list: &mut BlockSegmentPostings, mut each: impl FnMut(DocId, u32)) {
    while list.block_len() > 0 {
        for (&doc, &frequency) in list.docs().iter().zip(list.freqs()) {
            each(doc, frequency);
        }
        list.advance();
    }
}
