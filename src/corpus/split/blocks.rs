//! A large `.jsonl` read and hashed on several threads.
//!
//! To find the one line of a million that was edited, every line has to be read and hashed, and that is nearly all there is
//! to do. So the file is read in blocks, by turns, and each thread splits and hashes the lines of its own blocks while
//! they are in its core's cache. What arrives here, in order, is where the lines are and what they hash to; a line that
//! lies across blocks is joined. The records are those of [`read_lines`](super::json::read_lines).

use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use xxhash_rust::xxh3::xxh3_64;

use super::Reading;
use super::stream::MAX_RECORD;
use crate::corpus::source::read_at;
use crate::corpus::{Context, problem::Place};

/// A smaller file is read through by one thread before others have begun.
pub const LARGE: u64 = 16 << 20;
/// Bytes of a block: a core's cache has room for those of its thread.
const BLOCK: usize = 256 << 10;
/// Blocks of each thread that are full, being filled, or on their way back.
const DEPTH: usize = 3;
/// More threads than this wait for the one that takes the lines.
const MAX_THREADS: usize = 4;

/// How many threads read a file of `size` bytes; fewer than two are not worth the trouble.
pub fn threads(size: u64) -> usize {
    match size < LARGE {
        true => 1,
        false => thread::available_parallelism().map_or(1, |cores| cores.get().min(MAX_THREADS)),
    }
}

/// A line of a block, without the blanks around it.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// Blanks before it.
    indent: u32,
    start: u32,
    end: u32,
    /// Hash of it.
    content: u64,
}

/// A part of the file.
#[derive(Debug, Default)]
struct Block {
    bytes: Vec<u8>,
    /// How many of the bytes are the file's.
    filled: usize,
    /// The lines that begin behind a line end in the block and end in it.
    lines: Vec<Line>,
    /// Where the first line end is, if there is one; what stands before it belongs to a line that began earlier.
    first_end: Option<usize>,
    /// Where the line begins that goes on in the next block.
    rest: usize,
}

impl Block {
    fn fill(&mut self, file: &File, at: u64, size: usize) -> io::Result<()> {
        self.bytes.resize(size, 0);
        self.filled = read_at(file, &mut self.bytes, at)?;
        Ok(())
    }

    fn cut(&mut self) {
        let bytes = &self.bytes[..self.filled];
        self.lines.clear();
        self.first_end = memchr::memchr(b'\n', bytes);
        self.rest = self.first_end.map_or(0, |end| end + 1);
        if self.first_end.is_none() {
            return;
        }
        let behind = self.rest;
        for end in memchr::memchr_iter(b'\n', &bytes[behind..]) {
            let end = behind + end;
            self.lines.push(Line::of(bytes, self.rest, end));
            self.rest = end + 1;
        }
    }
}

impl Line {
    fn of(bytes: &[u8], start: usize, end: usize) -> Line {
        let line = bytes[start..end].trim_ascii_end();
        let trimmed = line.trim_ascii_start();
        let indent = line.len() - trimmed.len();
        Line {
            indent: indent as u32,
            start: (start + indent) as u32,
            end: (start + line.len()) as u32,
            content: xxh3_64(trimmed),
        }
    }
}

/// Reads an entry a line from `start` on. `place` is told where it is.
pub fn read(
    file: &File,
    start: u64,
    threads: usize,
    place: &mut Place,
    reading: &mut Reading<'_>,
) -> io::Result<ControlFlow<()>> {
    read_by(file, start, (threads, BLOCK), place, reading)
}

/// The threads and the size of the blocks are a test's to choose.
fn read_by(
    file: &File,
    start: u64,
    (threads, size): (usize, usize),
    place: &mut Place,
    reading: &mut Reading<'_>,
) -> io::Result<ControlFlow<()>> {
    thread::scope(|scope| {
        let mut hands = Vec::with_capacity(threads);
        for turn in 0..threads {
            let ((spare, spares), (full, filled)) = (channel(), channel());
            for _ in 0..DEPTH {
                let _ = spare.send(Block::default());
            }
            let at = (turn as u64..).step_by(threads);
            let at = at.map(move |block| start + block * size as u64);
            scope.spawn(move || read_blocks(file, at, size, &spares, &full));
            hands.push((spare, filled));
        }
        take_blocks(&hands, size, place, reading)
    })
}

/// Reads blocks into those that are spare, until the file ends or nobody takes them any more.
fn read_blocks(
    file: &File,
    at: impl Iterator<Item = u64>,
    size: usize,
    spares: &Receiver<Block>,
    full: &Sender<io::Result<Block>>,
) {
    for (mut block, at) in spares.iter().zip(at) {
        let read = block.fill(file, at, size).map(|()| {
            block.cut();
            block
        });
        if full.send(read).is_err() {
            return;
        }
    }
}

type Hand = (Sender<Block>, Receiver<io::Result<Block>>);

/// Takes the blocks in the file's order.
fn take_blocks(
    hands: &[Hand],
    size: usize,
    place: &mut Place,
    reading: &mut Reading<'_>,
) -> io::Result<ControlFlow<()>> {
    let mut lines = Lines {
        torn: Vec::new(),
        too_long: false,
        place,
        reading,
    };
    for (spare, filled) in hands.iter().cycle() {
        // A thread ends before it is told to only when it panics, and then the scope does.
        let Ok(block) = filled.recv() else { break };
        let block = block?;
        if lines.take(&block).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if block.filled < size {
            break;
        }
        let _ = spare.send(block);
    }
    Ok(lines.end())
}

/// The lines of a file, block after block.
struct Lines<'a, 'r> {
    /// What came of a line that is not yet whole.
    torn: Vec<u8>,
    /// Whether that line is passed over.
    too_long: bool,
    place: &'a mut Place,
    reading: &'a mut Reading<'r>,
}

impl Lines<'_, '_> {
    fn take(&mut self, block: &Block) -> ControlFlow<()> {
        let bytes = &block.bytes[..block.filled];
        let Some(end) = block.first_end else {
            self.tear(bytes);
            return ControlFlow::Continue(());
        };
        self.tear(&bytes[..=end]);
        self.torn_line()?;
        for line in &block.lines {
            self.line(bytes, line)?;
            self.place.line += 1;
        }
        self.tear(&bytes[block.rest..]);
        ControlFlow::Continue(())
    }

    /// Goes on with a line that began earlier.
    fn tear(&mut self, bytes: &[u8]) {
        self.too_long |= self.torn.len() + bytes.len() > MAX_RECORD;
        if self.too_long {
            self.torn = Vec::new();
        } else {
            self.torn.extend_from_slice(bytes);
        }
    }

    /// Hands on the line that is whole now.
    fn torn_line(&mut self) -> ControlFlow<()> {
        let mut torn = std::mem::take(&mut self.torn);
        if std::mem::take(&mut self.too_long) {
            self.reading.too_long(*self.place, "line");
        } else {
            self.line(&torn, &Line::of(&torn, 0, torn.len()))?;
        }
        self.place.line += 1;
        torn.clear();
        self.torn = torn;
        ControlFlow::Continue(())
    }

    fn line(&mut self, bytes: &[u8], line: &Line) -> ControlFlow<()> {
        let bytes = &bytes[line.start as usize..line.end as usize];
        if bytes.is_empty() {
            return ControlFlow::Continue(());
        }
        let place = Place {
            line: self.place.line,
            column: 1 + u64::from(line.indent),
        };
        let record = self
            .reading
            .record(place, line.content, bytes, Context::Line);
        self.reading.hand_on(&record)
    }

    /// The last line may have no end.
    fn end(mut self) -> ControlFlow<()> {
        if !self.torn.is_empty() || self.too_long {
            self.torn_line()?;
        }
        if self.reading.records == 0 && self.reading.report.problems.is_empty() {
            self.reading.empty();
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::Path;

    use super::*;
    use crate::corpus::problem::{Problem, Report};
    use crate::corpus::split::{json, stream::Stream};
    use proptest::prelude::*;

    type Seen = (Vec<(u64, u64, u64, Vec<u8>)>, Vec<Problem>);

    /// What some way of reading hands on, and ends after `most` records.
    fn seen(
        most: usize,
        read: impl FnOnce(&mut Reading<'_>) -> io::Result<ControlFlow<()>>,
    ) -> Seen {
        let mut records = Vec::new();
        let mut report = Report::new(Path::new("a.jsonl"));
        let mut each = |record: &crate::corpus::Record<'_>| {
            let bytes = record.bytes.to_vec();
            records.push((record.line, record.column, record.content, bytes));
            match records.len() < most {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        };
        let mut reading = Reading::new("a", &mut each, &mut report);
        let flow = read(&mut reading).unwrap();
        assert_eq!(flow.is_break(), records.len() == most);
        (records, report.problems)
    }

    fn in_one(text: &[u8], most: usize) -> Seen {
        seen(most, |reading| {
            let mut stream = Stream::new(text, text.len() as u64, Place::START);
            json::read_lines(&mut stream, reading)
        })
    }

    fn in_blocks(text: &[u8], most: usize, threads: usize, size: usize) -> Seen {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        seen(most, |reading| {
            let mut place = Place::START;
            read_by(&file, 0, (threads, size), &mut place, reading)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn blocks_are_read_like_a_stream(
            text in "([a-c]{1,9}| |\n|\r\n|é){0,60}",
            threads in 1usize..4,
            size in 1usize..40,
            most in prop_oneof![Just(usize::MAX), 1usize..9],
        ) {
            let text = text.as_bytes();
            prop_assert_eq!(in_blocks(text, most, threads, size), in_one(text, most));
        }
    }

    #[test]
    fn a_line_that_is_too_long_costs_only_itself() {
        for more in [0, 1, 2, BLOCK] {
            let long = "x".repeat(MAX_RECORD - 1 + more);
            for text in [format!("one\n{long}\ntwo\n"), format!("one\n\n {long}")] {
                let wanted = in_one(text.as_bytes(), usize::MAX);
                assert_eq!(
                    wanted.0.len() + wanted.1.len(),
                    2 + usize::from(text.ends_with('\n'))
                );
                let found = in_blocks(text.as_bytes(), usize::MAX, 2, BLOCK);
                assert!(found == wanted, "{more} more");
            }
        }
    }
}
