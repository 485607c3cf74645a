//! A segment being written: entries in, the files of a Tantivy segment out.
//!
//! Tantivy has a writer of its own that takes any document, by way of a tokenizer. This one knows what it is given: a
//! word is analyzed once in a segment and recalled from then on, a title is read once for both of its fields, and an
//! occurrence of a term costs a number at the end of a list. The files are Tantivy's, written by Tantivy's serializers.

mod columns;
mod common;
mod deal;
mod entries;
mod field;
mod lists;
mod occurrences;
mod paths;
mod pieces;
mod postings;
mod recall;
mod serialize;
mod spool;
mod terms;
mod words;
mod write;

use std::borrow::Cow;
use std::path::Path;

use serde_json::Value as Json;
use tantivy::Index;
use tantivy::index::Segment;

use self::columns::Columns;
use self::entries::Entries;
use self::postings::Postings;
use self::spool::Spool;
pub use self::write::{ended, write_alone, write_together};
use super::dictionary::Awaited;
use super::schema::Fields;
use crate::analysis::{Language, is_address};
use crate::entry::Entry;

/// Bytes that one thread gathers at most before it puts them away.
const MOST_HELD: usize = 1 << 28;

/// A segment being written.
pub struct SegmentBuilder {
    segment: Segment,
    postings: Postings,
    columns: Columns,
    entries: Entries,
    docs: u32,
    /// Bytes that it may take, now or when it is written.
    room: usize,
    spool: Spool,
}

impl SegmentBuilder {
    /// An empty segment of an index, which may take about `room` bytes. What it puts away meanwhile is put into `folder`.
    pub fn new(
        index: &Index,
        fields: &Fields,
        language: Language,
        dictionary: Awaited,
        (folder, room): (&Path, usize),
    ) -> SegmentBuilder {
        SegmentBuilder {
            segment: index.new_segment(),
            postings: Postings::new(fields, language),
            columns: Columns::new(),
            entries: Entries::new(dictionary),
            docs: 0,
            room,
            spool: Spool::new(folder),
        }
    }

    /// Adds entries, each with its key.
    ///
    /// One thing is done for all of them, and then the next: the words that were met and what packing works with are too
    /// much for a processor's inner caches together, and each entry would find them emptied by the one before.
    ///
    /// # Errors
    /// When one cannot be stored.
    pub fn add(&mut self, entries: &[(u64, Entry)]) -> tantivy::Result<()> {
        for (doc, (_, entry)) in (self.docs..).zip(entries) {
            self.postings.begin(doc);
            self.add_texts(entry);
            self.postings.end();
        }
        for (doc, (key, entry)) in (self.docs..).zip(entries) {
            self.columns.add_entry(&entry.id, *key);
            self.postings.begin(doc);
            self.add_keys(entry);
        }
        self.docs += entries.len() as u32;
        for (_, entry) in entries {
            self.entries.add(entry)?;
        }
        let lists = self.postings.memory_of_occurrences() + self.columns.memory();
        if lists + self.entries.memory() > self.share() {
            self.put_away()?;
        }
        Ok(())
    }

    /// Puts away what has been gathered.
    fn put_away(&mut self) -> tantivy::Result<()> {
        self.postings.put_away(&mut self.spool)?;
        self.columns.put_away(&mut self.spool)?;
        self.entries.put_away(&mut self.segment)
    }

    /// Whether it has put anything away.
    pub fn has_put_away(&self) -> bool {
        self.entries.are_away()
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
    /// What several threads hold together can always be counted in 32 bits.
    fn share(&self) -> usize {
        (self.room / 4).min(MOST_HELD)
    }

    /// Bytes for what is dealt out when it is written.
    fn room_to_deal(&self) -> usize {
        let held = self.postings.memory(0) + self.columns.memory() + self.entries.memory();
        self.room.saturating_sub(held).max(self.share())
    }

    /// Bytes for the columns that have been written for a part of the documents, and the most for those that are being.
    fn room_for_columns(&self) -> usize {
        self.room / 2
    }

    /// Whether it must be written before more is added.
    pub fn is_full(&self) -> bool {
        let memory = self.postings.memory(self.share()) + self.columns.memory();
        memory + self.entries.memory() > self.room
            || self.postings.is_full(self.share())
            || self.columns.is_full(self.room_for_columns())
            || self.docs >= occurrences::MAX_NUMBER - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::schema;
    use serde_json::Map;
    use tantivy::index::{SegmentComponent, SegmentMeta};

    /// Empty segments of an index in memory, which may take so much room each.
    fn builders(room: usize) -> (Index, tempfile::TempDir, [SegmentBuilder; 2]) {
        let (schema, fields) = schema::build();
        let index = Index::create_in_ram(schema);
        let folder = tempfile::tempdir().unwrap();
        let dictionary = Awaited::default();
        dictionary.decide(None);
        let builders = [(); 2].map(|()| {
            let place = (folder.path(), room);
            SegmentBuilder::new(
                &index,
                &fields,
                Language::English,
                dictionary.clone(),
                place,
            )
        });
        (index, folder, builders)
    }

    fn entry(number: usize) -> Entry {
        Entry {
            id: number.to_string(),
            title: format!("Velvet Goldmine {}", number % 7),
            artists: vec!["David Bowie".into(), format!("Artist {}", number % 90)],
            prose: "The thin white duke, again and again. ".repeat(number % 5),
            keys: Map::from_iter([(format!("key{}", number / 100), number.into())]),
            ..Entry::default()
        }
    }

    /// The files of a segment.
    fn files(index: &Index, meta: SegmentMeta) -> Vec<Vec<u8>> {
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
        let (_index, _folder, [mut builder, _]) = builders(24 << 20);
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
            builder.add(&[(number as u64, entry.clone())]).unwrap();
        }
        builder.add(&[(most as u64, entry)]).unwrap();
        assert!(builder.is_full());
    }

    #[test]
    fn a_segment_is_the_same_by_whichever_way_it_is_written() {
        let written_by_one = |room: usize| {
            let (index, _folder, [mut builder, _]) = builders(room);
            for number in 0..500 {
                builder.add(&[(number as u64, entry(number))]).unwrap();
            }
            assert_eq!(builder.spool.is_used(), room == 0);
            let written = match builder.has_put_away() {
                true => write_alone(builder),
                false => write_together(builder, Vec::new()),
            };
            files(&index, written.unwrap())
        };
        let written_by_two = || {
            let (index, _folder, [mut first, mut second]) = builders(1 << 30);
            // The one to be written last is filled first: its terms have numbers of their own.
            for number in (300..500).chain(0..300) {
                let builder = if number < 300 {
                    &mut first
                } else {
                    &mut second
                };
                builder.add(&[(number as u64, entry(number))]).unwrap();
            }
            files(&index, write_together(first, vec![second]).unwrap())
        };
        let (_index, _folder, [mut small, _]) = builders(0);
        small.add(&[(0, entry(0))]).unwrap();
        assert!(small.has_put_away());
        let expected = written_by_one(1 << 30);
        assert!(written_by_one(0) == expected);
        assert!(written_by_two() == expected);
    }
}
