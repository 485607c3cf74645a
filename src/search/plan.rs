//! A query made ready for an index: every part with the terms it is looked up by, plain data that can be printed.

use std::ops::{Bound, Range};

use super::pattern::Pattern;
use super::segment::Zone;
use crate::index::wholes::WholeName;

/// A query ready to run.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Its parts. Each stands in the tree once.
    pub atoms: Vec<Atom>,
    /// Which entries match.
    pub root: Node,
    /// Whole names that the query, or a stretch of it, may be.
    pub wholes: Vec<Whole>,
    /// Neighbouring words, by their atoms.
    pub pairs: Vec<(usize, usize)>,
    /// 0 for a query of a word or two, 1 for a sentence.
    pub sentence_share: f32,
    /// The words mended, as (place in the query, the word put there).
    pub mended: Vec<(Range<usize>, String)>,
}

/// Which entries match.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Node {
    /// None.
    #[default]
    Nothing,
    /// Every one.
    All,
    /// Those that an atom matches.
    Atom(usize),
    /// Those with a whole name of [`Plan::wholes`].
    Whole(usize),
    /// Those with a value of a key between two bounds.
    Range {
        /// The key's dotted path.
        path: String,
        /// Lower end.
        low: Bound<f64>,
        /// Upper end.
        high: Bound<f64>,
    },
    /// Those that have a field.
    Exists(Scope),
    /// Those that match all of `must`, none of `not`, and, when there is no `must`, any of `should`.
    Group {
        /// All of these.
        must: Vec<Node>,
        /// Any of these.
        should: Vec<Node>,
        /// None of these.
        not: Vec<Node>,
    },
}

/// Where a part of a query is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Nothing was said: title, artists, prose and other names.
    Any,
    /// `title:`
    Title,
    /// `artists:`
    Artists,
    /// `prose:`
    Prose,
    /// `aliases:`
    Aliases,
    /// Any further key, by its dotted path.
    Key(String),
}

impl Scope {
    /// The scope of a field's name.
    pub fn of_field(name: &str) -> Scope {
        match name {
            "title" => Scope::Title,
            "artists" => Scope::Artists,
            "prose" => Scope::Prose,
            "aliases" => Scope::Aliases,
            key => Scope::Key(key.to_owned()),
        }
    }

    /// The zone whose lists say what matches.
    pub fn zone(&self) -> Zone {
        match self {
            Scope::Any | Scope::Prose => Zone::Text,
            Scope::Title => Zone::Title,
            Scope::Artists => Zone::Artists,
            Scope::Aliases => Zone::Aliases,
            Scope::Key(_) => Zone::Keys,
        }
    }

    /// The field's name, as it stands in an entry.
    pub fn field_name(&self) -> &str {
        match self {
            Scope::Any | Scope::Prose => "prose",
            Scope::Title => "title",
            Scope::Artists => "artists",
            Scope::Aliases => "aliases",
            Scope::Key(path) => path,
        }
    }

    /// What goes before a term in that zone.
    pub fn path(&self) -> String {
        match self {
            Scope::Key(path) => format!("{path}\0"),
            _ => String::new(),
        }
    }
}

/// A part of a query that is looked up as one.
#[derive(Debug, Clone)]
pub struct Atom {
    /// Where it is looked for.
    pub scope: Scope,
    /// As typed.
    pub shown: String,
    /// Where it stands in the query, in bytes.
    pub span: Range<usize>,
    /// What its score is multiplied by.
    pub boost: f32,
    /// The ways it may stand in a text.
    pub forms: Vec<Form>,
    /// Its plain parts, when it is a word or compound.
    pub parts: Vec<String>,
    /// Whether it takes part in the score (an excluded part does not).
    pub scores: bool,
}

/// One way in which a part may stand in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// How near this is to what was typed.
    pub level: Level,
    /// What one occurrence counts.
    pub weight: f32,
    /// What is looked up.
    pub pattern: Pattern,
    /// Every occurrence is also one of a later form: not to be counted twice in rarity.
    pub covered: bool,
}

/// How near a form is to what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// As typed.
    Exact,
    /// With the accents as typed: a tie-breaker that matches nothing of its own.
    Accented,
    /// An inflection or another way of writing it.
    Inflected,
    /// A word that begins so.
    Prefix,
    /// A word put in the place of a mistyped one.
    Mended,
}

impl Level {
    /// For explanations.
    pub fn name(self) -> &'static str {
        match self {
            Level::Exact => "as typed",
            Level::Accented => "with its accents",
            Level::Inflected => "inflected",
            Level::Prefix => "as a prefix",
            Level::Mended => "mended",
        }
    }
}

/// A whole name that a stretch of the query may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// The key of the name, or what is left of it without its article.
    pub key: String,
    /// Whether the name has an article that the key lacks.
    pub is_bare: bool,
    /// What a match adds, times the summed rarity of its atoms and their share of the query.
    pub weight: f32,
    /// The atoms it is made of, at least one.
    pub atoms: Vec<usize>,
}

impl Whole {
    /// What it is looked up by.
    pub fn name(&self) -> WholeName {
        WholeName::of(&self.key, self.is_bare)
    }
}
