//! Rankers of plain text: needledrop, stock Tantivy with `en_stem`, SQLite FTS5 with Porter stems.

use std::path::Path;

use needledrop::search::engine::Engine;
use needledrop::search::request::SearchRequest;
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::Value as Json;
use tantivy::collector::TopDocs;
use tantivy::query::QueryParser;
use tantivy::schema::{Field, STORED, Schema, TEXT, TextFieldIndexing, TextOptions, Value};
use tantivy::{Index, IndexWriter, Searcher, TantivyDocument};

use crate::Result;
use crate::corpora::{self, Record};

/// Answers any text with ids and scores, best first.
pub trait Ranker {
    /// The best `limit` entries for `text`, every character of which is plain.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn rank(&self, text: &str, limit: usize) -> Result<Vec<(String, f32)>>;
}

impl Ranker for Engine {
    fn rank(&self, text: &str, limit: usize) -> Result<Vec<(String, f32)>> {
        let request = SearchRequest {
            query: text.to_owned(),
            literal: true,
            limit,
            highlight: false,
            ..SearchRequest::default()
        };
        let hits = self.search(&request)?.hits;
        Ok(hits.into_iter().map(|hit| (hit.id, hit.score)).collect())
    }
}

/// The id of an entry, a string or a number in its file.
#[derive(Deserialize)]
struct Id {
    id: Json,
}

/// Every entry of `path` with its id.
///
/// # Errors
/// When it cannot be read.
pub fn identified(path: &Path, mut take: impl FnMut(String, Record) -> Result<()>) -> Result<()> {
    corpora::lines(path, |line| {
        let Id { id } = serde_json::from_str(line)?;
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        take(id, serde_json::from_str(line)?)
    })
}

/// The words of a text, for parsers that take punctuation for operators.
fn plain_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Stock Tantivy: three fields with `en_stem`, summed by its own parser.
pub struct Stock {
    searcher: Searcher,
    parser: QueryParser,
    id: Field,
}

impl Stock {
    /// Indexes `entries` in memory.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn build(entries: &Path) -> Result<Stock> {
        let indexing = TEXT
            .get_indexing_options()
            .cloned()
            .unwrap_or_else(TextFieldIndexing::default);
        let stems = TextOptions::default().set_indexing_options(indexing.set_tokenizer("en_stem"));
        let mut schema = Schema::builder();
        let id = schema.add_text_field("id", STORED);
        let [title, artists, prose] =
            ["title", "artists", "prose"].map(|name| schema.add_text_field(name, stems.clone()));
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 200_000_000)?;
        identified(entries, |name, record| {
            let mut document = TantivyDocument::new();
            document.add_text(id, name);
            document.add_text(title, record.title);
            record
                .artists
                .iter()
                .for_each(|artist| document.add_text(artists, artist));
            document.add_text(prose, record.prose.unwrap_or_default());
            writer.add_document(document)?;
            Ok(())
        })?;
        writer.commit()?;
        Ok(Stock {
            searcher: index.reader()?.searcher(),
            parser: QueryParser::for_index(&index, vec![title, artists, prose]),
            id,
        })
    }
}

impl Ranker for Stock {
    fn rank(&self, text: &str, limit: usize) -> Result<Vec<(String, f32)>> {
        let words: Vec<String> = plain_words(text).map(str::to_lowercase).collect();
        let (query, _) = self.parser.parse_query_lenient(&words.join(" "));
        let top = TopDocs::with_limit(limit).order_by_score();
        let mut hits = Vec::new();
        for (score, address) in self.searcher.search(&query, &top)? {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let id = document.get_first(self.id).and_then(|value| value.as_str());
            hits.push((id.ok_or("a document without id")?.to_owned(), score));
        }
        Ok(hits)
    }
}

/// SQLite FTS5.
pub struct Sqlite(Connection);

impl Sqlite {
    /// Indexes `entries` in memory.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn build(entries: &Path) -> Result<Sqlite> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(
            "CREATE VIRTUAL TABLE entries USING fts5(id UNINDEXED, title, artists, prose, \
             tokenize = 'porter unicode61'); BEGIN",
        )?;
        {
            let mut insert = connection.prepare("INSERT INTO entries VALUES (?, ?, ?, ?)")?;
            identified(entries, |id, record| {
                insert.execute(params![
                    id,
                    record.title,
                    record.artists.join("; "),
                    record.prose
                ])?;
                Ok(())
            })?;
        }
        connection.execute_batch("COMMIT")?;
        Ok(Sqlite(connection))
    }
}

impl Ranker for Sqlite {
    fn rank(&self, text: &str, limit: usize) -> Result<Vec<(String, f32)>> {
        let words: Vec<String> = plain_words(text)
            .map(|word| format!("\"{word}\""))
            .collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = self.0.prepare_cached(
            "SELECT id, -rank FROM entries WHERE entries MATCH ? ORDER BY rank LIMIT ?",
        )?;
        let rows = select.query_map(params![words.join(" OR "), limit as i64], |row| {
            Ok((row.get(0)?, row.get::<_, f64>(1)? as f32))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
