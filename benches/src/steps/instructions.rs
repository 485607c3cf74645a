//! Counted instructions of a fixed set of work: the same on a busy machine as on an idle one, so the figure to guard in
//! review.

use super::{Bench, head};
use crate::programs::Program;
use crate::queries::{self, Query, Sampler};
use crate::{Result, process};

/// Prints one table, or that valgrind is not there.
pub fn run(bench: &Bench) -> Result<()> {
    println!("\n### Counted instructions, millions\n");
    if !process::installed("valgrind") {
        println!("Not measured: valgrind is not here.");
        return Ok(());
    }
    let corpus = bench.corpora.some()?;
    let set = (bench.corpora).sampled("counted-queries.tsv", &corpus, |sampler| sampler.set(10))?;
    let words = Sampler::new(&corpus, 7)?.cold(1);
    head(&["work", Program::Ours.name(), Program::Bare.name(), "ratio"]);
    line("build, 2,000 films", |program| {
        let folder = bench.cleared(program, &corpus)?;
        process::instructions(&bench.programs.build_index(program, &corpus, &folder))
    })?;
    for query in words {
        let name = format!("cold search, {}", query.kind);
        line(&name, |program| search(bench, program, &query))?;
    }
    for (name, snippets) in [("with", true), ("without", false)] {
        let count = queries::read(&set)?.len();
        line(
            &format!("{count} queries in one process, {name} snippets"),
            |program| {
                let folder = bench.index(program, &corpus)?;
                let mut command = bench.programs.batch(program, &folder, &set, snippets);
                command.arg("--once");
                process::instructions(&command)
            },
        )?;
    }
    Ok(())
}

fn search(bench: &Bench, program: Program, query: &Query) -> Result<u64> {
    let folder = bench.index(program, &bench.corpora.some()?)?;
    process::instructions(&bench.programs.search(program, &folder, query))
}

fn line(work: &str, count: impl Fn(Program) -> Result<u64>) -> Result<()> {
    eprintln!("counting: {work}");
    let (ours, bare) = (count(Program::Ours)? as f64, count(Program::Bare)? as f64);
    println!(
        "| {work} | {:.2} | {:.2} | {:.2} |",
        ours / 1e6,
        bare / 1e6,
        ours / bare
    );
    Ok(())
}
