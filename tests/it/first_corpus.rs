//! The corpus that comes with the project: what a fresh clone answers, and what an edit changes.

use crate::harness::{Dir, ids_of, marked};

#[test]
fn a_fresh_clone_answers_with_one_command() {
    let dir = Dir::with_first_corpus();
    dir.run(["search", "Bowie"])
        .ok()
        .printed("Velvet Goldmine")
        .printed("Almost Famous")
        .said("no index yet: building index/ from corpus/ first");
    let again = dir.run(["search", "Bowie"]).ok().printed("Velvet Goldmine");
    assert!(
        again.stderr.starts_with("3 hits, in "),
        "nothing more to say\n{again}"
    );
}

#[test]
fn bowie_is_found_and_marked_wherever_he_stands() {
    let dir = Dir::with_first_index();
    let answer = dir.search(&["Bowie"]);
    let mut ids = ids_of(&answer);
    ids.sort();
    assert_eq!(ids, ["almost-famous", "lost-highway", "velvet-goldmine"]);
    for hit in answer["hits"].as_array().unwrap() {
        assert_eq!(marked(hit, "artists"), ["Bowie"], "{hit:#}");
        assert!(!marked(hit, "prose").is_empty(), "{hit:#}");
        assert!(
            marked(hit, "prose")
                .iter()
                .all(|text| text.starts_with("Bowie")),
            "{hit:#}"
        );
    }
}

#[test]
fn the_phrase_stands_in_one_entry_and_is_marked_as_one() {
    let dir = Dir::with_first_index();
    let answer = dir.search(&["\"thin white duke\""]);
    assert_eq!(ids_of(&answer), ["velvet-goldmine"]);
    assert_eq!(answer["total"], 1);
    assert_eq!(answer["total_is"], "exact");
    assert_eq!(marked(&answer["hits"][0], "prose"), ["Thin White Duke"]);
    assert_eq!(dir.ids(&["\"white thin duke\""]), [""; 0]);
}

#[test]
fn an_edit_shows_after_the_next_index() {
    let dir = Dir::with_first_index();
    dir.run(["search", "marzipan"]).ended(1);
    dir.edit(
        "corpus/soundtracks.json",
        "uncannily in the manner",
        "with marzipan in the manner",
    );
    let summary = dir.run(["index", "--format", "json"]).ok().json();
    assert_eq!(summary["updated"], 1);
    assert_eq!(summary["unchanged"], 19);
    assert_eq!(summary["entries"], 20);
    assert_eq!(dir.ids(&["marzipan"]), ["velvet-goldmine"]);
    dir.run(["search", "uncannily"]).ended(1);
}

#[test]
fn every_entry_of_the_list_is_there_in_its_order() {
    let dir = Dir::with_first_index();
    let answer = dir.search(&["*", "--sort", "rank", "-n", "100"]);
    let hits = answer["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 20);
    let titles: Vec<&str> = hits
        .iter()
        .map(|hit| hit["entry"]["title"].as_str().unwrap())
        .collect();
    let ten = [
        "The Big Lebowski",
        "American Graffiti",
        "2001: A Space Odyssey",
        "Barry Lyndon",
        "American Beauty",
        "Rushmore",
        "Almost Famous",
        "Velvet Goldmine",
        "This Is Spinal Tap",
        "Boogie Nights",
    ];
    assert_eq!(titles[..10], ten);
    let mut others = titles[10..].to_vec();
    others.sort();
    let noteworthy = [
        "Into the Wild",
        "Lost Highway",
        "Natural Born Killers",
        "Pulp Fiction",
        "The Big Chill",
        "The Crow",
        "The Departed",
        "The Devil's Rejects",
        "The Matrix",
        "There Will Be Blood",
    ];
    assert_eq!(others, noteworthy);
    for hit in hits {
        assert!(hit["entry"]["year"].is_u64(), "{hit:#}");
    }
}

#[test]
fn every_name_is_found_where_it_belongs() {
    let dir = Dir::with_first_index();
    let cases = [
        ("director:\"paul thomas anderson\"", "boogie-nights"),
        ("spinal tap", "this-is-spinal-tap"),
        ("lou reed", "velvet-goldmine"),
        ("T.Rex", "velvet-goldmine"),
        ("t rex", "velvet-goldmine"),
        ("iggy pop", "almost-famous"),
        ("led zeppelin", "almost-famous"),
        ("elton john", "almost-famous"),
        ("cameron crowe", "almost-famous"),
        ("stillwater", "almost-famous"),
        ("wes anderson", "rushmore"),
        ("\"the who\"", "rushmore"),
        ("the kinks", "rushmore"),
        ("mark mothersbaugh", "rushmore"),
        ("bob dylan", "american-beauty"),
        ("the beatles", "american-beauty"),
        ("thomas newman", "american-beauty"),
        ("stanley kubrick", "barry-lyndon"),
        ("also sprach zarathustra", "2001-a-space-odyssey"),
        ("richard strauss", "2001-a-space-odyssey"),
        ("gyorgy ligeti", "2001-a-space-odyssey"),
        ("buddy holly", "american-graffiti"),
        ("the platters", "american-graffiti"),
        ("bill haley", "american-graffiti"),
        ("coen brothers", "the-big-lebowski"),
        ("rolling stones", "the-big-lebowski"),
        ("arvo part", "there-will-be-blood"),
        ("devils rejects", "the-devils-rejects"),
    ];
    for (query, id) in cases {
        let best = dir.ids(&[query, "-n", "2"]);
        assert!(best.iter().any(|found| found == id), "{query}: {best:?}");
    }
}

#[test]
fn fields_ranges_and_facets() {
    let dir = Dir::with_first_index();
    let sorted = |args: &[&str]| {
        let mut ids = dir.ids(args);
        ids.sort();
        ids
    };
    assert_eq!(
        sorted(&["year:1998"]),
        ["rushmore", "the-big-lebowski", "velvet-goldmine"]
    );
    assert_eq!(sorted(&["rank:..3"]).len(), 3);
    assert_eq!(
        sorted(&["composer:burwell"]),
        ["the-big-lebowski", "velvet-goldmine"]
    );
    assert_eq!(
        dir.ids(&["rank:*", "--sort", "-year", "-n", "1"]),
        ["almost-famous"]
    );
    let answer = dir.search(&[
        "artist:bowie",
        "-n",
        "0",
        "--facet",
        "artists",
        "--facet",
        "year",
    ]);
    assert_eq!(answer["hits"], serde_json::json!([]));
    assert_eq!(
        answer["facets"]["artists"][0],
        serde_json::json!({"value": "David Bowie", "count": 3})
    );
    assert_eq!(answer["facets"]["year"].as_array().unwrap().len(), 3);
}

#[test]
fn a_mistyped_name_is_mended_and_said() {
    let dir = Dir::with_first_index();
    let answer = dir.search(&["bowei"]);
    assert_eq!(ids_of(&answer).len(), 3, "{answer:#}");
    assert_eq!(answer["did_you_mean"], "bowie");
}

#[test]
fn an_alias_finds_its_owner() {
    let dir = Dir::with_first_index();
    assert!(
        dir.ids(&["ziggy stardust"])
            .contains(&"velvet-goldmine".to_owned())
    );
}
