//! How the words look that a pattern may stand in: what the scan of a text goes by.
//!
//! A seed must never miss: each says what *every* text that the analyzer turns into a wanted term looks like. Two tables
//! say it. `lead` has for the byte with which a word (or a part of one) begins the bytes that may follow; a mark or a digit
//! between may be dropped, or read as a letter, so it always may follow. For a word of plain letters, which the analyzer
//! gives no other forms than itself, its stem and its number, `words` tells the wanted from the others letter by letter.

use std::borrow::Cow;

use super::Wanted;
use crate::analysis::{ACCENTED, HALF, JOINED, Language, STEM};
use crate::search::pattern::Pattern;

/// Followed by one of these letters: bits 0 to 25.
const LETTERS: u64 = (1 << 26) - 1;
/// Followed by one of these digits: bits 26 to 35.
const DIGITS: u64 = ((1 << 10) - 1) << 26;
/// Followed by anything else.
const OTHER: u64 = 1 << 36;
/// At the end of its chunk.
const END: u64 = 1 << 37;
/// Whatever stands around it.
const ALWAYS: u64 = 1 << 40;
/// In a chunk without letters and digits.
const ALONE: u64 = 1 << 41;
/// The first byte of a character outside ASCII, which may be anything once folded, but for the usual typographic marks.
const FOREIGN: u64 = 1 << 42;

/// For every byte its bit in an entry of `lead`.
const BIT: [u8; 256] = {
    let mut bits = [36; 256];
    let mut byte = 0;
    while byte < 256 {
        bits[byte] = match byte as u8 {
            letter @ b'a'..=b'z' => letter - b'a',
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'0'..=b'9' => digit - b'0' + 26,
            0..=b' ' | 0x7f => 37,
            _ => 36,
        };
        byte += 1;
    }
    bits
};

/// What a part may begin with: a letter of ASCII, a digit, anything else.
const LETTER_KIND: u8 = 1;
const DIGIT_KIND: u8 = 2;
const OTHER_KIND: u8 = 4;

/// For every byte the kind that it is.
const KIND: [u8; 256] = {
    let mut kinds = [OTHER_KIND; 256];
    let mut byte = 0;
    while byte < 256 {
        if (byte as u8).is_ascii_alphabetic() {
            kinds[byte] = LETTER_KIND;
        } else if (byte as u8).is_ascii_digit() {
            kinds[byte] = DIGIT_KIND;
        }
        byte += 1;
    }
    kinds
};

/// For every byte the kinds with which a part may begin behind it: no letter behind a letter, no digit behind a digit.
const BEHIND: [u8; 256] = {
    let mut behind = KIND;
    let mut byte = 0;
    while byte < 256 {
        if behind[byte] == OTHER_KIND {
            behind[byte] = 0;
        }
        behind[byte] = (LETTER_KIND | DIGIT_KIND | OTHER_KIND) & !behind[byte];
        byte += 1;
    }
    behind
};

/// What candidate places look like.
pub(super) struct Seeds<'w> {
    lead: [u64; 256],
    /// The kind of each byte with which a wanted part may begin; 0 for the others. Nearly every byte of a text is passed
    /// over by this and [`BEHIND`].
    starts: [u8; 256],
    /// By first letter: what a plain word must be or begin with.
    words: [Vec<Word<'w>>; 26],
    /// Any word may match: nothing can be passed over.
    pub(super) everything: bool,
    /// The largest slop of a phrase, where there is a phrase.
    pub(super) slop: Option<u32>,
}

struct Word<'w> {
    text: Cow<'w, str>,
    whole: bool,
}

impl<'w> Seeds<'w> {
    pub(super) fn new(wanted: &'w [Wanted], language: Language) -> Seeds<'w> {
        let mut seeds = Seeds {
            lead: [0; 256],
            starts: [0; 256],
            words: [const { Vec::new() }; 26],
            everything: false,
            slop: None,
        };
        seeds.lead[0xc2..=0xf4].fill(FOREIGN);
        for wanted in wanted {
            seeds.add(&wanted.pattern, language);
        }
        for (byte, start) in seeds.starts.iter_mut().enumerate() {
            *start = if seeds.lead[byte] != 0 { KIND[byte] } else { 0 };
        }
        seeds
    }

    fn add(&mut self, pattern: &'w Pattern, language: Language) {
        match pattern {
            Pattern::Terms(terms) => terms.iter().for_each(|term| self.add_term(term, language)),
            Pattern::Prefix(prefix) => self.add_word(prefix, false),
            Pattern::Phrase { elements, slop } => {
                self.slop = self.slop.max(Some(*slop));
                for element in elements {
                    element
                        .terms
                        .iter()
                        .for_each(|term| self.add_term(term, language));
                    if let Some(prefix) = &element.prefix {
                        self.add_word(prefix, false);
                    }
                }
            }
        }
    }

    fn add_term(&mut self, term: &'w str, language: Language) {
        match term.chars().next() {
            Some(STEM) => self.add_stem(&term[1..], language),
            Some(JOINED) => self.add_joined(term[1..].split(HALF).next().unwrap_or_default()),
            // Accents are outside ASCII.
            Some(ACCENTED) | None => {}
            Some(_) => self.add_word(term, true),
        }
    }

    /// Adds a plain term, or with `whole` false a prefix.
    fn add_word(&mut self, text: &'w str, whole: bool) {
        self.lead_with(text, whole);
        self.list_word(Cow::Borrowed(text), whole);
        if text == "and" || (!whole && "and".starts_with(text)) {
            self.add_and();
        }
        if let Some(roman) = roman(text).filter(|_| whole) {
            self.lead_with(&roman, true);
            self.list_word(Cow::Owned(roman), true);
        }
    }

    /// `&`, `+` and `N'` are the word `and` too.
    fn add_and(&mut self) {
        self.lead[usize::from(b'&')] |= ALWAYS;
        self.lead[usize::from(b'+')] |= ALWAYS;
        for n in [b'n', b'N'] {
            self.lead[usize::from(n)] |= DIGITS | OTHER | END;
        }
    }

    /// A stem is what words of its language have in common: in English all of it but the last letter (`use`, `using`),
    /// with `y` for `i` (`sky`, `skies`; `dying`, `die`); elsewhere the first letter at least, but where prefixes go too.
    fn add_stem(&mut self, stem: &'w str, language: Language) {
        let kept = match language {
            Language::None | Language::English => stem.len().saturating_sub(1).max(1),
            Language::Dutch | Language::Turkish => {
                self.everything = true;
                return;
            }
            _ => 1,
        };
        let kept = stem.get(..kept).unwrap_or_default();
        self.lead_with(kept, false);
        self.list_word(Cow::Borrowed(kept), false);
    }

    /// Joined forms are made of chunks with marks or digits in them, or of initials: never of plain words.
    fn add_joined(&mut self, text: &str) {
        self.lead_with(text, text.len() > 1);
        if text.starts_with('s') {
            self.lead[usize::from(b'$')] |= ALWAYS;
        }
    }

    /// Says how a part begins that is (`whole`) or starts with `text`.
    fn lead_with(&mut self, text: &str, whole: bool) {
        let bytes = text.as_bytes();
        let Some(&first) = bytes.first() else {
            return;
        };
        let (same, other) = match first {
            b'a'..=b'z' => (LETTERS, DIGITS),
            b'0'..=b'9' => (DIGITS, LETTERS),
            _ => return self.lead_with_symbol(text),
        };
        let follows = match bytes.get(1) {
            Some(&second) => either_i(second),
            None if whole => END,
            None => same | END,
        };
        for byte in variants(first) {
            self.lead[usize::from(byte)] |= follows | other | OTHER;
        }
    }

    /// A name of symbols may begin with any of them: marks before it are dropped.
    fn lead_with_symbol(&mut self, text: &str) {
        if text.starts_with(char::is_alphanumeric) {
            return; // of another script: [`FOREIGN`] says it
        }
        for byte in (0..=0x7f_u8).filter(u8::is_ascii_punctuation) {
            self.lead[usize::from(byte)] |= ALONE;
        }
        self.lead[0xe2] |= ALONE;
    }

    fn list_word(&mut self, text: Cow<'w, str>, whole: bool) {
        let Some(first) = text.bytes().next().filter(u8::is_ascii_lowercase) else {
            return;
        };
        for byte in variants(first).filter(u8::is_ascii_lowercase) {
            self.words[usize::from(byte - b'a')].push(Word {
                text: text.clone(),
                whole,
            });
        }
    }

    /// The first place at or behind `from` where a part begins that a pattern may stand in.
    pub(super) fn next(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut behind = from
            .checked_sub(1)
            .map_or(BEHIND[0], |before| BEHIND[usize::from(bytes[before])]);
        for (at, &byte) in bytes.iter().enumerate().skip(from) {
            if self.starts[usize::from(byte)] & behind != 0 && self.begins(bytes, at) {
                return Some(at);
            }
            behind = BEHIND[usize::from(byte)];
        }
        None
    }

    /// Whether the part that begins at `at` may be a wanted one, by what follows its first byte.
    fn begins(&self, bytes: &[u8], at: usize) -> bool {
        let lead = self.lead[usize::from(bytes[at])];
        if bytes[at].is_ascii_alphanumeric() {
            let bit = bytes.get(at + 1).map_or(37, |&next| BIT[usize::from(next)]);
            return lead & (1 << bit) != 0;
        }
        let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
        lead & ALWAYS != 0
            || (lead & FOREIGN != 0 && typographic(bytes, at).is_none())
            || (lead & ALONE != 0 && is_space(before) && is_all_marks(&bytes[at..]))
    }

    /// Whether a plain word may match.
    pub(super) fn wants(&self, word: &[u8]) -> bool {
        let first = word.first().map_or(0, |first| first | 0x20);
        let listed = self.words.get(usize::from(first.wrapping_sub(b'a')));
        listed.is_some_and(|listed| listed.iter().any(|wanted| wanted.fits(word)))
    }
}

impl Word<'_> {
    fn fits(&self, word: &[u8]) -> bool {
        let text = self.text.as_bytes();
        let long_enough = match self.whole {
            true => word.len() == text.len(),
            false => word.len() >= text.len(),
        };
        let same = |(&a, &b): (&u8, &u8)| a == b | 0x20 || (is_i(a) && is_i(b | 0x20));
        long_enough && text.iter().zip(word).all(same)
    }
}

/// White space as the analyzer sees it in ASCII.
pub(super) fn is_space(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f
}

/// The length of the typographic mark (dash, quote, ellipsis) at `at`, if one is there.
pub(super) fn typographic(bytes: &[u8], at: usize) -> Option<usize> {
    let is_one = matches!(
        bytes.get(at..at + 3),
        Some([0xe2, 0x80, 0x93 | 0x94 | 0x98 | 0x99 | 0x9c | 0x9d | 0xa6])
    );
    is_one.then_some(3)
}

/// Whether no letter or digit of ASCII comes before the next space.
fn is_all_marks(bytes: &[u8]) -> bool {
    let chunk = bytes.iter().take_while(|&&byte| !is_space(byte));
    !chunk.into_iter().any(u8::is_ascii_alphanumeric)
}

fn is_i(byte: u8) -> bool {
    matches!(byte, b'i' | b'y')
}

/// The bytes that may stand for a first letter.
fn variants(first: u8) -> impl Iterator<Item = u8> {
    let twin = match first {
        b'i' => b'y',
        b'y' => b'i',
        _ => first,
    };
    let upper = [first, twin].map(|byte| byte.to_ascii_uppercase());
    let count = if twin == first { 1 } else { 2 };
    [first, twin]
        .into_iter()
        .take(count)
        .chain(upper.into_iter().take(count))
}

fn either_i(byte: u8) -> u64 {
    match byte {
        b'i' | b'y' => 1 << BIT[usize::from(b'i')] | 1 << BIT[usize::from(b'y')],
        _ => 1 << BIT[usize::from(byte)],
    }
}

/// The Roman numeral of two letters or more that is also looked up as this number.
fn roman(number: &str) -> Option<String> {
    const ONES: [&str; 10] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    let value: usize = number
        .parse()
        .ok()
        .filter(|value| (1..40).contains(value))?;
    let numeral = "x".repeat(value / 10) + ONES[value % 10];
    (numeral.len() > 1).then_some(numeral)
}
