//! What is wrong with a place in the corpus: a value, reported by the hundred and never fatal on its own.

use std::fmt;
use std::path::Path;

/// One thing wrong in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file's name as the user knows it (relative to where they stand, `/` between parts).
    pub path: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: u64,
    /// Column in characters, from 1; 0 when the whole line is meant.
    pub column: u64,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        write!(f, ": {}", self.message)
    }
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Line, from 1; 0 when the whole file is meant.
    pub line: u64,
    /// Column in characters, from 1; 0 when the whole line is meant.
    pub column: u64,
}

impl Place {
    /// The whole file.
    pub const FILE: Place = Place { line: 0, column: 0 };
    /// The first character.
    pub const START: Place = Place { line: 1, column: 1 };

    /// A whole line.
    pub fn line(line: u64) -> Place {
        Place { line, column: 0 }
    }

    /// The place behind `text`, which begins here.
    pub fn behind(self, text: &[u8]) -> Place {
        let lines = memchr::memchr_iter(b'\n', text).count() as u64;
        match memchr::memrchr(b'\n', text) {
            None => Place {
                line: self.line,
                column: self.column + characters(text),
            },
            Some(last) => Place {
                line: self.line + lines,
                column: 1 + characters(&text[last + 1..]),
            },
        }
    }
}

/// How many characters `text` has; of what is not UTF-8, those bytes count that could begin one.
fn characters(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64
}

/// Gathers the problems of one file.
#[derive(Debug)]
pub(super) struct Report {
    path: String,
    /// What was found so far, in order.
    pub problems: Vec<Problem>,
}

impl Report {
    /// About the file that was opened at `path`.
    pub fn new(path: &Path) -> Report {
        Report {
            path: shown(path),
            problems: Vec::new(),
        }
    }

    /// Adds a problem; an empty hint is none.
    pub fn add(&mut self, place: Place, message: impl Into<String>, hint: impl Into<String>) {
        let hint: String = hint.into();
        self.problems.push(Problem {
            path: self.path.clone(),
            line: place.line,
            column: place.column,
            message: message.into(),
            hint: Some(hint).filter(|hint| !hint.is_empty()),
        });
    }

    /// Reports the first byte of `bytes`, which begin at `start`, that is not UTF-8.
    pub fn add_encoding(&mut self, bytes: &[u8], start: Place) {
        let Err(error) = str::from_utf8(bytes) else {
            return;
        };
        let (good, bad) = bytes.split_at(error.valid_up_to());
        let message = match bad.first() {
            Some(byte) if error.error_len().is_some() => {
                format!("invalid UTF-8: the byte {byte:02X}")
            }
            _ => "invalid UTF-8: the last character is cut off".to_owned(),
        };
        let hint = "only UTF-8 is read; from the old Western encoding: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW";
        self.add(start.behind(good), message, hint);
    }
}

/// A path as people write it: `/` between parts, what is not Unicode replaced.
pub(super) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// A path as a shell takes it, for commands in hints.
pub(super) fn for_shell(path: &Path) -> String {
    let text = shown(path);
    let plain = |c: char| c.is_alphanumeric() || "._-/+,=@%:".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_moves_on_by_lines_and_characters() {
        let behind = |text: &str| Place::START.behind(text.as_bytes());
        assert_eq!(behind(""), Place::START);
        assert_eq!(behind("Björk"), Place { line: 1, column: 6 });
        assert_eq!(behind("a\nb\n"), Place { line: 3, column: 1 });
        assert_eq!(behind("a\nλx"), Place { line: 2, column: 3 });
    }

    #[test]
    fn paths_in_commands_can_be_pasted() {
        assert_eq!(for_shell(Path::new("corpus/a.json")), "corpus/a.json");
        assert_eq!(for_shell(Path::new("my films")), "'my films'");
        assert_eq!(for_shell(Path::new("don't")), r"'don'\''t'");
        assert_eq!(for_shell(Path::new("$(x)")), "'$(x)'");
    }

    #[test]
    fn a_problem_names_its_place_as_far_as_it_has_one() {
        let mut report = Report::new(Path::new("corpus/a.json"));
        report.add(Place::FILE, "is empty", "");
        report.add(Place::line(3), "is odd", "mend it");
        report.add(Place { line: 3, column: 7 }, "is odd", "");
        let shown: Vec<String> = report.problems.iter().map(Problem::to_string).collect();
        assert_eq!(
            shown,
            [
                "corpus/a.json: is empty",
                "corpus/a.json:3: is odd",
                "corpus/a.json:3:7: is odd"
            ]
        );
        assert_eq!(report.problems[0].hint, None);
    }
}
