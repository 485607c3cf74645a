//! `needledrop index --watch`: what a watcher does, said as it happens.

use std::io::Write;
use std::ops::ControlFlow;

use super::index::{Format, IndexRequest, sentence};
use super::seam::{self, Event};
use super::terminal::Terminal;
use super::{Ended, Outcome, Stop, clock, report, shape};
use crate::corpus::Corpus;
use crate::index::Summary;

/// Follows the corpus until the process is interrupted or nobody reads what it says.
pub fn run(request: &IndexRequest, corpus: &Corpus, terminal: &Terminal) -> Outcome {
    report::note(
        terminal,
        &format!("watching {}: interrupt to stop", request.corpus.display()),
    );
    let mut stopped = Ok(Ended::Done);
    seam::watch(
        corpus,
        &request.folder,
        &request.options,
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
                Format::Json => shape::summary(&mut out, &summary)?,
                Format::Text => writeln!(out, "{}", line(&clock::now(), &summary))?,
            }
            Ok(out.flush()?)
        }
    }
}

/// One update: `14:02:11  0 added, 1 updated, ...`.
fn line(time: &str, summary: &Summary) -> String {
    let what = match (&summary.rebuilt, summary.committed) {
        (_, false) if !summary.problems.is_empty() => {
            "nothing indexed until the corpus is mended".to_owned()
        }
        (Some(why), _) => format!("{}: {}", report::visible(why), sentence(summary)),
        _ => sentence(summary),
    };
    format!("{time}  {what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::problem::Problem;

    #[test]
    fn an_update_is_a_line_with_its_time() {
        let summary = Summary {
            updated: 1,
            unchanged: 19,
            entries: 20,
            committed: true,
            ..Summary::default()
        };
        let said = line("14:02:11", &summary);
        assert!(said.starts_with("14:02:11  0 added, 1 updated"), "{said}");
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
        assert!(line("1", &summary).ends_with("nothing indexed until the corpus is mended"));
    }
}
