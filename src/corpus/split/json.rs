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

use super::brackets::ValueEnd;
use super::list::{List, nothing_behind, skip_blank};
use super::stream::{Boundary, Lines, Piece, Stream};
use super::{MAX_HELD, Reading};
use crate::corpus::draft::plan::{Plan, Slot};
use crate::corpus::problem::{Place, Report};
use crate::corpus::{Around, Context, broken};

/// Reads an entry a line.
pub fn read_lines<R: Read>(
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
pub fn read<R: Read>(
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
                let message = broken::message_of(&error);
                let hint = broken::hint_of(&message);
                report.add(broken::place_of(&error, value, start), message, hint);
            }
        }
    }
    around
}
