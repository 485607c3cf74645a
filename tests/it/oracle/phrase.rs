//! Quoted phrases, scanned: where their words stand in order within one text.

use std::ops::Range;

use needledrop::analysis::Kind;

use super::scan::Tok;

/// A word of a phrase; the last may be only the start of one.
pub struct PhraseWord {
    /// As the analyzer has it.
    pub word: String,
    /// Only the start of a word.
    pub is_start: bool,
    /// A name of nothing but marks.
    pub is_symbols: bool,
}

/// The words of a phrase, from its tokens.
pub fn phrase_words(phrase: &[Tok], last_is_start: bool) -> Vec<PhraseWord> {
    let of_kind = |kind: Kind| phrase.iter().filter(move |token| token.kind == kind);
    let parts: Vec<&Tok> = of_kind(Kind::Part).collect();
    if parts.is_empty() {
        let symbols = of_kind(Kind::Symbols).map(|token| PhraseWord {
            word: token.term.clone(),
            is_start: false,
            is_symbols: true,
        });
        return symbols.collect();
    }
    let last = parts.len() - 1;
    let words = parts.iter().enumerate().map(|(at, part)| PhraseWord {
        word: part.term.clone(),
        is_start: last_is_start && at == last,
        is_symbols: false,
    });
    words.collect()
}

/// Every way in which the words stand in order with at most `slop` positions between them in all: the bytes from the
/// first word to the last.
pub fn chains(words: &[PhraseWord], text: &[Tok], slop: u32) -> Vec<Range<usize>> {
    let mut ways: Vec<(u32, u32, Range<usize>)> = Vec::new(); // position behind, gaps, bytes
    for (at, word) in words.iter().enumerate() {
        let mut next = Vec::new();
        for token in text.iter().filter(|token| fits(word, token)) {
            let behind = token.position + token.span.max(1);
            if at == 0 {
                next.push((behind, 0, token.bytes.clone()));
                continue;
            }
            for (end, gaps, bytes) in &ways {
                if token.position >= *end && gaps + (token.position - end) <= slop {
                    let bytes = bytes.start.min(token.bytes.start)..bytes.end.max(token.bytes.end);
                    next.push((behind, gaps + (token.position - end), bytes));
                }
            }
        }
        next.sort_by_key(|(end, gaps, bytes)| (*end, *gaps, bytes.start, bytes.end));
        next.dedup();
        ways = next;
    }
    ways.into_iter().map(|(_, _, bytes)| bytes).collect()
}

fn fits(word: &PhraseWord, token: &Tok) -> bool {
    let starts = word.is_start
        && token
            .word()
            .is_some_and(|found| found.starts_with(&word.word));
    starts || token.word() == Some(&word.word) || token.joined() == Some(&word.word)
}

/// Places in order, those that touch as one.
pub fn merged(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_by_key(|place| (place.start, place.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for place in places {
        match merged.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => merged.push(place),
        }
    }
    merged
}
