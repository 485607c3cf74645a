//! `needledrop man`: the manual, generated from the same definitions as `--help`.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::terminal::Terminal;
use super::{Cli, Ended, Outcome};
use crate::error::{Error, Kind};

/// Print the manual page (read it with: needledrop man | man -l -)
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The page of one command instead of the overview
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

pub fn run(args: ManArgs, terminal: &Terminal) -> Outcome {
    let page = page(args.command.as_deref())?;
    let mut out = terminal.out();
    Man::new(page).render(&mut out)?;
    out.flush()?;
    Ok(Ended::Done)
}

/// The command whose page is wanted, under the name its page has.
fn page(name: Option<&str>) -> crate::error::Result<clap::Command> {
    let mut all = Cli::command();
    // Gives the subcommands their full names and the global flags.
    all.build();
    let Some(name) = name else {
        return Ok(all);
    };
    let names: Vec<&str> = all.get_subcommands().map(|c| c.get_name()).collect();
    match all.find_subcommand(name) {
        Some(command) => Ok(command.clone()),
        None => Err(
            Error::new(Kind::Usage, format!("there is no command {name:?}"))
                .hint(format!("the commands are {}", names.join(", "))),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_for_each_command() {
        assert_eq!(page(None).unwrap().get_name(), "needledrop");
        let search = page(Some("search")).unwrap();
        assert_eq!(search.get_display_name(), Some("needledrop-search"));
        let error = page(Some("serach")).unwrap_err();
        assert!(error.hint.unwrap().contains("search"));
    }
}
