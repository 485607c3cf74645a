//! `--watch`: the index is kept up to date with its corpus, in a thread of this process.
//!
//! The new commit is then found as one that any other process made. JOIN: the index room's watcher takes the place of the
//! looking once a second.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::corpus::Corpus;
use crate::error::Result;
use crate::index::{self, Progress, Summary, UpdateOptions};

/// How long between two looks at the corpus.
const PAUSE: Duration = Duration::from_secs(1);

/// What is watched.
#[derive(Debug, Clone)]
pub struct Watched {
    /// Folder or file of entries.
    pub corpus: PathBuf,
    /// `--map F=G`, as pairs.
    pub mapping: Vec<(String, String)>,
}

/// Nobody looks at a bar.
struct Silent;

impl Progress for Silent {
    fn bytes(&self, _done: u64, _total: u64) {}
    fn stage(&self, _name: &'static str) {}
}

/// Starts to watch, for as long as the process runs.
pub fn start(watched: Watched, folder: PathBuf) {
    std::thread::spawn(move || {
        let mut said = String::new();
        loop {
            let word = match update(&watched, &folder) {
                Ok(summary) => word(&watched.corpus, &summary),
                Err(error) => error.to_string(),
            };
            // What stays wrong is said once.
            if !word.is_empty() && word != said {
                super::say(&word);
            }
            said = word;
            std::thread::sleep(PAUSE);
        }
    });
}

fn update(watched: &Watched, folder: &Path) -> Result<Summary> {
    let corpus = Corpus::open(&watched.corpus, &watched.mapping)?;
    let options = UpdateOptions {
        keep_broken: true,
        wait: true,
        threads: 1,
        ..UpdateOptions::default()
    };
    index::update(&corpus, folder, &options, &Silent)
}

/// What an update is worth saying; nothing when nothing happened.
fn word(corpus: &Path, summary: &Summary) -> String {
    if let Some(problem) = summary.problems.first() {
        let (path, line) = (&problem.path, problem.line);
        let more = summary.problems.len() - 1;
        let rest = if more > 0 {
            format!(" (and {more} more)")
        } else {
            String::new()
        };
        return format!(
            "{path}:{line}: {}{rest}; its entries stay as they were",
            problem.message
        );
    }
    match (summary.added, summary.updated, summary.removed) {
        (0, 0, 0) => String::new(),
        (added, updated, removed) => format!(
            "{}: {added} added, {updated} updated, {removed} removed; {} entries",
            corpus.display(),
            summary.entries
        ),
    }
}
