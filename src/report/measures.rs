//! A trace in figures.

use std::time::Duration;

use serde::Serialize;

use crate::timeline::Timeline;
use crate::trace::as_nanos;

/// The figures that explain a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// From the start until `main` ended.
    #[serde(serialize_with = "as_nanos")]
    pub total: Duration,
    /// What it would take with nothing overlapping.
    #[serde(serialize_with = "as_nanos")]
    pub work: Duration,
    /// The longest chain of what had to happen one after the other.
    #[serde(serialize_with = "as_nanos")]
    pub critical_path: Duration,
    /// The most lanes alive at once, `main` not counted.
    pub peak_concurrency: usize,
    /// The longest time that any task kept the loop's thread.
    #[serde(serialize_with = "as_nanos")]
    pub longest_poll: Duration,
}

impl Measures {
    /// Takes them of a timeline.
    pub fn of(timeline: &Timeline) -> Measures {
        Measures {
            total: timeline.total,
            work: timeline.work(),
            critical_path: timeline.critical_path().length(),
            peak_concurrency: timeline.peak_concurrency(),
            longest_poll: timeline.longest_poll(),
        }
    }
}
