//! The same request and the same answer over HTTP, and the page.
//!
//! A connection is accepted (`listen`), a request passes the gate (`gate`: who may ask), finds its route (`routes`), is
//! read (`params`), and is answered by one engine (`engines`) on a thread for searches (`app`), within limits
//! (`limits`). Whatever goes wrong is one shape (`problem`). The page (`page`) is the same search as HTML, its script
//! and its style sheet are in the program.

mod api;
mod app;
mod assets;
mod engines;
mod gate;
mod html;
mod limits;
mod listen;
mod metrics;
mod page;
mod params;
mod patience;
mod problem;
mod reply;
mod results;
mod routes;
pub mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::error::{Error, Kind, Result};
use crate::output::clean::clean;
use app::App;

/// The port when none is named.
pub const PORT: u16 = 7700;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 for any that is free.
    pub addr: SocketAddr,
    /// Folder of the index.
    pub index: PathBuf,
    /// What to keep the index up to date with.
    pub watch: Option<watch::Watched>,
    /// Names by which other machines may call this one.
    pub hosts: Vec<String>,
    /// What a request must bring as `Authorization: Bearer …`.
    pub token: Option<String>,
    /// Searches that run at the same time; 0 for as many as there are cores.
    pub threads: usize,
}

/// Serves until the process is told to stop (SIGTERM, SIGINT), and then until the requests that run have been answered.
///
/// # Errors
/// When the address cannot be had.
pub fn run(options: Options) -> Result<()> {
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.min(4))
        // The searches, and one for what must not wait behind them: opening a new index.
        .max_blocking_threads(threads + 1)
        .enable_io()
        .enable_time()
        .build()
        .map_err(|error| Error::new(Kind::Io, "cannot start threads").because(&error))?;
    runtime.block_on(serve(options, threads))
}

async fn serve(options: Options, threads: usize) -> Result<()> {
    // Before anything is said: whoever reads that we listen may tell us to stop.
    let stop = listen::Stop::new()?;
    let listener = bind(options.addr).await?;
    let addr = listener
        .local_addr()
        .map_err(|error| unbindable(options.addr, &error))?;
    if let Some(watched) = options.watch.clone() {
        watch::start(watched, options.index.clone());
    }
    let app = Arc::new(App::new(&options, addr, threads));
    if let Err(error) = app.engines.current() {
        say(&format!("{error}; it is looked for all the time"));
    }
    say(&format!("listening on http://{addr}/"));
    tokio::spawn(engines::follow(Arc::clone(&app)));
    listen::serve(listener, routes::router(app), stop).await;
    Ok(())
}

async fn bind(addr: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(addr)
        .await
        .map_err(|error| unbindable(addr, &error))
}

fn unbindable(addr: SocketAddr, error: &std::io::Error) -> Error {
    let hint = "name another address, as in --addr 127.0.0.1:7701, or any free port with --addr 127.0.0.1:0";
    Error::new(Kind::Io, format!("cannot listen on {addr}"))
        .because(error)
        .hint(hint)
}

/// A line for whoever watches the server.
pub(crate) fn say(text: &str) {
    use std::io::Write;
    // A closed terminal is no reason to stop serving.
    let _ = writeln!(std::io::stderr().lock(), "{}", clean(text));
}
