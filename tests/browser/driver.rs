//! A browser, driven through chromedriver by as much of its protocol (WebDriver) as these tests need.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{self, Answer};

/// Keys that have no letter.
pub const DOWN: &str = "\u{e015}";
/// As [`DOWN`].
pub const UP: &str = "\u{e013}";
/// As [`DOWN`].
pub const ENTER: &str = "\u{e007}";
/// As [`DOWN`].
pub const ESCAPE: &str = "\u{e00c}";

/// How a browser is to be.
#[derive(Debug, Clone, Copy)]
pub struct Like {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Whether its user likes it dark.
    pub dark: bool,
    /// Whether it runs scripts.
    pub scripts: bool,
}

impl Default for Like {
    fn default() -> Like {
        Like {
            width: 1280,
            height: 800,
            dark: false,
            scripts: true,
        }
    }
}

/// A browser with one page, gone after the test.
pub struct Browser {
    driver: Child,
    addr: SocketAddr,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Starts one.
    pub fn start(like: Like) -> Browser {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (Debian: chromium-driver)");
        let mut lines = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                line.strip_prefix("ChromeDriver was started successfully on port ")?
                    .trim_end_matches('.')
                    .parse::<u16>()
                    .ok()
            })
            .expect("chromedriver says its port");
        // What it says further is read, or it would wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let profile = TempDir::new().expect("a folder");
        let mut browser = Browser {
            driver,
            addr: SocketAddr::from(([127, 0, 0, 1], port)),
            session: String::new(),
            _profile: profile,
        };
        let mut args: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ]
        .map(str::to_owned)
        .to_vec();
        args.push(format!(
            "--user-data-dir={}",
            browser._profile.path().display()
        ));
        if like.dark {
            args.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let scripts = if like.scripts { 1 } else { 2 };
        let options = json!({
            "args": args,
            "prefs": {"profile.managed_default_content_settings.javascript": scripts},
            "mobileEmulation": {"deviceMetrics": {"width": like.width, "height": like.height, "pixelRatio": 1.0, "mobile": false, "touch": false}},
        });
        let wanted = json!({"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}});
        let made = browser.call("POST", "/session", &wanted);
        browser.session = made["sessionId"].as_str().expect("a session").to_owned();
        browser
    }

    /// One command of the protocol; what it gives.
    #[track_caller]
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, value) = self.ask(method, path, body);
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    /// One command of the protocol; its status and what it gives.
    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let path = path.replace("{}", &self.session);
        let body = if method == "GET" {
            String::new()
        } else {
            body.to_string()
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.addr,
            body.len()
        );
        let answer = Answer::parse(&http::send(self.addr, request.as_bytes()));
        (answer.status, answer.json()["value"].clone())
    }

    /// Goes to an address.
    pub fn go(&self, address: &str) {
        self.call("POST", "/session/{}/url", &json!({"url": address}));
    }

    /// The address it is at.
    pub fn address(&self) -> String {
        self.call("GET", "/session/{}/url", &Value::Null)
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Goes back.
    pub fn back(&self) {
        self.call("POST", "/session/{}/back", &json!({}));
    }

    /// The value of a JavaScript expression.
    #[track_caller]
    pub fn value(&self, expression: &str) -> Value {
        let script = json!({"script": format!("return ({expression})"), "args": []});
        self.call("POST", "/session/{}/execute/sync", &script)
    }

    /// Runs JavaScript in the page.
    pub fn run(&self, script: &str) {
        self.call(
            "POST",
            "/session/{}/execute/sync",
            &json!({"script": script, "args": []}),
        );
    }

    /// Waits until an expression is true; a failure shows the page's text.
    #[track_caller]
    pub fn wait(&self, expression: &str) {
        let begun = Instant::now();
        while self.value(expression) != true {
            if begun.elapsed() > Duration::from_secs(10) {
                panic!(
                    "never: {expression}\nat {}\n{}",
                    self.address(),
                    self.text("body")
                );
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// The address of an element in the protocol, if the page has it.
    fn find(&self, css: &str) -> Option<String> {
        let wanted = json!({"using": "css selector", "value": css});
        let (_, found) = self.ask("POST", "/session/{}/element", &wanted);
        let id = found.as_object()?.values().next()?.as_str()?;
        // An error is an object, too.
        found
            .get("error")
            .is_none()
            .then(|| format!("/session/{{}}/element/{id}"))
    }

    #[track_caller]
    fn element(&self, css: &str) -> String {
        let found = self.find(css);
        found.unwrap_or_else(|| panic!("no `{css}` at {}", self.address()))
    }

    /// The text of an element as it is seen.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        let path = format!("{}/text", self.element(css));
        let text = self.call("GET", &path, &Value::Null);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The text of an element; none, when it is not there, as between two pages.
    pub fn text_if_there(&self, css: &str) -> Option<String> {
        let path = format!("{}/text", self.find(css)?);
        let (status, text) = self.ask("GET", &path, &Value::Null);
        text.as_str().filter(|_| status == 200).map(str::to_owned)
    }

    /// Clicks an element.
    #[track_caller]
    pub fn click(&self, css: &str) {
        let path = format!("{}/click", self.element(css));
        self.call("POST", &path, &json!({}));
    }

    /// Presses keys, whatever has the focus.
    pub fn press(&self, keys: &str) {
        let presses: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [
                    json!({"type": "keyDown", "value": key.to_string()}),
                    json!({"type": "keyUp", "value": key.to_string()}),
                ]
            })
            .collect();
        let actions = json!({"actions": [{"type": "key", "id": "keyboard", "actions": presses}]});
        self.call("POST", "/session/{}/actions", &actions);
    }

    /// Keeps a picture of what is seen in `target/screenshots/` (out of git), for a person to look at. Gives its bytes.
    pub fn picture(&self, name: &str) -> PathBuf {
        let packed = self.call("GET", "/session/{}/screenshot", &Value::Null);
        let bytes = unpacked(packed.as_str().unwrap_or_default());
        assert!(bytes.starts_with(b"\x89PNG"), "a picture");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, bytes).expect("a file");
        path
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.call("DELETE", "/session/{}", &json!({}));
        } else if !self.session.is_empty() {
            let path = format!(
                "DELETE /session/{} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                self.session, self.addr
            );
            http::send(self.addr, path.as_bytes());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Base64.
fn unpacked(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for six in text.bytes().filter_map(digit) {
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}
