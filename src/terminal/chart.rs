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
    self, Axis, End, Fold, Layout, Legend, Mark, Pair, Picture, Row, Side,
    Standing, Strip, of_scene,
};
use crate::report::{Report, Scene};
use crate::trace::Outcome;

/// What the rows of the other world are called.
pub(crate) const OTHER_WORLD: &str = "  CPython";

/// What stands before and behind the names.
const INDENT: usize = 2;
const GAP: usize = 2;

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

/// How wide what is written in the pictures of a run is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Widths {
    /// The longest name.
    names: usize,
    /// The longest moment.
    moment: usize,
}

impl Widths {
    /// In all the pictures of a run.
    pub fn of(report: &Report) -> Widths {
        let names = report.lane_names().map(measure_text_width).max();
        let mut scenes = report.scenes.iter();
        let has_other = scenes.any(|scene| scene.counterpart.is_some());
        let least = if has_other { OTHER_WORLD.len() } else { 0 };
        let moments = report.scenes.iter().map(|scene| {
            clock(picture::scale(report, scene, Axis::Time)).len()
        });
        Widths::new(names.unwrap_or(0).max(least), moments.max())
    }

    /// In the pictures of runs that are compared.
    pub fn of_pairs(pairs: &[&Pair]) -> Widths {
        let names = pairs.iter().flat_map(|pair| pair.lane_names());
        let names = names.map(measure_text_width).max();
        let moments = pairs.iter().filter(|pair| pair.axis() == Axis::Time);
        let moments = moments.map(|pair| clock(pair.scale()).len());
        Widths::new(names.unwrap_or(0), moments.max())
    }

    fn new(names: usize, moment: Option<usize>) -> Widths {
        Widths {
            names,
            moment: moment.unwrap_or(0).max("0.000s".len()),
        }
    }
}

impl Sheet {
    /// For the pictures of a run on such a page.
    pub fn new(page: Page, report: &Report) -> Sheet {
        Sheet::for_widths(page, Widths::of(report))
    }

    /// For pictures in which all that is written is no wider.
    pub fn for_widths(page: Page, Widths { names, moment }: Widths) -> Sheet {
        let names = page.name_column(names);
        let ends = match page.width {
            60.. => 1 + "cancelled ".len() + moment,
            40..60 => 1 + moment.max("sleep 3s".len()),
            _ => 0,
        };
        Sheet {
            page,
            names,
            // One column more than the axis, for the mark of an end, and one
            // to spare: a row that fills its line has no end that a terminal
            // could tell from the beginning of the next one.
            columns: page.width - INDENT - names - GAP - 1 - ends - 1,
            ends,
        }
    }

    /// For a run that is stepped through, with names of that length: what a
    /// lane waits for has more room.
    pub fn for_player(page: Page, names: usize) -> Sheet {
        let names = page.name_column(names);
        let rest = page.width - INDENT - names - GAP - 1;
        let ends = rest / 2;
        Sheet {
            page,
            names,
            columns: rest - ends,
            ends,
        }
    }

    /// The room that it has with so many rows, whatever the scale.
    pub fn room(&self, rows: usize) -> Layout {
        Layout {
            columns: self.columns,
            overhang: self.ends,
            rows,
            axis: Axis::Time,
            scale: Duration::ZERO,
        }
    }

    /// The columns before an axis begins.
    pub fn before(&self) -> usize {
        INDENT + self.names + GAP
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
        let scale = picture::scale(report, scene, axis);
        self.room(rows).of(axis, scale)
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
            Row::Fold(fold) => self.fold(picture.axis, fold),
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
                None | Some(Mark::Wait | Mark::Lend) => None,
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
                (axis, true) => ending(axis, end),
                (Axis::Time, false) => clock(end.at),
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
    fn fold(&self, axis: Axis, fold: &Fold) -> String {
        let ellipsis = self.page.glyphs.ellipsis;
        let line = format!("{ellipsis} {}", counted(axis, fold));
        let room = self.page.width.saturating_sub(INDENT);
        let line = console::truncate_str(&line, room, ellipsis);
        format!("{:INDENT$}{line}", "")
    }
}

/// How a lane ends, and when if there is an axis of time.
pub(crate) fn ending(axis: Axis, end: End) -> String {
    match axis {
        Axis::Time => format!("{} {}", end.outcome, clock(end.at)),
        Axis::Steps => end.outcome.to_string(),
    }
}

/// So many lanes, and where they stand, in words.
pub(crate) fn counted(axis: Axis, fold: &Fold) -> String {
    let states = match fold.states.as_slice() {
        [(standing, _)] => format!("all {}", word(*standing)),
        several => several
            .iter()
            .map(|(standing, count)| format!("{count} {}", word(*standing)))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let ended = match fold.ended.filter(|_| axis == Axis::Time) {
        Some((first, last)) => {
            let (first, last) = (clock(first), clock(last));
            if first == last {
                format!(" {first}")
            } else {
                format!(" {first} to {last}")
            }
        }
        None => String::new(),
    };
    format!("{} more: {states}{ended}", fold.lanes)
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

/// The marks that are used, and what each means.
pub(crate) fn meanings(legend: &Legend) -> Vec<(Mark, &'static str)> {
    let all = [
        (legend.hold, Mark::Hold, "holds the thread"),
        (legend.poll, Mark::Poll, "polled for a moment"),
        (legend.say, Mark::Say, "says a line"),
        (legend.lend, Mark::Lend, "polls a lane inside of it"),
        (legend.wait, Mark::Wait, "waits"),
        (legend.ready, Mark::Ready, "ready, thread is held"),
    ];
    let used = all.into_iter().filter(|(used, ..)| *used);
    used.map(|(_, mark, meaning)| (mark, meaning)).collect()
}

/// What the marks mean, on as few lines as they need.
pub(super) fn legend(page: &Page, legend: &Legend) -> Vec<String> {
    let glyphs = page.glyphs;
    let mut marks = Vec::new();
    for (mark, meaning) in meanings(legend) {
        marks.push(format!("{} {meaning}", glyphs.mark(Some(mark))));
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
