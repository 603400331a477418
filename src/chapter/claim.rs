//! Claims: the sentences that a chapter teaches, each an assertion over the
//! recorded traces. A claim never looks at a demo's code, only at what
//! happened.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Knobs, time};
use crate::timeline::{Lane, Timeline};
use crate::trace::{Clock, Outcome, Trace};

/// A sentence, and how to check it.
pub struct Claim {
    /// A short name, unique in its chapter.
    pub id: &'static str,
    /// The sentence as the learner reads it.
    pub says: &'static str,
    /// The scenes it speaks of: it is checked once all of them were played.
    pub scenes: &'static [&'static str],
    /// The check.
    pub check: fn(&Played) -> Finding,
}

/// What became of a claim. Each carries its evidence or its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is so, and this shows it.
    Holds(String),
    /// It is not so, and this shows it.
    Broken(String),
    /// At these knobs it says nothing, for this reason.
    Moot(String),
}

impl Finding {
    /// Whether the claim does not hold.
    pub fn is_broken(&self) -> bool {
        matches!(self, Finding::Broken(_))
    }

    /// `Holds` or `Broken`, with the same evidence.
    pub fn when(holds: bool, evidence: impl Into<String>) -> Finding {
        if holds {
            Finding::Holds(evidence.into())
        } else {
            Finding::Broken(evidence.into())
        }
    }
}

/// The scenes that were played, ready to be asked.
pub struct Played<'a> {
    /// The knobs they were played with.
    pub knobs: &'a Knobs,
    scenes: BTreeMap<&'a str, (&'a Trace, Timeline)>,
}

impl<'a> Played<'a> {
    /// Takes the traces of one chapter.
    pub fn new(knobs: &'a Knobs, traces: &'a [Trace]) -> Played<'a> {
        let scenes = traces
            .iter()
            .map(|trace| (trace.header.name(), (trace, Timeline::of(trace))))
            .collect();
        Played { knobs, scenes }
    }

    /// Checks a claim, if all the scenes that it speaks of were played to
    /// their end.
    pub fn check(&self, claim: &Claim) -> Option<Finding> {
        let whole = |scene: &&str| {
            let played = self.scenes.get(scene);
            played.is_some_and(|(trace, _)| !trace.interrupted)
        };
        claim.scenes.iter().all(whole).then(|| (claim.check)(self))
    }

    /// What happened in a scene, if it was played.
    pub fn get(&self, scene: &str) -> Option<&Timeline> {
        self.scenes.get(scene).map(|(_, timeline)| timeline)
    }

    /// What happened in a scene that the claim names.
    ///
    /// # Panics
    /// If the claim does not name the scene: it is only checked when all the
    /// scenes that it names were played, and a test checks every claim.
    pub fn scene(&self, scene: &str) -> &Timeline {
        &self.both(scene).1
    }

    /// The events of a scene that the claim names, for questions of order: on
    /// the virtual clock many things happen at one moment, one by one.
    ///
    /// # Panics
    /// As [`scene`](Played::scene).
    pub fn trace(&self, scene: &str) -> &Trace {
        self.both(scene).0
    }

    fn both(&self, scene: &str) -> &(&'a Trace, Timeline) {
        self.scenes.get(scene).unwrap_or_else(|| {
            panic!("the claim does not name the scene {scene}")
        })
    }

    /// How long a scene took.
    pub fn total(&self, scene: &str) -> Duration {
        self.scene(scene).total
    }

    /// Whether a scene said a line, and for the first time when it should.
    pub fn said_at(&self, scene: &str, text: &str, expected: Duration) -> bool {
        let said = self.scene(scene).said(text);
        said.is_some_and(|at| self.near(scene, at, expected))
    }

    /// Whether a lane of a scene ended as it should and when it should.
    pub fn ended_at(
        &self,
        scene: &str,
        lane: &str,
        outcome: Outcome,
        expected: Duration,
    ) -> bool {
        let end = self
            .scene(scene)
            .lane(lane)
            .and_then(|lane| lane.end.as_ref());
        end.is_some_and(|end| {
            end.outcome == outcome && self.near(scene, end.at, expected)
        })
    }

    /// When a line was first said, in words, for evidence.
    pub fn when_said(&self, scene: &str, text: &str) -> String {
        self.scene(scene)
            .said(text)
            .map_or("never".to_owned(), time)
    }

    /// How and when a lane ended, in words, for evidence.
    pub fn fate(&self, scene: &str, lane: &str) -> String {
        match self.scene(scene).lane(lane) {
            None => format!("{lane} was never spawned"),
            Some(Lane { end: None, .. }) => format!("{lane} never ended"),
            Some(Lane { end: Some(end), .. }) => {
                format!("{lane} {} at {}", end.outcome, time(end.at))
            }
        }
    }

    /// Whether a moment or a length measured in a scene is what it should be:
    /// exactly so on the virtual clock, where timers round up to whole
    /// milliseconds; on the real one never early, and late by at most what a
    /// busy laptop's scheduler may add.
    pub fn near(
        &self,
        scene: &str,
        measured: Duration,
        expected: Duration,
    ) -> bool {
        let header = &self.both(scene).0.header;
        let expected = if header.clock == Clock::Virtual {
            whole_millis(expected)
        } else {
            expected
        };
        let (early, late) = match header.clock {
            Clock::Virtual if header.speed == 1.0 => {
                (Duration::ZERO, Duration::ZERO)
            }
            // Divided durations have fractions of a millisecond, and timers
            // do not.
            Clock::Virtual => (ROUNDING, ROUNDING * 10),
            Clock::Real => (ROUNDING, SLACK.max(expected / 10)),
        };
        measured + early >= expected && measured <= expected + late
    }
}

/// A wait as tokio's timers take it: rounded up to whole milliseconds.
fn whole_millis(time: Duration) -> Duration {
    let rest = time.subsec_nanos() % 1_000_000;
    let missing = (1_000_000 - rest) % 1_000_000;
    time + Duration::from_nanos(missing.into())
}

const ROUNDING: Duration = Duration::from_millis(1);

/// How late a busy laptop may be before a claim does not hold any more.
const SLACK: Duration = Duration::from_millis(100);

/// What happened at these positions of a trace, in words and in order, for
/// evidence: on the virtual clock it may all have been at one moment.
pub fn in_order(happened: &mut [(usize, &str)]) -> String {
    happened.sort_unstable();
    let words = happened.iter().map(|(_, words)| *words);
    words.collect::<Vec<_>>().join(", then ")
}
