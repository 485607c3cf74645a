//! Words near to a word: those that a few mistakes make of it.
//!
//! A mistake is a letter too many, too few, another one, or two that have changed places. The term dictionary is a
//! transducer of bytes; it is gone through from its root, letter by letter, as long as what has been read can still become
//! near. Once all mistakes are made, only the letters that come next in the word are looked up, and nothing else of the
//! dictionary is touched. (Tantivy's `FuzzyTermQuery` steps into each branch before it asks whether it may: ten times as
//! many places of the dictionary, most of them read for the first time.)

use std::ops::Range;

use tantivy::directory::OwnedBytes;
use tantivy_fst::raw::{Fst, Node};

/// A word of more letters has no near ones: no name is as long, and what is gone through grows with it.
pub const MAX_LETTERS: usize = 64;
/// No more mistakes than this.
const MAX_MISTAKES: u8 = 2;
/// At most so many letters can come next when all mistakes are made: one for each beginning that may be near, and one that
/// has changed places with it.
const EXPECTED: usize = 2 * (2 * MAX_MISTAKES as usize + 1);
/// Bytes of the longest letter.
const MAX_BYTES: usize = 4;

/// Calls `each` with the words of a dictionary that are at most `mistakes` (of more than 2, 2) away from `word`, in order,
/// until it says to stop. Only words of letters alone are looked at, and only for a word of at most [`MAX_LETTERS`].
pub fn each(
    dictionary: &Fst<OwnedBytes>,
    word: &str,
    mistakes: u8,
    each: &mut dyn FnMut(&str) -> bool,
) {
    let word: Vec<char> = word.chars().take(MAX_LETTERS + 1).collect();
    if word.len() > MAX_LETTERS {
        return;
    }
    let mistakes = mistakes.min(MAX_MISTAKES);
    // Nothing has been read: each letter of a beginning is missing.
    let mut missing = Row([mistakes + 1; MAX_LETTERS + 1]);
    for (cell, count) in missing.0[..=word.len()].iter_mut().zip(0..=mistakes) {
        *cell = count;
    }
    let walk = Walk {
        dictionary,
        word: &word,
        mistakes,
    };
    let nothing = Read {
        text: &mut String::new(),
        letters: 0,
        before: &missing,
        row: &missing,
    };
    walk.from(dictionary.root(), nothing, each);
}

/// How many mistakes lie between what has been read and each beginning of the word; those above the most allowed count
/// as one more than that. Only beginnings of about as many letters as have been read can have less: those in the band.
struct Row([u8; MAX_LETTERS + 1]);

struct Walk<'a> {
    dictionary: &'a Fst<OwnedBytes>,
    word: &'a [char],
    mistakes: u8,
}

/// What has been read on the way to a node.
struct Read<'r> {
    text: &'r mut String,
    /// Its letters.
    letters: usize,
    /// The row before its last letter.
    before: &'r Row,
    row: &'r Row,
}

impl<'a> Walk<'a> {
    /// Goes on from a node. False when it is to stop.
    fn from(&self, node: Node<'a>, read: Read<'_>, each: &mut dyn FnMut(&str) -> bool) -> bool {
        let Read {
            text,
            letters,
            before,
            row,
        } = read;
        if node.is_final() && row.0[self.word.len()] <= self.mistakes && !each(text) {
            return false;
        }
        let last = text.chars().next_back();
        let (here, next_band) = (self.band(letters), self.band(letters + 1));
        let mut step = |node: Node<'a>, letter: char| {
            let next = self.next(before, row, letters + 1, (last, letter));
            if next.0[next_band.clone()]
                .iter()
                .all(|&cell| cell > self.mistakes)
            {
                return true;
            }
            text.push(letter);
            let read = Read {
                text: &mut *text,
                letters: letters + 1,
                before: row,
                row: &next,
            };
            let goes_on = self.from(node, read, each);
            text.pop();
            goes_on
        };
        if row.0[here.clone()].iter().any(|&cell| cell < self.mistakes) {
            return self.each_letter(&node, &mut [0; MAX_BYTES], 0, &mut step);
        }
        let (expected, count) = self.expected(before, row, here, last);
        for &letter in &expected[..count] {
            let mut bytes = [0; MAX_BYTES];
            let bytes = letter.encode_utf8(&mut bytes).as_bytes();
            let there = bytes.iter().try_fold(node, |node, &byte| {
                let at = node.find_input(byte)?;
                Some(self.dictionary.node(node.transition_addr(at)))
            });
            if let Some(there) = there
                && !step(there, letter)
            {
                return false;
            }
        }
        true
    }

    /// The lengths of the beginnings that may be near when so many letters have been read.
    fn band(&self, letters: usize) -> Range<usize> {
        let most = usize::from(self.mistakes);
        let end = self.word.len().min(letters + most) + 1;
        letters.saturating_sub(most).min(end)..end
    }

    /// Calls `step` with each letter that follows a node, and where it leads. `bytes` are those of the letter so far, `len`
    /// of them.
    fn each_letter(
        &self,
        node: &Node<'a>,
        bytes: &mut [u8; MAX_BYTES],
        len: usize,
        step: &mut dyn FnMut(Node<'a>, char) -> bool,
    ) -> bool {
        for transition in node.transitions() {
            bytes[len] = transition.inp;
            let there = || self.dictionary.node(transition.addr);
            let goes_on = match std::str::from_utf8(&bytes[..=len]) {
                Ok(letter) => match letter.chars().next() {
                    Some(letter) if letter.is_alphabetic() => step(there(), letter),
                    _ => true,
                },
                Err(error) if error.error_len().is_none() && len + 1 < MAX_BYTES => {
                    self.each_letter(&there(), bytes, len + 1, step)
                }
                Err(_) => true,
            };
            if !goes_on {
                return false;
            }
        }
        true
    }

    /// The row of `read` letters, the last two of which are these. (The optimal string alignment distance: what has changed
    /// places is not changed again.)
    fn next(
        &self,
        before: &Row,
        row: &Row,
        read: usize,
        (last, letter): (Option<char>, char),
    ) -> Row {
        let none = self.mistakes + 1;
        let mut next = Row([none; MAX_LETTERS + 1]);
        let band = self.band(read);
        if band.start == 0 {
            next.0[0] = none.min(read as u8);
        }
        for at in band.start.max(1)..band.end {
            let wanted = self.word[at - 1];
            let other = row.0[at - 1] + u8::from(wanted != letter);
            let one_more = row.0[at].min(next.0[at - 1]) + 1;
            let mut least = other.min(one_more);
            if at > 1 && self.word[at - 2] == letter && last == Some(wanted) {
                least = least.min(before.0[at - 2] + 1);
            }
            next.0[at] = none.min(least);
        }
        next
    }

    /// The letters by which what is read stays near when all mistakes are made, in order, and how many.
    fn expected(
        &self,
        before: &Row,
        row: &Row,
        band: Range<usize>,
        last: Option<char>,
    ) -> ([char; EXPECTED], usize) {
        let mut letters = ['\0'; EXPECTED];
        let mut count = 0;
        let mut add = |letter: char| {
            if count < EXPECTED && !letters[..count].contains(&letter) {
                letters[count] = letter;
                count += 1;
            }
        };
        for at in band.start..band.end.min(self.word.len()) {
            let wanted = self.word[at];
            if row.0[at] <= self.mistakes {
                add(wanted);
            }
            if at > 0 && last == Some(wanted) && before.0[at - 1] < self.mistakes {
                add(self.word[at - 1]);
            }
        }
        letters[..count].sort_unstable();
        (letters, count)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn near(words: &[&str], word: &str, mistakes: u8) -> Vec<String> {
        let words: BTreeSet<&str> = words.iter().copied().collect();
        let map = tantivy_fst::Map::from_iter(words.into_iter().map(|word| (word, 0))).unwrap();
        let bytes = OwnedBytes::new(map.as_fst().to_vec());
        let mut found = Vec::new();
        each(&Fst::new(bytes).unwrap(), word, mistakes, &mut |term| {
            found.push(term.to_owned());
            true
        });
        found
    }

    /// The distance of two words by its definition.
    fn distance(a: &[char], b: &[char]) -> usize {
        let mut cells = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                cells[i][j] = match (i, j) {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => {
                        let other = cells[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                        let mut least = other.min(cells[i - 1][j] + 1).min(cells[i][j - 1] + 1);
                        if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                            least = least.min(cells[i - 2][j - 2] + 1);
                        }
                        least
                    }
                };
            }
        }
        cells[a.len()][b.len()]
    }

    #[test]
    fn each_kind_of_mistake_is_one() {
        let words = [
            "bowie",
            "browie",
            "bowi",
            "bowke",
            "bwoie",
            "blow",
            "b\u{f6}wie",
        ];
        let found = near(&words, "bowie", 1);
        assert_eq!(
            found,
            ["bowi", "bowie", "bowke", "browie", "bwoie", "b\u{f6}wie"]
        );
        assert_eq!(near(&words, "obwei", 1), Vec::<String>::new());
        assert_eq!(near(&words, "obwei", 2), ["bowi", "bowie"]);
    }

    #[test]
    fn other_forms_and_numbers_are_passed_over() {
        assert_eq!(near(&["\u{1}heat", "heat", "hea7"], "heat", 1), ["heat"]);
        assert_eq!(
            near(&["坂本", "坂木", "本坂"], "坂本", 1),
            ["坂木", "坂本", "本坂"]
        );
        let long = "a".repeat(MAX_LETTERS + 1);
        assert_eq!(near(&[&long], &long, 1), Vec::<String>::new());
        assert_eq!(near(&[&long], &long[1..], 1), [long.as_str()]);
    }

    #[test]
    fn it_stops_when_told_to() {
        let map = tantivy_fst::Map::from_iter([("aa", 0), ("ab", 0), ("ac", 0)]).unwrap();
        let dictionary = Fst::new(OwnedBytes::new(map.as_fst().to_vec())).unwrap();
        let mut count = 0;
        each(&dictionary, "ax", 1, &mut |_| {
            count += 1;
            count < 2
        });
        assert_eq!(count, 2);
    }

    proptest! {
        #[test]
        fn just_the_near_words_are_found(
            words in prop::collection::btree_set("[abcé本]{0,7}", 0..60),
            word in "[abcé本]{0,7}",
            mistakes in 0..3_u8,
        ) {
            let list: Vec<&str> = words.iter().map(String::as_str).collect();
            let letters: Vec<char> = word.chars().collect();
            let is_near = |other: &&str| {
                distance(&letters, &other.chars().collect::<Vec<_>>()) <= usize::from(mistakes)
            };
            let expected: Vec<&str> = list.iter().copied().filter(is_near).collect();
            prop_assert_eq!(near(&list, &word, mistakes), expected);
        }
    }
}
