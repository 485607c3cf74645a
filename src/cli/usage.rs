//! A command line that makes no sense: clap says what is wrong, this adds the command that was probably meant.

use std::ffi::OsString;

use anstyle::{AnsiColor, Style};
use clap::error::{ContextKind, ErrorKind};

const HINT: Style = AnsiColor::Cyan.on_default();

/// Prints help, version or what is wrong with what was typed; returns the exit status.
pub fn report(mut error: clap::Error, typed: &[OsString]) -> u8 {
    let suggested = error.get(ContextKind::SuggestedSubcommand).is_some();
    let hint = hint(error.kind(), typed, suggested);
    if hint.is_some() {
        // clap's own tip shows one letter of the query as an argument.
        error.remove(ContextKind::Suggested);
    }
    // Nobody is left to tell when this fails; help in a closed pipe is no error.
    let _ = error.print();
    if let Some(hint) = hint {
        let _ = std::io::Write::write_fmt(
            &mut anstream::stderr(),
            format_args!("\n{HINT}hint:{HINT:#} {hint}\n"),
        );
    }
    // clap's statuses are ours: 0 for help and version, 2 for trouble.
    u8::try_from(error.exit_code()).unwrap_or(2)
}

/// What was probably meant.
fn hint(kind: ErrorKind, typed: &[OsString], suggested: bool) -> Option<String> {
    let words: Vec<String> = typed
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    match kind {
        ErrorKind::UnknownArgument
        | ErrorKind::ValueValidation
        | ErrorKind::InvalidValue
        | ErrorKind::ArgumentConflict => dashed_query(&words),
        // Where clap knows a command of nearly this name, that is meant.
        ErrorKind::InvalidSubcommand if suggested => None,
        ErrorKind::InvalidSubcommand => forgotten_search(&words),
        ErrorKind::MissingRequiredArgument if words.first()? == "search" => {
            Some("to list every entry: needledrop search '*'".to_owned())
        }
        _ => None,
    }
}

/// `search -live`, `search bowie -ziggy`: a word of the query that looks like a flag.
fn dashed_query(words: &[String]) -> Option<String> {
    let start = words.iter().position(|word| word == "search")? + 1;
    let query = &words[start..];
    if query.iter().any(|word| word == "--") || !query.iter().any(|word| is_dashed(word)) {
        return None;
    }
    let has_flags = query
        .iter()
        .any(|word| word.starts_with('-') && !is_dashed(word));
    let behind = if has_flags {
        "[OPTIONS] -- QUERY".to_owned()
    } else {
        let quoted: Vec<String> = query.iter().map(|word| quote(word)).collect();
        format!("-- {}", quoted.join(" "))
    };
    Some(format!(
        "a query that begins with `-` stands behind `--`: needledrop search {behind}"
    ))
}

/// Whether a word looks like a flag and is none of `search`'s.
fn is_dashed(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('-') else {
        return false;
    };
    let is_count = rest.strip_prefix('n').is_some_and(|count| {
        count.is_empty() || count.trim_start_matches('=').parse::<u64>().is_ok()
    });
    !(rest.is_empty() || rest.starts_with('-') || is_count || matches!(rest, "F" | "h"))
}

/// `needledrop bowie`: the command is missing.
fn forgotten_search(words: &[String]) -> Option<String> {
    let first = words.first()?;
    if first.starts_with('-') {
        return None;
    }
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    Some(format!("to search: needledrop search {}", quoted.join(" ")))
}

/// `word` as a POSIX shell reads it back.
pub fn quote(word: &str) -> String {
    let is_safe = |c: char| c.is_alphanumeric() || "-_./:=+,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dashed(line: &str) -> Option<String> {
        dashed_query(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_query_with_a_dash_is_shown_behind_two() {
        assert!(
            dashed("search -foo")
                .unwrap()
                .ends_with("needledrop search -- -foo")
        );
        assert!(
            dashed("search bowie -ziggy")
                .unwrap()
                .ends_with("search -- bowie -ziggy")
        );
        assert!(
            dashed("search -n 3 -not")
                .unwrap()
                .ends_with("search [OPTIONS] -- QUERY")
        );
        assert!(dashed("search -not").unwrap().ends_with("search -- -not"));
        assert_eq!(dashed("search --foo"), None);
        assert_eq!(dashed("search -n x"), None);
        assert_eq!(dashed("index -foo"), None);
        assert_eq!(dashed("search -F -- -foo"), None);
    }

    #[test]
    fn a_forgotten_command_is_search() {
        let words = ["thin white duke".to_owned()];
        assert_eq!(
            forgotten_search(&words).unwrap(),
            "to search: needledrop search 'thin white duke'"
        );
        assert_eq!(forgotten_search(&["--what".to_owned()]), None);
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quote("bowie"), "bowie");
        assert_eq!(quote("Guns N' Roses"), r"'Guns N'\'' Roses'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("!!!"), "'!!!'");
    }
}
