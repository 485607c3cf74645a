//! What follows from all records of a corpus together: repeats, which are one entry, and ids given twice, which are
//! mistakes and leave the manifest again.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::input::Input;
use super::keyed::KeySet;
use super::manifest::{Manifest, Rows};
use super::names::Fate;
use super::scan::Found;
use crate::corpus::SourceFile;
use crate::corpus::problem::Problem;

/// So many repeats are named one by one.
const NAMED_REPEATS: usize = 10;

/// A scan, settled.
#[derive(Debug, Default)]
pub struct Settled {
    /// Entries.
    pub entries: u64,
    /// What becomes of every row that shares its id with another.
    pub fates: Vec<(u32, Fate)>,
    /// Records that say exactly what another says.
    pub repeated: u64,
    /// Keys of entries that are left out after all, and may have been given to the writer.
    pub dropped: KeySet,
    /// Worth a word.
    pub notes: Vec<Problem>,
}

impl Settled {
    /// Settles what was found.
    pub fn of<I: Input>(input: &I, found: &mut Found) -> Settled {
        let mut fates = found.manifest.fates();
        let repeats = rows_with(&fates, Fate::Repeat);
        let mut notes = std::mem::take(&mut found.notes);
        notes.extend(note_repeats(found, &repeats));
        let duplicates = rows_with(&fates, Fate::Duplicate);
        let dropped = if duplicates.is_empty() {
            KeySet::default()
        } else {
            report(input, found, &duplicates);
            let dropped = drop_rows(found, &duplicates);
            fates = found.manifest.fates();
            dropped
        };
        Settled {
            entries: u64::from(found.manifest.rows.len()) - repeats.len() as u64,
            repeated: repeats.len() as u64,
            fates,
            dropped,
            notes,
        }
    }
}

fn rows_with(fates: &[(u32, Fate)], wanted: Fate) -> Vec<u32> {
    let wanted = fates.iter().filter(|(_, fate)| *fate == wanted);
    let mut rows: Vec<u32> = wanted.map(|&(row, _)| row).collect();
    rows.sort_unstable();
    rows
}

/// The file a row is in, by its place in the list of files.
fn file_at(manifest: &Manifest, row: u32) -> usize {
    manifest.files.partition_point(|file| file.rows.end <= row)
}

/// A row's place, for people.
fn place(found: &Found, row: u32) -> String {
    let source = &found.sources[file_at(&found.manifest, row)];
    let line = found.manifest.rows.lines[row as usize];
    format!("{}:{line}", source.path().display())
}

/// A word about repeats that are new. They are harmless, but someone may want to know.
fn note_repeats(found: &Found, repeats: &[u32]) -> Vec<Problem> {
    if repeats.is_empty() {
        return Vec::new();
    }
    let mut old: Vec<u32> = found.moved.places().collect();
    old.sort_unstable();
    let mut fresh = repeats.iter().filter(|row| old.binary_search(row).is_err());
    let mut notes: Vec<Problem> = fresh
        .by_ref()
        .take(NAMED_REPEATS)
        .map(|&row| note_repeat(found, row))
        .collect();
    let more = fresh.count();
    if more > 0 {
        notes.push(Problem {
            path: String::new(),
            line: 0,
            column: 0,
            message: format!("{more} more records say what others say; each is one entry"),
            hint: None,
        });
    }
    notes
}

fn note_repeat(found: &Found, row: u32) -> Problem {
    let rows = &found.manifest.rows;
    let (base, print) = (rows.bases[row as usize], rows.fingerprints[row as usize]);
    let same = |other: &u32| *other != row && rows.fingerprints[*other as usize] == print;
    let other = found.manifest.rows_of(base).find(same).unwrap_or(row);
    Problem {
        path: found.sources[file_at(&found.manifest, row)]
            .path()
            .display()
            .to_string(),
        line: u64::from(rows.lines[row as usize]),
        column: 0,
        message: format!(
            "says exactly what `{}` says; both are one entry",
            place(found, other)
        ),
        hint: None,
    }
}

/// Makes a problem of each duplicate.
fn report<I: Input>(input: &I, found: &mut Found, duplicates: &[u32]) {
    let ids = ids_of(input, found, duplicates);
    for &row in duplicates {
        let base = found.manifest.rows.bases[row as usize];
        // The first given one in the corpus is the one that stays.
        let first = found
            .manifest
            .rows_of(base)
            .find(|&other| other < row && is_given(&found.manifest.rows, other))
            .unwrap_or(row);
        let (at, first_at) = (
            file_at(&found.manifest, row),
            file_at(&found.manifest, first),
        );
        let id = ids.get(&row).map_or("?", String::as_str);
        found.problems.push(Problem {
            path: found.sources[at].path().display().to_string(),
            line: u64::from(found.manifest.rows.lines[row as usize]),
            column: 0,
            message: format!("duplicate id `{id}`: `{}` has it too", place(found, first)),
            hint: Some("give one of them another `id`".to_owned()),
        });
        let blamed = if found.fresh[at] { at } else { first_at };
        found.broken.push(found.sources[blamed].name.clone());
    }
    found.invalid += duplicates.len() as u64;
}

fn is_given(rows: &Rows, row: u32) -> bool {
    rows.identities[row as usize] == crate::corpus::Identity::Given
}

/// The ids of some rows, which the manifest knows only by hash: read once more from their files.
fn ids_of<I: Input>(input: &I, found: &Found, rows: &[u32]) -> HashMap<u32, String> {
    let mut ids = HashMap::new();
    for group in rows
        .chunk_by(|left, right| file_at(&found.manifest, *left) == file_at(&found.manifest, *right))
    {
        let source = &found.sources[file_at(&found.manifest, group[0])];
        read_ids(input, source, &found.manifest.rows, group, &mut ids);
    }
    ids
}

fn read_ids<I: Input>(
    input: &I,
    source: &SourceFile,
    rows: &Rows,
    wanted: &[u32],
    ids: &mut HashMap<u32, String>,
) {
    let mut left: HashMap<(u64, u64), u32> = wanted
        .iter()
        .map(|&row| {
            let at = (
                u64::from(rows.lines[row as usize]),
                rows.fingerprints[row as usize],
            );
            (at, row)
        })
        .collect();
    input.read(source, &mut |record| {
        if let Some(row) = left.remove(&(record.line, record.content))
            && let Ok(parsed) = input.parse(source, record)
        {
            ids.insert(row, parsed.entry.id);
        }
        match left.is_empty() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
}

/// Takes rows (ascending) out of the manifest. Their files are read again next time, when the others may be gone. Gives
/// the keys that no row has any more.
fn drop_rows(found: &mut Found, dropped: &[u32]) -> KeySet {
    let old = std::mem::take(&mut found.manifest);
    let renumber = |row: u32| row - dropped.partition_point(|&other| other < row) as u32;
    let stays = |row: u32| dropped.binary_search(&row).is_err();
    let mut rows = Rows::default();
    for row in (0..old.rows.len()).filter(|&row| stays(row)) {
        rows.extend(&old.rows, row..row + 1);
    }
    let mut files = old.files;
    for file in &mut files {
        let rows = renumber(file.rows.start)..renumber(file.rows.end);
        file.trusted &= rows.len() == file.rows.len();
        file.rows = rows;
    }
    let order = old.order.iter().filter(|(_, row)| stays(*row));
    found.manifest = Manifest {
        files,
        rows,
        order: order.map(|&(base, row)| (base, renumber(row))).collect(),
    };
    found.moved.follow(|row| stays(row).then(|| renumber(row)));
    let gone = |row: &&u32| {
        let (base, print) = (
            old.rows.bases[**row as usize],
            old.rows.fingerprints[**row as usize],
        );
        !found.manifest.holds(base, print)
    };
    let keys: KeySet = dropped
        .iter()
        .filter(gone)
        .map(|&row| old.rows.key(row))
        .collect();
    found.sent.retain(|(_, key)| !keys.contains(key));
    keys
}
