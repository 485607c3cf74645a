//! What stretches of text became: a word, a name, a value that is met again needs no second look.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use crate::index::wholes::WholeName;

/// Longer stretches (in bytes) than this are seldom met again.
pub const MAX_STRETCH: usize = 64;

/// The terms of stretches of text, by the stretch. Nothing is forgotten, and from its limit on nothing learnt.
pub struct Recall {
    limit: usize,
    /// The longer stretches, one behind the other.
    stretches: Vec<u8>,
    forms: Vec<Form>,
    table: HashTable<Known>,
}

/// A term of a stretch, and where in it; or the whole of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Its number, or the mark of a whole name.
    pub term: u32,
    /// Its position, or the term of a whole name, above what it is.
    place: u32,
}

/// What a form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A part of the text: names are put together from these.
    Part,
    /// Another form of a part.
    Other,
    /// A whole name, which is no term of the text.
    Whole,
}

impl Form {
    /// The form of a term; positions are counted from the first of the stretch, and cut at 2^30.
    pub fn new(term: u32, position: u32, role: Role) -> Form {
        let place = position.min((1 << 30) - 1) << 2 | role as u32;
        Form { term, place }
    }

    /// A name as a whole.
    pub fn of_whole(name: WholeName) -> Form {
        let place = u32::from(name.term) << 2 | Role::Whole as u32;
        Form {
            term: name.mark,
            place,
        }
    }

    /// Its position.
    pub fn position(self) -> u32 {
        self.place >> 2
    }

    /// Whether it is a part of the text.
    pub fn is_part(self) -> bool {
        self.place & 3 == Role::Part as u32
    }

    /// The name that it is as a whole, if it is one.
    pub fn whole(self) -> Option<WholeName> {
        (self.place & 3 == Role::Whole as u32).then_some(WholeName {
            term: (self.place >> 2) as u16,
            mark: self.term,
        })
    }

    /// The same, so many positions on.
    pub fn moved(self, positions: u32) -> Form {
        let place = self.place.saturating_add(positions << 2);
        Form { place, ..self }
    }
}

struct Known {
    stretch: Stretch,
    first_form: u32,
    forms: u16,
    positions: u16,
}

/// A stretch as numbers, which compare and hash faster than text. Nearly all are of [`SHORT`] bytes at most: these are
/// nothing but their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// The first bytes and the last, or of a longer one two halves of its hash.
    numbers: [u64; 2],
    length: u8,
    /// Where a longer one begins in [`Recall::stretches`].
    start: u32,
}

/// Stretches of so many bytes are compared as numbers.
const SHORT: usize = 16;

impl Stretch {
    /// None for one that is too long.
    fn new(stretch: &[u8]) -> Option<Stretch> {
        let numbers = match stretch.len() {
            0..4 => [
                stretch
                    .iter()
                    .fold(0, |sum, &byte| sum << 8 | u64::from(byte)),
                0,
            ],
            4..8 => [
                0,
                number::<4>(stretch.first_chunk()) | number::<4>(stretch.last_chunk()) << 32,
            ],
            8..=SHORT => [
                number::<8>(stretch.first_chunk()),
                number::<8>(stretch.last_chunk()),
            ],
            17..=MAX_STRETCH => [xxh3_64(stretch), 0],
            _ => return None,
        };
        Some(Stretch {
            numbers,
            length: stretch.len() as u8,
            start: 0,
        })
    }

    fn is_short(&self) -> bool {
        usize::from(self.length) <= SHORT
    }

    fn hash(&self) -> u64 {
        let [first, last] = self.numbers;
        let mixed =
            first.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ last.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        (mixed ^ mixed >> 29 ^ u64::from(self.length)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// So many bytes as a number; 0 when they are not there.
fn number<const BYTES: usize>(bytes: Option<&[u8; BYTES]>) -> u64 {
    let mut eight = [0; 8];
    if let Some(bytes) = bytes {
        eight[..BYTES].copy_from_slice(bytes);
    }
    u64::from_le_bytes(eight)
}

impl Recall {
    /// Remembers stretches up to about so many bytes of memory.
    pub fn new(limit: usize) -> Recall {
        Recall {
            limit,
            stretches: Vec::new(),
            forms: Vec::new(),
            table: HashTable::new(),
        }
    }

    /// The terms of a stretch, and how many positions it takes.
    pub fn find(&self, stretch: &[u8]) -> Option<(&[Form], u32)> {
        let wanted = Stretch::new(stretch)?;
        let is_it = |known: &Known| {
            let Stretch {
                numbers,
                length,
                start,
            } = known.stretch;
            let start = start as usize;
            (numbers, length) == (wanted.numbers, wanted.length)
                && (wanted.is_short() || self.stretches[start..start + stretch.len()] == *stretch)
        };
        let known = self.table.find(wanted.hash(), is_it)?;
        let first = known.first_form as usize;
        let forms = &self.forms[first..first + usize::from(known.forms)];
        Some((forms, u32::from(known.positions)))
    }

    /// Remembers the terms of a stretch that is not known.
    pub fn learn(&mut self, stretch: &[u8], forms: impl Iterator<Item = Form>, positions: u32) {
        let (Ok(positions), Some(mut key)) = (u16::try_from(positions), Stretch::new(stretch))
        else {
            return;
        };
        if self.memory() > self.limit {
            return;
        }
        let first = self.forms.len();
        self.forms.extend(forms);
        let Ok(forms) = u16::try_from(self.forms.len() - first) else {
            self.forms.truncate(first);
            return;
        };
        if !key.is_short() {
            key.start = self.stretches.len() as u32;
            self.stretches.extend_from_slice(stretch);
        }
        let known = Known {
            stretch: key,
            first_form: first as u32,
            forms,
            positions,
        };
        self.table
            .insert_unique(key.hash(), known, |known| known.stretch.hash());
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.stretches.capacity()
            + self.forms.capacity() * size_of::<Form>()
            + self.table.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_learnt_is_found_until_the_memory_is_full() {
        let mut recall = Recall::new(4_000);
        let form = |term: u32| Form::new(term, 1, Role::Other);
        let name = |number: u32| format!("name {number}");
        for number in 0..1_000 {
            let forms = [form(number), form(number + 1)];
            recall.learn(name(number).as_bytes(), forms.into_iter(), 2);
        }
        let first = [form(7), form(8)];
        assert_eq!(recall.find(name(7).as_bytes()), Some((&first[..], 2)));
        assert_eq!(recall.find(name(999).as_bytes()), None);
        assert_eq!(recall.find(b"other"), None);
        assert!(recall.memory() < 16_000);
    }

    #[test]
    fn what_is_too_long_is_not_learnt() {
        let mut recall = Recall::new(1 << 20);
        let long = [b'x'; MAX_STRETCH + 1];
        recall.learn(&long, std::iter::empty(), 1);
        recall.learn(b"far", std::iter::empty(), 1 << 16);
        assert_eq!(recall.find(&long), None);
        assert_eq!(recall.find(b"far"), None);
        recall.learn(&long[1..], std::iter::empty(), 1);
        assert_eq!(recall.find(&long[1..]), Some((&[][..], 1)));
    }

    #[test]
    fn no_stretch_is_taken_for_another() {
        let mut recall = Recall::new(1 << 20);
        let text = "aaaaaaaaaaaaaaaaaaaabaaaaaaaaaaaaaaaaaaa";
        let mut stretches = std::collections::BTreeSet::new();
        for from in 0..text.len() {
            stretches.extend((from..=text.len()).map(|to| &text[from..to]));
        }
        for (term, stretch) in stretches.iter().enumerate() {
            assert_eq!(recall.find(stretch.as_bytes()), None, "{stretch}");
            let form = Form::new(term as u32, 0, Role::Part);
            recall.learn(stretch.as_bytes(), [form].into_iter(), 1);
        }
        for (term, stretch) in stretches.iter().enumerate() {
            let found = recall.find(stretch.as_bytes()).unwrap();
            assert_eq!(found.0[0].term, term as u32, "{stretch}");
        }
    }
}
