//! Inflections folded together, with a memory: stemming is most of the cost of analysis, and text repeats its words.

use std::cell::RefCell;

use frostem::Stemmer as Snowball;

use super::Language;

/// Words longer than this (in bytes) are neither remembered nor worth stemming.
pub(crate) const MAX_WORD: usize = 24;
/// What may come behind the letters that a stem shares with its word: `i` in `happili`.
const MAX_TAIL: usize = 5;
/// Slots of the memory; a power of two. 16,384 slots (half a megabyte) hold nineteen of twenty words of English prose.
const SLOTS: usize = 1 << 14;

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
    slots: Vec<Slot>,
}

/// A word, zeros behind it, and what its stem is: its first `kept` bytes and then a tail.
#[derive(Clone, Copy, Default)]
struct Slot {
    word: [u64; MAX_WORD / 8],
    kept: u8,
    tail_length: u8,
    tail: [u8; MAX_TAIL],
    /// Whether the stem is the word itself.
    is_stem: bool,
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
            || word.len() >= MAX_WORD
            || (self.language == Language::English && !word.is_ascii())
        {
            return false;
        }
        MEMORY.with_borrow_mut(|memory| {
            let key = key_of(word);
            let slot = memory.slot(self.language, key);
            if slot.word != key {
                let stem = snowball.stem(word);
                match Slot::of(key, word, &stem) {
                    Some(fresh) => *slot = fresh,
                    None => {
                        out.push_str(&stem);
                        return true;
                    }
                }
            }
            slot.write(word, out)
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

    fn slot(&mut self, language: Language, key: [u64; 3]) -> &mut Slot {
        if self.language != language || self.slots.is_empty() {
            self.language = language;
            self.slots.clear();
            self.slots.resize(SLOTS, Slot::default());
        }
        &mut self.slots[slot_of(key)]
    }
}

impl Slot {
    /// What is remembered of a word; `None` when its stem does not fit.
    fn of(key: [u64; 3], word: &str, stem: &str) -> Option<Slot> {
        let same = word.bytes().zip(stem.bytes());
        let mut kept = same.take_while(|(left, right)| left == right).count();
        while !word.is_char_boundary(kept) || !stem.is_char_boundary(kept) {
            kept -= 1;
        }
        let behind = &stem.as_bytes()[kept..];
        let mut tail = [0; MAX_TAIL];
        tail.get_mut(..behind.len())?.copy_from_slice(behind);
        Some(Slot {
            word: key,
            kept: kept as u8,
            tail_length: behind.len() as u8,
            tail,
            is_stem: stem == word,
        })
    }

    fn write(&self, word: &str, out: &mut String) -> bool {
        let tail = std::str::from_utf8(&self.tail[..usize::from(self.tail_length)]);
        match (word.get(..usize::from(self.kept)), tail) {
            (Some(kept), Ok(tail)) if !self.is_stem => {
                out.push_str(kept);
                out.push_str(tail);
                !kept.is_empty() || !tail.is_empty()
            }
            _ => false,
        }
    }
}

/// A word of less than [`MAX_WORD`] bytes as numbers, which compare and hash faster.
fn key_of(word: &str) -> [u64; 3] {
    let mut bytes = [0; MAX_WORD];
    bytes[..word.len()].copy_from_slice(word.as_bytes());
    let number = |from: usize| {
        let mut part = [0; 8];
        part.copy_from_slice(&bytes[from..from + 8]);
        u64::from_le_bytes(part)
    };
    [number(0), number(8), number(16)]
}

fn slot_of(key: [u64; 3]) -> usize {
    let mixed = key[0].wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ key[1].wrapping_mul(0xc2b2_ae3d_27d4_eb4f)
        ^ key[2].wrapping_mul(0x1656_67b1_9e37_79f9);
    (mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) as usize >> 40 & (SLOTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ] {
                let mut out = String::new();
                assert_eq!(stemmer.stem(word, &mut out), !stem.is_empty(), "{word}");
                assert_eq!(out, stem);
            }
        }
    }
}
