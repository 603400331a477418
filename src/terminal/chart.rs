//! The ink: a picture drawn with the characters and the colours of a terminal,
//! and what its marks mean.

use std::io::{self, Write};

use colored::{ColoredString, Colorize};
use console::measure_text_width;

use super::page::{Page, colour, outcome_colour};
use super::sentences::sentences;
use crate::chapter::{clock, time};
use crate::picture::{
    self, Layout, Legend, Mark, Picture, Row, Side, of_scene,
};
use crate::report::{Measures, Report, Scene};
use crate::timeline::{End, Timeline};

/// What the rows of the other world are called.
const OTHER_WORLD: &str = "  CPython";

/// Draws what happened in a scene, with its measures below. `names` is the
/// width of the longest lane name in any scene, so that pictures line up.
///
/// # Errors
/// Whatever the writer says.
pub(super) fn chart(
    page: &Page,
    out: &mut dyn Write,
    report: &Report,
    scene: &Scene,
    names: usize,
    legend: &mut Legend,
) -> io::Result<()> {
    let Some(trace) = &scene.trace else {
        return Ok(());
    };
    let timeline = Timeline::of(trace);
    let other = scene.counterpart.as_ref();
    let other =
        other.map(|other| Timeline::of(&other.trace.at_speed(report.speed)));
    writeln!(out)?;
    if page.plain {
        let Some(other) = other else {
            return sentences(out, &timeline, "");
        };
        sentences(out, &timeline, " on tokio")?;
        return sentences(out, &other, " on CPython");
    }
    let names = match other {
        None => names,
        Some(_) => names.max(OTHER_WORLD.len()),
    };
    let names = page.name_column(names);
    let ends = ends(page, report, scene, [Some(&timeline), other.as_ref()]);
    let layout = Layout {
        // One column more than the axis, for the mark of an end.
        columns: page.width - 2 - names - 2 - 1 - ends,
        overhang: ends,
        rows: page.rows,
        scale: picture::scale(report, scene),
    };
    let picture = of_scene(report, scene, &layout);
    legend.add(&picture.legend);
    axis(out, page, &picture, names)?;
    for row in &picture.rows {
        self::row(out, page, &picture, row, names, ends)?;
    }
    if picture.hidden > 0 {
        let (ellipsis, hidden) = (page.glyphs.ellipsis, picture.hidden);
        let note = format!("{ellipsis} {hidden} more lanes, not shown");
        page.aside(out, 2, &note)?;
    }
    measures(page, out, &Measures::of(&timeline))?;
    for note in &picture.notes {
        page.aside(out, 2, note)?;
    }
    Ok(())
}

/// The width of the column of ends; 0 if there is no room for it.
fn ends(
    page: &Page,
    report: &Report,
    scene: &Scene,
    timelines: [Option<&Timeline>; 2],
) -> usize {
    if !page.is_wide() {
        return 0;
    }
    let lanes = timelines.into_iter().flatten();
    let lanes = lanes.flat_map(|timeline| &timeline.lanes);
    let ends = lanes.filter_map(|lane| lane.end.as_ref());
    let ends = ends.map(|End { at, outcome, .. }| {
        format!("{outcome} {}", clock(*at)).len()
    });
    // A longer word may come in the next scene.
    let usual = "cancelled ".len();
    let usual = usual + clock(picture::scale(report, scene)).len();
    1 + ends.max().unwrap_or(0).max(usual)
}

fn axis(
    out: &mut dyn Write,
    page: &Page,
    picture: &Picture,
    names: usize,
) -> io::Result<()> {
    let mut line = String::new();
    for tick in &picture.ticks {
        let gap = tick.column.saturating_sub(measure_text_width(&line));
        line.push_str(&" ".repeat(gap));
        line.push(page.glyphs.tick);
        line.push_str(&tick.label);
    }
    writeln!(out, "  {:names$}  {}", "", line.dimmed())
}

fn row(
    out: &mut dyn Write,
    page: &Page,
    picture: &Picture,
    row: &Row,
    names: usize,
    ends: usize,
) -> io::Result<()> {
    let label = match row.side {
        Side::Tokio => &row.label,
        Side::Cpython => OTHER_WORLD,
    };
    let label = page.fit(label, names);
    write!(out, "  {}  ", label.color(colour(row.lane)))?;
    let mut strip = Strip::default();
    for mark in &row.marks {
        let glyph = page.glyphs.mark(*mark).to_string();
        strip.push(match mark {
            None => glyph.normal(),
            Some(Mark::Hold | Mark::Turn) => glyph.color(colour(row.lane)),
            Some(Mark::Wait) => glyph.dimmed(),
            Some(Mark::Overdue) => glyph.red(),
        });
    }
    if let Some(end) = row.end {
        let mark = page.glyphs.end(end.outcome).to_string();
        strip.push(mark.color(outcome_colour(end.outcome)));
        if ends > 0 {
            let free = picture.columns - end.column;
            let words = format!("{} {}", end.outcome, clock(end.at));
            strip.push(format!("{:free$} {words}", "").dimmed());
        }
    }
    writeln!(out, "{}", strip.finish())
}

/// Writes what the marks mean.
///
/// # Errors
/// Whatever the writer says.
pub(super) fn legend(
    page: &Page,
    out: &mut dyn Write,
    legend: &Legend,
) -> io::Result<()> {
    if page.plain {
        return Ok(());
    }
    writeln!(out)?;
    let glyphs = page.glyphs;
    let mut marks = Vec::new();
    for (used, glyph, meaning) in [
        (legend.hold, glyphs.hold, "holds the thread"),
        (legend.turn, glyphs.turn, "a short turn on it"),
        (legend.wait, glyphs.wait, "waits"),
        (legend.overdue, glyphs.overdue, "overdue"),
    ] {
        if used {
            marks.push(format!("{glyph} {meaning}"));
        }
    }
    for outcome in &legend.ends {
        marks.push(format!("{} {outcome}", glyphs.end(*outcome)));
    }
    for line in page.fill(2, marks.iter().map(String::as_str), "   ") {
        writeln!(out, "{}", line.dimmed())?;
    }
    Ok(())
}

/// A row being drawn. Neighbours of one style share their escape codes.
#[derive(Default)]
struct Strip {
    done: String,
    open: Option<ColoredString>,
}

impl Strip {
    fn push(&mut self, cell: ColoredString) {
        match &mut self.open {
            Some(open)
                if open.fgcolor == cell.fgcolor && open.style == cell.style =>
            {
                open.input.push_str(&cell.input);
            }
            _ => {
                let before = self.open.replace(cell);
                self.done.extend(before.map(|before| before.to_string()));
            }
        }
    }

    fn finish(self) -> String {
        self.done + &self.open.map_or(String::new(), |open| open.to_string())
    }
}

/// The figures below a picture.
fn measures(
    page: &Page,
    out: &mut dyn Write,
    measures: &Measures,
) -> io::Result<()> {
    let figures = [
        format!("total {}", clock(measures.total)),
        format!("work {}", time(measures.work)),
        format!("critical path {}", time(measures.critical_path)),
        format!("in flight {}", measures.in_flight),
        format!("longest hold {}", time(measures.longest_hold)),
    ];
    for line in page.fill(2, figures.iter().map(String::as_str), "   ") {
        writeln!(out, "{}", line.dimmed())?;
    }
    Ok(())
}
