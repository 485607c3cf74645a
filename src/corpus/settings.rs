//! What `needledrop.toml` and the flags say about a corpus.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use super::problem::{Place, Report, for_shell, shown};
use super::source;
use crate::analysis::Language;
use crate::error::{Error, Kind, Result};

/// The name of the settings' file, in the folder of a corpus or beside a corpus that is one file.
pub const FILE: &str = "needledrop.toml";

/// The keys of the settings' file.
const KEYS: [&str; 3] = ["language", "map", "aliases"];

/// How the files of a corpus are to be read. Equal settings read equal entries from equal files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Our field → the file's key for it (`artists` → `cast`). A dotted path reaches a nested key, in a list of each of
    /// its items.
    pub mapping: BTreeMap<String, String>,
    /// Whose word endings are folded together; English by default.
    pub language: Language,
    /// A name → the other names it is known by (`David Bowie` → `Ziggy Stardust`).
    pub aliases: BTreeMap<String, Vec<String>>,
}

impl Settings {
    /// What the file at `path` says, if there is one, and `mapping` (our field, the file's key) over it.
    ///
    /// # Errors
    /// [`Kind::Usage`] when either makes no sense; [`Kind::Io`] when the file cannot be read.
    pub(super) fn read(path: &Path, mapping: &[(String, String)]) -> Result<Settings> {
        let mut settings = match text_of(path)? {
            Some(text) => Settings::from_toml(path, &text)?,
            None => Settings::default(),
        };
        for (field, key) in mapping {
            let (field, key) = checked_route(field, key).map_err(|(what, hint)| {
                Error::new(Kind::Usage, format!("--map {field}={key}: {what}")).hint(hint)
            })?;
            settings.mapping.insert(field, key);
        }
        Ok(settings)
    }

    fn from_toml(path: &Path, text: &str) -> Result<Settings> {
        let at = |span: Range<usize>, what: &str, hint: &str| {
            let place = Place::START.behind(&text.as_bytes()[..span.start.min(text.len())]);
            let (line, column) = (place.line, place.column);
            let error = Error::new(
                Kind::Usage,
                format!("{}:{line}:{column}: {what}", shown(path)),
            );
            if hint.is_empty() {
                error
            } else {
                error.hint(hint)
            }
        };
        let table = DeTable::parse(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            at(
                span,
                &format!("broken TOML: {}", error.message()),
                "a line is `key = value`, and a text stands in quotes",
            )
        })?;
        let mut settings = Settings::default();
        for (key, value) in table.get_ref() {
            settings
                .take(key, value)
                .map_err(|mistake| at(mistake.span, &mistake.what, &mistake.hint))?;
        }
        Ok(settings)
    }

    fn take(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Taken<()> {
        match key.get_ref().as_ref() {
            "language" => self.language = language(value)?,
            "map" => {
                for (field, key) in table("map", value)? {
                    let text = text("the file's key for a field", key)?;
                    let (field, key) = checked_route(field.get_ref(), text)
                        .map_err(|(what, hint)| mistake(key.span(), what, hint))?;
                    self.mapping.insert(field, key);
                }
            }
            "aliases" => {
                for (name, others) in table("aliases", value)? {
                    self.aliases
                        .insert(name.get_ref().to_string(), texts(others)?);
                }
            }
            unknown => {
                let hint = match nearest(unknown, &KEYS) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("the keys are: {}", KEYS.join(", ")),
                };
                return Err(mistake(
                    key.span(),
                    format!("unknown key `{unknown}`"),
                    hint,
                ));
            }
        }
        Ok(())
    }
}

type Key<'t> = Spanned<std::borrow::Cow<'t, str>>;
type Taken<T> = std::result::Result<T, Mistake>;

/// Something wrong in the settings' file.
struct Mistake {
    span: Range<usize>,
    what: String,
    hint: String,
}

fn mistake(span: Range<usize>, what: impl Into<String>, hint: impl Into<String>) -> Mistake {
    Mistake {
        span,
        what: what.into(),
        hint: hint.into(),
    }
}

fn text_of(path: &Path) -> Result<Option<String>> {
    let bytes = match source::read_small(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Error::new(Kind::Io, format!("cannot read {}", shown(path)))
                .because(&error)
                .hint(format!("see: ls -l {}", for_shell(path))));
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.trim_start_matches('\u{feff}').to_owned())),
        Err(error) => {
            let mut report = Report::new(path);
            report.add_encoding(error.as_bytes(), Place::START);
            let what = report.problems.first().map(ToString::to_string);
            Err(Error::new(Kind::Usage, what.unwrap_or_default())
                .hint("write it as UTF-8 in your editor"))
        }
    }
}

fn language(value: &Spanned<DeValue<'_>>) -> Taken<Language> {
    let name = text("language", value)?;
    Language::from_name(&name.to_lowercase()).ok_or_else(|| {
        let hint = match nearest(name, Language::NAMES) {
            Some(known) => format!("did you mean \"{known}\"?"),
            None => format!("the languages are: {}", Language::NAMES.join(", ")),
        };
        mistake(value.span(), format!("unknown language `{name}`"), hint)
    })
}

fn text<'v>(what: &str, value: &'v Spanned<DeValue<'_>>) -> Taken<&'v str> {
    value.get_ref().as_str().ok_or_else(|| {
        let kind = value.get_ref().type_str();
        mistake(
            value.span(),
            format!("{what} should be a text in quotes, not of type {kind}"),
            "",
        )
    })
}

fn table<'v, 't>(what: &str, value: &'v Spanned<DeValue<'t>>) -> Taken<&'v DeTable<'t>> {
    value.get_ref().as_table().ok_or_else(|| {
        let kind = value.get_ref().type_str();
        let hint = format!("write a line [{what}], and below it a line for each");
        mistake(
            value.span(),
            format!("{what} should be a table, not of type {kind}"),
            hint,
        )
    })
}

fn texts(value: &Spanned<DeValue<'_>>) -> Taken<Vec<String>> {
    let what = "an alias";
    match value.get_ref().as_array() {
        None => Ok(vec![text(what, value)?.to_owned()]),
        Some(items) => items
            .iter()
            .map(|item| text(what, item).map(str::to_owned))
            .collect(),
    }
}

/// A field and a key as the mapping keeps them, or what is wrong with them and what to do.
fn checked_route(
    field: &str,
    key: &str,
) -> std::result::Result<(String, String), (String, String)> {
    let (field, key) = (field.trim(), key.trim());
    let example =
        "write our field, then the file's key for it: artists=cast, or prose=details.plot";
    if field.is_empty() || key.is_empty() {
        let missing = if field.is_empty() {
            "the field"
        } else {
            "the file's key"
        };
        return Err((format!("{missing} is missing"), example.to_owned()));
    }
    if key.split('.').any(str::is_empty) {
        return Err((format!("`{key}` has an empty part"), example.to_owned()));
    }
    if field.contains('.') {
        let hint = format!("the field is ours, the key is the file's: did you mean {key}={field}?");
        return Err((format!("a field has no dots, but `{field}` has"), hint));
    }
    let field = if field == "artist" { "artists" } else { field };
    Ok((field.to_owned(), key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(toml: &str) -> Result<Settings> {
        Settings::from_toml(Path::new("corpus/needledrop.toml"), toml)
    }

    #[test]
    fn the_file_says_how_a_corpus_is_read() {
        let settings = read(
            "language = \"german\"\n[map]\nartist = \"cast\"\nprose = \"details.plot\"\n\
             [aliases]\n\"David Bowie\" = [\"Ziggy Stardust\"]\nPrince = \"The Artist\"\n",
        )
        .unwrap();
        assert_eq!(settings.language, Language::German);
        assert_eq!(settings.mapping["artists"], "cast");
        assert_eq!(settings.mapping["prose"], "details.plot");
        assert_eq!(settings.aliases["David Bowie"], ["Ziggy Stardust"]);
        assert_eq!(settings.aliases["Prince"], ["The Artist"]);
    }

    #[test]
    fn every_mistake_has_its_place_and_a_way_out() {
        let cases = [
            (
                "langauge = \"english\"",
                "1:1: unknown key `langauge`",
                "did you mean `language`?",
            ),
            (
                "\n frobnicate = 1",
                "2:2: unknown key `frobnicate`",
                "the keys are: language, map, aliases",
            ),
            (
                "language = \"englsh\"",
                "1:12: unknown language `englsh`",
                "did you mean \"english\"?",
            ),
            (
                "language = 3",
                "1:12: language should be a text in quotes, not of type integer",
                "",
            ),
            (
                "map = \"x\"",
                "1:7: map should be a table, not of type string",
                "write a line [map], and below it a line for each",
            ),
            (
                "[map]\nartists = [\"a\"]",
                "2:11: the file's key for a field should be a text in quotes, not of type array",
                "",
            ),
            (
                "[map]\nartists = \"\"",
                "2:11: the file's key is missing",
                "write our field, then the file's key for it: artists=cast, or prose=details.plot",
            ),
            (
                "[aliases]\nBowie = [\"Z\", 3]",
                "2:15: an alias should be a text in quotes, not of type integer",
                "",
            ),
            ("language = ", "1:12: broken TOML: ", ""),
        ];
        for (toml, message, hint) in cases {
            let error = read(toml).unwrap_err();
            assert_eq!(error.kind, Kind::Usage);
            let wanted = format!("corpus/needledrop.toml:{message}");
            assert!(
                error.message.starts_with(&wanted),
                "{}\n{wanted}",
                error.message
            );
            if !hint.is_empty() {
                assert_eq!(error.hint.as_deref(), Some(hint), "{toml}");
            }
        }
    }

    #[test]
    fn flags_go_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, "[map]\nartists = \"cast\"\nid = \"href\"").unwrap();
        let flags = [("artist".to_owned(), "crew".to_owned())];
        let settings = Settings::read(&path, &flags).unwrap();
        assert_eq!(settings.mapping["artists"], "crew");
        assert_eq!(settings.mapping["id"], "href");
        assert_eq!(
            Settings::read(&folder.path().join("none"), &[]).unwrap(),
            Settings::default()
        );
    }

    #[test]
    fn flags_of_an_unknown_form_are_refused() {
        for (field, key, what) in [
            ("", "cast", "--map =cast: the field is missing"),
            ("artists", " ", "--map artists= : the file's key is missing"),
            (
                "prose",
                "a..b",
                "--map prose=a..b: `a..b` has an empty part",
            ),
            (
                "a.b",
                "prose",
                "--map a.b=prose: a field has no dots, but `a.b` has",
            ),
        ] {
            let flags = [(field.to_owned(), key.to_owned())];
            let error = Settings::read(Path::new("none"), &flags).unwrap_err();
            assert_eq!(error.message, what);
            assert!(error.hint.is_some());
        }
    }

    proptest! {
        #[test]
        fn any_file_is_settings_or_an_error(toml in "([a-z]+ ?= ?|\\[(map|aliases)\\]|language = |\"|\n|\\PC){0,20}") {
            let _ = read(&toml);
        }
    }
}
