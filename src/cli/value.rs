//! Values as people type them: sizes of memory, mappings, sort keys.

use crate::search::request::Sort;

/// Less than this cannot hold what one indexing thread needs.
const LEAST_MEMORY: u64 = 16_000_000;

/// Reads a size: `64MB` (decimal), `1GiB` (binary), `1.5g`, `500k`, or plain bytes.
///
/// # Errors
/// What is wrong with it, for a person.
pub fn memory(text: &str) -> Result<u64, String> {
    let bytes = size(text)?;
    if bytes < LEAST_MEMORY {
        return Err("too little to index with: give at least 16MB".into());
    }
    Ok(bytes)
}

/// A number with a unit, in bytes.
fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number
        .parse()
        .map_err(|_| "not a size: write a number and a unit, as in 64MB or 1GiB".to_owned())?;
    let unit = unit.trim();
    let factor = factor(unit)
        .ok_or_else(|| format!("unknown unit {unit:?}: use B, k, KB, MB, GB, KiB, MiB or GiB"))?;
    let bytes = number * factor;
    // Far below 2^53, so the cast is exact, and far above any machine of today.
    if bytes > 1e15 {
        return Err("more memory than any machine has".into());
    }
    Ok(bytes as u64)
}

/// Bytes in a unit.
fn factor(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "ki" | "kib" => f64::from(1u32 << 10),
        "mi" | "mib" => f64::from(1u32 << 20),
        "gi" | "gib" => f64::from(1u32 << 30),
        _ => return None,
    })
}

/// Reads how many.
///
/// # Errors
/// What is wrong with it, for a person.
pub fn number(text: &str) -> Result<usize, String> {
    text.trim().parse().map_err(|_| {
        match !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) {
            true => "larger than any number this machine counts to".to_owned(),
            false => "not a number: write 0, 1, 2 and so on".to_owned(),
        }
    })
}

/// Reads `F=G`: our field `F` is the file's key `G`.
///
/// # Errors
/// What is wrong with it, for a person.
pub fn mapping(text: &str) -> Result<(String, String), String> {
    let Some((field, key)) = text.split_once('=') else {
        return Err("write our field, `=`, the file's key, as in artists=cast".into());
    };
    let (field, key) = (field.trim(), key.trim());
    if field.is_empty() {
        return Err("no field before `=`: write our field first, as in artists=cast".into());
    }
    if key.is_empty() {
        return Err(format!(
            "no key after `=`: write what the file calls it, as in {field}=name"
        ));
    }
    Ok((field.to_owned(), key.to_owned()))
}

/// Reads `FIELD=VALUE`: the value is taken as it is.
///
/// # Errors
/// What is wrong with it, for a person.
pub fn exactly(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) if !field.trim().is_empty() => {
            Ok((field.trim().to_owned(), value.to_owned()))
        }
        _ => Err("write a field, `=`, and the value, as in artists=\"David Bowie\"".into()),
    }
}

/// Reads what hits are ordered by: `score`, `year`, `-year`.
///
/// # Errors
/// What is wrong with it, for a person.
pub fn sort(text: &str) -> Result<Sort, String> {
    let (key, descending) = match text.strip_prefix('-') {
        Some(key) => (key, true),
        None => (text, false),
    };
    match key.trim() {
        "" => Err("no field named: use score, or a field such as rank or -year".into()),
        "score" if descending => Err("the best stand first already: use score".into()),
        "score" => Ok(Sort::Score),
        key => Ok(Sort::Key {
            key: key.to_owned(),
            descending,
        }),
    }
}

/// Bytes as people read them: `812 B`, `8.1 MB`.
pub fn bytes(number: u64) -> String {
    let mut value = number as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 999.5 {
            let digits = usize::from(unit != "B" && value < 99.95);
            return format!("{value:.digits$} {unit}");
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_people_write_them() {
        for (text, bytes) in [
            ("64MB", 64_000_000),
            ("64 mb", 64_000_000),
            ("64MiB", 64 << 20),
            ("1GiB", 1 << 30),
            ("1.5g", 1_500_000_000),
            ("500k", 500_000),
            ("20000000", 20_000_000),
            ("0b", 0),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn sizes_that_are_none() {
        for text in [
            "",
            "MB",
            "sixty",
            "-1",
            "1.2.3MB",
            "64 parsecs",
            "1e400GB",
            "999999999GB",
            "∞",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
        assert!(memory("500k").unwrap_err().contains("at least 16MB"));
        assert_eq!(memory("16MB"), Ok(LEAST_MEMORY));
    }

    #[test]
    fn counts() {
        assert_eq!(number("0"), Ok(0));
        assert_eq!(number("20"), Ok(20));
        for text in ["", "ten", "-1", "1.5", "99999999999999999999"] {
            assert!(number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn mappings() {
        let pair = |f: &str, g: &str| Ok((f.to_owned(), g.to_owned()));
        assert_eq!(mapping("artists=cast"), pair("artists", "cast"));
        assert_eq!(mapping(" id = meta.href "), pair("id", "meta.href"));
        assert_eq!(mapping("a=b=c"), pair("a", "b=c"));
        for text in ["artists", "=cast", "artists=", "=", ""] {
            assert!(mapping(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sort_keys() {
        let key = |key: &str, descending| {
            Ok(Sort::Key {
                key: key.into(),
                descending,
            })
        };
        assert_eq!(sort("score"), Ok(Sort::Score));
        assert_eq!(sort("year"), key("year", false));
        assert_eq!(sort("-label.name"), key("label.name", true));
        for text in ["", "-", " ", "-score"] {
            assert!(sort(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(812), "812 B");
        assert_eq!(bytes(8_123_456), "8.1 MB");
        assert_eq!(bytes(812_345_678), "812 MB");
        assert_eq!(bytes(999_999), "1.0 MB");
    }
}
