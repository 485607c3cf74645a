//! The corpus as its users meet it: files in, entries and problems out.

use std::fs;
use std::io::Write;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A corpus in a folder of its own.
struct Dir(tempfile::TempDir);

impl Dir {
    fn new(files: &[(&str, &str)]) -> Dir {
        let dir = Dir(tempfile::tempdir().unwrap());
        for (name, text) in files {
            dir.write(name, text.as_bytes());
        }
        dir
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn open(&self, mapping: &[(&str, &str)]) -> Corpus {
        Corpus::open(self.0.path(), &owned(mapping)).unwrap()
    }

    fn read(&self, mapping: &[(&str, &str)]) -> Read {
        Read::of(&self.open(mapping), self.0.path())
    }
}

fn owned(mapping: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(field, key): &(&str, &str)| ((*field).to_owned(), (*key).to_owned());
    mapping.iter().map(pair).collect()
}

/// Everything read from a corpus.
#[derive(Debug, Default)]
struct Read {
    entries: Vec<Parsed>,
    fingerprints: Vec<u64>,
    lines: Vec<u64>,
    /// `path:line:column: message`, without the folder; and the hints.
    problems: Vec<String>,
    hints: Vec<String>,
}

impl Read {
    fn of(corpus: &Corpus, root: &Path) -> Read {
        let mut read = Read::default();
        let (files, mut problems) = corpus.files();
        for file in files {
            let mut from_records = Vec::new();
            let (_, from_file) = corpus.read(&file, &mut |record| {
                match corpus.parse(&file, record) {
                    Ok(parsed) => {
                        read.entries.push(parsed);
                        read.fingerprints.push(record.fingerprint);
                        read.lines.push(record.line);
                    }
                    Err(problems) => from_records.extend(problems),
                }
                ControlFlow::Continue(())
            });
            problems.extend(from_file);
            problems.extend(from_records);
        }
        problems.sort();
        let prefix = format!("{}/", shown(root));
        let short = |problem: &Problem| problem.to_string().replace(&prefix, "");
        read.problems = problems.iter().map(short).collect();
        let hint = |problem: &Problem| problem.hint.clone().unwrap_or_default();
        read.hints = problems.iter().map(hint).collect();
        read
    }

    fn titles(&self) -> Vec<&str> {
        self.entries
            .iter()
            .map(|parsed| parsed.entry.title.as_str())
            .collect()
    }

    fn ids(&self) -> Vec<&str> {
        self.entries
            .iter()
            .map(|parsed| parsed.entry.id.as_str())
            .collect()
    }

    /// The only entry, when nothing went wrong.
    fn only(&self) -> &Entry {
        assert_eq!(self.problems, [""; 0]);
        assert_eq!(self.entries.len(), 1, "{:?}", self.titles());
        &self.entries[0].entry
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const WHOLE: &str = r#"{"title": "Velvet Goldmine", "artists": ["Brian Eno", "Shudder to Think"], "id": "vg",
 "prose": "Glam.", "rank": 8, "year": "1998", "label": {"name": "Fontana", "no": null}, "tags": ["glam"], "none": null}"#;

#[test]
fn an_entry_keeps_what_it_is_given() {
    let read = Dir::new(&[("a.json", WHOLE)]).read(&[]);
    let entry = read.only();
    assert_eq!(read.entries[0].identity, Identity::Given);
    assert_eq!(entry.id, "vg");
    assert_eq!(entry.artists, ["Brian Eno", "Shudder to Think"]);
    assert_eq!(entry.prose, "Glam.");
    assert_eq!(
        Value::Object(entry.keys.clone()),
        json!({"rank": 8, "year": 1998, "label": {"name": "Fontana"}, "tags": ["glam"]})
    );
    let order: Vec<&String> = entry.keys.keys().collect();
    assert_eq!(order, ["rank", "year", "label", "tags"]);
}

#[test]
fn every_format_reads_the_same_entry() {
    let line = r#"{"title": "Heat", "artists": ["Moby", "Kronos Quartet"], "year": 1995, "tags": ["crime"], "prose": "A film.", "aliases": ["Hitze"]}"#;
    let list = format!("[{line}]");
    let around = format!("{{\"entries\": [{line}]}}");
    let csv = "title,artists,year,tags,prose,aliases\nHeat,Moby; Kronos Quartet,1995,crime,A film.,Hitze\n";
    let tsv = csv.replace(',', "\t");
    let yaml = "---\ntitle: Heat\nartists: [Moby, Kronos Quartet]\nyear: 1995\ntags: [crime]\naliases: Hitze\n---\nA film.\n";
    let toml = "+++\ntitle = \"Heat\"\nartists = [\"Moby\", \"Kronos Quartet\"]\nyear = 1995\ntags = [\"crime\"]\naliases = [\"Hitze\"]\n+++\nA film.\n";
    let files = [
        ("json", line),
        ("json", &list),
        ("json", &around),
        ("jsonl", line),
        ("ndjson", line),
        ("csv", csv),
        ("tsv", &tsv),
        ("md", yaml),
        ("markdown", toml),
    ];
    let mut first: Option<Entry> = None;
    for (ending, text) in files {
        for (mark, text) in [
            ("", text.to_owned()),
            ("\u{feff}", text.replace('\n', "\r\n")),
        ] {
            let text = format!("{mark}{text}");
            let plain = Dir::new(&[(&format!("heat.{ending}"), &text)]);
            let packed = Dir::new(&[]);
            packed.write(&format!("heat.{ending}.gz"), &gzip(text.as_bytes()));
            let zstd = Dir::new(&[]);
            zstd.write(
                &format!("heat.{ending}.zst"),
                &zstd::encode_all(text.as_bytes(), 1).unwrap(),
            );
            for dir in [plain, packed, zstd] {
                let read = dir.read(&[]);
                let entry = read.only();
                assert_eq!(
                    entry,
                    first.get_or_insert(entry.clone()),
                    "{ending}: {text}"
                );
                assert_eq!(entry.id, "heat");
            }
        }
    }
}

#[test]
fn a_list_gives_its_name_to_entries_that_lack_one() {
    let text = r#"{"list": "Ten best", "title": "not an entry's", "year": 1998, "tags": ["a"],
      "entries": [{"title": "A", "year": 1973}, {"title": "B", "list": null}, {"title": "C", "list": "own"}],
      "source": "x"}"#;
    let read = Dir::new(&[("a.json", text)]).read(&[]);
    let keys: Vec<Value> = read
        .entries
        .iter()
        .map(|parsed| Value::Object(parsed.entry.keys.clone()))
        .collect();
    assert_eq!(read.problems, [""; 0]);
    assert_eq!(
        keys[0],
        json!({"year": 1973, "list": "Ten best", "tags": ["a"], "source": "x"})
    );
    assert_eq!(
        keys[1],
        json!({"list": "Ten best", "year": 1998, "tags": ["a"], "source": "x"})
    );
    assert_eq!(
        keys[2],
        json!({"list": "own", "year": 1998, "tags": ["a"], "source": "x"})
    );
    assert_eq!(read.lines, [2, 2, 2]);
}

#[test]
fn a_name_is_never_divided() {
    let text = "{\"title\": \"x\", \"artist\": \"Earth, Wind & Fire / AC/DC\"}";
    assert_eq!(
        Dir::new(&[("a.jsonl", text)]).read(&[]).only().artists,
        ["Earth, Wind & Fire / AC/DC"]
    );
}

#[test]
fn prose_may_come_in_paragraphs() {
    let text = "{\"title\": \"x\", \"prose\": [\"One.\", \"Two.\"]}";
    assert_eq!(
        Dir::new(&[("a.jsonl", text)]).read(&[]).only().prose,
        "One.\n\nTwo."
    );
}

#[test]
fn foreign_keys_are_mapped_and_not_kept_twice() {
    let mapping = [
        ("artists", "cast"),
        ("prose", "info.plot"),
        ("id", "href"),
        ("url", "href"),
        ("director", "crew.name"),
    ];
    let text = r#"{"title": "Heat", "cast": ["Al Pacino"], "href": "Heat_(film)", "info": {"plot": "Cops.", "minutes": 170},
      "crew": [{"name": "Michael Mann", "job": "director"}]}"#;
    let read = Dir::new(&[("a.json", text)]).read(&mapping);
    let entry = read.only();
    assert_eq!(
        (entry.id.as_str(), read.entries[0].identity),
        ("Heat_(film)", Identity::Mapped)
    );
    assert_eq!(entry.artists, ["Al Pacino"]);
    assert_eq!(entry.prose, "Cops.");
    assert_eq!(
        Value::Object(entry.keys.clone()),
        json!({"url": "Heat_(film)", "info": {"minutes": 170}, "director": ["Michael Mann"], "crew": [{"job": "director"}]})
    );
}

#[test]
fn what_mapping_does_not_find_is_taken_from_our_own_keys() {
    let text = "{\"title\": \"own\", \"id\": 7, \"href\": null}\n{\"title\": \"own\", \"name\": \"theirs\"}\n";
    let read = Dir::new(&[("a.jsonl", text)]).read(&[("title", "name"), ("id", "href")]);
    assert_eq!(read.titles(), ["own", "theirs"]);
    assert_eq!(read.ids(), ["7", "a/theirs"]);
    assert_eq!(read.entries[0].identity, Identity::Given);
    assert_eq!(read.entries[1].identity, Identity::Made);
    assert!(read.entries[1].entry.keys.is_empty());
}

#[test]
fn settings_lie_in_the_folder_or_beside_the_file() {
    let toml = "[map]\nartists = \"cast\"\n[aliases]\n\"David Bowie\" = \"Ziggy Stardust\"\n";
    let dir = Dir::new(&[
        ("needledrop.toml", toml),
        (
            "a.jsonl",
            "{\"title\": \"x\", \"cast\": \"david bowie\", \"aliases\": [\"y\"]}",
        ),
    ]);
    assert_eq!(dir.read(&[]).only().aliases, ["y", "Ziggy Stardust"]);
    let file = dir.path("a.jsonl");
    let corpus = Corpus::open(&file, &[]).unwrap();
    let (files, _) = corpus.files();
    assert_eq!((files[0].name.as_str(), &files[0].path), ("a.jsonl", &file));
    assert_eq!(Read::of(&corpus, &file).only().artists, ["david bowie"]);
}

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
fn yaml_words_stay_words() {
    let text = "---\ntitle: 1917\nartist: Yes\naliases: [007, No]\nlabel: 4AD\n---\n";
    let read = Dir::new(&[("a.md", text)]).read(&[]);
    let entry = read.only();
    assert_eq!(
        (entry.title.as_str(), &entry.artists[..]),
        ("1917", &["Yes".to_owned()][..])
    );
    assert_eq!(entry.aliases, ["007", "No"]);
    assert_eq!(entry.keys["label"], "4AD");
}

#[test]
fn a_table_knows_numbers_from_texts() {
    let text = "title,year,minutes,catalogue,url,tags\n1917,1998,120,007,12,a;b\n";
    let read = Dir::new(&[("a.csv", text)]).read(&[]);
    assert_eq!(read.only().title, "1917");
    assert_eq!(
        Value::Object(read.only().keys.clone()),
        json!({"year": 1998, "minutes": 120, "catalogue": "007", "url": "12", "tags": ["a", "b"]})
    );
    let text = "title\tprose\n\"Heroes\"\t\\N\n\"5\" vinyl\tx";
    assert_eq!(
        Dir::new(&[("a.tsv", text)]).read(&[]).titles(),
        ["\"Heroes\"", "\"5\" vinyl"]
    );
}

#[test]
fn the_walk_honours_gitignore_and_skips_what_is_hidden() {
    let entry = "{\"title\": \"x\"}";
    let dir = Dir::new(&[
        ("b/two.json", entry),
        ("b.json", entry),
        ("b/one.jsonl", entry),
        ("a/c.md", "# x\n"),
        ("a/draft.json", entry),
        ("a/.gitignore", "draft*\n"),
        ("skipped/x.json", entry),
        (".gitignore", "/skipped/\n*.csv\n!keep.csv\n"),
        ("x.csv", "title\nx\n"),
        ("keep.csv", "title\nx\n"),
        (".hidden.json", entry),
        (".git/x.json", entry),
        ("notes.txt", ""),
        ("index/needledrop.json", "{}"),
        ("index/1/meta.json", "{}"),
        ("needledrop.toml", ""),
    ]);
    let (files, problems) = dir.open(&[]).files();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        ["a/c.md", "b.json", "b/one.jsonl", "b/two.json", "keep.csv"]
    );
    assert_eq!(problems, []);
    assert!(
        files
            .iter()
            .all(|file| file.stat.size > 0 && file.stat.modified > 0)
    );
}

#[test]
fn rules_from_above_hold_within_a_repository_unless_they_leave_nothing() {
    let entry = "{\"title\": \"x\"}";
    let names = |dir: &Dir| -> Vec<String> {
        let corpus = Corpus::open(&dir.path("repo/corpus"), &[]).unwrap();
        corpus.files().0.into_iter().map(|file| file.name).collect()
    };
    let dir = Dir::new(&[
        ("repo/.gitignore", "drafts/\n/corpus/old.json\n"),
        ("repo/corpus/drafts/x.json", entry),
        ("repo/corpus/old.json", entry),
        ("repo/corpus/new.json", entry),
        (".gitignore", "*\n"),
    ]);
    assert_eq!(names(&dir), ["drafts/x.json", "new.json", "old.json"]);
    dir.write("repo/.git/HEAD", b"");
    assert_eq!(names(&dir), ["new.json"]);
    dir.write("repo/.gitignore", b"/corpus/*\n!.gitkeep\n");
    assert_eq!(names(&dir), ["drafts/x.json", "new.json", "old.json"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_once() {
    use std::os::unix::fs::symlink;
    let entry = "{\"title\": \"x\"}";
    let dir = Dir::new(&[
        ("corpus/a/x.json", entry),
        ("outside/y.json", entry),
        ("outside/sub/z.json", entry),
    ]);
    let link = |target: &str, name: &str| symlink(target, dir.path(name)).unwrap();
    link("..", "corpus/a/loop");
    link("a", "corpus/again");
    link("a/x.json", "corpus/same.json");
    link("../outside/y.json", "corpus/y.json");
    link("../outside", "corpus/b");
    link("../outside/sub", "corpus/c");
    link("../../corpus", "outside/sub/back");
    link("nowhere", "corpus/lost.json");
    link("self", "corpus/self");
    link("nowhere", "corpus/cover.jpg");
    let corpus = Corpus::open(&dir.path("corpus"), &[]).unwrap();
    let (files, problems) = corpus.files();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a/x.json", "b/sub/z.json", "b/y.json"]);
    let problems: Vec<&str> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(problems[0], "is a link to something that is not there");
    assert!(
        problems[1].starts_with("is a link that leads nowhere: too many levels"),
        "{problems:?}"
    );
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_read() {
    use std::os::unix::ffi::OsStrExt;
    let dir = Dir::new(&[("good.json", "{\"title\": \"x\"}")]);
    fs::create_dir(dir.path("folder.json")).unwrap();
    let pipe = dir.path("pipe.json");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(dir.path("socket.json")).unwrap();
    fs::write(
        dir.0.path().join(std::ffi::OsStr::from_bytes(b"\xff.json")),
        "{\"title\": \"odd name\"}",
    )
    .unwrap();
    fs::write(
        dir.0.path().join(std::ffi::OsStr::from_bytes(b"\xfe.json")),
        "{\"title\": \"odder name\"}",
    )
    .unwrap();
    let read = dir.read(&[]);
    assert_eq!(read.titles(), ["x", "odder name"]);
    assert_eq!(
        read.problems,
        [
            "folder.json: is an empty folder with the name of a file",
            "pipe.json: is a pipe, not a file",
            "socket.json: is a socket, not a file",
            "\u{fffd}.json: has the same name as another",
        ]
    );
    // Should one have taken the place of a file between the walk and now:
    let corpus = dir.open(&[]);
    for (name, message) in [
        ("pipe.json", "is a pipe, not a file"),
        ("gone.json", "is not there any more"),
        ("folder.json", "is a folder, not a file"),
    ] {
        let file = SourceFile {
            path: dir.path(name),
            name: name.to_owned(),
            stat: Stat::default(),
        };
        let (_, problems) = corpus.read(&file, &mut |_| panic!("nothing to read"));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].message, message);
        assert!(problems[0].hint.is_some());
    }
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
fn reading_stops_when_told_to() {
    for (name, text) in [
        ("a.jsonl", "{}\n{}\n{}"),
        ("a.json", "[{}, {}, {}]"),
        ("b.json", "{\"entries\": [{}, {}]}"),
        ("a.csv", "title\na\nb\n"),
    ] {
        let dir = Dir::new(&[(name, text)]);
        let corpus = dir.open(&[]);
        let (files, _) = corpus.files();
        let mut count = 0;
        let (stat, problems) = corpus.read(&files[0], &mut |_| {
            count += 1;
            ControlFlow::Break(())
        });
        assert_eq!((count, problems), (1, vec![]), "{name}");
        assert_eq!(stat, files[0].stat);
    }
}

#[test]
fn ids_that_are_made_stay_when_entries_change_places() {
    let ids = |text: &str| {
        let read = Dir::new(&[("Ten Best.csv", text)]).read(&[]);
        let mut ids: Vec<String> = read.ids().into_iter().map(str::to_owned).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids("title\nA\nB b\n"), ["ten-best/a", "ten-best/b-b"]);
    assert_eq!(ids("title\nA\nB b\n"), ids("year,title\n,B b\n1,A\n"));
}

#[test]
fn a_fingerprint_covers_all_that_decides_an_entry() {
    let of = |name: &str, text: &str| Dir::new(&[(name, text)]).read(&[]).fingerprints;
    let line = "{\"title\": \"x\"}";
    let moved = of("a.jsonl", &format!("\n\n  {line}  \n"));
    assert_eq!(of("a.jsonl", line), moved);
    assert_ne!(of("b.jsonl", line), moved);
    assert_ne!(
        of(
            "a.json",
            &format!("{{\"list\": \"l\", \"entries\": [{line}]}}")
        ),
        moved
    );
    assert_eq!(
        of("a.json", &format!("[{line}, {line}]")),
        [moved[0], moved[0]]
    );
    assert_ne!(
        of("a.csv", "title,a,b\nx,1,2\n"),
        of("a.csv", "title,b,a\nx,1,2\n")
    );
    assert_ne!(of("a.csv", "title\nx\n"), of("a.tsv", "title\nx\n"));
}

/// Titles and lines of whatever is read; the point is that it is read at all.
fn survive(name: &str, bytes: &[u8]) {
    let dir = Dir::new(&[]);
    dir.write(name, bytes);
    let read = dir.read(&[("artists", "a.b"), ("year", "a")]);
    assert!(
        read.entries
            .iter()
            .all(|parsed| !parsed.entry.title.is_empty() && !parsed.entry.id.is_empty())
    );
    assert!(
        !read.problems.is_empty() || !read.entries.is_empty() || !bytes.trim_ascii().is_empty()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_in_every_format(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..80),
            "([\\[\\]{}:,\"\\\\ \n\r\t;#*+`-]|\"title\"|\"entries\"|---\n|[a-c]|é){0,60}".prop_map(String::into_bytes),
        ],
    ) {
        for name in ["a.json", "a.jsonl", "a.md", "a.csv", "a.tsv", "a.json.gz", "a.csv.zst"] {
            survive(name, &bytes);
        }
        survive("b.jsonl.gz", &gzip(&bytes));
    }

    #[test]
    fn records_are_those_of_a_naive_split(lines in prop::collection::vec("( |[a-z]|\r|é){0,12}", 0..12)) {
        let text = lines.join("\n");
        let dir = Dir::new(&[("a.jsonl", &text)]);
        let corpus = dir.open(&[]);
        let mut records = Vec::new();
        corpus.read(&corpus.files().0[0], &mut |record| {
            records.push((record.line, String::from_utf8(record.bytes.to_vec()).unwrap()));
            ControlFlow::Continue(())
        });
        let naive: Vec<(u64, String)> = text
            .split('\n')
            .zip(1..)
            .map(|(line, number)| (number, line.trim_matches([' ', '\r']).to_owned()))
            .filter(|(_, line)| !line.is_empty())
            .collect();
        prop_assert_eq!(records, naive);
    }

    #[test]
    fn equal_bytes_and_only_they_have_equal_fingerprints(titles in prop::collection::vec("[ab]{1,3}", 2..6)) {
        let text: String = titles.iter().map(|title| format!("{{\"title\": \"{title}\"}}\n")).collect();
        let read = Dir::new(&[("a.jsonl", &text)]).read(&[]);
        for (one, title) in read.fingerprints.iter().zip(&titles) {
            for (other, another) in read.fingerprints.iter().zip(&titles) {
                prop_assert_eq!(one == other, title == another);
            }
        }
    }

    #[test]
    fn a_json_list_reads_like_its_entries_one_by_one(values in prop::collection::vec("(\\{\"title\": ?\"([a-c{}\\[\\]]|\\\\\\\\|\\\\\"){1,6}\"(, ?\"x\": ?(\\[1,\\{\\}\\]|\"\\}\"|3))?\\})", 0..6), gap in "( |\n  |\n){0,2}") {
        let list = format!("[{gap}{}{gap}]", values.join(&format!(",{gap}")));
        let read = Dir::new(&[("a.json", &list)]).read(&[]);
        let lines = Dir::new(&[("a.jsonl", &values.join("\n"))]).read(&[]);
        prop_assert_eq!(read.titles(), lines.titles());
        prop_assert_eq!(read.fingerprints, lines.fingerprints);
        prop_assert_eq!(read.problems, [""; 0]);
    }
}

#[test]
#[ignore = "reads ../shared/data"]
fn the_films_are_read_as_they_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/movies.jsonl.gz");
    if !path.exists() {
        println!("not tested: {} is not there", path.display());
        return;
    }
    let mapping = owned(&[("artists", "cast"), ("prose", "extract"), ("id", "href")]);
    let read = Read::of(&Corpus::open(&path, &mapping).unwrap(), &path);
    assert_eq!(read.problems, [""; 0]);
    assert_eq!(read.entries.len(), 36_273);
    let with = |has: fn(&Parsed) -> bool| read.entries.iter().filter(|parsed| has(parsed)).count();
    assert!(with(|parsed| !parsed.entry.prose.is_empty()) > 30_000);
    assert!(with(|parsed| parsed.identity == Identity::Mapped) > 30_000);
    assert!(with(|parsed| parsed.identity == Identity::Made) > 100);
    assert_eq!(with(|parsed| parsed.entry.keys.contains_key("cast")), 0);
}
