//! Where patterns stand among the tokens of a text.

use std::ops::Range;

use super::Wanted;
use super::phrase::{Hit, Phrases};
use crate::analysis::{Kind, Token, Tokens, is_apostrophe};
use crate::search::pattern::Pattern;

/// One place where a pattern stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Match {
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// Index into the wanted.
    pub(super) wanted: usize,
}

/// What was found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Every match, by place.
    pub(super) matches: Vec<Match>,
    /// What to mark, in order; nothing overlaps or touches.
    pub(super) marks: Vec<Range<usize>>,
}

impl Found {
    pub(super) fn clear(&mut self) {
        self.matches.clear();
        self.marks.clear();
    }

    /// Puts everything in order once all of the text has been seen.
    pub(super) fn finish(&mut self) {
        self.matches.sort_unstable();
        self.matches.dedup();
        self.marks
            .sort_unstable_by_key(|mark| (mark.start, mark.end));
        self.marks.dedup_by(|next, kept| {
            let joins = next.start <= kept.end;
            if joins {
                kept.end = kept.end.max(next.end);
            }
            joins
        });
    }
}

/// Signatures of terms; a power of two.
const SIGNATURES: usize = 512;

/// Which pattern, and which element of it when it is a phrase, a term speaks for.
#[derive(Debug, Clone, Copy)]
struct Slot {
    wanted: usize,
    /// `None` where the token alone is the match.
    element: Option<usize>,
}

/// The terms of all patterns, ready to be compared with tokens.
pub(super) struct Lookup<'w> {
    /// Sorted by [`signature`].
    terms: Vec<(&'w str, Slot)>,
    /// For each signature which of the terms have it: none for most tokens, so most are done with at a glance.
    signed: [(u32, u32); SIGNATURES],
    prefixes: Vec<(&'w str, Slot)>,
    phrases: Phrases,
}

impl<'w> Lookup<'w> {
    pub(super) fn new(wanted: &'w [Wanted]) -> Lookup<'w> {
        let mut lookup = Lookup {
            terms: Vec::new(),
            signed: [(0, 0); SIGNATURES],
            prefixes: Vec::new(),
            phrases: Phrases::default(),
        };
        for (index, wanted) in wanted.iter().enumerate() {
            lookup.add(index, &wanted.pattern);
        }
        lookup.sign();
        lookup
    }

    fn add(&mut self, wanted: usize, pattern: &'w Pattern) {
        let alone = Slot {
            wanted,
            element: None,
        };
        match pattern {
            Pattern::Terms(terms) => terms.iter().for_each(|term| self.add_term(term, alone)),
            Pattern::Prefix(prefix) => self.add_prefix(prefix, alone),
            Pattern::Phrase { elements, slop } => {
                self.phrases.add(wanted, elements.len(), *slop);
                for (index, element) in elements.iter().enumerate() {
                    let slot = Slot {
                        wanted,
                        element: (elements.len() > 1).then_some(index),
                    };
                    element
                        .terms
                        .iter()
                        .for_each(|term| self.add_term(term, slot));
                    if let Some(prefix) = &element.prefix {
                        self.add_prefix(prefix, slot);
                    }
                }
            }
        }
    }

    fn add_term(&mut self, term: &'w str, slot: Slot) {
        if !term.is_empty() {
            self.terms.push((term, slot));
        }
    }

    fn sign(&mut self) {
        self.terms.sort_by_key(|(term, _)| signature(term));
        for (index, (term, _)) in (0..).zip(&self.terms) {
            let (first, behind) = &mut self.signed[signature(term)];
            if *behind == 0 {
                *first = index;
            }
            *behind = index + 1;
        }
    }

    /// A prefix of nothing would be every word: it is no wish.
    fn add_prefix(&mut self, prefix: &'w str, slot: Slot) {
        if !prefix.is_empty() {
            self.prefixes.push((prefix, slot));
        }
    }

    /// Adds the matches among `tokens`, which are those of `text`; `offset` is where `text` begins in the whole.
    pub(super) fn find(&mut self, text: &str, tokens: &Tokens, offset: usize, found: &mut Found) {
        for token in tokens.iter() {
            let (first, behind) = self.signed[signature(token.term)];
            for (term, slot) in &self.terms[first as usize..behind as usize] {
                if *term == token.term {
                    meet(*slot, &token, text, offset, &mut self.phrases, found);
                }
            }
            if token.kind == Kind::Part {
                for (prefix, slot) in &self.prefixes {
                    if token.term.starts_with(prefix) {
                        meet(*slot, &token, text, offset, &mut self.phrases, found);
                    }
                }
            }
        }
        self.phrases.find(found);
    }
}

/// A number below [`SIGNATURES`] that depends on a term's length and letters.
fn signature(term: &str) -> usize {
    let bytes = term.as_bytes();
    let letter = |index: usize| bytes.get(index).map_or(0, |&byte| usize::from(byte));
    let (middle, last) = (bytes.len() / 2, bytes.len().saturating_sub(1));
    (letter(0) * 31 + letter(middle) * 101 + letter(last) * 7 + bytes.len() * 53) % SIGNATURES
}

/// A token that a slot asks for: a match, or an element of a phrase that may become one.
fn meet(
    slot: Slot,
    token: &Token<'_>,
    text: &str,
    offset: usize,
    phrases: &mut Phrases,
    found: &mut Found,
) {
    let place = seen_place(token, text);
    let (start, end) = (place.start + offset, place.end + offset);
    let wanted = slot.wanted;
    match slot.element {
        None => {
            found.matches.push(Match { start, end, wanted });
            found.marks.push(start..end);
        }
        Some(element) => phrases.push(Hit {
            wanted,
            element,
            position: token.position,
            behind: token.position + token.span,
            start,
            end,
        }),
    }
}

/// What of a token's source a reader would say has matched.
fn seen_place(token: &Token<'_>, text: &str) -> Range<usize> {
    let source = &text[token.start..token.end];
    let (start, end) = match token.kind {
        Kind::Stem => (0, owner_length(source)),
        Kind::Variant if token.term != "and" => (elision_length(source), source.len()),
        Kind::Joined => trimmed(source, |c| c != '$' && is_mark_around(c)),
        Kind::Symbols => trimmed(source, is_edge_of_symbols),
        _ => (0, source.len()),
    };
    token.start + start..token.start + end
}

/// Bytes of `Bowie` in `Bowie's`; all of a word that is no possessive.
fn owner_length(word: &str) -> usize {
    word.strip_suffix(['s', 'S'])
        .and_then(|rest| rest.strip_suffix(is_apostrophe))
        .map_or(word.len(), str::len)
}

/// Bytes of `L'` in `L'Avventura`.
fn elision_length(word: &str) -> usize {
    let mut marks = word.char_indices().rev().filter(|&(_, c)| is_apostrophe(c));
    marks.next().map_or(0, |(at, c)| at + c.len_utf8())
}

fn trimmed(source: &str, is_outside: impl Fn(char) -> bool) -> (usize, usize) {
    let front = source.trim_start_matches(&is_outside);
    let both = front.trim_end_matches(&is_outside);
    let start = source.len() - front.len();
    match both.is_empty() {
        true => (0, source.len()),
        false => (start, start + both.len()),
    }
}

/// Punctuation that stands around a name and is no part of it, and what nobody sees.
fn is_mark_around(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c,
            '\u{a1}' | '\u{ab}' | '\u{ad}' | '\u{b7}' | '\u{bb}' | '\u{bf}' | '\u{200b}'..='\u{206f}'
            | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{30fb}' | '\u{feff}'
            | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}')
}

/// What the analyzer drops from the ends of a name of symbols, in any width.
fn is_edge_of_symbols(c: char) -> bool {
    matches!(
        c,
        '"' | '“'
            | '”'
            | '('
            | ')'
            | ','
            | '.'
            | ';'
            | ':'
            | '（'
            | '）'
            | '，'
            | '．'
            | '；'
            | '：'
    )
}
