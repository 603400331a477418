//! A server that does what its paths say, most of them wrong. Plain sockets, so
//! that nothing puts right what should go wrong.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How often each path was asked for.
pub type Asked = Arc<Mutex<BTreeMap<String, usize>>>;

pub struct Faulty {
    pub address: SocketAddr,
    pub asked: Asked,
    /// How many connections were opened.
    pub connections: Arc<AtomicUsize>,
}

impl Faulty {
    /// A server on a port of `host` that the system picks. It ends with the
    /// test's process.
    pub fn start(host: &str) -> std::io::Result<Faulty> {
        let listener = TcpListener::bind((host, 0))?;
        let address = listener.local_addr()?;
        let asked = Asked::default();
        let connections = Arc::default();
        let (counts, opened) = (Arc::clone(&asked), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                AtomicUsize::fetch_add(&opened, 1, Ordering::Relaxed);
                let counts = Arc::clone(&counts);
                thread::spawn(move || {
                    while answer(&stream, &counts, address).is_some() {}
                });
            }
        });
        Ok(Faulty {
            address,
            asked,
            connections,
        })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How often a path was asked for.
    pub fn count(&self, path: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.get(path).copied().unwrap_or(0)
    }
}

/// Where nobody listens: a port that was free a moment ago.
pub fn refusing() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap()
}

/// Answers one request; `None` if the connection is over.
fn answer(
    mut stream: &TcpStream,
    asked: &Asked,
    address: SocketAddr,
) -> Option<()> {
    let line = read_until(stream, b"\r\n")?;
    let path = line.split(' ').nth(1)?.to_owned();
    *asked.lock().unwrap().entry(path.clone()).or_default() += 1;
    // To close while something is unread is to reset.
    match path.as_str() {
        "/reset-at-once" => return None,
        "/reset" => {
            write(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
            )?;
            thread::sleep(Duration::from_millis(50));
            return None;
        }
        "/reset-unsized" => {
            write(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf")?;
            thread::sleep(Duration::from_millis(50));
            return None;
        }
        _ => read_until(stream, b"\r\n\r\n")?,
    };
    let redirect = |to: &str| {
        format!(
            "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"
        )
    };
    let body = |status: &str, length: usize, body: &str| {
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}")
    };
    match path.as_str() {
        "/404" => write(stream, &body("404 Not Found", 4, "gone")),
        "/500" => write(stream, &body("500 Internal Server Error", 0, "")),
        "/599" => write(stream, &body("599 What", 0, "")),
        "/304" => write(stream, "HTTP/1.1 304 Not Modified\r\n\r\n"),
        "/short" => {
            write(stream, &body("200 OK", 100, "hello"))?;
            None
        }
        "/short-chunked" => {
            write(
                stream,
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\nhi",
            )?;
            None
        }
        "/empty" => None,
        "/garbage" => {
            write(stream, "this is not HTTP\r\n\r\n")?;
            None
        }
        "/slow" => {
            write(stream, &body("200 OK", 100, ""))?;
            drip(stream)
        }
        "/slow-head" => {
            write(stream, "HTTP/1.1 200 OK\r\nx: ")?;
            drip(stream)
        }
        "/silent" => {
            // Until the other side has had enough.
            let _ = stream.read(&mut [0]);
            None
        }
        "/endless" => {
            write(
                stream,
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            )?;
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
            forever(stream, &chunk)
        }
        "/endless-unsized" => {
            write(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
            forever(stream, &"x".repeat(0x10000))
        }
        "/huge" => {
            write(stream, &body("200 OK", usize::MAX >> 1, ""))?;
            forever(stream, &"x".repeat(0x10000))
        }
        "/headers" => {
            write(stream, "HTTP/1.1 200 OK\r\nx: ")?;
            forever(stream, &"x".repeat(0x1000))
        }
        "/loop" => write(stream, &redirect("/loop/b")),
        "/loop/b" => write(stream, &redirect("../loop")),
        "/self" => write(stream, &redirect("")),
        "/moved" => write(stream, &redirect("ok")),
        "/elsewhere" => write(stream, &redirect("http://other.invalid:81/")),
        "/tls" => write(stream, &redirect(&format!("https://{address}/"))),
        "/nowhere" => write(stream, &redirect("http://[/")),
        "/no-location" => write(stream, &body("301 Moved Permanently", 0, "")),
        // Closes without saying so: the client may want to use it again.
        "/sloppy" => {
            write(stream, &body("200 OK", 5, "hello"))?;
            None
        }
        "/unsized" => {
            write(stream, "HTTP/1.0 200 OK\r\n\r\nhello")?;
            None
        }
        "/noise" => None,
        path => {
            let number =
                |prefix| path.strip_prefix(prefix)?.parse::<u32>().ok();
            if let Some(n) = number("/far/") {
                write(stream, &redirect(&format!("/far/{}", n + 1)))
            } else if let Some(seed) = number("/noise/") {
                // An error means that the client has had enough of it.
                let _ = stream.write_all(&noise(seed));
                None
            } else {
                write(stream, &body("200 OK", 5, "hello"))
            }
        }
    }
}

/// An answer with some of its bytes replaced, doubled or left out, the same
/// for every run.
fn noise(seed: u32) -> Vec<u8> {
    const ANSWERS: [&str; 4] = [
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx: y\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nt: x\r\n\r\n",
        "HTTP/1.1 302 Found\r\nlocation: /noise\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204 No Content\r\nconnection: keep-alive\r\n\r\n",
    ];
    let mut state = u64::from(seed) + 1;
    let mut random = move |below: usize| {
        // Knuth's linear congruential generator; its high bits are good enough.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut bytes = ANSWERS[random(ANSWERS.len())].as_bytes().to_vec();
    for _ in 0..=random(4) {
        let at = random(bytes.len());
        match random(4) {
            0 => bytes[at] = random(256) as u8,
            1 => bytes[at] = b"0159fF:;\r\n \t,-"[random(14)],
            2 => drop(bytes.remove(at)),
            _ => {
                let end = (at + random(20)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

fn read_until(mut stream: &TcpStream, end: &[u8]) -> Option<String> {
    let mut read = Vec::new();
    while !read.ends_with(end) {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        read.extend(byte);
    }
    String::from_utf8(read).ok()
}

fn write(mut stream: &TcpStream, text: &str) -> Option<()> {
    stream.write_all(text.as_bytes()).ok()
}

/// A byte a second.
fn drip(stream: &TcpStream) -> Option<()> {
    loop {
        write(stream, "x")?;
        thread::sleep(Duration::from_secs(1));
    }
}

/// Until nobody reads any more.
fn forever(stream: &TcpStream, text: &str) -> Option<()> {
    loop {
        write(stream, text)?;
    }
}
