//! What a part of a query is looked up by: plain data over the terms of [`crate::analysis`], the same for matching and
//! for marking.

/// A way in which a part of a query may stand in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Any of these terms, exactly as the index has them.
    Terms(Vec<String>),
    /// Any part that starts with this folded text.
    Prefix(String),
    /// Elements in order, each behind the one before, with at most `slop` positions between them in all.
    Phrase {
        /// What stands at each place.
        elements: Vec<Element>,
        /// How many other positions may lie between the elements, in all.
        slop: u32,
    },
}

/// What may stand at one place of a phrase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Any of these terms; a joined one covers several positions.
    pub terms: Vec<String>,
    /// Or any part that starts with this.
    pub prefix: Option<String>,
}
