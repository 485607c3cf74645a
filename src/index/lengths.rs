//! How many tokens a commit's live entries have together: a figure that scoring needs and that would cost a pass over
//! every entry at each open.
//!
//! Kept beside the commit, for each of its segments and the deletions it then had. A cache: what is not in it, or what
//! is damaged, is counted again.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tantivy::{Searcher, SegmentReader};
use xxhash_rust::xxh3::xxh3_64;

use super::durable;
use super::folder::LENGTHS;
use super::schema::Fields;

/// Segment (32 hexadecimal digits) and its deleted entries → tokens of its live ones.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths(HashMap<String, (u32, u64)>);

impl Lengths {
    /// What is kept in a generation; nothing, when that is damaged or not there.
    pub fn read(generation: &Path) -> Lengths {
        let read = || {
            let text = fs::read_to_string(generation.join(LENGTHS)).ok()?;
            let (sum, json) = text.split_once(' ')?;
            let wanted = u64::from_str_radix(sum, 16).ok()?;
            (xxh3_64(json.as_bytes()) == wanted).then_some(())?;
            serde_json::from_str(json).ok()
        };
        read().unwrap_or_default()
    }

    /// Keeps what is known of the segments of a commit.
    ///
    /// # Errors
    /// When it cannot be written, which harms nothing.
    pub fn write(&self, generation: &Path) -> io::Result<()> {
        let json = serde_json::to_string(self)?;
        let text = format!("{:016x} {json}", xxh3_64(json.as_bytes()));
        let path = generation.join(LENGTHS);
        let unfinished = durable::unfinished(&path);
        fs::write(&unfinished, text)?;
        fs::rename(&unfinished, &path)
    }

    /// Tokens of the live entries of a commit.
    ///
    /// # Errors
    /// When a segment that is not in the cache cannot be read.
    pub fn total(&self, searcher: &Searcher, fields: &Fields) -> tantivy::Result<u64> {
        let mut total = 0;
        for reader in searcher.segment_readers() {
            total += match self.0.get(&reader.segment_id().uuid_string()) {
                Some(&(deleted, live)) if deleted == reader.num_deleted_docs() => live,
                _ => count(reader, fields)?,
            };
        }
        Ok(total)
    }

    /// The cache for a commit, with what `self` knows already.
    ///
    /// # Errors
    /// When a segment cannot be read.
    pub fn brought_to(&self, searcher: &Searcher, fields: &Fields) -> tantivy::Result<Lengths> {
        let mut lengths = HashMap::new();
        for reader in searcher.segment_readers() {
            let id = reader.segment_id().uuid_string();
            let deleted = reader.num_deleted_docs();
            let known = self.0.get(&id).filter(|(then, _)| *then == deleted);
            let live = match known {
                Some((_, live)) => *live,
                None => count(reader, fields)?,
            };
            lengths.insert(id, (deleted, live));
        }
        Ok(Lengths(lengths))
    }
}

fn count(reader: &SegmentReader, fields: &Fields) -> tantivy::Result<u64> {
    let lengths = reader.get_fieldnorms_reader(fields.text)?;
    let length = |doc| u64::from(lengths.fieldnorm(doc));
    Ok(reader.doc_ids_alive().map(length).sum())
}
