//! The timeline as a picture: a row for each lane, solid where it holds the
//! thread, light where it waits, marked where it is overdue.

use std::io::{self, Write};
use std::time::Duration;

use colored::{ColoredString, Colorize};
use console::measure_text_width;

use super::page::{Page, colour, outcome_colour};
use super::sentences::sentences;
use crate::chapter::{clock, time};
use crate::timeline::{Doing, End, Lane, Timeline};
use crate::trace::{LaneId, Outcome};

/// Which marks a picture has used, so that the legend explains just those.
#[derive(Clone, Debug, Default)]
pub struct Legend {
    hold: bool,
    turn: bool,
    wait: bool,
    overdue: bool,
    ends: Vec<Outcome>,
}

/// What the pictures of several scenes share, so that the eye can compare
/// them.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The width of the longest lane name.
    pub names: usize,
    /// The time at the right-hand end.
    pub scale: Duration,
}

/// Draws a timeline in a frame, with its measures below.
///
/// # Errors
/// Whatever the writer says.
pub fn chart(
    page: &Page,
    out: &mut dyn Write,
    timeline: &Timeline,
    frame: Frame,
    legend: &mut Legend,
) -> io::Result<()> {
    writeln!(out)?;
    if page.plain {
        return sentences(out, timeline, "");
    }
    let chart = Chart::new(page, timeline, frame);
    chart.axis(out)?;
    let hidden = timeline.lanes.len().saturating_sub(page.rows);
    for (id, lane) in (0..).zip(&timeline.lanes).take(page.rows) {
        chart.row(out, id, &lane.name, lane, legend)?;
    }
    chart.hidden(out, hidden)?;
    measures(page, out, timeline)
}

/// What the rows of the other world are called.
const OTHER_WORLD: &str = "  CPython";

/// Draws two timelines of one scene in one picture: below each lane of tokio's
/// the lane of CPython's that has its name.
///
/// # Errors
/// Whatever the writer says.
pub fn twins(
    page: &Page,
    out: &mut dyn Write,
    tokio: &Timeline,
    cpython: &Timeline,
    frame: Frame,
    legend: &mut Legend,
) -> io::Result<()> {
    writeln!(out)?;
    if page.plain {
        sentences(out, tokio, " on tokio")?;
        return sentences(out, cpython, " on CPython");
    }
    let names = frame.names.max(OTHER_WORLD.len());
    let chart = Chart::new(page, tokio, Frame { names, ..frame });
    chart.axis(out)?;
    let shown = page.rows / 2;
    let hidden = tokio.lanes.len().saturating_sub(shown);
    for (id, lane) in (0..).zip(&tokio.lanes).take(shown) {
        chart.row(out, id, &lane.name, lane, legend)?;
        if let Some(other) = cpython.lane(&lane.name) {
            chart.row(out, id, OTHER_WORLD, other, legend)?;
        }
    }
    chart.hidden(out, hidden)?;
    measures(page, out, tokio)
}

impl Legend {
    /// Writes what the marks mean.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub fn write(&self, page: &Page, out: &mut dyn Write) -> io::Result<()> {
        if page.plain {
            return Ok(());
        }
        writeln!(out)?;
        let glyphs = page.glyphs;
        let mut marks = Vec::new();
        if self.hold {
            marks.push(format!("{} holds the thread", glyphs.hold));
        }
        if self.turn {
            marks.push(format!("{} a short turn on it", glyphs.turn));
        }
        if self.wait {
            marks.push(format!("{} waits", glyphs.wait));
        }
        if self.overdue {
            marks.push(format!("{} overdue", glyphs.overdue));
        }
        for outcome in &self.ends {
            marks.push(format!("{} {outcome}", glyphs.end(*outcome)));
        }
        for line in page.fill(2, marks.iter().map(String::as_str), "   ") {
            writeln!(out, "{}", line.dimmed())?;
        }
        Ok(())
    }

    fn saw(&mut self, outcome: Outcome) {
        if !self.ends.contains(&outcome) {
            self.ends.push(outcome);
        }
    }
}

/// A picture being laid out.
struct Chart<'a> {
    page: &'a Page,
    /// The width of the column of names.
    names: usize,
    /// The width of the picture itself.
    cells: usize,
    /// The width of the column of ends; 0 if there is no room for it.
    ends: usize,
    scale: Duration,
}

impl<'a> Chart<'a> {
    fn new(page: &'a Page, timeline: &Timeline, frame: Frame) -> Chart<'a> {
        let names = page.name_column(frame.names);
        let ends = timeline.lanes.iter().filter_map(|lane| lane.end.as_ref());
        let ends = ends.map(|end| words(end).len()).max().unwrap_or(0);
        // A longer word may come in the next scene.
        let usual = "cancelled ".len() + clock(frame.scale).len();
        let ends = if page.is_wide() {
            1 + ends.max(usual)
        } else {
            0
        };
        Chart {
            page,
            names,
            // One cell more than the scale, for the mark of an end.
            cells: page.width - 2 - names - 2 - 1 - ends,
            ends,
            scale: frame.scale.max(Duration::from_nanos(1)),
        }
    }

    /// The cell that a moment falls into.
    fn cell(&self, at: Duration) -> usize {
        let cell = at.as_nanos() * self.cells as u128 / self.scale.as_nanos();
        usize::try_from(cell).unwrap_or(usize::MAX).min(self.cells)
    }

    /// The moment at which a cell begins.
    fn moment(&self, cell: usize) -> Duration {
        self.scale.mul_f64(cell as f64 / self.cells as f64)
    }

    fn axis(&self, out: &mut dyn Write) -> io::Result<()> {
        let step = step(self.scale, self.cells / 9);
        let mut line = String::new();
        let mut at = Duration::ZERO;
        while at <= self.scale {
            let label = format!("{}{}", self.page.glyphs.tick, time(at));
            let cell = self.cell(at);
            let used = measure_text_width(&line);
            let fits =
                cell + measure_text_width(&label) <= self.cells + 1 + self.ends;
            // A label needs a gap before it.
            if fits && (used < cell || used == 0) {
                line.push_str(&" ".repeat(cell - used));
                line.push_str(&label);
            }
            at += step;
        }
        let names = self.names;
        writeln!(out, "  {:names$}  {}", "", line.dimmed())
    }

    fn row(
        &self,
        out: &mut dyn Write,
        id: LaneId,
        name: &str,
        lane: &Lane,
        legend: &mut Legend,
    ) -> io::Result<()> {
        let name = self.page.fit(name, self.names);
        write!(out, "  {}  ", name.color(colour(id)))?;
        let mut picture = Picture::default();
        let end = lane.end.as_ref().map(|end| (self.cell(end.at), end));
        let cells = end.map_or(self.cells, |(cell, _)| cell);
        for cell in 0..cells {
            let mark = self.mark(lane, cell);
            picture.push(match mark {
                None => ' '.to_string().normal(),
                Some(Mark::Hold) => {
                    legend.hold = true;
                    self.page.glyphs.hold.to_string().color(colour(id))
                }
                Some(Mark::Turn) => {
                    legend.turn = true;
                    self.page.glyphs.turn.to_string().color(colour(id))
                }
                Some(Mark::Wait) => {
                    legend.wait = true;
                    self.page.glyphs.wait.to_string().dimmed()
                }
                Some(Mark::Overdue) => {
                    legend.overdue = true;
                    self.page.glyphs.overdue.to_string().red()
                }
            });
        }
        if let Some((cell, end)) = end {
            legend.saw(end.outcome);
            let mark = self.page.glyphs.end(end.outcome).to_string();
            picture.push(mark.color(outcome_colour(end.outcome)));
            if self.ends > 0 {
                let free = self.cells - cell;
                let words = format!("{:free$} {}", "", words(end));
                picture.push(words.dimmed());
            }
        }
        writeln!(out, "{}", picture.finish())
    }

    fn hidden(&self, out: &mut dyn Write, hidden: usize) -> io::Result<()> {
        if hidden == 0 {
            return Ok(());
        }
        let ellipsis = self.page.glyphs.ellipsis;
        let note = format!("{ellipsis} {hidden} more lanes, not shown");
        writeln!(out, "  {}", note.dimmed())
    }

    /// What a lane did in a cell: what fills at least half of it or, failing
    /// that, whether it had a turn.
    fn mark(&self, lane: &Lane, cell: usize) -> Option<Mark> {
        let (from, to) = (self.moment(cell), self.moment(cell + 1));
        let half = (to - from) / 2;
        let mut held = Duration::ZERO;
        let mut late = Duration::ZERO;
        let mut alive = false;
        let first = lane.spans.partition_point(|span| span.to < from);
        for span in lane.spans[first..].iter().take_while(|span| span.from < to)
        {
            alive = true;
            let share = span.to.min(to).saturating_sub(span.from.max(from));
            match span.doing {
                Doing::Running | Doing::Blocking => held += share,
                Doing::Ready => late += share,
                Doing::Unbegun
                | Doing::Lending
                | Doing::Parked
                | Doing::Ended => {}
            }
        }
        if !alive || to <= lane.born {
            return None;
        }
        let first = lane.polls.partition_point(|poll| *poll < from);
        let turn = lane.polls.get(first).is_some_and(|poll| *poll < to);
        Some(if held > Duration::ZERO && held >= half {
            Mark::Hold
        } else if late > Duration::ZERO && late >= half {
            Mark::Overdue
        } else if turn {
            Mark::Turn
        } else {
            Mark::Wait
        })
    }
}

enum Mark {
    Hold,
    Turn,
    Wait,
    Overdue,
}

/// A row being drawn. Neighbours of one style share their escape codes.
#[derive(Default)]
struct Picture {
    done: String,
    open: Option<ColoredString>,
}

impl Picture {
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

/// An end in words, as in `cancelled 1.002s`.
fn words(end: &End) -> String {
    format!("{} {}", end.outcome, clock(end.at))
}

/// The distance between the marks of an axis: 1, 2 or 5 of a unit, so that no
/// more than `most` fit.
fn step(scale: Duration, most: usize) -> Duration {
    let most = u32::try_from(most.max(1)).unwrap_or(1);
    let least = scale / most;
    let nice = [1, 2, 5, 10, 20, 50, 100, 200, 500].map(Duration::from_millis);
    let larger = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600]
        .map(Duration::from_secs);
    let mut steps = nice.into_iter().chain(larger);
    steps.find(|step| *step >= least).unwrap_or_else(|| {
        // Whole hours.
        Duration::from_secs(least.as_secs().div_ceil(3600) * 3600)
    })
}

/// The figures below a picture.
fn measures(
    page: &Page,
    out: &mut dyn Write,
    timeline: &Timeline,
) -> io::Result<()> {
    let figures = [
        format!("total {}", clock(timeline.total)),
        format!("work {}", time(timeline.work())),
        format!("critical path {}", time(timeline.critical_path().length())),
        format!("in flight {}", timeline.peak_concurrency()),
        format!("longest hold {}", time(timeline.longest_poll())),
    ];
    for line in page.fill(2, figures.iter().map(String::as_str), "   ") {
        writeln!(out, "{}", line.dimmed())?;
    }
    Ok(())
}
