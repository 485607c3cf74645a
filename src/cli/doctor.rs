//! `needledrop doctor`: is the index what it should be, and what would mend it.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::place::{INDEX, IndexPlace};
use super::terminal::Terminal;
use super::usage::quote;
use super::{Ended, Outcome, shape};
use crate::output::clean::clean;

/// Examine the index: checksums, manifest, orphans, entry count
///
/// Changes nothing. Exit status: 0 healthy, 2 not.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    place: IndexPlace,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

pub fn run(args: DoctorArgs, terminal: &Terminal) -> Outcome {
    let folder = args.place.folder();
    let checkup = crate::index::doctor(folder)?;
    let mut out = terminal.out();
    match args.format {
        Format::Json => shape::checkup(&mut out, folder, &checkup)?,
        Format::Text => {
            for line in &checkup.checked {
                writeln!(out, "ok     {}", clean(line))?;
            }
            for line in &checkup.faults {
                writeln!(out, "fault  {}", clean(line))?;
            }
            writeln!(out, "{}", verdict(checkup.faults.len(), &args.place))?;
        }
    }
    out.flush()?;
    Ok(match checkup.faults.is_empty() {
        true => Ended::Done,
        false => Ended::Trouble,
    })
}

/// The last line: healthy, or the command that mends.
fn verdict(faults: usize, place: &IndexPlace) -> String {
    if faults == 0 {
        return "healthy".to_owned();
    }
    let at = match place.folder().to_string_lossy() {
        folder if folder == INDEX => String::new(),
        folder => format!(" --index {}", quote(&folder)),
    };
    format!("not healthy; a rebuild mends it: needledrop index{at} --rebuild")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        place: IndexPlace,
    }

    #[test]
    fn the_verdict_ends_with_the_command_that_mends() {
        let place = Line::parse_from(["x", "--index", "my index"]).place;
        assert!(verdict(2, &place).ends_with("needledrop index --index 'my index' --rebuild"));
        assert_eq!(verdict(0, &place), "healthy");
    }
}
