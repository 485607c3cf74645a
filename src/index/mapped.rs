//! A file of the index as a reader has it: mapped into memory where that pays, and read piece by piece before.
//!
//! A page of a mapped file that is touched for the first time costs some five microseconds (the kernel maps sixteen
//! around it, and takes all of them away at the end); to read a few bytes of it costs one. A search that is a process of
//! its own touches a few pages here and there and ends; one that is asked again and again soon has them all mapped. So
//! the first few short pieces of a file are read, and it is mapped for a long one, or when it is asked for more.

use std::fs::{self, File, Metadata};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tantivy::HasLen;
use tantivy::directory::error::OpenDirectoryError;
use tantivy::directory::{Directory, FileHandle, MmapDirectory, OwnedBytes};

use super::paged;
use crate::corpus::Stat;

/// Bytes at a file's end that are read when it is opened: there Tantivy writes where everything is.
const TAIL: usize = 1 << 10;
/// A file of at most so many bytes is read as a whole.
const WHOLE: usize = 16 << 10;
/// A piece of at most so many bytes is read rather than mapped.
const PIECE: usize = 16 << 10;
/// So many pieces are read before the file is mapped.
const PIECES: u32 = 128;

/// A folder whose files are opened by name.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// It maps them.
    files: MmapDirectory,
}

impl Folder {
    /// Opens a folder.
    ///
    /// # Errors
    /// When it is not there or cannot be opened.
    pub fn open(path: &Path) -> io::Result<Folder> {
        let files = MmapDirectory::open(path).map_err(|error| match error {
            OpenDirectoryError::DoesNotExist(_) => io::ErrorKind::NotFound.into(),
            error => io::Error::other(error),
        })?;
        Ok(Folder {
            path: path.to_path_buf(),
            files,
        })
    }

    /// Whether it has a file of this name.
    pub fn has(&self, name: &Path) -> bool {
        self.path.join(name).exists()
    }

    /// Opens a file that does not change any more.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub fn file(&self, name: &Path) -> io::Result<Mapped> {
        let (file, len) = paged::open(&self.path.join(name))?;
        let tail = if len <= WHOLE { len } else { TAIL };
        let tail = paged::read(&file, len - tail..len)?;
        Ok(Mapped {
            file,
            len,
            tail,
            read: AtomicU32::new(0),
            map: OnceLock::new(),
            folder: self.clone(),
            name: name.to_path_buf(),
        })
    }
}

/// An open file, which can be read after its name is gone.
#[derive(Debug)]
pub struct Mapped {
    file: File,
    len: usize,
    tail: OwnedBytes,
    /// Pieces that were read.
    read: AtomicU32,
    /// All of it; none, when it had lost its name before it was mapped.
    map: OnceLock<Option<OwnedBytes>>,
    folder: Folder,
    name: PathBuf,
}

impl Mapped {
    /// Fills `bytes` with what is in the file from `at` on.
    ///
    /// # Errors
    /// When it cannot be read, or ends before.
    pub fn read_at(&self, at: usize, bytes: &mut [u8]) -> io::Result<()> {
        let range = at..at.saturating_add(bytes.len());
        match self.held(&range)? {
            Some((held, start)) => {
                bytes.copy_from_slice(&held[range.start - start..range.end - start]);
            }
            None => paged::read_exact_at(&self.file, bytes, at as u64)?,
        }
        Ok(())
    }

    /// Bytes in memory among which are these, and where they begin in the file; none, when these are to be read.
    fn held(&self, range: &Range<usize>) -> io::Result<Option<(&OwnedBytes, usize)>> {
        if range.start > range.end || range.end > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let tail = self.len - self.tail.len();
        if tail <= range.start {
            return Ok(Some((&self.tail, tail)));
        }
        let is_piece = range.len() <= PIECE;
        if is_piece && self.read.load(Ordering::Relaxed) < PIECES {
            self.read.fetch_add(1, Ordering::Relaxed);
            return Ok(None);
        }
        let map = self.map.get_or_init(|| self.mapped());
        Ok(map.as_ref().map(|map| (map, 0)))
    }

    fn mapped(&self) -> Option<OwnedBytes> {
        let handle = self.folder.files.get_file_handle(&self.name).ok()?;
        // It is mapped by its name, which another index made in the same place may have taken. A file that has the name
        // still has had it all along.
        let same = handle.len() == self.len && self.has_its_name();
        same.then(|| handle.read_bytes(0..self.len).ok())?
    }

    fn has_its_name(&self) -> bool {
        let named = fs::metadata(self.folder.path.join(&self.name));
        let stat = |metadata: io::Result<Metadata>| metadata.ok().map(|found| Stat::of(&found));
        let named = stat(named);
        named.is_some() && named == stat(self.file.metadata())
    }
}

impl HasLen for Mapped {
    fn len(&self) -> usize {
        self.len
    }
}

impl FileHandle for Mapped {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        match self.held(&range)? {
            Some((held, start)) => Ok(held.slice(range.start - start..range.end - start)),
            None => paged::read(&self.file, range),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(len: usize) -> (tempfile::TempDir, Vec<u8>, Mapped) {
        let content: Vec<u8> = (0..len).map(|at| (at * 7 / 3) as u8).collect();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("store"), &content).unwrap();
        let files = Folder::open(folder.path()).unwrap();
        let file = files.file(Path::new("store")).unwrap();
        (folder, content, file)
    }

    fn holds(file: &Mapped, content: &[u8], range: Range<usize>) {
        let read = file.read_bytes(range.clone()).unwrap();
        assert_eq!(read.as_slice(), &content[range.clone()]);
        let mut bytes = vec![0; range.len()];
        file.read_at(range.start, &mut bytes).unwrap();
        assert_eq!(bytes, &content[range]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn any_part_is_what_is_in_the_file(
            len in prop_oneof![0..3 * WHOLE, Just(0), Just(WHOLE), Just(WHOLE + 1), Just(600_000)],
            parts in prop::collection::vec((any::<usize>(), 0..2 * PIECE), 1..150),
        ) {
            let (_folder, content, file) = written(len);
            prop_assert_eq!(file.len(), len);
            for (start, wanted) in parts {
                let start = start % (len + 1);
                holds(&file, &content, start..(start + wanted).min(len));
            }
            prop_assert!(file.read_bytes(len..len + 1).is_err());
            prop_assert!(file.read_at(len, &mut [0]).is_err());
        }
    }

    #[test]
    fn it_is_mapped_when_it_is_asked_often_or_for_much() {
        let (_folder, content, file) = written(600_000);
        for at in 0..PIECES as usize {
            file.read_bytes(at * 9..at * 9 + 5).unwrap();
        }
        assert!(file.map.get().is_none());
        holds(&file, &content, 7..9);
        assert!(file.map.get().is_some());
        let (_folder, content, file) = written(600_000);
        holds(&file, &content, 1..PIECE + 2);
        assert!(file.map.get().is_some());
    }

    #[test]
    fn it_can_be_read_after_its_name_is_gone_or_is_anothers() {
        for another in [None, Some(9), Some(600_000)] {
            let (folder, content, file) = written(600_000);
            let path = folder.path().join("store");
            std::fs::remove_file(&path).unwrap();
            if let Some(len) = another {
                std::fs::write(path, vec![7; len]).unwrap();
            }
            holds(&file, &content, 0..600_000);
            holds(&file, &content, 5..6);
        }
    }
}
