//! Connections: accepted as long as there is room, each with limits on what it may send and how slowly, and all of them
//! brought to an end when the process is told to stop.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::limits;
use super::patience::Patient;
use crate::error::{Error, Kind, Result};

/// The signals that end a server.
pub struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    /// From now on, a signal is waited for and no longer kills.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn new() -> Result<Stop> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let of = |kind| {
                signal(kind).map_err(|error| {
                    Error::new(Kind::Io, "cannot wait for signals").because(&error)
                })
            };
            Ok(Stop {
                terminate: of(SignalKind::terminate())?,
                interrupt: of(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Stop {})
    }

    async fn told(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Serves until told to stop, then until what runs has been answered, or [`limits::FAREWELL`] is over.
pub async fn serve(listener: TcpListener, router: Router, mut stop: Stop) {
    let (closing, closed) = watch::channel(false);
    let room = Arc::new(Semaphore::new(limits::CONNECTIONS));
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = stop.told() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, router.clone(), closed.clone());
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            // Too many open files, mostly: others will be closed.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    super::say("stopping: what runs is answered first; a second signal stops at once");
    let _ = closing.send(true);
    drop(closed);
    let all_gone = async { closing.closed().await };
    tokio::select! {
        () = all_gone => {}
        () = tokio::time::sleep(limits::FAREWELL) => {}
        () = stop.told() => {}
    }
}

async fn connection(stream: TcpStream, router: Router, mut closing: watch::Receiver<bool>) {
    // Answers are whole when they are written: nothing is gained by waiting for more.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Patient::new(stream, limits::STALL_TIME));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits::HEAD_TIME)
        .max_buf_size(limits::HEAD_BYTES)
        .max_headers(limits::HEADERS);
    let connection = http.serve_connection(io, TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // A client that went away or talks nonsense is its own affair.
        _ = connection.as_mut() => {}
        _ = closing.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
