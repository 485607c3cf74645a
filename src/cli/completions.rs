//! `needledrop completions`: what a shell needs to complete our flags.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::terminal::Terminal;
use super::{Cli, Ended, Outcome};

/// Print a completion script for a shell
///
/// For bash, for example: needledrop completions bash > ~/.local/share/bash-completion/completions/needledrop
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell to complete for
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(args: CompletionsArgs, terminal: &Terminal) -> Outcome {
    // Into memory first: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "needledrop", &mut script);
    let mut out = terminal.out();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Ended::Done)
}
