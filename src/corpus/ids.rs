//! Ids for entries that have none: from the file's name and the title, and from nothing else.
//!
//! They say what they stand for, and they stay when entries change places: `soundtracks/velvet-goldmine`.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use xxhash_rust::xxh3::xxh3_64;

/// A slug is cut after this many characters; the hash of the whole then keeps it apart from its like.
const MAX_SLUG: usize = 80;

/// What the ids of a file's entries begin with: its name less its endings, each part a slug.
pub(super) fn stem(name_without_endings: &str) -> String {
    let parts: Vec<String> = name_without_endings.split('/').map(slug).collect();
    parts.join("/")
}

/// The id of an entry of this title in a file of this stem. A file that is named after its entry lends it its name.
pub(super) fn made(stem: &str, title: &str) -> String {
    let slug = slug(title);
    let last = stem.rsplit('/').next().unwrap_or(stem);
    if last == slug {
        stem.to_owned()
    } else {
        format!("{stem}/{slug}")
    }
}

/// A text as part of an id: letters and digits of every script in lower case, and one dash for what is between them.
/// A text without any (`!!!`) stands as it is, dashes for its blanks.
fn slug(text: &str) -> String {
    let composed: Cow<'_, str> = if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        ComposingNormalizerBorrowed::new_nfc().normalize(text)
    };
    let mut slug = words(&composed);
    if slug.is_empty() {
        let is_loose = |c: char| c.is_whitespace() || c.is_control() || c == '/';
        slug = composed.trim().replace(is_loose, "-");
    }
    match slug.char_indices().nth(MAX_SLUG) {
        None => slug,
        Some((end, _)) => {
            let hash = xxh3_64(slug.as_bytes()) as u32;
            format!("{}-{hash:08x}", slug[..end].trim_end_matches('-'))
        }
    }
}

fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if is_of_word(c, !words.is_empty() && !gap) {
            if gap && !words.is_empty() {
                words.push('-');
            }
            gap = false;
            words.extend(c.to_lowercase());
        } else if !is_apostrophe(c) {
            gap = true;
        }
    }
    words
}

/// Whether a character is part of a word: letters, digits, and behind a letter the marks that some scripts write their
/// vowels with.
fn is_of_word(c: char, behind_word: bool) -> bool {
    c.is_alphanumeric()
        || (behind_word
            && !c.is_ascii()
            && GeneralCategoryGroup::Mark
                .contains(CodePointMapData::<GeneralCategory>::new().get(c)))
}

/// An apostrophe parts no word: `ocean's` is `oceans`.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '`' | '´')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_made_of_file_and_title() {
        let cases = [
            (
                "soundtracks",
                "Velvet Goldmine",
                "soundtracks/velvet-goldmine",
            ),
            ("film/heat", "Heat", "film/heat"),
            (
                "Film Noir/1940s",
                "The Big Sleep",
                "film-noir/1940s/the-big-sleep",
            ),
            ("x", "Ocean’s Eleven", "x/oceans-eleven"),
            ("x", "  2001: A Space Odyssey ", "x/2001-a-space-odyssey"),
            ("x", "Bjo\u{308}rk", "x/björk"),
            ("x", "Björk", "x/björk"),
            ("x", "重慶森林", "x/重慶森林"),
            ("x", "КИНО", "x/кино"),
            ("x", "हिन्दी", "x/हिन्दी"),
            ("x", "!!!", "x/!!!"),
            ("x", "+ / -", "x/+----"),
        ];
        for (file, title, id) in cases {
            assert_eq!(made(&stem(file), title), id, "{file} {title}");
        }
    }

    #[test]
    fn long_titles_are_cut_and_still_told_apart() {
        let (one, other) = ("la ".repeat(100), "la ".repeat(101));
        assert_ne!(made("x", &one), made("x", &other));
        assert!(made("x", &one).len() < 100);
    }

    proptest! {
        #[test]
        fn an_id_never_holds_a_blank_and_a_title_without_one_has_an_id(title in "\\PC*") {
            let id = made("x", &title);
            prop_assert!(!id.contains(char::is_whitespace), "{id:?}");
            prop_assert!(id.starts_with('x'));
            prop_assert_eq!(&id, &made("x", &title));
            if title.chars().any(|c| c.is_alphanumeric() && c != 'x' && c != 'X') {
                prop_assert!(id.len() > 2, "{id:?}");
            }
        }
    }
}
