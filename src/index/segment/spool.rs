//! What a segment has gathered and memory has no room for: a file without a name, gone when the segment is written, and
//! gone with the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// The file, made when it is first needed.
pub struct Spool {
    folder: PathBuf,
    file: Option<File>,
    /// Bytes written.
    length: u64,
    /// What is being written.
    bytes: Vec<u8>,
}

/// Where something was put.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    start: u64,
    length: usize,
}

impl Spool {
    /// An empty one, on the disk of a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Spool {
        Spool {
            folder: folder.into(),
            file: None,
            length: 0,
            bytes: Vec::new(),
        }
    }

    /// Whether anything was put away.
    #[cfg(test)]
    pub fn is_used(&self) -> bool {
        self.file.is_some()
    }

    /// Puts away the bytes that `write` adds.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<Stretch> {
        self.bytes.clear();
        write(&mut self.bytes);
        let mut file = match &self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile_in(&self.folder)?),
        };
        file.write_all(&self.bytes)?;
        let stretch = Stretch {
            start: self.length,
            length: self.bytes.len(),
        };
        self.length += stretch.length as u64;
        Ok(stretch)
    }

    /// Fills `bytes` with what was put there. Nothing can be put away after this.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn get(&self, stretch: Stretch, bytes: &mut Vec<u8>) -> io::Result<()> {
        let mut file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(stretch.start))?;
        bytes.resize(stretch.length, 0);
        file.read_exact(bytes)
    }
}
