//! `search --queries`: a TSV of `qid<TAB>query`, answered in its order by several threads.
//!
//! Line *i* goes to worker *i* mod *n* and its answer is taken from the same worker, so the order needs no sorting, memory
//! is bounded by the channels, and a program that writes a query and waits gets its answer before it writes the next.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::render::{self, View};
use super::terminal::{Out, Terminal};
use super::{Ended, Outcome, report};
use crate::corpus::problem::Problem;
use crate::error::{Error, Kind, Result};
use crate::search::engine::Engine;
use crate::search::request::SearchRequest;

/// Longer lines are no queries.
const LONGEST_LINE: u64 = 1 << 20;
/// Lines and answers that wait at each worker.
const WAITING: usize = 16;

/// One line of the file.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Query { qid: String, text: String },
    Wrong(Problem),
}

/// What became of one line.
enum Answer {
    Hits {
        bytes: Vec<u8>,
        warnings: Vec<String>,
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
            Answer::Hits {
                bytes,
                warnings,
                found,
            } => {
                out.write_all(&bytes)?;
                warnings
                    .iter()
                    .for_each(|text| report::warning(terminal, text));
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
    let _ = view.response(&mut bytes, Some(&qid), &response);
    Answer::Hits {
        bytes,
        warnings: render::warnings(&response)
            .into_iter()
            .map(|text| format!("{qid}: {text}"))
            .collect(),
        found: response.total > 0,
    }
}

/// The lines of a file of queries.
struct Lines {
    /// As it is called in messages.
    name: String,
    reader: Box<dyn BufRead + Send>,
    number: u64,
}

impl Lines {
    fn open(file: &Path) -> Result<Lines> {
        let (name, reader): (String, Box<dyn BufRead + Send>) = if file == Path::new("-") {
            ("<stdin>".into(), Box::new(BufReader::new(io::stdin())))
        } else {
            let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
            let name = file.to_string_lossy().into_owned();
            (name, Box::new(BufReader::new(opened)))
        };
        Ok(Lines {
            name,
            reader,
            number: 0,
        })
    }

    /// The next line that is not blank.
    fn next(&mut self) -> Option<Result<Line>> {
        loop {
            let (bytes, is_cut) = match self.next_bytes() {
                Ok(Some(read)) => read,
                Ok(None) => return None,
                Err(error) => return Some(Err(unreadable(&PathBuf::from(&self.name), &error))),
            };
            self.number += 1;
            let line = if is_cut {
                Err("longer than 1 MiB: no query")
            } else {
                parse(&bytes, self.number == 1)
            };
            match line {
                Ok(None) => {}
                Ok(Some((qid, text))) => return Some(Ok(Line::Query { qid, text })),
                Err(message) => return Some(Ok(Line::Wrong(self.problem(message)))),
            }
        }
    }

    /// The bytes of a line, and whether it was longer than any query; `None` at the end.
    fn next_bytes(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        let mut bytes = Vec::new();
        self.reader
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut bytes)?;
        let is_cut = bytes.len() as u64 == LONGEST_LINE && !bytes.ends_with(b"\n");
        if is_cut {
            self.reader.skip_until(b'\n')?;
        }
        Ok((!bytes.is_empty()).then_some((bytes, is_cut)))
    }

    fn problem(&self, message: &str) -> Problem {
        Problem {
            path: self.name.clone(),
            line: self.number,
            column: 0,
            message: message.into(),
            hint: None,
        }
    }
}

/// `qid` and query of a line; `None` when it is blank.
fn parse(
    bytes: &[u8],
    is_first: bool,
) -> std::result::Result<Option<(String, String)>, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    let text = match is_first {
        true => text.trim_start_matches('\u{feff}'),
        false => text,
    };
    let text = text.trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (qid, query) = text
        .split_once('\t')
        .ok_or("no tab: write `qid<TAB>query`")?;
    let qid = qid.trim();
    if qid.is_empty() || qid.contains(char::is_whitespace) {
        return Err("the qid before the tab must be one word");
    }
    Ok(Some((qid.to_owned(), query.to_owned())))
}

fn unreadable(file: &Path, error: &io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => Kind::Missing,
        _ => Kind::Io,
    };
    Error::new(
        kind,
        format!("cannot read the queries in {}", file.display()),
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<Line> {
        let mut lines = Lines {
            name: "q.tsv".into(),
            reader: Box::new(io::Cursor::new(bytes.to_vec())),
            number: 0,
        };
        std::iter::from_fn(|| lines.next())
            .map(|line| line.unwrap())
            .collect()
    }

    fn query(qid: &str, text: &str) -> Line {
        Line::Query {
            qid: qid.into(),
            text: text.into(),
        }
    }

    fn shown(line: &Line) -> String {
        match line {
            Line::Wrong(problem) => problem.to_string(),
            Line::Query { qid, text } => format!("{qid}={text}"),
        }
    }

    #[test]
    fn a_query_a_line() {
        let read = lines(b"\xef\xbb\xbf1\tbowie\r\n\n2\t\"the who\"\tlive\n \t \n3\t");
        let wanted = [
            query("1", "bowie"),
            query("2", "\"the who\"\tlive"),
            query("3", ""),
        ];
        assert_eq!(read, wanted);
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn a_bad_line_is_named_and_the_next_is_read() {
        let read = lines(b"no tab here\n\tno id\n3\t\xff\nq 4\tx\n5\tfine\n");
        let shown: Vec<String> = read.iter().map(shown).collect();
        assert_eq!(
            shown,
            [
                "q.tsv:1: no tab: write `qid<TAB>query`",
                "q.tsv:2: the qid before the tab must be one word",
                "q.tsv:3: not UTF-8",
                "q.tsv:4: the qid before the tab must be one word",
                "5=fine",
            ]
        );
    }

    #[test]
    fn an_endless_line_is_passed_over() {
        let mut bytes = b"1\t".to_vec();
        bytes.resize(3 << 20, b'x');
        bytes.extend_from_slice(b"\n2\tbowie\n");
        let read = lines(&bytes);
        assert_eq!(shown(&read[0]), "q.tsv:1: longer than 1 MiB: no query");
        assert_eq!(read[1..], [query("2", "bowie")]);
    }
}
