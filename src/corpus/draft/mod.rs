//! An entry in the making: keys come one by one, from whatever format, and mistakes are gathered.
//!
//! JSON is read straight into the draft; front matter and table rows come as JSON values and take the same way.

pub mod faults;
mod field;
pub mod plan;
pub mod texts;
pub mod values;
mod visit;

use serde::de::{Deserialize, DeserializeSeed, Deserializer};
use serde_json::{Map, Value};

use crate::corpus::{Identity, Parsed, ids};
use crate::entry::Entry;
use faults::{Fault, Origin, title_hint, wrong_text};
use field::Field;
use plan::{Plan, Slot, is_hollow, take};
use texts::{Found, Numbers, Texts, Wrong};
use values::{drop_nulls, excerpt, kind_of, number_of, trimmed};
use visit::{AnyValue, NextValue, Once, Put};

/// The longest id, in bytes: it must fit into one term of the index with room to spare.
const MAX_ID: usize = 4096;

/// An entry in the making.
pub struct Draft<'p> {
    plan: &'p Plan,
    /// Which numbers pass for text in this format.
    numbers: Numbers,
    title: Field<String>,
    artists: Field<Vec<String>>,
    prose: Field<String>,
    aliases: Field<Vec<String>>,
    id: Field<String>,
    keys: Map<String, Value>,
    /// Which of `keys` were put there by the mapping: the file's own keys of those names give way to them.
    mapped: Vec<String>,
    /// The top-level keys of the file that had a value, if someone wants to know.
    seen: Option<Vec<String>>,
    blank_title: Option<String>,
    faults: Vec<Fault>,
}

impl<'p> Draft<'p> {
    /// An empty draft.
    pub fn new(plan: &'p Plan, numbers: Numbers) -> Draft<'p> {
        Draft {
            plan,
            numbers,
            title: Field::default(),
            artists: Field::default(),
            prose: Field::default(),
            aliases: Field::default(),
            id: Field::default(),
            keys: Map::new(),
            mapped: Vec::new(),
            seen: None,
            blank_title: None,
            faults: Vec::new(),
        }
    }

    /// The same draft, remembering which keys have a value: for [`Draft::add_around`].
    pub fn remembering(mut self) -> Draft<'p> {
        self.seen = Some(Vec::new());
        self
    }

    /// Gives the entry the keys of the list around it that it lacks.
    pub fn add_around(&mut self, around: &Map<String, Value>) {
        let seen = self.seen.take().unwrap_or_default();
        for (key, value) in around {
            if !seen.contains(key) {
                self.add(key, value.clone());
            }
        }
    }

    /// Adds the value of a key.
    pub fn add(&mut self, key: &str, value: Value) {
        // A value that exists can be read: serde_json has no other errors to give here.
        let _ = self.member(key, &mut Once(Some(value)));
    }

    /// Adds the text of a document: its `heading` is the title if there is none yet, its prose follows on any that is
    /// there.
    pub fn add_body(&mut self, heading: Option<String>, prose: &str) {
        if self.title.value.is_none() {
            self.title.value = heading.filter(|heading| !heading.is_empty());
        }
        if prose.is_empty() {
            return;
        }
        match &mut self.prose.value {
            Some(before) => {
                before.push_str("\n\n");
                before.push_str(prose);
            }
            none => *none = Some(prose.to_owned()),
        }
    }

    /// The title so far.
    pub fn title(&self) -> Option<&str> {
        self.title.value.as_deref()
    }

    /// Notes a mistake.
    fn fault(&mut self, key: &str, item: Option<usize>, message: String, hint: &str) {
        self.faults.push(Fault {
            key: Some(key.to_owned()),
            item,
            message,
            hint: hint.to_owned(),
        });
    }

    /// Takes the next value of `map`, which stands under `key`.
    pub fn member<'de, A: NextValue<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let plan = self.plan;
        let mut routes = plan.routes(key);
        let origin = |is_mapped| Origin { key, is_mapped };
        match (routes.next(), routes.next()) {
            (None, _) => {
                let slot = Slot::named(key);
                map.next(Put(self, slot, origin(false)))
            }
            (Some(route), None) if route.below(key).is_empty() => {
                map.next(Put(self, route.slot(), origin(true)))
            }
            _ => {
                let value = map.next(AnyValue)?;
                self.distribute(key, value);
                Ok(())
            }
        }
    }

    /// Gives a value, or what is within it, to several fields; what then remains of it is kept under its own key.
    fn distribute(&mut self, key: &str, mut value: Value) {
        if value.is_null() {
            return;
        }
        self.remember(Origin {
            key,
            is_mapped: false,
        });
        let plan = self.plan;
        let whole = value.clone();
        let mut is_whole_mapped = false;
        for route in plan.routes(key) {
            let below = route.below(key);
            let (part, origin) = if below.is_empty() {
                is_whole_mapped = true;
                (Some(whole.clone()), key)
            } else {
                (take(&mut value, below), route.key.as_str())
            };
            let origin = Origin {
                key: origin,
                is_mapped: true,
            };
            if let Some(part) = part {
                let _ = self.put(route.slot(), origin, part);
            }
        }
        // What remains of a value under one of our own names has lost the shape that the name stands for.
        let is_ours = !matches!(Slot::named(key), Slot::Key(_));
        if !is_whole_mapped && !is_hollow(&value) && (value == whole || !is_ours) {
            let is_mapped = false;
            let _ = self.put(Slot::named(key), Origin { key, is_mapped }, value);
        }
    }

    /// Puts a value into a field.
    pub fn put<'de, D>(
        &mut self,
        slot: Slot<'_>,
        origin: Origin<'_>,
        value: D,
    ) -> Result<(), D::Error>
    where
        D: Deserializer<'de>,
    {
        match slot {
            Slot::Title => {
                if let Found::One(text) = self.texts(slot, origin, false, value)? {
                    self.put_title(origin, trimmed(text));
                }
            }
            Slot::Prose => {
                let text = match self.texts(slot, origin, true, value)? {
                    Found::Nothing => return Ok(()),
                    Found::One(text) => trimmed(text),
                    Found::Many(texts) => texts.join("\n\n").trim().to_owned(),
                };
                if !text.is_empty() {
                    self.once(|draft| &mut draft.prose, slot, origin, text);
                }
            }
            Slot::Artists | Slot::Aliases => {
                let names = match self.texts(slot, origin, true, value)? {
                    Found::Nothing => return Ok(()),
                    Found::One(text) => vec![text],
                    Found::Many(texts) => texts,
                };
                let field = match slot {
                    Slot::Artists => &mut self.artists,
                    _ => &mut self.aliases,
                };
                field.extend(names, origin.is_mapped);
            }
            Slot::Id => {
                if let Found::One(text) = self.texts(slot, origin, false, value)? {
                    self.put_id(origin, trimmed(text));
                }
            }
            Slot::Number(name) => {
                let value = Value::deserialize(value)?;
                self.put_number(name, origin, value);
            }
            Slot::Key(name) => {
                let value = Value::deserialize(value)?;
                self.put_key(name, origin, value);
            }
        }
        Ok(())
    }

    /// Reads texts and turns what is wrong about them into faults.
    fn texts<'de, D: Deserializer<'de>>(
        &mut self,
        slot: Slot<'_>,
        origin: Origin<'_>,
        lists: bool,
        value: D,
    ) -> Result<Found, D::Error> {
        let numbers = match slot {
            Slot::Id => Numbers::All,
            _ => self.numbers,
        };
        let mut wrong = Vec::new();
        let texts = Texts {
            lists,
            numbers,
            wrong: &mut wrong,
            item: None,
        };
        let found = texts.deserialize(value)?;
        if !matches!(found, Found::Nothing) || !wrong.is_empty() {
            self.remember(origin);
        }
        for Wrong { item, kind } in wrong {
            let (message, hint) = wrong_text(slot, origin, item, kind);
            self.fault(origin.key, item, message, hint);
        }
        Ok(found)
    }

    fn put_title(&mut self, origin: Origin<'_>, text: String) {
        if text.is_empty() {
            self.blank_title = Some(origin.key.to_owned());
        } else {
            self.once(|draft| &mut draft.title, Slot::Title, origin, text);
        }
    }

    fn put_id(&mut self, origin: Origin<'_>, text: String) {
        if text.len() > MAX_ID {
            let message = format!("{} is longer than {MAX_ID} bytes", origin.label(Slot::Id));
            let hint = "leave it out: an id is then made from file and title";
            self.fault(origin.key, None, message, hint);
        } else if !text.is_empty() {
            self.once(|draft| &mut draft.id, Slot::Id, origin, text);
        }
    }

    /// Fills a field that has one value: what is mapped goes over what is not, and two of a kind are a mistake.
    fn once<T>(
        &mut self,
        field: impl Fn(&mut Self) -> &mut Field<T>,
        slot: Slot<'_>,
        origin: Origin<'_>,
        value: T,
    ) {
        let is_mapped = origin.is_mapped;
        let held = field(self);
        if held.value.is_some() && held.is_mapped == is_mapped {
            self.twice(slot, origin);
        } else if held.value.is_none() || is_mapped {
            *held = Field {
                value: Some(value),
                is_mapped,
            };
        }
    }

    fn twice(&mut self, slot: Slot<'_>, origin: Origin<'_>) {
        let message = format!("{} is given twice", origin.label(slot));
        self.fault(origin.key, None, message, "keep one of them");
    }

    fn put_number(&mut self, name: &str, origin: Origin<'_>, value: Value) {
        let what = match &value {
            Value::Null | Value::Number(_) => return self.put_key(name, origin, value),
            Value::String(text) if text.trim().is_empty() => return,
            Value::String(text) => match number_of(text.trim()) {
                Some(number) => return self.put_key(name, origin, number),
                None => format!("`{}`", excerpt(text)),
            },
            other => kind_of(other).to_owned(),
        };
        self.remember(origin);
        let message = format!(
            "{} should be a number, not {what}",
            origin.label(Slot::Number(name))
        );
        self.fault(
            origin.key,
            None,
            message,
            "give the number alone, such as 1998",
        );
    }

    fn put_key(&mut self, name: &str, origin: Origin<'_>, mut value: Value) {
        drop_nulls(&mut value);
        if value.is_null() {
            return;
        }
        self.remember(origin);
        if self.keys.is_empty() {
            // Room for the keys of most entries at once.
            self.keys = Map::with_capacity(8);
        }
        let was_mapped = self.mapped.iter().any(|mapped| mapped == name);
        match (origin.is_mapped, was_mapped) {
            (false, true) => {}
            (true, false) => {
                self.mapped.push(name.to_owned());
                self.keys.insert(name.to_owned(), value);
            }
            _ => {
                if self.keys.insert(name.to_owned(), value).is_some() {
                    self.twice(Slot::Key(name), origin);
                }
            }
        }
    }

    fn remember(&mut self, origin: Origin<'_>) {
        if let Some(seen) = &mut self.seen {
            seen.push(origin.key.to_owned());
        }
    }

    /// The entry, its id made for a file of the stem given if it has none; or all that is wrong with it.
    pub fn finish(mut self, stem: &str) -> Result<Parsed, Vec<Fault>> {
        let title = match self.title.value.take() {
            Some(title) if self.faults.is_empty() => title,
            Some(_) => return Err(self.faults),
            // What has an id can be told from all others: a title left blank loses nothing. The store says so.
            None if self.has_blank_title() => String::new(),
            None => {
                self.fault_title();
                return Err(self.faults);
            }
        };
        let (id, identity) = match self.id.value {
            Some(id) if self.id.is_mapped => (id, Identity::Mapped),
            Some(id) => (id, Identity::Given),
            None => (ids::made(stem, &title), Identity::Made),
        };
        Ok(Parsed {
            entry: Entry {
                id,
                title,
                artists: self.artists.value.unwrap_or_default(),
                prose: self.prose.value.unwrap_or_default(),
                aliases: self.aliases.value.unwrap_or_default(),
                keys: self.keys,
            },
            identity,
        })
    }

    /// Whether the only thing amiss is that an entry with an id has its title left blank.
    fn has_blank_title(&self) -> bool {
        self.blank_title.is_some() && self.id.value.is_some() && self.faults.is_empty()
    }

    /// Says that there is no title, unless something else was wrong with it already.
    fn fault_title(&mut self) {
        let key = self.plan.key_of("title").unwrap_or("title");
        if self
            .faults
            .iter()
            .any(|fault| fault.key.as_deref() == Some(key))
        {
            return;
        }
        let what = if self.blank_title.is_some() {
            "blank"
        } else {
            "missing"
        };
        let message = match key {
            "title" => format!("title is {what}"),
            key => format!("title (`{key}`) is {what}"),
        };
        self.faults.push(Fault {
            key: self.blank_title.take(),
            item: None,
            message,
            hint: title_hint(&self.keys),
        });
    }

    /// Says that what stands where an entry should is something else.
    pub fn no_object(&mut self, kind: &str) {
        self.faults.push(Fault {
            key: None,
            item: None,
            message: format!("an entry should be an object, not {kind}"),
            hint: "such as {\"title\": \"Velvet Goldmine\", \"year\": 1998}".to_owned(),
        });
        // So that no title is missed as well.
        self.title.value = Some(String::new());
    }
}
