//! A file of the index read piece by piece instead of mapped.
//!
//! A merge reads every byte of what it merges once, in order. Mapped, all of that would count as the program's memory
//! until the merge is done: more than a gigabyte for a million entries. So the writer reads through a window that moves
//! along the file. (Readers map their files: they jump, and share what they touch.)

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

/// Bytes of a window that is read through; one that is jumped to begins with as many as [`SMALL`].
const LARGE: usize = 256 << 10;
/// See [`LARGE`].
const SMALL: usize = 4 << 10;

/// A file and what was last read of it.
#[derive(Debug)]
pub struct Paged {
    file: File,
    len: usize,
    window: Mutex<Window>,
}

#[derive(Debug)]
struct Window {
    start: usize,
    bytes: OwnedBytes,
    size: usize,
}

impl Window {
    fn end(&self) -> usize {
        self.start + self.bytes.len()
    }

    fn covers(&self, range: &Range<usize>) -> bool {
        self.start <= range.start && range.end <= self.end()
    }

    /// How much to read for what begins at `start`: more and more while the file is read through.
    fn next_size(&self, start: usize) -> usize {
        let goes_on = self.start <= start && start <= self.end() + self.size;
        if goes_on {
            LARGE.min(self.size * 4)
        } else {
            SMALL
        }
    }
}

impl Paged {
    /// Opens a file that does not change any more.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Paged> {
        let (file, len) = open(path)?;
        let window = Window {
            start: len,
            bytes: OwnedBytes::empty(),
            size: SMALL,
        };
        Ok(Paged {
            file,
            len,
            window: Mutex::new(window),
        })
    }
}

impl HasLen for Paged {
    fn len(&self) -> usize {
        self.len
    }
}

impl FileHandle for Paged {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if range.len() > LARGE / 2 {
            return read(&self.file, range);
        }
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if !window.covers(&range) {
            let size = window.next_size(range.start);
            let end = range.end.max(self.len.min(range.start + size));
            *window = Window {
                start: range.start,
                bytes: read(&self.file, range.start..end)?,
                size,
            };
        }
        let start = window.start;
        Ok(window.bytes.slice(range.start - start..range.end - start))
    }
}

/// Opens a file. Says how many bytes it has.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> io::Result<(File, usize)> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    let len = usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    Ok((file, len))
}

/// What is in a file at these places.
///
/// # Errors
/// When it cannot be read, or ends before.
pub fn read(file: &File, range: Range<usize>) -> io::Result<OwnedBytes> {
    let mut bytes = vec![0; range.len()];
    read_exact_at(file, &mut bytes, range.start as u64)?;
    Ok(OwnedBytes::new(bytes))
}

/// Fills `bytes` with what is in a file from `at` on.
///
/// # Errors
/// When it cannot be read, or ends before.
#[cfg(unix)]
pub fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

/// Fills `bytes` with what is in a file from `at` on.
///
/// # Errors
/// When it cannot be read, or ends before.
#[cfg(windows)]
pub fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        let part = &mut bytes[done..];
        match std::os::windows::fs::FileExt::seek_read(file, part, at + done as u64)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => done += read,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn any_part_is_what_is_in_the_file(
            parts in prop::collection::vec((0..=600_000_usize, 0..200_000_usize), 1..20),
        ) {
            let content: Vec<u8> = (0..600_000_u32).map(|at| (at * 7 / 3) as u8).collect();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("store");
            std::fs::write(&path, &content).unwrap();
            let file = Paged::open(&path).unwrap();
            prop_assert_eq!(file.len(), content.len());
            for (start, len) in parts {
                let end = (start + len).min(content.len());
                let read = file.read_bytes(start..end).unwrap();
                prop_assert_eq!(read.as_slice(), &content[start..end]);
            }
            prop_assert!(file.read_bytes(599_999..600_001).is_err());
        }
    }
}
