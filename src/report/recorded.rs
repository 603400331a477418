//! Plans of runs that were recorded: what a run told its reporter is told
//! again, of the traces that came of it. Of a trace that is of no chapter that
//! is known, or of another world by itself, it is told what the trace knows:
//! there is nothing to ask, and nothing is claimed.

use super::plan::Take;
use super::{Choice, Counterpart, Plan, Report, Scene};
use crate::chapter::{Chapter, Course, Knobs, Lesson, Reading, same_name};
use crate::trace::{Clock, Header, Subject, Trace};

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
const TOKIO: &str = "tokio";

/// The plans that tell these traces again, in their order. Scenes of one run
/// are one plan.
pub fn of_traces(traces: Vec<Trace>, viewing: &Viewing) -> Vec<Plan> {
    let mut runs: Vec<Vec<Trace>> = Vec::new();
    for trace in traces {
        match runs.last_mut() {
            Some(run) if belongs(run, &trace) => run.push(trace),
            _ => runs.push(vec![trace]),
        }
    }
    let plans =
        runs.into_iter()
            .flat_map(|run| match of_chapter(&run, viewing) {
                Some(plan) => vec![plan],
                None => strangers(run, viewing),
            });
    plans.collect()
}

/// Whether a trace is of the run that these are of: another scene, or the same
/// one in the other world.
fn belongs(run: &[Trace], trace: &Trace) -> bool {
    let (Some(first), Some(last)) = (run.first(), run.last()) else {
        return false;
    };
    let same_run = |a: &Header, b: &Header| match (&a.subject, &b.subject) {
        (
            Subject::Scene {
                chapter: a_chapter, ..
            },
            Subject::Scene {
                chapter: b_chapter, ..
            },
        ) => a_chapter == b_chapter && a.knobs == b.knobs,
        _ => false,
    };
    let (header, name) = (&trace.header, trace.header.name());
    if !same_run(&first.header, header) {
        return false;
    }
    let is_counterpart = last.header.world.name == TOKIO
        && header.world.name != TOKIO
        && last.header.name() == name;
    let is_new = run.iter().all(|other| other.header.name() != name);
    is_counterpart
        || (is_new
            && header.world.name == first.header.world.name
            && header.speed == first.header.speed)
}

/// The plan of a run of a chapter that is known, as its command line would
/// have made it; `None` if it is of none, or of a version of it that is not
/// this one.
fn of_chapter(run: &[Trace], viewing: &Viewing) -> Option<Plan> {
    let first = &run.first()?.header;
    let Subject::Scene { chapter, .. } = &first.subject else {
        return None;
    };
    if first.world.name != TOKIO {
        return None;
    }
    let chapter = viewing.course.find(chapter)?;
    let knobs = knobs(chapter, first)?;
    let own: Vec<&Trace> = run
        .iter()
        .filter(|trace| trace.header.world.name == TOKIO)
        .collect();
    let mut named = Vec::new();
    for trace in &own {
        named.push(chapter.scene(trace.header.name())?);
    }
    let is_real = own.iter().any(|trace| trace.header.clock == Clock::Real);
    let choice = Choice {
        chapter,
        knobs,
        named,
        all: false,
        clock: if is_real { Clock::Real } else { Clock::Virtual },
        speed: (is_real && first.speed != 1.0).then_some(first.speed),
        // It has been waited for.
        yes_wait: true,
        twin: false,
        next: Some((viewing.next)(chapter)),
        reading: viewing.reading,
    };
    let mut plan = Plan::new(&choice).ok()?;
    // Nothing is sent to anybody.
    plan.report.notice = None;
    plan.pace = viewing.pace;
    plan.takes.clear();
    for scene in &mut plan.report.scenes {
        let of_scene = run
            .iter()
            .filter(|trace| same_name(trace.header.name(), &scene.name));
        for trace in of_scene {
            for source in &trace.sources {
                // The code that ran, which may not be today's.
                let sources = &mut plan.report.sources;
                sources.retain(|other| other.file != source.file);
                sources.push(source.clone());
            }
            let mut trace = trace.clone();
            trace.sources.clear();
            if trace.header.world.name == TOKIO {
                scene.clock = trace.header.clock;
                plan.takes.push(Take::Recorded(Box::new(trace)));
            } else {
                let nature = chapter.twin.nature(&scene.name);
                let why = nature.map(|nature| nature.why);
                let ideal = &scene.ideal;
                let other = Counterpart::new(ideal, trace, why, first.speed);
                scene.counterpart = Some(other);
            }
        }
    }
    Some(plan)
}

/// A chapter's knobs as they were, if it still takes them.
fn knobs(chapter: &Chapter, header: &Header) -> Option<Knobs> {
    let mut knobs = Knobs::new(chapter.knobs);
    for (name, value) in &header.knobs {
        let mut all = chapter.knobs.iter();
        let knob = all.find(|knob| same_name(knob.name, name))?;
        knobs.set(knob, knob.parse(value).ok()?);
    }
    Some(knobs)
}

/// A plan for each trace that stands for itself.
fn strangers(run: Vec<Trace>, viewing: &Viewing) -> Vec<Plan> {
    let plans = run.into_iter().map(|trace| stranger(trace, viewing));
    plans.collect()
}

fn stranger(trace: Trace, viewing: &Viewing) -> Plan {
    let header = &trace.header;
    let (chapter, title, about) = match &header.subject {
        Subject::Scene {
            chapter,
            title,
            about,
            ..
        } => (chapter.clone(), title.clone(), about.clone()),
        Subject::Program { program, args } => {
            let title = format!("recorded, {} {}", program, args.join(" "));
            (program.clone(), title.trim().to_owned(), String::new())
        }
    };
    let world = match header.world.name.as_str() {
        "asyncio" => "CPython",
        other => other,
    };
    let about = match (world, about.as_str()) {
        (TOKIO, about) => about.to_owned(),
        (world, "") => format!("on {world}"),
        (world, about) => format!("on {world}: {about}"),
    };
    let scene = Scene {
        name: header.name().to_owned(),
        about,
        watch: String::new(),
        is_baseline: false,
        clock: header.clock,
        // Nothing else is known of it.
        ideal: trace.clone(),
        counterpart: None,
        in_python: None,
        trace: None,
        measures: None,
        notes: Vec::new(),
        failure: None,
    };
    let report = Report {
        program: header.program.clone(),
        chapter,
        title,
        knobs: header.knobs.clone(),
        speed: 1.0,
        clock: header.clock,
        notice: None,
        sources: trace.sources.clone(),
        scenes: vec![scene],
        left_out: Vec::new(),
        // Its places are the trace's own.
        reading: Reading::default(),
        remark: None,
        verdict: None,
        findings: Vec::new(),
        next: None,
        lesson: Lesson::default(),
        interrupted: false,
    };
    Plan {
        chapter: None,
        knobs: Knobs::new(&[]),
        takes: vec![Take::Recorded(Box::new(trace))],
        report,
        pace: viewing.pace,
    }
}
