//! Query sets: `kind<TAB>query`, how each program writes them, and a sampler for corpora that have none.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::Result;
use crate::corpora::{self, Record};
use crate::rng::Rng;

/// A query: plain lower-case words, and what is to be done with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// `and2`: every word; `phrase…`: these words in a row; `prefix`: a word's beginning; anything else: any word.
    pub kind: String,
    /// The words.
    pub words: String,
}

impl Query {
    /// A query of `kind`.
    pub fn new(kind: &str, words: impl Into<String>) -> Query {
        Query {
            kind: kind.to_owned(),
            words: words.into(),
        }
    }

    /// As Tantivy's parser and needledrop read it.
    pub fn text(&self) -> String {
        match self.kind.as_str() {
            "and2" => format!("+{}", self.words.replace(' ', " +")),
            "prefix" => format!("{}*", self.words),
            kind if kind.starts_with("phrase") => format!("\"{}\"", self.words),
            _ => self.words.clone(),
        }
    }

    /// As SQLite reads it.
    pub fn fts5(&self) -> String {
        let join = |by: &str| {
            let words = self.words.split(' ').map(|word| format!("\"{word}\""));
            words.collect::<Vec<_>>().join(by)
        };
        match self.kind.as_str() {
            "and2" => join(" AND "),
            "prefix" => format!("\"{}\"*", self.words),
            kind if kind.starts_with("phrase") => format!("\"{}\"", self.words),
            _ => join(" OR "),
        }
    }
}

/// Reads a set.
///
/// # Errors
/// When the file cannot be read, has a line without a tab, or is empty: nothing is measured in silence.
pub fn read(path: &Path) -> Result<Vec<Query>> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut queries = Vec::new();
    for line in text.lines() {
        let (kind, words) = line
            .split_once('\t')
            .ok_or_else(|| format!("{}: no tab in {line:?}", path.display()))?;
        queries.push(Query::new(kind, words));
    }
    if queries.is_empty() {
        return Err(format!("{}: no queries", path.display()).into());
    }
    Ok(queries)
}

/// Writes a set.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, queries: &[Query]) -> Result<()> {
    let lines = queries.iter().map(|q| format!("{}\t{}\n", q.kind, q.words));
    Ok(fs::write(path, lines.collect::<String>())?)
}

/// What queries are drawn from: the prose of a corpus as words, and in how many entries each word stands.
pub struct Sampler {
    entries: Vec<Vec<String>>,
    ranked: Vec<(String, usize)>,
    rng: Rng,
}

/// The kinds that [`Sampler::set`] draws.
const KINDS: [&str; 7] = ["high", "mid", "low", "or2", "or3", "and2", "phrase2"];

/// The kinds that [`Sampler::cold`] draws.
pub const COLD: [&str; 5] = ["one word", "two words", "phrase", "prefix", "misspelt"];

impl Sampler {
    /// Reads `corpus`; words are those of ASCII letters and digits.
    ///
    /// # Errors
    /// When it cannot be read, or has too little prose to draw from.
    pub fn new(corpus: &Path, seed: u64) -> Result<Sampler> {
        let mut entries = Vec::new();
        let mut counts: HashMap<String, usize> = HashMap::new();
        corpora::each(corpus, |record: Record| {
            let words = corpora::words(&record.prose.unwrap_or_default());
            let mut distinct: Vec<&String> = words.iter().collect();
            distinct.sort_unstable();
            distinct.dedup();
            for word in distinct.into_iter().filter(|word| telling(word)) {
                *counts.entry(word.clone()).or_default() += 1;
            }
            if words.len() >= 50 {
                entries.push(words);
            }
            Ok(())
        })?;
        if entries.is_empty() {
            return Err(format!("{}: no prose of 50 words", corpus.display()).into());
        }
        let mut ranked: Vec<(String, usize)> = counts.into_iter().collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(Sampler {
            entries,
            ranked,
            rng: Rng::new(seed),
        })
    }

    /// `count` queries of every kind.
    pub fn set(&mut self, count: usize) -> Vec<Query> {
        let mut queries = Vec::new();
        for kind in KINDS {
            queries.extend((0..count).map(|_| Query::new(kind, self.draw(kind))));
        }
        queries
    }

    /// `count` queries of `words` words in a row, any of which may match.
    pub fn runs(&mut self, count: usize, words: usize) -> Vec<Query> {
        let mut run = || self.run(words, |_| true).join(" ");
        (0..count).map(|_| Query::new("forty", run())).collect()
    }

    /// The five kinds that are asked of a cold process, `count` of each.
    pub fn cold(&mut self, count: usize) -> Vec<Query> {
        let mut queries = Vec::new();
        for kind in COLD {
            queries.extend((0..count).map(|_| {
                Query::new(
                    kind,
                    match kind {
                        "one word" => self.draw("mid"),
                        "two words" => self.draw("or2"),
                        "phrase" => self.draw("phrase2"),
                        "prefix" => self.long_word().chars().take(5).collect(),
                        _ => crate::known_items::mistype(&self.long_word(), &mut self.rng),
                    },
                )
            }));
        }
        queries
    }

    fn draw(&mut self, kind: &str) -> String {
        match kind {
            "high" => self.ranked_word(|place, _| place < 300),
            "mid" => self.ranked_word(|_, count| (50..=1000).contains(&count)),
            "low" => self.ranked_word(|_, count| count <= 10),
            "phrase2" => self.run(2, telling).join(" "),
            "or3" => self.of_one_entry(3),
            _ => self.of_one_entry(2),
        }
    }

    /// A word by its place in the order of frequency and its count; any word when the corpus has none such.
    fn ranked_word(&mut self, fits: impl Fn(usize, usize) -> bool) -> String {
        let fitting: Vec<&String> = (self.ranked.iter().enumerate())
            .filter(|(place, (_, count))| fits(*place, *count))
            .map(|(_, (word, _))| word)
            .collect();
        match fitting.is_empty() {
            true => self.rng.pick(&self.ranked).0.clone(),
            false => (*self.rng.pick(&fitting)).clone(),
        }
    }

    fn long_word(&mut self) -> String {
        loop {
            let word = self.ranked_word(|_, count| (20..=1000).contains(&count));
            if word.len() >= 7 && word.is_ascii() {
                return word;
            }
        }
    }

    fn of_one_entry(&mut self, count: usize) -> String {
        loop {
            let entry = self.rng.below(self.entries.len());
            let mut words: Vec<&String> =
                self.entries[entry].iter().filter(|w| telling(w)).collect();
            words.sort_unstable();
            words.dedup();
            if words.len() >= count + 2 {
                let places = self.rng.places(count, words.len());
                let picked: Vec<&str> = places.iter().map(|&at| words[at].as_str()).collect();
                return picked.join(" ");
            }
        }
    }

    fn run(&mut self, count: usize, fits: impl Fn(&str) -> bool) -> Vec<String> {
        loop {
            let entry = self.rng.below(self.entries.len());
            let words = &self.entries[entry];
            let at = self.rng.below(words.len() - count);
            let run = &words[at..at + count];
            if run.iter().all(|word| fits(word)) {
                return run.to_vec();
            }
        }
    }
}

/// Words too common to be asked for alone.
const COMMON: &str = "a an and are as at be but by for if in into is it no not of on or such that the their then there \
    these they this to was will with his her he she who from has its which when were also had been";

fn telling(word: &str) -> bool {
    word.len() > 2
        && !word.bytes().all(|byte| byte.is_ascii_digit())
        && !COMMON.split(' ').any(|common| common == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_reads_its_own_syntax() {
        let cases = [
            ("or2", "jazz film", "jazz film", "\"jazz\" OR \"film\""),
            ("and2", "jazz film", "+jazz +film", "\"jazz\" AND \"film\""),
            ("phrase2", "film noir", "\"film noir\"", "\"film noir\""),
            ("prefix", "detec", "detec*", "\"detec\"*"),
        ];
        for (kind, words, ours, sqlite) in cases {
            let query = Query::new(kind, words);
            assert_eq!(
                (query.text().as_str(), query.fts5().as_str()),
                (ours, sqlite)
            );
        }
    }
}
