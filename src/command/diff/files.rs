//! Two files of traces, scene by scene.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Found, findings};
use crate::chapter::{Chapter, Course, Knobs};
use crate::report::difference::{Both, Difference, SceneDifference};
use crate::report::{Finding, Usage};
use crate::system::foreign;
use crate::trace::{Subject, Trace, ndjson};

/// Compares what two files have in common.
pub(super) fn files(course: &Course, paths: &Both<PathBuf>) -> Result<Found> {
    let traces = Both::new(read(&paths.a)?, read(&paths.b)?);
    let (runs, alone) = by_scene(traces);
    if runs.is_empty() {
        let wrong = format!(
            "the two files have no scene in common: {} in '{}', {} in '{}'",
            listed(&alone.a),
            foreign::path(&paths.a),
            listed(&alone.b),
            foreign::path(&paths.b)
        );
        let instead = "compare files of the same scenes, or of one scene each";
        return Err(Usage::new(wrong, instead).into());
    }
    let scenes = runs.iter().map(|runs| {
        let chapter = runs.map(|trace| chapter_of(course, trace));
        let same = chapter
            .a
            .filter(|a| chapter.b.is_some_and(|b| a.name == b.name));
        let measure = same.map(|chapter| &chapter.measure);
        SceneDifference::of(&runs.a, &runs.b, measure)
    });
    let scenes: Vec<SceneDifference> = scenes.collect();
    let a: Vec<Trace> = runs.iter().map(|runs| runs.a.clone()).collect();
    let b: Vec<Trace> = runs.iter().map(|runs| runs.b.clone()).collect();
    let findings = Both::new(findings_of(course, &a), findings_of(course, &b));
    let difference =
        Difference::new(None, names_of(paths), scenes, alone, &findings);
    Ok((difference, runs))
}

/// What became of the claims that speak of the traces of a file: if they are all
/// runs of one chapter in one setting, and in the world that claims are of.
fn findings_of(course: &Course, traces: &[Trace]) -> Vec<Finding> {
    let knobs = |trace: &Trace| {
        let chapter = chapter_of(course, trace)?;
        let mut knobs = Knobs::new(chapter.knobs);
        for (name, value) in &trace.header.knobs {
            let mut all = chapter.knobs.iter();
            let knob = all.find(|knob| knob.name == name)?;
            knobs.set(knob, knob.parse(value).ok()?);
        }
        (chapter.check)(&knobs).ok()?;
        Some((chapter, knobs.at_speed(trace.header.speed)))
    };
    let Some(first) = traces.first() else {
        return Vec::new();
    };
    let is_like_it = |trace: &Trace| {
        trace.header.world.name == "tokio"
            && trace.header.knobs == first.header.knobs
            && trace.header.speed == first.header.speed
            && chapter_of(course, trace).map(|chapter| chapter.name)
                == chapter_of(course, first).map(|chapter| chapter.name)
    };
    match knobs(first) {
        Some((chapter, knobs)) if traces.iter().all(is_like_it) => {
            findings(chapter, &knobs, traces)
        }
        _ => Vec::new(),
    }
}

/// The traces of a file.
fn read(path: &Path) -> Result<Vec<Trace>> {
    let shown = foreign::path(path);
    let file = File::open(path)
        .with_context(|| format!("'{shown}' could not be opened"))?;
    let traces = ndjson::read(BufReader::new(file)).map_err(|error| {
        let error = foreign::cut(&error.to_string(), LONGEST);
        Usage::new(
            format!("'{shown}' is no file of traces: {error}"),
            "give a file that '--export' has written",
        )
    })?;
    if traces.is_empty() {
        return Err(Usage::new(
            format!("there is no trace in '{shown}'"),
            "give a file that '--export' has written",
        )
        .into());
    }
    Ok(traces)
}

/// More of what is wrong with a line is not shown.
const LONGEST: usize = 200;

/// What two files are called: by their names, unless those are the same.
fn names_of(paths: &Both<PathBuf>) -> Both<String> {
    let names = paths.map(|path| path.file_name());
    if names.a == names.b {
        return paths.map(|path| foreign::path(path));
    }
    names.map(|name| {
        let name = name.map(Path::new).unwrap_or(Path::new(""));
        foreign::path(name)
    })
}

/// Each trace of the first with the one of the second that is of the same
/// scene, and the names of those that are left. Two single ones are a pair,
/// whatever they are of.
fn by_scene(traces: Both<Vec<Trace>>) -> (Vec<Both<Trace>>, Both<Vec<String>>) {
    let Both { mut a, mut b } = traces;
    if a.len() == 1 && b.len() == 1 {
        let runs = a.pop().zip(b.pop()).map(|(a, b)| Both::new(a, b));
        return (runs.into_iter().collect(), Both::default());
    }
    let mut others: HashMap<String, Vec<Trace>> = HashMap::new();
    for trace in b.into_iter().rev() {
        let name = trace.header.name().to_owned();
        others.entry(name).or_default().push(trace);
    }
    let mut runs = Vec::new();
    let mut alone = Both::<Vec<String>>::default();
    for trace in a {
        let other = others.get_mut(trace.header.name());
        match other.and_then(Vec::pop) {
            Some(other) => runs.push(Both::new(trace, other)),
            None => alone.a.push(trace.header.name().to_owned()),
        }
    }
    alone.b = others
        .into_iter()
        .flat_map(|(name, left)| left.into_iter().map(move |_| name.clone()))
        .collect();
    alone.b.sort_unstable();
    (runs, alone)
}

/// Names as a message shows them.
fn listed(names: &[String]) -> String {
    foreign::short(&names.join(", "))
}

/// The chapter that a trace is of, if it is one of ours.
fn chapter_of(course: &Course, trace: &Trace) -> Option<&'static Chapter> {
    match &trace.header.subject {
        Subject::Scene { chapter, .. } => course.find(chapter),
        Subject::Program { .. } => None,
    }
}
