//! Which address means what, and what is done for every request: the gate before it, the counting and the safety headers
//! behind it.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::get;

use super::app::App;
use super::metrics::Route;
use super::problem::Problem;
use super::{api, assets, page};

/// Every route, without those of assets.
#[cfg(test)]
pub const PATHS: [&str; 7] = [
    "/",
    "/api/search",
    "/api/entries/{id}",
    "/api/suggest",
    "/api/openapi.json",
    "/healthz",
    "/metrics",
];

/// The routes of a server.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(page::page))
        .route("/api/search", get(api::search))
        .route("/api/entries/{id}", get(api::entry))
        .route("/api/suggest", get(api::suggest))
        .route("/api/openapi.json", get(api::openapi))
        .route("/healthz", get(api::healthz))
        .route("/metrics", get(api::metrics))
        .route("/assets/{hash}/{name}", get(assets::asset))
        .fallback(nothing_here)
        .method_not_allowed_fallback(only_get)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), around))
        .with_state(app)
}

async fn nothing_here() -> Problem {
    let problem = Problem::new(
        StatusCode::NOT_FOUND,
        "missing",
        "there is nothing at this address",
    );
    problem.hint("what there is stands in /api/openapi.json")
}

async fn only_get() -> Response<Body> {
    let problem = Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "usage",
        "only GET and HEAD are answered",
    );
    let mut response = problem.into_response();
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

/// Counts a request as gone also when whoever asked goes before the answer.
struct Present(Arc<App>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.metrics.gone();
    }
}

async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response<Body> {
    let begun = Instant::now();
    app.metrics.begun();
    let _present = Present(Arc::clone(&app));
    let route = Route::of(request.uri().path());
    let mut response = match admitted(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let took = begun.elapsed();
    app.metrics
        .answered(route, response.status().as_u16(), took);
    let headers = response.headers_mut();
    let timing = format!("total;dur={:.3}", took.as_secs_f64() * 1e3);
    if let Ok(timing) = HeaderValue::from_str(&timing) {
        headers.insert("server-timing", timing);
    }
    make_safe(headers);
    response
}

fn admitted(app: &App, request: &Request) -> Result<(), Problem> {
    let named = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = request
        .uri()
        .authority()
        .map(|authority| authority.as_str())
        .or(named);
    app.gate.admit(
        request.method(),
        request.uri().path(),
        host,
        request.headers(),
    )
}

/// Nothing but our own script, style and answers; no frame around us; no guessing of types; nobody told where we were.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

fn make_safe(headers: &mut HeaderMap) {
    let pairs = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in pairs {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::PATHS;

    #[test]
    fn the_description_names_every_route_and_no_other() {
        let described: serde_json::Value =
            serde_json::from_str(include_str!("openapi.json")).unwrap();
        let described: BTreeSet<&str> = described["paths"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(described, BTreeSet::from(PATHS));
    }
}
