//! Another program, run within bounds: it ends, or is ended, with everything
//! that it has started, when its time is over, when it prints without end,
//! when the user asks us to stop, and when we are gone. One that stays is
//! [kept](super::kept).

use std::fmt;
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::foreign;
use super::stop::{self, Held, Stopped};

/// What another program may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// From its start to its end; of one that stays, for an answer.
    pub time: Duration,
    /// The bytes that it may print, on each of its two streams.
    pub bytes: u64,
}

/// What became of a program that came to its end.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed on its standard output.
    pub stdout: Vec<u8>,
    /// The last line that it printed on its standard error, fit to be shown;
    /// empty if it printed none.
    pub complaint: String,
}

/// Why a program did not come to its end, or to that of its answer. Each
/// completes a sentence that begins with the program's name.
#[derive(Debug)]
pub enum Fault {
    /// There is no such program, or the system has no room for it.
    NotRun(io::Error),
    /// It took longer than that.
    Slow(Duration),
    /// It printed more bytes than that.
    Endless(u64),
    /// It has ended, but something that it has started keeps its output open.
    Left,
    /// It was to stay and to answer, and has ended instead.
    Gone {
        /// Whether nothing had come of its answer.
        is_silent: bool,
        /// The last line that it printed on its standard error, fit to be
        /// shown; empty if it printed none.
        complaint: String,
    },
    /// The user asked us to stop.
    Stopped,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NotRun(error) => write!(f, "could not be run: {error}"),
            Fault::Slow(limit) => {
                let limit = humantime::format_duration(*limit);
                write!(f, "did not end within {limit}, and was stopped")
            }
            Fault::Endless(most) => {
                write!(f, "printed more than {most} bytes, and was stopped")
            }
            Fault::Left => f.write_str(
                "has ended, but left something running that keeps its output \
                 open",
            ),
            Fault::Gone { complaint, .. } => {
                f.write_str("ended before it had answered")?;
                match complaint.as_str() {
                    "" => Ok(()),
                    complaint => write!(f, ": {complaint}"),
                }
            }
            Fault::Stopped => Stopped.fmt(f),
        }
    }
}

impl std::error::Error for Fault {}

/// How often it is looked at. What it prints and that its output closes is
/// seen at once.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// How long what is still in the pipes may take once the program has ended.
pub(super) const DRAIN: Duration = Duration::from_secs(5);

/// Of what it prints on its standard error, so much of the end is kept.
pub(super) const LAST_WORDS: usize = 8 * 1024;

/// Runs a program. Its standard input has nothing in it and stays open until
/// the program has ended; it closes when this process ends, however that may
/// be, and a program that wants to can know by that.
///
/// # Errors
/// If it does not come to its end within the bounds.
pub fn run(command: Command, bounds: Bounds) -> Result<Output, Fault> {
    let mut nobody = None::<fn(u32)>;
    drive(command, bounds, &mut nobody, |_| {}).map(|(output, _)| output)
}

/// What was seen of a program while it was there.
#[derive(Debug)]
pub struct Seen<T> {
    /// From its start until it had printed a line.
    pub after: Duration,
    /// What its observer saw.
    pub what: T,
}

/// Runs a program as [`run`] does, and looks at it once it has printed a line,
/// while it is still there: the observer is given its process number. Then its
/// standard input closes, by which it knows that it may end. Nothing is seen of
/// one that ends without a line. Meanwhile `tick` is told again and again how
/// long it has been there.
///
/// # Errors
/// As [`run`].
pub fn observe<T>(
    command: Command,
    bounds: Bounds,
    observer: impl FnOnce(u32) -> T,
    tick: impl FnMut(Duration),
) -> Result<(Output, Option<Seen<T>>), Fault> {
    drive(command, bounds, &mut Some(observer), tick)
}

/// Runs a program. If there is an observer, standard input closes when it has
/// looked, and else when the program has ended.
fn drive<T>(
    mut command: Command,
    bounds: Bounds,
    observer: &mut Option<impl FnOnce(u32) -> T>,
    mut tick: impl FnMut(Duration),
) -> Result<(Output, Option<Seen<T>>), Fault> {
    let start = Instant::now();
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let (mut child, held) = begin(&mut command).map_err(Fault::NotRun)?;
    let mut input = child.stdin.take();
    let mut seen = None;
    let number = child.id();
    let mut notice = |is_a_line: bool| {
        tick(start.elapsed());
        if is_a_line && let Some(observer) = observer.take() {
            let after = start.elapsed();
            let what = observer(number);
            seen = Some(Seen { after, what });
            input = None;
        }
    };
    let mut printed = Printed::default();
    let parts = read(&mut child, bounds.bytes).map_err(Fault::NotRun);
    let watched = parts.and_then(|parts| {
        printed.watch(&mut child, &parts, bounds, &mut notice)?;
        Ok(parts)
    });
    end(&mut child, held);
    drop(input);
    let status = child.wait().map_err(Fault::NotRun)?;
    printed.drain(&watched?, bounds.bytes)?;
    let output = Output {
        status,
        stdout: printed.stdout.unwrap_or_default(),
        complaint: last_line(&printed.stderr.unwrap_or_default()),
    };
    Ok((output, seen))
}

/// Starts it in a process group of its own: what it starts can be ended with
/// it, and a Ctrl-C in the terminal reaches it through us alone.
#[cfg(unix)]
pub(super) fn begin(
    command: &mut Command,
) -> io::Result<(Child, Option<Held>)> {
    use std::os::unix::process::CommandExt;

    command.process_group(0);
    let (child, held) = stop::hold(|| {
        let child = command.spawn()?;
        let leader = rustix::process::Pid::from_child(&child);
        Ok((child, stop::Leftover::Group(leader)))
    })?;
    Ok((child, Some(held)))
}

/// Where there are no process groups, it ends alone.
#[cfg(not(unix))]
pub(super) fn begin(
    command: &mut Command,
) -> io::Result<(Child, Option<Held>)> {
    Ok((command.spawn()?, None))
}

/// Ends what is left of a program, and of what it has started. Nobody has
/// waited for it yet, so its number is still its own.
pub(super) fn end(child: &mut Child, held: Option<Held>) {
    let _ = child.kill();
    drop(held);
}

/// Whether a program has ended. It is not waited for: until then its number,
/// and so that of its process group, is given to nobody else.
#[cfg(unix)]
pub(super) fn has_ended(child: &mut Child) -> io::Result<bool> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

    let look =
        WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    Ok(waitid(WaitId::Pid(Pid::from_child(child)), look)?.is_some())
}

#[cfg(not(unix))]
pub(super) fn has_ended(child: &mut Child) -> io::Result<bool> {
    Ok(child.try_wait()?.is_some())
}

/// What comes back from whoever reads its streams.
enum Part {
    /// It has printed the end of its first line on its standard output.
    Line,
    /// All that it printed on its standard output.
    Stdout(Vec<u8>),
    /// The end of what it printed on its standard error.
    Stderr(Vec<u8>),
    /// There is too much of it.
    Endless,
}

/// Reads both streams, each on a thread of its own, or else a program that
/// fills one of them would wait for ever.
fn read(child: &mut Child, most: u64) -> io::Result<Receiver<Part>> {
    let (sender, parts) = mpsc::channel();
    if let Some(stream) = child.stdout.take() {
        let line = Some(Part::Line);
        let sender = sender.clone();
        read_on_a_thread(stream, most, most, line, Part::Stdout, sender)?;
    }
    if let Some(stream) = child.stderr.take() {
        let keep = LAST_WORDS as u64;
        read_on_a_thread(stream, most, keep, None, Part::Stderr, sender)?;
    }
    Ok(parts)
}

fn read_on_a_thread(
    mut stream: impl Read + Send + 'static,
    most: u64,
    keep: u64,
    mut line: Option<Part>,
    part: fn(Vec<u8>) -> Part,
    parts: Sender<Part>,
) -> io::Result<()> {
    let read = move || {
        let (mut kept, mut all) = (Vec::new(), 0);
        let mut buffer = vec![0; 64 * 1024];
        // What cannot be read is where it ends.
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            all += count as u64;
            if all > most {
                let _ = parts.send(Part::Endless);
                return;
            }
            extend(&mut kept, &buffer[..count], keep);
            if buffer[..count].contains(&b'\n')
                && let Some(line) = line.take()
            {
                let _ = parts.send(line);
            }
        }
        // Nobody may wait for it any more.
        let _ = parts.send(part(kept));
    };
    let thread = thread::Builder::new().name("child".to_owned());
    thread.spawn(read).map(|_| ())
}

/// What a program has printed, as far as it has come in.
#[derive(Default)]
struct Printed {
    stdout: Option<Vec<u8>>,
    stderr: Option<Vec<u8>>,
}

impl Printed {
    /// Waits for the program's end.
    fn watch(
        &mut self,
        child: &mut Child,
        parts: &Receiver<Part>,
        bounds: Bounds,
        notice: &mut impl FnMut(bool),
    ) -> Result<(), Fault> {
        let start = Instant::now();
        loop {
            if has_ended(child).map_err(Fault::NotRun)? {
                return Ok(());
            }
            if stop::asked().is_some() {
                return Err(Fault::Stopped);
            }
            if start.elapsed() > bounds.time {
                return Err(Fault::Slow(bounds.time));
            }
            match parts.recv_timeout(TICK) {
                Ok(Part::Line) => notice(true),
                Ok(part) => self.take(part, bounds.bytes)?,
                Err(RecvTimeoutError::Timeout) => notice(false),
                // It has closed its streams, and is about to end as a rule.
                Err(RecvTimeoutError::Disconnected) => {
                    thread::sleep(Duration::from_millis(1));
                }
            }
        }
    }

    /// Waits for what was printed before the end and is still on its way.
    fn drain(
        &mut self,
        parts: &Receiver<Part>,
        most: u64,
    ) -> Result<(), Fault> {
        loop {
            match parts.recv_timeout(DRAIN) {
                Ok(part) => self.take(part, most)?,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => return Err(Fault::Left),
            }
        }
    }

    fn take(&mut self, part: Part, most: u64) -> Result<(), Fault> {
        match part {
            // Too late to look at it.
            Part::Line => {}
            Part::Stdout(bytes) => self.stdout = Some(bytes),
            Part::Stderr(bytes) => self.stderr = Some(bytes),
            Part::Endless => return Err(Fault::Endless(most)),
        }
        Ok(())
    }
}

/// Adds to what was printed, of which at least so much of the end is kept.
pub(super) fn extend(printed: &mut Vec<u8>, more: &[u8], keep: u64) {
    printed.extend_from_slice(more);
    // Seldom, or else a lot would be moved for every few bytes.
    if printed.len() as u64 > 2 * keep {
        printed.drain(..printed.len() - keep as usize);
    }
}

/// What a program says last is why it failed.
pub(super) fn last_line(printed: &[u8]) -> String {
    let printed = String::from_utf8_lossy(printed);
    let mut lines = printed.lines().rev().map(str::trim);
    let last = lines.find(|line| !line.is_empty());
    foreign::cut(last.unwrap_or_default(), LONGEST_COMPLAINT)
}

/// More of its last line is not shown.
const LONGEST_COMPLAINT: usize = 200;
