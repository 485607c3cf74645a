//! Reading a text, or a list of texts, from any format, without tripping over what is neither.
//!
//! serde stops at the first wrong type. An entry should have all of its mistakes named at once, so a wrong type is
//! taken in stride here and noted.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What stood where texts were expected.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing: `null`, or something wrong that has been noted.
    Nothing,
    /// A text.
    One(String),
    /// A list of texts.
    Many(Vec<String>),
}

/// A value of the wrong type.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The item of the list, from 0; `None` when the value itself is wrong.
    pub item: Option<usize>,
    /// What it is: `a number`.
    pub kind: &'static str,
}

/// Which numbers pass for the text they are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// None.
    Refuse,
    /// Whole ones: a plain `1917` in YAML is meant as a title, for all that YAML thinks.
    Whole,
    /// All: for an id.
    All,
}

/// Reads a text, or a list of texts where `lists` allows it, and notes what is `wrong`.
pub struct Texts<'w> {
    pub lists: bool,
    pub numbers: Numbers,
    pub wrong: &'w mut Vec<Wrong>,
    pub item: Option<usize>,
}

impl Texts<'_> {
    fn note(&mut self, kind: &'static str) -> Found {
        self.wrong.push(Wrong {
            item: self.item,
            kind,
        });
        Found::Nothing
    }

    fn number(&mut self, least: Numbers, number: impl ToString) -> Found {
        if self.numbers == Numbers::All || self.numbers == least {
            Found::One(number.to_string())
        } else {
            self.note("a number")
        }
    }
}

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        Ok(Found::One(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Found, E> {
        Ok(Found::One(text))
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_bool<E>(mut self, _: bool) -> Result<Found, E> {
        Ok(self.note("true or false"))
    }

    fn visit_i64<E>(mut self, number: i64) -> Result<Found, E> {
        Ok(self.number(Numbers::Whole, number))
    }

    fn visit_u64<E>(mut self, number: u64) -> Result<Found, E> {
        Ok(self.number(Numbers::Whole, number))
    }

    fn visit_f64<E>(mut self, number: f64) -> Result<Found, E> {
        Ok(self.number(Numbers::All, number))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Found, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.note("an object"))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Found, A::Error> {
        if !self.lists {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(self.note("a list"));
        }
        let mut texts = Vec::new();
        for index in 0.. {
            let item = Texts {
                lists: false,
                numbers: self.numbers,
                wrong: &mut *self.wrong,
                item: Some(index),
            };
            match list.next_element_seed(item)? {
                Some(Found::One(text)) => texts.push(text),
                Some(_) => {}
                None => break,
            }
        }
        Ok(Found::Many(texts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        json: &str,
        lists: bool,
        numbers: Numbers,
    ) -> (Found, Vec<(Option<usize>, &'static str)>) {
        let mut wrong = Vec::new();
        let texts = Texts {
            lists,
            numbers,
            wrong: &mut wrong,
            item: None,
        };
        let found = texts
            .deserialize(&mut serde_json::Deserializer::from_str(json))
            .unwrap();
        (
            found,
            wrong
                .into_iter()
                .map(|wrong| (wrong.item, wrong.kind))
                .collect(),
        )
    }

    #[test]
    fn texts_are_read_and_all_else_is_noted() {
        let one = |text: &str| Found::One(text.to_owned());
        let many =
            |texts: &[&str]| Found::Many(texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(read(r#""a""#, true, Numbers::Refuse), (one("a"), vec![]));
        assert_eq!(
            read("null", true, Numbers::Refuse),
            (Found::Nothing, vec![])
        );
        assert_eq!(
            read(
                r#"["a", 3, null, ["b"], {"c": [1]}, "d", true]"#,
                true,
                Numbers::Refuse
            ),
            (
                many(&["a", "d"]),
                vec![
                    (Some(1), "a number"),
                    (Some(3), "a list"),
                    (Some(4), "an object"),
                    (Some(6), "true or false")
                ]
            )
        );
        assert_eq!(
            read(r#"["a"]"#, false, Numbers::Refuse),
            (Found::Nothing, vec![(None, "a list")])
        );
        assert_eq!(read("1917", false, Numbers::Refuse).1, [(None, "a number")]);
        assert_eq!(read("1917", false, Numbers::Whole), (one("1917"), vec![]));
        assert_eq!(read("8.5", false, Numbers::Whole).1, [(None, "a number")]);
        assert_eq!(read("-8.5", false, Numbers::All), (one("-8.5"), vec![]));
    }
}
