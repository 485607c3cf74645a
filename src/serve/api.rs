//! The answers for programs.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

use super::app::App;
use super::limits;
use super::params::{self, Params};
use super::problem::Problem;
use super::reply::{JSON, Reply, takes_gzip};
use crate::output::json;
use crate::search::engine::Engine;
use crate::search::request::SearchRequest;

/// What is said about this interface.
pub const OPENAPI: &str = include_str!("openapi.json");

type Answer = Result<Response<Body>, Problem>;

/// `/api/search`: the JSON of `needledrop search --format json`.
pub async fn search(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let asked = Params::parse(raw.as_deref());
    asked.only_known(&params::SEARCH)?;
    let request = asked.search()?;
    let packs = takes_gzip(&headers);
    let reply = app.ask(move |engine| {
        let response = engine.search(&request)?;
        let mut bytes = Vec::with_capacity(1 << 14);
        // A Vec always takes what is written.
        let _ = json::write(&mut bytes, &response, None);
        Ok(Reply::new(bytes, JSON, packs))
    });
    Ok(reply.await?.respond(&headers))
}

/// `/api/entries/{id}`: the JSON of `needledrop show --format json`, with what `q` finds in it marked.
pub async fn entry(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let asked = Params::parse(raw.as_deref());
    asked.only_known(&["q"])?;
    let query = asked.query()?;
    let packs = takes_gzip(&headers);
    let reply = app.ask(move |engine| {
        let Some(found) = engine.entry(&id, &query)? else {
            return Err(no_entry(engine, &id));
        };
        let mut bytes = Vec::new();
        let _ = json::write_found(&mut bytes, &found);
        Ok(Reply::new(bytes, JSON, packs))
    });
    Ok(reply.await?.respond(&headers))
}

/// There is no such entry; perhaps one of these was meant.
fn no_entry(engine: &Engine, id: &str) -> Problem {
    let short: String = id.chars().take(80).collect();
    let problem = Problem::new(
        StatusCode::NOT_FOUND,
        "missing",
        format!("there is no entry {short:?}"),
    );
    // Looking for ids that are near takes longer the longer this one is.
    let similar = match id.len() <= limits::NAME_BYTES {
        true => engine.similar_ids(id),
        false => Vec::new(),
    };
    match similar.is_empty() {
        true => problem,
        false => {
            let paths: Vec<String> = similar
                .iter()
                .map(|id| format!("/api/entries/{}", path_part(id)))
                .collect();
            problem.hint(format!("did you mean: {}", paths.join(", or ")))
        }
    }
}

/// A part of a path: in it, a space is no `+`.
pub fn path_part(id: &str) -> String {
    params::encode(id).replace('+', "%20")
}

#[derive(Serialize)]
struct SuggestJson<'a> {
    version: u32,
    query: &'a str,
    suggestions: Vec<SuggestionJson<'a>>,
}

#[derive(Serialize)]
struct SuggestionJson<'a> {
    text: &'a str,
    kind: &'a str,
}

/// `/api/suggest`: how what has been typed may go on.
pub async fn suggest(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let asked = Params::parse(raw.as_deref());
    asked.only_known(&["q", "n"])?;
    let limit = asked.number("n", 8, limits::COMPLETIONS)?;
    let query = asked.query()?;
    let reply = app.ask(move |engine| {
        let found = engine.suggest(&query, limit)?;
        let suggestions = found.iter().map(|found| SuggestionJson {
            text: &found.text,
            kind: found.kind.name(),
        });
        let answer = SuggestJson {
            version: json::VERSION,
            query: &query,
            suggestions: suggestions.collect(),
        };
        let mut bytes = Vec::new();
        let _ = json::write_line(&mut bytes, &answer);
        Ok(Reply::new(bytes, JSON, false))
    });
    Ok(reply.await?.respond(&headers))
}

#[derive(Serialize)]
struct Health<'a> {
    status: &'a str,
    entries: u64,
    commit: &'a str,
}

/// `/healthz`: really asks the index.
pub async fn healthz(State(app): State<Arc<App>>, headers: HeaderMap) -> Answer {
    let reply = app.ask(|engine| {
        let request = SearchRequest {
            query: "*".to_owned(),
            limit: 1,
            ..SearchRequest::default()
        };
        let total = engine.search(&request)?.total;
        if total != engine.index.entries {
            let message = format!(
                "the index has {} entries and finds {total}",
                engine.index.entries
            );
            return Err(Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "corrupt",
                message,
            ));
        }
        let health = Health {
            status: "ok",
            entries: total,
            commit: &engine.index.commit,
        };
        let mut bytes = Vec::new();
        let _ = json::write_line(&mut bytes, &health);
        Ok(Reply::new(bytes, JSON, false))
    });
    Ok(reply.await?.respond(&headers))
}

/// `/metrics`: what was counted, for Prometheus.
pub async fn metrics(State(app): State<Arc<App>>, headers: HeaderMap) -> Response<Body> {
    let engine = app.engines.current().ok();
    let text = app.metrics.text(engine.as_deref());
    Reply::new(
        text.into_bytes(),
        "text/plain; version=0.0.4",
        takes_gzip(&headers),
    )
    .respond(&headers)
}

/// `/api/openapi.json`: what there is.
pub async fn openapi() -> Response<Body> {
    let mut response = OPENAPI.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}
