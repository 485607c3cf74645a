//! From a query tree to a plan: words become the terms of this index.
//!
//! This is where a name is found however it was typed: a word also asks for its joined, inflected and accented forms, a
//! compound (`AC/DC`) for its parts side by side or in one word, a word the index has never seen for what was probably
//! meant, and a stretch of words for a title or name that is just that.

mod names;
mod phrases;
mod words;

use std::ops::Range;

use super::function_words::is_function_word;
use super::lexicon::Lexicon;
use super::pattern::Pattern;
use super::plan::{Atom, Form, Level, Node, Plan, Scope};
use super::query::ast::{Clause, Expr, ExprKind, Occur};
use super::weights::Weights;
use crate::analysis::{Analyzer, Language};

/// Resolves queries against one index.
pub struct Resolver<'a> {
    lexicon: &'a Lexicon<'a>,
    analyzer: &'a mut Analyzer,
    weights: &'a Weights,
    plan: Plan,
}

impl<'a> Resolver<'a> {
    /// A resolver for one query.
    pub fn new(
        lexicon: &'a Lexicon<'a>,
        analyzer: &'a mut Analyzer,
        weights: &'a Weights,
    ) -> Resolver<'a> {
        Resolver {
            lexicon,
            analyzer,
            weights,
            plan: Plan::default(),
        }
    }

    /// The plan of a query.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn resolve(mut self, root: Option<&Expr>) -> tantivy::Result<Plan> {
        let Some(root) = root else {
            return Ok(self.plan);
        };
        let words = count_words(root);
        self.plan.sentence_share = self.weights.sentence_share(words);
        let node = self.node(root, &Scope::Any, 1.0, true)?;
        self.plan.root = node;
        if words > 3 && self.analyzer.language() == Language::English {
            self.damp_function_words();
        }
        Ok(self.plan)
    }

    fn node(
        &mut self,
        expr: &Expr,
        scope: &Scope,
        boost: f32,
        scores: bool,
    ) -> tantivy::Result<Node> {
        let boost = boost * expr.boost;
        match &expr.kind {
            ExprKind::Group(clauses) => self.group(clauses, scope, boost, scores),
            ExprKind::Field { field, inner } => {
                self.node(inner, &Scope::of_field(field), boost, scores)
            }
            ExprKind::Word(text) => {
                let range = self.words(text, &expr.span, scope, boost, scores)?;
                let whole = self.whole_names(std::slice::from_ref(&range), scope, scores)?;
                let wholes = whole.into_iter().map(|(_, node)| node);
                Ok(any_of(range.map(Node::Atom).chain(wholes).collect()))
            }
            ExprKind::Prefix(text) => self.prefix(text, expr, scope, boost, scores),
            ExprKind::Phrase { text, slop, prefix } => {
                Ok(self.phrase(text, *slop, *prefix, expr, scope, boost, scores))
            }
            ExprKind::Exists => Ok(Node::Exists(scope.clone())),
            ExprKind::Range { low, high } => Ok(match scope {
                Scope::Key(path) => Node::Range {
                    path: path.clone(),
                    low: *low,
                    high: *high,
                },
                _ => Node::Nothing,
            }),
            ExprKind::All => Ok(Node::All),
        }
    }

    /// A group; its bare words, in order, are also looked up as whole names and valued for standing side by side.
    fn group(
        &mut self,
        clauses: &[Clause],
        scope: &Scope,
        boost: f32,
        scores: bool,
    ) -> tantivy::Result<Node> {
        let (mut must, mut should, mut not) = (Vec::new(), Vec::new(), Vec::new());
        let mut words: Vec<Range<usize>> = Vec::new();
        let mut only_words = true;
        for Clause { occur, expr } in clauses {
            let node = match (&expr.kind, occur) {
                (ExprKind::Word(text), Occur::Should | Occur::Must) => {
                    let range = self.words(text, &expr.span, scope, boost * expr.boost, scores)?;
                    let node = any_of(range.clone().map(Node::Atom).collect());
                    words.push(range);
                    node
                }
                _ => {
                    only_words &= *occur == Occur::MustNot;
                    self.node(expr, scope, boost, scores && *occur != Occur::MustNot)?
                }
            };
            match occur {
                Occur::Must => must.push(node),
                Occur::Should => should.push(node),
                Occur::MustNot => not.push(node),
            }
        }
        for pair in words.windows(2) {
            if let (Some(left), Some(right)) = (pair[0].clone().last(), pair[1].clone().next()) {
                self.plan.pairs.push((left, right));
            }
        }
        let wholes = self.whole_names(&words, scope, scores)?;
        let all_words = wholes.iter().filter(|(is_all, _)| *is_all);
        if must.is_empty() {
            should.extend(self.joined_pairs(&words, scope, boost, scores)?);
            should.extend(wholes.into_iter().map(|(_, node)| node));
            return Ok(Node::Group { must, should, not });
        }
        // Where every word must match, what is called just that matches even if it is written in other words.
        let mut any: Vec<Node> = all_words.map(|(_, node)| node.clone()).collect();
        if any.is_empty() || !only_words {
            return Ok(Node::Group { must, should, not });
        }
        any.push(Node::Group {
            must,
            should,
            not: Vec::new(),
        });
        Ok(Node::Group {
            must: vec![any_of(any)],
            should: Vec::new(),
            not,
        })
    }

    /// In a sentence, the words that only hold it together count for little, and the words that they stand between are
    /// neighbours.
    fn damp_function_words(&mut self) {
        let share = self.plan.sentence_share;
        let holds = |atom: &Atom| matches!(atom.parts.as_slice(), [word] if is_function_word(word));
        let content: Vec<usize> = (0..self.plan.atoms.len())
            .filter(|&index| !holds(&self.plan.atoms[index]))
            .collect();
        self.plan.pairs = content.windows(2).map(|pair| (pair[0], pair[1])).collect();
        for atom in &mut self.plan.atoms {
            if let [word] = atom.parts.as_slice()
                && is_function_word(word)
            {
                atom.boost *= 1.0 + share * (self.weights.function_word - 1.0);
            }
        }
    }
}

fn form(level: Level, weight: f32, pattern: Pattern) -> Form {
    Form {
        level,
        weight,
        pattern,
        covered: false,
    }
}

fn any_of(mut nodes: Vec<Node>) -> Node {
    match nodes.len() {
        0 => Node::Nothing,
        1 => nodes.remove(0),
        _ => Node::Group {
            must: Vec::new(),
            should: nodes,
            not: Vec::new(),
        },
    }
}

/// How many words a query has.
fn count_words(expr: &Expr) -> usize {
    match &expr.kind {
        ExprKind::Group(clauses) => clauses
            .iter()
            .filter(|clause| clause.occur != Occur::MustNot)
            .map(|clause| count_words(&clause.expr))
            .sum(),
        ExprKind::Field { inner, .. } => count_words(inner),
        ExprKind::Phrase { text, .. } => text.split_whitespace().count(),
        ExprKind::Word(_) | ExprKind::Prefix(_) => 1,
        _ => 0,
    }
}
