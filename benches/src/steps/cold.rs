//! Cold searches: a fresh process for each query, from spawn to exit, files in the page cache.

use std::path::Path;

use super::{Bench, head};
use crate::programs::Program;
use crate::queries::{self, Query};
use crate::stats::Spread;
use crate::{Result, process};

/// Prints a table for films, million and twenty entries.
pub fn run(bench: &Bench) -> Result<()> {
    let films = bench.corpora.films()?;
    let set = (bench.corpora).sampled("cold-queries.tsv", &films, |sampler| sampler.cold(5))?;
    let mut set = queries::read(&set)?;
    set.push(Query::new("phrase", "film noir"));
    for (name, corpus) in bench.sizes()? {
        table(bench, name, &corpus, &set)?;
    }
    let twenty = bench.corpora.twenty()?;
    let set = (bench.corpora).sampled("twenty-queries.tsv", &twenty, |sampler| sampler.cold(5))?;
    table(bench, "20 entries", &twenty, &queries::read(&set)?)
}

fn table(bench: &Bench, name: &str, corpus: &Path, set: &[Query]) -> Result<()> {
    let programs = bench.rivals(name);
    let mut rows = Vec::new();
    for kind in queries::COLD {
        eprintln!("cold, {name}: {kind}");
        let queries = set.iter().filter(|query| query.kind == kind);
        let medians = queries.map(|query| medians(bench, &programs, corpus, query));
        rows.push((kind, medians.collect::<Result<Vec<Vec<f64>>>>()?));
    }
    println!("\n### Cold process, {name}: milliseconds, start to exit\n");
    println!(
        "Each query {} times; the spread is over the queries' medians.\n",
        bench.rounds * 4
    );
    let names = programs.iter().map(|program| program.name());
    let columns: Vec<&str> = std::iter::once("")
        .chain(names)
        .chain(["ours less bare"])
        .collect();
    head(&columns);
    for (kind, medians) in rows {
        print!("| {kind}");
        let column = |at: usize| -> Vec<f64> { medians.iter().map(|row| row[at] * 1e3).collect() };
        (0..programs.len()).for_each(|at| print!(" | {}", Spread::of(column(at))));
        println!(" | {} |", Spread::difference(&column(0), &column(1)));
    }
    Ok(())
}

/// The median time of each program for one query, measured in turn.
fn medians(bench: &Bench, programs: &[Program], corpus: &Path, query: &Query) -> Result<Vec<f64>> {
    let mut commands = Vec::new();
    for program in programs {
        let folder = bench.index(*program, corpus)?;
        let mut command = bench.programs.search(*program, &folder, query);
        // Once with its output read: the page cache is warm now, and a program that fails is not measured.
        process::output(&mut command)?;
        commands.push(command);
    }
    let mut samples = vec![Vec::new(); programs.len()];
    for _ in 0..bench.rounds * 4 {
        for (command, samples) in commands.iter_mut().zip(&mut samples) {
            samples.push(process::seconds(command)?);
        }
    }
    Ok(samples
        .into_iter()
        .map(|samples| Spread::of(samples).median)
        .collect())
}
