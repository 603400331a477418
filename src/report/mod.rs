//! The report: one value for what a run was to do and what came of it. It is
//! made by a [`Plan`], filled in by [`play`], and handed to whoever shows it
//! or writes it to a file: every view is a function of it. Nothing here prints.

pub mod difference;
mod findings;
mod in_python;
mod limits;
mod measures;
mod places;
mod plan;
mod play;
mod recorded;
mod reporter;
mod runtime;
mod stranger;
mod verdict;
mod why;
mod witness;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::chapter::{Lesson, Reading};
use crate::stage::Runtime;
use crate::timeline::Timeline;
use crate::trace::{Clock, Event, LaneKind, Source, Trace, What};
use crate::world::compare::{self, Parting};

pub use crate::system::usage::Usage;
pub use findings::{Finding, Status, finding};
pub use in_python::{Apart, InPython, Said};
pub(crate) use limits::TOO_LONG;
pub use measures::Measures;
pub use places::{Places, Seen};
pub use plan::{Choice, Plan};
pub use play::{Played, Unheard, play};
pub use recorded::{Viewing, of_traces};
pub use reporter::{Nobody, Reporter};
pub use verdict::{Figure, FigureOf, Verdict};
pub use why::why;

/// One run of a chapter. Times are nanoseconds where it is serialised, as they
/// are in a trace.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of the program that made it.
    pub program: String,
    /// The chapter's name.
    pub chapter: String,
    /// The chapter in half a line.
    pub title: String,
    /// The chapter's options as they were set, before `speed` was applied.
    pub knobs: BTreeMap<String, String>,
    /// Every duration was divided by this.
    pub speed: f64,
    /// The clock that was asked for; a scene says which one it has.
    pub clock: Clock,
    /// The runtime that was asked for; a scene says which one it has.
    pub runtime: Runtime,
    /// What is to be said before anything runs, if there is something.
    pub notice: Option<String>,
    /// The chapter's code, in both languages.
    pub sources: Vec<Source>,
    /// The scenes that were to be played, in the chapter's order.
    pub scenes: Vec<Scene>,
    /// The chapter's other scenes, by name.
    pub left_out: Vec<String>,
    /// The code that the user reads.
    pub reading: Reading,
    /// What has to be known of the places in that code, if there is something.
    pub remark: Option<String>,
    /// The chapter's measure, if its two scenes were played to their end.
    pub verdict: Option<Verdict>,
    /// What became of the claims whose scenes were played to their end.
    pub findings: Vec<Finding>,
    /// What the chapter asks and what it says, with these knobs and at this
    /// speed; `None` of a run that is of no chapter.
    pub lesson: Option<Lesson>,
    /// The command to go on with, if there is one.
    pub next: Option<String>,
    /// Whether the user stopped the run.
    pub interrupted: bool,
}

/// One scene of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Scene {
    /// Its name.
    pub name: String,
    /// What is different in this one, in half a line.
    pub about: String,
    /// Where to look while it plays.
    pub watch: String,
    /// Whether a gain in time is measured against it.
    pub is_baseline: bool,
    /// The clock that it plays on.
    pub clock: Clock,
    /// The runtime that it plays on.
    pub runtime: Runtime,
    /// The same scene at the same knobs on the virtual clock at speed 1: what
    /// it would be on a machine that takes no time for anything. Of a scene
    /// that plays on the real clock only it is no more than an outline.
    pub ideal: Trace,
    /// What CPython does in it, if that was asked for.
    pub counterpart: Option<Counterpart>,
    /// What whoever reads Python has to know of it, if somebody does.
    pub in_python: Option<InPython>,
    /// What happened; `None` until it was played.
    pub trace: Option<Trace>,
    /// The trace in figures; `None` until it was played.
    pub measures: Option<Measures>,
    /// What has to be known to read the trace right, a sentence each.
    pub notes: Vec<String>,
    /// Why it came to no good end, if it did not: a task panicked.
    pub failure: Option<String>,
}

/// A scene on CPython, beside the same scene on tokio.
#[derive(Clone, Debug, Serialize)]
pub struct Counterpart {
    /// What CPython does, on its virtual clock at speed 1.
    pub trace: Trace,
    /// How many moments can be compared: a lane begins, speaks, or ends.
    pub moments: usize,
    /// Where the two part, if they do, at the speed of the run.
    pub parting: Option<Parting>,
    /// Why they part by nature, as the chapter has it.
    pub why: Option<String>,
    /// The lanes that are in both and are polled at other moments in the two:
    /// who is polled when is each world's own affair, and not compared.
    pub polled_apart: Vec<String>,
}

impl Report {
    /// Whether anything is measured in this run.
    pub fn is_real(&self) -> bool {
        let mut scenes = self.scenes.iter();
        scenes.any(|scene| scene.clock == Clock::Real)
    }

    /// How long all of its scenes take for real, on an ideal machine.
    pub fn length(&self) -> Duration {
        let scenes = self.scenes.iter();
        scenes.map(|scene| scene.length(self.speed)).sum()
    }

    /// Whether a claim does not hold.
    pub fn is_broken(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.status == Status::Broken)
    }

    /// Every trace of the run, each scene's followed by its counterpart's.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.scenes.iter().flat_map(Scene::traces)
    }

    /// The names of the lanes in any of the scenes, as far as they are known
    /// beforehand.
    pub fn lane_names(&self) -> impl Iterator<Item = &str> {
        let events = self.scenes.iter().flat_map(|scene| &scene.ideal.events);
        events.filter_map(|event| match &event.what {
            What::Spawn { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }
}

impl Scene {
    /// What happened in it, followed by what happens on CPython.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        let counterpart = self.counterpart.as_ref();
        let counterpart = counterpart.map(|other| &other.trace);
        // The counterpart of a scene that was not played belongs to nothing.
        let both = self.trace.iter().chain(counterpart);
        both.take(if self.trace.is_some() { 2 } else { 0 })
    }

    /// How many lines are said in it, if that is known beforehand: not of a
    /// scene that plays on the real clock only.
    pub fn expected_lines(&self) -> Option<usize> {
        let events = self.ideal.events.iter();
        let said = |event: &&Event| matches!(event.what, What::Say { .. });
        Some(events.filter(said).count()).filter(|lines| *lines > 0)
    }

    /// How long it takes for real at that speed, on an ideal machine.
    pub fn length(&self, speed: f64) -> Duration {
        Timeline::of(&self.ideal).total.div_f64(speed)
    }

    /// How much time a picture of it has to show at that speed, in whichever
    /// world goes on for longer.
    pub fn extent(&self, speed: f64) -> Duration {
        let ideal = self.ideal.elapsed.div_f64(speed);
        let played = self.trace.as_ref().map(|trace| trace.elapsed);
        let other = self.counterpart.as_ref();
        let other = other.map(|other| other.trace.elapsed.div_f64(speed));
        let others = [played, other].into_iter().flatten();
        others.fold(ideal, Duration::max)
    }

    /// Takes in what happened.
    fn played(&mut self, trace: Trace) {
        let has_thread = trace.events.iter().any(|event| {
            matches!(
                event.what,
                What::Spawn {
                    kind: LaneKind::Thread,
                    ..
                }
            )
        });
        if has_thread && trace.header.clock == Clock::Virtual {
            self.notes.push(NO_THREAD.to_owned());
        }
        let timeline = Timeline::of(&trace);
        if !trace.header.world.is_one_thread() {
            self.notes.extend(runtime::who_ran_whom(&timeline));
        }
        self.measures = Some(Measures::of(&timeline));
        self.trace = Some(trace);
    }
}

/// Both stages do so: a virtual clock stands still for a thread that runs.
const NO_THREAD: &str = "On the virtual clock no thread runs: the call is made \
    at once, on the loop's own thread, and its time is added up as if a thread \
    had taken it. On the real clock one does.";

impl Counterpart {
    /// Compares CPython's trace with tokio's ideal one, at a speed.
    fn new(
        ideal: &Trace,
        cpython: Trace,
        why: Option<&str>,
        speed: f64,
    ) -> Counterpart {
        let at_speed = (ideal.at_speed(speed), cpython.at_speed(speed));
        let parting = compare::parting(&at_speed.0, &at_speed.1);
        Counterpart {
            moments: compare::moments(&cpython).len(),
            why: why.filter(|_| parting.is_some()).map(str::to_owned),
            parting,
            polled_apart: compare::polled_apart(ideal, &cpython),
            trace: cpython,
        }
    }
}
