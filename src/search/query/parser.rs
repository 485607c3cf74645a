//! Builds the tree of a query from its tokens.
//!
//! `NOT` binds tighter than `AND`, `AND` tighter than `OR`, and all of them tighter than standing side by side. What stands
//! side by side may match; what `AND` joins must: `a AND b c` is `+a +b c`. A sign says what it says wherever it stands:
//! `+a OR b` is `+a b`. Brackets nest at most [`MAX_DEPTH`](super::MAX_DEPTH) deep (deeper ones are text already), so
//! recursion is bounded, here and for everyone who walks the tree.

use std::ops::Range;

use super::ast::{Clause, Expr, ExprKind, Occur, Warning};
use super::clauses::{self, Element, Keyword, Unit, everything, group, is_negative};
use super::lexer::{Token, TokenKind};
use super::{BOOSTS, MAX_WARNINGS, has_text, names, number};

/// The tree of `tokens`; `None` when there are none.
pub(super) fn parse(
    text: &str,
    tokens: &[Token],
    require_all: bool,
    warnings: &mut Vec<Warning>,
) -> Option<Expr> {
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        swapped: 0,
        warnings,
    };
    let context = Context {
        field: None,
        all: require_all,
    };
    let mut clauses = parser.level(context);
    if is_negative(&clauses) {
        parser.warnings.push(Warning {
            message: "nothing to look for, only exclusions: found is all but those".to_owned(),
            span: text.len() - text.trim_start().len()..text.trim_end().len(),
            mended: Some(format!("* {}", text.trim_start())),
        });
        clauses.insert(0, everything(clauses[0].expr.span.start));
    }
    group(clauses, 0..text.len())
}

/// What holds within a pair of brackets.
#[derive(Clone, Copy)]
struct Context<'f> {
    /// The field whose brackets these are.
    field: Option<&'f str>,
    /// Whether words side by side must all match.
    all: bool,
}

struct Parser<'a, 'w> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    /// Warnings about ranges.
    swapped: usize,
    warnings: &'w mut Vec<Warning>,
}

impl<'a> Parser<'a, '_> {
    fn next(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at);
        self.at += usize::from(token.is_some());
        token
    }

    /// What stands between two brackets, or in the whole query.
    fn level(&mut self, context: Context<'_>) -> Vec<Clause> {
        let elements = self.elements(context);
        clauses::clauses(self.text, elements, context.all)
    }

    fn elements(&mut self, context: Context<'_>) -> Vec<Element> {
        let mut elements = Vec::new();
        while let Some(token) = self.tokens.get(self.at) {
            if matches!(token.kind, TokenKind::Close { .. }) {
                break;
            }
            let keyword = Keyword::of(&self.text[token.span.clone()]);
            match keyword {
                Some(keyword) => {
                    self.at += 1;
                    elements.push(Element::Keyword(keyword, token.span.clone()));
                }
                None => {
                    let excluded =
                        matches!(elements.last(), Some(Element::Keyword(Keyword::Not, _)));
                    let all = context.all && !excluded;
                    elements.extend(self.unit(Context { all, ..context }).map(Element::Unit));
                }
            }
        }
        elements
    }

    /// A word, phrase or group with its sign and field.
    fn unit(&mut self, context: Context<'_>) -> Option<Unit> {
        let mut token = self.next()?;
        let mut sign = None;
        if let TokenKind::Sign(occur) = token.kind {
            sign = Some(occur);
            token = self.next()?;
        }
        // What is excluded is excluded for any of its words, even where all words must match.
        let all = context.all && sign != Some(Occur::MustNot);
        let mut unit = match &token.kind {
            TokenKind::Field(field) => {
                let value = self.next()?;
                let context = Context {
                    field: Some(field),
                    all,
                };
                let mut unit = self.operand(value, context);
                unit.expr = in_field(field, unit.expr, token.span.start);
                unit
            }
            _ => self.operand(token, Context { all, ..context }),
        };
        unit.sign = sign;
        unit.negated ^= sign == Some(Occur::MustNot);
        Some(unit)
    }

    /// What a sign or field stands before.
    fn operand(&mut self, token: &Token, context: Context<'_>) -> Unit {
        let mut unit = Unit {
            expr: Expr {
                kind: ExprKind::All,
                span: token.span.clone(),
                boost: 1.0,
            },
            sign: None,
            negated: false,
            optional: false,
        };
        match &token.kind {
            TokenKind::Phrase(phrase) => {
                unit.expr.kind = ExprKind::Phrase {
                    text: self.text[phrase.inner.clone()].to_owned(),
                    slop: phrase.slop,
                    prefix: phrase.prefix,
                };
                unit.expr.span.end = phrase.end;
                unit.expr.boost = phrase.boost;
            }
            TokenKind::Open => self.bracketed(&mut unit, context),
            TokenKind::Text { misnamed, .. } => {
                self.word(&mut unit.expr, context.field);
                unit.optional = *misnamed;
            }
            // No sign or field stands before one of these.
            _ => unit.expr.kind = ExprKind::Word(self.text[token.span.clone()].to_owned()),
        }
        unit.optional |= only_marks(&unit.expr);
        unit
    }

    /// A group, from behind its opening bracket to its closing one.
    fn bracketed(&mut self, unit: &mut Unit, context: Context<'_>) {
        let start = unit.expr.span.start;
        let mut clauses = self.level(context);
        let mut boost = 1.0;
        let mut end = clauses
            .last()
            .map_or(unit.expr.span.end, |last| last.expr.span.end);
        if let Some(close) = self.next() {
            end = close.span.start + 1;
            if let TokenKind::Close { boost: given, .. } = close.kind {
                boost = given;
            }
        }
        unit.negated = is_negative(&clauses);
        if unit.negated {
            // `(-a -b)` is what has neither: not any of them.
            clauses
                .iter_mut()
                .for_each(|clause| clause.occur = Occur::Should);
        }
        unit.expr = group(clauses, start..end).unwrap_or_else(|| Expr {
            kind: ExprKind::Word(self.text[start..end].to_owned()),
            span: start..end,
            boost: 1.0,
        });
        unit.expr.boost = (unit.expr.boost * boost).clamp(*BOOSTS.start(), *BOOSTS.end());
    }

    /// One run of text, of a field or of none.
    fn word(&mut self, expr: &mut Expr, field: Option<&str>) {
        let run = &self.text[expr.span.clone()];
        let (base, boost) = number::split_boost(run).unwrap_or((run, 1.0));
        expr.boost = boost;
        expr.span.end = expr.span.start + base.len();
        let range = field
            .filter(|field| !names::is_builtin(field))
            .and_then(|_| number::range(base));
        expr.kind = match (base, range) {
            ("*", _) if field.is_some() => ExprKind::Exists,
            ("*", _) => ExprKind::All,
            (_, Some(range)) => {
                self.warn_swapped(&expr.span, range.swapped);
                ExprKind::Range {
                    low: range.low,
                    high: range.high,
                }
            }
            _ => match prefix(base) {
                Some(start) => ExprKind::Prefix(start.to_owned()),
                None => ExprKind::Word(base.to_owned()),
            },
        };
    }

    fn warn_swapped(&mut self, span: &Range<usize>, swapped: Option<String>) {
        let Some(swapped) = swapped.filter(|_| self.swapped < MAX_WARNINGS) else {
            return;
        };
        self.swapped += 1;
        let (before, behind) = (&self.text[..span.start], &self.text[span.end..]);
        self.warnings.push(Warning {
            message: format!("this range ends before it begins; read as {swapped}"),
            span: span.clone(),
            mended: Some(format!("{before}{swapped}{behind}")),
        });
    }
}

/// Whether there is no letter or digit in any of its words.
fn only_marks(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Word(word) => !has_text(word),
        ExprKind::Group(clauses) => clauses.iter().all(|clause| only_marks(&clause.expr)),
        _ => false,
    }
}

/// `bow*` less its star; `None` where a star is text: `M*A*S*H*`, `!*`, `b*w`.
fn prefix(run: &str) -> Option<&str> {
    let start = run.strip_suffix('*').filter(|start| !start.contains('*'))?;
    // Accents may be typed as characters of their own, behind their letter.
    let is_accent = |c: char| matches!(c, '\u{300}'..='\u{36f}');
    start
        .trim_end_matches(is_accent)
        .ends_with(char::is_alphanumeric)
        .then_some(start)
}

fn in_field(field: &str, inner: Expr, start: usize) -> Expr {
    if matches!(inner.kind, ExprKind::Field { .. }) {
        return inner; // `title:(artists:x)`: the nearer field counts
    }
    Expr {
        span: start..inner.span.end,
        boost: 1.0,
        kind: ExprKind::Field {
            field: field.to_owned(),
            inner: Box::new(inner),
        },
    }
}
