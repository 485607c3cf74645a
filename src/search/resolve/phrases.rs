//! Quoted phrases, and words that are only begun.

use super::{Resolver, form};
use crate::analysis::Kind;
use crate::search::pattern::{Element, Pattern};
use crate::search::plan::{Form, Level, Node, Scope};
use crate::search::query::ast::Expr;

impl Resolver<'_> {
    pub(super) fn prefix(
        &mut self,
        text: &str,
        expr: &Expr,
        scope: &Scope,
        boost: f32,
        scores: bool,
    ) -> tantivy::Result<Node> {
        let mut atom = self.atom(&format!("{text}*"), &expr.span, scope, boost, scores);
        let elements = self.elements(text, true);
        match elements.as_slice() {
            [] => return Ok(Node::Nothing),
            [only] => {
                let terms = vec![only[0].clone()];
                let share = self.weights.prefix;
                let pattern = Pattern::Terms(terms);
                atom.forms.push(Form {
                    level: Level::Exact,
                    weight: 1.0 - share,
                    pattern,
                    covered: true,
                });
                atom.forms
                    .push(form(Level::Prefix, share, Pattern::Prefix(only[0].clone())));
                let joined = self.joined_terms(&only[0], scope)?;
                if !joined.is_empty() {
                    atom.forms
                        .push(form(Level::Exact, 1.0, Pattern::Terms(joined)));
                }
            }
            several => {
                let mut elements =
                    phrase_elements(several.iter().map(|terms| terms[0].clone()).collect(), true);
                if let (Some(last), Some(terms)) = (elements.last_mut(), several.last()) {
                    last.terms = self.joined_terms(&terms[0], scope)?;
                }
                atom.forms.push(form(
                    Level::Prefix,
                    self.weights.prefix,
                    Pattern::Phrase { elements, slop: 0 },
                ));
            }
        }
        self.plan.atoms.push(atom);
        Ok(Node::Atom(self.plan.atoms.len() - 1))
    }

    #[allow(clippy::too_many_arguments, reason = "a phrase has that many sides")]
    pub(super) fn phrase(
        &mut self,
        text: &str,
        slop: u32,
        prefix: bool,
        expr: &Expr,
        scope: &Scope,
        boost: f32,
        scores: bool,
    ) -> Node {
        let mut atom = self.atom(&format!("\"{text}\""), &expr.span, scope, boost, scores);
        let elements = self.phrase_places(text, scope);
        match elements.as_slice() {
            [] => {
                // Nothing but marks between the quotes: a name such as `"!!!"`.
                let symbols: Vec<String> = self
                    .analyzer
                    .analyze(text)
                    .iter()
                    .filter(|token| token.kind == Kind::Symbols)
                    .map(|token| token.term.to_owned())
                    .collect();
                if symbols.is_empty() {
                    return Node::Nothing;
                }
                atom.forms
                    .push(form(Level::Exact, 1.0, Pattern::Terms(symbols)));
            }
            [only] if !prefix => {
                atom.forms
                    .push(form(Level::Exact, 1.0, Pattern::Terms(only.clone())));
            }
            [only] => {
                let (start, joined) = (only[0].clone(), only[1..].to_vec());
                atom.forms
                    .push(form(Level::Exact, 1.0, Pattern::Prefix(start)));
                if !joined.is_empty() {
                    atom.forms
                        .push(form(Level::Exact, 1.0, Pattern::Terms(joined)));
                }
            }
            several => {
                let mut elements: Vec<Element> = several
                    .iter()
                    .map(|terms| Element {
                        terms: terms.clone(),
                        prefix: None,
                    })
                    .collect();
                if let Some(last) = elements.last_mut().filter(|_| prefix) {
                    last.prefix = last.terms.first().cloned();
                }
                atom.forms
                    .push(form(Level::Exact, 1.0, Pattern::Phrase { elements, slop }));
            }
        }
        self.plan.atoms.push(atom);
        Node::Atom(self.plan.atoms.len() - 1)
    }

    /// The terms at each place of a quoted phrase: its part, and that part as a joined word of the index (`acdc live`).
    fn phrase_places(&mut self, text: &str, scope: &Scope) -> Vec<Vec<String>> {
        let places = self.elements(text, true);
        places
            .into_iter()
            .map(|mut terms| {
                if let Ok(joined) = self.joined_terms(&terms[0], scope) {
                    terms.extend(joined);
                }
                terms
            })
            .collect()
    }
}

fn phrase_elements(terms: Vec<String>, prefix: bool) -> Vec<Element> {
    let last = terms.len().saturating_sub(1);
    terms
        .into_iter()
        .enumerate()
        .map(|(index, term)| match prefix && index == last {
            true => Element {
                terms: Vec::new(),
                prefix: Some(term),
            },
            false => Element {
                terms: vec![term],
                prefix: None,
            },
        })
        .collect()
}
