//! Tantivy's directory, as an index folder needs it.
//!
//! [`Snapshot`] is for readers: it writes nothing and takes no lock, so that a read-only folder can be searched, and it
//! holds on to one `meta.json`, so that all of what is read belongs to one commit. [`Workshop`] is for the one writer,
//! who holds the index's own lock: Tantivy's locks are not needed, its list of files is kept in memory (what a killed
//! run left is swept by name, see `sweep`), files are read through a window (see `paged`), and they are brought to disk
//! side by side in the background, all of them before the `meta.json` that names them. That one carries a checksum,
//! since Tantivy gives it none.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};
use xxhash_rust::xxh3::xxh3_64;

use super::durable::{self, Syncer};
use super::mapped::{Folder, Mapped};
use super::paged::Paged;

/// The file that names the segments of a commit.
pub const META: &str = "meta.json";
/// Tantivy's list of the files it made.
const MANAGED: &str = ".managed.json";
/// What stands before the checksum behind the JSON of `meta.json`.
const SEAL: &str = "// xxh3 ";
/// Bytes gathered before a write.
const BUFFER: usize = 1 << 16;

/// Adds the checksum to the content of a `meta.json`.
fn seal(content: &[u8]) -> Vec<u8> {
    let mut sealed = content.to_vec();
    if sealed.last() != Some(&b'\n') {
        sealed.push(b'\n');
    }
    let sum = xxh3_64(&sealed);
    sealed.extend_from_slice(format!("{SEAL}{sum:016x}\n").as_bytes());
    sealed
}

/// Takes the checksum off again; `None` when it is not there or not right.
pub fn unseal(sealed: &[u8]) -> Option<&[u8]> {
    let at = sealed.len().checked_sub(SEAL.len() + 17)?;
    let (content, seal) = sealed.split_at(at);
    let digits = seal.strip_prefix(SEAL.as_bytes())?.strip_suffix(b"\n")?;
    let wanted = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (xxh3_64(content) == wanted).then_some(content)
}

fn damaged(path: &Path) -> OpenReadError {
    let error = io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong");
    OpenReadError::wrap_io_error(error, path.to_path_buf())
}

/// A generation as one reader sees it.
#[derive(Clone)]
pub struct Snapshot {
    files: Folder,
    meta: Arc<[u8]>,
    /// What was opened stays open: it can be asked for again when a writer has removed it.
    opened: Arc<Mutex<HashMap<PathBuf, Arc<Mapped>>>>,
}

impl Snapshot {
    /// The folder of a generation with the content of its `meta.json`, unsealed.
    pub fn new(files: &Folder, meta: &[u8]) -> Snapshot {
        Snapshot {
            files: files.clone(),
            meta: Arc::from(meta),
            opened: Arc::default(),
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({:?})", self.files)
    }
}

fn read_only() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, "opened for reading")
}

impl Directory for Snapshot {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        // One that is not there is an error of input and output, not `FileDoesNotExist`: Tantivy takes a segment without
        // a file of positions for one without positions. Every commit has all of its files: one that is not there has
        // been removed by a writer, and by this error it is known.
        let mut opened = lock(&self.opened);
        if let Some(file) = opened.get(path) {
            return Ok(file.clone());
        }
        let file = self.files.file(path);
        let file = file.map_err(|error| OpenReadError::wrap_io_error(error, path.to_path_buf()))?;
        let file = Arc::new(file);
        opened.insert(path.to_path_buf(), file.clone());
        Ok(file)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError {
            io_error: Arc::new(read_only()),
            filepath: path.to_path_buf(),
        })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(path == Path::new(META) || self.files.has(path))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(
            read_only(),
            path.to_path_buf(),
        ))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path == Path::new(META) {
            return Ok(self.meta.to_vec());
        }
        Err(OpenReadError::FileDoesNotExist(path.to_path_buf()))
    }

    fn atomic_write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(read_only())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}

/// A generation as the writer sees it.
#[derive(Clone)]
pub struct Workshop {
    files: MmapDirectory,
    folder: PathBuf,
    syncer: Arc<Syncer>,
    /// The first thing that went wrong in writing: Tantivy's threads report only that something did.
    trouble: Arc<Mutex<Option<Trouble>>>,
}

/// What went wrong in writing, and to which file.
#[derive(Debug)]
pub struct Trouble {
    /// The file.
    pub path: PathBuf,
    /// What the operating system said.
    pub error: io::Error,
}

impl Workshop {
    /// The folder of a generation.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(folder: &Path) -> tantivy::Result<Workshop> {
        Ok(Workshop {
            files: MmapDirectory::open(folder)?,
            folder: folder.to_path_buf(),
            syncer: Arc::default(),
            trouble: Arc::default(),
        })
    }

    /// Where the file of this name is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The first thing that went wrong in writing, if anything did.
    pub fn trouble(&self) -> Option<Trouble> {
        lock(&self.trouble).take()
    }

    fn remember(&self, path: &Path, error: &io::Error) {
        let copy = match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(error.kind(), error.to_string()),
        };
        lock(&self.trouble).get_or_insert_with(|| Trouble {
            path: self.folder.join(path),
            error: copy,
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Workshop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Workshop({:?})", self.folder)
    }
}

impl Directory for Workshop {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let opened = Paged::open(&self.folder.join(path));
        let file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => OpenReadError::FileDoesNotExist(path.to_path_buf()),
            _ => OpenReadError::wrap_io_error(error, path.to_path_buf()),
        })?;
        Ok(Arc::new(file))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let full = self.folder.join(path);
        let opened = OpenOptions::new().write(true).create_new(true).open(full);
        let file = opened.map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                return OpenWriteError::FileAlreadyExists(path.to_path_buf());
            }
            self.remember(path, &error);
            OpenWriteError::wrap_io_error(error, path.to_path_buf())
        })?;
        let output = Output {
            file: BufWriter::with_capacity(BUFFER, file),
            name: path.to_path_buf(),
            workshop: self.clone(),
        };
        Ok(BufWriter::new(Box::new(output)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path == Path::new(MANAGED) {
            return Err(OpenReadError::FileDoesNotExist(path.to_path_buf()));
        }
        let sealed = self.files.atomic_read(path)?;
        let content = unseal(&sealed).ok_or_else(|| damaged(path))?;
        Ok(content.to_vec())
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        if path == Path::new(MANAGED) {
            return Ok(());
        }
        let written = durable::replace(&self.folder.join(path), &seal(data));
        written.inspect_err(|error| self.remember(path, error))
    }

    fn sync_directory(&self) -> io::Result<()> {
        let synced = self.syncer.finish().and_then(|anything| {
            if anything {
                return durable::sync_folder(&self.folder);
            }
            Ok(())
        });
        synced.inspect_err(|error| self.remember(Path::new(""), error))
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}

/// A file being written. Tantivy writes each once, from beginning to end.
struct Output {
    file: BufWriter<File>,
    name: PathBuf,
    workshop: Workshop,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        written.inspect_err(|error| self.workshop.remember(&self.name, error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        flushed.inspect_err(|error| self.workshop.remember(&self.name, error))
    }
}

impl TerminatingWrite for Output {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.flush()?;
        let file = self.file.get_ref().try_clone()?;
        self.workshop.syncer.push(file);
        Ok(())
    }
}

/// The content of a generation's `meta.json`, unsealed.
///
/// # Errors
/// When it cannot be read; [`io::ErrorKind::InvalidData`] when its checksum is wrong.
pub fn read_meta(generation: &Path) -> io::Result<Vec<u8>> {
    let sealed = fs::read(generation.join(META))?;
    let content = unseal(&sealed)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong"))?;
    Ok(content.to_vec())
}

#[cfg(test)]
mod tests {
    use tantivy::TantivyError;

    use super::*;
    use crate::index::trouble;

    #[test]
    fn a_file_that_was_removed_is_no_file_that_never_was() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder::open(folder.path()).unwrap();
        let snapshot = Snapshot::new(&files, b"{}");
        let error = snapshot.get_file_handle(Path::new("0.pos")).unwrap_err();
        assert!(matches!(error, OpenReadError::IoError { .. }), "{error:?}");
        assert!(trouble::is_missing_file(&TantivyError::from(error)));
    }

    #[test]
    fn a_seal_is_taken_off_only_when_right() {
        let sealed = seal(b"{\"opstamp\": 7}");
        assert_eq!(unseal(&sealed), Some(&b"{\"opstamp\": 7}\n"[..]));
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert_eq!(unseal(&broken), None, "byte {at}");
            assert_eq!(unseal(&sealed[..at]), None, "cut at {at}");
        }
    }
}
