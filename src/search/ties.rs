//! The order of ids over all segments, for equal scores.
//!
//! A segment numbers its ids in their order, so a tie within one is told by two numbers. Between two segments the ids
//! themselves must be read, each from a block of a dictionary. An engine that has done that often enough to have paid for
//! it numbers the ids of all segments together, once, and tells every tie by two numbers from then on.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use tantivy::DocId;

use super::ordinals;
use super::segment::Segment;

/// Reading an id costs about as much as numbering this many.
const NUMBERED_BY_ONE: u64 = 16;

/// What an engine knows of the order of its ids.
#[derive(Default)]
pub struct Ties {
    /// How many ids were read so far.
    read: AtomicU64,
    /// For each segment its own number of an id → the number in all of them; empty if that cannot be told.
    ranks: OnceLock<Vec<Vec<u32>>>,
}

impl Ties {
    /// Says that an id was read.
    pub fn count_read(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
    }

    /// The numbers of all ids, once they are worth making.
    pub fn ranks(&self, segments: &[Segment]) -> Option<&[Vec<u32>]> {
        if segments.len() < 2 {
            return None;
        }
        if self.ranks.get().is_none() {
            let ids: u64 = (segments.iter())
                .map(|segment| u64::from(segment.reader.max_doc()))
                .sum();
            if self.read.load(Ordering::Relaxed) < ids / NUMBERED_BY_ONE {
                return None;
            }
        }
        let made = self
            .ranks
            .get_or_init(|| number(segments).unwrap_or_default());
        (!made.is_empty()).then_some(made)
    }
}

fn number(segments: &[Segment]) -> tantivy::Result<Vec<Vec<u32>>> {
    let columns = segments
        .iter()
        .map(|segment| segment.ids().cloned().map(Some));
    let columns: Vec<_> = columns.collect::<tantivy::Result<_>>()?;
    ordinals::merge(&columns, |_, _| ())
}

/// The number of the id of a document, over all segments.
pub fn rank(ranks: &[Vec<u32>], segments: &[Segment], segment: u32, doc: DocId) -> Option<u32> {
    let own = segments.get(segment as usize)?.id_ordinal(doc)?;
    ranks.get(segment as usize)?.get(own as usize).copied()
}
