//! The critical path: the longest chain of things that had to happen one
//! after the other.

use std::collections::HashSet;
use std::time::Duration;

use super::{Doing, Lane, Timeline};
use crate::trace::{LaneId, Outcome};

impl Timeline {
    /// The longest chain of waits and holds that had to happen one after the
    /// other: no scheduling, however clever, makes the run shorter. It is
    /// found backwards from the end of `main`: from each moment to what the
    /// lane was doing, and where it was only waiting for others, to the lane
    /// that let it go on. Time in which the chain was ready and another lane
    /// held the thread does not belong to it.
    pub fn critical_path(&self) -> Duration {
        let turns = Turns::of(self);
        let mut path = Duration::ZERO;
        let mut here = (0, self.total);
        // On the virtual clock many things happen at one moment, and who let
        // whom go on there may go in circles. Nothing is visited twice.
        let mut visited = HashSet::new();
        loop {
            let (id, at) = here;
            let Some(lane) = self.lanes.get(id as usize) else {
                break;
            };
            visited.insert(here);
            here = match lane.step_back(at) {
                Step::Busy { from } => {
                    path += at - from;
                    (id, from)
                }
                Step::Overdue { due } => (id, due),
                Step::Awaiting { from } => self
                    .woken_by(&turns, id, from, at)
                    .filter(|waker| !visited.contains(waker))
                    .unwrap_or((id, from)),
                Step::Born => match lane.parent {
                    Some(parent) => (parent, at),
                    None => break,
                },
            };
        }
        path
    }

    /// The lane that let `waiter` go on at `at`, and when it did: a child that
    /// ended, or else the one that gave its thread back last. Of several at
    /// one moment rather one that was not cancelled, as lanes are when `main`
    /// ends, and one whose own wait was over than one that was let go on
    /// itself.
    fn woken_by(
        &self,
        turns: &Turns,
        waiter: LaneId,
        from: Duration,
        at: Duration,
    ) -> Option<(LaneId, Duration)> {
        let lane = |id: LaneId| &self.lanes[id as usize];
        let rank = |(id, moment): &(LaneId, Duration)| {
            let cancelled = lane(*id).outcome() == Some(Outcome::Cancelled);
            let step = lane(*id).step_back(*moment);
            (!cancelled, !matches!(step, Step::Awaiting { .. }))
        };
        let is_child = |id: &LaneId| lane(*id).parent == Some(waiter);
        let children = turns.ended.last(from, at, is_child);
        children.max_by_key(rank).or_else(|| {
            let others = turns.gave_back.last(from, at, |id| *id != waiter);
            others.max_by_key(rank)
        })
    }
}

/// When lanes ended and gave their threads back.
struct Turns {
    ended: Moments,
    gave_back: Moments,
}

/// Moments of lanes, in time order.
struct Moments(Vec<(Duration, LaneId)>);

impl Turns {
    fn of(timeline: &Timeline) -> Turns {
        let lanes = || (0..).zip(&timeline.lanes);
        let ended =
            lanes().filter_map(|(id, lane)| Some((lane.end.as_ref()?.at, id)));
        let gave_back = lanes().flat_map(|(id, lane): (LaneId, &Lane)| {
            lane.holds().map(move |span| (span.to, id))
        });
        Turns {
            ended: Moments::new(ended.collect()),
            gave_back: Moments::new(gave_back.collect()),
        }
    }
}

impl Moments {
    fn new(mut moments: Vec<(Duration, LaneId)>) -> Moments {
        moments.sort_unstable();
        Moments(moments)
    }

    /// The lanes that had the last moment after `from` and until `at`, of
    /// those that are wanted. Usually there is one.
    fn last(
        &self,
        from: Duration,
        at: Duration,
        wanted: impl Fn(&LaneId) -> bool,
    ) -> impl Iterator<Item = (LaneId, Duration)> {
        let until = self.0.partition_point(|(moment, _)| *moment <= at);
        let mut lanes = self.0[..until]
            .iter()
            .rev()
            .take_while(move |(moment, _)| *moment > from)
            .filter(move |(_, lane)| wanted(lane))
            .peekable();
        let last = lanes.peek().map(|(moment, _)| *moment);
        lanes
            .take_while(move |(moment, _)| Some(*moment) == last)
            .map(|(moment, lane)| (*lane, *moment))
    }
}

/// One step back along the critical path.
enum Step {
    /// The lane held a thread or waited for its own wait, since `from`.
    Busy { from: Duration },
    /// The lane was ready since `due`, and another one held the thread.
    Overdue { due: Duration },
    /// The lane had given the thread back at `from` to wait for others.
    Awaiting { from: Duration },
    /// There is nothing before this moment.
    Born,
}

impl Lane {
    fn step_back(&self, at: Duration) -> Step {
        let before = self.spans.partition_point(|span| span.from < at);
        let Some(span) = self.spans[..before].last() else {
            return Step::Born;
        };
        match span.doing {
            Doing::Holding => Step::Busy { from: span.from },
            Doing::Overdue => Step::Overdue { due: span.from },
            Doing::Waiting => {
                let begun =
                    self.waits.partition_point(|wait| wait.from <= span.from);
                let own = self.waits[..begun].iter().rev().any(|wait| {
                    wait.over(at) >= at.min(span.to)
                        && !wait.on.starts_with("thread ")
                });
                if own {
                    Step::Busy { from: span.from }
                } else {
                    Step::Awaiting { from: span.from }
                }
            }
        }
    }
}
