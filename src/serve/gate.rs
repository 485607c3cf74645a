//! Who may ask.
//!
//! A page of somebody else's site must not read the answers of a server on this machine. It could try by a name of its own
//! that is made to point here (DNS rebinding): so a request must call this server by a name that only its owner gives, or
//! by a bare address. And it could try by asking across sites: so a request that says where it comes from (`Origin`,
//! `Sec-Fetch-Site`) must come from here.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, Method, StatusCode, header};

use super::problem::Problem;

/// Who may ask, and for what.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Whether only this machine can reach the server.
    is_local: bool,
    bound: IpAddr,
    /// Lower case.
    names: Vec<String>,
    token: Option<String>,
}

impl Gate {
    /// The gate of a server bound to `addr` that is also called by `names`, with the token that a request must bring.
    pub fn new(addr: SocketAddr, names: &[String], token: Option<String>) -> Gate {
        let mut names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        names.push("localhost".to_owned());
        Gate {
            is_local: addr.ip().is_loopback(),
            bound: addr.ip(),
            names,
            token,
        }
    }

    /// Whether a token must be brought.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Lets a request in, or says why not. `host` is what it calls us, from its address or its `Host`.
    ///
    /// # Errors
    /// 400 without a host, 403 for a foreign one or a foreign origin, 413 for a body, 401 without the token.
    pub fn admit(
        &self,
        method: &Method,
        path: &str,
        host: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        self.called(host)?;
        self.asks_from_here(path, host, headers)?;
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .map(|length| length.as_bytes());
        if announced.is_some_and(|length| length != b"0")
            || headers.contains_key(header::TRANSFER_ENCODING)
        {
            let message = format!("a {method} here has no body");
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "usage", message);
            return Err(problem.hint("put what is asked behind the `?` of the address"));
        }
        match needs_token(path) {
            true => self.authorized(headers),
            false => Ok(()),
        }
    }

    fn called(&self, host: Option<&str>) -> Result<(), Problem> {
        let Some(host) = host else {
            return Err(Problem::usage("the request says no host"));
        };
        if name_of(host).is_some_and(|name| self.is_ours(name)) {
            return Ok(());
        }
        let message = format!("this server is not called {:.80}", format!("{host:?}"));
        let hint = match self.is_local {
            true => "call it by http://127.0.0.1 or http://localhost and its port",
            false => "call it by its address, or name it with `needledrop serve --allow-host NAME`",
        };
        Err(Problem::new(StatusCode::FORBIDDEN, "host", message).hint(hint))
    }

    fn is_ours(&self, name: &str) -> bool {
        match name.trim_matches(['[', ']']).parse::<IpAddr>() {
            // A page can be at a bare address only when it came from there.
            Ok(address) => !self.is_local || address.is_loopback() || address == self.bound,
            Err(_) => self.names.contains(&name.to_ascii_lowercase()),
        }
    }

    fn asks_from_here(
        &self,
        path: &str,
        host: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        let foreign = || {
            let problem = Problem::new(
                StatusCode::FORBIDDEN,
                "origin",
                "a page of another site asks",
            );
            problem
                .hint("only pages of this server, and programs that are no browsers, are answered")
        };
        if let Some(origin) = headers.get(header::ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            let authority = origin
                .strip_prefix("http://")
                .or_else(|| origin.strip_prefix("https://"));
            if authority.is_none() || authority != host {
                return Err(foreign());
            }
        }
        let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
        match site {
            // A link to the page, from anywhere, is a link.
            Some(b"cross-site" | b"same-site") if path != "/" => Err(foreign()),
            _ => Ok(()),
        }
    }

    fn authorized(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        let brought = headers
            .get(header::AUTHORIZATION)
            .map(|value| value.as_bytes());
        let brought = brought.and_then(|value| {
            let (scheme, token) = value.split_at_checked(7)?;
            scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
        });
        if brought.is_some_and(|brought| is_same(brought, token.as_bytes())) {
            return Ok(());
        }
        let message = "this server answers only who brings its token";
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "token", message);
        Err(problem.hint("send it as `Authorization: Bearer TOKEN`"))
    }
}

/// The page asks for the token itself, and what it is made of holds nothing of the corpus; a health check tells nothing.
fn needs_token(path: &str) -> bool {
    !(path == "/" || path == "/healthz" || path.starts_with("/assets/"))
}

/// Equal, in a time that does not tell how far.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// The name in `name:port`; `None` when it is none.
fn name_of(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => host.split_at(rest.find(']')? + 2),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port = |port: &str| {
        port.is_empty()
            || port
                .strip_prefix(':')
                .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    (!name.is_empty() && is_port(port)).then_some(name)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn gate(addr: &str, names: &[&str], token: Option<&str>) -> Gate {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Gate::new(addr.parse().unwrap(), &names, token.map(str::to_owned))
    }

    fn status(gate: &Gate, path: &str, host: &str, pairs: &[(&'static str, &str)]) -> u16 {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let admitted = gate.admit(&Method::GET, path, Some(host), &headers);
        admitted.map_or_else(|problem| problem.status.as_u16(), |()| 200)
    }

    #[test]
    fn a_local_server_is_called_by_local_names_only() {
        let gate = gate("127.0.0.1:7700", &[], None);
        for host in [
            "127.0.0.1:7700",
            "localhost:7700",
            "LOCALHOST",
            "[::1]:7700",
            "127.0.0.9",
        ] {
            assert_eq!(status(&gate, "/api/search", host, &[]), 200, "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:7700",
            "localhost.evil.example",
            "10.0.0.1:7700",
            "",
            ":7700",
            "127.0.0.1.evil.example",
            "localhost:7700@evil",
            "[::1",
            "[]:7700",
        ] {
            assert_eq!(status(&gate, "/api/search", host, &[]), 403, "{host}");
        }
        assert_eq!(
            gate.admit(&Method::GET, "/", None, &HeaderMap::new())
                .unwrap_err()
                .status,
            400
        );
    }

    #[test]
    fn a_remote_server_is_called_by_addresses_and_by_the_names_it_was_given() {
        let gate = gate("0.0.0.0:7700", &["Records.lan"], None);
        for host in [
            "10.0.0.1:7700",
            "records.lan",
            "localhost",
            "[fd00::1]:7700",
        ] {
            assert_eq!(status(&gate, "/", host, &[]), 200, "{host}");
        }
        assert_eq!(status(&gate, "/", "evil.example:7700", &[]), 403);
    }

    #[test]
    fn other_sites_do_not_ask() {
        let gate = gate("127.0.0.1:7700", &[], None);
        let host = "localhost:7700";
        for (origin, expected) in [
            ("http://localhost:7700", 200),
            ("http://localhost:8000", 403),
            ("http://evil.example", 403),
            ("null", 403),
            ("https://localhost:7700", 200),
            ("localhost:7700", 403),
        ] {
            assert_eq!(
                status(&gate, "/api/search", host, &[("origin", origin)]),
                expected,
                "{origin}"
            );
        }
        let cross = [("sec-fetch-site", "cross-site")];
        assert_eq!(status(&gate, "/api/search", host, &cross), 403);
        assert_eq!(status(&gate, "/", host, &cross), 200);
    }

    #[test]
    fn a_token_opens_what_tells_something() {
        let gate = gate("127.0.0.1:7700", &[], Some("sesame"));
        let asked = |path, pairs: &[(&'static str, &str)]| status(&gate, path, "localhost", pairs);
        for path in ["/api/search", "/api/entries/x", "/metrics", "/nothing"] {
            assert_eq!(asked(path, &[]), 401, "{path}");
            assert_eq!(asked(path, &[("authorization", "Bearer sesam")]), 401);
            assert_eq!(asked(path, &[("authorization", "Basic sesame")]), 401);
            assert_eq!(asked(path, &[("authorization", "bearer sesame")]), 200);
        }
        for path in ["/", "/assets/x/page.js", "/healthz"] {
            assert_eq!(asked(path, &[]), 200, "{path}");
        }
    }

    #[test]
    fn bodies_are_not_read() {
        let gate = gate("127.0.0.1:7700", &[], None);
        assert_eq!(
            status(&gate, "/", "localhost", &[("content-length", "1")]),
            413
        );
        assert_eq!(
            status(&gate, "/", "localhost", &[("transfer-encoding", "chunked")]),
            413
        );
        assert_eq!(
            status(&gate, "/", "localhost", &[("content-length", "0")]),
            200
        );
    }
}
