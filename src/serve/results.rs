//! The main part of the page: the hits with their passages, the artists to narrow by, the open entry, and what is shown
//! when there is none of that. `page/draw.js` draws the same.

use serde_json::Value;

use super::html::{Html, grouped};
use super::page::{SHOWN, View, Wish};
use super::problem::Problem;
use crate::search::engine::Found;
use crate::search::response::{Fragment, Hit, SearchResponse};

/// Artists that are offered to narrow by.
const NARROWING: usize = 24;
/// Names that are shown with a hit, beside those that matched.
const CREDITED: usize = 6;

/// Fills the main part.
pub fn main(out: &mut Html, wish: &Wish, seen: &Result<View, Problem>) {
    let view = match seen {
        Ok(view) => view,
        Err(problem) => return trouble(out, problem),
    };
    if wish.is_blank() {
        return landing(out, wish, view);
    }
    let response = &view.response;
    out.raw("<p id=\"status\" role=\"status\">")
        .text(&status(response))
        .raw("</p>\n");
    out.raw("<div id=\"remarks\">");
    remarks(out, wish, response);
    out.raw("</div>\n<div class=\"body\">\n<nav id=\"artists\" aria-label=\"Artists\">");
    artists(out, wish, response);
    out.raw("</nav>\n<section id=\"results\" aria-label=\"Results\" tabindex=\"-1\">");
    if response.hits.is_empty() && view.open.is_none() {
        nothing(out, wish);
    } else {
        hits(out, wish, view);
    }
    out.raw("</section>\n</div>\n");
}

/// How many there are, in words.
fn status(response: &SearchResponse) -> String {
    let count = grouped(response.total);
    match (response.total, response.total_exact) {
        (0, _) => "nothing found".to_owned(),
        (1, true) => "1 write-up".to_owned(),
        (_, true) => format!("{count} write-ups"),
        (_, false) => format!("at least {count} write-ups"),
    }
}

fn remarks(out: &mut Html, wish: &Wish, response: &SearchResponse) {
    let link = |out: &mut Html, query: &str| {
        let other = Wish {
            query: query.to_owned(),
            sort: wish.sort.clone(),
            ..Wish::default()
        };
        out.raw("<a class=\"mend\" dir=\"auto\"")
            .attribute("href", &other.address());
        out.attribute("data-query", query)
            .raw(">")
            .text(query)
            .raw("</a>");
    };
    if let Some(meant) = &response.did_you_mean {
        out.raw("<p>Did you mean ");
        link(out, meant);
        out.raw("?</p>");
    }
    for warning in &response.warnings {
        out.raw("<p>").text(&warning.message);
        if let Some(mended) = &warning.mended {
            out.raw(": ");
            link(out, mended.trim());
        }
        out.raw("</p>");
    }
}

fn artists(out: &mut Html, wish: &Wish, response: &SearchResponse) {
    let values = response
        .facets
        .first()
        .map_or(&[][..], |facet| &facet.values);
    if values.is_empty() && wish.artists.is_empty() {
        return;
    }
    out.raw("<h2>Artists</h2><ul>");
    for name in &wish.artists {
        let mut without = Wish {
            offset: 0,
            open: String::new(),
            ..wish.clone()
        };
        without.artists.retain(|known| known != name);
        out.raw("<li><a class=\"chosen\"")
            .attribute("href", &without.address())
            .attribute("data-artist", name);
        out.raw("><span dir=\"auto\">")
            .text(name)
            .raw("</span> <span class=\"count\">all again</span></a></li>");
    }
    let others = values
        .iter()
        .filter(|(name, _)| !wish.artists.contains(name));
    for (name, count) in others.take(NARROWING) {
        let mut narrowed = Wish {
            offset: 0,
            open: String::new(),
            ..wish.clone()
        };
        narrowed.artists.push(name.clone());
        out.raw("<li><a")
            .attribute("href", &narrowed.address())
            .attribute("data-artist", name);
        out.raw("><span dir=\"auto\">")
            .text(name)
            .raw("</span> <span class=\"count\">")
            .text(&grouped(*count))
            .raw("</span></a></li>");
    }
    out.raw("</ul>");
}

fn hits(out: &mut Html, wish: &Wish, view: &View) {
    let response = &view.response;
    out.raw("<ol class=\"tracks\">");
    let is_open = |hit: &Hit| hit.id == wish.open;
    if let Some(found) = view
        .open
        .as_ref()
        .filter(|_| !response.hits.iter().any(is_open))
    {
        // A link to an entry that is not among these.
        out.raw("<li class=\"track open\"")
            .attribute("data-id", &found.entry.id)
            .raw(">");
        heading(
            out,
            wish,
            "",
            &found.entry.id,
            &title_of(found),
            year(&found.entry.keys),
        );
        opened(out, found);
        out.raw("</li>");
    }
    for hit in &response.hits {
        let found = view.open.as_ref().filter(|_| is_open(hit));
        out.raw(if found.is_some() {
            "<li class=\"track open\""
        } else {
            "<li class=\"track\""
        });
        out.attribute("data-id", &hit.id).raw(">");
        let title = marked(&hit.highlight, "title", &hit.entry.title);
        heading(
            out,
            wish,
            &hit.position.to_string(),
            &hit.id,
            &title,
            year(&hit.entry.keys),
        );
        match found {
            Some(found) => opened(out, found),
            None => closed(out, hit),
        }
        out.raw("</li>");
    }
    out.raw("</ol>");
    let next = response.offset + response.hits.len();
    if (next as u64) < response.total && response.hits.len() == SHOWN {
        let more = Wish {
            offset: next,
            open: String::new(),
            ..wish.clone()
        };
        out.raw("<p class=\"more\"><a id=\"more\"")
            .attribute("href", &more.address())
            .raw(">More</a></p>");
    }
}

fn heading(
    out: &mut Html,
    wish: &Wish,
    number: &str,
    id: &str,
    title: &[Fragment],
    year: Option<String>,
) {
    let target = Wish {
        open: if wish.open == id {
            String::new()
        } else {
            id.to_owned()
        },
        ..wish.clone()
    };
    out.raw("<div class=\"line\"><span class=\"position\" aria-hidden=\"true\">")
        .text(number)
        .raw("</span><h3><a dir=\"auto\"");
    out.attribute("href", &target.address())
        .attribute(
            "aria-expanded",
            if wish.open == id { "true" } else { "false" },
        )
        .raw(">");
    for fragment in title {
        out.pieces(fragment);
    }
    out.raw("</a></h3>");
    if let Some(year) = year {
        out.raw("<span class=\"year\">").text(&year).raw("</span>");
    }
    out.raw("</div>");
}

fn year(keys: &serde_json::Map<String, Value>) -> Option<String> {
    match keys.get("year")? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if text.chars().count() <= 12 => Some(text.clone()),
        _ => None,
    }
}

fn title_of(found: &Found) -> Vec<Fragment> {
    marked(&found.marked, "title", &found.entry.title)
}

/// The fragments of a field, or its plain text.
fn marked(highlight: &[(String, Vec<Fragment>)], field: &str, text: &str) -> Vec<Fragment> {
    let known = highlight.iter().find(|(name, _)| name == field);
    known.map_or_else(|| vec![plain(text)], |(_, fragments)| fragments.clone())
}

fn plain(text: &str) -> Fragment {
    vec![crate::search::response::Piece {
        text: text.to_owned(),
        matched: false,
    }]
}

fn text_of(fragment: &Fragment) -> String {
    fragment.iter().map(|piece| piece.text.as_str()).collect()
}

/// The names: those that matched, and some of the others.
fn credits(out: &mut Html, names: &[String], highlight: &[(String, Vec<Fragment>)], most: usize) {
    if names.is_empty() {
        return;
    }
    let known = highlight
        .iter()
        .find(|(field, _)| field == "artists")
        .map_or(&[][..], |(_, fragments)| fragments);
    let mut left_out = 0;
    let mut shown = 0;
    out.raw("<p class=\"credits\">");
    for name in names {
        let fragment = known.iter().find(|fragment| text_of(fragment) == *name);
        let is_match = fragment.is_some_and(|fragment| fragment.iter().any(|piece| piece.matched));
        if shown >= most && !is_match {
            left_out += 1;
            continue;
        }
        shown += 1;
        out.raw("<bdi>")
            .pieces(fragment.unwrap_or(&plain(name)))
            .raw("</bdi>");
    }
    if left_out > 0 {
        out.raw("<span>and ")
            .number(left_out)
            .raw(if left_out == 1 { " other" } else { " others" })
            .raw("</span>");
    }
    out.raw("</p>");
}

fn closed(out: &mut Html, hit: &Hit) {
    credits(out, &hit.entry.artists, &hit.highlight, CREDITED);
    for (field, fragments) in hit
        .highlight
        .iter()
        .filter(|(field, _)| field != "title" && field != "artists")
    {
        for fragment in fragments {
            out.raw("<p class=\"passage\" dir=\"auto\">");
            if field != "prose" {
                out.raw("<span class=\"field\">")
                    .text(field)
                    .raw("</span> ");
            }
            out.pieces(fragment).raw("</p>");
        }
    }
}

/// The whole entry.
fn opened(out: &mut Html, found: &Found) {
    let entry = &found.entry;
    credits(out, &entry.artists, &found.marked, usize::MAX);
    out.raw("<div class=\"liner\"><div class=\"prose\">");
    let prose = found.marked.iter().find(|(field, _)| field == "prose");
    for fragment in prose.map_or(&[][..], |(_, fragments)| fragments) {
        for paragraph in paragraphs(fragment) {
            out.raw("<p dir=\"auto\">").pieces(&paragraph).raw("</p>");
        }
    }
    out.raw("</div><dl>");
    for (key, value) in &entry.keys {
        out.raw("<div><dt>").text(key).raw("</dt><dd>");
        match found.marked.iter().find(|(field, _)| field == key) {
            Some((_, fragments)) if value.is_string() => {
                for fragment in fragments {
                    out.raw("<bdi>").pieces(fragment).raw("</bdi>");
                }
            }
            _ => values(out, value),
        }
        out.raw("</dd></div>");
    }
    if !entry.aliases.is_empty() {
        out.raw("<div><dt>also</dt><dd>");
        for name in &entry.aliases {
            out.raw("<bdi>").text(name).raw("</bdi>");
        }
        out.raw("</dd></div>");
    }
    if let Some(source) = &found.source {
        out.raw("<div><dt>file</dt><dd><bdi>")
            .text(&source.path)
            .raw(":")
            .number(source.line)
            .raw("</bdi></dd></div>");
    }
    out.raw("</dl></div>");
}

/// A text in paragraphs, its pieces kept.
fn paragraphs(fragment: &Fragment) -> Vec<Fragment> {
    let mut paragraphs = vec![Fragment::new()];
    for piece in fragment {
        for (at, part) in piece.text.split("\n\n").enumerate() {
            if at > 0 {
                paragraphs.push(Fragment::new());
            }
            if let Some(last) = paragraphs.last_mut().filter(|_| !part.is_empty()) {
                let mut piece = piece.clone();
                piece.text = part.to_owned();
                last.push(piece);
            }
        }
    }
    paragraphs.retain(|paragraph| !text_of(paragraph).trim().is_empty());
    paragraphs
}

/// A value as text; a list item by item; an address of the web as a link.
fn values(out: &mut Html, value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| values(out, item)),
        Value::String(text) if is_link(text) => {
            out.raw("<a rel=\"noopener noreferrer\"")
                .attribute("href", text)
                .raw("><bdi>")
                .text(text)
                .raw("</bdi></a>");
        }
        Value::String(text) => {
            out.raw("<bdi>").text(text).raw("</bdi>");
        }
        other => {
            out.raw("<bdi>").text(&other.to_string()).raw("</bdi>");
        }
    }
}

/// Whether a text is an address that may be followed: never `javascript:` and its like.
fn is_link(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty())
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn landing(out: &mut Html, wish: &Wish, view: &View) {
    out.raw("<p id=\"status\" role=\"status\"></p>\n<div id=\"remarks\"></div>\n<div class=\"body blank\">\n<nav id=\"artists\" aria-label=\"Artists\"></nav>\n<section id=\"results\" aria-label=\"Results\" tabindex=\"-1\">");
    if let Some(found) = &view.open {
        out.raw("<ol class=\"tracks\"><li class=\"track open\"")
            .attribute("data-id", &found.entry.id)
            .raw(">");
        heading(
            out,
            wish,
            "",
            &found.entry.id,
            &title_of(found),
            year(&found.entry.keys),
        );
        opened(out, found);
        out.raw("</li></ol>");
    }
    out.raw("<div class=\"landing\"><div><h2>Most credited</h2><p class=\"names\">");
    let values = view
        .response
        .facets
        .first()
        .map_or(&[][..], |facet| &facet.values);
    for (name, count) in values.iter().take(40) {
        let query = format!("artist:\"{}\"", name.replace(['"', '\\'], " "));
        let link = Wish {
            query: query.clone(),
            sort: "score".to_owned(),
            ..Wish::default()
        };
        out.raw("<a class=\"mend\"")
            .attribute("href", &link.address())
            .attribute("data-query", &query);
        out.raw("><bdi>")
            .text(name)
            .raw("</bdi> <span class=\"count\">")
            .text(&grouped(*count))
            .raw("</span></a> ");
    }
    out.raw("</p></div><div><h2>How to ask</h2>")
        .raw(CRIB)
        .raw("</div></div></section>\n</div>\n");
}

/// The query language on one card.
const CRIB: &str = "<dl class=\"crib\">\
<div><dt>lou reed</dt><dd>either word; both together rank higher</dd></div>\
<div><dt>\"thin white duke\"</dt><dd>these words, in this order</dd></div>\
<div><dt>kubri*</dt><dd>words that begin like this</dd></div>\
<div><dt>artist:bowie</dt><dd>in one field</dd></div>\
<div><dt>+strauss -richard</dt><dd>with the one, without the other</dd></div>\
<div><dt>year:1970..1979</dt><dd>between two numbers</dd></div>\
</dl>";

fn nothing(out: &mut Html, wish: &Wish) {
    out.raw("<div class=\"state\"><h2>Not in this collection</h2><p>No write-up has ");
    out.raw("<q dir=\"auto\">").text(&wish.query).raw("</q>");
    if !wish.artists.is_empty() {
        let wider = Wish {
            artists: Vec::new(),
            open: String::new(),
            ..wish.clone()
        };
        out.raw(" with the artists chosen. <a class=\"widen\"")
            .attribute("href", &wider.address())
            .raw(">Search with all artists</a>");
    } else {
        out.raw(". Fewer or other words may find it; a word’s beginning and a star finds all that begin so.");
    }
    out.raw("</p></div>");
}

/// The headings of what can be wrong; `page/draw.js` has the same.
fn trouble(out: &mut Html, problem: &Problem) {
    let heading = match problem.kind {
        "missing" => "Nothing on the turntable",
        "token" => "Members only",
        "busy" | "too-long" => "One moment",
        "usage" => "That is too much at once",
        _ => "The needle skipped",
    };
    out.raw("<p id=\"status\" role=\"status\"></p>\n<div id=\"remarks\"></div>\n<div class=\"body blank\">\n<nav id=\"artists\" aria-label=\"Artists\"></nav>\n<section id=\"results\" aria-label=\"Results\" tabindex=\"-1\"><div class=\"state\"");
    out.attribute("data-kind", problem.kind)
        .raw("><h2>")
        .raw(heading)
        .raw("</h2><p>")
        .text(&problem.message)
        .raw("</p>");
    if let Some(hint) = &problem.hint {
        out.raw("<p class=\"hint\">").text(hint).raw("</p>");
    }
    out.raw("</div></section>\n</div>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::response::Piece;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        assert!(is_link("https://example.org/a?b=c") && is_link("http://example.org"));
        for text in [
            "javascript:alert(1)",
            "https://",
            "data:text/html,x",
            "//example.org",
            "https://a b",
            " https://a",
            "HTTPS://x\n",
        ] {
            assert!(!is_link(text), "{text}");
        }
    }

    #[test]
    fn a_text_falls_into_paragraphs_with_its_marks() {
        let piece = |text: &str, matched| Piece {
            text: text.to_owned(),
            matched,
        };
        let fragment = vec![
            piece("One ", false),
            piece("two\n\nthree", true),
            piece("\n\n\n\nfour", false),
        ];
        let found = paragraphs(&fragment);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0], [piece("One ", false), piece("two", true)]);
        assert_eq!(found[1], [piece("three", true)]);
        assert_eq!(found[2], [piece("four", false)]);
    }
}
