//! Letters as people type them: case, accents and compatibility forms folded away, character by character.
//!
//! `Björk`, `BJÖRK` and a decomposed `Björk` all come out as `bjork`; `straße` as `strasse`, `КИНО` as `кино`, `ё` as
//! `е`, full-width Latin and half-width kana as their usual forms. Marks are dropped only where leaving them out is how
//! people type (Latin, Greek, Cyrillic, Arabic, Hebrew); a dakuten or a Thai vowel is a different sound and stays.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed, props::GeneralCategory};

/// What a folded character is, as far as cutting words is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Part of a word.
    Letter,
    /// A decimal digit, always folded to ASCII.
    Digit,
    /// A character of a script written without spaces: a word part of its own.
    Ideograph,
    /// Any of the marks people use as an apostrophe.
    Apostrophe,
    /// White space and other gaps.
    Space,
    /// Seen by nobody (joiners, soft hyphens, direction marks): as if it were not there.
    Ignorable,
    /// Everything else.
    Symbol,
}

/// One folded character with the stretch of text it came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    /// The folded character.
    pub(crate) folded: char,
    /// What it is.
    pub(crate) class: Class,
    /// First byte of its source.
    pub(crate) start: u32,
    /// One past the last byte of its source.
    pub(crate) end: u32,
    /// A part ends before it whatever its class: `½` is no third digit of `8½`.
    pub(crate) breaks: bool,
}

const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
const NFD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfd();
const CATEGORY: CodePointMapDataBorrowed<'static, GeneralCategory> =
    CodePointMapData::<GeneralCategory>::new();

/// Folds the character at the start of `text` together with the marks that follow it, appending to `units` what it
/// becomes and to `lower` its lower-case form with accents. Returns how many bytes of `text` were taken.
pub(crate) fn fold_next(
    text: &str,
    offset: usize,
    units: &mut Vec<Unit>,
    lower: &mut String,
) -> usize {
    let Some(first) = text.chars().next() else {
        return 0;
    };
    let length = cluster_length(text, first);
    let (start, end) = (offset as u32, (offset + length) as u32);
    if first.is_ascii() && length == 1 {
        let folded = first.to_ascii_lowercase();
        lower.push(folded);
        units.push(Unit {
            folded,
            class: ascii_class(first),
            start,
            end,
            breaks: false,
        });
        return length;
    }
    if let Some(folded) = plain(first).filter(|_| length == first.len_utf8()) {
        lower.push(folded);
        units.push(Unit {
            folded,
            class: class_of_plain(folded),
            start,
            end,
            breaks: false,
        });
        return length;
    }
    if is_apostrophe(first) || is_ignorable(first) {
        let class = if is_apostrophe(first) {
            Class::Apostrophe
        } else {
            Class::Ignorable
        };
        lower.push('\'');
        units.push(Unit {
            folded: '\'',
            class,
            start,
            end,
            breaks: false,
        });
        return length;
    }
    let composed = NFKC.normalize(&text[..length]).to_lowercase();
    lower.push_str(&composed);
    let mut breaks = is_vulgar_fraction(first);
    let mut push = |folded: char| {
        units.push(Unit {
            folded,
            class: class_of(folded),
            start,
            end,
            breaks,
        });
        breaks = false;
    };
    if marks_are_optional(&composed) {
        for c in NFD.normalize(&composed).chars().filter(|&c| !is_mark(c)) {
            match replacement(c) {
                Some(text) => text.chars().for_each(&mut push),
                None => push(c),
            }
        }
    } else {
        composed
            .chars()
            .map(|c| decimal(c).unwrap_or(c))
            .for_each(&mut push);
    }
    length
}

/// What the usual characters of Russian, Japanese, Chinese and Korean fold to, which are most of such a text: themselves
/// in lower case, with nothing to look up. None for all others.
fn plain(c: char) -> Option<char> {
    match c {
        'а'..='я' => Some(c),
        'А'..='Я' => char::from_u32(c as u32 + 32),
        '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' => Some(c),
        _ => None,
    }
}

fn class_of_plain(c: char) -> Class {
    if c < '\u{3041}' {
        Class::Letter
    } else {
        Class::Ideograph
    }
}

/// Whether marks belong to the white space at `at`: such a cluster is none.
pub(crate) fn is_marked(text: &str, at: usize) -> bool {
    let next = text.as_bytes().get(at + 1);
    next.is_some_and(|byte| !byte.is_ascii()) && cluster_length(&text[at..], ' ') > 1
}

/// Bytes of the first character of `text` and of the marks and jamo that belong to it.
fn cluster_length(text: &str, first: char) -> usize {
    let mut length = first.len_utf8();
    let mut previous = first;
    for c in text[length..].chars() {
        let joins = !c.is_ascii()
            && plain(c).is_none()
            && (is_mark(c)
                || is_half_width_mark(c)
                || (is_jamo(previous) && is_jamo(c) && !is_leading_jamo(c)));
        if !joins {
            break;
        }
        length += c.len_utf8();
        previous = c;
    }
    length
}

fn is_mark(c: char) -> bool {
    c >= '\u{300}'
        && matches!(
            CATEGORY.get(c),
            GeneralCategory::NonspacingMark
                | GeneralCategory::SpacingMark
                | GeneralCategory::EnclosingMark
        )
}

fn is_half_width_mark(c: char) -> bool {
    matches!(c, '\u{ff9e}' | '\u{ff9f}')
}

fn is_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}' | '\u{ac00}'..='\u{d7a3}')
}

fn is_leading_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{a960}'..='\u{a97c}' | '\u{ac00}'..='\u{d7a3}')
}

/// Straight, curly, acute, grave, prime, modifier and full-width: what keyboards and word processors put in `Devil's`.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '’'
            | '‘'
            | '‛'
            | '´'
            | '`'
            | 'ʼ'
            | 'ʹ'
            | 'ʻ'
            | '′'
            | '＇'
            | '\u{55a}'
            | '\u{5f3}'
            | '\u{a78c}'
    )
}

fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{61c}' | '\u{34f}' | '\u{640}' | '\u{e0000}'..='\u{e01ef}'
    )
}

fn is_vulgar_fraction(c: char) -> bool {
    matches!(c, '¼'..='¾' | '\u{2150}'..='\u{215e}' | '\u{2189}')
}

/// Whether the marks of this (composed, lower-case) text are ones that people leave out when they type.
fn marks_are_optional(composed: &str) -> bool {
    composed.chars().next().is_some_and(|c| {
        c != 'й' // a letter of its own, however Unicode takes it apart
            && matches!(c,
                'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}'
                | '\u{590}'..='\u{5ff}' | '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}'
                | '\u{1e00}'..='\u{1eff}' | '\u{1f00}'..='\u{1fff}' | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}')
    })
}

/// Letters that no decomposition takes apart, but that people type with plainer ones.
fn replacement(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'æ' => "ae",
        'œ' => "oe",
        'ı' => "i",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ĸ' => "k",
        'ƒ' => "f",
        'ɓ' => "b",
        'ɗ' => "d",
        'ƙ' => "k",
        'ǝ' | 'ə' => "e",
        'ς' => "σ",
        'ё' => "е",
        'ґ' => "г",
        'أ' | 'إ' | 'آ' | 'ٱ' => "ا",
        'ة' => "ه",
        'ى' | 'ی' | 'ې' => "ي",
        'ک' => "ك",
        'ؤ' => "و",
        'ئ' => "ي",
        _ => return decimal(c).map(ascii_digit),
    })
}

fn ascii_digit(c: char) -> &'static str {
    const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    DIGITS
        .get((c as usize).wrapping_sub('0' as usize))
        .copied()
        .unwrap_or("")
}

/// A decimal digit of any script as its ASCII one.
fn decimal(c: char) -> Option<char> {
    const ZEROS: [u32; 11] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xe50, 0xed0, 0x17e0,
    ];
    let code = c as u32;
    let zero = ZEROS
        .iter()
        .find(|&&zero| (zero..zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

fn ascii_class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        '\'' | '`' => Class::Apostrophe,
        '\0'..=' ' | '\x7f' => Class::Space,
        _ => Class::Symbol,
    }
}

pub(crate) fn class_of(c: char) -> Class {
    if c.is_ascii() {
        ascii_class(c)
    } else if is_ideograph(c) {
        Class::Ideograph
    } else if c.is_whitespace() || c.is_control() {
        Class::Space
    } else if c.is_alphabetic() || is_mark(c) {
        Class::Letter
    } else {
        Class::Symbol
    }
}

/// Scripts that put no spaces between words, Korean with them: its particles are glued to names.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3031}'..='\u{3035}'
        | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}'
        | '\u{3105}'..='\u{312f}' | '\u{3131}'..='\u{318e}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}'
        | '\u{e01}'..='\u{e4e}' | '\u{e81}'..='\u{ece}' | '\u{1000}'..='\u{103f}' | '\u{1780}'..='\u{17d3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        let (mut units, mut lower, mut at) = (Vec::new(), String::new(), 0);
        while at < text.len() {
            at += fold_next(&text[at..], at, &mut units, &mut lower);
        }
        units
            .iter()
            .filter(|unit| unit.class != Class::Ignorable)
            .map(|unit| unit.folded)
            .collect()
    }

    #[test]
    fn plain_characters_fold_as_by_the_tables() {
        let plain_ones: Vec<char> = ('\0'..=char::MAX).filter(|&c| plain(c).is_some()).collect();
        assert_eq!(plain_ones.len(), 64 + 86 + 90 + 20_992 + 11_172);
        for c in plain_ones {
            let tables: String = NFKC.normalize(&c.to_string()).to_lowercase();
            let folded = plain(c).unwrap_or_default();
            assert_eq!(tables, folded.to_string(), "{c}");
            assert_eq!(class_of(folded), class_of_plain(folded), "{c}");
            assert!(!is_mark(c) && replacement(folded).is_none(), "{c}");
            // Taken apart it must be itself, or kept whole.
            let apart = NFD.normalize(&tables);
            assert!(!marks_are_optional(&tables) || apart == tables, "{c}");
        }
    }

    #[test]
    fn spellings_of_one_name_fold_to_one() {
        for (typed, folded) in [
            ("Björk", "bjork"),
            ("Bjo\u{308}rk", "bjork"),
            ("MØ", "mo"),
            ("Łódź", "lodz"),
            ("Đorđe", "dorde"),
            ("straße", "strasse"),
            ("Dvořák", "dvorak"),
            ("КИНО", "кино"),
            ("Ёлка", "елка"),
            ("Йод", "йод"),
            ("أم كلثوم", "ام كلثوم"),
            ("ＡＢＣ１", "abc1"),
            ("ﾊﾞﾝﾄﾞ", "バンド"),
            ("방탄", "방탄"),
            ("\u{1107}\u{1161}\u{11bc}", "방"),
            ("ガ", "ガ"),
            ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
            ("İstanbul", "istanbul"),
            ("٣", "3"),
            ("ﬁlm", "film"),
        ] {
            assert_eq!(fold(typed), folded, "{typed}");
        }
    }
}
