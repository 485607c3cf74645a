//! Dealt-out occurrences as Tantivy's posting lists.

use std::io::{self, Write};

use super::deal::{Place, WriteList};
use super::field::FieldWriter;
use super::terms::Terms;
use crate::index::wholes::{list_of, put_together};

/// Lists of words, with their positions.
pub struct WordLists<'a, W: Write> {
    terms: &'a Terms,
    out: FieldWriter<W>,
    /// The documents of a term, and how often each has it.
    list: Vec<(u32, u32)>,
    /// Each position of a document less the one before.
    steps: Vec<u32>,
}

impl<'a, W: Write> WordLists<'a, W> {
    /// Lists of these terms, into a field.
    pub fn new(terms: &'a Terms, out: FieldWriter<W>) -> WordLists<'a, W> {
        WordLists {
            terms,
            out,
            list: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Completes the field.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(self) -> io::Result<()> {
        self.out.close()
    }
}

impl<W: Write> WriteList for WordLists<'_, W> {
    fn write_list<P: Place>(&mut self, term: u32, places: &[P], bits: u32) -> io::Result<()> {
        self.list.clear();
        self.steps.clear();
        let mut before = 0;
        for place in places {
            let (doc, position) = (place.doc(bits), place.position(bits));
            match self.list.last_mut() {
                Some((last, count)) if *last == doc => *count += 1,
                _ => {
                    self.list.push((doc, 1));
                    before = 0;
                }
            }
            self.steps.push(position - before);
            before = position;
        }
        let term = self.terms.get(term).as_bytes();
        self.out.write(term, &self.list, &self.steps)
    }
}

/// Lists of whole names: their positions are what stands beside the document (see [`crate::index::wholes`]).
pub struct WholeLists<W: Write> {
    out: FieldWriter<W>,
    /// The names of a term: which one of its document it is, the document, what stands beside it.
    names: Vec<(u32, u32, u32)>,
    /// Those that are in one list.
    list: Vec<(u32, u32)>,
}

impl<W: Write> WholeLists<W> {
    /// Lists into a field.
    pub fn new(out: FieldWriter<W>) -> WholeLists<W> {
        WholeLists {
            out,
            names: Vec::new(),
            list: Vec::new(),
        }
    }

    /// Completes the field.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(self) -> io::Result<()> {
        self.out.close()
    }
}

impl<W: Write> WriteList for WholeLists<W> {
    fn write_list<P: Place>(&mut self, term: u32, places: &[P], bits: u32) -> io::Result<()> {
        self.names.clear();
        for place in places {
            let (doc, beside) = (place.doc(bits), place.position(bits));
            let nth = match self.names.last_mut() {
                Some((nth, last, same)) if *last == doc => {
                    if put_together(same, beside) {
                        continue;
                    }
                    *nth + 1
                }
                _ => 0,
            };
            self.names.push((nth, doc, beside));
        }
        if !self.names.is_sorted() {
            self.names.sort_unstable();
        }
        for names in self.names.chunk_by(|left, right| left.0 == right.0) {
            self.list.clear();
            self.list
                .extend(names.iter().map(|&(_, doc, beside)| (doc, beside)));
            let name = list_of(term as u16, names[0].0);
            self.out.write(name.as_ref(), &self.list, &[])?;
        }
        Ok(())
    }
}
