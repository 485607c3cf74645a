//! Documents by their keys.
//!
//! A key stands in a column and in no posting list: a posting list for each of a million keys would cost more of the
//! build and of the index than the scans of the column that it saves, one for each update and each entry shown by id.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::query::{
    BitSetDocSet, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::{BitSet, DocId, Score, SegmentReader};

/// The name of the column.
pub const COLUMN: &str = "key";
/// Keys read at once.
const BLOCK: usize = 1024;

/// A hasher for what is a hash already.
#[derive(Debug, Default, Clone, Copy)]
pub struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// A set of keys.
pub type KeySet = HashSet<u64, BuildHasherDefault<Hashed>>;

/// Calls `each` with every document of a segment (deleted ones too) and its key.
///
/// # Errors
/// When the segment cannot be read.
pub fn each_key(reader: &SegmentReader, mut each: impl FnMut(DocId, u64)) -> tantivy::Result<()> {
    let keys: Column<u64> = reader.fast_fields().u64(COLUMN)?;
    let mut block = [0; BLOCK];
    let mut start = 0;
    while start < reader.max_doc() {
        let count = (reader.max_doc() - start).min(BLOCK as u32);
        let block = &mut block[..count as usize];
        keys.values.get_range(u64::from(start), block);
        for (doc, &key) in (start..).zip(block.iter()) {
            each(doc, key);
        }
        start += count;
    }
    Ok(())
}

/// The live document with this key in a segment.
///
/// # Errors
/// When the segment cannot be read.
pub fn find(reader: &SegmentReader, key: u64) -> tantivy::Result<Option<DocId>> {
    let keys: Column<u64> = reader.fast_fields().u64(COLUMN)?;
    let mut found = Vec::new();
    keys.get_docids_for_value_range(key..=key, 0..reader.max_doc(), &mut found);
    let is_it = |doc: &DocId| {
        let alive = reader.alive_bitset();
        // A column takes a value below all of its own for the least of them: look at what was found.
        keys.values.get_val(*doc) == key && alive.is_none_or(|alive| alive.is_alive(*doc))
    };
    Ok(found.into_iter().find(is_it))
}

/// Every document whose key is in a set: what an update deletes, in one pass over the column however many they are.
#[derive(Debug, Clone)]
pub struct KeyedIn(pub Arc<KeySet>);

impl Query for KeyedIn {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for KeyedIn {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut found = BitSet::with_max_value(reader.max_doc());
        each_key(reader, |doc, key| {
            if self.0.contains(&key) {
                found.insert(doc);
            }
        })?;
        if found.len() == 0 {
            return Ok(Box::new(EmptyScorer));
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(found), boost)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("its key is in the set", 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tantivy::schema::{FAST, Schema};
    use tantivy::{Index, IndexWriter, doc};

    #[test]
    fn only_the_very_key_is_found() {
        let mut builder = Schema::builder();
        let field = builder.add_u64_field(COLUMN, FAST);
        let index = Index::create_in_ram(builder.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for key in [700_u64, 500, 900] {
            writer.add_document(doc!(field => key)).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let find = |key| find(searcher.segment_reader(0), key).unwrap();
        assert_eq!(
            (find(700), find(500), find(900)),
            (Some(0), Some(1), Some(2))
        );
        // Below all, between two, above all.
        assert_eq!((find(0), find(600), find(u64::MAX)), (None, None, None));
    }

    #[test]
    fn a_set_of_keys_is_deleted_and_what_it_does_not_name_stays() {
        let mut builder = Schema::builder();
        let field = builder.add_u64_field(COLUMN, FAST);
        let index = Index::create_in_ram(builder.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for key in 0..3000_u64 {
            writer.add_document(doc!(field => key * key)).unwrap();
        }
        writer.commit().unwrap();
        let gone: KeySet = [0, 4, 5, 2999 * 2999, u64::MAX].into_iter().collect();
        writer
            .delete_query(Box::new(KeyedIn(Arc::new(gone))))
            .unwrap();
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        assert_eq!(searcher.num_docs(), 2997);
        let find = |key| find(searcher.segment_reader(0), key).unwrap();
        assert_eq!((find(4), find(9)), (None, Some(3)));
    }
}
