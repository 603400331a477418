//! Two worlds, one scene: what can be compared between tokio's trace and
//! CPython's, and where the two part. Turns on the thread are not compared:
//! who is polled how often is each runtime's own affair.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use crate::chapter::{clock, time};
use crate::timeline::Timeline;
use crate::trace::{LaneId, LaneKind, Outcome, Trace, What};

/// Something that must happen in both worlds, at the same time and in the same
/// order: a lane begins, says something, or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Duration,
    /// What, with the lane's name: `B: B done`, `B finished`.
    pub what: String,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", clock(self.at), self.what)
    }
}

/// Where two traces part: the first moment of each that the other does not
/// have there. `None` where a trace is already over.
#[derive(Clone, Debug, PartialEq, Eq)]
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
pub fn moments(trace: &Trace) -> Vec<Moment> {
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
pub fn lines(trace: &Trace) -> Vec<String> {
    let timeline = Timeline::of(trace);
    let lines = timeline.lines.iter();
    lines
        .map(|line| {
            let lane = timeline.name(line.lane);
            format!("{} {lane}: {}", time(line.at), line.text)
        })
        .collect()
}
