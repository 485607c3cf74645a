//! The forms in which a typed word or compound may stand.

use std::ops::Range;

use super::{Resolver, form};
use crate::analysis::{HALF, Kind, STEM, Token, joined_prefix};
use crate::search::pattern::{Element, Pattern};
use crate::search::plan::{Atom, Form, Level, Scope};
use crate::search::script;

impl Resolver<'_> {
    /// Adds the atoms of one run of typed text: one, but for scripts without spaces, whose words are looked up apart.
    pub(super) fn words(
        &mut self,
        text: &str,
        span: &Range<usize>,
        scope: &Scope,
        boost: f32,
        scores: bool,
    ) -> tantivy::Result<Range<usize>> {
        let first = self.plan.atoms.len();
        for word in script::words(text) {
            let mut atom = self.atom(word, span, scope, boost, scores);
            self.word_forms(word, &mut atom)?;
            self.plan.atoms.push(atom);
        }
        let range = first..self.plan.atoms.len();
        for index in range.clone().skip(1) {
            self.plan.pairs.push((index - 1, index));
        }
        Ok(range)
    }

    pub(super) fn atom(
        &self,
        shown: &str,
        span: &Range<usize>,
        scope: &Scope,
        boost: f32,
        scores: bool,
    ) -> Atom {
        Atom {
            scope: scope.clone(),
            shown: shown.to_owned(),
            span: span.clone(),
            boost,
            forms: Vec::new(),
            parts: Vec::new(),
            scores,
        }
    }

    /// The forms of one typed word or compound.
    fn word_forms(&mut self, text: &str, atom: &mut Atom) -> tantivy::Result<()> {
        let tokens: Vec<(Kind, String)> = self
            .analyzer
            .analyze(text)
            .iter()
            .map(|token| (token.kind, token.term.to_owned()))
            .collect();
        let of_kind = |kind: Kind| {
            tokens
                .iter()
                .filter(move |token| token.0 == kind)
                .map(|token| token.1.clone())
        };
        atom.parts = of_kind(Kind::Part).collect();
        match atom.parts.as_slice() {
            [] => {
                let symbols: Vec<String> = of_kind(Kind::Symbols).collect();
                if !symbols.is_empty() {
                    atom.forms
                        .push(form(Level::Exact, 1.0, Pattern::Terms(symbols.clone())));
                    atom.parts = symbols;
                }
            }
            [word] => {
                let word = word.clone();
                let others: Vec<String> = of_kind(Kind::Variant).collect();
                let stem = of_kind(Kind::Stem).next();
                self.plain_forms(&word, stem, others, atom)?;
                for term in of_kind(Kind::Accented) {
                    atom.forms
                        .push(form(Level::Accented, 1.0, Pattern::Terms(vec![term])));
                }
            }
            _ => self.compound_forms(text, atom)?,
        }
        Ok(())
    }

    /// The forms of a word of one part.
    fn plain_forms(
        &mut self,
        word: &str,
        stem: Option<String>,
        others: Vec<String>,
        atom: &mut Atom,
    ) -> tantivy::Result<()> {
        let exact = vec![word.to_owned()];
        let joined = self.joined_terms(word, &atom.scope)?;
        let inflected = self.inflections(word, stem.as_deref());
        let terms = exact.iter().chain(&joined).chain(&inflected);
        let known = self.lexicon.any_exists(&atom.scope, terms)?;
        if !known && others.is_empty() && atom.scores {
            return self.mend(word, atom);
        }
        let share = self.weights.inflected;
        let covered = stem.is_some();
        let exact_weight = if covered { 1.0 - share } else { 1.0 };
        atom.forms.push(Form {
            level: Level::Exact,
            weight: exact_weight,
            pattern: Pattern::Terms(exact),
            covered,
        });
        if !joined.is_empty() {
            // No inflection covers these.
            atom.forms
                .push(form(Level::Exact, 1.0, Pattern::Terms(joined)));
        }
        if !inflected.is_empty() {
            atom.forms
                .push(form(Level::Inflected, share, Pattern::Terms(inflected)));
        }
        if !others.is_empty() {
            atom.forms
                .push(form(Level::Inflected, share, Pattern::Terms(others)));
        }
        Ok(())
    }

    /// The terms that hold the inflections of a word; with a stem of its own they hold the word too.
    fn inflections(&mut self, word: &str, stem: Option<&str>) -> Vec<String> {
        let Some(marked) = stem else {
            return if word.len() > 2 {
                vec![format!("{STEM}{word}")]
            } else {
                Vec::new()
            };
        };
        let plain = marked.trim_start_matches(STEM).to_owned();
        let stands_for_itself = self
            .analyzer
            .analyze(&plain)
            .iter()
            .all(|token| token.kind != Kind::Stem);
        let mut terms = vec![marked.to_owned()];
        if stands_for_itself {
            terms.push(plain);
        }
        terms
    }

    /// The joined terms of the index for a word: `acdc` for `AC/DC`.
    pub(super) fn joined_terms(&self, word: &str, scope: &Scope) -> tantivy::Result<Vec<String>> {
        self.lexicon
            .terms_with_prefix(scope, &joined_prefix(word), 16)
    }

    /// Puts what was probably meant in the place of a word that the index does not know.
    fn mend(&mut self, word: &str, atom: &mut Atom) -> tantivy::Result<()> {
        let mended = self.lexicon.mend(word, &atom.scope)?;
        atom.forms.push(form(
            Level::Exact,
            1.0,
            Pattern::Terms(vec![word.to_owned()]),
        ));
        for (index, meant) in mended.iter().enumerate() {
            let stem = self
                .analyzer
                .analyze(meant)
                .iter()
                .find(|token| token.kind == Kind::Stem)
                .map(owned);
            // As a word that is typed right: its stem, where it has one of its own, stands for it too.
            let mut terms = self.inflections(meant, stem.as_deref());
            if stem.is_none() {
                terms.push(meant.clone());
            }
            let weight = self.weights.mended / (index + 1) as f32;
            atom.forms
                .push(form(Level::Mended, weight, Pattern::Terms(terms)));
        }
        if let Some(meant) = mended.into_iter().next() {
            self.plan.mended.push((atom.span.clone(), meant));
        }
        Ok(())
    }

    /// The forms of a compound: its parts side by side, or in one word; and with its parts inflected.
    fn compound_forms(&mut self, text: &str, atom: &mut Atom) -> tantivy::Result<()> {
        let elements = self.elements(text, false);
        let exact: Vec<Element> = elements
            .iter()
            .map(|parts| Element {
                terms: vec![parts[0].clone()],
                prefix: None,
            })
            .collect();
        let mut in_one: Vec<String> = Vec::new();
        let spans_all =
            |token: &Token<'_>, count: u32| token.kind == Kind::Joined && token.span == count;
        let count = atom.parts.len() as u32;
        let words: Vec<String> = self
            .analyzer
            .analyze(text)
            .iter()
            .filter(|token| spans_all(token, count))
            .filter_map(|token| token.term[1..].split(HALF).next().map(str::to_owned))
            .collect();
        for word in words {
            let same_cut = crate::analysis::joined_term(&word, count);
            let joined = self.joined_terms(&word, &atom.scope)?;
            in_one.extend(joined.into_iter().filter(|term| *term != same_cut));
            in_one.push(word);
        }
        atom.forms.push(form(
            Level::Exact,
            1.0,
            Pattern::Phrase {
                elements: exact,
                slop: 0,
            },
        ));
        if !in_one.is_empty() {
            atom.forms
                .push(form(Level::Exact, 1.0, Pattern::Terms(in_one)));
        }
        if elements.iter().any(|terms| terms.len() > 1) {
            let inflected = elements
                .into_iter()
                .map(|terms| Element {
                    terms,
                    prefix: None,
                })
                .collect();
            let share = self.weights.inflected;
            atom.forms[0].weight = 1.0 - share;
            atom.forms[0].covered = true;
            atom.forms.push(form(
                Level::Inflected,
                share,
                Pattern::Phrase {
                    elements: inflected,
                    slop: 0,
                },
            ));
        }
        Ok(())
    }

    /// For each part of a text the terms that may stand there: the part itself first, then its inflections.
    pub(super) fn elements(&mut self, text: &str, exact_only: bool) -> Vec<Vec<String>> {
        let tokens: Vec<(Kind, String, u32)> = self
            .analyzer
            .analyze(text)
            .iter()
            .map(|token| (token.kind, token.term.to_owned(), token.position))
            .collect();
        let parts = tokens.iter().filter(|token| token.0 == Kind::Part);
        let mut elements = Vec::new();
        for (_, part, position) in parts {
            let mut terms = vec![part.clone()];
            if !exact_only
                && part.len() > 2
                && part.chars().all(char::is_alphabetic)
                && !script::is_unspaced(part)
            {
                let stem = tokens
                    .iter()
                    .find(|token| token.0 == Kind::Stem && token.2 == *position);
                terms.extend(self.inflections(part, stem.map(|token| token.1.as_str())));
            }
            elements.push(terms);
        }
        elements
    }
}

fn owned(token: Token<'_>) -> String {
    token.term.to_owned()
}
