//! needledrop in process: `batch DIR QUERIES.tsv`. Builds and cold searches are measured on the program itself.

use std::path::Path;

use needledrop::search::engine::Engine;
use needledrop_benches::{Result, args::Args, batch, ours, queries};

fn main() -> Result<()> {
    let mut args = Args::from_env();
    let (once, snippets) = (args.flag("--once"), !args.flag("--no-snippets"));
    let rest = args.rest()?;
    let ["batch", folder, set] = rest.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
        return Err("usage: ours batch DIR QUERIES.tsv [--no-snippets] [--once]".into());
    };
    let engine = Engine::open(Path::new(folder))?;
    let set = queries::read(Path::new(set))?;
    batch::run(&set, once, |query| ours::count(&engine, query, snippets))
}
