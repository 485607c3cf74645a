//! What stands behind a word, phrase or group: closing brackets, `~3`, `*`, `^2`.

use std::ops::Range;

use super::lexer::is_space;
use super::number;

/// A closing bracket at the end of a run, with its boost.
pub(super) struct Closer {
    pub(super) at: Range<usize>,
    pub(super) boost: f32,
}

/// The closing brackets at the end of a run: `)`, `))`, `)^2`, `))^2)`.
pub(super) fn closers(run: &str) -> Vec<Closer> {
    let mut closers = Vec::new();
    let mut end = run.len();
    loop {
        let (bare, boost) = match number::split_boost(&run[..end]) {
            Some((bare, boost)) if bare.ends_with(')') => (bare, boost),
            _ => (&run[..end], 1.0),
        };
        if !bare.ends_with(')') {
            break;
        }
        let start = bare.len() - 1;
        closers.push(Closer {
            at: start..end,
            boost,
        });
        end = start;
    }
    closers.reverse();
    closers
}

/// What stands behind the closing quote of a phrase: `~3`, `*`, `^2`, each once and in any order.
pub(super) struct Suffix {
    pub(super) slop: u32,
    pub(super) prefix: bool,
    pub(super) boost: f32,
    /// Bytes.
    pub(super) length: usize,
    /// Bytes, less a boost at the end.
    pub(super) unboosted: usize,
}

impl Suffix {
    /// Reads what `rest` begins with; nothing, where it does not end as a run does.
    pub(super) fn of(rest: &str) -> Suffix {
        let none = Suffix {
            slop: 0,
            prefix: false,
            boost: 1.0,
            length: 0,
            unboosted: 0,
        };
        let mut suffix = Suffix { ..none };
        let (mut slop_seen, mut boost_seen) = (false, false);
        loop {
            let here = &rest[suffix.length..];
            if !suffix.prefix && here.starts_with('*') {
                suffix.prefix = true;
                suffix.length += 1;
                suffix.unboosted = suffix.length;
            } else if let (false, Some((slop, length))) = (slop_seen, number::slop(here)) {
                slop_seen = true;
                suffix.slop = slop;
                suffix.length += length;
                suffix.unboosted = suffix.length;
            } else if let (false, Some((boost, length))) = (boost_seen, number::boost(here)) {
                boost_seen = true;
                suffix.boost = boost;
                suffix.length += length;
            } else {
                break;
            }
        }
        match rest[suffix.length..].chars().next() {
            None | Some(')') => suffix,
            Some(c) if is_space(c) => suffix,
            Some(_) => none,
        }
    }
}
