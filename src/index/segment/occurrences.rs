//! Where the terms of one field stand, in the order in which they are met, and then in the order of the terms.
//!
//! While entries come in, an occurrence is one number at the end of a list: most stand where the one before stands, or at
//! the next position. When the segment is written, the list is gone through and dealt out to the terms (a counting sort),
//! as many terms at a time as fit into a bounded room. Both walk through memory in order, which is what makes this quicker
//! than a growing list for each term.

use std::io;

use tantivy::postings::FieldSerializer;

use super::terms::Terms;

/// Numbers in one piece of the list.
const PIECE: usize = 1 << 16;
/// A list is gone through about so many times,
const ROUNDS: u64 = 5;
/// but for at least so many occurrences at a time.
const LEAST_AT_ONCE: u64 = 1 << 20;
/// Terms and documents are numbered below this.
pub const MAX_NUMBER: u32 = 1 << 30;
/// The place of a term that is not dealt out now.
const ELSEWHERE: u32 = u32::MAX;

/// What the two lowest bits of a number say of it.
const SAME_POSITION: u32 = 0;
const NEXT_POSITION: u32 = 1;
/// The position is in the next number.
const FAR_POSITION: u32 = 2;
/// It is a document, and what follows stands there.
const DOCUMENT: u32 = 3;

/// The occurrences of one field.
#[derive(Default)]
pub struct Occurrences {
    full: Vec<Vec<u32>>,
    last: Vec<u32>,
    position: u32,
    /// Occurrences in the document that was begun last.
    length: u32,
    total: u64,
}

impl Occurrences {
    /// What is pushed from now on stands in this document: a later one than any before.
    pub fn begin(&mut self, doc: u32) {
        self.put(doc << 2 | DOCUMENT);
        self.position = u32::MAX;
        self.length = 0;
    }

    /// A term stands at a position.
    pub fn push(&mut self, term: u32, position: u32) {
        match position.wrapping_sub(self.position) {
            0 => self.put(term << 2 | SAME_POSITION),
            1 => self.put(term << 2 | NEXT_POSITION),
            _ => {
                self.put(term << 2 | FAR_POSITION);
                self.last.push(position);
            }
        }
        self.position = position;
        self.length += 1;
        self.total += 1;
    }

    /// Adds a number, with room for one more in the same piece.
    fn put(&mut self, number: u32) {
        if self.last.len() + 2 > PIECE {
            let next = Vec::with_capacity(PIECE);
            self.full.push(std::mem::replace(&mut self.last, next));
        }
        self.last.push(number);
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
        (self.full.len() * PIECE + self.last.capacity()) * size_of::<u32>()
    }

    /// Bytes that [`Occurrences::write`] takes beside.
    pub fn memory_to_write(&self, terms: &Terms) -> usize {
        self.at_once() as usize * size_of::<u64>() + terms.len() * 3 * size_of::<u32>()
    }

    /// How many occurrences are dealt out at a time (unless one term has more).
    fn at_once(&self) -> u32 {
        let most = (self.total / ROUNDS).max(LEAST_AT_ONCE).min(self.total);
        most.min(u64::from(u32::MAX)) as u32
    }

    /// Writes the postings of all terms; `order` has their numbers in order.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(
        &self,
        terms: &Terms,
        order: &[u32],
        out: &mut FieldSerializer<'_>,
    ) -> io::Result<()> {
        let mut counts = vec![0; terms.len()];
        self.each(|term, _, _| counts[term as usize] += 1);
        let mut places = vec![ELSEWHERE; terms.len()];
        let mut dealt = Vec::new();
        let mut list = List::default();
        let present = order.iter().filter(|&&term| counts[term as usize] > 0);
        let present: Vec<u32> = present.copied().collect();
        let mut rest = present.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(share(rest, &counts, self.at_once()));
            rest = later;
            let mut end = 0;
            for &term in now {
                places[term as usize] = end;
                end += counts[term as usize];
            }
            dealt.resize(end as usize, 0);
            self.each(|term, doc, position| {
                let place = &mut places[term as usize];
                if *place != ELSEWHERE {
                    dealt[*place as usize] = u64::from(doc) << 32 | u64::from(position);
                    *place += 1;
                }
            });
            let mut start = 0;
            for &term in now {
                let end = std::mem::replace(&mut places[term as usize], ELSEWHERE) as usize;
                list.write(terms.get(term), &mut dealt[start..end], out)?;
                start = end;
            }
        }
        Ok(())
    }

    /// Calls `each` with the term, document and position of every occurrence, in the order in which they were pushed.
    fn each(&self, mut each: impl FnMut(u32, u32, u32)) {
        let (mut doc, mut position) = (0, u32::MAX);
        for piece in self.full.iter().chain([&self.last]) {
            let mut numbers = piece.iter();
            while let Some(number) = numbers.next() {
                let about = number >> 2;
                match number & 3 {
                    SAME_POSITION => {}
                    NEXT_POSITION => position = position.wrapping_add(1),
                    FAR_POSITION => position = numbers.next().copied().unwrap_or(position),
                    _ => {
                        (doc, position) = (about, u32::MAX);
                        continue;
                    }
                }
                each(about, doc, position);
            }
        }
    }
}

/// How many of the terms, at least one, have together no more occurrences than are dealt out at once.
fn share(terms: &[u32], counts: &[u32], at_once: u32) -> usize {
    let mut sum = 0_u32;
    let fits = terms.iter().take_while(|&&term| {
        sum = sum.saturating_add(counts[term as usize]);
        sum <= at_once
    });
    fits.count().max(1)
}

/// Writes one posting list after the other.
#[derive(Default)]
struct List {
    /// Each position of a document less the one before.
    steps: Vec<u32>,
}

impl List {
    /// Writes the list of a term from where it stands: the document above, the position below.
    fn write(
        &mut self,
        term: &[u8],
        places: &mut [u64],
        out: &mut FieldSerializer<'_>,
    ) -> io::Result<()> {
        // An initial goes back to where it stood once it is known what it goes with.
        if !places.is_sorted() {
            places.sort_unstable();
        }
        let docs = places.chunk_by(|left, right| left >> 32 == right >> 32);
        out.new_term(term, docs.clone().count() as u32, true)?;
        for places in docs {
            self.steps.clear();
            let mut before = 0;
            for &place in places {
                let position = place as u32;
                self.steps.push(position - before);
                before = position;
            }
            let doc = (places[0] >> 32) as u32;
            out.write_doc(doc, self.steps.len() as u32, &self.steps);
        }
        out.close_term()
    }
}
