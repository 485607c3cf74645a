//! nDCG@10, MAP and MRR by the conventions of `trec_eval`: averaged over every query that has a relevant document, a
//! query that finds nothing counting 0; order by score, ties by id descending; linear gain.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::rivals::Ranker;

/// How many hits a query may have.
pub const DEPTH: usize = 1_000;

/// The measures of one query, or their mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measures {
    /// Normalized discounted cumulative gain of the first ten.
    pub ndcg: f64,
    /// (Mean) average precision.
    pub map: f64,
    /// (Mean) reciprocal rank of the first relevant document.
    pub mrr: f64,
}

/// Grades of documents by id, for one query.
pub type Judged = HashMap<String, i64>;

/// A test collection: `entries.jsonl.gz`, `queries.tsv` (`qid<TAB>text`), `qrels.txt` (TREC).
pub struct Collection {
    /// The entries.
    pub entries: PathBuf,
    /// Queries with their judgements; those without a relevant document are left out.
    pub queries: Vec<(String, Judged)>,
}

impl Collection {
    /// Reads the collection in `folder`.
    ///
    /// # Errors
    /// When a file cannot be read or nothing in it is judged.
    pub fn open(folder: &Path) -> Result<Collection> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
        };
        let mut judged: HashMap<String, Judged> = HashMap::new();
        for line in read("qrels.txt")?.lines() {
            if let [query, _, document, grade] = line.split_whitespace().collect::<Vec<_>>()[..] {
                let documents = judged.entry(query.to_owned()).or_default();
                documents.insert(document.to_owned(), grade.parse()?);
            }
        }
        judged.retain(|_, documents| documents.values().any(|&grade| grade > 0));
        let mut queries = Vec::new();
        for line in read("queries.tsv")?.lines() {
            let (id, text) = line
                .split_once('\t')
                .ok_or_else(|| format!("no tab in {line:?}"))?;
            queries.extend(judged.remove(id).map(|judged| (text.to_owned(), judged)));
        }
        // A judged query whose text is missing finds nothing, and counts as that.
        queries.extend(judged.into_values().map(|judged| (String::new(), judged)));
        if queries.is_empty() {
            return Err(format!("{}: no judged query", folder.display()).into());
        }
        let entries = folder.join("entries.jsonl.gz");
        Ok(Collection { entries, queries })
    }

    /// The mean of every query's measures.
    ///
    /// # Errors
    /// Those of the ranker.
    pub fn evaluate(&self, ranker: &dyn Ranker) -> Result<Measures> {
        let mut sum = Measures::default();
        for (text, judged) in &self.queries {
            let mut hits = match text.is_empty() {
                true => Vec::new(),
                false => ranker.rank(text, DEPTH)?,
            };
            hits.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
            let ids: Vec<&str> = hits.iter().map(|hit| hit.0.as_str()).collect();
            let one = score(judged, &ids);
            sum.ndcg += one.ndcg;
            sum.map += one.map;
            sum.mrr += one.mrr;
        }
        let count = self.queries.len() as f64;
        Ok(Measures {
            ndcg: sum.ndcg / count,
            map: sum.map / count,
            mrr: sum.mrr / count,
        })
    }
}

/// The measures of one ranking, best first.
pub fn score(judged: &Judged, ranking: &[&str]) -> Measures {
    let grade = |id: &&str| judged.get(*id).copied().unwrap_or(0).max(0);
    let grades: Vec<i64> = ranking.iter().map(grade).collect();
    let mut ideal: Vec<i64> = judged
        .values()
        .copied()
        .filter(|&grade| grade > 0)
        .collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let (mut found, mut precision, mut mrr) = (0.0, 0.0, 0.0);
    for (at, _) in grades.iter().enumerate().filter(|(_, grade)| **grade > 0) {
        let position = (at + 1) as f64;
        found += 1.0;
        precision += found / position;
        if mrr == 0.0 {
            mrr = 1.0 / position;
        }
    }
    Measures {
        ndcg: gain(&grades) / gain(&ideal),
        map: precision / ideal.len() as f64,
        mrr,
    }
}

fn gain(grades: &[i64]) -> f64 {
    let first = grades.iter().take(10).enumerate();
    first
        .map(|(at, &grade)| grade as f64 / (at as f64 + 2.0).log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(grades: &[(&str, i64)]) -> Judged {
        grades
            .iter()
            .map(|(id, grade)| ((*id).to_owned(), *grade))
            .collect()
    }

    #[test]
    fn a_perfect_ranking_is_one() {
        let perfect = score(&judged(&[("a", 2), ("b", 1), ("c", 0)]), &["a", "b", "c"]);
        assert_eq!((perfect.ndcg, perfect.map, perfect.mrr), (1.0, 1.0, 1.0));
    }

    #[test]
    fn a_late_hit_is_less() {
        let late = score(&judged(&[("a", 1)]), &["x", "y", "a"]);
        assert_eq!((late.ndcg, late.map, late.mrr), (0.5, 1.0 / 3.0, 1.0 / 3.0));
        assert_eq!(score(&judged(&[("a", 1)]), &[]), Measures::default());
    }

    #[test]
    fn what_is_not_found_costs_precision() {
        let half = score(&judged(&[("a", 1), ("b", 1)]), &["a", "x"]);
        assert_eq!(half.map, 0.5);
    }
}
