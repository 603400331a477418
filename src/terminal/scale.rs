//! What waits cost, as a table for each number of them. A wide page has the
//! ratios in it, a narrower one has not, and the narrowest, and a plain one,
//! has the figures of each subject by name.

use std::io::{self, Write};
use std::time::Duration;

use colored::Colorize;

use super::compare::Progress;
use super::page::Page;
use super::screen::Screen;
use crate::measure::Summary;
use crate::measure::comparison::{ratio, seconds};
use crate::scale::plan::{bytes, spaced};
use crate::scale::words::processor;
use crate::scale::{self, Report, Row, Section, Subject};

/// The column of names.
const NAME: usize = 12;

/// A page this wide has room for the ratios.
const WIDE: usize = 76;

/// A page this wide has room for columns.
const NARROW: usize = 50;

/// Writes it.
pub(crate) fn scale(out: &mut Screen, report: &Report) -> io::Result<()> {
    let page = out.page;
    for section in &report.sections {
        writeln!(out, "{}", report.heading(section).bold())?;
        if page.plain || page.width < NARROW {
            for row in &section.rows {
                page.prose(out, 2, &said(report, section, row))?;
            }
        } else {
            table(&page, out, report, section)?;
        }
        writeln!(out)?;
    }
    if !report.sections.is_empty() {
        page.prose(out, 0, &report.counted())?;
        page.prose(out, 0, &report.circumstances())?;
    }
    for left_out in &report.left_out {
        page.prose(out, 0, &left_out.words())?;
    }
    for remark in report.remarks() {
        page.prose(out, 0, &format!("Note: {remark}"))?;
    }
    if let Some(conclusion) = report.conclusion() {
        writeln!(out)?;
        for line in page.wrap(0, &conclusion) {
            writeln!(out, "{}", line.bold())?;
        }
    }
    out.flush()
}

/// The figures of a row, each with its ratio to the floor.
struct Cells {
    beyond: (String, String),
    processor: (String, String),
    memory: (String, String),
    each: String,
}

impl Cells {
    fn of(report: &Report, section: &Section, row: &Row) -> Cells {
        let ratios = section.ratios(row, report.wait);
        let ratios = ratios.filter(|_| row.subject != Subject::Tokio);
        let times = |figure: Option<f64>| {
            figure.map_or(String::new(), |x| format!("{}x", ratio(x)))
        };
        let median = |summary: Option<Summary>, words: fn(f64) -> String| {
            summary.map_or(String::new(), |summary| words(summary.median))
        };
        let beyond = row.beyond(report.wait);
        Cells {
            beyond: (
                beyond.map_or(String::new(), seconds),
                times(ratios.and_then(|ratios| ratios.beyond)),
            ),
            processor: (
                median(row.processor(), processor),
                times(ratios.and_then(|ratios| ratios.processor)),
            ),
            memory: (
                median(row.memory(), |memory| bytes(memory as u64)),
                times(ratios.and_then(|ratios| ratios.memory)),
            ),
            each: row
                .bytes_a_wait(section.count)
                .map_or(String::new(), |each| format!("{each:.0} B")),
        }
    }
}

fn table(
    page: &Page,
    out: &mut Screen,
    report: &Report,
    section: &Section,
) -> io::Result<()> {
    let is_wide = page.width >= WIDE;
    let beyond = report.beyond_head();
    if is_wide {
        let name = "";
        let head = format!(
            "  {name:NAME$}{beyond:>13}    {:>9}       {:>9}       {:>9}",
            "processor", "memory", "a wait"
        );
        writeln!(out, "{}", head.trim_end())?;
    } else {
        writeln!(
            out,
            "  {:NAME$}{:>9}{:>10}{:>9}{:>8}",
            "", "beyond", "processor", "memory", "a wait"
        )?;
    }
    for row in &section.rows {
        let Cells {
            beyond,
            processor: used,
            memory,
            each,
        } = Cells::of(report, section, row);
        let name = page.fit(row.subject.name(), NAME);
        let line = if is_wide {
            format!(
                "  {name}{:>13} {:<7}{:>8} {:<7}{:>9} {:<7}{each:>7}",
                beyond.0, beyond.1, used.0, used.1, memory.0, memory.1
            )
        } else {
            format!(
                "  {name}{:>9}{:>10}{:>9}{each:>8}",
                beyond.0, used.0, memory.0
            )
        };
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A row as a sentence.
fn said(report: &Report, section: &Section, row: &Row) -> String {
    let cells = Cells::of(report, section, row);
    let named = |name: &str, (figure, times): (String, String)| {
        let times = match times.as_str() {
            "" => String::new(),
            times => format!(" ({times})"),
        };
        (!figure.is_empty()).then(|| format!("{name} {figure}{times}"))
    };
    let each = cells.each.trim_end_matches(" B");
    let each = (!each.is_empty()).then(|| format!("{each} bytes a wait"));
    let items = [
        named(&report.beyond_head(), cells.beyond),
        named("processor time", cells.processor),
        named("memory", cells.memory),
        each,
    ];
    let items: Vec<String> = items.into_iter().flatten().collect();
    format!("{}: {}.", row.subject.name(), items.join(", "))
}

/// The bar while it is measured, if there is to be one.
pub(crate) struct ScaleProgress {
    is_shown: bool,
    bar: Option<Progress>,
}

impl ScaleProgress {
    /// A bar, or none.
    pub fn new(is_shown: bool) -> ScaleProgress {
        ScaleProgress {
            is_shown,
            bar: None,
        }
    }
}

impl scale::Progress for ScaleProgress {
    fn begins(&mut self, length: Duration) {
        // The one before goes first, or both would be on the screen.
        self.bar = None;
        self.bar = Some(Progress::new(self.is_shown, length));
    }

    fn starts(&mut self, subject: Subject, count: u64, length: Duration) {
        if let Some(bar) = &mut self.bar {
            let name = format!("{} {}", subject.name(), spaced(count));
            bar.begin(&name, false, length);
        }
    }

    fn ticks(&mut self, elapsed: Duration) {
        if let Some(bar) = &mut self.bar {
            bar.tick(elapsed);
        }
    }

    fn ends(&mut self) {
        if let Some(bar) = &mut self.bar {
            bar.done();
        }
    }
}
