//! Tantivy used barely: `build CORPUS DIR`, `search DIR QUERY`, `batch DIR QUERIES.tsv`.

use std::path::Path;

use needledrop_benches::{Result, args::Args, bare, batch, queries};

fn main() -> Result<()> {
    let mut args = Args::from_env();
    let (once, snippets) = (args.flag("--once"), !args.flag("--no-snippets"));
    let threads = args.value("--threads")?.unwrap_or(2);
    let memory = args.value("--memory")?.unwrap_or(200_000_000);
    let rest = args.rest()?;
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match rest[..] {
        ["build", corpus, folder] => {
            bare::build(Path::new(corpus), Path::new(folder), threads, memory)
        }
        ["search", folder, query] => {
            for hit in bare::Bare::open(Path::new(folder))?.search(query, snippets)? {
                println!("{:.2} {}\n    {}", hit.score, hit.title, hit.snippet);
            }
            Ok(())
        }
        ["batch", folder, set] => {
            let index = bare::Bare::open(Path::new(folder))?;
            batch::run(&queries::read(Path::new(set))?, once, |query| {
                index.count(query, snippets)
            })
        }
        _ => Err(
            "usage: bare build CORPUS DIR [--threads N] [--memory BYTES]\n       \
            bare search DIR QUERY\n       bare batch DIR QUERIES.tsv [--no-snippets] [--once]"
                .into(),
        ),
    }
}
