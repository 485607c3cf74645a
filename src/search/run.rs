//! A plan run over all segments: the best hits in order, how many match, and every match where somebody needs them all.

use tantivy::DocId;

use super::cursor::Cursor;
use super::deadline;
use super::evaluate::{exhaustive, pruned};
use super::lexicon::Lexicon;
use super::member::ZoneNorms;
use super::only::Only;
use super::pattern::Pattern;
use super::plan::{Node, Plan};
use super::prepare::{Worth, alternatives, matcher, matching_cursors, prepare, whole_cursors};
use super::request::{SearchRequest, Sort};
use super::segment::Segment;
use super::sort::SortColumn;
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

/// What a run found.
pub struct Found {
    /// The best, in order, those passed over by the offset included.
    pub hits: Vec<Ranked>,
    /// How many match.
    pub total: u64,
    /// Whether that is exact.
    pub exact: bool,
}

impl Runner<'_> {
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
        let mut top = Top::new(wanted, sort, self.segments);
        let needs_all = needs_all || sort.is_some() || !request.only.is_empty();
        match alternatives(self.plan, &self.plan.root).filter(|_| !needs_all) {
            Some(parts) => self.run_pruned(request, &parts, top),
            None => {
                let total = self.run_exhaustive(request, &mut top, each)?;
                Ok(Found {
                    hits: top.into_hits(),
                    total,
                    exact: true,
                })
            }
        }
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
            let mut prepared = prepare(segment, ordinal, self.plan, self.worth, self.weights)?;
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
        if request.limit > 0 {
            for (ordinal, segment) in self.segments.iter().enumerate() {
                let mut prepared =
                    prepare(segment, ordinal as u32, self.plan, self.worth, self.weights)?;
                pruned(&mut prepared, self.norms, &mut top);
            }
        }
        let hits = top.into_hits();
        let (total, exact) = self.count(
            request.count || request.limit == 0,
            parts,
            hits.len() as u64,
        )?;
        Ok(Found { hits, total, exact })
    }

    /// How many entries any of the parts matches. Unless it must be exact, a part that alone stands in very many answers
    /// for all, and phrases that would have to be looked for in very many are not counted.
    fn count(
        &self,
        must_be_exact: bool,
        parts: &[&Node],
        seen: u64,
    ) -> tantivy::Result<(u64, bool)> {
        if !must_be_exact {
            let frequent = self.most_frequent(parts)?;
            if frequent >= COUNTED {
                return Ok((frequent, false));
            }
        }
        let mut total = 0;
        let mut exact = true;
        for segment in self.segments {
            let cursors = self.cursors(segment, parts)?;
            let unsure = cursors
                .iter()
                .filter(|cursor| !cursor.is_certain())
                .map(|cursor| u64::from(cursor.most()));
            if !must_be_exact && unsure.sum::<u64>() > 2 * COUNTED {
                exact = false;
                break;
            }
            total += count_any(segment, cursors);
            if deadline::passed() {
                break;
            }
        }
        Ok(if exact { (total, true) } else { (seen, false) })
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

    /// How many live entries hold the most frequent single term of the parts.
    fn most_frequent(&self, parts: &[&Node]) -> tantivy::Result<u64> {
        let mut most = 0;
        for part in parts {
            let Node::Atom(index) = part else { continue };
            let atom = &self.plan.atoms[*index];
            for form in &atom.forms {
                if let (Pattern::Terms(terms), true) =
                    (&form.pattern, atom.scope != super::plan::Scope::Prose)
                {
                    for term in terms {
                        most = most.max(u64::from(
                            self.lexicon.frequency_in_scope(&atom.scope, term)?,
                        ));
                    }
                }
            }
        }
        Ok(most)
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
    let mut found = vec![0_u64; max_doc as usize / 64 + 1];
    for cursor in &mut cursors {
        cursor.mark(&mut found);
    }
    let marked: u64 = found.iter().map(|word| u64::from(word.count_ones())).sum();
    let gone = segment
        .deleted()
        .iter()
        .filter(|&&doc| found[doc as usize / 64] >> (doc % 64) & 1 == 1)
        .count();
    marked - gone as u64
}
