//! What is stored of an entry, read straight from the store's bytes.
//!
//! Tantivy's deserializer copies every value through a reader. The format is simple: how many values there are, then for
//! each its field (4 bytes), its type (1), and the value; a text behind its length, a number in 8 bytes. Lengths are
//! written 7 bits a byte, the lowest first, the last with its high bit set.

use std::sync::OnceLock;

use tantivy::directory::OwnedBytes;
use tantivy::store::StoreReader;
use tantivy::{DocAddress, Searcher, TantivyError};

use super::schema::Fields;

/// Bytes of decompressed blocks that are kept for all segments together, about: what is shown once is often shown again.
const KEPT_BYTES: usize = 8 << 20;
/// As many blocks as Tantivy keeps for a segment, and at least.
const MIN_BLOCKS: usize = 100;

/// The stores of all segments, each opened when first read.
pub struct Stores {
    readers: Vec<OnceLock<StoreReader>>,
    /// Blocks that are kept for each.
    blocks: usize,
}

impl Stores {
    /// The stores of an index of so many segments, whose blocks hold about `block` bytes.
    pub fn new(segments: usize, block: usize) -> Stores {
        let share = KEPT_BYTES / block.max(1) / segments.max(1);
        Stores {
            readers: (0..segments).map(|_| OnceLock::new()).collect(),
            blocks: share.max(MIN_BLOCKS),
        }
    }

    /// The stored bytes of a document.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(&self, searcher: &Searcher, address: DocAddress) -> tantivy::Result<OwnedBytes> {
        let ordinal = address.segment_ord;
        let cell = self.readers.get(ordinal as usize);
        let cell = cell.ok_or_else(|| TantivyError::InvalidArgument("no such segment".into()))?;
        let reader = match cell.get() {
            Some(reader) => reader,
            None => {
                let opened = searcher
                    .segment_reader(ordinal)
                    .get_store_reader(self.blocks)?;
                cell.get_or_init(|| opened)
            }
        };
        reader.get_document_bytes(address.doc_id)
    }
}

/// The parts of a stored document.
#[derive(Debug, PartialEq, Eq)]
pub struct Stored<'b> {
    /// The id as the corpus gives it.
    pub id: &'b str,
    /// What the entry is addressed by.
    pub key: u64,
    /// The entry as JSON.
    pub json: &'b str,
}

impl<'b> Stored<'b> {
    /// Reads the parts; nothing, when one is not there or makes no sense.
    pub fn decode(bytes: &'b [u8], fields: &Fields) -> Option<Stored<'b>> {
        let mut rest = Rest(bytes);
        let (mut id, mut key, mut json) = (None, None, None);
        for _ in 0..rest.length()? {
            let field = u32::from_le_bytes(rest.array()?);
            match rest.array::<1>()? {
                [TEXT] if field == fields.id.field_id() => id = Some(rest.text()?),
                [TEXT] if field == fields.entry.field_id() => json = Some(rest.text()?),
                [NUMBER] if field == fields.key.field_id() => {
                    key = Some(u64::from_le_bytes(rest.array()?));
                }
                _ => return None,
            }
        }
        Some(Stored {
            id: id?,
            key: key?,
            json: json?,
        })
    }
}

/// The type of a text.
const TEXT: u8 = 0;
/// The type of a number without sign.
const NUMBER: u8 = 1;

/// Bytes not yet read.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn length(&mut self) -> Option<usize> {
        let mut length = 0;
        for shift in (0..35).step_by(7) {
            let [byte] = self.array()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 != 0 {
                return Some(length);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'b str> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::schema;

    #[test]
    fn parts_are_read_and_nothing_else() {
        let (_, fields) = schema::build();
        let text = |field: u32, text: &str| {
            let length = text.len() as u8 | 0x80;
            let mut bytes = field.to_le_bytes().to_vec();
            bytes.extend([TEXT, length]);
            bytes.extend_from_slice(text.as_bytes());
            bytes
        };
        let mut key = fields.key.field_id().to_le_bytes().to_vec();
        key.push(NUMBER);
        key.extend(7_u64.to_le_bytes());
        let whole = [
            vec![0x83],
            text(fields.id.field_id(), "björk"),
            key,
            text(fields.entry.field_id(), "{}"),
        ];
        let whole = whole.concat();
        let stored = Stored {
            id: "björk",
            key: 7,
            json: "{}",
        };
        assert_eq!(Stored::decode(&whole, &fields), Some(stored));
        for end in 0..whole.len() {
            assert_eq!(Stored::decode(&whole[..end], &fields), None, "cut at {end}");
        }
        let foreign = [vec![0x81], text(fields.text.field_id(), "x")].concat();
        assert_eq!(Stored::decode(&foreign, &fields), None);
    }

    #[test]
    fn long_lengths_are_read() {
        let read = |bytes: &[u8]| Rest(bytes).length();
        assert_eq!(read(&[0x00, 0x81]), Some(128));
        assert_eq!(read(&[0x7f, 0x7f, 0x81]), Some(128 * 128 * 2 - 1));
        assert_eq!(read(&[0, 0, 0, 0, 0, 0x81]), None);
    }
}
