//! Random corpora and random queries, from a nasty vocabulary.

use std::ops::Range;

use needledrop::analysis::{Analyzer, Kind, Language, STEM};
use needledrop::entry::Entry;
use needledrop::search::query::Reading;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Words that names and sentences are made of: one of each kind that the analyzer treats in a way of its own.
pub const VOCABULARY: &[&str] = &[
    "the",
    "The",
    "who",
    "WHO",
    "and",
    "&",
    "+",
    "Bowie",
    "bowie",
    "Björk",
    "bjork",
    "AC/DC",
    "acdc",
    "ac",
    "DC",
    "R.E.M.",
    "rem",
    "P!nk",
    "pink",
    "10cc",
    "10",
    "cc",
    "T.",
    "Rex",
    "T-Rex",
    "Guns",
    "N'",
    "n",
    "Petals",
    "petal",
    "don't",
    "dont",
    "Devil’s",
    "devils",
    "devil",
    "films",
    "film",
    "filming",
    "II",
    "2",
    "坂本龍一",
    "坂本",
    "音楽",
    "王菲",
    "!!!",
    "+/-",
    "8½",
    "M*A*S*H",
    "mash",
    "Ke$ha",
    "kesha",
    "O)))",
    "Кино",
    "КИНО",
    "10,000",
    "10000",
    "eagle",
    "Eagles",
    "L'Avventura",
    "avventura",
    "spider",
    "man",
    "spiderman",
    "Spider-Man",
    "rock'n'roll",
    "Straße",
    "strasse",
    "أم",
    "ام",
    "ｶﾞ",
    "WALL·E",
    "1998",
    "—",
    "(live)",
    "x",
    "Motörhead",
    "what?",
    "running",
    "run",
    "J.",
    "Hello,",
    "a",
    "it's",
];

/// The ways in which a query may be read.
pub const READINGS: [Reading; 3] = [
    Reading {
        literal: false,
        require_all: false,
    },
    Reading {
        literal: false,
        require_all: true,
    },
    Reading {
        literal: true,
        require_all: false,
    },
];

/// A run of unspaced script that a dictionary cuts when it is typed as a word: it stands in texts, and is asked for in
/// quotes only.
const LONG_RUN: &str = "坂本龍一";

fn typed() -> impl Strategy<Value = String> {
    word().prop_filter("cut by a dictionary", |word| word != LONG_RUN)
}

fn typed_words(count: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(typed(), count).prop_map(|words| words.join(" "))
}

/// Names of fields: words, where a query is taken literally.
const FIELDS: &[&str] = &[
    "title", "artist", "artists", "prose", "aliases", "label", "year",
];

fn word() -> impl Strategy<Value = String> {
    select(VOCABULARY).prop_map(str::to_owned)
}

fn words(count: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(word(), count).prop_map(|words| words.join(" "))
}

fn prose() -> impl Strategy<Value = String> {
    let spoken = (word(), select(&["", "", "", "", ",", ".", "!", "…"][..]));
    let said = prop::collection::vec(spoken, 0..20);
    said.prop_map(|words| {
        let words = words.into_iter().map(|(word, mark)| word + mark);
        words.collect::<Vec<_>>().join(" ")
    })
}

/// A corpus. Titles are never blank: they begin with a word.
pub fn entries(count: Range<usize>) -> impl Strategy<Value = Vec<Entry>> {
    let names = prop::collection::vec(words(1..=3), 0..3);
    let aliases =
        prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(words(1..=2), 1..3)];
    let keys = (
        prop::option::of(1996_u32..2000),
        prop::option::of(words(1..=3)),
    );
    let entry = (words(1..=4), names, prose(), aliases, keys).prop_map(
        |(title, artists, prose, aliases, keys)| {
            let mut entry = Entry {
                title,
                artists,
                prose,
                aliases,
                ..Entry::default()
            };
            entry
                .keys
                .extend(keys.0.map(|year| ("year".to_owned(), year.into())));
            entry
                .keys
                .extend(keys.1.map(|label| ("label".to_owned(), label.into())));
            entry
        },
    );
    prop::collection::vec(entry, count).prop_map(|mut entries| {
        for (at, entry) in entries.iter_mut().enumerate() {
            entry.id = format!("e{at}");
        }
        entries
    })
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Ask {
    /// A query as it stands.
    Text(String),
    /// Some words of an entry as a phrase, so that phrases are found at all.
    Cut {
        entry: Index,
        from: Index,
        length: usize,
    },
}

impl Ask {
    /// The query, over a corpus.
    pub fn query(&self, entries: &[Entry]) -> String {
        let Ask::Cut {
            entry,
            from,
            length,
        } = self
        else {
            let Ask::Text(text) = self else {
                unreachable!()
            };
            return text.clone();
        };
        let entry = entry.get(entries);
        let text = if entry.prose.is_empty() {
            &entry.title
        } else {
            &entry.prose
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let from = from.index(words.len());
        let phrase = words[from..]
            .iter()
            .take(*length)
            .copied()
            .collect::<Vec<_>>();
        format!("\"{}\"", phrase.join(" "))
    }
}

/// A query.
pub fn ask() -> impl Strategy<Value = Ask> {
    prop_oneof![
        3 => query().prop_map(Ask::Text),
        1 => (any::<Index>(), any::<Index>(), 1..4_usize).prop_map(|(entry, from, length)| Ask::Cut { entry, from, length }),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let nested = atom().prop_recursive(2, 8, 3, |inner| {
        let list =
            prop::collection::vec(inner, 1..4).prop_map(|parts| format!("({})", parts.join(" ")));
        prop_oneof![
            list.clone(),
            (field(), list).prop_map(|(field, list)| field + &list)
        ]
    });
    let sign = select(&["", "", "", "", "+", "-", "NOT "][..]);
    let join = select(&[" ", " ", " ", " AND ", " OR "][..]);
    let part = (sign, nested, join).prop_map(|(sign, part, join)| format!("{sign}{part}{join}"));
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.concat())
}

fn field() -> impl Strategy<Value = String> {
    select(FIELDS).prop_map(|field| format!("{field}:"))
}

fn atom() -> impl Strategy<Value = String> {
    let phrase = (typed_words(1..=3), select(&["", "", "~1", "~4", "*"][..]))
        .prop_map(|(words, tail)| format!("\"{words}\"{tail}"));
    let prefix = (typed(), 1..4_usize)
        .prop_map(|(word, length)| word.chars().take(length).chain(['*']).collect());
    let special = select(
        &[
            "year:1997..1998",
            "year:>1998",
            "year:..1996",
            "year:*",
            "label:*",
            "aliases:*",
            "prose:*",
            "*",
            "year:1997",
        ][..],
    );
    let plain = prop_oneof![6 => typed(), 2 => phrase, 1 => prefix];
    prop_oneof![
        4 => plain.clone(),
        2 => (field(), plain).prop_map(|(field, value)| field + &value),
        1 => special.prop_map(str::to_owned),
    ]
}

/// Words of the vocabulary that a mistake or two would turn into one another, though they are not the same word: not of
/// one stem, and never two words for one thing (`L'Avventura` is also `avventura`).
pub fn words_too_near() -> Vec<(String, String)> {
    let mut analyzer = Analyzer::new(Language::English);
    let known: Vec<Vec<(String, String)>> = VOCABULARY
        .iter()
        .chain(FIELDS)
        .map(|word| words_of(word, &mut analyzer))
        .collect();
    let all: Vec<&(String, String)> = known.iter().flatten().collect();
    let go_together = |a: &str, b: &str| {
        let has =
            |words: &[(String, String)], word: &str| words.iter().any(|(known, _)| known == word);
        known.iter().any(|words| has(words, a) && has(words, b))
    };
    let mut near = Vec::new();
    for (typed, stem) in &all {
        let letters = typed.chars().count();
        for (other, of) in &all {
            let allowed = if letters >= 8 { 2 } else { 1 };
            if letters >= 4
                && of != stem
                && distance(typed, other) <= allowed
                && !go_together(typed, other)
            {
                near.push((typed.clone(), other.clone()));
            }
        }
    }
    near
}

/// The plain words that a word of the vocabulary is looked up by, each with its stem.
fn words_of(word: &str, analyzer: &mut Analyzer) -> Vec<(String, String)> {
    let tokens = analyzer.analyze(word);
    let stem = tokens.iter().find(|token| token.kind == Kind::Stem);
    let stem = stem.map(|token| token.term.trim_start_matches(STEM).to_owned());
    let words = tokens
        .iter()
        .filter(|token| matches!(token.kind, Kind::Part | Kind::Variant));
    let with_stem = words.map(|token| {
        let word = token.term.to_owned();
        (word.clone(), stem.clone().unwrap_or(word))
    });
    with_stem.collect()
}

/// How many letters must be put in, left out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, c) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (to, other) in b.iter().enumerate() {
            let changed = diagonal + usize::from(c != *other);
            diagonal = row[to + 1];
            row[to + 1] = changed.min(row[to] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// A generator of numbers, the same on every run (xorshift).
pub struct Dice(pub u64);

impl Dice {
    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    /// A word: the first of the vocabulary far more often than the last.
    fn word(&mut self) -> &'static str {
        let reach = 1 + self.below(VOCABULARY.len());
        match VOCABULARY[self.below(reach)] {
            LONG_RUN => "Bowie",
            word => word,
        }
    }

    fn words(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| self.word())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A corpus of many entries.
pub fn many(dice: &mut Dice, count: usize) -> Vec<Entry> {
    let entry = |at: usize| {
        let (title, names, prose) = (1 + dice.below(3), dice.below(3), dice.below(30));
        let mut entry = Entry {
            id: format!("e{at}"),
            title: dice.words(title),
            artists: (0..names).map(|_| dice.words(2)).collect(),
            prose: dice.words(prose),
            ..Entry::default()
        };
        entry
            .keys
            .insert("year".to_owned(), (1960 + dice.below(60)).into());
        entry
    };
    (0..count).map(entry).collect()
}

/// A query of a few words, as most are.
pub fn plain_query(dice: &mut Dice) -> String {
    let count = 1 + dice.below(5);
    let words = dice.words(count);
    match dice.below(8) {
        0 => format!("\"{words}\""),
        1 => format!("+{words}"),
        2 => format!("{words} -{}", dice.word()),
        3 => format!("{words} year:1970..1990"),
        _ => words,
    }
}
