//! `needledrop search`: one query from the command line, or many from a file.

use std::ffi::OsString;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::place::{CORPUS, IndexPlace};
use super::render::View;
use super::terminal::Terminal;
use super::{Ended, Outcome, index, queries, report, value};
use crate::error::{Kind, Result};
use crate::output::text;
use crate::search::engine::Engine;
use crate::search::request::{SearchRequest, Sort};

/// Search the index
///
/// Words (any may match; more, rarer and closer together rank higher), "exact phrase", "near phrase"~3, prefix*,
/// field:word, field:"phrase", +must, -not, AND OR NOT ( ), year:1970..1979, rank:..3, year:>1990, field:*, word^2.
/// Nothing that is typed is an error; likely mistakes are pointed out.
///
/// Exit status: 0 hits found, 1 none, 2 trouble.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// What to look for; several words are joined by spaces (put -- before a query that begins with -)
    #[arg(
        value_name = "QUERY",
        required_unless_present = "queries",
        conflicts_with = "queries"
    )]
    query: Vec<OsString>,
    #[command(flatten)]
    place: IndexPlace,
    /// Hits at most; 0 only counts
    #[arg(short = 'n', long = "limit", value_name = "N", default_value = "10", value_parser = value::number)]
    limit: usize,
    /// Pass over so many of the best
    #[arg(long, value_name = "N", default_value = "0", value_parser = value::number)]
    offset: usize,
    /// Take every character as plain text, no operators
    #[arg(short = 'F', long = "literal")]
    literal: bool,
    /// Every word must match
    #[arg(long)]
    all: bool,
    /// Order hits by score, or by a field such as rank, or -year for the largest first
    #[arg(long, value_name = "KEY", default_value = "score", value_parser = value::sort, allow_hyphen_values = true)]
    sort: Sort,
    /// Count the values of a field over all matches (repeatable)
    #[arg(long = "facet", value_name = "FIELD")]
    facets: Vec<String>,
    /// Only entries that have exactly this value of a field, as in artists="David Bowie" (repeatable)
    #[arg(long, value_name = "FIELD=VALUE", value_parser = value::exactly)]
    only: Vec<(String, String)>,
    /// How to print the hits
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Answer a file of queries, a `qid<TAB>query` a line, in order; - for standard input
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// Name of the run, the last column of --format trec
    #[arg(long, value_name = "TAG", default_value = "needledrop", value_parser = run_tag)]
    run_tag: String,
    /// Threads that answer --queries; 0 for as many as there are cores
    #[arg(long, value_name = "N", default_value = "1", value_parser = value::number)]
    threads: usize,
    /// Give whole entries, prose included
    #[arg(long)]
    full: bool,
    /// Say how the query was understood and where each part of a score came from
    #[arg(long)]
    explain: bool,
    /// Count every match exactly, however many there are
    #[arg(long)]
    count: bool,
}

/// How hits are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One object; with --queries one a line
    Json,
    /// One hit a line
    Jsonl,
    /// `qid Q0 id position score tag` a line, as trec_eval reads it
    Trec,
}

/// What is to be answered, and how it is to be shown.
struct Run {
    asked: Asked,
    /// The request; its query is empty when the queries come from a file.
    request: SearchRequest,
    view: View,
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    One,
    Many { file: PathBuf, threads: usize },
}

impl SearchArgs {
    fn resolve(self, terminal: &Terminal) -> Run {
        let words: Vec<_> = self
            .query
            .iter()
            .map(|word| word.to_string_lossy())
            .collect();
        let request = SearchRequest {
            query: words.join(" "),
            literal: self.literal,
            require_all: self.all,
            limit: self.limit,
            offset: self.offset,
            sort: self.sort,
            facets: self.facets,
            only: self.only,
            full: self.full,
            explain: self.explain,
            count: self.count,
            highlight: self.format != Format::Trec,
        };
        let asked = match self.queries {
            Some(file) => Asked::Many {
                file,
                threads: self.threads,
            },
            None => Asked::One,
        };
        let view = View {
            format: self.format,
            theme: terminal.theme(),
            width: terminal.width(),
            run_tag: self.run_tag,
        };
        Run {
            asked,
            request,
            view,
        }
    }
}

/// A tag is one column of a line whose columns are set apart by spaces.
fn run_tag(text: &str) -> std::result::Result<String, String> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("a tag is one word: no spaces".into());
    }
    Ok(text.to_owned())
}

pub fn run(args: SearchArgs, terminal: &Terminal) -> Outcome {
    let place = args.place.clone();
    let run = args.resolve(terminal);
    let engine = open(&place, terminal)?;
    match run.asked {
        Asked::One => {
            // The process ends here: the system unmaps all files at once in less time than we take for one after the other.
            let engine = ManuallyDrop::new(engine);
            answer(&engine, &run.request, &run.view, terminal)
        }
        Asked::Many { file, threads } => {
            queries::answer(engine, &file, threads, run.request, run.view, terminal)
        }
    }
}

/// Opens the index; with none at the default place and a corpus at the default place, builds it first.
fn open(place: &IndexPlace, terminal: &Terminal) -> Result<Engine> {
    match Engine::open(place.folder()) {
        Err(error)
            if error.kind == Kind::Missing && place.is_default() && Path::new(CORPUS).exists() =>
        {
            index::build_first(terminal)?;
            Engine::open(place.folder())
        }
        opened => opened,
    }
}

fn answer(engine: &Engine, request: &SearchRequest, view: &View, terminal: &Terminal) -> Outcome {
    let response = engine.search(request)?;
    terminal.say(|out, theme| view.remarks(out, &response, theme));
    if request.query.trim().is_empty() {
        let hint = "the query is empty; to list every entry: needledrop search '*'";
        report::note(terminal, hint);
    }
    let mut out = terminal.out();
    view.one(&mut out, &response, request.limit)?;
    out.flush()?;
    // Below the hits, where the eye is when they have been read.
    if view.format == Format::Text && request.limit > 0 {
        terminal.say(|out, theme| text::write_count(out, &response, theme));
    }
    Ok(match response.total {
        0 => Ended::Nothing,
        _ => Ended::Done,
    })
}

#[cfg(test)]
mod tests {
    use super::super::terminal::ColorWhen;
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: SearchArgs,
    }

    fn parse(words: &[&str]) -> std::result::Result<Run, clap::Error> {
        let line = Line::try_parse_from(std::iter::once(&"search").chain(words))?;
        Ok(line.args.resolve(&Terminal::new(ColorWhen::Never)))
    }

    fn request(words: &[&str]) -> SearchRequest {
        parse(words).unwrap().request
    }

    #[test]
    fn words_are_joined_and_kept_as_typed() {
        assert_eq!(request(&["thin", "white", "duke"]).query, "thin white duke");
        assert_eq!(
            request(&["\"thin white duke\""]).query,
            "\"thin white duke\""
        );
        assert_eq!(request(&["--", "-foo", "bar"]).query, "-foo bar");
        assert_eq!(request(&["-"]).query, "-");
        assert_eq!(request(&[""]).query, "");
        assert_eq!(request(&["  a  "]).query, "  a  ");
    }

    #[test]
    fn flags_become_the_request() {
        let asked = request(&[
            "bowie",
            "-n",
            "0",
            "--offset",
            "5",
            "-F",
            "--all",
            "--sort",
            "-year",
            "--facet",
            "artists",
            "--facet",
            "year",
            "--full",
            "--explain",
            "--count",
        ]);
        assert_eq!((asked.limit, asked.offset), (0, 5));
        assert!(asked.literal && asked.require_all && asked.full && asked.explain && asked.count);
        assert!(matches!(asked.sort, Sort::Key { ref key, descending: true } if key == "year"));
        assert_eq!(asked.facets, ["artists", "year"]);
        assert_eq!(request(&["x"]).sort, Sort::Score);
        assert_eq!(
            request(&["x", "--sort=-rank"]).sort,
            request(&["x", "--sort", "-rank"]).sort
        );
    }

    #[test]
    fn a_run_for_trec_makes_no_highlights() {
        assert!(request(&["x", "--format", "json"]).highlight);
        assert!(!request(&["x", "--format", "trec"]).highlight);
        assert_eq!(parse(&["x"]).unwrap().view.run_tag, "needledrop");
    }

    #[test]
    fn queries_stand_in_for_a_query() {
        let run = parse(&["--queries", "-", "--threads", "2"]).unwrap();
        assert_eq!(
            run.asked,
            Asked::Many {
                file: "-".into(),
                threads: 2
            }
        );
        assert_eq!(run.request.query, "");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for words in [
            &[][..],
            &["-foo"],
            &["x", "--queries", "q.tsv"],
            &["x", "-n", "-1"],
            &["x", "-n", "ten"],
            &["x", "--sort", ""],
            &["x", "--format", "xml"],
            &["x", "--run-tag", "two words"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}
