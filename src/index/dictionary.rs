//! The dictionary of a generation: what its entries have in common, so that each can be packed small on its own.
//!
//! Made once, from entries that come first when there are enough of them, and kept for as long as its generation. An
//! index of few entries has none. The commit's payload holds its checksum.
//!
//! It takes a while to make: threads that index begin without it, and what they would pack waits (see [`Awaited`]).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_64;

use super::stored;
use crate::entry::Entry;

/// Its file in a generation.
pub const DICTIONARY: &str = "entries.dict";
/// Its size: with half of it entries take 2 % more room, with twice as much 1.5 % less.
const SIZE: usize = 32 << 10;
/// So many entries are enough to choose a sample from,
const ENOUGH: usize = 1024;
/// or so many bytes of them.
pub const ENOUGH_BYTES: usize = 1 << 20;
/// Bytes of entries that it is made from, about: with twice as much it takes a fourth longer, for .2 % more room.
const SAMPLE: usize = 100 << 10;
/// Of a longer entry only so much is looked at.
const MOST_OF_ONE: usize = 4 << 10;

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

/// The first entries of a generation, from which its dictionary is made.
#[derive(Debug, Default)]
pub struct Sample {
    text: Vec<u8>,
    /// Bytes of the entries, looked at or not: in memory or as they are stored, whatever is more.
    seen: usize,
    texts: Vec<u8>,
    sizes: Vec<usize>,
}

impl Sample {
    /// Takes an entry.
    pub fn take(&mut self, entry: &Entry) {
        stored::write(entry, &mut self.text);
        self.seen += self.text.len().max(entry.weight() as usize);
        self.text.truncate(MOST_OF_ONE);
        self.texts.extend_from_slice(&self.text);
        self.sizes.push(self.text.len());
    }

    /// Whether there are as many as are needed. Nobody waits for ever: as many bytes as may wait to be indexed, or to be
    /// packed, always are.
    pub fn is_enough(&self) -> bool {
        self.sizes.len() >= ENOUGH || self.seen >= ENOUGH_BYTES
    }

    /// Makes a dictionary from some of the entries, evenly spread; takes 20 to 50 ms. None, when they are too few to
    /// learn from.
    pub fn train(self) -> Option<Dictionary> {
        let step = (self.texts.len() / SAMPLE).max(1);
        let (mut texts, mut sizes, mut start) = (Vec::new(), Vec::new(), 0);
        for (number, &size) in self.sizes.iter().enumerate() {
            if number % step == 0 {
                texts.extend_from_slice(&self.texts[start..start + size]);
                sizes.push(size);
            }
            start += size;
        }
        let trained = zstd::dict::from_continuous(&texts, &sizes, SIZE).ok()?;
        (!trained.is_empty()).then(|| Dictionary::of(&trained))
    }
}

/// A dictionary that may still be in the making; every copy gets it.
#[derive(Debug, Clone, Default)]
pub struct Awaited(Arc<OnceLock<Option<Dictionary>>>);

impl Awaited {
    /// The one that there is.
    pub fn known(dictionary: Dictionary) -> Awaited {
        Awaited(Arc::new(OnceLock::from(Some(dictionary))))
    }

    /// Says which one it is, or that there is none; the first time counts.
    pub fn decide(&self, dictionary: Option<Dictionary>) {
        // It was decided earlier.
        let _ = self.0.set(dictionary);
    }

    /// The dictionary or that there is none, if that is known.
    pub fn get(&self) -> Option<Option<&Dictionary>> {
        self.0.get().map(Option::as_ref)
    }

    /// Waits until it is known.
    pub fn wait(&self) -> Option<&Dictionary> {
        self.0.wait().as_ref()
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

    /// What is made from these entries.
    pub fn trained(entries: &[(u64, Entry)]) -> Option<Dictionary> {
        let mut sample = Sample::default();
        entries.iter().for_each(|(_, entry)| sample.take(entry));
        sample.train()
    }

    #[test]
    fn one_is_made_written_and_read() {
        let folder = tempfile::tempdir().unwrap();
        let made = trained(&films(1000)).unwrap();
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
        assert_eq!(trained(&[]), None);
        assert_eq!(trained(&films(1)), None);
    }

    #[test]
    fn of_long_entries_few_are_enough() {
        let mut sample = Sample::default();
        let entry = Entry {
            prose: "duke".repeat(ENOUGH_BYTES / 16),
            ..Entry::default()
        };
        let taken = (1..).find(|_| {
            sample.take(&entry);
            sample.is_enough()
        });
        assert_eq!(taken, Some(4));
        assert_eq!(sample.texts.len(), 4 * MOST_OF_ONE);
    }

    #[test]
    fn every_copy_is_told_which_it_is() {
        let awaited = Awaited::default();
        assert_eq!(awaited.get(), None);
        let copy = awaited.clone();
        let waiting = std::thread::spawn(move || copy.wait().cloned());
        let made = trained(&films(500));
        awaited.decide(made.clone());
        awaited.decide(None);
        assert_eq!(waiting.join().unwrap(), made);
        assert_eq!(awaited.get(), Some(made.as_ref()));
    }

    #[test]
    fn the_same_entries_make_the_same() {
        let made = || trained(&films(500));
        assert_eq!(made(), made());
    }
}
