//! Reading the corpus against what the index knows of it: what is unchanged is skipped, what is known by its content is
//! taken over, and only the rest is parsed.

use std::cell::{Cell, OnceCell};
use std::collections::HashSet;
use std::ops::{ControlFlow, Range};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Progress;
use super::input::Input;
use super::keyed::KeySet;
use super::manifest::{FileRow, Manifest, Moves, Order, Rows, merge_orders};
use super::names;
use crate::corpus::problem::Problem;
use crate::corpus::{Identity, Record, SourceFile, Stat};
use crate::entry::Entry;
use crate::error::Result;

/// Progress is told each time about this many bytes more have been read.
const PROGRESS: u64 = 1 << 20;
/// A record is looked for among so many of its file that come next: a few were put in before it, or are gone.
const NEAR: u32 = 16;
/// So many records are looked for in all of the corpus one after the other. To sort a million hashes, so that any is
/// found at once, takes as long as going through them fifty times; most edits are of a record or two.
const PASSES: u32 = 16;

/// What the index knows of the corpus, to be looked up by content.
#[derive(Debug, Default)]
pub struct Known {
    /// The sources of the last commit.
    pub manifest: Manifest,
    /// Whether there was one.
    pub of_an_index: bool,
    /// How many records were looked for in all of the corpus.
    passes: Cell<u32>,
    /// Content and row of every record, ascending; made when many are looked for.
    by_print: OnceCell<Vec<(u64, u32)>>,
}

impl Known {
    /// Knows what this manifest says.
    pub fn new(manifest: Manifest) -> Known {
        Known {
            manifest,
            of_an_index: true,
            ..Known::default()
        }
    }

    /// A file's row by its name.
    pub fn file(&self, name: &str) -> Option<&FileRow> {
        let files = &self.manifest.files;
        let at = files.binary_search_by(|file| file.name.as_str().cmp(name));
        at.ok().map(|at| &files[at])
    }

    /// A row of this content: the next one of the file, where nothing was changed, or else any in the whole corpus,
    /// since an entry that moves to another file is the same entry. `ahead` are the file's rows not yet met.
    fn row(&self, ahead: &mut Range<u32>, fingerprint: u64) -> Option<u32> {
        let prints = &self.manifest.rows.fingerprints;
        let mut near = ahead.clone().take(NEAR as usize);
        let near = near.find(|&row| prints[row as usize] == fingerprint);
        let row = near.or_else(|| self.first(ahead.start, fingerprint))?;
        if ahead.contains(&row) {
            ahead.start = row + 1;
        }
        Some(row)
    }

    /// The first row of this content from `start` on, or else the first before it.
    fn first(&self, start: u32, fingerprint: u64) -> Option<u32> {
        let prints = &self.manifest.rows.fingerprints;
        if self.passes.get() < PASSES {
            self.passes.set(self.passes.get() + 1);
            let (before, behind) = prints.split_at(start as usize);
            let place = |prints: &[u64]| {
                let at = prints.iter().position(|print| *print == fingerprint);
                at.map(|at| at as u32)
            };
            return place(behind).map(|at| start + at).or_else(|| place(before));
        }
        let all = self.by_print.get_or_init(|| {
            let mut all: Vec<(u64, u32)> = prints.iter().copied().zip(0..).collect();
            all.sort_unstable();
            all
        });
        let first_at = |row: u32| {
            let at = all.partition_point(|&pair| pair < (fingerprint, row));
            all.get(at).filter(|pair| pair.0 == fingerprint)
        };
        first_at(start).or_else(|| first_at(0)).map(|&(_, row)| row)
    }
}

/// Where new entries go.
pub type Sink<'a> = &'a mut dyn FnMut(u64, Entry) -> Result<()>;

/// How a corpus is to be read.
pub struct Terms<'a> {
    /// Leave out what is invalid, and go on.
    pub lenient: bool,
    /// Files whose records in the index stay as they are, because something is wrong in them now. One that has none is
    /// read as far as it can be.
    pub frozen: &'a HashSet<String>,
    /// Remember which entries are new, to be counted against those that are gone.
    pub count: bool,
    /// Told how far it is.
    pub progress: &'a dyn Progress,
    /// Bytes of the files to be read.
    pub total: u64,
}

/// The corpus as it was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Its files and records.
    pub manifest: Manifest,
    /// The files, one for each of the manifest's.
    pub sources: Vec<SourceFile>,
    /// Whether each of them was read, or taken over as it is in the index.
    pub fresh: Vec<bool>,
    /// What is wrong in it.
    pub problems: Vec<Problem>,
    /// Worth a word, but nothing wrong.
    pub notes: Vec<Problem>,
    /// Names of the files that something is wrong in.
    pub broken: Vec<String>,
    /// Records that something is wrong with.
    pub invalid: u64,
    /// Id's hash and key of every entry that was given to the sink, where that was asked for.
    pub sent: Vec<(u64, u64)>,
    /// What became of each row of the old manifest.
    pub moved: Moves,
}

/// Reads a corpus.
pub struct Scan<'a, I: Input> {
    input: &'a I,
    known: &'a Known,
    terms: Terms<'a>,
    sink: Option<Sink<'a>>,
    found: Found,
    /// Rows that take no old row's place.
    added: Order,
    /// Each entry given to the sink: by its id when that must be unique, or else by its key.
    sent: KeySet,
    /// Whether the file being read is read as far as it can be.
    lenient: bool,
    done: u64,
    told: u64,
}

impl<'a, I: Input> Scan<'a, I> {
    /// Begins. Without a sink nothing is kept but what is wrong.
    pub fn new(
        input: &'a I,
        known: &'a Known,
        terms: Terms<'a>,
        sink: Option<Sink<'a>>,
    ) -> Scan<'a, I> {
        let rows = known.manifest.rows.len() as usize;
        let mut manifest = Manifest::default();
        manifest.rows.reserve(rows);
        Scan {
            input,
            known,
            terms,
            sink,
            found: Found {
                manifest,
                moved: Moves::none_of(rows),
                ..Found::default()
            },
            added: Order::new(),
            sent: KeySet::default(),
            lenient: false,
            done: 0,
            told: 0,
        }
    }

    /// Reads the files (ordered by name) and gives what was found.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn run(mut self, files: Vec<SourceFile>) -> Result<Found> {
        for file in files {
            let known = self.known.file(&file.name);
            let frozen = self.terms.frozen.contains(&file.name);
            let kept = known.filter(|row| frozen || is_unchanged(row, &file));
            match kept {
                Some(row) => self.keep(row, !frozen),
                None => self.read(&file, known.map(|row| row.rows.clone()))?,
            }
            self.found.fresh.push(kept.is_none());
            self.found.sources.push(file);
        }
        let old = &self.known.manifest.order;
        self.found.manifest.order = merge_orders(old, &self.found.moved, self.added);
        self.found.problems.sort_unstable();
        Ok(self.found)
    }

    /// Takes a file over as it is in the index.
    fn keep(&mut self, file: &FileRow, trusted: bool) {
        let first = self.rows().len();
        self.found
            .manifest
            .rows
            .extend(&self.known.manifest.rows, file.rows.clone());
        for (old, new) in file.rows.clone().zip(first..) {
            self.claim(old, new);
        }
        self.found.manifest.files.push(FileRow {
            trusted,
            rows: first..self.rows().len(),
            ..file.clone()
        });
    }

    /// A row takes the place of an old one, unless another has.
    fn claim(&mut self, old: u32, new: u32) {
        if !self.found.moved.set(old, new) {
            let base = self.known.manifest.rows.bases[old as usize];
            self.added.push((base, new));
        }
    }

    fn read(&mut self, file: &SourceFile, known: Option<Range<u32>>) -> Result<()> {
        let began = now();
        let first = self.rows().len();
        let (problems_before, invalid_before) = (self.found.problems.len(), self.found.invalid);
        let frozen = self.terms.frozen.contains(&file.name);
        self.lenient = self.terms.lenient || frozen;
        let before = self.done;
        let home = known.unwrap_or(0..0);
        let mut ahead = home.clone();
        let mut outcome = Ok(());
        let input = self.input;
        let (stat, problems) = input.read(file, &mut |record| match self
            .take(file, record, &home, &mut ahead)
        {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                outcome = Err(error);
                ControlFlow::Break(())
            }
        });
        outcome?;
        self.found.invalid += problems.len() as u64;
        self.found.problems.extend(problems);
        let sound =
            self.found.problems.len() == problems_before && self.found.invalid == invalid_before;
        if !sound {
            self.found.broken.push(file.name.clone());
        }
        if frozen {
            // What is wrong in it was said when it was first read.
            self.found.problems.truncate(problems_before);
        }
        self.done = before + file.stat.size;
        self.tell();
        self.found.manifest.files.push(FileRow {
            name: file.name.clone(),
            stat,
            trusted: sound && can_be_trusted(&stat, began),
            rows: first..self.rows().len(),
        });
        Ok(())
    }

    fn take(
        &mut self,
        file: &SourceFile,
        record: &Record<'_>,
        home: &Range<u32>,
        ahead: &mut Range<u32>,
    ) -> Result<()> {
        self.done += record.bytes.len() as u64;
        if self.done >= self.told + PROGRESS {
            self.tell();
        }
        let line = u32::try_from(record.line).unwrap_or(u32::MAX);
        let row = self.rows().len();
        let rows = &self.known.manifest.rows;
        // An id that was made says which file it is from: of another file, it may have to be made anew.
        let same_id =
            |old: &u32| home.contains(old) || rows.identities[*old as usize] != Identity::Made;
        if let Some(old) = self.known.row(ahead, record.content).filter(same_id) {
            let (base, identity) = (rows.bases[old as usize], rows.identities[old as usize]);
            self.push(base, record.content, line, identity);
            self.claim(old, row);
            return Ok(());
        }
        let parsed = match self.input.parse(file, record) {
            Ok(parsed) => parsed,
            Err(problems) => {
                self.found.invalid += 1;
                self.found.problems.extend(problems);
                return Ok(());
            }
        };
        if parsed.entry.title.is_empty() {
            self.found.notes.push(Problem {
                path: file.path().display().to_string(),
                line: record.line,
                column: record.column,
                message: format!("the title of `{}` is blank", parsed.entry.id),
                hint: None,
            });
        }
        let base = names::base_of(&parsed.entry.id);
        self.push(base, record.content, line, parsed.identity);
        self.added.push((base, row));
        self.send(base, record.content, parsed.identity, parsed.entry)
    }

    /// Gives an entry to the sink, unless it is in the index already, or was given, or all is in vain.
    fn send(
        &mut self,
        base: u64,
        fingerprint: u64,
        identity: Identity,
        entry: Entry,
    ) -> Result<()> {
        let in_vain = !self.lenient && !self.found.problems.is_empty();
        let Some(sink) = self.sink.as_mut().filter(|_| !in_vain) else {
            return Ok(());
        };
        let key = names::key_of(base, fingerprint);
        let once = match identity {
            Identity::Given => base,
            _ => key,
        };
        if !self.sent.insert(once) || self.known.manifest.holds(base, fingerprint) {
            return Ok(());
        }
        if self.terms.count {
            self.found.sent.push((base, key));
        }
        sink(key, entry)
    }

    fn rows(&self) -> &Rows {
        &self.found.manifest.rows
    }

    fn push(&mut self, base: u64, fingerprint: u64, line: u32, identity: Identity) {
        let rows = &mut self.found.manifest.rows;
        rows.push(base, fingerprint, line, identity);
    }

    fn tell(&mut self) {
        self.told = self.done;
        let done = self.done.min(self.terms.total);
        self.terms.progress.bytes(done, self.terms.total);
    }
}

/// Whether a file is as it was when it was read.
pub fn is_unchanged(row: &FileRow, file: &SourceFile) -> bool {
    row.trusted && row.stat == file.stat
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    })
}

/// Whether a file that was changed at the time its state says, and read from `began` on (both in nanoseconds since 1970),
/// can be known by its state to be unchanged. Not when it may have been changed again within the tick of the clock that
/// stamps it: some 10 ms where nanoseconds are kept, two seconds where only whole ones are.
fn can_be_trusted(stat: &Stat, began: i64) -> bool {
    let whole_seconds = stat.modified % 1_000_000_000 == 0;
    let tick = if whole_seconds {
        2_000_000_000
    } else {
        20_000_000
    };
    stat.modified.saturating_add(tick) < began
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_record_is_found_where_it_stands_next_or_else_first(
            prints in prop::collection::vec(0..12_u64, 0..60),
            sought in prop::collection::vec(0..12_u64, 0..60),
            home in (0..60_u32, 0..60_u32),
        ) {
            let mut manifest = Manifest::default();
            for &print in &prints {
                manifest.rows.push(print, print, 1, Identity::Made);
            }
            let known = Known::new(manifest);
            let start = home.0.min(prints.len() as u32);
            let mut ahead = start..(start + home.1).min(prints.len() as u32);
            // Many more than are looked for one after the other.
            for print in sought {
                let at = |row: &u32| prints[*row as usize] == print;
                let next = (ahead.start..prints.len() as u32).find(at);
                let wanted = next.or_else(|| (0..ahead.start).find(at));
                let end = ahead.end;
                let was_ahead = wanted.filter(|row| ahead.contains(row));
                let after = was_ahead.map_or(ahead.start, |row| row + 1);
                prop_assert_eq!(known.row(&mut ahead, print), wanted);
                prop_assert_eq!(&ahead, &(after..end));
            }
        }
    }

    #[test]
    fn a_file_just_changed_is_not_trusted() {
        let at = |modified| Stat {
            modified,
            ..Stat::default()
        };
        let second = 1_000_000_000;
        assert!(!can_be_trusted(&at(5 * second + 7), 5 * second + 7));
        assert!(can_be_trusted(&at(5 * second + 7), 6 * second));
        assert!(!can_be_trusted(&at(5 * second), 6 * second));
        assert!(can_be_trusted(&at(5 * second), 8 * second));
        assert!(!can_be_trusted(&at(i64::MAX), 8 * second));
    }
}
