//! Which key of a file goes into which field of an entry.
//!
//! A mapping (our field = the file's key) is turned round here, since a file is read key by key.

use std::collections::BTreeMap;

use serde_json::Value;

/// A field of an entry, as the value of some key is put into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot<'p> {
    /// `title`
    Title,
    /// `artists`, also written `artist`
    Artists,
    /// `prose`
    Prose,
    /// `aliases`
    Aliases,
    /// `id`
    Id,
    /// A further key that must be a number: `rank`, `year`.
    Number(&'p str),
    /// Any further key.
    Key(&'p str),
}

impl Slot<'_> {
    /// The slot of the field of this name.
    pub fn named(field: &str) -> Slot<'_> {
        match field {
            "title" => Slot::Title,
            "artists" | "artist" => Slot::Artists,
            "prose" => Slot::Prose,
            "aliases" => Slot::Aliases,
            "id" => Slot::Id,
            "rank" | "year" => Slot::Number(field),
            _ => Slot::Key(field),
        }
    }

    /// The name of the field.
    pub fn name(&self) -> &str {
        match self {
            Slot::Title => "title",
            Slot::Artists => "artists",
            Slot::Prose => "prose",
            Slot::Aliases => "aliases",
            Slot::Id => "id",
            Slot::Number(name) | Slot::Key(name) => name,
        }
    }
}

/// A mapping, by the keys of the file.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    routes: Vec<Route>,
}

/// One key of the file and the field it goes to.
#[derive(Debug, Clone)]
pub struct Route {
    field: String,
    /// The key as the settings have it: `credits.cast`. A key of exactly this name is meant first.
    pub key: String,
    /// The key and those within it: `credits`, `cast`.
    path: Vec<String>,
}

impl Route {
    /// The field its value goes to.
    pub fn slot(&self) -> Slot<'_> {
        Slot::named(&self.field)
    }

    /// Whether this is about the value under the top-level key `key`, or about something within it.
    fn concerns(&self, key: &str) -> bool {
        self.key == key || self.path[0] == key
    }

    /// The keys below the top-level `key` that lead to the value; none when it is the value.
    pub fn below(&self, key: &str) -> &[String] {
        if self.key == key {
            &[]
        } else {
            &self.path[1..]
        }
    }
}

impl Plan {
    /// The plan of a mapping of our fields to the file's keys.
    pub fn new(mapping: &BTreeMap<String, String>) -> Plan {
        let route = |(field, key): (&String, &String)| Route {
            field: field.clone(),
            key: key.clone(),
            path: key.split('.').map(str::to_owned).collect(),
        };
        Plan {
            routes: mapping.iter().map(route).collect(),
        }
    }

    /// The routes that take something from the top-level key `key`.
    pub fn routes<'p>(&'p self, key: &str) -> impl Iterator<Item = &'p Route> + Clone {
        self.routes.iter().filter(move |route| route.concerns(key))
    }

    /// Where the value of `key` goes: where it is mapped to, or else its own name.
    pub fn slots<'p>(&'p self, key: &'p str) -> Vec<Slot<'p>> {
        let mapped: Vec<Slot<'p>> = self
            .routes(key)
            .filter(|route| route.below(key).is_empty())
            .map(Route::slot)
            .collect();
        if mapped.is_empty() {
            vec![Slot::named(key)]
        } else {
            mapped
        }
    }

    /// The key that `field` is mapped to.
    pub fn key_of<'p>(&'p self, field: &str) -> Option<&'p str> {
        let route = self
            .routes
            .iter()
            .find(|route| route.slot().name() == field);
        route.map(|route| route.key.as_str())
    }
}

/// Takes what stands under `path` out of `value`. In a list it takes it out of every item.
pub fn take(value: &mut Value, path: &[String]) -> Option<Value> {
    let Some((key, below)) = path.split_first() else {
        return Some(value.take());
    };
    match value {
        Value::Object(object) => {
            let taken = take(object.get_mut(key)?, below);
            if object.get(key).is_some_and(is_hollow) {
                object.shift_remove(key);
            }
            taken
        }
        Value::Array(items) => {
            let taken: Vec<Value> = items
                .iter_mut()
                .filter_map(|item| take(item, path))
                .collect();
            items.retain(|item| !is_hollow(item));
            (!taken.is_empty()).then_some(Value::Array(taken))
        }
        _ => None,
    }
}

/// Whether nothing is left in a value out of which something was taken.
pub fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(object) => object.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn taken(mut value: Value, path: &str) -> (Option<Value>, Value) {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        (take(&mut value, &path), value)
    }

    #[test]
    fn a_path_reaches_into_objects_and_lists() {
        assert_eq!(
            taken(json!({"cast": ["A"], "crew": 3}), "cast"),
            (Some(json!(["A"])), json!({"crew": 3}))
        );
        assert_eq!(
            taken(
                json!([{"name": "A"}, {"name": "B", "role": "x"}, {}]),
                "name"
            ),
            (Some(json!(["A", "B"])), json!([{"role": "x"}]))
        );
        assert_eq!(
            taken(json!({"a": {"b": "x"}}), "a.b"),
            (Some(json!("x")), json!({}))
        );
        assert_eq!(taken(json!({"a": 1}), "a.b"), (None, json!({"a": 1})));
        assert_eq!(taken(json!("text"), "a"), (None, json!("text")));
    }

    #[test]
    fn a_mapped_key_no_longer_goes_by_its_own_name() {
        let mapping = [("artists", "cast"), ("id", "href"), ("url", "href")]
            .map(|(field, key)| (field.to_owned(), key.to_owned()));
        let plan = Plan::new(&mapping.into());
        assert_eq!(plan.slots("cast"), [Slot::Artists]);
        assert_eq!(plan.slots("href"), [Slot::Id, Slot::Key("url")]);
        assert_eq!(plan.slots("artist"), [Slot::Artists]);
        assert_eq!(plan.slots("year"), [Slot::Number("year")]);
        assert_eq!(plan.slots("genres"), [Slot::Key("genres")]);
        assert_eq!(plan.key_of("artists"), Some("cast"));
        assert_eq!(plan.key_of("title"), None);
    }
}
