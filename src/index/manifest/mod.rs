//! What an index knows of its sources: every file with the state in which it was read, every record with where it stands,
//! what it hashes to, and the hash of its id.
//!
//! Bound to its commit by the commit's payload. In memory it is a [`Manifest`]; on disk it can also be asked without
//! being loaded ([`Catalog`]): the list of files alone, for a run in which nothing changed, or the records of one id.

mod catalog;
mod format;
mod numbers;
mod order;

pub use catalog::Catalog;
pub use format::{FileRef, write};
pub use order::{Moves, Order, merge as merge_orders};

use std::ops::Range;

use super::names::{self, Fate, Member};
use crate::corpus::{Identity, Stat};

/// The name of a manifest file: a number that no other manifest of the generation has.
pub fn name(number: u64) -> String {
    format!("manifest-{number}.bin")
}

/// The number in a manifest's name.
pub fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("manifest-")?.strip_suffix(".bin")?;
    let number: u64 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

/// Whether a name is that of a manifest file.
pub fn is_name(name: &str) -> bool {
    number_of(name).is_some()
}

/// A file of the corpus, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Its name in the corpus.
    pub name: String,
    /// Its state when it was read.
    pub stat: Stat,
    /// Whether an equal state next time means equal content. Not so when it was changed within the clock's tick in which
    /// it was read (git's "racy" case), and not when something is wrong in it, which must be said again each time.
    pub trusted: bool,
    /// Its records.
    pub rows: Range<u32>,
}

/// Every record, in the order of the corpus; a column each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Hash of the id.
    pub bases: Vec<u64>,
    /// Hash of the content.
    pub fingerprints: Vec<u64>,
    /// Line of its start, from 1.
    pub lines: Vec<u32>,
    /// Where the id comes from.
    pub identities: Vec<Identity>,
}

impl Rows {
    /// How many.
    pub fn len(&self) -> u32 {
        self.bases.len() as u32
    }

    /// Makes room for more.
    pub fn reserve(&mut self, more: usize) {
        self.bases.reserve(more);
        self.fingerprints.reserve(more);
        self.lines.reserve(more);
        self.identities.reserve(more);
    }

    /// Adds one.
    pub fn push(&mut self, base: u64, fingerprint: u64, line: u32, identity: Identity) {
        self.bases.push(base);
        self.fingerprints.push(fingerprint);
        self.lines.push(line);
        self.identities.push(identity);
    }

    /// Adds a run of another manifest's.
    pub fn extend(&mut self, other: &Rows, range: Range<u32>) {
        let range = range.start as usize..range.end as usize;
        self.bases.extend_from_slice(&other.bases[range.clone()]);
        self.fingerprints
            .extend_from_slice(&other.fingerprints[range.clone()]);
        self.lines.extend_from_slice(&other.lines[range.clone()]);
        self.identities.extend_from_slice(&other.identities[range]);
    }

    /// What the entry of a row is addressed by in the index.
    pub fn key(&self, row: u32) -> u64 {
        names::key_of(self.bases[row as usize], self.fingerprints[row as usize])
    }

    fn member(&self, row: u32) -> Member {
        Member {
            fingerprint: self.fingerprints[row as usize],
            identity: self.identities[row as usize],
        }
    }
}

/// The sources of one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The files, ordered by name.
    pub files: Vec<FileRow>,
    /// Their records.
    pub rows: Rows,
    /// The records by the hash of their id.
    pub order: Order,
}

impl Manifest {
    /// The rows whose id hashes to `base`, in the order of the corpus.
    pub fn rows_of(&self, base: u64) -> impl Iterator<Item = u32> + '_ {
        let start = self.order.partition_point(|&(other, _)| other < base);
        self.order[start..]
            .iter()
            .take_while(move |&&(other, _)| other == base)
            .map(|&(_, row)| row)
    }

    /// Whether the entry with this key is in the index.
    pub fn holds(&self, base: u64, fingerprint: u64) -> bool {
        self.rows_of(base)
            .any(|row| self.rows.fingerprints[row as usize] == fingerprint)
    }

    /// The file a row belongs to.
    #[cfg(test)]
    pub fn file_of(&self, row: u32) -> Option<&FileRow> {
        let at = self.files.partition_point(|file| file.rows.end <= row);
        self.files.get(at)
    }

    /// What becomes of every row that shares its id with another; all the others are plain.
    pub fn fates(&self) -> Vec<(u32, Fate)> {
        let mut fates = Vec::new();
        let mut order = self.order.as_slice();
        // Among a million, few share an id: those are passed over quickly.
        while let Some(start) = order.windows(2).position(|pair| pair[0].0 == pair[1].0) {
            let same = |&(base, _): &(u64, u32)| base == order[start].0;
            let count = order[start..].iter().take_while(|pair| same(pair)).count();
            let (group, rest) = order[start..].split_at(count);
            let members: Vec<Member> = group
                .iter()
                .map(|&(_, row)| self.rows.member(row))
                .collect();
            let rows = group.iter().map(|&(_, row)| row);
            fates.extend(rows.zip(names::settle(&members)));
            order = rest;
        }
        fates
    }
}
