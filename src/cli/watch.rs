//! `needledrop index --watch`: what a watcher does, said as it happens.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use super::index::{Format, IndexRequest};

use super::terminal::Terminal;
use super::{Ended, Outcome, Stop, clock, report};
use crate::index::{self, Event, Summary};
use crate::output::summary as account;
use crate::output::theme::Theme;

/// Follows the corpus until the process is interrupted or nobody reads what it says.
pub fn run(request: &IndexRequest, terminal: &Terminal) -> Outcome {
    report::note(
        terminal,
        &format!("watching {}: interrupt to stop", request.corpus.display()),
    );
    let mut stopped = Ok(Ended::Done);
    index::watch(
        &request.corpus,
        &request.mapping,
        &request.folder,
        &request.options,
        &AtomicBool::new(false),
        &mut |event| match say(event, request.format, terminal) {
            Ok(()) => ControlFlow::Continue(()),
            Err(stop) => {
                stopped = Err(stop);
                ControlFlow::Break(())
            }
        },
    )?;
    stopped
}

fn say(event: Event, format: Format, terminal: &Terminal) -> Result<(), Stop> {
    match event {
        Event::Failed(error) => {
            report::error(terminal, &error);
            Ok(())
        }
        Event::Updated(summary) => {
            report::problems(terminal, &summary.problems);
            let mut out = terminal.out();
            match format {
                Format::Json => account::write_json(&mut out, &summary)?,
                Format::Text => line(&mut out, &clock::now(), &summary, &terminal.theme())?,
            }
            Ok(out.flush()?)
        }
    }
}

/// One update: `14:02:11  0 added, 1 updated, ...`.
fn line(out: &mut impl Write, time: &str, summary: &Summary, theme: &Theme) -> io::Result<()> {
    let quiet = theme.quiet;
    write!(out, "{quiet}{time}{quiet:#}  ")?;
    if !summary.committed {
        return writeln!(out, "nothing indexed until the corpus is mended");
    }
    account::write(out, summary, theme)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::problem::Problem;

    fn said(summary: &Summary) -> String {
        let mut out = Vec::new();
        line(&mut out, "14:02:11", summary, &Theme::plain()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_update_is_a_line_with_its_time() {
        let summary = Summary {
            updated: 1,
            unchanged: 19,
            entries: 20,
            committed: true,
            ..Summary::default()
        };
        assert_eq!(
            said(&summary),
            "14:02:11  0 added, 1 updated, 0 removed, 19 unchanged; 20 entries in 0.00 s\n"
        );
    }

    #[test]
    fn a_broken_corpus_is_waited_out() {
        let problem = Problem {
            path: "a.json".into(),
            line: 1,
            column: 1,
            message: "not JSON".into(),
            hint: None,
        };
        let summary = Summary {
            problems: vec![problem],
            ..Summary::default()
        };
        assert!(said(&summary).ends_with("nothing indexed until the corpus is mended\n"));
    }
}
