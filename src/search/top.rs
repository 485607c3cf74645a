//! The best hits so far, ties by id.
//!
//! A tie can straddle the cut, so ids are compared here, inside the collection, and only when scores (or sort keys) are
//! equal: an id costs a look into a column.

use std::cell::OnceCell;
use std::cmp::Ordering;

use tantivy::DocId;
use tantivy::columnar::{StrColumn, TermOrdHit};

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
pub struct Top<'a> {
    limit: usize,
    /// Whether hits have keys, and the largest comes first.
    sort: Option<bool>,
    /// Where the ids are.
    segments: &'a [Segment],
    ties: &'a Ties,
    /// The numbers of the ids over all segments, if they are known.
    ranks: Option<&'a [Vec<u32>]>,
    /// In order up to `sorted`.
    hits: Vec<Ranked>,
    threshold: f32,
    /// For each segment how many of its ids are before that of the last hit kept; forgotten when another is the last.
    last_among: Vec<Option<u64>>,
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
            hits: Vec::new(),
            threshold: f32::NEG_INFINITY,
            last_among: Vec::new(),
        }
    }

    /// A hit with a lower score than this cannot enter (an equal one may).
    #[inline]
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Takes a hit if it is good enough.
    pub fn offer(&mut self, hit: Ranked) {
        if self.limit == 0 || hit.score < self.threshold || self.loses_tie(&hit) {
            return;
        }
        if self.limit > SMALL {
            self.hits.push(hit);
            if self.hits.len() >= self.limit.saturating_mul(2) {
                self.cut();
            }
            return;
        }
        let at = self
            .hits
            .partition_point(|kept| self.compare(kept, &hit) == Ordering::Less);
        if at < self.limit {
            self.hits.insert(at, hit);
            self.hits.truncate(self.limit);
            self.raise();
        }
    }

    /// The best, in order.
    pub fn into_hits(mut self) -> Vec<Ranked> {
        self.cut();
        self.hits
    }

    /// Whether a hit as good as the last one kept has an id behind it. The last one's place among the ids of the hit's
    /// segment is looked up once: most ties are then told by a number.
    fn loses_tie(&mut self, hit: &Ranked) -> bool {
        let Some(last) = self.hits.last().filter(|_| hit.score == self.threshold) else {
            return false;
        };
        let segment = hit.segment as usize;
        if self.limit > SMALL {
            return false;
        }
        if last.segment == hit.segment || self.ranks.is_some() {
            return self.compare_ids(last, hit) == Ordering::Less;
        }
        if self.last_among.len() <= segment {
            self.last_among.resize(segment + 1, None);
        }
        let place = match self.last_among[segment] {
            Some(place) => place,
            None => {
                let place = self.place_among(last, hit).unwrap_or(u64::MAX);
                self.last_among[segment] = Some(place);
                place
            }
        };
        self.ordinal(hit).is_some_and(|ordinal| ordinal > place)
    }

    /// How many ids of the segment of `other` are before that of `hit`.
    fn place_among(&self, hit: &Ranked, other: &Ranked) -> Option<u64> {
        let found = self
            .ids(other)?
            .dictionary()
            .term_ord_or_next(self.id(hit)?)
            .ok()?;
        Some(match found {
            TermOrdHit::Exact(ordinal) | TermOrdHit::Next(ordinal) => ordinal,
        })
    }

    fn cut(&mut self) {
        let mut hits = std::mem::take(&mut self.hits);
        hits.sort_unstable_by(|a, b| self.compare(a, b));
        hits.truncate(self.limit);
        self.hits = hits;
        self.raise();
    }

    fn raise(&mut self) {
        if let (None, true, Some(last)) =
            (self.sort, self.hits.len() == self.limit, self.hits.last())
        {
            self.threshold = last.score;
            self.last_among.clear();
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
