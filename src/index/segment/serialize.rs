//! Dealt-out occurrences as Tantivy's posting lists.

use std::io::{self, Write};

use tantivy::postings::FieldSerializer;

use super::deal::{Place, WriteList};
use super::terms::Terms;
use crate::index::wholes::{list_of, put_together};

/// Lists of words, with their positions.
pub struct WordLists<'a, 'f, W: Write> {
    terms: &'a Terms,
    out: FieldSerializer<'f, W>,
    /// Each position of a document less the one before.
    steps: Vec<u32>,
}

impl<'a, 'f, W: Write> WordLists<'a, 'f, W> {
    /// Lists of these terms, into a field.
    pub fn new(terms: &'a Terms, out: FieldSerializer<'f, W>) -> WordLists<'a, 'f, W> {
        let steps = Vec::new();
        WordLists { terms, out, steps }
    }

    /// Completes the field.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(self) -> io::Result<()> {
        self.out.close()
    }
}

impl<W: Write> WriteList for WordLists<'_, '_, W> {
    fn write_list<P: Place>(&mut self, term: u32, places: &[P], bits: u32) -> io::Result<()> {
        let docs = places.chunk_by(|left, right| left.doc(bits) == right.doc(bits));
        let count = docs.clone().count() as u32;
        let term = self.terms.get(term).as_bytes();
        self.out.new_term(term, count, true)?;
        for places in docs {
            self.steps.clear();
            let mut before = 0;
            for place in places {
                let position = place.position(bits);
                self.steps.push(position - before);
                before = position;
            }
            let doc = places[0].doc(bits);
            self.out
                .write_doc(doc, self.steps.len() as u32, &self.steps);
        }
        self.out.close_term()
    }
}

/// Lists of whole names: their positions are what stands beside the document (see [`crate::index::wholes`]).
pub struct WholeLists<'f, W: Write> {
    out: FieldSerializer<'f, W>,
    /// The names of a term: which one of its document it is, the document, what stands beside it.
    names: Vec<(u32, u32, u32)>,
}

impl<'f, W: Write> WholeLists<'f, W> {
    /// Lists into a field.
    pub fn new(out: FieldSerializer<'f, W>) -> WholeLists<'f, W> {
        let names = Vec::new();
        WholeLists { out, names }
    }

    /// Completes the field.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(self) -> io::Result<()> {
        self.out.close()
    }
}

impl<W: Write> WriteList for WholeLists<'_, W> {
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
        for list in self.names.chunk_by(|left, right| left.0 == right.0) {
            let name = list_of(term as u16, list[0].0);
            self.out.new_term(name.as_ref(), list.len() as u32, true)?;
            for &(_, doc, beside) in list {
                self.out.write_doc(doc, beside, &[]);
            }
            self.out.close_term()?;
        }
        Ok(())
    }
}
