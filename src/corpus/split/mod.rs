//! One file being split: records go out, problems are gathered.

pub mod blocks;
mod brackets;
mod cells;
mod json;
mod list;
pub mod stream;
pub mod table;

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;

use super::draft::plan::Plan;
use super::format::Format;
use super::problem::{Place, Report};
use super::{Context, Record, markdown, source};
use cells::Dialect;
use stream::{MAX_RECORD, Stream};

/// The largest file, in bytes, that is held whole: a `.json` that is no list, a `.md`.
pub const MAX_HELD: usize = 256 << 20;

/// Reads a file of some format.
///
/// # Errors
/// When the system or what it is packed with fails midway; what came before has been handed on.
pub fn read<R: Read>(
    format: Format,
    stream: &mut Stream<R>,
    plan: &Plan,
    reading: &mut Reading<'_>,
) -> io::Result<ControlFlow<()>> {
    match mark(stream.peek(3)?) {
        Some(bytes) => stream.skip_mark(bytes),
        None => {
            let hint = "only UTF-8 is read: iconv -f UTF-16 -t UTF-8 FILE > NEW";
            reading
                .report
                .add(Place::FILE, "is written in UTF-16", hint);
            return Ok(ControlFlow::Continue(()));
        }
    }
    match format {
        Format::Json => json::read(stream, plan, reading),
        Format::JsonLines => json::read_lines(stream, reading),
        Format::Csv => table::read(stream, Dialect::Csv, plan, reading),
        Format::Tsv => table::read(stream, Dialect::Tsv, plan, reading),
        Format::Markdown => markdown::read(stream, reading),
    }
}

/// Bytes of the mark of UTF-8 that a text begins with; `None` for that of UTF-16, which is not read.
fn mark(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some(3),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => None,
        _ => Some(0),
    }
}

/// Where the text of a file begins, if it is one that is read.
///
/// # Errors
/// When the file cannot be read.
pub fn start_of_text(file: &File) -> io::Result<Option<u64>> {
    let mut bytes = [0; 3];
    let read = source::read_at(file, &mut bytes, 0)?;
    Ok(mark(&bytes[..read]).map(|bytes| bytes as u64))
}

/// What a reader of some format needs of the world.
pub struct Reading<'r> {
    each: &'r mut dyn FnMut(&Record<'_>) -> ControlFlow<()>,
    stem: &'r str,
    pub report: &'r mut Report,
    /// Records handed on.
    pub records: u64,
    /// Whether reading has lost its way, so that what follows is not worth a word.
    pub is_torn: bool,
}

impl<'r> Reading<'r> {
    /// Hands records on to `each`; `stem` is what made ids begin with.
    pub fn new(
        stem: &'r str,
        each: &'r mut dyn FnMut(&Record<'_>) -> ControlFlow<()>,
        report: &'r mut Report,
    ) -> Reading<'r> {
        Reading {
            each,
            stem,
            report,
            records: 0,
            is_torn: false,
        }
    }

    /// A record of this file; `content` is the hash of it and of its context.
    pub fn record<'a>(
        &self,
        place: Place,
        content: u64,
        bytes: &'a [u8],
        context: Context<'a>,
    ) -> Record<'a>
    where
        'r: 'a,
    {
        Record {
            line: place.line,
            column: place.column,
            content,
            bytes,
            stem: self.stem,
            context,
        }
    }

    /// Hands a record on.
    pub fn hand_on(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.records += 1;
        (self.each)(record)
    }

    /// Reports a record that was passed over for its length.
    pub fn too_long(&mut self, place: Place, what: &str) {
        let message = format!("this {what} is longer than {} MiB", MAX_RECORD >> 20);
        let hint = "an entry is a write-up, not a library: divide it";
        self.report.add(Place::line(place.line), message, hint);
    }

    /// Reports a file that would have to be held whole and is too large for it.
    pub fn too_large(&mut self) {
        let message = format!("is larger than {} MiB", MAX_HELD >> 20);
        let hint = "write it as .jsonl, an entry a line: that is read as a stream";
        self.report.add(Place::FILE, message, hint);
    }

    /// Reports a file with nothing in it.
    pub fn empty(&mut self) {
        let hint = "write an entry into it, or take it out of the corpus";
        self.report.add(Place::FILE, "is empty", hint);
    }
}
