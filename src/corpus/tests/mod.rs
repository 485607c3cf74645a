//! The corpus as its users meet it: files in, entries and problems out.

mod bad;
mod laws;
mod walk;

use std::fs;
use std::io::Write;

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
    contents: Vec<u64>,
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
                        read.contents.push(record.content);
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
    assert_eq!(files[0].name, "a.jsonl");
    assert_eq!(files[0].path(), file);
    assert_eq!(Read::of(&corpus, &file).only().artists, ["david bowie"]);
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
