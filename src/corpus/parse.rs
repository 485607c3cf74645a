//! A record becomes an entry, or a list of what is wrong with it.

use serde::de::DeserializeSeed;
use serde_json::value::RawValue;

use super::draft::Draft;
use super::draft::faults::Fault;
use super::draft::texts::Numbers;
use super::problem::{Place, Problem, Report};
use super::split::table::Table;
use super::{Context, Corpus, Parsed, Record, SourceFile, broken, markdown};

/// The entry of a record of a file.
///
/// # Errors
/// All that is wrong with it.
pub(super) fn record(
    corpus: &Corpus,
    file: &SourceFile,
    record: &Record<'_>,
) -> Result<Parsed, Vec<Problem>> {
    let start = Place {
        line: record.line,
        column: record.column,
    };
    let problems = |fill: &dyn Fn(&mut Report)| {
        let mut report = Report::new(&file.path());
        fill(&mut report);
        report.problems
    };
    let Ok(text) = str::from_utf8(record.bytes) else {
        return Err(problems(&|report| report.add_encoding(record.bytes, start)));
    };
    let parsed = match record.context {
        Context::Line | Context::Json(_) => of_json(corpus, text, record),
        Context::Row(table) => of_row(corpus, text, table, record),
        Context::Document => of_document(corpus, text, record),
    };
    let mut parsed = parsed.map_err(|mistakes| {
        problems(&|report| {
            for Mistake {
                place,
                message,
                hint,
            } in &mistakes
            {
                report.add(from(start, *place), message, hint);
            }
        })
    })?;
    corpus.rules.aliases.apply(&mut parsed.entry);
    Ok(parsed)
}

/// Something wrong, its place counted from the start of the record.
struct Mistake {
    place: Place,
    message: String,
    hint: String,
}

/// A place counted from `start` as one of the file.
fn from(start: Place, place: Place) -> Place {
    let column = match (place.line, place.column) {
        (1, column) if column > 0 => start.column + column - 1,
        (_, column) => column,
    };
    Place {
        line: start.line + place.line - 1,
        column,
    }
}

fn of_json(corpus: &Corpus, text: &str, record: &Record<'_>) -> Result<Parsed, Vec<Mistake>> {
    let mut draft = Draft::new(&corpus.rules.plan, Numbers::Refuse);
    let around = match record.context {
        Context::Json(Some(around)) => {
            draft = draft.remembering();
            Some(around)
        }
        _ => None,
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    if let Err(error) = draft.deserialize(&mut reader).and_then(|()| reader.end()) {
        return Err(vec![broken_json(&error, text, record)]);
    }
    if let Some(around) = around {
        draft.add_around(&around.keys);
    }
    draft
        .finish(record.stem)
        .map_err(|faults| placed(faults, text, &|key, item| find_json(text, key, item)))
}

fn broken_json(error: &serde_json::Error, text: &str, record: &Record<'_>) -> Mistake {
    let message = broken::message_of(error);
    let is_line = matches!(record.context, Context::Line);
    let hint = match text.as_bytes() {
        [b'{' | b'[', rest @ ..] if is_line && rest.trim_ascii().is_empty() => {
            "in a .jsonl each line holds a whole entry; one over several lines belongs in a .json"
        }
        _ => broken::hint_of(&message),
    };
    Mistake {
        place: broken::place_of(error, text.as_bytes(), Place::START),
        message,
        hint: hint.to_owned(),
    }
}

/// Where the value of a top-level key, or of a dotted one, begins in a JSON object.
fn find_json(text: &str, key: &str, item: Option<usize>) -> Option<usize> {
    let offset = |raw: &RawValue| raw.get().as_ptr() as usize - text.as_ptr() as usize;
    let value = member(text, key)?;
    let item = item.and_then(|item| {
        let items: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
        items.get(item).copied()
    });
    Some(offset(item.unwrap_or(value)))
}

/// The last value under `key`: of two, the second is the one too many.
fn member<'t>(text: &'t str, key: &str) -> Option<&'t RawValue> {
    let Members(members) = serde_json::from_str(text).ok()?;
    let of = |key: &str| {
        members
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| *value)
    };
    of(key).or_else(|| {
        let (head, below) = key.split_once('.')?;
        let value = of(head)?;
        Some(member(value.get(), below).unwrap_or(value))
    })
}

/// The members of an object, unread.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> serde::Deserialize<'de> for Members<'t> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Visitor).map(Members)
    }
}

fn of_row(
    corpus: &Corpus,
    text: &str,
    table: &Table,
    record: &Record<'_>,
) -> Result<Parsed, Vec<Mistake>> {
    let mut draft = Draft::new(&corpus.rules.plan, Numbers::Refuse);
    if let Err(message) = table.fill(text, &mut draft) {
        return Err(vec![Mistake {
            place: Place { line: 1, column: 0 },
            message,
            hint: table.ragged_hint().to_owned(),
        }]);
    }
    draft
        .finish(record.stem)
        .map_err(|faults| placed(faults, text, &|key, _| table.find(text.as_bytes(), key)))
}

fn of_document(corpus: &Corpus, text: &str, record: &Record<'_>) -> Result<Parsed, Vec<Mistake>> {
    let broken = |mistake: markdown::Mistake| {
        vec![Mistake {
            place: mistake.place,
            message: mistake.message,
            hint: mistake.hint.to_owned(),
        }]
    };
    let document = markdown::take_apart(text).map_err(broken)?;
    let mut draft = Draft::new(&corpus.rules.plan, markdown::numbers(&document));
    markdown::fill(&document, &mut draft).map_err(broken)?;
    draft
        .finish(record.stem)
        .map_err(|faults| placed(faults, text, &|key, _| markdown::find(&document, key)))
}

/// Gives faults their places: that of the value if `find` knows it, or else the start of the record.
fn placed(
    faults: Vec<Fault>,
    text: &str,
    find: &dyn Fn(&str, Option<usize>) -> Option<usize>,
) -> Vec<Mistake> {
    let placed = |fault: Fault| {
        let offset = fault
            .key
            .and_then(|key| find(&key, fault.item))
            .unwrap_or(0);
        Mistake {
            place: Place::START.behind(&text.as_bytes()[..offset.min(text.len())]),
            message: fault.message,
            hint: fault.hint,
        }
    };
    faults.into_iter().map(placed).collect()
}
