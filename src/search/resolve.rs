//! From a query tree to a plan: words become the terms of this index.
//!
//! This is where a name is found however it was typed: a word also asks for its joined, inflected and accented forms, a
//! compound (`AC/DC`) for its parts side by side or in one word, a word the index has never seen for what was probably
//! meant, and a stretch of words for a title or name that is just that.

use std::ops::Range;

use super::function_words::is_function_word;
use super::lexicon::Lexicon;
use super::pattern::{Element, Pattern};
use super::plan::{Atom, Form, Level, Node, Plan, Scope, Whole};
use super::query::ast::{Clause, Expr, ExprKind, Occur};
use super::segment::Zone;
use super::weights::Weights;
use crate::analysis::{
    Analyzer, HALF, Kind, Language, STEM, Token, WHOLE, WHOLE_BARE, joined_prefix, key_of_parts,
};

/// Queries of more words than this are not looked up as whole names.
const MAX_WHOLE_WORDS: usize = 10;

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

    /// Adds the atoms of one run of typed text: one, but for scripts without spaces, whose words are looked up apart.
    fn words(
        &mut self,
        text: &str,
        span: &Range<usize>,
        scope: &Scope,
        boost: f32,
        scores: bool,
    ) -> tantivy::Result<Range<usize>> {
        let first = self.plan.atoms.len();
        for word in super::script::words(text) {
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

    fn atom(
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
    fn joined_terms(&self, word: &str, scope: &Scope) -> tantivy::Result<Vec<String>> {
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
    fn elements(&mut self, text: &str, exact_only: bool) -> Vec<Vec<String>> {
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
                && !super::script::is_unspaced(part)
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

    fn prefix(
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

    #[allow(clippy::too_many_arguments)] // a phrase has that many sides
    fn phrase(
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

    /// Every stretch of the words that is a whole title or name of the index, as nodes that match those entries,
    /// each with whether it is all of them.
    fn whole_names(
        &mut self,
        words: &[Range<usize>],
        scope: &Scope,
        scores: bool,
    ) -> tantivy::Result<Vec<(bool, Node)>> {
        let fits = matches!(
            scope,
            Scope::Any | Scope::Title | Scope::Artists | Scope::Aliases
        );
        if !fits || !scores || words.len() > MAX_WHOLE_WORDS {
            return Ok(Vec::new());
        }
        let mut nodes = Vec::new();
        for from in 0..words.len() {
            for to in from..words.len() {
                let is_all = to - from + 1 == words.len();
                // Between the words of a group may stand atoms that are none of them: of an exclusion, of a group within.
                let atoms: Vec<usize> = words[from..=to].iter().cloned().flatten().collect();
                let parts: Vec<&str> = atoms
                    .iter()
                    .flat_map(|&atom| self.plan.atoms[atom].parts.iter().map(String::as_str))
                    .collect();
                let key = key_of_parts(&parts);
                let ways = [
                    (format!("{WHOLE}{}", key.full), self.weights.whole),
                    (format!("{WHOLE_BARE}{}", key.full), self.weights.whole_bare),
                    (format!("{WHOLE}{}", key.bare), self.weights.whole_bare),
                ];
                for (term, weight) in ways.into_iter().filter(|(term, _)| term.len() > 1) {
                    if !self.lexicon.names_exist(scope, &term)? {
                        continue;
                    }
                    nodes.push((is_all, Node::Whole(self.plan.wholes.len())));
                    self.plan.wholes.push(Whole {
                        term,
                        weight,
                        atoms: atoms.clone(),
                    });
                }
            }
        }
        Ok(nodes)
    }

    /// Neighbouring words that the index knows in one word: `spider man` for Spiderman.
    fn joined_pairs(
        &mut self,
        words: &[Range<usize>],
        scope: &Scope,
        boost: f32,
        scores: bool,
    ) -> tantivy::Result<Vec<Node>> {
        let mut nodes = Vec::new();
        if words.len() > MAX_WHOLE_WORDS {
            return Ok(nodes);
        }
        for pair in words.windows(2) {
            let (left, right) = (
                &self.plan.atoms[pair[0].start],
                &self.plan.atoms[pair[1].start],
            );
            let ([a], [b]) = (left.parts.as_slice(), right.parts.as_slice()) else {
                continue;
            };
            let word = format!("{a}{b}");
            let span = left.span.start..right.span.end;
            if word.len() < 4 || !self.lexicon.any_exists(scope, std::iter::once(&word))? {
                continue;
            }
            let mut atom = self.atom(&word, &span, scope, boost, scores);
            atom.forms
                .push(form(Level::Exact, 1.0, Pattern::Terms(vec![word])));
            nodes.push(Node::Atom(self.plan.atoms.len()));
            self.plan.atoms.push(atom);
        }
        Ok(nodes)
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

fn owned(token: Token<'_>) -> String {
    token.term.to_owned()
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

/// The zones in which the whole names of a scope are looked up.
pub fn name_zones(scope: &Scope) -> &'static [Zone] {
    match scope {
        Scope::Title => &[Zone::Title],
        Scope::Artists => &[Zone::Artists],
        Scope::Aliases => &[Zone::Aliases],
        _ => &[Zone::Title, Zone::Artists, Zone::Aliases],
    }
}
