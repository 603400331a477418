//! What the tables of figures have in common: the three formats that they are
//! written in, and how a figure is put there.

use std::io::{self, Write};

use serde::Serialize;

use super::Format;
use crate::measure::Interval;
use crate::measure::comparison::ratio;

/// How a value is written.
type Writes<T> = fn(&T, &mut dyn Write) -> io::Result<()>;

/// As a Markdown table with its circumstances, as CSV with a line for each row,
/// or as JSON with all there is.
pub(super) const fn formats<T>(
    markdown: Writes<T>,
    csv: Writes<T>,
    json: Writes<T>,
) -> [Format<T>; 3] {
    [
        Format {
            extension: "md",
            write: markdown,
        },
        Format {
            extension: "csv",
            write: csv,
        },
        Format {
            extension: "json",
            write: json,
        },
    ]
}

/// Everything that there is.
pub(super) fn json<T: Serialize>(
    value: &T,
    out: &mut dyn Write,
) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// A line of CSV, by RFC 4180.
pub(super) fn line(
    out: &mut dyn Write,
    fields: impl IntoIterator<Item = impl AsRef<str>>,
) -> io::Result<()> {
    let fields = fields.into_iter().map(|text| quoted(text.as_ref()));
    writeln!(out, "{}", fields.collect::<Vec<_>>().join(","))
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// As many digits as it has; nothing if it is not known.
pub(super) fn number(number: Option<f64>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

/// So many times as much, in words.
pub(super) fn times(times: Option<f64>) -> String {
    times.map_or(String::new(), |times| format!("{}x", ratio(times)))
}

/// From where to where, in words.
pub(super) fn range(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |interval| {
        format!("{} to {}", ratio(interval.low), ratio(interval.high))
    })
}

/// What measures it again, below a Markdown table.
pub(super) fn command(out: &mut dyn Write, command: &str) -> io::Result<()> {
    writeln!(out, "\n```console\n{command}\n```")
}

/// What there is to be said of it, a paragraph each.
pub(super) fn remarks(
    out: &mut dyn Write,
    remarks: impl IntoIterator<Item = String>,
    is_interrupted: bool,
) -> io::Result<()> {
    for remark in remarks {
        writeln!(out, "\n{remark}")?;
    }
    if is_interrupted {
        writeln!(out, "\nStopped before its end.")?;
    }
    Ok(())
}
