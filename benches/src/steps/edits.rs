//! What an edit costs, and what a reader feels meanwhile.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use xxhash_rust::xxh3::Xxh3;

use super::{Bench, head};
use crate::process::{self, Cost};
use crate::programs::Program;
use crate::stats::Spread;
use crate::{Result, batch};

/// Prints the tables for many files and for one large file.
pub fn run(bench: &Bench) -> Result<()> {
    many_files(bench)?;
    for (name, corpus) in bench.sizes()? {
        one_file(bench, name, &corpus)?;
    }
    Ok(())
}

fn many_files(bench: &Bench) -> Result<()> {
    let root = bench.corpora.files()?;
    let folder = bench.index(Program::Ours, &root)?;
    let mut index = bench.programs.index(&root, &folder);
    let mut status = Command::new("git");
    status.arg("-C").arg(&root).args(["status", "--porcelain"]);
    let git = root.join(".git").exists() && process::installed("git");
    let (mut idle, mut theirs, mut edited) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=bench.rounds {
        idle.push(process::seconds(&mut index)?);
        if git {
            theirs.push(process::seconds(&mut status)?);
        }
        edit(&root.join(format!("{:03}/{:05}.json", round, round * 100)))?;
        edited.push(process::seconds(&mut index)?);
    }
    println!("\n### Edits, 20,000 files of one entry: milliseconds\n");
    head(&["work", "takes", "against"]);
    let ms = |samples: &[f64]| Spread::of(samples[1..].iter().map(|s| s * 1e3));
    match git {
        true => println!(
            "| nothing changed | {:.1} | `git status` {:.1}; ratio {} |",
            ms(&idle),
            ms(&theirs),
            Spread::ratio(&idle[1..], &theirs[1..])
        ),
        false => println!(
            "| nothing changed | {:.1} | not measured: no git here |",
            ms(&idle)
        ),
    }
    let more = Spread::difference(&edited[1..], &idle[1..]).times(1e3);
    println!(
        "| one entry edited | {:.1} | {more:.1} more than nothing changed |",
        ms(&edited)
    );
    Ok(())
}

fn one_file(bench: &Bench, name: &str, corpus: &Path) -> Result<()> {
    let copy = bench.corpora.dir.join("edited.jsonl");
    fs::copy(corpus, &copy)?;
    File::open(&copy)?.sync_all()?;
    let folder = bench.cleared(Program::Ours, &copy)?;
    let mut index = bench.programs.index(&copy, &folder);
    process::output(&mut index)?;
    let mut version = bench.programs.needledrop();
    version.arg("--version");
    let (mut start, mut idle) = (Vec::new(), Vec::new());
    let (mut hash, mut edited): (Vec<f64>, Vec<Cost>) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        start.push(process::seconds(&mut version)?);
        idle.push(process::seconds(&mut index)?);
        edit(&copy)?;
        hash.push(hashed(&copy)?);
        edited.push(process::cost(&mut index)?);
    }
    println!("\n### Edits, {name} as one file: milliseconds\n");
    head(&["work", "takes", "against"]);
    let ms = |samples: &[f64]| Spread::of(samples.iter().map(|s| s * 1e3));
    let more = Spread::difference(&idle, &start).times(1e3);
    println!(
        "| nothing changed | {:.1} | {more:.1} more than `needledrop --version` |",
        ms(&idle)
    );
    let seconds: Vec<f64> = edited.iter().map(|cost| cost.seconds).collect();
    println!(
        "| one line edited | {:.1} | reading and XXH3 of the file {:.1}; ratio {} |",
        ms(&seconds),
        ms(&hash),
        Spread::ratio(&seconds, &hash)
    );
    let peak = Spread::of(edited.iter().map(|cost| cost.peak / 1e6));
    println!("\nPeak memory of the run after the edit: {peak:.0} MB.");
    fs::remove_dir_all(&folder)?;
    Ok(fs::remove_file(&copy)?)
}

/// Changes one letter of a title, in the middle of the file; every edit makes another title.
fn edit(path: &Path) -> Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let middle = file.metadata()?.len() / 2;
    let large = middle > 1 << 20;
    let from = if large { middle } else { 0 };
    file.seek(SeekFrom::Start(from))?;
    let mut window = Vec::new();
    (&mut file).take(1 << 20).read_to_end(&mut window)?;
    let key = b"\"title\"";
    let title = window
        .windows(key.len())
        .position(|bytes| bytes == key)
        .ok_or("no title to edit")?;
    let behind = &window[title + key.len()..];
    let letter = behind
        .iter()
        .position(u8::is_ascii_alphanumeric)
        .ok_or("no letter to edit")?;
    file.seek(SeekFrom::Start(from + (title + key.len() + letter) as u64))?;
    file.write_all(&[if behind[letter] == b'Q' { b'Z' } else { b'Q' }])?;
    Ok(file.sync_all()?)
}

/// Seconds to read `path` and hash it: what it costs to know that a file has changed.
fn hashed(path: &Path) -> Result<f64> {
    let start = Instant::now();
    let (mut file, mut hash) = (File::open(path)?, Xxh3::new());
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    std::hint::black_box(hash.digest());
    Ok(start.elapsed().as_secs_f64())
}

/// Searches on one core while the other indexes.
pub fn busy(bench: &Bench) -> Result<()> {
    let (corpus, set) = (bench.corpora.films()?, bench.corpora.queries()?);
    let folder = bench.index(Program::Ours, &corpus)?;
    let search = bench.programs.batch(Program::Ours, &folder, &set, true);
    let (_, largest) = bench.sizes()?.pop().ok_or("no corpus")?;
    let other = bench.corpora.dir.join("indexes/busy");
    let mut rebuild = bench.programs.index(&largest, &other);
    rebuild.arg("--rebuild");
    let mut rebuild = bench.programs.pinned(0, &rebuild);
    let (mut idle, mut busy) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        idle.push(p50(bench, &search)?);
        let stop = AtomicBool::new(false);
        busy.push(std::thread::scope(|scope| {
            let indexing = scope.spawn(|| -> Result<()> {
                while !stop.load(Ordering::Relaxed) {
                    process::seconds(&mut rebuild)?;
                }
                Ok(())
            });
            let measured = p50(bench, &search);
            stop.store(true, Ordering::Relaxed);
            indexing.join().map_err(|_| "the indexing thread died")??;
            measured
        })?);
    }
    println!(
        "\n### Searching while an index is rebuilt on the other core: films, microseconds (p50)\n"
    );
    if !process::installed("taskset") {
        println!("`taskset` is not here: both went where the kernel put them.\n");
    }
    head(&["idle", "while indexing", "ratio"]);
    let [a, b] = [&idle, &busy].map(|samples| Spread::of(samples.iter().copied()));
    println!("| {a:.0} | {b:.0} | {} |", Spread::ratio(&busy, &idle));
    fs::remove_dir_all(other)?;
    Ok(())
}

fn p50(bench: &Bench, search: &Command) -> Result<f64> {
    let rows = batch::parse(&process::output(&mut bench.programs.pinned(1, search))?)?;
    Ok(rows.last().ok_or("no rows")?.p50)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edit_makes_another_title_of_the_same_length() {
        let path = std::env::temp_dir().join(format!("nd-edit-{}", std::process::id()));
        fs::write(&path, r#"{"id": 1, "title": "Heat"}"#).unwrap();
        let read = || {
            edit(&path).unwrap();
            fs::read_to_string(&path).unwrap()
        };
        assert_eq!(read(), r#"{"id": 1, "title": "Qeat"}"#);
        assert_eq!(read(), r#"{"id": 1, "title": "Zeat"}"#);
        fs::remove_file(&path).unwrap();
    }
}
