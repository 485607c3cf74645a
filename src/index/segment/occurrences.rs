//! Where the terms of one field stand, in the order in which they are met, and then in the order of the terms.
//!
//! While entries come in, an occurrence is one number at the end of a list: most stand where the one before stands, or at
//! the next position. When the segment is written, the list is gone through and dealt out to the terms (a counting sort),
//! as many terms at a time as fit into a bounded room. Both walk through memory in order, which is what makes this quicker
//! than a growing list for each term.

use std::io;

use super::pieces::Pieces;
use super::spool::Spool;

/// Units in one piece of the list.
const PIECE: usize = if cfg!(test) { 64 } else { 1 << 16 };
/// At least so many occurrences are dealt out at a time.
const LEAST_AT_ONCE: u64 = if cfg!(test) { 64 } else { 1 << 20 };
/// At most so many are.
const MOST_AT_ONCE: u64 = 1 << 26;
/// The commonest word of a language, as `the`, is one in about so many of a text.
const COMMONEST: u64 = 16;
/// Terms and documents are numbered below this.
pub const MAX_NUMBER: u32 = 1 << 29;
/// Positions are cut here.
const MAX_POSITION: u32 = (1 << 31) - 1;
/// The place of a term that is dealt out now has this bit.
const NOW: u32 = 1 << 31;

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
    /// The greatest position.
    farthest: u32,
    doc: u32,
    /// Occurrences in the document that was begun last.
    length: u32,
    total: u64,
}

impl Default for Occurrences {
    fn default() -> Occurrences {
        Occurrences {
            units: Pieces::new(PIECE),
            position: 0,
            farthest: 0,
            doc: 0,
            length: 0,
            total: 0,
        }
    }
}

impl Occurrences {
    /// What is pushed from now on stands in this document: a later one than any before.
    pub fn begin(&mut self, doc: u32) {
        put(self.units.room_for(2), doc << 2 | DOCUMENT);
        self.doc = doc;
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
        self.farthest = self.farthest.max(position);
        self.length += 1;
        self.total += 1;
    }

    /// How many occurrences the document has that was begun last.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.total
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

    /// Bytes that [`Occurrences::deal`] takes beside for so many terms, when `room` are for what is dealt out.
    pub fn memory_to_write(&self, terms: usize, room: usize) -> usize {
        self.at_once(room) as usize * self.place() + terms * 3 * size_of::<u32>()
    }

    /// How many occurrences are dealt out at a time (unless one term has more) when there is room for so many bytes.
    fn at_once(&self, room: usize) -> u32 {
        self.most_at_once(room).min(self.total) as u32
    }

    fn most_at_once(&self, room: usize) -> u64 {
        let most = (room / self.place()) as u64;
        most.clamp(LEAST_AT_ONCE, MOST_AT_ONCE)
    }

    /// Whether there are so many that a frequent term may have more than are dealt out at a time.
    pub fn is_full(&self, room: usize) -> bool {
        self.total / COMMONEST > self.most_at_once(room)
    }

    /// Bytes of one that is dealt out.
    fn place(&self) -> usize {
        if self.is_narrow() { 4 } else { 8 }
    }

    /// Whether a document and a position fit into 32 bits together.
    fn is_narrow(&self) -> bool {
        bits(self.doc) + bits(self.farthest) <= 32
    }

    /// Has the lists of all terms written by `out`, term by term. `order` has the numbers of all terms, in the order in
    /// which they are to be written, and `room` is how many bytes may be dealt out at a time.
    ///
    /// # Errors
    /// When they cannot be written, or what was put away cannot be read.
    pub fn deal(
        &self,
        order: impl ExactSizeIterator<Item = u32>,
        (spool, room): (&Spool, usize),
        out: &mut impl WriteList,
    ) -> io::Result<()> {
        let at_once = self.at_once(room);
        match self.is_narrow() {
            true => self.deal_as::<u32>(order, (spool, at_once), out),
            false => self.deal_as::<u64>(order, (spool, at_once), out),
        }
    }

    fn deal_as<P: Place>(
        &self,
        order: impl ExactSizeIterator<Item = u32>,
        (spool, at_once): (&Spool, u32),
        out: &mut impl WriteList,
    ) -> io::Result<()> {
        // How many occurrences a term has, and while they are dealt out, above `NOW`, the place of its next one.
        let mut places = vec![0_u32; order.len()];
        self.each(spool, |term, _, _| places[term as usize] += 1)?;
        let here = order.map(|term| (term, places[term as usize]));
        let here: Vec<(u32, u32)> = here.filter(|&(_, count)| count > 0).collect();
        let mut dealt = Vec::new();
        let bits = bits(self.farthest);
        let mut rest = &here[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(share(rest, at_once));
            rest = later;
            let mut end = 0;
            for &(term, count) in now {
                places[term as usize] = NOW | end;
                end += count;
            }
            dealt.clear();
            dealt.resize(end as usize, P::default());
            self.each(spool, |term, doc, position| {
                let place = &mut places[term as usize];
                if *place >= NOW {
                    dealt[(*place - NOW) as usize] = P::new(doc, position, bits);
                    *place += 1;
                }
            })?;
            let mut start = 0;
            for &(term, count) in now {
                places[term as usize] = 0;
                let end = start + count as usize;
                let dealt = &mut dealt[start..end];
                // An initial goes back to where it stood once it is known what it goes with.
                if !dealt.is_sorted() {
                    dealt.sort_unstable();
                }
                out.write_list(term, dealt, bits)?;
                start = end;
            }
        }
        Ok(())
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

/// How many bits a number takes.
fn bits(number: u32) -> u32 {
    u32::BITS - number.leading_zeros()
}

/// How many of the terms, each with how many occurrences it has, are dealt out together: at least one.
fn share(terms: &[(u32, u32)], at_once: u32) -> usize {
    let mut sum = 0_u32;
    let fits = terms.iter().take_while(|&&(_, count)| {
        sum = sum.saturating_add(count);
        sum <= at_once
    });
    fits.count().max(1)
}

/// Writes the lists of a field.
pub trait WriteList {
    /// Writes the list of a term from where it stands, in order; `bits` of a place are the position.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write_list<P: Place>(&mut self, term: u32, places: &[P], bits: u32) -> io::Result<()>;
}

/// A document and, in so many lower bits, a position.
pub trait Place: Copy + Default + Ord {
    /// A place.
    fn new(doc: u32, position: u32, bits: u32) -> Self;
    /// Its document.
    fn doc(self, bits: u32) -> u32;
    /// Its position.
    fn position(self, bits: u32) -> u32;
}

impl Place for u32 {
    fn new(doc: u32, position: u32, bits: u32) -> u32 {
        doc.unbounded_shl(bits) | position
    }

    fn doc(self, bits: u32) -> u32 {
        self.unbounded_shr(bits)
    }

    fn position(self, bits: u32) -> u32 {
        self & !u32::MAX.unbounded_shl(bits)
    }
}

impl Place for u64 {
    fn new(doc: u32, position: u32, bits: u32) -> u64 {
        u64::from(doc) << bits | u64::from(position)
    }

    fn doc(self, bits: u32) -> u32 {
        (self >> bits) as u32
    }

    fn position(self, bits: u32) -> u32 {
        (self & !(u64::MAX << bits)) as u32
    }
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
            prop_assert_eq!(occurrences.total(), expected.len() as u64);
            let mut found = Vec::new();
            let spool = Spool::new(std::env::temp_dir());
            occurrences.each(&spool, |term, doc, position| found.push((term, doc, position))).unwrap();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn a_place_is_its_document_and_its_position(doc in 0_u32..=u32::MAX, position in 0_u32..=MAX_POSITION) {
            let width = bits(position);
            let wide = <u64 as Place>::new(doc, position, width);
            prop_assert_eq!((wide.doc(width), wide.position(width)), (doc, position));
            if bits(doc) + width <= 32 {
                let narrow = <u32 as Place>::new(doc, position, width);
                prop_assert_eq!((narrow.doc(width), narrow.position(width)), (doc, position));
            }
        }
    }

    #[test]
    fn terms_are_dealt_out_in_bounded_shares() {
        let terms = [3, 4, 9, 1, 1].map(|count| (0, count));
        assert_eq!(share(&terms, 7), 2);
        assert_eq!(share(&terms[2..], 7), 1, "more than there is room for");
        assert_eq!(share(&terms[3..], 7), 2);
    }
}
