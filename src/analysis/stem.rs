//! Inflections folded together, with a memory: stemming is most of the cost of analysis, and text repeats its words.

use std::cell::RefCell;

use frostem::Stemmer as Snowball;

use super::Language;

/// Words longer than this (in bytes) are neither remembered nor worth stemming.
pub(crate) const MAX_WORD: usize = 23;
/// Words longer than this are stemmed each time: they are rare, and a memory of short words is a smaller one.
const MAX_REMEMBERED: usize = 16;
/// What may come behind the letters that a stem shares with its word: `i` in `happili`.
const MAX_TAIL: usize = 5;
/// Slots of the memory; a power of two. They take 96 KiB, which stay in a processor's cache, and of which only what is used
/// is ever touched: a search with three words pays for three.
const SLOTS: usize = 1 << 12;

thread_local! {
    /// One memory for all the stemmers of a thread: an index has several, and they meet the same words.
    static MEMORY: RefCell<Memory> = const { RefCell::new(Memory::new()) };
}

/// Finds the stem of words of one language.
pub(crate) struct Stemmer {
    language: Language,
    snowball: Option<Snowball>,
}

/// Direct-mapped: a word has one slot, and a newer word takes it.
struct Memory {
    language: Language,
    /// For each its word and its [`Stem`]. Zeros, when nothing is there yet: the system hands out zeros for nothing.
    slots: Vec<(Key, u64)>,
}

/// A word with zeros behind it, as numbers, which compare and hash faster.
type Key = [u64; MAX_REMEMBERED / 8];

/// What the stem of a word is: its first `kept` bytes and then a tail.
#[derive(Clone, Copy)]
struct Stem {
    kept: u8,
    tail_length: u8,
    /// Not zero, when the stem is another than the word itself.
    differs: u8,
    tail: [u8; MAX_TAIL],
}

impl Clone for Stemmer {
    fn clone(&self) -> Stemmer {
        Stemmer::new(self.language)
    }
}

impl Stemmer {
    pub(crate) fn new(language: Language) -> Stemmer {
        Stemmer {
            language,
            snowball: language.algorithm().map(Snowball::new),
        }
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Appends to `out` the stem of `word` (lower case). Says whether there is one that differs from the word.
    pub(crate) fn stem(&mut self, word: &str, out: &mut String) -> bool {
        let Some(snowball) = &self.snowball else {
            return false;
        };
        if word.len() < 3
            || word.len() > MAX_WORD
            || (self.language == Language::English
                && (!word.is_ascii() || is_bare(word.as_bytes())))
        {
            return false;
        }
        let Some(key) = key_of(word) else {
            return put(word, &snowball.stem(word), out);
        };
        MEMORY.with_borrow_mut(|memory| {
            let (known, stem) = memory.slot(self.language, key);
            if *known != key {
                let fresh = snowball.stem(word);
                let Some(packed) = Stem::of(word, &fresh) else {
                    return put(word, &fresh, out);
                };
                (*known, *stem) = (key, packed.pack());
            }
            Stem::unpack(*stem).write(word, out)
        })
    }
}

impl Memory {
    const fn new() -> Memory {
        Memory {
            language: Language::None,
            slots: Vec::new(),
        }
    }

    fn slot(&mut self, language: Language, key: Key) -> &mut (Key, u64) {
        if self.language != language || self.slots.is_empty() {
            self.language = language;
            self.slots = vec![([0, 0], 0); SLOTS];
        }
        &mut self.slots[slot_of(key)]
    }
}

impl Stem {
    /// How `stem` is made from `word`; `None` when what comes behind the letters they share is too long.
    fn of(word: &str, stem: &str) -> Option<Stem> {
        let same = word.bytes().zip(stem.bytes());
        let mut kept = same.take_while(|(left, right)| left == right).count();
        while !word.is_char_boundary(kept) || !stem.is_char_boundary(kept) {
            kept -= 1;
        }
        let behind = &stem.as_bytes()[kept..];
        let mut tail = [0; MAX_TAIL];
        tail.get_mut(..behind.len())?.copy_from_slice(behind);
        Some(Stem {
            kept: kept as u8,
            tail_length: behind.len() as u8,
            differs: u8::from(stem != word && !stem.is_empty()),
            tail,
        })
    }

    fn pack(self) -> u64 {
        let [a, b, c, d, e] = self.tail;
        u64::from_le_bytes([self.kept, self.tail_length, self.differs, a, b, c, d, e])
    }

    fn unpack(packed: u64) -> Stem {
        let [kept, tail_length, differs, tail @ ..] = packed.to_le_bytes();
        Stem {
            kept,
            tail_length,
            differs,
            tail,
        }
    }

    fn write(self, word: &str, out: &mut String) -> bool {
        let tail = std::str::from_utf8(&self.tail[..usize::from(self.tail_length)]);
        match (word.get(..usize::from(self.kept)), tail) {
            (Some(kept), Ok(tail)) if self.differs != 0 => {
                out.push_str(kept);
                out.push_str(tail);
                true
            }
            _ => false,
        }
    }
}

/// Whether an English word ends as no inflection does: half of all words, and most names. (Snowball's English stemmer takes
/// nothing off such a word; see <https://snowballstem.org/algorithms/english/stemmer.html>.)
fn is_bare(word: &[u8]) -> bool {
    let ends = |endings: &[&[u8]]| endings.iter().any(|ending| word.ends_with(ending));
    !word.contains(&b'\'')
        && match word.last() {
            Some(
                b'a' | b'b' | b'f' | b'h' | b'j' | b'k' | b'o' | b'p' | b'q' | b'u' | b'v' | b'w'
                | b'x' | b'z',
            ) => true,
            Some(b'c') => !ends(&[b"ic"]),
            Some(b'd') => !ends(&[b"ed"]),
            Some(b'g') => !ends(&[b"ing"]),
            Some(b'l') => !ends(&[b"al", b"ul", b"ll"]),
            Some(b'm') => !ends(&[b"sm"]),
            Some(b'n') => !ends(&[b"ion"]),
            Some(b'r') => !ends(&[b"er", b"or"]),
            Some(b't') => !ends(&[b"nt", b"st"]),
            _ => false,
        }
}

/// Appends a stem that differs from its word.
fn put(word: &str, stem: &str, out: &mut String) -> bool {
    let differs = stem != word && !stem.is_empty();
    if differs {
        out.push_str(stem);
    }
    differs
}

/// What a word is remembered under, unless it is too long for that.
fn key_of(word: &str) -> Option<Key> {
    let mut bytes = [[0; 8]; 2];
    let flat = bytes.as_flattened_mut();
    flat.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
    Some(bytes.map(u64::from_le_bytes))
}

fn slot_of(key: Key) -> usize {
    let mixed =
        key[0].wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ key[1].wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) as usize >> 40 & (SLOTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_word_is_its_own_stem() {
        let snowball = Snowball::new(Language::English.algorithm().unwrap());
        let letters = || b'a'..=b'z';
        let endings = letters().flat_map(|x| letters().map(move |y| (x, y)));
        let endings = endings.flat_map(|(x, y)| letters().map(move |z| [x, y, z]));
        let mut bare = 0;
        for ending in endings {
            let ending = std::str::from_utf8(&ending).unwrap();
            for begin in ["", "y", "ab", "tro", "yea", "national", "commun"] {
                let word = format!("{begin}{ending}");
                if is_bare(word.as_bytes()) {
                    assert_eq!(snowball.stem(&word), word);
                    bare += 1;
                }
            }
        }
        assert!(bare > 50_000);
    }

    #[test]
    fn remembered_stems_are_the_stems() {
        let mut stemmer = Stemmer::new(Language::English);
        for _ in 0..2 {
            for (word, stem) in [
                ("films", "film"),
                ("running", "run"),
                ("film", ""),
                ("the", ""),
                ("happily", "happili"),
                ("internationalisations", "internationalis"),
                ("counterrevolutionary", "counterrevolutionari"),
            ] {
                let mut out = String::new();
                assert_eq!(stemmer.stem(word, &mut out), !stem.is_empty(), "{word}");
                assert_eq!(out, stem);
            }
        }
    }
}
