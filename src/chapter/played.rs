//! The scenes that were played, ready to be asked.

use std::collections::BTreeMap;
use std::time::Duration;

use super::due::{Due, is_due, most};
use super::time;
use super::{Check, Claim, Finding, Knobs};
use crate::timeline::{Lane, Timeline, Wait};
use crate::trace::{How, LaneKind, On, Outcome, Trace, WaitId, What};

/// The scenes of a chapter that were played.
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
            played.is_some_and(|(trace, _)| trace.is_whole())
        };
        claim.scenes.iter().all(whole).then(|| (claim.check)(self))
    }

    /// Begins to ask a scene that the claim names.
    pub fn ask(&self, scene: &'static str) -> Check<'_> {
        Check::new(self, scene)
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

    /// When a lane first said a line.
    pub fn said(
        &self,
        scene: &str,
        lane: &str,
        text: &str,
    ) -> Option<Duration> {
        let timeline = self.scene(scene);
        let mut lines = timeline.lines.iter();
        lines
            .find(|line| line.text == text && timeline.name(line.lane) == lane)
            .map(|line| line.at)
    }

    /// When a line was first said, on whatever lane, in words, for evidence.
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
                let how = match self.culprit(scene, lane) {
                    None => end.outcome.to_string(),
                    Some((by, How::Shutdown)) => {
                        format!("{} as {by} ended", end.outcome)
                    }
                    Some((by, How::Group)) => {
                        format!("{} with its group by {by}", end.outcome)
                    }
                    Some((by, _)) => format!("{} by {by}", end.outcome),
                };
                format!("{lane} {how} at {}", time(end.at))
            }
        }
    }

    /// Who cancelled a lane, and how, if it was cancelled and by a lane.
    pub fn culprit(&self, scene: &str, lane: &str) -> Option<(&str, How)> {
        let timeline = self.scene(scene);
        let cause = timeline.lane(lane)?.end.as_ref()?.cause?;
        Some((timeline.name(cause.by?), cause.how))
    }

    /// The ends of other lanes that a lane has awaited, in that order. Where it
    /// was the next of several, their names are joined by `or`.
    pub fn awaited(&self, scene: &str, lane: &str) -> Vec<String> {
        self.joins(scene, lane, |wait| wait.to.is_some() && !wait.dropped)
    }

    /// The same of those that it has given up to await.
    pub fn given_up(&self, scene: &str, lane: &str) -> Vec<String> {
        self.joins(scene, lane, |wait| wait.dropped)
    }

    fn joins(
        &self,
        scene: &str,
        lane: &str,
        which: impl Fn(&Wait) -> bool,
    ) -> Vec<String> {
        let timeline = self.scene(scene);
        let lane = timeline.lane(lane);
        let waits = lane.into_iter().flat_map(|lane| &lane.waits);
        let names = |wait: &Wait| match &wait.on {
            On::Join { lanes, more } => {
                let names = lanes.iter().map(|lane| timeline.name(*lane));
                let mut names = names.collect::<Vec<_>>().join(" or ");
                if *more > 0 {
                    names += " or others";
                }
                Some(names)
            }
            On::Thread { lane } => Some(timeline.name(*lane).to_owned()),
            _ => None,
        };
        waits.filter(|wait| which(wait)).filter_map(names).collect()
    }

    /// How long the timers were set for that a lane waited for.
    pub fn timers(&self, scene: &str, lane: &str) -> Vec<Duration> {
        let lane = self.scene(scene).lane(lane);
        let waits = lane.into_iter().flat_map(|lane| &lane.waits);
        let timers = waits.filter_map(|wait| match wait.on {
            On::Timer { length } => length,
            _ => None,
        });
        timers.map(Duration::from_nanos).collect()
    }

    /// What a lane is: a task, a future inside of another lane, a thread.
    pub fn kind(&self, scene: &str, lane: &str) -> Option<LaneKind> {
        Some(self.scene(scene).lane(lane)?.kind)
    }

    /// How often a lane was polled.
    pub fn polls(&self, scene: &str, lane: &str) -> usize {
        let lane = self.scene(scene).lane(lane);
        lane.map_or(0, |lane| lane.polls.len())
    }

    /// For how long in all a lane held its thread.
    pub fn held(&self, scene: &str, lane: &str) -> Duration {
        let lane = self.scene(scene).lane(lane);
        let holds = lane.into_iter().flat_map(Lane::holds);
        holds.map(|span| span.length()).sum()
    }

    /// How many lanes beside `main` there were, and how many of them ended in
    /// this way.
    pub fn lanes(&self, scene: &str, outcome: Outcome) -> (usize, usize) {
        let lanes = self.scene(scene).lanes.iter().skip(1);
        let ended = lanes
            .clone()
            .filter(|lane| lane.outcome() == Some(outcome))
            .count();
        (lanes.count(), ended)
    }

    /// The position in a scene's trace at which a lane was made.
    pub fn spawn(&self, scene: &str, lane: &str) -> Option<usize> {
        self.position(scene, lane, |what| matches!(what, What::Spawn { .. }))
    }

    /// The position in a scene's trace at which a lane was first polled.
    pub fn first_poll(&self, scene: &str, lane: &str) -> Option<usize> {
        self.position(scene, lane, |what| matches!(what, What::Poll { .. }))
    }

    /// The position at which a lane first gave its thread back.
    pub fn first_pend(&self, scene: &str, lane: &str) -> Option<usize> {
        self.position(scene, lane, |what| matches!(what, What::Pend { .. }))
    }

    /// The position at which a lane first began to wait for the end of another.
    pub fn awaits(&self, scene: &str, lane: &str) -> Option<usize> {
        self.position(
            scene,
            lane,
            |what| matches!(what, What::Wait { on, .. } if is_join(on)),
        )
    }

    /// The position at which a lane first gave up such a wait.
    pub fn gives_up(&self, scene: &str, lane: &str) -> Option<usize> {
        let events = self.trace(scene).events.iter();
        let joins = events.filter_map(|event| match &event.what {
            What::Wait { wait, on, .. } if is_join(on) => Some(*wait),
            _ => None,
        });
        let joins: Vec<WaitId> = joins.collect();
        self.position(
            scene,
            lane,
            |what| matches!(what, What::Drop { wait } if joins.contains(wait)),
        )
    }

    /// The position at which a lane ended.
    pub fn end(&self, scene: &str, lane: &str) -> Option<usize> {
        self.position(scene, lane, |what| matches!(what, What::End { .. }))
    }

    /// The position at which a lane first said a line.
    pub fn line(&self, scene: &str, lane: &str, line: &str) -> Option<usize> {
        self.position(
            scene,
            lane,
            |what| matches!(what, What::Say { text, .. } if text == line),
        )
    }

    /// The position in a scene's trace of the first event of a kind on a lane.
    fn position(
        &self,
        scene: &str,
        lane: &str,
        is: impl Fn(&What) -> bool,
    ) -> Option<usize> {
        let lanes = &self.scene(scene).lanes;
        let index = lanes.iter().position(|own| own.name == lane)?;
        let lane = u32::try_from(index).ok()?;
        self.trace(scene).first(lane, is)
    }

    /// Whether a moment or a length measured in a scene is what it should be:
    /// exactly so on the virtual clock, where timers round up to whole
    /// milliseconds; on the real one never early, and late by at most what a
    /// busy laptop may add. It does not ask what the time is to be told from:
    /// [`Check::time`] does.
    pub fn near(
        &self,
        scene: &str,
        measured: Duration,
        due: impl Into<Due>,
    ) -> bool {
        let header = &self.trace(scene).header;
        let due = due.into();
        is_due(header, measured, due, most(header, due))
    }
}

/// Whether it is for the end of another lane.
fn is_join(on: &On) -> bool {
    matches!(on, On::Join { .. } | On::Thread { .. })
}
