//! Cutting a fragment around matches: whole sentences where they fit, else a stretch of one between its words.

use std::ops::Range;
use std::sync::OnceLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

use super::clusters;
use super::sentences::{end_behind, start_before};
use crate::analysis::is_unspaced;

/// A stretch without white space longer than this (in bytes) is no word that a reader would miss the rest of.
const LONGEST_WORD: usize = 48;
/// Bytes of a character that a sentence is looked for in; one of larger characters is cut as a long one.
const USUAL_CHARACTER: usize = 12;
/// Bytes before a place from which the words of an unspaced script are told apart: enough to be in step.
const WORD_CONTEXT: usize = 96;

/// A fragment's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    /// Bytes of the text.
    pub(super) range: Range<usize>,
    /// It begins inside a sentence.
    pub(super) open_start: bool,
    /// It ends inside a sentence.
    pub(super) open_end: bool,
}

impl Cut {
    /// A stretch with nothing cut off.
    pub(super) fn closed(range: Range<usize>) -> Cut {
        Cut {
            range,
            open_start: false,
            open_end: false,
        }
    }
}

/// Cuts fragments from one text.
pub(super) struct Cutter<'t> {
    pub(super) text: &'t str,
    /// Clusters in a fragment, about.
    pub(super) limit: usize,
    /// Stretches that must not be cut, in order, apart from each other.
    pub(super) whole: &'t [Range<usize>],
}

impl Cutter<'_> {
    /// The fragment around `core`, inside `free`. Up to a quarter longer than the limit where that saves a sentence,
    /// longer than that only where `core` is.
    pub(super) fn cut(&self, core: Range<usize>, free: Range<usize>) -> Cut {
        let core = self.with_overlapping(core, &free);
        let start = clusters::floor(self.text, core.start, 0);
        let core = start..clusters::ceiling(self.text, core.end, start);
        let sentence = self.sentence(&core, &free);
        let whole = !sentence.open_start
            && !sentence.open_end
            && self.fits(&sentence.range, self.limit + self.limit / 4);
        let cut = match whole {
            true => self.with_neighbours(sentence, &free),
            false => self.narrow(core, sentence),
        };
        self.trimmed(cut)
    }

    fn reach(&self) -> usize {
        self.limit.saturating_mul(USUAL_CHARACTER)
    }

    fn fits(&self, range: &Range<usize>, most: usize) -> bool {
        clusters::length_within(&self.text[range.clone()], most).is_some()
    }

    /// `core` with the matches that reach into it, where there is room.
    fn with_overlapping(&self, core: Range<usize>, free: &Range<usize>) -> Range<usize> {
        let (mut start, mut end) = (core.start, core.end);
        let from = self.whole.partition_point(|whole| whole.end <= core.start);
        for whole in &self.whole[from..] {
            if whole.start >= core.end {
                break;
            }
            (start, end) = (start.min(whole.start), end.max(whole.end));
        }
        let wider = start..end;
        let is_free = free.start <= start && end <= free.end;
        match is_free && self.fits(&wider, self.limit) {
            true => wider,
            false => core,
        }
    }

    /// The sentence or sentences that `core` is in, as far as they can be seen and are free.
    fn sentence(&self, core: &Range<usize>, free: &Range<usize>) -> Cut {
        let start = start_before(self.text, core.start, self.reach());
        let end = end_behind(self.text, core.end, self.reach());
        let open_start = start.is_none_or(|start| start < free.start) && !self.opens(free.start);
        let open_end = end.is_none_or(|end| end > free.end);
        Cut {
            range: start.unwrap_or(free.start).max(free.start)
                ..end.unwrap_or(free.end).min(free.end),
            open_start,
            open_end,
        }
    }

    /// Whether a sentence begins at `at`, white space aside.
    fn opens(&self, at: usize) -> bool {
        let rest = &self.text[at..];
        let at = self.text.len() - rest.trim_start().len();
        let start = start_before(self.text, at, self.reach()).unwrap_or(0);
        self.text[start..at].trim_start().is_empty()
    }

    /// Adds the sentences behind and before while they fit.
    fn with_neighbours(&self, mut cut: Cut, free: &Range<usize>) -> Cut {
        loop {
            let Range { start, end } = cut.range;
            let behind = end_behind(self.text, end, self.reach())
                .filter(|&behind| behind > end && behind <= free.end)
                .filter(|&behind| self.fits(&(start..behind), self.limit));
            if let Some(behind) = behind {
                cut.range = start..behind;
                continue;
            }
            let before = self
                .previous_start(start)
                .filter(|&before| before < start && before >= free.start)
                .filter(|&before| self.fits(&(before..end), self.limit));
            match before {
                Some(before) => cut.range = before..end,
                None => return cut,
            }
        }
    }

    fn previous_start(&self, start: usize) -> Option<usize> {
        let inside = self.text[..start].char_indices().next_back()?.0;
        start_before(self.text, inside, self.reach())
    }

    /// As much of a long sentence around `core` as fits: the same on both sides, or what one side leaves to the other.
    fn narrow(&self, core: Range<usize>, sentence: Cut) -> Cut {
        let text = self.text;
        let room = clusters::length_within(&text[core.clone()], self.limit)
            .map_or(0, |length| self.limit - length);
        let length = |from, to| clusters::length_within(&text[from..to], room).unwrap_or(room + 1);
        let before = length(sentence.range.start, core.start);
        let behind = length(core.end, sentence.range.end);
        let left = before.min((room / 2).max(room.saturating_sub(behind)));
        let right = behind.min(room - left);
        let mut cut = Cut {
            range: core.clone(),
            ..sentence
        };
        if left == before && !sentence.open_start {
            cut.range.start = sentence.range.start;
        } else {
            cut.range.start = self.start_of_words(&core, left, sentence.range.start);
            cut.open_start = true;
        }
        if right == behind && !sentence.open_end {
            cut.range.end = sentence.range.end;
        } else {
            cut.range.end = self.end_of_words(&core, right, sentence.range.end);
            cut.open_end = true;
        }
        cut
    }

    /// Where to begin at most `room` clusters before `core`: between words, in no match.
    fn start_of_words(&self, core: &Range<usize>, room: usize, floor: usize) -> usize {
        let floor = clusters::ceiling(self.text, floor, 0).min(core.start);
        let at = clusters::step_back(self.text, core.start, room, floor);
        let mut at = self.word_start(at, core.start);
        while at < core.start
            && let Some(cut) = self.match_around(at)
        {
            at = self.word_start(cut.end.min(core.start), core.start);
        }
        self.with_space_before(at, floor)
    }

    /// Where to end at most `room` clusters behind `core`: between words, in no match.
    fn end_of_words(&self, core: &Range<usize>, room: usize, ceiling: usize) -> usize {
        let ceiling = clusters::floor(self.text, ceiling, 0).max(core.end);
        let at = clusters::step_forward(self.text, core.end, room, ceiling);
        let mut at = self.word_end(at, core.end);
        while at > core.end
            && let Some(cut) = self.match_around(at)
        {
            at = self.word_end(cut.start.max(core.end), core.end);
        }
        self.with_space_behind(at, ceiling)
    }

    /// The match that a cut at `at` would be inside of.
    fn match_around(&self, at: usize) -> Option<&Range<usize>> {
        let index = self.whole.partition_point(|whole| whole.end <= at);
        self.whole.get(index).filter(|whole| whole.start < at)
    }

    /// The first word start at or behind `at` (a bound), at most `end` (one too).
    fn word_start(&self, at: usize, end: usize) -> usize {
        let text = self.text;
        if at == end
            || text[..at]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace)
        {
            return at;
        }
        if around(text, at).any(is_unspaced) {
            return self
                .word_bounds(at)
                .find(|&bound| bound >= at)
                .unwrap_or(end)
                .min(end);
        }
        let ahead = &text[at..end.min(text.ceil_char_boundary(at + LONGEST_WORD))];
        match ahead.find(char::is_whitespace) {
            Some(space) => end.min(at + space + leading_space(&text[at + space..end])),
            None if at + ahead.len() == end => end,
            None => at,
        }
    }

    /// The last word end at or before `at` (a bound), at least `start` (one too).
    fn word_end(&self, at: usize, start: usize) -> usize {
        let text = self.text;
        if text[at..].starts_with(char::is_whitespace) {
            return start + text[start..at].trim_end().len();
        }
        if at == start || at == text.len() {
            return at;
        }
        if around(text, at).any(is_unspaced) {
            let bounds = self.word_bounds(at).take_while(|&bound| bound <= at);
            return bounds.last().unwrap_or(start).max(start);
        }
        let from = start.max(text.floor_char_boundary(at.saturating_sub(LONGEST_WORD)));
        let behind = &text[from..at];
        match behind.rfind(char::is_whitespace) {
            Some(space) => from + text[from..from + space].trim_end().len(),
            None if from == start => start,
            None => at,
        }
    }

    /// The bounds of words from a little before `at` on, those only that are bounds of clusters too.
    fn word_bounds(&self, at: usize) -> impl Iterator<Item = usize> {
        let text = self.text;
        let from = clusters::floor(
            text,
            text.floor_char_boundary(at.saturating_sub(WORD_CONTEXT)),
            0,
        );
        let to = text.ceil_char_boundary(at + WORD_CONTEXT);
        segmenter()
            .segment_str(&text[from..to])
            .map(move |bound| from + bound)
            .filter(move |&bound| bound == to || clusters::is_bound(text, bound))
    }

    /// `… without` rather than `…without`: the one blank at a cut is kept.
    fn with_space_before(&self, at: usize, floor: usize) -> usize {
        let blank = at > floor && self.text.as_bytes()[at - 1] == b' ';
        let at = if blank { at - 1 } else { at };
        clusters::ceiling(self.text, at, 0)
    }

    fn with_space_behind(&self, at: usize, ceiling: usize) -> usize {
        let blank = at < ceiling && self.text.as_bytes()[at] == b' ';
        match blank && clusters::is_bound(self.text, at + 1) {
            true => at + 1,
            false => clusters::floor(self.text, at, 0),
        }
    }

    /// Without white space at the ends that are not cut.
    fn trimmed(&self, mut cut: Cut) -> Cut {
        let text = self.text;
        if !cut.open_end {
            cut.range.end = cut.range.start + text[cut.range.clone()].trim_end().len();
        }
        if !cut.open_start {
            let start = cut.range.end - text[cut.range.clone()].trim_start().len();
            cut.range.start = clusters::floor(text, start, cut.range.start);
        }
        cut
    }
}

/// The characters on both sides of a place.
fn around(text: &str, at: usize) -> impl Iterator<Item = char> {
    let before = text[..at].chars().next_back();
    before.into_iter().chain(text[at..].chars().next())
}

fn leading_space(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Made at the first need: its dictionaries are not for English prose to load.
fn segmenter() -> WordSegmenterBorrowed<'static> {
    static SEGMENTER: OnceLock<WordSegmenterBorrowed<'static>> = OnceLock::new();
    *SEGMENTER.get_or_init(|| WordSegmenter::new_auto(WordBreakInvariantOptions::default()))
}
