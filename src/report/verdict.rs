//! The verdict: the chapter's measure, taken of the two scenes that it
//! compares.

use std::time::Duration;

use serde::Serialize;

use super::{Report, Scene};
use crate::chapter::{self, Chapter, Played, time};
use crate::timeline::Timeline;
use crate::trace::{Clock, as_nanos};

/// What is compared.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// What the figures are, as in `total time`.
    pub what: String,
    /// The baseline's first.
    pub figures: Vec<FigureOf>,
    /// How many times the baseline's the figure is, if there is an honest
    /// ratio.
    pub ratio: Option<f64>,
    /// What else is to be said, a sentence each.
    pub notes: Vec<String>,
}

/// One scene's figure.
#[derive(Clone, Debug, Serialize)]
pub struct FigureOf {
    /// The scene.
    pub scene: String,
    /// Its figure.
    pub figure: Figure,
    /// What is special about it, as in `virtual clock, not measured`.
    pub remark: Option<String>,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Figure {
    /// A time: less is better.
    Time(#[serde(serialize_with = "as_nanos")] Duration),
    /// A yes or no.
    Fact(bool),
}

impl Verdict {
    /// A ratio as one says it: `2.0x`, `36x`.
    pub fn ratio_in_words(ratio: f64) -> String {
        if ratio < 10.0 {
            format!("{ratio:.1}x")
        } else {
            format!("{ratio:.0}x")
        }
    }
}

/// A baseline shorter than this says nothing on the real clock.
const MEASURABLE: Duration = Duration::from_millis(20);

/// How a time is read off a timeline.
type Reading = fn(&Timeline) -> Option<Duration>;

/// The verdict, if both scenes that it compares were played and have a figure.
pub(super) fn verdict(
    chapter: &Chapter,
    report: &Report,
    played: &Played,
) -> Option<Verdict> {
    let measure = &chapter.measure;
    let baseline = played.get(measure.baseline)?;
    let scene = played.get(measure.scene)?;
    let of = |scene: &str, figure| FigureOf {
        scene: scene.to_owned(),
        figure,
        remark: None,
    };
    let mut verdict = Verdict {
        what: measure.what.to_owned(),
        figures: Vec::new(),
        ratio: None,
        notes: Vec::new(),
    };
    match measure.figure {
        chapter::Figure::Fact(fact) => {
            let figure = |timeline| Figure::Fact(fact(timeline));
            verdict.figures.push(of(measure.baseline, figure(baseline)));
            verdict.figures.push(of(measure.scene, figure(scene)));
            let note = "Nothing here is faster, and no speed-up is claimed.";
            verdict.notes.push(note.to_owned());
        }
        chapter::Figure::Time(reading) => {
            let (before, after) = (reading(baseline)?, reading(scene)?);
            verdict
                .figures
                .push(of(measure.baseline, Figure::Time(before)));
            verdict.figures.push(of(measure.scene, Figure::Time(after)));
            let planned = |name: &str| {
                report.scenes.iter().find(|scene| scene.name == name)
            };
            let scenes = (planned(measure.baseline)?, planned(measure.scene)?);
            if scenes.0.clock != scenes.1.clock {
                let remark = "on the virtual clock: not measured, so no ratio";
                verdict.figures[0].remark = Some(remark.to_owned());
            } else if scenes.0.clock == Clock::Real && before < MEASURABLE {
                let note = "Too short to be compared: what timers and \
                            schedulers add is as large.";
                verdict.notes.push(note.to_owned());
                return Some(verdict);
            } else {
                verdict.ratio = quotient(before, after);
                verdict.notes.extend(ideal(scenes, reading, report.speed));
            }
            if after != scene.total {
                verdict.notes.extend(totals(baseline, scene));
            }
        }
    }
    Some(verdict)
}

/// What the ratio would be on a machine that takes no time for anything.
fn ideal(
    scenes: (&Scene, &Scene),
    reading: Reading,
    speed: f64,
) -> Option<String> {
    let figure = |scene: &Scene| reading(&Timeline::of(&scene.ideal));
    let (before, after) = (figure(scenes.0)?, figure(scenes.1)?);
    let (before, after) = (before.div_f64(speed), after.div_f64(speed));
    let ratio = Verdict::ratio_in_words(quotient(before, after)?);
    let (before, after) = (time(before), time(after));
    Some(format!("The ideal is {ratio}: {before} against {after}."))
}

/// Where the gain is not in the total time, the totals say so.
fn totals(baseline: &Timeline, scene: &Timeline) -> Option<String> {
    let (before, after) = (baseline.total, scene.total);
    let ratio = Verdict::ratio_in_words(quotient(before, after)?);
    let (before, after) = (time(before), time(after));
    Some(format!("The totals are {before} and {after}, {ratio}."))
}

/// How many times longer the first is, if the second takes any time.
fn quotient(a: Duration, b: Duration) -> Option<f64> {
    (!b.is_zero()).then(|| a.as_secs_f64() / b.as_secs_f64())
}
