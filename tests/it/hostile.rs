//! Queries as people and cats type them, and a corpus that means harm.

use crate::harness::{Dir, marked};

#[test]
fn nothing_that_is_typed_is_an_error() {
    let dir = Dir::with_first_index();
    let noise = noise(10_000);
    let deep = "(".repeat(5_000) + "bowie" + &")".repeat(5_000);
    let deep_open = "((((\"".repeat(2_000);
    let nots = "NOT ".repeat(2_000) + "bowie";
    let queries = [
        "Guns N' Roses",
        "!!!",
        "Sunn O)))",
        "AND",
        "OR NOT",
        "\"",
        "\"\"",
        "-",
        "--",
        "*",
        "**",
        "?",
        "a*a*a*",
        ":",
        "x:",
        "title:",
        ":x",
        "year:",
        "year:..",
        "year:2000..1990",
        "year:abc..def",
        "rank:>",
        "field:*",
        "^",
        "a^",
        "a^x",
        "a^-1",
        "a^1e999",
        "~",
        "\"a b\"~",
        "\"a b\"~9999999999",
        "(",
        ")",
        "()",
        "((",
        "+",
        "+-",
        "+ -",
        "- bowie",
        "\\",
        "\\\"",
        "Mission: Impossible",
        "Ocean's Eleven",
        "AC/DC",
        "[REC]",
        "8½",
        "M*A*S*H",
        "+/-",
        "Who?",
        "10,000 Maniacs",
        "坂本龍一",
        "방탄소년단",
        "أم كلثوم",
        "Кино",
        "\u{202e}evil",
        "\u{1b}[2J",
        "e\u{301}",
        "\u{fffd}",
        "",
        " ",
        "\t",
        "'",
        "’",
        "“thin white duke”",
        "“thin",
        &noise,
        &deep,
        &deep_open,
        &nots,
    ];
    for query in queries {
        for flags in [&[][..], &["-F"], &["--all"]] {
            let mut args = vec!["search", "--explain"];
            args.extend(flags);
            args.extend(["--", query]);
            let run = dir.run(args);
            assert!(matches!(run.status, 0 | 1), "{query:.200}\n{run}");
            assert!(!run.stderr.contains("panicked"), "{run}");
        }
    }
}

/// Bytes of every sort that a keyboard makes, the same each time.
fn noise(length: usize) -> String {
    let alphabet: Vec<char> = "aB3 \"'()[]{}:*~^+-!?/\\|&<>.,;=é音ق🎸\u{200d}\t"
        .chars()
        .collect();
    let mut state = 0x9e37_79b9_u32;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            alphabet[state as usize % alphabet.len()]
        })
        .collect()
}

#[test]
fn text_with_a_letter_in_it_is_looked_for() {
    let dir = Dir::with_entries(&[
        r#"{"title": "Appetite for Destruction", "artists": ["Guns N' Roses"], "id": "guns"}"#,
        r#"{"title": "Louden Up Now", "artists": ["!!!"], "id": "chk"}"#,
        r#"{"title": "Black One", "artists": ["Sunn O)))"], "id": "sunn"}"#,
        r#"{"title": "Mission: Impossible", "artists": ["Danny Elfman"], "id": "mission"}"#,
        r#"{"title": "And", "artists": ["AND"], "id": "and"}"#,
        r#"{"title": "Back in Black", "artists": ["AC/DC"], "id": "acdc"}"#,
    ]);
    let cases = [
        ("Guns N' Roses", "guns"),
        ("Guns N’ Roses", "guns"),
        ("guns and roses", "guns"),
        ("!!!", "chk"),
        ("Sunn O)))", "sunn"),
        ("Mission: Impossible", "mission"),
        ("mission impossible", "mission"),
        ("acdc", "acdc"),
        ("AC-DC", "acdc"),
    ];
    for (query, id) in cases {
        for flags in [&[][..], &["-F"]] {
            let ids = dir.ids(&[flags, &["--", query]].concat());
            assert_eq!(
                ids.first().map(String::as_str),
                Some(id),
                "{query} {flags:?}: {ids:?}"
            );
        }
    }
}

#[test]
fn requests_that_ask_for_the_world() {
    let dir = Dir::with_first_index();
    let most = usize::MAX.to_string();
    assert_eq!(dir.ids(&["*", "-n", &most]).len(), 20);
    assert_eq!(dir.ids(&["*", "-n", &most, "--offset", &most]), [""; 0]);
    assert_eq!(dir.ids(&["*", "-n", &most, "--offset", "15"]).len(), 5);
    dir.run([
        "search",
        "*",
        "--facet",
        "nosuchfield",
        "--sort",
        "nosuchfield",
    ])
    .ok();
    dir.run(["search", "*", "-n", "99999999999999999999"])
        .ended(2);
    dir.run(["search", "*", "-n", "-1"]).ended(2);
}

/// An entry whose every field tries to take over the terminal.
const HARMFUL: &str = r#"{"title": "Clear \u001b[2J\u001b]0;owned\u0007 screen", "id": "harm", "artists": ["The \u009b31m Reds", "Back\b\b\bspace"], "prose": "One line.\r\u001b[1A Overwritten bowie \u0000 null \u202e reversed.", "note\u001b[5m": "blink \u001b[5m"}"#;

#[test]
fn control_characters_of_the_corpus_never_reach_a_terminal() {
    let dir = Dir::with_entries(&[HARMFUL]);
    for args in [
        &["search", "bowie"][..],
        &["search", "bowie", "--full"],
        &["search", "bowie", "--explain"],
        &["search", "screen", "--facet", "artists"],
        &["show", "harm"],
    ] {
        let run = dir.run(args.iter()).ok();
        let bad = run.stdout.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(bad, None, "{run}");
        assert!(!run.stdout.contains('\u{202e}'), "{run}");
    }
    let coloured = dir.run(["search", "bowie", "--color", "always"]).ok();
    assert!(!coloured.stdout.contains("\u{1b}[2J"), "{coloured}");
    assert!(!coloured.stdout.contains("\u{1b}]"), "{coloured}");
}

#[test]
fn json_keeps_the_corpus_as_it_is_in_escapes() {
    let dir = Dir::with_entries(&[HARMFUL]);
    let run = dir.run(["search", "bowie", "--format", "json"]).ok();
    assert!(
        !run.stdout.trim_end().chars().any(char::is_control),
        "{run}"
    );
    let title = &run.json()["hits"][0]["entry"]["title"];
    assert_eq!(title, "Clear \u{1b}[2J\u{1b}]0;owned\u{7} screen");
}

#[test]
fn a_hostile_file_name_or_key_is_shown_not_obeyed() {
    let dir = Dir::new();
    dir.write("corpus/a\u{1b}[2Jb\n.json", "{\"title\": 3, \"\u{7f}x\": ");
    let run = dir.run(["index"]).ended(2);
    let bad = run.stderr.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(bad, None, "{run}");
}

#[test]
fn markup_in_the_corpus_is_text() {
    let dir = Dir::with_entries(&[
        r#"{"title": "Tags", "id": "t", "prose": "A <b>bold</b> & <script>alert(1)</script> bowie."}"#,
    ]);
    let answer = dir.search(&["bowie"]);
    assert_eq!(marked(&answer["hits"][0], "prose"), ["bowie"]);
    let text = answer["hits"][0]["highlight"]["prose"].to_string();
    assert!(text.contains("<b>bold</b> & <script>"), "{text}");
}
