//! How a query was understood, and where each part of a score came from.

use std::fmt::Write;

use super::member::Cover;
use super::pattern::Pattern;
use super::plan::{Atom, Plan};
use super::prepare::{Worth, prepare};
use super::response::Explanation;
use super::run::Runner;
use super::segment::Zone;
use super::top::Ranked;
use crate::analysis::{ACCENTED, HALF, JOINED, STEM};

/// A plan, a line each part.
pub fn plan(plan: &Plan, worth: &Worth) -> String {
    let mut text = String::new();
    for (atom, rarity) in plan.atoms.iter().zip(&worth.atoms) {
        let place = match atom.scope {
            super::plan::Scope::Any => "anywhere",
            ref scope => scope.field_name(),
        };
        let _ = writeln!(text, "{} in {place}{}", atom.shown, weighed(atom, *rarity));
        for form in &atom.forms {
            let _ = writeln!(
                text,
                "  {}: {}",
                form.level.name(),
                shown_pattern(&form.pattern)
            );
        }
    }
    for (whole, value) in plan.wholes.iter().zip(&worth.wholes) {
        let _ = writeln!(
            text,
            "a title or name that is just `{}`{}: worth {value:.2}",
            whole.key,
            if whole.is_bare {
                " behind an article"
            } else {
                ""
            }
        );
    }
    text
}

fn weighed(atom: &Atom, rarity: f32) -> String {
    if atom.scores {
        format!(", rarity {rarity:.2}")
    } else {
        ", excluded".into()
    }
}

fn shown_pattern(pattern: &Pattern) -> String {
    let terms = |terms: &[String]| {
        terms
            .iter()
            .map(|term| shown_term(term))
            .collect::<Vec<_>>()
            .join(" or ")
    };
    match pattern {
        Pattern::Terms(list) => terms(list),
        Pattern::Prefix(prefix) => format!("{prefix}…"),
        Pattern::Phrase { elements, slop } => {
            let element = |element: &super::pattern::Element| match &element.prefix {
                Some(prefix) => format!("{prefix}…"),
                None if element.terms.len() > 1 => format!("({})", terms(&element.terms)),
                None => terms(&element.terms),
            };
            let row = elements
                .iter()
                .map(element)
                .collect::<Vec<_>>()
                .join(" then ");
            if *slop > 0 {
                format!("{row}, at most {slop} between")
            } else {
                row
            }
        }
    }
}

/// A term without its marks.
fn shown_term(term: &str) -> String {
    let mut chars = term.chars();
    let marker = chars.next().unwrap_or_default();
    let body = chars.as_str().split(HALF).next().unwrap_or_default();
    match marker {
        STEM => format!("any form of `{body}`"),
        JOINED => format!("`{body}` in parts"),
        ACCENTED => format!("`{}`", term.rsplit(HALF).next().unwrap_or_default()),
        _ => format!("`{term}`"),
    }
}

/// The parts of a hit's score.
pub(super) fn score(runner: &Runner<'_>, hit: &Ranked) -> tantivy::Result<Option<Explanation>> {
    let Some(segment) = runner.segments.get(hit.segment as usize) else {
        return Ok(None);
    };
    let mut prepared = prepare(
        segment,
        hit.segment,
        runner.plan,
        runner.worth,
        runner.weights,
    )?;
    let mut parts = Vec::new();
    let part = |label: String, value: f32| Explanation {
        label,
        value,
        parts: Vec::new(),
    };
    let whole = prepared.whole_cover;
    let mut covers = [Cover {
        standing: 0.0,
        whole,
    }; 2];
    prepared.pairs.forget();
    for member in &mut prepared.members {
        if member.seek(hit.doc) != hit.doc {
            continue;
        }
        let value = member.value(segment, runner.norms);
        if value <= 0.0 {
            continue;
        }
        let shown = &runner.plan.atoms[member.atom].shown;
        let zone = zone_name(member.zone);
        let label = match member.flat {
            true => format!("{shown} as a whole name or with its accents, in {zone}"),
            false => format!("{shown} in {zone}, {} times", member.frequency()),
        };
        parts.push(part(label, value));
        covers[usize::from(member.zone == Zone::Artists)].standing += member.cover;
        if !member.flat {
            prepared.pairs.stands(member.atom, member.zone);
        }
    }
    for (cover, zone) in covers.iter().zip(["title", "artists"]) {
        if cover.value() > 0.0 {
            parts.push(part(
                format!("the {zone} hold so much of the query"),
                cover.value(),
            ));
        }
    }
    let near = prepared.pairs.value(hit.doc, f32::NEG_INFINITY);
    if near > 0.0 {
        parts.push(part("words near each other".into(), near));
    }
    Ok(Some(Explanation {
        label: "sum".into(),
        value: hit.score,
        parts,
    }))
}

fn zone_name(zone: Zone) -> &'static str {
    match zone {
        Zone::Text => "the text",
        Zone::Title => "the title",
        Zone::Artists => "the artists",
        Zone::Aliases => "the aliases",
        Zone::Keys | Zone::Wholes => "the field",
    }
}
