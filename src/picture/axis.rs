//! The time axis: which moments have a mark, and where.

use std::time::Duration;

use super::{Layout, Tick};
use crate::chapter::time;

/// The columns that a label takes, with the gap before the next one.
const LABEL: usize = 9;

/// As many ticks as there is room for, at round times.
pub(super) fn ticks(layout: &Layout) -> Vec<Tick> {
    let step = step(layout.scale, layout.columns / LABEL);
    let mut ticks: Vec<Tick> = Vec::new();
    let mut free = 0;
    let mut at = Duration::ZERO;
    while at <= layout.scale {
        let label = time(at);
        let column = layout.column(at);
        // The tick itself stands before its label.
        let end = column + 1 + label.len();
        let fits = end <= layout.columns + 1 + layout.overhang;
        // A label needs a gap before it.
        if fits && (free < column || ticks.is_empty()) {
            free = end;
            ticks.push(Tick { column, label });
        }
        at += step;
    }
    ticks
}

/// The distance between the ticks: 1, 2 or 5 of a unit, so that no more than
/// `most` fit.
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
