//! Which files belong to a corpus.

use super::*;

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
            name: name.to_owned(),
            stat: Stat::default(),
            location: Location::At(dir.path(name).into_boxed_path()),
        };
        let (_, problems) = corpus.read(&file, &mut |_| panic!("nothing to read"));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].message, message);
        assert!(problems[0].hint.is_some());
    }
}

#[test]
fn folders_may_lie_as_deep_as_the_system_lets_them() {
    let dir = Dir::new(&[]);
    let room = (4000 - dir.0.path().as_os_str().len()) / 2;
    let deep = vec!["a"; room].join("/");
    dir.write(&format!("{deep}/x.json"), b"{\"title\": \"deep\"}");
    let read = dir.read(&[]);
    assert_eq!(read.titles(), ["deep"]);
    assert_eq!(read.problems, [""; 0]);
}
