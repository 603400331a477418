//! Reads a timeline off a trace, event by event.

use std::time::Duration;

use super::{Doing, Lane, Line, Span, State, Timeline, Wait, critical_path};
use crate::trace::{Event, LaneId, LaneKind, On, Trace, What};

/// A timeline being read off a trace's events.
#[derive(Default)]
pub(super) struct Reading {
    state: State,
    lanes: Vec<Lane>,
    lines: Vec<Line>,
    /// The index of each wait in its lane's.
    waits: Vec<(LaneId, usize)>,
    /// The tasks that hold the loop's thread: one at most, if all is well.
    holders: Vec<LaneId>,
    collision: Option<(LaneId, LaneId)>,
    alive: usize,
    peak: usize,
    late: Vec<Late>,
}

/// A lane was parked although its timer had been due for some time: it could
/// have gone on, if somebody else had not held the thread.
struct Late {
    lane: usize,
    /// The index of the span.
    span: usize,
    due: Duration,
}

impl Reading {
    pub fn of(trace: &Trace) -> Timeline {
        let mut reading = Reading::default();
        for event in &trace.events {
            reading.take(event);
        }
        reading.finish(trace)
    }

    fn take(&mut self, event: &Event) {
        // Of all lanes only this one and the one around it can change.
        let before = self.within(event.lane);
        let doing = self.doing(event.lane);
        let outer_before = before.and_then(|outer| self.doing(outer));
        let after_poll = match event.what {
            What::Poll { within, .. } => within,
            _ => None,
        };
        let lender = after_poll.and_then(|outer| self.doing(outer));
        self.learn(event);
        self.state.apply(event);
        // Whoever gives the thread away comes before who gets it.
        if let Some(outer) = after_poll {
            self.changed(outer, lender, event.at());
        }
        self.changed(event.lane, doing, event.at());
        if let Some(outer) = before {
            self.changed(outer, outer_before, event.at());
        }
    }

    fn within(&self, lane: LaneId) -> Option<LaneId> {
        self.state.lane(lane).and_then(|lane| lane.within)
    }

    /// What a lane does, and since when.
    fn doing(&self, lane: LaneId) -> Option<(Doing, Duration)> {
        let lane = self.state.lane(lane)?;
        Some((lane.doing, lane.since))
    }

    /// Takes in what is not a matter of what a lane does.
    fn learn(&mut self, event: &Event) {
        let at = event.at();
        match &event.what {
            What::Spawn {
                name,
                kind,
                parent,
                place,
            } => {
                self.lanes.push(Lane {
                    name: name.clone(),
                    kind: *kind,
                    parent: *parent,
                    place: place.clone(),
                    born: at,
                    end: None,
                    spans: Vec::new(),
                    waits: Vec::new(),
                    polls: Vec::new(),
                    work: Duration::ZERO,
                    counted: Duration::ZERO,
                });
                if event.lane > 0 {
                    self.alive += 1;
                    self.peak = self.peak.max(self.alive);
                }
            }
            What::Poll { .. } => {
                if let Some(lane) = self.lanes.get_mut(event.lane as usize) {
                    lane.polls.push(at);
                }
            }
            What::Say { text, place } => self.lines.push(Line {
                at,
                lane: event.lane,
                text: text.clone(),
                place: place.clone(),
            }),
            What::Wait { on, due, place, .. } => {
                let Some(lane) = self.lanes.get_mut(event.lane as usize) else {
                    return;
                };
                self.waits.push((event.lane, lane.waits.len()));
                lane.waits.push(Wait {
                    on: on.clone(),
                    from: at,
                    due: due.map(Duration::from_nanos),
                    to: None,
                    dropped: false,
                    place: place.clone(),
                });
            }
            What::Done { wait } | What::Drop { wait } => {
                let index = (*wait as usize).checked_sub(1);
                let found = index.and_then(|index| self.waits.get(index));
                if let Some(&(lane, index)) = found {
                    let wait = &mut self.lanes[lane as usize].waits[index];
                    wait.to = Some(at);
                    wait.dropped = matches!(event.what, What::Drop { .. });
                }
            }
            What::End { .. } => {
                if event.lane > 0 {
                    self.alive = self.alive.saturating_sub(1);
                }
                // Up to here its waits were on.
                self.count_work(event.lane, at);
            }
            _ => {}
        }
        if let What::Done { .. }
        | What::Drop { .. }
        | What::Wake { .. }
        | What::Poll { .. } = event.what
        {
            self.count_work(event.lane, at);
        }
    }

    /// Closes a lane's span if it does something else now.
    fn changed(
        &mut self,
        lane: LaneId,
        before: Option<(Doing, Duration)>,
        at: Duration,
    ) {
        let (Some(before), Some(now)) = (before, self.doing(lane)) else {
            return;
        };
        // A poll that begins where another one ended is one of its own, also if
        // no time has passed.
        if before == now && before.0 != Doing::Running {
            return;
        }
        if before.0 == now.0 && before.1 == now.1 {
            return;
        }
        self.hold(lane, now.0);
        self.close_span(lane, before.0, before.1, at);
    }

    /// Notes who holds the loop's thread.
    fn hold(&mut self, lane: LaneId, doing: Doing) {
        self.holders.retain(|holder| *holder != lane);
        let kind = self.lanes[lane as usize].kind;
        if doing.holds() && kind != LaneKind::Thread {
            let other = self.holders.first().map(|other| (*other, lane));
            self.collision = self.collision.or(other);
            self.holders.push(lane);
        }
    }

    fn close_span(
        &mut self,
        id: LaneId,
        doing: Doing,
        from: Duration,
        to: Duration,
    ) {
        let lane = &mut self.lanes[id as usize];
        if doing == Doing::Parked {
            let timers =
                lane.waits.iter().rev().take_while(|wait| {
                    wait.to.is_none() || wait.to >= Some(from)
                });
            let due = timers
                .filter(|wait| matches!(wait.on, On::Timer { .. }))
                .filter(|wait| wait.to.is_none_or(|over| over >= to))
                .filter_map(|wait| wait.due)
                .min();
            if let Some(due) = due.filter(|due| *due < to) {
                self.late.push(Late {
                    lane: id as usize,
                    span: lane.spans.len(),
                    due: due.max(from),
                });
            }
        }
        lane.spans.push(Span { from, to, doing });
    }

    /// Counts what a lane has spent on waits of its own since it was parked, if
    /// it waits for nobody else.
    fn count_work(&mut self, id: LaneId, at: Duration) {
        let Some(state) = self.state.lane(id) else {
            return;
        };
        if state.doing != Doing::Parked {
            return;
        }
        let (from, mut until) = (state.since, Duration::ZERO);
        for wait in &state.waits {
            let Some(wait) = self.state.wait(*wait) else {
                continue;
            };
            match wait.on {
                On::Timer { .. } | On::Io { .. } => {
                    until = until.max(wait.due.map_or(at, |due| due.min(at)));
                }
                // Beside a timer it is a token or the like, which may cut it
                // short; by itself it is nothing that one could add up.
                On::Other { .. } | On::Blocking { .. } | On::Yield => {}
                // It waits for somebody else, who counts it.
                _ => return,
            }
        }
        let lane = &mut self.lanes[id as usize];
        // Counted up to there already: a drop comes before the end.
        let from = from.max(lane.counted);
        let work = until.saturating_sub(from);
        lane.work += work;
        if work > Duration::ZERO {
            lane.counted = until;
        }
    }

    fn finish(mut self, trace: &Trace) -> Timeline {
        for id in 0..self.lanes.len() as LaneId {
            let Some((doing, since)) = self.doing(id) else {
                continue;
            };
            if doing != Doing::Ended {
                self.count_work(id, trace.elapsed);
                self.close_span(id, doing, since, trace.elapsed);
            }
            let state = &self.state.lanes()[id as usize];
            let lane = &mut self.lanes[id as usize];
            lane.kind = state.kind;
            lane.end.clone_from(&state.end);
            lane.work +=
                lane.holds().map(|span| span.length()).sum::<Duration>();
        }
        if trace.header.world.workers == 1 {
            self.mark_ready();
        }
        let main = self.lanes.first().and_then(|lane| lane.end.as_ref());
        let mut timeline = Timeline {
            total: main.map_or(trace.elapsed, |end| end.at),
            elapsed: trace.elapsed,
            lanes: self.lanes,
            lines: self.lines,
            collision: self.collision,
            peak: self.peak,
            path: Default::default(),
        };
        timeline.path = critical_path::of(trace, &timeline);
        timeline
    }

    /// Where a lane's timer was due while somebody else held the loop's thread,
    /// the lane was ready. A timer that is late by itself makes nobody ready.
    fn mark_ready(&mut self) {
        let lanes = self.lanes.iter();
        let lanes = lanes.filter(|lane| lane.kind != LaneKind::Thread);
        let mut holds: Vec<Span> = lanes.flat_map(Lane::holds).collect();
        holds.retain(|hold| hold.length() > Duration::ZERO);
        holds.sort_by_key(|hold| hold.from);
        // From the last to the first, so that the indices stay what they are.
        for Late { lane, span, due } in self.late.drain(..).rev() {
            let spans = &mut self.lanes[lane].spans;
            let Span { from, to, .. } = spans[span];
            let first = holds.partition_point(|hold| hold.to <= due);
            let Some(hold) = holds.get(first).filter(|hold| hold.from < to)
            else {
                continue;
            };
            let ready = Span {
                from: hold.from.max(due),
                to,
                doing: Doing::Ready,
            };
            // At last it was woken, and then polled: that is all one.
            match spans.get_mut(span + 1) {
                Some(next) if next.doing == Doing::Ready => {
                    next.from = ready.from;
                }
                _ => spans.insert(span + 1, ready),
            }
            if ready.from == from {
                spans.remove(span);
            } else {
                spans[span].to = ready.from;
            }
        }
    }
}
