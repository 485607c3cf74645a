//! A check-up: everything that an index can be asked about itself. Changes nothing.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::folder::{self, POINTER, Pointed};
use super::header::Commit;
use super::keyed::each_key;
use super::lengths::Lengths;
use super::manifest::Manifest;
use super::open::{self, OpenIndex};
use super::{command, sweep, trouble};
use crate::error::Result;

/// What a check-up found.
#[derive(Debug, Clone, Default)]
pub struct Checkup {
    /// What was looked at and is as it should be, a line each.
    pub checked: Vec<String>,
    /// What is wrong, a line each. A rebuild mends all of it.
    pub faults: Vec<String>,
    /// The command for that.
    pub mend: String,
}

impl Checkup {
    fn check(&mut self, what: &str, faults: Vec<String>) {
        if faults.is_empty() {
            self.checked.push(what.to_owned());
        }
        self.faults.extend(faults);
    }
}

/// Examines the index in `folder`.
///
/// # Errors
/// When there is no index to examine, or the pointer cannot be read.
pub fn doctor(folder: &Path) -> Result<Checkup> {
    let mut checkup = Checkup {
        mend: command::mend(folder),
        ..Checkup::default()
    };
    let generation = match folder::read_pointer(folder)? {
        Pointed::To(generation) => generation,
        Pointed::Nowhere => return OpenIndex::open(folder).map(|_| checkup),
        Pointed::Newer(format) => return Err(folder::newer(folder, format)),
        Pointed::Damaged => {
            checkup.faults.push(format!("`{POINTER}` makes no sense"));
            return Ok(checkup);
        }
    };
    let path = folder::generation_path(folder, generation);
    checkup.check(
        &format!("`{POINTER}` points to generation {generation}"),
        Vec::new(),
    );
    let commit = match Commit::read(&path) {
        Ok(commit) => commit,
        Err(error) => {
            checkup
                .faults
                .push(format!("the commit cannot be read: `meta.json`: {error}"));
            return Ok(checkup);
        }
    };
    let missing = sweep::needed(&commit)
        .into_iter()
        .filter(|name| !path.join(name).is_file());
    checkup.check(
        "every file of the commit is there",
        missing.map(|name| format!("`{name}` is missing")).collect(),
    );
    leftovers(folder, generation, &commit, &mut checkup);
    // Damaged bytes may make the readers below panic: each is guarded on its own, so that all are asked.
    match trouble::guarded(folder, || OpenIndex::of_generation(folder, &path)) {
        Ok(index) => examine(folder, &path, &index, &commit, &mut checkup),
        Err(error) => checkup.faults.push(error.to_string()),
    }
    Ok(checkup)
}

fn examine(
    folder: &Path,
    generation: &Path,
    index: &OpenIndex,
    commit: &Commit,
    checkup: &mut Checkup,
) {
    let sums = trouble::guarded(folder, || checksums(folder, index, commit));
    checkup.check(
        "the checksums of all segments",
        sums.unwrap_or_else(|error| vec![error.to_string()]),
    );
    let manifest = match index.catalog().load() {
        Ok(manifest) => manifest,
        Err(error) => {
            checkup.faults.push(format!("the manifest: {error}"));
            return;
        }
    };
    checkup.check("the checksums of the manifest", Vec::new());
    if index.header().dictionary.is_some() {
        // It would not be open otherwise.
        checkup.check("the checksum of the dictionary", Vec::new());
    }
    let keys = trouble::guarded(folder, || compare_keys(folder, index, &manifest));
    let what = format!(
        "{} entries, each in the manifest and in the index once",
        index.entries
    );
    checkup.check(&what, keys.unwrap_or_else(|error| vec![error.to_string()]));
    let lengths = trouble::guarded(folder, || compare_lengths(folder, generation, index));
    checkup.check(
        "the cache of lengths",
        lengths.unwrap_or_else(|error| vec![error.to_string()]),
    );
}

fn checksums(folder: &Path, index: &OpenIndex, commit: &Commit) -> Result<Vec<String>> {
    let damaged =
        open::damaged(&index.index, commit).map_err(|error| trouble::reading(folder, &error))?;
    Ok(damaged
        .iter()
        .map(|name| format!("the checksum of `{name}` is wrong"))
        .collect())
}

/// Every record of the manifest is one live entry of the index, and every live entry is one of its records.
fn compare_keys(folder: &Path, index: &OpenIndex, manifest: &Manifest) -> Result<Vec<String>> {
    let mut wanted: HashMap<u64, bool> = (0..manifest.rows.len())
        .map(|row| (manifest.rows.key(row), false))
        .collect();
    let (mut strange, mut twice) = (0, 0);
    for reader in index.searcher.segment_readers() {
        let alive = |doc| {
            reader
                .alive_bitset()
                .is_none_or(|alive| alive.is_alive(doc))
        };
        let compared = each_key(reader, |doc, key| {
            if alive(doc) {
                match wanted.get_mut(&key) {
                    None => strange += 1,
                    Some(true) => twice += 1,
                    Some(seen) => *seen = true,
                }
            }
        });
        compared.map_err(|error| trouble::reading(folder, &error))?;
    }
    let lost = wanted.values().filter(|seen| !**seen).count();
    let counts = [
        (strange, "in the index and not in the manifest"),
        (twice, "in the index twice"),
        (lost, "in the manifest and not in the index"),
    ];
    Ok(counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} entries are {what}"))
        .collect())
}

/// What is kept is what a count would give.
fn compare_lengths(folder: &Path, generation: &Path, index: &OpenIndex) -> Result<Vec<String>> {
    let total = |lengths: Lengths| {
        let total = lengths.total(&index.searcher, &index.fields);
        total.map_err(|error| trouble::reading(folder, &error))
    };
    let (kept, counted) = (
        total(Lengths::read(generation))?,
        total(Lengths::default())?,
    );
    Ok(match kept == counted {
        true => Vec::new(),
        false => vec![format!(
            "the cache of lengths says {kept}, a count says {counted}"
        )],
    })
}

/// Files that no commit needs: harmless, and swept by the next update.
fn leftovers(folder: &Path, generation: u32, commit: &Commit, checkup: &mut Checkup) {
    let path = folder::generation_path(folder, generation);
    let files = fs::read_dir(path).into_iter().flatten().flatten();
    let unneeded = files.filter(|file| {
        file.file_name()
            .to_str()
            .is_none_or(|name| !sweep::is_needed(name, commit))
    });
    let files = unneeded.count();
    let generations = folder::generations(folder).len().saturating_sub(1);
    checkup.checked.push(match files + generations {
        0 => "nothing is left over from earlier runs".into(),
        _ => format!(
            "left over from earlier runs, and swept by the next `needledrop index`: {files} files, {generations} generations"
        ),
    });
}
