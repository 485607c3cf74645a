//! Words that are together a whole title or name, or one word of the index.

use std::ops::Range;

use super::{Resolver, form};
use crate::analysis::key_of_parts;
use crate::search::pattern::Pattern;
use crate::search::plan::{Level, Node, Scope, Whole};

/// Queries of more words than this are not looked up as whole names.
const MAX_WHOLE_WORDS: usize = 10;

impl Resolver<'_> {
    /// Every stretch of the words that is a whole title or name of the index, as nodes that match those entries,
    /// each with whether it is all of them.
    pub(super) fn whole_names(
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
                    (&key.full, false, self.weights.whole),
                    (&key.full, true, self.weights.whole_bare),
                    (&key.bare, false, self.weights.whole_bare),
                ];
                for (key, is_bare, weight) in ways.into_iter().filter(|(key, ..)| !key.is_empty()) {
                    let whole = Whole {
                        key: key.clone(),
                        is_bare,
                        weight,
                        atoms: atoms.clone(),
                    };
                    if self.lexicon.names_exist(scope, whole.name())? {
                        nodes.push((is_all, Node::Whole(self.plan.wholes.len())));
                        self.plan.wholes.push(whole);
                    }
                }
            }
        }
        Ok(nodes)
    }

    /// Neighbouring words that the index knows in one word: `spider man` for Spiderman.
    pub(super) fn joined_pairs(
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
}
