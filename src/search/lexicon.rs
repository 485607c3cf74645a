//! What words this index knows: look-ups in the term dictionaries of all its segments.

use super::near::{self, MAX_LETTERS};
use super::plan::Scope;
use super::segment::{Segment, Zone};
use super::wholes;
use crate::index::wholes::WholeName;

/// The term dictionaries of an index.
pub struct Lexicon<'a> {
    segments: &'a [Segment],
}

/// Words of fewer letters than this are never mended: too much is near them.
const MIN_MENDED: usize = 4;
/// From this many letters on, two mistakes are mended.
const TWO_MISTAKES: usize = 8;
/// At most this many near words of a segment are weighed.
const MAX_NEAR: usize = 256;
/// At most this many words of a segment are looked at to complete one.
const MAX_COMPLETED: usize = 20_000;
/// At most this many completions are given.
const MAX_COMPLETIONS: usize = 32;
/// At most this many words are put in the place of one.
const MAX_MENDED: usize = 2;

impl<'a> Lexicon<'a> {
    /// The dictionaries of these segments.
    pub fn new(segments: &'a [Segment]) -> Lexicon<'a> {
        Lexicon { segments }
    }

    /// Whether any live entry has any of these terms in the scope.
    pub fn any_exists<'t>(
        &self,
        scope: &Scope,
        terms: impl Iterator<Item = &'t String>,
    ) -> tantivy::Result<bool> {
        let path = scope.path();
        for term in terms {
            if self.live_frequency(scope.zone(), &format!("{path}{term}"))? > 0 {
                return Ok(true);
            }
            if *scope == Scope::Any && self.live_frequency(Zone::Aliases, term)? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether any live entry has a key of this dotted path.
    pub fn has_key(&self, path: &str) -> tantivy::Result<bool> {
        Ok(self.live_frequency(Zone::Keys, &format!("{path}\0"))? > 0)
    }

    /// The dotted paths of all keys that live entries have.
    pub fn keys(&self) -> tantivy::Result<Vec<String>> {
        let mut paths = Vec::new();
        for segment in self.segments {
            // The first term of a path is the path alone; the next path begins behind all of its terms.
            let mut from = Vec::new();
            while let Some(term) = segment.first_term_at(Zone::Keys, &from)? {
                let path = term.split(|&byte| byte == 0).next().unwrap_or_default();
                paths.extend(std::str::from_utf8(path).map(str::to_owned));
                from = [path, &[1]].concat();
            }
        }
        paths.sort_unstable();
        paths.dedup();
        let mut known = Vec::new();
        for path in paths {
            if self.has_key(&path)? {
                known.push(path);
            }
        }
        Ok(known)
    }

    /// Whether any live entry is called exactly this.
    pub fn names_exist(&self, scope: &Scope, name: WholeName) -> tantivy::Result<bool> {
        wholes::exists(self.segments, scope, name)
    }

    /// How many live entries have a term.
    pub fn live_frequency(&self, zone: Zone, term: &str) -> tantivy::Result<u32> {
        let mut sum = 0;
        for segment in self.segments {
            if let Some(info) = segment.term(zone, term.as_bytes())? {
                sum += segment.live_frequency(zone, &info)?;
            }
        }
        Ok(sum)
    }

    /// How many live entries have a term in the zone of a scope.
    pub fn frequency_in_scope(&self, scope: &Scope, term: &str) -> tantivy::Result<u32> {
        match scope {
            Scope::Key(_) => self.live_frequency(Zone::Keys, &format!("{}{term}", scope.path())),
            _ => self.live_frequency(scope.zone(), term),
        }
    }

    /// The terms of a scope (less its path) that begin with `prefix`, at most `limit`, in order.
    pub fn terms_with_prefix(
        &self,
        scope: &Scope,
        prefix: &str,
        limit: usize,
    ) -> tantivy::Result<Vec<String>> {
        let path = scope.path();
        let from = format!("{path}{prefix}");
        let mut terms = Vec::new();
        // The other names are looked through too where no field is named; they stand in no other zone.
        let aliases = (*scope == Scope::Any).then_some(Zone::Aliases);
        for segment in self.segments {
            for zone in [scope.zone()].into_iter().chain(aliases) {
                let mut left = limit;
                segment.each_with_prefix(zone, from.as_bytes(), |term, _| {
                    terms.extend(std::str::from_utf8(&term[path.len()..]).map(str::to_owned));
                    left = left.saturating_sub(1);
                    left > 0
                })?;
            }
        }
        terms.sort_unstable();
        terms.dedup();
        terms.truncate(limit);
        Ok(terms)
    }

    /// The words of the text that begin with `prefix`, the most frequent first. Of very many, those are looked at that come
    /// first in order.
    pub fn completions(&self, prefix: &str) -> tantivy::Result<Vec<String>> {
        let mut words: Vec<(String, u32)> = Vec::new();
        for segment in self.segments {
            let mut looked_at = 0;
            segment.each_with_prefix(Zone::Text, prefix.as_bytes(), |term, info| {
                looked_at += 1;
                let word = std::str::from_utf8(term).ok();
                let plain = word.filter(|word| word.chars().all(char::is_alphanumeric));
                words.extend(plain.map(|word| (word.to_owned(), info.doc_freq)));
                looked_at < MAX_COMPLETED
            })?;
        }
        words.sort_unstable();
        words.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        words.truncate(MAX_COMPLETIONS);
        Ok(words.into_iter().map(|(word, _)| word).collect())
    }

    /// What was probably meant by a word that the index does not have, likeliest first. Nothing for short words and for
    /// anything with a digit.
    pub fn mend(&self, word: &str, scope: &Scope) -> tantivy::Result<Vec<String>> {
        let letters = word.chars().count();
        if !(MIN_MENDED..=MAX_LETTERS).contains(&letters)
            || matches!(scope, Scope::Key(_))
            || !word.chars().all(char::is_alphabetic)
        {
            return Ok(Vec::new());
        }
        for distance in 1..=if letters < TWO_MISTAKES { 1 } else { 2 } {
            let near = self.near(word, distance, scope.zone())?;
            if !near.is_empty() {
                return Ok(near);
            }
        }
        Ok(Vec::new())
    }

    /// The words within `distance` mistakes, the likeliest first: those that begin alike, then the more frequent.
    fn near(&self, word: &str, distance: u8, zone: Zone) -> tantivy::Result<Vec<String>> {
        let mut near: Vec<(String, u32)> = Vec::new();
        for segment in self.segments {
            let Some(dictionary) = segment.dictionary(zone)? else {
                continue;
            };
            let mut terms = Vec::new();
            near::each(dictionary, word, distance, &mut |term| {
                terms.push(term.to_owned());
                terms.len() < MAX_NEAR
            });
            for term in terms {
                let Some(info) = segment.term(zone, term.as_bytes())? else {
                    continue;
                };
                let count = segment.live_frequency(zone, &info)?;
                match near.iter_mut().find(|(known, _)| *known == term) {
                    Some((_, sum)) => *sum += count,
                    None => near.push((term, count)),
                }
            }
        }
        near.retain(|(_, count)| *count > 0);
        let first = word.chars().next();
        near.sort_by(|a, b| {
            let likeness = |(term, count): &(String, u32)| {
                (u32::from(term.chars().next() == first) * 8 + 1).saturating_mul(*count)
            };
            likeness(b).cmp(&likeness(a)).then_with(|| a.0.cmp(&b.0))
        });
        Ok(near
            .into_iter()
            .map(|(term, _)| term)
            .take(MAX_MENDED)
            .collect())
    }
}
