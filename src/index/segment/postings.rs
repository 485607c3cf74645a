//! The texts of entries as occurrences of terms. A word is analyzed once in a segment, and so are the name of a person and
//! a short value; from then on they are recalled.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::Field;

use super::occurrences::{MAX_NUMBER, Occurrences};
use super::recall::{Form, Recall};
use super::terms::Terms;
use crate::analysis::{Analyzer, Chunks, Kind, Language, Token, Tokens};
use crate::index::schema::Fields;

/// How many positions lie between two values of a field. More than any slop a query may ask for, so that no phrase
/// crosses from one artist into the next.
const VALUE_GAP: u32 = 101;
/// Bytes in which the words of a segment may be remembered.
const MEMORY_OF_WORDS: usize = 8 << 20;
/// Bytes in which its names, and again its values, may be.
const MEMORY_OF_NAMES: usize = 4 << 20;
/// The position of a whole name in what is remembered of it: it stands at the first, and not in the text.
const WHOLE: u32 = u32::MAX;

/// The posting lists of a field.
pub struct Lists {
    /// The field.
    pub field: Field,
    /// Where its terms stand.
    pub occurrences: Occurrences,
    /// For each document how many tokens it has, as coarsely as Tantivy keeps the number.
    pub lengths: Vec<u8>,
    doc: u32,
    /// Whether the document has a value.
    begun: bool,
    /// Where its next value begins.
    next: u32,
}

impl Lists {
    fn new(field: Field) -> Lists {
        Lists {
            field,
            occurrences: Occurrences::default(),
            lengths: Vec::new(),
            doc: 0,
            begun: false,
            next: 0,
        }
    }

    fn begin(&mut self, doc: u32) {
        (self.doc, self.begun, self.next) = (doc, false, 0);
    }

    fn end(&mut self) {
        let length = if self.begun {
            self.occurrences.length()
        } else {
            0
        };
        self.lengths.push(FieldNormReader::fieldnorm_to_id(length));
    }

    /// Begins a value of so many positions. Says where the first of them is.
    fn value(&mut self, positions: u32) -> u32 {
        if !self.begun {
            self.occurrences.begin(self.doc);
            self.begun = true;
        }
        let first = self.next;
        self.next = first.saturating_add(positions).saturating_add(VALUE_GAP);
        first
    }
}

/// Where the terms of all fields stand.
pub struct Postings {
    analyzer: Analyzer,
    /// The terms of all fields together: most of the words of a title are words of the prose, too.
    pub terms: Terms,
    text: Lists,
    title: Lists,
    artists: Lists,
    aliases: Lists,
    keys: Lists,
    words: Recall,
    names: Recall,
    values: Recall,
    /// A term of the keys: the path, `\0`, and a value or a token of it.
    key: Vec<u8>,
    /// The terms of the name or value that is being looked at.
    forms: Vec<Form>,
}

impl Postings {
    /// None yet.
    pub fn new(fields: &Fields, language: Language) -> Postings {
        Postings {
            analyzer: Analyzer::new(language),
            terms: Terms::default(),
            text: Lists::new(fields.text),
            title: Lists::new(fields.title),
            artists: Lists::new(fields.artists),
            aliases: Lists::new(fields.aliases),
            keys: Lists::new(fields.keys),
            words: Recall::new(MEMORY_OF_WORDS),
            names: Recall::new(MEMORY_OF_NAMES),
            values: Recall::new(MEMORY_OF_NAMES),
            key: Vec::new(),
            forms: Vec::new(),
        }
    }

    /// The fields, in the order of the schema.
    pub fn fields(&self) -> [&Lists; 5] {
        [
            &self.text,
            &self.title,
            &self.artists,
            &self.aliases,
            &self.keys,
        ]
    }

    fn fields_mut(&mut self) -> [&mut Lists; 5] {
        [
            &mut self.text,
            &mut self.title,
            &mut self.artists,
            &mut self.aliases,
            &mut self.keys,
        ]
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        let fields = self.fields().into_iter();
        let lists = fields.map(|lists| lists.occurrences.memory() + lists.lengths.capacity());
        let known = [&self.words, &self.names, &self.values].map(Recall::memory);
        lists.sum::<usize>() + known.iter().sum::<usize>() + self.terms.memory()
    }

    /// Bytes that writing takes beside: field after field, and the order of the terms.
    pub fn memory_to_write(&self) -> usize {
        let fields = self.fields().into_iter();
        let most = fields.map(|lists| lists.occurrences.memory_to_write(&self.terms));
        most.max().unwrap_or(0) + self.terms.len() * 2 * size_of::<u64>()
    }

    /// Whether another document would be one too many.
    pub fn is_full(&self) -> bool {
        // An entry has at most some ten million terms: it is one line or file of a bounded length.
        self.terms.len() as u32 > MAX_NUMBER / 2
    }

    /// What is added from now on belongs to this document.
    pub fn begin(&mut self, doc: u32) {
        self.fields_mut()
            .into_iter()
            .for_each(|lists| lists.begin(doc));
    }

    /// The document is complete.
    pub fn end(&mut self) {
        self.fields_mut().into_iter().for_each(Lists::end);
    }

    /// Running text. To come before any name: low positions take little room.
    pub fn add_prose(&mut self, prose: &str) {
        let first = self.text.value(0);
        let mut words = Words {
            first,
            terms: &mut self.terms,
            known: &mut self.words,
            occurrences: &mut self.text.occurrences,
        };
        let positions = self.analyzer.analyze_chunks(prose, &mut words);
        self.text.next += positions;
    }

    /// The title: hardly ever met again.
    pub fn add_title(&mut self, title: &str) {
        let positions = self.analyze_name(title);
        push_name(&mut self.title, &self.forms, positions);
        push_in_text(&mut self.text, &self.forms, positions);
    }

    /// The name of an artist.
    pub fn add_artist(&mut self, name: &str) {
        let positions = self.recall_name(name);
        push_name(&mut self.artists, &self.forms, positions);
        push_in_text(&mut self.text, &self.forms, positions);
    }

    /// Another name; no word of the text.
    pub fn add_alias(&mut self, name: &str) {
        let positions = self.recall_name(name);
        push_name(&mut self.aliases, &self.forms, positions);
    }

    /// That there is something under a path. What is added by [`Postings::add_value`] stands there, up to the next path.
    pub fn add_path(&mut self, path: &str) {
        self.key.clear();
        self.key.extend_from_slice(path.as_bytes());
        self.key.push(0);
        // The values under other paths are of other terms: they may stand where the ones before stand.
        self.keys.next = 0;
        let first = self.keys.value(0);
        let term = self.terms.number(&self.key);
        self.keys.occurrences.push(term, first);
        self.keys.next = first;
    }

    /// A value under the path added last. One that is `unique` is not worth remembering.
    pub fn add_value(&mut self, value: &str, unique: bool) {
        let path = self.key.len();
        self.key.extend_from_slice(value.as_bytes());
        let positions = match self.values.find(&self.key) {
            Some((forms, positions)) => {
                self.forms.clear();
                self.forms.extend_from_slice(forms);
                positions
            }
            None => self.analyze_value(value, path, unique),
        };
        self.key.truncate(path);
        push_name(&mut self.keys, &self.forms, positions);
    }

    /// Fills `forms` with the terms of a value under a path that is so many bytes of `key`.
    fn analyze_value(&mut self, value: &str, path: usize, unique: bool) -> u32 {
        let tokens = self.analyzer.analyze_value(value);
        self.forms.clear();
        let mut term = self.key[..path].to_vec();
        for token in tokens.iter() {
            term.truncate(path);
            term.extend_from_slice(token.term.as_bytes());
            self.forms.push(Form {
                term: self.terms.number(&term),
                position: token.position,
            });
        }
        if !unique {
            let forms = self.forms.iter().copied();
            self.values.learn(&self.key, forms, tokens.positions);
        }
        tokens.positions
    }

    /// Fills `forms` with the terms of a name, remembered or not. Says how many positions it takes.
    fn recall_name(&mut self, name: &str) -> u32 {
        if let Some((forms, positions)) = self.names.find(name.as_bytes()) {
            self.forms.clear();
            self.forms.extend_from_slice(forms);
            return positions;
        }
        let positions = self.analyze_name(name);
        let forms = self.forms.iter().copied();
        self.names.learn(name.as_bytes(), forms, positions);
        positions
    }

    fn analyze_name(&mut self, name: &str) -> u32 {
        let tokens = self.analyzer.analyze_name(name);
        self.forms.clear();
        let terms = &mut self.terms;
        self.forms.extend(tokens.iter().map(|token| Form {
            term: terms.number(token.term.as_bytes()),
            position: match token.kind {
                Kind::Whole => WHOLE,
                _ => token.position,
            },
        }));
        tokens.positions
    }
}

/// Adds a name to a field of names.
fn push_name(lists: &mut Lists, forms: &[Form], positions: u32) {
    let first = lists.value(positions);
    for form in forms {
        let position = if form.position == WHOLE {
            first
        } else {
            first + form.position
        };
        lists.occurrences.push(form.term, position);
    }
}

/// Adds a name to the text, which knows no whole names.
fn push_in_text(text: &mut Lists, forms: &[Form], positions: u32) {
    let first = text.value(positions);
    for form in forms.iter().filter(|form| form.position != WHOLE) {
        text.occurrences.push(form.term, first + form.position);
    }
}

/// The words of a prose on their way to its occurrences.
struct Words<'a> {
    /// Where the prose begins.
    first: u32,
    terms: &'a mut Terms,
    known: &'a mut Recall,
    occurrences: &'a mut Occurrences,
}

impl Chunks for Words<'_> {
    fn recall(&mut self, chunk: &str, at: u32) -> Option<u32> {
        let (forms, positions) = self.known.find(chunk.as_bytes())?;
        for form in forms {
            self.occurrences
                .push(form.term, self.first + at + form.position);
        }
        Some(positions)
    }

    fn take(&mut self, chunk: Option<&str>, at: u32, tokens: &Tokens) {
        let terms = &mut *self.terms;
        let mut form = |token: Token<'_>| Form {
            term: terms.number(token.term.as_bytes()),
            position: token.position,
        };
        for token in tokens.iter() {
            let form = form(token);
            self.occurrences.push(form.term, self.first + form.position);
        }
        if let Some(chunk) = chunk {
            let forms = tokens.iter().map(|token| {
                let form = form(token);
                let position = form.position - at;
                Form { position, ..form }
            });
            let positions = tokens.positions - at;
            self.known.learn(chunk.as_bytes(), forms, positions);
        }
    }
}
