//! From a trace to what one sees in it: per lane the spans of holding the
//! thread, waiting and being overdue, and the measures that explain a run.
//! Depends on the trace only.

use std::time::Duration;

use crate::trace::{Event, LaneId, LaneKind, Outcome, Place, Trace, What};

/// A duration as people write it, rounded to the millisecond.
pub fn time(duration: Duration) -> String {
    // humantime never rounds, so round first.
    let millis = (duration.as_nanos() + 500_000) / 1_000_000;
    // Saturates after 584 million years.
    let millis = u64::try_from(millis).unwrap_or(u64::MAX);
    humantime::format_duration(Duration::from_millis(millis)).to_string()
}

/// A moment as a stopwatch shows it, in seconds to the millisecond: `1.002s`.
pub fn clock(moment: Duration) -> String {
    format!("{:.3}s", moment.as_secs_f64())
}

/// What happened in one scene, lane by lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// From the start until `main` ended.
    pub total: Duration,
    /// In spawn order; a lane's index is its id.
    pub lanes: Vec<Lane>,
    /// Everything that was said, in order.
    pub lines: Vec<Line>,
    /// The first two tasks that held the loop's thread at once, if any did.
    pub collision: Option<(LaneId, LaneId)>,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// What it is called on screen.
    pub name: String,
    /// Task or thread.
    pub kind: LaneKind,
    /// The lane that spawned it; `None` for `main`.
    pub parent: Option<LaneId>,
    /// When it was spawned.
    pub born: Duration,
    /// When and how it ended; `None` if the trace stops before that.
    pub end: Option<End>,
    /// What it did, without gaps, from its birth to its end.
    pub spans: Vec<Span>,
    /// Its own waits, in the order in which they began.
    pub waits: Vec<Wait>,
    /// When it was given the thread, each time.
    pub polls: Vec<Duration>,
}

/// The end of a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// When.
    pub at: Duration,
    /// How.
    pub outcome: Outcome,
    /// Why, where there is more to say.
    pub detail: Option<String>,
}

/// A stretch of time in which a lane did one thing. Its length may be zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub from: Duration,
    /// When it was over.
    pub to: Duration,
    /// What the lane did.
    pub doing: Doing,
}

impl Span {
    /// How long it lasted.
    pub fn length(&self) -> Duration {
        self.to.saturating_sub(self.from)
    }
}

/// What a lane does with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It holds its thread: the loop's, or its own.
    Holding,
    /// It waits, and others may run.
    Waiting,
    /// Its wait is over, but somebody else holds the thread.
    Overdue,
}

/// A wait of a lane's own: a sleep, a block, a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What was awaited, as in `sleep 3s`.
    pub on: String,
    /// When it began.
    pub from: Duration,
    /// When it should have been over, if that was known.
    pub due: Option<Duration>,
    /// When it was over, or dropped; `None` if the trace stops before that.
    pub to: Option<Duration>,
    /// Whether it was dropped before it was over.
    pub dropped: bool,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Duration,
    /// On which lane.
    pub lane: LaneId,
    /// What.
    pub text: String,
    /// Where in the source.
    pub place: Place,
}

impl Timeline {
    /// Reads a timeline off a trace.
    pub fn of(trace: &Trace) -> Timeline {
        let mut reading = Reading::default();
        for event in &trace.events {
            reading.take(event);
        }
        reading.finish(trace.elapsed)
    }

    /// The first lane of that name.
    pub fn lane(&self, name: &str) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.name == name)
    }

    /// A lane's name.
    pub fn name(&self, lane: LaneId) -> &str {
        self.lanes
            .get(lane as usize)
            .map_or("?", |lane| lane.name.as_str())
    }

    /// When a line was first said, on whatever lane.
    pub fn said(&self, text: &str) -> Option<Duration> {
        let line = self.lines.iter().find(|line| line.text == text);
        line.map(|line| line.at)
    }

    /// The lines that begin so.
    pub fn lines_with<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines
            .iter()
            .filter(move |line| line.text.starts_with(prefix))
    }

    /// All the time that any lane spent on its own waits or holding a thread:
    /// what the run would take with nothing overlapping.
    pub fn work(&self) -> Duration {
        self.lanes.iter().map(Lane::work).sum()
    }

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
    /// else the one that gave the thread back last.
    fn woken_by(&self, waiter: LaneId, from: Duration, at: Duration) -> Option<LaneId> {
        let others = || (0..).zip(&self.lanes).filter(|(id, _)| *id != waiter);
        let ended = others()
            .filter_map(|(id, lane)| Some((lane.end.as_ref()?.at, id)))
            .filter(|(end, id)| *end > from && *end <= at && self.is_child(*id, waiter));
        let ran = others()
            .filter_map(|(id, lane)| Some((lane.last_busy(at)?, id)))
            .filter(|(end, _)| *end > from);
        ended.max().or_else(|| ran.max()).map(|(_, id)| id)
    }

    fn is_child(&self, lane: LaneId, of: LaneId) -> bool {
        self.lanes[lane as usize].parent == Some(of)
    }

    /// The most lanes alive at once, `main` not counted: how many things were
    /// in flight.
    pub fn peak_in_flight(&self) -> usize {
        let mut changes: Vec<(Duration, i32)> = Vec::new();
        for lane in self.lanes.iter().skip(1) {
            changes.push((lane.born, 1));
            changes.extend(lane.end.iter().map(|end| (end.at, -1)));
        }
        // Ends before births: a lane that takes over from another at the same
        // moment does not overlap it.
        changes.sort();
        let mut now = 0;
        let mut peak = 0;
        for (_, change) in changes {
            now += change;
            peak = peak.max(now);
        }
        usize::try_from(peak).unwrap_or(0)
    }

    /// The longest time that any task kept the loop's thread without giving
    /// way. Threads hold their own, and do not count.
    pub fn longest_hold(&self) -> Duration {
        self.lanes
            .iter()
            .filter(|lane| lane.kind == LaneKind::Task)
            .flat_map(|lane| lane.holds())
            .map(|span| span.length())
            .max()
            .unwrap_or_default()
    }

    /// The longest time in which a lane said nothing, from its birth to its
    /// first line, between two lines, or from its last line to its end.
    pub fn longest_silence(&self, name: &str) -> Option<Span> {
        let id = self.lanes.iter().position(|lane| lane.name == name)?;
        let lane = &self.lanes[id];
        let mut moments = vec![lane.born];
        let spoken = self.lines.iter().filter(|line| line.lane as usize == id);
        moments.extend(spoken.map(|line| line.at));
        moments.extend(lane.end.iter().map(|end| end.at));
        let gaps = moments.windows(2).map(|pair| Span {
            from: pair[0],
            to: pair[1],
            doing: Doing::Waiting,
        });
        // The first of equals.
        gaps.rev().max_by_key(Span::length)
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
    /// When the lane held a thread.
    pub fn holds(&self) -> impl Iterator<Item = &Span> {
        self.spans
            .iter()
            .filter(|span| span.doing == Doing::Holding)
    }

    /// How the lane ended, if it did.
    pub fn outcome(&self) -> Option<Outcome> {
        self.end.as_ref().map(|end| end.outcome)
    }

    /// Time spent on waits of its own or holding a thread, counted once where
    /// the two overlap.
    fn work(&self) -> Duration {
        let end = self.spans.last().map_or(self.born, |span| span.to);
        let waits = self
            .waits
            .iter()
            .filter(|wait| !wait.on.starts_with("thread "));
        let mut busy: Vec<(Duration, Duration)> = waits
            .map(|wait| (wait.from, wait.over(end)))
            .chain(self.holds().map(|span| (span.from, span.to)))
            .collect();
        busy.sort();
        let mut total = Duration::ZERO;
        let mut until = Duration::ZERO;
        for (from, to) in busy {
            total += to.saturating_sub(from.max(until));
            until = until.max(to);
        }
        total
    }

    /// When, at `at` or before it, the lane was last doing something.
    fn last_busy(&self, at: Duration) -> Option<Duration> {
        let polls = self
            .spans
            .iter()
            .filter(|span| span.doing == Doing::Holding);
        polls
            .filter(|span| span.from <= at)
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

impl Wait {
    /// When the wait itself was over: when it was due or, if it was dropped,
    /// when that happened. `end` is the end of the lane.
    fn over(&self, end: Duration) -> Duration {
        let to = self.to.unwrap_or(end);
        self.due.map_or(to, |due| due.min(to))
    }
}

/// A timeline being read off a trace's events.
#[derive(Default)]
struct Reading {
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
    fn take(&mut self, event: &Event) {
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
                Doing::Waiting | Doing::Overdue => self.holders.retain(|lane| *lane != id),
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
        if let Some(index) = open.pending.iter().position(|(number, _)| *number == wait) {
            open.pending.swap_remove(index);
        }
    }

    fn finish(self, elapsed: Duration) -> Timeline {
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
