//! What goes wrong, in one shape: `{"error":{"kind":…,"message":…,"hint":…}}` with the status that fits.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

use crate::error::{Error, Kind};
use crate::output::json;

/// Something that went wrong with one request.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// What sort of trouble, in one word.
    pub kind: &'static str,
    /// Where and what.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Seconds after which another try makes sense.
    pub retry_after: Option<u32>,
}

#[derive(Serialize)]
struct Shape<'a> {
    error: ErrorJson<'a>,
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    kind: &'a str,
    message: &'a str,
    hint: Option<&'a str>,
}

impl Problem {
    /// A problem without a hint yet.
    pub fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Problem {
        Problem {
            status,
            kind,
            message: message.into(),
            hint: None,
            retry_after: None,
        }
    }

    /// A parameter that makes no sense.
    pub fn usage(message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "usage", message)
    }

    /// The same with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = Some(hint.into());
        self
    }

    /// Too much is being asked at the moment.
    pub fn busy() -> Problem {
        let message = "too many requests at the same time";
        let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message);
        problem.retry_after = Some(1);
        problem.hint("ask again in a second")
    }

    /// There is nothing to answer from.
    pub fn no_index(error: &Error) -> Problem {
        let mut problem = Problem::from(error.clone());
        problem.status = StatusCode::SERVICE_UNAVAILABLE;
        problem.retry_after = Some(1);
        problem
    }

    /// As JSON on one line.
    pub fn to_json(&self) -> Vec<u8> {
        let shape = Shape {
            error: ErrorJson {
                kind: self.kind,
                message: &self.message,
                hint: self.hint.as_deref(),
            },
        };
        let mut bytes = Vec::new();
        // Texts always serialize, and a Vec always takes them.
        let _ = json::write_line(&mut bytes, &shape);
        bytes
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let (status, kind) = match error.kind {
            Kind::Usage => (StatusCode::BAD_REQUEST, "usage"),
            Kind::Missing => (StatusCode::NOT_FOUND, "missing"),
            Kind::Locked => (StatusCode::SERVICE_UNAVAILABLE, "locked"),
            Kind::TooLong => (StatusCode::SERVICE_UNAVAILABLE, "too-long"),
            Kind::Corpus => (StatusCode::INTERNAL_SERVER_ERROR, "corpus"),
            Kind::Corrupt => (StatusCode::INTERNAL_SERVER_ERROR, "corrupt"),
            Kind::Io => (StatusCode::INTERNAL_SERVER_ERROR, "io"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        let mut problem = Problem::new(status, kind, error.to_string());
        problem.hint = error.hint;
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.to_json()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_shape() {
        let problem = Problem::usage("`n` is not a number: \"ten\"").hint("as in n=10");
        assert_eq!(
            String::from_utf8(problem.to_json()).unwrap(),
            "{\"error\":{\"kind\":\"usage\",\"message\":\"`n` is not a number: \\\"ten\\\"\",\"hint\":\"as in n=10\"}}\n"
        );
    }

    #[test]
    fn an_error_of_the_program_keeps_its_words() {
        let error = Error::new(Kind::Missing, "there is no index in `x`").hint("make one");
        let problem = Problem::no_index(&error);
        assert_eq!(problem.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!((problem.kind, problem.retry_after), ("missing", Some(1)));
        assert_eq!(problem.hint.as_deref(), Some("make one"));
    }
}
