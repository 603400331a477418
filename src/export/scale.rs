//! What waits cost, as a Markdown table with its circumstances, as CSV with a
//! line for each subject and size, or as JSON with all there is. Times are in
//! seconds and memory is in bytes.

use std::io::{self, Write};

use serde::Serialize;

use super::Format;
use super::figures::{self, command, formats, line, number, remarks, times};
use crate::measure::comparison::seconds;
use crate::measure::machine::tokio_version;
use crate::measure::{Load, Machine, Summary};
use crate::scale::plan::{bytes, spaced};
use crate::scale::words::processor;
use crate::scale::{Cost, Ratios, Report, Row, Section};

/// The formats.
pub(crate) const SCALES: &[Format<Report>] = &formats(markdown, csv, json);

/// All there is.
#[derive(Serialize)]
struct Whole<'a> {
    command: &'a str,
    machine: &'a Machine,
    tokio: Option<String>,
    wait: f64,
    runs: usize,
    sizes: Vec<Size<'a>>,
    left_out: Vec<Missing<'a>>,
    load: &'a Load,
    interrupted: bool,
    remarks: Vec<String>,
    conclusion: Option<String>,
}

#[derive(Serialize)]
struct Size<'a> {
    waits: u64,
    subjects: Vec<Line<'a>>,
}

/// A subject at a size.
#[derive(Serialize)]
struct Line<'a> {
    subject: &'static str,
    about: &'static str,
    version: &'a str,
    wall: Option<Summary>,
    beyond: Option<f64>,
    start_up: Option<Summary>,
    processor: Option<Summary>,
    memory: Option<Summary>,
    bytes_a_wait: Option<f64>,
    ratios: Option<Ratios>,
    /// The process with one wait of a millisecond.
    alone: &'a Cost,
    runs: &'a [Cost],
}

#[derive(Serialize)]
struct Missing<'a> {
    subject: &'static str,
    waits: Option<u64>,
    why: &'a str,
}

impl<'a> Line<'a> {
    fn of(report: &Report, section: &Section, row: &'a Row) -> Line<'a> {
        Line {
            subject: row.subject.name(),
            about: row.subject.about(),
            version: &row.version,
            wall: row.wall(),
            beyond: row.beyond(report.wait),
            start_up: row.start_up(),
            processor: row.processor(),
            memory: row.memory(),
            bytes_a_wait: row.bytes_a_wait(section.count),
            ratios: section.ratios(row, report.wait),
            alone: &row.alone,
            runs: &row.costs,
        }
    }
}

/// Everything.
pub(crate) fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let sizes = report.sections.iter().map(|section| Size {
        waits: section.count,
        subjects: lines(report, section),
    });
    let left_out = report.left_out.iter().map(|left_out| Missing {
        subject: left_out.subject.name(),
        waits: left_out.count,
        why: &left_out.why,
    });
    let whole = Whole {
        command: &report.command,
        machine: &report.machine,
        tokio: tokio_version(),
        wait: report.wait,
        runs: report.runs,
        sizes: sizes.collect(),
        left_out: left_out.collect(),
        load: &report.load,
        interrupted: report.is_interrupted,
        remarks: report.remarks(),
        conclusion: report.conclusion(),
    };
    figures::json(&whole, out)
}

fn lines<'a>(report: &Report, section: &'a Section) -> Vec<Line<'a>> {
    let rows = section.rows.iter();
    rows.map(|row| Line::of(report, section, row)).collect()
}

fn markdown(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let beyond = report.beyond_head();
    writeln!(
        out,
        "| Waits | On | {beyond} | | Processor | | Peak memory | | A wait |\n\
         |---:|:---|---:|---:|---:|---:|---:|---:|---:|"
    )?;
    for section in &report.sections {
        for subject in lines(report, section) {
            let ratios = subject.ratios.as_ref();
            let times =
                |of: fn(&Ratios) -> Option<f64>| times(ratios.and_then(of));
            let in_words =
                |summary: &Option<Summary>, words: fn(f64) -> String| {
                    let median = summary.as_ref().map(|summary| summary.median);
                    median.map_or(String::new(), words)
                };
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                spaced(section.count),
                subject.subject,
                subject.beyond.map_or(String::new(), seconds),
                times(|ratios| ratios.beyond),
                in_words(&subject.processor, processor),
                times(|ratios| ratios.processor),
                in_words(&subject.memory, |memory| bytes(memory as u64)),
                times(|ratios| ratios.memory),
                subject
                    .bytes_a_wait
                    .map_or(String::new(), |each| format!("{each:.0} bytes")),
            )?;
        }
    }
    writeln!(out, "\n{}\n\n{}", report.counted(), report.circumstances())?;
    command(out, &report.command)?;
    for left_out in &report.left_out {
        writeln!(out, "\n{}", left_out.words())?;
    }
    let remarks_and_end =
        report.remarks().into_iter().chain(report.conclusion());
    remarks(out, remarks_and_end, false)
}

/// A line for each subject at each size; empty where nothing is known.
fn csv(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "waits,subject,version,wait,runs,wall,wall_min,wall_max,beyond,\
         start_up,processor,memory,bytes_a_wait,wall_ratio,beyond_ratio,\
         processor_ratio,memory_ratio,alone_processor,alone_memory"
    )?;
    for section in &report.sections {
        for subject in lines(report, section) {
            let (wall, ratios) =
                (subject.wall.as_ref(), subject.ratios.as_ref());
            let median = |summary: &Option<Summary>| {
                number(summary.as_ref().map(|summary| summary.median))
            };
            let memory = subject.alone.memory;
            let fields = [
                section.count.to_string(),
                subject.subject.to_owned(),
                subject.version.to_owned(),
                report.wait.to_string(),
                subject.runs.len().to_string(),
                median(&subject.wall),
                number(wall.map(|wall| wall.min)),
                number(wall.map(|wall| wall.max)),
                number(subject.beyond),
                median(&subject.start_up),
                median(&subject.processor),
                median(&subject.memory),
                number(subject.bytes_a_wait),
                number(ratios.map(|ratios| ratios.wall)),
                number(ratios.and_then(|ratios| ratios.beyond)),
                number(ratios.and_then(|ratios| ratios.processor)),
                number(ratios.and_then(|ratios| ratios.memory)),
                number(subject.alone.processor),
                memory.map_or(String::new(), |memory| memory.to_string()),
            ];
            line(out, fields)?;
        }
    }
    Ok(())
}
