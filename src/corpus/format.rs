//! Which files are read and how: by the ends of their names.

/// What is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `.json`: one entry, a list of entries, or a list with a name.
    Json,
    /// `.jsonl`, `.ndjson`: an entry a line.
    JsonLines,
    /// `.md`, `.markdown`: front matter and prose.
    Markdown,
    /// `.csv`: commas between cells, quotes around those that need them.
    Csv,
    /// `.tsv`: tabs between cells; a quote is a character like any other.
    Tsv,
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Plain,
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstd,
}

/// Every ending that is read, for hints.
pub(super) const ENDINGS: &str =
    ".json, .jsonl, .ndjson, .md, .markdown, .csv or .tsv, each also with .gz or .zst behind it";

/// What the file of this name holds, how it is packed, and its name without those endings; `None` when it is no entry
/// file.
pub(super) fn of(name: &str) -> Option<(Format, Packing, &str)> {
    let (name, packing) = match split_ending(name) {
        Some((stem, ending)) if ending.eq_ignore_ascii_case("gz") => (stem, Packing::Gzip),
        Some((stem, ending)) if ending.eq_ignore_ascii_case("zst") => (stem, Packing::Zstd),
        _ => (name, Packing::Plain),
    };
    let (stem, ending) = split_ending(name)?;
    let format = match ending.to_ascii_lowercase().as_str() {
        "json" => Format::Json,
        "jsonl" | "ndjson" => Format::JsonLines,
        "md" | "markdown" => Format::Markdown,
        "csv" => Format::Csv,
        "tsv" => Format::Tsv,
        _ => return None,
    };
    Some((format, packing, stem))
}

/// `films.tar.gz` → `films.tar` and `gz`. Something must stand before the dot: `.json` is a hidden file, not an ending.
fn split_ending(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once('.')
        .filter(|(stem, _)| !stem.is_empty() && !stem.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_say_what_a_file_is() {
        let cases = [
            (
                "a/films.jsonl.gz",
                Some((Format::JsonLines, Packing::Gzip, "a/films")),
            ),
            ("x.JSON", Some((Format::Json, Packing::Plain, "x"))),
            (
                "v1.2.ndjson",
                Some((Format::JsonLines, Packing::Plain, "v1.2")),
            ),
            ("x.csv.zst", Some((Format::Csv, Packing::Zstd, "x"))),
            ("x.tsv", Some((Format::Tsv, Packing::Plain, "x"))),
            ("x.markdown", Some((Format::Markdown, Packing::Plain, "x"))),
            ("x.gz", None),
            ("notes.txt", None),
            ("json", None),
            (".json", None),
            ("a/.md.gz", None),
            ("needledrop.toml", None),
        ];
        for (name, wanted) in cases {
            assert_eq!(of(name), wanted, "{name}");
        }
    }
}
