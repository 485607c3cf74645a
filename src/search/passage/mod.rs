//! What of an entry answers: the places where the patterns of a query stand in a text, and the best passages around them.
//!
//! `scanning` finds the stretches that are worth analysing, `matching` the patterns among their tokens, `choosing`
//! the matches that are shown, `cutting` the sentences around them, and `pieces` puts the fragments together. Every
//! step takes time in proportion to the text, whatever the text.

mod choosing;
mod clusters;
mod cutting;
mod matching;
mod phrase;
mod pieces;
mod scanning;
mod seeds;
mod sentences;

use std::ops::Range;

use super::pattern::Pattern;
use super::response::Fragment;
use crate::analysis::{Analyzer, Language};
use choosing::{Chooser, Worths};
use cutting::{Cut, Cutter};
use matching::{Found, Lookup};
use seeds::Seeds;

/// How much of a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Characters as a reader sees them (grapheme clusters) in one fragment, about: a quarter more where that saves a
    /// sentence, half as many more where matches stand close, and any number where one match is longer.
    pub fragment: usize,
    /// Fragments at most.
    pub fragments: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            fragment: 160,
            fragments: 2,
        }
    }
}

/// One thing to find in a text, and how much finding it says about the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// What to find.
    pub pattern: Pattern,
    /// Which part of the query it belongs to: passages that hold more different parts are better.
    pub atom: usize,
    /// The part's rarity: passages with rarer parts are better.
    pub weight: f32,
}

/// The best passages of `prose`, in the order of the text; its opening sentence, unmarked, where nothing matches.
/// Empty when there is no text.
///
/// For many texts and one query make a [`Finder`] once.
pub fn passages(
    prose: &str,
    wanted: &[Wanted],
    analyzer: &mut Analyzer,
    limits: Limits,
) -> Vec<Fragment> {
    Finder::new(wanted, analyzer.language()).passages(prose, analyzer, limits)
}

/// The whole of a text with its matches marked; pieces put together are the text.
///
/// For many texts and one query make a [`Finder`] once.
pub fn marked(text: &str, wanted: &[Wanted], analyzer: &mut Analyzer) -> Fragment {
    Finder::new(wanted, analyzer.language()).marked(text, analyzer)
}

/// Finds the patterns of one query in any number of texts. Holds what the patterns look like, and buffers.
pub struct Finder<'w> {
    worths: Worths,
    lookup: Lookup<'w>,
    seeds: Seeds<'w>,
    windows: Vec<Range<usize>>,
    found: Found,
}

impl<'w> Finder<'w> {
    /// A finder of these patterns in texts that are analysed as `language`.
    pub fn new(wanted: &'w [Wanted], language: Language) -> Finder<'w> {
        Finder {
            worths: Worths::new(wanted),
            lookup: Lookup::new(wanted),
            seeds: Seeds::new(wanted, language),
            windows: Vec::new(),
            found: Found::default(),
        }
    }

    /// As [`passages`]. `analyzer` must be of the finder's language.
    pub fn passages(
        &mut self,
        prose: &str,
        analyzer: &mut Analyzer,
        limits: Limits,
    ) -> Vec<Fragment> {
        let text = prose.trim_end();
        let first = text.len() - text.trim_start().len();
        if first == text.len() || limits.fragments == 0 {
            return Vec::new();
        }
        self.find(text, analyzer);
        let limit = limits.fragment.max(1);
        let whole = whole_matches(&self.found, limit);
        let cutter = Cutter {
            text,
            limit,
            whole: &whole,
        };
        let mut cuts = match clusters::length_within(&text[first..], limit) {
            Some(_) => vec![Cut::closed(first..text.len())],
            None => self.choose(&cutter, limits.fragments),
        };
        if cuts.is_empty() {
            cuts.push(cutter.cut(first..first, first..text.len()));
        }
        cuts.sort_by_key(|cut| cut.range.start);
        cuts.iter()
            .map(|cut| pieces::fragment(text, cut, &self.found.marks))
            .collect()
    }

    /// As [`marked`]. `analyzer` must be of the finder's language.
    pub fn marked(&mut self, text: &str, analyzer: &mut Analyzer) -> Fragment {
        self.find(text, analyzer);
        pieces::fragment(text, &Cut::closed(0..text.len()), &self.found.marks)
    }

    /// As [`Finder::marked`], if anything matches.
    pub fn marked_if_any(&mut self, text: &str, analyzer: &mut Analyzer) -> Option<Fragment> {
        self.find(text, analyzer);
        if self.found.marks.is_empty() {
            return None;
        }
        let fragment = pieces::fragment(text, &Cut::closed(0..text.len()), &self.found.marks);
        fragment
            .iter()
            .any(|piece| piece.matched)
            .then_some(fragment)
    }

    /// Finds every match in `text`.
    fn find(&mut self, text: &str, analyzer: &mut Analyzer) {
        self.found.clear();
        scanning::scan(text, &self.seeds, &mut self.windows);
        for window in &self.windows {
            let part = &text[window.clone()];
            let tokens = analyzer.analyze(part);
            self.lookup
                .find(part, tokens, window.start, &mut self.found);
        }
        self.found.finish();
    }

    /// The fragments around the best matches, the best first.
    fn choose(&self, cutter: &Cutter<'_>, most: usize) -> Vec<Cut> {
        let matches = &self.found.matches;
        let mut chooser = Chooser::new(cutter.text, matches, &self.worths, cutter.limit);
        let mut cuts: Vec<Cut> = Vec::new();
        let mut taken: Vec<Range<usize>> = Vec::new();
        while cuts.len() < most
            && let Some(core) = chooser.next(&taken)
        {
            let cut = cutter.cut(core.clone(), free_around(&core, &taken, cutter.text.len()));
            chooser.show(&cut.range);
            taken.push(cut.range.clone());
            cuts.push(cut);
        }
        cuts
    }
}

/// What is free around `core` between the stretches taken.
fn free_around(core: &Range<usize>, taken: &[Range<usize>], length: usize) -> Range<usize> {
    let before = taken.iter().map(|taken| taken.end);
    let behind = taken.iter().map(|taken| taken.start);
    let start = before.filter(|&end| end <= core.start).max();
    let end = behind.filter(|&start| start >= core.end).min();
    start.unwrap_or(0)..end.unwrap_or(length)
}

/// The stretches that no cut may go through: the matches, overlapping ones as one. Where so many overlap that no fragment
/// holds them all, a cut may go between them.
fn whole_matches(found: &Found, limit: usize) -> Vec<Range<usize>> {
    let mut whole: Vec<(Range<usize>, usize)> = Vec::new();
    for found in &found.matches {
        match whole.last_mut() {
            Some((last, count)) if found.start < last.end => {
                last.end = last.end.max(found.end);
                *count += 1;
            }
            _ => whole.push((found.start..found.end, 1)),
        }
    }
    let fits = |(range, count): &(Range<usize>, usize)| *count == 1 || range.len() <= limit;
    whole.retain(fits);
    whole.into_iter().map(|(range, _)| range).collect()
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
