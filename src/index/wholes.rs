//! Whole titles and names as posting lists: which entries are called exactly this?
//!
//! Nearly every name of a large corpus is in it once or twice. As a term each, they would be nine tenths of all
//! dictionaries. Here a name is 39 bits of the hash of its key (see [`crate::analysis::NameKey`]): the first 14 are a
//! term, whose list has a few hundred documents in a corpus of a million entries, and the others stand beside each
//! document, in the place of a frequency. In such a corpus, of five million names, a name that is looked up is taken for
//! another once in 100,000 times; in one of 36,000 films, once in three million times.
//!
//! A document has one place in a list. Where two of its names are of one term, the second stands in a list of the
//! same term with a number behind it.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Bits of a hash that are the term.
const TERM_BITS: u32 = 14;
/// How many terms there are.
pub const TERMS: u32 = 1 << TERM_BITS;
/// Bits of a hash that stand beside the document: with the parts 28, which Tantivy writes as four bytes in a short list.
const MARK_BITS: u32 = 25;
/// Bits of the parts of an entry in which the name stands: the lowest ones.
const PART_BITS: u32 = 3;

/// In which part of an entry a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It is the title.
    Title = 1,
    /// It is an artist's.
    Artists = 2,
    /// It is another name.
    Aliases = 4,
}

/// A whole name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeName {
    /// The number of its term.
    pub term: u16,
    /// What tells it from others of that term, in 25 bits.
    pub mark: u32,
}

impl WholeName {
    /// The name of a key; `bare` when it is what is left of a name without its article, which is another name.
    pub fn of(key: &str, bare: bool) -> WholeName {
        let hash = xxh3_64_with_seed(key.as_bytes(), u64::from(bare));
        WholeName {
            term: (hash as u32 % TERMS) as u16,
            mark: (hash >> TERM_BITS) as u32 % (1 << MARK_BITS),
        }
    }

    /// What stands beside a document that has the name in this part.
    pub fn beside(self, part: Part) -> u32 {
        self.mark << PART_BITS | part as u32
    }

    /// The parts that have the name, as the bits of [`Part`], by what stands beside a document; 0 when it is of another
    /// name.
    pub fn parts(self, beside: u32) -> u32 {
        match beside >> PART_BITS == self.mark {
            true => beside & ((1 << PART_BITS) - 1),
            false => 0,
        }
    }
}

/// Puts what stands beside a document for one name in several parts together; false when the two are of several names.
pub fn put_together(beside: &mut u32, other: u32) -> bool {
    let is_same = *beside >> PART_BITS == other >> PART_BITS;
    if is_same {
        *beside |= other;
    }
    is_same
}

/// The list of a term in which a document stands with its first name of this term (`nth` = 0), or with a further one.
/// In order, they are in the order of their bytes.
pub fn list_of(term: u16, nth: u32) -> impl AsRef<[u8]> {
    let (term, nth) = (term.to_be_bytes(), nth.to_be_bytes());
    let bytes = [term[0], term[1], nth[0], nth[1], nth[2], nth[3]];
    List(bytes, if nth == [0; 4] { 2 } else { 6 })
}

struct List([u8; 6], usize);

impl AsRef<[u8]> for List {
    fn as_ref(&self) -> &[u8] {
        &self.0[..self.1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_the_parts_that_have_it() {
        let [who, bare, other] = [("who", false), ("who", true), ("thewho", false)]
            .map(|(key, bare)| WholeName::of(key, bare));
        let mut beside = who.beside(Part::Title);
        assert!(put_together(&mut beside, who.beside(Part::Aliases)));
        assert_eq!(who.parts(beside), 5);
        assert_eq!((bare.parts(beside), other.parts(beside)), (0, 0));
        assert!(!put_together(&mut beside, bare.beside(Part::Title)));
        assert!(who.beside(Part::Aliases) < 1 << 28);
    }

    #[test]
    fn lists_are_in_order() {
        let lists = [(7, 0), (7, 1), (7, 300), (8, 0), (300, 0)];
        let lists = lists.map(|(term, nth)| list_of(term, nth).as_ref().to_vec());
        assert!(lists.is_sorted_by(|left, right| left < right));
    }
}
