//! Small questions about values.

use serde_json::Value;

/// A text without blanks around it; without a copy where there are none.
pub fn trimmed(text: String) -> String {
    let inner = text.trim();
    if inner.len() == text.len() {
        text
    } else {
        inner.to_owned()
    }
}

/// The number that a text is, if it is one that JSON has.
pub fn number_of(text: &str) -> Option<Value> {
    let text = text.strip_prefix('+').unwrap_or(text);
    serde_json::from_str(text).ok().filter(Value::is_number)
}

/// Takes every `null` out of a value: it says no more than its absence.
pub fn drop_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(drop_nulls);
        }
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        _ => {}
    }
}
/// The start of a text, to name it by.
pub fn excerpt(text: &str) -> String {
    const MOST: usize = 24;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// What a value is.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
