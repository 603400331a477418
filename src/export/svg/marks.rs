//! What a lane does, as shapes: each has one of its own, so that no colour is
//! needed to tell them apart.

use std::fmt;

use colored::Color;

use super::canvas::{Canvas, number};
use crate::picture::{Mark, Strip};
use crate::terminal::{KEPT_WAITING, colour, outcome_colour};
use crate::trace::{LaneId, Outcome};

/// How high a lane's bar is.
const BAR: f64 = 16.0;

/// How thick a line is.
const LINE: f64 = 2.0;

/// From one of the lines that fill a bar of who is ready to the next.
const HATCH: f64 = 6.0;

/// Draws a lane: its marks in columns of so many units, and how it ends. It
/// begins at `x`, and `y` is its middle.
pub(super) fn strip(
    canvas: &mut Canvas,
    strip: &Strip,
    unit: f64,
    (x, y): (f64, f64),
) {
    let mut column = 0;
    let runs = strip.marks.chunk_by(|a, b| looks(*a) == looks(*b));
    for run in runs {
        let from = x + column as f64 * unit;
        let to = from + run.len() as f64 * unit;
        if let Some(mark) = looks(run[0]) {
            stretch(canvas, mark, strip.lane, (from, to), y);
        }
        column += run.len();
    }
    // Moments stand on top of the lines around them.
    for (column, mark) in strip.marks.iter().enumerate() {
        let middle = x + (column as f64 + 0.5) * unit;
        moment(canvas, *mark, strip.lane, (middle, y));
    }
    if let Some(end) = strip.end {
        let at = x + end.column as f64 * unit;
        outcome(canvas, end.outcome, (at, y));
    }
}

/// A mark by itself, as a legend shows it, in so much room.
pub(super) fn sample(
    canvas: &mut Canvas,
    mark: Mark,
    room: f64,
    (x, y): (f64, f64),
) {
    if let Some(looks) = looks(Some(mark)) {
        stretch(canvas, looks, 0, (x, x + room), y);
    }
    moment(canvas, Some(mark), 0, (x + room / 2.0, y));
}

/// What a mark looks like for as long as it lasts: a moment is on a line.
fn looks(mark: Option<Mark>) -> Option<Mark> {
    mark.map(|mark| match mark {
        Mark::Poll | Mark::Say => Mark::Wait,
        other => other,
    })
}

/// A mark from one place to another.
fn stretch(
    canvas: &mut Canvas,
    mark: Mark,
    lane: LaneId,
    (from, to): (f64, f64),
    y: f64,
) {
    let width = to - from;
    match mark {
        Mark::Hold => bar(canvas, (from, width), (y, BAR), Ink::of(lane)),
        Mark::Ready => hatched(canvas, (from, to), y),
        Mark::Lend => {
            let [from, to, y] = [from, to, y].map(number);
            canvas.draw(format_args!(
                "<path class=\"l\" d=\"M{from} {y}H{to}\" stroke=\"#1b1f24\" \
                 stroke-width=\"{LINE}\" stroke-dasharray=\"2 4\"/>"
            ));
        }
        Mark::Wait | Mark::Poll | Mark::Say => {
            bar(canvas, (from, width), (y, LINE), Ink::Foreground);
        }
    }
}

/// A mark at one place.
fn moment(
    canvas: &mut Canvas,
    mark: Option<Mark>,
    lane: LaneId,
    (x, y): (f64, f64),
) {
    let ink = Ink::of(lane);
    match mark {
        Some(Mark::Poll) => bar(canvas, (x - 1.5, 3.0), (y, BAR), ink),
        Some(Mark::Say) => {
            let [x, y] = [x, y].map(number);
            canvas.draw(format_args!(
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"6\"{ink}/>"
            ));
        }
        _ => {}
    }
}

/// A bar of that height around a line.
fn bar(
    canvas: &mut Canvas,
    (x, width): (f64, f64),
    (y, height): (f64, f64),
    ink: Ink,
) {
    let [x, y, width, height] =
        [x, y - height / 2.0, width, height].map(number);
    canvas.draw(format_args!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{ink}/>"
    ));
}

/// The bar of who could go on and cannot: only its edge and lines across it.
fn hatched(canvas: &mut Canvas, (from, to): (f64, f64), y: f64) {
    let (top, bottom) = (y - BAR / 2.0 + 1.0, y + BAR / 2.0 - 1.0);
    let height = bottom - top;
    let [left, above, right, below] = [from, top, to, bottom].map(number);
    let mut path = format!("M{left} {above}H{right}V{below}H{left}Z");
    let mut foot = from - height + HATCH;
    while foot < to {
        // From the lower left to the upper right, as far as it is in the bar.
        let start = foot.max(from);
        let end = (foot + height).min(to);
        let [x1, y1] = [start, bottom - (start - foot)].map(number);
        let [x2, y2] = [end, bottom - (end - foot)].map(number);
        path += &format!("M{x1} {y1}L{x2} {y2}");
        foot += HATCH;
    }
    let red = rgb(KEPT_WAITING);
    canvas.draw(format_args!(
        "<path d=\"{path}\" fill=\"none\" stroke=\"{red}\" stroke-width=\"1.5\"/>"
    ));
}

/// How a lane ends.
fn outcome(canvas: &mut Canvas, outcome: Outcome, (x, y): (f64, f64)) {
    // Around the middle, 12 high.
    let shape = match outcome {
        Outcome::Finished => "M-6 0L-2 5L7 -6",
        Outcome::Failed => "M-6 -6L6 6M-6 6L6 -6",
        Outcome::Cancelled => "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0M-4 4L4 -4",
        Outcome::Panicked => "M-3 -7V2M-3 5V7M3 -7V2M3 5V7",
        Outcome::Unrun => "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0",
    };
    let ink = rgb(outcome_colour(outcome));
    let [x, y] = [x, y].map(number);
    // A ground of its own, so that what it ends does not run through it.
    canvas.draw(format_args!(
        "<g transform=\"translate({x} {y})\" fill=\"none\">\
         <circle class=\"g\" r=\"9\" fill=\"#fff\"/>\
         <path d=\"{shape}\" stroke=\"{ink}\" stroke-width=\"3\"/></g>"
    ));
}

/// What a shape is filled with.
#[derive(Clone, Copy)]
enum Ink {
    /// That of all text.
    Foreground,
    Colour(Color),
}

impl Ink {
    /// That of a lane's marks. Main has the foreground's.
    fn of(lane: LaneId) -> Ink {
        colour(lane).map_or(Ink::Foreground, Ink::Colour)
    }
}

impl fmt::Display for Ink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // What is around it says so.
            Ink::Foreground => Ok(()),
            Ink::Colour(colour) => write!(f, " fill=\"{}\"", rgb(*colour)),
        }
    }
}

/// A colour of the terminal's fixed ones, as a page names it.
fn rgb(colour: Color) -> String {
    let Color::AnsiColor(index @ 16..=231) = colour else {
        return "currentColor".to_owned();
    };
    // A cube of six levels a side.
    let level = |level: u8| match level {
        0 => 0,
        level => 55 + 40 * level,
    };
    let index = index - 16;
    let [red, green, blue] = [index / 36, index / 6 % 6, index % 6].map(level);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_of_the_terminal_is_the_same_one_on_a_page() {
        assert_eq!(rgb(Color::AnsiColor(196)), "#ff0000");
        assert_eq!(rgb(Color::AnsiColor(32)), "#0087d7");
        assert_eq!(rgb(Color::AnsiColor(133)), "#af5faf");
    }
}
