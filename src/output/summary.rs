//! What an update of the index did, in a line or two or as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::clean::clean;
use super::json::{VERSION, write_line};
use super::theme::Theme;
use super::{counted, thousands};
use crate::corpus::problem::Problem;
use crate::index::Summary;

/// Writes what was done and why. The problems are not written here ([`super::problem::write_all`]), only counted.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut impl Write, summary: &Summary, theme: &Theme) -> io::Result<()> {
    let seconds = format!("{:.2} s", summary.seconds);
    if !summary.committed {
        return writeln!(out, "{} in {seconds}", uncommitted(summary));
    }
    if let Some(why) = &summary.rebuilt {
        writeln!(out, "{0}{1}{0:#}", theme.quiet, clean(why))?;
    }
    let left_out = match summary.left_out {
        0 => String::new(),
        count => format!(", {} left out", thousands(count)),
    };
    writeln!(
        out,
        "{} added, {} updated, {} removed, {} unchanged{left_out}; {} in {seconds}",
        thousands(summary.added),
        thousands(summary.updated),
        thousands(summary.removed),
        thousands(summary.unchanged),
        counted(summary.entries, "entry", "entries"),
    )
}

/// What there is to say when nothing was written.
fn uncommitted(summary: &Summary) -> String {
    let problems = summary.problems.len() as u64;
    let valid = counted(summary.entries, "valid entry", "valid entries");
    match (problems, summary.left_out) {
        (0, 0) => format!("{valid}, no problems; nothing was written,"),
        (_, 0) => format!(
            "{valid}, {}; nothing was written,",
            counted(problems, "problem", "problems")
        ),
        (_, left_out) => format!(
            "{valid}, {} left out; nothing was written,",
            thousands(left_out)
        ),
    }
}

/// Writes what was done as one object on one line, with every problem.
///
/// # Errors
/// What `out` says.
pub fn write_json(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    write_line(out, &SummaryJson::new(summary))
}

#[derive(Serialize)]
struct SummaryJson<'a> {
    version: u32,
    committed: bool,
    rebuilt: Option<&'a str>,
    added: u64,
    updated: u64,
    removed: u64,
    unchanged: u64,
    left_out: u64,
    entries: u64,
    seconds: f64,
    problems: Vec<ProblemJson<'a>>,
    notes: Vec<ProblemJson<'a>>,
}

impl<'a> SummaryJson<'a> {
    fn new(summary: &'a Summary) -> SummaryJson<'a> {
        SummaryJson {
            version: VERSION,
            committed: summary.committed,
            rebuilt: summary.rebuilt.as_deref(),
            added: summary.added,
            updated: summary.updated,
            removed: summary.removed,
            unchanged: summary.unchanged,
            left_out: summary.left_out,
            entries: summary.entries,
            seconds: summary.seconds,
            problems: summary.problems.iter().map(ProblemJson::new).collect(),
            notes: summary.notes.iter().map(ProblemJson::new).collect(),
        }
    }
}

/// A problem; `line` and `column` are `null` where the whole file or line is meant.
#[derive(Serialize)]
struct ProblemJson<'a> {
    path: &'a str,
    line: Option<u64>,
    column: Option<u64>,
    message: &'a str,
    hint: Option<&'a str>,
}

impl<'a> ProblemJson<'a> {
    fn new(problem: &'a Problem) -> ProblemJson<'a> {
        ProblemJson {
            path: &problem.path,
            line: Some(problem.line).filter(|&line| line > 0),
            column: Some(problem.column).filter(|&column| column > 0),
            message: &problem.message,
            hint: problem.hint.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        Summary {
            added: 3,
            updated: 1,
            removed: 2,
            unchanged: 36_270,
            entries: 36_274,
            committed: true,
            seconds: 0.4211,
            ..Summary::default()
        }
    }

    fn shown(summary: &Summary) -> String {
        let mut out = Vec::new();
        write(&mut out, summary, &Theme::plain()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_done() {
        let mut summary = summary();
        assert_eq!(
            shown(&summary),
            "3 added, 1 updated, 2 removed, 36,270 unchanged; 36,274 entries in 0.42 s\n"
        );
        summary.rebuilt = Some("full rebuild: the stemming language changed".to_owned());
        (summary.left_out, summary.entries) = (4, 1);
        assert_eq!(
            shown(&summary),
            "full rebuild: the stemming language changed\n\
             3 added, 1 updated, 2 removed, 36,270 unchanged, 4 left out; 1 entry in 0.42 s\n"
        );
    }

    #[test]
    fn what_was_only_looked_at() {
        let mut summary = summary();
        summary.committed = false;
        assert_eq!(
            shown(&summary),
            "36,274 valid entries, no problems; nothing was written, in 0.42 s\n"
        );
        summary.problems = vec![problem()];
        assert_eq!(
            shown(&summary),
            "36,274 valid entries, 1 problem; nothing was written, in 0.42 s\n"
        );
    }

    fn problem() -> Problem {
        Problem {
            path: "a.json".to_owned(),
            line: 3,
            column: 0,
            message: "the title is missing".to_owned(),
            hint: None,
        }
    }

    #[test]
    fn as_json() {
        let mut summary = summary();
        summary.problems = vec![problem()];
        let mut out = Vec::new();
        write_json(&mut out, &summary).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            concat!(
                r#"{"version":1,"committed":true,"rebuilt":null,"added":3,"updated":1,"removed":2,"unchanged":36270,"left_out":0,"#,
                r#""entries":36274,"seconds":0.4211,"problems":[{"path":"a.json","line":3,"column":null,"#,
                r#""message":"the title is missing","hint":null}],"notes":[]}"#,
                "\n"
            )
        );
    }
}
