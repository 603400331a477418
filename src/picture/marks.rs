//! What a lane does in a column, which is a stretch of time.

use std::time::Duration;

use super::{Layout, Mark};
use crate::timeline::{Doing, Lane};
use crate::trace::LaneKind;

/// What fills at least half of a column or, failing that, whether the lane had
/// a turn in it.
pub(super) fn mark(
    layout: &Layout,
    lane: &Lane,
    column: usize,
) -> Option<Mark> {
    let (from, to) = (layout.moment(column), layout.moment(column + 1));
    let half = (to - from) / 2;
    let mut held = Duration::ZERO;
    let mut late = Duration::ZERO;
    let mut lent = Duration::ZERO;
    let mut alive = false;
    let first = lane.spans.partition_point(|span| span.to < from);
    for span in lane.spans[first..].iter().take_while(|span| span.from < to) {
        alive = true;
        let share = span.to.min(to).saturating_sub(span.from.max(from));
        match span.doing {
            Doing::Running | Doing::Blocking => held += share,
            Doing::Ready => late += share,
            // A task is scheduled as soon as it is made.
            Doing::Unbegun if lane.kind == LaneKind::Task => late += share,
            Doing::Lending => lent += share,
            Doing::Unbegun | Doing::Parked | Doing::Ended => {}
        }
    }
    if !alive || to <= lane.born {
        return None;
    }
    let is_in_it = |moments: &[Duration]| {
        let first = moments.partition_point(|moment| *moment < from);
        moments.get(first).is_some_and(|moment| *moment < to)
    };
    Some(if held > Duration::ZERO && held >= half {
        Mark::Hold
    } else if late > Duration::ZERO && late >= half {
        Mark::Ready
    } else if lent > Duration::ZERO && lent >= half {
        Mark::Lend
    } else if is_in_it(&lane.said) {
        Mark::Say
    } else if is_in_it(&lane.polls) {
        Mark::Poll
    } else {
        Mark::Wait
    })
}

/// What a lane does just now, where the column that this falls into has that
/// mark in the end.
pub(super) fn now(doing: Doing, in_the_end: Option<Mark>) -> Mark {
    match (doing, in_the_end) {
        (Doing::Blocking, _) => Mark::Hold,
        (Doing::Running, Some(Mark::Hold)) => Mark::Hold,
        (Doing::Running, _) => Mark::Poll,
        (Doing::Ready, _) | (Doing::Parked, Some(Mark::Ready)) => Mark::Ready,
        (Doing::Lending, _) => Mark::Lend,
        (Doing::Unbegun, Some(Mark::Ready)) => Mark::Ready,
        (Doing::Unbegun | Doing::Parked | Doing::Ended, _) => Mark::Wait,
    }
}
