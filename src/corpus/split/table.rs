//! `.csv` and `.tsv` as records: a header that names the fields, and an entry a row.
//!
//! A `.csv` quotes as RFC 4180 has it. A `.tsv` does not quote at all: in it `"Heroes"` is a title with its quotes,
//! and `\N` is nothing, as databases write it.

use std::io::{self, Read};
use std::ops::ControlFlow;

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Reading;
use super::cells::{Dialect, RowEnd, State, cells};
use super::stream::{Lines, Piece, Stream};
use crate::corpus::Context;
use crate::corpus::draft::plan::{Plan, Slot};
use crate::corpus::draft::{Draft, values};
use crate::corpus::problem::{Place, Report};

/// How often a quote that does not close is forgiven in one file: each time, the rest of the file is read again.
const MAX_UNCLOSED: usize = 20;

/// The header of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    dialect: Dialect,
    columns: Vec<Column>,
    /// Hash of the header's bytes.
    seed: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    holds: Holds,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// A text as it is.
    Text,
    /// Texts with `;` between them.
    Texts,
    /// A number where it looks like one.
    Any,
    /// Nothing that counts: the column has no name, or that of one before it.
    Nothing,
}

/// Reads the rows of a table.
pub fn read<R: Read>(
    stream: &mut Stream<R>,
    dialect: Dialect,
    plan: &Plan,
    reading: &mut Reading<'_>,
) -> io::Result<ControlFlow<()>> {
    let mut table = None;
    let mut unclosed = 0;
    loop {
        let place = stream.place;
        let mut end = RowEnd::new(dialect);
        let (row, is_open) = match stream.next(&mut end)? {
            Piece::Record(row) => (row, false),
            Piece::Rest(row) => (row, end.state == State::Quoted),
            Piece::TooLong => {
                reading.too_long(place, "row");
                continue;
            }
            Piece::Nothing => break,
        };
        if is_open {
            let length = row.len();
            reading.report.add(
                Place::line(place.line),
                "a quote in this row does not close",
                "close it; within quotes, a quote is written twice",
            );
            unclosed += 1;
            if unclosed == MAX_UNCLOSED {
                break;
            }
            stream.take_back(length, place);
            stream.next(&mut Lines)?;
            continue;
        }
        let row = trim_end(row, dialect);
        if row.trim_ascii().is_empty() {
            continue;
        }
        match &table {
            None => match header(row, place, dialect, plan, reading.report) {
                Some(header) => table = Some(header),
                None => break,
            },
            Some(table) => {
                let content = xxh3_64_with_seed(row, table.seed);
                let record = reading.record(place, content, row, Context::Row(table));
                if reading.hand_on(&record).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    }
    if table.is_none() && reading.report.problems.is_empty() {
        reading.empty();
    }
    Ok(ControlFlow::Continue(()))
}

/// A row without its line end and, in CSV, without the blanks before it; tabs may be empty cells.
fn trim_end(row: &[u8], dialect: Dialect) -> &[u8] {
    match dialect {
        Dialect::Csv => row.trim_ascii_end(),
        Dialect::Tsv => {
            let row = row.strip_suffix(b"\n").unwrap_or(row);
            row.strip_suffix(b"\r").unwrap_or(row)
        }
    }
}

/// The header in `row`, or what is wrong with it.
fn header(
    row: &[u8],
    place: Place,
    dialect: Dialect,
    plan: &Plan,
    report: &mut Report,
) -> Option<Table> {
    let Ok(text) = str::from_utf8(row) else {
        report.add_encoding(row, place);
        return None;
    };
    let mut columns: Vec<Column> = Vec::new();
    let mut has_title = false;
    for cell in cells(row, dialect) {
        let name = String::from_utf8_lossy(&cell.text).trim().to_owned();
        let slots = plan.slots(&name);
        has_title |= slots.contains(&Slot::Title);
        let holds = holds(&name, &slots);
        let is_again = columns.iter().any(|column| column.name == name);
        if is_again && !name.is_empty() && holds != Holds::Texts {
            let place = place.behind(&row[..cell.start]);
            report.add(
                place,
                format!("the column `{name}` is there twice"),
                "give one of them another name; the first is taken",
            );
        }
        columns.push(Column {
            holds: if name.is_empty() || is_again && holds != Holds::Texts {
                Holds::Nothing
            } else {
                holds
            },
            name,
        });
    }
    if !has_title {
        let wanted = plan.key_of("title").unwrap_or("title");
        let message = format!("the header has no column `{wanted}`");
        report.add(
            Place::line(place.line),
            message,
            header_hint(text, &columns, dialect),
        );
        return None;
    }
    let seed = xxh3_64_with_seed(row, dialect as u64 + 1);
    Some(Table {
        dialect,
        columns,
        seed,
    })
}

fn header_hint(text: &str, columns: &[Column], dialect: Dialect) -> String {
    if columns.len() == 1 && dialect == Dialect::Csv && text.contains([';', '\t']) {
        return "the cells of a .csv are parted by commas (a .tsv by tabs): convert it".to_owned();
    }
    let names: Vec<String> = columns
        .iter()
        .take(8)
        .map(|column| format!("`{}`", column.name))
        .collect();
    format!(
        "the first line names the fields; if one of {} is the title, say so: --map title=COLUMN",
        names.join(", ")
    )
}

fn holds(name: &str, slots: &[Slot<'_>]) -> Holds {
    let is_list =
        |slot: &Slot<'_>| matches!(slot, Slot::Artists | Slot::Aliases | Slot::Key("tags"));
    let is_any =
        |slot: &Slot<'_>| matches!(slot, Slot::Key(key) if !matches!(*key, "list" | "url"));
    if name.is_empty() {
        Holds::Nothing
    } else if slots.iter().any(is_list) {
        Holds::Texts
    } else if slots.iter().all(is_any) {
        Holds::Any
    } else {
        Holds::Text
    }
}

impl Table {
    /// Puts the cells of a row into a draft.
    ///
    /// # Errors
    /// What is wrong with the row as a whole.
    pub fn fill(&self, row: &str, draft: &mut Draft<'_>) -> Result<(), String> {
        let cells = cells(row.as_bytes(), self.dialect);
        let beyond = cells.get(self.columns.len()..).unwrap_or_default();
        if cells.len() < self.columns.len()
            || beyond.iter().any(|cell| !cell.text.trim_ascii().is_empty())
        {
            let count = |number: usize, what: &str| {
                format!("{number} {what}{}", if number == 1 { "" } else { "s" })
            };
            return Err(format!(
                "the row has {}, the header {}",
                count(cells.len(), "cell"),
                count(self.columns.len(), "column")
            ));
        }
        for (column, cell) in self.columns.iter().zip(&cells) {
            let text = String::from_utf8_lossy(&cell.text);
            let text = text.trim();
            let is_nothing = text.is_empty() || self.dialect == Dialect::Tsv && text == "\\N";
            if !is_nothing && column.holds != Holds::Nothing {
                draft.add(&column.name, value_of(text, column.holds));
            }
        }
        Ok(())
    }

    /// What to do about a row of the wrong length.
    pub fn ragged_hint(&self) -> &'static str {
        match self.dialect {
            Dialect::Csv => {
                "a cell with a comma in it stands in quotes; a list within a cell has ; between its items"
            }
            Dialect::Tsv => "exactly one tab stands between two cells",
        }
    }

    /// Where in `row` the cell of a column begins.
    pub fn find(&self, row: &[u8], key: &str) -> Option<usize> {
        let column = self.columns.iter().position(|column| column.name == key)?;
        Some(cells(row, self.dialect).get(column)?.start)
    }
}

fn value_of(text: &str, holds: Holds) -> Value {
    match holds {
        Holds::Texts => text
            .split(';')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect(),
        Holds::Any if is_number(text) => values::number_of(text).unwrap_or_else(|| text.into()),
        _ => text.into(),
    }
}

/// Whether a text is written as a number is, and no digit is lost when it becomes one: neither `007` nor a telephone
/// number.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && all_digits(fraction)
        && (whole == "0" || !whole.starts_with('0'))
        && digits.len() <= 15
}
