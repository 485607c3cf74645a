//! `needledrop status`: what an index is made of, and whether its corpus has changed since.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::place::IndexPlace;
use super::terminal::Terminal;
use super::value::bytes;
use super::{Ended, Outcome, clock, shape};
use crate::index::{self, Status};
use crate::output::clean::clean;
use crate::output::counted;

/// Say what the index holds, when and from what it was built, and whether the corpus has changed since
#[derive(Debug, Args)]
pub struct StatusArgs {
    #[command(flatten)]
    place: IndexPlace,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How a status is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

pub fn run(args: StatusArgs, terminal: &Terminal) -> Outcome {
    let folder = args.place.folder();
    let status = index::status(folder)?;
    let mut out = terminal.out();
    match args.format {
        Format::Json => shape::status(&mut out, folder, &status)?,
        Format::Text => {
            for (name, value) in rows(&status) {
                writeln!(out, "{name:<9} {}", clean(&value))?;
            }
        }
    }
    out.flush()?;
    Ok(Ended::Done)
}

/// What is told about an index, a row each.
fn rows(status: &Status) -> Vec<(&'static str, String)> {
    let changed = match &status.changed {
        None => "nothing".to_owned(),
        Some(what) => format!("{what} (bring it up to date with: {})", status.update),
    };
    vec![
        ("entries", counted(status.entries, "entry", "entries")),
        ("size", bytes(status.bytes)),
        ("built", clock::stamp(status.built)),
        ("from", status.corpus.display().to_string()),
        ("language", status.language.clone()),
        ("changed", changed),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_reads_like_a_label() {
        let status = Status {
            entries: 20,
            bytes: 48_123,
            built: std::time::SystemTime::UNIX_EPOCH,
            corpus: "corpus".into(),
            language: "english".into(),
            changed: Some("1 file changed".into()),
            update: "needledrop index films.jsonl --map artists=cast".into(),
        };
        let rows = rows(&status);
        assert_eq!(rows[0], ("entries", "20 entries".to_owned()));
        assert_eq!(rows[1], ("size", "48.1 kB".to_owned()));
        assert_eq!(
            rows[5].1,
            "1 file changed (bring it up to date with: needledrop index films.jsonl --map artists=cast)"
        );
    }
}
