//! Reads a timeline off a trace, event by event.

use std::collections::BTreeMap;
use std::time::Duration;

use super::threads::Threads;
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
    /// The tasks that hold a thread of the runtime's: one at most on one
    /// thread.
    holders: Vec<LaneId>,
    collision: Option<(LaneId, LaneId)>,
    alive: usize,
    peak: usize,
    /// When the loop's thread was held for any time, and by whom.
    holds: Vec<(LaneId, Span)>,
    late: BTreeMap<LaneId, Vec<Late>>,
}

/// A lane was parked although its timer had been due for some time: it could
/// have gone on, if somebody else had not held the thread.
#[derive(Clone, Debug)]
struct Late {
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

    /// Takes in the next event.
    pub fn take(&mut self, event: &Event) {
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
                    threads: Threads::default(),
                    said: Vec::new(),
                    work: Duration::ZERO,
                    counted: Duration::ZERO,
                });
                if event.lane > 0 {
                    self.alive += 1;
                    self.peak = self.peak.max(self.alive);
                }
            }
            What::Poll { thread, .. } => {
                if let Some(lane) = self.lanes.get_mut(event.lane as usize) {
                    lane.polls.push(at);
                    if !lane.threads.contains(thread) {
                        lane.threads.push(*thread);
                    }
                }
            }
            What::Say { text, place } => {
                self.lines.push(Line {
                    at,
                    lane: event.lane,
                    text: text.clone(),
                    place: place.clone(),
                });
                if let Some(lane) = self.lanes.get_mut(event.lane as usize) {
                    lane.said.push(at);
                }
            }
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

    /// What every lane is doing after the last event.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// A lane as it is at a moment that is not before the last event.
    pub fn lane(&self, id: LaneId, now: Duration) -> Option<Lane> {
        let mut lane = self.lanes.get(id as usize)?.clone();
        let mut late = self.late.get(&id).cloned().unwrap_or_default();
        let (doing, since) = self.doing(id)?;
        if doing != Doing::Ended {
            late.extend(late_in(&lane, doing, since, now));
            lane.spans.push(Span {
                from: since,
                to: now,
                doing,
            });
        }
        // Whoever holds the thread still does. Of several threads one that is
        // held keeps nobody waiting.
        let is_one_thread = !self.state.is_multi_thread();
        let holders = self.holders.iter().filter(|_| is_one_thread);
        let still = holders.filter_map(|holder| {
            let from = self.held_since(*holder)?;
            let doing = Doing::Running;
            Some(Span {
                from,
                to: now.max(from),
                doing,
            })
        });
        let holds = self.holds.iter().filter(|_| is_one_thread);
        let holds = holds.map(|(_, hold)| *hold);
        let holds: Vec<Span> = holds.chain(still).collect();
        mark_ready(&mut lane.spans, late, &holds);
        lane.end.clone_from(&self.state.lane(id)?.end);
        Some(lane)
    }

    /// Since when a lane has had its thread without a break.
    fn held_since(&self, id: LaneId) -> Option<Duration> {
        let (_, mut from) = self.doing(id)?;
        let spans = self.lanes.get(id as usize)?.spans.iter().rev();
        for span in spans.take_while(|span| span.doing.holds()) {
            from = span.from;
        }
        Some(from)
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
        if let Some(late) = late_in(lane, doing, from, to) {
            self.late.entry(id).or_default().push(late);
        }
        let span = Span { from, to, doing };
        lane.spans.push(span);
        if doing.holds() && lane.kind != LaneKind::Thread && from < to {
            match self.holds.last_mut() {
                Some((holder, hold)) if *holder == id && hold.to == from => {
                    hold.to = to;
                }
                _ => self.holds.push((id, span)),
            }
        }
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

    /// The timeline of a trace that has been taken in to its end.
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
        if trace.header.world.is_one_thread() {
            let holds = self.holds.iter().map(|(_, hold)| *hold);
            let holds: Vec<Span> = holds.collect();
            for (id, late) in std::mem::take(&mut self.late) {
                mark_ready(&mut self.lanes[id as usize].spans, late, &holds);
            }
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
}

/// Whether a span in which a lane was parked is one in which its timer was due.
fn late_in(
    lane: &Lane,
    doing: Doing,
    from: Duration,
    to: Duration,
) -> Option<Late> {
    if doing != Doing::Parked {
        return None;
    }
    let recent = lane
        .waits
        .iter()
        .rev()
        .take_while(|wait| wait.to.is_none() || wait.to >= Some(from));
    let due = recent
        .filter(|wait| matches!(wait.on, On::Timer { .. }))
        .filter_map(|wait| Some((wait.due?, wait.to)))
        // It was over, or dropped with the lane, when it had been due for a
        // while; and not before this span.
        .filter(|(due, over)| over.is_none_or(|over| over > *due.max(&from)))
        .map(|(due, _)| due)
        .min()?;
    (due < to).then(|| Late {
        span: lane.spans.len(),
        due: due.max(from),
    })
}

/// Where a lane's timer was due while somebody else held the loop's thread,
/// the lane was ready. A timer that is late by itself makes nobody ready.
/// `holds` do not overlap, and are in order.
fn mark_ready(spans: &mut Vec<Span>, late: Vec<Late>, holds: &[Span]) {
    // From the last to the first, so that the indices stay what they are.
    for Late { span, due } in late.into_iter().rev() {
        let Span { from, to, .. } = spans[span];
        let first = holds.partition_point(|hold| hold.to <= due);
        let Some(hold) = holds.get(first).filter(|hold| hold.from < to) else {
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
