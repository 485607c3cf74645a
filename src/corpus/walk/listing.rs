//! What is in a folder.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::state::State;

/// Something in a folder.
pub struct Entry {
    /// Where its name is in [`Listing::names`].
    start: usize,
    end: usize,
    /// Its name as it is, where it is not Unicode.
    odd: Option<Box<OsStr>>,
    /// What it is.
    pub kind: EntryKind,
    /// Whether another of this folder has the same name, once what is not Unicode is replaced.
    pub is_again: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
/// What something in a folder is.
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A link, to whatever.
    Link,
    /// A file, most likely.
    Other,
}

/// What is in a folder. The names lie one behind the other: a string for each of twenty thousand would be felt.
pub struct Listing {
    names: String,
    /// In the order of full names: a folder `a` sorts as `a/`.
    pub entries: Vec<Entry>,
}

impl Listing {
    fn add(&mut self, raw: &OsStr, kind: EntryKind) {
        let start = self.names.len();
        let odd = match raw.to_str() {
            Some(name) => {
                self.names.push_str(name);
                None
            }
            None => {
                self.names.push_str(&raw.to_string_lossy());
                Some(OsString::from(raw).into_boxed_os_str())
            }
        };
        self.entries.push(Entry {
            start,
            end: self.names.len(),
            odd,
            kind,
            is_again: false,
        });
    }

    fn sort(&mut self) {
        let names = self.names.as_str();
        let name = |entry: &Entry| &names[entry.start..entry.end];
        self.entries.sort_by(|one, other| {
            let by_name = order((name(one), one.kind), (name(other), other.kind));
            by_name.then_with(|| one.odd.cmp(&other.odd))
        });
        for at in 1..self.entries.len() {
            self.entries[at].is_again = name(&self.entries[at]) == name(&self.entries[at - 1]);
        }
    }

    /// The name of an entry; what is not Unicode is replaced.
    pub fn name(&self, entry: &Entry) -> &str {
        &self.names[entry.start..entry.end]
    }

    /// The name of an entry as it is.
    pub fn raw<'a>(&'a self, entry: &'a Entry) -> &'a OsStr {
        entry.odd.as_deref().unwrap_or(OsStr::new(self.name(entry)))
    }

    /// Whether something has this name.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| self.name(entry) == name)
    }
}

impl Entry {
    /// Whether its name is not Unicode.
    pub fn is_odd(&self) -> bool {
        self.odd.is_some()
    }
}

fn order(one: (&str, EntryKind), other: (&str, EntryKind)) -> Ordering {
    let shorter = one.0.len().min(other.0.len());
    let (one_start, one_rest) = one.0.as_bytes().split_at(shorter);
    let (other_start, other_rest) = other.0.as_bytes().split_at(shorter);
    one_start.cmp(other_start).then_with(|| {
        let slash = |kind| (kind == EntryKind::Folder).then_some(&b'/');
        let one = one_rest.iter().chain(slash(one.1));
        one.cmp(other_rest.iter().chain(slash(other.1)))
    })
}

/// A folder that was listed, and through which its files can be looked at. Where the system allows it, the folder is
/// kept open and a name is looked up in it, which costs half of looking up a path.
#[derive(Clone)]
pub struct Opened(Arc<system::Folder>);

impl Opened {
    /// The state of the file `name` in the folder, or of what it links to.
    ///
    /// # Errors
    /// Those of the system.
    pub fn look(&self, name: &OsStr) -> io::Result<State> {
        system::look(&self.0, name)
    }
}

/// What is in a folder.
///
/// # Errors
/// When the system does not list it.
pub fn listed(folder: &Path) -> io::Result<(Listing, Opened)> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut listing = Listing {
        names: String::with_capacity(4 << 10),
        entries: Vec::with_capacity(128),
    };
    let folder = system::list(folder, &mut listing)?;
    listing.sort();
    Ok((listing, Opened(Arc::new(folder))))
}

#[cfg(target_os = "linux")]
mod system {
    use std::ffi::OsStr;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir, open, statat};

    use super::{EntryKind, Listing};
    use crate::corpus::walk::state::State;

    /// Bytes of names that are asked for at once; a name has at most 255.
    const BUFFER: usize = 32 << 10;

    pub type Folder = OwnedFd;

    pub fn list(path: &Path, listing: &mut Listing) -> io::Result<Folder> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = open(path, flags, Mode::empty())?;
        let mut buffer = Vec::with_capacity(BUFFER);
        let mut entries = RawDir::new(&folder, buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => {
                    let found = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
                    FileType::from_raw_mode(found.st_mode)
                }
                known => known,
            };
            let kind = match kind {
                FileType::Directory => EntryKind::Folder,
                FileType::Symlink => EntryKind::Link,
                _ => EntryKind::Other,
            };
            listing.add(OsStr::from_bytes(name.to_bytes()), kind);
        }
        Ok(folder)
    }

    pub fn look(folder: &Folder, name: &OsStr) -> io::Result<State> {
        Ok(State::of(&statat(folder, name, AtFlags::empty())?))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::ffi::OsStr;
    use std::io;
    use std::path::{Path, PathBuf};

    use super::{EntryKind, Listing};
    use crate::corpus::walk::state::State;

    pub type Folder = PathBuf;

    pub fn list(path: &Path, listing: &mut Listing) -> io::Result<Folder> {
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let kind = if kind.is_dir() {
                EntryKind::Folder
            } else if kind.is_symlink() {
                EntryKind::Link
            } else {
                EntryKind::Other
            };
            listing.add(&entry.file_name(), kind);
        }
        Ok(path.to_owned())
    }

    pub fn look(folder: &Folder, name: &OsStr) -> io::Result<State> {
        State::at(&folder.join(name))
    }
}
