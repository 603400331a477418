//! Another program that stays. It is asked again and again, a line each time,
//! and answers within bounds. Like one that is [run](super::child::run) it is
//! ended with everything that it has started, when it keeps to no bounds, when
//! the user asks us to stop, and when we are gone.
//!
//! How it says that an answer is at its end is agreed on with
//! `demos/stage/stay.py`.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Instant;

use super::child::{self, Bounds, Fault};
use super::stop::{self, Held, Stopped};

/// A program that is there to be asked. After a fault it is there no more.
#[derive(Debug)]
pub struct Kept {
    child: Child,
    /// The program and all that it has started, until that is ended.
    held: Option<Held>,
    /// By its end it knows that we are gone.
    input: ChildStdin,
    parts: Receiver<Part>,
}

/// What a program answers.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The exit status of what it did; below zero is the number of the signal
    /// that ended that.
    pub status: i32,
    /// What it printed on its standard output.
    pub stdout: Vec<u8>,
    /// The last line that it printed on its standard error, fit to be shown;
    /// empty if it printed none.
    pub complaint: String,
}

/// Begins the line that ends an answer, on either stream; on the standard
/// output the status follows. No line of JSON begins so.
const END: u8 = 0x04;

impl Kept {
    /// Starts a program, and waits until it says that it is there: by the end
    /// of an answer to nothing.
    ///
    /// # Errors
    /// If it does not say so within the bounds.
    pub fn start(mut command: Command, bounds: Bounds) -> Result<Kept, Fault> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let begun = child::begin(&mut command);
        let (mut child, held) = begun.map_err(Fault::NotRun)?;
        // A program that prints without end has to wait for us.
        let (sender, parts) = mpsc::sync_channel(1);
        let streams =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(stdout), Some(stderr)) = streams else {
            unreachable!("they are pipes, as they were asked for above");
        };
        let mut kept = Kept {
            child,
            held,
            input,
            parts,
        };
        read_on_a_thread(stdout, Part::Stdout, sender.clone())?;
        read_on_a_thread(stderr, Part::Stderr, sender)?;
        kept.answer(bounds)?;
        Ok(kept)
    }

    /// Asks for something, and returns the answer.
    ///
    /// # Errors
    /// If the answer does not come to its end within the bounds. Then the
    /// program has been ended.
    pub fn ask(&mut self, line: &str, bounds: Bounds) -> Result<Answer, Fault> {
        // What it says unasked is no answer to anything: the last one cannot
        // have been whole.
        let is_quiet = self.parts.try_recv().is_err();
        let line = format!("{line}\n");
        if !is_quiet || self.input.write_all(line.as_bytes()).is_err() {
            return Err(self.gone(Heard::default(), bounds));
        }
        self.answer(bounds)
    }

    fn answer(&mut self, bounds: Bounds) -> Result<Answer, Fault> {
        let answer = self.listen(bounds);
        if answer.is_err() {
            self.end();
        }
        answer
    }

    fn listen(&mut self, bounds: Bounds) -> Result<Answer, Fault> {
        let mut heard = Heard::default();
        let start = Instant::now();
        loop {
            if let Some(answer) = heard.answer() {
                return Ok(answer);
            }
            stop::check().map_err(|Stopped| Fault::Stopped)?;
            if start.elapsed() > bounds.time {
                return Err(Fault::Slow(bounds.time));
            }
            let part = self.parts.recv_timeout(child::TICK);
            let is_closed = part == Err(RecvTimeoutError::Disconnected);
            if let Ok(part) = part {
                heard.take(part, bounds.bytes)?;
            }
            if is_closed || !self.is_there() {
                return Err(self.gone(heard, bounds));
            }
        }
    }

    fn is_there(&mut self) -> bool {
        matches!(child::has_ended(&mut self.child), Ok(false))
    }

    /// Ends the program and all that it has started.
    fn end(&mut self) {
        child::end(&mut self.child, self.held.take());
    }

    /// The fault of a program that has ended, or does not answer any more,
    /// with what it has still said.
    fn gone(&mut self, mut heard: Heard, bounds: Bounds) -> Fault {
        self.end();
        while let Ok(part) = self.parts.recv_timeout(child::DRAIN)
            && heard.take(part, bounds.bytes).is_ok()
        {}
        Fault::Gone {
            is_silent: heard.stdout.bytes.is_empty(),
            complaint: child::last_line(&heard.stderr.bytes),
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.end();
        let _ = self.child.wait();
    }
}

/// Something that it has printed.
#[derive(PartialEq, Eq)]
enum Part {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
}

/// Reads a stream on a thread of its own, or else a program that fills the
/// other one would wait for ever.
fn read_on_a_thread(
    mut stream: impl Read + Send + 'static,
    part: fn(Vec<u8>) -> Part,
    parts: SyncSender<Part>,
) -> Result<(), Fault> {
    let read = move || {
        let mut buffer = vec![0; 64 * 1024];
        // What cannot be read is where it ends.
        while let Ok(count @ 1..) = stream.read(&mut buffer)
            && parts.send(part(buffer[..count].to_owned())).is_ok()
        {}
    };
    let thread = thread::Builder::new().name("kept".to_owned());
    thread.spawn(read).map(|_| ()).map_err(Fault::NotRun)
}

/// What has come in of an answer.
#[derive(Default)]
struct Heard {
    stdout: Printed,
    stderr: Printed,
}

impl Heard {
    fn take(&mut self, part: Part, most: u64) -> Result<(), Fault> {
        let is_within = match part {
            Part::Stdout(bytes) => self.stdout.take(&bytes, most, most),
            Part::Stderr(bytes) => {
                self.stderr.take(&bytes, most, child::LAST_WORDS as u64)
            }
        };
        is_within.then_some(()).ok_or(Fault::Endless(most))
    }

    /// The answer, if both streams are at its end.
    fn answer(&mut self) -> Option<Answer> {
        let (complaint, _) = ended(&self.stderr.bytes)?;
        let (stdout, status) = ended(&self.stdout.bytes)?;
        Some(Answer {
            status: status.parse().ok()?,
            stdout: stdout.to_owned(),
            complaint: child::last_line(complaint),
        })
    }
}

/// What has come in on one stream.
#[derive(Default)]
struct Printed {
    /// The end of it.
    bytes: Vec<u8>,
    /// How many bytes there were.
    count: u64,
}

impl Printed {
    /// Takes more, and keeps at least so much of the end. Returns whether it
    /// is within bounds.
    fn take(&mut self, bytes: &[u8], most: u64, keep: u64) -> bool {
        child::extend(&mut self.bytes, bytes, keep);
        self.count += bytes.len() as u64;
        self.count <= most
    }
}

/// What was printed before the line that ends an answer, and what that line
/// says; `None` without such a line. It has been put on a line of its own,
/// whatever was printed before.
fn ended(printed: &[u8]) -> Option<(&[u8], &str)> {
    let lines = printed.strip_suffix(b"\n")?;
    let at = lines.iter().rposition(|&byte| byte == b'\n')?;
    let last = lines[at + 1..].strip_prefix(&[END])?;
    Some((&lines[..at], str::from_utf8(last).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_with_a_line_that_says_so() {
        for (printed, expected) in [
            ("\n\u{4}0\n", Some(("", "0"))),
            ("{}\n\n\u{4}-9\n", Some(("{}\n", "-9"))),
            ("no end of line\n\u{4}\n", Some(("no end of line", ""))),
            ("\n\u{4}0", None),
            ("\u{4}0\n", None),
            ("{}\n", None),
            ("a \u{4}0\n", None),
            ("\n", None),
            ("", None),
        ] {
            let found = ended(printed.as_bytes());
            let expected =
                expected.map(|(before, says)| (before.as_bytes(), says));
            assert_eq!(found, expected, "{printed:?}");
        }
    }
}
