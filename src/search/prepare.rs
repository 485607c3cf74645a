//! From a plan to what runs on one segment: members that add to a score, and the matcher of its tree.

use std::sync::Arc;

use super::cursor::{Cursor, Detail};
use super::evaluate::Prepared;
use super::lexicon::Lexicon;
use super::matcher::Matcher;
use super::member::Member;
use super::pairs::Pairs;
use super::pattern::Pattern;
use super::plan::{Atom, Form, Level, Node, Plan, Scope, Whole};
use super::segment::{Segment, Zone};
use super::weights::{Weights, rarity};
use super::wholes::called;

/// What the whole index says about a plan, the same for all segments.
pub struct Worth {
    /// For each atom: its rarity times its boost.
    pub atoms: Vec<f32>,
    /// For each whole name: what a match adds.
    pub wholes: Vec<f32>,
    /// For each atom that is a plain word looked for anywhere: its terms, which its pairs look for.
    words: Vec<Option<Arc<[String]>>>,
}

impl Worth {
    /// Weighs the parts of a plan by how rare they are among `entries` live entries.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn of(
        plan: &Plan,
        lexicon: &Lexicon<'_>,
        weights: &Weights,
        entries: u64,
    ) -> tantivy::Result<Worth> {
        let mut atoms = Vec::with_capacity(plan.atoms.len());
        for atom in &plan.atoms {
            atoms.push(if atom.scores {
                atom.boost * rarity_of(atom, lexicon, entries)?
            } else {
                0.0
            });
        }
        let power = 1.0 + (weights.rarity_power - 1.0) * plan.sentence_share;
        atoms
            .iter_mut()
            .for_each(|worth: &mut f32| *worth = worth.powf(power));
        let all: f32 = atoms.iter().sum();
        let whole = |whole: &Whole| {
            let part: f32 = whole.atoms.iter().map(|&atom| atoms[atom]).sum();
            let share = if all > 0.0 { part / all } else { 0.0 };
            whole.weight * part * share.powi(3)
        };
        let wholes = plan.wholes.iter().map(whole).collect();
        let words = plan.atoms.iter().map(words_of).collect();
        Ok(Worth {
            atoms,
            wholes,
            words,
        })
    }
}

/// A prefix may complete to anything: it is worth what a word in one of so many entries is worth.
const PREFIX_SHARE: f64 = 100.0;

/// BM25's idf of an atom: of all its terms together, or of a phrase the sum over its places; the smaller of the two.
fn rarity_of(atom: &Atom, lexicon: &Lexicon<'_>, entries: u64) -> tantivy::Result<f32> {
    let all = entries as f64;
    let (mut found, mut rarest, mut any) = (0_u64, rarity(1.0, all), false);
    for form in counted_forms(&atom.forms) {
        match &form.pattern {
            Pattern::Terms(terms) => {
                for term in terms {
                    found += u64::from(lexicon.frequency_in_scope(&atom.scope, term)?);
                }
                any |= found > 0;
            }
            Pattern::Prefix(_) => rarest = rarest.min(rarity(all / PREFIX_SHARE, all)),
            Pattern::Phrase { elements, .. } => {
                let mut sum = 0.0;
                for element in elements.iter().filter(|element| element.prefix.is_none()) {
                    let mut at_place = 0;
                    for term in &element.terms {
                        at_place += u64::from(lexicon.frequency_in_scope(&atom.scope, term)?);
                    }
                    sum += rarity(at_place as f64, all);
                }
                rarest = rarest.min(sum);
            }
        }
    }
    Ok(if any {
        rarest.min(rarity(found as f64, all))
    } else {
        rarest
    })
}

/// The forms by which rarity is counted: mended words only where nothing nearer stands for the part.
fn counted_forms(forms: &[Form]) -> impl Iterator<Item = &Form> {
    let mended = forms.iter().any(|form| form.level == Level::Mended);
    forms.iter().filter(move |form| {
        !form.covered && form.level != Level::Accented && (!mended || form.level == Level::Mended)
    })
}

/// Makes a segment ready: every member of the plan, and its pairs.
///
/// # Errors
/// When the index cannot be read.
pub fn prepare<'s>(
    segment: &'s Segment,
    ordinal: u32,
    plan: &Plan,
    worth: &Worth,
    weights: &Weights,
) -> tantivy::Result<Prepared<'s>> {
    let mut members = Vec::new();
    for (index, atom) in plan
        .atoms
        .iter()
        .enumerate()
        .filter(|(_, atom)| atom.scores)
    {
        let mut in_text = true;
        for (zone, share) in zones_of(&atom.scope, plan.sentence_share, weights) {
            // What is in the title or the names is in the text.
            if !in_text && matches!(zone, Zone::Title | Zone::Artists) {
                continue;
            }
            let factor = worth.atoms[index] * share;
            let wanted = |level| level != Level::Accented;
            let cursors = open_forms(segment, zone, atom, wanted, Detail::Frequencies)?;
            if zone == Zone::Text {
                in_text = !cursors.is_empty();
            }
            let mut member = Member::new(index, zone, factor, false, cursors);
            if matches!(zone, Zone::Title | Zone::Artists) && atom.scope == Scope::Any {
                member.cover = worth.atoms[index] * cover_weight(plan, weights);
            }
            push_member(&mut members, member);
        }
        let wanted = |level| level == Level::Accented;
        let zone = atom.scope.zone();
        let accented = open_forms(segment, zone, atom, wanted, Detail::Documents)?;
        let factor = worth.atoms[index] * weights.accented;
        push_member(
            &mut members,
            Member::new(index, zone, factor, true, accented),
        );
    }
    for (index, (whole, value)) in plan.wholes.iter().zip(&worth.wholes).enumerate() {
        let scope = &plan.atoms[whole.atoms[0]].scope;
        for (zone, cursor) in called(segment, whole.name(), scope)? {
            let share = if zone == Zone::Aliases {
                weights.aliases
            } else {
                1.0
            };
            let cursors = vec![(cursor, 1.0)];
            let mut member = Member::new(whole.atoms[0], zone, value * share, true, cursors);
            member.whole = Some(index);
            push_member(&mut members, member);
        }
    }
    let pairs = pairs_of(segment, plan, worth, weights);
    pairs.each_bound(|atom, zone, bound| {
        let leads =
            |member: &&mut Member| (member.atom, member.zone, member.flat) == (atom, zone, false);
        if let Some(member) = members.iter_mut().find(leads) {
            member.pairs += bound;
        }
    });
    let anywhere = |atom: &&Atom| atom.scores && atom.scope == Scope::Any;
    let whole: f32 = plan
        .atoms
        .iter()
        .zip(&worth.atoms)
        .filter(|(atom, _)| anywhere(atom))
        .map(|(_, worth)| worth)
        .sum();
    Ok(Prepared {
        whole_cover: whole * cover_weight(plan, weights),
        parts_in_text: plan
            .atoms
            .iter()
            .map(|atom| atom.scope == Scope::Any)
            .collect(),
        segment,
        ordinal,
        members,
        pairs,
    })
}

/// What a title (or the names) that holds the whole query adds, times the query's rarity. A query of one word is held by any title that
/// has the word: that says nothing more.
fn cover_weight(plan: &Plan, weights: &Weights) -> f32 {
    let words = plan.atoms.iter().filter(|atom| atom.scores).count().max(1);
    weights.title_cover * (1.0 - plan.sentence_share) * (1.0 - 1.0 / words as f32)
}

fn push_member(members: &mut Vec<Member>, member: Member) {
    if member.doc() != tantivy::TERMINATED {
        members.push(member);
    }
}

/// Where a scope is scored, and what a word there is worth.
fn zones_of(scope: &Scope, sentence: f32, weights: &Weights) -> impl Iterator<Item = (Zone, f32)> {
    let blend = |word: f32, in_sentence: f32| word + (in_sentence - word) * sentence;
    let (zones, count) = match scope {
        Scope::Any => {
            let title = blend(weights.title, weights.title_in_sentence);
            let artists = blend(weights.artists, weights.artists_in_sentence);
            let zones = [
                (Zone::Text, 1.0),
                (Zone::Title, title),
                (Zone::Artists, artists),
                (Zone::Aliases, weights.aliases),
            ];
            (zones, 4)
        }
        other => ([(other.zone(), 1.0); 4], 1),
    };
    zones.into_iter().take(count)
}

/// The cursors of the forms of an atom in a zone, each with what an occurrence counts.
fn open_forms(
    segment: &Segment,
    zone: Zone,
    atom: &Atom,
    wanted: impl Fn(Level) -> bool,
    detail: Detail,
) -> tantivy::Result<Vec<(Cursor, f32)>> {
    let path = atom.scope.path();
    let mut cursors = Vec::new();
    for form in atom.forms.iter().filter(|form| wanted(form.level)) {
        let opened = match atom.scope {
            Scope::Prose => Cursor::open_prose(segment, &form.pattern)?,
            _ => Cursor::open(segment, zone, &path, &form.pattern, detail)?,
        };
        cursors.extend(opened.into_iter().map(|cursor| (cursor, form.weight)));
    }
    Ok(cursors)
}

/// Neighbouring words, in the text and once more in the title.
fn pairs_of<'s>(segment: &'s Segment, plan: &Plan, worth: &Worth, weights: &Weights) -> Pairs<'s> {
    let mut pairs = Pairs::default();
    for &(left, right) in &plan.pairs {
        let (Some(left_terms), Some(right_terms)) = (&worth.words[left], &worth.words[right])
        else {
            continue;
        };
        let value = worth.atoms[left].min(worth.atoms[right]);
        let blend = weights.pair + (weights.pair_in_sentence - weights.pair) * plan.sentence_share;
        for (zone, share) in [
            (Zone::Text, blend),
            (
                Zone::Title,
                weights.pair_in_name * (1.0 - plan.sentence_share),
            ),
        ] {
            if value * share > 0.0 {
                let first = pairs.word(segment, zone, left, left_terms);
                let second = pairs.word(segment, zone, right, right_terms);
                // Counted with the rarer word, so that the other proposes fewer documents.
                let lead = if worth.atoms[left] >= worth.atoms[right] {
                    left
                } else {
                    right
                };
                pairs.pair(first, second, lead, value * share);
            }
        }
    }
    pairs
}

/// The terms of an atom that is a plain word looked for anywhere.
fn words_of(atom: &Atom) -> Option<Arc<[String]>> {
    let words = atom.scope == Scope::Any && atom.scores;
    let mut terms = Vec::new();
    for form in atom
        .forms
        .iter()
        .filter(|form| form.level != Level::Accented)
    {
        match &form.pattern {
            Pattern::Terms(more) => terms.extend(more.iter().cloned()),
            _ => return None,
        }
    }
    (words && !terms.is_empty()).then(|| terms.into())
}

/// The matcher of a node on one segment.
///
/// # Errors
/// When the index cannot be read.
pub fn matcher(segment: &Segment, plan: &Plan, node: &Node) -> tantivy::Result<Matcher> {
    let end = segment.reader.max_doc();
    Ok(match node {
        Node::Nothing => Matcher::Nothing,
        Node::All => Matcher::All { doc: 0, end },
        Node::Atom(index) => Matcher::any(matching_cursors(segment, &plan.atoms[*index])?),
        Node::Whole(index) => Matcher::any(whole_cursors(segment, plan, *index)?),
        Node::Range { path, low, high } => match segment.numbers(path)? {
            Some(column) => Matcher::range(column, (*low, *high), end),
            None => Matcher::Nothing,
        },
        Node::Exists(scope) => {
            let pattern = Pattern::Terms(vec![format!("{}\0", scope.field_name())]);
            let keys = Cursor::open(segment, Zone::Keys, "", &pattern, Detail::Documents)?;
            Matcher::any(keys)
        }
        Node::Group { must, should, not } => group(segment, plan, must, should, not)?,
    })
}

fn group(
    segment: &Segment,
    plan: &Plan,
    must: &[Node],
    should: &[Node],
    not: &[Node],
) -> tantivy::Result<Matcher> {
    let all = |nodes: &[Node]| -> tantivy::Result<Vec<Matcher>> {
        nodes
            .iter()
            .map(|node| matcher(segment, plan, node))
            .collect()
    };
    let base = match must.is_empty() {
        true => Matcher::Or(all(should)?),
        false => {
            let mut parts = all(must)?;
            parts.sort_by_key(Matcher::most);
            Matcher::and(parts)
        }
    };
    Ok(match not.is_empty() {
        true => base,
        false => Matcher::without(base, Matcher::Or(all(not)?)),
    })
}

/// The cursors of everything by which an atom matches.
pub fn matching_cursors(segment: &Segment, atom: &Atom) -> tantivy::Result<Vec<Cursor>> {
    let mut cursors = Vec::new();
    let mut zones = vec![atom.scope.zone()];
    if atom.scope == Scope::Any {
        zones.push(Zone::Aliases);
    }
    for zone in zones {
        let wanted = |level| level != Level::Accented;
        let forms = open_forms(segment, zone, atom, wanted, Detail::Documents)?;
        cursors.extend(forms.into_iter().map(|(cursor, _)| cursor));
    }
    Ok(cursors)
}

/// The cursors of a whole name.
pub fn whole_cursors(segment: &Segment, plan: &Plan, index: usize) -> tantivy::Result<Vec<Cursor>> {
    let whole = &plan.wholes[index];
    let called = called(segment, whole.name(), &plan.atoms[whole.atoms[0]].scope)?;
    Ok(called.into_iter().map(|(_, cursor)| cursor).collect())
}

/// The parts of a tree that is nothing but alternatives, every one of them scored; `None` for any other tree.
pub fn alternatives<'n>(plan: &Plan, node: &'n Node) -> Option<Vec<&'n Node>> {
    match node {
        Node::Atom(index) => plan.atoms[*index].scores.then(|| vec![node]),
        Node::Whole(_) => Some(vec![node]),
        Node::Group { must, should, not } if must.is_empty() && not.is_empty() => {
            let parts: Option<Vec<Vec<&Node>>> =
                should.iter().map(|node| alternatives(plan, node)).collect();
            parts.map(|parts| parts.concat())
        }
        _ => None,
    }
}

/// A tree in which every one of some parts must stand, or else a whole name.
#[derive(Debug, Default)]
pub struct Conjunction {
    /// The atoms that must stand.
    pub required: Vec<usize>,
    /// The whole names that are enough in their stead.
    pub instead: Vec<usize>,
}

/// The tree as a conjunction of scored atoms, with or without alternatives that only add to the score; `None` for any
/// other tree.
pub fn conjunction(plan: &Plan, node: &Node) -> Option<Conjunction> {
    let Node::Group { must, should, not } = node else {
        return None;
    };
    if !not.is_empty() {
        return None;
    }
    if let (
        [
            Node::Group {
                must: none,
                should: any,
                not,
            },
        ],
        true,
    ) = (must.as_slice(), should.is_empty())
        && none.is_empty()
        && not.is_empty()
    {
        return or_whole(plan, any);
    }
    let required = must.iter().map(|node| match node {
        Node::Atom(index) => plan.atoms[*index].scores.then_some(*index),
        _ => None,
    });
    let required: Vec<usize> = required.collect::<Option<_>>()?;
    let only_add = should.iter().all(|node| alternatives(plan, node).is_some());
    (only_add && !required.is_empty()).then_some(Conjunction {
        required,
        instead: Vec::new(),
    })
}

/// One conjunction among whole names.
fn or_whole(plan: &Plan, any: &[Node]) -> Option<Conjunction> {
    let mut instead = Vec::new();
    let mut found = None;
    for node in any {
        match node {
            Node::Whole(index) => instead.push(*index),
            other if found.is_none() => found = Some(conjunction(plan, other)?),
            _ => return None,
        }
    }
    let mut found = found?;
    found.instead.extend(instead);
    Some(found)
}
