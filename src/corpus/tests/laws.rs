//! What holds for any file at all.

use proptest::prelude::*;

use super::*;

#[test]
fn a_hash_covers_all_that_decides_an_entry_but_its_place() {
    let of = |name: &str, text: &str| Dir::new(&[(name, text)]).read(&[]).contents;
    let line = "{\"title\": \"x\"}";
    let moved = of("a.jsonl", &format!("\n\n  {line}  \n"));
    assert_eq!(of("a.jsonl", line), moved);
    assert_eq!(of("b.jsonl", line), moved);
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

#[test]
fn a_large_file_of_lines_reads_like_small_ones() {
    let mut text = String::from("\u{feff}");
    let mut count = 0;
    while text.len() <= blocks::LARGE as usize {
        count += 1;
        let blank = if count % 7 == 0 { "\n  " } else { "" };
        let prose = "x".repeat(count % 997 + 500);
        text += &format!("{blank}{{\"title\": \"{count}\", \"prose\": \"{prose}\"}}\n");
    }
    text += "{\"title\": \"the last\"}";
    let read = |text: &str| Dir::new(&[("a.jsonl", text)]).read(&[]);
    let cut = text[..text.len() / 2].rfind('\n').unwrap() + 1;
    let before = text[..cut].matches('\n').count() as u64;
    let (large, one, other) = (read(&text), read(&text[..cut]), read(&text[cut..]));
    assert_eq!(large.problems, [""; 0]);
    assert_eq!(large.titles().len(), count + 1);
    assert!(large.titles() == [one.titles(), other.titles()].concat());
    assert!(large.contents == [one.contents, other.contents].concat());
    let behind = other.lines.iter().map(|line| line + before);
    let lines: Vec<u64> = one.lines.iter().copied().chain(behind).collect();
    assert!(large.lines == lines);
    let other: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let dir = Dir::new(&[]);
    dir.write("a.jsonl", &other);
    assert_eq!(dir.read(&[]).problems, ["a.jsonl: is written in UTF-16"]);
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
    fn equal_bytes_and_only_they_have_equal_hashes(titles in prop::collection::vec("[ab]{1,3}", 2..6)) {
        let text: String = titles.iter().map(|title| format!("{{\"title\": \"{title}\"}}\n")).collect();
        let read = Dir::new(&[("a.jsonl", &text)]).read(&[]);
        for (one, title) in read.contents.iter().zip(&titles) {
            for (other, another) in read.contents.iter().zip(&titles) {
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
        prop_assert_eq!(read.contents, lines.contents);
        prop_assert_eq!(read.problems, [""; 0]);
    }
}
