//! A response to bytes: text, JSON, TREC. Pure, over `impl Write`.
//!
//! Nothing here asks what it writes to: the width and the [`theme`](theme::Theme) are given. Every character of the corpus
//! and of the query goes through [`clean`] on its way to a terminal, in JSON too, so that no escape sequence in a file
//! of somebody else's is ever obeyed.

pub mod clean;
pub mod entry;
pub mod json;
pub mod jsonl;
pub mod problem;
pub mod summary;
pub mod text;
pub mod theme;
pub mod trec;
pub mod warning;
mod wrap;

#[cfg(test)]
mod samples;

/// A number with its thousands apart: `36,274`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 hit`, `36,274 entries`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", thousands(number))
}

/// A count as an exact number or a lower bound, as it was counted: `3`, `at least 10,000`.
pub fn bounded(number: u64, exact: bool) -> String {
    let least = if exact { "" } else { "at least " };
    format!("{least}{}", thousands(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_apart_by_thousands() {
        for (number, shown) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_088_190, "1,088,190"),
        ] {
            assert_eq!(thousands(number), shown);
        }
        assert_eq!(counted(1, "entry", "entries"), "1 entry");
        assert_eq!(counted(0, "entry", "entries"), "0 entries");
        assert_eq!(bounded(10_000, false), "at least 10,000");
    }
}
