//! The state of files, each asked for once, and each file kept once.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::corpus::problem::{Place, Problem, Report};
use crate::corpus::{SourceFile, source};

/// Below this many files, threads cost more than they save.
const FILES_PER_THREAD: usize = 256;
/// More threads than this only wait for the same locks of the kernel.
const MAX_THREADS: usize = 4;
/// An entry file, not yet looked at.
#[derive(Default)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Its name in the corpus.
    pub name: String,
    /// Whether a link led to it.
    pub is_linked: bool,
}

/// A file and its metadata.
pub struct Seen {
    /// The file.
    pub file: SourceFile,
    is_linked: bool,
    metadata: io::Result<Metadata>,
}

/// Looks at every file, in order.
pub fn stat_all(mut found: Vec<Found>) -> Vec<Seen> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(MAX_THREADS).min(found.len() / FILES_PER_THREAD);
    let look_at = |files: &mut [Found]| -> Vec<Seen> { files.iter_mut().map(look).collect() };
    if threads < 2 {
        return look_at(&mut found);
    }
    let share = found.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let threads: Vec<_> = found
            .chunks_mut(share)
            .map(|files| scope.spawn(move || look_at(files)))
            .collect();
        let seen = threads.into_iter().map(|thread| thread.join());
        seen.flat_map(|seen| seen.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn look(found: &mut Found) -> Seen {
    let Found {
        path,
        name,
        is_linked,
    } = std::mem::take(found);
    let metadata = fs::metadata(&path);
    let stat = metadata.as_ref().map(source::stat).unwrap_or_default();
    Seen {
        file: SourceFile { path, name, stat },
        is_linked,
        metadata,
    }
}

/// The regular files among `seen`, each once: one that a link leads to gives way to the same file under its own name.
pub fn without_doubles(seen: Vec<Seen>, problems: &mut Vec<Problem>) -> Vec<SourceFile> {
    let mut known: HashSet<(u64, u64)> = HashSet::new();
    if seen.iter().any(|seen| seen.is_linked) {
        let own = seen.iter().filter(|seen| !seen.is_linked);
        known.extend(own.filter_map(|seen| identity(seen.metadata.as_ref().ok()?)));
    }
    let mut files = Vec::with_capacity(seen.len());
    for Seen {
        file,
        is_linked,
        metadata,
    } in seen
    {
        match metadata {
            Ok(metadata) => {
                let is_double = is_linked
                    && identity(&metadata).is_some_and(|identity| !known.insert(identity));
                match source::kind_of(&metadata) {
                    _ if is_double => {}
                    None => files.push(file),
                    Some(kind) => {
                        let hint = "only regular files are read; move it out of the corpus";
                        problem(problems, &file.path, format!("is {kind}, not a file"), hint);
                    }
                }
            }
            // One that went away meanwhile is simply not a part of the corpus.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                problem(
                    problems,
                    &file.path,
                    format!("cannot be looked at: {}", plain(&error)),
                    "",
                );
            }
        }
    }
    files
}

/// What tells whether two names mean the same file.
#[cfg(unix)]
pub fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
pub fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// What the system says, without its number.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text
        .split_once(" (os error")
        .map_or(text.as_str(), |(what, _)| what);
    text.to_lowercase()
}

/// Adds a problem of the whole file or folder at `path`.
pub fn problem(
    problems: &mut Vec<Problem>,
    path: &Path,
    message: impl Into<String>,
    hint: impl Into<String>,
) {
    let mut report = Report::new(path);
    report.add(Place::FILE, message, hint);
    problems.append(&mut report.problems);
}
