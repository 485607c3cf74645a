//! How a query was understood, in words: for `--explain`.

use std::fmt::Write;
use std::ops::Bound;

use super::ast::{Clause, Expr, ExprKind, Occur};

/// A query in words, one line a part, parts of parts indented by two spaces; no line end behind the last.
///
/// ```
/// # use needledrop::search::query::{FieldNames, Reading, describe, parse};
/// # struct None;
/// # impl FieldNames for None {
/// #     fn has(&self, _: &str) -> bool { false }
/// #     fn all(&self) -> Vec<String> { Vec::new() }
/// # }
/// let parsed = parse("bowie -live", &None, Reading::default());
/// assert_eq!(describe(&parsed.root.unwrap()), "may have: the word bowie\nmust not have: the word live");
/// ```
pub fn describe(expr: &Expr) -> String {
    let mut lines = String::new();
    match &expr.kind {
        ExprKind::Group(clauses) if expr.boost == 1.0 => add_clauses(clauses, "", 0, &mut lines),
        _ => add("find", expr, "", 0, &mut lines),
    }
    lines.pop();
    lines
}

fn add_clauses(clauses: &[Clause], place: &str, depth: usize, lines: &mut String) {
    for clause in clauses {
        let lead = match clause.occur {
            Occur::Should => "may have",
            Occur::Must => "must have",
            Occur::MustNot => "must not have",
        };
        add(lead, &clause.expr, place, depth, lines);
    }
}

/// Adds the line of a part, and those of its parts.
fn add(lead: &str, expr: &Expr, place: &str, depth: usize, lines: &mut String) {
    let boost = match expr.boost {
        1.0 => String::new(),
        boost => format!(", its score times {boost}"),
    };
    let indent = "  ".repeat(depth);
    // Writing to a string cannot fail.
    let _ = match &expr.kind {
        ExprKind::Field { field, inner } => {
            add(lead, inner, &format!(" in {field}"), depth, lines);
            Ok(())
        }
        ExprKind::Group(clauses) => {
            let written = writeln!(lines, "{indent}{lead}{place}: {}{boost}", sum(clauses));
            add_clauses(clauses, place, depth + 1, lines);
            written
        }
        ExprKind::Exists => writeln!(lines, "{indent}{lead}{place}: anything{boost}"),
        kind => writeln!(lines, "{indent}{lead}{place}: {}{boost}", leaf(kind)),
    };
}

/// What a group asks for as a whole.
fn sum(clauses: &[Clause]) -> &'static str {
    match clauses.iter().any(|clause| clause.occur == Occur::Must) {
        true => "all of this",
        false => "any of this",
    }
}

/// What a part without parts asks for.
fn leaf(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Word(word) => format!("the word {word}"),
        ExprKind::Prefix(start) => format!("a word that begins with {start}"),
        ExprKind::Phrase { text, slop, prefix } => {
            let mut line = format!("the phrase \"{text}\"");
            if *prefix {
                line += ", its last word as the start of one";
            }
            if *slop > 0 {
                let words = if *slop == 1 { "word" } else { "words" };
                line += &format!(", up to {slop} {words} apart");
            }
            line
        }
        ExprKind::Range { low, high } => range(low, high),
        _ => "every entry".to_owned(),
    }
}

fn range(low: &Bound<f64>, high: &Bound<f64>) -> String {
    let low = match low {
        Bound::Included(low) => Some(format!("at least {low}")),
        Bound::Excluded(low) => Some(format!("above {low}")),
        Bound::Unbounded => None,
    };
    let high = match high {
        Bound::Included(high) => Some(format!("at most {high}")),
        Bound::Excluded(high) => Some(format!("below {high}")),
        Bound::Unbounded => None,
    };
    match (low, high) {
        (Some(low), Some(high)) => format!("a value {low} and {high}"),
        (Some(end), None) | (None, Some(end)) => format!("a value {end}"),
        (None, None) => "any value".to_owned(),
    }
}
