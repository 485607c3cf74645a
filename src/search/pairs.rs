//! What neighbouring words of a query add where they stand near each other.
//!
//! Only documents that might get among the best are asked, so that positions are read for few.

use std::sync::Arc;

use tantivy::postings::SegmentPostings;
use tantivy::{DocId, DocSet};

use super::segment::{Segment, Zone, positions_of};

/// Words farther apart than this (in positions) are not near.
const REACH: u32 = 8;
/// A pair adds at most this many times its value.
const MOST: f32 = 2.0;

/// All the pairs of a query in one segment.
#[derive(Default)]
pub struct Pairs<'s> {
    words: Vec<Word<'s>>,
    pairs: Vec<Pair>,
    /// The pairs whose words both stand in the document looked at; kept to spare allocations.
    near: Vec<usize>,
    /// What stands in the document looked at.
    standing: Vec<(usize, Zone)>,
}

/// Two words, by their places in [`Pairs::words`], and what it adds when they stand side by side.
#[derive(Clone, Copy)]
struct Pair {
    zone: Zone,
    /// The parts of the query that the words are, the one first with which the bound is counted.
    atoms: (usize, usize),
    left: usize,
    right: usize,
    value: f32,
}

/// The lists of one word in one zone, opened at the first need.
struct Word<'s> {
    segment: &'s Segment,
    zone: Zone,
    atom: usize,
    terms: Arc<[String]>,
    lists: Option<Vec<SegmentPostings>>,
    /// Where it stands in `doc`.
    positions: Vec<u32>,
    doc: Option<DocId>,
}

impl<'s> Pairs<'s> {
    /// Adds a word (a part of the query) in a zone with its terms, once; gives its number.
    pub fn word(
        &mut self,
        segment: &'s Segment,
        zone: Zone,
        atom: usize,
        terms: &Arc<[String]>,
    ) -> usize {
        let known = self
            .words
            .iter()
            .position(|word| (word.atom, word.zone) == (atom, zone));
        known.unwrap_or_else(|| {
            self.words.push(Word {
                segment,
                zone,
                atom,
                terms: Arc::clone(terms),
                lists: None,
                positions: Vec::new(),
                doc: None,
            });
            self.words.len() - 1
        })
    }

    /// Adds a pair of words (by their numbers), worth `value` side by side. What it can add is counted with `lead`, one
    /// of the two parts of the query.
    pub fn pair(&mut self, left: usize, right: usize, lead: usize, value: f32) {
        let other = match self.words[left].atom == lead {
            true => self.words[right].atom,
            false => self.words[left].atom,
        };
        self.pairs.push(Pair {
            zone: self.words[left].zone,
            atoms: (lead, other),
            left,
            right,
            value,
        });
    }

    /// Forgets what stands in the document before.
    pub fn forget(&mut self) {
        self.standing.clear();
    }

    /// A part of the query stands in a zone of the document.
    pub fn stands(&mut self, atom: usize, zone: Zone) {
        self.standing.push((atom, zone));
    }

    /// What the pairs add to a document. Documents must come in order. When even all pairs of what stands there would
    /// add less than `needed`, positions are not read and nothing is added.
    pub fn value(&mut self, doc: DocId, needed: f32) -> f32 {
        self.near.clear();
        let mut most = 0.0;
        for (index, pair) in self.pairs.iter().enumerate() {
            let stands = |atom| self.standing.contains(&(atom, pair.zone));
            if stands(pair.atoms.0) && stands(pair.atoms.1) {
                most += MOST * pair.value;
                self.near.push(index);
            }
        }
        if most < needed {
            return 0.0;
        }
        let mut sum = 0.0;
        for &index in &self.near {
            let Pair {
                left, right, value, ..
            } = self.pairs[index];
            if self.words[left].read(doc) && self.words[right].read(doc) {
                sum += value * closeness(&self.words[left].positions, &self.words[right].positions);
            }
        }
        sum
    }

    /// Calls `each` with the part of the query, and the zone, that every pair's bound is counted with.
    pub fn each_bound(&self, mut each: impl FnMut(usize, Zone, f32)) {
        for pair in &self.pairs {
            each(pair.atoms.0, pair.zone, MOST * pair.value);
        }
    }
}

impl Word<'_> {
    /// Reads where the word stands in a document; whether it does. A list that cannot be read has nothing (it has been
    /// read before, by its cursor).
    fn read(&mut self, doc: DocId) -> bool {
        if self.doc == Some(doc) {
            return !self.positions.is_empty();
        }
        self.doc = Some(doc);
        self.positions.clear();
        let (segment, zone) = (self.segment, self.zone);
        let open = |term: &String| {
            let info = segment.term_at(zone, "", term).ok()??;
            segment.postings(zone, &info, true).ok()
        };
        let terms = &self.terms;
        let lists = self
            .lists
            .get_or_insert_with(|| terms.iter().filter_map(open).collect());
        let mut read = 0;
        for list in lists {
            let at = if list.doc() < doc {
                list.seek(doc)
            } else {
                list.doc()
            };
            if at == doc {
                positions_of(list, &mut self.positions);
                read += 1;
            }
        }
        if read > 1 {
            self.positions.sort_unstable();
            self.positions.dedup();
        }
        read > 0
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
    MOST * sum / (sum + 1.0)
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
