//! The posting lists of one field while entries come in: values one behind the other, each document's length.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::Field;

use super::occurrences::Occurrences;
use super::recall::Form;

/// How many positions lie between two values of a field. More than any slop a query may ask for, so that no phrase
/// crosses from one artist into the next.
pub const VALUE_GAP: u32 = 51;

/// The posting lists of a field.
pub struct Lists {
    /// The field.
    pub field: Field,
    /// Where its terms stand.
    pub occurrences: Occurrences,
    /// For each document how many tokens it has, as coarsely as Tantivy keeps the number; where that counts.
    pub lengths: Option<Vec<u8>>,
    doc: u32,
    /// Whether the document has a value.
    begun: bool,
    /// Where its next value begins.
    next: u32,
}

impl Lists {
    /// None yet; with or without lengths.
    pub fn new(field: Field, lengths: bool) -> Lists {
        Lists {
            field,
            occurrences: Occurrences::default(),
            lengths: lengths.then(Vec::new),
            doc: 0,
            begun: false,
            next: 0,
        }
    }

    /// What is added from now on belongs to this document.
    pub fn begin(&mut self, doc: u32) {
        (self.doc, self.begun, self.next) = (doc, false, 0);
    }

    /// The document is complete.
    pub fn end(&mut self) {
        if let Some(lengths) = &mut self.lengths {
            let length = if self.begun {
                self.occurrences.length()
            } else {
                0
            };
            lengths.push(FieldNormReader::fieldnorm_to_id(length));
        }
    }

    /// Bytes held for the lengths.
    pub fn memory_of_lengths(&self) -> usize {
        self.lengths.as_ref().map_or(0, Vec::capacity)
    }

    /// What is pushed to the occurrences from now on stands in the document.
    pub fn begin_occurrences(&mut self) {
        if !self.begun {
            self.occurrences.begin(self.doc);
            self.begun = true;
        }
    }

    /// Begins a value of so many positions. Says where the first of them is.
    pub fn value(&mut self, positions: u32) -> u32 {
        self.begin_occurrences();
        let first = self.next;
        self.next = first.saturating_add(positions).saturating_add(VALUE_GAP);
        first
    }

    /// The next value begins where the first one began: of other terms than those before, it may.
    pub fn begin_again(&mut self) {
        self.next = 0;
    }

    /// The value begun last takes so many positions more.
    pub fn extend(&mut self, positions: u32) {
        self.next = self.next.saturating_add(positions);
    }

    /// Adds a name or a value with its terms, but for what a name is as a whole.
    pub fn push(&mut self, forms: &[Form], positions: u32) {
        let first = self.value(positions);
        for form in forms.iter().filter(|form| form.whole().is_none()) {
            self.occurrences.push(form.term, first + form.position());
        }
    }
}
