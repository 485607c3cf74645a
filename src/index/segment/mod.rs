//! A segment being written: entries in, the files of a Tantivy segment out.
//!
//! Tantivy has a writer of its own that takes any document, by way of a tokenizer. This one knows what it is given: a
//! word is analyzed once in a segment and recalled from then on, a title is read once for both of its fields, and an
//! occurrence of a term costs a number at the end of a list. The files are Tantivy's, written by Tantivy's serializers.

mod columns;
mod common;
mod lists;
mod occurrences;
mod paths;
mod pieces;
mod postings;
mod recall;
mod serialize;
mod spool;
mod terms;

use std::borrow::Cow;
use std::io;
use std::path::Path;

use serde_json::Value as Json;
use tantivy::Index;
use tantivy::directory::{FileSlice, TerminatingWrite};
use tantivy::fieldnorm::{FieldNormReader, FieldNormsSerializer};
use tantivy::index::{Segment, SegmentComponent, SegmentMeta};
use tantivy::postings::InvertedIndexSerializer;
use tantivy::schema::Field;
use tantivy::store::{Compressor, StoreWriter};

use self::columns::Columns;
use self::postings::Postings;
use self::serialize::{WholeLists, WordLists};
use self::spool::Spool;
use super::dictionary::Dictionary;
use super::packed::Packer;
use super::schema::Fields;
use super::stored;
use super::wholes;
use crate::analysis::{Language, is_address};
use crate::entry::Entry;

/// A segment being written.
pub struct SegmentBuilder {
    segment: Segment,
    wholes: Field,
    postings: Postings,
    columns: Columns,
    store: StoreWriter,
    packer: Packer,
    /// What is stored of an entry; filled again and again.
    text: Vec<u8>,
    docs: u32,
    /// Bytes that it may take, now or when it is written.
    room: usize,
    spool: Spool,
}

impl SegmentBuilder {
    /// An empty segment of an index, which may take about `room` bytes. What it puts away meanwhile is put into `folder`.
    ///
    /// # Errors
    /// When its first file cannot be made.
    pub fn new(
        index: &Index,
        fields: &Fields,
        language: Language,
        dictionary: Option<&Dictionary>,
        (folder, room): (&Path, usize),
    ) -> tantivy::Result<SegmentBuilder> {
        let segment = index.new_segment();
        let store = segment.open_write(SegmentComponent::Store)?;
        let block = index.settings().docstore_blocksize;
        Ok(SegmentBuilder {
            segment,
            wholes: fields.wholes,
            postings: Postings::new(fields, language),
            columns: Columns::new(),
            store: StoreWriter::new(store, Compressor::None, block, false)?,
            packer: Packer::new(dictionary)?,
            text: Vec::new(),
            docs: 0,
            room,
            spool: Spool::new(folder),
        })
    }

    /// Adds an entry under its key.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn add(&mut self, key: u64, entry: &Entry) -> tantivy::Result<()> {
        let doc = self.docs;
        self.docs += 1;
        self.columns.add_entry(&entry.id, key);
        self.postings.begin(doc);
        self.add_texts(entry);
        self.add_keys(entry);
        self.postings.end();
        stored::write(entry, &mut self.text);
        self.store.store_bytes(self.packer.pack(&self.text)?)?;
        if self.postings.memory_of_occurrences() + self.columns.memory() > self.share() {
            self.put_away()?;
        }
        Ok(())
    }

    /// Puts away what has been gathered.
    fn put_away(&mut self) -> io::Result<()> {
        self.postings.put_away(&mut self.spool)?;
        self.columns.put_away(&mut self.spool)
    }

    /// Title, artists and prose are one text, each a value of its own, so that no phrase crosses from one to the next.
    fn add_texts(&mut self, entry: &Entry) {
        let postings = &mut self.postings;
        if !entry.prose.is_empty() {
            postings.add_prose(&entry.prose);
        }
        postings.add_title(&entry.title);
        for artist in &entry.artists {
            postings.add_artist(artist);
        }
        for alias in &entry.aliases {
            postings.add_alias(alias);
        }
    }

    /// The fields that the entry has, by name, and then its keys with their values.
    fn add_keys(&mut self, entry: &Entry) {
        for (name, has) in [
            ("title", true),
            ("prose", !entry.prose.is_empty()),
            ("aliases", !entry.aliases.is_empty()),
        ] {
            if has {
                self.postings.add_path(name);
            }
        }
        if !entry.artists.is_empty() {
            let path = self.postings.add_path("artists");
            let names = entry.artists.iter();
            names.for_each(|name| self.columns.add_text(path, name));
        }
        let mut scalars = entry.scalars();
        // Lists within lists of objects come apart. Values keep their order.
        scalars.sort_by(|(left, _), (right, _)| left.cmp(right));
        let mut last = None;
        for (name, value) in &scalars {
            let path = match last {
                Some((last, path)) if last == name => path,
                _ => self.postings.add_path(name),
            };
            last = Some((name, path));
            self.add_scalar(path, value);
        }
    }

    fn add_scalar(&mut self, path: usize, value: &Json) {
        let text = match value {
            Json::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(other.to_string()),
        };
        // An address is a text of its own in nearly every entry: it is no facet, and nobody sorts by it.
        let is_address = is_address(&text);
        self.postings.add_value(&text, is_address);
        match value {
            Json::String(_) if is_address => {}
            Json::String(text) => self.columns.add_text(path, text),
            other => self.columns.add_scalar(path, other),
        }
    }

    /// Bytes for what is gathered, and at least as many again for what is dealt out when it is written. Terms have the rest.
    fn share(&self) -> usize {
        self.room / 4
    }

    /// Bytes for the columns that are being written, and as many for those that have been.
    fn room_for_columns(&self) -> usize {
        self.room / 2
    }

    /// Whether it must be written before more is added.
    pub fn is_full(&self) -> bool {
        let memory = self.postings.memory(self.share()) + self.columns.memory();
        memory + self.store.mem_usage() > self.room
            || self.postings.is_full(self.share())
            || self.columns.is_full(self.room_for_columns())
            || self.docs >= occurrences::MAX_NUMBER - 1
    }

    /// Writes the segment.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn finish(mut self) -> tantivy::Result<SegmentMeta> {
        if self.spool.is_used() {
            self.put_away()?;
        }
        let held = self.postings.memory(0) + self.columns.memory();
        let room = self.room.saturating_sub(held).max(self.share());
        let room_for_columns = self.room_for_columns();
        self.store.close()?;
        let out = self.segment.open_write(SegmentComponent::FieldNorms)?;
        let mut lengths = FieldNormsSerializer::from_write(out)?;
        for lists in self.postings.fields() {
            if let Some(of_field) = &lists.lengths {
                lengths.serialize_field(lists.field, of_field)?;
            }
        }
        lengths.close()?;
        let (postings, place) = (self.postings, (&self.spool, room));
        let paths = write_postings(&mut self.segment, postings, self.wholes, place)?;
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let mut out = self.segment.open_write(SegmentComponent::FastFields)?;
        let place = (&self.spool, room_for_columns);
        self.columns.write(&paths, place, &mut out)?;
        out.terminate()?;
        Ok(self.segment.with_max_doc(self.docs).meta().clone())
    }
}

/// Writes the postings and frees them. Gives the paths of the keys, in the order of their numbers.
fn write_postings(
    segment: &mut Segment,
    postings: Postings,
    wholes_field: Field,
    place: (&Spool, usize),
) -> tantivy::Result<Vec<String>> {
    let (mut fields, terms, wholes, paths) = postings.into_parts();
    let mut out = InvertedIndexSerializer::open(segment)?;
    let order = terms.in_order();
    for (index, lists) in fields.iter_mut().enumerate() {
        // By the lengths Tantivy finds out which document of a block scores best, at some cost for every term. Only in
        // the text are there lists so long that it is asked for.
        let lengths = lists.lengths.take().filter(|_| index == 0);
        let lengths = lengths.map(|lengths| FieldNormReader::open(FileSlice::from(lengths)));
        let lengths = lengths.transpose()?;
        let occurrences = std::mem::take(&mut lists.occurrences);
        let field = out.new_field(lists.field, occurrences.total(), lengths)?;
        let mut lists = WordLists::new(&terms, field);
        occurrences.deal(order.iter().copied(), place, &mut lists)?;
        lists.close()?;
    }
    let mut lists = WholeLists::new(out.new_field(wholes_field, wholes.total(), None)?);
    wholes.deal(0..wholes::TERMS, place, &mut lists)?;
    lists.close()?;
    out.close()?;
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::schema;

    /// An empty segment of an index in memory, which may take so much room.
    fn builder(room: usize) -> (Index, tempfile::TempDir, SegmentBuilder) {
        let (schema, fields) = schema::build();
        let index = Index::create_in_ram(schema);
        let folder = tempfile::tempdir().unwrap();
        let place = (folder.path(), room);
        let builder = SegmentBuilder::new(&index, &fields, Language::English, None, place).unwrap();
        (index, folder, builder)
    }

    /// The files of a segment of some entries, written with so much room.
    fn files(room: usize) -> Vec<Vec<u8>> {
        let (index, _folder, mut builder) = builder(room);
        for number in 0..500 {
            let entry = Entry {
                id: number.to_string(),
                title: format!("Velvet Goldmine {}", number % 7),
                artists: vec!["David Bowie".into(), format!("Artist {}", number % 90)],
                prose: "The thin white duke, again and again. ".repeat(number % 5),
                ..Entry::default()
            };
            builder.add(number as u64, &entry).unwrap();
        }
        assert_eq!(builder.spool.is_used(), room == 0);
        let meta = builder.finish().unwrap();
        let segment = index.segment(meta);
        let parts = [
            SegmentComponent::Postings,
            SegmentComponent::Positions,
            SegmentComponent::Terms,
            SegmentComponent::FastFields,
            SegmentComponent::FieldNorms,
            SegmentComponent::Store,
        ];
        let read = |part| segment.open_read(part).unwrap().read_bytes().unwrap();
        parts.map(read).iter().map(|part| part.to_vec()).collect()
    }

    #[test]
    fn columns_fill_a_segment_whose_terms_do_not() {
        let (_index, _folder, mut builder) = builder(24 << 20);
        let name = |number: usize| format!("{} {number}", "Duke ".repeat(20));
        let entry = Entry {
            id: "one".into(),
            title: "Names".into(),
            artists: (0..40).map(name).collect(),
            ..Entry::default()
        };
        let names = entry.artists.iter().map(String::len);
        let bytes = entry.id.len() + names.sum::<usize>();
        let most = 36 * (1 << 20) / bytes;
        for number in 0..most {
            assert!(!builder.is_full(), "{number}");
            builder.add(number as u64, &entry).unwrap();
        }
        builder.add(most as u64, &entry).unwrap();
        assert!(builder.is_full());
    }

    #[test]
    fn a_segment_is_the_same_whether_its_lists_were_put_away_or_not() {
        assert!(files(0) == files(1 << 30));
    }
}
