//! The lanes of two runs: those of one only, and how the others begin and end.

use std::time::Duration;

use super::{Begin, Both, End, EndChange};
use crate::timeline::{Lane, Timeline};
use crate::trace::{How, LaneKind, Outcome};
use crate::world::compare::{self, pairs};

/// The lanes that only one of the two has.
pub(super) fn alone(timelines: &Both<Timeline>) -> Both<Vec<Begin>> {
    let Both { a, b } = timelines;
    let only = |of: &Timeline, other: &Timeline| {
        let lanes = compare::alone(other, of).into_iter();
        lanes.map(|lane| begin(of, lane)).collect()
    };
    Both::new(only(a, b), only(b, a))
}

/// The lanes of both that are made by another one, are something else, or begin
/// at another time.
pub(super) fn begins(
    timelines: &Both<Timeline>,
    tolerance: Duration,
    one_world: bool,
) -> Vec<Both<Begin>> {
    let Both { a, b } = timelines;
    let both = pairs(a, b).filter_map(|(lane, other)| {
        Some(Both::new(begin(a, lane), begin(b, other?)))
    });
    // What is a future here may be a task there.
    let kind = |begin: &Begin| match begin.kind {
        LaneKind::Task | LaneKind::Future if !one_world => LaneKind::Task,
        kind => kind,
    };
    both.filter(|begins| {
        kind(&begins.a) != kind(&begins.b)
            || begins.a.by != begins.b.by
            || begins.a.at.abs_diff(begins.b.at) > tolerance
    })
    .collect()
}

/// The lanes of both that end in another way or at another time.
pub(super) fn ends(
    timelines: &Both<Timeline>,
    tolerance: Duration,
    one_world: bool,
) -> Vec<EndChange> {
    let Both { a, b } = timelines;
    let ends = pairs(a, b).filter_map(|(lane, other)| {
        let ends = Both::new(end(a, lane), end(b, other?));
        let (otherwise, at_other_times) = match (&ends.a, &ends.b) {
            (Some(a), Some(b)) => {
                (!is_alike(a, b, one_world), a.at.abs_diff(b.at) > tolerance)
            }
            (a, b) => (a.is_some() || b.is_some(), false),
        };
        (otherwise || at_other_times).then(|| EndChange {
            lane: lane.name.clone(),
            otherwise,
            ends,
        })
    });
    ends.collect()
}

fn begin(timeline: &Timeline, lane: &Lane) -> Begin {
    let by = lane.parent.map(|parent| timeline.name(parent).to_owned());
    Begin {
        lane: lane.name.clone(),
        kind: lane.kind,
        at: lane.born,
        by,
    }
}

fn end(timeline: &Timeline, lane: &Lane) -> Option<End> {
    let end = lane.end.as_ref()?;
    let by = end.cause.and_then(|cause| cause.by);
    let is_failed = end.outcome == Outcome::Failed;
    Some(End {
        at: end.at,
        outcome: end.outcome,
        detail: end.detail.clone().filter(|_| is_failed),
        by: by.map(|by| timeline.name(by).to_owned()),
        how: end.cause.map(|cause| cause.how),
    })
}

/// Whether two ends are one, but for their times. Everywhere it is one thing to
/// be cancelled by main and another to end because main has ended.
fn is_alike(a: &End, b: &End, one_world: bool) -> bool {
    let as_main_ended = |end: &End| end.how == Some(How::Shutdown);
    a.outcome == b.outcome
        && a.detail == b.detail
        && a.by == b.by
        && as_main_ended(a) == as_main_ended(b)
        && (!one_world || a.how == b.how)
}
