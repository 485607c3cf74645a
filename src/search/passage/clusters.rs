//! Text as a reader counts it: in grapheme clusters.
//!
//! Nearly all text is ASCII, where a byte is a cluster (a line end of two bytes is counted as two: nobody sees it). Anywhere
//! else the segmenter needs a place to begin that is surely the start of a cluster; [`safe_start`] looks for the nearest.

use icu_properties::{CodePointMapData, props::GraphemeClusterBreak};
use icu_segmenter::GraphemeClusterSegmenter;

/// Bytes of a cluster that are looked at when stepping back; text of larger ones is passed over in fewer steps.
const USUAL_CLUSTER: usize = 8;

/// The ends of the clusters of `text`, which begins at the start of one.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    GraphemeClusterSegmenter::new().segment_str(text).skip(1)
}

/// How many clusters `text` has, when it has no more than `most`.
pub(super) fn length_within(text: &str, most: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes[..bytes.len().min(most.saturating_add(1))].is_ascii() {
        return (bytes.len() <= most).then_some(bytes.len());
    }
    let length = ends(text).take(most + 1).count();
    (length <= most).then_some(length)
}

/// The place `count` clusters behind `from` (a bound), at most `ceiling` (one too).
pub(super) fn step_forward(text: &str, from: usize, count: usize, ceiling: usize) -> usize {
    let to = from.saturating_add(count);
    if to >= ceiling {
        // Clusters have a byte at least.
        return match is_ascii(text, from, ceiling) {
            true => ceiling,
            false => nth_end(text, from, count, ceiling),
        };
    }
    match is_ascii(text, from, to + 1) && is_bound(text, to) {
        true => to,
        false => nth_end(text, from, count, ceiling),
    }
}

fn nth_end(text: &str, from: usize, count: usize, ceiling: usize) -> usize {
    match count.checked_sub(1) {
        None => from,
        Some(index) => ends(&text[from..])
            .nth(index)
            .map_or(ceiling, |length| ceiling.min(from + length)),
    }
}

/// The place `count` clusters before `from` (a bound), at least `floor` (one too). Nearer where clusters are very large.
pub(super) fn step_back(text: &str, from: usize, count: usize, floor: usize) -> usize {
    let to = from.saturating_sub(count).max(floor);
    if is_ascii(text, to, from) && is_bound(text, to) {
        return to;
    }
    let reach = from.saturating_sub(count.saturating_mul(USUAL_CLUSTER) + 32);
    let reach = text.floor_char_boundary(reach.max(floor));
    let base = safe_start(text, reach, 0);
    let starts = std::iter::once(0).chain(ends(&text[base..from]));
    let starts: Vec<usize> = starts
        .map(|start| base + start)
        .filter(|&start| start >= reach)
        .collect();
    let index = starts.len().saturating_sub(count + 1);
    starts.get(index).map_or(from, |&start| start)
}

/// Whether a cluster begins (or the text ends) at `at`, a character boundary.
pub(super) fn is_bound(text: &str, at: usize) -> bool {
    floor(text, at, 0) == at
}

/// The last bound at or before `at`; `known` is any bound before that.
pub(super) fn floor(text: &str, at: usize, known: usize) -> usize {
    let base = safe_start(text, at, known);
    if base == at || at >= text.len() {
        return at;
    }
    let before = ends(&text[base..]).take_while(|end| base + end <= at);
    base + before.last().unwrap_or(0)
}

/// The first bound at or behind `at`; `known` is any bound before that.
pub(super) fn ceiling(text: &str, at: usize, known: usize) -> usize {
    let base = safe_start(text, at, known);
    if base == at || at >= text.len() {
        return at;
    }
    let mut ends = ends(&text[base..]);
    ends.find(|end| base + end >= at)
        .map_or(text.len(), |end| base + end)
}

/// The nearest place at or before `at` that is surely a bound, without asking the segmenter; `known` is one.
fn safe_start(text: &str, at: usize, known: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = at;
    while at > known {
        let is_char = text.is_char_boundary(at);
        match bytes.get(at) {
            Some(b'\n') if bytes[at - 1] == b'\r' => {}
            Some(byte) if byte.is_ascii() && !follows_prepended(text, at) => return at,
            Some(_) if is_char && stands_alone(text, at) => return at,
            _ => {}
        }
        at -= 1;
    }
    known
}

/// Whether the character before `at` (one of ASCII) is a sign that shares the cluster of what it is put before: `؀1`.
fn follows_prepended(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let classes = CodePointMapData::<GraphemeClusterBreak>::new();
    before.is_some_and(|c| !c.is_ascii() && classes.get(c) == GraphemeClusterBreak::Prepend)
}

/// Whether the characters around `at` are two of those that never share a cluster: kanji and kana, or ASCII before them.
fn stands_alone(text: &str, at: usize) -> bool {
    let is_one = |c: char| matches!(c, '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fc}' | '\u{4e00}'..='\u{9fff}');
    let after = text[at..].chars().next();
    let before = text[..at].chars().next_back();
    after.is_some_and(is_one) && before.is_some_and(|c| is_one(c) || c.is_ascii())
}

fn is_ascii(text: &str, from: usize, to: usize) -> bool {
    text.as_bytes().get(from..to).is_some_and(<[u8]>::is_ascii)
}
