//! From a trace to what one sees in it: per lane the spans of holding the
//! thread, waiting and being overdue, and the measures that explain a run.
//! Depends on the trace only.

mod critical_path;
mod reading;

use std::time::Duration;

use crate::trace::{LaneId, LaneKind, Outcome, Place, Trace};
use reading::Reading;

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
    pub fn lines_with<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = &'a Line> {
        self.lines
            .iter()
            .filter(move |line| line.text.starts_with(prefix))
    }

    /// All the time that any lane spent on its own waits or holding a thread:
    /// what the run would take with nothing overlapping.
    pub fn work(&self) -> Duration {
        self.lanes.iter().map(Lane::work).sum()
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
}

impl Wait {
    /// When the wait itself was over: when it was due or, if it was dropped,
    /// when that happened. `end` is the end of the lane.
    fn over(&self, end: Duration) -> Duration {
        let to = self.to.unwrap_or(end);
        self.due.map_or(to, |due| due.min(to))
    }
}
