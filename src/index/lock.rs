//! One writer at a time.
//!
//! The lock is the operating system's, on a file that stays: a writer that is killed leaves no lock behind, only the file
//! with what it had written into it, which is harmless.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::trouble;
use crate::error::{Error, Kind, Result};

/// The name of the file that is locked.
pub const FILE: &str = "lock";

/// The right to write in an index folder, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Said outright: a process that is being started elsewhere in this one may hold a copy of the open file for a moment,
    /// and closing ours would not free it.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Who holds the lock, and since when (seconds since 1970).
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    since: u64,
}

/// Takes the lock of an index folder that is there; with `wait`, waits for it.
///
/// # Errors
/// [`Kind::Locked`] when another holds it; [`Kind::Io`] when the folder cannot be written.
pub fn take(folder: &Path, wait: bool) -> Result<Lock> {
    let path = folder.join(FILE);
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path);
    let mut file = opened.map_err(|error| trouble::io("write", &path, &error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) if wait => file
            .lock()
            .map_err(|error| trouble::io("lock", &path, &error))?,
        Err(TryLockError::WouldBlock) => return Err(held(folder, &mut file)),
        Err(TryLockError::Error(error)) => return Err(trouble::io("lock", &path, &error)),
    }
    // What is said here is for people; that it cannot be said (a full disk) is no reason not to go on.
    let _ = sign(&mut file);
    Ok(Lock { file })
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or(Duration::ZERO).as_secs()
}

fn sign(file: &mut File) -> std::io::Result<()> {
    let holder = Holder {
        pid: std::process::id(),
        since: now(),
    };
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(&holder)?)
}

fn held(folder: &Path, file: &mut File) -> Error {
    let mut text = String::new();
    let read = file.take(200).read_to_string(&mut text);
    let holder: Option<Holder> = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    let by = match holder {
        Some(holder) => format!(
            "process {} has been writing it for {}",
            holder.pid,
            span(now().saturating_sub(holder.since))
        ),
        None => "another process is writing it".to_owned(),
    };
    let message = format!("the index in `{}` is busy: {by}", folder.display());
    Error::new(Kind::Locked, message).hint("wait for it with `--wait`")
}

/// A length of time for people.
fn span(seconds: u64) -> String {
    match seconds {
        0..100 => format!("{seconds} s"),
        100..6000 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_who_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(folder.path(), false).unwrap();
        let error = take(folder.path(), false).unwrap_err();
        assert_eq!(error.kind, Kind::Locked);
        let me = format!("process {}", std::process::id());
        assert!(error.message.contains(&me), "{error}");
        drop(first);
        take(folder.path(), false).unwrap();
    }

    #[test]
    fn waiting_gets_the_lock_when_the_first_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(folder.path(), false).unwrap();
        let path = folder.path().to_path_buf();
        let second = std::thread::spawn(move || take(&path, true).map(drop));
        drop(first);
        second.join().unwrap().unwrap();
    }
}
