//! What is counted, and how Prometheus reads it.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::search::engine::Engine;

/// Upper ends of the buckets of server time, in seconds.
const BUCKETS: [f64; 11] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0,
];

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `/`
    Page,
    /// `/api/search`
    Search,
    /// `/api/entries/{id}`
    Entry,
    /// `/api/suggest`
    Suggest,
    /// Everything else.
    Other,
}

/// The routes with their names.
const ROUTES: [(Route, &str); 5] = [
    (Route::Page, "page"),
    (Route::Search, "search"),
    (Route::Entry, "entry"),
    (Route::Suggest, "suggest"),
    (Route::Other, "other"),
];

impl Route {
    /// The route of a path.
    pub fn of(path: &str) -> Route {
        match path {
            "/" => Route::Page,
            "/api/search" => Route::Search,
            "/api/suggest" => Route::Suggest,
            path if path.starts_with("/api/entries/") => Route::Entry,
            _ => Route::Other,
        }
    }
}

/// Counters of a server.
#[derive(Default)]
pub struct Metrics {
    routes: [Counted; ROUTES.len()],
    in_flight: AtomicU64,
    refused: AtomicU64,
    reloads: AtomicU64,
    failed_reloads: AtomicU64,
}

/// Requests of one route.
#[derive(Default)]
struct Counted {
    /// By the first digit of the status, 2 to 5.
    statuses: [AtomicU64; 4],
    /// How many took no longer than each of [`BUCKETS`] but longer than the one before.
    buckets: [AtomicU64; BUCKETS.len()],
    /// All of them.
    count: AtomicU64,
    micros: AtomicU64,
}

impl Metrics {
    /// A request has come.
    pub fn begun(&self) {
        self.in_flight.fetch_add(1, Relaxed);
    }

    /// A request that had come has gone, answered or not.
    pub fn gone(&self) {
        self.in_flight.fetch_sub(1, Relaxed);
    }

    /// A request was answered.
    pub fn answered(&self, route: Route, status: u16, took: Duration) {
        let counted = &self.routes[route as usize];
        let class = usize::from(status / 100).clamp(2, 5) - 2;
        counted.statuses[class].fetch_add(1, Relaxed);
        counted.count.fetch_add(1, Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        counted.micros.fetch_add(micros, Relaxed);
        let fits = |end: &f64| took.as_secs_f64() <= *end;
        if let Some(at) = BUCKETS.iter().position(fits) {
            counted.buckets[at].fetch_add(1, Relaxed);
        }
    }

    /// A request found no seat.
    pub fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    /// A newer commit answers.
    pub fn reloaded(&self) {
        self.reloads.fetch_add(1, Relaxed);
    }

    /// A newer commit could not be opened.
    pub fn reload_failed(&self) {
        self.failed_reloads.fetch_add(1, Relaxed);
    }

    /// All of it as Prometheus reads it, with what `engine` is.
    pub fn text(&self, engine: Option<&Engine>) -> String {
        let mut out = String::new();
        // Writing to a String does not fail.
        let _ = self.write(&mut out, engine);
        out
    }

    fn write(&self, out: &mut String, engine: Option<&Engine>) -> std::fmt::Result {
        head(out, "requests_total", "counter", "Requests answered.")?;
        for ((_, name), counted) in ROUTES.iter().zip(&self.routes) {
            for (class, count) in (2..).zip(&counted.statuses) {
                let count = count.load(Relaxed);
                writeln!(
                    out,
                    "needledrop_requests_total{{route=\"{name}\",status=\"{class}xx\"}} {count}"
                )?;
            }
        }
        head(out, "request_seconds", "histogram", "Time in the server.")?;
        for ((_, name), counted) in ROUTES.iter().zip(&self.routes) {
            counted.write(out, name)?;
        }
        let one = |out: &mut String, name: &str, kind: &str, help: &str, value: u64| {
            head(out, name, kind, help)?;
            writeln!(out, "needledrop_{name} {value}")
        };
        let number = |number: &AtomicU64| number.load(Relaxed);
        one(
            out,
            "requests_in_flight",
            "gauge",
            "Requests that run or wait.",
            number(&self.in_flight),
        )?;
        one(
            out,
            "requests_refused_total",
            "counter",
            "Requests that found no seat.",
            number(&self.refused),
        )?;
        one(
            out,
            "reloads_total",
            "counter",
            "Newer commits that were taken up.",
            number(&self.reloads),
        )?;
        one(
            out,
            "reload_failures_total",
            "counter",
            "Newer commits that could not be opened.",
            number(&self.failed_reloads),
        )?;
        one(
            out,
            "index_up",
            "gauge",
            "Whether there is an index to answer from.",
            u64::from(engine.is_some()),
        )?;
        let Some(engine) = engine else { return Ok(()) };
        one(
            out,
            "index_entries",
            "gauge",
            "Entries in the index.",
            engine.index.entries,
        )?;
        let age = SystemTime::now()
            .duration_since(engine.index.built())
            .unwrap_or_default();
        one(
            out,
            "index_age_seconds",
            "gauge",
            "Time since the commit was made.",
            age.as_secs(),
        )?;
        let built = engine
            .index
            .built()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        one(
            out,
            "index_built_timestamp_seconds",
            "gauge",
            "When the commit was made.",
            built.as_secs(),
        )
    }
}

impl Counted {
    fn write(&self, out: &mut String, route: &str) -> std::fmt::Result {
        let name = "needledrop_request_seconds";
        let mut sum = 0;
        for (end, count) in BUCKETS.iter().zip(&self.buckets) {
            sum += count.load(Relaxed);
            writeln!(out, "{name}_bucket{{route=\"{route}\",le=\"{end}\"}} {sum}")?;
        }
        // Counted before its bucket was: never less than the buckets.
        let all = self.count.load(Relaxed).max(sum);
        writeln!(out, "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {all}")?;
        writeln!(
            out,
            "{name}_sum{{route=\"{route}\"}} {}",
            self.micros.load(Relaxed) as f64 / 1e6
        )?;
        writeln!(out, "{name}_count{{route=\"{route}\"}} {all}")
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(
        out,
        "# HELP needledrop_{name} {help}\n# TYPE needledrop_{name} {kind}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_status_and_time() {
        let metrics = Metrics::default();
        metrics.answered(Route::of("/api/search"), 200, Duration::from_micros(300));
        metrics.answered(Route::of("/api/search"), 200, Duration::from_secs(9));
        metrics.answered(Route::of("/api/entries/x"), 404, Duration::from_micros(100));
        let text = metrics.text(None);
        for line in [
            "needledrop_requests_total{route=\"search\",status=\"2xx\"} 2",
            "needledrop_requests_total{route=\"entry\",status=\"4xx\"} 1",
            "needledrop_request_seconds_bucket{route=\"search\",le=\"0.00025\"} 0",
            "needledrop_request_seconds_bucket{route=\"search\",le=\"0.0005\"} 1",
            "needledrop_request_seconds_bucket{route=\"search\",le=\"1\"} 1",
            "needledrop_request_seconds_bucket{route=\"search\",le=\"+Inf\"} 2",
            "needledrop_request_seconds_sum{route=\"search\"} 9.0003",
            "needledrop_index_up 0",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
    }

    #[test]
    fn every_line_is_a_comment_or_a_name_and_a_number() {
        for line in Metrics::default()
            .text(None)
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let (name, number) = line.rsplit_once(' ').unwrap();
            assert!(
                name.starts_with("needledrop_") && number.parse::<f64>().is_ok(),
                "{line}"
            );
        }
    }

    #[test]
    fn routes_stand_where_their_numbers_say() {
        for (at, (route, _)) in ROUTES.iter().enumerate() {
            assert_eq!(*route as usize, at);
        }
    }
}
