//! The JSON that `status` and `doctor` publish: shapes of their own, apart from the domain's types, so that a change of
//! ours is no change of theirs.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::clock;
use crate::index::{Checkup, Status};
use crate::output::json::{VERSION, write_line};

#[derive(Serialize)]
struct StatusShape<'a> {
    version: u32,
    index: String,
    entries: u64,
    bytes: u64,
    built: String,
    corpus: String,
    language: &'a str,
    changed: Option<&'a str>,
}

#[derive(Serialize)]
struct CheckupShape<'a> {
    version: u32,
    index: String,
    healthy: bool,
    checked: &'a [String],
    faults: &'a [String],
}

/// Writes a status, one line.
///
/// # Errors
/// What `out` says.
pub fn status(out: &mut impl Write, folder: &Path, status: &Status) -> io::Result<()> {
    let shape = StatusShape {
        version: VERSION,
        index: folder.to_string_lossy().into_owned(),
        entries: status.entries,
        bytes: status.bytes,
        built: clock::iso(status.built),
        corpus: status.corpus.to_string_lossy().into_owned(),
        language: &status.language,
        changed: status.changed.as_deref(),
    };
    write_line(out, &shape)
}

/// Writes a check-up, one line.
///
/// # Errors
/// What `out` says.
pub fn checkup(out: &mut impl Write, folder: &Path, checkup: &Checkup) -> io::Result<()> {
    let shape = CheckupShape {
        version: VERSION,
        index: folder.to_string_lossy().into_owned(),
        healthy: checkup.faults.is_empty(),
        checked: &checkup.checked,
        faults: &checkup.faults,
    };
    write_line(out, &shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkup_is_one_line() {
        let found = Checkup {
            checked: vec!["20 entries".into()],
            faults: vec!["store.bin is 3 bytes short".into()],
            ..Checkup::default()
        };
        let mut out = Vec::new();
        checkup(&mut out, Path::new("index"), &found).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"version\":1,\"index\":\"index\",\"healthy\":false,\"checked\":[\"20 entries\"],\"faults\":[\"store.bin is 3 bytes short\"]}\n"
        );
    }
}
