//! Searches in one process, by kind, with and without snippets; long prose; long queries.

use std::path::Path;

use super::{Bench, head};
use crate::batch::{self, Row};
use crate::programs::Program;
use crate::stats::Spread;
use crate::{Result, process};

/// Prints a table for each corpus and snippet setting.
pub fn run(bench: &Bench) -> Result<()> {
    let set = bench.corpora.queries()?;
    for (name, corpus) in bench.sizes()? {
        for snippets in [true, false] {
            let rounds = rounds(bench, &bench.rivals(name), &corpus, &set, snippets)?;
            let with = if snippets { "with" } else { "without" };
            println!("\n### In process, {name}, top 10 {with} snippets\n");
            table(&bench.rivals(name), &rounds);
        }
    }
    Ok(())
}

/// `rounds[program][round]` is what a batch printed.
type Rounds = Vec<Vec<Vec<Row>>>;

fn rounds(
    bench: &Bench,
    programs: &[Program],
    corpus: &Path,
    set: &Path,
    snippets: bool,
) -> Result<Rounds> {
    let mut rounds = vec![Vec::new(); programs.len()];
    for _ in 0..bench.rounds {
        for (program, rounds) in programs.iter().zip(&mut rounds) {
            let folder = bench.index(*program, corpus)?;
            eprintln!(
                "batch of {} on {}: {}",
                set.display(),
                corpus.display(),
                program.name()
            );
            let mut command = bench.programs.batch(*program, &folder, set, snippets);
            rounds.push(batch::parse(&process::output(&mut command)?)?);
        }
    }
    Ok(rounds)
}

/// One figure of one kind over a program's rounds.
fn figures(rounds: &[Vec<Row>], kind: usize, figure: impl Fn(&Row) -> f64) -> Vec<f64> {
    rounds.iter().map(|rows| figure(&rows[kind])).collect()
}

fn table(programs: &[Program], rounds: &Rounds) {
    println!(
        "q/s, and (p50 / p99 in microseconds): medians of {} rounds; ratios with their spread.\n",
        rounds[0].len()
    );
    let names = programs.iter().map(|program| program.name());
    let ratios = ["q/s to bare", "p99 to bare"];
    head(
        &std::iter::once("")
            .chain(names)
            .chain(ratios)
            .collect::<Vec<_>>(),
    );
    for (kind, row) in rounds[0][0].iter().enumerate() {
        print!("| {}", row.kind);
        for rounds in rounds {
            let median = |figure: fn(&Row) -> f64| Spread::of(figures(rounds, kind, figure)).median;
            let (per_second, p50, p99) = (
                median(|r| r.per_second),
                median(|r| r.p50),
                median(|r| r.p99),
            );
            print!(" | {per_second:.0} ({p50:.0} / {p99:.0})");
        }
        let ratio = |figure: fn(&Row) -> f64| {
            Spread::ratio(
                &figures(&rounds[0], kind, figure),
                &figures(&rounds[1], kind, figure),
            )
        };
        println!(" | {} | {} |", ratio(|r| r.per_second), ratio(|r| r.p99));
    }
}

/// Prose of 20 KB an entry: what the passages cost.
pub fn long(bench: &Bench) -> Result<()> {
    let corpus = bench.corpora.long()?;
    let set = bench
        .corpora
        .sampled("long-queries.tsv", &corpus, |sampler| sampler.set(30))?;
    let programs = [Program::Ours, Program::Bare];
    let [with, without] = [true, false].map(|on| rounds(bench, &programs, &corpus, &set, on));
    let (with, without) = (with?, without?);
    println!("\n### 20 KB of prose an entry: microseconds a query, top 10\n");
    head(&["", "with snippets", "without", "snippets alone"]);
    let micros =
        |rounds: &[Vec<Row>]| figures(rounds, rounds[0].len() - 1, |row| 1e6 / row.per_second);
    let mut totals = Vec::new();
    for (at, program) in programs.iter().enumerate() {
        let (with, without) = (micros(&with[at]), micros(&without[at]));
        let alone: Vec<f64> = with.iter().zip(&without).map(|(a, b)| a - b).collect();
        let [a, b, c] =
            [&with, &without, &alone].map(|samples| Spread::of(samples.iter().copied()));
        println!("| {} | {a:.0} | {b:.0} | {c:.0} |", program.name());
        totals.push([with, without, alone]);
    }
    let [a, b, c] = [0, 1, 2].map(|at| Spread::ratio(&totals[0][at], &totals[1][at]));
    println!("| ratio | {a} | {b} | {c} |");
    Ok(())
}

/// Queries of 40 words on the largest corpus.
pub fn forty(bench: &Bench) -> Result<()> {
    let films = bench.corpora.films()?;
    let set = bench
        .corpora
        .sampled("forty-queries.tsv", &films, |sampler| sampler.runs(40, 40))?;
    let Some((name, corpus)) = bench.sizes()?.pop() else {
        return Ok(());
    };
    let programs = [Program::Ours, Program::Bare];
    let rounds = rounds(bench, &programs, &corpus, &set, true)?;
    println!("\n### 40 words a query, {name}, top 10 with snippets: milliseconds\n");
    head(&["", "half take at most", "slowest"]);
    for (program, rounds) in programs.iter().zip(&rounds) {
        let p50 = Spread::of(figures(rounds, 0, |row| row.p50)).times(1e-3);
        let worst = Spread::of(figures(rounds, 0, |row| row.p99)).times(1e-3);
        println!("| {} | {p50:.1} | {worst:.1} |", program.name());
    }
    Ok(())
}
