//! The texts of entries as occurrences of terms. A word is analyzed once in a segment, and so are the name of a person and
//! a short value; from then on they are recalled.

use std::collections::HashMap;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::Field;

use super::occurrences::{MAX_NUMBER, Occurrences};
use super::recall::{Form, Recall, Role};
use super::terms::Terms;
use crate::analysis::{Analyzer, Chunks, Kind, Language, Token, Tokens, whole_terms};
use crate::index::schema::Fields;

/// How many positions lie between two values of a field. More than any slop a query may ask for, so that no phrase
/// crosses from one artist into the next.
const VALUE_GAP: u32 = 101;
/// Bytes in which the words of a segment may be remembered.
const MEMORY_OF_WORDS: usize = 6 << 20;
/// Bytes in which its names, and again its values, may be.
const MEMORY_OF_NAMES: usize = 2 << 20;

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
    terms: Terms,
    text: Lists,
    title: Lists,
    artists: Lists,
    aliases: Lists,
    keys: Lists,
    words: Recall,
    names: Recall,
    values: Recall,
    paths: Paths,
    /// The path added last.
    path: usize,
    /// What a value is recalled by: its path's number, and the value.
    stretch: Vec<u8>,
    /// A term of the keys.
    term: Vec<u8>,
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
            paths: Paths::default(),
            path: 0,
            stretch: Vec::new(),
            term: Vec::new(),
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

    /// Bytes held, or, if that is more, those held when it is written: without what is remembered and what finds the number
    /// of a term, but with the order of the terms, and field after field dealt out.
    pub fn memory(&self) -> usize {
        let fields = self.fields().into_iter();
        let lists = fields.map(|lists| lists.occurrences.memory() + lists.lengths.capacity());
        let held = lists.sum::<usize>() + self.terms.memory() + self.paths.memory();
        let known = [&self.words, &self.names, &self.values].map(Recall::memory);
        let known = known.iter().sum::<usize>() + self.terms.memory_of_table();
        let fields = self.fields().into_iter();
        let dealt = fields.map(|lists| lists.occurrences.memory_to_write(&self.terms));
        let order = self.terms.len() * size_of::<u32>();
        let to_write = (dealt.max().unwrap_or(0) + order).max(self.terms.memory_to_order());
        held + known.max(to_write)
    }

    /// The fields in the order of the schema, the terms, and the paths in the order of their numbers. All that is not needed
    /// to write them is free then.
    pub fn into_parts(self) -> ([Lists; 5], Terms, Vec<String>) {
        let fields = [self.text, self.title, self.artists, self.aliases, self.keys];
        let mut terms = self.terms;
        terms.forget_numbers();
        let paths = self.paths.list.into_iter().map(|path| path.name);
        (fields, terms, paths.collect())
    }

    /// Whether another document would be one too many.
    pub fn is_full(&self) -> bool {
        // An entry is one line or file of a bounded length.
        self.terms.is_full() || self.terms.len() as u32 > MAX_NUMBER / 2
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
        let occurrences = &mut self.text.occurrences;
        let mut words = Words {
            terms: &mut self.terms,
            known: &mut self.words,
            push: |form: Form| occurrences.push(form.term, first + form.position()),
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

    /// That there is something under a path; gives its number. What is added by [`Postings::add_value`] stands there, up to
    /// the next path.
    pub fn add_path(&mut self, path: &str) -> usize {
        self.path = self.paths.number(path, self.path, &mut self.terms);
        // The values under other paths are of other terms: they may stand where the ones before stand.
        self.keys.next = 0;
        let first = self.keys.value(0);
        let term = self.paths.list[self.path].term;
        self.keys.occurrences.push(term, first);
        self.keys.next = first;
        self.path
    }

    /// A value under the path added last. The parts of an address are worth remembering, and not the whole of it.
    pub fn add_value(&mut self, value: &str, is_address: bool) {
        let positions = match is_address {
            true => self.recall_parts(value),
            false => self.recall_value(value),
        };
        push_name(&mut self.keys, &self.forms, positions);
    }

    /// Fills `forms` with the terms of a value, remembered or not. Says how many positions it takes.
    fn recall_value(&mut self, value: &str) -> u32 {
        let path = &self.paths.list[self.path];
        Path::write_stretch(self.path, b"", value, &mut self.stretch);
        self.forms.clear();
        if let Some((forms, positions)) = self.values.find(&self.stretch) {
            self.forms.extend_from_slice(forms);
            return positions;
        }
        let tokens = self.analyzer.analyze_value(value);
        for token in tokens.iter() {
            path.write_term(token.term, &mut self.term);
            let term = self.terms.number(&self.term);
            let form = Form::new(term, token.position, Role::Other);
            self.forms.push(form);
        }
        if !self.stretch.is_empty() {
            let forms = self.forms.iter().copied();
            self.values.learn(&self.stretch, forms, tokens.positions);
        }
        tokens.positions
    }

    /// As [`Postings::recall_value`], for each token of an address.
    fn recall_parts(&mut self, address: &str) -> u32 {
        let path = &self.paths.list[self.path];
        let tokens = self.analyzer.analyze_value(address);
        self.forms.clear();
        for token in tokens.iter() {
            // No value begins with this byte.
            Path::write_stretch(self.path, b"\xff", token.term, &mut self.stretch);
            let known = self.values.find(&self.stretch);
            let known = known.and_then(|(forms, _)| forms.first());
            let term = known.map(|form| form.term).unwrap_or_else(|| {
                path.write_term(token.term, &mut self.term);
                self.terms.number(&self.term)
            });
            if known.is_none() && !self.stretch.is_empty() {
                let form = Form::new(term, 0, Role::Other);
                self.values.learn(&self.stretch, std::iter::once(form), 1);
            }
            let form = Form::new(term, token.position, Role::Other);
            self.forms.push(form);
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

    /// Fills `forms` with the terms of a name: those of its words, as of any text, and the name as a whole.
    fn analyze_name(&mut self, name: &str) -> u32 {
        let Postings { terms, forms, .. } = self;
        forms.clear();
        let mut words = Words {
            terms,
            known: &mut self.words,
            push: |form| forms.push(form),
        };
        let positions = self.analyzer.analyze_chunks(name, &mut words);
        let parts = forms.iter().filter(|form| form.is_part());
        let parts = parts.map(|form| std::str::from_utf8(terms.get(form.term)).unwrap_or(""));
        let wholes = whole_terms(name, &parts.collect::<Vec<_>>());
        forms.extend(wholes.iter().map(|whole| {
            let term = terms.number(whole.as_bytes());
            Form::new(term, 0, Role::Whole)
        }));
        positions
    }
}

/// The paths of a segment.
#[derive(Default)]
struct Paths {
    list: Vec<Path>,
    numbers: HashMap<String, usize>,
}

struct Path {
    name: String,
    /// The term that says that an entry has it.
    term: u32,
    /// The path that came after it the last time: that of the next entry is nearly always the same.
    follower: usize,
}

impl Paths {
    /// The number of a path that comes after another.
    fn number(&mut self, name: &str, before: usize, terms: &mut Terms) -> usize {
        let follower = self.list.get(before).map_or(0, |path| path.follower);
        if self
            .list
            .get(follower)
            .is_some_and(|path| path.name == name)
        {
            return follower;
        }
        let number = match self.numbers.get(name) {
            Some(&number) => number,
            None => self.add(name, terms),
        };
        if let Some(before) = self.list.get_mut(before) {
            before.follower = number;
        }
        number
    }

    fn add(&mut self, name: &str, terms: &mut Terms) -> usize {
        let number = self.list.len();
        let mut path = Path {
            name: name.to_owned(),
            term: 0,
            follower: 0,
        };
        let mut term = Vec::new();
        path.write_term("", &mut term);
        path.term = terms.number(&term);
        self.list.push(path);
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn memory(&self) -> usize {
        // A path is mostly short, and kept twice.
        self.list.len() * 4 * size_of::<Path>()
    }
}

impl Path {
    /// Writes what a value under the path of this number is recalled by: nothing, when it is one of very many.
    fn write_stretch(number: usize, mark: &[u8], value: &str, stretch: &mut Vec<u8>) {
        stretch.clear();
        if let Ok(number) = u16::try_from(number) {
            stretch.extend_from_slice(&number.to_le_bytes());
            stretch.extend_from_slice(mark);
            stretch.extend_from_slice(value.as_bytes());
        }
    }

    /// Writes the term of a token under the path.
    fn write_term(&self, token: &str, term: &mut Vec<u8>) {
        term.clear();
        term.extend_from_slice(self.name.as_bytes());
        term.push(0);
        term.extend_from_slice(token.as_bytes());
    }
}

/// Adds a name to a field of names.
fn push_name(lists: &mut Lists, forms: &[Form], positions: u32) {
    let first = lists.value(positions);
    for form in forms {
        lists.occurrences.push(form.term, first + form.position());
    }
}

/// Adds a name to the text, which knows no whole names.
fn push_in_text(text: &mut Lists, forms: &[Form], positions: u32) {
    let first = text.value(positions);
    for form in forms.iter().filter(|form| !form.is_whole()) {
        text.occurrences.push(form.term, first + form.position());
    }
}

/// The words of a text, remembered or not, on their way to `push`.
struct Words<'a, P: FnMut(Form)> {
    terms: &'a mut Terms,
    known: &'a mut Recall,
    push: P,
}

impl<P: FnMut(Form)> Chunks for Words<'_, P> {
    fn recall(&mut self, chunk: &str, at: u32) -> Option<u32> {
        let (forms, positions) = self.known.find(chunk.as_bytes())?;
        forms.iter().for_each(|form| (self.push)(form.moved(at)));
        Some(positions)
    }

    fn take(&mut self, chunk: Option<&str>, at: u32, tokens: &Tokens) {
        let from = if chunk.is_some() { at } else { 0 };
        let form = |token: Token<'_>| {
            let role = match token.kind {
                Kind::Part => Role::Part,
                _ => Role::Other,
            };
            let term = self.terms.number(token.term.as_bytes());
            Form::new(term, token.position - from, role)
        };
        let forms: Vec<Form> = tokens.iter().map(form).collect();
        forms.iter().for_each(|form| (self.push)(form.moved(from)));
        if let Some(chunk) = chunk {
            let positions = tokens.positions - at;
            self.known
                .learn(chunk.as_bytes(), forms.into_iter(), positions);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::schema;

    fn postings() -> Postings {
        let (_, fields) = schema::build();
        let mut postings = Postings::new(&fields, Language::English);
        postings.begin(0);
        postings
    }

    /// The terms of what was looked at last.
    fn terms(postings: &Postings) -> Vec<String> {
        let terms = postings.forms.iter().map(|form| form.term);
        terms
            .map(|term| String::from_utf8_lossy(postings.terms.get(term)).into_owned())
            .collect()
    }

    #[test]
    fn what_is_recalled_is_what_it_was() {
        let mut postings = postings();
        for _ in 0..2 {
            postings.add_artist("The Who");
            let expected = ["the", "who", "\u{4}thewho", "\u{5}who"];
            assert_eq!(terms(&postings), expected);
            postings.add_path("label.name");
            postings.add_value("Rhino", false);
            assert_eq!(terms(&postings), ["label.name\0rhino"]);
            postings.add_path("url");
            postings.add_value("https://x.org/rhino", true);
            let parts = ["url\0https", "url\0x", "url\0org", "url\0rhino"];
            assert_eq!(terms(&postings), parts);
        }
    }

    #[test]
    fn a_value_under_one_of_very_many_paths_is_its_own() {
        let mut postings = postings();
        for number in 0..(1 << 16) + 2 {
            postings.add_path(&format!("k{number}"));
            if number % (1 << 16) == 1 {
                postings.add_value("x", false);
                assert_eq!(terms(&postings), [format!("k{number}\0x")]);
                postings.add_value("https://x", true);
                assert_eq!(terms(&postings)[1], format!("k{number}\0x"));
            }
        }
    }
}
