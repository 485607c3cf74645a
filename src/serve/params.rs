//! What was typed behind the `?` becomes what is meant, once.

use std::borrow::Cow;

use super::limits;
use super::problem::Problem;
use crate::search::request::{SearchRequest, Sort};
use axum::http::StatusCode;

type Result<T> = std::result::Result<T, Problem>;

/// The parameters of `/api/search`.
pub const SEARCH: [&str; 10] = [
    "q", "n", "offset", "sort", "facet", "only", "literal", "all", "count", "explain",
];

/// Names and values in the order in which they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `a=b&c=d`: `+` is a space, `%20` a byte; what is no UTF-8 is shown as such.
    pub fn parse(raw: Option<&str>) -> Params {
        let pairs = raw.unwrap_or_default().split('&');
        let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Params(pairs.collect())
    }

    /// The last value of a name.
    pub fn last(&self, name: &str) -> Option<&str> {
        let mut named = self.0.iter().rev().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Refuses names that mean nothing here.
    ///
    /// # Errors
    /// The first of them.
    pub fn only_known(&self, known: &[&str]) -> Result<()> {
        match self.0.iter().find(|(name, _)| !known.contains(&&**name)) {
            None => Ok(()),
            Some((name, _)) => Err(Problem::usage(format!("unknown parameter {name:?}"))
                .hint(format!("there are: {}", known.join(", ")))),
        }
    }

    /// A switch: `1`, `true` or nothing turns it on.
    ///
    /// # Errors
    /// For anything that is neither yes nor no.
    pub fn switch(&self, name: &str) -> Result<bool> {
        match self.last(name) {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true" | "") => Ok(true),
            Some(other) => Err(Problem::usage(format!(
                "`{name}` is neither yes nor no: {other:?}"
            ))
            .hint(format!("as in {name}=1"))),
        }
    }

    /// How many, at most `most`.
    ///
    /// # Errors
    /// For what is no number, and for more than `most`.
    pub fn number(&self, name: &str, otherwise: usize, most: usize) -> Result<usize> {
        let Some(text) = self.last(name) else {
            return Ok(otherwise);
        };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number {
            let problem = Problem::usage(format!("`{name}` is not a number: {text:?}"));
            return Err(problem.hint(format!("as in {name}=10")));
        }
        match text.parse() {
            Ok(number) if number <= most => Ok(number),
            _ => Err(Problem::usage(format!("`{name}` is more than {most}"))
                .hint("narrow the search, or use `needledrop search`, which has no such limit")),
        }
    }

    /// The query, of at most [`limits::QUERY_BYTES`].
    ///
    /// # Errors
    /// When it is longer.
    pub fn query(&self) -> Result<String> {
        let query = self.last("q").unwrap_or_default();
        if query.len() > limits::QUERY_BYTES {
            let message = format!(
                "the query has {} bytes; at most {} are read",
                query.len(),
                limits::QUERY_BYTES
            );
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "usage", message);
            return Err(problem.hint("`needledrop search` has no such limit"));
        }
        Ok(query.to_owned())
    }

    /// The names of fields or values of them, within limits.
    fn names(&self, name: &str) -> Result<Vec<String>> {
        let values: Vec<String> = self.all(name).map(str::to_owned).collect();
        if values.len() > limits::FIELDS {
            let message = format!("more than {} times `{name}`", limits::FIELDS);
            return Err(Problem::usage(message));
        }
        if values.iter().any(|value| value.len() > limits::NAME_BYTES) {
            let message = format!("a `{name}` of more than {} bytes", limits::NAME_BYTES);
            return Err(Problem::usage(message));
        }
        Ok(values)
    }

    /// The search that is asked for.
    ///
    /// # Errors
    /// What makes no sense in it, or is too much.
    pub fn search(&self) -> Result<SearchRequest> {
        let limit = self.number("n", 10, limits::HITS)?;
        let offset = self.number("offset", 0, limits::DEPTH)?;
        if limit + offset > limits::DEPTH {
            let message = format!("`offset` and `n` together are more than {}", limits::DEPTH);
            return Err(Problem::usage(message)
                .hint("narrow the search, or use `needledrop search`, which has no such limit"));
        }
        let only = self.names("only")?;
        Ok(SearchRequest {
            query: self.query()?,
            literal: self.switch("literal")?,
            require_all: self.switch("all")?,
            limit,
            offset,
            sort: sort(self.last("sort").unwrap_or("score"))?,
            facets: self.names("facet")?,
            only: only
                .iter()
                .map(|text| narrowing(text))
                .collect::<Result<_>>()?,
            full: false,
            explain: self.switch("explain")?,
            count: self.switch("count")?,
            highlight: true,
        })
    }
}

/// Reads what hits are ordered by: `score`, `year`, `-year`.
///
/// # Errors
/// When no field is named.
pub fn sort(text: &str) -> Result<Sort> {
    let (key, descending) = match text.strip_prefix('-') {
        Some(key) => (key.trim(), true),
        None => (text.trim(), false),
    };
    let fits = key.len() <= limits::NAME_BYTES
        && !(key.is_empty() || (key, descending) == ("score", true));
    match key {
        _ if !fits => Err(Problem::usage(format!(
            "`sort` names no field: {:.40}",
            format!("{text:?}")
        ))
        .hint("as in sort=score, sort=rank, sort=-year")),
        "score" => Ok(Sort::Score),
        key => Ok(Sort::Key {
            key: key.to_owned(),
            descending,
        }),
    }
}

/// Reads `artists:David Bowie`.
fn narrowing(text: &str) -> Result<(String, String)> {
    match text.split_once(':') {
        Some((field, value)) if !field.is_empty() => Ok((field.to_owned(), value.to_owned())),
        _ => Err(
            Problem::usage(format!("`only` has no field and value: {text:?}"))
                .hint("as in only=artists:David+Bowie"),
        ),
    }
}

/// A name or value as it was before it was put into an address.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        match (first, hex_pair(behind)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            (b'+', _) => bytes.push(b' '),
            (&byte, _) => bytes.push(byte),
        }
    }
    match String::from_utf8_lossy(&bytes) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|&byte| (byte as char).to_digit(16));
    Some((digit(0)? * 16 + digit(1)?) as u8)
}

/// A value as it may stand in an address.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte as char);
            }
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn search(raw: &str) -> Result<SearchRequest> {
        Params::parse(Some(raw)).search()
    }

    #[test]
    fn a_search_as_it_stands_in_an_address() {
        let request = search("q=thin+white%20d%C3%BCke&n=5&offset=10&sort=-year&facet=artists&facet=year&all=1&only=artists:AC/DC").unwrap();
        assert_eq!(request.query, "thin white düke");
        assert_eq!((request.limit, request.offset), (5, 10));
        assert_eq!(request.facets, ["artists", "year"]);
        assert_eq!(request.only, [("artists".to_owned(), "AC/DC".to_owned())]);
        assert!(request.require_all && !request.literal);
        assert!(matches!(request.sort, Sort::Key { ref key, descending: true } if key == "year"));
        assert_eq!(search("").unwrap(), SearchRequest::default());
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (raw, said) in [
            ("n=ten", "`n` is not a number"),
            ("n=", "`n` is not a number"),
            ("n=-1", "`n` is not a number"),
            ("n=1001", "more than 1000"),
            ("n=99999999999999999999", "more than 1000"),
            ("offset=10001", "more than 10000"),
            ("n=1000&offset=9001", "together"),
            ("literal=maybe", "neither yes nor no"),
            ("sort=", "names no field"),
            ("sort=-score", "names no field"),
            ("only=artists", "no field and value"),
        ] {
            let problem = search(raw).unwrap_err();
            assert!(problem.message.contains(said), "{raw}: {}", problem.message);
            assert_eq!(problem.status, StatusCode::BAD_REQUEST, "{raw}");
        }
        let long = format!("q={}", "a".repeat(limits::QUERY_BYTES + 1));
        assert_eq!(
            search(&long).unwrap_err().status,
            StatusCode::PAYLOAD_TOO_LARGE
        );
        assert!(search(&long[..long.len() - 1]).is_ok());
        assert!(search(&"facet=a&".repeat(17)).is_err());
    }

    #[test]
    fn names_that_mean_nothing_are_pointed_out() {
        let params = Params::parse(Some("q=x&limit=3"));
        let problem = params.only_known(&SEARCH).unwrap_err();
        assert!(problem.message.contains("\"limit\""));
        assert!(problem.hint.unwrap().contains("offset"));
    }

    #[test]
    fn broken_encodings_are_text() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("%FF"), "\u{fffd}");
        assert_eq!(decode("%00"), "\0");
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(text in any::<String>()) {
            prop_assert_eq!(decode(&encode(&text)), text);
        }

        #[test]
        fn nothing_panics(raw in "[a-z=&%+:0-9]{0,80}") {
            let _ = search(&raw);
        }
    }
}
