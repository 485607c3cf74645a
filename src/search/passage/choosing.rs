//! Choosing which matches a fragment is made around.
//!
//! A window slides over the matches, as wide as a fragment less some room for what stands around them, and is worth the
//! parts of the query that it holds. Each part counts once in full (twice found is little better than once), a phrase above
//! its words, words side by side above words apart, and earlier a bit above later. What an earlier fragment shows already
//! counts little: the next one is for what is still missing.

use std::ops::Range;

use super::Wanted;
use super::matching::Match;
use crate::search::pattern::Pattern;

/// What a phrase is worth above a word of its weight.
const PHRASE: f64 = 1.5;
/// What all further matches of a part may add at most to its first.
const REPEATS: f64 = 0.25;
/// What two neighbouring words add, as a share of the lesser of them.
const SIDE_BY_SIDE: f64 = 0.5;
/// What is left of a part that an earlier fragment shows.
const SHOWN_BEFORE: f64 = 0.3;
/// What a place loses at most for coming late in a text, and the byte by which half of that is lost.
const LATE: (f64, f64) = (0.15, 2000.0);
/// A further fragment must be worth this share of the first.
const WORTH_SHOWING: f64 = 0.15;
/// No part is worth nothing, whatever its weight says.
const LEAST: f64 = 1e-3;

/// The parts of a query, numbered from 0, with what they are worth.
pub(super) struct Worths {
    /// For each wanted its part and its worth.
    wanted: Vec<(usize, f64)>,
    /// For each part its wanted.
    parts: Vec<Vec<usize>>,
}

impl Worths {
    pub(super) fn new(wanted: &[Wanted]) -> Worths {
        let mut atoms: Vec<usize> = wanted.iter().map(|wanted| wanted.atom).collect();
        atoms.sort_unstable();
        atoms.dedup();
        let mut parts = vec![Vec::new(); atoms.len()];
        let worths = wanted.iter().enumerate().map(|(index, wanted)| {
            let part = atoms.binary_search(&wanted.atom).unwrap_or(0);
            parts[part].push(index);
            let weight = f64::from(wanted.weight).clamp(LEAST, 1e6);
            let weight = if weight.is_nan() { LEAST } else { weight };
            match &wanted.pattern {
                Pattern::Phrase { elements, .. } if elements.len() > 1 => (part, weight * PHRASE),
                _ => (part, weight),
            }
        });
        Worths {
            wanted: worths.collect(),
            parts,
        }
    }
}

/// Picks windows of matches, the best first.
pub(super) struct Chooser<'a> {
    worths: &'a Worths,
    matches: &'a [Match],
    /// For each match how many characters stand before it, counted from the first match.
    places: Vec<usize>,
    /// For each match what it adds for standing right behind the one before.
    beside: Vec<f64>,
    /// Which parts the fragments made so far show.
    shown: Vec<bool>,
    /// What the first choice was worth.
    first: Option<f64>,
    /// Characters that a window may take.
    width: usize,
}

impl<'a> Chooser<'a> {
    /// A chooser among `matches` (in order) of `text`, for fragments of `limit` characters.
    pub(super) fn new(
        text: &str,
        matches: &'a [Match],
        worths: &'a Worths,
        limit: usize,
    ) -> Chooser<'a> {
        let mut chooser = Chooser {
            worths,
            matches,
            places: Vec::with_capacity(matches.len()),
            beside: Vec::with_capacity(matches.len()),
            shown: vec![false; worths.parts.len()],
            first: None,
            width: limit - limit / 4,
        };
        let (mut place, mut previous) = (0, None);
        for found in matches {
            let before = previous.unwrap_or(found);
            place += characters(&text.as_bytes()[before.start..found.start]);
            chooser.places.push(place);
            chooser
                .beside
                .push(chooser.worth_beside(text, before, found));
            previous = Some(found);
        }
        chooser
    }

    fn worth_beside(&self, text: &str, before: &Match, found: &Match) -> f64 {
        let (a, b) = (
            self.worths.wanted[before.wanted],
            self.worths.wanted[found.wanted],
        );
        let between = text.get(before.end..found.start).unwrap_or("-");
        let near = between.len() <= 4 && !between.contains(char::is_alphanumeric);
        match a.0 != b.0 && before.end <= found.start && near {
            true => SIDE_BY_SIDE * a.1.min(b.1),
            false => 0.0,
        }
    }

    /// The place of the best window that no stretch of `taken` (in any order) holds any part of; nothing when none is
    /// worth a fragment of its own.
    pub(super) fn next(&mut self, taken: &[Range<usize>]) -> Option<Range<usize>> {
        let mut window = Window::new(self);
        let mut best: Option<(f64, Range<usize>)> = None;
        for index in 0..self.matches.len() {
            let found = &self.matches[index];
            if taken.iter().any(|taken| overlaps(taken, found)) {
                window.clear(index + 1);
                continue;
            }
            let start = self.matches[window.first.min(index)].start;
            if taken
                .iter()
                .any(|taken| taken.start > start && taken.end <= found.start)
            {
                window.clear(index);
            }
            while window.first < index && !self.holds(window.first, index) {
                window.remove_first();
            }
            window.add(index);
            let worth = window.worth * earliness(self.matches[window.first].start);
            if best
                .as_ref()
                .is_none_or(|(most, _)| worth > most * (1.0 + 1e-9))
            {
                best = Some((worth, window.first..index + 1));
            }
        }
        let (worth, window) = best?;
        let first = *self.first.get_or_insert(worth);
        (worth >= first * WORTH_SHOWING).then(|| self.place(&window))
    }

    /// Notes what a fragment shows.
    pub(super) fn show(&mut self, fragment: &Range<usize>) {
        let from = self
            .matches
            .partition_point(|found| found.start < fragment.start);
        for found in &self.matches[from..] {
            if found.start >= fragment.end {
                break;
            }
            if found.end <= fragment.end {
                self.shown[self.worths.wanted[found.wanted].0] = true;
            }
        }
    }

    /// Whether one window may hold all from one match to another. A match too long for any is alone in its own.
    fn holds(&self, first: usize, last: usize) -> bool {
        let length = |index: usize| self.matches[index].end - self.matches[index].start;
        let reach = self.places[last] - self.places[first];
        reach + length(last) <= self.width && length(first) <= self.width
    }

    fn place(&self, window: &Range<usize>) -> Range<usize> {
        let matches = &self.matches[window.clone()];
        let end = matches.iter().map(|found| found.end).max();
        matches[0].start..end.unwrap_or(matches[0].end)
    }
}

/// The matches `first..` up to the one added last, and what they are worth together.
struct Window<'c, 'a> {
    chooser: &'c Chooser<'a>,
    first: usize,
    behind: usize,
    /// How often each wanted occurs.
    counts: Vec<u32>,
    /// What each part adds now.
    adds: Vec<f64>,
    worth: f64,
}

impl<'c, 'a> Window<'c, 'a> {
    fn new(chooser: &'c Chooser<'a>) -> Window<'c, 'a> {
        Window {
            chooser,
            first: 0,
            behind: 0,
            counts: vec![0; chooser.worths.wanted.len()],
            adds: vec![0.0; chooser.worths.parts.len()],
            worth: 0.0,
        }
    }

    fn clear(&mut self, first: usize) {
        while self.first < self.behind {
            self.remove_first();
        }
        (self.first, self.behind) = (first, first);
        self.worth = 0.0;
    }

    fn add(&mut self, index: usize) {
        if self.first < index {
            self.worth += self.chooser.beside[index];
        }
        self.behind = index + 1;
        self.count(index, |count| count + 1);
    }

    fn remove_first(&mut self) {
        let index = self.first;
        self.first += 1;
        if self.first < self.behind {
            self.worth -= self.chooser.beside[self.first];
        }
        self.count(index, |count| count - 1);
    }

    fn count(&mut self, index: usize, change: impl Fn(u32) -> u32) {
        let wanted = self.chooser.matches[index].wanted;
        let part = self.chooser.worths.wanted[wanted].0;
        self.counts[wanted] = change(self.counts[wanted]);
        let adds = self.part_worth(part);
        self.worth += adds - self.adds[part];
        self.adds[part] = adds;
    }

    fn part_worth(&self, part: usize) -> f64 {
        let worths = self.chooser.worths;
        let (mut most, mut count) = (0.0_f64, 0);
        for &wanted in &worths.parts[part] {
            if self.counts[wanted] > 0 {
                most = most.max(worths.wanted[wanted].1);
                count += self.counts[wanted];
            }
        }
        if count == 0 {
            return 0.0;
        }
        let fresh = if self.chooser.shown[part] {
            SHOWN_BEFORE
        } else {
            1.0
        };
        most * fresh * (1.0 + REPEATS * (1.0 - 1.0 / f64::from(count)))
    }
}

fn earliness(start: usize) -> f64 {
    let (loss, half) = LATE;
    let start = start as f64;
    1.0 - loss * start / (start + half)
}

fn overlaps(range: &Range<usize>, found: &Match) -> bool {
    found.start < range.end && range.start < found.end
}

/// Characters of UTF-8: its bytes that continue none.
fn characters(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte as i8 >= -0x40).count()
}
