//! Known-item searches: somebody looks for one film, or for one person's films, and types what they remember of it.
//! Drawn from the films with a fixed seed; the measure is the mean reciprocal rank of what was meant.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::Result;
use crate::rivals::{Ranker, identified};
use crate::rng::Rng;

/// How many searches of a kind there are.
const COUNT: usize = 500;

/// How far down what was meant is looked for.
const DEPTH: usize = 100;

/// Searches of one kind.
pub struct Searches {
    /// What was remembered.
    pub kind: &'static str,
    /// What was typed, and the ids of all that answers it.
    pub items: Vec<(String, HashSet<String>)>,
}

/// What films share: a title or a name, lower-case, to their ids.
type Shared = HashMap<String, HashSet<String>>;

/// Draws the searches.
///
/// # Errors
/// When the films cannot be read.
pub fn draw(films: &Path) -> Result<Vec<Searches>> {
    let (mut titles, mut names) = (Shared::new(), Shared::new());
    let (mut title_list, mut name_list) = (Vec::new(), Vec::new());
    identified(films, |id, record| {
        for name in record.artists.into_iter().filter(|name| name.contains(' ')) {
            names
                .entry(name.to_lowercase())
                .or_default()
                .insert(id.clone());
            name_list.push(name);
        }
        titles
            .entry(record.title.to_lowercase())
            .or_default()
            .insert(id);
        title_list.push(record.title);
        Ok(())
    })?;
    let rng = &mut Rng::new(3);
    Ok(vec![
        searches("three title words", &title_list, &titles, rng, three_words),
        searches("full title", &title_list, &titles, rng, |title, _| {
            Some(title.to_owned())
        }),
        searches("misspelt title", &title_list, &titles, rng, misspelt),
        searches("cast name", &name_list, &names, rng, |name, _| {
            Some(name.to_owned())
        }),
    ])
}

fn searches(
    kind: &'static str,
    texts: &[String],
    meant: &Shared,
    rng: &mut Rng,
    typed: impl Fn(&str, &mut Rng) -> Option<String>,
) -> Searches {
    let mut items = Vec::new();
    // Bounded: a corpus of other titles may have too few that fit.
    for _ in 0..COUNT * 100 {
        let text = rng.pick(texts);
        if let Some(query) = typed(text, rng) {
            items.push((query, meant[&text.to_lowercase()].clone()));
        }
        if items.len() == COUNT {
            break;
        }
    }
    Searches { kind, items }
}

/// Three words of a title of four or more, as they stand in it; two of them must tell something.
fn three_words(title: &str, rng: &mut Rng) -> Option<String> {
    let words: Vec<&str> = (title.split_whitespace())
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() < 4 {
        return None;
    }
    let places = rng.places(3, words.len());
    let three: Vec<&str> = places.iter().map(|&at| words[at]).collect();
    let telling = three
        .iter()
        .filter(|word| word.chars().count() >= 4)
        .count();
    (telling >= 2).then(|| three.join(" ").to_lowercase())
}

/// The title with one edit in one of its words of five letters or more.
fn misspelt(title: &str, rng: &mut Rng) -> Option<String> {
    let mut words: Vec<String> = title.split(' ').map(str::to_owned).collect();
    let long =
        |word: &&mut String| word.chars().count() >= 5 && word.chars().all(char::is_alphabetic);
    let mut candidates: Vec<&mut String> = words.iter_mut().filter(long).collect();
    if candidates.is_empty() {
        return None;
    }
    let at = rng.below(candidates.len());
    *candidates[at] = mistype(candidates[at], rng);
    Some(words.join(" "))
}

/// A word with one edit: two neighbours swapped, or a letter dropped, doubled or replaced.
pub fn mistype(word: &str, rng: &mut Rng) -> String {
    let letters: Vec<char> = word.chars().collect();
    loop {
        let mut typed = letters.clone();
        let at = rng.below(typed.len() - 1);
        match rng.below(4) {
            0 => typed.swap(at, at + 1),
            1 => drop(typed.remove(at + 1)),
            2 => typed.insert(at, letters[at]),
            _ => typed[at] = (b'a' + rng.below(26) as u8) as char,
        }
        if typed != letters {
            return typed.into_iter().collect();
        }
    }
}

/// The mean reciprocal rank of what was meant.
///
/// # Errors
/// Those of the ranker, or when there is no search at all.
pub fn mrr(searches: &Searches, ranker: &dyn Ranker) -> Result<f64> {
    if searches.items.is_empty() {
        return Err(format!(
            "{}: no such search can be drawn from this corpus",
            searches.kind
        )
        .into());
    }
    let mut sum = 0.0;
    for (query, meant) in &searches.items {
        let hits = ranker.rank(query, DEPTH)?;
        let first = hits.iter().position(|(id, _)| meant.contains(id));
        sum += first.map_or(0.0, |at| 1.0 / (at + 1) as f64);
    }
    Ok(sum / searches.items.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_one_edit() {
        let rng = &mut Rng::new(1);
        for _ in 0..1_000 {
            let typed = mistype("garfunkel", rng);
            assert_ne!(typed, "garfunkel");
            assert!((8..=10).contains(&typed.len()), "{typed}");
        }
    }

    #[test]
    fn three_words_keep_their_order() {
        let title = "Who Framed Roger Rabbit?";
        let rng = &mut Rng::new(1);
        let typed = (0..20).find_map(|_| three_words(title, rng)).unwrap();
        let places: Vec<_> = typed
            .split(' ')
            .map(|word| title.to_lowercase().find(word))
            .collect();
        assert!(places.is_sorted() && places.len() == 3, "{typed}");
        assert_eq!(three_words("Heat", rng), None);
    }
}
