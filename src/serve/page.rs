//! `/`: the page, whole as it comes: with the results of what its address asks, so that it works without JavaScript and
//! shows the same with it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Response, StatusCode};
use xxhash_rust::xxh3::xxh3_64;

use super::app::App;
use super::assets;
use super::engines::Offers;
use super::html::{Html, grouped};
use super::limits;
use super::params::{Params, encode, sort};
use super::problem::Problem;
use super::reply::{HTML, Reply, takes_gzip};
use super::results;
use crate::search::engine::{Engine, Found};
use crate::search::request::{SearchRequest, Sort};
use crate::search::response::SearchResponse;

/// Hits that are shown at once.
pub const SHOWN: usize = 20;

/// What the address of the page asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// The query.
    pub query: String,
    /// `score`, `rank`, `-year`, …
    pub sort: String,
    /// The artists to narrow to.
    pub artists: Vec<String>,
    /// Hits to pass over.
    pub offset: usize,
    /// The id of the entry that is open.
    pub open: String,
}

impl Wish {
    /// Reads an address. What makes no sense in it is passed over: it was typed by hand, or is old.
    fn read(asked: &Params) -> Result<Wish, Problem> {
        let text = |name: &str| asked.last(name).unwrap_or_default().to_owned();
        let artists = asked
            .all("artist")
            .filter(|name| !name.is_empty() && name.len() <= limits::NAME_BYTES);
        let order = text("sort");
        Ok(Wish {
            query: asked.query()?,
            sort: if sort(&order).is_ok() {
                order
            } else {
                "score".to_owned()
            },
            artists: artists.take(limits::FIELDS).map(str::to_owned).collect(),
            offset: asked
                .number("offset", 0, limits::DEPTH - SHOWN)
                .unwrap_or(0),
            open: text("open"),
        })
    }

    /// Whether anything is looked for.
    pub fn is_blank(&self) -> bool {
        self.query.trim().is_empty()
    }

    fn request(&self) -> SearchRequest {
        SearchRequest {
            query: self.query.clone(),
            limit: SHOWN,
            offset: self.offset,
            sort: sort(&self.sort).unwrap_or(Sort::Score),
            facets: vec!["artists".to_owned()],
            only: self
                .artists
                .iter()
                .map(|name| ("artists".to_owned(), name.clone()))
                .collect(),
            ..SearchRequest::default()
        }
    }

    /// The address of this wish.
    pub fn address(&self) -> String {
        let mut pairs = vec![format!("q={}", encode(&self.query))];
        if self.sort != "score" {
            pairs.push(format!("sort={}", encode(&self.sort)));
        }
        pairs.extend(
            self.artists
                .iter()
                .map(|name| format!("artist={}", encode(name))),
        );
        if self.offset > 0 {
            pairs.push(format!("offset={}", self.offset));
        }
        if !self.open.is_empty() {
            pairs.push(format!("open={}", encode(&self.open)));
        }
        format!("/?{}", pairs.join("&"))
    }
}

/// What the page shows.
pub struct View {
    /// Entries in the index.
    pub entries: u64,
    /// What it can be ordered by.
    pub offers: Offers,
    /// The answer; without a query, how often each artist is credited.
    pub response: SearchResponse,
    /// The open entry.
    pub open: Option<Found>,
}

fn view(engine: &Engine, offers: Offers, wish: &Wish) -> Result<View, Problem> {
    let request = match wish.is_blank() {
        true => SearchRequest {
            query: "*".to_owned(),
            limit: 0,
            facets: vec!["artists".to_owned()],
            ..SearchRequest::default()
        },
        false => wish.request(),
    };
    let response = engine.search(&request)?;
    let open = match wish.open.is_empty() || wish.open.len() > limits::NAME_BYTES {
        true => None,
        false => engine.entry(&wish.open, &wish.query)?,
    };
    Ok(View {
        entries: engine.index.entries,
        offers,
        response,
        open,
    })
}

/// `/`.
pub async fn page(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let asked = Params::parse(raw.as_deref());
    let read = Wish::read(&asked);
    let wish = read.as_ref().cloned().unwrap_or_default();
    let seen = match read {
        Err(problem) => Err(problem),
        // What is in the corpus is for those who bring the token, and a browser brings none with a link.
        Ok(_) if app.gate.has_token() => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "token",
            "this collection is not open to everybody",
        )),
        Ok(wish) => {
            let offers = app.engines.offers();
            app.ask(move |engine| view(engine, offers, &wish)).await
        }
    };
    let status = match &seen {
        Ok(_) => StatusCode::OK,
        // The page itself is whole, and asks for the token.
        Err(problem) if problem.kind == "token" => StatusCode::OK,
        Err(problem) => problem.status,
    };
    let bytes = whole(&wish, &seen).into_bytes();
    let hash = xxh3_64(&bytes);
    let reply = Reply::new(bytes, HTML, takes_gzip(&headers));
    match status {
        StatusCode::OK => reply.tagged(hash).respond(&headers),
        status => {
            let mut response = reply.respond(&headers);
            *response.status_mut() = status;
            response
        }
    }
}

fn whole(wish: &Wish, seen: &Result<View, Problem>) -> Html {
    let mut out = Html::default();
    out.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    if !wish.is_blank() {
        out.text(&wish.query).raw(" – ");
    }
    out.raw("needledrop</title>\n<link rel=\"icon\"")
        .attribute("href", &assets::address("mark.svg"));
    out.raw(">\n<link rel=\"stylesheet\"")
        .attribute("href", &assets::address("page.css"));
    out.raw(">\n<script type=\"module\"")
        .attribute("src", &assets::address("page.js"))
        .raw("></script>\n</head>\n<body>\n");
    out.raw("<a class=\"skip\" href=\"#results\">To the results</a>\n");
    spine(&mut out, seen);
    out.raw("<div class=\"sleeve\">\n");
    form(&mut out, wish, seen);
    out.raw("<main>\n");
    results::main(&mut out, wish, seen);
    out.raw("</main>\n");
    foot(&mut out);
    out.raw("</div>\n</body>\n</html>\n");
    out
}

/// The back of a sleeve has its spine beside it.
fn spine(out: &mut Html, seen: &Result<View, Problem>) {
    out.raw(
        "<header class=\"spine\"><a class=\"mark\" href=\"/\">needledrop</a> <p id=\"catalogue\">",
    );
    if let Ok(view) = seen {
        out.text(&grouped(view.entries)).raw(if view.entries == 1 {
            " write-up"
        } else {
            " write-ups"
        });
    }
    out.raw("</p></header>\n");
}

fn form(out: &mut Html, wish: &Wish, seen: &Result<View, Problem>) {
    out.raw("<search><form id=\"ask\" action=\"/\" method=\"get\" role=\"search\">\n<label for=\"q\">Search for a title, a name, a line</label>\n");
    out.raw("<div class=\"headline\"><input id=\"q\" name=\"q\" type=\"search\" dir=\"auto\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" enterkeyhint=\"search\" maxlength=\"4096\" aria-describedby=\"status\"");
    out.attribute("value", &wish.query);
    if wish.is_blank() && wish.open.is_empty() {
        out.raw(" autofocus");
    }
    out.raw("><button type=\"submit\">Search</button></div>\n");
    out.raw("<div id=\"completions\" role=\"group\" aria-label=\"Completions\"></div>\n");
    out.raw("<fieldset class=\"order\"><legend>In order of</legend>");
    let offers = seen.as_ref().map(|view| view.offers).unwrap_or_default();
    let orders = [
        ("score", "relevance", true),
        ("rank", "rank", offers.rank),
        ("-year", "newest", offers.year),
        ("year", "oldest", offers.year),
    ];
    let known = orders
        .iter()
        .any(|(value, _, offered)| *offered && *value == wish.sort);
    for (value, label, _) in orders.iter().filter(|(_, _, offered)| *offered) {
        out.raw("<label><input type=\"radio\" name=\"sort\"")
            .attribute("value", value);
        if *value == wish.sort || (!known && *value == "score") {
            out.raw(" checked");
        }
        out.raw("><span>").raw(label).raw("</span></label>");
    }
    out.raw("</fieldset>\n");
    for name in &wish.artists {
        out.raw("<input type=\"hidden\" name=\"artist\"")
            .attribute("value", name)
            .raw(">\n");
    }
    out.raw("</form></search>\n");
}

fn foot(out: &mut Html) {
    out.raw("<footer><p>Keys: <kbd>/</kbd> to search, <kbd>↑</kbd> <kbd>↓</kbd> through the results, <kbd>Enter</kbd> to open one, <kbd>n</kbd> <kbd>p</kbd> through its matches, <kbd>Esc</kbd> back. For programs: <a href=\"/api/openapi.json\">/api</a></p></footer>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(raw: &str) -> Wish {
        Wish::read(&Params::parse(Some(raw))).unwrap()
    }

    #[test]
    fn an_address_and_a_wish_are_the_same() {
        for address in [
            "/?q=thin+white",
            "/?q=%22a%22&sort=-year&artist=David+Bowie&artist=AC%2FDC&offset=20&open=velvet-goldmine",
            "/?q=",
        ] {
            assert_eq!(wish(address.trim_start_matches("/?")).address(), address);
        }
    }

    #[test]
    fn what_makes_no_sense_in_an_address_is_passed_over() {
        let wish = wish("q=x&sort=-score&offset=ten&artist=&foo=bar");
        assert_eq!(
            wish,
            Wish {
                query: "x".into(),
                sort: "score".into(),
                ..Wish::default()
            }
        );
    }

    #[test]
    fn the_page_shows_what_is_wrong() {
        let seen = Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "missing",
            "there is no index in `<x>`",
        )
        .hint("make one: `y`"));
        let page = String::from_utf8(whole(&wish("q=<script>"), &seen).into_bytes()).unwrap();
        assert!(
            page.contains("there is no index in `&lt;x&gt;`")
                && page.contains("value=\"&lt;script&gt;\"")
        );
        assert!(!page.contains("<script>"));
    }
}
