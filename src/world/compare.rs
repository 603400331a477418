//! Two worlds, one scene: what can be compared between tokio's trace and
//! CPython's, and where the two part. Turns on the thread are not compared:
//! who is polled how often is each runtime's own affair.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::chapter::{Fork, clock, time};
use crate::system::foreign::clean;
use crate::timeline::{Lane, Timeline};
use crate::trace::{
    Cause, How, LaneId, LaneKind, Outcome, Trace, What, as_nanos,
};

/// Something that must happen in both worlds, at the same time and in the same
/// order: a lane begins, says something, or ends; if it was cancelled, by whom.
/// By which means is not compared: where asyncio's group cancels its tasks,
/// `JoinSet::shutdown` aborts them. But it is one thing to be cancelled by main
/// and another to end because main has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When, counted from the scene's start.
    #[serde(serialize_with = "as_nanos")]
    pub at: Duration,
    /// What, with the lane's name: `B: B done`, `B finished`, `B cancelled by
    /// main`, `B cancelled as main ended`.
    pub what: String,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", clock(self.at), clean(&self.what))
    }
}

/// Where two traces part: the first moment of each that the other does not
/// have there. `None` where a trace is already over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parting {
    /// In tokio's trace.
    pub tokio: Option<Moment>,
    /// In CPython's.
    pub cpython: Option<Moment>,
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |moment: &Option<Moment>| match moment {
            Some(moment) => moment.to_string(),
            None => "nothing more".to_owned(),
        };
        let (tokio, cpython) = (words(&self.tokio), words(&self.cpython));
        write!(f, "tokio: {tokio}; CPython: {cpython}")
    }
}

impl Parting {
    /// Whether the two traces part just where a chapter says that they do.
    pub fn is(&self, fork: &Fork) -> bool {
        let what = |moment: &Option<Moment>, here: &str| {
            moment.as_ref().is_some_and(|moment| moment.what == here)
        };
        what(&self.tokio, &fork.tokio) && what(&self.cpython, &fork.cpython)
    }
}

/// Whether two traces part just where a chapter says that they do; not at all
/// if it says nothing of the kind.
pub fn is_expected(found: Option<&Parting>, fork: Option<&Fork>) -> bool {
    match (found, fork) {
        (None, None) => true,
        (Some(found), Some(fork)) => found.is(fork),
        _ => false,
    }
}

/// The trace of a scene among others.
pub fn of_scene<'a>(traces: &'a [Trace], scene: &str) -> Option<&'a Trace> {
    traces.iter().find(|trace| trace.header.name() == scene)
}

/// Where two traces of one scene part, if they do.
pub fn parting(tokio: &Trace, cpython: &Trace) -> Option<Parting> {
    let (tokio, cpython) = (moments(tokio), moments(cpython));
    let same = tokio.iter().zip(&cpython).take_while(|(a, b)| a == b);
    let same = same.count();
    let next = |moments: &[Moment]| moments.get(same).cloned();
    let (tokio, cpython) = (next(&tokio), next(&cpython));
    (tokio.is_some() || cpython.is_some()).then_some(Parting { tokio, cpython })
}

/// Everything of a trace that can be compared, in order.
pub(crate) fn moments(trace: &Trace) -> Vec<Moment> {
    let mut names: HashMap<LaneId, &str> = HashMap::new();
    let mut moments = Vec::new();
    for event in &trace.events {
        if let What::Spawn { name, .. } = &event.what {
            names.insert(event.lane, name);
        }
        let name = names.get(&event.lane).copied().unwrap_or("?");
        let what = match &event.what {
            What::Spawn { kind, parent, .. } => {
                let thread = match kind {
                    LaneKind::Thread => " as a thread",
                    _ => "",
                };
                match parent.and_then(|parent| names.get(&parent)) {
                    Some(parent) => {
                        format!("{name} spawned by {parent}{thread}")
                    }
                    None => format!("{name} spawned{thread}"),
                }
            }
            What::Say { text, .. } => format!("{name}: {text}"),
            What::End {
                outcome: Outcome::Failed,
                detail,
                ..
            } => {
                let detail = detail.as_deref().unwrap_or_default();
                format!("{name} failed: {detail}")
            }
            What::End {
                outcome: Outcome::Cancelled,
                cause: Some(Cause { by: Some(by), how }),
                ..
            } => {
                let by = names.get(by).copied().unwrap_or("?");
                match how {
                    How::Shutdown => format!("{name} cancelled as {by} ended"),
                    _ => format!("{name} cancelled by {by}"),
                }
            }
            What::End { outcome, .. } => format!("{name} {outcome}"),
            _ => continue,
        };
        let at = event.at();
        moments.push(Moment { at, what });
    }
    moments
}

/// What is said in a trace, each line with its time and its lane:
/// `2s World: World`.
pub(crate) fn lines(trace: &Trace) -> Vec<String> {
    let timeline = Timeline::of(trace);
    let lines = timeline.lines.iter();
    lines
        .map(|line| {
            let lane = timeline.name(line.lane);
            format!("{} {lane}: {}", time(line.at), line.text)
        })
        .collect()
}

/// The lanes of both worlds that are polled at other moments in the two, by
/// name. Two polls at one moment are one moment.
pub(crate) fn polled_apart(tokio: &Trace, cpython: &Trace) -> Vec<String> {
    let (tokio, cpython) = (Timeline::of(tokio), Timeline::of(cpython));
    pairs(&tokio, &cpython)
        .filter_map(|(lane, other)| {
            let mut polls = [lane.polls.clone(), other?.polls.clone()];
            polls.iter_mut().for_each(Vec::dedup);
            (polls[0] != polls[1]).then(|| lane.name.clone())
        })
        .collect()
}

/// Each lane of tokio's with CPython's lane of that name: the first with the
/// first, the second with the second.
pub(crate) fn pairs<'a>(
    tokio: &'a Timeline,
    cpython: &'a Timeline,
) -> impl Iterator<Item = (&'a Lane, Option<&'a Lane>)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut others: HashMap<&str, Vec<&Lane>> = HashMap::new();
    for lane in &cpython.lanes {
        others.entry(&lane.name).or_default().push(lane);
    }
    tokio.lanes.iter().map(move |lane| {
        let seen = seen.entry(&lane.name).or_default();
        let named = others.get(lane.name.as_str());
        let other = named.and_then(|lanes| lanes.get(*seen)).copied();
        *seen += 1;
        (lane, other)
    })
}

/// The lanes of CPython's that tokio has none for.
pub(crate) fn alone<'a>(
    tokio: &Timeline,
    cpython: &'a Timeline,
) -> Vec<&'a Lane> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for lane in &tokio.lanes {
        *left.entry(&lane.name).or_default() += 1;
    }
    let mut alone = Vec::new();
    for lane in &cpython.lanes {
        match left.get_mut(lane.name.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => alone.push(lane),
        }
    }
    alone
}
