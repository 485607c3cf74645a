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
        #[allow(
            clippy::unnecessary_cast,
            reason = "types and signs of these differ from machine to machine"
        )]
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

/// What came of files that were looked at together. Almost all are as they should be: they lie ready to be taken over.
#[derive(Default)]
pub struct Seen {
    /// The regular files, in order.
    pub files: Vec<SourceFile>,
    /// The file system that each is on.
    devices: Vec<Option<u64>>,
    /// The others, with what they are or why nobody knows.
    others: Vec<(SourceFile, io::Result<&'static str>)>,
}

impl Seen {
    /// Room for so many files.
    pub fn of(count: usize) -> Seen {
        Seen {
            files: Vec::with_capacity(count),
            devices: Vec::with_capacity(count),
            others: Vec::new(),
        }
    }

    /// Looks at a file, in the folder it was found in if that is still open.
    pub fn look(&mut self, found: Found, folder: Option<&Opened>) {
        let mut file = SourceFile {
            name: found.name,
            stat: Stat::default(),
            location: found.location,
        };
        let state = match (folder, file.raw_name()) {
            (Some(folder), Some(name)) => folder.look(name),
            _ => State::at(&file.path()),
        };
        match state {
            Ok(State { stat, kind }) => {
                file.stat = stat;
                match kind.odd {
                    None => {
                        self.files.push(file);
                        self.devices.push(kind.device);
                    }
                    Some(odd) => self.others.push((file, Ok(odd))),
                }
            }
            Err(error) => self.others.push((file, Err(error))),
        }
    }

    /// Adds what else was seen.
    pub fn append(&mut self, other: &mut Seen) {
        self.files.append(&mut other.files);
        self.devices.append(&mut other.devices);
        self.others.append(&mut other.others);
    }

    fn identities(&self) -> impl Iterator<Item = Option<(u64, u64)>> + '_ {
        let files = self.files.iter().zip(&self.devices);
        files.map(|(file, device)| Some(((*device)?, file.stat.inode)))
    }
}

/// The regular files, each once and ordered by name: one that a link leads to gives way to the same file under its own
/// name.
pub fn without_doubles(
    mut own: Seen,
    mut linked: Seen,
    problems: &mut Vec<Problem>,
) -> Vec<SourceFile> {
    for (file, what) in own.others.drain(..).chain(linked.others.drain(..)) {
        complain(&file.path(), what, problems);
    }
    if linked.files.is_empty() {
        return sorted(own.files);
    }
    let mut known: HashSet<(u64, u64)> = own.identities().flatten().collect();
    let identities: Vec<_> = linked.identities().collect();
    let mut links: Vec<_> = linked.files.into_iter().zip(identities).collect();
    links.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    for (file, identity) in links {
        if identity.is_none_or(|identity| known.insert(identity)) {
            own.files.push(file);
        }
    }
    sorted(own.files)
}

fn sorted(mut files: Vec<SourceFile>) -> Vec<SourceFile> {
    // Usually they are: this finds out and stops.
    files.sort_by(|one, other| one.name.cmp(&other.name));
    files
}

/// Says what is wrong with what is no file.
fn complain(path: &Path, what: io::Result<&'static str>, problems: &mut Vec<Problem>) {
    match what {
        Ok(kind) => {
            let hint = "only regular files are read; move it out of the corpus";
            problem(problems, path, format!("is {kind}, not a file"), hint);
        }
        // One that went away meanwhile is simply not a part of the corpus.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            let message = format!("cannot be looked at: {}", plain(&error));
            problem(problems, path, message, "");
        }
    }
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
