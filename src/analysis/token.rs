//! Tokens: what a text is looked up by, each with its place.
//!
//! A text is cut into *parts* (`AC/DC` is `ac`, `dc`; `10cc` is `10`, `cc`), and each part takes one position. Other forms
//! of the same stretch (its stem, the parts joined, its accented spelling) are further tokens at the same position,
//! under terms that begin with a control character, so that no text can ask for them by accident and one dictionary
//! range lists all the forms of a word.

use super::stem::MAX_WORD;

/// Before a stem. Only words that differ from their stem carry one; a stem's own word stands for itself.
pub const STEM: char = '\u{1}';
/// Before parts joined (`\u{2}acdc\0` and the number of parts): `AC/DC`, typed `acdc`.
pub const JOINED: char = '\u{2}';
/// Before a folded word and its accented spelling (`\u{3}bjork\0björk`).
pub const ACCENTED: char = '\u{3}';
/// Ends the first half of a term that has two.
pub const HALF: char = '\0';

/// What form of the text a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A part as it is typed without accents: what phrases are matched on.
    Part,
    /// Another plain word for the same part: `and` for `N'`, `avventura` for `L'Avventura`, `2` for `II`.
    Variant,
    /// The stem of a part that differs from it.
    Stem,
    /// The accented spelling of a part.
    Accented,
    /// Several parts in one word.
    Joined,
    /// Characters without a letter or digit among them (`!!!`); takes no position of its own.
    Symbols,
}

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// The term as the index has it, marker included.
    pub term: &'a str,
    /// What form it is.
    pub kind: Kind,
    /// First byte of its source.
    pub start: usize,
    /// One past the last byte of its source.
    pub end: usize,
    /// Position of its first part, from 0.
    pub position: u32,
    /// How many positions it covers.
    pub span: u32,
}

/// The tokens of one text, in an order in which the positions of equal terms never fall.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    terms: String,
    list: Vec<Compact>,
    /// How many positions the text takes.
    pub positions: u32,
}

#[derive(Debug, Clone, Copy)]
struct Compact {
    term_start: u32,
    term_end: u32,
    start: u32,
    end: u32,
    position: u32,
    span: u16,
    kind: Kind,
}

impl Tokens {
    /// The tokens in order.
    pub fn iter(&self) -> impl Iterator<Item = Token<'_>> {
        (0..self.list.len()).filter_map(|index| self.get(index))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The token at `index`.
    pub fn get(&self, index: usize) -> Option<Token<'_>> {
        self.list.get(index).map(|token| Token {
            term: &self.terms[token.term_start as usize..token.term_end as usize],
            kind: token.kind,
            start: token.start as usize,
            end: token.end as usize,
            position: token.position,
            span: u32::from(token.span),
        })
    }

    /// The parts in order.
    pub(crate) fn parts(&self) -> Vec<&str> {
        let parts = self.iter().filter(|token| token.kind == Kind::Part);
        parts.map(|token| token.term).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.forget();
        self.positions = 0;
    }

    /// Lets the tokens go, and keeps the count of positions.
    pub(crate) fn forget(&mut self) {
        self.terms.clear();
        self.list.clear();
    }

    /// Adds a token whose term `write` appends; forgets it when `write` says so by returning false.
    pub(crate) fn push(
        &mut self,
        place: Place,
        kind: Kind,
        write: impl FnOnce(&mut String) -> bool,
    ) {
        let term_start = self.terms.len();
        if !write(&mut self.terms) {
            self.terms.truncate(term_start);
            return;
        }
        self.list_term(place, kind, term_start);
    }

    /// As [`Tokens::push`], for a term made from the last `length` bytes of the one before (nothing, when that is longer
    /// than any word that has a stem).
    pub(crate) fn push_again(
        &mut self,
        place: Place,
        kind: Kind,
        length: usize,
        write: impl FnOnce(&str, &mut String) -> bool,
    ) {
        let term_start = self.terms.len();
        let mut word = [0; MAX_WORD];
        let Some(copy) = word.get_mut(..length) else {
            return;
        };
        copy.copy_from_slice(&self.terms.as_bytes()[term_start - length..]);
        let word = std::str::from_utf8(&word[..length]);
        if !word.is_ok_and(|word| write(word, &mut self.terms)) {
            self.terms.truncate(term_start);
            return;
        }
        self.list_term(place, kind, term_start);
    }

    fn list_term(&mut self, place: Place, kind: Kind, term_start: usize) {
        self.list.push(Compact {
            term_start: term_start as u32,
            term_end: self.terms.len() as u32,
            start: place.start,
            end: place.end,
            position: place.position,
            span: place.span,
            kind,
        });
    }
}

/// Where a token stands: source bytes and positions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) position: u32,
    pub(crate) span: u16,
}
