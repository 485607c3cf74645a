//! The command line: the only code that parses flags, prints and exits.

/// Runs the command line of this process and says how it ended.
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
