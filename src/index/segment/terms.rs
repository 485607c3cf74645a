//! The terms of a segment that is being written: each has a number from the moment it is first met.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Longer terms (in bytes) than this cannot be written.
const MAX_TERM: usize = 65_000;

/// Numbers terms in the order in which they are met.
#[derive(Default)]
pub struct Terms {
    /// All terms, one behind the other.
    text: String,
    /// Where each begins in `text`.
    starts: Vec<u32>,
    /// The number of each, with a part of its hash.
    table: HashTable<(u32, u32)>,
}

impl Terms {
    /// The number of a term. Of one that is too long, only the beginning counts.
    pub fn number(&mut self, term: &str) -> u32 {
        let term = &term[..term.floor_char_boundary(MAX_TERM)];
        let hash = xxh3_64(term.as_bytes());
        let is_it = |&(part, number): &(u32, u32)| part == hash as u32 && self.get(number) == term;
        if let Some(&(_, number)) = self.table.find(spread(hash as u32), is_it) {
            return number;
        }
        let number = self.starts.len() as u32;
        self.starts.push(self.text.len() as u32);
        self.text.push_str(term);
        let entry = (hash as u32, number);
        self.table
            .insert_unique(spread(entry.0), entry, |&(part, _)| spread(part));
        number
    }

    /// The term of a number.
    pub fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let next = self.starts.get(number + 1);
        let end = next.map_or(self.text.len(), |&next| next as usize);
        &self.text[self.starts[number] as usize..end]
    }

    /// Takes the terms of another thread as well, and says which number each of them has here. The first to be taken keep
    /// theirs: for these, nothing is said.
    pub fn take(&mut self, terms: Terms) -> Option<Vec<u32>> {
        if self.starts.is_empty() {
            *self = terms;
            return None;
        }
        let numbers = (0..terms.len() as u32).map(|number| self.number(terms.get(number)));
        Some(numbers.collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Bytes held, but for [`Terms::memory_of_table`].
    pub fn memory(&self) -> usize {
        self.text.len() + self.starts.len() * size_of::<u32>()
    }

    /// Bytes held to find the number of a term.
    pub fn memory_of_table(&self) -> usize {
        self.table.allocation_size()
    }

    /// Frees what finds the number of a term: from now on every term is a new one.
    pub fn forget_numbers(&mut self) {
        self.table = HashTable::new();
    }

    /// Whether there is no room for the terms of another entry.
    pub fn is_full(&self) -> bool {
        self.text.len() > u32::MAX as usize / 2
    }

    /// Bytes that [`Terms::in_order`] takes for a while.
    pub fn memory_to_order(&self) -> usize {
        self.len() * size_of::<(u64, u32)>()
    }

    /// The numbers in the order of their terms.
    pub fn in_order(&self) -> Vec<u32> {
        let mut numbers: Vec<(u64, u32)> = (0..self.len() as u32)
            .map(|number| (beginning(self.get(number).as_bytes()), number))
            .collect();
        numbers.sort_unstable_by(|left, right| {
            let rest = || self.get(left.1).cmp(self.get(right.1));
            left.0.cmp(&right.0).then_with(rest)
        });
        numbers.into_iter().map(|(_, number)| number).collect()
    }
}

/// The first eight bytes of a term as a number of the same order: nearly all comparisons end there.
fn beginning(term: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = term.len().min(8);
    bytes[..length].copy_from_slice(&term[..length]);
    u64::from_be_bytes(bytes)
}

/// The table looks at the highest and the lowest bits of a hash; we keep 32 of them.
fn spread(part: u32) -> u64 {
    u64::from(part).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_term_keeps_its_number_and_terms_come_in_order(words in prop::collection::vec("[a-c\0\u{1}é]{0,10}", 0..80)) {
            let mut terms = Terms::default();
            let numbers: Vec<u32> = words.iter().map(|word| terms.number(word)).collect();
            for (word, number) in words.iter().zip(numbers) {
                prop_assert_eq!(terms.number(word), number);
                prop_assert_eq!(terms.get(number), word);
            }
            let ordered: Vec<&str> = terms.in_order().into_iter().map(|number| terms.get(number)).collect();
            let distinct: std::collections::BTreeSet<&str> = words.iter().map(String::as_str).collect();
            prop_assert_eq!(ordered, distinct.into_iter().collect::<Vec<_>>());
        }
    }
}
