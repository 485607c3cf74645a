//! Inflections folded together, with a memory: stemming is most of the cost of analysis, and text repeats its words.

use frostem::Stemmer as Snowball;

use super::Language;

/// Words longer than this are neither remembered nor worth stemming.
const MAX_WORD: usize = 23;
/// Slots of the memory; a power of two. 8,192 slots (about 400 KiB) hold nine of ten words of English prose.
const SLOTS: usize = 1 << 13;

/// Finds the stem of words of one language.
pub(crate) struct Stemmer {
    language: Language,
    snowball: Option<Snowball>,
    /// Direct-mapped: a word has one slot, and a newer word takes it.
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    word_length: u8,
    stem_length: u8,
    word: [u8; MAX_WORD],
    stem: [u8; MAX_WORD],
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
            slots: Vec::new(),
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
            || (self.language == Language::English && !word.is_ascii())
        {
            return false;
        }
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, Slot::default());
        }
        let slot = &mut self.slots[slot_of(word.as_bytes())];
        if slot.word[..usize::from(slot.word_length)] != *word.as_bytes() {
            let stem = snowball.stem(word);
            if stem.len() > MAX_WORD {
                return false;
            }
            slot.word_length = word.len() as u8;
            slot.word[..word.len()].copy_from_slice(word.as_bytes());
            slot.stem_length = if stem == word { 0 } else { stem.len() as u8 };
            slot.stem[..stem.len()].copy_from_slice(stem.as_bytes());
        }
        match std::str::from_utf8(&slot.stem[..usize::from(slot.stem_length)]) {
            Ok(stem) if !stem.is_empty() => {
                out.push_str(stem);
                true
            }
            _ => false,
        }
    }
}

/// FNV-1a: short words, no set-up.
fn slot_of(word: &[u8]) -> usize {
    let hash = word.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    (hash ^ (hash >> 29)) as usize & (SLOTS - 1)
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
