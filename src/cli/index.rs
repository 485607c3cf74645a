//! `needledrop index`: bring an index up to date with a corpus.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::place::{CORPUS, INDEX, IndexPlace};
use super::progress::Bar;
use super::terminal::Terminal;
use super::usage::quote;
use super::{Ended, Outcome, report, value, watch};
use crate::corpus::Corpus;
use crate::error::{Error, Kind, Result};
use crate::index::{self, Summary, UpdateOptions};
use crate::output::{counted, summary as account};

/// Build an index of a corpus, or bring it up to date
///
/// What changed since the last time is found and only that is indexed; the answers are those of an index built from
/// nothing. A broken entry never passes in silence: every problem is reported, and the old index stays as it was unless
/// --skip-invalid is given.
#[derive(Debug, Args)]
pub struct IndexArgs {
    /// Folder or file to index [default: corpus]
    #[arg(value_name = "CORPUS")]
    corpus: Option<PathBuf>,
    #[command(flatten)]
    place: IndexPlace,
    /// Build from nothing, whatever is there
    #[arg(long)]
    rebuild: bool,
    /// Only read and validate the corpus
    #[arg(long, conflicts_with_all = ["rebuild", "watch"])]
    check: bool,
    /// Leave out what is invalid, say so, and index the rest
    #[arg(long)]
    skip_invalid: bool,
    /// Read our field F from the file's key G, as in artists=cast (repeatable)
    #[arg(long = "map", value_name = "F=G", value_parser = value::mapping)]
    mapping: Vec<(String, String)>,
    /// Memory the writer may hold, as in 64MB or 1GiB
    #[arg(long, value_name = "SIZE", value_parser = value::memory, default_value = "192MB")]
    memory: u64,
    /// Indexing threads; 0 for as many as there are cores
    #[arg(long, value_name = "N", default_value = "0", value_parser = value::number)]
    threads: usize,
    /// Wait when another process is writing the index, instead of giving up
    #[arg(long)]
    wait: bool,
    /// Stay, and follow every change of the corpus
    #[arg(long)]
    watch: bool,
    /// How to print the summary
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How a summary is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

/// What is to be indexed, where, and how.
pub struct IndexRequest {
    /// Folder or file of entries.
    pub corpus: PathBuf,
    /// Folder of the index.
    pub folder: PathBuf,
    /// `--map F=G`, as pairs.
    pub mapping: Vec<(String, String)>,
    /// How.
    pub options: UpdateOptions,
    /// How the summary is printed.
    pub format: Format,
}

impl IndexArgs {
    fn resolve(self) -> IndexRequest {
        IndexRequest {
            corpus: self.corpus.unwrap_or_else(|| CORPUS.into()),
            folder: self.place.folder().to_owned(),
            mapping: self.mapping,
            options: UpdateOptions {
                rebuild: self.rebuild,
                check: self.check,
                skip_invalid: self.skip_invalid,
                keep_broken: self.watch,
                wait: self.wait,
                memory: self.memory,
                threads: self.threads,
            },
            format: self.format,
        }
    }
}

/// Lets a write beyond a file-size limit fail as a full disk does, with an error, instead of ending the process.
fn let_oversize_writes_fail() {
    #[cfg(unix)]
    {
        let seen = std::sync::Arc::default();
        // Without it the signal ends the process: no harm to the index, but nobody is told why.
        let _ = signal_hook::flag::register(libc::SIGXFSZ, seen);
    }
}

pub fn run(args: IndexArgs, terminal: &Terminal) -> Outcome {
    let_oversize_writes_fail();
    let follow = args.watch;
    let request = args.resolve();
    if follow {
        return watch::run(&request, terminal);
    }
    let corpus = Corpus::open(&request.corpus, &request.mapping)?;
    let bar = Bar::new(terminal);
    let result = index::update(&corpus, &request.folder, &request.options, &bar);
    bar.clear();
    request.conclude(&result?, terminal)
}

/// Builds the default index from the default corpus, for a search that finds no index yet.
///
/// # Errors
/// As [`index::update`], and [`Kind::Corpus`] when the corpus has problems (they have been said).
pub fn build_first(terminal: &Terminal) -> Result<()> {
    report::note(
        terminal,
        &format!("no index yet: building {INDEX}/ from {CORPUS}/ first"),
    );
    let request = IndexRequest::first();
    let corpus = Corpus::open(&request.corpus, &request.mapping)?;
    let bar = Bar::new(terminal);
    let result = index::update(&corpus, &request.folder, &request.options, &bar);
    bar.clear();
    let summary = result?;
    report::problems(terminal, &summary.problems);
    match request.failure(&summary) {
        Some(error) => Err(error),
        None => {
            terminal.say(|out, theme| account::write(out, &summary, theme));
            Ok(())
        }
    }
}

impl IndexRequest {
    /// `needledrop index --wait`: a second first search waits for the first.
    fn first() -> IndexRequest {
        IndexRequest {
            corpus: CORPUS.into(),
            folder: INDEX.into(),
            mapping: Vec::new(),
            options: UpdateOptions {
                wait: true,
                ..UpdateOptions::default()
            },
            format: Format::Text,
        }
    }

    /// Prints what an update did and says how it ended.
    pub fn conclude(&self, summary: &Summary, terminal: &Terminal) -> Outcome {
        let mut out = terminal.out();
        match self.format {
            Format::Json => account::write_json(&mut out, summary)?,
            Format::Text => {
                report::problems(terminal, &summary.problems);
                report::notes(terminal, &summary.notes);
                if self.failure(summary).is_none() {
                    account::write(&mut out, summary, &terminal.theme())?;
                }
            }
        }
        out.flush()?;
        match self.failure(summary) {
            Some(error) => Err(error.into()),
            None => Ok(Ended::Done),
        }
    }

    /// Why the run counts as failed, if it does.
    fn failure(&self, summary: &Summary) -> Option<Error> {
        if summary.problems.is_empty() || self.options.skip_invalid {
            return None;
        }
        let count = counted(summary.problems.len() as u64, "problem", "problems");
        let corpus = self.corpus.display();
        let message = match self.options.check {
            true => format!("{count} in {corpus}"),
            false => {
                format!("{count} in {corpus}: nothing was indexed, the old index is untouched")
            }
        };
        Some(Error::new(Kind::Corpus, message).hint(format!(
            "mend the corpus, or index the rest: {}",
            self.command("--skip-invalid")
        )))
    }

    /// The command that does this once more, with a flag.
    fn command(&self, flag: &str) -> String {
        let mut words = vec!["needledrop".to_owned(), "index".to_owned()];
        words.push(quote(&self.corpus.to_string_lossy()));
        if self.folder != std::path::Path::new(INDEX) {
            words.push("--index".to_owned());
            words.push(quote(&self.folder.to_string_lossy()));
        }
        for (field, key) in &self.mapping {
            words.push("--map".to_owned());
            words.push(quote(&format!("{field}={key}")));
        }
        words.push(flag.to_owned());
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::problem::Problem;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: IndexArgs,
    }

    fn resolve(line: &str) -> IndexRequest {
        let words = std::iter::once("index").chain(line.split_whitespace());
        Line::try_parse_from(words).unwrap().args.resolve()
    }

    fn one_problem() -> Summary {
        Summary {
            problems: vec![Problem {
                path: "corpus/a.json".into(),
                line: 3,
                column: 1,
                message: "title is missing".into(),
                hint: None,
            }],
            entries: 19,
            left_out: 1,
            ..Summary::default()
        }
    }

    #[test]
    fn what_was_typed_becomes_what_is_meant() {
        let plain = resolve("");
        assert_eq!(plain.corpus, PathBuf::from("corpus"));
        assert_eq!(plain.folder, PathBuf::from("index"));
        assert_eq!(plain.options.threads, 0);
        let full = resolve(
            "films.jsonl.gz --index at --map artists=cast --map id=href --memory 64MiB --threads 2 --rebuild --wait",
        );
        assert_eq!(full.folder, PathBuf::from("at"));
        assert_eq!(full.mapping[1], ("id".to_owned(), "href".to_owned()));
        assert_eq!(full.options.memory, 64 << 20);
        assert!(full.options.rebuild && full.options.wait && !full.options.check);
    }

    #[test]
    fn a_check_neither_rebuilds_nor_watches() {
        for line in [
            "--check --rebuild",
            "--check --watch",
            "--map artists",
            "--memory much",
        ] {
            let words = std::iter::once("index").chain(line.split(' '));
            assert!(Line::try_parse_from(words).is_err(), "{line}");
        }
    }

    #[test]
    fn problems_fail_a_run_and_the_hint_is_the_command_that_goes_on() {
        let request = resolve("films.jsonl --index at --map artists=cast");
        let error = request.failure(&one_problem()).unwrap();
        assert!(
            error
                .message
                .starts_with("1 problem in films.jsonl: nothing was indexed")
        );
        assert_eq!(
            error.hint.unwrap(),
            "mend the corpus, or index the rest: needledrop index films.jsonl --index at --map artists=cast --skip-invalid"
        );
        assert!(resolve("--skip-invalid").failure(&one_problem()).is_none());
        assert!(resolve("").failure(&Summary::default()).is_none());
    }
}
