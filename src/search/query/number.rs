//! Numbers in a query: boosts, slops and ranges. Plain decimal notation only; what is no number is text.

use std::ops::Bound;

use super::{BOOSTS, MAX_SLOP};

/// `word^2` as the word and its boost, kept within [`BOOSTS`]; `None` where there is no boost or no word.
///
/// Looks only at the number at the end, however long the text: it is asked for every bracket of a run of brackets.
pub(super) fn split_boost(text: &str) -> Option<(&str, f32)> {
    let marked = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let base = marked.strip_suffix('^').filter(|base| !base.is_empty())?;
    Some((base, boost_value(&text[marked.len()..])?))
}

/// The boost that a text begins with, and its bytes.
pub(super) fn boost(text: &str) -> Option<(f32, usize)> {
    let number = text.strip_prefix('^')?;
    let length = number
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(number.len());
    Some((boost_value(&number[..length])?, length + 1))
}

fn boost_value(number: &str) -> Option<f32> {
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value: f32 = number.parse().ok().filter(|_| plain)?;
    Some(value.clamp(*BOOSTS.start(), *BOOSTS.end()))
}

/// The slop that a text begins with (`~3`), kept to [`MAX_SLOP`], and its bytes.
pub(super) fn slop(text: &str) -> Option<(u32, usize)> {
    let number = text.strip_prefix('~')?;
    let length = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    if length == 0 {
        return None;
    }
    // Too many digits for the type are too large a slop.
    let value = number[..length].parse().unwrap_or(MAX_SLOP);
    Some((value.min(MAX_SLOP), length + 1))
}

/// Two ends between which a value lies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) low: Bound<f64>,
    pub(super) high: Bound<f64>,
    /// Where the ends were typed the wrong way round (they are the right way round here): the range as it should be typed.
    pub(super) swapped: Option<String>,
}

/// `1970..1979`, `..3`, `3..`, `>1990`, `>=`, `<`, `<=`.
pub(super) fn range(text: &str) -> Option<Span> {
    use Bound::{Excluded, Included, Unbounded};
    let (low, high) = match split_comparison(text) {
        Some((">=" | "≥", number)) => (Included(value(number)?), Unbounded),
        Some(("<=" | "≤", number)) => (Unbounded, Included(value(number)?)),
        Some((">", number)) => (Excluded(value(number)?), Unbounded),
        Some((_, number)) => (Unbounded, Excluded(value(number)?)),
        None => return dotted(text),
    };
    Some(Span {
        low,
        high,
        swapped: None,
    })
}

fn split_comparison(text: &str) -> Option<(&str, &str)> {
    let length = match text.as_bytes() {
        [b'>' | b'<', b'=', ..] => 2,
        [b'>' | b'<', ..] => 1,
        _ => text
            .chars()
            .next()
            .filter(|c| matches!(c, '≥' | '≤'))?
            .len_utf8(),
    };
    Some(text.split_at(length))
}

/// Two dots, or three, with a number on at least one side.
fn dotted(text: &str) -> Option<Span> {
    let (left, right) = text.split_once("..")?;
    let right = right.strip_prefix('.').unwrap_or(right);
    let end = |number: &str| match number {
        "" => Some(None),
        number => value(number).map(Some),
    };
    let bound = |end: Option<f64>| end.map_or(Bound::Unbounded, Bound::Included);
    let (low, high) = (end(left)?, end(right)?);
    match (low, high) {
        (None, None) => None,
        (Some(a), Some(b)) if a > b => Some(Span {
            low: bound(high),
            high: bound(low),
            swapped: Some(format!("{right}..{left}")),
        }),
        _ => Some(Span {
            low: bound(low),
            high: bound(high),
            swapped: None,
        }),
    }
}

/// A finite number: `1990`, `-3`, `7.5`, `10,000`.
fn value(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !fraction.is_none_or(all_digits) || !(all_digits(whole) || has_thousands(whole)) {
        return None;
    }
    let number: f64 = text.replace(',', "").parse().ok()?;
    Some(number).filter(|number| number.is_finite())
}

/// `10,000`: groups of three digits behind a first of one to three.
fn has_thousands(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    groups
        .next()
        .is_some_and(|group| (1..=3).contains(&group.len()) && digits(group))
        && groups.all(|group| group.len() == 3 && digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Bound::*;

    #[test]
    fn ranges_and_what_is_none() {
        for (text, low, high) in [
            ("1970..1979", Included(1970.0), Included(1979.0)),
            ("1970...1979", Included(1970.0), Included(1979.0)),
            ("1979..1970", Included(1970.0), Included(1979.0)),
            ("..3", Unbounded, Included(3.0)),
            ("-3.5..", Included(-3.5), Unbounded),
            (">1990", Excluded(1990.0), Unbounded),
            (">=1990", Included(1990.0), Unbounded),
            ("<-2", Unbounded, Excluded(-2.0)),
            ("≤10,000", Unbounded, Included(10_000.0)),
        ] {
            let range = range(text).unwrap_or_else(|| panic!("{text} is a range"));
            assert_eq!((range.low, range.high), (low, high), "{text}");
        }
        let digits = "9".repeat(400);
        for text in [
            "..",
            "...",
            ">",
            "a..b",
            "1..b",
            "1994",
            "1,00..",
            "1e5..",
            "..inf",
            "NaN..",
            ".5..",
            &format!("{digits}.."),
        ] {
            assert_eq!(range(text), None, "{text}");
        }
    }

    #[test]
    fn boosts_and_slops_are_kept_within_bounds() {
        assert_eq!(split_boost("word^2"), Some(("word", 2.0)));
        assert_eq!(split_boost("word^.5"), Some(("word", 0.5)));
        assert_eq!(split_boost("word^0"), Some(("word", 0.01)));
        assert_eq!(
            split_boost(&format!("word^{}", "9".repeat(99))),
            Some(("word", 1000.0))
        );
        for text in [
            "^2",
            "word^",
            "word^x",
            "word^-1",
            "word^inf",
            "word^1e9",
            "word^1.2.3",
            "^_^",
        ] {
            assert_eq!(split_boost(text), None, "{text}");
        }
        assert_eq!(slop("~3"), Some((3, 2)));
        assert_eq!(slop("~99999999999"), Some((50, 12)));
        assert_eq!(slop("~"), None);
    }
}
