//! The texts of entries as occurrences of terms. A word is analyzed once in a segment, and so are the name of a person and
//! a short value; from then on they are recalled.

use std::io;

use super::lists::Lists;
use super::occurrences::MAX_NUMBER;
use super::paths::{Path, Paths};
use super::recall::{Form, Recall, Role};
use super::spool::Spool;
use super::terms::Terms;
use super::words::{Known, Words};
use crate::analysis::{Analyzer, Language, name_keys};
use crate::index::schema::Fields;
use crate::index::wholes::{self, Part, WholeName};

/// Bytes in which the names of a segment may be remembered, and again its values.
const MEMORY_OF_NAMES: usize = 2 << 20;

/// How many fields have posting lists.
pub const FIELDS: usize = 6;

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
    /// The titles and names as wholes: a term of [`crate::index::wholes`], and as a position what stands beside the document.
    wholes: Lists,
    words: Known,
    names: Recall,
    values: Recall,
    paths: Paths,
    /// The path added last.
    path: usize,
    /// What a value is recalled by: its path's number, and the value.
    stretch: Vec<u8>,
    /// A term of the keys.
    term: String,
    /// The terms of the name or value that is being looked at.
    forms: Vec<Form>,
}

impl Postings {
    /// None yet.
    pub fn new(fields: &Fields, language: Language) -> Postings {
        Postings {
            analyzer: Analyzer::new(language),
            terms: Terms::default(),
            text: Lists::new(fields.text, true),
            title: Lists::new(fields.title, true),
            artists: Lists::new(fields.artists, false),
            aliases: Lists::new(fields.aliases, false),
            keys: Lists::new(fields.keys, false),
            wholes: Lists::new(fields.wholes, false),
            words: Known::new(),
            names: Recall::new(MEMORY_OF_NAMES),
            values: Recall::new(MEMORY_OF_NAMES),
            paths: Paths::default(),
            path: 0,
            stretch: Vec::new(),
            term: String::new(),
            forms: Vec::new(),
        }
    }

    /// The lists of all fields.
    fn fields(&self) -> [&Lists; FIELDS] {
        [
            &self.text,
            &self.title,
            &self.artists,
            &self.aliases,
            &self.keys,
            &self.wholes,
        ]
    }

    fn fields_mut(&mut self) -> [&mut Lists; FIELDS] {
        [
            &mut self.text,
            &mut self.title,
            &mut self.artists,
            &mut self.aliases,
            &mut self.keys,
            &mut self.wholes,
        ]
    }

    /// Bytes held, or, if that is more, those held when it is written: without what is remembered and what finds the number
    /// of a term, but with the order of the terms, and field after field dealt out.
    ///
    /// `room` is how many bytes are dealt out at a time.
    pub fn memory(&self, room: usize) -> usize {
        let lengths = self.fields().map(Lists::memory_of_lengths);
        let lists = self.memory_of_occurrences() + lengths.iter().sum::<usize>();
        let held = lists + self.terms.memory() + self.paths.memory();
        let known = self.words.memory() + self.names.memory() + self.values.memory();
        let known = known + self.terms.memory_of_table();
        let terms = self.terms.len().max(wholes::TERMS as usize);
        let extents = self.fields().map(|lists| lists.occurrences.extent());
        let dealt = extents.map(|extent| extent.memory_to_deal(terms, room));
        let dealt = dealt.into_iter().fold(0, usize::max);
        let order = terms * size_of::<u32>();
        let to_write = (dealt + order).max(self.terms.memory_to_order());
        held + known.max(to_write)
    }

    /// Puts the occurrences away, as far as their pieces are full.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put_away(&mut self, spool: &mut Spool) -> io::Result<()> {
        let mut fields = self.fields_mut().into_iter();
        fields.try_for_each(|lists| lists.occurrences.put_away(spool))
    }

    /// Bytes of the occurrences held.
    pub fn memory_of_occurrences(&self) -> usize {
        let fields = self.fields().map(|lists| lists.occurrences.memory());
        fields.iter().sum()
    }

    /// The lists of all fields, that of the text first and that of whole names last; the terms; and the paths in the order of
    /// their numbers. What is remembered of texts is free then.
    pub fn into_parts(self) -> ([Lists; FIELDS], Terms, Vec<String>) {
        let lists = [
            self.text,
            self.title,
            self.artists,
            self.aliases,
            self.keys,
            self.wholes,
        ];
        let paths = self.paths.list.into_iter().map(|path| path.name);
        (lists, self.terms, paths.collect())
    }

    /// Whether another document would be one too many.
    ///
    /// `room` is how many bytes are dealt out at a time.
    pub fn is_full(&self, room: usize) -> bool {
        // An entry is one line or file of a bounded length.
        let mut fields = self.fields().into_iter();
        fields.any(|lists| lists.occurrences.extent().is_full(room))
            || self.terms.is_full()
            || self.terms.len() as u32 > MAX_NUMBER / 2
    }

    /// What is added from now on belongs to this document.
    pub fn begin(&mut self, doc: u32) {
        self.fields_mut()
            .into_iter()
            .for_each(|lists| lists.begin(doc));
    }

    /// The texts of the document are complete; its keys may come later.
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
        self.text.extend(positions);
    }

    /// The title: hardly ever met again.
    pub fn add_title(&mut self, title: &str) {
        let positions = self.analyze_name(title);
        self.title.push(&self.forms, positions);
        self.text.push(&self.forms, positions);
        self.push_wholes(Part::Title);
    }

    /// The name of an artist.
    pub fn add_artist(&mut self, name: &str) {
        let positions = self.recall_name(name);
        self.artists.push(&self.forms, positions);
        self.text.push(&self.forms, positions);
        self.push_wholes(Part::Artists);
    }

    /// Another name; no word of the text.
    pub fn add_alias(&mut self, name: &str) {
        let positions = self.recall_name(name);
        self.aliases.push(&self.forms, positions);
        self.push_wholes(Part::Aliases);
    }

    /// Adds what the name looked at last is as a whole.
    fn push_wholes(&mut self, part: Part) {
        self.wholes.begin_occurrences();
        for name in self.forms.iter().filter_map(|form| form.whole()) {
            self.wholes
                .occurrences
                .push(u32::from(name.term), name.beside(part));
        }
    }

    /// That there is something under a path; gives its number. What is added by [`Postings::add_value`] stands there, up to
    /// the next path.
    pub fn add_path(&mut self, path: &str) -> usize {
        self.path = self.paths.number(path, self.path, &mut self.terms);
        // The values under other paths are of other terms: they may stand where the ones before stand.
        self.keys.begin_again();
        let form = Form::new(self.paths.list[self.path].term, 0, Role::Other);
        self.keys.push(&[form], 0);
        self.keys.begin_again();
        self.path
    }

    /// A value under the path added last. The parts of an address are worth remembering, and not the whole of it.
    pub fn add_value(&mut self, value: &str, is_address: bool) {
        let positions = match is_address {
            true => self.recall_parts(value),
            false => self.recall_value(value),
        };
        self.keys.push(&self.forms, positions);
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
        let parts = parts.map(|form| terms.get(form.term));
        for key in name_keys(name, &parts.collect::<Vec<_>>()) {
            forms.push(Form::of_whole(WholeName::of(&key.full, false)));
            if !key.bare.is_empty() {
                forms.push(Form::of_whole(WholeName::of(&key.bare, true)));
            }
        }
        positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::schema;
    use crate::index::segment::lists::VALUE_GAP;

    fn postings() -> Postings {
        let (_, fields) = schema::build();
        let mut postings = Postings::new(&fields, Language::English);
        postings.begin(0);
        postings
    }

    /// The terms of what was looked at last.
    fn terms(postings: &Postings) -> Vec<String> {
        let words = postings.forms.iter().filter(|form| form.whole().is_none());
        words
            .map(|form| form.term)
            .map(|term| postings.terms.get(term).to_owned())
            .collect()
    }

    #[test]
    fn what_is_recalled_is_what_it_was() {
        let mut postings = postings();
        for _ in 0..2 {
            postings.add_artist("The Who");
            assert_eq!(terms(&postings), ["the", "who"]);
            let wholes = postings.forms.iter().filter_map(|form| form.whole());
            let expected = [("thewho", false), ("who", true)];
            let expected = expected.map(|(key, bare)| WholeName::of(key, bare));
            assert_eq!(wholes.collect::<Vec<_>>(), expected);
            postings.add_path("label.name");
            postings.add_value("Rhino", false);
            assert_eq!(terms(&postings), ["label.name\0rhino"]);
            postings.add_path("url");
            postings.add_value("https://x.org/rhino", true);
            let parts = ["url\0https", "url\0x", "url\0org", "url\0rhino"];
            assert_eq!(terms(&postings), parts);
        }
    }

    /// Where each term of the keys stands, in the order of the documents.
    fn keys_of(postings: &Postings) -> Vec<(String, u32, u32)> {
        let mut keys = Vec::new();
        let spool = Spool::new(std::env::temp_dir());
        let all = postings
            .keys
            .occurrences
            .each(&spool, |term, doc, position| {
                let term = postings.terms.get(term);
                keys.push((term.to_owned(), doc, position));
            });
        all.unwrap();
        keys
    }

    #[test]
    fn every_entry_says_anew_which_fields_it_has() {
        let mut postings = postings();
        for doc in 0..2 {
            postings.begin(doc);
            postings.add_path("title");
            postings.end();
        }
        let title = |doc: u32| ("title\0".to_owned(), doc, 0);
        assert_eq!(keys_of(&postings), [title(0), title(1)]);
    }

    #[test]
    fn the_items_of_a_list_stand_apart_and_other_keys_begin_again() {
        let mut postings = postings();
        for (path, values) in [("tags", &["a b", "c"][..]), ("year", &["1998"])] {
            postings.add_path(path);
            values
                .iter()
                .for_each(|value| postings.add_value(value, false));
        }
        let key = |term: &str, position: u32| (term.to_owned(), 0, position);
        let expected = [
            key("tags\0", 0),
            key("tags\0a", 0),
            key("tags\0b", 1),
            key("tags\0c", 2 + VALUE_GAP),
            key("year\0", 0),
            key("year\u{0}1998", 0),
        ];
        assert_eq!(keys_of(&postings), expected);
    }

    #[test]
    fn a_few_entries_take_little_memory() {
        let mut postings = postings();
        for doc in 0..100 {
            postings.begin(doc);
            postings.add_prose("The thin white duke.");
            postings.add_title("Velvet Goldmine");
            postings.add_artist("David Bowie");
            postings.end();
        }
        assert!(
            postings.memory(1 << 20) < 1 << 20,
            "{}",
            postings.memory(1 << 20)
        );
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
