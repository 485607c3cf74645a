//! Many queries in one process: what `bare`, `fts5` and `ours` print, and how the driver reads it back.

use std::time::Instant;

use crate::Result;
use crate::queries::Query;
use crate::stats::percentile;

/// How one kind of query fared; the kind `all` is the whole set.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The kind.
    pub kind: String,
    /// Queries a second.
    pub per_second: f64,
    /// Half of the queries took at most this long, in microseconds.
    pub p50: f64,
    /// 99 of 100 queries took at most this long, in microseconds.
    pub p99: f64,
    /// Hits returned, over all queries: shows that the programs did the same work.
    pub hits: usize,
}

/// Answers the set once to warm up (unless `once`), then once more against the clock, and prints a row for each kind.
///
/// # Errors
/// The first error of `search`, which answers a query and returns how many hits it made.
pub fn run(
    queries: &[Query],
    once: bool,
    mut search: impl FnMut(&Query) -> Result<usize>,
) -> Result<()> {
    if !once {
        for query in queries {
            search(query)?;
        }
    }
    let mut samples = Vec::with_capacity(queries.len());
    for query in queries {
        let start = Instant::now();
        let hits = search(query)?;
        samples.push((
            query.kind.as_str(),
            start.elapsed().as_secs_f64() * 1e6,
            hits,
        ));
    }
    let mut kinds: Vec<&str> = samples.iter().map(|sample| sample.0).collect();
    kinds.dedup();
    for kind in kinds {
        let samples = samples.iter().filter(|sample| sample.0 == kind);
        println!("{}", line(&row(kind, samples)));
    }
    println!("{}", line(&row("all", samples.iter())));
    Ok(())
}

fn row<'a>(kind: &str, samples: impl Iterator<Item = &'a (&'a str, f64, usize)>) -> Row {
    let (mut times, hits): (Vec<f64>, Vec<usize>) = samples.map(|s| (s.1, s.2)).unzip();
    times.sort_by(f64::total_cmp);
    Row {
        kind: kind.to_owned(),
        per_second: times.len() as f64 / times.iter().sum::<f64>() * 1e6,
        p50: percentile(&times, 0.5),
        p99: percentile(&times, 0.99),
        hits: hits.iter().sum(),
    }
}

/// The line of a row; [`parse`] reads it.
fn line(row: &Row) -> String {
    let Row {
        kind,
        per_second,
        p50,
        p99,
        hits,
    } = row;
    format!("{kind}\t{per_second:.1} q/s\t{p50:.1} us\t{p99:.1} us\t{hits} hits")
}

/// Reads what [`run`] printed.
///
/// # Errors
/// When it is something else.
pub fn parse(printed: &str) -> Result<Vec<Row>> {
    let number = |cell: Option<&str>| -> Result<f64> {
        let cell = cell.and_then(|cell| cell.split(' ').next());
        Ok(cell.ok_or("a cell is missing")?.parse()?)
    };
    let row = |line: &str| -> Result<Row> {
        let mut cells = line.split('\t');
        Ok(Row {
            kind: cells.next().unwrap_or_default().to_owned(),
            per_second: number(cells.next())?,
            p50: number(cells.next())?,
            p99: number(cells.next())?,
            hits: number(cells.next())? as usize,
        })
    };
    let rows = printed.lines().map(row).collect::<Result<Vec<Row>>>();
    rows.map_err(|e| format!("not a batch report ({e}): {printed:?}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        let samples = [("or2", 100.0, 10), ("or2", 300.0, 4)];
        let row = row("or2", samples.iter());
        assert_eq!((row.per_second, row.p99, row.hits), (5000.0, 300.0, 14));
        assert_eq!(parse(&line(&row)).unwrap(), [row]);
        assert!(parse("error: no index").is_err());
    }
}
