//! The columns of a segment: ids, keys, and what can be a facet, a range or a sort key.
//!
//! Tantivy's writer of columns holds three times what it is given, so it is given nothing before the postings are written
//! and their memory is free again. Up to then the values wait as bytes, one behind the other.

use std::io::{self, Write};

use serde_json::Value as Json;
use tantivy::columnar::{
    ColumnType, ColumnarReader, ColumnarWriter, MergeRowOrder, StackMergeOrder, merge_columnar,
};

use super::pieces::Pieces;
use super::spool::Spool;

/// Text values longer than this (in bytes) are no facet and no sort key: they get no column.
const MAX_TEXT: usize = 128;
/// What Tantivy puts between the name of a JSON field and a path in it.
const STEP: char = '\u{1}';
/// Bytes gathered in one piece of memory.
const PIECE: usize = 1 << 18;
/// Bytes that the columns of some of the documents may take: Tantivy sorts their texts where they lie, in no order. With
/// four times as many bytes that takes half as long again, and with half as many there are too many to put together.
const PART: usize = 8 << 20;

/// Before an entry: its key and its id, and then its values.
const ENTRY: u8 = 0;
/// Before a text.
const TEXT: u8 = 1;
/// Before a number.
const NUMBER: u8 = 2;
/// Before a truth value.
const FLAG: u8 = 3;

/// Gathers the columns.
pub struct Columns {
    values: Pieces<u8>,
    /// Bytes of all values.
    total: usize,
}

impl Columns {
    /// None yet.
    pub fn new() -> Columns {
        Columns {
            values: Pieces::new(PIECE),
            total: 0,
        }
    }

    /// The next entry: its id and what it is addressed by. What is added from now on is its own.
    pub fn add_entry(&mut self, id: &str, key: u64) {
        self.put(ENTRY, key, id.as_bytes());
    }

    /// A text under the path of a number, if it is short.
    pub fn add_text(&mut self, path: usize, text: &str) {
        if text.len() <= MAX_TEXT {
            self.put(TEXT, path as u64, text.as_bytes());
        }
    }

    /// A number or a truth value under the path of a number: all numbers as floats, so that `1994` and `1994.0` are one
    /// value.
    pub fn add_scalar(&mut self, path: usize, value: &Json) {
        match value {
            Json::Bool(value) => self.put(FLAG, path as u64, &[u8::from(*value)]),
            Json::Number(number) => {
                if let Some(number) = number.as_f64().filter(|number| number.is_finite()) {
                    self.put(NUMBER, path as u64, &number.to_le_bytes());
                }
            }
            _ => {}
        }
    }

    /// Adds what it is, a number that goes with it, and its bytes, in one piece.
    fn put(&mut self, what: u8, number: u64, bytes: &[u8]) {
        self.total += bytes.len();
        let piece = self.values.room_for(1 + 8 + 4 + bytes.len());
        piece.push(what);
        match what {
            ENTRY => piece.extend_from_slice(&number.to_le_bytes()),
            _ => piece.extend_from_slice(&(number as u32).to_le_bytes()),
        }
        piece.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        piece.extend_from_slice(bytes);
    }

    /// Puts what is full away.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_away(&mut self, spool: &mut Spool) -> io::Result<()> {
        self.values.put_away(spool)
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.values.memory()
    }

    /// Whether what is written of the columns takes too much memory before it is put together, when [`write`] has
    /// so much room: a third or less of the values, by what films take.
    pub fn is_full(&self, room: usize) -> bool {
        self.total / 3 > room
    }
}

/// The columns that one thread has gathered.
pub struct Source<'s> {
    /// The columns.
    pub columns: Columns,
    /// The path of each number.
    pub paths: Vec<String>,
    /// What of them was put away.
    pub spool: &'s Spool,
}

/// Writes columns, of some documents and then of others. About `room` bytes and no more than [`PART`] are taken for it at
/// a time: what does not fit is written to memory as columns of some of the documents, which are put together in the end.
///
/// # Errors
/// When they cannot be written, or what was put away cannot be read.
pub fn write<'s>(
    sources: impl Iterator<Item = Source<'s>>,
    room: usize,
    mut out: &mut dyn Write,
) -> io::Result<()> {
    let room = room.min(PART);
    let mut parts = Vec::new();
    let mut part = Part::new();
    for source in sources {
        let paths = source.paths.iter();
        let names: Vec<String> = paths.map(|path| format!("columns{STEP}{path}")).collect();
        source.columns.values.each(source.spool, |piece| {
            let mut rest = piece;
            while let Some((value, behind)) = Value::read(rest) {
                rest = behind;
                if matches!(value, Value::Entry { .. }) && part.memory() > room {
                    let full = std::mem::replace(&mut part, Part::new());
                    parts.push(full.written()?);
                }
                part.record(&value, &names);
            }
            Ok(())
        })?;
    }
    if parts.is_empty() {
        return part.write(&mut out);
    }
    parts.push(part.written()?);
    let parts: Vec<&ColumnarReader> = parts.iter().collect();
    let order = MergeRowOrder::Stack(StackMergeOrder::stack(&parts));
    merge_columnar(&parts, &[], order, &mut out)
}

/// The columns of some of the documents.
struct Part {
    writer: ColumnarWriter,
    /// Bytes that the writer sets aside before it is given anything.
    at_first: usize,
    docs: u32,
}

impl Part {
    fn new() -> Part {
        let mut writer = ColumnarWriter::default();
        writer.record_column_type("id", ColumnType::Str, false);
        writer.record_column_type("key", ColumnType::U64, false);
        Part {
            at_first: writer.mem_usage(),
            writer,
            docs: 0,
        }
    }

    /// Bytes taken by what there is.
    fn memory(&self) -> usize {
        self.writer.mem_usage() - self.at_first
    }

    /// Takes a value: of a new document, or of the last.
    fn record(&mut self, value: &Value<'_>, names: &[String]) {
        let writer = &mut self.writer;
        // The first value is an entry.
        let doc = self.docs.saturating_sub(1);
        match *value {
            Value::Entry { id, key } => {
                writer.record_str(self.docs, "id", id);
                writer.record_numerical(self.docs, "key", key);
                self.docs += 1;
            }
            Value::Text { path, text } => writer.record_str(doc, &names[path], text),
            Value::Number { path, number } => {
                writer.record_numerical(doc, &names[path], number);
            }
            Value::Flag { path, flag } => writer.record_bool(doc, &names[path], flag),
        }
    }

    fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.writer.serialize(self.docs, None, out)
    }

    /// Itself written to memory.
    fn written(self) -> io::Result<ColumnarReader> {
        let mut bytes = Vec::new();
        self.write(&mut bytes)?;
        ColumnarReader::open(bytes)
    }
}

/// A value as it was put.
enum Value<'a> {
    Entry { id: &'a str, key: u64 },
    Text { path: usize, text: &'a str },
    Number { path: usize, number: f64 },
    Flag { path: usize, flag: bool },
}

impl<'a> Value<'a> {
    /// The first value, and what is behind it.
    fn read(bytes: &'a [u8]) -> Option<(Value<'a>, &'a [u8])> {
        let (&what, rest) = bytes.split_first()?;
        let (number, rest) = match what {
            ENTRY => rest
                .split_first_chunk()
                .map(|(number, rest)| (u64::from_le_bytes(*number), rest))?,
            _ => rest
                .split_first_chunk()
                .map(|(number, rest)| (u64::from(u32::from_le_bytes(*number)), rest))?,
        };
        let (length, rest) = rest.split_first_chunk()?;
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let (path, text) = (number as usize, std::str::from_utf8(bytes));
        let value = match what {
            ENTRY => Value::Entry {
                id: text.ok()?,
                key: number,
            },
            TEXT => Value::Text {
                path,
                text: text.ok()?,
            },
            NUMBER => Value::Number {
                path,
                number: f64::from_le_bytes(bytes.try_into().ok()?),
            },
            _ => Value::Flag {
                path,
                flag: bytes == [1],
            },
        };
        Some((value, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tantivy::columnar::DynamicColumn;

    #[test]
    fn a_part_has_room_for_many_documents() {
        let mut part = Part::new();
        assert_eq!(part.memory(), 0);
        let (id, key) = ("the thin white duke", 7);
        let taken = (0..).find(|_| {
            part.record(&Value::Entry { id, key }, &[]);
            part.memory() > 1 << 20
        });
        assert!(taken > Some(10_000), "{taken:?}");
    }

    #[test]
    fn columns_are_for_what_can_be_a_facet() {
        // With no room, those of each entry are written on their own and put together.
        for room in [1 << 30, 0] {
            let mut columns = Columns::new();
            let paths = ["label.name", "year", "live", "note"];
            columns.add_entry("vg", 7);
            columns.add_text(0, "Rhino");
            columns.add_scalar(1, &json!(1998));
            columns.add_scalar(2, &json!(true));
            columns.add_text(3, &"x".repeat(MAX_TEXT + 1));
            columns.add_scalar(3, &json!(null));
            columns.add_entry("hd", 9);
            columns.add_text(0, "Virgin");
            columns.add_text(0, "Rhino");
            columns.add_entry(&"long".repeat(PIECE), 8);
            columns.add_scalar(1, &json!(1998.5));
            let mut written = Vec::new();
            let spool = Spool::new(std::env::temp_dir());
            let source = Source {
                columns,
                paths: paths.map(str::to_owned).to_vec(),
                spool: &spool,
            };
            write([source].into_iter(), room, &mut written).unwrap();
            let reader = ColumnarReader::open(written).unwrap();
            assert_eq!(reader.num_docs(), 3);
            let found = reader.list_columns().unwrap();
            let found: Vec<String> = found
                .iter()
                .map(|(name, handle)| format!("{name} {}", handle.column_type()))
                .collect();
            let expected = [
                "columns\u{1}label.name str",
                "columns\u{1}live bool",
                "columns\u{1}year f64",
                "id str",
                "key u64",
            ];
            assert_eq!(found, expected);
            let column = |name: &str| reader.read_columns(name).unwrap()[0].open().unwrap();
            let DynamicColumn::F64(years) = column("columns\u{1}year") else {
                panic!("years are numbers");
            };
            let years = [0, 1, 2].map(|doc| years.values_for_doc(doc).collect::<Vec<_>>());
            assert_eq!(years, [vec![1998.0], vec![], vec![1998.5]]);
            let DynamicColumn::Str(labels) = column("columns\u{1}label.name") else {
                panic!("labels are texts");
            };
            let labels = [0, 1, 2].map(|doc| labels.ords().values_for_doc(doc).collect::<Vec<_>>());
            assert_eq!(labels, [vec![0], vec![1, 0], vec![]]);
            let DynamicColumn::U64(keys) = column("key") else {
                panic!("keys are whole numbers");
            };
            assert_eq!([0, 1, 2].map(|doc| keys.first(doc)), [7, 9, 8].map(Some));
        }
    }
}
