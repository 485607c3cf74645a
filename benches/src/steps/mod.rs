//! What the driver measures, a module for each step, and what the steps share.

mod build;
mod cold;
mod edits;
mod instructions;
mod latency;

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::corpora::Corpora;
use crate::process;
use crate::programs::{Program, Programs};

/// A step: prints its part of the report.
pub type Step = fn(&Bench) -> Result<()>;

/// Every step by name, in the order in which they run.
pub const STEPS: [(&str, Step); 8] = [
    ("build", build::run),
    ("cold", cold::run),
    ("latency", latency::run),
    ("long", latency::long),
    ("forty", latency::forty),
    ("edits", edits::run),
    ("busy", edits::busy),
    ("instructions", instructions::run),
];

/// What a step works with.
pub struct Bench {
    /// The corpora.
    pub corpora: Corpora,
    /// The programs.
    pub programs: Programs,
    /// How often each thing is measured.
    pub rounds: usize,
    /// Whether the million is measured too.
    pub large: bool,
    /// Whether SQLite is measured on the million too: half an hour.
    pub sqlite: bool,
    /// Indexes built in this run.
    built: RefCell<HashSet<PathBuf>>,
}

impl Bench {
    /// A bench with no index built yet.
    pub fn new(corpora: Corpora, programs: Programs, rounds: usize) -> Bench {
        Bench {
            corpora,
            programs,
            rounds,
            large: false,
            sqlite: false,
            built: RefCell::default(),
        }
    }

    /// The corpora of this run with their names.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn sizes(&self) -> Result<Vec<(&'static str, PathBuf)>> {
        let mut sizes = vec![("films", self.corpora.films()?)];
        if self.large {
            sizes.push(("million", self.corpora.million()?));
        }
        Ok(sizes)
    }

    /// The programs to measure on a corpus; the first two are needledrop and bare Tantivy.
    pub fn rivals(&self, corpus: &str) -> Vec<Program> {
        let mut programs = vec![Program::Ours, Program::Bare];
        if corpus != "million" || self.sqlite {
            programs.push(Program::Fts5);
        }
        programs
    }

    /// Where the index of `corpus` by `program` is kept.
    pub fn folder(&self, program: Program, corpus: &Path) -> PathBuf {
        let corpus = corpus.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{program:?}-{corpus}").to_lowercase();
        self.corpora.dir.join("indexes").join(name)
    }

    /// An empty place for that index.
    ///
    /// # Errors
    /// When an old index there cannot be removed.
    pub fn cleared(&self, program: Program, corpus: &Path) -> Result<PathBuf> {
        let folder = self.folder(program, corpus);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent)?;
        }
        self.built.borrow_mut().insert(folder.clone());
        Ok(folder)
    }

    /// That index, built by the program of today: once in a run.
    ///
    /// # Errors
    /// When the program fails, with what it said.
    pub fn index(&self, program: Program, corpus: &Path) -> Result<PathBuf> {
        let folder = self.folder(program, corpus);
        if self.built.borrow().contains(&folder) {
            return Ok(folder);
        }
        eprintln!("building {}", folder.display());
        let folder = self.cleared(program, corpus)?;
        process::output(&mut self.programs.build_index(program, corpus, &folder))?;
        Ok(folder)
    }
}

/// Bytes of all files in `folder`.
fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for item in fs::read_dir(folder)? {
        let item = item?;
        let data = item.metadata()?;
        bytes += if data.is_dir() {
            size(&item.path())?
        } else {
            data.len()
        };
    }
    Ok(bytes)
}

/// Prints the head of a Markdown table.
fn head(columns: &[&str]) {
    println!("| {} |", columns.join(" | "));
    println!("|{}", " --- |".repeat(columns.len()));
}
