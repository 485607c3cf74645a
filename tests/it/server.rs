//! A server of the program under test, in a folder of its own, that is gone after the test.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::Dir;
use crate::http::{self, Answer};

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub addr: SocketAddr,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// `needledrop serve` on any free port, with further arguments.
    pub fn start(dir: &Dir, args: &[&str]) -> Server {
        Server::with(dir, args, &[])
    }

    /// The same, with variables in its environment.
    pub fn with(dir: &Dir, args: &[&str], variables: &[(&str, &str)]) -> Server {
        let has_addr = args.contains(&"--addr");
        let addr: &[&str] = if has_addr {
            &[]
        } else {
            &["--addr", "127.0.0.1:0"]
        };
        let mut command = dir.command([&["serve"], addr, args].concat());
        command
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .stdout(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut before = String::new();
        let addr = loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("the server ended before it listened:\n{before}");
            };
            before.push_str(&line);
            before.push('\n');
            let place = line.strip_prefix("listening on http://");
            if let Some(place) = place {
                break place.trim_end_matches('/').parse().expect("an address");
            }
        };
        let said = Arc::new(Mutex::new(before));
        let more = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut said = more.lock().unwrap();
                said.push_str(&line);
                said.push('\n');
            }
        });
        Server { child, addr, said }
    }

    /// What it has said on standard error so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Asks with GET.
    pub fn get(&self, target: &str) -> Answer {
        http::ask(self.addr, "GET", target, &[])
    }

    /// Asks with GET and further headers.
    pub fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        http::ask(self.addr, "GET", target, headers)
    }

    /// The answer to a search.
    #[track_caller]
    pub fn search(&self, query: &str) -> Value {
        self.get(&format!("/api/search?q={}", http::encoded(query)))
            .is(200)
            .json()
    }

    /// Asks until `fits`, for a few seconds.
    #[track_caller]
    pub fn wait_for(&self, what: &str, fits: impl Fn(&Server) -> bool) -> Duration {
        let begun = Instant::now();
        while !fits(self) {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "no {what}:\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        begun.elapsed()
    }

    /// Sends the signal by which a server is told to end.
    pub fn tell_to_stop(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill");
        assert!(sent.success());
    }

    /// Waits for its end.
    pub fn ended(mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "it does not end:\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let ended = self.child.try_wait();
            eprintln!("the server (ended: {ended:?}) said:\n{}", self.said());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
