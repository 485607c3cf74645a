//! Which stretches of a text are worth analysing.
//!
//! A snippet should not cost the analysis of a whole text. The scan looks at how words begin ([`Seeds`]) and picks the
//! chunks (what stands between white space) in which a pattern may stand, with what the analyzer looks at beyond a
//! chunk: initials join the word behind them (`T. Rex`), and a phrase may have other words between its own. What is
//! analysed in such windows gives just the matches that the analysis of the whole would give; a property test holds it
//! to that.

use std::ops::Range;

use super::seeds::{Seeds, is_space, typographic};

/// Fills `windows` with the stretches in which anything may match, in order, none touching the next.
pub(super) fn scan(text: &str, seeds: &Seeds<'_>, windows: &mut Vec<Range<usize>>) {
    windows.clear();
    if seeds.everything {
        windows.push(0..text.len());
        return;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(hit) = seeds.next(bytes, at) {
        let chunk = chunk_around(bytes, hit, at);
        at = chunk.end;
        if may_match(&bytes[chunk.clone()], seeds) {
            let window = with_initials(bytes, chunk, windows.last().map_or(0, |last| last.end));
            at = window.end;
            add(bytes, window, seeds.slop, windows);
        }
    }
}

/// The chunk around `at`, which begins no earlier than `floor`.
fn chunk_around(bytes: &[u8], at: usize, floor: usize) -> Range<usize> {
    let before = bytes[floor..at].iter().rposition(|&byte| is_space(byte));
    before.map_or(floor, |space| floor + space + 1)..end_of_chunk(bytes, at)
}

fn end_of_chunk(bytes: &[u8], at: usize) -> usize {
    let space = bytes[at..].iter().position(|&byte| is_space(byte));
    space.map_or(bytes.len(), |length| at + length)
}

/// Whether a chunk that begins as it should may match: a plain word is known by its letters, anything else must be
/// analysed.
fn may_match(chunk: &[u8], seeds: &Seeds<'_>) -> bool {
    plain_word(chunk).is_none_or(|word| seeds.wants(word))
}

/// The letters of a chunk that is one word of two ASCII letters or more, perhaps between marks: what the analyzer
/// takes the short way.
fn plain_word(chunk: &[u8]) -> Option<&[u8]> {
    let opening = chunk
        .iter()
        .take_while(|byte| matches!(byte, b'(' | b'"'))
        .count();
    let rest = &chunk[opening..];
    let letters = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let (word, closing) = rest.split_at(letters);
    let is_closing =
        |byte: &u8| matches!(byte, b',' | b'.' | b')' | b'"' | b';' | b':' | b'?' | b'!');
    (letters > 1 && closing.iter().all(is_closing)).then_some(word)
}

/// A chunk; if it may be an initial, with the initials before it and up to the word behind.
fn with_initials(bytes: &[u8], chunk: Range<usize>, floor: usize) -> Range<usize> {
    let Range { mut start, mut end } = chunk.clone();
    let text = &bytes[chunk.clone()];
    if is_initial(text) || !text.is_ascii() {
        while let Some(previous) = initial_before(bytes, start, floor) {
            start = previous;
        }
    }
    let mut last = chunk;
    while may_end_in_initial(&bytes[last.clone()])
        && let Some(next) = chunk_behind(bytes, end)
    {
        end = next.end;
        last = next;
    }
    start..end
}

/// Where the initial begins that is the chunk before `start`, if it is one and not before `floor`.
fn initial_before(bytes: &[u8], start: usize, floor: usize) -> Option<usize> {
    let gap = &bytes[floor..start];
    let last = floor + gap.iter().rposition(|&byte| !is_space(byte))?;
    let first = last.checked_sub(1).filter(|&first| first >= floor)?;
    let is_whole_chunk = first == 0 || is_space(bytes[first - 1]);
    (is_whole_chunk && is_initial(&bytes[first..=last])).then_some(first)
}

fn chunk_behind(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let gap = bytes[end..].iter().position(|&byte| !is_space(byte))?;
    Some(end + gap..end_of_chunk(bytes, end + gap))
}

/// `T.`
fn is_initial(chunk: &[u8]) -> bool {
    matches!(chunk, [letter, b'.'] if letter.is_ascii_alphabetic())
}

/// Whether a chunk is, or may once folded end in, an initial: behind its last space has at most one letter of ASCII.
fn may_end_in_initial(chunk: &[u8]) -> bool {
    if chunk.is_ascii() {
        return is_initial(chunk);
    }
    let mut letters = 0;
    for (index, byte) in chunk.iter().enumerate() {
        match byte {
            0..=0x7f => letters += usize::from(byte.is_ascii_alphanumeric()),
            0xc2..=0xf4 if may_be_space(chunk, index) => letters = 0,
            _ => {}
        }
    }
    letters < 2
}

/// Whether a character outside ASCII may turn out to be a space: any but the typographic marks and those of the blocks
/// of Latin, Cyrillic, Han and Hangul that surely have none.
fn may_be_space(chunk: &[u8], index: usize) -> bool {
    let surely_none = matches!(chunk[index], 0xc3..=0xc9 | 0xd0..=0xd4 | 0xe4..=0xe9 | 0xeb | 0xec);
    !surely_none && typographic(chunk, index).is_none()
}

/// Adds a window, as one with the last where a phrase may reach from one into the other.
fn add(bytes: &[u8], window: Range<usize>, slop: Option<u32>, windows: &mut Vec<Range<usize>>) {
    // The space before it comes along: a combining mark behind a space belongs to the space.
    let start = window.start.saturating_sub(1);
    match windows.last_mut() {
        Some(last) if is_near(&bytes[last.end..window.start], slop) => last.end = window.end,
        _ => windows.push(start..window.end),
    }
}

/// Whether at most `slop` words stand in a gap. What has no letter and no digit takes no position.
fn is_near(gap: &[u8], slop: Option<u32>) -> bool {
    let Some(slop) = slop else {
        return gap.len() < 2;
    };
    let mut words = 0;
    let mut in_word = false;
    for &byte in gap {
        if is_space(byte) {
            in_word = false;
        } else if !in_word && byte.is_ascii_alphanumeric() {
            in_word = true;
            words += 1;
            if words > slop {
                return false;
            }
        }
    }
    true
}
