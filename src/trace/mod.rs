//! The trace: what happened in one run of one scene, as a list of semantic
//! events. Every view, measure and claim is computed from one, and it depends
//! on nothing else of ours, so any program can write or read one.
//!
//! This module is the trace in memory; [`ndjson`] is the trace as text, and
//! [`check`] is what makes a list of events a trace.
#![doc = include_str!("FORMAT.md")]

mod check;
pub mod ndjson;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

pub use check::check;

/// The version of the trace format that this program writes, and the only one
/// that it reads.
pub const VERSION: u32 = 2;

/// One run, recorded from its start to its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// What was run, and how.
    pub header: Header,
    /// The source files that the places refer to, where they were exported.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// Everything that happened, in order.
    pub events: Vec<Event>,
    /// When recording stopped, counted from the start.
    #[serde(serialize_with = "as_nanos")]
    pub elapsed: Duration,
    /// The user stopped the run before its end.
    pub interrupted: bool,
    /// The file it was read from ended before the trace did.
    pub cut_off: bool,
}

/// A time as it is serialised, as all times of a trace: nanoseconds.
pub(crate) fn as_nanos<S: Serializer>(
    time: &Duration,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.serialize_u64(nanos(*time))
}

/// A duration as a trace counts it, in nanoseconds. Saturates after 584 years.
pub(crate) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl Trace {
    /// A trace of events that end when the last of them does.
    pub fn new(header: Header, events: Vec<Event>) -> Trace {
        Trace {
            header,
            sources: Vec::new(),
            elapsed: events.last().map_or(Duration::ZERO, Event::at),
            events,
            interrupted: false,
            cut_off: false,
        }
    }

    /// The same trace with every time divided by `speed`.
    pub fn at_speed(&self, speed: f64) -> Trace {
        let divide = |nanos: u64| (nanos as f64 / speed).round() as u64;
        let mut trace = self.clone();
        trace.elapsed = trace.elapsed.div_f64(speed);
        for event in &mut trace.events {
            event.at = divide(event.at);
            if let What::Wait { due, on, .. } = &mut event.what {
                *due = due.map(divide);
                if let On::Timer { length } | On::Blocking { length } = on {
                    *length = length.map(divide);
                }
            }
        }
        trace
    }

    /// Whether the run came to its end and all of it is here.
    pub fn is_whole(&self) -> bool {
        !self.interrupted && !self.cut_off
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

/// The first line of a trace: what was run, in which world, on what clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// What was run.
    pub subject: Subject,
    /// What ran it.
    pub world: World,
    /// The clock that stamped the events.
    pub clock: Clock,
    /// Every duration of the run was divided by this.
    #[serde(default = "one")]
    pub speed: f64,
    /// The run's settings, before `speed` was applied.
    #[serde(default)]
    pub knobs: BTreeMap<String, String>,
    /// The version of the program that wrote the trace.
    #[serde(default)]
    pub program: String,
}

fn one() -> f64 {
    1.0
}

impl Header {
    /// The scene's name or, of a program that is no scene, the program's.
    pub fn name(&self) -> &str {
        match &self.subject {
            Subject::Scene { scene, .. } => scene,
            Subject::Program { program, .. } => program,
        }
    }
}

/// What a trace is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Subject {
    /// A scene of a chapter.
    Scene {
        /// The chapter's name.
        chapter: String,
        /// The scene's name.
        scene: String,
        /// The chapter in half a line.
        #[serde(default)]
        title: String,
        /// What is special about the scene, in half a line.
        #[serde(default)]
        about: String,
    },
    /// Any other program.
    Program {
        /// Its name.
        program: String,
        /// What it was called with.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        args: Vec<String>,
    },
}

/// What ran a trace's lanes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct World {
    /// `tokio`, `asyncio`, or another.
    pub name: String,
    /// Its version, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The kind of scheduler or loop, as the world itself calls it.
    pub flavor: String,
    /// How many threads poll tasks.
    #[serde(default = "one_worker")]
    pub workers: usize,
}

fn one_worker() -> usize {
    1
}

impl World {
    /// Tokio's runtime on one thread, or on several.
    pub fn tokio(workers: usize) -> World {
        World {
            name: "tokio".to_owned(),
            version: None,
            flavor: if workers == 1 {
                "current_thread".to_owned()
            } else {
                "multi_thread".to_owned()
            },
            workers,
        }
    }

    /// Whether all that is polled is polled on one thread, so that no two
    /// lanes run at once. A runtime of several threads has one for `main`
    /// beside its workers, however few they are.
    pub fn is_one_thread(&self) -> bool {
        self.workers == 1 && self.flavor != "multi_thread"
    }

    /// What people call it: asyncio's loop by the interpreter that it is in.
    pub fn called(&self) -> &str {
        match self.name.as_str() {
            "asyncio" => "CPython",
            other => other,
        }
    }
}

/// A file of source code, as it was when it ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name, as the places have it.
    pub file: String,
    /// What it is written in: `rust` or `python`.
    pub lang: String,
    /// Its text.
    pub text: String,
}

/// Which clock a run is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The machine's monotonic clock: what is shown was measured.
    Real,
    /// A clock that jumps to the next timer when there is nothing else to do:
    /// exact and instant.
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

/// Identifies a wait within its trace, from 1 in the order of beginning.
pub type WaitId = u32;

/// Something that happened on a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Nanoseconds since the start, on the run's own clock.
    pub at: u64,
    /// The lane it happened on.
    pub lane: LaneId,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

impl Event {
    /// When it happened, counted from the start.
    pub fn at(&self) -> Duration {
        Duration::from_nanos(self.at)
    }

    /// Where in the source it happened, if it says so.
    pub fn place(&self) -> Option<&Place> {
        match &self.what {
            What::Spawn { place, .. }
            | What::Wait { place, .. }
            | What::Pend { place, .. }
            | What::Say { place, .. } => Some(place),
            _ => None,
        }
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
        /// What it stands for.
        kind: LaneKind,
        /// The lane that made it; `None` for `main`.
        parent: Option<LaneId>,
        /// Where in the source.
        #[serde(flatten)]
        place: Place,
    },
    /// The lane runs from here on.
    Poll {
        /// The lane whose own poll this one happens inside of, if any: the
        /// inner lane holds the thread meanwhile.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<LaneId>,
        /// The thread that polls it, by number.
        #[serde(default, skip_serializing_if = "is_zero")]
        thread: u32,
    },
    /// The lane begins to wait for something.
    Wait {
        /// The wait's number.
        wait: WaitId,
        /// What is awaited.
        on: On,
        /// When it should be over, in nanoseconds since the start; `None` if
        /// nobody knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<u64>,
        /// Where in the source.
        #[serde(flatten)]
        place: Place,
    },
    /// What was waited for is there.
    Done {
        /// The wait that is over.
        wait: WaitId,
    },
    /// The wait was given up.
    Drop {
        /// The wait that was given up.
        wait: WaitId,
    },
    /// The lane gives its thread back: it is parked.
    Pend {
        /// What it waits for.
        waits: Vec<WaitId>,
        /// Where it is parked.
        #[serde(flatten)]
        place: Place,
        /// Where its callers are, the innermost first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stack: Vec<Place>,
    },
    /// The lane was woken, and is ready to be polled.
    Wake {
        /// Who or what woke it.
        by: By,
    },
    /// The lane printed a line.
    Say {
        /// The line.
        text: String,
        /// Where in the source.
        #[serde(flatten)]
        place: Place,
    },
    /// The lane asks for another one to be cancelled.
    Cancel {
        /// The lane to be cancelled.
        target: LaneId,
        /// How it asks.
        how: How,
    },
    /// The lane took from something that lanes share, or gave back to it.
    Resource {
        /// What it is called.
        name: String,
        /// So much is left of it.
        left: u64,
        /// So much there is of it in all, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capacity: Option<u64>,
        /// So many lanes wait for it, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waiting: Option<u64>,
    },
    /// The lane is no more.
    End {
        /// How it ended.
        outcome: Outcome,
        /// Why, in words, where there is more to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        /// Who cancelled it, and how.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Cause>,
    },
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What a wait is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum On {
    /// A timer.
    Timer {
        /// How long it was set for, in nanoseconds, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        length: Option<u64>,
    },
    /// A call that keeps the thread.
    Blocking {
        /// How long it blocks, in nanoseconds, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        length: Option<u64>,
    },
    /// The end of these lanes, or of the next of them.
    Join {
        /// The lanes, or the first of them.
        lanes: Vec<LaneId>,
        /// So many more.
        #[serde(default, skip_serializing_if = "is_zero")]
        more: u32,
    },
    /// A function on a thread of its own.
    Thread {
        /// The thread's lane.
        lane: LaneId,
    },
    /// A permit, or a lock.
    Acquire {
        /// What it is called.
        what: String,
    },
    /// Room in a channel or queue.
    Send {
        /// What it is called.
        what: String,
    },
    /// Something from a channel or queue.
    Recv {
        /// What it is called.
        what: String,
    },
    /// The world outside.
    Io {
        /// What is expected of it.
        what: String,
    },
    /// Nothing: the lane lets others run.
    Yield,
    /// Anything else.
    Other {
        /// What, in words.
        what: String,
    },
}

/// Who or what woke a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// A lane: it ended, sent, released, cancelled, or was itself woken inside
    /// of this one.
    Lane(LaneId),
    /// A timer.
    Timer,
    /// The world outside.
    Io,
    /// It had asked to be polled again.
    Itself,
    /// A timer, the world outside or something beside the lanes: nobody knows
    /// which.
    Runtime,
}

/// Who cancelled a lane, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The lane that did; `None` if it was no lane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<LaneId>,
    /// How.
    pub how: How,
}

/// How a lane is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// Through its handle: [`abort`] in tokio, [`cancel`] in asyncio.
    ///
    /// [`abort`]: https://docs.rs/tokio/latest/tokio/task/struct.JoinHandle.html#method.abort
    /// [`cancel`]: https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.cancel
    Abort,
    /// Whatever polled it let go of it.
    Drop,
    /// It was asked to stop, and stopped by itself.
    Token,
    /// Its group was shut down.
    Group,
    /// `main` had ended, and the runtime with it.
    Shutdown,
    /// The user stopped the run.
    Interrupt,
}

/// A line of source code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the project's root, with forward slashes.
    pub file: Cow<'static, str>,
    /// The line, from 1.
    pub line: u32,
}

/// What a lane stands for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum LaneKind {
    /// What the run begins and ends with.
    Main,
    /// A future that the runtime polls.
    Task,
    /// A future that is polled inside another lane's poll.
    Future,
    /// A thread of its own, for code that blocks.
    Thread,
}

/// How a lane ended.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize,
)]
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
    /// It was made and thrown away, and nothing of it ever ran.
    Unrun,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::Finished => "finished",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
            Outcome::Panicked => "panicked",
            Outcome::Unrun => "never ran",
        })
    }
}
