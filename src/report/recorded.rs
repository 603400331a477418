//! Plans of runs that were recorded: what a run told its reporter is told
//! again, of the traces that came of it. Of those that are of no chapter that
//! is known, see [`stranger`](super::stranger).

use std::time::Duration;

use super::limits::is_too_long;
use super::plan::Take;
use super::stranger::{stranger, world};
use super::witness::Witness;
use super::{Choice, Plan};
use crate::chapter::{Chapter, Course, Knobs, Reading, same_name, time};
use crate::stage::Runtime;
use crate::trace::{Clock, Header, Source, Subject, Trace};

/// What stands beside the traces themselves.
pub struct Viewing<'a> {
    /// The chapters that are known.
    pub course: &'a Course,
    /// The command to go on with after a chapter.
    pub next: &'a dyn Fn(&Chapter) -> String,
    /// The code that the user reads.
    pub reading: Reading,
    /// Each trace at its own pace, so many times as fast; or else at once.
    pub pace: Option<f64>,
}

/// What tokio's traces are called by in [`World::name`](crate::trace::World).
pub(super) const TOKIO: &str = "tokio";

/// The speeds that a run can have.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=1000.0;

/// A scene is looked for among so many of the runs before it, and in runs of so
/// many scenes: files may be of any length.
const NEAR: usize = 16;
const MOST: usize = 100;

/// The plans that tell these traces again, in their order. Scenes of one
/// chapter at the same settings are one plan, whichever files they come from.
///
/// [`play`](super::play) makes a report of each; with
/// [`Nobody`](super::Nobody) to tell, that is all that it does.
pub fn of_traces(traces: Vec<Trace>, viewing: &Viewing) -> Vec<Plan> {
    let mut runs: Vec<Vec<Trace>> = Vec::new();
    for trace in traces {
        let mut near = runs.iter_mut().rev().take(NEAR);
        match near.find(|run| belongs(run, &trace, viewing.course)) {
            Some(run) => run.push(trace),
            None => runs.push(vec![trace]),
        }
    }
    let plans = runs.into_iter().map(|run| {
        of_chapter(&run, viewing)
            .unwrap_or_else(|why| stranger(run, why, viewing))
    });
    plans.collect()
}

/// Whether a trace is of the run that these are of: another scene, or the same
/// one in the other world.
fn belongs(run: &[Trace], trace: &Trace, course: &Course) -> bool {
    let Some(first) = run.first().filter(|_| run.len() < MOST) else {
        return false;
    };
    let (first, header) = (&first.header, &trace.header);
    let (Subject::Scene { chapter: a, .. }, Subject::Scene { chapter: b, .. }) =
        (&first.subject, &header.subject)
    else {
        return false;
    };
    if !same_name(a, b) || first.knobs != header.knobs {
        return false;
    }
    let has = |world: &str| {
        let mut run = run.iter().map(|trace| &trace.header);
        run.any(|other| {
            other.world.name == world && same_name(other.name(), header.name())
        })
    };
    let world = &header.world.name;
    if first.world.name == TOKIO && world != TOKIO {
        // It is drawn beside tokio's as a whole or not at all.
        return has(TOKIO)
            && !has(world)
            && trace.is_whole()
            && is_ideal(header);
    }
    let asked = |header| asked_runtime(header, course);
    let mut others = run.iter().filter_map(|trace| asked(&trace.header));
    let other = others.next().filter(|_| asked(header).is_some());
    *world == first.world.name
        && header.speed == first.speed
        && other.is_none_or(|other| asked(header) == Some(other))
        && !has(world)
}

/// The runtime that was asked for, as far as a trace tells: a scene may be
/// about one of its own, and what is computed is computed on one thread.
fn asked_runtime(header: &Header, course: &Course) -> Option<Runtime> {
    if header.clock == Clock::Virtual {
        return None;
    }
    let Subject::Scene { chapter, .. } = &header.subject else {
        return None;
    };
    let chapter = course.find(chapter)?;
    let scene = chapter.scene(header.name())?;
    let own = (scene.run)(&Knobs::new(chapter.knobs)).runtime;
    match own {
        None => Runtime::of_world(&header.world),
        Some(_) => None,
    }
}

/// Whether a trace is as a run takes what CPython does.
fn is_ideal(header: &Header) -> bool {
    header.clock == Clock::Virtual && header.speed == 1.0
}

/// The plan of a run of a chapter that is known, as its command line would
/// have made it; or why it is none, in a sentence.
fn of_chapter(run: &[Trace], viewing: &Viewing) -> Result<Plan, String> {
    let other = || {
        "Recorded with another version of this chapter: nothing is claimed \
         of it."
            .to_owned()
    };
    let Some(Trace { header: first, .. }) = run.first() else {
        return Err(other());
    };
    let Subject::Scene { chapter, .. } = &first.subject else {
        return Err("A program of its own: nothing is claimed of it.".into());
    };
    let Some(chapter) = viewing.course.find(chapter) else {
        return Err("A chapter that is not known here: nothing is claimed of \
                    it."
        .into());
    };
    if first.world.name != TOKIO {
        return Err(format!(
            "This is what {} did. The claims are about tokio, and not checked \
             here.",
            world(first)
        ));
    }
    let (own, others): (Vec<&Trace>, Vec<&Trace>) = run
        .iter()
        .partition(|trace| trace.header.world.name == TOKIO);
    let scenes = own.iter().map(|trace| chapter.scene(trace.header.name()));
    let named = scenes.collect::<Option<Vec<_>>>().ok_or_else(other)?;
    let today = chapter.sources();
    let is_other = |source: &Source| {
        let mut today = today.iter();
        today.any(|own| own.file == source.file && own.text != source.text)
    };
    if run.iter().flat_map(|trace| &trace.sources).any(is_other)
        || !SPEEDS.contains(&first.speed)
    {
        return Err(other());
    }
    let is_real = own.iter().any(|trace| trace.header.clock == Clock::Real);
    let choice = Choice {
        chapter,
        knobs: knobs(chapter, first).ok_or_else(other)?,
        named,
        all: false,
        clock: if is_real || first.speed != 1.0 {
            Clock::Real
        } else {
            Clock::Virtual
        },
        runtime: own
            .iter()
            .find_map(|trace| asked_runtime(&trace.header, viewing.course))
            .unwrap_or_default(),
        speed: Some(first.speed).filter(|speed| *speed != 1.0),
        // It has been waited for.
        yes_wait: true,
        twin: !others.is_empty(),
        next: Some((viewing.next)(chapter)),
        reading: viewing.reading,
    };
    // What CPython did is in the file, and nobody need ask it.
    let known = choice.twin.then(|| Witness {
        traces: others.into_iter().map(bare).collect(),
        remark: None,
    });
    let plan = Plan::with(&choice, |scenes| match known {
        Some(witness) => Ok(witness),
        None => choice.witness(scenes),
    });
    let mut plan = plan.map_err(|_| other())?;
    // Nothing is sent to anybody.
    plan.report.notice = None;
    plan.pace = viewing.pace;
    plan.takes.clear();
    for scene in &mut plan.report.scenes {
        let mut own = own.iter();
        // Its scenes are those of these traces, each once.
        let trace =
            own.find(|trace| same_name(trace.header.name(), &scene.name));
        if let Some(trace) = trace {
            scene.clock = trace.header.clock;
            if let Some(runtime) = Runtime::of_world(&trace.header.world) {
                scene.runtime = runtime;
            }
            scene.notes.extend(notes(trace, viewing.pace));
            plan.takes.push(Take::Recorded(Box::new(bare(trace))));
        }
    }
    Ok(plan)
}

/// A trace without its sources, which the report has.
pub(super) fn bare(trace: &Trace) -> Trace {
    Trace {
        sources: Vec::new(),
        ..trace.clone()
    }
}

/// A chapter's knobs as they were, if they are the ones that it still has.
fn knobs(chapter: &Chapter, header: &Header) -> Option<Knobs> {
    let mut knobs = Knobs::new(chapter.knobs);
    for (name, value) in &header.knobs {
        let mut all = chapter.knobs.iter();
        let knob = all.find(|knob| same_name(knob.name, name))?;
        knobs.set(knob, knob.parse(value).ok()?);
    }
    let has = |name: &String| {
        let mut names = header.knobs.keys();
        names.any(|other| same_name(other, name))
    };
    knobs.describe().keys().all(has).then_some(knobs)
}

/// What has to be known of a recording.
pub(super) fn notes(trace: &Trace, pace: Option<f64>) -> Vec<String> {
    let mut notes = Vec::new();
    if trace.cut_off {
        notes.push(
            "Cut off: the file ends here, and this is how far it came.".into(),
        );
    }
    if trace.interrupted {
        notes.push("Interrupted: this is how far it came.".into());
    }
    if let Some(pace) = pace.filter(|pace| is_too_long(trace.elapsed, *pace)) {
        let length: Duration = trace.elapsed.div_f64(pace);
        let length = time(length);
        notes.push(format!("Told at once: at its pace it takes {length}."));
    }
    notes
}
