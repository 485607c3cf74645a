//! One segment of an index as the search reads it: posting lists by zone, lengths, what is deleted.

use std::sync::{Arc, OnceLock};

use tantivy::columnar::{Column, StrColumn};
use tantivy::directory::{ManagedDirectory, OwnedBytes};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::InvertedIndexReader;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Index, SegmentReader, TERMINATED, TantivyError};
use tantivy_fst::raw::Fst;

use super::known_terms::KnownTerms;
use crate::index::schema::Fields;
use crate::index::transducer;

/// A posting field of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zone {
    /// Title, artists and prose together.
    Text,
    /// The title.
    Title,
    /// The names.
    Artists,
    /// The other names.
    Aliases,
    /// Every further key, each term behind its path.
    Keys,
    /// Whole titles and names (see [`super::wholes`]).
    Wholes,
}

/// Where each zone stands in an array of one per zone.
const ZONES: usize = 6;

/// A segment opened for searching. What a query may not need is read when one does.
pub struct Segment {
    /// Tantivy's reader.
    pub reader: SegmentReader,
    fields: Fields,
    lists: [OnceLock<Arc<InvertedIndexReader>>; ZONES],
    files: ManagedDirectory,
    dictionaries: [OnceLock<Option<Fst<OwnedBytes>>>; ZONES],
    lengths: FieldNormReader,
    title_lengths: OnceLock<FieldNormReader>,
    deleted: OnceLock<Vec<DocId>>,
    ids: OnceLock<StrColumn>,
    known: KnownTerms,
    /// Mean length of the text, in tokens, as Tantivy had it when it wrote the segment.
    written_mean: OnceLock<f32>,
}

impl Segment {
    /// Opens a segment.
    ///
    /// # Errors
    /// When a file of the index cannot be read.
    pub fn open(
        index: &Index,
        reader: &SegmentReader,
        fields: &Fields,
    ) -> tantivy::Result<Segment> {
        Ok(Segment {
            fields: *fields,
            lists: Default::default(),
            files: index.directory().clone(),
            dictionaries: Default::default(),
            lengths: reader.get_fieldnorms_reader(fields.text)?,
            title_lengths: OnceLock::new(),
            deleted: OnceLock::new(),
            ids: OnceLock::new(),
            known: KnownTerms::default(),
            written_mean: OnceLock::new(),
            reader: reader.clone(),
        })
    }

    /// The lists of a zone.
    ///
    /// # Errors
    /// When a file of the index cannot be read.
    pub fn zone(&self, zone: Zone) -> tantivy::Result<&InvertedIndexReader> {
        let cell = &self.lists[zone as usize];
        if let Some(list) = cell.get() {
            return Ok(list);
        }
        let list = self.reader.inverted_index(self.field(zone))?;
        Ok(cell.get_or_init(|| list))
    }

    fn field(&self, zone: Zone) -> Field {
        match zone {
            Zone::Text => self.fields.text,
            Zone::Title => self.fields.title,
            Zone::Artists => self.fields.artists,
            Zone::Aliases => self.fields.aliases,
            Zone::Keys => self.fields.keys,
            Zone::Wholes => self.fields.wholes,
        }
    }

    /// The terms of a zone as the transducer that Tantivy keeps them in, and shows only through streams; none, when there
    /// are none.
    ///
    /// # Errors
    /// When a file of the index cannot be read, or makes no sense.
    pub fn dictionary(&self, zone: Zone) -> tantivy::Result<Option<&Fst<OwnedBytes>>> {
        let cell = &self.dictionaries[zone as usize];
        if cell.get().is_none() {
            let segment = self.reader.segment_id();
            let opened = transducer::open(&self.files, segment, self.field(zone))?;
            // Another thread may have been quicker.
            let _ = cell.set(opened);
        }
        Ok(cell.get().and_then(Option::as_ref))
    }

    /// The deleted documents, in order.
    pub fn deleted(&self) -> &[DocId] {
        self.deleted.get_or_init(|| deleted_docs(&self.reader))
    }

    /// Tokens of each entry's text, as coarsely as the index keeps the number.
    pub fn lengths(&self) -> &FieldNormReader {
        &self.lengths
    }

    /// Tokens of each entry's title.
    pub fn title_lengths(&self) -> &FieldNormReader {
        self.title_lengths.get_or_init(|| {
            let lengths = self.reader.get_fieldnorms_reader(self.fields.title);
            lengths.unwrap_or_else(|_| FieldNormReader::constant(self.reader.max_doc(), 1))
        })
    }

    /// How far the bounds that Tantivy keeps for each block may be off. They hold the best pair of frequency and length
    /// by the mean length of the segment when it was written; by another mean another pair may be better, by at most
    /// the ratio of the two.
    pub fn length_drift(&self, mean_length: f32) -> f32 {
        let written = *self.written_mean.get_or_init(|| {
            let tokens = self
                .zone(Zone::Text)
                .map_or(0, InvertedIndexReader::total_num_tokens);
            tokens as f32 / self.reader.max_doc().max(1) as f32
        });
        let written = written.max(1e-3);
        (written / mean_length).max(mean_length / written)
    }

    /// Whether an entry is still there.
    pub fn is_alive(&self, doc: DocId) -> bool {
        self.reader
            .alive_bitset()
            .is_none_or(|alive| alive.is_alive(doc))
    }

    /// Where a term's list lies, if it has one.
    pub fn term(&self, zone: Zone, term: &[u8]) -> tantivy::Result<Option<TermInfo>> {
        let terms = self.zone(zone)?.terms();
        // Mostly there are no other names.
        if terms.num_terms() == 0 {
            return Ok(None);
        }
        self.known.get(zone, term, || Ok(terms.get(term)?))
    }

    /// Where the list of `path` and `term` put together lies.
    pub fn term_at(&self, zone: Zone, path: &str, term: &str) -> tantivy::Result<Option<TermInfo>> {
        match path.is_empty() {
            true => self.term(zone, term.as_bytes()),
            false => self.term(zone, format!("{path}{term}").as_bytes()),
        }
    }

    /// The first term of a zone that is not before `from`.
    pub fn first_term_at(&self, zone: Zone, from: &[u8]) -> tantivy::Result<Option<Vec<u8>>> {
        let mut stream = self.zone(zone)?.terms().range().ge(from).into_stream()?;
        Ok(stream.advance().then(|| stream.key().to_vec()))
    }

    /// A term's list.
    pub fn postings(
        &self,
        zone: Zone,
        info: &TermInfo,
        positions: bool,
    ) -> tantivy::Result<SegmentPostings> {
        let option = if positions {
            IndexRecordOption::WithFreqsAndPositions
        } else {
            IndexRecordOption::WithFreqs
        };
        Ok(self.zone(zone)?.read_postings_from_terminfo(info, option)?)
    }

    /// How many live entries hold a term: the list's own count, less the deleted entries in it. These are sought one by
    /// one, which the merge policy keeps few.
    pub fn live_frequency(&self, zone: Zone, info: &TermInfo) -> tantivy::Result<u32> {
        if self.reader.num_deleted_docs() == 0 {
            return Ok(info.doc_freq);
        }
        let mut list = self
            .zone(zone)?
            .read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        let mut gone = 0;
        for &doc in self.deleted() {
            if list.doc() < doc && list.seek(doc) == TERMINATED {
                break;
            }
            gone += u32::from(list.doc() == doc);
        }
        Ok(info.doc_freq - gone)
    }

    /// The ids of the entries.
    pub fn ids(&self) -> tantivy::Result<&StrColumn> {
        if let Some(ids) = self.ids.get() {
            return Ok(ids);
        }
        let column = self.reader.fast_fields().str("id")?;
        let column =
            column.ok_or_else(|| TantivyError::SchemaError("the index keeps no ids".into()))?;
        Ok(self.ids.get_or_init(|| column))
    }

    /// The number of an entry's id among the ids of the segment, which goes by their order.
    #[inline]
    pub fn id_ordinal(&self, doc: DocId) -> Option<u64> {
        self.ids().ok()?.ords().first(doc)
    }

    /// What an entry is addressed by.
    pub fn key(&self, doc: DocId) -> Option<u64> {
        self.reader.fast_fields().u64("key").ok()?.first(doc)
    }

    /// The numbers that entries have under a key, by its dotted path.
    pub fn numbers(&self, path: &str) -> tantivy::Result<Option<Column<f64>>> {
        self.reader.fast_fields().column_opt(&column_name(path))
    }

    /// The yes or no that entries have under a key, by its dotted path.
    pub fn flags(&self, path: &str) -> tantivy::Result<Option<Column<bool>>> {
        self.reader.fast_fields().column_opt(&column_name(path))
    }

    /// The short texts that entries have under a key, by its dotted path.
    pub fn texts(&self, path: &str) -> tantivy::Result<Option<StrColumn>> {
        self.reader.fast_fields().str(&column_name(path))
    }

    /// Calls `each` with every term of a zone that begins with `prefix`, until it says to stop.
    pub fn each_with_prefix(
        &self,
        zone: Zone,
        prefix: &[u8],
        mut each: impl FnMut(&[u8], &TermInfo) -> bool,
    ) -> tantivy::Result<()> {
        let terms = self.zone(zone)?.terms();
        if terms.num_terms() == 0 {
            return Ok(());
        }
        let mut stream = terms.range().ge(prefix).into_stream()?;
        while stream.advance() {
            if !stream.key().starts_with(prefix) || !each(stream.key(), stream.value()) {
                break;
            }
        }
        Ok(())
    }
}

/// The column of a key. Tantivy takes a dot for a step down unless told otherwise.
fn column_name(path: &str) -> String {
    format!("columns.{}", path.replace('.', "\\."))
}

/// The deleted documents in order, a machine word of the bit set at a time.
fn deleted_docs(reader: &SegmentReader) -> Vec<DocId> {
    let Some(alive) = reader.alive_bitset() else {
        return Vec::new();
    };
    let mut deleted = Vec::with_capacity(reader.num_deleted_docs() as usize);
    let mut next = 0;
    for doc in alive.iter_alive() {
        deleted.extend(next..doc);
        next = doc + 1;
    }
    deleted.extend(next..reader.max_doc());
    deleted
}

/// Appends the positions of the entry that `list` stands at.
pub fn positions_of(list: &mut SegmentPostings, out: &mut Vec<u32>) {
    list.append_positions_with_offset(0, out);
}
