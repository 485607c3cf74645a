//! The server as programs and browsers ask it.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::Dir;
use crate::http::{self, Answer, encoded};
use crate::server::Server;

/// An answer without how long it took, which is never the same.
fn timeless(mut answer: Value) -> Value {
    answer["took_us"] = Value::Null;
    answer
}

#[test]
fn the_api_answers_as_the_command_line_does() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    // Parameters of the one, flags of the other.
    let ways: [(&str, &[&str]); 9] = [
        ("", &[]),
        ("&n=3&offset=1", &["-n", "3", "--offset", "1"]),
        ("&n=0", &["-n", "0"]),
        ("&n=1000&sort=-year", &["-n", "1000", "--sort", "-year"]),
        (
            "&sort=rank&facet=artists&facet=year",
            &["--sort", "rank", "--facet", "artists", "--facet", "year"],
        ),
        ("&literal=1", &["-F"]),
        ("&all=true&count=1", &["--all", "--count"]),
        ("&explain=1&n=2", &["--explain", "-n", "2"]),
        (
            "&only=artists:David+Bowie&facet=tags",
            &["--only", "artists=David Bowie", "--facet", "tags"],
        ),
    ];
    let queries = [
        "bowie",
        "thin white duke",
        "\"thin white duke\"",
        "bowei",
        "kubri*",
        "year:1968..1979 -graffiti",
        "*",
        "",
        "title:(big chill",
        "a AND",
        "composer:burwell year:1998",
        "T. Rex",
        "zzzzzz",
        "\"the film\"~3 +song",
        "Sunn O)))",
        "坂本龍一",
        "\u{202e}evil\0",
        "100% +-&=?#",
    ];
    let mut hits = 0;
    for query in queries {
        for (params, flags) in ways {
            let target = format!("/api/search?q={}{params}", encoded(query));
            let over_http = timeless(server.get(&target).is(200).json());
            // A null byte cannot be an argument of a program.
            let typed = query.replace('\0', "");
            if typed == query {
                let printed = timeless(dir.search(&[flags, &["--", query]].concat()));
                assert_eq!(over_http, printed, "{target}");
            }
            hits += over_http["hits"].as_array().unwrap().len();
        }
    }
    assert!(hits > 200, "only {hits} hits compared");
}

#[test]
fn an_entry_is_the_one_that_show_prints_and_is_marked_for_a_query() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    for id in ["velvet-goldmine", "lost-highway"] {
        let printed = dir.run(["show", id, "--format", "json"]).ok().json();
        assert_eq!(
            server.get(&format!("/api/entries/{id}")).is(200).json(),
            printed
        );
    }
    let answer = server
        .get("/api/entries/velvet-goldmine?q=thin+duke")
        .is(200)
        .json();
    let marked = crate::harness::marked(&answer, "prose");
    assert_eq!(marked, ["Thin", "Duke"]);
    let problem = server.get("/api/entries/velvet-goldmin").is(404).json();
    assert_eq!(
        problem["error"]["hint"],
        "did you mean: /api/entries/velvet-goldmine"
    );
}

#[test]
fn ids_of_any_kind_are_addresses() {
    let dir = Dir::with_entries(&[
        r#"{"id": "a/b c?d#e%f", "title": "Odd"}"#,
        r#"{"id": "坂本", "title": "Sakamoto"}"#,
        r#"{"id": "..", "title": "Dots"}"#,
    ]);
    let server = Server::start(&dir, &[]);
    for (id, title) in [("a/b c?d#e%f", "Odd"), ("坂本", "Sakamoto"), ("..", "Dots")] {
        let answer = server
            .get(&format!("/api/entries/{}", encoded(id)))
            .is(200)
            .json();
        assert_eq!(answer["entry"]["title"], title);
    }
}

#[test]
fn what_was_typed_goes_on() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let suggested = |query: &str| -> Vec<(String, String)> {
        let answer = server
            .get(&format!("/api/suggest?q={}", encoded(query)))
            .is(200)
            .json();
        let list = answer["suggestions"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        list.map(|one| (text(&one["text"]), text(&one["kind"])))
            .collect()
    };
    let has = |query: &str, text: &str, kind: &str| {
        let all = suggested(query);
        assert!(
            all.contains(&(text.to_owned(), kind.to_owned())),
            "{query}: {all:?}"
        );
    };
    has("velv", "Velvet Goldmine", "title");
    has("Velvet Gold", "Velvet Goldmine", "title");
    has("david b", "David Bowie", "artist");
    has("the thin whi", "the thin white", "word");
    has("stanley kubrik", "stanley kubrick", "mended");
    assert_eq!(suggested("heat of the "), []);
    assert_eq!(
        suggested("the matrix")[0],
        ("The Matrix".to_owned(), "title".to_owned())
    );
    for noise in ["", "\"", "title:", "a* b*", "+-(", "\0", "坂"] {
        suggested(noise);
    }
    assert_eq!(
        server.get("/api/suggest?q=b&n=2").json()["suggestions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn what_is_wrong_has_one_shape_and_the_right_status() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let long = format!("/api/search?q={}", "a".repeat(4_097));
    let cases = [
        ("/api/search?q=x&n=ten", 400, "usage"),
        ("/api/search?q=x&n=1001", 400, "usage"),
        ("/api/search?q=x&offset=9999", 400, "usage"),
        ("/api/search?q=x&limit=3", 400, "usage"),
        ("/api/search?q=x&sort=", 400, "usage"),
        ("/api/search?q=x&only=y", 400, "usage"),
        (&long, 413, "usage"),
        ("/api/entries/nobody", 404, "missing"),
        ("/api/entries/x?n=1", 400, "usage"),
        ("/api/suggest?n=21", 400, "usage"),
        ("/nothing/here", 404, "missing"),
        ("/assets/0000/page.js", 404, "missing"),
        ("/assets/../Cargo.toml", 404, "missing"),
    ];
    for (target, status, kind) in cases {
        let answer = server.get(target).is(status);
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "{target}"
        );
        let error = &answer.json()["error"];
        assert_eq!(error["kind"], kind, "{target}");
        assert!(
            error["message"].is_string() && !error["hint"].is_number(),
            "{target}"
        );
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let answer = http::ask(server.addr, method, "/api/search?q=x", &[]).is(405);
        assert_eq!(answer.header("allow"), Some("GET, HEAD"));
        assert_eq!(answer.json()["error"]["kind"], "usage");
    }
    let head = http::ask(server.addr, "HEAD", "/api/search?q=bowie", &[]).is(200);
    assert!(head.body.is_empty());
    server
        .get_with("/api/search?q=x", &[("Content-Length", "5")])
        .is(413);
}

#[test]
fn a_request_has_limits() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let of = |head: String| http::send(server.addr, head.as_bytes());
    let many = "X-A: b\r\n".repeat(200);
    let answer = of(format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{many}\r\n"
    ));
    assert!((400..500).contains(&Answer::parse(&answer).status));
    let answer = of(format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: {}\r\n\r\n",
        "b".repeat(100_000)
    ));
    assert!(answer.is_empty() || (400..500).contains(&Answer::parse(&answer).status));
    let answer = of(format!(
        "GET /?q={} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "b".repeat(100_000)
    ));
    assert!(answer.is_empty() || (400..500).contains(&Answer::parse(&answer).status));
    let answer = of("hello\r\n\r\n".to_owned());
    assert!(answer.is_empty() || Answer::parse(&answer).status == 400);
    // It goes on answering.
    assert_eq!(server.search("bowie")["total"], 3);
}

/// A client that sends a letter and then nothing must not hold its place for ever.
#[test]
#[ignore = "takes ten seconds: cargo test --test it -- --ignored"]
fn a_slow_client_is_sent_away() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let mut stream = TcpStream::connect(server.addr).unwrap();
    stream.write_all(b"G").unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let begun = Instant::now();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(
        (8..16).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn only_who_may_asks() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let asked = |headers: &[(&str, &str)]| server.get_with("/api/search?q=bowie", headers).status;
    assert_eq!(asked(&[("Host", "localhost:1")]), 200);
    assert_eq!(asked(&[("Host", "evil.example")]), 403);
    assert_eq!(
        asked(&[("Host", "127.0.0.1"), ("Origin", "http://evil.example")]),
        403
    );
    assert_eq!(
        asked(&[("Host", "127.0.0.1"), ("Origin", "http://127.0.0.1")]),
        200
    );
    assert_eq!(asked(&[("Sec-Fetch-Site", "cross-site")]), 403);
    // The page too: it holds what the corpus says.
    server
        .get_with("/?q=bowie", &[("Host", "evil.example")])
        .is(403);
    let answer = http::send(server.addr, b"GET / HTTP/1.0\r\n\r\n");
    assert_eq!(Answer::parse(&answer).status, 400);
    let named = Server::start(&dir, &["--allow-host", "records.lan"]);
    named.get_with("/", &[("Host", "Records.lan:7700")]).is(200);
}

#[test]
fn a_token_keeps_the_corpus() {
    let dir = Dir::with_first_index();
    let token = "correct-horse-battery";
    dir.write("token", format!("{token}\n"));
    let by_file = Server::start(&dir, &["--token-file", "token"]);
    let by_variable = Server::with(&dir, &[], &[("NEEDLEDROP_TOKEN", token)]);
    for server in [by_file, by_variable] {
        for target in [
            "/api/search?q=bowie",
            "/api/entries/the-crow",
            "/api/suggest?q=b",
            "/metrics",
        ] {
            let refused = server.get(target).is(401);
            assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
            server
                .get_with(target, &[("Authorization", "Bearer wrong-horse-battery")])
                .is(401);
            server
                .get_with(target, &[("Authorization", &format!("Bearer {token}"))])
                .is(200);
        }
        let page = server.get("/?q=bowie&open=the-crow").is(200).text();
        assert!(
            page.contains("Members only")
                && !page.contains("Lost Highway")
                && !page.contains("Revell"),
            "{page}"
        );
        server.get("/healthz").is(200);
    }
    dir.write("token", "short");
    dir.run(["serve", "--token-file", "token"])
        .ended(2)
        .said("no token");
}

#[test]
fn other_machines_are_let_in_on_purpose_only() {
    let dir = Dir::with_first_index();
    dir.run(["serve", "--addr", "0.0.0.0:0"])
        .ended(2)
        .said("--allow-remote");
    let server = Server::start(&dir, &["--addr", "0.0.0.0:0", "--allow-remote"]);
    assert!(
        server.said().contains("everybody who can reach it"),
        "{}",
        server.said()
    );
    dir.run(["serve", "--addr", "nowhere"]).ended(2);
    let taken = server.addr.port();
    dir.run(["serve", "--addr", &format!("127.0.0.1:{taken}")])
        .ended(2)
        .said("cannot listen");
}

#[test]
fn what_a_corpus_says_is_shown_never_obeyed() {
    let dir = Dir::with_entries(&[
        r#"{"id": "x\"><script>alert(1)</script>", "title": "<script>alert('title')</script> needle", "artists": ["\"><img src=x onerror=alert(2)>"], "prose": "needle </p><iframe src=javascript:alert(3)> \u0000 \u202e txet \u001b[31m <b>bold</b>", "url": "javascript:alert(4)", "site": "https://example.org/\"onclick=\"x", "<k>": "<v>"}"#,
    ]);
    let server = Server::start(&dir, &[]);
    let id = encoded("x\"><script>alert(1)</script>");
    for target in [
        "/?q=needle".to_owned(),
        format!("/?q=needle&open={id}"),
        format!("/?q=%22%3E%3Cscript%3Ealert(5)&artist=%3Cb%3E&sort=%3Cb%3E&open={id}"),
        "/".to_owned(),
    ] {
        let answer = server.get(&target).is(200);
        let csp = answer.header("content-security-policy").unwrap();
        assert!(
            csp.contains("default-src 'none'") && !csp.contains("unsafe"),
            "{csp}"
        );
        let page = answer.text();
        for banned in [
            "<script>",
            "<img",
            "<iframe",
            "<b>",
            "<k>",
            "<v>",
            "href=\"javascript",
            "\"onclick",
            "\0",
            "\u{202e}",
            "\u{1b}",
        ] {
            assert!(!page.contains(banned), "{banned:?} in {target}\n{page}");
        }
    }
    let page = server.get(&format!("/?q=needle&open={id}")).text();
    assert!(
        page.contains("&lt;script&gt;alert(&#39;title&#39;)&lt;/script&gt;")
            && page.contains("‹U+202E›")
            && page.contains("‹U+0000›"),
        "{page}"
    );
    // JSON is not mistaken for a page.
    let answer = server.get("/api/search?q=needle");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(!answer.text().contains('\u{202e}'));
}

#[test]
fn the_page_works_without_a_script() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let page = server.get("/?q=bowei&sort=-year").is(200).text();
    for part in [
        "value=\"bowei\"",
        "value=\"-year\" checked",
        "Did you mean",
        "href=\"/?q=bowie&amp;sort=-year\"",
        "3 write-ups",
        "data-id=\"velvet-goldmine\"",
        "<mark>Bowie</mark>",
        "artist=David+Bowie",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let narrowed = server.get("/?q=bowie&artist=Lou+Reed").text();
    assert!(
        narrowed.contains("2 write-ups") && !narrowed.contains("almost-famous"),
        "{narrowed}"
    );
    let open = server.get("/?q=bowie&open=velvet-goldmine").text();
    assert!(
        open.contains("Todd Haynes") && open.contains("aria-expanded=\"true\""),
        "{open}"
    );
    let none = server.get("/?q=zzzzzz").is(200).text();
    assert!(none.contains("Not in this collection"), "{none}");
    let blank = server.get("/").text();
    assert!(
        blank.contains("Most credited") && blank.contains("20 write-ups"),
        "{blank}"
    );
}

#[test]
fn what_can_be_kept_is_kept_and_what_can_be_packed_is_packed() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let page = server.get("/?q=bowie").is(200);
    let tag = page.header("etag").unwrap().to_owned();
    let again = server
        .get_with("/?q=bowie", &[("If-None-Match", &tag)])
        .is(304);
    assert!(again.body.is_empty());
    let text = page.text();
    let assets: BTreeSet<&str> = text
        .split('"')
        .filter(|part| part.starts_with("/assets/"))
        .collect();
    assert_eq!(assets.len(), 3, "{assets:?}");
    for address in assets {
        let asset = server.get(address).is(200);
        assert!(asset.header("cache-control").unwrap().contains("immutable"));
        let packed = server
            .get_with(address, &[("Accept-Encoding", "br, gzip")])
            .is(200);
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert_eq!(unpacked(&packed.body), asset.body);
    }
    let plain = server.get("/api/search?q=song&n=20").is(200);
    let packed = server
        .get_with("/api/search?q=song&n=20", &[("Accept-Encoding", "gzip")])
        .is(200);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let answer: Value = serde_json::from_slice(&unpacked(&packed.body)).unwrap();
    assert_eq!(timeless(answer), timeless(plain.json()));
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut out)
        .unwrap();
    out
}

/// Twenty entries, all of one edition.
fn edition(number: usize) -> String {
    let line = |at: usize| {
        format!(
            "{{\"id\": \"e{at}\", \"title\": \"Entry {at}\", \"edition\": {number}, \"prose\": \"common word{number}\"}}\n"
        )
    };
    (0..20).map(line).collect()
}

#[test]
fn a_rebuild_is_taken_up_without_a_failed_or_mixed_answer() {
    let dir = Dir::new();
    dir.write("corpus/entries.jsonl", edition(0));
    dir.run(["index"]).ok();
    let server = Server::start(&dir, &[]);
    let done = AtomicBool::new(false);
    let is_done = || done.load(Ordering::Relaxed);
    let asked = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut asked = 0;
                    let mut newest = 0;
                    while !is_done() {
                        let answer = server
                            .get("/api/search?q=common&n=20&facet=edition")
                            .is(200)
                            .json();
                        let hits = answer["hits"].as_array().unwrap();
                        let editions: BTreeSet<u64> = hits
                            .iter()
                            .map(|hit| hit["entry"]["edition"].as_u64().unwrap())
                            .collect();
                        assert_eq!((hits.len(), editions.len()), (20, 1), "{answer}");
                        assert_eq!(answer["facets"]["edition"][0]["count"], 20);
                        let edition = *editions.first().unwrap();
                        assert!(edition >= newest, "from {newest} back to {edition}");
                        newest = edition;
                        asked += 1;
                    }
                    asked
                })
            })
            .collect();
        for number in 1..=6 {
            dir.write("corpus/entries.jsonl", edition(number));
            // A new generation now and then, not only a new commit.
            let args: &[&str] = if number % 3 == 0 {
                &["index", "--rebuild"]
            } else {
                &["index"]
            };
            dir.run(args).ok();
            let took = server.wait_for("new edition", |server| {
                server.search(&format!("word{number}"))["total"] == 20
            });
            assert!(took < Duration::from_secs(1), "taken up after {took:?}");
        }
        done.store(true, Ordering::Relaxed);
        askers
            .into_iter()
            .map(|asker| asker.join().unwrap())
            .sum::<u32>()
    });
    assert!(asked > 50, "only {asked} answers");
    // A new commit answers a moment before it is counted.
    server.wait_for("count of reloads", |server| {
        let metrics = server.get("/metrics").text();
        let reloads = metrics
            .lines()
            .find_map(|line| line.strip_prefix("needledrop_reloads_total "));
        reloads.unwrap().parse::<u32>().unwrap() >= 6
    });
}

#[test]
fn without_an_index_it_says_so_and_waits_for_one() {
    let dir = Dir::new();
    let server = Server::start(&dir, &["--index", "there"]);
    let answer = server.get("/api/search?q=x").is(503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    let error = answer.json();
    assert_eq!(error["error"]["kind"], "missing");
    assert!(
        error["error"]["hint"]
            .as_str()
            .unwrap()
            .contains("needledrop index --index there"),
        "{error}"
    );
    server.get("/healthz").is(503);
    assert!(
        server
            .get("/")
            .is(503)
            .text()
            .contains("Nothing on the turntable")
    );
    assert!(
        server
            .get("/metrics")
            .is(200)
            .text()
            .contains("needledrop_index_up 0")
    );
    dir.write("corpus/a.jsonl", "{\"title\": \"Heat\"}\n");
    dir.run(["index", "--index", "there"]).ok();
    server.wait_for("index", |server| server.get("/healthz").status == 200);
    assert_eq!(server.search("heat")["total"], 1);
}

#[test]
fn a_first_server_builds_the_first_index() {
    let dir = Dir::with_first_corpus();
    let server = Server::start(&dir, &[]);
    assert_eq!(server.search("bowie")["total"], 3);
}

#[test]
fn a_watched_corpus_is_followed() {
    let dir = Dir::with_first_corpus();
    let server = Server::start(&dir, &["--watch", "corpus"]);
    server.wait_for("index", |server| server.get("/healthz").status == 200);
    dir.write("corpus/new.jsonl", "{\"title\": \"Trainspotting\"}\n");
    server.wait_for("new entry", |server| {
        server.search("trainspotting")["total"] == 1
    });
    dir.write("corpus/new.jsonl", "{\"title\": \n");
    server.wait_for("word about it", |server| {
        server.said().contains("new.jsonl:1")
    });
    assert_eq!(server.search("trainspotting")["total"], 1);
}

#[test]
fn what_is_counted_is_what_was_asked() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    for _ in 0..3 {
        server.search("bowie");
    }
    server.get("/api/search?n=x").is(400);
    server.get("/api/suggest?q=b").is(200);
    server.get("/").is(200);
    let answer = server.get("/metrics").is(200);
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("text/plain")
    );
    let text = answer.text();
    for line in [
        "needledrop_requests_total{route=\"search\",status=\"2xx\"} 3",
        "needledrop_requests_total{route=\"search\",status=\"4xx\"} 1",
        "needledrop_requests_total{route=\"suggest\",status=\"2xx\"} 1",
        "needledrop_requests_total{route=\"page\",status=\"2xx\"} 1",
        "needledrop_request_seconds_count{route=\"search\"} 4",
        "needledrop_requests_in_flight 1",
        "needledrop_index_up 1",
        "needledrop_index_entries 20",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    }
    let health = server.get("/healthz").is(200).json();
    assert_eq!(
        (&health["status"], &health["entries"]),
        (&"ok".into(), &20.into())
    );
}

#[test]
fn the_description_says_what_there_is() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let document = server.get("/api/openapi.json").is(200).json();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 7);
    for (path, item) in paths {
        let target = path.replace("{id}", "the-crow");
        server.get(&target).is(200);
        let params = item["get"]["parameters"].as_array().into_iter().flatten();
        for param in params.filter(|param| param["in"] == "query") {
            let name = param["name"].as_str().unwrap();
            let value = match name {
                "only" => "artists:x",
                "sort" => "year",
                "facet" | "artist" | "open" | "q" => "x",
                _ => "1",
            };
            server.get(&format!("{target}?{name}={value}")).is(200);
        }
        if path.starts_with("/api/") && path != "/api/openapi.json" {
            server.get(&format!("{target}?nonsense=1")).is(400);
        }
    }
    // The shapes it names are those that are sent.
    let answer = server.get("/api/search?q=bowie&explain=1").json();
    let described = document["components"]["schemas"]["Answer"]["properties"]
        .as_object()
        .unwrap();
    for key in answer.as_object().unwrap().keys() {
        assert!(described.contains_key(key), "{key} is not described");
    }
}

#[test]
fn what_runs_is_answered_before_the_end() {
    // An answer of more bytes than lie between two ends of a connection.
    let text = "x".repeat(60_000);
    let lines: Vec<String> = (0..400)
        .map(|at| format!("{{\"title\": \"Needle {at}\", \"note\": \"{text}\"}}"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let dir = Dir::with_entries(&lines);
    let server = Server::start(&dir, &[]);
    let mut stream = TcpStream::connect(server.addr).unwrap();
    let request = format!(
        "GET /api/search?q=needle&n=400 HTTP/1.1\r\nHost: {}\r\n\r\n",
        server.addr
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = vec![0; 1_000];
    stream.read_exact(&mut bytes).unwrap();
    server.tell_to_stop();
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        TcpStream::connect(server.addr).is_err(),
        "it takes no further connections"
    );
    stream.read_to_end(&mut bytes).unwrap();
    let answer = Answer::parse(&bytes).is(200).json();
    assert_eq!(answer["hits"].as_array().unwrap().len(), 400);
    assert_eq!(server.ended().code(), Some(0));
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let dir = Dir::with_first_index();
    let server = Server::start(&dir, &[]);
    let mut stream = TcpStream::connect(server.addr).unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr);
    stream.write_all(request.as_bytes()).unwrap();
    let mut some = [0; 64];
    stream.read_exact(&mut some).unwrap();
    let begun = Instant::now();
    server.tell_to_stop();
    assert_eq!(server.ended().code(), Some(0));
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}
