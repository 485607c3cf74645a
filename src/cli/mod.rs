//! The command line: the only code that parses flags, prints and exits.
//!
//! One file a command. In each, what was typed (a clap struct) becomes what is meant (a resolved request) once, and only
//! the request travels on. Exit status: 0 hits found, 1 none, 2 trouble.

mod clock;
mod completions;
mod doctor;
mod index;
mod man;
mod place;
mod progress;
mod queries;
mod query_file;
mod render;
mod report;
mod search;
mod serve;
mod shape;
mod show;
mod status;
mod terminal;
mod usage;
mod value;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::{Error, Kind};
use terminal::{ColorWhen, Terminal};

/// Full-text search for write-ups about music and film.
#[derive(Debug, Parser)]
#[command(
    name = "needledrop",
    version,
    arg_required_else_help = true,
    after_help = "Exit status: 0 hits found, 1 none, 2 trouble.\n\
                  In a folder with a corpus/, `needledrop search bowie` is enough: the index is built first."
)]
struct Cli {
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorWhen::Auto, global = true)]
    color: ColorWhen,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Index(index::IndexArgs),
    Search(search::SearchArgs),
    Show(show::ShowArgs),
    Serve(serve::ServeArgs),
    Status(status::StatusArgs),
    Doctor(doctor::DoctorArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// How a command ended when nothing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// It did what was asked; a search has hits.
    Done,
    /// There is nothing that was asked for.
    Nothing,
    /// What it had to say has been said, and it was trouble.
    Trouble,
}

/// Why a command stopped early.
#[derive(Debug)]
enum Stop {
    /// Something went wrong.
    Trouble(Error),
    /// Whoever read our output has had enough: no error.
    PipeClosed,
}

type Outcome = std::result::Result<Ended, Stop>;

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Trouble(error)
    }
}

/// Only writing to standard output gives a bare [`std::io::Error`] in here.
impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Stop::PipeClosed,
            _ => Error::new(Kind::Io, "cannot write to standard output")
                .because(&error)
                .into(),
        }
    }
}

/// Runs the command line of this process and says how it ended.
pub fn run() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&typed) {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(usage::report(error, &typed)),
    };
    let terminal = Terminal::new(cli.color);
    ExitCode::from(match dispatch(cli.command, &terminal) {
        Ok(Ended::Done) | Err(Stop::PipeClosed) => 0,
        Ok(Ended::Nothing) => 1,
        Ok(Ended::Trouble) => 2,
        Err(Stop::Trouble(error)) => report::error(&terminal, &error),
    })
}

fn dispatch(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Index(args) => index::run(args, terminal),
        Command::Search(args) => search::run(args, terminal),
        Command::Show(args) => show::run(args, terminal),
        Command::Serve(args) => serve::run(args, terminal),
        Command::Status(args) => status::run(args, terminal),
        Command::Doctor(args) => doctor::run(args, terminal),
        Command::Completions(args) => completions::run(args, terminal),
        Command::Man(args) => man::run(args, terminal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_closed_pipe_is_no_trouble_and_a_full_disk_is() {
        let closed = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert!(matches!(Stop::from(closed), Stop::PipeClosed));
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert!(matches!(Stop::from(full), Stop::Trouble(error) if error.kind == Kind::Io));
    }
}
