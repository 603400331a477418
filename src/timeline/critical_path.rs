//! The critical path: the longest chain of things that had to happen one
//! after the other.

use std::time::Duration;

use super::{Doing, Lane, Timeline};
use crate::trace::LaneId;

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
        // Each step goes back in time or to a lane not yet visited at that
        // moment; the bound stops a trace that goes in circles.
        for _ in 0..self.lanes.iter().map(|lane| lane.spans.len() + 2).sum() {
            let (id, at) = here;
            let Some(lane) = self.lanes.get(id as usize) else {
                break;
            };
            here = match lane.step_back(at) {
                Step::Busy { from } => {
                    path += at - from;
                    (id, from)
                }
                Step::Overdue { due } => (id, due),
                Step::Awaiting { from } => {
                    match self.woken_by(&turns, id, from, at) {
                        Some(waker) => (waker, at),
                        None => (id, from),
                    }
                }
                Step::Born => match lane.parent {
                    Some(parent) => (parent, at),
                    None => break,
                },
            };
        }
        path
    }

    /// The lane that let `waiter` go on at `at`: a child that ended then, or
    /// else the one that gave its thread back last. Of several at one moment,
    /// as they are on the virtual clock, rather one whose own wait was over
    /// than one that was let go on itself.
    fn woken_by(
        &self,
        turns: &Turns,
        waiter: LaneId,
        from: Duration,
        at: Duration,
    ) -> Option<LaneId> {
        let is_child = |id: &LaneId| {
            let parent = self.lanes[*id as usize].parent;
            parent == Some(waiter)
        };
        let child = turns.ended.last(from, at, is_child).last();
        if child.is_some() {
            return child;
        }
        let by_itself = |id: &LaneId| {
            let step = self.lanes[*id as usize].step_back(at);
            !matches!(step, Step::Awaiting { .. })
        };
        let mut others = turns.gave_back.last(from, at, |id| *id != waiter);
        let any = others.next()?;
        Some(if by_itself(&any) {
            any
        } else {
            others.find(by_itself).unwrap_or(any)
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
    ) -> impl Iterator<Item = LaneId> {
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
            .map(|(_, lane)| *lane)
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
