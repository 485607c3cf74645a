//! The limit: Tantivy used barely. Lines through serde_json, three fields with the `default` tokenizer, Tantivy's own
//! parser and snippets. No folding, no stems, no name forms, no ids, no edits. An honest program, only a small one.

use std::path::Path;

use tantivy::collector::TopDocs;
use tantivy::query::QueryParser;
use tantivy::schema::{Field, STORED, Schema, TEXT, Value};
use tantivy::snippet::SnippetGenerator;
use tantivy::{Index, IndexWriter, ReloadPolicy, Searcher, TantivyDocument};

use crate::corpora::{self, Record};
use crate::{Result, queries::Query};

/// Indexes `corpus` into the new folder `folder`, and waits until every merge is done.
///
/// # Errors
/// When the corpus cannot be read or the index not be written.
pub fn build(corpus: &Path, folder: &Path, threads: usize, memory: usize) -> Result<()> {
    let mut schema = Schema::builder();
    let title = schema.add_text_field("title", TEXT | STORED);
    let artists = schema.add_text_field("artists", TEXT | STORED);
    let prose = schema.add_text_field("prose", TEXT | STORED);
    std::fs::create_dir_all(folder)?;
    let index = Index::create_in_dir(folder, schema.build())?;
    let mut writer: IndexWriter = index.writer_with_num_threads(threads, memory)?;
    corpora::each(corpus, |record: Record| {
        let mut document = TantivyDocument::new();
        document.add_text(title, record.title);
        for name in record.artists {
            document.add_text(artists, name);
        }
        document.add_text(prose, record.prose.unwrap_or_default());
        writer.add_document(document)?;
        Ok(())
    })?;
    writer.commit()?;
    Ok(writer.wait_merging_threads()?)
}

/// An index opened for searching.
pub struct Bare {
    searcher: Searcher,
    parser: QueryParser,
    title: Field,
    prose: Field,
}

/// What is shown of a document.
pub struct Hit {
    /// Larger is better.
    pub score: f32,
    /// Its title.
    pub title: String,
    /// The best passage of its prose, as HTML; empty when not asked for.
    pub snippet: String,
}

impl Bare {
    /// Opens the index in `folder`.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(folder: &Path) -> Result<Bare> {
        let index = Index::open_in_dir(folder)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual);
        let [title, artists, prose] =
            ["title", "artists", "prose"].map(|name| index.schema().get_field(name));
        Ok(Bare {
            searcher: reader.try_into()?.searcher(),
            parser: QueryParser::for_index(&index, vec![title.clone()?, artists?, prose.clone()?]),
            title: title?,
            prose: prose?,
        })
    }

    /// The ten best.
    ///
    /// # Errors
    /// When Tantivy's parser refuses the query, or the index cannot be read.
    pub fn search(&self, query: &str, snippets: bool) -> Result<Vec<Hit>> {
        let query = self.parser.parse_query(query)?;
        let top = (self.searcher).search(&query, &TopDocs::with_limit(10).order_by_score())?;
        let generator = match snippets {
            true => Some(SnippetGenerator::create(
                &self.searcher,
                &query,
                self.prose,
            )?),
            false => None,
        };
        let mut hits = Vec::with_capacity(top.len());
        for (score, address) in top {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let title = document
                .get_first(self.title)
                .and_then(|value| value.as_str());
            let snippet = generator
                .as_ref()
                .map(|g| g.snippet_from_doc(&document).to_html());
            hits.push(Hit {
                score,
                title: title.unwrap_or_default().to_owned(),
                snippet: snippet.unwrap_or_default(),
            });
        }
        Ok(hits)
    }

    /// As [`Bare::search`], for a batch: how many hits.
    ///
    /// # Errors
    /// As there.
    pub fn count(&self, query: &Query, snippets: bool) -> Result<usize> {
        let hits = self.search(&query.text(), snippets)?;
        Ok(std::hint::black_box(hits).len())
    }
}
