//! The columns of a segment that is being written: ids, keys, and what can be a facet, a range or a sort key.

use std::io::{self, Write};

use serde_json::Value as Json;
use tantivy::columnar::{ColumnType, ColumnarWriter};

/// Text values longer than this (in bytes) are no facet and no sort key: they get no column.
const MAX_TEXT: usize = 128;
/// What Tantivy puts between the name of a JSON field and a path in it.
const STEP: char = '\u{1}';

/// Gathers the columns.
pub struct Columns {
    writer: ColumnarWriter,
    name: String,
}

impl Columns {
    /// None yet.
    pub fn new() -> Columns {
        let mut writer = ColumnarWriter::default();
        writer.record_column_type("id", ColumnType::Str, false);
        writer.record_column_type("key", ColumnType::U64, false);
        Columns {
            writer,
            name: String::new(),
        }
    }

    /// An entry's id and what it is addressed by.
    pub fn add_entry(&mut self, doc: u32, id: &str, key: u64) {
        self.writer.record_str(doc, "id", id);
        self.writer.record_numerical(doc, "key", key);
    }

    /// A text under a path, if it is short.
    pub fn add_text(&mut self, doc: u32, path: &str, text: &str) {
        if text.len() <= MAX_TEXT {
            self.take_name(path);
            self.writer.record_str(doc, &self.name, text);
        }
    }

    /// A number or a truth value under a path: all numbers as floats, so that `1994` and `1994.0` are one value.
    pub fn add_scalar(&mut self, doc: u32, path: &str, value: &Json) {
        self.take_name(path);
        match value {
            Json::Bool(value) => self.writer.record_bool(doc, &self.name, *value),
            Json::Number(number) => {
                if let Some(number) = number.as_f64().filter(|number| number.is_finite()) {
                    self.writer.record_numerical(doc, &self.name, number);
                }
            }
            _ => {}
        }
    }

    fn take_name(&mut self, path: &str) {
        self.name.clear();
        self.name.push_str("columns");
        self.name.push(STEP);
        self.name.push_str(path);
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.writer.mem_usage()
    }

    /// Writes the columns of so many documents.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, docs: u32, out: &mut dyn Write) -> io::Result<()> {
        self.writer.serialize(docs, None, out)
    }
}
