//! What is stored of the entries of a segment: each packed at once. They wait in memory, so that those of several threads
//! can be put one behind the other, or go into the segment's store when there is no room to wait.

use std::io;

use tantivy::index::{Segment, SegmentComponent};
use tantivy::store::{Compressor, StoreWriter};

use super::pieces::Pieces;
use crate::entry::Entry;
use crate::index::dictionary::Dictionary;
use crate::index::packed::Packer;
use crate::index::stored;

/// Bytes gathered in one piece of memory.
const PIECE: usize = 1 << 18;

/// The entries.
pub struct Entries {
    packer: Packer,
    /// What is stored of an entry; filled again and again.
    text: Vec<u8>,
    /// Each waits with its length before it.
    waiting: Pieces<u8>,
    store: Option<StoreWriter>,
}

impl Entries {
    /// None yet; to be packed with a dictionary, if there is one.
    ///
    /// # Errors
    /// When there is no memory for that.
    pub fn new(dictionary: Option<&Dictionary>) -> io::Result<Entries> {
        Ok(Entries {
            packer: Packer::new(dictionary)?,
            text: Vec::new(),
            waiting: Pieces::new(PIECE),
            store: None,
        })
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// When it cannot be packed or stored.
    pub fn add(&mut self, entry: &Entry) -> io::Result<()> {
        stored::write(entry, &mut self.text);
        let packed = self.packer.pack(&self.text)?;
        if let Some(store) = &mut self.store {
            return store.store_bytes(packed);
        }
        let piece = self.waiting.room_for(4 + packed.len());
        piece.extend_from_slice(&(packed.len() as u32).to_le_bytes());
        piece.extend_from_slice(packed);
        Ok(())
    }

    /// Puts those that wait into the store of a segment. From then on none waits.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_away(&mut self, segment: &mut Segment) -> tantivy::Result<()> {
        if self.store.is_some() {
            return Ok(());
        }
        let mut store = open(segment)?;
        let waiting = std::mem::replace(&mut self.waiting, Pieces::new(PIECE));
        move_to(&mut store, &waiting)?;
        self.store = Some(store);
        Ok(())
    }

    /// Writes those of a segment to the end: what several threads have gathered, of whom only the first may have put some
    /// away.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(all: Vec<Entries>, segment: &mut Segment) -> tantivy::Result<()> {
        let mut all = all.into_iter();
        let first = all.next().map(|first| (first.store, first.waiting));
        let (store, waiting) = first.unwrap_or((None, Pieces::new(PIECE)));
        let mut store = match store {
            Some(store) => store,
            None => open(segment)?,
        };
        move_to(&mut store, &waiting)?;
        all.try_for_each(|entries| move_to(&mut store, &entries.waiting))?;
        Ok(store.close()?)
    }

    /// Whether they are in a store.
    pub fn are_away(&self) -> bool {
        self.store.is_some()
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        let store = self.store.as_ref().map_or(0, StoreWriter::mem_usage);
        self.waiting.memory() + store
    }
}

/// The store of a segment.
fn open(segment: &mut Segment) -> tantivy::Result<StoreWriter> {
    let block = segment.index().settings().docstore_blocksize;
    let out = segment.open_write(SegmentComponent::Store)?;
    Ok(StoreWriter::new(out, Compressor::None, block, false)?)
}

fn move_to(store: &mut StoreWriter, waiting: &Pieces<u8>) -> io::Result<()> {
    for piece in waiting.held() {
        let mut rest = piece;
        while let Some((length, behind)) = rest.split_first_chunk() {
            let (packed, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
            store.store_bytes(packed)?;
            rest = behind;
        }
    }
    Ok(())
}
