//! A second implementor of matching: a naive scan of every entry, compared with the engine over random corpora and random
//! queries. Which entries match must agree for every query, and for phrases also where.
//!
//! The oracle reads the query tree in the plainest way and knows nothing of posting lists, segments or positions of a
//! whole document: it looks at one text after another. What it restates are the laws of matching (ARCHITECTURE.md):
//!
//! - a word stands where the same word stands, or one with the same stem, or parts that are the word when joined
//!   (`acdc` in `AC/DC`);
//! - a compound (`AC/DC`) stands where its parts stand side by side, each in any inflection, or as one word;
//! - a quoted phrase stands where those very words do, in that order, within one value of one field;
//! - two neighbouring words also stand where they are written as one, and a stretch of words is also found where a title,
//!   an artist or another name is just that.
//!
//! Two features are held out of the random queries, and have tables of their own. Mistyped words: the vocabulary has no
//! two words so near that one could be mended to the other (which is asserted), `names.txt` has the mended ones. Long
//! runs of unspaced script outside of quotes: they are cut by a dictionary that is the engine's own; `names.txt` too.

mod phrase;
mod random;
mod scan;

use std::collections::BTreeSet;
use std::ops::Range;

use needledrop::corpus::Corpus;
use needledrop::entry::Entry;
use needledrop::index::{Progress, UpdateOptions, update};
use needledrop::search::engine::Engine;
use needledrop::search::query::Reading;
use needledrop::search::request::SearchRequest;
use needledrop::search::response::SearchResponse;
use proptest::prelude::*;

use random::{Ask, VOCABULARY};
use scan::Oracle;

struct Silent;

impl Progress for Silent {
    fn bytes(&self, _: u64, _: u64) {}
    fn stage(&self, _: &'static str) {}
}

/// An engine over an index that was brought from each corpus to the next.
fn engine(versions: &[&[Entry]]) -> Engine {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("entries.jsonl");
    let index = folder.path().join("index");
    for entries in versions {
        let lines = entries.iter().map(|entry| {
            let mut json: serde_json::Value = serde_json::from_str(&entry.to_json()).unwrap();
            json["id"] = entry.id.as_str().into();
            json.to_string()
        });
        std::fs::write(&file, lines.collect::<Vec<_>>().join("\n")).unwrap();
        let corpus = Corpus::open(&file, &[]).unwrap();
        let summary = update(&corpus, &index, &UpdateOptions::default(), &Silent).unwrap();
        assert!(summary.committed, "{:?}", summary.problems);
    }
    Engine::open(&index).unwrap()
}

fn ask(engine: &Engine, query: &str, reading: Reading, limit: usize) -> SearchResponse {
    let request = SearchRequest {
        query: query.to_owned(),
        literal: reading.literal,
        require_all: reading.require_all,
        limit,
        count: true,
        highlight: false,
        ..SearchRequest::default()
    };
    engine.search(&request).unwrap()
}

/// The same, by the way on which every match is scored: a facet needs them all.
fn ask_for_all(engine: &Engine, query: &str, reading: Reading, limit: usize) -> SearchResponse {
    let request = SearchRequest {
        query: query.to_owned(),
        literal: reading.literal,
        require_all: reading.require_all,
        limit,
        facets: vec!["artists".to_owned()],
        highlight: false,
        ..SearchRequest::default()
    };
    engine.search(&request).unwrap()
}

/// Ids and scores, bit by bit.
fn ranking(response: &SearchResponse) -> Vec<(String, u32)> {
    let hits = response.hits.iter();
    hits.map(|hit| (hit.id.clone(), hit.score.to_bits()))
        .collect()
}

/// The marked bytes of an entry's prose.
fn marked_places(engine: &Engine, id: &str, query: &str) -> Vec<Range<usize>> {
    let found = engine.entry(id, query).unwrap().unwrap();
    let prose = found.marked.iter().find(|(field, _)| field == "prose");
    let mut places = Vec::new();
    let mut at = 0;
    for piece in prose.iter().flat_map(|(_, fragments)| fragments).flatten() {
        if piece.matched {
            places.push(at..at + piece.text.len());
        }
        at += piece.text.len();
    }
    places
}

/// Everything that is to hold for one query. The answer is what went wrong.
fn check(
    engine: &Engine,
    oracle: &mut Oracle,
    query: &str,
    reading: Reading,
) -> Result<(), String> {
    let wrong = |what: &str, is: String, should: String| {
        Err(format!(
            "{query:?} {reading:?}: {what}\n  is        {is}\n  should be {should}"
        ))
    };
    let answer = ask(engine, query, reading, 10_000);
    let found: BTreeSet<String> = answer.hits.iter().map(|hit| hit.id.clone()).collect();
    let expected = oracle.ids(query, reading);
    if found != expected {
        let (more, less) = (found.difference(&expected), expected.difference(&found));
        let (more, less): (Vec<_>, Vec<_>) = (more.collect(), less.collect());
        return wrong(
            "ids",
            format!("these too: {more:?}"),
            format!("these too: {less:?}"),
        );
    }
    if !answer.total_exact || answer.total != expected.len() as u64 {
        return wrong(
            "total",
            answer.total.to_string(),
            expected.len().to_string(),
        );
    }
    let whole = ranking(&answer);
    for limit in [1, 5, 20] {
        let best = ranking(&ask(engine, query, reading, limit));
        let prefix = &whole[..limit.min(whole.len())];
        if best != prefix {
            return wrong(
                &format!("the best {limit}"),
                format!("{best:?}"),
                format!("{prefix:?}"),
            );
        }
    }
    let all = ranking(&ask_for_all(engine, query, reading, 10_000));
    if all != whole {
        return wrong("with a facet", format!("{all:?}"), format!("{whole:?}"));
    }
    Ok(())
}

/// A phrase is marked where it stands, and nowhere else.
fn check_places(
    engine: &Engine,
    oracle: &mut Oracle,
    entries: &[Entry],
    phrase: &str,
) -> Result<(), String> {
    let query = format!("\"{phrase}\"");
    for entry in entries {
        let marked = marked_places(engine, &entry.id, &query);
        let expected = oracle.phrase_places(phrase, &entry.prose);
        if marked != expected {
            let prose = &entry.prose;
            return Err(format!(
                "{query} in {prose:?}\n  is        {marked:?}\n  should be {expected:?}"
            ));
        }
    }
    Ok(())
}

#[test]
fn no_word_of_the_vocabulary_may_be_mended_to_another() {
    let near = random::words_too_near();
    assert!(near.is_empty(), "{near:?}");
    assert!(VOCABULARY.len() > 60);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_finds_what_a_scan_finds(
        entries in random::entries(1..12),
        before in random::entries(0..6),
        asks in prop::collection::vec(random::ask(), 40..60),
    ) {
        let versions: &[&[Entry]] = if before.is_empty() { &[&entries] } else { &[&before, &entries] };
        let engine = engine(versions);
        let mut oracle = Oracle::new(&entries);
        let mut wrong = Vec::new();
        for ask in &asks {
            let query = ask.query(&entries);
            let is_cut = matches!(ask, Ask::Cut { .. });
            // Taken literally, the quotes are none, and what stands between them are words.
            for reading in random::READINGS.into_iter().filter(|reading| !(is_cut && reading.literal)) {
                wrong.extend(check(&engine, &mut oracle, &query, reading).err());
            }
            if is_cut {
                let phrase = query.trim_matches('"');
                wrong.extend(check_places(&engine, &mut oracle, &entries, phrase).err());
            }
        }
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// Enough entries that lists have many blocks, after edits that leave deleted documents behind.
#[test]
fn pruning_history_and_the_scan_agree_on_thousands() {
    let mut dice = random::Dice(7);
    let old = random::many(&mut dice, 2_500);
    let mut new = random::many(&mut dice, 3_000);
    // A third stays as it was.
    for at in (0..old.len()).step_by(3) {
        new[at] = old[at].clone();
    }
    let edited = engine(&[&old, &new]);
    let fresh = engine(&[&new]);
    let mut oracle = Oracle::new(&new);
    let mut wrong = Vec::new();
    for _ in 0..60 {
        let query = random::plain_query(&mut dice);
        wrong.extend(check(&edited, &mut oracle, &query, Reading::default()).err());
        let of = |engine: &Engine| ranking(&ask(engine, &query, Reading::default(), 50));
        if of(&edited) != of(&fresh) {
            wrong.push(format!(
                "{query}: an edited index ranks otherwise than a fresh one"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
