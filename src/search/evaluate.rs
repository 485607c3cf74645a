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
use super::member::{Cover, Member, ROUNDING, ZoneNorms};
use super::only::Only;
use super::pairs::Pairs;
use super::prepare::Conjunction;
use super::segment::{Segment, Zone};
use super::top::{Ranked, SortKey, Top};

/// One segment made ready for a plan.
pub struct Prepared<'s> {
    /// The segment.
    pub segment: &'s Segment,
    /// Which one it is.
    pub ordinal: u32,
    /// All that adds to a score, in the order of the plan.
    pub members: Vec<Member>,
    /// For each part of the query, whether it is looked for anywhere: the text then holds the title and the names.
    pub parts_in_text: Vec<bool>,
    /// The sum of what all words of the query would add by standing in the title, or in the names, together.
    pub whole_cover: f32,
    /// What neighbouring words add.
    pub pairs: Pairs<'s>,
}

impl Prepared<'_> {
    /// The members by which a part of the query matches (and not only adds to a score).
    fn members_of(&self, atom: usize) -> Vec<usize> {
        let matching = |member: &Member| {
            let adds_only =
                self.parts_in_text[atom] && matches!(member.zone, Zone::Title | Zone::Artists);
            member.atom == atom && !member.flat && !adds_only
        };
        (0..self.members.len())
            .filter(|&index| matching(&self.members[index]))
            .collect()
    }

    /// Moves members to their first candidates at or behind `target`; the first of these.
    fn seek_any(&mut self, members: &[usize], target: DocId) -> DocId {
        let found = members
            .iter()
            .map(|&index| self.members[index].seek(target));
        found.min().unwrap_or(TERMINATED)
    }

    /// How far the block bounds of the members reach that have some around `doc`, and the most that a document up to
    /// there can score.
    fn stretch(&mut self, doc: DocId, norms: &ZoneNorms) -> (DocId, f32) {
        let mut end = TERMINATED - 1;
        for member in &mut self.members {
            member.seek(doc);
            end = end.min(member.block_end().max(doc));
        }
        let mut bound = 0.0;
        for member in self.members.iter_mut().filter(|member| member.doc() <= end) {
            bound += member.block_bound(self.segment, norms) * ROUNDING;
        }
        (end, bound)
    }

    fn really_stands(&mut self, index: usize, doc: DocId) -> bool {
        let member = &mut self.members[index];
        member.doc() == doc && (member.is_certain() || member.matches())
    }

    /// The score of `doc`, always summed in the same order. `None` when nothing really matches there. A score that would
    /// stay below `threshold` may be told too low: positions are not read for it.
    fn score(&mut self, doc: DocId, norms: &ZoneNorms, threshold: f32) -> Option<f32> {
        let mut score = 0.0;
        let mut matches = false;
        let whole = self.whole_cover;
        let mut covers = [Cover {
            standing: 0.0,
            whole,
        }; 2];
        self.pairs.forget();
        for member in &mut self.members {
            if member.seek(doc) != doc {
                continue;
            }
            let value = member.value(self.segment, norms);
            score += value;
            if value > 0.0 {
                matches = true;
                covers[usize::from(member.zone == Zone::Artists)].standing += member.cover;
                if !member.flat {
                    self.pairs.stands(member.atom, member.zone);
                }
            } else {
                matches |= member.matches();
            }
        }
        if !matches {
            return None;
        }
        score += covers[0].value() + covers[1].value();
        Some(score + self.pairs.value(doc, (threshold - score) / ROUNDING))
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
            let score = prepared.score(doc, norms, top.threshold()).unwrap_or(0.0);
            top.offer(Ranked::new(score, prepared.ordinal, doc, key(doc)));
        }
        doc = matcher.seek(doc + 1);
    }
}

/// Offers every document in which all required parts stand, or a whole name instead, and counts them. The rarest part
/// proposes documents. When `counted` and more have been found, before and here, stretches that hold nothing good enough
/// are passed over and no longer counted.
pub fn conjunctive(
    prepared: &mut Prepared<'_>,
    conjunction: &Conjunction,
    norms: &ZoneNorms,
    top: &mut Top<'_>,
    counted: u64,
) -> u64 {
    let mut required: Vec<Vec<usize>> = Vec::new();
    for &atom in &conjunction.required {
        required.push(prepared.members_of(atom));
    }
    let most = |members: &Vec<usize>| -> u64 {
        members
            .iter()
            .map(|&index| prepared.members[index].most())
            .sum()
    };
    required.sort_by_key(most);
    let instead: Vec<usize> = (0..prepared.members.len())
        .filter(|&index| {
            let whole = prepared.members[index].whole;
            whole.is_some_and(|whole| conjunction.instead.contains(&whole))
        })
        .collect();
    let lead = required.first().cloned().unwrap_or_default();
    let mut count = 0;
    let mut target = 0;
    let mut checked = None;
    let mut ticks = Ticks::default();
    loop {
        if ticks.passed(1) {
            return count;
        }
        let enough = prepared.seek_any(&instead, target);
        let doc = prepared.seek_any(&lead, target).min(enough);
        if doc == TERMINATED {
            return count;
        }
        if count >= counted && checked.is_none_or(|end| doc > end) {
            let (end, bound) = prepared.stretch(doc, norms);
            checked = Some(end);
            if bound < top.threshold() {
                target = end + 1;
                continue;
            }
        }
        // Where the next document can be at the earliest.
        let mut next = doc + 1;
        let mut stands = enough == doc;
        if !stands {
            stands = true;
            for members in &required {
                let found = prepared.seek_any(members, doc);
                if found > doc {
                    next = found.min(enough);
                    stands = false;
                    break;
                }
                if !members
                    .iter()
                    .any(|&index| prepared.really_stands(index, doc))
                {
                    stands = false;
                    break;
                }
            }
        }
        if stands
            && prepared.segment.is_alive(doc)
            && let Some(score) = prepared.score(doc, norms, top.threshold())
        {
            count += 1;
            top.offer(Ranked::new(score, prepared.ordinal, doc, None));
        }
        target = next;
    }
}

/// Offers every document in which any member really stands, and counts them.
pub fn counted(prepared: &mut Prepared<'_>, norms: &ZoneNorms, top: &mut Top<'_>) -> u64 {
    let mut count = 0;
    let mut ticks = Ticks::default();
    loop {
        // A step may read the positions of several phrases.
        if ticks.passed(8) {
            return count;
        }
        let doc = prepared.members.iter().map(Member::doc).min();
        let Some(doc) = doc.filter(|&doc| doc != TERMINATED) else {
            return count;
        };
        if prepared.segment.is_alive(doc)
            && let Some(score) = prepared.score(doc, norms, top.threshold())
        {
            count += 1;
            top.offer(Ranked::new(score, prepared.ordinal, doc, None));
        }
        for member in &mut prepared.members {
            member.seek(doc + 1);
        }
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
    let bounds: Vec<f32> = order
        .iter()
        .map(|&index| bounds[index] * ROUNDING)
        .collect();
    let mut sums = vec![0.0];
    for bound in &bounds {
        sums.push(sums[sums.len() - 1] + bound);
    }
    let docs = order.iter().map(|&index| prepared.members[index].doc());
    let docs = docs.collect();
    let blocks = order
        .iter()
        .map(|&index| block_of(&mut prepared.members[index], prepared.segment, norms));
    let blocks = blocks.collect();
    Pruner {
        docs,
        blocks,
        prepared,
        norms,
        order,
        sums,
        first: 0,
        checked: None,
    }
    .run(top);
}

/// The end of the block that a member is in, and the most it adds up to there.
fn block_of(member: &mut Member, segment: &Segment, norms: &ZoneNorms) -> (DocId, f32) {
    if member.doc() == TERMINATED {
        return (TERMINATED, 0.0);
    }
    let bound = member.block_bound(segment, norms) * ROUNDING;
    (member.block_end().max(member.doc()), bound)
}

struct Pruner<'p, 's> {
    prepared: &'p mut Prepared<'s>,
    norms: &'p ZoneNorms,
    /// Members by the most they can add, least first.
    order: Vec<usize>,
    /// Where each of them stands, side by side, since every step asks all of them. Of those that propose only.
    docs: Vec<DocId>,
    /// The end of the block that each was last seen in, and the most it adds there.
    blocks: Vec<(DocId, f32)>,
    /// What the first `n` of them can add together at most.
    sums: Vec<f32>,
    /// Members before this one in the order propose no documents.
    first: usize,
    /// The end of the stretch of documents whose block bounds have been found worth a look.
    checked: Option<DocId>,
}

/// The next document that is proposed.
struct Proposed {
    doc: DocId,
    /// The place in the order of the member that proposes it, when it is only one.
    only: Option<usize>,
    /// The first document behind it that any other member proposes.
    next: DocId,
}

impl Pruner<'_, '_> {
    fn run(&mut self, top: &mut Top<'_>) {
        let mut ticks = Ticks::default();
        while !ticks.passed(self.order.len().max(1)) {
            while self.first < self.order.len() && self.sums[self.first + 1] < top.threshold() {
                self.first += 1;
                self.checked = None;
            }
            let proposed = self.proposed();
            let doc = proposed.doc;
            if doc == TERMINATED {
                return;
            }
            if self.checked.is_none_or(|end| doc > end) && self.skips_blocks(top.threshold()) {
                continue;
            }
            if self.skips_weak(&proposed, top.threshold()) {
                continue;
            }
            self.consider(doc, top);
            self.pass(doc);
        }
    }

    fn proposed(&self) -> Proposed {
        let (mut doc, mut only, mut next) = (TERMINATED, None, TERMINATED);
        for (place, &at) in self.docs.iter().enumerate().skip(self.first) {
            if at < doc {
                (doc, only, next) = (at, Some(place), doc);
            } else if at == doc {
                only = None;
            } else {
                next = next.min(at);
            }
        }
        Proposed { doc, only, next }
    }

    /// Moves the members that propose a document, or one before it, to the next.
    fn pass(&mut self, doc: DocId) {
        for place in self.first..self.order.len() {
            if self.docs[place] <= doc {
                self.docs[place] = self.prepared.members[self.order[place]].seek(doc + 1);
            }
        }
    }

    /// When only one member proposes a document, moves it to the next that it may lift over the threshold on its own. Says
    /// whether that is another.
    fn skips_weak(&mut self, proposed: &Proposed, threshold: f32) -> bool {
        let Some(only) = proposed.only else {
            return false;
        };
        if threshold == f32::NEG_INFINITY {
            return false;
        }
        let needed = threshold - self.sums[self.first];
        // What is behind the stretch has bounds of its own.
        let end = self.checked.map_or(TERMINATED, |end| end + 1);
        let before = end.min(proposed.next);
        let member = &mut self.prepared.members[self.order[only]];
        member.skip_weak(self.prepared.segment, self.norms, needed, before);
        self.docs[only] = member.doc();
        self.docs[only] != proposed.doc
    }

    /// Looks at the bounds of the current blocks, and moves behind them when they hold nothing good enough.
    fn skips_blocks(&mut self, threshold: f32) -> bool {
        if threshold == f32::NEG_INFINITY {
            return false;
        }
        let mut end = TERMINATED - 1;
        for place in self.first..self.docs.len() {
            if self.docs[place] > self.blocks[place].0 {
                let member = &mut self.prepared.members[self.order[place]];
                self.blocks[place] = block_of(member, self.prepared.segment, self.norms);
            }
            end = end.min(self.blocks[place].0);
        }
        let mut bound = self.sums[self.first];
        for (&at, &(_, most)) in self.docs[self.first..]
            .iter()
            .zip(&self.blocks[self.first..])
        {
            if at <= end {
                bound += most;
            }
        }
        if bound >= threshold {
            self.checked = Some(end);
            return false;
        }
        self.pass(end);
        true
    }

    /// Scores `doc` unless its bound, made tighter step by step, falls below the threshold.
    fn consider(&mut self, doc: DocId, top: &mut Top<'_>) {
        let (segment, norms) = (self.prepared.segment, self.norms);
        let threshold = top.threshold();
        let mut known = 0.0;
        for (&index, &at) in self.order[self.first..]
            .iter()
            .zip(&self.docs[self.first..])
        {
            if at == doc {
                known += self.prepared.members[index].value_bound(segment, norms) * ROUNDING;
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
        if let Some(score) = self.prepared.score(doc, norms, threshold) {
            top.offer(Ranked::new(score, self.prepared.ordinal, doc, None));
        }
    }
}
