//! Judges the order of hits. With folders: nDCG@10, MAP, MRR of each. Without: the scoreboard, printed, compared
//! (`--check`) or written (`--write`).

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use needledrop_benches::args::Args;
use needledrop_benches::corpora::Corpora;
use needledrop_benches::golden::{self, Scoreboard};
use needledrop_benches::known_items;
use needledrop_benches::measures::Collection;
use needledrop_benches::rivals::{Ranker, Sqlite, Stock};
use needledrop_benches::{Result, ours};

const USAGE: &str =
    "usage: relevance [FOLDER]... [--rivals] [--check | --write] [--dir DIR] [--shared DIR]
  FOLDER    a collection: entries.jsonl.gz, queries.tsv, qrels.txt; none: the scoreboard
  --rivals  stock Tantivy and SQLite beside needledrop
  --check   compare with benches/scoreboard.txt; exit 1 and the difference when it differs
  --write   write benches/scoreboard.txt";

/// Golden queries: `corpus` or `films`, a tab, the query.
const GOLDEN: &str = include_str!("../../golden.tsv");

fn main() -> Result<ExitCode> {
    let mut args = Args::from_env();
    if args.flag("--help") {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()?;
    let (check, write, rivals) = (
        args.flag("--check"),
        args.flag("--write"),
        args.flag("--rivals"),
    );
    let dir = args
        .value("--dir")?
        .unwrap_or_else(|| env::temp_dir().join("nd-corpora"));
    let shared: PathBuf = args
        .value("--shared")?
        .unwrap_or_else(|| root.join("../shared"));
    let bench = Judge {
        corpora: Corpora::new(dir, shared)?,
        root,
        rivals,
    };
    let folders = args.rest()?;
    if !folders.is_empty() || rivals {
        bench.table(&folders)?;
        return Ok(ExitCode::SUCCESS);
    }
    let path = bench.root.join("benches/scoreboard.txt");
    let (old, new) = (Scoreboard::read(&path), bench.scoreboard()?);
    if write {
        std::fs::write(&path, old.updated(new).text())?;
    } else if check {
        let diff = old.diff(&new);
        print!("{diff}");
        return Ok(ExitCode::from(u8::from(!diff.is_empty())));
    } else {
        print!("{}", new.text());
    }
    Ok(ExitCode::SUCCESS)
}

struct Judge {
    corpora: Corpora,
    root: PathBuf,
    rivals: bool,
}

impl Judge {
    /// An index of ours under the corpora's folder.
    fn ours(&self, corpus: &Path, name: &str, films: bool) -> Result<Box<dyn Ranker>> {
        let folder = self
            .corpora
            .dir
            .join("indexes")
            .join(format!("relevance-{name}"));
        std::fs::create_dir_all(self.corpora.dir.join("indexes"))?;
        Ok(Box::new(ours::build(corpus, &folder, films)?))
    }

    /// Every ranker asked for, over `corpus`.
    fn rankers(&self, corpus: &Path, films: bool) -> Result<Vec<(&'static str, Box<dyn Ranker>)>> {
        let mut rankers = Vec::new();
        if self.rivals {
            rankers.push((
                "Tantivy en_stem",
                Box::new(Stock::build(corpus)?) as Box<dyn Ranker>,
            ));
            rankers.push(("SQLite FTS5", Box::new(Sqlite::build(corpus)?)));
        }
        rankers.push(("needledrop", self.ours(corpus, "table", films)?));
        Ok(rankers)
    }

    /// Prints the measures of every folder, and of the known items when no folder is named.
    fn table(&self, folders: &[String]) -> Result<()> {
        let folders: Vec<PathBuf> = match folders.is_empty() {
            true => self.collections(),
            false => folders.iter().map(PathBuf::from).collect(),
        };
        println!(
            "| collection | ranker | nDCG@10 | MAP | MRR | ms a query |\n|{}",
            " --- |".repeat(6)
        );
        for folder in &folders {
            let collection = Collection::open(folder)?;
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            for (ranker, index) in self.rankers(&collection.entries, false)? {
                let start = Instant::now();
                let m = collection.evaluate(&*index)?;
                let ms = start.elapsed().as_secs_f64() * 1e3 / collection.queries.len() as f64;
                println!(
                    "| {name} | {ranker} | {:.4} | {:.4} | {:.4} | {ms:.2} |",
                    m.ndcg, m.map, m.mrr
                );
            }
        }
        if !self.rivals {
            return Ok(());
        }
        let films = self.corpora.films()?;
        let sets = known_items::draw(&films)?;
        for (ranker, index) in self.rankers(&films, true)? {
            for set in &sets {
                println!(
                    "| films | {ranker} | {}: MRR | | {:.4} | |",
                    set.kind,
                    known_items::mrr(set, &*index)?
                );
            }
        }
        Ok(())
    }

    /// The test collections of `shared`.
    fn collections(&self) -> Vec<PathBuf> {
        let shared = self.corpora.shared.as_deref();
        let folders = shared.map(|shared| shared.join("data/ir").read_dir());
        let mut found: Vec<PathBuf> = folders
            .into_iter()
            .flatten()
            .flatten()
            .flatten()
            .map(|folder| folder.path())
            .collect();
        found.sort();
        found
    }

    /// Everything the scoreboard holds that can be measured here; what cannot is said.
    fn scoreboard(&self) -> Result<Scoreboard> {
        let mut board = Scoreboard::default();
        for folder in self.collections() {
            let collection = Collection::open(&folder)?;
            let index = self.ours(&collection.entries, "collection", false)?;
            let m = collection.evaluate(&*index)?;
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let line = |what: &str, value: f64| vec![format!("{what}  {value:.4}")];
            let lines = vec![
                line("nDCG@10", m.ndcg),
                line("MAP", m.map),
                line("MRR", m.mrr),
            ];
            board.0.insert(format!("collection {name}"), lines);
        }
        let corpus = self.golden("corpus", &self.root.join("corpus"))?;
        board.0.insert("golden, corpus".to_owned(), corpus);
        if self.corpora.shared.is_none() {
            eprintln!("no films here (see --shared): only the project's own corpus is judged");
            return Ok(board);
        }
        let films = self.corpora.films()?;
        board
            .0
            .insert("golden, films".to_owned(), self.golden("films", &films)?);
        let index = self.ours(&films, "films", true)?;
        let mut lines = Vec::new();
        for set in known_items::draw(&films)? {
            lines.push(vec![format!(
                "{}  {:.4}",
                set.kind,
                known_items::mrr(&set, &*index)?
            )]);
        }
        board.0.insert("known items, films, MRR".to_owned(), lines);
        Ok(board)
    }

    /// The golden queries of `name` over `corpus`.
    fn golden(&self, name: &str, corpus: &Path) -> Result<Vec<Vec<String>>> {
        let lines = GOLDEN.lines().filter_map(|line| line.split_once('\t'));
        let queries: Vec<&str> = lines
            .filter(|line| line.0 == name)
            .map(|line| line.1)
            .collect();
        if queries.is_empty() {
            return Err(format!("golden.tsv has no query for {name}").into());
        }
        let folder = self
            .corpora
            .dir
            .join("indexes")
            .join(format!("golden-{name}"));
        std::fs::create_dir_all(self.corpora.dir.join("indexes"))?;
        let engine = ours::build(corpus, &folder, name == "films")?;
        golden::top_five(&engine, &queries)
    }
}
