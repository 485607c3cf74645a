//! Broken JSON: where, what, and how to mend it.

use super::problem::Place;

/// What serde_json says, without the place (which it counts from the start of the record).
pub(super) fn message_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = match text.rsplit_once(" at line ") {
        Some((what, _)) => what,
        None => &text,
    };
    format!("broken JSON: {}", what.replace("EOF", "the end"))
}

/// What to do about broken JSON.
pub(super) fn hint_of(message: &str) -> &'static str {
    let hints = [
        (
            "control character",
            "a line break within a text is written \\n, a tab \\t",
        ),
        (
            "trailing comma",
            "remove the comma before the closing bracket",
        ),
        ("do not match", "close every bracket that was opened"),
        (
            "trailing characters",
            "a .json file holds one entry or one list; to have an entry a line, name it .jsonl",
        ),
        (
            "the end while parsing a string",
            "close the text with a quote",
        ),
        (
            "the end while parsing",
            "close every bracket that was opened",
        ),
        (
            "expected `,`",
            "put a comma between one value and the next, and close what was opened",
        ),
        (
            "key must be a string",
            "a key stands in double quotes; remove a comma too many",
        ),
        ("expected `:`", "a colon stands between a key and its value"),
        ("expected value", "a text stands in double quotes"),
        ("invalid escape", "a backslash in a text is written \\\\"),
        ("surrogate", "half a character; write the character itself"),
        (
            "recursion limit",
            "no entry needs so many brackets; 127 levels are read",
        ),
        ("number out of range", "put it in quotes"),
    ];
    let found = hints.iter().find(|(part, _)| message.contains(part));
    found.map_or("", |(_, hint)| hint)
}

/// The place of a serde_json error in `bytes`, which begin at `start`.
pub(super) fn place_of(error: &serde_json::Error, bytes: &[u8], start: Place) -> Place {
    let lines_before = error.line().saturating_sub(1);
    let line_start = match lines_before {
        0 => 0,
        count => memchr::memchr_iter(b'\n', bytes)
            .nth(count - 1)
            .map_or(bytes.len(), |at| at + 1),
    };
    let before = (line_start + error.column().saturating_sub(1)).min(bytes.len());
    start.behind(&bytes[..before])
}
