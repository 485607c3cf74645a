//! A file of queries: `qid<TAB>query` a line, read one at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::corpus::problem::Problem;
use crate::error::{Error, Kind, Result};

/// Longer lines are no queries.
const LONGEST_LINE: u64 = 1 << 20;

/// One line of the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A query and its id.
    Query { qid: String, text: String },
    /// No query, and why.
    Wrong(Problem),
}

/// The lines of a file of queries.
pub struct Lines {
    /// As it is called in messages.
    name: String,
    reader: Box<dyn BufRead + Send>,
    number: u64,
}

impl Lines {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(file: &Path) -> Result<Lines> {
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
    pub fn next(&mut self) -> Option<Result<Line>> {
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
