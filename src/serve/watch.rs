//! `--watch`: the index is kept up to date with its corpus, in a thread of this process.
//!
//! The new commit is then found as one that any other process made.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::index::{self, Event, Summary, UpdateOptions};

/// What is watched.
#[derive(Debug, Clone)]
pub struct Watched {
    /// Folder or file of entries.
    pub corpus: PathBuf,
    /// `--map F=G`, as pairs.
    pub mapping: Vec<(String, String)>,
}

/// Starts to watch, for as long as the process runs.
pub fn start(watched: Watched, folder: PathBuf) {
    std::thread::spawn(move || {
        let options = UpdateOptions {
            threads: 1,
            ..UpdateOptions::default()
        };
        let (never, mut each) = (AtomicBool::new(false), |event: Event| {
            let word = match event {
                Event::Updated(summary) => word(&watched.corpus, &summary),
                Event::Failed(error) => error.to_string(),
            };
            if !word.is_empty() {
                super::say(&word);
            }
            ControlFlow::Continue(())
        });
        let Watched { corpus, mapping } = &watched;
        if let Err(error) = index::watch(corpus, mapping, &folder, &options, &never, &mut each) {
            super::say(&error.to_string());
        }
    });
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
