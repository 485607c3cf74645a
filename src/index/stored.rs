//! What is stored of an entry: its id and its JSON, packed (see `packed`), as all that Tantivy's store has of a document.
//!
//! Tantivy's own form of a document has a name, a type and a length for every value, and its store packs several
//! documents together, so that one cannot be had without the others. Nothing here is ever read as a document of
//! Tantivy's: merges copy the bytes as they are.

use std::sync::OnceLock;

use memchr::memrchr;
use tantivy::columnar::Column;
use tantivy::store::StoreReader;
use tantivy::{DocAddress, Searcher, SegmentReader, TantivyError};

use super::dictionary::Dictionary;
use super::keyed;
use super::packed::Unpacker;
use crate::entry::Entry;

/// Writes what is stored of an entry, before it is packed, in place of what is in `text`.
pub fn write(entry: &Entry, text: &mut Vec<u8>) {
    text.clear();
    text.extend_from_slice(entry.id.as_bytes());
    text.push(0);
    entry.write_json(text);
}

/// The parts of what is stored.
#[derive(Debug, PartialEq, Eq)]
pub struct Stored<'t> {
    /// The id as the corpus gives it.
    pub id: &'t str,
    /// The entry as JSON.
    pub json: &'t str,
}

impl<'t> Stored<'t> {
    /// Reads what [`write`] wrote; nothing, when it makes no sense.
    pub fn read(text: &'t [u8]) -> Option<Stored<'t>> {
        // The last, since an id may have a zero in it, and JSON cannot.
        let end = memrchr(0, text)?;
        let text = std::str::from_utf8(text).ok()?;
        Some(Stored {
            id: &text[..end],
            json: &text[end + 1..],
        })
    }
}

/// What is stored in all segments.
pub struct Stores {
    segments: Vec<Store>,
    unpacker: Unpacker,
}

/// What is stored in a segment, each opened when first read.
#[derive(Default)]
struct Store {
    /// Without a cache: nothing is unpacked in it, and to copy a block takes as long as to look for it there.
    documents: OnceLock<StoreReader>,
    keys: OnceLock<Column<u64>>,
}

impl Stores {
    /// The stores of an index of so many segments.
    pub fn new(segments: usize, dictionary: Option<Dictionary>) -> Stores {
        Stores {
            segments: (0..segments).map(|_| Store::default()).collect(),
            unpacker: Unpacker::new(dictionary),
        }
    }

    /// What is stored of a document, unpacked.
    ///
    /// # Errors
    /// When it cannot be read, or makes no sense.
    pub fn text(&self, searcher: &Searcher, address: DocAddress) -> tantivy::Result<Vec<u8>> {
        let store = self.of(address)?;
        let open = |reader: &SegmentReader| Ok(reader.get_store_reader(0)?);
        let reader = opened(&store.documents, searcher, address, open)?;
        let packed = reader.get_document_bytes(address.doc_id)?;
        Ok(self.unpacker.unpack(&packed)?)
    }

    /// What a document's entry is addressed by.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn key(&self, searcher: &Searcher, address: DocAddress) -> tantivy::Result<u64> {
        let store = self.of(address)?;
        let open = |reader: &SegmentReader| reader.fast_fields().u64(keyed::COLUMN);
        let keys = opened(&store.keys, searcher, address, open)?;
        Ok(keys.values.get_val(address.doc_id))
    }

    fn of(&self, address: DocAddress) -> tantivy::Result<&Store> {
        let store = self.segments.get(address.segment_ord as usize);
        store.ok_or_else(|| TantivyError::InvalidArgument("no such segment".into()))
    }
}

/// What is in `cell`, opened if it is not yet.
fn opened<'c, T>(
    cell: &'c OnceLock<T>,
    searcher: &Searcher,
    address: DocAddress,
    open: impl FnOnce(&SegmentReader) -> tantivy::Result<T>,
) -> tantivy::Result<&'c T> {
    if let Some(opened) = cell.get() {
        return Ok(opened);
    }
    let opened = open(searcher.segment_reader(address.segment_ord))?;
    Ok(cell.get_or_init(|| opened))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for id in ["björk", "", "\0 odd\0"] {
            let entry = Entry {
                id: id.into(),
                title: "zero \0 and \"quotes\"".into(),
                ..Entry::default()
            };
            let mut text = b"of another".to_vec();
            write(&entry, &mut text);
            let stored = Stored::read(&text).unwrap();
            assert_eq!(stored.id, id);
            assert_eq!(
                Entry::from_json(stored.id.into(), stored.json).unwrap(),
                entry
            );
        }
    }

    #[test]
    fn what_makes_no_sense_is_nothing() {
        assert_eq!(Stored::read(b""), None);
        assert_eq!(Stored::read(b"{}"), None);
        assert_eq!(Stored::read(b"id\0{\"title\":\"\xff\"}"), None);
        let (id, json) = ("", "");
        assert_eq!(Stored::read(b"\0"), Some(Stored { id, json }));
    }
}
