//! Every number that decides the order of hits, in one place, and the formulas they stand in.
//!
//! A hit's score is the sum, over the parts of the query, of `rarity × (text + title + artists + aliases)`, plus what
//! whole names and close words add. Rarity is BM25's idf; each evidence is BM25's saturating term frequency
//! (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009), over one combined list for the text and
//! over the short lists of the title and the names.

/// The weights of ranking. `WEIGHTS` holds the ones in use; `benches/relevance` measures them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// BM25 k1 of the text: how slowly repetition stops counting.
    pub k1: f32,
    /// BM25 b of the text: how much length counts against an entry, 0 to 1.
    pub b: f32,
    /// What an inflection (`films` for `film`) is worth beside the word itself.
    pub inflected: f32,
    /// What any word that completes a prefix is worth.
    pub prefix: f32,
    /// What a word put in the place of a mistyped one is worth.
    pub mended: f32,
    /// b of the title: how much its length counts.
    pub title_b: f32,
    /// The length of a usual title, in tokens: a fixed pivot, since titles differ less than collections do.
    pub title_length: f32,
    /// A word in the title, in a query of one word.
    pub title: f32,
    /// A word in the title, in a query of a sentence's length.
    pub title_in_sentence: f32,
    /// A word in a name, in a query of one word.
    pub artists: f32,
    /// A word in a name, in a query of a sentence's length.
    pub artists_in_sentence: f32,
    /// A word among the other names.
    pub aliases: f32,
    /// The title, or a name, is just these words: added once, times their summed rarity and the third power of their share
    /// of the query.
    pub whole: f32,
    /// The same where only the leading article differs.
    pub whole_bare: f32,
    /// The title begins with, or the name holds, words of the query side by side: times the pair's rarity.
    pub pair_in_name: f32,
    /// Words of the query in the title, once more, times the share of the query that they are (and less in shorter
    /// queries): a title that holds the whole query stands above two titles that hold a half each.
    pub title_cover: f32,
    /// Two neighbouring words of the query stand side by side in the text, in a query of a word or two: times the pair's
    /// rarity; less where they stand farther apart.
    pub pair: f32,
    /// The same in a query of a sentence's length.
    pub pair_in_sentence: f32,
    /// What is typed with its accents stands so: times the word's rarity.
    pub accented: f32,
    /// In a sentence, rarity is raised to this power: of many words the rare ones say what it is about.
    pub rarity_power: f32,
    /// A query of this many words or more is a sentence; fewer are blended.
    pub sentence: usize,
    /// What a word that only holds a sentence together (`what`, `of`, `discuss`) is worth in a sentence.
    pub function_word: f32,
}

/// The weights in use.
pub const WEIGHTS: Weights = Weights {
    k1: 1.3,
    b: 0.75,
    title_b: 0.1875,
    title_length: 15.0,
    inflected: 0.7,
    prefix: 0.6,
    mended: 0.4,
    title: 3.0,
    title_in_sentence: 0.4,
    artists: 1.6,
    artists_in_sentence: 0.2,
    aliases: 0.5,
    whole: 5.0,
    whole_bare: 3.0,
    pair_in_name: 1.0,
    title_cover: 8.0,
    pair: 0.3,
    pair_in_sentence: 0.25,
    accented: 0.15,
    rarity_power: 1.1,
    sentence: 6,
    function_word: 0.05,
};

impl Weights {
    /// How much of a sentence a query of `words` words is: 0 for up to two, 1 from [`Weights::sentence`] on.
    pub fn sentence_share(&self, words: usize) -> f32 {
        let over = words.saturating_sub(2) as f32;
        (over / (self.sentence.saturating_sub(2).max(1)) as f32).min(1.0)
    }

    /// The saturation of the text.
    pub fn text_saturation(&self) -> Saturation {
        Saturation {
            k1: self.k1,
            b: self.b,
        }
    }

    /// The saturation of the title.
    pub fn title_saturation(&self) -> Saturation {
        Saturation {
            k1: self.k1,
            b: self.title_b,
        }
    }
}

/// BM25's saturation: how repetition stops counting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Saturation {
    /// How slowly.
    pub k1: f32,
    /// How much length counts, 0 to 1.
    pub b: f32,
}

impl Saturation {
    /// From 0 towards [`Saturation::most`] as `occurrences` (divided by the length's norm) grow.
    #[inline]
    pub fn of(&self, occurrences: f32) -> f32 {
        occurrences * (self.k1 + 1.0) / (occurrences + self.k1)
    }

    /// The limit of [`Saturation::of`].
    pub fn most(&self) -> f32 {
        self.k1 + 1.0
    }

    /// The largest ratio, over all lengths, of the norms by another `b` to the norms by this one.
    pub fn norm_ratio(&self, b: f32) -> f32 {
        match self.b == b {
            true => 1.0,
            false => ((1.0 - b) / (1.0 - self.b)).max(b / self.b),
        }
    }
}

/// BM25's idf of something found in `found` of `all` entries, never below 0.
pub fn rarity(found: f64, all: f64) -> f32 {
    let found = found.min(all);
    (1.0 + (all - found + 0.5) / (found + 0.5)).ln() as f32
}
