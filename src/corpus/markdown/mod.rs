//! `.md`: one entry, its fields in the front matter and its prose below.
//!
//! Front matter is YAML between lines of `---` or TOML between lines of `+++`. The first heading is the title when there
//! is no other, and no part of the prose then. The prose is kept as a reader sees it (`prose`): brackets and
//! stars read badly in a snippet.

mod inline;
mod prose;

use std::io::{self, Read};
use std::ops::ControlFlow;

use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Context;
use super::draft::Draft;
use super::draft::texts::Numbers;
use super::problem::Place;
use super::split::stream::Stream;
use super::split::{MAX_HELD, Reading};

/// Reads a file as one record.
pub fn read<R: Read>(
    stream: &mut Stream<R>,
    reading: &mut Reading<'_>,
) -> io::Result<ControlFlow<()>> {
    let place = stream.place;
    let Some(bytes) = stream.hold_all(MAX_HELD)? else {
        reading.too_large();
        return Ok(ControlFlow::Continue(()));
    };
    if bytes.trim_ascii().is_empty() {
        reading.empty();
        return Ok(ControlFlow::Continue(()));
    }
    let content = xxh3_64_with_seed(bytes, DOCUMENT);
    let record = reading.record(place, content, bytes, Context::Document);
    Ok(reading.hand_on(&record))
}

/// Keeps a document's hash apart from that of the same bytes in another format.
const DOCUMENT: u64 = 0x6d64;

/// A document taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Document<'a> {
    /// What the front matter is written in, and its text.
    pub front: Option<(Front, &'a str)>,
    /// Where the front matter's text begins, in bytes.
    pub front_start: usize,
    /// What stands below it.
    pub body: &'a str,
}

/// What front matter is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// Between lines of `---`.
    Yaml,
    /// Between lines of `+++`.
    Toml,
}

/// Something wrong in a document.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where, from the start of the document.
    pub place: Place,
    pub message: String,
    pub hint: &'static str,
}

/// Takes a document apart.
///
/// # Errors
/// When its front matter does not end.
pub fn take_apart(text: &str) -> Result<Document<'_>, Mistake> {
    let first = text.lines().next().unwrap_or_default().trim_end();
    let front = match first {
        "---" => Front::Yaml,
        "+++" => Front::Toml,
        _ => {
            return Ok(Document {
                front: None,
                front_start: 0,
                body: text,
            });
        }
    };
    let front_start = text.find('\n').map_or(text.len(), |at| at + 1);
    let mut at = front_start;
    for line in text[front_start..].split_inclusive('\n') {
        let mark = line.trim_end();
        if mark == first || front == Front::Yaml && mark == "..." {
            return Ok(Document {
                front: Some((front, &text[front_start..at])),
                front_start,
                body: &text[at + line.len()..],
            });
        }
        at += line.len();
    }
    Err(Mistake {
        place: Place::START,
        message: "the front matter that begins here does not end".to_owned(),
        hint: match front {
            Front::Yaml => "end it with a line of ---",
            Front::Toml => "end it with a line of +++",
        },
    })
}

/// Which numbers of a document's front matter pass for text.
pub fn numbers(document: &Document<'_>) -> Numbers {
    match document.front {
        Some((Front::Yaml, _)) => Numbers::Whole,
        _ => Numbers::Refuse,
    }
}

/// Puts a document into a draft.
///
/// # Errors
/// When its front matter cannot be read; all else is noted in the draft.
pub fn fill(document: &Document<'_>, draft: &mut Draft<'_>) -> Result<(), Mistake> {
    if let Some((front, text)) = document.front {
        let keys = match front {
            Front::Yaml => yaml(text)?,
            Front::Toml => toml(text)?,
        };
        for (key, value) in keys {
            draft.add(&key, value);
        }
    }
    let read = prose::read(document.body, draft.title());
    draft.add_body(read.heading, &read.prose);
    Ok(())
}

fn yaml(text: &str) -> Result<Map<String, Value>, Mistake> {
    // Plain words stay words (a band may be called Yes or No), and so do numbers that would lose a digit.
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_saphyr::from_str_with_options::<Value>(text, options) {
        Ok(Value::Object(keys)) => Ok(keys),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(not_keys()),
        Err(error) => {
            let location = error.location();
            let place = location.map_or(Place::line(1), |location| Place {
                line: location.line() + 1,
                column: location.column(),
            });
            let text = error.to_string();
            let what = text.lines().next().unwrap_or_default();
            let what = what
                .split_once(": ")
                .filter(|(before, _)| before.contains("line "))
                .map_or(what, |(_, what)| what);
            Err(Mistake {
                place,
                message: format!("broken YAML: {what}"),
                hint: "a text with a colon or a bracket in it needs quotes",
            })
        }
    }
}

fn toml(text: &str) -> Result<Map<String, Value>, Mistake> {
    match text.parse::<toml::Table>() {
        Ok(table) => Ok(table
            .into_iter()
            .map(|(key, value)| (key, json_of(value)))
            .collect()),
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let place = Place { line: 2, column: 1 }.behind(&text.as_bytes()[..start]);
            Err(Mistake {
                place,
                message: format!("broken TOML: {}", error.message()),
                hint: "a line is `key = value`, and a text stands in quotes",
            })
        }
    }
}

/// A TOML value as JSON has it; dates become texts.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json_of).collect(),
        toml::Value::Table(table) => Value::Object(
            table
                .into_iter()
                .map(|(key, value)| (key, json_of(value)))
                .collect(),
        ),
    }
}

fn not_keys() -> Mistake {
    Mistake {
        place: Place { line: 2, column: 1 },
        message: "the front matter should be lines of `key: value`".to_owned(),
        hint: "to begin a text with a line across, write *** instead of ---",
    }
}

/// Where in a document the value of a front matter key begins, in bytes.
pub fn find(document: &Document<'_>, key: &str) -> Option<usize> {
    let (front, text) = document.front?;
    let mark = match front {
        Front::Yaml => ':',
        Front::Toml => '=',
    };
    let mut at = document.front_start;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(['"', '\'']);
        let value = bare.strip_prefix(key).and_then(|rest| {
            rest.trim_start_matches(['"', '\''])
                .trim_start()
                .strip_prefix(mark)
        });
        if let Some(value) = value {
            let value = value.trim_start_matches([' ', '\t']);
            return Some(at + line.len() - value.len());
        }
        at += line.len();
    }
    None
}
