//! What neighbouring words of a query add where they stand near each other.
//!
//! Only documents that might get among the best are asked, so that positions are read for few.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::{DocId, DocSet};

use super::segment::{Segment, Zone, positions_of};

/// Words farther apart than this (in positions) are not near.
const REACH: u32 = 8;

/// All the pairs of a query in one segment.
#[derive(Default)]
pub struct Pairs<'s> {
    words: Vec<Word<'s>>,
    pairs: Vec<Pair>,
}

/// Two words, by their places in [`Pairs::words`], and what it adds when they stand side by side.
struct Pair {
    left: usize,
    right: usize,
    value: f32,
}

/// The lists of one word in one zone, opened at the first need.
struct Word<'s> {
    segment: &'s Segment,
    zone: Zone,
    terms: Vec<String>,
    lists: Option<Vec<SegmentPostings>>,
    /// Where it stands in `doc`.
    positions: Vec<u32>,
    doc: Option<DocId>,
}

impl<'s> Pairs<'s> {
    /// Adds the terms of a word in a zone; gives its number.
    pub fn word(&mut self, segment: &'s Segment, zone: Zone, terms: Vec<String>) -> usize {
        self.words.push(Word {
            segment,
            zone,
            terms,
            lists: None,
            positions: Vec::new(),
            doc: None,
        });
        self.words.len() - 1
    }

    /// Adds a pair of words, worth `value` side by side.
    pub fn pair(&mut self, left: usize, right: usize, value: f32) {
        self.pairs.push(Pair { left, right, value });
    }

    /// No document gets more than this.
    pub fn bound(&self) -> f32 {
        self.pairs.iter().map(|pair| 2.0 * pair.value).sum()
    }

    /// What the pairs add to a document. Documents must come in order.
    pub fn value(&mut self, doc: DocId) -> f32 {
        let mut sum = 0.0;
        for index in 0..self.pairs.len() {
            let Pair { left, right, value } = self.pairs[index];
            if self.words[left].stands_at(doc) && self.words[right].stands_at(doc) {
                self.words[left].read(doc);
                self.words[right].read(doc);
                sum += value * closeness(&self.words[left].positions, &self.words[right].positions);
            }
        }
        sum
    }
}

impl Word<'_> {
    /// Whether any list has the document. A list that cannot be read has none (it has been read before, by its cursor).
    fn stands_at(&mut self, doc: DocId) -> bool {
        if self.doc == Some(doc) {
            return !self.positions.is_empty() || self.at(doc);
        }
        if self.lists.is_none() {
            let open = |term: &String| {
                let info = self.segment.term_at(self.zone, "", term).ok()??;
                self.segment.postings(self.zone, &info, true).ok()
            };
            self.lists = Some(self.terms.iter().filter_map(open).collect());
        }
        for list in self.lists.iter_mut().flatten() {
            if list.doc() < doc {
                list.seek(doc);
            }
        }
        self.at(doc)
    }

    fn at(&self, doc: DocId) -> bool {
        self.lists.iter().flatten().any(|list| list.doc() == doc)
    }

    fn read(&mut self, doc: DocId) {
        if self.doc == Some(doc) {
            return;
        }
        self.doc = Some(doc);
        self.positions.clear();
        let mut read = 0;
        for list in self
            .lists
            .iter_mut()
            .flatten()
            .filter(|list| list.doc() == doc && list.term_freq() > 0)
        {
            positions_of(list, &mut self.positions);
            read += 1;
        }
        if read > 1 {
            self.positions.sort_unstable();
            self.positions.dedup();
        }
    }
}

/// How near the words stand, over all occurrences, saturating towards 2: each `left` counts 1 where a `right` stands
/// right behind it, less the farther away, half of that the other way round.
fn closeness(left: &[u32], right: &[u32]) -> f32 {
    let mut sum = 0.0_f32;
    let mut from = 0;
    for &at in left {
        while from < right.len() && right[from] + REACH < at {
            from += 1;
        }
        let near = right[from..]
            .iter()
            .take_while(|&&other| other <= at + REACH);
        sum += near.map(|&other| nearness(at, other)).fold(0.0, f32::max);
    }
    2.0 * sum / (sum + 1.0)
}

fn nearness(left: u32, right: u32) -> f32 {
    match i64::from(right) - i64::from(left) {
        0 => 0.0,
        ahead @ 1.. => 1.0 / ahead as f32,
        behind => -0.5 / behind as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::closeness;

    #[test]
    fn nearer_is_closer() {
        let once = closeness(&[20], &[21]);
        assert_eq!(once, 1.0);
        assert!(closeness(&[3, 20], &[4, 21]) > once);
        assert!(closeness(&[3], &[5]) < once);
        assert!(closeness(&[5], &[3]) < closeness(&[3], &[5]));
        assert_eq!(closeness(&[5], &[50]), 0.0);
        assert!(closeness(&[1, 3, 5, 7, 9], &[2, 4, 6, 8, 10]) <= 2.0);
    }
}
