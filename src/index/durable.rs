//! Bringing files to disk so that a crash, or a cut of power, finds either the old or the new.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::{mem, thread};

/// Ends the name of a file that is not yet what it is to become.
pub const UNFINISHED: &str = ".new";

/// Replaces a file: readers see the old content or the new, whole, and so does the next start after a crash.
///
/// # Errors
/// When it cannot be written; the old file is then as it was.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = unfinished(path);
    let written = write_synced(&unfinished, content).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// The name under which a file is written before it takes its place.
pub fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    PathBuf::from(name)
}

fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_data()
}

/// Brings the names in a folder to disk. Where folders cannot be opened as files (Windows) the system does it itself.
///
/// # Errors
/// When the operating system cannot.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Files on their way to disk. A disk takes several at once, and while it writes the processor can go on.
#[derive(Debug, Default)]
pub struct Syncer {
    state: Mutex<State>,
    idle: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<File>,
    working: usize,
    /// Files since the last [`Syncer::finish`].
    seen: bool,
    failed: Option<io::Error>,
}

/// Files brought to disk side by side.
const WORKERS: usize = 4;

impl Syncer {
    /// Takes over a written file.
    pub fn push(self: &std::sync::Arc<Syncer>, file: File) {
        let mut state = self.state();
        state.waiting.push(file);
        state.seen = true;
        if state.working == WORKERS {
            return;
        }
        state.working += 1;
        drop(state);
        let syncer = std::sync::Arc::clone(self);
        let spawned = thread::Builder::new()
            .name("sync".into())
            .spawn(move || syncer.work());
        if spawned.is_err() {
            self.work();
        }
    }

    /// Waits until every file taken over so far is on disk. Says whether there was any.
    ///
    /// # Errors
    /// When one of them could not be brought there.
    pub fn finish(&self) -> io::Result<bool> {
        let mut state = self.state();
        while state.working > 0 {
            state = self
                .idle
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        match state.failed.take() {
            Some(error) => Err(error),
            None => Ok(mem::take(&mut state.seen)),
        }
    }

    fn work(&self) {
        let mut state = self.state();
        while let Some(file) = state.waiting.pop() {
            drop(state);
            let synced = file.sync_data();
            state = self.state();
            if let Err(error) = synced {
                state.failed.get_or_insert(error);
            }
        }
        state.working -= 1;
        drop(state);
        self.idle.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("needledrop.json");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn finish_waits_for_all_and_says_whether_there_were_any() {
        let folder = tempfile::tempdir().unwrap();
        let syncer = Arc::new(Syncer::default());
        assert!(!syncer.finish().unwrap());
        for at in 0..20 {
            let mut file = File::create(folder.path().join(at.to_string())).unwrap();
            file.write_all(b"x").unwrap();
            syncer.push(file);
        }
        assert!(syncer.finish().unwrap());
        assert!(!syncer.finish().unwrap());
    }
}
