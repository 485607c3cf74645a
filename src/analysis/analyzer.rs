//! Cutting a text into tokens.
//!
//! Text is taken a *chunk* at a time (what stands between white space). Nearly all chunks of prose are one ASCII word
//! with perhaps a comma; they take the short way in [`super::plain`]. Everything else is folded
//! ([`super::fold`]), cut into parts and given its other forms in [`super::chunk`].

use super::chunk::{Chunk, cut};
use super::fold::{Class, Unit, fold_next};
use super::plain::{Plain, PlainKind, begin_of_chunk, end_of_chunk, is_space, skip};
use super::stem::Stemmer;
use super::token::{HALF, JOINED, Kind, Place, STEM, Tokens};
use super::{Language, forms};

/// What is known of the chunks of texts, so that each is looked at once: text repeats its words.
pub trait Chunks {
    /// Takes the tokens of a chunk, if they are known, at position `at` of the text, and says how many positions they take.
    fn recall(&mut self, chunk: &str, at: u32) -> Option<u32>;

    /// Takes tokens, the first of which may begin at position `at` or (where initials go with what follows) before it.
    /// They are always those of `chunk`, if there is one: it may be recalled from now on.
    fn take(&mut self, chunk: Option<&str>, at: u32, tokens: &Tokens);
}

/// Turns texts into tokens. Holds buffers and a memory of stems: make one and keep it.
#[derive(Clone)]
pub struct Analyzer {
    pub(super) stemmer: Stemmer,
    pub(super) tokens: Tokens,
    /// Single letters with full stops (`T.`, `J. J.`) that may join what follows.
    initials: Vec<(char, Place)>,
    units: Vec<Unit>,
    lower: String,
    /// For each unit, where its accented lower-case form begins in `lower`.
    lower_starts: Vec<u32>,
    chunk: Chunk,
    /// Whether other forms than the parts are left out.
    only_parts: bool,
}

/// Texts are cut here at the latest: byte offsets are kept in 32 bits.
const MAX_TEXT: usize = 1 << 31;

impl Analyzer {
    /// An analyzer that folds the inflections of `language`.
    pub fn new(language: Language) -> Analyzer {
        Analyzer {
            stemmer: Stemmer::new(language),
            tokens: Tokens::default(),
            initials: Vec::new(),
            units: Vec::new(),
            lower: String::new(),
            lower_starts: Vec::new(),
            chunk: Chunk::default(),
            only_parts: false,
        }
    }

    /// The language whose inflections are folded.
    pub fn language(&self) -> Language {
        self.stemmer.language()
    }

    /// The tokens of a text.
    pub fn analyze(&mut self, text: &str) -> &Tokens {
        self.begin();
        let text = &text[..text.floor_char_boundary(MAX_TEXT)];
        let mut at = 0;
        while at < text.len() {
            at = match Plain::at(text, at) {
                Some(plain) => self.push_plain(text, &plain),
                None => self.any_chunk(text, at),
            };
        }
        self.close_initials(None);
        &self.tokens
    }

    /// The tokens of a text, given to `chunks` a chunk at a time; a chunk whose tokens those know is not looked at. Says
    /// how many positions the text takes.
    pub fn analyze_chunks(&mut self, text: &str, chunks: &mut impl Chunks) -> u32 {
        self.begin();
        let text = &text[..text.floor_char_boundary(MAX_TEXT)];
        let mut at = begin_of_chunk(text, 0);
        while at < text.len() {
            at = begin_of_chunk(text, self.next_chunk(text, at, chunks));
        }
        self.tokens.forget();
        self.close_initials(None);
        chunks.take(None, self.tokens.positions, &self.tokens);
        self.tokens.positions
    }

    /// Takes the chunk that begins at `begin`. Returns where it ended.
    fn next_chunk(&mut self, text: &str, begin: usize, chunks: &mut impl Chunks) -> usize {
        let plain = Plain::at(text, begin);
        let (chunk, stop) = match &plain {
            Some(plain) => (&text[plain.start..plain.end], plain.stop),
            None => {
                let stop = end_of_chunk(text, begin);
                (&text[begin..stop], stop)
            }
        };
        // An initial before a chunk, or in it, says more than the chunk itself.
        let alone = self.initials.is_empty();
        let at = self.tokens.positions;
        if alone && let Some(taken) = chunks.recall(chunk, at) {
            self.tokens.positions += taken;
            return stop;
        }
        self.tokens.forget();
        let mut end = match &plain {
            Some(plain) => self.push_plain(text, plain),
            None => begin,
        };
        // Between ASCII white space may be white space of other kinds.
        while end < stop {
            end = self.any_chunk(&text[..stop], end);
        }
        let settled = alone && self.initials.is_empty();
        chunks.take(settled.then_some(chunk), at, &self.tokens);
        stop
    }

    fn begin(&mut self) {
        self.tokens.clear();
        self.initials.clear();
    }

    /// As [`Analyzer::analyze`], without its short ways.
    #[cfg(test)]
    pub(super) fn analyze_the_long_way(&mut self, text: &str) -> &Tokens {
        self.begin();
        let mut at = 0;
        while at < text.len() {
            at = self.any_chunk(text, at);
        }
        self.close_initials(None);
        &self.tokens
    }

    /// The tokens of a value under a key: as those of any text, but of an address only its parts. It is one chunk of a
    /// dozen parts or more, and nobody types two of them in one word, or the plural of one.
    pub fn analyze_value(&mut self, text: &str) -> &Tokens {
        if !is_address(text) {
            return self.analyze(text);
        }
        self.tokens.clear();
        if is_plain_address(text) {
            self.push_runs(text);
        } else {
            self.only_parts = true;
            self.analyze(text);
            self.only_parts = false;
        }
        &self.tokens
    }

    /// Adds each run of letters and each of digits as a part.
    fn push_runs(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            let end = match bytes[start].is_ascii_digit() {
                true => skip(bytes, start, |byte| byte.is_ascii_digit()),
                false => skip(bytes, start, |byte| byte.is_ascii_alphabetic()),
            };
            if start == end {
                start += 1;
                continue;
            }
            self.push_word(&text[start..end], start);
            start = end;
        }
    }

    /// Adds a word of ASCII letters and digits, or of letters with an apostrophe, as a part at the next position.
    fn push_word(&mut self, word: &str, start: usize) -> Place {
        let place = Place {
            start: start as u32,
            end: (start + word.len()) as u32,
            position: self.tokens.positions,
            span: 1,
        };
        self.tokens.positions += 1;
        self.tokens.push(place, Kind::Part, |terms| {
            let from = terms.len();
            terms.push_str(word);
            terms[from..].make_ascii_lowercase();
            true
        });
        place
    }

    /// The tokens made last.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Adds the tokens of a plain chunk. Returns where it ended.
    fn push_plain(&mut self, text: &str, plain: &Plain) -> usize {
        let Plain { start, end, .. } = *plain;
        match plain.kind {
            PlainKind::Nothing => {}
            PlainKind::Number => {
                self.close_initials(Some((&text[start..end], end as u32)));
                self.push_word(&text[start..end], start);
            }
            PlainKind::Owner => self.push_possessive(text, start, end - 2),
            PlainKind::Word => {
                let word = &text[start..end];
                self.close_initials(Some((word, end as u32)));
                let place = self.push_word(word, start);
                self.push_stem_of_last(place, word.len());
                forms::push_roman(&mut self.tokens, place, word);
            }
        }
        plain.stop
    }

    /// Adds the owner that `start..end` is, with `'s` behind it: `Devil's` is one word with the stem of `Devil`.
    fn push_possessive(&mut self, text: &str, start: usize, end: usize) {
        let place = Place {
            start: start as u32,
            end: end as u32 + 2,
            position: self.tokens.positions,
            span: 1,
        };
        let mut word = text[start..end].to_ascii_lowercase();
        word.push('s');
        self.close_initials(Some((&word, place.end)));
        self.tokens.positions += 1;
        self.tokens.push(place, Kind::Part, |terms| {
            terms.push_str(&word);
            true
        });
        forms::push_owner_stem(
            &mut self.tokens,
            place,
            &word[..end - start],
            &mut self.stemmer,
        );
    }

    /// Adds the stem of the part pushed last, whose term is `length` bytes long.
    fn push_stem_of_last(&mut self, place: Place, length: usize) {
        let stemmer = &mut self.stemmer;
        self.tokens
            .push_again(place, Kind::Stem, length, |word, terms| {
                terms.push(STEM);
                stemmer.stem(word, terms)
            });
    }

    /// Takes white space and then one chunk of any kind. Returns where it ended.
    fn any_chunk(&mut self, text: &str, from: usize) -> usize {
        self.units.clear();
        self.lower.clear();
        self.lower_starts.clear();
        let mut at = from;
        while at < text.len() {
            let first = self.units.len();
            let lower_start = self.lower.len() as u32;
            at += fold_next(&text[at..], at, &mut self.units, &mut self.lower);
            self.lower_starts.resize(self.units.len(), lower_start);
            if self.units[first..]
                .iter()
                .any(|unit| unit.class == Class::Space)
            {
                let chunk_is_open = first > 0;
                self.units.truncate(first);
                self.lower_starts.truncate(first);
                self.lower.truncate(lower_start as usize);
                if chunk_is_open {
                    break;
                }
            }
        }
        if !self.units.is_empty() {
            let mut chunk = std::mem::take(&mut self.chunk);
            cut(&self.units, &self.lower_starts, &self.lower, &mut chunk);
            self.push_chunk(&chunk);
            self.chunk = chunk;
        }
        at
    }

    /// Adds all the tokens of a chunk.
    fn push_chunk(&mut self, chunk: &Chunk) {
        if let Some(initial) = chunk.initial() {
            let part = &chunk.parts[0];
            let place = Place {
                start: part.start,
                end: part.end,
                position: self.tokens.positions,
                span: 1,
            };
            self.initials.push((initial, place));
        } else {
            let next = chunk.parts.first();
            self.close_initials(next.map(|part| (part.folded.as_str(), part.end)));
        }
        if self.only_parts {
            forms::push_parts(chunk, &mut self.tokens);
        } else {
            forms::push(chunk, &mut self.tokens, &mut self.stemmer);
        }
    }

    /// Ends a run of initials, `next` being the word behind and where it ends: `J. J. Abrams` is also `jj`, `T. Rex` also
    /// `trex`.
    fn close_initials(&mut self, next: Option<(&str, u32)>) {
        let Some(&(_, first)) = self.initials.first() else {
            return;
        };
        let letters: String = self.initials.iter().map(|(letter, _)| *letter).collect();
        let count = self.initials.len() as u16;
        let end = self
            .initials
            .last()
            .map_or(first.end, |(_, place)| place.end);
        let mut push = |span: u16, tail: &str, end: u32| {
            let place = Place { span, end, ..first };
            self.tokens.push(place, Kind::Joined, |term| {
                forms::write_joined(term, &[&letters, tail], span);
                span > 1 && span <= 9
            });
        };
        push(count, "", end);
        if let Some((next, end)) = next.filter(|next| next.0.chars().all(char::is_alphabetic)) {
            push(count + 1, &next.to_lowercase(), end);
        }
        self.initials.clear();
    }
}

/// The joined term for `text` over `span` parts, as [`Kind::Joined`] tokens have it.
pub fn joined_term(text: &str, span: u32) -> String {
    let mut term = String::new();
    forms::write_joined(&mut term, &[text], span as u16);
    term
}

/// What every joined term of `text` begins with, whatever its span.
pub fn joined_prefix(text: &str) -> String {
    format!("{JOINED}{text}{HALF}")
}

/// Whether a text is the address of something on the web, and nothing else.
pub fn is_address(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        (1..=8).contains(&scheme.len()) && scheme.bytes().all(|b| b.is_ascii_alphabetic())
    }) && !text.bytes().any(is_space)
}

/// Whether the parts of an address are just its runs of letters and of digits: nothing in it is folded or put together.
fn is_plain_address(text: &str) -> bool {
    let special = |byte: u8| !byte.is_ascii() || matches!(byte, b'\'' | b'`' | b'&' | b',');
    text.len() < MAX_TEXT && !text.bytes().any(special)
}
