//! The pictures of two runs that are compared, on one scale.

use std::time::Duration;

use super::scene::{SMALLEST_PART, read, steps};
use super::{Axis, Layout, Picture};
use crate::timeline::Timeline;
use crate::trace::Trace;

/// Two runs, read off their traces once, to be laid out as often as it takes.
pub struct Pair {
    a: Timeline,
    b: Timeline,
    axis: Axis,
    scale: Duration,
}

impl Pair {
    /// Reads two traces: on an axis of steps if that is wanted, or if
    /// everything happens at one moment in both.
    pub fn of(a: &Trace, b: &Trace, in_steps: bool) -> Pair {
        let extent = a.elapsed.max(b.elapsed);
        let is_at_once = [a, b].into_iter().all(|trace| {
            Axis::of(trace.elapsed, trace.header.clock) == Axis::Steps
        });
        let axis = match in_steps || is_at_once {
            true => Axis::Steps,
            false => Axis::Time,
        };
        Pair {
            a: read(a, axis),
            b: read(b, axis),
            axis,
            scale: match axis {
                Axis::Time => extent,
                Axis::Steps => steps(a).max(steps(b)),
            },
        }
    }

    /// What its columns stand for.
    pub fn axis(&self) -> Axis {
        self.axis
    }

    /// The time at the right-hand end, or the steps.
    pub fn scale(&self) -> Duration {
        self.scale
    }

    /// The names of all lanes.
    pub fn lane_names(&self) -> impl Iterator<Item = &str> {
        let lanes = self.a.lanes.iter().chain(&self.b.lanes);
        lanes.map(|lane| lane.name.as_str())
    }

    /// Draws it on the scale of other pairs, unless it would be too small
    /// there.
    pub fn share_scale(&mut self, longest: Duration) {
        if self.axis == Axis::Time && self.scale * SMALLEST_PART >= longest {
            self.scale = longest;
        }
    }

    /// Lays out both.
    pub fn laid_out(&self, layout: &Layout) -> [Picture; 2] {
        [&self.a, &self.b].map(|timeline| Picture::of(timeline, layout))
    }
}
