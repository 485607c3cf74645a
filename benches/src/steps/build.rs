//! Full builds, A B A B: wall time, peak memory, size of the index.

use super::{Bench, head, size};
use crate::Result;
use crate::process::{self, Cost};
use crate::programs::Program;
use crate::stats::Spread;

const MIB: f64 = 1024.0 * 1024.0;

/// Prints a table for each corpus.
pub fn run(bench: &Bench) -> Result<()> {
    for (name, corpus) in bench.sizes()? {
        let programs = bench.rivals(name);
        let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); programs.len()];
        for round in 0..bench.rounds {
            for (program, costs) in programs.iter().zip(&mut costs) {
                eprintln!("build {name}, round {round}: {}", program.name());
                let folder = bench.cleared(*program, &corpus)?;
                let mut command = bench.programs.build_index(*program, &corpus, &folder);
                costs.push(process::cost(&mut command)?);
            }
        }
        println!("\n### Full build, {name}\n");
        let seconds = |at: usize| -> Vec<f64> { costs[at].iter().map(|c| c.seconds).collect() };
        let bare = size(&bench.folder(Program::Bare, &corpus))? as f64;
        head(&[
            "",
            "seconds",
            "to bare",
            "peak MiB",
            "of it anonymous",
            "index MB",
            "to bare",
        ]);
        for (at, program) in programs.iter().enumerate() {
            let index = size(&bench.folder(*program, &corpus))? as f64;
            println!(
                "| {} | {} | {} | {:.0} | {:.0} | {:.1} | {:.2} |",
                program.name(),
                Spread::of(seconds(at)),
                Spread::ratio(&seconds(at), &seconds(1)),
                Spread::of(costs[at].iter().map(|c| c.peak / MIB)),
                Spread::of(costs[at].iter().map(|c| c.anonymous / MIB)),
                index / 1e6,
                index / bare,
            );
        }
    }
    small_budget(bench)
}

/// The largest corpus with `--memory 64MB`.
fn small_budget(bench: &Bench) -> Result<()> {
    let Some((name, corpus)) = bench.sizes()?.pop() else {
        return Ok(());
    };
    let folder = bench.corpora.dir.join("indexes/small-budget");
    let _ = std::fs::remove_dir_all(&folder);
    let mut command = bench.programs.index(&corpus, &folder);
    let cost = process::cost(command.args(["--memory", "64MB"]))?;
    println!(
        "\nneedledrop on the {name} with `--memory 64MB`: {:.2} s, peak {:.0} MiB, {:.0} MiB of it anonymous.",
        cost.seconds,
        cost.peak / MIB,
        cost.anonymous / MIB
    );
    Ok(std::fs::remove_dir_all(&folder)?)
}
