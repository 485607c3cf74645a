//! The speed benchmark: runs needledrop, bare Tantivy and SQLite in turn on the same corpora and prints a report in
//! Markdown. `benches/README.md` has the commands.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use needledrop_benches::corpora::Corpora;
use needledrop_benches::programs::Programs;
use needledrop_benches::steps::{Bench, STEPS};
use needledrop_benches::{Result, args::Args, process};

const USAGE: &str = "usage: driver [--large] [--quick] [--rounds N] [--only STEP,STEP] [--sqlite] [--dir DIR] [--shared DIR]
  --large       measure the million too (needs 8 GB of disk, and an hour)
  --quick       one round of everything: does it run?
  --rounds N    how often each thing is measured, 5 by default
  --only STEPS  some of: build cold latency long forty edits busy instructions
  --sqlite      SQLite on the million too
  --dir DIR     where corpora and indexes are kept, nd-corpora in the temporary folder by default
  --shared DIR  where data/movies.jsonl.gz is, ../shared beside the repository by default";

fn main() -> Result<()> {
    let typed: Vec<String> = env::args().skip(1).collect();
    let mut args = Args::from_env();
    if args.flag("--help") {
        println!("{USAGE}");
        return Ok(());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()?;
    let dir = args
        .value("--dir")?
        .unwrap_or_else(|| env::temp_dir().join("nd-corpora"));
    let shared: PathBuf = args
        .value("--shared")?
        .unwrap_or_else(|| root.join("../shared"));
    let rounds = args.value("--rounds")?.unwrap_or(5);
    let only: Option<String> = args.value("--only")?;
    let quick = args.flag("--quick");
    let (large, sqlite) = (args.flag("--large"), args.flag("--sqlite"));
    if !args.rest()?.is_empty() {
        return Err(USAGE.into());
    }
    let steps = steps(only.as_deref())?;
    let corpora = Corpora::new(dir, shared)?;
    let programs = Programs::build(&root)?;
    header(&root, &corpora, &typed);
    let mut bench = Bench::new(corpora, programs, if quick { 1 } else { rounds.max(1) });
    (bench.large, bench.sqlite) = (large, sqlite);
    let mut failed = false;
    for at in steps {
        let (name, step) = STEPS[at];
        if let Err(error) = step(&bench) {
            println!("\n**{name} failed**: {error}");
            failed = true;
        }
    }
    if failed {
        Err("a step failed, see the report".into())
    } else {
        Ok(())
    }
}

/// The places of the chosen steps, all when nothing is chosen.
fn steps(only: Option<&str>) -> Result<Vec<usize>> {
    let Some(only) = only else {
        return Ok((0..STEPS.len()).collect());
    };
    let place = |name: &str| {
        let at = STEPS.iter().position(|step| step.0 == name);
        at.ok_or_else(|| format!("no step {name:?}\n{USAGE}").into())
    };
    only.split(',').map(place).collect()
}

/// What the figures are worth: when, where, of what.
fn header(root: &Path, corpora: &Corpora, typed: &[String]) {
    let say = |program: &str, args: &[&str]| {
        let out = process::output(Command::new(program).args(args).current_dir(root));
        out.map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
    };
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name\t: "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("## {}\n", say("date", &["-u", "+%Y-%m-%d %H:%M UTC"]));
    println!(
        "`cargo run --release --manifest-path benches/Cargo.toml -- {}`\n",
        typed.join(" ")
    );
    println!(
        "- needledrop at {}",
        say("git", &["describe", "--always", "--dirty"])
    );
    println!(
        "- {}, {cores} cores; {}",
        model.unwrap_or("unknown processor"),
        say("rustc", &["--version"])
    );
    println!("- corpora: {}", corpora.description());
    println!(
        "- spreads are written: median (least to greatest); ratios are ours to theirs, round by round"
    );
}
