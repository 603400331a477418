//! The crawler against a server that does everything wrong. Only this machine
//! is asked for anything.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use crate::support::faulty::{Faulty, refusing};
use crate::support::{Ran, asyncade, ran, unwrapped};
use asyncade::timeline::Timeline;
use asyncade::trace::{Outcome, Trace, ndjson};

/// What a path comes to: `Ok` for the bytes of a page, `Err` for the reason.
const PAGES: &[(&str, Result<u64, &str>)] = &[
    ("/ok", Ok(5)),
    ("/404", Err("status 404 Not Found")),
    ("/500", Err("status 500 Internal Server Error")),
    ("/599", Err("status 599")),
    ("/304", Err("status 304 Not Modified")),
    ("/sloppy", Ok(5)),
    ("/reset", Err("connection reset")),
    ("/reset-at-once", Err("connection reset")),
    ("/reset-unsized", Err("connection reset")),
    ("/empty", Err("connection closed without an answer")),
    ("/unsized", Ok(5)),
    ("/short", Err("body cut short after 5 bytes")),
    ("/short-chunked", Err("body cut short after 7 bytes")),
    ("/garbage", Err("the answer is not HTTP")),
    ("/slow", Err("timed out after 1.2s")),
    ("/slow-head", Err("timed out after 1.2s")),
    ("/silent", Err("timed out after 1.2s")),
    ("/loop", Err("redirected in a loop")),
    ("/self", Err("redirected in a loop")),
    ("/far/0", Err("redirected more than 10 times")),
    ("/moved", Ok(5)),
    (
        "/elsewhere",
        Err("redirected to other.invalid:81, which you did not name"),
    ),
    ("/tls", Err("redirected to no page: https needs TLS")),
    ("/nowhere", Err("redirected to no page: '[' is no host")),
    ("/no-location", Err("status 301 Moved Permanently")),
    ("/endless", Err("body larger than 10 MB")),
    ("/endless-unsized", Err("body larger than 10 MB")),
    ("/huge", Err("body larger than 10 MB")),
    ("/headers", Err("headers longer than 64 KiB")),
    ("/page?with=query", Ok(5)),
];

fn traces(ran: &Ran) -> Vec<Trace> {
    ndjson::read(ran.stdout.as_bytes()).unwrap()
}

/// What became of each page of a scene: its line, without its URL.
fn ends(trace: &Trace) -> BTreeMap<String, String> {
    let timeline = Timeline::of(trace);
    let mut ends = BTreeMap::new();
    for (id, lane) in timeline.lanes.iter().enumerate().skip(1) {
        let said = timeline
            .lines
            .iter()
            .filter(|line| line.lane as usize == id);
        let said: Vec<&str> = said.map(|line| line.text.as_str()).collect();
        let [get, end] = said[..] else {
            panic!("{} said {said:?}", lane.name)
        };
        let url = get.strip_prefix("GET ").unwrap();
        let outcome = lane.end.as_ref().unwrap();
        match &outcome.detail {
            Some(reason) => {
                assert_eq!(outcome.outcome, Outcome::Failed, "{url}");
                assert_eq!(end, format!("failed {url}: {reason}"));
            }
            None => assert_eq!(outcome.outcome, Outcome::Finished, "{url}"),
        }
        let before =
            ends.insert(url.to_owned(), end.replace(&format!(" {url}"), ""));
        assert_eq!(before, None, "{url} twice");
    }
    ends
}

#[test]
fn every_fault_is_one_failed_lane_with_its_reason_in_both_scenes() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let refused = format!("http://{}/", refusing());
    let urls: Vec<String> =
        PAGES.iter().map(|(path, _)| server.url(path)).collect();
    let mut arguments =
        vec!["crawler", "--json", "--timeout", "1200ms", "--limit", "4"];
    for url in urls.iter().chain([&refused]) {
        arguments.extend(["--url", url]);
    }
    let ran = ran(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for trace in traces(&ran) {
        let scene = trace.header.name();
        let ends = ends(&trace);
        assert_eq!(ends.len(), urls.len() + 1);
        assert_eq!(ends[&refused], "failed: connection refused", "{scene}");
        for (url, (path, expected)) in urls.iter().zip(PAGES) {
            let expected = match expected {
                Ok(size) => format!("200 ({size} bytes)"),
                Err(reason) => format!("failed: {reason}"),
            };
            assert!(
                ends[url].starts_with(&expected),
                "{scene} {path}: {}",
                ends[url]
            );
        }
        let fetched = PAGES.iter().filter(|(_, end)| end.is_ok()).count();
        let summary =
            format!("Fetched: {fetched}; failed: {}", urls.len() + 1 - fetched);
        assert!(
            Timeline::of(&trace).said(&summary).is_some(),
            "{scene}: {summary}"
        );
    }
    for (path, _) in PAGES {
        let count = server.count(path);
        match *path {
            // Another page redirects there.
            "/ok" => assert_eq!(count, 4),
            // On a connection that was kept open, what ends without a word is
            // asked for once more: it may have been closed before it came.
            "/reset-at-once" | "/empty" => {
                assert!((2..=4).contains(&count), "{path}: {count}")
            }
            _ => assert_eq!(count, 2, "{path}"),
        }
    }
}

#[test]
fn whatever_a_server_sends_the_crawl_goes_on() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let urls = (0..1000).map(|seed| server.url(&format!("/noise/{seed}")));
    let urls: Vec<String> = urls.collect();
    let joined = urls.join(" ");
    let ran = ran(&["crawler", "--json", "--timeout", "2s", "--url", &joined]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let traces = traces(&ran);
    assert_eq!(traces.len(), 2);
    for trace in &traces {
        assert_eq!(ends(trace).len(), urls.len());
    }
    // What becomes of a page is not a matter of whose client asks for it.
    let [sync, concurrent] = [&traces[0], &traces[1]].map(ends);
    let differ = sync.iter().filter(|(url, end)| concurrent[*url] != **end);
    let differ: Vec<_> = differ
        .map(|(url, end)| format!("{url}: {end} / {}", concurrent[url]))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn the_screen_says_beforehand_how_many_requests_go_where() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let (ok, gone, refused) =
        (server.url("/ok"), server.url("/404"), refusing());
    let refused = format!("http://{refused}/x");
    let ran = ran(&[
        "crawler",
        "--explain",
        "--url",
        &ok,
        "--url",
        &gone,
        "--url",
        &ok,
        "--url",
        &refused,
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let note = unwrapped(&ran.stderr);
    assert_eq!(
        note,
        format!(
            "Pages of your own: 3 pages in 2 scenes, so 6 requests will be sent: 4 to {}, 2 to \
             {}. A redirect is followed on these hosts, and nowhere else. 1 URL given more than \
             once will be asked for once.",
            server.address,
            &refused[7..refused.len() - 2]
        )
    );
    let page = unwrapped(&ran.stdout);
    for said in [
        format!("page 1 GET {ok}"),
        format!("200 {ok} (5 bytes)"),
        format!("failed {gone}: status 404 Not Found"),
        format!("failed {refused}: connection refused"),
        "main Fetched: 1; failed: 2".to_owned(),
        "- One after another, every page costs its wait".to_owned(),
        "does not apply: nobody knows how long pages of your own should take"
            .to_owned(),
        "sync: 1 fetched, 2 failed; async: 1 fetched, 2 failed".to_owned(),
    ] {
        assert!(page.contains(&said), "{said}: {}", ran.stdout);
    }
    // Duplicates are asked for once in each scene.
    assert_eq!(server.count("/ok"), 2);
    let quiet = crate::support::ran(&[
        "crawler", "--quiet", "--scene", "async", "--url", &ok,
    ]);
    assert_eq!(quiet.code, Some(0), "{}", quiet.stderr);
    assert!(unwrapped(&quiet.stderr).contains("so 1 request will be sent"));
}

/// A file in the folder of temporary files, gone at the end of the test.
struct Temporary(std::path::PathBuf);

impl Temporary {
    fn new(name: &str, content: &[u8]) -> Temporary {
        let name = format!("asyncade-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        Temporary(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_file_of_urls_is_read_line_by_line() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let file = format!(
        "\u{feff}# pages\r\n\r\n  {}  \r\n{}\n{}#fragment",
        server.url("/a"),
        server.url("/b"),
        server.url("/a"),
    );
    let file = Temporary::new("urls.txt", file.as_bytes());
    let third = server.url("/c");
    let ran = ran(&[
        "crawler",
        "--json",
        "--urls-file",
        file.path(),
        "--url",
        &third,
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(unwrapped(&ran.stderr).contains("1 URL given more than once"));
    let traces = traces(&ran);
    for trace in &traces {
        let ends: Vec<String> = ends(trace).into_values().collect();
        assert_eq!(ends, ["200 (5 bytes)"; 3]);
    }
    let urls = format!("{third} {} {}", server.url("/a"), server.url("/b"));
    assert_eq!(traces[0].header.knobs["url"], urls);
    for path in ["/a", "/b", "/c"] {
        assert_eq!(server.count(path), 2, "{path}");
    }
}

#[test]
fn what_cannot_be_crawled_is_refused_with_a_way_out() {
    let empty = Temporary::new("empty.txt", b"# nothing\n");
    let binary = Temporary::new("binary.txt", b"http://h/\xff");
    let wrong = Temporary::new("wrong.txt", b"http://h/\n\nh\n");
    let many: String = (0..10_001).map(|n| format!("http://h/{n}\n")).collect();
    let many = Temporary::new("many.txt", many.as_bytes());
    let folder = std::env::temp_dir();
    let folder = folder.to_str().unwrap();
    let cases: &[(&[&str], &str)] = &[
        (&["--url", "https://h/"], "https needs TLS"),
        (&["--url", "h/x"], "not an http URL"),
        (&["--url", "http://user@h/"], "leave them out"),
        (
            &["--url", "http://h:99999/"],
            "the port of 'h:99999' is not a number from 1 to 65535",
        ),
        (&["--url", ""], "give a URL such as"),
        (&["--urls-file", "/no/such/file"], "give a text file"),
        (&["--urls-file", folder], "give a text file"),
        (&["--urls-file", empty.path()], "it has no URLs"),
        (&["--urls-file", binary.path()], "not UTF-8"),
        (&["--urls-file", wrong.path()], "line 3: not an http URL"),
        (
            &["--urls-file", many.path()],
            "10001 URLs are too many; give at most 10000",
        ),
        (&["--url", "http://h/", "--pages", "3"], "--pages"),
        (
            &["--urls-file", many.path(), "--latency", "1s"],
            "--latency",
        ),
        (&["--limit", "0"], "from 1 to 100"),
        (&["--timeout", "0s"], "at least 1ms"),
        (
            &["--latency", "4ms"],
            "too short to be measured, the least is 0.005s; make it longer",
        ),
        (
            &["--pages", "1000", "--latency", "1s"],
            "set its options lower",
        ),
        (&["--clock", "virtual"], "leave '--clock virtual' out"),
        (
            &["--clock", "virtual", "--scene", "async"],
            "the scene 'async' of crawler",
        ),
        (&["--speed", "100"], "give at most --speed 40"),
    ];
    for (arguments, expected) in cases {
        let arguments = [&["crawler"], *arguments].concat();
        let refused = ran(&arguments).refused();
        let told = format!("{}; {}", refused.wrong, refused.instead.join("; "));
        assert!(told.contains(expected), "{arguments:?}: {refused:?}");
    }
}

#[test]
fn connections_are_kept_open_and_never_more_than_the_limit() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let urls: Vec<String> =
        (0..20).map(|n| server.url(&format!("/{n}"))).collect();
    for (scene, most) in [("sync", 1), ("async", 3)] {
        let before = server.connections.load(Ordering::Relaxed);
        let ran = ran(&[
            "crawler",
            "--json",
            "--scene",
            scene,
            "--limit",
            "3",
            "--url",
            &urls.join(" "),
        ]);
        assert_eq!(ends(&traces(&ran)[0]).len(), 20);
        let opened = server.connections.load(Ordering::Relaxed) - before;
        assert!((1..=most).contains(&opened), "{scene} opened {opened}");
    }
}

#[test]
fn addresses_and_names_lead_to_the_same_pages() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let mut urls = vec![format!(
        "http://localhost:{}/name#top",
        server.address.port()
    )];
    // Not every machine has IPv6.
    let server6 = Faulty::start("::1");
    urls.extend(server6.iter().map(|server| server.url("/six")));
    let ran = ran(&["crawler", "--json", "--url", &urls.join(" ")]);
    for trace in traces(&ran) {
        for (url, end) in ends(&trace) {
            assert_eq!(end, "200 (5 bytes)", "{url}");
        }
    }
    assert_eq!(server.count("/name"), 2);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_crawl_that_waits_for_a_silent_server() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let server = Faulty::start("127.0.0.1").unwrap();
    let url = server.url("/silent");
    for scene in ["sync", "async"] {
        let mut command =
            asyncade(&["crawler", "--json", "--scene", scene, "--url", &url]);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let child = child.unwrap();
        let asked = server.count("/silent");
        let start = Instant::now();
        while server.count("/silent") == asked
            && start.elapsed() < Duration::from_secs(10)
        {
            std::thread::sleep(Duration::from_millis(10));
        }
        let pid = child.id().to_string();
        let kill = Command::new("kill").args(["-INT", &pid]).status();
        assert!(kill.unwrap().success());
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert!(
            start.elapsed() < Duration::from_secs(8),
            "before the timeout"
        );
        assert_eq!(ran.code, Some(130), "{}", ran.stderr);
        let trace = &traces(&ran)[0];
        assert!(trace.interrupted);
        let timeline = Timeline::of(trace);
        let page = timeline.lane("page 1").unwrap();
        assert_eq!(page.outcome(), Some(Outcome::Cancelled));
    }
}
