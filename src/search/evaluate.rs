//! Running a plan over the segments of an index: the best hits, and how many there are.
//!
//! Two ways lead to the same hits. When any part may match ([`pruned`]), documents that cannot be among the best are
//! passed over: parts are ordered by the most they can add, and those that together cannot lift a document over the
//! threshold no longer propose documents (MaxScore: Turtle and Flood, "Query evaluation: strategies and optimizations",
//! 1995), nor do whole blocks of postings whose bounds say so (block-max: Ding and Suel, "Faster top-k document
//! retrieval using block-max indexes", 2011). Else ([`exhaustive`]) every match is scored.

use tantivy::{DocId, TERMINATED};

use super::deadline::Ticks;
use super::matcher::Matcher;
use super::member::{Cover, Member, ZoneNorms};
use super::only::Only;
use super::pairs::Pairs;
use super::segment::Segment;
use super::top::{Ranked, SortKey, Top};

/// One segment made ready for a plan.
pub struct Prepared<'s> {
    /// The segment.
    pub segment: &'s Segment,
    /// Which one it is.
    pub ordinal: u32,
    /// All that adds to a score, in the order of the plan.
    pub members: Vec<Member>,
    /// The sum of what all words of the query would add by standing in the title together.
    pub whole_cover: f32,
    /// What neighbouring words add.
    pub pairs: Pairs<'s>,
}

/// Bounds are sums of rounded numbers in another order than scores are: they give way by this factor.
const ROUNDING: f32 = 1.000_01;

impl Prepared<'_> {
    /// The score of `doc`, always summed in the same order. `None` when nothing really matches there.
    fn score(&mut self, doc: DocId, norms: &ZoneNorms) -> Option<f32> {
        let mut score = 0.0;
        let mut matches = false;
        let mut cover = Cover {
            standing: 0.0,
            whole: self.whole_cover,
        };
        for member in &mut self.members {
            if member.seek(doc) == doc {
                let value = member.value(self.segment, norms);
                matches |= value > 0.0 || member.matches();
                score += value;
                cover.standing += if value > 0.0 { member.cover } else { 0.0 };
            }
        }
        matches.then(|| score + cover.value() + self.pairs.value(doc))
    }
}

/// Offers every match of `matcher`, scored, and calls `each` for it. `key` gives what it is sorted by.
pub fn exhaustive(
    prepared: &mut Prepared<'_>,
    matcher: &mut Matcher,
    norms: &ZoneNorms,
    top: &mut Top<'_>,
    only: &Only,
    key: &dyn Fn(DocId) -> Option<SortKey>,
    each: &mut dyn FnMut(DocId),
) {
    let mut ticks = Ticks::default();
    let cost = prepared.members.len().max(1);
    let mut doc = matcher.seek(0);
    while doc != TERMINATED && !ticks.passed(cost) {
        if prepared.segment.is_alive(doc) && only.admits(doc) {
            each(doc);
            let score = prepared.score(doc, norms).unwrap_or(0.0);
            top.offer(Ranked {
                score,
                segment: prepared.ordinal,
                doc,
                key: key(doc),
            });
        }
        doc = matcher.seek(doc + 1);
    }
}

/// Offers every document in which any member stands and that can be among the best.
pub fn pruned(prepared: &mut Prepared<'_>, norms: &ZoneNorms, top: &mut Top<'_>) {
    let mut order: Vec<usize> = (0..prepared.members.len()).collect();
    let bounds: Vec<f32> = prepared
        .members
        .iter()
        .map(|member| member.bound(norms))
        .collect();
    order.sort_by(|&a, &b| bounds[a].total_cmp(&bounds[b]));
    // What the first `n` members of the order add together at most, with all that pairs can add.
    let mut sums = vec![prepared.pairs.bound() * ROUNDING];
    for &index in &order {
        sums.push(sums[sums.len() - 1] + bounds[index] * ROUNDING);
    }
    Pruner {
        prepared,
        norms,
        order,
        bounds,
        sums,
        first: 0,
        checked: None,
    }
    .run(top);
}

struct Pruner<'p, 's> {
    prepared: &'p mut Prepared<'s>,
    norms: &'p ZoneNorms,
    /// Members by the most they can add, least first.
    order: Vec<usize>,
    bounds: Vec<f32>,
    sums: Vec<f32>,
    /// Members before this one in the order propose no documents.
    first: usize,
    /// The end of the stretch of documents whose block bounds have been found worth a look.
    checked: Option<DocId>,
}

impl Pruner<'_, '_> {
    fn run(&mut self, top: &mut Top<'_>) {
        let mut ticks = Ticks::default();
        while !ticks.passed(self.order.len().max(1)) {
            while self.first < self.order.len() && self.sums[self.first + 1] < top.threshold() {
                self.first += 1;
                self.checked = None;
            }
            let doc = self.candidate();
            if doc == TERMINATED {
                return;
            }
            if self.checked.is_none_or(|end| doc > end) && self.skips_blocks(doc, top.threshold()) {
                continue;
            }
            self.consider(doc, top);
            for &index in &self.order[self.first..] {
                self.prepared.members[index].seek(doc + 1);
            }
        }
    }

    fn candidate(&self) -> DocId {
        let proposing = self.order[self.first..].iter();
        proposing
            .map(|&index| self.prepared.members[index].doc())
            .min()
            .unwrap_or(TERMINATED)
    }

    /// Looks at the bounds of the blocks at `doc`, and moves behind them when they hold nothing good enough.
    fn skips_blocks(&mut self, doc: DocId, threshold: f32) -> bool {
        if threshold == f32::NEG_INFINITY {
            return false;
        }
        let (segment, norms) = (self.prepared.segment, self.norms);
        let mut end = TERMINATED - 1;
        for &index in &self.order[self.first..] {
            let member = &self.prepared.members[index];
            end = end.min(member.block_end().max(doc));
        }
        let mut bound = self.sums[self.first];
        for &index in &self.order[self.first..] {
            let member = &mut self.prepared.members[index];
            if member.doc() <= end {
                bound += member.block_bound(segment, norms) * ROUNDING;
            }
        }
        if bound >= threshold {
            self.checked = Some(end);
            return false;
        }
        for &index in &self.order[self.first..] {
            self.prepared.members[index].seek(end + 1);
        }
        true
    }

    /// Scores `doc` unless its bound, made tighter step by step, falls below the threshold.
    fn consider(&mut self, doc: DocId, top: &mut Top<'_>) {
        let (segment, norms) = (self.prepared.segment, self.norms);
        let threshold = top.threshold();
        let mut known = 0.0;
        for &index in &self.order[self.first..] {
            let member = &mut self.prepared.members[index];
            if member.doc() == doc {
                known += member.value_bound(segment, norms) * ROUNDING;
            }
        }
        for place in (0..self.first).rev() {
            if known + self.sums[place + 1] < threshold {
                return;
            }
            let member = &mut self.prepared.members[self.order[place]];
            if member.seek(doc) == doc {
                known += member.value_bound(segment, norms) * ROUNDING;
            }
        }
        if known + self.sums[0] < threshold || !segment.is_alive(doc) {
            return;
        }
        if let Some(score) = self.prepared.score(doc, norms) {
            top.offer(Ranked {
                score,
                segment: self.prepared.ordinal,
                doc,
                key: None,
            });
        }
    }
}
