//! What an update has to do and what it did: how the corpus differs from the list of files, and what was found from the
//! records of the last commit. Pure.

use std::collections::HashMap;

use super::Summary;
use super::header::Header;
use super::manifest::FileRef;
use super::scan::{self, Found, Known};
use crate::corpus::SourceFile;

/// The size of files.
pub fn bytes_of(files: &[SourceFile]) -> u64 {
    files.iter().map(|file| file.stat.size).sum()
}

/// Whether a file of the index is one of the corpus, and not changed.
pub fn is_same(row: &FileRef<'_>, file: &SourceFile) -> bool {
    row.trusted && row.stat == file.stat && row.name == file.name.as_bytes()
}

/// The summary of a run that had nothing to do.
pub fn unchanged(header: &Header) -> Summary {
    Summary {
        unchanged: header.entries,
        entries: header.entries,
        repeated: header.repeated,
        committed: true,
        ..Summary::default()
    }
}

/// The size of the files that are new or changed.
pub fn bytes_to_read(known: &Known, files: &[SourceFile]) -> u64 {
    let is_kept = |file: &&SourceFile| {
        let row = known.file(&file.name);
        row.is_some_and(|row| scan::is_unchanged(row, file))
    };
    let changed = files.iter().filter(|file| !is_kept(file));
    changed.map(|file| file.stat.size).sum()
}

/// Id's hash and key of every entry of the index that the corpus no longer has.
pub fn gone(known: &Known, found: &Found) -> Vec<(u64, u64)> {
    let old = &known.manifest.rows;
    let lost = (0..old.len()).filter(|&row| {
        let (base, print) = (old.bases[row as usize], old.fingerprints[row as usize]);
        found.moved.to(row).is_none() && !found.manifest.holds(base, print)
    });
    let mut gone: Vec<(u64, u64)> = lost
        .map(|row| (old.bases[row as usize], old.key(row)))
        .collect();
    gone.sort_unstable();
    gone.dedup();
    gone
}

/// An entry that is gone while one with its id is new is an updated one.
pub fn count_changes(summary: &mut Summary, found: &Found, gone: &[(u64, u64)], entries: u64) {
    let mut removed: HashMap<u64, u64> = HashMap::new();
    for (base, _) in gone {
        *removed.entry(*base).or_default() += 1;
    }
    for (base, _) in &found.sent {
        match removed.get_mut(base) {
            Some(count) if *count > 0 => {
                *count -= 1;
                summary.updated += 1;
            }
            _ => summary.added += 1,
        }
    }
    summary.removed = gone.len() as u64 - summary.updated;
    summary.unchanged = entries.saturating_sub(found.sent.len() as u64);
}
