//! A trace as text: see the [format](super). Writing cannot go wrong but for
//! the writer; reading checks every line, and holds no more in memory than the
//! file is long.

use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::{Event, Header, Source, Trace, VERSION};

/// No line of a trace is longer, but for the text of a source file.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// The header as written: the version comes first.
#[derive(Serialize, Deserialize)]
struct HeaderLine<H> {
    asyncade: u32,
    #[serde(flatten)]
    header: H,
}

#[derive(Serialize, Deserialize)]
struct SourceLine<S> {
    source: S,
}

/// The last line of a trace. A reader that meets it knows the trace is whole.
#[derive(Serialize, Deserialize)]
struct FooterLine {
    asyncade: u32,
    done: bool,
    elapsed: u64,
    events: usize,
    #[serde(default, skip_serializing_if = "is_false")]
    interrupted: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Writes one trace. One that was cut off is written without its footer, as it
/// was read.
///
/// # Errors
/// Whatever the writer says, a closed pipe for one.
pub fn write(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    let header = HeaderLine {
        asyncade: VERSION,
        header: &trace.header,
    };
    write_line(&header, out)?;
    for source in &trace.sources {
        write_line(&SourceLine { source }, out)?;
    }
    for event in &trace.events {
        write_line(event, out)?;
    }
    if trace.cut_off {
        return Ok(());
    }
    let footer = FooterLine {
        asyncade: VERSION,
        done: true,
        // Saturates after 584 years.
        elapsed: u64::try_from(trace.elapsed.as_nanos()).unwrap_or(u64::MAX),
        events: trace.events.len(),
        interrupted: trace.interrupted,
    };
    write_line(&footer, out)
}

fn write_line(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Why a file is no trace.
#[derive(Debug)]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub wrong: String,
    /// What the system said, if it could not be read.
    source: Option<io::Error>,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.wrong)
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}

/// Reads every trace of a file. One that ends before its footer is read as far
/// as it goes, and [`cut_off`](Trace::cut_off).
///
/// # Errors
/// Names the line, and says what is wrong with it: not JSON, not an event,
/// another version than [`VERSION`], an event that cannot be where it is, or a
/// footer that does not fit.
pub fn read(mut input: impl BufRead) -> Result<Vec<Trace>, ReadError> {
    let mut reader = Reader::default();
    let mut line = Vec::new();
    for number in 1.. {
        let wrong = |wrong: String| ReadError {
            line: number,
            wrong,
            source: None,
        };
        line.clear();
        (&mut input)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|error| ReadError {
                line: number,
                wrong: "it could not be read".to_owned(),
                source: Some(error),
            })?;
        let Some(last) = line.last() else { break };
        let is_cut = *last != b'\n';
        if is_cut && line.len() as u64 == LONGEST_LINE {
            return Err(wrong(format!(
                "longer than {LONGEST_LINE} bytes, the most that is read"
            )));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match reader.take(line.trim_ascii()) {
            Ok(()) => {}
            // The file ends in the middle of a line.
            Err(_) if is_cut && reader.open.is_some() && !is_json(&line) => {
                break;
            }
            Err(error) => return Err(wrong(error)),
        }
    }
    Ok(reader.finish())
}

/// Takes a file line by line.
#[derive(Default)]
struct Reader {
    whole: Vec<Trace>,
    open: Option<(Trace, Checker)>,
}

/// What tells the kinds of line apart.
#[derive(Deserialize)]
struct Marks {
    asyncade: Option<u32>,
    done: Option<bool>,
    source: Option<serde::de::IgnoredAny>,
}

impl Reader {
    fn take(&mut self, line: &[u8]) -> Result<(), String> {
        let marks: Marks = parse(line, "not a line of a trace")?;
        if let Some(version) = marks.asyncade
            && version != VERSION
        {
            return Err(if version > VERSION {
                format!(
                    "this trace is of version {version}, newer than {VERSION}: \
                     update asyncade to read it"
                )
            } else {
                format!(
                    "this trace is of version {version}, and {VERSION} is \
                     read: record it anew"
                )
            });
        }
        let is_header = marks.asyncade.is_some() && marks.done.is_none();
        let Some((trace, checker)) = &mut self.open else {
            if !is_header {
                return Err("a trace must begin with its header".to_owned());
            }
            let line: HeaderLine<Header> = parse(line, "not a header")?;
            let speed = line.header.speed;
            if !(speed.is_finite() && speed > 0.0) {
                return Err(format!("a speed of {speed} is none"));
            }
            let trace = Trace::new(line.header, Vec::new());
            self.open = Some((trace, Checker::default()));
            return Ok(());
        };
        if is_header {
            return Err("a new header, but the trace before it has no footer"
                .to_owned());
        }
        if marks.asyncade.is_some() {
            let footer: FooterLine = parse(line, "not a footer")?;
            let events = trace.events.len();
            if footer.events != events {
                return Err(format!(
                    "the footer counts {} events, but {events} were read",
                    footer.events
                ));
            }
            checker.finish(footer.elapsed.into())?;
            trace.elapsed = Duration::from_nanos(footer.elapsed);
            trace.interrupted = footer.interrupted;
            self.whole.extend(self.open.take().map(|(trace, _)| trace));
        } else if marks.source.is_some() {
            let line: SourceLine<Source> = parse(line, "not a source")?;
            trace.sources.push(line.source);
        } else {
            let event: Event = parse(line, "not an event")?;
            checker.take(&event)?;
            trace.events.push(event);
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<Trace> {
        if let Some((mut trace, _)) = self.open {
            trace.cut_off = true;
            trace.elapsed =
                trace.events.last().map_or(Duration::ZERO, Event::at);
            self.whole.push(trace);
        }
        self.whole
    }
}

fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

fn parse<'a, T: Deserialize<'a>>(
    line: &'a [u8],
    otherwise: &str,
) -> Result<T, String> {
    serde_json::from_slice(line)
        .map_err(|error| format!("{otherwise}: {error}"))
}
