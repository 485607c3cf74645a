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
}

/// Where something was put.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    start: u64,
    length: usize,
}

impl Stretch {
    /// Bytes of it.
    pub fn length(self) -> usize {
        self.length
    }
}

impl Spool {
    /// An empty one, on the disk of a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Spool {
        Spool {
            folder: folder.into(),
            file: None,
            length: 0,
        }
    }

    /// Whether anything was put away.
    #[cfg(test)]
    pub fn is_used(&self) -> bool {
        self.file.is_some()
    }

    /// Puts bytes away.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put(&mut self, bytes: &[u8]) -> io::Result<Stretch> {
        let mut file = match &self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile_in(&self.folder)?),
        };
        file.write_all(bytes)?;
        let stretch = Stretch {
            start: self.length,
            length: bytes.len(),
        };
        self.length += bytes.len() as u64;
        Ok(stretch)
    }

    /// Fills `bytes`, as many as were put there, with what was. Nothing can be put away after this.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn get(&self, stretch: Stretch, bytes: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(stretch.start))?;
        file.read_exact(bytes)
    }
}
