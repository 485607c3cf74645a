//! A response in the format that was asked for: data for stdout, talk for stderr.

use std::io::{self, Write};

use super::search::Format;
use crate::output::clean::clean;
use crate::output::theme::Theme;
use crate::output::{json, jsonl, text, trec, warning};
use crate::search::response::SearchResponse;

/// How responses are to be shown.
#[derive(Debug, Clone)]
pub struct View {
    /// The format.
    pub format: Format,
    /// What text looks like.
    pub theme: Theme,
    /// Columns to fill with text.
    pub width: usize,
    /// The last column of TREC lines.
    pub run_tag: String,
}

impl View {
    /// Writes the answer to the one query of the command line.
    ///
    /// # Errors
    /// What `out` says.
    pub fn one(
        &self,
        out: &mut impl Write,
        response: &SearchResponse,
        limit: usize,
    ) -> io::Result<()> {
        match self.format {
            // Asked for no hits, their number is the answer.
            Format::Text if limit == 0 => {
                text::write(out, response, &self.theme, self.width)?;
                text::write_count(out, response, &self.theme)
            }
            Format::Text => text::write(out, response, &self.theme, self.width),
            Format::Json => json::write(out, response, None),
            Format::Jsonl => jsonl::write(out, response, None),
            Format::Trec => trec::write(out, response, "1", &self.run_tag),
        }
    }

    /// What is to be said of that answer beside the data: likely mistakes, and how many hits there are. JSON has it all.
    ///
    /// # Errors
    /// What `out` says.
    pub fn remarks(
        &self,
        out: &mut impl Write,
        response: &SearchResponse,
        theme: &Theme,
    ) -> io::Result<()> {
        match self.format {
            Format::Json => Ok(()),
            _ => warning::write_remarks(out, response, theme, self.width),
        }
    }

    /// Writes the answer to one query of a file. Its mistakes are told in text and JSON only: a run of a thousand queries
    /// for an evaluation is no place for a thousand remarks.
    ///
    /// # Errors
    /// What `out` says.
    pub fn of_many(
        &self,
        out: &mut impl Write,
        qid: &str,
        response: &SearchResponse,
    ) -> io::Result<()> {
        match self.format {
            Format::Text => {
                let quiet = self.theme.quiet;
                let (name, query) = (clean(qid), clean(&response.query));
                writeln!(out, "{quiet}{name}:{quiet:#} {query}")?;
                warning::write_remarks(out, response, &self.theme, self.width)?;
                text::write(out, response, &self.theme, self.width)?;
                text::write_count(out, response, &self.theme)?;
                writeln!(out)
            }
            Format::Json => json::write(out, response, Some(qid)),
            Format::Jsonl => jsonl::write(out, response, Some(qid)),
            Format::Trec => trec::write(out, response, qid, &self.run_tag),
        }
    }
}
