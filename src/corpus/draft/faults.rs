//! Mistakes in an entry and the words for them.

use serde_json::{Map, Value};

use super::plan::Slot;

/// One mistake in an entry.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file's key whose value is wrong; `None` when it is the entry as a whole.
    pub key: Option<String>,
    /// The item of the value, from 0, when it is a list and only one is wrong.
    pub item: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

/// Where a value comes from.
#[derive(Clone, Copy)]
pub struct Origin<'k> {
    /// The file's key.
    pub key: &'k str,
    pub is_mapped: bool,
}

impl Origin<'_> {
    /// The name of the field, and the file's own name for it where that is another.
    pub fn label(self, slot: Slot<'_>) -> String {
        if self.is_mapped && self.key != slot.name() {
            format!("{} (`{}`)", slot.name(), self.key)
        } else {
            self.key.to_owned()
        }
    }
}

/// What to say about a value where a text was expected, and what to do about it.
pub fn wrong_text(
    slot: Slot<'_>,
    origin: Origin<'_>,
    item: Option<usize>,
    kind: &str,
) -> (String, &'static str) {
    let label = origin.label(slot);
    let message = match (slot, item) {
        (_, Some(item)) => format!("item {} of {label} should be a text, not {kind}", item + 1),
        (Slot::Artists | Slot::Aliases, None) => {
            format!("{label} should be a list of names or one name, not {kind}")
        }
        (Slot::Id, None) => format!("{label} should be a text or a number, not {kind}"),
        (_, None) => format!("{label} should be a text, not {kind}"),
    };
    let hint = match (slot, kind) {
        (Slot::Title, "a list") => "give one title; other names go under `aliases`",
        (_, "a number" | "true or false") => "put it in quotes",
        (_, "an object") => "what is within it is reached with a dotted key: --map FIELD=KEY.KEY",
        _ => "",
    };
    (message, hint)
}

/// What to do about a missing title, given the keys that there are.
pub fn title_hint(keys: &Map<String, Value>) -> String {
    let could_be = |key: &&String| {
        let key = key.to_lowercase();
        let names = [
            "title", "titel", "titre", "titulo", "name", "film", "movie", "album",
        ];
        names.contains(&key.as_str())
    };
    match keys.keys().find(could_be) {
        Some(key) => format!("if `{key}` is the title, say so: --map title={key}"),
        None if keys.is_empty() => "every entry needs one: {\"title\": \"…\"}".to_owned(),
        None => {
            let keys: Vec<String> = keys.keys().take(8).map(|key| format!("`{key}`")).collect();
            let keys = keys.join(", ");
            format!("every entry needs one; if one of {keys} is it, say so: --map title=KEY")
        }
    }
}
