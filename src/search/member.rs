//! What adds to a score in one segment: one part of the query in one zone, and how much it adds to a document.
//!
//! A hit's score is a plain sum over members, so each can be bounded on its own. That is what lets the evaluation pass
//! over documents that cannot be among the best.

use tantivy::query::Bm25Weight;
use tantivy::{DocId, TERMINATED};

use super::cursor::Cursor;
use super::segment::{Segment, Zone};
use super::weights::{Saturation, Weights};

/// How the occurrences of a zone become evidence.
pub struct Norms {
    /// BM25's saturation of the zone.
    pub saturation: Saturation,
    /// For each coarse length, what an occurrence is multiplied by: less in a longer text.
    by_length: [f32; 256],
}

impl Norms {
    /// The norms of a zone whose mean length is `mean` (in tokens).
    pub fn new(saturation: Saturation, mean: f32) -> Norms {
        let mut by_length = [1.0; 256];
        for (id, norm) in by_length.iter_mut().enumerate() {
            let length = tantivy::fieldnorm::FieldNormReader::id_to_fieldnorm(id as u8) as f32;
            *norm = 1.0 / (1.0 - saturation.b + saturation.b * length / mean.max(1.0));
        }
        Norms {
            saturation,
            by_length,
        }
    }
}

/// The norms of all zones.
pub struct ZoneNorms {
    text: Norms,
    title: Norms,
    other: Norms,
    /// Tantivy's weight over the mean length: for the bounds that it keeps for each block of a list.
    blocks: Bm25Weight,
    mean_length: f32,
}

impl ZoneNorms {
    /// Norms for a corpus whose texts have `mean_length` tokens on average.
    pub fn new(weights: &Weights, mean_length: f32) -> ZoneNorms {
        let mean_length = mean_length.max(1.0);
        ZoneNorms {
            text: Norms::new(weights.text_saturation(), mean_length),
            title: Norms::new(weights.title_saturation(), weights.title_length),
            other: Norms::new(
                Saturation {
                    k1: weights.k1,
                    b: 0.0,
                },
                1.0,
            ),
            blocks: Bm25Weight::for_one_term_without_explain(1, 2, mean_length),
            mean_length,
        }
    }

    fn of(&self, zone: Zone) -> &Norms {
        match zone {
            Zone::Text => &self.text,
            Zone::Title => &self.title,
            _ => &self.other,
        }
    }
}

/// One part of a query in one zone.
pub struct Member {
    /// The part, by its place in the plan.
    pub atom: usize,
    /// Where.
    pub zone: Zone,
    /// What evidence is multiplied by: rarity, the zone's weight, the part's boost.
    pub factor: f32,
    /// A constant for being there, whatever the frequency: whole names, accents.
    pub flat: bool,
    /// The whole name (by its place in the plan) whose entries these are.
    pub whole: Option<usize>,
    /// What it adds on top when the title holds the whole query; in part, in proportion (see [`Cover`]).
    pub cover: f32,
    /// What pairs that it leads can add at most: part of its bounds, not of its value.
    pub pairs: f32,
    cursors: Vec<(Cursor, f32)>,
    /// Whether every candidate is a match.
    certain: bool,
    doc: DocId,
    /// What it adds to a candidate that was looked at: bounds and scores both ask for it.
    known: Option<(DocId, f32)>,
}

impl Member {
    /// A member over these cursors, each with what an occurrence in it counts.
    pub fn new(
        atom: usize,
        zone: Zone,
        factor: f32,
        flat: bool,
        cursors: Vec<(Cursor, f32)>,
    ) -> Member {
        let doc = cursors
            .iter()
            .map(|(cursor, _)| cursor.doc())
            .min()
            .unwrap_or(TERMINATED);
        let certain = cursors.iter().all(|(cursor, _)| cursor.is_certain());
        Member {
            atom,
            zone,
            factor,
            flat,
            whole: None,
            cover: 0.0,
            pairs: 0.0,
            cursors,
            certain,
            doc,
            known: None,
        }
    }

    /// The candidate it stands at.
    #[inline]
    pub fn doc(&self) -> DocId {
        self.doc
    }

    /// Moves to the first candidate at or behind `target`.
    #[inline]
    pub fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = match self.cursors.as_mut_slice() {
                [(only, _)] => only.seek(target),
                several => several
                    .iter_mut()
                    .map(|(cursor, _)| cursor.seek(target))
                    .min()
                    .unwrap_or(TERMINATED),
            };
        }
        self.doc
    }

    /// No document gets more than this from it.
    pub fn bound(&self, norms: &ZoneNorms) -> f32 {
        match self.flat {
            true => self.factor,
            false => self.extras() + self.factor * norms.of(self.zone).saturation.most(),
        }
    }

    fn extras(&self) -> f32 {
        self.cover + self.pairs
    }

    /// At least what it adds to the candidate, without reading positions.
    #[inline]
    pub fn value_bound(&mut self, segment: &Segment, norms: &ZoneNorms) -> f32 {
        let value = match self.certain {
            true => self.value(segment, norms),
            false => self.value_of(segment, norms, Cursor::frequency_bound),
        };
        self.extras() + value
    }

    /// What it adds to the candidate; 0 when it does not stand there after all.
    #[inline]
    pub fn value(&mut self, segment: &Segment, norms: &ZoneNorms) -> f32 {
        if let Some((doc, value)) = self.known
            && doc == self.doc
        {
            return value;
        }
        let value = self.value_of(segment, norms, Cursor::frequency);
        self.known = Some((self.doc, value));
        value
    }

    #[inline]
    fn value_of(
        &mut self,
        segment: &Segment,
        norms: &ZoneNorms,
        frequency: impl Fn(&mut Cursor) -> u32,
    ) -> f32 {
        let doc = self.doc;
        let mut occurrences = 0.0;
        for (cursor, weight) in &mut self.cursors {
            if cursor.doc() == doc {
                occurrences += *weight * frequency(cursor) as f32;
            }
        }
        if self.flat {
            return if occurrences > 0.0 { self.factor } else { 0.0 };
        }
        let norms = norms.of(self.zone);
        let length = match self.zone {
            Zone::Text => segment.lengths().fieldnorm_id(doc),
            Zone::Title => segment.title_lengths().fieldnorm_id(doc),
            _ => 0,
        };
        self.factor
            * norms
                .saturation
                .of(occurrences * norms.by_length[usize::from(length)])
    }

    /// Passes over candidates before `before` to each of which it adds less than `needed`, as far as its lists tell that at
    /// a glance: those of terms in the text, and what was gathered there.
    pub fn skip_weak(&mut self, segment: &Segment, norms: &ZoneNorms, needed: f32, before: DocId) {
        if self.flat || self.zone != Zone::Text {
            return;
        }
        // The saturation turned round: so many occurrences (over the length's norm) are needed.
        let Saturation { k1, .. } = norms.text.saturation;
        let share = (needed / ROUNDING - self.extras()) / self.factor;
        if share <= 0.0 {
            return;
        }
        let enough = match share < k1 + 1.0 {
            true => k1 * share / (k1 + 1.0 - share) / ROUNDING,
            false => f32::INFINITY,
        };
        let lengths = segment.lengths();
        let is_weak = |doc: DocId, occurrences: f32| {
            occurrences * norms.text.by_length[usize::from(lengths.fieldnorm_id(doc))] < enough
        };
        while self.doc < before && self.passes_weak(before, is_weak) {
            let docs = self.cursors.iter().map(|(cursor, _)| cursor.doc());
            self.doc = docs.min().unwrap_or(TERMINATED);
        }
    }

    /// Moves the lists that stand at the candidate behind it if it is weak; says whether it is. A list that stands there
    /// alone goes on up to where another stands.
    fn passes_weak(&mut self, before: DocId, is_weak: impl Fn(DocId, f32) -> bool) -> bool {
        let (at, mut before) = (self.doc, before);
        let (mut occurrences, mut only, mut standing) = (0.0, 0, 0);
        if !self.certain {
            return false;
        }
        for (index, (cursor, weight)) in self.cursors.iter_mut().enumerate() {
            if cursor.doc() == at {
                occurrences += *weight * cursor.frequency() as f32;
                standing += 1;
                only = index;
            } else {
                before = before.min(cursor.doc());
            }
        }
        if !is_weak(at, occurrences) {
            return false;
        }
        if standing == 1 {
            let (cursor, weight) = &mut self.cursors[only];
            let weight = *weight;
            cursor.skip_weak(before, |doc, count| is_weak(doc, weight * count as f32));
            return true;
        }
        for (cursor, _) in &mut self.cursors {
            if cursor.doc() == at {
                cursor.seek(at + 1);
            }
        }
        true
    }

    /// How often it stands in the candidate, over all its forms (for explanations).
    pub fn frequency(&mut self) -> f32 {
        let doc = self.doc;
        let at = self
            .cursors
            .iter_mut()
            .filter(|(cursor, _)| cursor.doc() == doc);
        at.map(|(cursor, weight)| *weight * cursor.frequency() as f32)
            .sum()
    }

    /// Whether some cursor stands at the candidate and really matches there.
    pub fn matches(&mut self) -> bool {
        let doc = self.doc;
        self.cursors
            .iter_mut()
            .any(|(cursor, _)| cursor.doc() == doc && cursor.frequency() > 0)
    }

    /// Whether every candidate is a match.
    #[inline]
    pub fn is_certain(&self) -> bool {
        self.certain
    }

    /// No more documents than this have it.
    pub fn most(&self) -> u64 {
        self.cursors
            .iter()
            .map(|(cursor, _)| u64::from(cursor.most()))
            .sum()
    }

    /// How far the block bounds of its lists reach: up to this document [`Member::block_bound`] holds. There are bounds for
    /// blocks in the text only.
    pub fn block_end(&self) -> DocId {
        if self.flat || self.zone != Zone::Text {
            return TERMINATED;
        }
        let ends = self.cursors.iter().map(|(cursor, _)| match cursor {
            Cursor::Term(term) => term.block_end(),
            _ => TERMINATED,
        });
        ends.min().unwrap_or(TERMINATED)
    }

    /// No document of the current blocks gets more than this from it.
    pub fn block_bound(&mut self, segment: &Segment, norms: &ZoneNorms) -> f32 {
        if self.flat || self.zone != Zone::Text {
            return self.bound(norms);
        }
        let mut occurrences = 0.0;
        let most = norms.blocks.max_score();
        for (cursor, weight) in &mut self.cursors {
            let Cursor::Term(term) = cursor else {
                return self.bound(norms);
            };
            // Tantivy's share is f = x / (x + K1); x is the frequency over the length's norm.
            let share = (term.block_max(segment, &norms.blocks) / most).min(0.999_99);
            occurrences += *weight * BLOCK_K1 * share / (1.0 - share);
        }
        let drift =
            segment.length_drift(norms.mean_length) * norms.text.saturation.norm_ratio(BLOCK_B);
        self.extras() + self.factor * norms.text.saturation.of(occurrences * drift)
    }
}

/// How much of the query the title holds, or the names do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cover {
    /// The sum of [`Member::cover`] over the members that stand in the document.
    pub standing: f32,
    /// What that sum would be if the title held the whole query.
    pub whole: f32,
}

impl Cover {
    /// What it adds: never more than `standing`, which is what bounds count.
    pub fn value(&self) -> f32 {
        if self.whole > 0.0 {
            self.standing * (self.standing / self.whole).min(1.0)
        } else {
            0.0
        }
    }
}

/// Bounds are sums of rounded numbers in another order than scores are: they give way by this factor.
pub const ROUNDING: f32 = 1.000_01;
/// BM25's k1 in the bounds that Tantivy keeps.
const BLOCK_K1: f32 = 1.2;
/// BM25's b in the bounds that Tantivy keeps.
const BLOCK_B: f32 = 0.75;
