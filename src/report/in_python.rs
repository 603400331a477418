//! A scene for whoever reads Python: where `demo.py` says its lines, and what
//! CPython does where the two worlds part.

use std::time::Duration;

use serde::Serialize;

use super::Counterpart;
use super::places::Places;
use crate::chapter::Fork;
use crate::timeline::Timeline;
use crate::trace::{Place, Trace, as_nanos};

/// A scene as `demo.py` has it.
#[derive(Clone, Debug, Serialize)]
pub struct InPython {
    /// Where its lines are said.
    pub places: Places,
    /// Where CPython does something else, if it does.
    pub apart: Option<Apart>,
}

/// Where CPython does something else than tokio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Apart {
    /// What happens there in each of the two, in words.
    pub at: String,
    /// Why, as the chapter has it.
    pub why: Option<String>,
    /// What CPython says from there on, at the speed of the run. Empty if it
    /// says nothing more, or if no run of CPython's was at hand.
    pub instead: Vec<Said>,
}

/// A line that CPython says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// When.
    #[serde(serialize_with = "as_nanos")]
    pub at: Duration,
    /// The name of the lane that says it.
    pub lane: String,
    /// What it says.
    pub text: String,
    /// Where in `demo.py`.
    pub place: Place,
}

impl Apart {
    /// As a comparison with tokio's ideal trace found it.
    pub(super) fn found(
        ideal: &Trace,
        other: &Counterpart,
        speed: f64,
    ) -> Option<Apart> {
        let parting = other.parting.as_ref()?;
        let tokio = Timeline::of(&ideal.at_speed(speed));
        let timeline = Timeline::of(&other.trace.at_speed(speed));
        // What both say, in the same moment but before they part, is nothing
        // that CPython says instead.
        let said = |timeline: &Timeline| -> Vec<_> {
            let lines = timeline.lines.iter();
            let said = lines.map(|line| {
                let lane = timeline.name(line.lane).to_owned();
                (line.at, lane, line.text.clone())
            });
            said.collect()
        };
        let (ours, theirs) = (said(&tokio), said(&timeline));
        let same = ours.iter().zip(&theirs).take_while(|(a, b)| a == b);
        let same = same.count();
        let from = parting.cpython.as_ref().map(|moment| moment.at);
        let lines = timeline.lines.iter().skip(same);
        // With nothing more to come there is no moment to begin at.
        let lines =
            lines.filter(|line| from.is_some_and(|from| line.at >= from));
        Some(Apart {
            at: parting.to_string(),
            why: other.why.clone(),
            instead: lines
                .map(|line| Said {
                    at: line.at,
                    lane: timeline.name(line.lane).to_owned(),
                    text: line.text.clone(),
                    place: line.place.clone(),
                })
                .collect(),
        })
    }

    /// As the chapter has it, without a run of CPython's.
    pub(super) fn expected(fork: &Fork, why: &str) -> Apart {
        let Fork { tokio, cpython } = fork;
        Apart {
            at: format!("tokio: {tokio}; CPython: {cpython}"),
            why: Some(why.to_owned()),
            instead: Vec::new(),
        }
    }
}
