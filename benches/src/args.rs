//! Arguments of these tools: `NAME... [--flag] [--key VALUE]`, in any order. They measure start-up, so no parser library.

use crate::Result;

/// What was typed behind the program's name.
pub struct Args(Vec<String>);

impl Args {
    /// The arguments of this process.
    pub fn from_env() -> Args {
        Args(std::env::args().skip(1).collect())
    }

    /// Whether `name` was given; takes it out.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|arg| arg != name);
        self.0.len() < before
    }

    /// The value behind `name`, when given; takes both out.
    ///
    /// # Errors
    /// When the value is missing or does not parse.
    pub fn value<T: std::str::FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        let Some(at) = self.0.iter().position(|arg| arg == name) else {
            return Ok(None);
        };
        let value = self.0.get(at + 1).map(|text| text.parse());
        let Some(Ok(value)) = value else {
            return Err(format!("{name}: a value is missing or wrong").into());
        };
        self.0.drain(at..at + 2);
        Ok(Some(value))
    }

    /// What is left: the positional arguments.
    ///
    /// # Errors
    /// When an unknown flag is among them.
    pub fn rest(self) -> Result<Vec<String>> {
        match self.0.iter().find(|arg| arg.starts_with("--")) {
            Some(flag) => Err(format!("unknown flag {flag}").into()),
            None => Ok(self.0),
        }
    }
}
