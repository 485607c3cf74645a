//! The index folder: which files in it are ours, and which generation is current.
//!
//! Nothing that this program did not make is ever written over or deleted, so a folder with other people's files in it
//! and no pointer of ours is refused, and only files whose names have our pattern are swept, and only under the lock.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::dictionary::DICTIONARY;
use super::directory::META;
use super::durable::{self, UNFINISHED};
use super::{command, lock, manifest, trouble};
use crate::error::{Error, Kind, Result};

/// The file that names the current generation.
pub const POINTER: &str = "needledrop.json";
/// Raised by every change to what is in an index folder that an older or newer program would read wrongly, and by every
/// change to how the corpus is read: entries that a fresh build would make differently must not stay.
pub const FORMAT: u32 = 6;
/// The cache of lengths (see `lengths`).
pub const LENGTHS: &str = "lengths.json";

/// What the pointer says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The format of the folder.
    pub format: u32,
    /// The current generation, from 1.
    pub generation: u32,
}

/// Where a generation lies.
pub fn generation_path(folder: &Path, generation: u32) -> PathBuf {
    folder.join(format!("g-{generation:06}"))
}

/// The number in the name of a generation's folder.
fn generation_of(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("g-")?;
    let number = digits.parse().ok()?;
    (format!("{number:06}") == digits).then_some(number)
}

/// What is known of a folder from its pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pointed {
    /// There is no pointer: no index, or one whose first build was cut short.
    Nowhere,
    /// To this generation.
    To(u32),
    /// There is one, and it makes no sense.
    Damaged,
    /// A newer program made it: its format.
    Newer(u32),
}

/// Reads the pointer.
///
/// # Errors
/// [`Kind::Io`] when it is there and cannot be read.
pub fn read_pointer(folder: &Path) -> Result<Pointed> {
    let path = folder.join(POINTER);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Ok(Pointed::Nowhere),
        Err(error) => return Err(trouble::io("read", &path, &error)),
    };
    Ok(match serde_json::from_slice::<Pointer>(&bytes) {
        Ok(pointer) if pointer.format > FORMAT => Pointed::Newer(pointer.format),
        Ok(pointer) => Pointed::To(pointer.generation),
        Err(_) => Pointed::Damaged,
    })
}

/// The error for what a newer program wrote.
pub fn newer(folder: &Path, format: u32) -> Error {
    let message = format!(
        "the index in `{}` was made by a newer needledrop (its format is {format}, this one reads up to {FORMAT})",
        folder.display()
    );
    Error::new(Kind::Corrupt, message).hint(command::mend(folder))
}

/// Makes a generation the current one. The only moment at which readers see a rebuilt index.
///
/// # Errors
/// [`Kind::Io`] when the pointer cannot be written; the old generation then stays current.
pub fn write_pointer(folder: &Path, generation: u32) -> Result<()> {
    let pointer = Pointer {
        format: FORMAT,
        generation,
    };
    let path = folder.join(POINTER);
    let mut text = serde_json::to_vec(&pointer).unwrap_or_default();
    text.push(b'\n');
    durable::replace(&path, &text).map_err(|error| trouble::io("write", &path, &error))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Makes sure that `folder` is an index of ours, or can become one.
///
/// # Errors
/// [`Kind::Usage`] when it is a file, or a folder with other things in it; [`Kind::Io`] when it cannot be read.
pub fn refuse_foreign(folder: &Path) -> Result<()> {
    let pointed = read_pointer(folder)?;
    let is_index = match pointed {
        Pointed::To(_) | Pointed::Newer(_) => true,
        Pointed::Damaged => !generations(folder).is_empty(),
        Pointed::Nowhere => false,
    };
    if is_index {
        return Ok(());
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            let message = format!(
                "`{}` is a file, not a folder for an index",
                folder.display()
            );
            return Err(Error::new(Kind::Usage, message).hint("name a folder: `--index DIR`"));
        }
        Err(error) => return Err(trouble::io("read", folder, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| trouble::io("read", folder, &error))?;
        if !is_ours_or_harmless(&entry) {
            return Err(foreign(folder, &entry));
        }
    }
    Ok(())
}

fn is_ours_or_harmless(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    let Some(name) = name.to_str() else {
        return false;
    };
    let leftover = name.strip_suffix(UNFINISHED) == Some(POINTER);
    let generation = generation_of(name).is_some()
        && entry.file_type().is_ok_and(|kind| kind.is_dir())
        && holds_only_ours(&entry.path());
    name == ".gitignore" || name == lock::FILE || leftover || generation
}

fn holds_only_ours(generation: &Path) -> bool {
    fs::read_dir(generation).is_ok_and(|mut files| {
        files.all(|file| {
            file.is_ok_and(|file| file.file_name().to_str().is_some_and(is_generation_file))
        })
    })
}

fn foreign(folder: &Path, entry: &fs::DirEntry) -> Error {
    let message = format!(
        "`{}` is not an index of needledrop, and not empty: there is `{}` in it",
        folder.display(),
        entry.file_name().to_string_lossy()
    );
    Error::new(Kind::Usage, message).hint("name an empty or a new folder: `--index DIR`")
}

/// Whether a file in a generation's folder has a name that only we give.
pub fn is_generation_file(name: &str) -> bool {
    let name = name.strip_suffix(UNFINISHED).unwrap_or(name);
    [META, LENGTHS, DICTIONARY].contains(&name)
        || manifest::is_name(name)
        || segment_of(name).is_some()
}

/// The segment that a file of Tantivy's belongs to (32 hexadecimal digits, then the part of it).
pub fn segment_of(name: &str) -> Option<&str> {
    let (segment, part) = name.split_once('.')?;
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let known = |part: &str| {
        ["term", "idx", "pos", "fast", "fieldnorm", "store", "temp"].contains(&part)
            || part == "store.temp"
            || part.strip_suffix(".del").is_some_and(|stamp| {
                !stamp.is_empty() && stamp.bytes().all(|byte| byte.is_ascii_digit())
            })
    };
    (segment.len() == 32 && segment.bytes().all(hex) && known(part)).then_some(segment)
}

/// Every generation that lies in a folder, current or not.
pub fn generations(folder: &Path) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| generation_of(entry.file_name().to_str()?))
        .collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_photographs_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("beach.jpg"), b"...").unwrap();
        let error = refuse_foreign(folder.path()).unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        assert!(error.message.contains("`beach.jpg`"), "{error}");
        assert!(folder.path().join("beach.jpg").exists());
    }

    #[test]
    fn an_empty_folder_a_new_one_and_left_overs_are_welcome() {
        let folder = tempfile::tempdir().unwrap();
        refuse_foreign(folder.path()).unwrap();
        refuse_foreign(&folder.path().join("new")).unwrap();
        fs::create_dir(folder.path().join("g-000001")).unwrap();
        fs::write(folder.path().join("g-000001/meta.json.new"), b"").unwrap();
        fs::write(folder.path().join(".gitignore"), b"*").unwrap();
        refuse_foreign(folder.path()).unwrap();
        fs::write(folder.path().join("g-000001/holiday.mp4"), b"").unwrap();
        assert!(refuse_foreign(folder.path()).is_err());
    }

    #[test]
    fn only_our_names_are_ours() {
        let segment = "0123456789abcdef0123456789abcdef";
        for part in ["idx", "store", "17.del", "store.temp"] {
            let name = format!("{segment}.{part}");
            assert_eq!(segment_of(&name), Some(segment), "{name}");
        }
        for name in ["notes.idx", "0123.idx", "README.md", "x.del"] {
            assert_eq!(segment_of(name), None);
            assert!(!is_generation_file(name));
        }
        assert_eq!(generation_of("g-000012"), Some(12));
        assert_eq!(generation_of("g-12"), None);
        assert_eq!(generation_of("gigs"), None);
    }

    #[test]
    fn a_newer_format_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let newer = r#"{"format": 99, "generation": 1}"#;
        fs::write(folder.path().join(POINTER), newer).unwrap();
        assert_eq!(read_pointer(folder.path()).unwrap(), Pointed::Newer(99));
        let error = super::newer(folder.path(), 99);
        assert!(error.message.contains("newer"), "{error}");
        assert!(error.hint.unwrap().contains("--rebuild"));
    }
}
