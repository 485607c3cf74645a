//! `needledrop doctor`: is the index what it should be, and what would mend it.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::place::IndexPlace;
use super::terminal::Terminal;
use super::{Ended, Outcome, shape};
use crate::index::Checkup;
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
            writeln!(out, "{}", verdict(&checkup))?;
        }
    }
    out.flush()?;
    Ok(match checkup.faults.is_empty() {
        true => Ended::Done,
        false => Ended::Trouble,
    })
}

/// The last line: healthy, or the command that mends.
fn verdict(checkup: &Checkup) -> String {
    match checkup.faults.is_empty() {
        true => "healthy".to_owned(),
        false => format!("not healthy; a rebuild mends it: {}", checkup.mend),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_ends_with_the_command_that_mends() {
        let mut checkup = Checkup {
            mend: "needledrop index --rebuild".into(),
            ..Checkup::default()
        };
        assert_eq!(verdict(&checkup), "healthy");
        checkup.faults.push("`meta.json` is missing".into());
        assert!(verdict(&checkup).ends_with("mends it: needledrop index --rebuild"));
    }
}
