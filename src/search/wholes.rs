//! Which entries are called exactly this: the lists of whole names (see [`crate::index::wholes`]) as a query asks for them.

use tantivy::DocId;
use tantivy::schema::IndexRecordOption;

use super::cursor::Cursor;
use super::deadline;
use super::gathered::Gathered;
use super::plan::Scope;
use super::segment::{Segment, Zone};
use crate::index::wholes::{Part, WholeName, list_of};

/// The parts of an entry in which a whole name is looked up, and the zone that each belongs to.
const PARTS: [(Part, Zone); 3] = [
    (Part::Title, Zone::Title),
    (Part::Artists, Zone::Artists),
    (Part::Aliases, Zone::Aliases),
];

/// The zones in which the whole names of a scope are looked up; none in those that have no names.
fn zones(scope: &Scope) -> impl Iterator<Item = (Part, Zone)> {
    let wanted = match scope {
        Scope::Any => None,
        other => Some(other.zone()),
    };
    PARTS
        .into_iter()
        .filter(move |(_, zone)| wanted.is_none_or(|wanted| wanted == *zone))
}

/// Calls `each` with the documents of a segment that have a name and, as bits, the parts of the entry where it stands, until
/// it says to stop. Those of one list are in order.
fn each_called(
    segment: &Segment,
    name: WholeName,
    mut each: impl FnMut(DocId, u32) -> bool,
) -> tantivy::Result<()> {
    let lists = segment.zone(Zone::Wholes)?;
    let mut postings = None;
    for nth in 0.. {
        let Some(info) = lists.terms().get(list_of(name.term, nth))? else {
            break;
        };
        if nth > 0 && deadline::passed() {
            break;
        }
        let postings = match &mut postings {
            Some(postings) => {
                lists.reset_block_postings_from_terminfo(&info, postings)?;
                postings
            }
            none => none.insert(
                lists.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?,
            ),
        };
        while postings.block_len() > 0 {
            for (&doc, &beside) in postings.docs().iter().zip(postings.freqs()) {
                let parts = name.parts(beside);
                if parts != 0 && !each(doc, parts) {
                    return Ok(());
                }
            }
            postings.advance();
        }
    }
    Ok(())
}

/// Whether any live entry is called this in the scope.
pub fn exists(segments: &[Segment], scope: &Scope, name: WholeName) -> tantivy::Result<bool> {
    let wanted = zones(scope).fold(0, |bits, (part, _)| bits | part as u32);
    let mut found = false;
    for segment in segments {
        each_called(segment, name, |doc, parts| {
            found = parts & wanted != 0 && segment.is_alive(doc);
            !found
        })?;
        if found {
            break;
        }
    }
    Ok(found)
}

/// The documents of a segment that are called this, for each zone of the scope where there are any.
pub fn called(
    segment: &Segment,
    name: WholeName,
    scope: &Scope,
) -> tantivy::Result<Vec<(Zone, Cursor)>> {
    let mut found = Vec::new();
    each_called(segment, name, |doc, parts| {
        found.push((doc, parts));
        true
    })?;
    // Those of a further list come behind those of the first.
    found.sort_unstable();
    let in_zone = |(part, zone): (Part, Zone)| {
        let has = found.iter().filter(|(_, parts)| parts & part as u32 != 0);
        let docs: Vec<DocId> = has.map(|&(doc, _)| doc).collect();
        (!docs.is_empty()).then(|| (zone, Cursor::Gathered(Gathered::of_docs(docs))))
    };
    Ok(zones(scope).filter_map(in_zone).collect())
}
