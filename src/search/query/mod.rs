//! What was typed, as a tree of plain data with spans. Knows nothing of any index but the names of its fields.
//!
//! The road of a query: `lexer` cuts it into tokens, `brackets` decides which brackets group and which are text, `join`
//! turns every sign, bracket and field name that operates on nothing back into text, and `parser` builds the tree, level
//! by level (`clauses`). Each step is one pass over a list, so a query takes time in proportion to its length however it
//! nests, and no text is lost on the way: what makes no sense as an operator is looked for.

pub mod ast;
mod brackets;
mod clauses;
mod describe;
mod join;
mod lexer;
mod names;
mod number;
mod parser;
mod suffix;
#[cfg(test)]
mod tests;

use ast::{Clause, Expr, ExprKind, Occur, Parsed, Warning};
pub use describe::describe;

/// Parts of a query that are looked for; those behind are left out, with a warning. Keeps the work of one query bounded.
pub const MAX_PARTS: usize = 1024;
/// Groups within groups; brackets deeper down are text.
pub const MAX_DEPTH: usize = 32;
/// The largest slop of a phrase.
pub const MAX_SLOP: u32 = 50;
/// How many mistakes of one kind are said: each carries the whole query mended, and a long query may hold thousands.
pub const MAX_WARNINGS: usize = 8;
/// The smallest and the largest boost.
pub const BOOSTS: std::ops::RangeInclusive<f32> = 0.01..=1000.0;

/// The fields an index has, as the parser asks for them.
pub trait FieldNames {
    /// Whether `name` (as typed: `artists`, `year`, `label.name`) is a field that some entry has.
    fn has(&self, name: &str) -> bool;
    /// Every field, for finding the one that a mistyped name is near to. Asked for only when there is reason to.
    fn all(&self) -> Vec<String>;
}

/// How the text of a query is to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Every character is plain text, no operators.
    pub literal: bool,
    /// Every word must match.
    pub require_all: bool,
}

/// Reads a query. Never fails: what makes no sense as an operator is text.
pub fn parse(text: &str, fields: &dyn FieldNames, reading: Reading) -> Parsed {
    let mut parsed = match reading.literal {
        true => literal(text, reading.require_all),
        false => operated(text, fields, reading.require_all),
    };
    parsed.warnings.sort_by_key(|warning| warning.span.start);
    parsed
}

/// A query with operators.
fn operated(text: &str, fields: &dyn FieldNames, require_all: bool) -> Parsed {
    let lexed = lexer::lex(text, fields);
    let mut tokens = lexed.tokens;
    let mut warnings = lexed.warnings;
    brackets::resolve(&mut tokens);
    if let Some(place) = lexed.unclosed {
        warnings.push(brackets::unclosed_quote(text, place, &tokens));
    }
    let mut tokens = join::join(text, &tokens);
    warnings.extend(cut_parts(text, &mut tokens));
    let root = parser::parse(text, &tokens, require_all, &mut warnings);
    Parsed { root, warnings }
}

/// Drops what stands behind the last part that is looked for.
fn cut_parts(text: &str, tokens: &mut Vec<lexer::Token>) -> Option<Warning> {
    let parts = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.is_part());
    let (last, _) = parts.clone().nth(MAX_PARTS - 1)?;
    let (_, first_left_out) = parts.clone().nth(MAX_PARTS)?;
    let warning = too_long(first_left_out.span.start, text);
    tokens.truncate(last + 1);
    Some(warning)
}

fn too_long(from: usize, text: &str) -> Warning {
    Warning {
        message: "only the first 1,024 parts of the query are looked for".to_owned(),
        span: from..text.trim_end().len().max(from),
        mended: None,
    }
}

/// A query without operators: its runs, each a word.
fn literal(text: &str, require_all: bool) -> Parsed {
    let mut runs = lexer::runs(text);
    let clauses: Vec<Clause> = runs
        .by_ref()
        .take(MAX_PARTS)
        .map(|span| {
            let word = text[span.clone()].to_owned();
            let occur = match require_all && has_text(&word) {
                true => Occur::Must,
                false => Occur::Should,
            };
            let expr = Expr {
                kind: ExprKind::Word(word),
                span,
                boost: 1.0,
            };
            Clause { occur, expr }
        })
        .collect();
    let warnings = runs.next().map(|span| too_long(span.start, text));
    Parsed {
        root: clauses::group(clauses, 0..text.len()),
        warnings: warnings.into_iter().collect(),
    }
}

/// Whether there is a letter or a digit in it. A lone `-` or `/` is no word that an entry must have.
fn has_text(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
