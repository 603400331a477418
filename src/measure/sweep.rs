//! One chapter at many settings of its knobs: how the speed-up goes with them.
//! All times are in seconds.

use std::collections::BTreeMap;

use serde::Serialize;

use super::comparison::{Comparison, Setup};
use super::machine::Load;
use super::stats::Interval;

/// What was swept.
#[derive(Clone, Debug, Serialize)]
pub struct Sweep {
    /// How it was measured.
    pub setup: Setup,
    /// The chapter.
    pub chapter: String,
    /// What is measured, as in `total time`.
    pub what: String,
    /// The knobs that change, in the order that they were given.
    pub knobs: Vec<String>,
    /// The settings, in order.
    pub points: Vec<Point>,
    /// What else the machine did meanwhile.
    pub load: Load,
    /// Whether the user stopped it.
    pub interrupted: bool,
}

/// One setting.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// What the swept knobs are set to.
    pub values: BTreeMap<String, String>,
    /// How long the baseline takes: the mean, or what was computed.
    pub baseline: Option<f64>,
    /// How long the scene takes.
    pub scene: Option<f64>,
    /// How many times as long the baseline takes.
    pub speed_up: Option<f64>,
    /// Where that is with 95 % confidence, if it was measured.
    pub interval: Option<Interval>,
    /// What it is on a machine that takes no time for anything.
    pub ideal: Option<f64>,
    /// It would have taken too long: these figures are of the virtual clock,
    /// and nothing was measured.
    pub is_computed: bool,
    /// Everything that was measured, if anything was.
    pub measured: Option<Comparison>,
}

impl Point {
    /// A point that was measured.
    pub fn measured(
        values: BTreeMap<String, String>,
        ideal: Option<f64>,
        comparison: Comparison,
    ) -> Point {
        let mean = |index: usize| {
            let row = comparison.rows.get(index)?;
            Some(row.summary.as_ref()?.mean)
        };
        let gain = comparison.gains.first();
        Point {
            values,
            baseline: mean(0),
            scene: mean(1),
            speed_up: gain.map(|gain| gain.speed_up),
            interval: gain.and_then(|gain| gain.interval),
            ideal,
            is_computed: false,
            measured: Some(comparison),
        }
    }

    /// A point that was computed.
    pub fn computed(
        values: BTreeMap<String, String>,
        baseline: Option<f64>,
        scene: Option<f64>,
    ) -> Point {
        let both = baseline.zip(scene);
        let both = both.filter(|(_, scene)| *scene > 0.0);
        let ideal = both.map(|(baseline, scene)| baseline / scene);
        Point {
            values,
            baseline,
            scene,
            speed_up: ideal,
            interval: None,
            ideal,
            is_computed: true,
            measured: None,
        }
    }

    /// Its settings, as in `tasks 10, delay 1s`, in this order.
    pub fn label(&self, knobs: &[String]) -> String {
        let values = knobs.iter().filter_map(|knob| {
            Some(format!("{knob} {}", self.values.get(knob)?))
        });
        values.collect::<Vec<_>>().join(", ")
    }
}

impl Sweep {
    /// What a reader has to know before believing the figures.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.points.iter().any(|point| !point.is_computed) {
            remarks.extend(self.setup.remarks());
            remarks.extend(self.load.remarks());
        }
        remarks
    }
}
