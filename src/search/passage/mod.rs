//! What of an entry answers: the places where the patterns of a query stand in a text, and the best passages around them.

use super::pattern::Pattern;
use super::response::Fragment;
use crate::analysis::Analyzer;

/// How much of a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Characters as a reader sees them (grapheme clusters) in one fragment, about.
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
pub fn passages(
    prose: &str,
    wanted: &[Wanted],
    analyzer: &mut Analyzer,
    limits: Limits,
) -> Vec<Fragment> {
    let _ = (prose, wanted, analyzer, limits);
    Vec::new()
}

/// The whole of a text with its matches marked; pieces put together are the text.
pub fn marked(text: &str, wanted: &[Wanted], analyzer: &mut Analyzer) -> Fragment {
    let _ = (text, wanted, analyzer);
    Vec::new()
}
