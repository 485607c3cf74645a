//! Child processes against the clock: wall time from spawn to wait, peak memory, counted instructions.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// What one run cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Wall time, spawn to wait (`CLOCK_MONOTONIC`).
    pub seconds: f64,
    /// Peak resident memory in bytes (`VmHWM`), mapped files included.
    pub peak: f64,
    /// The part of it that no file backs, in bytes (`RssAnon`, greatest sample).
    pub anonymous: f64,
}

/// Runs `command` silently and returns its wall time in seconds. Exit 1 is fine: it says that a search found nothing.
///
/// # Errors
/// When it cannot be started, or fails.
pub fn seconds(command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    let mut child = silent(command)?;
    let status = child.wait()?;
    let seconds = start.elapsed().as_secs_f64();
    match status.code() {
        Some(0 | 1) => Ok(seconds),
        _ => Err(format!("{}: {status}", line(command)).into()),
    }
}

/// As [`seconds`], with memory: a thread reads `/proc/PID/status` every two milliseconds. The kernel keeps the peak, so
/// only what is allocated in the last two milliseconds can be missed.
///
/// # Errors
/// As [`seconds`].
pub fn cost(command: &mut Command) -> Result<Cost> {
    let start = Instant::now();
    let mut child = silent(command)?;
    let (id, done) = (child.id(), AtomicBool::new(false));
    let (status, seconds, memory) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(id, &done));
        let status = child.wait();
        let seconds = start.elapsed().as_secs_f64();
        done.store(true, Ordering::Relaxed);
        (status, seconds, watch.join().unwrap_or_default())
    });
    match status?.success() {
        true => Ok(Cost {
            seconds,
            peak: memory.0 as f64,
            anonymous: memory.1 as f64,
        }),
        false => Err(format!("{}: failed", line(command)).into()),
    }
}

fn silent(command: &mut Command) -> Result<Child> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
        .spawn()
        .map_err(|e| format!("{}: {e}", line(command)).into())
}

fn watch(id: u32, done: &AtomicBool) -> (u64, u64) {
    let mut greatest = (0, 0);
    while !done.load(Ordering::Relaxed) {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let kib = |key: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(key));
            let number = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
            number.unwrap_or(0)
        };
        greatest.0 = greatest.0.max(kib("VmHWM:") * 1024);
        greatest.1 = greatest.1.max(kib("RssAnon:") * 1024);
        thread::sleep(Duration::from_millis(2));
    }
    greatest
}

/// Runs `command` and returns what it printed.
///
/// # Errors
/// When it cannot be started, or fails: with what it said.
pub fn output(command: &mut Command) -> Result<String> {
    let out = command
        .output()
        .map_err(|e| format!("{}: {e}", line(command)))?;
    match out.status.code() {
        Some(0 | 1) => Ok(String::from_utf8_lossy(&out.stdout).into_owned()),
        _ => {
            let said = String::from_utf8_lossy(&out.stderr);
            Err(format!("{}: {}\n{said}", line(command), out.status).into())
        }
    }
}

/// How many instructions `command` executes in user space, all threads together, counted by valgrind.
///
/// # Errors
/// When valgrind is not there or says no number.
pub fn instructions(command: &Command) -> Result<u64> {
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    counted.arg(command.get_program()).args(command.get_args());
    let out = counted.output().map_err(|e| format!("valgrind: {e}"))?;
    let said = String::from_utf8_lossy(&out.stderr);
    let collected = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    match collected {
        Some((_, number)) => Ok(number.trim().parse()?),
        None => Err(format!("{}: valgrind says\n{said}", line(command)).into()),
    }
}

/// Whether a program of this name can be started.
pub fn installed(program: &str) -> bool {
    let mut version = Command::new(program);
    silent(version.arg("--version")).is_ok_and(|mut child| child.wait().is_ok())
}

/// A command as it would be typed.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_seen_and_failure_is_no_measurement() {
        let cost = cost(Command::new("sleep").arg("0.05")).unwrap();
        assert!(cost.seconds >= 0.05 && cost.peak > 100_000.0, "{cost:?}");
        assert!(seconds(Command::new("sh").args(["-c", "exit 2"])).is_err());
        assert!(seconds(&mut Command::new("no-such-program")).is_err());
    }
}
