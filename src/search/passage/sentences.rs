//! Where sentences end.
//!
//! The rules are those of UAX 29 with the classes of its characters, but looked at from one place: whether a sentence ends
//! at a full stop is decided from the few characters around it, so nothing but the neighbourhood of a match is read. A
//! few ends that UAX 29 sees are none here, which a property test allows and nothing else:
//! behind an abbreviation or an initial (`Dr. No`, `T. Rex`, `Vol. 2`), before a lower-case letter also behind `!` and
//! `?` (`Who Framed Roger Rabbit? was`), in the middle of a word (`P!NK`), and at a line's end, unless a blank line
//! follows: prose is often wrapped.

use icu_properties::{CodePointMapData, CodePointMapDataBorrowed, props::SentenceBreak};

const CLASSES: CodePointMapDataBorrowed<'static, SentenceBreak> =
    CodePointMapData::<SentenceBreak>::new();
/// How far the first letter of a sentence may be from its start before it counts as none, in characters.
const LOOK_AHEAD: usize = 32;

/// The start of the sentence that `at` is in (or begins): the last one at or before it. None when that is more than
/// `reach` bytes away.
pub(super) fn start_before(text: &str, at: usize, reach: usize) -> Option<usize> {
    let floor = at.saturating_sub(reach);
    let bytes = text.as_bytes();
    (floor..at)
        .rev()
        .filter(|&index| may_end(bytes[index]))
        .filter_map(|index| end_at(text, index))
        .find(|&end| end <= at)
        .or((floor == 0).then_some(0))
}

/// The end of the sentence that goes on at `at`, white space behind it included. None when that is more than `reach`
/// bytes away.
pub(super) fn end_behind(text: &str, at: usize, reach: usize) -> Option<usize> {
    let ceiling = text.len().min(at.saturating_add(reach));
    let bytes = text.as_bytes();
    (at..ceiling)
        .filter(|&index| may_end(bytes[index]))
        .find_map(|index| end_at(text, index))
        .or((ceiling == text.len()).then_some(ceiling))
}

/// Whether a character with this first byte may end a sentence.
fn may_end(byte: u8) -> bool {
    matches!(byte, b'.' | b'!' | b'?' | b'\n' | b'\r' | 0xc2..=0xf4)
}

/// The end of the sentence (white space included) that the character at `index` ends, if it ends one.
fn end_at(text: &str, index: usize) -> Option<usize> {
    let c = text[index..].chars().next()?;
    match class(c) {
        SentenceBreak::ATerm | SentenceBreak::STerm => end_behind_mark(text, index, c),
        other if is_line_end(other) => end_of_paragraph(text, index),
        _ => None,
    }
}

fn class(c: char) -> SentenceBreak {
    match c {
        'a'..='z' => SentenceBreak::Lower,
        'A'..='Z' => SentenceBreak::Upper,
        ' ' => SentenceBreak::Sp,
        _ => CLASSES.get(c),
    }
}

fn is_line_end(class: SentenceBreak) -> bool {
    matches!(
        class,
        SentenceBreak::CR | SentenceBreak::LF | SentenceBreak::Sep
    )
}

/// The end behind a full stop or another mark that ends sentences.
fn end_behind_mark(text: &str, index: usize, mark: char) -> Option<usize> {
    let mut ahead = Ahead {
        text,
        at: index + mark.len_utf8(),
    };
    ahead.pass_extensions();
    let close = ahead.pass(SentenceBreak::Close);
    let space = ahead.pass(SentenceBreak::Sp);
    let line = ahead.pass_line_end();
    let (end, next) = (ahead.at, ahead.letter_or_mark(space || line));
    let glued = !(close || space || line);
    let word = &text[..index];
    let ends = match next.class {
        SentenceBreak::ATerm | SentenceBreak::STerm => false, // the last of several decides
        SentenceBreak::SContinue => false,
        SentenceBreak::Lower => false,
        _ if glued && mark.is_ascii() && next.first.is_some_and(char::is_alphanumeric) => false,
        _ if mark == '.' => !is_abbreviation(word, next.first),
        _ => true,
    };
    ends.then_some(end)
}

/// A blank line ends a sentence, whatever it ends with.
fn end_of_paragraph(text: &str, index: usize) -> Option<usize> {
    if text[index..].starts_with('\n') && text[..index].ends_with('\r') {
        return None; // one line end in two characters: the first of them decides
    }
    let mut ahead = Ahead { text, at: index };
    ahead.pass_line_end();
    let mut end = ahead.at;
    let mut before = text[..index].chars().rev().take(LOOK_AHEAD);
    let mut blank = before
        .find(|&c| class(c) != SentenceBreak::Sp)
        .is_some_and(|c| is_line_end(class(c)));
    loop {
        ahead.pass(SentenceBreak::Sp);
        if !ahead.pass_line_end() {
            break;
        }
        (end, blank) = (ahead.at, true);
    }
    blank.then_some(end)
}

/// A walk through the characters behind a place.
struct Ahead<'t> {
    text: &'t str,
    at: usize,
}

/// What a sentence would begin with.
struct Next {
    /// Its first character.
    first: Option<char>,
    /// What decides: a letter, a mark that ends or continues a sentence, or nothing of the sort.
    class: SentenceBreak,
}

impl Ahead<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Passes characters of a class (and what extends them). Says whether there was any.
    fn pass(&mut self, wanted: SentenceBreak) -> bool {
        let start = self.at;
        while let Some(c) = self.peek().filter(|&c| class(c) == wanted) {
            self.at += c.len_utf8();
            self.pass_extensions();
        }
        self.at > start
    }

    fn pass_extensions(&mut self) {
        let extends = |c: &char| matches!(class(*c), SentenceBreak::Extend | SentenceBreak::Format);
        while let Some(c) = self.peek().filter(extends) {
            self.at += c.len_utf8();
        }
    }

    fn pass_line_end(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let length = match rest.chars().next() {
            Some('\r') if rest.starts_with("\r\n") => 2,
            Some(c) if is_line_end(class(c)) => c.len_utf8(),
            _ => return false,
        };
        self.at += length;
        true
    }

    /// The first letter ahead, or the mark that forbids an end here. Digits and quotes are passed over, as UAX 29 does.
    fn letter_or_mark(&self, spaced: bool) -> Next {
        let rest = self.text[self.at..].trim_start();
        let first = rest.chars().next();
        let decides = |class: &SentenceBreak| {
            use SentenceBreak as Is;
            let letter = matches!(*class, Is::Lower | Is::Upper | Is::OLetter);
            letter || matches!(*class, Is::ATerm | Is::STerm) || is_line_end(*class)
        };
        let found = match first.map(class) {
            Some(SentenceBreak::SContinue) => SentenceBreak::SContinue,
            Some(SentenceBreak::Numeric) if !spaced => SentenceBreak::SContinue, // 3.5
            _ => {
                let mut ahead = rest.chars().take(LOOK_AHEAD).map(class).filter(decides);
                ahead.next().unwrap_or(SentenceBreak::Other)
            }
        };
        Next {
            first,
            class: match found {
                // A mark counts only where it follows at once.
                SentenceBreak::ATerm | SentenceBreak::STerm if first.map(class) != Some(found) => {
                    SentenceBreak::Other
                }
                other => other,
            },
        }
    }
}

/// Whether the full stop behind `before` only shortens a word, `next` being the first character of what follows.
fn is_abbreviation(before: &str, next: Option<char>) -> bool {
    let reversed = before.chars().rev().take_while(|c| c.is_alphabetic());
    let length: usize = reversed.take(8).map(char::len_utf8).sum();
    let word = &before[before.len() - length..];
    let ends_in_digit = before[..before.len() - length].ends_with(char::is_numeric);
    let is_initial = word.chars().count() == 1 && !ends_in_digit;
    let numbered = next.is_some_and(|next| next.is_ascii_digit());
    (is_initial && next.is_some_and(char::is_alphabetic))
        || ABBREVIATIONS.contains(&word)
        || (numbered && NUMBERED.contains(&word))
}

/// Never at the end of a sentence, or so seldom that a sentence too long is the smaller harm.
const ABBREVIATIONS: &[&str] = &[
    "Adm", "Bros", "Capt", "Cmdr", "Col", "Cpl", "Dr", "Feat", "Ft", "Gen", "Gov", "Hon", "Lt",
    "Maj", "Messrs", "Mlle", "Mme", "Mr", "Mrs", "Ms", "Mt", "Mx", "Op", "Pres", "Prof", "Pt",
    "Rep", "Rev", "Sen", "Sgt", "St", "Sts", "Vol", "Vols", "approx", "ca", "cf", "eds", "esp",
    "feat", "ft", "prod", "resp", "vol", "vols", "vs",
];

/// Short for something when a number follows.
const NUMBERED: &[&str] = &[
    "Apr", "Aug", "Ch", "Dec", "Ep", "Feb", "Fig", "Jan", "Jul", "Jun", "Mar", "No", "Nos", "Nov",
    "Nr", "Oct", "Sep", "Sept", "Ser", "art", "ch", "ep", "fig", "no", "nos", "nr", "op", "pp",
    "pt",
];
