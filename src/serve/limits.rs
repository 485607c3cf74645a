//! What one request may ask, and what all of them together may take.

use std::time::Duration;

/// Bytes of a query.
pub const QUERY_BYTES: usize = 4 << 10;
/// Hits of one answer.
pub const HITS: usize = 1_000;
/// How deep into the hits an answer may reach: `offset` and `n` together.
pub const DEPTH: usize = 10_000;
/// Facets, and values to narrow by, of one request.
pub const FIELDS: usize = 16;
/// Completions of one answer.
pub const COMPLETIONS: usize = 20;
/// Bytes of the name of a field or of a value of one.
pub const NAME_BYTES: usize = 512;
/// How long a query may run before it is given up. Less than a second, with what it takes to notice.
pub const QUERY_TIME: Duration = Duration::from_millis(800);
/// How long a request may wait for its turn.
pub const QUEUE_TIME: Duration = Duration::from_secs(2);
/// Requests that may wait or run, for each search that can run at the same time.
pub const IN_FLIGHT: usize = 64;
/// Connections; further ones wait to be accepted.
pub const CONNECTIONS: usize = 1_024;
/// Bytes of a request's head.
pub const HEAD_BYTES: usize = 32 << 10;
/// Header lines of a request.
pub const HEADERS: usize = 64;
/// How long a client may take to send a request's head, or be silent between two requests.
pub const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a client may read nothing of its answer.
pub const STALL_TIME: Duration = Duration::from_secs(10);
/// How long requests that run may go on when the server is told to stop.
pub const FAREWELL: Duration = Duration::from_secs(10);
/// How often a newer commit of the index is looked for.
pub const RELOAD: Duration = Duration::from_millis(250);
