//! What goes wrong with an index, said for people.

use std::cell::Cell;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;

use tantivy::TantivyError;
use tantivy::directory::error::{OpenReadError, OpenWriteError};

use super::command::mend;
use crate::error::{Error, Kind, Result};

/// The index in `folder` is damaged: `what` says in which way.
pub fn corrupt(folder: &Path, what: impl std::fmt::Display) -> Error {
    let message = format!("the index in `{}` is damaged: {what}", folder.display());
    Error::new(Kind::Corrupt, message).hint(mend(folder))
}

/// The operating system said no to `what` (`write`, `read`, …) on `path`.
pub fn io(what: &str, path: &Path, error: &io::Error) -> Error {
    let message = format!("cannot {what} `{}`", path.display());
    let trouble = Error::new(Kind::Io, message).because(error);
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => trouble.hint(
            "the old index, if there was one, still answers: free some space, then run it again",
        ),
        io::ErrorKind::FileTooLarge => trouble.hint(
            "the old index, if there was one, still answers: raise the limit (`ulimit -f unlimited`), then run it again",
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            trouble.hint("choose another place with `--index DIR`")
        }
        _ => trouble,
    }
}

/// Tantivy could not read the index in `folder`.
pub fn reading(folder: &Path, error: &TantivyError) -> Error {
    match io_error(error) {
        Some(error) if is_systems(error) => io("read", folder, error),
        _ => corrupt(folder, "it cannot be read").because(error),
    }
}

/// Tantivy could not write the index in `folder`.
pub fn writing(folder: &Path, error: &TantivyError) -> Error {
    match io_error(error) {
        Some(error) => io("write", folder, error),
        None => {
            let message = format!("cannot write the index in `{}`", folder.display());
            Error::new(Kind::Io, message).because(error)
        }
    }
}

/// Whether Tantivy missed a file: a writer may have removed it since its name was read.
pub fn is_missing_file(error: &TantivyError) -> bool {
    matches!(
        error,
        TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(_))
    ) || io_error(error).is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// What the operating system said, if Tantivy's error comes from there.
pub fn io_error(error: &TantivyError) -> Option<&io::Error> {
    match error {
        TantivyError::IoError(error)
        | TantivyError::OpenReadError(OpenReadError::IoError {
            io_error: error, ..
        })
        | TantivyError::OpenWriteError(OpenWriteError::IoError {
            io_error: error, ..
        }) => Some(error),
        _ => None,
    }
}

/// Whether an error is about the machine and not about what is in the file.
fn is_systems(error: &io::Error) -> bool {
    error.raw_os_error().is_some() && error.kind() != io::ErrorKind::NotFound
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `read`, which reads the index in `folder` through Tantivy, and turns a panic into an error. Tantivy trusts the
/// bytes of an index and panics on many that it cannot have written; a damaged index is no bug of the program that
/// reads it, and no reason to end a server.
///
/// # Errors
/// Those of `read`, and [`Kind::Corrupt`] instead of a panic.
pub fn guarded<T>(folder: &Path, read: impl FnOnce() -> Result<T>) -> Result<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                before(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(outer);
    outcome.unwrap_or_else(|_| Err(corrupt(folder, "what is in its files makes no sense")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_reader_is_an_error() {
        let damaged: Result<()> = guarded(Path::new("my index"), || panic!("as tantivy does"));
        let error = damaged.unwrap_err();
        assert_eq!(error.kind, Kind::Corrupt);
        assert_eq!(
            error.hint.as_deref(),
            Some("needledrop index --rebuild --index 'my index'")
        );
        assert_eq!(guarded(Path::new("i"), || Ok(1)).unwrap(), 1);
    }

    #[test]
    fn a_full_disk_says_that_nothing_is_lost() {
        let error = io::Error::from(io::ErrorKind::StorageFull);
        let said = super::io("write", Path::new("index"), &error);
        assert_eq!(said.kind, Kind::Io);
        assert!(said.hint.unwrap().contains("still answers"));
    }
}
