//! Following a corpus: an update whenever something in it changes.
//!
//! The operating system's events only say *that* something may have changed; what changed is found as always, by an
//! update. So an event too many costs a look, and where events fail (network folders, too many watches) the look is
//! taken every second instead.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::{EventKind, RecursiveMode, Watcher};

use super::{Progress, Summary, UpdateOptions, update};
use crate::corpus::problem::Problem;
use crate::corpus::{Corpus, settings};
use crate::error::{Error, Result};

/// An update waits until nothing has happened for so long: editors save in several steps,
const QUIET: Duration = Duration::from_millis(120);
/// but no longer than this after the first event.
const PATIENCE: Duration = Duration::from_millis(600);
/// Where no events come, a look is taken so often.
const POLL: Duration = Duration::from_secs(1);
/// How soon a request to stop is seen.
const GLANCE: Duration = Duration::from_millis(200);

/// Something that a watcher did.
#[derive(Debug)]
pub enum Event {
    /// An update changed something, or found problems that were not there before (only these are in it).
    Updated(Summary),
    /// An update failed; the watcher goes on. The same failure is told once.
    Failed(Error),
}

struct Silent;

impl Progress for Silent {
    fn bytes(&self, _: u64, _: u64) {}
    fn stage(&self, _: &'static str) {}
}

/// Follows the corpus at `root` until `each` breaks or `stop` is set. Files in which something is wrong keep the entries
/// that they last had.
///
/// # Errors
/// When there is no corpus to begin with.
pub fn watch(
    root: &Path,
    mapping: &[(String, String)],
    folder: &Path,
    options: &UpdateOptions,
    stop: &AtomicBool,
    each: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Result<()> {
    Corpus::open(root, mapping)?;
    let options = UpdateOptions {
        keep_broken: true,
        wait: true,
        rebuild: false,
        check: false,
        ..options.clone()
    };
    // Before the first look, so that nothing falls between the two.
    let signals = Signals::of(root, folder);
    let mut said = Said::default();
    let mut first = true;
    while !stop.load(Ordering::Relaxed) {
        let updated = Corpus::open(root, mapping)
            .and_then(|corpus| update(&corpus, folder, &options, &Silent));
        if let Some(event) = said.news(updated, first)
            && each(event).is_break()
        {
            return Ok(());
        }
        first = false;
        signals.wait(stop);
    }
    Ok(())
}

/// What has been told already.
#[derive(Default)]
struct Said {
    problems: BTreeSet<Problem>,
    failure: Option<String>,
}

impl Said {
    /// What of an update is worth telling.
    fn news(&mut self, updated: Result<Summary>, first: bool) -> Option<Event> {
        let mut summary = match updated {
            Ok(summary) => summary,
            Err(error) => {
                let text = error.to_string();
                let is_new = self.failure.as_ref() != Some(&text);
                self.failure = Some(text);
                return is_new.then_some(Event::Failed(error));
            }
        };
        self.failure = None;
        let problems: BTreeSet<Problem> =
            std::mem::take(&mut summary.problems).into_iter().collect();
        summary.problems = problems.difference(&self.problems).cloned().collect();
        self.problems = problems;
        let changed =
            summary.added + summary.updated + summary.removed > 0 || summary.rebuilt.is_some();
        (first || changed || !summary.problems.is_empty()).then_some(Event::Updated(summary))
    }
}

/// Tells that something may have changed.
struct Signals {
    events: Option<(notify::RecommendedWatcher, Receiver<()>)>,
}

impl Signals {
    fn of(root: &Path, folder: &Path) -> Signals {
        Signals {
            events: watcher(root, folder).ok(),
        }
    }

    /// Waits for the next change, and for the changes that follow close upon it.
    fn wait(&self, stop: &AtomicBool) {
        let begun = Instant::now();
        let Some((_, events)) = &self.events else {
            while begun.elapsed() < POLL && !stop.load(Ordering::Relaxed) {
                std::thread::sleep(GLANCE);
            }
            return;
        };
        loop {
            match events.recv_timeout(GLANCE) {
                Ok(()) => break,
                Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return std::thread::sleep(POLL),
            }
        }
        let first = Instant::now();
        while first.elapsed() < PATIENCE && events.recv_timeout(QUIET).is_ok() {}
    }
}

/// A watcher over the corpus that says nothing of what is only read, nor of the index itself.
fn watcher(
    root: &Path,
    folder: &Path,
) -> notify::Result<(notify::RecommendedWatcher, Receiver<()>)> {
    let root = root.canonicalize().map_err(notify::Error::io)?;
    let index = std::path::absolute(folder)
        .ok()
        .map(|folder| folder.canonicalize().unwrap_or(folder));
    let file = (!root.is_dir()).then(|| root.clone());
    let (send, receive) = mpsc::channel();
    let of_interest = move |path: &PathBuf| {
        let in_index = index.as_ref().is_some_and(|index| path.starts_with(index));
        let is_settings = path.file_name().is_some_and(|name| name == settings::FILE);
        !in_index && file.as_ref().is_none_or(|file| path == file || is_settings)
    };
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // An error (a queue that ran over) may hide anything: better look.
        let worth_a_look = event.is_ok_and(|event| {
            !matches!(event.kind, EventKind::Access(_))
                && (event.paths.is_empty() || event.paths.iter().any(&of_interest))
        });
        if worth_a_look {
            let _ = send.send(());
        }
    })?;
    match root.is_dir() {
        true => watcher.watch(&root, RecursiveMode::Recursive)?,
        // Editors replace a file: what is watched is the folder it is in.
        false => watcher.watch(root.parent().unwrap_or(&root), RecursiveMode::NonRecursive)?,
    }
    Ok((watcher, receive))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn an_edit_is_followed_and_a_problem_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("corpus");
        fs::create_dir(&root).unwrap();
        let file = root.join("a.json");
        fs::write(&file, r#"{"id": "a", "title": "Heat"}"#).unwrap();
        let stop = AtomicBool::new(false);
        let mut told = Vec::new();
        let begun = Instant::now();
        let mut each = |event: Event| {
            let Event::Updated(summary) = event else {
                panic!("{event:?}")
            };
            told.push((
                summary.added,
                summary.updated,
                summary.removed,
                summary.problems.len(),
                summary.entries,
            ));
            match told.len() {
                1 => fs::write(&file, r#"{"id": "a", "title": "Heat", "year": 1995}"#).unwrap(),
                2 => fs::write(&file, r#"{"id": "a", "tit"#).unwrap(),
                3 => {
                    // As editors do: a new file in the place of the old.
                    fs::write(
                        root.join("a.json.new"),
                        r#"{"id": "a", "title": "Heat", "year": 1986}"#,
                    )
                    .unwrap();
                    fs::rename(root.join("a.json.new"), &file).unwrap();
                }
                _ => return ControlFlow::Break(()),
            }
            ControlFlow::Continue(())
        };
        let index = folder.path().join("index");
        watch(
            &root,
            &[],
            &index,
            &UpdateOptions::default(),
            &stop,
            &mut each,
        )
        .unwrap();
        assert_eq!(
            told,
            [
                (1, 0, 0, 0, 1),
                (0, 1, 0, 0, 1),
                (0, 0, 0, 1, 1),
                (0, 1, 0, 0, 1)
            ]
        );
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}
