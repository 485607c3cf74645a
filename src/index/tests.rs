//! An index brought up to date, as its users see it.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use proptest::prelude::*;

use super::open::OpenIndex;
use super::testing::{Answers, Shelf, Silent, answers, counts, index, options, scratch};
use super::{Progress, UpdateOptions, update};
use crate::error::Kind;

fn soundtracks() -> Shelf {
    Shelf::of(&[
        (
            "best.json",
            &[
                "goldmine|Velvet Goldmine|Glam rock without Bowie's songs",
                "famous|Almost Famous|A boy reporter on tour",
                "heat|Heat|Los Angeles at night",
            ],
        ),
        ("more.json", &["|Drive|A driver", "|Tron|A grid"]),
    ])
}

fn fresh(shelf: &Shelf) -> Answers {
    let folder = scratch();
    index(shelf, folder.path()).unwrap();
    answers(folder.path())
}

#[test]
fn a_first_build_answers() {
    let folder = scratch();
    let folder = folder.path().join("index");
    let summary = index(&soundtracks(), &folder).unwrap();
    assert_eq!(summary.rebuilt, None, "there was nothing to rebuild");
    assert!(summary.committed);
    assert_eq!((summary.added, summary.entries), (5, 5));
    let index = OpenIndex::open(&folder).unwrap();
    let famous = index.find("famous").unwrap().unwrap();
    let (entry, source) = index.entry_and_source(famous).unwrap();
    let source = source.unwrap();
    assert_eq!((source.path.as_str(), source.line), ("best.json", 2));
    assert_eq!(entry.title, "Almost Famous");
    assert_eq!(index.find("nobody").unwrap(), None);
}

#[test]
fn nothing_changed_is_nothing_done() {
    let folder = scratch();
    let shelf = soundtracks();
    index(&shelf, folder.path()).unwrap();
    let open = OpenIndex::open(folder.path()).unwrap();
    let summary = index(&shelf, folder.path()).unwrap();
    assert_eq!(counts(&summary), [0, 0, 0, 5]);
    assert!(summary.committed && summary.rebuilt.is_none());
    assert!(!open.is_outdated());
}

#[test]
fn only_what_changed_is_indexed_again() {
    let folder = scratch();
    let mut shelf = soundtracks();
    index(&shelf, folder.path()).unwrap();
    let open = OpenIndex::open(folder.path()).unwrap();

    let mut lines = shelf.files["best.json"].clone();
    lines[1] = "famous|Almost Famous|A boy reporter falls in love on tour".into();
    lines.insert(0, "help|Help!|The Beatles".into());
    shelf.put("best.json", lines);
    shelf.put("more.json", vec!["|Tron|A grid".into()]);
    let summary = index(&shelf, folder.path()).unwrap();
    assert_eq!(counts(&summary), [1, 1, 1, 3]);
    assert_eq!(answers(folder.path()), fresh(&shelf));

    assert!(open.is_outdated());
    let old = open.entry(open.find("famous").unwrap().unwrap()).unwrap();
    assert_eq!(old.prose, "A boy reporter on tour");
}

#[test]
fn a_moved_or_renamed_file_indexes_nothing_again() {
    let folder = scratch();
    let mut shelf = soundtracks();
    index(&shelf, folder.path()).unwrap();
    let mut lines = shelf.remove("best.json").unwrap();
    lines.reverse();
    shelf.put("zz/top.json", lines);
    let summary = index(&shelf, folder.path()).unwrap();
    assert_eq!(counts(&summary), [0, 0, 0, 5]);
    assert_eq!(answers(folder.path()), fresh(&shelf));
}

#[test]
fn settings_that_change_entries_rebuild_beside_the_old() {
    let folder = scratch();
    let mut shelf = soundtracks();
    index(&shelf, folder.path()).unwrap();
    let open = OpenIndex::open(folder.path()).unwrap();
    shelf.settings.language = crate::analysis::Language::German;
    let summary = index(&shelf, folder.path()).unwrap();
    assert_eq!(
        summary.rebuilt.as_deref(),
        Some("full rebuild: the stemming language changed from english to german")
    );
    assert!(open.is_outdated());
    assert_eq!(
        open.entry(open.find("heat").unwrap().unwrap())
            .unwrap()
            .title,
        "Heat"
    );
    assert!(!folder.path().join("g-000001").exists());
    assert_eq!(answers(folder.path()), fresh(&shelf));
}

#[test]
fn problems_leave_the_old_index_or_are_left_out() {
    let folder = scratch();
    let mut shelf = soundtracks();
    index(&shelf, folder.path()).unwrap();
    let before = answers(folder.path());
    shelf.put(
        "more.json",
        vec!["!".into(), "heat|Another Heat|".into(), "|Blade|".into()],
    );
    let summary = index(&shelf, folder.path()).unwrap();
    assert!(!summary.committed);
    let said: Vec<String> = summary.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "shelf/more.json:1: broken",
            "shelf/more.json:2: duplicate id `heat`: `shelf/best.json:3` has it too",
        ]
    );
    assert_eq!(answers(folder.path()), before);

    let skip = UpdateOptions {
        skip_invalid: true,
        ..options()
    };
    let summary = update::run(&shelf, folder.path(), &skip, &Silent).unwrap();
    assert!(summary.committed);
    assert_eq!((summary.left_out, summary.problems.len()), (2, 2));
    assert_eq!(
        answers(folder.path()).ids(),
        ["famous", "goldmine", "heat", "more.json/Blade"]
    );
    // Said again as long as it is so, with nothing to do.
    let again = update::run(&shelf, folder.path(), &skip, &Silent).unwrap();
    assert_eq!((again.left_out, again.problems.len()), (2, 2));
    assert_eq!(counts(&again), [0, 0, 0, 4]);
    // With the first one gone, the second is right.
    shelf.remove("best.json");
    let summary = update::run(&shelf, folder.path(), &skip, &Silent).unwrap();
    assert_eq!((summary.left_out, summary.problems.len()), (1, 1));
    let ids = answers(folder.path());
    assert_eq!(ids.ids(), ["heat", "more.json/Blade"]);
    assert!(ids.entries["heat"].0.contains("Another Heat"));
}

#[test]
fn a_broken_file_keeps_its_last_good_entries() {
    let folder = scratch();
    let mut shelf = soundtracks();
    index(&shelf, folder.path()).unwrap();
    shelf.put(
        "best.json",
        vec!["famous|Almost Famous|new".into(), "!".into()],
    );
    shelf.put("more.json", vec!["|Drive|A better driver".into()]);
    shelf.put("new.json", vec!["!".into(), "|Her|A voice".into()]);
    let keep = UpdateOptions {
        keep_broken: true,
        ..options()
    };
    let summary = update::run(&shelf, folder.path(), &keep, &Silent).unwrap();
    assert!(summary.committed);
    assert_eq!(summary.problems.len(), 2);
    let now = answers(folder.path());
    assert_eq!(
        now.ids(),
        [
            "famous",
            "goldmine",
            "heat",
            "more.json/Drive",
            "new.json/Her"
        ]
    );
    assert!(now.entries["famous"].0.contains("A boy reporter"));
    assert!(now.entries["more.json/Drive"].0.contains("better"));
    // An id taken from another file is a mistake of the file that was edited.
    shelf.put("best.json", vec!["heat|Heat|".into()]);
    shelf.put("more.json", vec!["heat|Heat again|".into()]);
    let summary = update::run(&shelf, folder.path(), &keep, &Silent).unwrap();
    assert_eq!(summary.problems.len(), 2, "{:?}", summary.problems);
    // Mended, all is as if nothing had been.
    shelf.put("new.json", vec!["|Her|A voice".into()]);
    shelf.put("more.json", vec!["|Tron|A grid".into()]);
    index(&shelf, folder.path()).unwrap();
    assert_eq!(answers(folder.path()), fresh(&shelf));
}

#[test]
fn a_check_finds_what_is_wrong_and_touches_nothing() {
    let folder = scratch();
    let folder = folder.path().join("index");
    let check = UpdateOptions {
        check: true,
        ..options()
    };
    let mut shelf = soundtracks();
    let summary = update::run(&shelf, &folder, &check, &Silent).unwrap();
    assert_eq!((summary.entries, summary.committed), (5, false));
    shelf.put("x.json", vec!["heat||".into(), "!".into()]);
    let summary = update::run(&shelf, &folder, &check, &Silent).unwrap();
    assert_eq!(summary.problems.len(), 2);
    assert!(!folder.exists());
}

#[test]
fn twins_are_told_apart_and_repeats_are_one() {
    let folder = scratch();
    let mut shelf = Shelf::of(&[("a.json", &["^x|One|", "^x|Two|", "^x|One|", "^y|Three|"])]);
    let summary = index(&shelf, folder.path()).unwrap();
    assert_eq!((summary.entries, summary.repeated), (3, 1));
    assert_eq!(summary.notes.len(), 1);
    let both = answers(folder.path());
    let suffixed = both.ids().into_iter().find(|id| id.starts_with("x~"));
    assert_eq!(suffixed.unwrap().len(), "x~123456".len());
    // One of them goes: the other has the plain id, and nothing is indexed again.
    let mut lines = shelf.files["a.json"].clone();
    lines.retain(|line| line != "^x|Two|");
    shelf.put("a.json", lines);
    let summary = index(&shelf, folder.path()).unwrap();
    assert_eq!(counts(&summary), [0, 0, 1, 2]);
    assert!(summary.notes.is_empty());
    assert_eq!(answers(folder.path()).ids(), ["x", "y"]);
}

#[test]
fn a_file_that_cannot_be_trusted_is_read_again_until_it_can() {
    let folder = scratch();
    let mut shelf = soundtracks();
    shelf.make_racy("best.json");
    index(&shelf, folder.path()).unwrap();
    // Changed within the tick: the state is the same, the content is not.
    let lines = shelf.files.get_mut("best.json").unwrap();
    lines[2] = "heat|Heat|Los Angeles by day  ".into();
    let summary = index(&shelf, folder.path()).unwrap();
    assert_eq!(counts(&summary), [0, 1, 0, 4]);
    assert_eq!(answers(folder.path()), fresh(&shelf));
}

#[test]
fn a_second_writer_is_refused_and_a_foreign_folder_too() {
    let folder = scratch();
    let _lock = super::lock::take(folder.path(), false).unwrap();
    let error = index(&soundtracks(), folder.path()).unwrap_err();
    assert_eq!(error.kind, Kind::Locked);
    let photos = scratch();
    fs::write(photos.path().join("beach.jpg"), b"...").unwrap();
    let error = index(&soundtracks(), photos.path()).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(fs::read_dir(photos.path()).unwrap().count(), 1);
}

/// Every file under a folder with its size and the time of its last change.
fn listing(folder: &Path) -> Vec<(std::path::PathBuf, u64, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::metadata(&path).unwrap();
        found.push((path.clone(), metadata.len(), metadata.modified().unwrap()));
        if metadata.is_dir() {
            found.extend(listing(&path));
        }
    }
    found.sort();
    found
}

#[test]
fn reading_writes_nothing() {
    let folder = scratch();
    index(&soundtracks(), folder.path()).unwrap();
    let before = listing(folder.path());
    answers(folder.path());
    assert_eq!(listing(folder.path()), before);
}

#[test]
fn many_small_edits_leave_few_segments() {
    let folder = scratch();
    let mut shelf = soundtracks();
    for round in 0..30 {
        shelf.put("more.json", vec![format!("|Drive|Take {round}")]);
        index(&shelf, folder.path()).unwrap();
    }
    let open = OpenIndex::open(folder.path()).unwrap();
    assert!(open.searcher.segment_readers().len() <= 8);
    assert_eq!(answers(folder.path()), fresh(&shelf));
}

#[test]
fn no_index_says_how_to_make_one() {
    let folder = scratch();
    let Err(error) = OpenIndex::open(folder.path()) else {
        panic!("there is none")
    };
    assert_eq!(error.kind, Kind::Missing);
    assert!(error.hint.unwrap().contains("needledrop index"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Copies the index at every stage of an update: what a kill at that moment would leave.
struct Snapshots<'a> {
    folder: &'a Path,
    taken: Mutex<Vec<(String, tempfile::TempDir)>>,
}

impl Progress for Snapshots<'_> {
    fn bytes(&self, _: u64, _: u64) {}

    fn stage(&self, name: &'static str) {
        let copied = scratch();
        copy(self.folder, copied.path());
        self.taken.lock().unwrap().push((name.to_owned(), copied));
    }
}

#[test]
fn killed_between_any_two_steps_the_next_run_completes() {
    let mut shelf = soundtracks();
    let folder = scratch();
    let mut before: Option<Answers> = None;
    for round in 0..3 {
        let snapshots = Snapshots {
            folder: folder.path(),
            taken: Mutex::default(),
        };
        let options = UpdateOptions {
            rebuild: round == 2,
            ..options()
        };
        update::run(&shelf, folder.path(), &options, &snapshots).unwrap();
        let after = fresh(&shelf);
        let taken = snapshots.taken.into_inner().unwrap();
        assert!(taken.len() >= 5);
        for (stage, copied) in taken {
            // A reader finds the one or the other, whole.
            match (&before, OpenIndex::open(copied.path())) {
                (None, Err(error)) => assert_eq!(error.kind, Kind::Missing, "{stage}"),
                (None, Ok(_)) => panic!("a first build is visible at {stage}"),
                (Some(before), found) => {
                    drop(found.unwrap());
                    let now = answers(copied.path());
                    assert!(now == *before || now == after, "{stage} of round {round}");
                }
            }
            index(&shelf, copied.path()).unwrap();
            assert_eq!(answers(copied.path()), after, "{stage} of round {round}");
            assert_eq!(stray_files(copied.path()), Vec::<String>::new(), "{stage}");
        }
        before = Some(after);
        let (name, next) = [
            ("best.json", "2.json"),
            ("2.json", "3.json"),
            ("3.json", "4.json"),
        ][round];
        let mut lines = shelf.remove(name).unwrap();
        lines[0].push_str(" and more");
        lines.push(format!("|Film {round}|Another one"));
        shelf.put(next, lines);
    }
}

/// Files in an index folder that its commit does not need.
fn stray_files(folder: &Path) -> Vec<String> {
    let super::folder::Pointed::To(generation) = super::folder::read_pointer(folder).unwrap()
    else {
        panic!("there is no index");
    };
    let path = super::folder::generation_path(folder, generation);
    let commit = super::header::Commit::read(&path).unwrap();
    let mut stray: Vec<String> = fs::read_dir(&path)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| !super::sweep::is_needed(name, &commit))
        .collect();
    stray.extend(
        super::folder::generations(folder)
            .into_iter()
            .filter(|&other| other != generation)
            .map(|other| format!("g-{other}")),
    );
    stray
}

#[derive(Debug, Clone)]
enum Edit {
    Write(usize, Vec<(usize, usize)>),
    Remove(usize),
    Rename(usize, usize),
    Turn(usize),
    Replace(usize, usize),
    Racy(usize),
    Again,
}

const NAMES: [&str; 5] = ["a.json", "b.json", "c/d.json", "e.json", "f.json"];

/// A record of few ids and contents, so that they meet often.
fn line(id: usize, content: usize) -> String {
    let content = content % 4;
    let id = match id % 8 {
        0 => String::new(),
        id @ 1..=3 => format!("^m{id}"),
        id => format!("g{id}"),
    };
    format!("{id}|Title {}|Words number {content}", content % 2)
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let name = 0..NAMES.len();
    let lines = prop::collection::vec((0..8_usize, 0..4_usize), 0..6);
    let edit = prop_oneof![
        4 => (name.clone(), lines).prop_map(|(name, lines)| Edit::Write(name, lines)),
        1 => name.clone().prop_map(Edit::Remove),
        2 => (name.clone(), name.clone()).prop_map(|(from, to)| Edit::Rename(from, to)),
        1 => name.clone().prop_map(Edit::Turn),
        3 => (name.clone(), 0..4_usize).prop_map(|(name, content)| Edit::Replace(name, content)),
        1 => name.prop_map(Edit::Racy),
        1 => Just(Edit::Again),
    ];
    prop::collection::vec(edit, 1..12)
}

fn apply(shelf: &mut Shelf, edit: &Edit) {
    match edit {
        Edit::Write(name, lines) => {
            let lines = lines.iter().map(|&(id, content)| line(id, content));
            shelf.put(NAMES[*name], lines.collect());
        }
        Edit::Remove(name) => drop(shelf.remove(NAMES[*name])),
        Edit::Rename(from, to) => {
            if let Some(lines) = shelf.remove(NAMES[*from]) {
                shelf.put(NAMES[*to], lines);
            }
        }
        Edit::Turn(name) => {
            if let Some(mut lines) = shelf.files.get(NAMES[*name]).cloned() {
                lines.reverse();
                shelf.put(NAMES[*name], lines);
            }
        }
        Edit::Replace(name, content) => {
            if let Some(mut lines) = shelf.files.get(NAMES[*name]).cloned() {
                if let Some(last) = lines.last_mut() {
                    *last = line(last.len() + content, *content);
                }
                shelf.put(NAMES[*name], lines);
            }
        }
        Edit::Racy(name) => shelf.make_racy(NAMES[*name]),
        Edit::Again => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    /// Whatever the history, an index brought up to date is the one built from nothing.
    #[test]
    fn incremental_equals_fresh(edits in edits()) {
        let folder = scratch();
        let skip = UpdateOptions { skip_invalid: true, ..options() };
        let mut shelf = Shelf::default();
        for edit in &edits {
            apply(&mut shelf, edit);
            let summary = update::run(&shelf, folder.path(), &skip, &Silent).unwrap();
            prop_assert!(summary.committed);
            let now = answers(folder.path());
            prop_assert_eq!(summary.entries, now.entries.len() as u64);
            prop_assert_eq!(summary.entries, summary.added + summary.updated + summary.unchanged);
            let anew = scratch();
            let whole = update::run(&shelf, anew.path(), &skip, &Silent).unwrap();
            prop_assert_eq!(&now, &answers(anew.path()));
            prop_assert_eq!(summary.problems, whole.problems);
            prop_assert_eq!(stray_files(folder.path()), Vec::<String>::new());
        }
    }
}
