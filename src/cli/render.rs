//! A response in the format that was asked for. JOIN: each body here is one call of the `output` room.

use std::io::{self, Write};

use super::search::Format;
use crate::search::engine::Found;
use crate::search::response::SearchResponse;

/// How responses are to be shown.
#[derive(Debug, Clone)]
pub struct View {
    /// The format.
    pub format: Format,
    /// Whether text is coloured.
    pub color: bool,
    /// Columns to fill with text; `None` where no line is to be broken.
    pub width: Option<usize>,
    /// The last column of TREC lines.
    pub run_tag: String,
}

impl View {
    /// Writes a response; `qid` is there when the query came from a file of queries.
    pub fn response(
        &self,
        out: &mut dyn Write,
        qid: Option<&str>,
        response: &SearchResponse,
    ) -> io::Result<()> {
        match self.format {
            Format::Text => text(out, qid, response),
            Format::Json | Format::Jsonl => Err(io::Error::other("not joined yet")),
            Format::Trec => trec(out, qid.unwrap_or("1"), response, &self.run_tag),
        }
    }
}

fn text(out: &mut dyn Write, qid: Option<&str>, response: &SearchResponse) -> io::Result<()> {
    if let Some(qid) = qid {
        writeln!(out, "{qid}")?;
    }
    for hit in &response.hits {
        writeln!(out, "{}. {}", hit.position, hit.id)?;
    }
    Ok(())
}

fn trec(out: &mut dyn Write, qid: &str, response: &SearchResponse, tag: &str) -> io::Result<()> {
    for hit in &response.hits {
        writeln!(
            out,
            "{qid} Q0 {} {} {} {tag}",
            hit.id, hit.position, hit.score
        )?;
    }
    Ok(())
}

/// The likely mistakes in a query, each a few lines for a person.
pub fn warnings(response: &SearchResponse) -> Vec<String> {
    response
        .warnings
        .iter()
        .map(|warning| warning.message.clone())
        .collect()
}

/// Writes an entry for people.
pub fn entry(
    out: &mut dyn Write,
    found: &Found,
    _color: bool,
    _width: Option<usize>,
) -> io::Result<()> {
    writeln!(out, "{}", found.entry.title)
}

/// Writes an entry as one object.
pub fn entry_json(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    out.write_all(&found.entry.to_json())?;
    out.write_all(b"\n")
}
