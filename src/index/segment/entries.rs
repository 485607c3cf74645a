//! What is stored of the entries of a segment, each packed on its own as soon as its dictionary is there. Packed ones wait
//! in memory, so that those of several threads can be put one behind the other, or go into the segment's store when there
//! is no room to wait.

use std::{io, mem};

use tantivy::index::{Segment, SegmentComponent};
use tantivy::store::{Compressor, StoreWriter};

use super::pieces::Pieces;
use crate::entry::Entry;
use crate::index::dictionary::{Awaited, ENOUGH_BYTES};
use crate::index::packed::Packer;
use crate::index::stored;

/// Bytes gathered in one piece of memory.
const PIECE: usize = 1 << 18;
/// Bytes of entries that may wait for a dictionary: many more than one is made from, which is therefore in the making
/// when that many wait.
const MOST_UNPACKED: usize = 4 << 20;
const _: () = assert!(MOST_UNPACKED > ENOUGH_BYTES);

/// The entries.
pub struct Entries {
    dictionary: Awaited,
    /// What is stored of an entry; filled again and again.
    text: Vec<u8>,
    /// What is stored of those that wait for the dictionary.
    unpacked: Pieces<u8>,
    packer: Option<Packer>,
    /// Those that wait for a store.
    packed: Pieces<u8>,
    store: Option<StoreWriter>,
}

impl Entries {
    /// None yet; to be packed with a dictionary, if there is one.
    pub fn new(dictionary: Awaited) -> Entries {
        Entries {
            dictionary,
            text: Vec::new(),
            unpacked: Pieces::new(PIECE),
            packer: None,
            packed: Pieces::new(PIECE),
            store: None,
        }
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// When it cannot be packed or stored.
    pub fn add(&mut self, entry: &Entry) -> io::Result<()> {
        stored::write(entry, &mut self.text);
        let is_known = self.packer.is_some() || self.dictionary.get().is_some();
        if !is_known && self.unpacked.memory() < MOST_UNPACKED {
            put(&mut self.unpacked, &self.text);
            return Ok(());
        }
        let mut packer = self.take_packer()?;
        self.keep(packer.pack(&self.text)?)?;
        self.packer = Some(packer);
        Ok(())
    }

    /// What packs, once those that waited for the dictionary are packed.
    fn take_packer(&mut self) -> io::Result<Packer> {
        if let Some(packer) = self.packer.take() {
            return Ok(packer);
        }
        let mut packer = Packer::new(self.dictionary.wait())?;
        let unpacked = mem::replace(&mut self.unpacked, Pieces::new(PIECE));
        each(&unpacked, |text| self.keep(packer.pack(text)?))?;
        Ok(packer)
    }

    fn keep(&mut self, packed: &[u8]) -> io::Result<()> {
        match &mut self.store {
            Some(store) => store.store_bytes(packed)?,
            None => put(&mut self.packed, packed),
        }
        Ok(())
    }

    /// Puts those that are packed into the store of a segment. From then on none waits for it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_away(&mut self, segment: &mut Segment) -> tantivy::Result<()> {
        self.store = Some(self.take_store(segment)?);
        Ok(())
    }

    /// The store with what waited for it.
    fn take_store(&mut self, segment: &mut Segment) -> tantivy::Result<StoreWriter> {
        if let Some(store) = self.store.take() {
            return Ok(store);
        }
        let block = segment.index().settings().docstore_blocksize;
        let out = segment.open_write(SegmentComponent::Store)?;
        let mut store = StoreWriter::new(out, Compressor::None, block, false)?;
        let packed = mem::replace(&mut self.packed, Pieces::new(PIECE));
        each(&packed, |packed| store.store_bytes(packed))?;
        Ok(store)
    }

    /// Writes those of a segment to the end, those of other threads behind them, who have put none away.
    ///
    /// # Errors
    /// When they cannot be packed or written.
    pub fn finish(mut self, others: Vec<Entries>, segment: &mut Segment) -> tantivy::Result<()> {
        self.take_packer()?;
        let mut store = self.take_store(segment)?;
        for mut other in others {
            other.take_packer()?;
            each(&other.packed, |packed| store.store_bytes(packed))?;
        }
        Ok(store.close()?)
    }

    /// Whether packed ones are put into a store.
    pub fn are_away(&self) -> bool {
        self.store.is_some()
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        let store = self.store.as_ref().map_or(0, StoreWriter::mem_usage);
        self.unpacked.memory() + self.packed.memory() + store
    }
}

/// Adds an entry, with its length before it.
fn put(entries: &mut Pieces<u8>, entry: &[u8]) {
    let piece = entries.room_for(4 + entry.len());
    piece.extend_from_slice(&(entry.len() as u32).to_le_bytes());
    piece.extend_from_slice(entry);
}

/// Calls `each` with every entry, in order.
fn each(entries: &Pieces<u8>, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    for piece in entries.held() {
        let mut rest = piece;
        while let Some((length, behind)) = rest.split_first_chunk() {
            let (entry, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
            each(entry)?;
            rest = behind;
        }
    }
    Ok(())
}
