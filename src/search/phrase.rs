//! Where elements of a phrase stand side by side.
//!
//! Documents that hold every element are candidates; positions are read only when somebody asks how often the phrase
//! stands there. The rarest element leads.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::{DocId, DocSet, TERMINATED};

use super::pattern::Element;
use super::segment::{Segment, Zone, positions_of};
use crate::analysis::{HALF, JOINED};

/// At most this many words complete a prefix inside a phrase; the most frequent ones are kept.
const MAX_COMPLETIONS: usize = 1_024;

/// A phrase in one zone of one segment.
pub struct PhraseCursor {
    /// One for each element, in the order of the phrase.
    places: Vec<PlaceCursor>,
    /// The places by the length of their lists.
    rarest_first: Vec<usize>,
    slop: u32,
    doc: DocId,
    /// How often the phrase stands in `doc`, once it has been counted.
    counted: Option<u32>,
    /// Ends of what has been matched so far, with the fewest gaps to get there; kept to spare allocations.
    ends: Vec<(u32, u32)>,
    reached: Vec<(u32, u32)>,
    /// The same where no gap is allowed.
    adjacent: Vec<u32>,
    stepped: Vec<u32>,
}

/// The lists of what may stand at one place.
struct PlaceCursor {
    lists: Vec<(SegmentPostings, u32)>,
    /// Begin and end (exclusive) positions in the current document, where several lists stand there; kept to spare
    /// allocations.
    spans: Vec<(u32, u32)>,
    /// Begin positions in the only list.
    buffer: Vec<u32>,
}

impl PhraseCursor {
    /// Opens a phrase; `None` when some element stands nowhere in the zone.
    pub fn open(
        segment: &Segment,
        zone: Zone,
        path: &str,
        elements: &[Element],
        slop: u32,
    ) -> tantivy::Result<Option<PhraseCursor>> {
        let mut places = Vec::with_capacity(elements.len());
        for element in elements {
            match PlaceCursor::open(segment, zone, path, element)? {
                Some(place) => places.push(place),
                None => return Ok(None),
            }
        }
        let mut rarest_first: Vec<usize> = (0..places.len()).collect();
        rarest_first.sort_by_key(|&index| places[index].most());
        let mut cursor = PhraseCursor {
            places,
            rarest_first,
            slop,
            doc: 0,
            counted: None,
            ends: Vec::new(),
            reached: Vec::new(),
            adjacent: Vec::new(),
            stepped: Vec::new(),
        };
        cursor.doc = cursor.next_candidate(0);
        Ok(Some(cursor))
    }

    /// The candidate.
    pub fn doc(&self) -> DocId {
        self.doc
    }

    /// Moves to the first candidate at or behind `target`.
    pub fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.next_candidate(target);
            self.counted = None;
        }
        self.doc
    }

    /// No more documents than this can match.
    pub fn most(&self) -> u32 {
        self.rarest_first
            .first()
            .map_or(0, |&index| self.places[index].most())
    }

    /// The phrase cannot stand here more often than its rarest element does.
    pub fn frequency_bound(&mut self) -> u32 {
        let doc = self.doc;
        self.places
            .iter_mut()
            .map(|place| place.frequency(doc))
            .min()
            .unwrap_or(0)
    }

    /// How often the phrase stands in the candidate.
    pub fn frequency(&mut self) -> u32 {
        if let Some(counted) = self.counted {
            return counted;
        }
        let counted = if self.doc == TERMINATED {
            0
        } else {
            self.count()
        };
        self.counted = Some(counted);
        counted
    }

    fn next_candidate(&mut self, target: DocId) -> DocId {
        let Some((&lead, others)) = self.rarest_first.split_first() else {
            return TERMINATED;
        };
        let mut doc = self.places[lead].seek(target);
        'lead: while doc != TERMINATED {
            for &other in others {
                let found = self.places[other].seek(doc);
                if found > doc {
                    doc = self.places[lead].seek(found);
                    continue 'lead;
                }
            }
            return doc;
        }
        TERMINATED
    }

    /// Follows the phrase from left to right: for each end reached, the fewest gaps needed to reach it.
    fn count(&mut self) -> u32 {
        if self.slop == 0 {
            return self.count_adjacent();
        }
        let doc = self.doc;
        let slop = self.slop;
        self.ends.clear();
        for (index, place) in self.places.iter_mut().enumerate() {
            place.read_spans(doc);
            if index == 0 {
                self.ends.extend(place.spans().map(|(_, end)| (end, 0)));
                set_in_order(&mut self.ends, |&(end, _)| end);
            } else {
                step(&self.ends, place.spans(), slop, &mut self.reached);
                std::mem::swap(&mut self.ends, &mut self.reached);
            }
            if self.ends.is_empty() {
                return 0;
            }
        }
        self.ends.len() as u32
    }

    /// As [`PhraseCursor::count`] does, where nothing may lie between the elements, as in nearly all phrases.
    fn count_adjacent(&mut self) -> u32 {
        let doc = self.doc;
        self.adjacent.clear();
        for (index, place) in self.places.iter_mut().enumerate() {
            place.read_spans(doc);
            if index == 0 {
                self.adjacent.extend(place.spans().map(|(_, end)| end));
                set_in_order(&mut self.adjacent, |&end| end);
            } else {
                step_adjacent(&self.adjacent, place.spans(), &mut self.stepped);
                std::mem::swap(&mut self.adjacent, &mut self.stepped);
            }
            if self.adjacent.is_empty() {
                return 0;
            }
        }
        self.adjacent.len() as u32
    }
}

/// As [`step`], where nothing may lie between: those of `ends` that are the beginning of a span, moved to its end.
fn step_adjacent(ends: &[u32], spans: impl Iterator<Item = (u32, u32)>, reached: &mut Vec<u32>) {
    reached.clear();
    let mut from = 0;
    for (begin, end) in spans {
        while from < ends.len() && ends[from] < begin {
            from += 1;
        }
        if ends.get(from) == Some(&begin) {
            reached.push(end);
        }
    }
    set_in_order(reached, |&end| end);
}

/// From the ends reached so far (in order, each with its gaps) to those reached through `spans` (in order), into
/// `reached`.
fn step(
    ends: &[(u32, u32)],
    spans: impl Iterator<Item = (u32, u32)>,
    slop: u32,
    reached: &mut Vec<(u32, u32)>,
) {
    reached.clear();
    let mut from = 0;
    for (begin, end) in spans {
        while from < ends.len() && ends[from].0 + slop < begin {
            from += 1;
        }
        let near = ends[from..].iter().take_while(|&&(at, _)| at <= begin);
        let gaps = near.map(|&(at, gaps)| gaps + (begin - at));
        if let Some(fewest) = gaps.filter(|&gaps| gaps <= slop).min() {
            reached.push((end, fewest));
        }
    }
    set_in_order(reached, |&(end, _)| end);
}

/// Puts what has been reached in order, each end once, with the fewest gaps: spans of different lengths may end out of order,
/// or at one place.
fn set_in_order<T: Ord>(reached: &mut Vec<T>, end: impl Fn(&T) -> u32) {
    if !reached.is_sorted_by(|a, b| end(a) < end(b)) {
        reached.sort_unstable();
        reached.dedup_by_key(|reached| end(reached));
    }
}

impl PlaceCursor {
    fn open(
        segment: &Segment,
        zone: Zone,
        path: &str,
        element: &Element,
    ) -> tantivy::Result<Option<PlaceCursor>> {
        let mut lists = Vec::new();
        for term in &element.terms {
            if let Some(info) = segment.term_at(zone, path, term)? {
                lists.push((
                    segment.postings(zone, &info, true)?,
                    positions_covered(term),
                ));
            }
        }
        if let Some(prefix) = &element.prefix {
            let mut infos = Vec::new();
            segment.each_with_prefix(zone, format!("{path}{prefix}").as_bytes(), |_, info| {
                infos.push(info.clone());
                true
            })?;
            infos.sort_by_key(|info| std::cmp::Reverse(info.doc_freq));
            for info in infos.iter().take(MAX_COMPLETIONS) {
                lists.push((segment.postings(zone, info, true)?, 1));
            }
        }
        let place = PlaceCursor {
            lists,
            spans: Vec::new(),
            buffer: Vec::new(),
        };
        Ok((!place.lists.is_empty()).then_some(place))
    }

    fn most(&self) -> u32 {
        self.lists
            .iter()
            .map(|(list, _)| list.doc_freq())
            .fold(0, u32::saturating_add)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let moved = self.lists.iter_mut().map(|(list, _)| {
            if list.doc() < target {
                list.seek(target)
            } else {
                list.doc()
            }
        });
        moved.min().unwrap_or(TERMINATED)
    }

    fn frequency(&mut self, doc: DocId) -> u32 {
        self.lists
            .iter()
            .filter(|(list, _)| list.doc() == doc)
            .map(|(list, _)| list.term_freq())
            .sum()
    }

    /// Reads where the place stands in a document.
    fn read_spans(&mut self, doc: DocId) {
        self.spans.clear();
        self.buffer.clear();
        if let [(only, _)] = self.lists.as_mut_slice() {
            if only.doc() == doc {
                positions_of(only, &mut self.buffer);
            }
            return;
        }
        for (list, covered) in &mut self.lists {
            if list.doc() == doc {
                self.buffer.clear();
                positions_of(list, &mut self.buffer);
                let spans = self.buffer.iter().map(|&begin| (begin, begin + *covered));
                self.spans.extend(spans);
            }
        }
        self.buffer.clear();
        self.spans.sort_unstable();
        self.spans.dedup();
    }

    /// What has been read, in order.
    fn spans(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        // One of the two is empty.
        let covered = self.lists.first().map_or(1, |(_, covered)| *covered);
        let of_one = self
            .buffer
            .iter()
            .map(move |&begin| (begin, begin + covered));
        of_one.chain(self.spans.iter().copied())
    }
}

/// How many positions a term covers: a joined one says so behind its half.
fn positions_covered(term: &str) -> u32 {
    let digit = term
        .strip_prefix(JOINED)
        .and_then(|term| term.split_once(HALF))
        .map(|(_, span)| span);
    digit.and_then(|digit| digit.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::{set_in_order, step, step_adjacent};

    #[test]
    fn ends_are_in_order_and_the_fewest_gaps_stay() {
        let mut ends = vec![(5, 1), (3, 0), (5, 0), (3, 2)];
        set_in_order(&mut ends, |&(end, _)| end);
        assert_eq!(ends, [(3, 0), (5, 0)]);
    }

    #[test]
    fn adjacent_steps_are_steps_without_gaps() {
        let stepped = |ends: &[u32], spans: &[(u32, u32)]| {
            let (mut reached, mut adjacent) = (Vec::new(), Vec::new());
            let with_gaps: Vec<(u32, u32)> = ends.iter().map(|&end| (end, 0)).collect();
            step(&with_gaps, spans.iter().copied(), 0, &mut reached);
            step_adjacent(ends, spans.iter().copied(), &mut adjacent);
            let reached: Vec<u32> = reached.into_iter().map(|(end, _)| end).collect();
            assert_eq!(adjacent, reached);
            adjacent
        };
        assert_eq!(stepped(&[1, 5], &[(1, 2), (6, 7)]), [2]);
        assert_eq!(
            stepped(&[1, 2, 9], &[(1, 4), (2, 3), (2, 4), (9, 10)]),
            [3, 4, 10]
        );
        assert!(stepped(&[], &[(1, 2)]).is_empty());
    }

    #[test]
    fn steps_take_the_fewest_gaps() {
        let stepped = |ends: &[(u32, u32)], spans: &[(u32, u32)], slop| {
            let mut reached = Vec::new();
            step(ends, spans.iter().copied(), slop, &mut reached);
            reached
        };
        assert_eq!(stepped(&[(1, 0), (5, 0)], &[(1, 2), (6, 7)], 0), [(2, 0)]);
        assert_eq!(
            stepped(&[(1, 0), (5, 0)], &[(2, 3), (6, 7)], 1),
            [(3, 1), (7, 1)]
        );
        assert_eq!(stepped(&[(1, 1)], &[(2, 3)], 1), []);
        assert_eq!(
            stepped(&[(1, 0), (2, 0)], &[(1, 4), (2, 3), (2, 4)], 1),
            [(3, 0), (4, 0)]
        );
    }
}
