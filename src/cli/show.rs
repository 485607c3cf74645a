//! `needledrop show`: one entry, whole.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::place::IndexPlace;
use super::terminal::Terminal;
use super::usage::quote;
use super::{Ended, Outcome, report};
use crate::error::{Error, Kind};
use crate::output::{entry, json};
use crate::search::engine::Engine;

/// Show one entry, whole
///
/// Exit status: 0 shown, 1 no such entry, 2 trouble.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The entry's id, as search prints it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    place: IndexPlace,
    /// How to print the entry
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How an entry is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

pub fn run(args: ShowArgs, terminal: &Terminal) -> Outcome {
    let engine = Engine::open(args.place.folder())?;
    let Some(found) = engine.entry(&args.id, "")? else {
        report::error(terminal, &unknown(&args.id, &engine.similar_ids(&args.id)));
        return Ok(Ended::Nothing);
    };
    let mut out = terminal.out();
    match args.format {
        Format::Text => entry::write(&mut out, &found, &terminal.theme(), terminal.width())?,
        Format::Json => json::write_found(&mut out, &found)?,
    }
    out.flush()?;
    Ok(Ended::Done)
}

/// There is no such entry; perhaps one of these was meant.
fn unknown(id: &str, similar: &[String]) -> Error {
    let error = Error::new(Kind::Missing, format!("there is no entry {id:?}"));
    if similar.is_empty() {
        return error.hint("ids stand behind each title that search prints");
    }
    let commands: Vec<String> = similar
        .iter()
        .map(|id| format!("needledrop show {}", quote(id)))
        .collect();
    error.hint(format!("did you mean: {}", commands.join(", or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_id_suggests_its_neighbours() {
        let error = unknown("velvet-goldmin", &["velvet-goldmine".into()]);
        assert_eq!(error.message, "there is no entry \"velvet-goldmin\"");
        assert_eq!(
            error.hint.unwrap(),
            "did you mean: needledrop show velvet-goldmine"
        );
        assert!(unknown("x", &[]).hint.unwrap().contains("search"));
    }
}
