//! The JSON that `index`, `status` and `doctor` publish: shapes of their own, apart from the domain's types, so that a
//! change of ours is no change of theirs.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::clock;
use super::seam::{Checkup, Status};
use crate::corpus::problem::Problem;
use crate::index::Summary;

/// The version of every shape here.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct SummaryShape<'a> {
    version: u32,
    rebuilt: Option<&'a str>,
    added: u64,
    updated: u64,
    removed: u64,
    unchanged: u64,
    entries: u64,
    left_out: u64,
    committed: bool,
    seconds: f64,
    problems: Vec<ProblemShape<'a>>,
}

#[derive(Serialize)]
struct ProblemShape<'a> {
    path: &'a str,
    line: Option<u64>,
    column: Option<u64>,
    message: &'a str,
    hint: Option<&'a str>,
}

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

/// Writes what an update did, one line.
pub fn summary(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let shape = SummaryShape {
        version: VERSION,
        rebuilt: summary.rebuilt.as_deref(),
        added: summary.added,
        updated: summary.updated,
        removed: summary.removed,
        unchanged: summary.unchanged,
        entries: summary.entries,
        left_out: summary.left_out,
        committed: summary.committed,
        seconds: summary.seconds,
        problems: summary.problems.iter().map(problem).collect(),
    };
    line(out, &shape)
}

/// Writes a status, one line.
pub fn status(out: &mut dyn Write, folder: &Path, status: &Status) -> io::Result<()> {
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
    line(out, &shape)
}

/// Writes a check-up, one line.
pub fn checkup(out: &mut dyn Write, folder: &Path, checkup: &Checkup) -> io::Result<()> {
    let shape = CheckupShape {
        version: VERSION,
        index: folder.to_string_lossy().into_owned(),
        healthy: checkup.faults.is_empty(),
        checked: &checkup.checked,
        faults: &checkup.faults,
    };
    line(out, &shape)
}

fn problem(problem: &Problem) -> ProblemShape<'_> {
    ProblemShape {
        path: &problem.path,
        line: (problem.line > 0).then_some(problem.line),
        column: (problem.column > 0).then_some(problem.column),
        message: &problem.message,
        hint: problem.hint.as_deref(),
    }
}

fn line(out: &mut dyn Write, shape: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, shape)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_one_line_with_its_problems() {
        let summary_of = Summary {
            added: 2,
            problems: vec![Problem {
                path: "a.json".into(),
                line: 3,
                column: 0,
                message: "title is missing".into(),
                hint: None,
            }],
            ..Summary::default()
        };
        let mut out = Vec::new();
        summary(&mut out, &summary_of).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with(r#"{"version":1,"rebuilt":null,"added":2,"#),
            "{text}"
        );
        assert!(text.ends_with("\"problems\":[{\"path\":\"a.json\",\"line\":3,\"column\":null,\"message\":\"title is missing\",\"hint\":null}]}\n"), "{text}");
    }
}
