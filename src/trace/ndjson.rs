//! A trace as text: one JSON object a line, a header, the events in time
//! order, a footer. Several traces may follow each other in one file. Fields
//! that a reader does not know are ignored; a higher version is refused.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::{Event, Header, Trace, VERSION};

/// The header as written: the version comes first.
#[derive(Serialize, Deserialize)]
struct HeaderLine<H> {
    asyncade: u32,
    #[serde(flatten)]
    header: H,
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

/// Writes one trace.
///
/// # Errors
/// Whatever the writer says, a closed pipe for one.
pub fn write(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    let header = HeaderLine {
        asyncade: VERSION,
        header: &trace.header,
    };
    write_line(&header, out)?;
    for event in &trace.events {
        write_line(event, out)?;
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

/// Reads every trace of a file.
///
/// # Errors
/// Names the line, and says what is wrong with it: not JSON, not an event, a
/// higher version than [`VERSION`], times that run backwards, or a file that
/// ends before its footer.
pub fn read(input: impl BufRead) -> Result<Vec<Trace>> {
    let mut traces = Vec::new();
    let mut open: Option<Trace> = None;
    let mut last = 0;
    for (index, line) in input.lines().enumerate() {
        let number = index + 1;
        let line =
            line.with_context(|| format!("line {number} could not be read"))?;
        if line.trim().is_empty() {
            continue;
        }
        last = number;
        let done = read_line(&line, &mut open)
            .with_context(|| format!("line {number}"))?;
        traces.extend(done);
    }
    ensure!(
        open.is_none(),
        "line {last} is the last, but the trace has no footer: the file was cut short"
    );
    Ok(traces)
}

/// Takes one line into the open trace; returns the trace if this was its end.
fn read_line(line: &str, open: &mut Option<Trace>) -> Result<Option<Trace>> {
    #[derive(Deserialize)]
    struct Version {
        asyncade: Option<u32>,
        done: Option<bool>,
    }
    let version: Version =
        serde_json::from_str(line).context("not a line of a trace")?;
    if let Some(version) = version.asyncade
        && version > VERSION
    {
        bail!(
            "this trace is of version {version}, newer than {VERSION}: update asyncade to read it"
        );
    }
    match (version, open.as_mut()) {
        (
            Version {
                asyncade: Some(_),
                done: None,
            },
            None,
        ) => {
            let line: HeaderLine<Header> =
                serde_json::from_str(line).context("not a header")?;
            *open = Some(Trace {
                header: line.header,
                events: Vec::new(),
                elapsed: Duration::ZERO,
                interrupted: false,
            });
            Ok(None)
        }
        (
            Version {
                asyncade: Some(_),
                done: Some(_),
            },
            Some(trace),
        ) => {
            let footer: FooterLine =
                serde_json::from_str(line).context("not a footer")?;
            ensure!(
                footer.events == trace.events.len(),
                "the footer counts {} events, but {} were read",
                footer.events,
                trace.events.len()
            );
            trace.elapsed = Duration::from_nanos(footer.elapsed);
            trace.interrupted = footer.interrupted;
            Ok(open.take())
        }
        (Version { asyncade: None, .. }, Some(trace)) => {
            let event: Event =
                serde_json::from_str(line).context("not an event")?;
            let before = trace.events.last().map_or(0, |event| event.at);
            ensure!(
                event.at >= before,
                "{} comes after {before}: times run backwards",
                event.at
            );
            trace.events.push(event);
            Ok(None)
        }
        (
            Version {
                asyncade: Some(_),
                done: None,
            },
            Some(_),
        ) => {
            bail!("a new header, but the trace before it has no footer")
        }
        (_, None) => bail!("a trace must begin with its header"),
    }
}
