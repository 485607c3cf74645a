//! Which entries match, as the tree of a query says: documents in order, one segment at a time.

use std::ops::{Bound, RangeBounds};

use tantivy::columnar::Column;
use tantivy::{DocId, TERMINATED};

use super::cursor::Cursor;
use super::deadline::Ticks;

/// A set of documents in order.
pub enum Matcher {
    /// None.
    Nothing,
    /// Every one from `doc` to before `end`.
    All {
        /// The current one.
        doc: DocId,
        /// How many the segment has.
        end: DocId,
    },
    /// Those in which any of the cursors really stands.
    Any {
        /// The cursors.
        cursors: Vec<Cursor>,
        /// The current one.
        doc: DocId,
    },
    /// Those with a value in a range.
    Range {
        /// The values.
        column: Column<f64>,
        /// Lower and upper end.
        bounds: (Bound<f64>, Bound<f64>),
        /// The current one.
        doc: DocId,
        /// How many the segment has.
        end: DocId,
    },
    /// Those of any.
    Or(Vec<Matcher>),
    /// Those of all.
    And(Vec<Matcher>),
    /// Those of the first without those of the second.
    Without(Box<Matcher>, Box<Matcher>),
}

impl Matcher {
    /// Those in which any of the cursors really stands.
    pub fn any(cursors: Vec<Cursor>) -> Matcher {
        if cursors.is_empty() {
            return Matcher::Nothing;
        }
        let mut matcher = Matcher::Any { cursors, doc: 0 };
        matcher.settle(0);
        matcher
    }

    /// Those with a value in a range.
    pub fn range(column: Column<f64>, bounds: (Bound<f64>, Bound<f64>), end: DocId) -> Matcher {
        let mut matcher = Matcher::Range {
            column,
            bounds,
            doc: 0,
            end,
        };
        matcher.settle(0);
        matcher
    }

    /// Those of all.
    pub fn and(parts: Vec<Matcher>) -> Matcher {
        let mut matcher = Matcher::And(parts);
        matcher.settle(0);
        matcher
    }

    /// Those of `base` that are not in `not`.
    pub fn without(base: Matcher, not: Matcher) -> Matcher {
        let mut matcher = Matcher::Without(Box::new(base), Box::new(not));
        matcher.settle(0);
        matcher
    }

    /// The current document; [`TERMINATED`] behind the last.
    pub fn doc(&self) -> DocId {
        match self {
            Matcher::Nothing => TERMINATED,
            Matcher::All { doc, .. } | Matcher::Any { doc, .. } | Matcher::Range { doc, .. } => {
                *doc
            }
            Matcher::Or(parts) => parts.iter().map(Matcher::doc).min().unwrap_or(TERMINATED),
            Matcher::And(parts) => parts.first().map_or(TERMINATED, Matcher::doc),
            Matcher::Without(base, _) => base.doc(),
        }
    }

    /// Moves to the first document at or behind `target`.
    pub fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() < target {
            self.settle(target);
        }
        self.doc()
    }

    /// Moves to the first document at or behind `target`, wherever it stands now (never back).
    fn settle(&mut self, target: DocId) {
        match self {
            Matcher::Nothing => {}
            Matcher::All { doc, end } => *doc = if target < *end { target } else { TERMINATED },
            Matcher::Any { cursors, doc } => *doc = first_standing(cursors, target),
            Matcher::Range {
                column,
                bounds,
                doc,
                end,
            } => {
                let within = |doc: &DocId| {
                    column
                        .values_for_doc(*doc)
                        .any(|value| bounds.contains(&value))
                };
                *doc = (target..*end).find(within).unwrap_or(TERMINATED);
            }
            Matcher::Or(parts) => parts.iter_mut().for_each(|part| {
                part.seek(target);
            }),
            Matcher::And(parts) => settle_all(parts, target),
            Matcher::Without(base, not) => {
                let mut ticks = Ticks::default();
                let mut doc = base.seek(target);
                while !ticks.passed(1) && doc != TERMINATED && not.seek(doc) == doc {
                    doc = base.seek(doc + 1);
                }
            }
        }
    }

    /// At most this many documents match (a guess from above, for choosing what leads).
    pub fn most(&self) -> u64 {
        match self {
            Matcher::Nothing => 0,
            Matcher::All { end, .. } => u64::from(*end),
            Matcher::Any { cursors, .. } => {
                cursors.iter().map(|cursor| u64::from(cursor.most())).sum()
            }
            // Costs a look at each document: better not the leader.
            Matcher::Range { end, .. } => u64::from(*end) * 2,
            Matcher::Or(parts) => parts.iter().map(Matcher::most).sum(),
            Matcher::And(parts) => parts.iter().map(Matcher::most).min().unwrap_or(0),
            Matcher::Without(base, _) => base.most(),
        }
    }
}

/// The first document at or behind `target` in which any cursor really stands.
fn first_standing(cursors: &mut [Cursor], target: DocId) -> DocId {
    let (mut target, mut ticks) = (target, Ticks::default());
    // A step may read the positions of several phrases.
    while !ticks.passed(8) {
        let doc = cursors
            .iter_mut()
            .map(|cursor| cursor.seek(target))
            .min()
            .unwrap_or(TERMINATED);
        if doc == TERMINATED
            || cursors
                .iter_mut()
                .any(|cursor| cursor.doc() == doc && stands(cursor))
        {
            return doc;
        }
        target = doc + 1;
    }
    TERMINATED
}

fn stands(cursor: &mut Cursor) -> bool {
    cursor.is_certain() || cursor.frequency() > 0
}

/// Moves all parts to the first document that all have.
fn settle_all(parts: &mut [Matcher], target: DocId) {
    let Some((lead, others)) = parts.split_first_mut() else {
        return;
    };
    let mut ticks = Ticks::default();
    let mut doc = lead.seek(target);
    'lead: while doc != TERMINATED && !ticks.passed(1) {
        for other in others.iter_mut() {
            let found = other.seek(doc);
            if found > doc {
                doc = lead.seek(found);
                continue 'lead;
            }
        }
        return;
    }
}
