//! A corpus of made-up words for machines without the films: seeded, of any size, with the shape of real prose where it
//! matters to an index (word frequencies by Zipf's law, a vocabulary that keeps growing, common words everywhere).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::Result;
use crate::rng::Rng;

const COMMON: &str = "the of and a to in is was film by for with his as on her from who that an it he at he she are be";
const ONSETS: [&str; 20] = [
    "b", "br", "c", "ch", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t",
    "v", "w",
];
const RHYMES: [&str; 16] = [
    "a", "an", "ar", "e", "el", "en", "er", "i", "in", "ing", "o", "on", "or", "u", "us", "y",
];

/// How many words there are before the vocabulary starts to grow with the corpus.
const WORDS: usize = 50_000;

/// Writes `entries` entries with the films' keys to `path`.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, entries: usize) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut rng = Rng::new(20_260);
    let vocabulary = vocabulary(&mut rng);
    for id in 0..entries {
        let names: Vec<String> = (0..rng.below(5))
            .map(|_| title(&vocabulary, &mut rng, 2))
            .collect();
        let length = 1 + rng.below(4);
        let mut entry = serde_json::json!({
            "id": id, "title": title(&vocabulary, &mut rng, length), "year": 1900 + rng.below(120), "cast": names,
        });
        if rng.below(10) > 0 {
            let sentences = (0..1 + rng.below(6)).map(|_| sentence(&vocabulary, &mut rng));
            entry["extract"] = sentences.collect::<Vec<_>>().join(" ").into();
        }
        writeln!(out, "{entry}")?;
    }
    Ok(out.flush()?)
}

fn vocabulary(rng: &mut Rng) -> Vec<String> {
    let common = COMMON.split(' ').map(str::to_owned);
    common
        .chain((0..WORDS).map(|place| made_up(rng, 1 + place % 4)))
        .collect()
}

fn made_up(rng: &mut Rng, syllables: usize) -> String {
    let parts = (0..=syllables).map(|_| format!("{}{}", rng.pick(&ONSETS), rng.pick(&RHYMES)));
    parts.collect()
}

/// A word by Zipf's law: a rank drawn evenly on a logarithmic scale. One in 300 is new.
fn word(vocabulary: &[String], rng: &mut Rng) -> String {
    if rng.below(300) == 0 {
        return made_up(rng, 3);
    }
    let rank = (vocabulary.len() as f64).powf(rng.unit()) as usize;
    vocabulary[rank.saturating_sub(1)].clone()
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn title(vocabulary: &[String], rng: &mut Rng, length: usize) -> String {
    let words = (0..length).map(|_| capitalized(&word(vocabulary, rng)));
    words.collect::<Vec<_>>().join(" ")
}

fn sentence(vocabulary: &[String], rng: &mut Rng) -> String {
    let words: Vec<String> = (0..6 + rng.below(20))
        .map(|_| word(vocabulary, rng))
        .collect();
    capitalized(&words.join(" ")) + "."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queries::{COLD, Sampler};

    #[test]
    fn a_made_up_corpus_is_the_same_every_time_and_queries_can_be_drawn_from_it() {
        let path = std::env::temp_dir().join(format!("nd-synthetic-{}", std::process::id()));
        let made = || {
            write(&path, 300).unwrap();
            std::fs::read(&path).unwrap()
        };
        assert_eq!(made(), made());
        let mut sampler = Sampler::new(&path, 1).unwrap();
        assert_eq!(sampler.set(3).len(), 21);
        assert_eq!(sampler.cold(2).len(), 2 * COLD.len());
        let forty = sampler.runs(1, 40).remove(0);
        assert_eq!(forty.words.split(' ').count(), 40);
        std::fs::remove_file(&path).unwrap();
    }
}
