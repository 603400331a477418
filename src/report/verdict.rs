//! The verdict: the chapter's measure, taken of the two scenes that it
//! compares.

use std::time::Duration;

use serde::Serialize;

use super::{Report, Scene};
use crate::chapter::{self, Chapter, Played, clock, time};
use crate::measure::comparison::{LEAST_GAIN, MEASURABLE};
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
    /// The same on a machine that takes no time for anything.
    pub ideal: Option<f64>,
    /// What came of it, in a sentence.
    pub sentence: String,
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
        ideal: None,
        sentence: String::new(),
        notes: Vec::new(),
    };
    match measure.figure {
        chapter::Figure::Fact(fact) => {
            let (before, after) = (fact(baseline), fact(scene));
            verdict
                .figures
                .push(of(measure.baseline, Figure::Fact(before)));
            verdict.figures.push(of(measure.scene, Figure::Fact(after)));
            let word = |fact| if fact { "yes" } else { "no" };
            verdict.sentence = format!(
                "Nothing here is faster. {} {}: {}; {}: {}.",
                sentence_case(measure.what),
                measure.baseline,
                word(before),
                measure.scene,
                word(after)
            );
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
            // The ideal one is computed on one thread: where tasks that were to
            // share it have several, it is no ideal.
            let is_ideal = !report.runtime.is_multi_thread();
            verdict.ideal = ideal(scenes, reading).filter(|_| is_ideal);
            let is_measured = scenes.1.clock == Clock::Real;
            let (fore, aft) = match (is_measured, scenes.0.clock) {
                (true, Clock::Real) => (clock(before), clock(after)),
                (true, Clock::Virtual) => (time(before), clock(after)),
                (false, _) => (time(before), time(after)),
            };
            if scenes.0.clock != scenes.1.clock {
                let remark = "on the virtual clock: not measured, so no ratio";
                verdict.figures[0].remark = Some(remark.to_owned());
                verdict.sentence = format!(
                    "{}: {aft} in {}, measured; {fore} in {}, computed on the \
                     virtual clock{}.",
                    sentence_case(measure.what),
                    measure.scene,
                    measure.baseline,
                    verdict.ideal.map_or(String::new(), |ideal| format!(
                        "; ideal {}",
                        Verdict::ratio_in_words(ideal)
                    ))
                );
            } else if is_measured && before.as_secs_f64() < MEASURABLE {
                verdict.sentence = format!(
                    "{}: {aft} in {} against {fore} in {}, too short to be \
                     compared: what timers and schedulers add is as large.",
                    sentence_case(measure.what),
                    measure.scene,
                    measure.baseline
                );
                return Some(verdict);
            } else {
                verdict.ratio = quotient(before, after);
                verdict.sentence = format!(
                    "{} {} {}: {aft} against {fore}{}.",
                    measure.scene,
                    gain(measure.gain, verdict.ratio, is_measured),
                    measure.baseline,
                    verdict.ideal.map_or(String::new(), |ideal| format!(
                        "; ideal {}",
                        Verdict::ratio_in_words(ideal)
                    ))
                );
            }
            // Of two clocks nothing can be compared.
            if after != scene.total && scenes.0.clock == scenes.1.clock {
                verdict.notes.extend(totals(measure, played));
            }
        }
    }
    Some(verdict)
}

/// The gain in words: `was 3.0x faster than`, `was no faster than`. What is
/// measured may be a little more by chance; what is computed is not.
fn gain(words: &str, ratio: Option<f64>, is_measured: bool) -> String {
    match ratio {
        Some(ratio) if ratio >= LEAST_GAIN => {
            words.replace("{}", &Verdict::ratio_in_words(ratio))
        }
        Some(ratio) if ratio > 1.0 && !is_measured => {
            words.replace("{}", "hardly")
        }
        Some(_) => words.replace("{}", "no"),
        // It took no time at all.
        None => words.replace("{} ", ""),
    }
}

/// What is a question or a noun, as the beginning of a sentence.
fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// What the ratio would be on a machine that takes no time for anything.
fn ideal(scenes: (&Scene, &Scene), reading: Reading) -> Option<f64> {
    let figure = |scene: &Scene| reading(&Timeline::of(&scene.ideal));
    quotient(figure(scenes.0)?, figure(scenes.1)?)
}

/// Where the gain is not in the total time, the totals say so.
fn totals(measure: &chapter::Measure, played: &Played) -> Option<String> {
    let total = |name| played.get(name).map(|timeline| time(timeline.total));
    let (baseline, scene) = (measure.baseline, measure.scene);
    let (before, after) = (total(baseline)?, total(scene)?);
    Some(format!(
        "In all: {after} in {scene}, {before} in {baseline}."
    ))
}

/// How many times longer the first is, if the second takes any time.
fn quotient(a: Duration, b: Duration) -> Option<f64> {
    (!b.is_zero()).then(|| a.as_secs_f64() / b.as_secs_f64())
}
