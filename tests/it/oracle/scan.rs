//! The naive scan: one entry after another, one text after another, no index.

use std::collections::BTreeSet;
use std::ops::{Bound, Range, RangeBounds};

use needledrop::analysis::{
    Analyzer, HALF, JOINED, Kind, Language, NameKey, STEM, key_of_parts, name_keys,
};
use needledrop::entry::Entry;
use needledrop::search::query::ast::{Clause, Expr, ExprKind, Occur};
use needledrop::search::query::{FieldNames, Reading, parse};

use super::phrase::{PhraseWord, chains, merged, phrase_words};

/// A token of a text, owned.
#[derive(Debug, Clone)]
pub struct Tok {
    /// As the analyzer has it, marker included.
    pub term: String,
    /// What form of the text it is.
    pub kind: Kind,
    /// Where in the text.
    pub bytes: Range<usize>,
    /// Position of its first part.
    pub position: u32,
    /// How many positions it covers.
    pub span: u32,
}

/// One value of one field, in tokens.
struct Text {
    field: String,
    tokens: Vec<Tok>,
    /// What it is called, were it a name.
    wholes: Vec<NameKey>,
}

/// An entry, read.
struct Read {
    texts: Vec<Text>,
    fields: BTreeSet<String>,
    numbers: Vec<(String, f64)>,
}

/// The naive scan.
pub struct Oracle {
    entries: Vec<(String, Read)>,
    fields: BTreeSet<String>,
    analyzer: Analyzer,
}

/// Where a part of a query is looked for.
#[derive(Debug, Clone, PartialEq)]
enum Scope {
    Any,
    Field(String),
}

impl FieldNames for Oracle {
    fn has(&self, name: &str) -> bool {
        self.fields.contains(name)
    }

    fn all(&self) -> Vec<String> {
        self.fields.iter().cloned().collect()
    }
}

/// The tokens of a text.
pub fn tokens(analyzer: &mut Analyzer, text: &str) -> Vec<Tok> {
    let owned = analyzer.analyze(text).iter().map(|token| Tok {
        term: token.term.to_owned(),
        kind: token.kind,
        bytes: token.start..token.end,
        position: token.position,
        span: token.span,
    });
    owned.collect()
}

impl Tok {
    /// The plain word that it is, if it is one.
    pub fn word(&self) -> Option<&str> {
        matches!(self.kind, Kind::Part | Kind::Variant | Kind::Symbols)
            .then_some(self.term.as_str())
    }

    /// The parts in one word that it is, if it is that.
    pub fn joined(&self) -> Option<&str> {
        (self.kind == Kind::Joined).then(|| self.term[JOINED.len_utf8()..].split(HALF).next())?
    }
}

/// A typed word of one part: itself, its stem, the other words that it may be.
struct Typed {
    word: String,
    stem: String,
    others: Vec<String>,
}

impl Typed {
    fn new(tokens: &[Tok], position: u32) -> Option<Typed> {
        let here = || {
            tokens
                .iter()
                .filter(move |token| token.position == position)
        };
        let word = here().find(|token| token.kind == Kind::Part)?.term.clone();
        let stem = here().find(|token| token.kind == Kind::Stem);
        let stem = stem.map_or(word.clone(), |token| {
            token.term[STEM.len_utf8()..].to_owned()
        });
        let others = here().filter(|token| token.kind == Kind::Variant);
        let others = others.map(|token| token.term.clone()).collect();
        Some(Typed { word, stem, others })
    }

    /// Whether a word of at most two letters: those have no inflections.
    fn inflects(&self) -> bool {
        self.word.len() > 2
    }
}

/// The stems of the part at a position of a text: the word itself where no other is given.
fn stems_at(text: &[Tok], position: u32) -> Vec<&str> {
    let here = || text.iter().filter(move |token| token.position == position);
    let given: Vec<&str> = here()
        .filter(|token| token.kind == Kind::Stem)
        .map(|token| &token.term[STEM.len_utf8()..])
        .collect();
    match given.is_empty() {
        true => here().filter_map(Tok::word).collect(),
        false => given,
    }
}

impl Oracle {
    /// Reads a corpus.
    pub fn new(entries: &[Entry]) -> Oracle {
        let mut analyzer = Analyzer::new(Language::English);
        let read: Vec<(String, Read)> = entries
            .iter()
            .map(|entry| (entry.id.clone(), read(entry, &mut analyzer)))
            .collect();
        let mut fields: BTreeSet<String> = ["title", "artists", "prose", "aliases"]
            .map(str::to_owned)
            .into();
        fields.extend(
            read.iter()
                .flat_map(|(_, read)| read.fields.iter().cloned()),
        );
        Oracle {
            entries: read,
            fields,
            analyzer,
        }
    }

    /// The ids of the entries that a query matches.
    pub fn ids(&mut self, query: &str, reading: Reading) -> BTreeSet<String> {
        let Some(root) = parse(query, self, reading).root else {
            return BTreeSet::new();
        };
        let Oracle {
            entries, analyzer, ..
        } = self;
        let mut scan = Scan { analyzer };
        let found = entries
            .iter()
            .filter(|(_, entry)| scan.matches(&root, entry, &Scope::Any, true));
        found.map(|(id, _)| id.clone()).collect()
    }

    /// The bytes of a text that a quoted phrase covers, each stretch from its first word to its last.
    pub fn phrase_places(&mut self, phrase: &str, text: &str) -> Vec<Range<usize>> {
        let wanted = tokens(&mut self.analyzer, phrase);
        let mut found = tokens(&mut self.analyzer, text);
        found
            .iter_mut()
            .for_each(|token| token.bytes = seen(token, text));
        let words = phrase_words(&wanted, false);
        // Names of nothing but marks take no positions: any of them will do.
        if words.first().is_some_and(|word| word.is_symbols) {
            let is_it = |token: &&Tok| words.iter().any(|word| token.word() == Some(&word.word));
            return merged(
                found
                    .iter()
                    .filter(is_it)
                    .map(|token| token.bytes.clone())
                    .collect(),
            );
        }
        merged(chains(&words, &found, 0))
    }
}

/// What of a token's source a reader would say is the word: not the punctuation around `P!nk`, not the article of
/// `L'Avventura`.
fn seen(token: &Tok, text: &str) -> Range<usize> {
    let Range { start, end } = token.bytes.clone();
    let source = &text[start..end];
    let is_outside = |c: char| !c.is_alphanumeric() && c != '$';
    match token.kind {
        Kind::Joined => {
            let front = source.len() - source.trim_start_matches(is_outside).len();
            start + front..start + source.trim_end_matches(is_outside).len()
        }
        Kind::Symbols => start..start + source.trim_end_matches([',', '.']).len(),
        Kind::Variant if token.term != "and" => {
            start + source.rfind('\'').map_or(0, |at| at + 1)..end
        }
        _ => start..end,
    }
}

fn read(entry: &Entry, analyzer: &mut Analyzer) -> Read {
    let mut texts = Vec::new();
    let mut add = |field: &str, text: &str| {
        let tokens = tokens(analyzer, text);
        let parts = tokens.iter().filter(|token| token.kind == Kind::Part);
        let parts: Vec<&str> = parts.map(|token| token.term.as_str()).collect();
        texts.push(Text {
            field: field.to_owned(),
            wholes: name_keys(text, &parts),
            tokens,
        });
    };
    add("title", &entry.title);
    entry.artists.iter().for_each(|name| add("artists", name));
    entry.aliases.iter().for_each(|name| add("aliases", name));
    add("prose", &entry.prose);
    let mut numbers = Vec::new();
    for (path, value) in entry.scalars() {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        add(&path, &text);
        numbers.extend(value.as_f64().map(|number| (path.into_owned(), number)));
    }
    let has = |text: &&Text| !text.tokens.is_empty() || !is_builtin(&text.field);
    let fields = texts.iter().filter(has).map(|text| text.field.clone());
    let mut fields: BTreeSet<String> = fields.collect();
    let given = [
        ("title", false),
        ("artists", entry.artists.is_empty()),
        ("aliases", entry.aliases.is_empty()),
        ("prose", entry.prose.is_empty()),
    ];
    for (field, is_empty) in given {
        match is_empty {
            true => fields.remove(field),
            false => fields.insert(field.to_owned()),
        };
    }
    Read {
        texts,
        fields,
        numbers,
    }
}

fn is_builtin(field: &str) -> bool {
    matches!(field, "title" | "artists" | "aliases" | "prose")
}

struct Scan<'a> {
    analyzer: &'a mut Analyzer,
}

impl Scan<'_> {
    /// Whether an entry matches a part of a query. `wanted` is false within an exclusion, where whole names and words
    /// written as one play no role.
    fn matches(&mut self, expr: &Expr, entry: &Read, scope: &Scope, wanted: bool) -> bool {
        match &expr.kind {
            ExprKind::All => true,
            ExprKind::Field { field, inner } => {
                self.matches(inner, entry, &Scope::Field(field.clone()), wanted)
            }
            ExprKind::Exists => match scope {
                Scope::Any => true,
                Scope::Field(field) => entry.fields.contains(field),
            },
            ExprKind::Range { low, high } => in_range(entry, scope, (*low, *high)),
            ExprKind::Word(word) => {
                self.word(word, entry, scope) || (wanted && self.is_called(&[word], entry, scope))
            }
            ExprKind::Prefix(start) => {
                let start = tokens(self.analyzer, start);
                phrase_stands(&phrase_words(&start, true), entry, scope, 0)
            }
            ExprKind::Phrase { text, slop, prefix } => {
                let phrase = tokens(self.analyzer, text);
                phrase_stands(&phrase_words(&phrase, *prefix), entry, scope, *slop)
            }
            ExprKind::Group(clauses) => self.group(clauses, entry, scope, wanted),
        }
    }

    fn group(&mut self, clauses: &[Clause], entry: &Read, scope: &Scope, wanted: bool) -> bool {
        let (mut all, mut any, mut has_must) = (true, false, false);
        let mut words: Vec<&str> = Vec::new();
        let mut only_words = true;
        for Clause { occur, expr } in clauses {
            if let (ExprKind::Word(word), Occur::Must | Occur::Should) = (&expr.kind, occur) {
                words.push(word);
            } else {
                only_words &= *occur == Occur::MustNot;
            }
            let inside = wanted && *occur != Occur::MustNot;
            let found = match &expr.kind {
                ExprKind::Word(word) => self.word(word, entry, scope),
                _ => self.matches(expr, entry, scope, inside),
            };
            match occur {
                Occur::MustNot if found => return false,
                Occur::MustNot => {}
                Occur::Must => (has_must, all) = (true, all && found),
                Occur::Should => any |= found,
            }
        }
        match has_must {
            true => all || (wanted && only_words && self.is_called(&words, entry, scope)),
            false => any || self.stretches(&words, entry, scope, wanted),
        }
    }

    /// Whether the entry is called by a stretch of the words, or has two neighbours of them in one word.
    fn stretches(&mut self, words: &[&str], entry: &Read, scope: &Scope, wanted: bool) -> bool {
        if words.len() > 10 {
            return false;
        }
        let stretches =
            (0..words.len()).flat_map(|from| (from + 1..=words.len()).map(move |to| from..to));
        let called = wanted
            && stretches
                .clone()
                .any(|stretch| self.is_called(&words[stretch], entry, scope));
        called
            || words
                .windows(2)
                .any(|pair| self.in_one_word(pair, entry, scope))
    }

    fn in_one_word(&mut self, pair: &[&str], entry: &Read, scope: &Scope) -> bool {
        let parts: Vec<Vec<String>> = pair.iter().map(|word| self.parts(word)).collect();
        let ([left], [right]) = (parts[0].as_slice(), parts[1].as_slice()) else {
            return false;
        };
        let word = format!("{left}{right}");
        let is_it = |token: &Tok| token.word() == Some(word.as_str());
        word.len() >= 4 && texts(entry, scope).any(|text| text.tokens.iter().any(is_it))
    }

    /// The plain parts of a typed word; a word without any is its symbols.
    fn parts(&mut self, word: &str) -> Vec<String> {
        let tokens = tokens(self.analyzer, word);
        let of_kind = |kind: Kind| -> Vec<String> {
            let of_it = tokens.iter().filter(|token| token.kind == kind);
            of_it.map(|token| token.term.clone()).collect()
        };
        let parts = of_kind(Kind::Part);
        if parts.is_empty() {
            of_kind(Kind::Symbols)
        } else {
            parts
        }
    }

    /// Whether a title, an artist or another name of the entry is just these words.
    fn is_called(&mut self, words: &[&str], entry: &Read, scope: &Scope) -> bool {
        let parts: Vec<String> = words.iter().flat_map(|word| self.parts(word)).collect();
        if parts.is_empty() || words.len() > 10 {
            return false;
        }
        let key = key_of_parts(&parts);
        let is_it = |name: &NameKey| {
            [&name.full, &name.bare].contains(&&key.full)
                || (!key.bare.is_empty() && key.bare == name.full)
        };
        let names =
            texts(entry, scope).filter(|text| text.field != "prose" && is_builtin(&text.field));
        names.flat_map(|text| &text.wholes).any(is_it)
    }

    /// Whether a typed word stands in the entry.
    fn word(&mut self, word: &str, entry: &Read, scope: &Scope) -> bool {
        let typed = tokens(self.analyzer, word);
        let parts: Vec<&Tok> = typed
            .iter()
            .filter(|token| token.kind == Kind::Part)
            .collect();
        match parts.as_slice() {
            [] => texts(entry, scope).any(|text| symbols_stand(&typed, text)),
            [only] => {
                let only = Typed::new(&typed, only.position);
                only.is_some_and(|only| texts(entry, scope).any(|text| stands(&only, &text.tokens)))
            }
            _ => texts(entry, scope).any(|text| compound_stands(&typed, &text.tokens)),
        }
    }
}

/// The texts that a scope looks at: without a field all but the further keys.
fn texts<'e>(entry: &'e Read, scope: &'e Scope) -> impl Iterator<Item = &'e Text> {
    entry.texts.iter().filter(move |text| match scope {
        Scope::Any => is_builtin(&text.field),
        Scope::Field(field) => text.field == *field,
    })
}

fn in_range(entry: &Read, scope: &Scope, range: (Bound<f64>, Bound<f64>)) -> bool {
    let is_in = |(path, number): &(String, f64)| {
        *scope == Scope::Field(path.clone()) && range.contains(number)
    };
    entry.numbers.iter().any(is_in)
}

fn symbols_stand(typed: &[Tok], text: &Text) -> bool {
    typed
        .iter()
        .filter(|token| token.kind == Kind::Symbols)
        .any(|symbols| {
            text.tokens
                .iter()
                .any(|token| token.word() == Some(&symbols.term))
        })
}

/// Whether a word stands in a text: itself, inflected, joined from parts, or as another word for it.
fn stands(typed: &Typed, text: &[Tok]) -> bool {
    text.iter().any(|token| {
        let same = token.word() == Some(&typed.word) || token.joined() == Some(&typed.word);
        let other = token
            .word()
            .is_some_and(|word| typed.others.iter().any(|other| other == word));
        same || other || (token.kind == Kind::Part && inflected_at(typed, text, token.position))
    })
}

fn inflected_at(typed: &Typed, text: &[Tok], position: u32) -> bool {
    typed.inflects() && stems_at(text, position).contains(&typed.stem.as_str())
}

/// Whether a compound stands in a text: in one word, joined in another way, or its parts side by side.
fn compound_stands(typed: &[Tok], text: &[Tok]) -> bool {
    let parts: Vec<Typed> = typed
        .iter()
        .filter(|token| token.kind == Kind::Part)
        .filter_map(|part| Typed::new(typed, part.position))
        .collect();
    let whole = typed
        .iter()
        .filter(|token| token.span == parts.len() as u32);
    let in_one: Vec<&str> = whole.filter_map(Tok::joined).collect();
    let as_one = |token: &Tok| {
        let is_one = |word: Option<&str>| word.is_some_and(|word| in_one.contains(&word));
        let cut_alike = token.span == parts.len() as u32;
        is_one(token.word()) || (is_one(token.joined()) && !cut_alike)
    };
    let last = text.iter().map(|token| token.position).max().unwrap_or(0);
    let side_by_side = |from: u32| {
        (from..)
            .zip(&parts)
            .all(|(position, part)| part_at(part, text, position))
    };
    text.iter().any(as_one) || (0..=last).any(side_by_side)
}

/// Whether a part of a compound stands at a position; only words of letters inflect there.
fn part_at(part: &Typed, text: &[Tok], position: u32) -> bool {
    let here = |token: &Tok| token.position == position && token.word() == Some(&part.word);
    let spaced = part
        .word
        .chars()
        .all(|c| c.is_alphabetic() && !needledrop::analysis::is_unspaced(c));
    text.iter().any(here) || (spaced && inflected_at(part, text, position))
}

fn phrase_stands(words: &[PhraseWord], entry: &Read, scope: &Scope, slop: u32) -> bool {
    // Names of nothing but marks take no positions: any of them will do.
    if words.first().is_some_and(|word| word.is_symbols) {
        let is_it = |token: &Tok| words.iter().any(|word| token.word() == Some(&word.word));
        return texts(entry, scope).any(|text| text.tokens.iter().any(is_it));
    }
    !words.is_empty()
        && texts(entry, scope).any(|text| !chains(words, &text.tokens, slop).is_empty())
}
