//! The axis: which moments or steps have a mark, and where. Ticks are at even
//! distances, and none between the first and the last is missing.

use std::time::Duration;

use super::{Axis, Layout, Tick};
use crate::chapter::time;
use crate::timeline::STEP;
use crate::trace::Clock;

/// What takes less time than this on the real clock has happened at one moment.
pub(super) const ONE_MOMENT: Duration = Duration::from_millis(5);

impl Axis {
    /// The one for a run of that length: steps where everything happens at one
    /// moment, so that time would show nothing.
    pub fn of(length: Duration, clock: Clock) -> Axis {
        let is_at_once = match clock {
            Clock::Real => length < ONE_MOMENT,
            Clock::Virtual => length.is_zero(),
        };
        if is_at_once { Axis::Steps } else { Axis::Time }
    }
}

/// As many ticks as there is room for, at round times.
pub(super) fn ticks(layout: &Layout) -> Vec<Tick> {
    let if_room = |step| at_every(layout, step);
    let ticks = match layout.axis {
        Axis::Time => times(layout.scale).find_map(if_room),
        Axis::Steps => steps().find_map(if_room),
    };
    ticks.unwrap_or_default()
}

/// A tick at every multiple of a distance, if there is a gap before each. The
/// last one is left out if its label would not fit behind it.
fn at_every(layout: &Layout, step: Duration) -> Option<Vec<Tick>> {
    // A step is labelled where it begins, and none begins at the end.
    let is_over = |at: Duration| match layout.axis {
        Axis::Time => at > layout.scale,
        Axis::Steps => at >= layout.scale,
    };
    let mut ticks: Vec<Tick> = Vec::new();
    let mut at = Duration::ZERO;
    // What comes behind two without a gap is not looked at.
    while !is_over(at) && ticks.last_chunk().is_none_or(have_gap) {
        let label = match layout.axis {
            Axis::Time => label(at),
            Axis::Steps => (at.as_nanos() / STEP.as_nanos() + 1).to_string(),
        };
        let column = layout.column(at);
        ticks.push(Tick { column, at, label });
        at += step;
    }
    let fits = |tick: &Tick| end(tick) <= layout.columns + 1 + layout.overhang;
    if is_over(at) && ticks.len() > 1 && !ticks.last().is_some_and(fits) {
        ticks.pop();
    }
    ticks.last_chunk().is_none_or(have_gap).then_some(ticks)
}

/// Whether there is a gap between two ticks.
fn have_gap(pair: &[Tick; 2]) -> bool {
    end(&pair[0]) < pair[1].column
}

/// The column behind a tick's label. The tick itself stands before it.
fn end(tick: &Tick) -> usize {
    tick.column + 1 + tick.label.len()
}

/// A moment, also one below a millisecond.
fn label(at: Duration) -> String {
    if at.subsec_micros().is_multiple_of(1000) {
        return time(at);
    }
    let seconds = format!("{:.6}", at.as_secs_f64());
    format!("{}s", seconds.trim_end_matches('0'))
}

/// The distances that ticks may have, the smallest first: 1, 2 or 5 of a unit,
/// up to whole days.
fn times(scale: Duration) -> impl Iterator<Item = Duration> {
    let nice = [1, 2, 5, 10, 20, 50, 100, 200, 500];
    let micros = nice.map(Duration::from_micros).into_iter();
    let millis = nice.map(Duration::from_millis).into_iter();
    let seconds = [1, 2, 5, 10, 20, 30].map(Duration::from_secs).into_iter();
    let minutes = [1, 2, 5, 10, 20, 30].map(|minutes| minutes * 60);
    let hours = [1, 2, 6, 12].map(|hours| hours * 3600);
    let longer = minutes.into_iter().chain(hours).map(Duration::from_secs);
    let days = (0..12).map(|power| Duration::from_secs(86_400 << power));
    let all = micros
        .chain(millis)
        .chain(seconds)
        .chain(longer)
        .chain(days);
    // A thousand of them fit nowhere.
    all.skip_while(move |step| *step < scale / 1000)
}

fn steps() -> impl Iterator<Item = Duration> {
    let powers = (0..9).map(|power| 10_u32.pow(power));
    let nice = powers.flat_map(|power| [power, 2 * power, 5 * power]);
    nice.map(|steps| STEP * steps)
}
