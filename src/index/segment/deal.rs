//! Occurrences in the order of the terms: when a segment is written, the list of each field is gone through and dealt out
//! to the terms (a counting sort), as many terms at a time as fit into a bounded room. It walks through memory in order,
//! which is what makes this quicker than a growing list for each term.

use std::io;

use super::occurrences::Occurrences;
use super::spool::Spool;

/// At least so many occurrences are dealt out at a time.
const LEAST_AT_ONCE: u64 = if cfg!(test) { 64 } else { 1 << 20 };
/// At most so many are.
const MOST_AT_ONCE: u64 = 1 << 26;
/// The commonest word of a language, as `the`, is one in about so many of a text.
const COMMONEST: u64 = 16;
/// The place of a term that is dealt out now has this bit.
const NOW: u32 = 1 << 31;

/// The occurrences of a field that one thread has gathered.
pub struct Source<'a> {
    /// The occurrences.
    pub occurrences: &'a Occurrences,
    /// What of them was put away.
    pub spool: &'a Spool,
    /// The number of each of their terms; without, it has the one that it has.
    pub terms: Option<&'a [u32]>,
    /// The number of their first document.
    pub first_doc: u32,
}

impl Source<'_> {
    fn each(&self, mut each: impl FnMut(u32, u32, u32)) -> io::Result<()> {
        let first = self.first_doc;
        match self.terms {
            None => self.occurrences.each(self.spool, |term, doc, position| {
                each(term, first + doc, position);
            }),
            Some(terms) => self.occurrences.each(self.spool, |term, doc, position| {
                each(terms[term as usize], first + doc, position);
            }),
        }
    }
}

/// How far occurrences go.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extent {
    /// The last document.
    pub doc: u32,
    /// The greatest position.
    pub position: u32,
    /// How many there are.
    pub total: u64,
}

impl Extent {
    /// Of both: `other` is of documents that are counted from `first_doc`.
    fn and(self, other: Extent, first_doc: u32) -> Extent {
        Extent {
            doc: first_doc + other.doc,
            position: self.position.max(other.position),
            total: self.total + other.total,
        }
    }

    /// Bytes that [`deal`] takes for so many terms, when `room` are for what is dealt out.
    pub fn memory_to_deal(self, terms: usize, room: usize) -> usize {
        self.at_once(room) as usize * self.place() + terms * 3 * size_of::<u32>()
    }

    /// Whether there are so many that a frequent term may have more than are dealt out at a time.
    pub fn is_full(self, room: usize) -> bool {
        self.total / COMMONEST > self.most_at_once(room)
    }

    /// How many occurrences are dealt out at a time (unless one term has more) when there is room for so many bytes.
    fn at_once(self, room: usize) -> u32 {
        self.most_at_once(room).min(self.total) as u32
    }

    fn most_at_once(self, room: usize) -> u64 {
        let most = (room / self.place()) as u64;
        most.clamp(LEAST_AT_ONCE, MOST_AT_ONCE)
    }

    /// Bytes of one that is dealt out.
    fn place(self) -> usize {
        if self.is_narrow() { 4 } else { 8 }
    }

    /// Whether a document and a position fit into 32 bits together.
    fn is_narrow(self) -> bool {
        bits(self.doc) + bits(self.position) <= 32
    }
}

/// Deals the occurrences of a field out to the terms, and has the list of each written by `out`. `order` has the numbers of
/// all terms, in the order in which they are to be written; `room` is how many bytes may be dealt out at a time.
///
/// # Errors
/// When a list cannot be written, or what was put away cannot be read.
pub fn deal(
    sources: &[Source<'_>],
    order: impl ExactSizeIterator<Item = u32>,
    room: usize,
    out: &mut impl WriteList,
) -> io::Result<()> {
    let extents = sources
        .iter()
        .map(|source| (source.occurrences.extent(), source.first_doc));
    let extent = extents.fold(Extent::default(), |all, (next, first_doc)| {
        all.and(next, first_doc)
    });
    match extent.is_narrow() {
        true => deal_as::<u32>(sources, order, (extent, room), out),
        false => deal_as::<u64>(sources, order, (extent, room), out),
    }
}

fn deal_as<P: Place>(
    sources: &[Source<'_>],
    order: impl ExactSizeIterator<Item = u32>,
    (extent, room): (Extent, usize),
    out: &mut impl WriteList,
) -> io::Result<()> {
    // How many occurrences a term has, and while they are dealt out, above `NOW`, the place of its next one.
    let mut places = vec![0_u32; order.len()];
    for source in sources {
        source.each(|term, _, _| places[term as usize] += 1)?;
    }
    let here = order.map(|term| (term, places[term as usize]));
    let here: Vec<(u32, u32)> = here.filter(|&(_, count)| count > 0).collect();
    let mut dealt = Vec::new();
    let bits = bits(extent.position);
    let mut rest = &here[..];
    while !rest.is_empty() {
        let (now, later) = rest.split_at(share(rest, extent.at_once(room)));
        rest = later;
        let mut end = 0;
        for &(term, count) in now {
            places[term as usize] = NOW | end;
            end += count;
        }
        // What is not dealt out now goes to a place behind all others: which terms come cannot be foreseen, and to write
        // costs less than to guess wrong.
        dealt.clear();
        dealt.resize(end as usize + 1, P::default());
        for source in sources {
            source.each(|term, doc, position| {
                let place = &mut places[term as usize];
                let is_now = *place >= NOW;
                let at = if is_now { *place - NOW } else { end };
                dealt[at as usize] = P::new(doc, position, bits);
                *place += u32::from(is_now);
            })?;
        }
        let mut start = 0;
        for &(term, count) in now {
            places[term as usize] = 0;
            let end = start + count as usize;
            let list = &mut dealt[start..end];
            // An initial goes back to where it stood once it is known what it goes with.
            if !list.is_sorted() {
                list.sort_unstable();
            }
            out.write_list(term, list, bits)?;
            start = end;
        }
    }
    Ok(())
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

/// How many bits a number takes.
fn bits(number: u32) -> u32 {
    u32::BITS - number.leading_zeros()
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
    use crate::index::segment::occurrences::MAX_POSITION;
    use proptest::prelude::*;

    /// Every list with its term.
    fn dealt(sources: &[Source<'_>], order: &[u32], room: usize) -> Dealt {
        let mut lists = Dealt::default();
        deal(sources, order.iter().copied(), room, &mut lists).unwrap();
        lists
    }

    #[derive(Debug, Default, PartialEq)]
    struct Dealt(Vec<(u32, Vec<(u32, u32)>)>);

    impl WriteList for Dealt {
        fn write_list<P: Place>(&mut self, term: u32, places: &[P], bits: u32) -> io::Result<()> {
            let places = places.iter().map(|it| (it.doc(bits), it.position(bits)));
            self.0.push((term, places.collect()));
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn what_several_gathered_is_dealt_out_as_what_one_did(
            docs in prop::collection::vec(prop::collection::vec((0_u32..9, 0_u32..300), 0..20), 2..20),
            cut in 0_usize..20,
            is_wide: bool,
        ) {
            let cut = cut.min(docs.len());
            let order = [3, 0, 8, 7, 6, 5, 4, 2, 1];
            // The terms of the second half have other numbers.
            let (there, back): (Vec<u32>, Vec<u32>) = ((0..9).map(|term| (term + 4) % 9).collect(), (0..9).map(|term| (term + 5) % 9).collect());
            let (mut whole, mut halves) = (Occurrences::default(), [Occurrences::default(), Occurrences::default()]);
            for (doc, places) in docs.iter().enumerate() {
                let is_second = doc >= cut;
                let half = &mut halves[usize::from(is_second)];
                whole.begin(doc as u32);
                half.begin(if is_second { doc - cut } else { doc } as u32);
                for &(term, position) in places {
                    let position = if is_wide { position << 22 } else { position };
                    whole.push(term, position);
                    half.push(if is_second { there[term as usize] } else { term }, position);
                }
            }
            let spool = Spool::new(std::env::temp_dir());
            let source = |occurrences, terms, first_doc| Source { occurrences, spool: &spool, terms, first_doc };
            let of_whole = dealt(&[source(&whole, None, 0)], &order, 0);
            let of_halves = [source(&halves[0], None, 0), source(&halves[1], Some(&back), cut as u32)];
            prop_assert_eq!(&dealt(&of_halves, &order, 0), &of_whole);
            prop_assert_eq!(dealt(&of_halves, &order, 1 << 20), of_whole);
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
