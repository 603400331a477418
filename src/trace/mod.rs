//! The trace: what happened in one run of one scene, as a list of semantic
//! events. It is the only thing a view is given, and it depends on nothing
//! else of ours, so any program can write or read one (see [`ndjson`]).

pub mod ndjson;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The version of the trace format that this program writes, and the highest
/// that it reads.
pub const VERSION: u32 = 1;

/// One scene, recorded from its start to its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// Which scene this is, and how it was run.
    pub header: Header,
    /// Everything that happened, in time order.
    pub events: Vec<Event>,
    /// When recording stopped, counted from the scene's start.
    pub elapsed: Duration,
    /// True if the user stopped the scene before its end.
    pub interrupted: bool,
}

impl Trace {
    /// The same trace with every time divided by `speed`.
    pub fn at_speed(&self, speed: f64) -> Trace {
        let divide = |nanos: u64| (nanos as f64 / speed).round() as u64;
        let mut trace = self.clone();
        trace.elapsed = trace.elapsed.div_f64(speed);
        for event in &mut trace.events {
            event.at = divide(event.at);
            if let What::Wait { due, .. } = &mut event.what {
                *due = due.map(divide);
            }
        }
        trace
    }

    /// The position of the first event of a kind on a lane. Positions compare
    /// as the events happened, also where they share a moment.
    pub fn first(
        &self,
        lane: LaneId,
        is: impl Fn(&What) -> bool,
    ) -> Option<usize> {
        let mut events = self.events.iter();
        events.position(|event| event.lane == lane && is(&event.what))
    }
}

/// The first line of a trace: which scene, on what clock, with which knobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The chapter's name.
    pub chapter: String,
    /// The scene's name.
    pub scene: String,
    /// The clock that stamped the events.
    pub clock: Clock,
    /// The runtime that ran the scene: `current_thread` or `multi_thread`.
    pub runtime: String,
    /// Every duration of the scene was divided by this.
    pub speed: f64,
    /// The chapter's options as they were set, before `speed` was applied.
    pub knobs: BTreeMap<String, String>,
}

/// Which clock a scene runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The machine's monotonic clock: what is shown was measured.
    Real,
    /// Tokio's paused clock, which jumps to the next timer: exact and instant.
    Virtual,
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Clock::Real => "real",
            Clock::Virtual => "virtual",
        })
    }
}

/// Identifies a lane within its trace: 0 is `main`, the others follow in
/// spawn order.
pub type LaneId = u32;

/// Something that happened on a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Nanoseconds since the scene's start, on the scene's own clock.
    pub at: u64,
    /// The lane it happened on.
    pub lane: LaneId,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

impl Event {
    /// When it happened, counted from the scene's start.
    pub fn at(&self) -> Duration {
        Duration::from_nanos(self.at)
    }
}

/// The kinds of event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum What {
    /// The lane came into being; nothing of it has run yet.
    Spawn {
        /// What the lane is called on screen.
        name: String,
        /// Task or thread.
        kind: LaneKind,
        /// The lane that spawned it; `None` for `main`.
        parent: Option<LaneId>,
        /// Where in the source.
        #[serde(flatten)]
        place: Place,
    },
    /// The lane was given the thread.
    Poll {
        /// The lane whose own poll this one happens inside of, if any: the
        /// inner lane holds the thread meanwhile.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<LaneId>,
    },
    /// The lane gave the thread back, because it has to wait.
    Pend,
    /// The lane printed a line.
    Say {
        /// The line.
        text: String,
        /// Where in the source.
        #[serde(flatten)]
        place: Place,
    },
    /// A wait began. If no `pend` follows before its `wake`, the lane kept the
    /// thread: it blocked.
    Wait {
        /// Identifies the wait within the trace, from 1.
        wait: u32,
        /// What is awaited, as in `sleep 3s`.
        on: String,
        /// When it should be over, in nanoseconds since the scene's start;
        /// `None` if nobody knows.
        due: Option<u64>,
        /// Where in the source.
        #[serde(flatten)]
        place: Place,
    },
    /// The wait is over, and the lane goes on.
    Wake {
        /// The wait that is over.
        wait: u32,
    },
    /// The wait was dropped before it was over.
    Drop {
        /// The wait that was dropped.
        wait: u32,
    },
    /// The lane is no more.
    End {
        /// How it ended.
        outcome: Outcome,
        /// Why, where there is more to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
}

/// A line of source code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the project's root.
    pub file: Cow<'static, str>,
    /// The line, from 1.
    pub line: u32,
}

/// What a lane stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LaneKind {
    /// A future that takes turns with the others.
    Task,
    /// A thread of its own, for code that blocks.
    Thread,
}

/// How a lane ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It ran to its end.
    Finished,
    /// It returned an error.
    Failed,
    /// It was dropped unfinished, or it gave up because it was asked to.
    Cancelled,
    /// It panicked.
    Panicked,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::Finished => "finished",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
            Outcome::Panicked => "panicked",
        })
    }
}
