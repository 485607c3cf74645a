//! From what stands on one level of a query to its clauses: which capitals are operators, what they join, and what that
//! means for each part.

use std::ops::Range;

use super::ast::{Clause, Expr, ExprKind, Occur};

/// A word, phrase or group with the sign and the `NOT` before it.
pub(super) struct Unit {
    pub(super) expr: Expr,
    pub(super) sign: Option<Occur>,
    pub(super) negated: bool,
    /// Never has to match unless signed: it is nothing but marks, or a mistyped field name.
    pub(super) optional: bool,
}

/// What a level is made of, before it is known which capitals are operators.
pub(super) enum Element {
    Unit(Unit),
    Keyword(Keyword, Range<usize>),
}

/// The operators that are words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
}

impl Keyword {
    pub(super) fn of(run: &str) -> Option<Keyword> {
        match run {
            "AND" => Some(Keyword::And),
            "OR" => Some(Keyword::Or),
            "NOT" => Some(Keyword::Not),
            _ => None,
        }
    }
}

/// The clauses of a level; with `all`, what stands side by side must all match.
pub(super) fn clauses(text: &str, elements: Vec<Element>, all: bool) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for alternatives in chains(text, elements) {
        add_chain(alternatives, all, &mut clauses);
    }
    clauses
}

/// One expression of these clauses; `None` when there are none.
pub(super) fn group(mut clauses: Vec<Clause>, span: Range<usize>) -> Option<Expr> {
    match clauses.len() {
        0 => None,
        1 if clauses[0].occur != Occur::MustNot => Some(clauses.remove(0).expr),
        _ => Some(Expr {
            kind: ExprKind::Group(clauses),
            span,
            boost: 1.0,
        }),
    }
}

pub(super) fn is_negative(clauses: &[Clause]) -> bool {
    !clauses.is_empty() && clauses.iter().all(|clause| clause.occur == Occur::MustNot)
}

pub(super) fn everything(at: usize) -> Clause {
    Clause {
        occur: Occur::Must,
        expr: Expr {
            kind: ExprKind::All,
            span: at..at,
            boost: 1.0,
        },
    }
}

/// What `AND` joins.
type Conjunction = Vec<Unit>;
/// What `OR` joins.
type Alternatives = Vec<Conjunction>;

/// The chains of a level that stand side by side. Capitals are operators only between (`NOT`: before) what they can operate
/// on; others are words.
fn chains(text: &str, elements: Vec<Element>) -> Vec<Alternatives> {
    let operates = operating(&elements);
    let mut chains: Vec<Alternatives> = Vec::new();
    let (mut join, mut nots) = (None, 0usize);
    for (element, operates) in elements.into_iter().zip(operates) {
        let mut unit = match element {
            Element::Keyword(Keyword::Not, _) if operates => {
                nots += 1;
                continue;
            }
            Element::Keyword(keyword, _) if operates => {
                join = Some(keyword);
                continue;
            }
            Element::Keyword(_, span) => plain_word(text, span),
            Element::Unit(unit) => unit,
        };
        unit.apply_nots(std::mem::take(&mut nots));
        match (join.take(), chains.last_mut()) {
            (Some(Keyword::Or), Some(chain)) => chain.push(vec![unit]),
            (Some(_), Some(chain)) => match chain.last_mut() {
                Some(conjunction) => conjunction.push(unit),
                None => chain.push(vec![unit]),
            },
            _ => chains.push(vec![vec![unit]]),
        }
    }
    chains
}

/// For each element, whether it is a keyword that operates on something.
fn operating(elements: &[Element]) -> Vec<bool> {
    let mut operates = vec![false; elements.len()];
    for index in (0..elements.len()).rev() {
        let Element::Keyword(keyword, _) = elements[index] else {
            continue;
        };
        let operand_behind = match elements.get(index + 1) {
            Some(Element::Unit(_)) => true,
            Some(Element::Keyword(Keyword::Not, _)) => operates[index + 1],
            _ => false,
        };
        let before = index.checked_sub(1).map(|before| &elements[before]);
        let operand_before = keyword == Keyword::Not || matches!(before, Some(Element::Unit(_)));
        operates[index] = operand_behind && operand_before;
    }
    operates
}

fn plain_word(text: &str, span: Range<usize>) -> Unit {
    Unit {
        expr: Expr {
            kind: ExprKind::Word(text[span.clone()].to_owned()),
            span,
            boost: 1.0,
        },
        sign: None,
        negated: false,
        optional: false,
    }
}

impl Unit {
    /// Any number of `NOT`s before it; two are none. Before a `-` they change nothing.
    fn apply_nots(&mut self, nots: usize) {
        if self.sign != Some(Occur::MustNot) {
            self.negated ^= nots % 2 == 1;
        }
    }

    /// What it means on its own.
    fn occur(&self, all: bool) -> Occur {
        match self.sign {
            _ if self.negated => Occur::MustNot,
            Some(_) => Occur::Must,
            None if all && !self.optional => Occur::Must,
            None => Occur::Should,
        }
    }
}

/// Adds one chain to the clauses of its level.
fn add_chain(mut alternatives: Alternatives, all: bool, clauses: &mut Vec<Clause>) {
    if let [conjunction] = alternatives.as_mut_slice() {
        match conjunction.len() {
            1 => conjunction
                .drain(..)
                .for_each(|unit| add_unit(unit, all, clauses)),
            _ => clauses.extend(conjunction.drain(..).map(required)),
        }
        return;
    }
    let mut options = Vec::new();
    for mut conjunction in alternatives {
        match conjunction.as_mut_slice() {
            [unit] if unit.sign.is_some() => {
                conjunction
                    .drain(..)
                    .for_each(|unit| add_unit(unit, all, clauses));
            }
            _ => options.extend(option(conjunction)),
        }
    }
    if !all {
        clauses.extend(options);
    } else if let Some(span) = covering(&options) {
        // One of these must match.
        clauses.extend(group(options, span).map(|expr| Clause {
            occur: Occur::Must,
            expr,
        }));
    }
}

/// Adds what stands on its own; brackets around nothing but words of the same kind say nothing, and go.
fn add_unit(unit: Unit, all: bool, clauses: &mut Vec<Clause>) {
    let occur = unit.occur(all);
    match unit.expr.kind {
        ExprKind::Group(inner) if unit.expr.boost == 1.0 && dissolves(&inner, occur) => {
            clauses.extend(inner);
        }
        _ => clauses.push(Clause {
            occur,
            expr: unit.expr,
        }),
    }
}

/// Whether the clauses of a group mean the same without the group.
fn dissolves(inner: &[Clause], occur: Occur) -> bool {
    match occur {
        Occur::Should => inner.iter().all(|clause| clause.occur == Occur::Should),
        Occur::Must => inner.iter().any(|clause| clause.occur == Occur::Must),
        Occur::MustNot => false,
    }
}

/// A part of `a AND b`.
fn required(unit: Unit) -> Clause {
    let occur = match unit.negated {
        true => Occur::MustNot,
        false => Occur::Must,
    };
    Clause {
        occur,
        expr: unit.expr,
    }
}

/// A part of `a OR b`.
fn option(conjunction: Conjunction) -> Option<Clause> {
    let mut clauses: Vec<Clause> = conjunction.into_iter().map(required).collect();
    let span = covering(&clauses)?;
    if is_negative(&clauses) {
        clauses.insert(0, everything(span.start));
    }
    group(clauses, span).map(|expr| Clause {
        occur: Occur::Should,
        expr,
    })
}

/// From the start of the first clause to the end of the last.
fn covering(clauses: &[Clause]) -> Option<Range<usize>> {
    let (first, last) = (clauses.first()?, clauses.last()?);
    Some(first.expr.span.start..last.expr.span.end)
}
