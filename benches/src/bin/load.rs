//! The server under load: `load INDEX QUERIES.tsv [--program PATH] [--clients N] [--seconds S]`.
//!
//! Starts `needledrop serve` with one search thread and then with two, each bound to as many cores where `taskset` is there,
//! asks it the query set over loopback from clients of its own, and prints requests a second, how long the clients waited
//! and how long the server says it took (its `Server-Timing`), its memory, and how long it was from its start to its first
//! answer. Bounded: it ends after the seconds given, for each of the two.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use needledrop_benches::{Result, args::Args, process, queries, stats::percentile};

fn main() -> Result<()> {
    let mut args = Args::from_env();
    let program = args.value::<PathBuf>("--program")?;
    let program = program.unwrap_or_else(|| "target/release/needledrop".into());
    let clients = args.value::<usize>("--clients")?;
    let seconds = args.value("--seconds")?.unwrap_or(10.0);
    let rest = args.rest()?;
    let [index, set] = rest.as_slice() else {
        return Err(
            "usage: load INDEX QUERIES.tsv [--program PATH] [--clients N] [--seconds S]".into(),
        );
    };
    let targets = targets(&queries::read(set.as_ref())?);
    println!(
        "| server threads | clients | requests/s | client p50, ms | client p99, ms | server p50, ms | server p99, ms | peak memory, MB | not in files, MB | start to first answer, ms |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for threads in [1, 2] {
        let server = Server::start(&program, index, threads)?;
        let first = server.first_answer(&targets[0])?;
        // Once through for the caches.
        run(&server.addr, &targets, 1, targets.len(), Duration::MAX)?;
        let clients = clients.unwrap_or(threads);
        let begun = Instant::now();
        let mut samples = run(
            &server.addr,
            &targets,
            clients,
            usize::MAX,
            Duration::from_secs_f64(seconds),
        )?;
        let rate = samples.client.len() as f64 / begun.elapsed().as_secs_f64();
        samples.sort();
        let of = |samples: &[f64], share| percentile(samples, share);
        let (peak, anonymous) = server.memory();
        println!(
            "| {threads} | {clients} | {rate:.0} | {:.2} | {:.2} | {:.2} | {:.2} | {peak:.0} | {anonymous:.0} | {first:.0} |",
            of(&samples.client, 0.5),
            of(&samples.client, 0.99),
            of(&samples.server, 0.5),
            of(&samples.server, 0.99),
        );
    }
    Ok(())
}

/// What is asked for each query: ten hits with snippets.
fn targets(set: &[queries::Query]) -> Vec<String> {
    let encoded = |text: String| -> String {
        text.bytes()
            .map(|byte| match byte.is_ascii_alphanumeric() {
                true => (byte as char).to_string(),
                false => format!("%{byte:02X}"),
            })
            .collect()
    };
    set.iter()
        .map(|query| format!("/api/search?n=10&q={}", encoded(query.text())))
        .collect()
}

/// Milliseconds, a number for each answer.
#[derive(Default)]
struct Samples {
    client: Vec<f64>,
    server: Vec<f64>,
}

impl Samples {
    fn sort(&mut self) {
        self.client.sort_by(f64::total_cmp);
        self.server.sort_by(f64::total_cmp);
    }
}

/// Asks with `clients` connections, each beginning elsewhere in the set, until each has asked `most` or the time is over.
fn run(
    addr: &str,
    targets: &[String],
    clients: usize,
    most: usize,
    time: Duration,
) -> Result<Samples> {
    let begun = Instant::now();
    let client = |number: usize| -> Result<Samples> {
        let mut connection = Connection::open(addr)?;
        let mut samples = Samples::default();
        let start = number * targets.len() / clients;
        for target in targets.iter().cycle().skip(start).take(most) {
            if begun.elapsed() >= time {
                break;
            }
            let asked = Instant::now();
            let server = connection.ask(target)?;
            samples.client.push(asked.elapsed().as_secs_f64() * 1e3);
            samples.server.push(server);
        }
        Ok(samples)
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|number| scope.spawn(move || client(number)))
            .collect();
        let mut all = Samples::default();
        for one in running {
            let one = one.join().map_err(|_| "a client panicked")??;
            all.client.extend(one.client);
            all.server.extend(one.server);
        }
        Ok(all)
    })
}

/// A connection that is kept.
struct Connection {
    addr: String,
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn open(addr: &str) -> Result<Connection> {
        let stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Connection {
            addr: addr.to_owned(),
            stream: BufReader::new(stream),
        })
    }

    /// Asks, reads all of the answer, and gives the server's time in milliseconds. Anything but 200 is an error.
    fn ask(&mut self, target: &str) -> Result<f64> {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", self.addr);
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (mut line, mut length, mut took) = (String::new(), 0, f64::NAN);
        self.stream.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 200") {
            return Err(format!("{target}: {line}").into());
        }
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            match name {
                "content-length" => length = value.parse()?,
                "server-timing" => took = value.rsplit('=').next().unwrap_or_default().parse()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(took)
    }
}

struct Server {
    child: Child,
    addr: String,
    begun: Instant,
}

impl Server {
    fn start(program: &PathBuf, index: &str, threads: usize) -> Result<Server> {
        let mut command = match process::installed("taskset") {
            true => {
                let mut bound = Command::new("taskset");
                bound
                    .args(["-c", if threads == 1 { "0" } else { "0-1" }])
                    .arg(program);
                bound
            }
            false => Command::new(program),
        };
        command
            .args([
                "serve",
                "--addr",
                "127.0.0.1:0",
                "--index",
                index,
                "--threads",
            ])
            .arg(threads.to_string());
        let begun = Instant::now();
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let stderr = child.stderr.take().ok_or("no stderr")?;
        let mut server = Server {
            child,
            addr: String::new(),
            begun,
        };
        for line in BufReader::new(stderr).lines() {
            let line = line?;
            if let Some(addr) = line.strip_prefix("listening on http://") {
                server.addr = addr.trim_end_matches('/').to_owned();
                return Ok(server);
            }
            eprintln!("{line}");
        }
        Err("the server ended before it listened".into())
    }

    /// Milliseconds from its start to its first answer.
    fn first_answer(&self, target: &str) -> Result<f64> {
        Connection::open(&self.addr)?.ask(target)?;
        Ok(self.begun.elapsed().as_secs_f64() * 1e3)
    }

    /// Peak resident memory, and what of the present one no file backs, in megabytes.
    fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .unwrap_or_default();
        let of = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key));
            let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
            kib.unwrap_or(f64::NAN) * 1024.0 / 1e6
        };
        (of("VmHWM:"), of("RssAnon:"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
