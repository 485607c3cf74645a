//! What is wrong is said, with its place and a way out, and costs nothing else.

use super::*;

#[test]
fn bad_input_is_named_with_its_place_and_never_costs_the_rest() {
    let good = "{\"title\": \"good\"}";
    let cases: &[(&str, &str, &[&str], usize)] = &[
        (
            "x.jsonl",
            "GOOD\n{\"title\": \"a\" \"year\": 1}\nGOOD\n",
            &["x.jsonl:2:15: broken JSON: expected `,` or `}`"],
            2,
        ),
        (
            "x.jsonl",
            "GOOD\n\n  {\"title\": 3, \"year\": \"abc\", \"artists\": [\"a\", 1]}\nGOOD",
            &[
                "x.jsonl:3:13: title should be a text, not a number",
                "x.jsonl:3:24: year should be a number, not `abc`",
                "x.jsonl:3:48: item 2 of artists should be a text, not a number",
            ],
            2,
        ),
        (
            "x.jsonl",
            "{\"name\": \"a\"}\nGOOD",
            &["x.jsonl:1:1: title is missing"],
            1,
        ),
        (
            "x.jsonl",
            "{\"title\": \" \"}\nGOOD",
            &["x.jsonl:1:11: title is blank"],
            1,
        ),
        (
            "x.jsonl",
            "[]\n3\n\"a\"\nnull\nGOOD",
            &[
                "x.jsonl:1:1: an entry should be an object, not a list",
                "x.jsonl:2:1: an entry should be an object, not a number",
                "x.jsonl:3:1: an entry should be an object, not a text",
                "x.jsonl:4:1: an entry should be an object, not null",
            ],
            1,
        ),
        (
            "x.jsonl",
            "{\"title\": \"a\", \"title\": \"b\"}\n{\"title\": \"c\", \"year\": 1, \"year\": 2}",
            &[
                "x.jsonl:1:25: title is given twice",
                "x.jsonl:2:35: year is given twice",
            ],
            0,
        ),
        (
            "x.json",
            "[\n  GOOD,\n  {\"title\": \"a\",\n   \"prose\": \"one\n   two\"},\n  GOOD\n]",
            &[
                "x.json:4:16: broken JSON: control character (\\u0000-\\u001F) found while parsing a string",
            ],
            2,
        ),
        (
            "x.json",
            "[\n  {\"title\": \"a\",\n  {\"title\": \"b\",\n  GOOD\n]",
            &[
                "x.json:3:3: broken JSON: key must be a string",
                "x.json:4:3: broken JSON: key must be a string",
            ],
            1,
        ),
        (
            "x.json",
            "[\n  GOOD,\n  {\"title\": \"a\",\n  GOOD,\n  GOOD\n]",
            &["x.json:4:3: broken JSON: key must be a string"],
            3,
        ),
        (
            "x.json",
            "{\"list\": \"l\", \"entries\": [\n  {\"title\": \"a\", \"artists\": [\"b\"},\n  GOOD\n]}",
            &["x.json:2:33: broken JSON: expected `,` or `]`"],
            1,
        ),
        (
            "x.json",
            "[GOOD, {\"title\": \"a, GOOD]",
            &["x.json:1:37: broken JSON: expected `,` or `}`; what follows it cannot be read"],
            1,
        ),
        (
            "x.json",
            "[GOOD, GOOD",
            &["x.json:1:1: the list that begins here does not end"],
            2,
        ),
        (
            "x.json",
            "[GOOD GOOD,]",
            &[
                "x.json:1:20: no comma before this entry",
                "x.json:1:38: a comma before the end of the list",
            ],
            2,
        ),
        (
            "x.json",
            "[,GOOD,,GOOD] x",
            &[
                "x.json:1:2: a comma too many",
                "x.json:1:21: a comma too many",
                "x.json:1:41: something follows the end of the list",
            ],
            2,
        ),
        (
            "x.json",
            "GOOD\nGOOD",
            &["x.json:2:1: broken JSON: trailing characters"],
            0,
        ),
        (
            "x.json",
            "{\"entries\": [GOOD], \"list\" 3}",
            &["x.json:1:34: the object around the entries is broken here"],
            1,
        ),
        (
            "x.json",
            "{\"title\": \"a\"",
            &["x.json:1:13: broken JSON: the end while parsing an object"],
            0,
        ),
        ("x.json", "", &["x.json: is empty"], 0),
        ("x.jsonl", "\n \n", &["x.jsonl: is empty"], 0),
        ("x.md", " \n", &["x.md: is empty"], 0),
        ("x.csv", "\n", &["x.csv: is empty"], 0),
        (
            "x.md",
            "---\ntitle: a\n",
            &["x.md:1:1: the front matter that begins here does not end"],
            0,
        ),
        (
            "x.md",
            "---\ntitle: [a\n---\nb",
            &["x.md:2:8: broken YAML"],
            0,
        ),
        (
            "x.md",
            "+++\ntitle = a\n+++\nb",
            &["x.md:2:9: broken TOML: "],
            0,
        ),
        (
            "x.md",
            "---\n- a\n---\nb",
            &["x.md:2:1: the front matter should be lines of `key: value`"],
            0,
        ),
        (
            "x.md",
            "---\nyear: soon\ntitle: [a]\n---\nb",
            &[
                "x.md:2:7: year should be a number, not `soon`",
                "x.md:3:8: title should be a text, not a list",
            ],
            0,
        ),
        ("x.md", "only prose", &["x.md:1:1: title is missing"], 0),
        (
            "x.csv",
            "a,b\n1,2",
            &["x.csv:1: the header has no column `title`"],
            0,
        ),
        (
            "x.csv",
            "title,year\na,1\nb\nc,2,3\nd,4,\ne,\"5",
            &[
                "x.csv:3: the row has 1 cell, the header 2 columns",
                "x.csv:4: the row has 3 cells, the header 2 columns",
                "x.csv:6: a quote in this row does not close",
            ],
            2,
        ),
        (
            "x.csv",
            "title,year\n\"a\nb\",soon\n,1",
            &[
                "x.csv:3:4: year should be a number, not `soon`",
                "x.csv:4:1: title is missing",
            ],
            0,
        ),
        (
            "x.tsv",
            "title\ttitle\na\tb",
            &["x.tsv:1:7: the column `title` is there twice"],
            1,
        ),
    ];
    let mut wrong = Vec::new();
    for (name, text, problems, entries) in cases {
        let text = text.replace("GOOD", good);
        let read = Dir::new(&[(name, &text)]).read(&[]);
        let as_wanted = read.problems.len() == problems.len()
            && read
                .problems
                .iter()
                .zip(*problems)
                .all(|(problem, wanted)| problem.starts_with(wanted))
            && read.entries.len() == *entries
            && read.hints.iter().all(|hint| !hint.is_empty());
        if !as_wanted {
            wrong.push(format!(
                "{text}\nwanted {entries} entries and {problems:#?}\ngot {} and {:#?} {:#?}",
                read.entries.len(),
                read.problems,
                read.hints
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn invalid_utf8_is_shown_where_it_begins() {
    let dir = Dir::new(&[]);
    dir.write(
        "x.jsonl",
        b"{\"title\": \"good\"}\n{\"title\": \"\xc3\xa9t\xe9\"}\n{\"title\": \"good\"}\n",
    );
    dir.write("y.csv", b"title\nok\nBj\xf6rk\n");
    dir.write("z.json", b"\xff\xfe{\0}\0");
    dir.write("w.md", b"# T\n\nx \xf0\x9f");
    let read = dir.read(&[]);
    assert_eq!(read.titles(), ["good", "good", "ok"]);
    assert_eq!(
        read.problems,
        [
            "w.md:3:3: invalid UTF-8: the last character is cut off",
            "x.jsonl:2:14: invalid UTF-8: the byte E9",
            "y.csv:3:3: invalid UTF-8: the byte F6",
            "z.json: is written in UTF-16",
        ]
    );
}

#[test]
fn packed_files_that_are_cut_short_are_read_as_far_as_they_go() {
    let lines: String = (0..2000)
        .map(|number| format!("{{\"title\": \"title {}\"}}\n", number * 7919 % 2003))
        .collect();
    let packed = gzip(lines.as_bytes());
    let dir = Dir::new(&[]);
    dir.write("x.jsonl.gz", &packed[..packed.len() / 2]);
    let read = dir.read(&[]);
    assert!(read.entries.len() > 100 && read.entries.len() < 1900);
    assert_eq!(read.problems.len(), 1);
    assert!(
        read.problems[0].ends_with(": the packed data ends too early"),
        "{}",
        read.problems[0]
    );
    let mut twice = gzip(b"{\"title\": \"a\"}\n");
    twice.extend(gzip(b"{\"title\": \"b\"}\n"));
    let dir = Dir::new(&[]);
    dir.write("x.jsonl.gz", &twice);
    assert_eq!(dir.read(&[]).titles(), ["a", "b"]);
    dir.write("x.jsonl.gz", b"this was never packed");
    let read = dir.read(&[]);
    assert!(
        read.problems[0].starts_with("x.jsonl.gz:1: cannot be unpacked"),
        "{:?}",
        read.problems
    );
    assert!(read.hints[0].contains("gzip -t"), "{:?}", read.hints);
}

#[test]
fn absurd_nesting_is_a_mistake_and_not_a_crash() {
    for depth in [200, 2_000_000] {
        let text = format!("{{\"title\": \"x\", \"a\": {}", "[".repeat(depth));
        let closed = format!("{text}{}}}", "]".repeat(depth));
        let read = Dir::new(&[
            ("a.jsonl", &text),
            ("b.json", &closed),
            ("c.json", &format!("[{closed}]")),
        ])
        .read(&[]);
        assert_eq!(read.problems.len(), 3);
        for problem in &read.problems {
            assert!(problem.contains("recursion limit"), "{}", &problem[..100]);
        }
    }
}

#[test]
fn mistakes_come_with_the_command_that_mends_them() {
    let read = Dir::new(&[("a.jsonl", "{\"Title\": \"x\"}\n{\"a\": 1}\n{}")]).read(&[]);
    assert_eq!(
        read.hints,
        [
            "if `Title` is the title, say so: --map title=Title",
            "every entry needs one; if one of `a` is it, say so: --map title=KEY",
            "every entry needs one: {\"title\": \"…\"}"
        ]
    );
    let read = Dir::new(&[("a.jsonl", "{\n\"title\": \"x\"\n}")]).read(&[]);
    assert!(read.hints[0].starts_with("in a .jsonl each line holds a whole entry"));
}

#[test]
fn what_cannot_be_a_corpus_is_refused_with_a_way_out() {
    let dir = Dir::new(&[("corpus/a.json", "{}"), ("notes.txt", "x")]);
    let error = Corpus::open(&dir.path("corpsu"), &[]).unwrap_err();
    assert_eq!(error.kind, Kind::Missing);
    assert_eq!(
        error.hint,
        Some(format!(
            "is it this one? needledrop index {}",
            dir.path("corpus").display()
        ))
    );
    let error = Corpus::open(&dir.path("elsewhere"), &[]).unwrap_err();
    assert!(error.hint.unwrap().starts_with("begin one: mkdir -p "));
    let error = Corpus::open(&dir.path("notes.txt"), &[]).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert!(
        error
            .message
            .ends_with("notes.txt is no kind of file that is read")
    );
    dir.write("corpus/needledrop.toml", b"langage = 1");
    let error = Corpus::open(&dir.path("corpus"), &[]).unwrap_err();
    assert!(
        error
            .message
            .ends_with("needledrop.toml:1:1: unknown key `langage`")
    );
}

#[test]
fn a_list_of_nothing_but_broken_entries_ends() {
    let entries = "\n  {\"title\": \"x\", [\n".repeat(20_000);
    let read = Dir::new(&[("x.json", &format!("[{entries}]"))]).read(&[]);
    assert!(read.entries.is_empty());
    assert!(read.problems.len() > 100, "{:#?}", read.problems);
}

#[test]
fn settings_that_are_no_text_are_refused() {
    let dir = Dir::new(&[("a.json", "{\"title\": \"x\"}")]);
    dir.write("needledrop.toml", b"[map]\nartists = \"c\xe9\"\n");
    let error = Corpus::open(dir.0.path(), &[]).unwrap_err();
    assert!(
        error
            .message
            .ends_with("needledrop.toml:2:13: invalid UTF-8: the byte E9"),
        "{}",
        error.message
    );
}
