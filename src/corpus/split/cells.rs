//! Rows of a table and the cells in them.
//!
//! Done here and not by the `csv` crate, since a row must be had as the bytes it is (to be recognised when it has not
//! changed) and a mistake must be shown in its column; a property test holds the two to the same reading.

use std::borrow::Cow;

use super::stream::{Boundary, Lines};

/// How the cells of a table are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Commas and quotes.
    Csv,
    /// Tabs.
    Tsv,
}

impl Dialect {
    fn delimiter(self) -> u8 {
        match self {
            Dialect::Csv => b',',
            Dialect::Tsv => b'\t',
        }
    }
}

/// A cell of a row.
#[derive(Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Where it begins in the row, its quote included.
    pub start: usize,
    /// What is in it, the quotes resolved.
    pub text: Cow<'a, [u8]>,
}

/// The cells of a row that has no line end any more.
pub fn cells(row: &[u8], dialect: Dialect) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    let mut start = 0;
    loop {
        let (text, end) = match dialect {
            Dialect::Csv if row.get(start) == Some(&b'"') => quoted_cell(row, start + 1),
            _ => plain_cell(row, start, dialect.delimiter()),
        };
        cells.push(Cell { start, text });
        if end >= row.len() {
            return cells;
        }
        start = end + 1;
    }
}

fn plain_cell(row: &[u8], start: usize, delimiter: u8) -> (Cow<'_, [u8]>, usize) {
    let end = memchr::memchr(delimiter, &row[start..]).map_or(row.len(), |at| start + at);
    (Cow::Borrowed(&row[start..end]), end)
}

/// A cell that begins with a quote: what is in it, and where its delimiter stands. `start` is behind the quote.
fn quoted_cell(row: &[u8], start: usize) -> (Cow<'_, [u8]>, usize) {
    let Some(length) = memchr::memchr(b'"', &row[start..]) else {
        return (Cow::Borrowed(&row[start..]), row.len());
    };
    let mut text = Cow::Borrowed(&row[start..start + length]);
    let mut at = start + length + 1;
    while row.get(at) == Some(&b'"') {
        // A quote twice is one quote, and the cell goes on.
        let next = memchr::memchr(b'"', &row[at + 1..]).map_or(row.len(), |more| at + 1 + more);
        text.to_mut().extend_from_slice(&row[at..next]);
        at = (next + 1).min(row.len());
    }
    // What stands behind the closing quote is not refused.
    let (behind, end) = plain_cell(row, at, b',');
    if !behind.is_empty() {
        text.to_mut().extend_from_slice(&behind);
    }
    (text, end)
}

/// Finds the end of a row: a line end outside of quotes.
pub struct RowEnd {
    dialect: Dialect,
    /// Where in a row the bytes so far lead.
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// At the start of a cell.
    Start,
    /// In a cell without quotes, or behind the closing one.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote within quotes: it ends the cell, unless another follows.
    Quote,
}

impl RowEnd {
    /// The end of the first row.
    pub fn new(dialect: Dialect) -> RowEnd {
        RowEnd {
            dialect,
            state: State::Start,
        }
    }

    /// Takes bytes up to where the state changes: where to go on, the new state, and whether the row ends there.
    fn step(&self, fresh: &[u8], at: usize) -> (usize, State, bool) {
        match (self.state, fresh[at]) {
            (State::Start | State::Quote, b'"') => (at + 1, State::Quoted, false),
            (State::Quoted, _) => match memchr::memchr(b'"', &fresh[at..]) {
                Some(quote) => (at + quote + 1, State::Quote, false),
                None => (fresh.len(), State::Quoted, false),
            },
            _ => match memchr::memchr2(b',', b'\n', &fresh[at..]) {
                Some(mark) => (at + mark + 1, State::Start, fresh[at + mark] == b'\n'),
                None => (fresh.len(), State::Plain, false),
            },
        }
    }
}

impl Boundary for RowEnd {
    fn end(&mut self, fresh: &[u8]) -> Option<usize> {
        if self.dialect == Dialect::Tsv {
            return Lines.end(fresh);
        }
        let mut at = 0;
        while at < fresh.len() {
            let (next, state, ends) = self.step(fresh, at);
            self.state = state;
            if ends {
                return Some(next);
            }
            at = next;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::problem::Place;
    use crate::corpus::split::stream::{Piece, Stream};
    use proptest::prelude::*;

    fn texts(row: &str, dialect: Dialect) -> Vec<String> {
        let text = |cell: Cell<'_>| String::from_utf8(cell.text.into_owned()).unwrap();
        cells(row.as_bytes(), dialect)
            .into_iter()
            .map(text)
            .collect()
    }

    /// The rows of a CSV, up to one whose quote does not close.
    fn rows(text: &str) -> (Vec<Vec<String>>, bool) {
        let mut stream = Stream::new(text.as_bytes(), 3, Place::START);
        let mut rows = Vec::new();
        loop {
            let mut end = RowEnd::new(Dialect::Csv);
            let row = match stream.next(&mut end).unwrap() {
                Piece::Rest(_) if end.state == State::Quoted => return (rows, false),
                Piece::Record(row) | Piece::Rest(row) => {
                    str::from_utf8(row).unwrap().trim_end_matches('\n')
                }
                _ => return (rows, true),
            };
            if !row.is_empty() {
                rows.push(texts(row, Dialect::Csv));
            }
        }
    }

    #[test]
    fn quotes_are_resolved_and_places_kept() {
        let row = br#"a,"b ""c"", d",,"e"f"#;
        let starts: Vec<usize> = cells(row, Dialect::Csv)
            .iter()
            .map(|cell| cell.start)
            .collect();
        assert_eq!(starts, [0, 2, 15, 16]);
        assert_eq!(
            texts(str::from_utf8(row).unwrap(), Dialect::Csv),
            ["a", r#"b "c", d"#, "", "ef"]
        );
        assert_eq!(texts("\"a\"\t\tb,", Dialect::Tsv), ["\"a\"", "", "b,"]);
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_csv_crate(text in "[,\"\nabé]{0,40}") {
            let (rows, is_whole) = rows(&text);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> = reader
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            let compared = if is_whole { theirs.len() } else { rows.len() };
            prop_assert_eq!(&rows[..], &theirs[..compared]);
        }
    }
}
