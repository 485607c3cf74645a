//! Where the lists of terms lie, remembered: a query looks each of its terms up several times (is there such a word, how
//! rare is it, where does it stand), and the next query often has the same ones. A dictionary is walked byte by byte. What
//! is not there is not remembered: it is mostly asked for once (two words written in one), and is many.

use std::sync::{Mutex, PoisonError};

use hashbrown::HashTable;
use tantivy::postings::TermInfo;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::segment::Zone;

/// So many terms of a segment are remembered; then all are forgotten.
const MOST: usize = 1024;
/// Longer terms (in bytes) than this are not remembered.
const MAX_TERM: usize = 128;

/// Look-ups of one segment's dictionaries.
#[derive(Default)]
pub struct KnownTerms {
    table: Mutex<HashTable<Known>>,
}

struct Known {
    zone: Zone,
    term: Box<[u8]>,
    info: TermInfo,
}

impl KnownTerms {
    /// What `look_up` says of a term, or said before.
    ///
    /// # Errors
    /// Those of `look_up`.
    pub fn get<E>(
        &self,
        zone: Zone,
        term: &[u8],
        look_up: impl FnOnce() -> Result<Option<TermInfo>, E>,
    ) -> Result<Option<TermInfo>, E> {
        if term.len() > MAX_TERM {
            return look_up();
        }
        let hash = hash_of(zone, term);
        let is_it = |known: &Known| known.zone == zone && *known.term == *term;
        if let Some(known) = self.table().find(hash, is_it) {
            return Ok(Some(known.info.clone()));
        }
        let Some(info) = look_up()? else {
            return Ok(None);
        };
        let mut table = self.table();
        if table.len() >= MOST {
            table.clear();
        }
        let known = Known {
            zone,
            term: term.into(),
            info: info.clone(),
        };
        table.insert_unique(hash, known, |known| hash_of(known.zone, &known.term));
        Ok(Some(info))
    }

    fn table(&self) -> std::sync::MutexGuard<'_, HashTable<Known>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash_of(zone: Zone, term: &[u8]) -> u64 {
    xxh3_64_with_seed(term, zone as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_looked_up_once_in_each_zone() {
        let known = KnownTerms::default();
        let info = |frequency: u32| TermInfo {
            doc_freq: frequency,
            ..TermInfo::default()
        };
        let never = || -> Result<Option<TermInfo>, &str> { Err("looked up again") };
        for (zone, frequency) in [(Zone::Text, 7), (Zone::Title, 3)] {
            let found = known.get::<&str>(zone, b"bowie", || Ok(Some(info(frequency))));
            assert_eq!(found, Ok(Some(info(frequency))));
        }
        assert_eq!(known.get(Zone::Text, b"bowie", never), Ok(Some(info(7))));
        assert_eq!(known.get(Zone::Title, b"bowie", never), Ok(Some(info(3))));
        assert_eq!(
            known.get::<&str>(Zone::Text, b"enno", || Ok(None)),
            Ok(None)
        );
        let found = known.get::<&str>(Zone::Text, b"enno", || Ok(Some(info(1))));
        assert_eq!(found, Ok(Some(info(1))));
        assert_eq!(
            known.get(Zone::Aliases, b"bowie", never),
            Err("looked up again")
        );
    }

    #[test]
    fn one_term_never_answers_for_another() {
        let known = KnownTerms::default();
        for round in 0..2 {
            for number in 0..3 * MOST as u32 {
                let term = number.to_string();
                let info = TermInfo {
                    doc_freq: number,
                    ..TermInfo::default()
                };
                let found = known.get::<()>(Zone::Text, term.as_bytes(), || Ok(Some(info.clone())));
                assert_eq!(found, Ok(Some(info.clone())), "{round}");
            }
        }
    }
}
