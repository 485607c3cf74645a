//! Where the terms of one field stand, in the order in which they are met: while entries come in, an occurrence is one
//! number at the end of a list, since most stand where the one before stands, or at the next position.

use std::io;

use super::deal::Extent;
use super::pieces::Pieces;
use super::spool::Spool;

/// Units in one piece of the list.
const PIECE: usize = if cfg!(test) { 64 } else { 1 << 16 };
/// Terms and documents are numbered below this.
pub const MAX_NUMBER: u32 = 1 << 29;
/// Positions are cut here.
pub const MAX_POSITION: u32 = (1 << 31) - 1;

/// What the two lowest bits of a number say of it.
const SAME_POSITION: u32 = 0;
const NEXT_POSITION: u32 = 1;
/// The position is the next number.
const FAR_POSITION: u32 = 2;
/// It is a document, and what follows stands there.
const DOCUMENT: u32 = 3;

/// The occurrences of one field.
pub struct Occurrences {
    /// Numbers below 2^15 as one unit, greater ones as two, the first with its highest bit set. Frequent terms are met
    /// early and have small numbers: most take one.
    units: Pieces<u16>,
    position: u32,
    /// Occurrences in the document that was begun last.
    length: u32,
    extent: Extent,
}

impl Default for Occurrences {
    fn default() -> Occurrences {
        Occurrences {
            units: Pieces::new(PIECE),
            position: 0,
            length: 0,
            extent: Extent::default(),
        }
    }
}

impl Occurrences {
    /// What is pushed from now on stands in this document: a later one than any before.
    pub fn begin(&mut self, doc: u32) {
        put(self.units.room_for(2), doc << 2 | DOCUMENT);
        self.extent.doc = doc;
        self.position = u32::MAX;
        self.length = 0;
    }

    /// A term stands at a position.
    pub fn push(&mut self, term: u32, position: u32) {
        let position = position.min(MAX_POSITION);
        // Both numbers of a far position stand in one piece.
        let units = self.units.room_for(4);
        match position.wrapping_sub(self.position) {
            0 => put(units, term << 2 | SAME_POSITION),
            1 => put(units, term << 2 | NEXT_POSITION),
            _ => {
                put(units, term << 2 | FAR_POSITION);
                put(units, position);
            }
        }
        self.position = position;
        self.length += 1;
        self.extent.position = self.extent.position.max(position);
        self.extent.total += 1;
    }

    /// How many occurrences the document has that was begun last.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// How far they go.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.units.memory()
    }

    /// Puts what is full away.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_away(&mut self, spool: &mut Spool) -> io::Result<()> {
        self.units.put_away(spool)
    }

    /// Calls `each` with the term, document and position of every occurrence, in the order in which they were pushed.
    ///
    /// # Errors
    /// When what was put away cannot be read.
    pub fn each(&self, spool: &Spool, mut each: impl FnMut(u32, u32, u32)) -> io::Result<()> {
        let (mut doc, mut position) = (0, u32::MAX);
        self.units.each(spool, |piece| {
            let mut at = 0;
            while at < piece.len() {
                let number = number_at(piece, &mut at);
                let about = number >> 2;
                if number & FAR_POSITION == 0 {
                    position = position.wrapping_add(number & NEXT_POSITION);
                } else if number & DOCUMENT == FAR_POSITION {
                    position = number_at(piece, &mut at);
                } else {
                    (doc, position) = (about, u32::MAX);
                    continue;
                }
                each(about, doc, position);
            }
            Ok(())
        })
    }
}

/// Adds a number.
fn put(units: &mut Vec<u16>, number: u32) {
    if number < 1 << 15 {
        units.push(number as u16);
    } else {
        let halves = [(number >> 16) as u16 | 1 << 15, number as u16];
        units.extend_from_slice(&halves);
    }
}

/// The number that begins at a place of a piece, and moves the place behind it. Without branches that depend on it: which
/// numbers are long cannot be foreseen.
#[inline(always)]
fn number_at(piece: &[u16], at: &mut usize) -> u32 {
    let first = u32::from(piece[*at]);
    let second = piece.get(*at + 1).map_or(0, |&unit| u32::from(unit));
    let is_long = first >> 15;
    *at += 1 + is_long as usize;
    let long = (first & 0x7fff) << 16 | second;
    if is_long == 1 { long } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_pushed_is_gone_through(docs in prop::collection::vec((1_u32..1 << 20, prop::collection::vec((0_u32..1 << 20, 0_u32..200), 0..30)), 0..20)) {
            let (mut occurrences, mut expected, mut doc) = (Occurrences::default(), Vec::new(), 0);
            for (step, places) in docs {
                doc += step;
                occurrences.begin(doc);
                for (term, position) in places {
                    let position = position * position * 100;
                    occurrences.push(term, position);
                    expected.push((term, doc, position));
                }
            }
            prop_assert_eq!(occurrences.extent().total, expected.len() as u64);
            let mut found = Vec::new();
            let spool = Spool::new(std::env::temp_dir());
            occurrences.each(&spool, |term, doc, position| found.push((term, doc, position))).unwrap();
            prop_assert_eq!(found, expected);
        }
    }
}
