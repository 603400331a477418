//! A book that is being served, and what somebody says who asks it for a page.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Ran, asyncade};
#[cfg(unix)]
use crate::robust_signals::signal;

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// The program, serving until this is dropped.
pub struct Served {
    child: Child,
    /// As in `127.0.0.1:8000`.
    pub host: String,
}

/// What somebody was answered.
#[derive(Clone, Debug)]
pub struct Answered {
    pub status: u16,
    /// In small letters.
    pub head: String,
    pub body: String,
}

impl Served {
    /// Serves at a port that is free.
    pub fn new() -> Served {
        Served::by(&mut asyncade(&["serve"]))
    }

    /// The same, by a command that is ready to.
    pub fn by(command: &mut Command) -> Served {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let mut said = said.map(Result::unwrap);
        let host = said.find_map(|line| {
            let host = line.trim().strip_prefix("http://")?;
            Some(host.strip_suffix('/').expect("an address").to_owned())
        });
        Served {
            host: host.expect("it says where it is"),
            child,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Asks for a page, as a browser of this machine does.
    pub fn get(&self, path: &str) -> Answered {
        let host = &self.host;
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n"))
    }

    /// Sends the lines of a head, and reads until the end.
    pub fn ask(&self, head: &str) -> Answered {
        let mut stream = self.connect();
        let head = format!("{head}connection: close\r\n\r\n");
        // It may break off before it has read all.
        let _ = stream.write_all(head.as_bytes());
        read(&mut stream)
    }

    /// Asks it to stop, and what it did.
    #[cfg(unix)]
    pub fn end(mut self, name: &str) -> Ran {
        assert!(signal(self.child.id(), name));
        let mut ran = Ran {
            stdout: String::new(),
            stderr: String::new(),
            code: self.child.wait().unwrap().code(),
        };
        let stderr = self.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut ran.stderr).unwrap();
        ran
    }
}

/// Reads an answer after which the connection closes.
pub fn read(stream: &mut TcpStream) -> Answered {
    let mut bytes = Vec::new();
    // A connection that is reset has said what it had to say.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answered {
        status: status.unwrap_or(0),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
