//! A trace in figures.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::timeline::Timeline;

/// The figures that explain a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// From the start until `main` ended.
    #[serde(serialize_with = "nanos")]
    pub total: Duration,
    /// What it would take with nothing overlapping.
    #[serde(serialize_with = "nanos")]
    pub work: Duration,
    /// The longest chain of what had to happen one after the other.
    #[serde(serialize_with = "nanos")]
    pub critical_path: Duration,
    /// The most lanes alive at once, `main` not counted.
    pub in_flight: usize,
    /// The longest time that any task kept the loop's thread.
    #[serde(serialize_with = "nanos")]
    pub longest_hold: Duration,
}

impl Measures {
    /// Takes them of a timeline.
    pub fn of(timeline: &Timeline) -> Measures {
        Measures {
            total: timeline.total,
            work: timeline.work(),
            critical_path: timeline.critical_path().length(),
            in_flight: timeline.peak_concurrency(),
            longest_hold: timeline.longest_poll(),
        }
    }
}

/// As in a trace: nanoseconds.
pub(super) fn nanos<S: Serializer>(
    time: &Duration,
    to: S,
) -> Result<S::Ok, S::Error> {
    // Saturates after 584 years.
    to.serialize_u64(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}
