//! The table of what was compared. A wide page has columns; a narrow one, and a
//! plain one, has for each scene its figures by name.

use std::cell::Cell;
use std::io::{self, Write};

use colored::Colorize;
use console::measure_text_width;

use super::super::page::Page;
use super::super::screen::Screen;
use crate::measure::comparison::{
    Comparison, Comparisons, Gain, LeftOut, Row, Setup, deviation_in_words,
    ratio, seconds,
};
use crate::measure::stats::Interval;

/// The columns of figures, of which the first has the deviation too.
const FIGURES: [(&str, usize); 4] =
    [("mean", 17), ("median", 9), ("min", 9), ("max", 9)];

/// A table that is written chapter by chapter.
pub(crate) struct CompareTable {
    page: Page,
    /// How wide the names are.
    names: usize,
    has_head: Cell<bool>,
}

impl CompareTable {
    /// For scenes of these names.
    pub fn new(page: Page, names: &[&str], has_cpython: bool) -> CompareTable {
        let longest = names.iter().map(|name| measure_text_width(name));
        let more = if has_cpython { ", CPython".len() } else { 0 };
        CompareTable {
            page,
            names: longest.max().unwrap_or(0) + more,
            has_head: Cell::new(false),
        }
    }

    fn is_wide(&self) -> bool {
        let figures: usize = FIGURES.iter().map(|(_, width)| width).sum();
        !self.page.plain && self.page.width >= 2 + self.names + figures
    }

    /// Writes what was measured of a chapter.
    pub fn write(
        &self,
        out: &mut Screen,
        comparison: &Comparison,
    ) -> io::Result<()> {
        let page = &self.page;
        if self.is_wide() && !self.has_head.replace(true) {
            let mut head = " ".repeat(2 + self.names);
            for (name, width) in FIGURES {
                head += &format!("{name:>width$}");
            }
            writeln!(out, "{head}")?;
        } else if !page.plain && self.is_wide() {
            writeln!(out)?;
        }
        page.title(out, &comparison.chapter, &comparison.what)?;
        for row in &comparison.rows {
            self.row(out, row)?;
        }
        for gain in &comparison.gains {
            for line in page.wrap(2, &gained(gain)) {
                writeln!(out, "{line}")?;
            }
        }
        if comparison.gains.is_empty()
            && comparison.rows.iter().all(|row| row.summary.is_some())
        {
            let short = "Too short to be compared: what timers and schedulers \
                         add is as large.";
            page.prose(out, 2, short)?;
        }
        out.flush()
    }

    fn row(&self, out: &mut Screen, row: &Row) -> io::Result<()> {
        let name = name(row);
        let figures = figures(row);
        if !self.is_wide() {
            let label = format!("{name}:");
            let named = figures.iter().zip(FIGURES);
            let items =
                named.map(|(figure, (name, _))| format!("{name} {figure}"));
            let items: Vec<String> = match figures.is_empty() {
                true => vec!["nothing was measured".to_owned()],
                false => items.collect(),
            };
            let items = items.join(", ");
            for line in self.page.wrap(2, &format!("{label} {items}")) {
                writeln!(out, "{line}")?;
            }
            return Ok(());
        }
        let mut line = format!("  {}", self.page.fit(&name, self.names));
        for (figure, (_, width)) in figures.iter().zip(FIGURES) {
            let gap = width.saturating_sub(measure_text_width(figure));
            line += &format!("{:gap$}{figure}", "");
        }
        if figures.is_empty() {
            line += "  nothing was measured";
        }
        writeln!(out, "{}", line.trim_end())
    }

    /// Writes what is to be said of all of it, and at last the gains in words.
    pub fn close(&self, out: &mut Screen, all: &Comparisons) -> io::Result<()> {
        writeln!(out)?;
        circumstances(&self.page, out, &all.setup, &all.remarks())?;
        for left_out in &all.left_out {
            self.left_out(out, left_out)?;
        }
        if all.interrupted {
            let words = "Stopped: this is what was measured until then.";
            self.page.prose(out, 0, words)?;
        }
        let gains = all.comparisons.iter().flat_map(|c| &c.gains);
        let mut gains = gains.peekable();
        if gains.peek().is_some() {
            writeln!(out)?;
        }
        for gain in gains {
            for line in self.page.wrap(0, &gain.sentence) {
                writeln!(out, "{}", line.bold())?;
            }
        }
        out.flush()
    }

    fn left_out(&self, out: &mut Screen, out_of: &LeftOut) -> io::Result<()> {
        let words = format!("Left out: {}. It {}.", out_of.chapter, out_of.why);
        self.page.prose(out, 0, &words)?;
        self.page.command(out, 2, &out_of.instead)
    }
}

/// Writes how something was measured, and what is to be said of it.
pub(super) fn circumstances(
    page: &Page,
    out: &mut Screen,
    setup: &Setup,
    remarks: &[String],
) -> io::Result<()> {
    let runs = format!(
        "{} The deviation is from run to run.",
        setup.runs_in_words()
    );
    page.prose(out, 0, &runs)?;
    page.prose(out, 0, &setup.words())?;
    for remark in remarks {
        page.prose(out, 0, &format!("Note: {remark}"))?;
    }
    Ok(())
}

fn name(row: &Row) -> String {
    match row.world.as_str() {
        "tokio" => row.scene.clone(),
        world => format!("{}, {world}", row.scene),
    }
}

fn figures(row: &Row) -> Vec<String> {
    let Some(summary) = &row.summary else {
        return Vec::new();
    };
    let mean = seconds(summary.mean);
    let mean = match summary.deviation {
        Some(d) => format!("{mean} \u{b1} {}", deviation_in_words(d)),
        None => mean,
    };
    let others = [summary.median, summary.min, summary.max];
    std::iter::once(mean).chain(others.map(seconds)).collect()
}

/// The gain in figures.
fn gained(gain: &Gain) -> String {
    let place = match gain.world.as_str() {
        "tokio" => String::new(),
        world => format!(" on {world}"),
    };
    let mut words = format!("speed-up{place} {}", gain.in_figures());
    if let Some(interval) = gain.interval {
        words += &format!(" ({})", confidence(interval));
    }
    if let (Some(ideal), Some(part)) = (gain.ideal, gain.efficiency) {
        let ideal = ratio(ideal);
        words += &format!("; ideal {ideal}, efficiency {:.1}%", part * 100.0);
    }
    words
}

/// As in `95%: 2.98 to 3.00`.
pub(super) fn confidence(interval: Interval) -> String {
    format!("95%: {} to {}", ratio(interval.low), ratio(interval.high))
}
