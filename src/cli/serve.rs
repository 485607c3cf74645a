//! `needledrop serve`: the same answers over HTTP, and the page.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use clap::Args;

use super::place::{CORPUS, IndexPlace};
use super::terminal::Terminal;
use super::{Ended, Outcome, index, report, value};
use crate::error::{Error, Kind, Result};
use crate::search::engine::Engine;
use crate::serve::{self, Options, PORT, watch::Watched};

/// The variable that holds the token when no file does.
const TOKEN: &str = "NEEDLEDROP_TOKEN";
/// A shorter token is guessed.
const LEAST_TOKEN: usize = 16;

/// Answer over HTTP, with a page to search on
///
/// One process, one open index, the same answers as `needledrop search`. A rebuilt index is taken up within a second. The
/// page is at /, the answers for programs at /api/search; /api/openapi.json says what there is.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen, as in 127.0.0.1:7700; port 0 for any that is free
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7700")]
    addr: String,
    #[command(flatten)]
    place: IndexPlace,
    /// Keep the index up to date with this corpus
    #[arg(long, value_name = "CORPUS")]
    watch: Option<PathBuf>,
    /// With --watch: read our field F from the file's key G (repeatable)
    #[arg(long = "map", value_name = "F=G", value_parser = value::mapping, requires = "watch")]
    mapping: Vec<(String, String)>,
    /// Let other machines reach the server
    #[arg(long)]
    allow_remote: bool,
    /// A name by which browsers may call this server (repeatable)
    #[arg(long = "allow-host", value_name = "NAME")]
    hosts: Vec<String>,
    /// A file with the token that every request must bring [or: the variable NEEDLEDROP_TOKEN]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Searches at the same time; 0 for as many as there are cores
    #[arg(long, value_name = "N", default_value = "0", value_parser = value::number)]
    threads: usize,
}

pub fn run(args: ServeArgs, terminal: &Terminal) -> Outcome {
    let addr = address(&args.addr)?;
    let token = token(args.token_file.as_deref())?;
    if !addr.ip().is_loopback() {
        if !args.allow_remote {
            return Err(closed(addr).into());
        }
        report::note(terminal, &opened(token.is_some()));
    }
    if args.watch.is_none() {
        build_first(&args.place, terminal)?;
    }
    let watch = args.watch.map(|corpus| Watched {
        corpus,
        mapping: args.mapping,
    });
    serve::run(Options {
        addr,
        index: args.place.folder().to_owned(),
        watch,
        hosts: args.hosts,
        token,
        threads: args.threads.min(256),
    })?;
    Ok(Ended::Done)
}

/// With no index at the default place and a corpus at the default place, builds it, as a first search does.
fn build_first(place: &IndexPlace, terminal: &Terminal) -> Result<()> {
    if !place.is_default() || !Path::new(CORPUS).exists() {
        return Ok(());
    }
    match Engine::open(place.folder()) {
        Err(error) if error.kind == Kind::Missing => index::build_first(terminal),
        _ => Ok(()),
    }
}

fn address(text: &str) -> Result<SocketAddr> {
    let whole = match text.parse::<std::net::IpAddr>() {
        Ok(address) => return Ok(SocketAddr::new(address, PORT)),
        Err(_) if text.contains(':') => text.to_owned(),
        Err(_) => format!("{text}:{PORT}"),
    };
    let found = whole.to_socket_addrs().map(|mut found| found.next());
    match found {
        Ok(Some(address)) => Ok(address),
        Ok(None) => Err(no_address(text)),
        Err(error) => Err(no_address(text).because(&error)),
    }
}

fn no_address(text: &str) -> Error {
    Error::new(Kind::Usage, format!("{text:?} is no address to listen on"))
        .hint("as in --addr 127.0.0.1:7700")
}

fn closed(addr: SocketAddr) -> Error {
    let message = format!(
        "{addr} can be reached by other machines, and all of them could read the whole index"
    );
    Error::new(Kind::Usage, message)
        .hint("add --allow-remote if that is meant, and --token-file FILE if not everybody should; or listen on 127.0.0.1")
}

fn opened(has_token: bool) -> String {
    let who = match has_token {
        true => "whoever has the token",
        false => "everybody who can reach it",
    };
    format!(
        "other machines may ask: {who} can read the whole index, and what is sent is not encrypted"
    )
}

/// The token of the file, or of the environment.
fn token(file: Option<&Path>) -> Result<Option<String>> {
    let (text, from) = match file {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Error::new(
                    Kind::Io,
                    format!("cannot read the token in {}", file.display()),
                )
                .because(&error)
            })?;
            (text, file.display().to_string())
        }
        None => match std::env::var(TOKEN) {
            Ok(text) => (text, TOKEN.to_owned()),
            Err(_) => return Ok(None),
        },
    };
    let text = text.trim();
    if text.len() < LEAST_TOKEN || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = format!(
            "the token in {from} is no token: {LEAST_TOKEN} or more letters, digits and marks, no spaces"
        );
        return Err(Error::new(Kind::Usage, message)
            .hint("make one: head -c 24 /dev/urandom | base64 > token"));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_write_them() {
        for (text, address) in [
            ("127.0.0.1:7700", "127.0.0.1:7700"),
            ("127.0.0.1", "127.0.0.1:7700"),
            ("::1", "[::1]:7700"),
            ("[::1]:80", "[::1]:80"),
            ("0.0.0.0:0", "0.0.0.0:0"),
        ] {
            assert_eq!(super::address(text).unwrap().to_string(), address, "{text}");
        }
        assert_eq!(
            super::address("127.0.0.1:99999").unwrap_err().kind,
            Kind::Usage
        );
    }

    #[test]
    fn a_token_is_long_and_one_word() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        for (text, ok) in [
            ("0123456789abcdef\n", true),
            ("short", false),
            ("0123456789 abcdef", false),
            ("", false),
        ] {
            std::fs::write(&file, text).unwrap();
            let read = token(Some(&file));
            assert_eq!(read.is_ok(), ok, "{text:?}");
            if let Ok(read) = read {
                assert_eq!(read.as_deref(), Some(text.trim()));
            }
        }
        assert_eq!(
            token(Some(&folder.path().join("none"))).unwrap_err().kind,
            Kind::Io
        );
    }
}
