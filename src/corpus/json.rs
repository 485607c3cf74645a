//! `.json` and `.jsonl` as records, without parsing them.
//!
//! A `.jsonl` is cut at its line ends. A `.json` is cut by counting brackets, so that one broken entry of a list leaves
//! the others whole: what is wrong inside an entry is found when it is parsed, and where even its brackets are broken,
//! reading goes on at the next line that begins like it (people indent). A list is streamed; what is not a list
//! is held whole.

use std::io::{self, Read};
use std::ops::{ControlFlow, Range};

use serde_json::Value;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::plan::{Plan, Slot};
use super::problem::{Place, Report};
use super::reading::{MAX_HELD, Reading};
use super::stream::{Boundary, Lines, Piece, Stream};
use super::{Around, Context};

/// Reads an entry a line.
pub(super) fn read_lines<R: Read>(
    stream: &mut Stream<R>,
    reading: &mut Reading<'_>,
) -> io::Result<ControlFlow<()>> {
    loop {
        let place = stream.place;
        match stream.next(&mut Lines)? {
            Piece::Record(line) | Piece::Rest(line) => {
                let start = line.len() - line.trim_ascii_start().len();
                let bytes = line.trim_ascii();
                if bytes.is_empty() {
                    continue;
                }
                let place = Place {
                    line: place.line,
                    column: 1 + start as u64,
                };
                let record = reading.record(place, xxh3_64(bytes), bytes, Context::Line);
                if reading.hand_on(&record).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Piece::TooLong => reading.too_long(place, "line"),
            Piece::Nothing => {
                if reading.records == 0 && reading.report.problems.is_empty() {
                    reading.empty();
                }
                return Ok(ControlFlow::Continue(()));
            }
        }
    }
}

/// Reads an entry, a list of entries, or a list with something around it.
pub(super) fn read<R: Read>(
    stream: &mut Stream<R>,
    plan: &Plan,
    reading: &mut Reading<'_>,
) -> io::Result<ControlFlow<()>> {
    match skip_blank(stream)?.next {
        None => {
            reading.empty();
            Ok(ControlFlow::Continue(()))
        }
        Some(b'[') => {
            let opened = stream.place;
            stream.drop_bytes(1);
            let flow = List::new(opened, None).read(stream, reading)?;
            if flow.is_continue() {
                nothing_behind(stream, reading)?;
            }
            Ok(flow)
        }
        Some(_) => {
            let place = stream.place;
            match stream.hold_all(MAX_HELD)? {
                Some(bytes) => read_object(bytes.trim_ascii_end(), place, plan, reading),
                None => {
                    reading.too_large();
                    Ok(ControlFlow::Continue(()))
                }
            }
        }
    }
}

/// Something that is not a list: one entry, or an object with the list under `entries`.
fn read_object(
    bytes: &[u8],
    place: Place,
    plan: &Plan,
    reading: &mut Reading<'_>,
) -> io::Result<ControlFlow<()>> {
    let (members, whole) = members(bytes);
    let list = members
        .iter()
        .find(|member| member.key == "entries" && bytes[member.value.start] == b'[');
    let Some(list) = list else {
        let record = reading.record(place, xxh3_64(bytes), bytes, Context::Json(None));
        return Ok(reading.hand_on(&record));
    };
    let around = around(bytes, place, &members, plan, reading.report);
    let opened = place.behind(&bytes[..list.value.start]);
    let inside = Place {
        column: opened.column + 1,
        ..opened
    };
    let list_bytes = &bytes[list.value.start + 1..];
    let mut stream = Stream::new(list_bytes, list_bytes.len() as u64, inside);
    let flow = List::new(opened, Some(&around)).read(&mut stream, reading)?;
    if let (Err(end), true) = (whole, flow.is_continue() && !reading.is_torn) {
        let message = "the object around the entries is broken here";
        let hint = "it should be {\"list\": \"…\", \"entries\": […]}";
        reading
            .report
            .add(place.behind(&bytes[..end]), message, hint);
    }
    Ok(flow)
}

/// A key of an object and where its value stands.
struct Member {
    key: String,
    key_and_value: Range<usize>,
    value: Range<usize>,
}

/// The members of the object in `bytes`, as far as they can be told apart, and where that ended early.
fn members(bytes: &[u8]) -> (Vec<Member>, Result<(), usize>) {
    let mut members = Vec::new();
    let blank = |at: usize| at + bytes[at..].len() - bytes[at..].trim_ascii_start().len();
    if bytes.first() != Some(&b'{') {
        return (members, Err(0));
    }
    let mut at = blank(1);
    loop {
        match bytes.get(at) {
            Some(b'}') if bytes[at + 1..].is_empty() => return (members, Ok(())),
            Some(b',') if !members.is_empty() => at = blank(at + 1),
            Some(b'"') => {}
            _ => return (members, Err(at)),
        }
        let Some(member) = member_at(bytes, at, &blank) else {
            return (members, Err(at));
        };
        at = blank(member.value.end);
        let is_list = member.key == "entries" && bytes.get(member.value.start) == Some(&b'[');
        let is_open = member.value.is_empty() || !closes(&bytes[member.value.clone()]);
        members.push(member);
        if is_open {
            // A broken list is read as far as it goes, which finds what is wrong with it.
            if is_list {
                return (members, Ok(()));
            }
            let broken = members.pop().map_or(at, |member| member.value.start);
            return (members, Err(broken));
        }
    }
}

fn member_at(bytes: &[u8], start: usize, blank: &impl Fn(usize) -> usize) -> Option<Member> {
    let key_end = start + ValueEnd::default().end(&bytes[start..])?;
    let key = serde_json::from_slice(&bytes[start..key_end]).ok()?;
    let colon = blank(key_end);
    if bytes.get(colon) != Some(&b':') {
        return None;
    }
    let value = blank(colon + 1);
    if value >= bytes.len() {
        return None;
    }
    let length = ValueEnd::default().end(&bytes[value..]);
    let end = value + length.unwrap_or(bytes.len() - value);
    Some(Member {
        key,
        key_and_value: start..end,
        value: value..end,
    })
}

/// Whether a value that was cut by its brackets has them all.
fn closes(value: &[u8]) -> bool {
    let mut end = ValueEnd::default();
    match end.end(value) {
        Some(length) => length == value.len() && !end.is_torn,
        None => !matches!(value.first(), Some(b'{' | b'[' | b'"')),
    }
}

/// What the members beside `entries` give to entries that lack it. A title, an id, prose and aliases are an entry's own.
fn around(
    bytes: &[u8],
    place: Place,
    members: &[Member],
    plan: &Plan,
    report: &mut Report,
) -> Around {
    let mut around = Around::default();
    for member in members.iter().filter(|member| member.key != "entries") {
        let own =
            |slot: &Slot<'_>| matches!(slot, Slot::Title | Slot::Id | Slot::Prose | Slot::Aliases);
        if plan.slots(&member.key).iter().any(own) {
            continue;
        }
        match serde_json::from_slice::<Value>(&bytes[member.value.clone()]) {
            Ok(Value::Null) => {}
            Ok(value) => {
                around.keys.insert(member.key.clone(), value);
                let bytes = &bytes[member.key_and_value.clone()];
                around.seed = xxh3_64_with_seed(bytes, around.seed);
            }
            Err(error) => {
                let value = &bytes[member.value.clone()];
                let start = place.behind(&bytes[..member.value.start]);
                report.add(place_of(&error, value, start), message_of(&error), "");
            }
        }
    }
    around
}

/// A list being read.
struct List<'a> {
    opened: Place,
    around: Option<&'a Around>,
    /// Whether an entry was read, and the commas since.
    begun: bool,
    commas: usize,
}

impl<'a> List<'a> {
    fn new(opened: Place, around: Option<&'a Around>) -> List<'a> {
        List {
            opened,
            around,
            begun: false,
            commas: 0,
        }
    }

    /// Reads the entries up to the bracket that closes the list.
    fn read<R: Read>(
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
        let mut end = ValueEnd {
            lines_tear: prefix.is_some(),
            ..ValueEnd::default()
        };
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
        torn(bytes, place, prefix.is_some(), reading);
        let length = bytes.len();
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
        Err(error) => (place_of(&error, bytes, place), message_of(&error)),
        Ok(_) => (place, "broken JSON: brackets that do not match".to_owned()),
    };
    let hint = hint_of(&message);
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

fn nothing_behind<R: Read>(stream: &mut Stream<R>, reading: &mut Reading<'_>) -> io::Result<()> {
    if !reading.is_torn && skip_blank(stream)?.next.is_some() {
        let hint = "a .json file is one list; move these entries into it, or name the file .jsonl and put each on one line";
        reading
            .report
            .add(stream.place, "something follows the end of the list", hint);
    }
    Ok(())
}

/// The blanks that were passed over.
struct Blank {
    /// The byte behind them.
    next: Option<u8>,
    /// How that byte's line begins, if nothing else stands before it there.
    own_line: Option<Vec<u8>>,
}

fn skip_blank<R: Read>(stream: &mut Stream<R>) -> io::Result<Blank> {
    let mut own_line = None;
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

/// Finds the end of a JSON value by its brackets and quotes.
#[derive(Default)]
struct ValueEnd {
    /// The brackets that are to come, innermost last.
    closing: Vec<u8>,
    text: Text,
    begun: bool,
    /// Whether a line end within a text (which JSON forbids) is where the value tears.
    lines_tear: bool,
    /// Whether the value ended where it should not have.
    is_torn: bool,
}

#[derive(Default, PartialEq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

impl Boundary for ValueEnd {
    fn end(&mut self, fresh: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < fresh.len() {
            let (next, ends) = match self.text {
                Text::Outside => self.outside(fresh, at),
                Text::Inside => self.inside(fresh, at),
                Text::Escaped => {
                    self.text = Text::Inside;
                    (at + 1, false)
                }
            };
            if ends {
                return Some(next);
            }
            at = next;
        }
        None
    }
}

impl ValueEnd {
    /// Takes one byte outside of any text: where to go on, and whether the value ends there.
    fn outside(&mut self, fresh: &[u8], at: usize) -> (usize, bool) {
        let byte = fresh[at];
        let is_bare = self.begun && self.closing.is_empty();
        match byte {
            b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' if is_bare => return (at, true),
            b'"' => self.text = Text::Inside,
            b'{' => self.closing.push(b'}'),
            b'[' => self.closing.push(b']'),
            b'}' | b']' => {
                self.is_torn = self.closing.pop() != Some(byte);
                return (at + 1, self.is_torn || self.closing.is_empty());
            }
            _ => {}
        }
        self.begun = true;
        (at + 1, false)
    }

    /// Takes a text up to its next mark: where to go on, and whether the value ends there.
    fn inside(&mut self, fresh: &[u8], at: usize) -> (usize, bool) {
        let Some(mark) = memchr::memchr3(b'"', b'\\', b'\n', &fresh[at..]) else {
            return (fresh.len(), false);
        };
        let next = at + mark + 1;
        match fresh[at + mark] {
            b'"' => {
                self.text = Text::Outside;
                (next, self.closing.is_empty())
            }
            b'\\' => {
                self.text = Text::Escaped;
                (next, false)
            }
            _ => {
                self.is_torn = self.lines_tear;
                (next, self.lines_tear)
            }
        }
    }
}

/// What serde_json says, without the place (which it counts from the start of the record).
pub(super) fn message_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = match text.rsplit_once(" at line ") {
        Some((what, _)) => what,
        None => &text,
    };
    format!("broken JSON: {}", what.replace("EOF", "the end"))
}

/// What to do about broken JSON.
pub(super) fn hint_of(message: &str) -> &'static str {
    let hints = [
        (
            "control character",
            "a line break within a text is written \\n, a tab \\t",
        ),
        (
            "trailing comma",
            "remove the comma before the closing bracket",
        ),
        (
            "trailing characters",
            "a .json file holds one entry or one list; to have an entry a line, name it .jsonl",
        ),
        (
            "the end while parsing a string",
            "close the text with a quote",
        ),
        (
            "the end while parsing",
            "close every bracket that was opened",
        ),
        (
            "expected `,`",
            "put a comma between one value and the next, and close what was opened",
        ),
        (
            "key must be a string",
            "a key stands in double quotes; remove a comma too many",
        ),
        ("expected `:`", "a colon stands between a key and its value"),
        ("expected value", "a text stands in double quotes"),
        ("invalid escape", "a backslash in a text is written \\\\"),
        ("surrogate", "half a character; write the character itself"),
        (
            "recursion limit",
            "no entry needs so many brackets; 127 levels are read",
        ),
        ("number out of range", "put it in quotes"),
    ];
    let found = hints.iter().find(|(part, _)| message.contains(part));
    found.map_or("", |(_, hint)| hint)
}

/// The place of a serde_json error in `bytes`, which begin at `start`.
pub(super) fn place_of(error: &serde_json::Error, bytes: &[u8], start: Place) -> Place {
    let lines_before = error.line().saturating_sub(1);
    let line_start = match lines_before {
        0 => 0,
        count => memchr::memchr_iter(b'\n', bytes)
            .nth(count - 1)
            .map_or(bytes.len(), |at| at + 1),
    };
    let before = (line_start + error.column().saturating_sub(1)).min(bytes.len());
    start.behind(&bytes[..before])
}
