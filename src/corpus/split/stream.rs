//! A file as a run of records, through one buffer.
//!
//! The buffer holds what has been read and not yet handed on, so a record is a slice of it and nothing is copied but
//! the torn record at its end. It grows with the longest record, up to [`MAX_RECORD`]; a longer one is passed over
//! without being held. Where a record ends is for a [`Boundary`] to say, which sees every byte once.

use std::io::{self, ErrorKind, Read};

use crate::corpus::problem::Place;

/// The longest record, in bytes.
pub const MAX_RECORD: usize = 64 << 20;
/// Bytes read at a time: small enough to stay in a core's cache, large enough that system calls do not show.
const CHUNK: usize = 256 << 10;

/// The buffer grows by no more than this at a time, so that it is never much larger than what it must hold.
const MAX_GROWTH: usize = 16 << 20;

/// Finds the ends of records in a file that comes in pieces.
pub trait Boundary {
    /// How many of the `fresh` bytes belong to the record, if it ends among them. They follow on those given before;
    /// once a record has ended, the next call begins another.
    fn end(&mut self, fresh: &[u8]) -> Option<usize>;

    /// The place behind a record that begins at `place`.
    fn behind(&self, place: Place, record: &[u8]) -> Place {
        place.behind(record)
    }
}

/// Lines, their line ends included.
pub struct Lines;

impl Boundary for Lines {
    fn end(&mut self, fresh: &[u8]) -> Option<usize> {
        memchr::memchr(b'\n', fresh).map(|at| at + 1)
    }

    fn behind(&self, place: Place, _: &[u8]) -> Place {
        Place {
            line: place.line + 1,
            column: 1,
        }
    }
}

/// What comes next in a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A record.
    Record(&'a [u8]),
    /// What is left: the file ended before the record did.
    Rest(&'a [u8]),
    /// A record longer than [`MAX_RECORD`] was passed over.
    TooLong,
    /// The end.
    Nothing,
}

/// A file being read.
pub struct Stream<R> {
    from: R,
    buffer: Vec<u8>,
    /// What is not yet handed on: `buffer[start..end]`.
    start: usize,
    end: usize,
    ended: bool,
    longest: usize,
    /// Where `start` stands in the file.
    pub place: Place,
}

impl<R: Read> Stream<R> {
    /// Reads `from`, which holds about `size` bytes and begins at `place`.
    pub fn new(from: R, size: u64, place: Place) -> Stream<R> {
        // A small file takes one read, and another that finds its end.
        let capacity = usize::try_from(size).unwrap_or(CHUNK).min(CHUNK - 1) + 1;
        Stream {
            from,
            buffer: vec![0; capacity],
            start: 0,
            end: 0,
            ended: false,
            longest: MAX_RECORD,
            place,
        }
    }

    /// The next record.
    pub fn next(&mut self, boundary: &mut impl Boundary) -> io::Result<Piece<'_>> {
        let mut seen = 0;
        loop {
            let fresh = &self.buffer[self.start + seen..self.end];
            if let Some(more) = boundary.end(fresh) {
                let record = self.start..self.start + seen + more;
                if record.len() > self.longest {
                    self.drop_bytes(record.len());
                    return Ok(Piece::TooLong);
                }
                self.start = record.end;
                self.place = boundary.behind(self.place, &self.buffer[record.clone()]);
                return Ok(Piece::Record(&self.buffer[record]));
            }
            seen = self.end - self.start;
            if seen > self.longest {
                return self.pass_over(boundary);
            }
            if self.ended {
                return Ok(self.rest());
            }
            self.fill()?;
        }
    }

    fn rest(&mut self) -> Piece<'_> {
        let rest = self.start..self.end;
        self.start = self.end;
        self.place = self.place.behind(&self.buffer[rest.clone()]);
        if rest.is_empty() {
            Piece::Nothing
        } else {
            Piece::Rest(&self.buffer[rest])
        }
    }

    /// Drops what is held of a record, and the rest of it as it comes.
    fn pass_over(&mut self, boundary: &mut impl Boundary) -> io::Result<Piece<'_>> {
        loop {
            self.drop_bytes(self.end - self.start);
            self.fill()?;
            let fresh = &self.buffer[self.start..self.end];
            match boundary.end(fresh) {
                Some(more) => self.drop_bytes(more),
                None if self.ended => self.drop_bytes(self.end - self.start),
                None => continue,
            }
            return Ok(Piece::TooLong);
        }
    }

    /// Passes over `count` bytes that are held.
    pub fn drop_bytes(&mut self, count: usize) {
        let dropped = &self.buffer[self.start..self.start + count];
        self.place = self.place.behind(dropped);
        self.start += count;
    }

    /// Passes over a mark that is no part of the text.
    pub fn skip_mark(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Takes back the last `count` bytes handed on, which began at `place`. Only right after they were.
    pub fn take_back(&mut self, count: usize, place: Place) {
        self.start -= count;
        self.place = place;
    }

    /// What is held and not yet handed on, at least `least` bytes of it unless the file ends before.
    pub fn peek(&mut self, least: usize) -> io::Result<&[u8]> {
        while self.end - self.start < least && !self.ended {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// Passes over everything that is left.
    pub fn pass_all(&mut self) -> io::Result<()> {
        while !self.ended {
            self.drop_bytes(self.end - self.start);
            self.fill()?;
        }
        self.drop_bytes(self.end - self.start);
        Ok(())
    }

    /// Everything that is left, if it is at most `most` bytes.
    pub fn hold_all(&mut self, most: usize) -> io::Result<Option<&[u8]>> {
        while !self.ended {
            if self.end - self.start > most {
                return Ok(None);
            }
            self.fill()?;
        }
        Ok(Some(&self.buffer[self.start..self.end]))
    }

    /// Reads once more, making room first.
    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            let more = self.buffer.len().clamp(CHUNK, MAX_GROWTH);
            self.buffer.resize(self.buffer.len() + more, 0);
        }
        let read = loop {
            match self.from.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.end += read;
        self.ended = read == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes in pieces of the sizes given, over and over.
    struct Dribble<'a>(&'a [u8], Vec<usize>, usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = self.1[self.2 % self.1.len()].min(self.0.len());
            let size = size.min(buffer.len());
            self.2 += 1;
            buffer[..size].copy_from_slice(&self.0[..size]);
            self.0 = &self.0[size..];
            Ok(size)
        }
    }

    fn lines_of(bytes: &[u8], sizes: Vec<usize>, longest: usize) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut stream = Stream::new(Dribble(bytes, sizes, 0), 2, Place::START);
        stream.longest = longest;
        let mut lines = Vec::new();
        loop {
            let line = stream.place.line;
            match stream.next(&mut Lines).unwrap() {
                Piece::Record(bytes) | Piece::Rest(bytes) => {
                    lines.push((line, Some(bytes.to_vec())));
                }
                Piece::TooLong => lines.push((line, None)),
                Piece::Nothing => return lines,
            }
        }
    }

    proptest! {
        #[test]
        fn lines_are_whole_wherever_the_reads_break(
            text in "[ab\n]{0,60}",
            sizes in prop::collection::vec(1usize..9, 1..5),
        ) {
            let naive: Vec<(u64, Option<Vec<u8>>)> = text
                .split_inclusive('\n')
                .zip(1..)
                .map(|(line, number)| (number, Some(line.as_bytes().to_vec())))
                .collect();
            prop_assert_eq!(lines_of(text.as_bytes(), sizes, MAX_RECORD), naive);
        }

        #[test]
        fn a_line_that_is_too_long_costs_only_itself(
            lengths in prop::collection::vec(0usize..40, 0..8),
            sizes in prop::collection::vec(1usize..9, 1..5),
        ) {
            let text: String = lengths.iter().map(|length| "x".repeat(*length) + "\n").collect();
            let lines = lines_of(text.as_bytes(), sizes, 20);
            prop_assert_eq!(lines.len(), lengths.len());
            for ((number, line), (length, wanted)) in lines.into_iter().zip(lengths.into_iter().zip(1..)) {
                prop_assert_eq!(number, wanted);
                match line {
                    Some(line) => prop_assert_eq!(line.len(), length + 1),
                    None => prop_assert!(length >= 20),
                }
            }
        }
    }

    #[test]
    fn what_was_handed_on_can_be_taken_back() {
        let mut stream = Stream::new(&b"one\ntwo\n"[..], 8, Place::START);
        let place = stream.place;
        assert_eq!(stream.next(&mut Lines).unwrap(), Piece::Record(b"one\n"));
        stream.take_back(4, place);
        assert_eq!(stream.next(&mut Lines).unwrap(), Piece::Record(b"one\n"));
        assert_eq!(stream.place.line, 2);
        assert_eq!(stream.peek(1).unwrap(), b"two\n");
        assert_eq!(stream.hold_all(100).unwrap(), Some(&b"two\n"[..]));
    }
}
