//! SQLite FTS5 with Porter stems: what most people would reach for.

use std::path::Path;

use rusqlite::{Connection, params};

use crate::corpora::{self, Record};
use crate::{Result, queries::Query};

/// Indexes `corpus` into the new database `file`, in one transaction.
///
/// # Errors
/// When the corpus cannot be read or the database not be written.
pub fn build(corpus: &Path, file: &Path) -> Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut connection = Connection::open(file)?;
    connection.execute_batch(
        "CREATE VIRTUAL TABLE entries USING fts5(title, artists, prose, tokenize = 'porter unicode61')",
    )?;
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare("INSERT INTO entries VALUES (?, ?, ?)")?;
        corpora::each(corpus, |record: Record| {
            // An absent prose would give an absent snippet.
            let prose = record.prose.unwrap_or_default();
            insert.execute(params![record.title, record.artists.join("; "), prose])?;
            Ok(())
        })?;
    }
    Ok(transaction.commit()?)
}

/// The ten best of `query` (in SQLite's syntax): title and snippet. `rank` is `bm25(entries)`, sorted by FTS5 itself, so
/// that snippets are made for ten rows only.
///
/// # Errors
/// When the query is refused or the database cannot be read.
pub fn search(
    connection: &Connection,
    query: &str,
    snippets: bool,
) -> Result<Vec<(String, String)>> {
    let snippet = match snippets {
        true => "snippet(entries, 2, '<b>', '</b>', '…', 30)",
        false => "''",
    };
    let mut select = connection.prepare_cached(&format!(
        "SELECT title, {snippet} FROM entries WHERE entries MATCH ? ORDER BY rank LIMIT 10"
    ))?;
    let rows = select.query_map([query], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// As [`search`], for a batch: how many hits.
///
/// # Errors
/// As there.
pub fn count(connection: &Connection, query: &Query, snippets: bool) -> Result<usize> {
    Ok(std::hint::black_box(search(connection, &query.fts5(), snippets)?).len())
}
