//! The bytes of an entry, packed on their own.
//!
//! A frame of zstd with the size of what is in it, and without a checksum, since each file of an index has one. The
//! frame of a generation without a dictionary is kept whole; where there is one, the four bytes that begin every frame
//! are left off. So a frame says itself how it was packed, and a generation that gets its dictionary late keeps its
//! first entries as they are.
//!
//! A long text has enough in common with itself, and ten of them are unpacked for ten hits: it is a block of LZ4, which
//! takes a fourth of the time to read.

use std::io;
use std::sync::{Mutex, OnceLock};

use lz4_flex::block::{compress_prepend_size, decompress, uncompressed_size};
use zstd::bulk::Compressor;
use zstd::dict::DecoderDictionary;
use zstd::zstd_safe::{self, CParameter, DCtx};

use super::dictionary::Dictionary;

/// What every frame begins with. (Without it, none begins so: the third bit of its second byte must be zero.)
const MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();
/// What a block of LZ4 begins with: its fourth bit is zero in what every frame begins with once the magic is left off, and
/// the magic is another.
const LONG: u8 = 0b1000;
/// From so many bytes on a text is long.
const LONG_FROM: usize = 8 << 10;
/// A byte of LZ4 says that at most so many are to be repeated.
const MOST_OF_ONE: usize = 255;
/// How hard zstd tries: the least; 3 takes a third more time, for 4 % less on disk.
const LEVEL: i32 = 1;
/// Bits of the hashes by which it finds what an entry has in common with the dictionary. It would take 13; 14 save 1 % of
/// the bytes and cost no time.
const HASH_BITS: u32 = 14;
/// Four bytes of a frame hold at most so many.
const MOST_OF_FOUR: u64 = 128 << 10;
/// A buffer that has grown beyond this is not kept.
const KEPT: usize = 1 << 20;

/// Packs one entry after another.
pub struct Packer {
    compressor: Compressor<'static>,
    /// What of a frame is left off.
    left_off: usize,
    frame: Vec<u8>,
}

impl Packer {
    /// Packs with a dictionary, if there is one.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new(dictionary: Option<&Dictionary>) -> io::Result<Packer> {
        let bytes = dictionary.map_or(&[][..], Dictionary::bytes);
        let mut compressor = Compressor::with_dictionary(LEVEL, bytes)?;
        compressor.set_parameter(CParameter::HashLog(HASH_BITS))?;
        compressor.include_contentsize(true)?;
        compressor.include_checksum(false)?;
        compressor.include_dictid(false)?;
        Ok(Packer {
            compressor,
            left_off: dictionary.map_or(0, |_| MAGIC.len()),
            frame: Vec::new(),
        })
    }

    /// Packs `text`.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn pack(&mut self, text: &[u8]) -> io::Result<&[u8]> {
        self.frame.clear();
        if text.len() >= LONG_FROM {
            self.frame.push(LONG);
            self.frame.extend(compress_prepend_size(text));
            return Ok(&self.frame);
        }
        self.frame.reserve(zstd::compress_bound(text.len()));
        self.compressor.compress_to_buffer(text, &mut self.frame)?;
        Ok(self.frame.get(self.left_off..).unwrap_or_default())
    }
}

/// Unpacks entries, for several threads at once.
pub struct Unpacker {
    dictionary: Option<Dictionary>,
    /// The dictionary made ready, when first needed.
    ready: OnceLock<DecoderDictionary<'static>>,
    /// Contexts not in use: to make one takes longer than to unpack with it.
    idle: Mutex<Vec<Context>>,
}

#[derive(Default)]
struct Context {
    zstd: DCtx<'static>,
    frame: Vec<u8>,
}

impl Unpacker {
    /// Unpacks what was packed with this dictionary, or without one.
    pub fn new(dictionary: Option<Dictionary>) -> Unpacker {
        Unpacker {
            dictionary,
            ready: OnceLock::new(),
            idle: Mutex::default(),
        }
    }

    /// What `packed` was made from.
    ///
    /// # Errors
    /// When it makes no sense, or is larger than memory.
    pub fn unpack(&self, packed: &[u8]) -> io::Result<Vec<u8>> {
        if let [LONG, block @ ..] = packed {
            return unpack_long(block);
        }
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let mut context = idle.unwrap_or_default();
        let unpacked = self.unpack_in(&mut context, packed);
        if context.frame.capacity() <= KEPT
            && let Ok(mut idle) = self.idle.lock()
        {
            idle.push(context);
        }
        unpacked
    }

    fn unpack_in(&self, context: &mut Context, packed: &[u8]) -> io::Result<Vec<u8>> {
        let Context { zstd, frame } = context;
        let is_plain = packed.starts_with(&MAGIC);
        frame.clear();
        if !is_plain {
            frame.extend_from_slice(&MAGIC);
        }
        frame.extend_from_slice(packed);
        let size = size_of(frame)?;
        let mut text = Vec::new();
        text.try_reserve_exact(size)?;
        let done = match is_plain {
            true => zstd.decompress(&mut text, frame),
            false => zstd.decompress_using_ddict(&mut text, frame, self.ready()?.as_ddict()),
        };
        match done {
            Ok(length) if length == size => Ok(text),
            Ok(_) => Err(invalid("its size is wrong")),
            Err(code) => Err(invalid(zstd_safe::get_error_name(code))),
        }
    }

    fn ready(&self) -> io::Result<&DecoderDictionary<'static>> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready);
        }
        let dictionary = self.dictionary.as_ref();
        let dictionary = dictionary.ok_or_else(|| invalid("there is no dictionary"))?;
        let made = DecoderDictionary::try_copy(dictionary.bytes())?;
        Ok(self.ready.get_or_init(|| made))
    }
}

fn unpack_long(block: &[u8]) -> io::Result<Vec<u8>> {
    let (size, block) = uncompressed_size(block).map_err(|error| invalid(&error.to_string()))?;
    if size > block.len().saturating_mul(MOST_OF_ONE) {
        return Err(invalid("its size makes no sense"));
    }
    let text = decompress(block, size).map_err(|error| invalid(&error.to_string()))?;
    match text.len() == size {
        true => Ok(text),
        false => Err(invalid("its size is wrong")),
    }
}

/// The size of what is in a frame, if it can be as large as it says.
fn size_of(frame: &[u8]) -> io::Result<usize> {
    let size = zstd_safe::get_frame_content_size(frame).ok().flatten();
    let most = (frame.len() as u64).saturating_mul(MOST_OF_FOUR / 4);
    let size = size.filter(|&size| size <= most);
    size.and_then(|size| usize::try_from(size).ok())
        .ok_or_else(|| invalid("its size makes no sense"))
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("a packed entry: {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::dictionary::tests::{films, trained};
    use crate::index::stored;
    use proptest::prelude::*;

    fn dictionary() -> Dictionary {
        trained(&films(1000)).unwrap()
    }

    fn text(number: usize) -> Vec<u8> {
        let mut text = Vec::new();
        stored::write(&films(number as u64 + 1)[number].1, &mut text);
        text
    }

    #[test]
    fn a_dictionary_makes_entries_smaller_and_they_read_back() {
        let (dictionary, text) = (dictionary(), text(1100));
        let mut plain = Packer::new(None).unwrap();
        let mut packer = Packer::new(Some(&dictionary)).unwrap();
        let (whole, packed) = (plain.pack(&text).unwrap(), packer.pack(&text).unwrap());
        assert!(packed.len() * 2 < whole.len(), "{packed:?}");
        assert_eq!(Unpacker::new(None).unpack(whole).unwrap(), text);
        // A generation that got its dictionary late has both.
        let unpacker = Unpacker::new(Some(dictionary));
        for bytes in [packed, whole, packed] {
            assert_eq!(unpacker.unpack(bytes).unwrap(), text);
        }
        assert!(Unpacker::new(None).unpack(packed).is_err());
    }

    #[test]
    fn a_cut_or_changed_frame_is_an_error_or_another_text_and_never_a_panic() {
        let (dictionary, text) = (dictionary(), text(7));
        for dictionary in [None, Some(dictionary)] {
            let mut packer = Packer::new(dictionary.as_ref()).unwrap();
            let packed = packer.pack(&text).unwrap().to_vec();
            let unpacker = Unpacker::new(dictionary);
            for end in 0..packed.len() {
                assert!(unpacker.unpack(&packed[..end]).is_err(), "cut at {end}");
            }
            for bit in 0..packed.len() * 8 {
                let mut changed = packed.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                let _ = unpacker.unpack(&changed);
            }
            let twice = [packed.clone(), packed.clone()].concat();
            assert!(unpacker.unpack(&twice).is_err());
            assert_eq!(unpacker.unpack(&packed).unwrap(), text);
        }
    }

    #[test]
    fn a_size_that_lies_takes_no_memory() {
        // Eight bytes of size: more than there is memory for.
        let mut frame = [MAGIC.to_vec(), vec![0xE0], vec![0xFF; 7], vec![0x7F]].concat();
        frame.extend([1, 0, 0]);
        let said = Unpacker::new(None).unpack(&frame).unwrap_err();
        assert_eq!(said.kind(), io::ErrorKind::InvalidData);
        // None at all, where ours always say.
        let frame = [MAGIC.to_vec(), vec![0x00, 0x58, 1, 0, 0]].concat();
        assert!(Unpacker::new(None).unpack(&frame).is_err());
        let frame = [&[LONG][..], &u32::MAX.to_le_bytes(), &[0; 64]].concat();
        assert!(Unpacker::new(None).unpack(&frame).is_err());
        // What is all alike packs best of all.
        let alike = vec![b'a'; 8 << 20];
        let mut packer = Packer::new(None).unwrap();
        let packed = packer.pack(&alike).unwrap();
        assert_eq!(Unpacker::new(None).unpack(packed).unwrap(), alike);
    }

    #[test]
    fn long_texts_are_packed_in_their_own_way_and_read_by_any() {
        let text: Vec<u8> = (0..200).flat_map(text).collect();
        let mut packer = Packer::new(Some(&dictionary())).unwrap();
        for length in [LONG_FROM - 1, LONG_FROM, text.len()] {
            let packed = packer.pack(&text[..length]).unwrap().to_vec();
            assert_eq!(packed[0] == LONG, length >= LONG_FROM);
            assert!(packed.len() < length / 2);
            let unpacker = Unpacker::new(Some(dictionary()));
            assert_eq!(unpacker.unpack(&packed).unwrap(), text[..length]);
            for end in [0, 1, 3, 5, 9, packed.len() / 2, packed.len() - 1] {
                assert!(unpacker.unpack(&packed[..end]).is_err(), "cut at {end}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(bytes in prop::collection::vec(any::<u8>(), 0..2000), with: bool) {
            let dictionary = with.then(dictionary);
            let mut packer = Packer::new(dictionary.as_ref()).unwrap();
            let packed = packer.pack(&bytes).unwrap();
            prop_assert_eq!(Unpacker::new(dictionary).unpack(packed).unwrap(), bytes);
        }

        #[test]
        fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Unpacker::new(None).unpack(&bytes);
            let whole = [&MAGIC[..], &bytes].concat();
            let _ = Unpacker::new(None).unpack(&whole);
        }
    }
}
