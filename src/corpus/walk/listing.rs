//! What is in a folder.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

/// Something in a folder.
pub struct Entry {
    /// Its name; what is not Unicode is replaced.
    pub name: String,
    /// Its name as it is.
    pub raw: std::ffi::OsString,
    /// What it is.
    pub kind: EntryKind,
    /// Whether another of this folder has the same `name`.
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

/// What is in a folder, in the order of full names: a folder `a` sorts as `a/`.
///
/// # Errors
/// When the system does not list it.
pub fn listed(folder: &Path) -> io::Result<Vec<Entry>> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut entries = fs::read_dir(folder)?
        .map(|entry| entry.and_then(|entry| entry_of(&entry)))
        .collect::<io::Result<Vec<Entry>>>()?;
    entries.sort_by(|one, other| {
        one.order()
            .cmp(other.order())
            .then_with(|| one.raw.cmp(&other.raw))
    });
    let again = |index: usize| index > 0 && entries[index].name == entries[index - 1].name;
    let again: Vec<usize> = (0..entries.len()).filter(|index| again(*index)).collect();
    for index in again {
        entries[index].is_again = true;
    }
    Ok(entries)
}

impl Entry {
    fn order(&self) -> impl Iterator<Item = u8> {
        let slash = (self.kind == EntryKind::Folder).then_some(b'/');
        self.name.bytes().chain(slash)
    }
}

fn entry_of(entry: &DirEntry) -> io::Result<Entry> {
    let kind = entry.file_type()?;
    let raw = entry.file_name();
    Ok(Entry {
        name: raw.to_string_lossy().into_owned(),
        raw,
        kind: if kind.is_dir() {
            EntryKind::Folder
        } else if kind.is_symlink() {
            EntryKind::Link
        } else {
            EntryKind::Other
        },
        is_again: false,
    })
}
