//! SQLite FTS5: `build CORPUS DIR`, `search DIR QUERY`, `batch DIR QUERIES.tsv`. The database is `DIR/fts5.db`.

use std::path::Path;

use needledrop_benches::{Result, args::Args, batch, fts5, queries};
use rusqlite::Connection;

fn main() -> Result<()> {
    let mut args = Args::from_env();
    let (once, snippets) = (args.flag("--once"), !args.flag("--no-snippets"));
    let rest = args.rest()?;
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let open = |folder: &str| Connection::open(Path::new(folder).join("fts5.db"));
    match rest[..] {
        ["build", corpus, folder] => {
            fts5::build(Path::new(corpus), &Path::new(folder).join("fts5.db"))
        }
        ["search", folder, query] => {
            for (title, snippet) in fts5::search(&open(folder)?, query, snippets)? {
                println!("{title}\n    {snippet}");
            }
            Ok(())
        }
        ["batch", folder, set] => {
            let index = open(folder)?;
            let set = queries::read(Path::new(set))?;
            batch::run(&set, once, |query| fts5::count(&index, query, snippets))
        }
        _ => Err(
            "usage: fts5 build CORPUS DIR\n       fts5 search DIR QUERY\n       \
            fts5 batch DIR QUERIES.tsv [--no-snippets] [--once]"
                .into(),
        ),
    }
}
