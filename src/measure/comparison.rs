//! Scenes compared: what was measured of each, and what the gain is. Plain
//! values, from which every table, file and sentence follows. All times are in
//! seconds.

use std::collections::BTreeMap;

use serde::Serialize;

use super::experiment::Taken;
use super::machine::{Load, Machine};
use super::stats::{
    Interval, Summary, deviation_of_ratio, interval_of_ratio, outliers,
};
use crate::chapter::Measure;

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
    /// The positions of the figures that are out of line.
    pub outliers: Vec<usize>,
    /// Why there are no more, if it could not be measured.
    pub unfit: Option<String>,
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
        taken: Taken<f64>,
    ) -> Row {
        Row {
            world: world.to_owned(),
            scene: scene.to_owned(),
            is_baseline,
            ideal,
            summary: Summary::of(&taken.figures),
            outliers: outliers(&taken.figures),
            figures: taken.figures,
            warmups: taken.warmups,
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
                format!("{ratio} \u{b1} {deviation:.digits$}")
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

impl Comparisons {
    /// What a reader has to know before believing the figures, a sentence
    /// each.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let several = self.comparisons.len() > 1;
        for comparison in &self.comparisons {
            for row in &comparison.rows {
                let name = comparison.name_of(row, several);
                remarks.extend(row.remarks(&name));
            }
        }
        remarks.extend(self.setup.remarks());
        remarks.extend(self.load.remarks());
        remarks
    }
}

impl Setup {
    /// What is to be said of how it was measured.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.runs < super::stats::FEWEST {
            remarks.push(format!(
                "With fewer than {} runs nothing can be said with 95% \
                 confidence.",
                super::stats::FEWEST
            ));
        }
        if self.machine.build == "debug" {
            remarks.push(
                "This is a debug build: what it measures beside the waits is \
                 slower than in a release build."
                    .to_owned(),
            );
        }
        remarks
    }

    /// The machine and the versions, in words.
    pub fn words(&self) -> String {
        let mut words = vec![
            self.machine.words(),
            format!("asyncade {}", self.machine.asyncade),
        ];
        words.extend(self.tokio.as_ref().map(|v| format!("tokio {v}")));
        words.extend(self.cpython.as_ref().map(|v| format!("CPython {v}")));
        words.push(self.machine.date.clone());
        format!("{}.", words.join("; "))
    }

    /// How often, in words.
    pub fn runs_in_words(&self) -> String {
        let count = |n: usize, one: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{n} {one}s"),
        };
        let at = match self.speed {
            1.0 => String::new(),
            speed => format!(" at --speed {speed}"),
        };
        let warmups = match self.warmups {
            0 => "without a warm-up".to_owned(),
            warmups => format!("after {}", count(warmups, "warm-up")),
        };
        format!(
            "{} of each scene{at} {warmups}, in random order; seed {}.",
            count(self.runs, "run"),
            self.seed
        )
    }
}

impl Comparison {
    /// The gain that a row shows: that of a scene over its baseline in the
    /// same world.
    pub fn gain_of(&self, row: &Row) -> Option<&Gain> {
        let mut gains = self.gains.iter();
        gains.find(|gain| !row.is_baseline && gain.world == row.world)
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

/// What is so near the median changes nothing, however far out of line.
const NEAR: f64 = 0.01;

impl Row {
    fn remarks(&self, name: &str) -> Vec<String> {
        let mut remarks = Vec::new();
        let Some(summary) = &self.summary else {
            return remarks;
        };
        let is_far = |figure: f64| {
            (figure - summary.median).abs() > NEAR * summary.median
        };
        let out = self.outliers.iter().map(|index| self.figures[*index]);
        let out: Vec<f64> = out.filter(|figure| is_far(*figure)).collect();
        let first_is_slow = self.warmups.is_empty()
            && self.outliers.contains(&0)
            && self.figures[0] > summary.median * (1.0 + NEAR);
        if first_is_slow {
            remarks.push(format!(
                "The first run of {name} was the odd one: {} against {} in the \
                 middle. With --warmup 1 it would not count.",
                seconds(self.figures[0]),
                seconds(summary.median)
            ));
        } else if !out.is_empty() {
            let figures: Vec<String> =
                out.iter().map(|x| seconds(*x)).collect();
            remarks.push(format!(
                "{} of {} runs of {name} out of line, by the modified z-score: \
                 {}. Something else was in the way.",
                out.len(),
                summary.runs,
                figures.join(", ")
            ));
        }
        if let Some(first) = self.warmups.first()
            && *first > summary.max
            && *first > summary.median * (1.0 + 5.0 * NEAR)
        {
            remarks.push(format!(
                "The first run of {name} took {}, {} in the middle later on: \
                 it was a warm-up, and does not count.",
                seconds(*first),
                seconds(summary.median)
            ));
        }
        remarks
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
