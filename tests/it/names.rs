//! Names found however they are typed: the cases of `names.txt`, over one corpus of all its names.

use serde_json::{Value, json};

use crate::harness::{Dir, ids_of, marked};

const CASES: &str = include_str!("names.txt");

/// A line that asks for something.
#[derive(Debug, PartialEq)]
enum Case {
    /// The first hit is this name's entry.
    First { typed: String, name: String },
    /// The same, by way of a mended word.
    Mended {
        typed: String,
        name: String,
        meant: String,
    },
    /// No hit and no suggestion.
    Nothing { typed: String },
    /// A sentence is found, and marked as it stands here.
    Marked { typed: String, prose: String },
}

/// The entries and the cases of the file.
fn read(text: &str) -> (Vec<Value>, Vec<Case>) {
    let (mut entries, mut cases) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| {
        !line.is_empty() && !line.starts_with("# ") && !line.starts_with("##") && *line != "#"
    }) {
        match (entry(line, entries.len()), case(line)) {
            (Some(entry), _) => entries.push(entry),
            (None, Some(case)) => cases.push(case),
            _ => panic!("neither an entry nor a case: {line}"),
        }
    }
    for case in &cases {
        if let Case::Marked { prose, .. } = case {
            let bare = prose.replace(['[', ']'], "");
            let title = format!("Sentence {}", entries.len());
            entries.push(json!({"id": bare, "title": title, "prose": bare}));
        }
    }
    (entries, cases)
}

/// Whatever an entry is called, it has the same words beside its name, so that they decide nothing.
fn entry(line: &str, number: usize) -> Option<Value> {
    let (kind, name) = line.split_once(' ')?;
    let prose = "It was made in one week.";
    match kind {
        "artist" => {
            Some(json!({"id": name, "title": "A record", "artists": [name], "prose": prose}))
        }
        "film" => Some(json!({"id": name, "title": name, "artists": ["Somebody"], "prose": prose})),
        "noise" => {
            Some(json!({"id": format!("noise-{number}"), "title": "A noise", "prose": name}))
        }
        _ => None,
    }
}

fn case(line: &str) -> Option<Case> {
    if let Some((typed, rest)) = line.split_once(" ~> ") {
        let (name, meant) = rest.split_once(" ? ")?;
        let [typed, name, meant] = [typed, name, meant].map(str::to_owned);
        return Some(Case::Mended { typed, name, meant });
    }
    if let Some((typed, name)) = line.split_once(" => ") {
        let [typed, name] = [typed, name].map(str::to_owned);
        return Some(match name == "nothing" {
            true => Case::Nothing { typed },
            false => Case::First { typed, name },
        });
    }
    let (typed, prose) = line.split_once(" @ ")?;
    let [typed, prose] = [typed, prose].map(str::to_owned);
    Some(Case::Marked { typed, prose })
}

/// A dir with the index of these entries.
fn indexed(entries: &[Value]) -> Dir {
    let lines: Vec<String> = entries.iter().map(Value::to_string).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Dir::with_entries(&lines)
}

/// The answers to all these queries, in one run.
fn answers(dir: &Dir, typed: &[&str]) -> Vec<Value> {
    let queries = typed
        .iter()
        .enumerate()
        .map(|(at, typed)| format!("{at}\t{typed}\n"));
    dir.write("queries.tsv", queries.collect::<String>());
    let run = dir.run(["search", "--queries", "queries.tsv", "--format", "json"]);
    let answers = run.json_lines();
    assert_eq!(answers.len(), typed.len(), "{run}");
    answers
}

/// What is wrong with the answer to a case, if anything.
fn fault(case: &Case, answer: &Value) -> Option<String> {
    let ids = ids_of(answer);
    let first = ids.first().map_or("nothing", String::as_str);
    let meant = &answer["did_you_mean"];
    match case {
        Case::First { typed, name } if first != name => {
            let seen = &ids[..ids.len().min(3)];
            Some(format!("{typed}: should be {name}, is {seen:?}"))
        }
        Case::First { typed, .. } if !meant.is_null() => {
            Some(format!("{typed}: no mistake, but {meant} is said"))
        }
        Case::Mended {
            typed,
            name,
            meant: wanted,
        } => {
            let marks = &answer["hits"][0]["highlight"];
            let is_marked = marks.to_string().contains("\"match\":true");
            let good = first == name && *meant == wanted.as_str() && is_marked;
            (!good).then(|| {
                format!(
                    "{typed}: should be {name} by {wanted}, is {first} by {meant}, marked {marks}"
                )
            })
        }
        Case::Nothing { typed } if !ids.is_empty() || !meant.is_null() => {
            Some(format!("{typed}: should be nothing, is {first} by {meant}"))
        }
        Case::Marked { typed, prose } => {
            let bare = prose.replace(['[', ']'], "");
            let hit = answer["hits"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|hit| hit["id"] == bare.as_str());
            let shown = hit.map(|hit| with_brackets(&hit["highlight"]["prose"]));
            let good = shown.as_deref() == Some(prose);
            (!good).then(|| format!("{typed}: should be {prose}\n  is {shown:?}"))
        }
        _ => None,
    }
}

/// The prose of a hit with what is marked in brackets.
fn with_brackets(fragments: &Value) -> String {
    let pieces = fragments
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|fragment| fragment.as_array().into_iter().flatten());
    let shown = pieces.map(|piece| {
        let text = piece["text"].as_str().unwrap();
        if piece["match"] == true {
            format!("[{text}]")
        } else {
            text.to_owned()
        }
    });
    shown.collect()
}

#[test]
fn every_case_of_the_file() {
    let (entries, cases) = read(CASES);
    // Raise these with the file: a loader that finds nothing must not pass.
    assert!(
        entries.len() > 170 && cases.len() > 290,
        "{} entries, {} cases",
        entries.len(),
        cases.len()
    );
    let dir = indexed(&entries);
    let typed: Vec<&str> = cases
        .iter()
        .map(|case| match case {
            Case::First { typed, .. }
            | Case::Mended { typed, .. }
            | Case::Nothing { typed }
            | Case::Marked { typed, .. } => typed.as_str(),
        })
        .collect();
    let answers = answers(&dir, &typed);
    let wrong: Vec<String> = cases
        .iter()
        .zip(&answers)
        .filter_map(|(case, answer)| fault(case, answer))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn an_alias_finds_its_name_below_the_name_itself_and_is_marked() {
    let dir = Dir::new();
    dir.write(
        "corpus/needledrop.toml",
        "[aliases]\n\"David Bowie\" = [\"Ziggy Stardust\", \"Live AC/DC\"]\n",
    );
    dir.write(
        "corpus/entries.jsonl",
        concat!(
            "{\"id\": \"low\", \"title\": \"Low\", \"artists\": [\"David Bowie\"]}\n",
            "{\"id\": \"film\", \"title\": \"Ziggy Stardust\", \"artists\": [\"D. A. Pennebaker\"]}\n",
            "{\"id\": \"prince\", \"title\": \"Sign\", \"artists\": [\"Prince\"], \"aliases\": [\"The Artist\", \"TAFKAP\"]}\n",
            "{\"id\": \"talk\", \"title\": \"Talk\", \"prose\": \"An artist talks.\"}\n",
        ),
    );
    dir.run(["index"]).ok();
    assert_eq!(dir.ids(&["ziggy stardust"]), ["film", "low"]);
    let hits = dir.search(&["ziggy stardust"])["hits"].clone();
    assert_eq!(marked(&hits[1], "aliases"), ["Ziggy", "Stardust"]);
    assert_eq!(marked(&hits[1], "artists"), Vec::<String>::new());
    assert_eq!(dir.ids(&["david bowie"]), ["low"]);
    assert_eq!(dir.ids(&["tafkap"]), ["prince"]);
    assert_eq!(dir.ids(&["the artist"])[0], "prince");
    assert_eq!(dir.ids(&["aliases:ziggy"]), ["low"]);
    // Typed in one word, though it stands so among the other names only.
    assert_eq!(dir.ids(&["acdc"]), ["low"]);
}

#[test]
fn a_mended_word_stands_below_an_exact_one_and_only_where_it_is_needed() {
    let prose = |id: &str, prose: &str| json!({"id": id, "title": "A record", "prose": prose});
    let mut entries = vec![
        json!({"id": "named", "title": "A record", "artists": ["Bowie"]}),
        prose("owned", "They were Bowie's songs."),
        prose(
            "typo",
            "A fanzine spelt it Bowei on its cover, somewhere in a very long sentence.",
        ),
    ];
    // A word that the index knows is not mended, however near another and more frequent one is.
    entries.extend((0..20).map(|at| prose(&format!("band{at}"), "The band played.")));
    entries.push(prose("bard", "A bard sang."));
    let dir = indexed(&entries);
    assert_eq!(dir.ids(&["bowei"])[0], "typo");
    let bard = dir.search(&["bard"]);
    assert_eq!(
        (ids_of(&bard), &bard["did_you_mean"]),
        (vec!["bard".to_owned()], &Value::Null)
    );
    let mended = dir.search(&["bowiee"]);
    assert_eq!(ids_of(&mended), ["named", "owned"]);
    assert_eq!(marked(&mended["hits"][1], "prose"), ["Bowie"], "{mended:#}");
    dir.run(["search", "bowiee"])
        .ok()
        .said("did you mean: bowie")
        .printed("[Bowie]");
    // Excluding a word that is not there excludes nothing.
    assert_eq!(dir.search(&["songs", "NOT", "bowiee"])["total"], 1);
}

#[test]
fn typed_with_its_accents_a_name_ranks_first_among_equals() {
    let name = |id: &str, artist: &str| json!({"id": id, "title": "A record", "artists": [artist]});
    let dir = indexed(&[
        name("a-plain", "Bjork"),
        name("b-accented", "Björk"),
        name("mo", "Mo"),
        name("mø", "MØ"),
    ]);
    assert_eq!(dir.ids(&["Björk"]), ["b-accented", "a-plain"]);
    assert_eq!(dir.ids(&["Bjo\u{308}rk"]), ["b-accented", "a-plain"]);
    assert_eq!(dir.ids(&["bjork"]).len(), 2);
    assert_eq!(dir.ids(&["mø"]), ["mø", "mo"]);
}

#[test]
fn no_name_is_split() {
    let dir = indexed(&[
        json!({"id": "x", "title": "A record", "artists": ["AC/DC", "Earth, Wind & Fire"]}),
    ]);
    let hit = dir.search(&["wind"])["hits"][0].clone();
    assert_eq!(
        hit["entry"]["artists"],
        json!(["AC/DC", "Earth, Wind & Fire"])
    );
    let facets = dir.search(&["*", "--facet", "artists"])["facets"]["artists"].clone();
    assert_eq!(facets.as_array().unwrap().len(), 2, "{facets}");
    // Never across two names.
    assert_eq!(dir.search(&["\"dc earth\""])["total"], 0);
}
