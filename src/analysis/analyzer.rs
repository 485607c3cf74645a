//! Cutting a text into tokens.
//!
//! Text is taken a *chunk* at a time (what stands between white space). Nearly all chunks of prose are one ASCII word
//! with perhaps a comma; they take the short way in [`Analyzer::plain_word`]. Everything else is folded
//! ([`super::fold`]), cut into parts and given its other forms in [`super::chunk`].

use super::chunk::{Chunk, cut};
use super::fold::{Class, Unit, fold_next};
use super::stem::Stemmer;
use super::token::{HALF, JOINED, Kind, Place, STEM, Tokens, WHOLE, WHOLE_BARE};
use super::{Language, forms, name};

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
        }
    }

    /// The language whose inflections are folded.
    pub fn language(&self) -> Language {
        self.stemmer.language()
    }

    /// The tokens of a text.
    pub fn analyze(&mut self, text: &str) -> &Tokens {
        self.tokens.clear();
        self.initials.clear();
        let text = &text[..text.floor_char_boundary(MAX_TEXT)];
        let mut at = 0;
        while at < text.len() {
            at = match self.plain_word(text, at) {
                Some(end) => end,
                None => self.any_chunk(text, at),
            };
        }
        self.close_initials(None);
        &self.tokens
    }

    /// The tokens of a title or of one name, and the keys of it as a whole.
    pub fn analyze_name(&mut self, text: &str) -> &Tokens {
        self.analyze(text);
        let place = Place {
            start: 0,
            end: text.len() as u32,
            position: 0,
            span: self.tokens.positions.min(255) as u16,
        };
        for key in name::keys_of(text, &self.tokens) {
            self.tokens.push(place, Kind::Whole, |term| {
                term.push(WHOLE);
                term.push_str(&key.full);
                true
            });
            self.tokens.push(place, Kind::Whole, |term| {
                term.push(WHOLE_BARE);
                term.push_str(&key.bare);
                !key.bare.is_empty()
            });
        }
        &self.tokens
    }

    /// The tokens made last.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Takes white space and then one chunk that is a word of ASCII letters, perhaps between marks. Returns where it
    /// ended, or nothing (and takes nothing) when the chunk needs the long way.
    fn plain_word(&mut self, text: &str, from: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let is_space = |byte: u8| byte <= b' ' || byte == 0x7f;
        let begin = from
            + bytes[from..]
                .iter()
                .position(|&byte| !is_space(byte))
                .unwrap_or(bytes.len() - from);
        let start = begin
            + bytes[begin..]
                .iter()
                .position(|&byte| !matches!(byte, b'(' | b'"'))
                .unwrap_or(0);
        let end = start
            + bytes[start..]
                .iter()
                .position(|byte| !byte.is_ascii_alphabetic())
                .unwrap_or(bytes.len() - start);
        let mut stop = end;
        while stop < bytes.len() && !is_space(bytes[stop]) {
            // What may stand behind a word and says nothing about it. A symbol inside would need the long way.
            if !matches!(
                bytes[stop],
                b',' | b'.' | b')' | b'"' | b';' | b':' | b'?' | b'!'
            ) {
                return None;
            }
            stop += 1;
        }
        if begin == bytes.len() {
            return Some(begin);
        }
        let word = &text[start..end];
        if word.len() < 2 {
            return None; // nothing, an initial, `n`: all special
        }
        self.close_initials(Some((word, end as u32)));
        let place = Place {
            start: start as u32,
            end: end as u32,
            position: self.tokens.positions,
            span: 1,
        };
        self.tokens.positions += 1;
        self.tokens.push(place, Kind::Part, |term| {
            term.extend(
                word.bytes()
                    .map(|byte| char::from(byte.to_ascii_lowercase())),
            );
            true
        });
        self.push_stem_of_last(place, end - start);
        forms::push_roman(&mut self.tokens, place, word);
        Some(stop)
    }

    /// Adds the stem of the part pushed last, whose term is `length` bytes long.
    fn push_stem_of_last(&mut self, place: Place, length: usize) {
        let stemmer = &mut self.stemmer;
        self.tokens.push(place, Kind::Stem, |terms| {
            let mut word = [0; 24];
            let from = terms.len() - length;
            if length > word.len() {
                return false;
            }
            word[..length].copy_from_slice(&terms.as_bytes()[from..]);
            terms.push(STEM);
            std::str::from_utf8(&word[..length]).is_ok_and(|word| stemmer.stem(word, terms))
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
        forms::push(chunk, &mut self.tokens, &mut self.stemmer);
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
