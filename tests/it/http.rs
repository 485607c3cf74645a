//! HTTP as far as a test needs it: one request, one answer, one connection.

use std::io::{Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it was sent.
    pub body: Vec<u8>,
}

impl Answer {
    /// Takes an answer apart.
    pub fn parse(bytes: &[u8]) -> Answer {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no end of the head in {shown:?}"));
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": "));
        let answer = Answer {
            status: status.unwrap_or_else(|| panic!("no status in {shown:?}")),
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect(),
            body: bytes[end + 4..].to_vec(),
        };
        let length = answer
            .header("content-length")
            .and_then(|length| length.parse::<usize>().ok());
        if let Some(length) = length.filter(|_| !answer.body.is_empty()) {
            assert_eq!(answer.body.len(), length, "the body is whole");
        }
        answer
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// It has this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

/// Sends `request` as it is, and reads what comes back until it is whole or the other end closes.
pub fn send(addr: SocketAddr, request: &[u8]) -> Vec<u8> {
    exchange(addr, request).0
}

/// The same, with what broke it off.
fn exchange(addr: SocketAddr, request: &[u8]) -> (Vec<u8>, Vec<Error>) {
    let mut stream = TcpStream::connect(addr).expect("a connection");
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a timeout");
    // A server that refuses may close before all of it is sent.
    let mut errors: Vec<Error> = stream.write_all(request).err().into_iter().collect();
    let (mut bytes, mut some) = (Vec::new(), [0; 1 << 16]);
    while !is_whole(&bytes) {
        match stream.read(&mut some) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&some[..count]),
            // A machine that is put to sleep and woken interrupts who waits with a timeout.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                errors.push(error);
                break;
            }
        }
    }
    (bytes, errors)
}

/// Whether as much has come as the head says: not every server closes when it is asked to.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let length = head.lines().find_map(|line| {
        line.strip_prefix("content-length:")?
            .trim()
            .parse::<usize>()
            .ok()
    });
    length.is_some_and(|length| length > 0 && bytes.len() >= end + 4 + length)
}

/// Asks for `target` with further headers.
pub fn ask(addr: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        request.push_str(&format!("Host: {addr}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let (bytes, errors) = exchange(addr, request.as_bytes());
    assert!(!bytes.is_empty(), "no answer to {request:?}: {errors:?}");
    Answer::parse(&bytes)
}

/// A value as it stands in an address.
pub fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => (byte as char).to_string(),
        byte => format!("%{byte:02X}"),
    });
    bytes.collect()
}
