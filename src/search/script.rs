//! Words of scripts that put no spaces between them.

use std::sync::OnceLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

/// Whether this text is of a script written without spaces.
pub fn is_unspaced(text: &str) -> bool {
    text.chars().any(crate::analysis::is_unspaced)
}

/// The words of one run of typed text: the run itself, but where it holds an unspaced script its dictionary words.
pub fn words(text: &str) -> Vec<&str> {
    if text.is_ascii()
        || text
            .chars()
            .filter(|&c| crate::analysis::is_unspaced(c))
            .count()
            < 3
    {
        return vec![text];
    }
    let mut start = 0;
    let mut words = Vec::new();
    for end in segmenter().segment_str(text).skip(1) {
        if text[start..end].chars().any(char::is_alphanumeric) {
            words.push(&text[start..end]);
        }
        start = end;
    }
    if words.is_empty() { vec![text] } else { words }
}

/// Made at the first need: its dictionaries are not for a query in English to load.
fn segmenter() -> WordSegmenterBorrowed<'static> {
    static SEGMENTER: OnceLock<WordSegmenterBorrowed<'static>> = OnceLock::new();
    *SEGMENTER.get_or_init(|| WordSegmenter::new_auto(WordBreakInvariantOptions::default()))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn unspaced_text_is_cut_and_other_text_is_not() {
        assert_eq!(words("AC/DC"), ["AC/DC"]);
        assert_eq!(words("방탄소년단"), ["방탄소년단"]);
        assert_eq!(words("坂本龍一の音楽").concat(), "坂本龍一の音楽");
        assert!(words("坂本龍一の音楽").len() > 2);
    }
}
