//! What waits cost, as a Markdown table with its circumstances, as CSV with a
//! line for each subject and size, or as JSON with all there is. Times are in
//! seconds and memory is in bytes.

use std::io::{self, Write};

use serde::Serialize;

use super::Format;
use super::comparison::{number, quoted};
use crate::measure::comparison::{ratio, seconds};
use crate::measure::machine::tokio_version;
use crate::measure::{Load, Machine, Summary};
use crate::scale::plan::{bytes, spaced};
use crate::scale::words::processor;
use crate::scale::{Cost, Ratios, Report, Row, Section};

/// The formats.
pub(crate) const SCALES: &[Format<Report>] = &[
    Format {
        extension: "md",
        write: |value, out| markdown(value, out),
    },
    Format {
        extension: "csv",
        write: |value, out| csv(value, out),
    },
    Format {
        extension: "json",
        write: |value, out| json(value, out),
    },
];

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
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
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
        for line in lines(report, section) {
            let ratios = line.ratios.as_ref();
            let times = |of: fn(&Ratios) -> Option<f64>| {
                let times = ratios.and_then(of);
                times.map_or(String::new(), |x| format!("{}x", ratio(x)))
            };
            let in_words =
                |summary: &Option<Summary>, words: fn(f64) -> String| {
                    let median = summary.as_ref().map(|summary| summary.median);
                    median.map_or(String::new(), words)
                };
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                spaced(section.count),
                line.subject,
                line.beyond.map_or(String::new(), seconds),
                times(|ratios| ratios.beyond),
                in_words(&line.processor, processor),
                times(|ratios| ratios.processor),
                in_words(&line.memory, |memory| bytes(memory as u64)),
                times(|ratios| ratios.memory),
                line.bytes_a_wait
                    .map_or(String::new(), |each| format!("{each:.0} bytes")),
            )?;
        }
    }
    writeln!(out, "\n{}\n\n{}", report.counted(), report.circumstances())?;
    writeln!(out, "\n```console\n{}\n```", report.command)?;
    for left_out in &report.left_out {
        writeln!(out, "\n{}", left_out.words())?;
    }
    for remark in report.remarks() {
        writeln!(out, "\n{remark}")?;
    }
    if let Some(conclusion) = report.conclusion() {
        writeln!(out, "\n{conclusion}")?;
    }
    Ok(())
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
        for line in lines(report, section) {
            let (wall, ratios) = (line.wall.as_ref(), line.ratios.as_ref());
            let median = |summary: &Option<Summary>| {
                number(summary.as_ref().map(|summary| summary.median))
            };
            let memory = line.alone.memory;
            let fields = [
                section.count.to_string(),
                line.subject.to_owned(),
                line.version.to_owned(),
                report.wait.to_string(),
                line.runs.len().to_string(),
                median(&line.wall),
                number(wall.map(|wall| wall.min)),
                number(wall.map(|wall| wall.max)),
                number(line.beyond),
                median(&line.start_up),
                median(&line.processor),
                median(&line.memory),
                number(line.bytes_a_wait),
                number(ratios.map(|ratios| ratios.wall)),
                number(ratios.and_then(|ratios| ratios.beyond)),
                number(ratios.and_then(|ratios| ratios.processor)),
                number(ratios.and_then(|ratios| ratios.memory)),
                number(line.alone.processor),
                memory.map_or(String::new(), |memory| memory.to_string()),
            ];
            writeln!(out, "{}", fields.map(|text| quoted(&text)).join(","))?;
        }
    }
    Ok(())
}
