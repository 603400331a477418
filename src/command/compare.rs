//! The verdict: the chapter's measure, taken of the two scenes that it
//! compares.

use std::time::Duration;

use super::plan::{Plan, Turn};
use crate::chapter::{Figure, Played, time};
use crate::timeline::Timeline;
use crate::trace::Clock;
use crate::view::{self, Row, Verdict};

/// A baseline shorter than this says nothing on the real clock.
const MEASURABLE: Duration = Duration::from_millis(20);

/// How a time is read off a timeline.
type Reading = fn(&Timeline) -> Option<Duration>;

/// The verdict, if both scenes that it compares were played and have a figure.
pub(super) fn compare(plan: &Plan, played: &Played) -> Option<Verdict> {
    let measure = &plan.chapter.measure;
    let baseline = played.get(measure.baseline)?;
    let scene = played.get(measure.scene)?;
    let row = |name: &str, figure| Row {
        scene: name.to_owned(),
        figure,
        remark: None,
    };
    let mut verdict = Verdict {
        what: measure.what.to_owned(),
        rows: Vec::new(),
        ratio: None,
        notes: Vec::new(),
    };
    match measure.figure {
        Figure::Fact(fact) => {
            let figure = |timeline| view::Figure::Fact(fact(timeline));
            verdict.rows.push(row(measure.baseline, figure(baseline)));
            verdict.rows.push(row(measure.scene, figure(scene)));
            let note = "Nothing here is faster, and no speed-up is claimed.";
            verdict.notes.push(note.to_owned());
        }
        Figure::Time(reading) => {
            let (before, after) = (reading(baseline)?, reading(scene)?);
            let figure = view::Figure::Time;
            verdict.rows.push(row(measure.baseline, figure(before)));
            verdict.rows.push(row(measure.scene, figure(after)));
            let turns =
                (plan.turn(measure.baseline)?, plan.turn(measure.scene)?);
            if turns.0.clock != turns.1.clock {
                let remark = "on the virtual clock: not measured, so no ratio";
                verdict.rows[0].remark = Some(remark.to_owned());
            } else if turns.0.clock == Clock::Real && before < MEASURABLE {
                let note = "Too short to be compared: what timers and \
                            schedulers add is as large.";
                verdict.notes.push(note.to_owned());
                return Some(verdict);
            } else {
                verdict.ratio = quotient(before, after);
                let speed = plan.knobs.speed();
                verdict.notes.extend(ideal(turns, reading, speed));
            }
            verdict.notes.extend(if after == scene.total {
                bound(baseline, scene)
            } else {
                totals(baseline, scene)
            });
        }
    }
    Some(verdict)
}

/// What the ratio would be on a machine that takes no time for anything.
fn ideal(
    turns: (&Turn, &Turn),
    reading: Reading,
    speed: f64,
) -> Option<String> {
    let figure = |turn: &Turn| reading(&Timeline::of(&turn.ideal));
    let (before, after) = (figure(turns.0)?, figure(turns.1)?);
    let (before, after) = (before.div_f64(speed), after.div_f64(speed));
    let ratio = view::ratio(quotient(before, after)?);
    let (before, after) = (time(before), time(after));
    Some(format!("The ideal is {ratio}: {before} against {after}."))
}

/// How much overlap there could be at all, if the two did the same work.
fn bound(baseline: &Timeline, scene: &Timeline) -> Option<String> {
    let (work, path) = (scene.work(), scene.critical_path().length());
    let same_work = work.abs_diff(baseline.work()) <= work / 20;
    let ratio = quotient(work, path).filter(|_| same_work)?;
    Some(format!(
        "Work {} / critical path {} = {}: no schedule can overlap more.",
        time(work),
        time(path),
        view::ratio(ratio)
    ))
}

/// Where the gain is not in the total time, the totals say so.
fn totals(baseline: &Timeline, scene: &Timeline) -> Option<String> {
    let (before, after) = (baseline.total, scene.total);
    let ratio = view::ratio(quotient(before, after)?);
    let (before, after) = (time(before), time(after));
    Some(format!("The totals are {before} and {after}, {ratio}."))
}

/// How many times longer the first is, if the second takes any time.
fn quotient(a: Duration, b: Duration) -> Option<f64> {
    (!b.is_zero()).then(|| a.as_secs_f64() / b.as_secs_f64())
}
