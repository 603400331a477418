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
    /// that ran last before it. Time in which the chain was ready and another
    /// lane held the thread does not belong to it.
    pub fn critical_path(&self) -> Duration {
        let mut path = Duration::ZERO;
        let mut here = (0, self.total);
        // Each step goes back in time or to a lane not yet visited at that
        // moment; the bound stops a trace that goes in circles.
        for _ in 0..self.lanes.iter().map(|lane| lane.spans.len() + 2).sum() {
            let (id, at) = here;
            let Some(lane) = self.lanes.get(id as usize) else {
                break;
            };
            match lane.step_back(at) {
                Step::Busy { from } => {
                    path += at - from;
                    here = (id, from);
                }
                Step::Overdue { due } => here = (id, due),
                Step::Awaiting { from } => match self.woken_by(id, from, at) {
                    Some(waker) => here = (waker, at),
                    None => here = (id, from),
                },
                Step::Born => match lane.parent {
                    Some(parent) => here = (parent, at),
                    None => break,
                },
            }
        }
        path
    }

    /// The lane that let `waiter` go on at `at`: a child that ended then, or
    /// else the one that gave the thread back last. Of several at one moment,
    /// as they are on the virtual clock, rather one whose own wait was over
    /// than one that was let go on itself.
    fn woken_by(
        &self,
        waiter: LaneId,
        from: Duration,
        at: Duration,
    ) -> Option<LaneId> {
        let others = || (0..).zip(&self.lanes).filter(|(id, _)| *id != waiter);
        let ended = others()
            .filter_map(|(id, lane)| Some((lane.end.as_ref()?.at, id)))
            .filter(|(end, id)| {
                *end > from && *end <= at && self.is_child(*id, waiter)
            });
        let ran = others()
            .filter_map(|(id, lane)| {
                let end = lane.last_busy(at)?;
                let step = lane.step_back(end);
                let by_itself = !matches!(step, Step::Awaiting { .. });
                Some((end, by_itself, id))
            })
            .filter(|(end, ..)| *end > from);
        let ran = ran.max().map(|(end, _, id)| (end, id));
        ended.max().or(ran).map(|(_, id)| id)
    }

    fn is_child(&self, lane: LaneId, of: LaneId) -> bool {
        self.lanes[lane as usize].parent == Some(of)
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
    /// When, at `at` or before it, the lane was last doing something.
    fn last_busy(&self, at: Duration) -> Option<Duration> {
        let polls = self
            .spans
            .iter()
            .filter(|span| span.doing == Doing::Holding);
        polls
            // What only begins at `at` was not there before it; on the virtual
            // clock it may be over by then as well.
            .filter(|span| span.from < at || span.to <= at)
            .map(|span| span.to.min(at))
            .max()
    }

    fn step_back(&self, at: Duration) -> Step {
        let before = self.spans.iter().rev().find(|span| span.from < at);
        let Some(span) = before else {
            return Step::Born;
        };
        match span.doing {
            Doing::Holding => Step::Busy { from: span.from },
            Doing::Overdue => Step::Overdue { due: span.from },
            Doing::Waiting => {
                let own = self.waits.iter().any(|wait| {
                    wait.from <= span.from
                        && wait.over(at) >= at.min(span.to)
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
