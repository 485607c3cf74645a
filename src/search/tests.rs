//! The engine over small indexes in memory.

use super::engine::Engine;
use super::request::SearchRequest;
use crate::corpus::Corpus;
use crate::entry::Entry;
use crate::index::wholes::WholeName;
use crate::index::{Progress, UpdateOptions, update};

fn entry(id: &str, title: &str, artists: &[&str], prose: &str) -> Entry {
    Entry {
        id: id.into(),
        title: title.into(),
        artists: artists.iter().map(|&artist| artist.into()).collect(),
        prose: prose.into(),
        ..Entry::default()
    }
}

/// An engine over a corpus of these entries, by the whole road: a file, an update, an index on disk.
fn engine(entries: &[Entry]) -> Engine {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = Vec::new();
    for entry in entries {
        let mut json: serde_json::Value = serde_json::from_str(&entry.to_json()).unwrap();
        json["id"] = entry.id.as_str().into();
        lines.push(json.to_string());
    }
    let file = folder.path().join("entries.jsonl");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let corpus = Corpus::open(&file, &[]).unwrap();
    let index = folder.path().join("index");
    let summary = update(&corpus, &index, &UpdateOptions::default(), &Silent).unwrap();
    assert!(summary.committed, "{:?}", summary.problems);
    Engine::open(&index).unwrap()
}

struct Silent;

impl Progress for Silent {
    fn bytes(&self, _: u64, _: u64) {}
    fn stage(&self, _: &'static str) {}
}

fn ids(engine: &Engine, query: &str) -> Vec<String> {
    let request = SearchRequest {
        query: query.into(),
        ..SearchRequest::default()
    };
    engine
        .search(&request)
        .unwrap()
        .hits
        .into_iter()
        .map(|hit| hit.id)
        .collect()
}

#[test]
fn names_are_found_however_they_are_typed() {
    let names = [
        "The Who",
        "The The",
        "Yes",
        "Them",
        "It",
        "Up",
        "The Band",
        "Can",
        "T. Rex",
        "AC/DC",
        "R.E.M.",
        "N.W.A",
        "P!nk",
        "Ke$ha",
        "!!!",
        "+/-",
        "Sunn O)))",
        "[REC]",
        "M*A*S*H",
        "WALL·E",
        "8½",
        "Guns N' Roses",
        "Godspeed You! Black Emperor",
        "Mission: Impossible",
        "Who Framed Roger Rabbit?",
        "The Devil’s Rejects",
        "Björk",
        "Motörhead",
        "Sigur Rós",
        "Beyoncé",
        "Dvořák",
        "MØ",
        "Łódź",
        "Đorđe",
        "Die Straße",
        "10cc",
        "blink-182",
        "10,000 Maniacs",
        "2001: A Space Odyssey",
        "1989",
        "U2",
        "Se7en",
        "坂本龍一",
        "방탄소년단",
        "Кино",
        "王菲",
        "重慶森林",
        "أم كلثوم",
        "Eagles",
        "The Doors",
        "The Smiths",
        "Heat",
        "Earth, Wind & Fire",
        "Tyler, the Creator",
        "Jay-Z feat. Alicia Keys",
        "Elliott Smith",
        "Eagle Eye Cherry",
        "Door",
        "Doors of Perception",
    ];
    let mut entries: Vec<Entry> = names
        .iter()
        .map(|name| {
            entry(
                name,
                &format!("A record by someone {}", name.chars().count()),
                &[name],
                "It was made in one week.",
            )
        })
        .collect();
    entries.push(entry("noise", "Heat of the who and the up can it", &[], "The who, it can up them yes the the band. An eagle at the door; Smith and smiths in the heat of 1989."));
    let engine = engine(&entries);
    let mut wrong = Vec::new();
    for (typed, meant) in [
        ("The Who", "The Who"),
        ("the the", "The The"),
        ("yes", "Yes"),
        ("them", "Them"),
        ("it", "It"),
        ("up", "Up"),
        ("the band", "The Band"),
        ("can", "Can"),
        ("T.Rex", "T. Rex"),
        ("T-Rex", "T. Rex"),
        ("TRex", "T. Rex"),
        ("t rex", "T. Rex"),
        ("acdc", "AC/DC"),
        ("AC-DC", "AC/DC"),
        ("ac dc", "AC/DC"),
        ("REM", "R.E.M."),
        ("r.e.m", "R.E.M."),
        ("NWA", "N.W.A"),
        ("pink", "P!nk"),
        ("kesha", "Ke$ha"),
        ("!!!", "!!!"),
        ("+/-", "+/-"),
        ("Sunn O)))", "Sunn O)))"),
        ("sunn o", "Sunn O)))"),
        ("[REC]", "[REC]"),
        ("rec", "[REC]"),
        ("mash", "M*A*S*H"),
        ("wall-e", "WALL·E"),
        ("walle", "WALL·E"),
        ("8½", "8½"),
        ("8 1/2", "8½"),
        ("guns n roses", "Guns N' Roses"),
        ("guns and roses", "Guns N' Roses"),
        ("guns & roses", "Guns N' Roses"),
        ("godspeed you black emperor", "Godspeed You! Black Emperor"),
        ("mission impossible", "Mission: Impossible"),
        ("who framed roger rabbit", "Who Framed Roger Rabbit?"),
        ("devils rejects", "The Devil’s Rejects"),
        ("the devil's rejects", "The Devil’s Rejects"),
        ("bjork", "Björk"),
        ("BJO\u{308}RK", "Björk"),
        ("motorhead", "Motörhead"),
        ("sigur ros", "Sigur Rós"),
        ("beyonce", "Beyoncé"),
        ("dvorak", "Dvořák"),
        ("mo", "MØ"),
        ("lodz", "Łódź"),
        ("dorde", "Đorđe"),
        ("strasse", "Die Straße"),
        ("10 cc", "10cc"),
        ("blink 182", "blink-182"),
        ("blink182", "blink-182"),
        ("10000 maniacs", "10,000 Maniacs"),
        ("2001 a space odyssey", "2001: A Space Odyssey"),
        ("1989", "1989"),
        ("u2", "U2"),
        ("se7en", "Se7en"),
        ("seven", "Se7en"),
        ("坂本", "坂本龍一"),
        ("坂本龍一", "坂本龍一"),
        ("방탄소년단", "방탄소년단"),
        ("КИНО", "Кино"),
        ("王菲", "王菲"),
        ("重慶", "重慶森林"),
        ("ام كلثوم", "أم كلثوم"),
        ("eagles", "Eagles"),
        ("the doors", "The Doors"),
        ("the smiths", "The Smiths"),
        ("heat", "Heat"),
        ("earth wind and fire", "Earth, Wind & Fire"),
        ("alicia keys", "Jay-Z feat. Alicia Keys"),
        ("jay z", "Jay-Z feat. Alicia Keys"),
        ("jayz", "Jay-Z feat. Alicia Keys"),
        ("tyler the creator", "Tyler, the Creator"),
        ("motorhaed", "Motörhead"),
        ("beyonse", "Beyoncé"),
        ("godspede", "Godspeed You! Black Emperor"),
    ] {
        let found = ids(&engine, typed);
        if found.first().map(String::as_str) != Some(meant) {
            wrong.push(format!(
                "{typed}: should be {meant}, is {:?}",
                &found[..found.len().min(3)]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What passes over documents must pass over none that belongs among the best.
#[test]
fn every_way_of_running_a_query_gives_the_same_hits() {
    let mut seed = 7_u64;
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    // A few words are everywhere, most are rare.
    let word = |n: u64| format!("w{}", n * n / 200);
    let entries: Vec<Entry> = (0..3_000)
        .map(|n| {
            let length = 3 + random(40);
            let mut text = |length: u64| -> String {
                (0..length)
                    .map(|_| word(random(200)))
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let (title, artist, prose) = (text(2), text(2), text(length));
            entry(&format!("e{n:04}"), &title, &[&artist], &prose)
        })
        .collect();
    let engine = engine(&entries);
    let mut compared = 0;
    for n in 0..300 {
        let words: Vec<String> = (0..1 + n % 4).map(|_| word(random(200))).collect();
        let query = match n % 3 {
            0 => format!("\"{}\"", words.join(" ")),
            1 => format!("{} w1*", words.join(" ")),
            _ => words.join(" "),
        };
        let quick = SearchRequest {
            query,
            require_all: n % 2 == 0,
            highlight: false,
            ..SearchRequest::default()
        };
        // A facet needs every match, and so none is passed over.
        let whole = SearchRequest {
            facets: vec!["artists".into()],
            ..quick.clone()
        };
        let best = |request: &SearchRequest| -> (Vec<(String, u32)>, u64) {
            let response = engine.search(request).unwrap();
            let hits = response
                .hits
                .into_iter()
                .map(|hit| (hit.id, hit.score.to_bits()));
            (hits.collect(), response.total)
        };
        let (hits, total) = best(&whole);
        assert_eq!(best(&quick), (hits.clone(), total), "{quick:?}");
        compared += hits.len();
    }
    assert!(compared > 1_000, "{compared}");
}

#[test]
fn a_whole_name_is_made_of_the_words_of_its_group_only() {
    let engine = engine(&[entry("and", "And", &[], "")]);
    for query in [
        "+the +and",
        "+the -who +and",
        "the (who) and",
        "the -who and",
    ] {
        assert_eq!(ids(&engine, query), ["and"], "{query}");
    }
}

#[test]
fn names_of_one_term_are_told_apart() {
    // Three names in two words that share the list of a term. Written in one word, only the whole name finds them.
    let letters = || ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("zor{a}{b}")));
    let pairs = || letters().flat_map(|a| letters().take(300).map(move |b| (a.clone(), b)));
    let key = |(a, b): &(String, String)| format!("{a}{b}");
    let term = |pair: &(String, String)| WholeName::of(&key(pair), false).term;
    let of_one: Vec<_> = pairs().filter(|pair| term(pair) == 7).take(3).collect();
    let name = |(a, b): &(String, String)| format!("{a} {b}");
    let names: Vec<String> = of_one.iter().map(name).collect();
    let engine = engine(&[
        entry("one", &names[0], &[&names[1], &names[2], &names[0]], ""),
        entry("two", "Other", &[&names[2]], ""),
        entry("three", &names[1], &[], ""),
    ]);
    let found = of_one.iter().map(|pair| {
        let mut found = ids(&engine, &key(pair));
        found.sort_unstable();
        found
    });
    let expected = [vec!["one"], vec!["one", "three"], vec!["one", "two"]];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    let in_title = |pair| ids(&engine, &format!("title:{}", key(pair)));
    assert_eq!(in_title(&of_one[0]), ["one"]);
    assert_eq!(in_title(&of_one[1]), ["three"]);
    assert!(in_title(&of_one[2]).is_empty());
}

#[test]
fn equal_scores_are_in_the_order_of_ids_whatever_segments_they_are_of() {
    let folder = tempfile::tempdir().unwrap();
    let (corpus, index) = (folder.path().join("corpus"), folder.path().join("index"));
    std::fs::create_dir(&corpus).unwrap();
    let id = |number: usize| format!("e{:03}", number * 7 % 600);
    for file in 0..2 {
        let line = |id| format!("{{\"id\": \"{id}\", \"title\": \"Heat\"}}\n");
        let lines = (0..300).map(|number| line(id(2 * number + file)));
        let path = corpus.join(format!("{file}.jsonl"));
        std::fs::write(path, lines.collect::<String>()).unwrap();
        let corpus = Corpus::open(&corpus, &[]).unwrap();
        let summary = update(&corpus, &index, &UpdateOptions::default(), &Silent).unwrap();
        assert!(summary.committed, "{:?}", summary.problems);
    }
    let engine = Engine::open(&index).unwrap();
    assert_eq!(engine.index.searcher.segment_readers().len(), 2);
    let mut expected: Vec<String> = (0..600).map(id).collect();
    expected.sort_unstable();
    for limit in [1, 10, 299, 450, 600] {
        let request = SearchRequest {
            query: "heat".to_owned(),
            limit,
            ..SearchRequest::default()
        };
        let found = engine.search(&request).unwrap();
        let found: Vec<&str> = found.hits.iter().map(|hit| hit.entry.id.as_str()).collect();
        assert_eq!(found, expected[..limit]);
    }
}

#[test]
fn every_entry_has_the_fields_it_has() {
    let engine = engine(&[entry("a", "The", &[], ""), entry("b", "The", &[], "")]);
    assert_eq!(ids(&engine, "title:*"), ["a", "b"]);
    assert!(ids(&engine, "prose:*").is_empty());
}
