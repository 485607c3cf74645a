//! A JSON list as records, one broken entry or not.

use std::io::{self, Read};
use std::ops::ControlFlow;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Reading;
use super::brackets::ValueEnd;
use super::stream::{Lines, Piece, Stream};
use crate::corpus::problem::{Place, Report};
use crate::corpus::{Around, Context, broken};

/// An entry that does not close is looked for up to the end of the file, and then reading begins again behind its first
/// line. This many bytes are spent on that in a list, and no more.
const MAX_TORN: usize = 256 << 20;

/// A list being read.
pub struct List<'a> {
    opened: Place,
    around: Option<&'a Around>,
    /// Whether an entry was read, and the commas since.
    begun: bool,
    commas: usize,
    /// Bytes that were read in vain for entries that do not end.
    torn: usize,
}

impl<'a> List<'a> {
    /// A list that opened there, with something around it or not.
    pub fn new(opened: Place, around: Option<&'a Around>) -> List<'a> {
        List {
            opened,
            around,
            begun: false,
            commas: 0,
            torn: 0,
        }
    }

    /// Reads the entries up to the bracket that closes the list.
    pub fn read<R: Read>(
        &mut self,
        stream: &mut Stream<R>,
        reading: &mut Reading<'_>,
    ) -> io::Result<ControlFlow<()>> {
        loop {
            let blank = skip_blank(stream)?;
            let place = stream.place;
            match blank.next {
                None if reading.is_torn => return Ok(ControlFlow::Continue(())),
                None => {
                    let hint = "close it with ]";
                    reading
                        .report
                        .add(self.opened, "the list that begins here does not end", hint);
                    return Ok(ControlFlow::Continue(()));
                }
                Some(b',') => {
                    stream.drop_bytes(1);
                    self.comma(place, reading.report);
                }
                Some(b']') => {
                    stream.drop_bytes(1);
                    if self.begun && self.commas == 1 {
                        reading.report.add(
                            place,
                            "a comma before the end of the list",
                            "remove the comma",
                        );
                    }
                    return Ok(ControlFlow::Continue(()));
                }
                Some(first) => {
                    self.between(place, reading.report);
                    let prefix = blank.own_line.filter(|_| first == b'{');
                    let flow = self.entry(stream, prefix, reading)?;
                    if flow.is_break() {
                        return Ok(flow);
                    }
                }
            }
        }
    }

    fn comma(&mut self, place: Place, report: &mut Report) {
        self.commas += 1;
        if !self.begun || self.commas > 1 {
            report.add(place, "a comma too many", "remove it");
        }
    }

    fn between(&mut self, place: Place, report: &mut Report) {
        if self.begun && self.commas == 0 {
            report.add(
                place,
                "no comma before this entry",
                "put one behind the entry before",
            );
        }
        self.begun = true;
        self.commas = 0;
    }

    /// Reads one entry. `prefix` is how its line begins, if nothing else stands before it there.
    fn entry<R: Read>(
        &mut self,
        stream: &mut Stream<R>,
        prefix: Option<Vec<u8>>,
        reading: &mut Reading<'_>,
    ) -> io::Result<ControlFlow<()>> {
        let place = stream.place;
        let mut end = ValueEnd::new(prefix.is_some());
        let (bytes, is_whole) = match stream.next(&mut end)? {
            Piece::Record(bytes) => (bytes, !end.is_torn),
            Piece::Rest(bytes) => (bytes, false),
            Piece::TooLong => {
                reading.too_long(place, "entry");
                return Ok(ControlFlow::Continue(()));
            }
            Piece::Nothing => return Ok(ControlFlow::Continue(())),
        };
        if is_whole {
            let seed = self.around.map_or(0, |around| around.seed);
            let context = Context::Json(self.around);
            let record = reading.record(place, xxh3_64_with_seed(bytes, seed), bytes, context);
            return Ok(reading.hand_on(&record));
        }
        let length = bytes.len();
        self.torn += length;
        let prefix = prefix.filter(|_| self.torn <= MAX_TORN);
        torn(bytes, place, prefix.is_some(), reading);
        if let Some(prefix) = prefix {
            stream.take_back(length, place);
            if next_like(stream, &prefix)? {
                // The line that begins the next entry stands in for the comma before it.
                self.commas = 1;
                return Ok(ControlFlow::Continue(()));
            }
        }
        reading.is_torn = true;
        stream.pass_all()?;
        Ok(ControlFlow::Continue(()))
    }
}

/// Reports an entry whose brackets or quotes do not match.
fn torn(bytes: &[u8], place: Place, can_go_on: bool, reading: &mut Reading<'_>) {
    let (place, mut message) = match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        Err(error) => (
            broken::place_of(&error, bytes, place),
            broken::message_of(&error),
        ),
        Ok(_) => (place, "broken JSON: brackets that do not match".to_owned()),
    };
    let hint = broken::hint_of(&message);
    if !can_go_on {
        message.push_str("; what follows it cannot be read");
    }
    reading.report.add(place, message, hint);
}

/// Goes on to the next line that begins with `prefix` and an opening brace, and says whether there is one.
fn next_like<R: Read>(stream: &mut Stream<R>, prefix: &[u8]) -> io::Result<bool> {
    stream.next(&mut Lines)?;
    loop {
        let place = stream.place;
        match stream.next(&mut Lines)? {
            Piece::Record(line) | Piece::Rest(line) => {
                let like = line
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.starts_with(b"{"));
                let length = line.len();
                if like {
                    stream.take_back(length, place);
                    return Ok(true);
                }
            }
            Piece::TooLong => {}
            Piece::Nothing => return Ok(false),
        }
    }
}

/// Reports what stands behind the end of the only list of a file.
pub fn nothing_behind<R: Read>(
    stream: &mut Stream<R>,
    reading: &mut Reading<'_>,
) -> io::Result<()> {
    if !reading.is_torn && skip_blank(stream)?.next.is_some() {
        let hint = "a .json file is one list; move these entries into it, or name the file .jsonl and put each on one line";
        reading
            .report
            .add(stream.place, "something follows the end of the list", hint);
    }
    Ok(())
}

/// The blanks that were passed over.
pub struct Blank {
    /// The byte behind them.
    pub next: Option<u8>,
    /// How that byte's line begins, if nothing else stands before it there.
    pub own_line: Option<Vec<u8>>,
}

/// Passes over blanks.
pub fn skip_blank<R: Read>(stream: &mut Stream<R>) -> io::Result<Blank> {
    let mut own_line = (stream.place.column == 1).then(Vec::new);
    loop {
        let held = stream.peek(1)?;
        let count = held.len() - held.trim_ascii_start().len();
        let next = held.get(count).copied();
        match memchr::memrchr(b'\n', &held[..count]) {
            Some(at) => own_line = Some(held[at + 1..count].to_vec()),
            None => {
                if let Some(line) = &mut own_line {
                    line.extend_from_slice(&held[..count]);
                }
            }
        }
        stream.drop_bytes(count);
        if next.is_some() || count == 0 {
            return Ok(Blank { next, own_line });
        }
    }
}
