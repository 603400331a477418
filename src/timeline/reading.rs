//! Reads a timeline off a trace, event by event.

use std::time::Duration;

use super::{Doing, End, Lane, Line, Span, Timeline, Wait};
use crate::trace::{Event, LaneId, LaneKind, What};

/// A timeline being read off a trace's events.
#[derive(Default)]
pub(super) struct Reading {
    lanes: Vec<Open>,
    lines: Vec<Line>,
    waits: Vec<(LaneId, usize)>,
    /// The tasks that hold the loop's thread: one at most, if all is well.
    holders: Vec<LaneId>,
    collision: Option<(LaneId, LaneId)>,
}

/// A lane being read, with what it has been doing since when.
struct Open {
    lane: Lane,
    doing: Doing,
    since: Duration,
    within: Option<LaneId>,
    /// The numbers and due times of the waits it is in.
    pending: Vec<(u32, Option<Duration>)>,
}

impl Open {
    /// Closes the span that is open, and opens another.
    fn turn(&mut self, at: Duration, doing: Doing) {
        let (from, spans) = (self.since, &mut self.lane.spans);
        let due = self.pending.iter().filter_map(|(_, due)| *due).min();
        match (self.doing, due.filter(|due| (from..at).contains(due))) {
            (Doing::Waiting, Some(due)) => {
                spans.push(Span {
                    from,
                    to: due,
                    doing: Doing::Waiting,
                });
                spans.push(Span {
                    from: due,
                    to: at,
                    doing: Doing::Overdue,
                });
            }
            (doing, _) => spans.push(Span {
                from,
                to: at,
                doing,
            }),
        }
        self.since = at;
        self.doing = doing;
    }
}

impl Reading {
    pub fn take(&mut self, event: &Event) {
        let at = event.at();
        let index = event.lane as usize;
        if let What::Spawn {
            name, kind, parent, ..
        } = &event.what
        {
            self.lanes.push(Open {
                lane: Lane {
                    name: name.clone(),
                    kind: *kind,
                    parent: *parent,
                    born: at,
                    end: None,
                    spans: Vec::new(),
                    waits: Vec::new(),
                    polls: Vec::new(),
                },
                doing: Doing::Waiting,
                since: at,
                within: None,
                pending: Vec::new(),
            });
            return;
        }
        let Some(open) = self.lanes.get_mut(index) else {
            return;
        };
        match &event.what {
            What::Spawn { .. } => {}
            What::Poll { within } => {
                open.within = *within;
                open.turn(at, Doing::Holding);
                open.lane.polls.push(at);
                let is_task = open.lane.kind == LaneKind::Task;
                self.hand_over(*within, at, Doing::Waiting);
                if is_task {
                    let other = self.holders.first();
                    let other = other.map(|other| (*other, event.lane));
                    self.collision = self.collision.or(other);
                    self.holders.push(event.lane);
                }
            }
            What::Pend => {
                open.turn(at, Doing::Waiting);
                let outer = open.within.take();
                self.holders.retain(|lane| *lane != event.lane);
                self.hand_over(outer, at, Doing::Holding);
            }
            What::Say { text, place } => self.lines.push(Line {
                at,
                lane: event.lane,
                text: text.clone(),
                place: place.clone(),
            }),
            What::Wait { wait, on, due, .. } => {
                let due = due.map(Duration::from_nanos);
                open.pending.push((*wait, due));
                let number = *wait as usize;
                if self.waits.len() <= number {
                    self.waits.resize(number + 1, (0, 0));
                }
                self.waits[number] = (event.lane, open.lane.waits.len());
                open.lane.waits.push(Wait {
                    on: on.clone(),
                    from: at,
                    due,
                    to: None,
                    dropped: false,
                });
            }
            What::Wake { wait } => self.close(*wait, at, false),
            What::Drop { wait } => self.close(*wait, at, true),
            What::End { outcome, detail } => {
                open.turn(at, Doing::Waiting);
                open.lane.end = Some(End {
                    at,
                    outcome: *outcome,
                    detail: detail.clone(),
                });
                let outer = open.within.take();
                self.holders.retain(|lane| *lane != event.lane);
                self.hand_over(outer, at, Doing::Holding);
            }
        }
    }

    /// The lane around a poll loses the thread to it, or gets it back.
    fn hand_over(&mut self, outer: Option<LaneId>, at: Duration, doing: Doing) {
        let Some(id) = outer else { return };
        let open = self.lanes.get_mut(id as usize);
        if let Some(open) = open.filter(|open| open.lane.end.is_none()) {
            open.turn(at, doing);
            match doing {
                Doing::Holding => self.holders.push(id),
                Doing::Waiting | Doing::Overdue => {
                    self.holders.retain(|lane| *lane != id)
                }
            }
        }
    }

    fn close(&mut self, wait: u32, at: Duration, dropped: bool) {
        let Some(&(lane, index)) = self.waits.get(wait as usize) else {
            return;
        };
        let Some(open) = self.lanes.get_mut(lane as usize) else {
            return;
        };
        if open.doing == Doing::Waiting && open.lane.end.is_none() {
            // It is being dropped: up to here the wait was still on.
            open.turn(at, Doing::Waiting);
        }
        if let Some(wait) = open.lane.waits.get_mut(index) {
            wait.to = Some(at);
            wait.dropped = dropped;
        }
        if let Some(index) =
            open.pending.iter().position(|(number, _)| *number == wait)
        {
            open.pending.swap_remove(index);
        }
    }

    pub fn finish(self, elapsed: Duration) -> Timeline {
        let close = |mut open: Open| {
            if open.lane.end.is_none() {
                open.turn(elapsed, Doing::Waiting);
            }
            open.lane
        };
        let lanes: Vec<Lane> = self.lanes.into_iter().map(close).collect();
        let main = lanes.first().and_then(|lane| lane.end.as_ref());
        Timeline {
            total: main.map_or(elapsed, |end| end.at),
            lanes,
            lines: self.lines,
            collision: self.collision,
        }
    }
}
