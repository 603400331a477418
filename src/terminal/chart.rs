//! The ink: a picture drawn with the characters and the colours of a terminal,
//! and what its marks mean. All pictures of a run are set on one [`Sheet`], so
//! that they line up, the one that is drawn while a scene plays too.

use std::time::Duration;

use colored::{Color, ColoredString, Colorize};
use console::measure_text_width;

use super::ink::{KEPT_WAITING, colour, outcome_colour};
use super::page::Page;
use crate::chapter::clock;
use crate::picture::{
    self, Axis, Fold, Layout, Legend, Mark, Pair, Picture, Row, Side, Standing,
    Strip, of_scene,
};
use crate::report::{Report, Scene};
use crate::timeline::STEP;
use crate::trace::Outcome;

/// What the rows of the other world are called.
const OTHER_WORLD: &str = "  CPython";

/// What stands before and behind the names.
const INDENT: usize = 2;
const GAP: usize = 2;

/// A step is this wide where there is room.
const WIDEST_STEP: usize = 6;

/// Where on a page the parts of a picture stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    page: Page,
    /// The width of the column of names.
    names: usize,
    /// The columns for the axis.
    columns: usize,
    /// The width of the column of ends; 0 if there is no room for it.
    ends: usize,
}

impl Sheet {
    /// For the pictures of a run on such a page.
    pub fn new(page: Page, report: &Report) -> Sheet {
        let names = report.lane_names().map(measure_text_width).max();
        let has_other = report
            .scenes
            .iter()
            .any(|scene| scene.counterpart.is_some());
        let least = if has_other { OTHER_WORLD.len() } else { 0 };
        let moments = report.scenes.iter().map(|scene| {
            clock(picture::scale(report, scene, Axis::Time)).len()
        });
        let names = names.unwrap_or(0).max(least);
        Sheet::of(page, names, moments.max().unwrap_or(0))
    }

    /// For runs that are compared.
    pub fn of_pairs(page: Page, pairs: &[&Pair]) -> Sheet {
        let names = pairs.iter().flat_map(|pair| pair.lane_names());
        let names = names.map(measure_text_width).max();
        let moments = pairs.iter().filter(|pair| pair.axis() == Axis::Time);
        let moments = moments.map(|pair| clock(pair.scale()).len());
        Sheet::of(page, names.unwrap_or(0), moments.max().unwrap_or(0))
    }

    /// For names and for moments so wide.
    fn of(page: Page, names: usize, moments: usize) -> Sheet {
        let names = page.name_column(names);
        let moment = moments.max("0.000s".len());
        let ends = match page.width {
            60.. => 1 + "cancelled ".len() + moment,
            40..60 => 1 + moment.max("sleep 3s".len()),
            _ => 0,
        };
        Sheet {
            page,
            names,
            // One column more than the axis, for the mark of an end.
            columns: page.width - INDENT - names - GAP - 1 - ends,
            ends,
        }
    }

    /// The room for a scene's picture with so many rows.
    pub fn layout(
        &self,
        report: &Report,
        scene: &Scene,
        rows: usize,
    ) -> Layout {
        let axis = if self.page.steps {
            Axis::Steps
        } else {
            picture::axis(report, scene)
        };
        self.room(axis, picture::scale(report, scene, axis), rows)
    }

    /// The room for each of two pictures of so many rows.
    pub fn layout_of_pair(&self, pair: &Pair, rows: usize) -> Layout {
        self.room(pair.axis(), pair.scale(), rows)
    }

    fn room(&self, axis: Axis, scale: Duration, rows: usize) -> Layout {
        let steps = (scale.as_nanos() / STEP.as_nanos()).max(1);
        let steps = usize::try_from(steps).unwrap_or(usize::MAX);
        Layout {
            columns: match axis {
                Axis::Steps if steps <= self.columns => {
                    steps * (self.columns / steps).min(WIDEST_STEP)
                }
                _ => self.columns,
            },
            overhang: self.ends,
            rows,
            axis,
            scale,
        }
    }

    /// A scene's picture, with its axis above it and its notes below.
    pub fn scene(
        &self,
        report: &Report,
        scene: &Scene,
        rows: usize,
        legend: &mut Legend,
    ) -> Vec<String> {
        let layout = self.layout(report, scene, rows);
        let picture = of_scene(report, scene, &layout);
        legend.add(&picture.legend);
        let mut lines = vec![self.axis(&picture)];
        lines.extend(self.rows(&picture));
        for note in &picture.notes {
            lines.extend(self.page.wrap(INDENT, note));
        }
        lines
    }

    /// The axis of a picture.
    pub fn axis(&self, picture: &Picture) -> String {
        let mut line = String::new();
        for tick in &picture.ticks {
            let gap = tick.column.saturating_sub(measure_text_width(&line));
            line.push_str(&" ".repeat(gap));
            line.push(self.page.glyphs.tick);
            line.push_str(&tick.label);
        }
        let what = match picture.axis {
            Axis::Time => "",
            Axis::Steps => "step",
        };
        let indent = " ".repeat(INDENT);
        let what = self.page.fit(what, self.names);
        format!("{indent}{what}{:GAP$}{line}", "")
    }

    /// The rows of a picture.
    pub fn rows(&self, picture: &Picture) -> Vec<String> {
        let rows = picture.rows.iter();
        rows.map(|row| self.row(picture, row, None)).collect()
    }

    /// A row. Of a lane that has not ended yet `beside` says what it does.
    pub fn row(
        &self,
        picture: &Picture,
        row: &Row,
        beside: Option<&str>,
    ) -> String {
        match row {
            Row::Lane(strip) => self.strip(picture, strip, beside),
            Row::Fold(fold) => self.fold(fold),
        }
    }

    fn strip(
        &self,
        picture: &Picture,
        strip: &Strip,
        beside: Option<&str>,
    ) -> String {
        let glyphs = self.page.glyphs;
        let label = match strip.side {
            Side::Tokio => &strip.label,
            Side::Cpython => OTHER_WORLD,
        };
        let label = self.page.fit(label, self.names);
        let mut marks = Marks::default();
        for mark in &strip.marks {
            let colour = match mark {
                None | Some(Mark::Wait) => None,
                Some(Mark::Hold | Mark::Poll | Mark::Say) => colour(strip.lane),
                Some(Mark::Ready) => Some(KEPT_WAITING),
            };
            marks.push(glyphs.mark(*mark), colour);
        }
        let mut words = beside.unwrap_or_default().to_owned();
        let mut used = strip.marks.len();
        if let Some(end) = strip.end {
            let colour = outcome_colour(end.outcome);
            marks.push(glyphs.end(end.outcome), Some(colour));
            used += 1;
            words = match (picture.axis, self.page.is_wide()) {
                (Axis::Time, true) => {
                    format!("{} {}", end.outcome, clock(end.at))
                }
                (Axis::Time, false) => clock(end.at),
                (Axis::Steps, true) => end.outcome.to_string(),
                (Axis::Steps, false) => String::new(),
            };
        }
        let mut line =
            format!("{:INDENT$}{label}{:GAP$}{}", "", "", marks.finish());
        if self.ends > 0 && !words.is_empty() {
            let free = (picture.columns + 2).saturating_sub(used);
            let words = console::truncate_str(
                &words,
                self.ends.saturating_sub(1),
                glyphs.ellipsis,
            );
            line.push_str(&format!("{:free$}{words}", ""));
        }
        line
    }

    /// So many lanes, and where they stand.
    fn fold(&self, fold: &Fold) -> String {
        let Fold { lanes, alike, .. } = fold;
        let more = if *alike { "more like it" } else { "more" };
        let states = fold.states.iter();
        let states: Vec<String> = match fold.states.as_slice() {
            [(standing, _)] => vec![format!("all {}", word(*standing))],
            _ => states
                .map(|(standing, count)| format!("{count} {}", word(*standing)))
                .collect(),
        };
        let line = format!(
            "{} {lanes} {more}: {}",
            self.page.glyphs.ellipsis,
            states.join(", ")
        );
        let room = self.page.width.saturating_sub(INDENT);
        let ellipsis = self.page.glyphs.ellipsis;
        let line = console::truncate_str(&line, room, ellipsis);
        format!("{:INDENT$}{line}", "")
    }
}

/// Where lanes stand, behind their number.
fn word(standing: Standing) -> String {
    match standing {
        Standing::Holds => "running".to_owned(),
        Standing::Ready => "ready".to_owned(),
        Standing::Waits => "waiting".to_owned(),
        Standing::Unbegun => "not begun".to_owned(),
        Standing::Ended(outcome) => outcome.to_string(),
    }
}

/// What the marks mean, on as few lines as they need.
pub(super) fn legend(page: &Page, legend: &Legend) -> Vec<String> {
    let glyphs = page.glyphs;
    let mut marks = Vec::new();
    for (used, glyph, meaning) in [
        (legend.hold, glyphs.hold, "holds the thread"),
        (legend.poll, glyphs.poll, "polled for a moment"),
        (legend.say, glyphs.say, "says a line"),
        (legend.wait, glyphs.wait, "waits"),
        (legend.ready, glyphs.ready, "ready, thread is held"),
    ] {
        if used {
            marks.push(format!("{glyph} {meaning}"));
        }
    }
    for outcome in &legend.ends {
        // Wide enough, the rows say so themselves.
        if !page.is_wide() || *outcome == Outcome::Unrun {
            marks.push(format!("{} {outcome}", glyphs.end(*outcome)));
        }
    }
    if marks.is_empty() {
        return Vec::new();
    }
    let fits = |mark: &String| INDENT + measure_text_width(mark) <= page.width;
    if !marks.iter().all(fits) {
        let lines = marks.iter().flat_map(|mark| page.wrap(INDENT, mark));
        return lines.collect();
    }
    page.fill(INDENT, marks.iter().map(String::as_str), "   ")
}

/// A row being drawn. Neighbours of one colour share their escape codes.
#[derive(Default)]
struct Marks {
    done: String,
    open: Option<ColoredString>,
}

impl Marks {
    fn push(&mut self, mark: char, colour: Option<Color>) {
        let mark = mark.to_string();
        match &mut self.open {
            Some(open) if open.fgcolor == colour => open.input.push_str(&mark),
            _ => {
                let mark = match colour {
                    Some(colour) => mark.color(colour),
                    None => mark.normal(),
                };
                let before = self.open.replace(mark);
                self.done.extend(before.map(|before| before.to_string()));
            }
        }
    }

    fn finish(self) -> String {
        self.done + &self.open.map_or(String::new(), |open| open.to_string())
    }
}
