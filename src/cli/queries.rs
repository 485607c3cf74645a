//! `search --queries`: a TSV of `qid<TAB>query`, answered in its order by several threads.
//!
//! Line *i* goes to worker *i* mod *n* and its answer is taken from the same worker, so the order needs no sorting, memory
//! is bounded by the channels, and a program that writes a query and waits gets its answer before it writes the next.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::query_file::{Line, Lines};
use super::render::View;
use super::terminal::{Out, Terminal};
use super::{Ended, Outcome, report};
use crate::corpus::problem::Problem;
use crate::error::{Error, Kind, Result};
use crate::search::engine::Engine;
use crate::search::request::SearchRequest;

/// Lines and answers that wait at each worker.
const WAITING: usize = 16;

/// What became of one line.
enum Answer {
    Hits {
        bytes: Vec<u8>,
        found: bool,
    },
    Wrong(Problem),
    Failed(Error),
    /// No line is left for this worker.
    End,
}

/// Answers every line of `file` in order. A line that is no query is reported, the rest is answered, and the run counts
/// as trouble.
pub fn answer(
    engine: Engine,
    file: &Path,
    threads: usize,
    request: SearchRequest,
    view: View,
    terminal: &Terminal,
) -> Outcome {
    let lines = Lines::open(file)?;
    let threads = match threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        n => n.min(256),
    };
    let answers = start(engine, lines, threads, request, view);
    let mut out = terminal.out();
    let mut tally = Tally::default();
    for worker in answers.iter().cycle() {
        // Nothing ready: whoever waits for the last answer gets it now.
        let answer = match worker.try_recv() {
            Ok(answer) => Some(answer),
            Err(_) => {
                out.flush()?;
                worker.recv().ok()
            }
        };
        match answer {
            // The file ends here: all answers before have been taken.
            Some(Answer::End) => break,
            Some(answer) => tally.take(answer, &mut out, terminal)?,
            None => {
                return Err(
                    Error::new(Kind::Internal, "a thread that answers queries died").into(),
                );
            }
        }
    }
    out.flush()?;
    Ok(tally.ended())
}

/// What has come out so far.
#[derive(Default)]
struct Tally {
    found: bool,
    wrong: bool,
}

impl Tally {
    fn take(
        &mut self,
        answer: Answer,
        out: &mut Out,
        terminal: &Terminal,
    ) -> std::result::Result<(), super::Stop> {
        match answer {
            Answer::Hits { bytes, found } => {
                out.write_all(&bytes)?;
                self.found |= found;
            }
            Answer::Wrong(problem) => {
                report::problems(terminal, &[problem]);
                self.wrong = true;
            }
            Answer::Failed(error) => {
                out.flush()?;
                return Err(error.into());
            }
            Answer::End => {}
        }
        Ok(())
    }

    fn ended(&self) -> Ended {
        match (self.wrong, self.found) {
            (true, _) => Ended::Trouble,
            (_, true) => Ended::Done,
            _ => Ended::Nothing,
        }
    }
}

/// Starts the reader and the workers; gives each worker's answers. The threads are left alone: they end with the file, or
/// with the process when standard output closes while standard input stays open.
fn start(
    engine: Engine,
    mut lines: Lines,
    threads: usize,
    request: SearchRequest,
    view: View,
) -> Vec<Receiver<Answer>> {
    let shared = Arc::new((engine, request, view));
    let mut hands: Vec<SyncSender<Result<Line>>> = Vec::new();
    let mut answers = Vec::new();
    for _ in 0..threads {
        let (hand, work) = sync_channel(WAITING);
        let (give, answer) = sync_channel(WAITING);
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (engine, request, view) = &*shared;
            for line in work {
                if give.send(reply(engine, request, view, line)).is_err() {
                    return;
                }
            }
            let _ = give.send(Answer::End);
        });
        hands.push(hand);
        answers.push(answer);
    }
    thread::spawn(move || {
        for hand in hands.iter().cycle() {
            let Some(line) = lines.next() else { return };
            if hand.send(line).is_err() {
                return;
            }
        }
    });
    answers
}

fn reply(engine: &Engine, request: &SearchRequest, view: &View, line: Result<Line>) -> Answer {
    let (qid, text) = match line {
        Ok(Line::Query { qid, text }) => (qid, text),
        Ok(Line::Wrong(problem)) => return Answer::Wrong(problem),
        Err(error) => return Answer::Failed(error),
    };
    let request = SearchRequest {
        query: text,
        ..request.clone()
    };
    let response = match engine.search(&request) {
        Ok(response) => response,
        Err(error) => return Answer::Failed(error),
    };
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = view.of_many(&mut bytes, &qid, &response);
    Answer::Hits {
        bytes,
        found: response.total > 0,
    }
}
