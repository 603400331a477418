//! The book that is served: that it is the book, that a setting is what the
//! command line makes of it, whom it answers, and that nothing that is asked of
//! it changes it. A browser moves its sliders in `serve_browser`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::{Duration, Instant};

use asyncade::chapter::Kind;
use asyncade::demos::CHAPTERS;

use crate::html::{between, closed, data, exported, folder, guarded};
use crate::robust_signals::{fake_python, signal};
use crate::support::served::{Answered, Served, read};
use crate::support::{asyncade, on_virtual_clock, python, ran, unwrapped};

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    let text = text.replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&")
}

/// Why there is no page, and what to do: as many texts as the page has.
fn refusal(answered: &Answered) -> Vec<String> {
    let part = between(&answered.body, "<div id=\"refusal\">", "</div>");
    let texts = part.split('>').filter_map(|text| text.split_once("</"));
    texts
        .map(|(text, _)| unescaped(text))
        .filter(|text| !text.trim().is_empty())
        .collect()
}

#[test]
fn it_is_the_book_and_every_link_in_it_leads_somewhere() {
    let served = Served::new();
    let mut asked = BTreeSet::new();
    let mut links = vec!["index.html".to_owned()];
    while let Some(link) = links.pop() {
        let file = link.split('#').next().unwrap().to_owned();
        if !file.is_empty() && asked.insert(file.clone()) {
            let page = served.get(&format!("/{file}"));
            assert_eq!(page.status, 200, "{file}");
            assert!(page.head.contains("\r\ncontent-type: text/html"));
            let found = if page.body.contains("<form") {
                let answers = "connect-src 'self'; form-action 'self'\">";
                assert!(page.body.contains(answers), "{file}");
                guarded(&page.body)
            } else {
                closed(&page.body)
            };
            links.extend(found.into_iter().map(str::to_owned));
        }
    }
    let names = CHAPTERS.iter().map(|chapter| chapter.name);
    let names = names.chain(["index", "beliefs"]);
    let all: BTreeSet<String> =
        names.map(|name| format!("{name}.html")).collect();
    assert_eq!(asked, all);
    assert_eq!(served.get("/").body, served.get("/index.html").body);
    for missing in ["/nowhere.html", "/gather", "/gather.html/x", "/../x"] {
        assert_eq!(served.get(missing).status, 404, "{missing}");
    }
    // Browsers ask for it by themselves.
    assert_eq!(served.get("/favicon.ico").status, 204);
}

/// What a chapter's page plays is what the command plays, in both worlds; every
/// chapter that is computed, with one knob moved.
#[test]
fn a_setting_is_what_the_command_line_makes_of_it() {
    let served = Served::new();
    let mut count = 0;
    for chapter in on_virtual_clock() {
        let moved = chapter.knobs.iter().find_map(|knob| match knob.kind {
            Kind::Time(_) => Some((knob.name, "700ms")),
            Kind::Count { .. } => Some((knob.name, "5")),
            _ => None,
        });
        let (name, value) = moved.unwrap();
        let page =
            served.get(&format!("/{}.html?{name}={value}", chapter.name));
        assert_eq!(page.status, 200, "{}", page.body);
        let option = format!("--{name}");
        let mut arguments = vec!["--all", "--clock", "virtual"];
        arguments.extend([option.as_str(), value]);
        if python().is_some() {
            arguments.push("--twin");
        }
        let same = exported(chapter.name, &arguments);
        let [live, file] = [&page.body, &same.page].map(|page| data(page));
        assert!(live == file, "{}", chapter.name);
        let as_article = served.get(&format!("/{}.html", chapter.name));
        assert!(live != data(&as_article.body), "{}", chapter.name);
        // And it says how to have the same in a terminal.
        let typed = between(&page.body, "id=\"typed\">", "</code>");
        let expected = format!(
            "asyncade {} --{name} {value} --all --clock virtual --twin",
            chapter.name
        );
        assert_eq!(typed, expected);
        count += 1;
    }
    assert!(count > 10, "{count}");
    // A field that is empty was not filled in, and a form knows no other space.
    let plain = served.get("/gather.html?b=5s").body;
    assert_eq!(served.get("/gather.html?a=&b=+5s+&c=").body, plain);
}

#[test]
fn what_is_wrong_is_said_as_the_command_line_says_it() {
    let served = Served::new();
    for (page, query, arguments) in [
        ("gather", "a=x", &["--a=x"][..]),
        ("gather", "a=0", &["--a=0"]),
        ("gather", "a=-1s", &["--a=-1s"]),
        ("gather", "a=1.2345678s", &["--a=1.2345678s"]),
        ("gather", "a=%1b%5b2J", &["--a=\u{1b}[2J"]),
        ("gather", "a=1s&a=2s", &["--a=1s", "--a=2s"]),
        ("wait", "workers=0", &["--workers=0"]),
        ("wait", "fail=9", &["--fail=9"]),
        (
            "pitfalls",
            "heartbeat=1ms&block=1h",
            &["--heartbeat=1ms", "--block=1h"],
        ),
        ("coroutines", "url=a%0ab", &["--url=a\nb"]),
    ] {
        let command = [&[page], arguments, &["--clock", "virtual"]].concat();
        let said = ran(&command).refused();
        let answered = served.get(&format!("/{page}.html?{query}"));
        assert_eq!(answered.status, 422, "{page} {query}");
        let mut expected = vec![said.wrong];
        expected.extend(said.instead);
        let found = refusal(&answered);
        assert_eq!(found, expected, "{page} {query}");
    }
    // A script of the page's is told the same, and its console hears nothing.
    let host = &served.host;
    let answered = served.ask(&format!(
        "GET /gather.html?a=x HTTP/1.1\r\nhost: {host}\r\n\
         sec-fetch-site: same-origin\r\nsec-fetch-mode: cors\r\n\
         sec-fetch-dest: empty\r\n"
    ));
    assert_eq!(answered.status, 200);
    let plain = served.get("/gather.html?a=x");
    assert_eq!(refusal(&answered), refusal(&plain));
    // What a link costs is bounded.
    let many = served.get("/sync-vs-async.html?tasks=10001");
    assert_eq!(many.status, 422);
    assert_eq!(
        refusal(&many),
        [
            "'--tasks 10001' is too many for a page",
            "give at most 10000",
            "type 'asyncade sync-vs-async --tasks 10001' in a terminal"
        ]
    );
    // Only knobs can be set: no option that writes, waits or asks others.
    for option in ["export", "scene", "json", "clock", "nope", "help", ""] {
        let answered = served.get(&format!("/gather.html?{option}=x"));
        assert_eq!(answered.status, 422, "{option}");
        let found = refusal(&answered).join("; ");
        assert!(found.starts_with("unexpected argument"), "{found}");
    }
    for option in [
        "url=http://a/",
        "urls-file=x",
        "urls_file=x",
        "measure=1&url=x",
    ] {
        let answered = served.get(&format!("/crawler.html?{option}"));
        assert_eq!(answered.status, 422, "{option}");
        let found = refusal(&answered).join("; ");
        assert!(found.contains("cannot be set on a page"), "{found}");
    }
}

/// It is read by whoever is on this machine, and by no page from elsewhere.
#[test]
fn nobody_else_is_answered() {
    let served = Served::new();
    let host = &served.host;
    let port = host.rsplit(':').next().unwrap();
    for own in [host.clone(), format!("localhost:{port}")] {
        let head = format!("GET / HTTP/1.1\r\nhost: {own}\r\n");
        assert_eq!(served.ask(&head).status, 200, "{own}");
    }
    for (head, status) in [
        (
            format!("GET / HTTP/1.1\r\nhost: evil.example:{port}\r\n"),
            421,
        ),
        ("GET / HTTP/1.1\r\nhost: localhost\r\n".to_owned(), 421),
        ("GET / HTTP/1.1\r\n".to_owned(), 421),
        ("GET / HTTP/1.0\r\n".to_owned(), 421),
        (
            format!("GET http://{host}/ HTTP/1.1\r\nhost: {host}\r\n"),
            421,
        ),
        (
            format!("POST / HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n"),
            405,
        ),
        (format!("HEAD / HTTP/1.1\r\nhost: {host}\r\n"), 405),
        (
            format!("GET / HTTP/1.1\r\nhost: {host}\r\ncontent-length: 9\r\n"),
            413,
        ),
        (
            format!(
                "GET / HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: cross-site\r\nsec-fetch-mode: no-cors\r\nsec-fetch-dest: image\r\n"
            ),
            403,
        ),
        (
            format!(
                "GET / HTTP/1.1\r\nhost: {host}\r\norigin: http://evil.example\r\nsec-fetch-site: cross-site\r\nsec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\n"
            ),
            403,
        ),
        // As Chromium opens a WebSocket, without any metadata.
        (
            format!(
                "GET /parallel.html?measure=1 HTTP/1.1\r\nhost: {host}\r\norigin: http://localhost:9\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
            ),
            400,
        ),
        (
            format!(
                "GET /parallel.html?measure=1 HTTP/1.1\r\nhost: {host}\r\norigin: null\r\n"
            ),
            403,
        ),
        (
            format!("GET /?{} HTTP/1.1\r\nhost: {host}\r\n", "a".repeat(5000)),
            414,
        ),
        (
            format!(
                "GET / HTTP/1.1\r\nhost: {host}\r\nx: {}\r\n",
                "a".repeat(30_000)
            ),
            431,
        ),
        ("no such thing\r\n".to_owned(), 400),
    ] {
        let answered = served.ask(&head);
        let head = &head[..head.len().min(99)];
        assert_eq!(answered.status, status, "{head}: {answered:?}");
        assert!(answered.body.len() < 200, "{head}");
    }
    // And what is answered may not be taken in by anybody else.
    let own = served.get("/gather.html");
    for header in [
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "content-security-policy: frame-ancestors 'none'",
        "cross-origin-resource-policy: same-origin",
        "referrer-policy: no-referrer",
    ] {
        assert!(own.head.contains(&format!("\r\n{header}")), "{}", own.head);
    }
    assert!(!own.head.contains("access-control"), "{}", own.head);
    // No other of this machine's addresses leads to it.
    assert!(std::net::TcpStream::connect(format!("127.0.0.2:{port}")).is_err());
}

/// A link from elsewhere leads to a page, and measures nothing by itself.
#[test]
fn a_link_from_elsewhere_measures_nothing() {
    let served = Served::new();
    let host = &served.host;
    let by = |site: &str| {
        let answered = served.ask(&format!(
            "GET /parallel.html?work=20ms&tasks=1&measure=1 HTTP/1.1\r\nhost: {host}\r\n\
             sec-fetch-site: {site}\r\nsec-fetch-mode: navigate\r\n\
             sec-fetch-dest: document\r\n"
        ));
        assert_eq!(answered.status, 200, "{site}");
        data(&answered.body)["runs"].as_array().unwrap().len()
    };
    assert_eq!(by("cross-site"), 0);
    assert_eq!(by("same-site"), 0);
    assert!(by("same-origin") > 0);
}

/// Who breaks off before there was room for his run has nothing done; and what
/// is at hand is given at once, whatever else is worked at.
#[test]
fn whoever_hangs_up_is_not_worked_for() {
    let folder = folder("serve-hung");
    let mark = folder.join("asked");
    let _ = fs::remove_file(&mark);
    // A Python that is there, takes its time for each run, and then fails.
    let shown = mark.display();
    fake_python(&folder, &format!("echo x >> {shown}; sleep 2; exit 1"));
    let mut command = asyncade(&["serve"]);
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let served = Served::by(command.env("PATH", path));
    assert_eq!(served.get("/").status, 200);
    assert_eq!(served.get("/gather.html").status, 200);
    let host = &served.host;
    let asks = |number: usize| {
        let mut stream = served.connect();
        let head = format!(
            "GET /gather.html?a={number}ms HTTP/1.1\r\nhost: {host}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let _stay = [asks(1), asks(2)];
    thread::sleep(Duration::from_millis(500));
    let gone: Vec<_> = (3..43).map(asks).collect();
    thread::sleep(Duration::from_millis(300));
    drop(gone);
    let begun = Instant::now();
    for path in ["/", "/gather.html", "/gather.html?a=x", "/nowhere"] {
        served.get(path);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    // Forty runs of two seconds, two at a time, would be 40 seconds.
    assert_eq!(served.get("/gather.html?a=50ms").status, 200);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    let runs = fs::read_to_string(&mark).unwrap().lines().count();
    assert!(runs < 10, "{runs}");
}

/// A Python that was not there is looked for again.
#[test]
fn a_python_may_come_later() {
    let tools = folder("serve-later");
    let link = tools.join("python3");
    let _ = fs::remove_file(&link);
    let mut command = asyncade(&["serve"]);
    let served = Served::by(command.env("PATH", &tools));
    let missing = "CPython&#39;s world is not shown here";
    assert!(served.get("/gather.html?a=5s").body.contains(missing));
    let Some(_) = python() else { return };
    let program = "import sys; print(sys.executable)";
    let output = std::process::Command::new("python3")
        .args(["-c", program])
        .output()
        .unwrap();
    let program = String::from_utf8(output.stdout).unwrap();
    std::os::unix::fs::symlink(program.trim(), &link).unwrap();
    let page = served.get("/gather.html?a=5s").body;
    assert!(!page.contains(missing));
    let runs = data(&page)["runs"].clone();
    let mut worlds = runs.as_array().unwrap().iter().map(|run| &run["world"]);
    assert!(worlds.any(|world| world == "CPython"));
}

/// Connections that say nothing keep no one out for long: there is room for so
/// many, and each has so long to ask.
#[test]
fn whoever_is_slow_is_not_waited_for() {
    let served = Served::new();
    let begun = Instant::now();
    let mut slow: Vec<_> = (0..64).map(|_| served.connect()).collect();
    for (index, stream) in slow.iter_mut().enumerate() {
        let text = if index % 2 == 0 {
            "GET / HTTP/1.1\r\n"
        } else {
            ""
        };
        stream.write_all(text.as_bytes()).unwrap();
    }
    assert_eq!(served.get("/").status, 200);
    let took = begun.elapsed();
    // That it came late shows that there was no room.
    assert!(took > Duration::from_secs(5), "{took:?}");
    for stream in &mut slow {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    assert_eq!(served.get("/").status, 200);
}

/// The process: its open files, its threads, and its memory in bytes.
fn holds(id: u32) -> (usize, usize, u64) {
    let count = |what: &str| {
        fs::read_dir(format!("/proc/{id}/{what}")).unwrap().count()
    };
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let memory = between(&status, "VmRSS:", " kB").trim().parse::<u64>();
    (count("fd"), count("task"), memory.unwrap() * 1024)
}

/// Many requests leave it as it was: the same answers, and nothing kept of
/// them. How many is by `ASYNCADE_REQUESTS`.
#[cfg(target_os = "linux")]
#[test]
fn many_requests_leave_it_as_it_was() {
    let served = Served::new();
    let paths: Vec<String> = on_virtual_clock()
        .map(|chapter| format!("/{}.html", chapter.name))
        .chain(["/", "/gather.html?a=x", "/nowhere"].map(str::to_owned))
        .collect();
    let first: Vec<String> =
        paths.iter().map(|path| served.get(path).body).collect();
    // Where as much is kept as ever will be.
    for index in 0..70 {
        served.get(&format!("/coroutines.html?url=a{index}"));
    }
    let before = holds(served.id());
    let many = std::env::var("ASYNCADE_REQUESTS").ok();
    let many = many.map_or(400, |many| many.parse::<usize>().unwrap());
    let begun = Instant::now();
    thread::scope(|scope| {
        for of in 0..4 {
            let (served, paths, first) = (&served, &paths, &first);
            scope.spawn(move || {
                for index in (of..many).step_by(4) {
                    // A hundred a second.
                    let due = Duration::from_millis(10 * index as u64);
                    let early = due.saturating_sub(begun.elapsed());
                    thread::sleep(early);
                    let one = index % paths.len();
                    assert_eq!(served.get(&paths[one]).body, first[one]);
                    let url = format!("/coroutines.html?url=b{index}");
                    if index % 10 == 0 {
                        assert_eq!(served.get(&url).status, 200);
                    }
                }
            });
        }
    });
    eprintln!("{many} requests in {:?}", begun.elapsed());
    // Connections close a moment later than they end.
    thread::sleep(Duration::from_millis(200));
    let after = holds(served.id());
    eprintln!("before {before:?}, after {after:?}");
    assert!(
        after.0 <= before.0 + 2 && after.1 <= before.1 + 1,
        "{after:?}"
    );
    assert!(after.2 < before.2 + before.2 / 4 + 8_000_000, "{after:?}");
}

#[test]
fn it_ends_when_it_is_asked_to() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let temporary = folder("serve-temporary");
        let _ = fs::remove_dir_all(&temporary);
        fs::create_dir_all(&temporary).unwrap();
        let mut command = asyncade(&["serve"]);
        let served = Served::by(command.env("TMPDIR", &temporary));
        let host = served.host.clone();
        assert_eq!(served.get("/gather.html?a=5s").status, 200);
        let left = || fs::read_dir(&temporary).unwrap().count();
        assert_eq!(left(), usize::from(python().is_some()));
        // Somebody is there, and somebody else is being measured.
        let _idle = served.connect();
        let mut busy = served.connect();
        let head = format!(
            "GET /parallel.html?measure=1&work=2s HTTP/1.1\r\nhost: {host}\r\n\r\n"
        );
        busy.write_all(head.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(300));
        // And somebody's run would compute for long.
        let mut long = served.connect();
        let head = format!(
            "GET /sync-vs-async.html?tasks=10000 HTTP/1.1\r\nhost: {host}\r\n\r\n"
        );
        long.write_all(head.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(300));
        let begun = Instant::now();
        let ran = served.end(name);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), ""));
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert_eq!(left(), 0, "what CPython needed is still there");
        // And its port is free again.
        let port = host.rsplit(':').next().unwrap();
        let served = Served::by(&mut asyncade(&["serve", "--port", port]));
        assert_eq!(served.host, host);
    }
}

/// A Python that never answers: it goes with the server.
#[test]
fn nothing_of_cpython_is_left_behind() {
    let folder = folder("serve-python");
    let mark = folder.join("pid");
    let _ = fs::remove_file(&mark);
    let mark_shown = mark.display();
    fake_python(&folder, &format!("echo $$ > {mark_shown}; exec sleep 600"));
    let mut command = asyncade(&["serve"]);
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let served = Served::by(command.env("PATH", path));
    let mut busy = served.connect();
    let head = format!(
        "GET /gather.html?a=5s HTTP/1.1\r\nhost: {}\r\n\r\n",
        served.host
    );
    busy.write_all(head.as_bytes()).unwrap();
    let begun = Instant::now();
    let pid = loop {
        let pid = fs::read_to_string(&mark).unwrap_or_default();
        if let Ok(pid) = pid.trim().parse::<u32>() {
            break pid;
        }
        assert!(begun.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(served.end("INT").code, Some(130));
    thread::sleep(Duration::from_millis(200));
    assert!(!signal(pid, "0"), "{pid} is still there");
}

/// Where there is no Python, there is tokio's world, and why not the other.
#[test]
fn without_a_python_it_says_so() {
    let mut command = asyncade(&["serve"]);
    let served = Served::by(command.env("PATH", folder("serve-nothing")));
    let page = served.get("/gather.html?a=5s");
    assert_eq!(page.status, 200);
    let said = unescaped(between(
        &page.body,
        "<section id=\"question\">",
        "</section>",
    ));
    assert!(
        said.contains(
            "CPython's world is not shown here: 'python3' could not be run"
        ),
        "{said}"
    );
    let runs = data(&page.body)["runs"].clone();
    let mut worlds = runs.as_array().unwrap().iter().map(|run| &run["world"]);
    assert!(worlds.all(|world| world == "tokio"));
    // The article's figures were recorded.
    let page = served.get("/gather.html");
    assert!(page.body.contains("CPython"));
}

/// What can only be measured is measured when that is asked for, and one at a
/// time.
#[test]
fn what_is_measured_is_measured_one_at_a_time() {
    let _alone = crate::support::undisturbed();
    let served = Served::new();
    let path = "/parallel.html?work=300ms&tasks=2";
    let before = served.get(path);
    assert_eq!(data(&before.body)["runs"].as_array().unwrap().len(), 0);
    assert!(before.body.contains("To be measured: parallel computes"));
    let all = thread::scope(|scope| {
        let asks = [0, 300].map(|wait| {
            let served = &served;
            scope.spawn(move || {
                thread::sleep(Duration::from_millis(wait));
                served.get(&format!("{path}&measure=1"))
            })
        });
        asks.map(|ask| ask.join().unwrap())
    });
    assert_eq!(all.clone().map(|answered| answered.status), [200, 503]);
    assert!(refusal(&all[1])[0].contains("is being measured"));
    assert!(all[1].head.contains("\r\nretry-after: "));
    let runs = data(&all[0].body)["runs"].as_array().unwrap().len();
    assert_eq!(runs, crate::support::chapter("parallel").scenes.len());
    assert!(all[0].body.contains("Measured: parallel computes"));
    // Again is again, and what nobody would wait for is refused at once.
    let again = served.get(&format!("{path}&measure=1"));
    assert!(data(&again.body) != data(&all[0].body));
    let begun = Instant::now();
    let long = served.get("/parallel.html?work=60s&measure=1");
    assert_eq!(long.status, 422);
    assert!(
        refusal(&long)[0].contains("for real"),
        "{:?}",
        refusal(&long)
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    // Of such a page there is all but that.
    let long = served.get("/parallel.html?work=60s");
    assert_eq!(long.status, 200);
    assert!(long.body.contains("takes about 12m"), "{}", long.body);
    // Who has gone is not measured for: it would take half a minute.
    let host = &served.host;
    let path = "/parallel.html?work=3s&tasks=2&measure=1";
    let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    let mut stream = served.connect();
    stream.write_all(head.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(500));
    let path = "/parallel.html?work=20ms&tasks=1&measure=1";
    assert_eq!(served.get(path).status, 503);
    drop(stream);
    let begun = Instant::now();
    let status = loop {
        match served.get(path).status {
            503 => thread::sleep(Duration::from_millis(50)),
            status => break status,
        }
    };
    assert_eq!(status, 200);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

/// While something is measured, nothing is computed beside it.
#[test]
fn nothing_disturbs_what_is_measured() {
    let _alone = crate::support::undisturbed();
    let served = Served::new();
    assert_eq!(served.get("/").status, 200);
    let ends = thread::scope(|scope| {
        let paths = [
            "/parallel.html?work=200ms&tasks=2&measure=1",
            "/gather.html?a=7s",
        ];
        let asks = paths.map(|path| {
            let served = &served;
            let asks = scope.spawn(move || {
                assert_eq!(served.get(path).status, 200);
                Instant::now()
            });
            thread::sleep(Duration::from_millis(300));
            asks
        });
        asks.map(|ask| ask.join().unwrap())
    });
    assert!(ends[0] < ends[1]);
}

#[test]
fn a_port_that_cannot_be_had_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = ran(&["serve", "--port", &port]).refused();
    assert_eq!(refused.wrong, format!("port {port} is taken"));
    for wrong in ["x", "-1", "65536", "80.5", ""] {
        let refused = ran(&["serve", "--port", wrong]).refused();
        assert!(refused.instead[0].contains("0 to 65535"), "{refused:?}");
    }
}

#[test]
fn a_browser_is_opened_if_there_is_one() {
    let tools = folder("serve-open");
    let heard = tools.join("heard");
    let _ = fs::remove_file(&heard);
    let opener = tools.join("xdg-open");
    let script = format!(
        "#!/bin/sh\necho \"$* $$ $(cut -d' ' -f5 /proc/$$/stat)\" > {}.new; \
         mv {0}.new {0}\n",
        heard.display()
    );
    let script = script.replace("{0}", &heard.display().to_string());
    fs::write(&opener, script).unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", tools.display());
    let mut command = asyncade(&["serve", "--open"]);
    let served = Served::by(command.env("PATH", path));
    let begun = Instant::now();
    while !heard.exists() {
        assert!(begun.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(10));
    }
    let said = fs::read_to_string(&heard).unwrap();
    let said: Vec<&str> = said.split_whitespace().collect();
    assert_eq!(said[0], format!("http://{}/", served.host));
    // It leads a group of its own: Ctrl-C here is not meant for a browser.
    if cfg!(target_os = "linux") {
        assert_eq!(said[1], said[2]);
    }
    // Without one it serves all the same, and says so.
    let mut command = asyncade(&["serve", "--open"]);
    let served = Served::by(command.env("PATH", folder("serve-nothing")));
    assert_eq!(served.get("/").status, 200);
    let said = unwrapped(&served.end("INT").stderr);
    let note = "note: no browser could be opened: 'xdg-open': ";
    assert!(said.starts_with(note), "{said}");
}

/// A connection that is kept is answered again and again.
#[test]
fn a_connection_is_used_again() {
    let served = Served::new();
    let mut stream = served.connect();
    let head = format!("GET /nowhere HTTP/1.1\r\nhost: {}\r\n", served.host);
    for _ in 0..2 {
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(50));
    }
    stream
        .write_all(format!("{head}connection: close\r\n\r\n").as_bytes())
        .unwrap();
    let all = read(&mut stream).body;
    assert_eq!(all.matches("HTTP/1.1 404").count(), 2, "and the first");
}
