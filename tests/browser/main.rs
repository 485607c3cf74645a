//! The page in a real browser: Debian's `chromium`, driven by its `chromium-driver`.
//!
//! Ignored by a plain `cargo test`, since they need both. With them: `cargo test --test browser -- --ignored`. Pictures are
//! left in `target/screenshots/`; with `NEEDLEDROP_DOCS=1` the one that the README shows is made anew.

mod driver;
#[allow(dead_code, reason = "the other tests use all of it")]
#[path = "../it/harness.rs"]
mod harness;
#[allow(dead_code, reason = "the other tests use all of it")]
#[path = "../it/http.rs"]
mod http;
#[allow(dead_code, reason = "the other tests use all of it")]
#[path = "../it/server.rs"]
mod server;

use driver::{Browser, DOWN, ENTER, ESCAPE, Like, UP};
use harness::Dir;
use server::Server;

/// The first corpus, served, and a browser at its page.
fn at_the_page(like: Like) -> (Dir, Server, Browser) {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let browser = Browser::start(like);
    browser.go(&format!("http://{}/", server.addr));
    if like.scripts {
        browser.wait("document.documentElement.dataset.script === 'on'");
    }
    (dir, server, browser)
}

const TITLES: &str =
    "[...document.querySelectorAll('.track h3')].map((title) => title.textContent).join('|')";

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn what_is_typed_is_found_and_stands_in_the_address() {
    let (_dir, _server, browser) = at_the_page(Like::default());
    assert!(browser.text("body").contains("Most credited"));
    browser.press("velvet");
    browser.wait(&format!("{TITLES} === 'Velvet Goldmine'"));
    assert!(
        browser.address().ends_with("/?q=velvet"),
        "{}",
        browser.address()
    );
    browser.press(" bowie");
    browser.wait("document.querySelectorAll('.track').length === 3 && document.querySelector('mark') !== null");
    assert_eq!(
        browser.value("document.getElementById('status').textContent"),
        "3 write-ups"
    );
    assert_eq!(browser.value("document.title"), "velvet bowie – needledrop");
    browser.run("location.reload()");
    browser.wait("document.documentElement.dataset.script === 'on' && document.querySelectorAll('.track').length === 3");
    assert_eq!(
        browser.value("document.getElementById('q').value"),
        "velvet bowie"
    );
    browser.picture("typed");
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn artists_narrow_and_back_goes_back() {
    let (_dir, server, browser) = at_the_page(Like::default());
    browser.go(&format!("http://{}/?q=bowie", server.addr));
    browser.wait("document.documentElement.dataset.script === 'on'");
    browser.click("#artists a[data-artist='Lou Reed']");
    browser.wait("document.querySelectorAll('.track').length === 2");
    assert!(browser.address().contains("artist=Lou+Reed"));
    browser.click("input[value='-year']");
    browser.wait("location.search.includes('sort=-year')");
    browser.wait(&format!("{TITLES} === 'Velvet Goldmine|Lost Highway'"));
    browser.back();
    browser.wait("!location.search.includes('sort')");
    browser.back();
    browser.wait(
        "document.querySelectorAll('.track').length === 3 && !location.search.includes('artist')",
    );
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn all_of_it_goes_by_keyboard() {
    let (_dir, _server, browser) = at_the_page(Like::default());
    browser.press("bowie");
    browser.wait("document.querySelectorAll('.track').length === 3");
    browser.press(DOWN);
    browser.press(DOWN);
    let focused = "document.activeElement.textContent";
    assert_eq!(browser.value(focused), "Almost Famous");
    browser.press(UP);
    assert_eq!(browser.value(focused), "Lost Highway");
    browser.press(ENTER);
    browser.wait("document.querySelector('.track.open .prose') !== null");
    assert_eq!(browser.value(focused), "Lost Highway");
    assert!(browser.address().contains("open=lost-highway"));
    let count = browser
        .value("document.querySelectorAll('.track.open mark').length")
        .as_u64()
        .unwrap();
    assert!(count >= 2, "{count} marks");
    browser.press("nn");
    browser.wait("document.querySelectorAll('mark.here').length === 1");
    assert_eq!(
        browser.value("document.getElementById('place').textContent"),
        format!("match 2 of {count}")
    );
    browser.picture("open");
    browser.press("p");
    assert_eq!(
        browser.value("document.getElementById('place').textContent"),
        format!("match 1 of {count}")
    );
    browser.press(ESCAPE);
    browser.wait("document.querySelector('.track.open') === null");
    assert_eq!(browser.value(focused), "Lost Highway");
    browser.press("/");
    assert_eq!(browser.value("document.activeElement.id"), "q");
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn a_mistake_is_mended_by_a_click() {
    let (_dir, _server, browser) = at_the_page(Like::default());
    browser.press("bowei");
    browser.wait("document.querySelector('.mend')?.textContent === 'bowie'");
    browser.click(".mend");
    browser.wait("document.getElementById('q').value === 'bowie' && document.querySelector('.mend') === null");
    browser.press(" \"velvet");
    browser.wait("document.getElementById('remarks').textContent.includes('quote')");
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn an_older_answer_never_takes_the_place_of_a_newer_one() {
    let (_dir, _server, browser) = at_the_page(Like::default());
    // The answers to all but the last letter come late.
    browser.run("const ask = window.fetch; window.fetch = async (address, options) => { const answer = await ask(address, { ...options, signal: undefined }); \
                 if (!address.includes('matrix')) await new Promise((done) => setTimeout(done, 400)); return answer; };");
    browser.press("matrix");
    browser.wait(&format!("{TITLES} === 'The Matrix'"));
    std::thread::sleep(std::time::Duration::from_millis(800));
    assert_eq!(browser.value(TITLES), "The Matrix");
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn it_works_without_scripts() {
    let (_dir, _server, browser) = at_the_page(Like {
        scripts: false,
        ..Like::default()
    });
    browser.press("bowie");
    browser.press(ENTER);
    let has = |text: &str| {
        let begun = std::time::Instant::now();
        loop {
            let body = browser.text_if_there("body").unwrap_or_default();
            if body.contains(text) {
                break;
            }
            assert!(begun.elapsed().as_secs() < 10, "{text}\n{body}");
        }
    };
    has("3 write-ups");
    assert!(browser.address().contains("?q=bowie"));
    browser.click("#artists a[data-artist='Lou Reed']");
    has("2 write-ups");
    browser.click(".track h3 a");
    has("director");
    browser.picture("no-script");
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn it_is_readable_small_large_and_dark() {
    for (name, like) in [
        (
            "small",
            Like {
                width: 320,
                height: 640,
                ..Like::default()
            },
        ),
        (
            "large",
            Like {
                width: 2560,
                height: 1440,
                ..Like::default()
            },
        ),
        (
            "dark",
            Like {
                dark: true,
                ..Like::default()
            },
        ),
    ] {
        let (_dir, server, browser) = at_the_page(like);
        for (state, query) in [
            ("blank", ""),
            ("results", "?q=bowie+strauss"),
            ("open", "?q=bowie&open=lost-highway"),
            ("nothing", "?q=zzzzzz"),
        ] {
            browser.go(&format!("http://{}/{query}", server.addr));
            browser.wait("document.documentElement.dataset.script === 'on'");
            let over = browser.value(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth",
            );
            assert!(
                over.as_i64().is_some_and(|over| over <= 0),
                "{name} {state} is {over} wider than the window"
            );
            browser.picture(&format!("{name}-{state}"));
        }
        let paper = browser.value("getComputedStyle(document.documentElement).backgroundColor");
        let is_dark = paper == "rgb(20, 18, 16)";
        assert_eq!(is_dark, like.dark, "{name}: {paper}");
    }
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn a_corpus_that_means_harm_is_text() {
    let dir = Dir::with_entries(&[
        r#"{"id": "x'\"><script>window.harm=1</script>", "title": "<script>window.harm=2</script> needle", "artists": ["<img src=x onerror=window.harm=3>"], "prose": "needle <svg onload=window.harm=4> \u0000 \u202e end", "url": "javascript:window.harm=5", "site": "https://example.org/?a=<b>"}"#,
        r#"{"title": "مصحف needle", "prose": "needle أم كلثوم"}"#,
        r#"{"title": "坂本龍一 needle", "prose": "needle 戦場のメリークリスマス"}"#,
    ]);
    let server = Server::start(&dir, &[]);
    let browser = Browser::start(Like::default());
    browser.go(&format!("http://{}/?q=needle", server.addr));
    browser.wait("document.documentElement.dataset.script === 'on' && document.querySelectorAll('.track').length === 3");
    browser.click(".track[data-id^='x'] h3 a");
    browser.wait("document.querySelector('.track.open .liner') !== null");
    assert_eq!(browser.value("window.harm ?? 0"), 0);
    assert_eq!(browser.value("document.querySelectorAll('main script, main img, main svg, main b, a[href^=javascript]').length"), 0);
    let text = browser.value("document.querySelector('.track.open').textContent");
    let text = text.as_str().unwrap();
    assert!(
        text.contains("<svg onload") && text.contains("‹U+0000›") && text.contains("‹U+202E›"),
        "{text}"
    );
    assert!(
        browser
            .value("document.querySelector('.liner a').href")
            .as_str()
            .unwrap()
            .starts_with("https://example.org/")
    );
    // What is written from right to left is laid out so.
    let direction = "[...document.querySelectorAll('h3 a')].find((link) => link.textContent.includes('مصحف')).matches(':dir(rtl)')";
    assert_eq!(browser.value(direction), true);
    browser.picture("harm");
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn an_open_page_follows_a_rebuild_and_outlives_its_server() {
    let (dir, server, browser) = at_the_page(Like::default());
    browser.press("trainspotting");
    browser.wait("document.querySelector('.state h2')?.textContent === 'Not in this collection'");
    dir.write(
        "corpus/new.jsonl",
        "{\"title\": \"Trainspotting\", \"artists\": [\"Iggy Pop\"]}\n",
    );
    dir.run(["index"]).ok();
    server.wait_for("new entry", |server| {
        server.search("trainspotting")["total"] == 1
    });
    browser.press(" ");
    browser.wait(&format!("{TITLES} === 'Trainspotting'"));
    server.tell_to_stop();
    assert!(server.ended().success());
    browser.press("x");
    browser.wait("document.querySelector('.state[data-kind=away]') !== null");
    browser.picture("away");
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn a_token_is_asked_for() {
    let dir = Dir::with_first_index();
    let server = Server::with(&dir, &[], &[("NEEDLEDROP_TOKEN", "correct-horse-battery")]);
    let browser = Browser::start(Like::default());
    browser.go(&format!("http://{}/?q=bowie", server.addr));
    browser.wait("document.getElementById('token') !== null");
    browser.click("#token");
    browser.press("correct-horse-battery");
    browser.press(ENTER);
    browser.wait("document.querySelectorAll('.track').length === 3");
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test browser -- --ignored"]
fn the_picture_of_the_readme() {
    let (_dir, server, browser) = at_the_page(Like {
        width: 1100,
        height: 720,
        ..Like::default()
    });
    browser.go(&format!("http://{}/?q=bowie", server.addr));
    browser.wait("document.documentElement.dataset.script === 'on' && document.querySelectorAll('.track').length === 3");
    let picture = browser.picture("readme");
    let size = std::fs::metadata(&picture).unwrap().len();
    assert!(size < 150_000, "{size} bytes");
    if std::env::var_os("NEEDLEDROP_DOCS").is_some() {
        let shown = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/page.png");
        std::fs::copy(picture, shown).unwrap();
    }
}
