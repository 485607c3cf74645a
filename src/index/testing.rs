//! A corpus in memory, for the tests of this room: files of lines, an entry a line, that can be edited, shuffled and
//! broken; and what an index answers, to be compared with that of a fresh one.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, TERMINATED};
use xxhash_rust::xxh3::xxh3_64;

use super::input::Input;
use super::open::OpenIndex;
use super::{Progress, Summary, UpdateOptions, update};
use crate::corpus::problem::Problem;
use crate::corpus::settings::Settings;
use crate::corpus::{Context, Identity, Location, Parsed, Record, SourceFile, Stat};
use crate::entry::Entry;
use crate::error::Result;

/// A corpus. A line is `id|title|prose`; `id` is given, or mapped behind a `^`, or made from the title when empty. A line
/// that begins with `!` is broken.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    pub files: BTreeMap<String, Vec<String>>,
    pub settings: Settings,
    stats: BTreeMap<String, Stat>,
    clock: i64,
}

impl Shelf {
    /// A corpus of these files.
    pub fn of(files: &[(&str, &[&str])]) -> Shelf {
        let mut shelf = Shelf::default();
        for (name, lines) in files {
            shelf.put(name, lines.iter().map(|line| (*line).to_owned()).collect());
        }
        shelf
    }

    /// Writes a file.
    pub fn put(&mut self, name: &str, lines: Vec<String>) {
        self.clock += 1;
        // Odd times, an hour after 1970: never too near to be trusted.
        let stat = Stat {
            size: lines.iter().map(|line| line.len() as u64 + 1).sum(),
            modified: 3_600_000_000_007 + self.clock,
            inode: self.clock as u64,
        };
        self.stats.insert(name.to_owned(), stat);
        self.files.insert(name.to_owned(), lines);
    }

    /// Removes a file.
    pub fn remove(&mut self, name: &str) -> Option<Vec<String>> {
        self.stats.remove(name);
        self.files.remove(name)
    }

    /// Gives a file a state that cannot be trusted.
    pub fn make_racy(&mut self, name: &str) {
        if let Some(stat) = self.stats.get_mut(name) {
            stat.modified = i64::MAX;
        }
    }

    fn problem(&self, name: &str, line: u64, message: &str) -> Problem {
        Problem {
            path: format!("shelf/{name}"),
            line,
            column: 0,
            message: message.to_owned(),
            hint: None,
        }
    }
}

impl Input for Shelf {
    fn root(&self) -> &Path {
        Path::new("shelf")
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn files(&self) -> (Vec<SourceFile>, Vec<Problem>) {
        let files = self.stats.iter().map(|(name, stat)| SourceFile {
            name: name.clone(),
            stat: *stat,
            location: Location::In(Arc::from(Path::new("shelf"))),
        });
        (files.collect(), Vec::new())
    }

    fn read(
        &self,
        file: &SourceFile,
        each: &mut dyn FnMut(&Record<'_>) -> ControlFlow<()>,
    ) -> (Stat, Vec<Problem>) {
        for (line, text) in (1..).zip(&self.files[&file.name]) {
            let record = Record {
                line,
                column: 1,
                content: xxh3_64(text.as_bytes()),
                bytes: text.as_bytes(),
                stem: "",
                context: Context::Line,
            };
            if each(&record).is_break() {
                break;
            }
        }
        (self.stats[&file.name], Vec::new())
    }

    fn parse(
        &self,
        file: &SourceFile,
        record: &Record<'_>,
    ) -> std::result::Result<Parsed, Vec<Problem>> {
        let text = String::from_utf8_lossy(record.bytes);
        if text.starts_with('!') {
            return Err(vec![self.problem(&file.name, record.line, "broken")]);
        }
        let mut parts = text.splitn(3, '|');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (id, title, prose) = (part(), part(), part());
        let (id, identity) = match id.strip_prefix('^') {
            Some(id) => (id.to_owned(), Identity::Mapped),
            None if id.is_empty() => (format!("{}/{title}", file.name), Identity::Made),
            None => (id, Identity::Given),
        };
        let entry = Entry {
            id,
            title,
            prose,
            artists: vec!["David Bowie".to_owned()],
            ..Entry::default()
        };
        Ok(Parsed { entry, identity })
    }
}

/// A folder for one test; in memory where the system has such a place, since every commit waits for the disk and the
/// tests of this room make hundreds.
pub fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory)
            .or_else(|_| tempfile::tempdir())
            .unwrap(),
        false => tempfile::tempdir().unwrap(),
    }
}

/// Nobody to tell.
pub struct Silent;

impl Progress for Silent {
    fn bytes(&self, _: u64, _: u64) {}
    fn stage(&self, _: &'static str) {}
}

/// Options that suit a test.
pub fn options() -> UpdateOptions {
    UpdateOptions {
        threads: 1,
        ..UpdateOptions::default()
    }
}

/// An update.
pub fn index(shelf: &Shelf, folder: &Path) -> Result<Summary> {
    update::run(shelf, folder, &options(), &Silent)
}

/// The four counts of a summary.
pub fn counts(summary: &Summary) -> [u64; 4] {
    [
        summary.added,
        summary.updated,
        summary.removed,
        summary.unchanged,
    ]
}

/// Everything an answer can depend on.
#[derive(Debug, PartialEq, Eq)]
pub struct Answers {
    /// Id → the entry as JSON, and where it stands.
    pub entries: BTreeMap<String, (String, String)>,
    /// Field and term → how many live entries have it.
    pub terms: BTreeMap<(u32, Vec<u8>), u32>,
    /// Tokens in all.
    pub total_length: u64,
}

impl Answers {
    /// The ids alone.
    pub fn ids(&self) -> Vec<&str> {
        self.entries.keys().map(String::as_str).collect()
    }
}

/// What the index in `folder` knows.
pub fn answers(folder: &Path) -> Answers {
    let index = OpenIndex::open(folder).unwrap();
    let mut entries = BTreeMap::new();
    for (ordinal, reader) in (0..).zip(index.searcher.segment_readers()) {
        for doc in reader.doc_ids_alive() {
            let address = DocAddress::new(ordinal, doc);
            let (entry, source) = index.entry_and_source(address).unwrap();
            assert_eq!(index.entry(address).unwrap(), entry);
            let source = source.unwrap();
            assert_eq!(
                index.find(&entry.id).unwrap(),
                Some(address),
                "{}",
                entry.id
            );
            let place = format!("{}:{}", source.path, source.line);
            let json = entry.to_json();
            let before = entries.insert(entry.id.clone(), (json, place));
            assert!(before.is_none(), "`{}` is there twice", entry.id);
        }
    }
    assert_eq!(entries.len() as u64, index.entries);
    Answers {
        entries,
        terms: live_terms(&index),
        total_length: index.total_length,
    }
}

fn live_terms(index: &OpenIndex) -> BTreeMap<(u32, Vec<u8>), u32> {
    let mut terms = BTreeMap::new();
    for reader in index.searcher.segment_readers() {
        for field in [index.fields.text, index.fields.title, index.fields.artists] {
            let inverted = reader.inverted_index(field).unwrap();
            let mut stream = inverted.terms().stream().unwrap();
            while stream.advance() {
                let mut list = inverted
                    .read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)
                    .unwrap();
                let mut live = 0;
                while list.doc() != TERMINATED {
                    let alive = reader.alive_bitset();
                    live += u32::from(alive.is_none_or(|alive| alive.is_alive(list.doc())));
                    list.advance();
                }
                if live > 0 {
                    *terms
                        .entry((field.field_id(), stream.key().to_vec()))
                        .or_default() += live;
                }
            }
        }
    }
    terms
}
