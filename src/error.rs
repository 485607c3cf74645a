//! The one error shape: kind, message, causes, hint. Lower case, no full stop.
//!
//! A message says where and what; the causes say why; the hint is a command or an edit that mends it. One place
//! ([`Kind::exit_code`]) maps a kind to an exit status.

use std::fmt;

/// What sort of trouble it is; decides exit code and, over HTTP, the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The corpus has entries or files that cannot be indexed as they are.
    Corpus,
    /// A flag, setting or request that makes no sense.
    Usage,
    /// No index, no corpus, no such entry.
    Missing,
    /// Another process is writing the index.
    Locked,
    /// The index is damaged, foreign, or of a format this program does not read.
    Corrupt,
    /// The operating system said no: disk full, permissions, a broken device.
    Io,
    /// A query that takes more time or memory than whoever asks allows.
    TooLong,
    /// A bug of ours.
    Internal,
}

impl Kind {
    /// The process exit status for this kind of trouble: always 2 (0 is hits, 1 is no hits).
    pub fn exit_code(self) -> u8 {
        2
    }
}

/// What went wrong, for a person.
#[derive(Debug, Clone)]
pub struct Error {
    /// What sort of trouble.
    pub kind: Kind,
    /// Where and what, in one line: lower case, no full stop.
    pub message: String,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// What to do about it: a command ready to paste where there is one.
    pub hint: Option<String>,
}

impl Error {
    /// An error with no causes and no hint yet.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// The same error with `cause` and all of its sources as the reason.
    pub fn because(mut self, cause: &dyn std::error::Error) -> Error {
        let mut next = Some(cause);
        while let Some(error) = next {
            let text = error.to_string();
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    /// The same error with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// A result whose error is for people.
pub type Result<T> = std::result::Result<T, Error>;
