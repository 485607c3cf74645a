//! The best hits so far, ties by id.
//!
//! A tie can straddle the cut, so ids are compared here, inside the collection, and only when scores (or sort keys) are
//! equal: an id costs a look into a column.

use std::cell::OnceCell;
use std::cmp::Ordering;

use tantivy::DocId;
use tantivy::columnar::StrColumn;

use super::segment::Segment;
use super::ties::{self, Ties};

/// What a hit is sorted by when not by its score.
#[derive(Debug, Clone, PartialEq)]
pub enum SortKey {
    /// A number.
    Number(f64),
    /// A text, folded.
    Text(String),
}

/// A hit before anything of it is fetched.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// Its score.
    pub score: f32,
    /// Which segment it stands in.
    pub segment: u32,
    /// Its number there.
    pub doc: DocId,
    /// What it is sorted by, when not by the score; entries without one come last.
    pub key: Option<SortKey>,
    /// Its id, once a tie has asked for it.
    id: OnceCell<Option<Box<str>>>,
}

impl Ranked {
    /// A hit in a segment.
    pub fn new(score: f32, segment: u32, doc: DocId, key: Option<SortKey>) -> Ranked {
        Ranked {
            score,
            segment,
            doc,
            key,
            id: OnceCell::new(),
        }
    }
}

/// Keeps the best `limit` of all hits offered.
///
/// Hits of one segment are told apart by numbers, those of several by the ids themselves, each from a block of a
/// dictionary. So the best of each segment are kept, and put together at the end: then about as many ids are read as
/// there are hits.
pub struct Top<'a> {
    limit: usize,
    /// Whether hits have keys, and the largest comes first.
    sort: Option<bool>,
    /// Where the ids are.
    segments: &'a [Segment],
    ties: &'a Ties,
    /// The numbers of the ids over all segments, if they are known.
    ranks: Option<&'a [Vec<u32>]>,
    /// The best of each segment; in order, when only a few are kept.
    best: Vec<Vec<Ranked>>,
    /// The best scores of all segments, when only a few are kept, from the best on.
    scores: Vec<f32>,
    threshold: f32,
}

/// Up to this many hits are kept in order at every step; more are put in order from time to time.
const SMALL: usize = 256;

impl<'a> Top<'a> {
    /// Keeps `limit` hits, by score or (`sort`) by key, with the largest first if so said.
    pub fn new(
        limit: usize,
        sort: Option<bool>,
        segments: &'a [Segment],
        ties: &'a Ties,
    ) -> Top<'a> {
        Top {
            limit,
            sort,
            segments,
            ties,
            ranks: ties.ranks(segments),
            best: segments.iter().map(|_| Vec::new()).collect(),
            scores: Vec::new(),
            threshold: f32::NEG_INFINITY,
        }
    }

    /// A hit with a lower score than this cannot enter (an equal one may).
    #[inline]
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Takes a hit if it is good enough.
    pub fn offer(&mut self, hit: Ranked) {
        let segment = hit.segment as usize;
        if self.limit == 0 || hit.score < self.threshold || segment >= self.best.len() {
            return;
        }
        let best = &self.best[segment];
        if self.limit > SMALL {
            self.best[segment].push(hit);
            if self.best[segment].len() >= self.limit.saturating_mul(2) {
                self.cut(segment);
            }
            return;
        }
        let is_before = |kept: &Ranked| self.compare(kept, &hit) == Ordering::Less;
        if best.len() == self.limit && best.last().is_some_and(is_before) {
            return;
        }
        let at = best.partition_point(is_before);
        let score = hit.score;
        let best = &mut self.best[segment];
        best.insert(at, hit);
        best.truncate(self.limit);
        self.raise(score);
    }

    /// The best, in order.
    pub fn into_hits(mut self) -> Vec<Ranked> {
        for segment in 0..self.best.len() {
            self.cut(segment);
        }
        let mut hits = Vec::new();
        for best in std::mem::take(&mut self.best) {
            hits = self.merged(hits, best);
        }
        hits
    }

    /// The best of two lists in order.
    fn merged(&self, left: Vec<Ranked>, right: Vec<Ranked>) -> Vec<Ranked> {
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        let next = || match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if self.compare(a, b) == Ordering::Greater => right.next(),
            (Some(_), _) => left.next(),
            (None, _) => right.next(),
        };
        std::iter::from_fn(next).take(self.limit).collect()
    }

    /// Leaves the best of a segment, in order.
    fn cut(&mut self, segment: usize) {
        let mut best = std::mem::take(&mut self.best[segment]);
        best.sort_unstable_by(|a, b| self.compare(a, b));
        best.truncate(self.limit);
        if let (None, true, Some(last)) = (self.sort, best.len() == self.limit, best.last()) {
            self.threshold = self.threshold.max(last.score);
        }
        self.best[segment] = best;
    }

    /// Takes the score of a hit that is one of the best of its segment.
    fn raise(&mut self, score: f32) {
        if self.sort.is_some() {
            return;
        }
        let at = self.scores.partition_point(|&better| better >= score);
        self.scores.insert(at, score);
        self.scores.truncate(self.limit);
        if let (true, Some(&last)) = (self.scores.len() == self.limit, self.scores.last()) {
            self.threshold = last;
        }
    }

    /// The better first.
    fn compare(&self, a: &Ranked, b: &Ranked) -> Ordering {
        let by_key = match self.sort {
            Some(descending) => compare_keys(a.key.as_ref(), b.key.as_ref(), descending),
            None => Ordering::Equal,
        };
        by_key
            .then_with(|| b.score.total_cmp(&a.score))
            .then_with(|| self.compare_ids(a, b))
    }

    /// Entries whose corpus gives them one id are told apart by what they are addressed by.
    fn compare_ids(&self, a: &Ranked, b: &Ranked) -> Ordering {
        let by_id = match (a.segment == b.segment, self.ranks) {
            // Within a segment ids are numbered in their order.
            (true, _) => self.ordinal(a).cmp(&self.ordinal(b)),
            (false, Some(ranks)) => self.rank(ranks, a).cmp(&self.rank(ranks, b)),
            (false, None) => self.id(a).cmp(&self.id(b)),
        };
        by_id.then_with(|| self.address(a).cmp(&self.address(b)))
    }

    fn ids(&self, hit: &Ranked) -> Option<&StrColumn> {
        self.segments.get(hit.segment as usize)?.ids().ok()
    }

    fn ordinal(&self, hit: &Ranked) -> Option<u64> {
        self.segments.get(hit.segment as usize)?.id_ordinal(hit.doc)
    }

    fn rank(&self, ranks: &[Vec<u32>], hit: &Ranked) -> Option<u32> {
        ties::rank(ranks, self.segments, hit.segment, hit.doc)
    }

    /// What tells entries apart whose corpus gives them one id.
    fn address(&self, hit: &Ranked) -> Option<u64> {
        self.segments.get(hit.segment as usize)?.key(hit.doc)
    }

    fn id<'h>(&self, hit: &'h Ranked) -> Option<&'h str> {
        let read = || {
            self.ties.count_read();
            let mut id = String::new();
            let found = self.ids(hit)?.ord_to_str(self.ordinal(hit)?, &mut id);
            found.ok()?.then(|| id.into_boxed_str())
        };
        hit.id.get_or_init(read).as_deref()
    }
}

/// Entries without a key come last, whichever way the others run.
fn compare_keys(a: Option<&SortKey>, b: Option<&SortKey>, descending: bool) -> Ordering {
    let forward = match (a, b) {
        (Some(SortKey::Number(a)), Some(SortKey::Number(b))) => a.total_cmp(b),
        (Some(SortKey::Text(a)), Some(SortKey::Text(b))) => a.cmp(b),
        (Some(SortKey::Number(_)), Some(SortKey::Text(_))) => Ordering::Less,
        (Some(SortKey::Text(_)), Some(SortKey::Number(_))) => Ordering::Greater,
        (Some(_), None) => return Ordering::Less,
        (None, Some(_)) => return Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    if descending {
        forward.reverse()
    } else {
        forward
    }
}
