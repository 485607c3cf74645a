//! The query tree. Text in it is as typed: turning words into terms is the analyzer's work.

use std::ops::{Bound, Range};

/// A part of a query, where it stood, and how much it weighs.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it asks for.
    pub kind: ExprKind,
    /// Where it stands in the query, in bytes: quotes, brackets, star, slop and field's name included, but not the sign
    /// before it nor the boost behind it, so that a word's span is the word. Brackets around a single part have no node.
    pub span: Range<usize>,
    /// `^2`: its score is multiplied by this; 1 when nothing was said. Finite and positive.
    pub boost: f32,
}

/// What a part of a query asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// Several parts. With no `Must` among them, at least one `Should` has to match.
    Group(Vec<Clause>),
    /// One run of text without white space, as typed (`AC/DC`, `Who?`, `O)))`, `bowie`). Matches its inflections too.
    Word(String),
    /// `bow*`: any word that starts like this; the text comes without its star.
    Prefix(String),
    /// `"thin white duke"`: those words in that order.
    Phrase {
        /// What stood between the quotes.
        text: String,
        /// `~3`: how many other words may stand between or how far words may move; 0 when nothing was said.
        slop: u32,
        /// `"thin whi"*`: the last word is only the start of one.
        prefix: bool,
    },
    /// The part within one field: `title:heat`, `artist:"the who"`, `year:(1994 1995)`.
    Field {
        /// The field's name as the index has it (`artist` is already `artists`).
        field: String,
        /// What is asked of it. Never a `Field` itself.
        inner: Box<Expr>,
    },
    /// `year:*`: the entry has the field. Stands only under `Field`.
    Exists,
    /// `year:1970..1979`, `rank:..3`, `year:>1990`. Stands only under `Field`.
    Range {
        /// Lower end.
        low: Bound<f64>,
        /// Upper end.
        high: Bound<f64>,
    },
    /// `*` alone: every entry.
    All,
}

/// A part of a group and what its absence means.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Whether it has to match.
    pub occur: Occur,
    /// The part.
    pub expr: Expr,
}

/// Whether a part of a group has to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occur {
    /// It may: a match raises the score.
    Should,
    /// It must (`+a`, `a AND b`, `--all`).
    Must,
    /// It must not (`-a`, `NOT a`).
    MustNot,
}

/// A likely mistake in a query: said, and answered all the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    /// What looks wrong: lower case, no full stop.
    pub message: String,
    /// Where, in bytes of the query, on character boundaries.
    pub span: Range<usize>,
    /// The whole query as it was probably meant.
    pub mended: Option<String>,
}

/// A query understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The tree; `None` when there is nothing to look for (no text at all).
    pub root: Option<Expr>,
    /// Likely mistakes, in the order of their places.
    pub warnings: Vec<Warning>,
}
