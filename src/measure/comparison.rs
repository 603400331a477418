//! Scenes compared: what was measured of each, and what the gain is. Plain
//! values, from which every table, file and sentence follows. All times are in
//! seconds.

use std::collections::BTreeMap;

use serde::Serialize;

use super::experiment::Taken;
use super::machine::{Load, Machine};
use super::stats::{
    Interval, Summary, deviation_of_ratio, interval_of_ratio, mean, outliers,
};
use crate::chapter::Measure;
use crate::stage::Runtime;

/// Everything that was compared, and under which circumstances.
#[derive(Clone, Debug, Serialize)]
pub struct Comparisons {
    /// How it was measured.
    pub setup: Setup,
    /// A chapter each.
    pub comparisons: Vec<Comparison>,
    /// The chapters that were left out, each with the reason.
    pub left_out: Vec<LeftOut>,
    /// What else the machine did meanwhile.
    pub load: Load,
    /// Whether the user stopped it.
    pub interrupted: bool,
}

/// How something was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Setup {
    /// The command that does the same again.
    pub command: String,
    /// What it was measured on.
    pub machine: Machine,
    /// The version of tokio.
    pub tokio: Option<String>,
    /// The version of CPython, if that was measured too.
    pub cpython: Option<String>,
    /// How often each scene runs that counts.
    pub runs: usize,
    /// How often before that.
    pub warmups: usize,
    /// Every duration was divided by this.
    pub speed: f64,
    /// Tokio's runtime, for every scene that is not about one of its own.
    pub runtime: Runtime,
    /// What the orders and the intervals are drawn with.
    pub seed: u64,
}

/// A chapter that was not measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub chapter: String,
    /// Why: what goes on after `it`.
    pub why: String,
    /// The command to use instead.
    pub instead: String,
}

/// A chapter's scenes, compared.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The chapter.
    pub chapter: String,
    /// What is measured, as in `total time`.
    pub what: String,
    /// The chapter's options, before the speed was applied.
    pub knobs: BTreeMap<String, String>,
    /// What was measured, a scene in a world each.
    pub rows: Vec<Row>,
    /// What came of it, a world each.
    pub gains: Vec<Gain>,
}

/// What was measured of a scene in a world.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// `tokio`, or `CPython`.
    pub world: String,
    /// The scene.
    pub scene: String,
    /// Whether the gain is measured against it.
    pub is_baseline: bool,
    /// What the figure would be on a machine that takes no time for anything,
    /// if that is known.
    pub ideal: Option<f64>,
    /// The figures summed up, if there is any.
    pub summary: Option<Summary>,
    /// The figures, in the order of the runs.
    pub figures: Vec<f64>,
    /// Those of the runs before, which do not count.
    pub warmups: Vec<f64>,
    /// The mean of the total times, whatever the figure is.
    pub total: Option<f64>,
    /// The positions of the figures that are out of line.
    pub outliers: Vec<usize>,
    /// Why there are no more, if it could not be measured.
    pub unfit: Option<String>,
}

/// What one run of a scene gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The chapter's figure.
    pub figure: f64,
    /// The total time.
    pub total: f64,
}

/// How much better a scene is than its baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gain {
    /// `tokio`, or `CPython`.
    pub world: String,
    /// The scene that it is measured against.
    pub baseline: String,
    /// The scene.
    pub scene: String,
    /// How many times the scene's mean the baseline's is.
    pub speed_up: f64,
    /// How far that varies from run to run.
    pub deviation: Option<f64>,
    /// Where it is with 95 % confidence.
    pub interval: Option<Interval>,
    /// What it would be on a machine that takes no time for anything.
    pub ideal: Option<f64>,
    /// What part of the ideal that is.
    pub efficiency: Option<f64>,
    /// In words.
    pub sentence: String,
}

/// A baseline with a mean below this, in seconds, says nothing: what timers and
/// schedulers add is as large.
pub const MEASURABLE: f64 = 0.02;

/// A speed-up below this is none: with one digit, it would be 1.0x.
pub const LEAST_GAIN: f64 = 1.05;

impl Row {
    /// What was measured of a scene.
    pub fn new(
        (world, scene): (&str, &str),
        is_baseline: bool,
        ideal: Option<f64>,
        taken: Taken<Measured>,
    ) -> Row {
        let figures = |measured: &[Measured]| -> Vec<f64> {
            measured.iter().map(|measured| measured.figure).collect()
        };
        let totals = taken.figures.iter().map(|measured| measured.total);
        let total = mean(&totals.collect::<Vec<f64>>());
        let (figures, warmups) =
            (figures(&taken.figures), figures(&taken.warmups));
        Row {
            world: world.to_owned(),
            scene: scene.to_owned(),
            is_baseline,
            ideal,
            summary: Summary::of(&figures),
            outliers: outliers(&figures),
            figures,
            warmups,
            total,
            unfit: taken.unfit,
        }
    }
}

impl Gain {
    /// Compares a scene with its baseline; `None` if there is nothing to
    /// compare, or if it is too short for that.
    pub fn of(
        baseline: &Row,
        scene: &Row,
        measure: &Measure,
        seed: u64,
    ) -> Option<Gain> {
        let (before, after) = (baseline.summary.as_ref()?, &scene.summary);
        let after = after.as_ref()?;
        if before.mean < MEASURABLE || after.mean <= 0.0 {
            return None;
        }
        let speed_up = before.mean / after.mean;
        let ideals = baseline.ideal.zip(scene.ideal);
        let ideal = ideals.filter(|(_, after)| *after > 0.0);
        let ideal = ideal.map(|(before, after)| before / after);
        let deviation = deviation_of_ratio(before, after);
        let interval =
            interval_of_ratio(&baseline.figures, &scene.figures, seed);
        let mut gain = Gain {
            world: scene.world.clone(),
            baseline: baseline.scene.clone(),
            scene: scene.scene.clone(),
            speed_up,
            deviation,
            interval,
            ideal,
            efficiency: ideal.map(|ideal| speed_up / ideal),
            sentence: String::new(),
        };
        gain.sentence = gain.in_words(measure.gain);
        Some(gain)
    }

    /// As in `async was 2.99 ± 0.01 times faster than sync.`
    fn in_words(&self, words: &str) -> String {
        let in_doubt = self.interval.is_some_and(|interval| {
            (interval.low..=interval.high).contains(&1.0)
        });
        let times = match self.speed_up >= LEAST_GAIN && !in_doubt {
            true => format!("{} times", self.in_figures()),
            false => "no".to_owned(),
        };
        let place = match self.world.as_str() {
            "tokio" => String::new(),
            world => format!("On {world} "),
        };
        let (scene, baseline) = (&self.scene, &self.baseline);
        let gain = words.replace("{}", &times);
        format!("{place}{scene} {gain} {baseline}.")
    }

    /// As in `2.99 ± 0.01`.
    pub fn in_figures(&self) -> String {
        let ratio = ratio(self.speed_up);
        match self.deviation {
            Some(deviation) => {
                let digits = digits(self.speed_up);
                let shown = format!("{deviation:.digits$}");
                // What rounds to nothing is not nothing.
                let is_nothing = !shown.contains(|c: char| c > '0' && c <= '9');
                if deviation > 0.0 && is_nothing {
                    let least = 0.1_f64.powi(digits as i32);
                    return format!("{ratio} \u{b1} <{least:.digits$}");
                }
                format!("{ratio} \u{b1} {shown}")
            }
            None => ratio,
        }
    }
}

/// A ratio with as many digits as anybody reads.
pub fn ratio(ratio: f64) -> String {
    format!("{ratio:.*}", digits(ratio))
}

fn digits(ratio: f64) -> usize {
    match ratio {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    }
}

impl Comparison {
    /// The gain that a row shows: that of a scene over its baseline in the
    /// same world.
    pub fn gain_of(&self, row: &Row) -> Option<&Gain> {
        let mut gains = self.gains.iter();
        gains.find(|gain| !row.is_baseline && gain.world == row.world)
    }

    /// The total times, if they are not what is measured: a gain somewhere
    /// else does not make them shorter.
    pub fn totals(&self) -> Option<String> {
        let is_other = |row: &Row| {
            let mean = row.summary.as_ref().map(|summary| summary.mean);
            let both = row.total.zip(mean);
            both.is_some_and(|(total, mean)| {
                total > mean * (1.0 + super::remarks::NEAR)
            })
        };
        if !self.rows.iter().any(is_other) {
            return None;
        }
        let rows = self.rows.iter().filter_map(|row| {
            let name = self.name_of(row, false);
            Some(format!("{} in {name}", seconds(row.total?)))
        });
        Some(format!("In all: {}.", rows.collect::<Vec<_>>().join(", ")))
    }

    /// What a row is called among the others.
    pub fn name_of(&self, row: &Row, with_chapter: bool) -> String {
        let mut name = row.scene.clone();
        if with_chapter {
            name = format!("{} of {}", row.scene, self.chapter);
        }
        if row.world != "tokio" {
            name = format!("{name} on {}", row.world);
        }
        name
    }
}

/// A deviation in words: what rounds to nothing is not nothing.
pub fn deviation_in_words(deviation: f64) -> String {
    if 0.0 < deviation && deviation < 0.0005 {
        return "<0.001s".to_owned();
    }
    seconds(deviation)
}

/// Seconds in words.
pub fn seconds(seconds: f64) -> String {
    let time = std::time::Duration::try_from_secs_f64(seconds);
    crate::chapter::clock(time.unwrap_or_default())
}
