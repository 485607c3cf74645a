//! The words of a segment and what became of them, each in a few bytes: most words of a text are looked up here, and to
//! look one up costs one place of memory.

use super::recall::{Form, Role};

/// As many places as there are at first,
const FIRST: usize = 1 << 10;
/// and as there may be.
const LAST: usize = 1 << 17;

/// A word of some bytes as numbers: its bytes, and its length above them, which are never 0.
pub trait Key: Copy + Default + Eq {
    /// The key of a word; none of one that is too long or too short.
    fn of(word: &[u8]) -> Option<Self>;
    /// A number in whose lower 32 bits all bytes are mixed.
    fn hash(self) -> u64;
}

/// A word of up to seven bytes.
pub type Short = u64;
/// A word of eight to fifteen bytes.
pub type Long = [u64; 2];

/// Words that are one part, at one position, with one other form at most.
pub struct Common<K> {
    /// A power of two of them; at most half are taken.
    places: Vec<Word<K>>,
    taken: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Word<K> {
    /// Its bytes and its length; 0 in a free place.
    key: K,
    /// The number of its term.
    part: u32,
    /// The number of its other form's term and one more; 0 without one.
    other: u32,
}

impl<K: Key> Common<K> {
    /// Knows no word yet.
    pub fn new() -> Common<K> {
        Common {
            places: vec![Word::default(); FIRST],
            taken: 0,
        }
    }

    /// The forms of a word, at the first position.
    #[inline]
    pub fn find(&self, word: &[u8]) -> Option<(Form, Option<Form>)> {
        let word = self.places[self.place(K::of(word)?)];
        if word.key == K::default() {
            return None;
        }
        let other = word.other.checked_sub(1);
        let other = other.map(|term| Form::new(term, 0, Role::Other));
        Some((Form::new(word.part, 0, Role::Part), other))
    }

    /// Keeps the forms of a word that is not known, if it is one for this table and there is room. Says whether it did.
    pub fn learn(&mut self, word: &[u8], forms: &[Form], positions: u32) -> bool {
        let (part, other) = match *forms {
            [part] => (part, 0),
            [part, other] if other == Form::new(other.term, 0, Role::Other) => {
                (part, other.term + 1)
            }
            _ => return false,
        };
        let Some(key) = K::of(word) else {
            return false;
        };
        if positions != 1 || part != Form::new(part.term, 0, Role::Part) || !self.make_room() {
            return false;
        }
        let place = self.place(key);
        self.places[place] = Word {
            key,
            part: part.term,
            other,
        };
        self.taken += 1;
        true
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.places.len() * size_of::<Word<K>>()
    }

    /// Where the word of this key is, or would be.
    #[inline]
    fn place(&self, key: K) -> usize {
        let last = self.places.len() - 1;
        let hash = key.hash();
        let mut at = (hash ^ hash >> 15) as usize & last;
        while self.places[at].key != key && self.places[at].key != K::default() {
            at = (at + 1) & last;
        }
        at
    }

    /// Makes room for one word more, if there may be any.
    fn make_room(&mut self) -> bool {
        if self.taken < self.places.len() / 2 {
            return true;
        }
        if self.places.len() == LAST {
            return false;
        }
        let room = vec![Word::default(); self.places.len() * 2];
        let words = std::mem::replace(&mut self.places, room);
        for word in words.into_iter().filter(|word| word.key != K::default()) {
            let place = self.place(word.key);
            self.places[place] = word;
        }
        true
    }
}

impl Key for Short {
    #[inline]
    fn of(word: &[u8]) -> Option<Short> {
        let bytes = match word.len() {
            4..=7 => {
                let (first, last) = (word.first_chunk::<4>()?, word.last_chunk::<4>()?);
                u64::from(u32::from_le_bytes(*first)) << 24
                    | u64::from(u32::from_le_bytes(*last)) >> 8
            }
            1..4 => word.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)),
            _ => return None,
        };
        Some(bytes | (word.len() as u64) << 56)
    }

    #[inline]
    fn hash(self) -> u64 {
        self.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
    }
}

impl Key for Long {
    #[inline]
    fn of(word: &[u8]) -> Option<Long> {
        if word.len() > 15 {
            return None;
        }
        let (first, last) = (word.first_chunk::<8>()?, word.last_chunk::<8>()?);
        // The first of the last eight bytes is in the first eight: of eight it is the first, of fifteen the last.
        let last = u64::from_le_bytes(*last) >> 8 | (word.len() as u64) << 56;
        Some([u64::from_le_bytes(*first), last])
    }

    #[inline]
    fn hash(self) -> u64 {
        let [first, last] = self;
        let mixed =
            first.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ last.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        (mixed ^ mixed >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_taken_for_another() {
        none_is_taken_for_another::<Short>(1..=7);
        none_is_taken_for_another::<Long>(8..=15);
    }

    fn none_is_taken_for_another<K: Key>(lengths: std::ops::RangeInclusive<usize>) {
        let text = "aaaaaaaaaaaaaaaaab\0\0\0abcabcaabaabaaabaaaabaaaaabaaaaaabcabcabcabcabcabcabc";
        let mut words = std::collections::BTreeSet::new();
        for from in 0..text.len() {
            words.extend((from + 1..=text.len()).map(|to| &text[from..to]));
        }
        let mut common = Common::<K>::new();
        for (term, word) in words.iter().enumerate() {
            assert_eq!(common.find(word.as_bytes()), None, "{word:?}");
            let part = Form::new(term as u32, 0, Role::Part);
            let kept = common.learn(word.as_bytes(), &[part], 1);
            assert_eq!(kept, lengths.contains(&word.len()));
        }
        for (term, word) in words.iter().enumerate() {
            let part = Form::new(term as u32, 0, Role::Part);
            let expected = lengths.contains(&word.len()).then_some((part, None));
            assert_eq!(common.find(word.as_bytes()), expected, "{word:?}");
        }
    }

    #[test]
    fn it_keeps_words_of_one_part_until_it_is_full() {
        let mut common = Common::<Short>::new();
        let [part, other] =
            [(8, Role::Part), (9, Role::Other)].map(|(term, role)| Form::new(term, 0, role));
        let far = Form::new(9, 1, Role::Other);
        assert!(!common.learn(b"ac/dc", &[part, part], 2));
        assert!(!common.learn(b"films", &[part, far], 1));
        assert!(!common.learn(b"films", &[other], 1));
        assert!(common.learn(b"films", &[part, other], 1));
        let kept =
            (0..LAST).filter(|number| common.learn(format!("w{number}").as_bytes(), &[part], 1));
        assert_eq!(kept.count(), LAST / 2 - 1);
        assert_eq!(common.memory(), LAST * 16);
        assert_eq!(common.find(b"films"), Some((part, Some(other))));
        assert_eq!(common.find(b"w0"), Some((part, None)));
        assert_eq!(common.find(b"x"), None);
    }
}
