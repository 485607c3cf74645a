//! The terms of a field as the transducer that Tantivy keeps them in, and shows only through streams.

use std::path::Path;

use tantivy::HasLen;
use tantivy::directory::{CompositeFile, Directory, FileSlice, OwnedBytes};
use tantivy::error::DataCorruption;
use tantivy::index::SegmentId;
use tantivy::schema::Field;
use tantivy_fst::raw::Fst;

/// Behind a transducer stands what its terms lead to, and then, in 16 bytes, how many bytes that takes (8) and two versions.
const END: usize = 16;

/// Opens the terms of a field of a segment; none, when it has none.
///
/// # Errors
/// When a file of the index cannot be read, or makes no sense.
pub fn open(
    files: &impl Directory,
    segment: SegmentId,
    field: Field,
) -> tantivy::Result<Option<Fst<OwnedBytes>>> {
    let name = format!("{}.term", segment.uuid_string());
    let fields = CompositeFile::open(&files.open_read(Path::new(&name))?)?;
    fields.open_read(field).map(read).transpose()
}

fn read(file: FileSlice) -> tantivy::Result<Fst<OwnedBytes>> {
    let cut_off = || DataCorruption::comment_only("a file of terms is cut off");
    let behind = file.len().min(END);
    let (rest, end) = file.split_from_end(behind);
    let end = end.read_bytes()?;
    let infos = end.first_chunk().ok_or_else(cut_off)?;
    let infos = usize::try_from(u64::from_le_bytes(*infos)).unwrap_or(usize::MAX);
    let terms = rest.len().checked_sub(infos).ok_or_else(cut_off)?;
    let terms = Fst::new(rest.slice_to(terms).read_bytes()?);
    Ok(terms.map_err(|error| DataCorruption::comment_only(format!("terms: {error}")))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::open::OpenIndex;
    use crate::index::testing::{Shelf, index, scratch};

    #[test]
    fn it_has_the_terms_that_the_stream_has() {
        let folder = scratch();
        let lines = [
            "a|Velvet Goldmine|Glam rock without songs",
            "b|Heat|Los Angeles at night",
        ];
        index(&Shelf::of(&[("a.json", &lines)]), folder.path()).unwrap();
        let index = OpenIndex::open(folder.path()).unwrap();
        let reader = index.searcher.segment_reader(0);
        for (field, wanted) in [
            (index.fields.text, 10),
            (index.fields.title, 4),
            (index.fields.wholes, 3),
        ] {
            let opened = open(index.index.directory(), reader.segment_id(), field).unwrap();
            let terms = opened.unwrap().stream().into_byte_keys();
            let list = reader.inverted_index(field).unwrap();
            let mut stream = list.terms().stream().unwrap();
            let mut expected = Vec::new();
            while stream.advance() {
                expected.push(stream.key().to_vec());
            }
            assert!(expected.len() >= wanted, "{}", expected.len());
            assert_eq!(terms, expected);
        }
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        for len in 0..40 {
            assert!(read(FileSlice::from(vec![1; len])).is_err());
        }
    }
}
