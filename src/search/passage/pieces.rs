//! Putting fragments together: a stretch of text, its marks, and `…` where it was cut.

use std::ops::Range;

use super::clusters;
use super::cutting::Cut;
use crate::search::response::{Fragment, Piece};

/// The fragment of a cut, with those of `marks` (in order, apart from each other) that are inside.
pub(super) fn fragment(text: &str, cut: &Cut, marks: &[Range<usize>]) -> Fragment {
    let mut pieces = Pieces::default();
    if cut.open_start {
        pieces.push("…", false);
    }
    let Range { start, end } = cut.range;
    let mut at = start;
    let from = marks.partition_point(|mark| mark.end <= start);
    for mark in &marks[from..] {
        if mark.start >= end {
            break;
        }
        // What a reader sees as one character is marked as a whole.
        let first = clusters::floor(text, mark.start.max(at), at);
        let behind = clusters::ceiling(text, mark.end.clamp(first, end), first);
        pieces.push(&text[at..first], false);
        pieces.push(&text[first..behind], true);
        at = behind;
    }
    pieces.push(&text[at..end], false);
    if cut.open_end {
        pieces.push("…", false);
    }
    pieces.0
}

#[derive(Default)]
struct Pieces(Fragment);

impl Pieces {
    /// Adds text; what is of the same kind as the last piece joins it.
    fn push(&mut self, text: &str, matched: bool) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.matched == matched => last.text.push_str(text),
            _ => self.0.push(Piece {
                text: text.to_owned(),
                matched,
            }),
        }
    }
}
