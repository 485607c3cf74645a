//! The dictionary of a generation: what its entries have in common, so that each can be packed small on its own.
//!
//! Made once, from entries that come first when there are enough of them, and kept for as long as its generation. An
//! index of few entries has none. The commit's payload holds its checksum.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::stored;
use crate::entry::Entry;

/// Its file in a generation.
pub const DICTIONARY: &str = "entries.dict";
/// Its size: with half of it entries take 2 % more room, with twice as much 1.5 % less.
const SIZE: usize = 32 << 10;
/// Bytes of entries that it is made from, about: with twice as much it takes half as long again and is no better.
const SAMPLE: u64 = 200 << 10;
/// Of a longer entry only so much is looked at.
const MOST_OF_ONE: u64 = 4 << 10;

/// What entries of a generation have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dictionary {
    bytes: Arc<[u8]>,
    sum: u64,
}

impl Dictionary {
    fn of(bytes: &[u8]) -> Dictionary {
        Dictionary {
            bytes: Arc::from(bytes),
            sum: xxh3_64(bytes),
        }
    }

    /// Makes one from some of these entries, evenly spread; takes about 20 ms. None, when they are too few to learn from.
    pub fn train(entries: &[(u64, Entry)]) -> Option<Dictionary> {
        let seen = |entry: &Entry| entry.weight().min(MOST_OF_ONE);
        let weight: u64 = entries.iter().map(|(_, entry)| seen(entry)).sum();
        let step = (weight / SAMPLE).max(1) as usize;
        let (mut text, mut texts, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for (_, entry) in entries.iter().step_by(step) {
            stored::write(entry, &mut text);
            text.truncate(MOST_OF_ONE as usize);
            texts.extend_from_slice(&text);
            sizes.push(text.len());
        }
        let trained = zstd::dict::from_continuous(&texts, &sizes, SIZE).ok()?;
        (!trained.is_empty()).then(|| Dictionary::of(&trained))
    }

    /// Reads the one that has this checksum.
    ///
    /// # Errors
    /// When it cannot be read; [`io::ErrorKind::InvalidData`] when it is another.
    pub fn read(generation: &Path, sum: u64) -> io::Result<Dictionary> {
        let mut bytes = Vec::with_capacity(SIZE + 1);
        let file = File::open(generation.join(DICTIONARY))?;
        file.take(SIZE as u64 + 1).read_to_end(&mut bytes)?;
        let dictionary = Dictionary::of(&bytes);
        if dictionary.sum != sum {
            let wrong = "its checksum is wrong";
            return Err(io::Error::new(io::ErrorKind::InvalidData, wrong));
        }
        Ok(dictionary)
    }

    /// What its file holds.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its checksum.
    pub fn sum(&self) -> u64 {
        self.sum
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::fs;

    /// Entries as of a list of films.
    pub fn films(count: u64) -> Vec<(u64, Entry)> {
        let film = |number: u64| {
            let prose = format!(
                "The {number}th film of its year was directed by {} and stars {}.",
                number * 7919 % 977,
                number * 104_729 % 991,
            );
            let entry = Entry {
                id: format!("film/{number}"),
                title: format!("Film {number}"),
                artists: vec![format!("Director {}", number % 97)],
                prose,
                ..Entry::default()
            };
            (number, entry)
        };
        (0..count).map(film).collect()
    }

    #[test]
    fn one_is_made_written_and_read() {
        let folder = tempfile::tempdir().unwrap();
        let made = Dictionary::train(&films(1000)).unwrap();
        assert!(made.bytes().len() <= SIZE);
        let path = folder.path().join(DICTIONARY);
        fs::write(&path, made.bytes()).unwrap();
        assert_eq!(Dictionary::read(folder.path(), made.sum()).unwrap(), made);
        let kind = |sum| Dictionary::read(folder.path(), sum).unwrap_err().kind();
        assert_eq!(kind(made.sum() ^ 1), io::ErrorKind::InvalidData);
        fs::write(&path, &made.bytes()[1..]).unwrap();
        assert_eq!(kind(made.sum()), io::ErrorKind::InvalidData);
        fs::write(&path, vec![0; 10 * SIZE]).unwrap();
        assert_eq!(kind(made.sum()), io::ErrorKind::InvalidData);
        fs::remove_file(&path).unwrap();
        assert_eq!(kind(made.sum()), io::ErrorKind::NotFound);
    }

    #[test]
    fn from_too_little_none_is_made() {
        assert_eq!(Dictionary::train(&[]), None);
        assert_eq!(Dictionary::train(&films(1)), None);
    }

    #[test]
    fn the_same_entries_make_the_same() {
        let made = || Dictionary::train(&films(500));
        assert_eq!(made(), made());
    }
}
