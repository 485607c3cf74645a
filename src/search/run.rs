//! A plan run over all segments: the best hits in order, how many match, and every match where somebody needs them all.

use tantivy::DocId;

use super::cursor::Cursor;
use super::evaluate::{Prepared, conjunctive, counted, exhaustive, pruned};
use super::lexicon::Lexicon;
use super::member::ZoneNorms;
use super::only::Only;
use super::pattern::{Element, Pattern};
use super::plan::{Node, Plan, Scope};
use super::prepare::{
    Conjunction, Worth, alternatives, conjunction, matcher, matching_cursors, prepare,
    whole_cursors,
};
use super::request::{SearchRequest, Sort};
use super::segment::Segment;
use super::sort::SortColumn;
use super::ties::Ties;
use super::top::{Ranked, SortKey, Top};
use super::weights::Weights;
use crate::index::open::OpenIndex;

/// From this many matches on, a count may be a lower bound unless an exact one was asked for.
pub const COUNTED: u64 = 10_000;

/// Everything a plan needs to run.
pub struct Runner<'a> {
    /// The commit.
    pub index: &'a OpenIndex,
    /// Its segments.
    pub segments: &'a [Segment],
    /// The order of their ids.
    pub ties: &'a Ties,
    /// Their dictionaries.
    pub lexicon: &'a Lexicon<'a>,
    /// The plan.
    pub plan: &'a Plan,
    /// What its parts are worth.
    pub worth: &'a Worth,
    /// The weights of ranking.
    pub weights: &'a Weights,
    /// Norms of the zones.
    pub norms: &'a ZoneNorms,
}

/// How matches are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counting {
    /// Not at all: there are at least so many.
    AtLeast(u64),
    /// A bit for each document of each list.
    Mark,
    /// Each candidate is looked at, since positions must be read to know whether it is a match.
    Verify,
}

/// What a run found.
pub struct Found {
    /// The best, in order, those passed over by the offset included.
    pub hits: Vec<Ranked>,
    /// How many match.
    pub total: u64,
    /// Whether that is exact.
    pub exact: bool,
}

impl<'a> Runner<'a> {
    /// Runs the plan for a request. `each` is called for every match when `needs_all`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn run(
        &self,
        request: &SearchRequest,
        needs_all: bool,
        each: &mut dyn FnMut(u32, DocId),
    ) -> tantivy::Result<Found> {
        let sort = match &request.sort {
            Sort::Score => None,
            Sort::Key { descending, .. } => Some(*descending),
        };
        let wanted = request.limit.saturating_add(request.offset);
        let mut top = Top::new(wanted, sort, self.segments, self.ties);
        let root = &self.plan.root;
        if sort.is_none() && !needs_all && request.only.is_empty() {
            if let Some(parts) = alternatives(self.plan, root) {
                return self.run_pruned(request, &parts, top);
            }
            if let Some(conjunction) = conjunction(self.plan, root) {
                return self.run_conjunctive(request, &conjunction, top);
            }
        }
        let total = self.run_exhaustive(request, &mut top, each)?;
        Ok(Found {
            hits: top.into_hits(),
            total,
            exact: true,
        })
    }

    /// Counts up to [`COUNTED`], unless an exact count was asked for.
    fn run_conjunctive(
        &self,
        request: &SearchRequest,
        conjunction: &Conjunction,
        mut top: Top<'_>,
    ) -> tantivy::Result<Found> {
        let must_be_exact = request.count || request.limit == 0;
        let counted = if must_be_exact { u64::MAX } else { COUNTED };
        let mut total = 0_u64;
        for (ordinal, segment) in self.segments.iter().enumerate() {
            let mut prepared = self.prepare(segment, ordinal as u32)?;
            let left = counted.saturating_sub(total);
            total += conjunctive(&mut prepared, conjunction, self.norms, &mut top, left);
        }
        Ok(Found {
            hits: top.into_hits(),
            total: total.min(counted),
            exact: total < counted,
        })
    }

    fn run_exhaustive(
        &self,
        request: &SearchRequest,
        top: &mut Top<'_>,
        each: &mut dyn FnMut(u32, DocId),
    ) -> tantivy::Result<u64> {
        let mut total = 0;
        for (ordinal, segment) in self.segments.iter().enumerate() {
            let ordinal = ordinal as u32;
            let mut prepared = self.prepare(segment, ordinal)?;
            let mut matcher = matcher(segment, self.plan, &self.plan.root)?;
            let column = SortColumn::open(segment, &request.sort)?;
            let key = |doc: DocId| -> Option<SortKey> { column.key(self.index, ordinal, doc) };
            let only = Only::open(segment, &request.only)?;
            exhaustive(
                &mut prepared,
                &mut matcher,
                self.norms,
                top,
                &only,
                &key,
                &mut |doc| {
                    total += 1;
                    each(ordinal, doc);
                },
            );
        }
        Ok(total)
    }

    fn run_pruned(
        &self,
        request: &SearchRequest,
        parts: &[&Node],
        mut top: Top<'_>,
    ) -> tantivy::Result<Found> {
        let counting = self.counting(request, parts)?;
        let mut total = 0;
        for (ordinal, segment) in self.segments.iter().enumerate() {
            if request.limit > 0 || counting == Counting::Verify {
                let mut prepared = self.prepare(segment, ordinal as u32)?;
                match counting {
                    Counting::Verify => total += counted(&mut prepared, self.norms, &mut top),
                    _ => pruned(&mut prepared, self.norms, &mut top),
                }
            }
            if counting == Counting::Mark {
                total += count_any(segment, self.cursors(segment, parts)?);
            }
        }
        let hits = top.into_hits();
        let (total, exact) = match counting {
            Counting::AtLeast(least) => (least.max(hits.len() as u64), false),
            Counting::Mark | Counting::Verify => (total, true),
        };
        Ok(Found { hits, total, exact })
    }

    /// How to count what any of the parts matches. Unless the count must be exact, one part that stands in very many
    /// entries answers for all, and phrases that would have to be looked for in very many are not counted.
    fn counting(&self, request: &SearchRequest, parts: &[&Node]) -> tantivy::Result<Counting> {
        let must_be_exact = request.count || request.limit == 0;
        let (frequent, unsure) = self.frequencies(parts)?;
        Ok(if frequent >= COUNTED && !must_be_exact {
            Counting::AtLeast(frequent)
        } else if unsure > 2 * COUNTED && !must_be_exact {
            Counting::AtLeast(0)
        } else if unsure > 0 {
            Counting::Verify
        } else {
            Counting::Mark
        })
    }

    /// In how many live entries the most frequent single term of the parts stands, and in how many, at most, the parts
    /// that have to be looked for at their positions do.
    fn frequencies(&self, parts: &[&Node]) -> tantivy::Result<(u64, u64)> {
        let (mut frequent, mut unsure) = (0, 0);
        for part in parts {
            let Node::Atom(index) = part else { continue };
            let atom = &self.plan.atoms[*index];
            for form in &atom.forms {
                match &form.pattern {
                    Pattern::Terms(terms) => {
                        for term in terms {
                            let found = self.lexicon.frequency_in_scope(&atom.scope, term)?;
                            match atom.scope {
                                Scope::Prose => unsure += u64::from(found),
                                _ => frequent = frequent.max(u64::from(found)),
                            }
                        }
                    }
                    Pattern::Phrase { elements, .. } => {
                        unsure += self.rarest(&atom.scope, elements)?;
                    }
                    Pattern::Prefix(_) => {
                        unsure += u64::from(atom.scope == Scope::Prose) * self.index.entries;
                    }
                }
            }
        }
        Ok((frequent, unsure))
    }

    /// In how many live entries the rarest element of a phrase stands.
    fn rarest(&self, scope: &Scope, elements: &[Element]) -> tantivy::Result<u64> {
        let mut rarest = self.index.entries;
        for element in elements.iter().filter(|element| element.prefix.is_none()) {
            let mut found = 0;
            for term in &element.terms {
                found += u64::from(self.lexicon.frequency_in_scope(scope, term)?);
            }
            rarest = rarest.min(found);
        }
        Ok(rarest)
    }

    fn prepare(&self, segment: &'a Segment, ordinal: u32) -> tantivy::Result<Prepared<'a>> {
        prepare(segment, ordinal, self.plan, self.worth, self.weights)
    }

    fn cursors(&self, segment: &Segment, parts: &[&Node]) -> tantivy::Result<Vec<Cursor>> {
        let mut cursors = Vec::new();
        for part in parts {
            match part {
                Node::Atom(index) => {
                    cursors.extend(matching_cursors(segment, &self.plan.atoms[*index])?)
                }
                Node::Whole(index) => cursors.extend(whole_cursors(segment, self.plan, *index)?),
                _ => {}
            }
        }
        Ok(cursors)
    }
}

/// How many live documents any of the cursors really stands in.
fn count_any(segment: &Segment, mut cursors: Vec<Cursor>) -> u64 {
    let max_doc = segment.reader.max_doc();
    if let [only] = cursors.as_slice()
        && only.is_certain()
        && segment.reader.num_deleted_docs() == 0
    {
        return u64::from(only.most());
    }
    let most: u64 = cursors.iter().map(|cursor| u64::from(cursor.most())).sum();
    match most > u64::from(max_doc) / DENSE {
        true => count_dense(segment, &mut cursors),
        false => count_sparse(segment, &mut cursors),
    }
}

/// From one posting for so many documents on, a byte for each document is quicker than a bit: no mark waits for the one
/// before it in the same word.
const DENSE: u64 = 16;

fn count_sparse(segment: &Segment, cursors: &mut [Cursor]) -> u64 {
    let mut found = vec![0_u64; segment.reader.max_doc() as usize / 64 + 1];
    for cursor in cursors {
        cursor.each(|doc| {
            if let Some(word) = found.get_mut(doc as usize / 64) {
                *word |= 1 << (doc % 64);
            }
        });
    }
    let marked: u64 = found.iter().map(|word| u64::from(word.count_ones())).sum();
    let is_marked = |doc: &&DocId| found[**doc as usize / 64] >> (**doc % 64) & 1 == 1;
    marked - segment.deleted().iter().filter(is_marked).count() as u64
}

fn count_dense(segment: &Segment, cursors: &mut [Cursor]) -> u64 {
    let mut found = vec![0_u8; segment.reader.max_doc() as usize];
    for cursor in cursors {
        cursor.each(|doc| {
            if let Some(byte) = found.get_mut(doc as usize) {
                *byte = 1;
            }
        });
    }
    for &doc in segment.deleted() {
        found[doc as usize] = 0;
    }
    // Bytes are added side by side, as many rows as a byte can hold.
    let (rows, rest) = found.as_chunks::<16>();
    let mut sum: u64 = rest.iter().map(|&byte| u64::from(byte)).sum();
    for rows in rows.chunks(255) {
        let mut lanes = [0_u8; 16];
        for row in rows {
            lanes
                .iter_mut()
                .zip(row)
                .for_each(|(lane, byte)| *lane += byte);
        }
        sum += lanes.iter().map(|&lane| u64::from(lane)).sum::<u64>();
    }
    sum
}
