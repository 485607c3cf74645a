//! Phrases: elements in order, with at most so many other positions between them.
//!
//! Every occurrence of an element is a [`Hit`]. Taken by position, each hit is chained to the hit of the element before it
//! that leaves the least gap, so one pass finds, for every occurrence of the last element, the closest chain that ends
//! there: the time is the number of hits (and the logarithm of those still open), whatever the slop.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::matching::{Found, Match};

/// A text and a phrase of one word over and over have as many hits as words times elements. Those beyond this many are
/// not marked: nobody reads so far, and memory has an end.
const MAX_HITS: usize = 1 << 20;

/// An element of a phrase where it stands.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) wanted: usize,
    pub(super) element: usize,
    /// Its first position.
    pub(super) position: u32,
    /// The position behind it.
    pub(super) behind: u32,
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
}

/// A hit chained to those before it.
#[derive(Debug, Clone)]
struct Link {
    hit: usize,
    gap: i64,
    previous: Option<usize>,
}

/// The phrases among the patterns, and room to find them in.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    shapes: Vec<Shape>,
    hits: Vec<Hit>,
    links: Vec<Link>,
    /// For each element the link from which the next element leaves the least gap, with that gap less the next position.
    nearest: Vec<Option<(i64, usize)>>,
    /// Links that end behind the hits seen so far, the first to end on top.
    open: BinaryHeap<Reverse<(u32, usize)>>,
}

#[derive(Debug, Clone)]
struct Shape {
    wanted: usize,
    elements: usize,
    slop: i64,
}

impl Phrases {
    /// Adds a phrase. Those of one element are matched as words and never come here as hits.
    pub(super) fn add(&mut self, wanted: usize, elements: usize, slop: u32) {
        self.shapes.push(Shape {
            wanted,
            elements,
            slop: i64::from(slop),
        });
    }

    pub(super) fn push(&mut self, hit: Hit) {
        if self.hits.len() < MAX_HITS {
            self.hits.push(hit);
        }
    }

    /// Adds the phrases that the hits make, and forgets the hits.
    pub(super) fn find(&mut self, found: &mut Found) {
        if self.hits.is_empty() {
            return;
        }
        let mut hits = std::mem::take(&mut self.hits);
        hits.sort_by_key(|hit| (hit.wanted, hit.position)); // stable: two names of symbols share a position
        for hits in hits.chunk_by(|a, b| a.wanted == b.wanted) {
            let shape = self
                .shapes
                .iter()
                .find(|shape| shape.wanted == hits[0].wanted)
                .cloned();
            if let Some(shape) = shape {
                self.chain(&shape, hits, found);
            }
        }
        hits.clear();
        self.hits = hits;
    }

    fn chain(&mut self, shape: &Shape, hits: &[Hit], found: &mut Found) {
        self.links.clear();
        self.open.clear();
        self.nearest.clear();
        self.nearest.resize(shape.elements, None);
        for (index, hit) in hits.iter().enumerate() {
            self.close_up_to(hit, hits);
            let (gap, previous) = match hit.element.checked_sub(1) {
                None => (0, None),
                Some(before) => match self.nearest[before] {
                    None => continue,
                    Some((less, link)) => (less + i64::from(hit.position), Some(link)),
                },
            };
            if gap > shape.slop {
                continue;
            }
            let link = Link {
                hit: index,
                gap,
                previous,
            };
            if hit.element + 1 == shape.elements {
                self.emit(&link, hits, found);
            } else {
                self.open.push(Reverse((hit.behind, self.links.len())));
                self.links.push(link);
            }
        }
    }

    /// Links that end at or before `next` may be followed from now on.
    fn close_up_to(&mut self, next: &Hit, hits: &[Hit]) {
        while let Some(&Reverse((behind, index))) = self.open.peek() {
            let link = &self.links[index];
            // A name of symbols takes no position, but it does not follow itself. (The parts of `½` share their place too,
            // each with a position of its own.)
            let last = &hits[link.hit];
            let is_same = last.behind == last.position && last.start == next.start;
            if behind > next.position || is_same {
                break;
            }
            self.open.pop();
            let less = link.gap - i64::from(behind);
            let nearest = &mut self.nearest[hits[link.hit].element];
            if nearest.is_none_or(|(least, _)| less < least) {
                *nearest = Some((less, index));
            }
        }
    }

    /// A whole phrase: marked as one where it stands as one, else its words.
    fn emit(&self, last: &Link, hits: &[Hit], found: &mut Found) {
        let (mut start, mut end) = (usize::MAX, 0);
        let mut link = Some(last);
        while let Some(Link { hit, previous, .. }) = link {
            let hit = &hits[*hit];
            (start, end) = (start.min(hit.start), end.max(hit.end));
            if last.gap > 0 {
                found.marks.push(hit.start..hit.end);
            }
            link = previous.map(|index| &self.links[index]);
        }
        if last.gap == 0 {
            found.marks.push(start..end);
        }
        let wanted = hits[last.hit].wanted;
        found.matches.push(Match { start, end, wanted });
    }
}
