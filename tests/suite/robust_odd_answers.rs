//! Odd answers, said in words what they are and what both clients say of them;
//! and strangers at the embedded site.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use asyncade::timeline::Timeline;
use asyncade::trace::{Trace, ndjson};

use crate::support::faulty::Faulty;
use crate::support::{Ran, asyncade, ran};

/// What a server sends, and what both clients say of it.
const ODD: &[(&str, &str)] = &[
    // Headers: many, long, repeated, folded, empty, nameless.
    ("{200}{100 headers}{5}hello", "200 (5 bytes)"),
    ("{200}{127 headers}{5}hello", "200 (5 bytes)"),
    (
        "{200}{128 headers}{5}hello",
        "failed: more than 128 headers",
    ),
    ("{200}{60000 bytes}{5}hello", "200 (5 bytes)"),
    (
        "{200}{66000 bytes}{5}hello",
        "failed: headers longer than 64 KiB",
    ),
    (
        "{200}{300000 bytes}{5}hello",
        "failed: headers longer than 64 KiB",
    ),
    ("{200}x:\r\ny:  \t \r\n{5}hello", "200 (5 bytes)"),
    ("{200}x: \u{e9}\r\n{5}hello", "200 (5 bytes)"),
    (
        "{200}x: a\r\n b\r\n{5}hello",
        "failed: the answer is not HTTP",
    ),
    ("{200}: a\r\n{5}hello", "failed: the answer is not HTTP"),
    ("{200}x y: a\r\n{5}hello", "failed: the answer is not HTTP"),
    (
        "{200}x: \u{1}\r\n{5}hello",
        "failed: the answer is not HTTP",
    ),
    ("HTTP/1.1 200 OK\n{lf}hello", "200 (5 bytes)"),
    ("\r\n\r\n{200}{5}hello", "200 (5 bytes)"),
    ("HTTP/1.1 200\r\n{5}hello", "200 (5 bytes)"),
    (
        "HTTP/1.1 099 No\r\n{5}hello",
        "failed: the answer is not HTTP",
    ),
    (
        "HTTP/2.0 200 OK\r\n{5}hello",
        "failed: the answer is not HTTP",
    ),
    // Lengths.
    ("{200}{5}{5}hello", "200 (5 bytes)"),
    (
        "{200}content-length: 4\r\n{5}hello",
        "failed: the answer cannot be read: an odd Content-Length",
    ),
    (
        "{200}content-length: +5\r\n\r\nhello",
        "failed: the answer cannot be read: an odd Content-Length",
    ),
    (
        "{200}content-length: 5, 5\r\n\r\nhello",
        "failed: the answer cannot be read: an odd Content-Length",
    ),
    (
        "{200}content-length:\r\n\r\nhello",
        "failed: the answer cannot be read: an odd Content-Length",
    ),
    (
        "{200}content-length: 18446744073709551615\r\n\r\nhello",
        "failed: body larger than 10 MB, the most that is read: it has \
         18446744073709551615 bytes or more",
    ),
    (
        "{200}content-length: 99999999999999999999999999\r\n\r\nhello",
        "failed: body larger than 10 MB, the most that is read: it has \
         18446744073709551615 bytes or more",
    ),
    (
        "{200}content-length: 10000001\r\n\r\nhello",
        "failed: body larger than 10 MB, the most that is read: it has \
         10000001 bytes",
    ),
    (
        "HTTP/1.1 404 Not Found\r\ncontent-length: 99999999999\r\n\r\n",
        "failed: status 404 Not Found",
    ),
    ("HTTP/1.1 204 No Content\r\n{5}", "204 (0 bytes)"),
    // Encodings, chunks and trailers.
    ("{chunked}5\r\nhello\r\n0\r\n\r\n", "200 (5 bytes)"),
    (
        "{chunked}5;a=b\r\nhello\r\n0\r\nt: x\r\nu: y\r\n\r\n",
        "200 (5 bytes)",
    ),
    (
        "{chunked}5;a=bbbbbbbbbbbbbbbbbbbbbbbbbb\r\nhello\r\n0\r\n\r\n",
        "failed: the answer cannot be read: odd chunks",
    ),
    (
        "{chunked}+5\r\nhello\r\n0\r\n\r\n",
        "failed: the answer cannot be read: odd chunks",
    ),
    (
        "{chunked}5\r\nhello!\r\n0\r\n\r\n",
        "failed: the answer cannot be read: odd chunks",
    ),
    (
        "{chunked}5\nhello\n0\n\n",
        "failed: the answer cannot be read: odd chunks",
    ),
    (
        "{chunked}5\r\nhello\r\n0\r\nno colon\r\n\r\n",
        "failed: the answer cannot be read: odd trailers",
    ),
    (
        "{chunked}5\r\nhello\r\n0\r\n{200 headers}\r\n",
        "failed: the answer cannot be read: odd trailers",
    ),
    (
        "{chunked}5\r\nhello\r\n0\r\n{20000 bytes}\r\n",
        "failed: the answer cannot be read: odd trailers",
    ),
    // It closes before the end that comes after the last chunk.
    (
        "{chunked}5\r\nhello\r\n0\r\n",
        "failed: body cut short after 5 bytes",
    ),
    (
        "{chunked}5\r\nhello\r\n0\r\nt: x",
        "failed: body cut short after 5 bytes",
    ),
    (
        "{200}transfer-encoding: gzip\r\n\r\nhello",
        "failed: the answer cannot be read: an odd Transfer-Encoding",
    ),
    (
        "{200}transfer-encoding: chunked\r\n{5}hello",
        "failed: the answer cannot be read: an odd Transfer-Encoding",
    ),
    (
        "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "failed: the answer cannot be read: an odd Transfer-Encoding",
    ),
    // Answers that are none yet.
    ("{103}{103}{103}{200}{5}hello", "200 (5 bytes)"),
    (
        "HTTP/1.1 100 Continue\r\n\r\n{200}{5}hello",
        "200 (5 bytes)",
    ),
    (
        "HTTP/1.1 100 Continue\r\nx: y\r\n\r\n{200}{5}hello",
        "failed: the answer cannot be read: an odd 100 Continue",
    ),
    (
        "{103}{103}{103}{103}{103}{103}{103}{103}{103}{103}{103}{103}{103}{103}\
         {103}{103}{103}{103}{103}{103}{103}{103}{103}{103}{200}{5}hello",
        "failed: told more than 20 times to wait",
    ),
    (
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "failed: status 101 Switching Protocols",
    ),
    // Nothing more comes, and nothing ends.
    ("{103}{hold}", "failed: timed out after 1.5s"),
    ("{endless 103}", "failed: told more than 20 times to wait"),
    (
        "{chunked}5\r\nhello\r\n0\r\n{hold}",
        "failed: timed out after 1.5s",
    ),
    (
        "{chunked}x{hold}",
        "failed: the answer cannot be read: odd chunks",
    ),
    ("{chunked}5\r\nhel{hold}", "failed: timed out after 1.5s"),
];

/// The bytes that a line of the table stands for, and whether the connection
/// stays open after them.
fn bytes(answer: &str) -> (Vec<u8>, bool) {
    let headers = |count: usize| "x: y\r\n".repeat(count);
    let long = |length: usize| format!("x: {}\r\n", "y".repeat(length));
    let text = answer
        .replace("{200}", "HTTP/1.1 200 OK\r\n")
        .replace("{5}hello", "content-length: 5\r\n\r\nhello")
        .replace("{lf}hello", "content-length: 5\n\nhello")
        .replace("{5}", "content-length: 5\r\n")
        .replace(
            "{chunked}",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        )
        .replace("{103}", "HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n")
        .replace("{100 headers}", &headers(100))
        .replace("{127 headers}", &headers(127))
        .replace("{128 headers}", &headers(128))
        .replace("{200 headers}", &headers(200))
        .replace("{20000 bytes}", &long(20_000))
        .replace("{60000 bytes}", &long(60_000))
        .replace("{66000 bytes}", &long(66_000))
        .replace("{300000 bytes}", &long(300_000));
    match text.strip_suffix("{hold}") {
        Some(text) => (text.into(), true),
        None if text.ends_with("content-length: 5\r\n") => {
            ((text + "\r\n").into(), false)
        }
        None => (text.into(), false),
    }
}

/// Sends the answer of the table that a path names, in pieces of that size.
fn odd_server(piece: usize) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream, piece));
        }
    });
    address
}

fn answer(mut stream: TcpStream, piece: usize) -> Option<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        request.extend(byte);
    }
    let request = String::from_utf8(request).ok()?;
    let number = request.split(' ').nth(1)?.strip_prefix('/')?;
    let (answer, _) = ODD[number.parse::<usize>().ok()?];
    stream.set_nodelay(true).ok()?;
    if answer == "{endless 103}" {
        loop {
            let hint = b"HTTP/1.1 103 Early Hints\r\n\r\n";
            stream.write_all(hint).ok()?;
            thread::sleep(Duration::from_millis(5));
        }
    }
    let (bytes, holds) = bytes(answer);
    // What is long needs no small pieces.
    let piece = if bytes.len() > 2000 { 4096 } else { piece };
    for bytes in bytes.chunks(piece) {
        stream.write_all(bytes).ok()?;
        if piece < 4096 {
            thread::sleep(Duration::from_micros(200));
        }
    }
    if holds {
        // Until the other side has had enough.
        let _ = stream.read(&mut [0]);
    }
    Some(())
}

/// What became of each page of a scene: its last line, without its URL.
fn ends(trace: &Trace) -> BTreeMap<String, String> {
    let timeline = Timeline::of(trace);
    let mut ends = BTreeMap::new();
    for lane in 1..timeline.lanes.len() {
        let lines = timeline.lines.iter();
        let said = lines.filter(|line| line.lane as usize == lane);
        let said: Vec<&str> = said.map(|line| line.text.as_str()).collect();
        let url = said[0].strip_prefix("GET ").unwrap().to_owned();
        let end = said.last().unwrap().replace(&format!(" {url}"), "");
        ends.insert(url, end);
    }
    ends
}

#[test]
fn r9_both_clients_say_the_same_of_odd_answers() {
    // All at once, and byte by byte.
    for piece in [4096, 1] {
        let address = odd_server(piece);
        let urls: Vec<String> = (0..ODD.len())
            .map(|number| format!("http://{address}/{number}"))
            .collect();
        let joined = urls.join(" ");
        let run = ran(&[
            "crawler",
            "--json",
            "--timeout",
            "1500ms",
            "--limit",
            "20",
            "--url",
            &joined,
        ]);
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        let traces = ndjson::read(run.stdout.as_bytes()).unwrap();
        assert_eq!(traces.len(), 2);
        for trace in &traces {
            let ends = ends(trace);
            for (url, (answer, expected)) in urls.iter().zip(ODD) {
                assert!(
                    ends[url].starts_with(expected),
                    "{}, by {piece}: {answer:?}: {}",
                    trace.header.name(),
                    ends[url]
                );
            }
        }
    }
}

#[test]
fn r9_a_crawl_goes_on_when_nobody_reads_what_is_announced() {
    let server = Faulty::start("127.0.0.1").unwrap();
    let url = server.url("/ok");
    let mut child = asyncade(&["crawler", "--json", "--url", &url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    let run: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(run.code, Some(0));
    let traces = ndjson::read(run.stdout.as_bytes()).unwrap();
    assert_eq!(traces.len(), 2);
    assert_eq!(server.count("/ok"), 2);
}

/// The ports on which a process waits for connections.
#[cfg(target_os = "linux")]
fn ports(pid: u32) -> Vec<u16> {
    use std::fs;

    let sockets = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let sockets: Vec<String> = sockets
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .filter_map(|link| {
            let link = link.to_string_lossy().into_owned();
            let inode = link.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(inode.to_owned())
        })
        .collect();
    let table = fs::read_to_string(format!("/proc/{pid}/net/tcp")).unwrap();
    let port = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let waits = *words.get(3)? == "0A";
        let is_its = sockets.iter().any(|inode| inode == words[9]);
        let (_, port) = words.get(1)?.split_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        (waits && is_its).then_some(port)
    };
    table.lines().skip(1).filter_map(port).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn r9_a_stranger_at_the_embedded_site_is_not_counted() {
    let child = asyncade(&[
        "crawler",
        "--json",
        "--scene",
        "async",
        "--pages",
        "3",
        "--limit",
        "3",
        "--latency",
        "2s",
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let start = Instant::now();
    let port = loop {
        if let [port] = ports(child.id())[..] {
            break port;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "no site");
        thread::sleep(Duration::from_millis(10));
    };
    for path in ["/", "/page/1", "/page/2", "/x/page/1"] {
        let mut stranger = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        );
        stranger.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stranger.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
    let run: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let counted = "Site: 3 requests for 3 pages, 3 at once";
    assert!(run.stdout.contains(counted), "{}", run.stdout);
    // Nobody is told where the pages are.
    assert!(run.stdout.contains("GET /page/1\""), "{}", run.stdout);
}
