//! From a trace to what one sees in it: the fold over its events ([`State`]),
//! per lane the spans of running, waiting and being ready, what the run had to
//! wait for ([`CriticalPath`]), and the measures that explain it. It can be
//! read while a run goes on ([`Growing`]), in both directions ([`History`]),
//! and in steps instead of time ([`Steps`]). Depends on the trace only.

mod critical_path;
mod growing;
mod history;
mod reading;
mod state;
mod steps;
mod threads;

use std::time::Duration;

use crate::trace::{LaneId, LaneKind, On, Outcome, Place, Trace};
use reading::Reading;

pub use critical_path::{CriticalPath, Part, Piece};
pub use growing::Growing;
pub use history::History;
pub use state::{Doing, End, LaneState, State, WaitState};
pub use steps::{STEP, Steps};
pub use threads::Threads;

/// What happened in one run, lane by lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// From the start until `main` ended.
    pub total: Duration,
    /// Until recording stopped: lanes may outlive `main`.
    pub elapsed: Duration,
    /// In spawn order; a lane's index is its id.
    pub lanes: Vec<Lane>,
    /// Everything that was said, in order.
    pub lines: Vec<Line>,
    /// The first two tasks that held a thread of the runtime's at once, if any
    /// did. On one thread none can.
    pub collision: Option<(LaneId, LaneId)>,
    peak: usize,
    path: CriticalPath,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// What it is called on screen.
    pub name: String,
    /// What it stands for.
    pub kind: LaneKind,
    /// The lane that made it; `None` for `main`.
    pub parent: Option<LaneId>,
    /// Where it was made.
    pub place: Place,
    /// When it was spawned.
    pub born: Duration,
    /// When and how it ended; `None` if the trace stops before that.
    pub end: Option<End>,
    /// What it did, without gaps, from its birth to its end.
    pub spans: Vec<Span>,
    /// Its waits, in the order in which they began.
    pub waits: Vec<Wait>,
    /// When it was given the thread, each time.
    pub polls: Vec<Duration>,
    /// The threads that polled it.
    pub threads: Threads,
    /// When it said a line, each time.
    pub said: Vec<Duration>,
    /// The time that it spent holding a thread or on waits for nobody but
    /// itself.
    pub work: Duration,
    /// Until when its waits are counted in `work`.
    counted: Duration,
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

/// A wait of a lane: for a timer, for other lanes, for the world outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What was awaited.
    pub on: On,
    /// When it began.
    pub from: Duration,
    /// When it should have been over, if that was known.
    pub due: Option<Duration>,
    /// When it was over, or dropped; `None` if the trace stops before that.
    pub to: Option<Duration>,
    /// Whether it was dropped before it was over.
    pub dropped: bool,
    /// Where in the source.
    pub place: Place,
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
        Reading::of(trace)
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

    /// All the time that any lane held a thread or spent on a wait for nobody
    /// but itself: what the run would take with nothing overlapping.
    pub fn work(&self) -> Duration {
        self.lanes.iter().map(|lane| lane.work).sum()
    }

    /// The most lanes alive at once, `main` not counted, in the order in which
    /// they were born and ended: also where it all happened at one moment.
    pub fn peak_concurrency(&self) -> usize {
        self.peak
    }

    /// The most of these lanes that had a thread at the same moment, be it one of
    /// the runtime's or their own. Whether the machine had a core for each, a
    /// trace does not say.
    pub fn most_at_once(&self, which: impl Fn(&Lane) -> bool) -> usize {
        let lanes = self.lanes.iter().filter(|lane| which(lane));
        let holds = lanes.flat_map(Lane::holds);
        let mut moments: Vec<(Duration, bool)> = holds
            .flat_map(|span| [(span.from, true), (span.to, false)])
            .collect();
        // Whoever gives a thread back comes before whoever gets it.
        moments.sort_unstable();
        let (mut now, mut most) = (0_usize, 0);
        for (_, begins) in moments {
            now = match begins {
                true => now + 1,
                false => now.saturating_sub(1),
            };
            most = most.max(now);
        }
        most
    }

    /// The longest time that any task kept the loop's thread without giving
    /// way. Threads hold their own, and do not count.
    pub fn longest_poll(&self) -> Duration {
        self.lanes
            .iter()
            .filter(|lane| lane.kind != LaneKind::Thread)
            .flat_map(|lane| lane.holds())
            .map(|span| span.length())
            .max()
            .unwrap_or_default()
    }

    /// What had to happen one after the other until `main` ended.
    pub fn critical_path(&self) -> &CriticalPath {
        &self.path
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
            doing: Doing::Parked,
        });
        // The first of equals.
        gaps.rev().max_by_key(Span::length)
    }
}

impl Lane {
    /// When the lane held a thread: each time from the moment it got it to the
    /// moment it gave it back.
    pub fn holds(&self) -> impl Iterator<Item = Span> {
        self.spans
            .chunk_by(|a, b| a.doing.holds() && b.doing.holds())
            .filter(|spans| spans[0].doing.holds())
            .map(|spans| Span {
                from: spans[0].from,
                to: spans[spans.len() - 1].to,
                doing: Doing::Running,
            })
    }

    /// How the lane ended, if it did.
    pub fn outcome(&self) -> Option<Outcome> {
        self.end.as_ref().map(|end| end.outcome)
    }
}
