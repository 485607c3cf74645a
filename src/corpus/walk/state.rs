//! The state of files, each asked for once, and each file kept once.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::listing::Opened;
use crate::corpus::problem::{Place, Problem, Report};
use crate::corpus::{Location, SourceFile, Stat, source};

/// An entry file, not yet looked at.
pub struct Found {
    /// Its name in the corpus.
    pub name: String,
    /// Where it is.
    pub location: Location,
    /// Whether a link led to it.
    pub is_linked: bool,
}

/// What is asked of a file. (All that the system says of it is ten times as much, which is felt at twenty thousand.)
#[derive(Clone, Copy)]
pub struct State {
    stat: Stat,
    kind: Kind,
}

#[derive(Clone, Copy)]
struct Kind {
    /// The file system it is on, where that can be told.
    device: Option<u64>,
    /// What it is, when it is no file.
    odd: Option<&'static str>,
}

impl State {
    /// Of what is at `path`, or of what it links to.
    ///
    /// # Errors
    /// Those of the system.
    pub fn at(path: &Path) -> io::Result<State> {
        let metadata = fs::metadata(path)?;
        Ok(State {
            stat: source::stat(&metadata),
            kind: Kind {
                device: device(&metadata),
                odd: source::kind_of(metadata.file_type()),
            },
        })
    }

    /// What tells whether two names mean the same file, where there is such a thing.
    pub fn identity(&self) -> Option<(u64, u64)> {
        Some((self.kind.device?, self.stat.inode))
    }

    /// Out of what the system says.
    #[cfg(target_os = "linux")]
    pub fn of(found: &rustix::fs::Stat) -> State {
        use rustix::fs::FileType;
        let odd = match FileType::from_raw_mode(found.st_mode) {
            FileType::RegularFile => None,
            FileType::Directory => Some(source::FOLDER),
            FileType::Fifo => Some(source::PIPE),
            FileType::Socket => Some(source::SOCKET),
            FileType::BlockDevice | FileType::CharacterDevice => Some(source::DEVICE),
            _ => Some(source::SOMETHING),
        };
        // Types and signs of these differ from machine to machine.
        #[allow(clippy::unnecessary_cast)]
        State {
            stat: Stat {
                size: found.st_size as u64,
                modified: source::nanoseconds(found.st_mtime as i64, found.st_mtime_nsec as i64),
                inode: found.st_ino as u64,
            },
            kind: Kind {
                device: Some(found.st_dev as u64),
                odd,
            },
        }
    }
}

/// A file and its state.
pub struct Seen {
    /// The file.
    pub file: SourceFile,
    is_linked: bool,
    kind: io::Result<Kind>,
}

impl Seen {
    fn identity(&self) -> Option<(u64, u64)> {
        Some((self.kind.as_ref().ok()?.device?, self.file.stat.inode))
    }
}

/// Looks at a file, in the folder it was found in if that is still open.
pub fn look(found: Found, folder: Option<&Opened>) -> Seen {
    let Found {
        name,
        location,
        is_linked,
    } = found;
    let mut file = SourceFile {
        name,
        stat: Stat::default(),
        location,
    };
    let state = match (folder, file.raw_name()) {
        (Some(folder), Some(name)) => folder.look(name),
        _ => State::at(&file.path()),
    };
    let kind = state.map(|state| {
        file.stat = state.stat;
        state.kind
    });
    Seen {
        file,
        is_linked,
        kind,
    }
}

/// The regular files among `seen`, each once: one that a link leads to gives way to the same file under its own name.
pub fn without_doubles(seen: Vec<Seen>, problems: &mut Vec<Problem>) -> Vec<SourceFile> {
    let mut known: HashSet<(u64, u64)> = HashSet::new();
    if seen.iter().any(|seen| seen.is_linked) {
        let own = seen.iter().filter(|seen| !seen.is_linked);
        known.extend(own.filter_map(Seen::identity));
    }
    let mut files = Vec::with_capacity(seen.len());
    for seen in seen {
        let identity = seen.identity().filter(|_| seen.is_linked);
        let Seen { file, kind, .. } = seen;
        match kind {
            Ok(Kind { odd, .. }) => {
                let is_double = identity.is_some_and(|identity| !known.insert(identity));
                match odd {
                    _ if is_double => {}
                    None => files.push(file),
                    Some(kind) => {
                        let hint = "only regular files are read; move it out of the corpus";
                        problem(
                            problems,
                            &file.path(),
                            format!("is {kind}, not a file"),
                            hint,
                        );
                    }
                }
            }
            // One that went away meanwhile is simply not a part of the corpus.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                problem(
                    problems,
                    &file.path(),
                    format!("cannot be looked at: {}", plain(&error)),
                    "",
                );
            }
        }
    }
    files
}

#[cfg(unix)]
fn device(metadata: &fs::Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::dev(metadata))
}

#[cfg(not(unix))]
fn device(_: &fs::Metadata) -> Option<u64> {
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
