//! One segment of an index as the search reads it: posting lists by zone, lengths, what is deleted.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::InvertedIndexReader;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

use crate::index::schema::Fields;

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
}

/// Where each zone stands in an array of one per zone.
const ZONES: usize = 5;

/// A segment opened for searching.
pub struct Segment<'a> {
    /// Tantivy's reader.
    pub reader: &'a SegmentReader,
    lists: [Arc<InvertedIndexReader>; ZONES],
    lengths: FieldNormReader,
    title_lengths: FieldNormReader,
    deleted: Vec<DocId>,
}

impl<'a> Segment<'a> {
    /// Opens the posting lists of a segment.
    ///
    /// # Errors
    /// When a file of the index cannot be read.
    pub fn open(reader: &'a SegmentReader, fields: &Fields) -> tantivy::Result<Segment<'a>> {
        let lists = [
            reader.inverted_index(fields.text)?,
            reader.inverted_index(fields.title)?,
            reader.inverted_index(fields.artists)?,
            reader.inverted_index(fields.aliases)?,
            reader.inverted_index(fields.keys)?,
        ];
        let deleted = match reader.alive_bitset() {
            Some(alive) => (0..reader.max_doc())
                .filter(|&doc| alive.is_deleted(doc))
                .collect(),
            None => Vec::new(),
        };
        Ok(Segment {
            reader,
            lists,
            lengths: reader.get_fieldnorms_reader(fields.text)?,
            title_lengths: reader.get_fieldnorms_reader(fields.title)?,
            deleted,
        })
    }

    /// The lists of a zone.
    pub fn zone(&self, zone: Zone) -> &InvertedIndexReader {
        &self.lists[zone as usize]
    }

    /// Tokens of an entry, as coarsely as the index keeps the number.
    pub fn length(&self, doc: DocId) -> u32 {
        self.lengths.fieldnorm(doc)
    }

    /// Tokens of an entry's title.
    pub fn title_length(&self, doc: DocId) -> u32 {
        self.title_lengths.fieldnorm(doc)
    }

    /// The sum of [`Segment::length`] over live entries.
    pub fn total_length(&self) -> u64 {
        let all: u64 = (0..self.reader.max_doc())
            .map(|doc| u64::from(self.length(doc)))
            .sum();
        let gone: u64 = self
            .deleted
            .iter()
            .map(|&doc| u64::from(self.length(doc)))
            .sum();
        all - gone
    }

    /// Whether an entry is still there.
    pub fn is_alive(&self, doc: DocId) -> bool {
        self.reader
            .alive_bitset()
            .is_none_or(|alive| alive.is_alive(doc))
    }

    /// Where a term's list lies, if it has one.
    pub fn term(&self, zone: Zone, term: &[u8]) -> tantivy::Result<Option<TermInfo>> {
        Ok(self.zone(zone).terms().get(term)?)
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
        Ok(self.zone(zone).read_postings_from_terminfo(info, option)?)
    }

    /// How many live entries hold a term: the list's own count, less the deleted entries in it. These are sought one by
    /// one, which the merge policy keeps few.
    pub fn live_frequency(&self, zone: Zone, info: &TermInfo) -> tantivy::Result<u32> {
        if self.deleted.is_empty() {
            return Ok(info.doc_freq);
        }
        let mut list = self
            .zone(zone)
            .read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        let mut gone = 0;
        for &doc in &self.deleted {
            if list.doc() < doc && list.seek(doc) == TERMINATED {
                break;
            }
            gone += u32::from(list.doc() == doc);
        }
        Ok(info.doc_freq - gone)
    }

    /// Calls `each` with every term of a zone that begins with `prefix`, until it says to stop.
    pub fn each_with_prefix(
        &self,
        zone: Zone,
        prefix: &[u8],
        mut each: impl FnMut(&[u8], &TermInfo) -> bool,
    ) -> tantivy::Result<()> {
        let mut stream = self.zone(zone).terms().range().ge(prefix).into_stream()?;
        while stream.advance() {
            if !stream.key().starts_with(prefix) || !each(stream.key(), stream.value()) {
                break;
            }
        }
        Ok(())
    }
}

/// Appends the positions of the entry that `list` stands at.
pub fn positions_of(list: &mut SegmentPostings, out: &mut Vec<u32>) {
    list.append_positions_with_offset(0, out);
}
