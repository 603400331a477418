//! Two files of traces, scene by scene.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Found;
use crate::chapter::{Chapter, Course, Reading};
use crate::command::recorded::recorded;
use crate::report::difference::{Both, Difference, SceneDifference};
use crate::report::{
    self, Finding, Nobody, Unheard, Usage, Viewing, of_traces,
};
use crate::system::foreign;
use crate::trace::{Subject, Trace};

/// Compares what two files have in common.
pub(super) fn files(course: &Course, paths: &Both<PathBuf>) -> Result<Found> {
    let traces = Both::new(recorded(&paths.a)?, recorded(&paths.b)?);
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
    let a = runs.iter().map(|runs| runs.a.clone()).collect();
    let b = runs.iter().map(|runs| runs.b.clone()).collect();
    let findings = Both::new(findings_of(course, a), findings_of(course, b));
    let difference =
        Difference::new(None, names_of(paths), scenes, alone, &findings);
    Ok((difference, runs))
}

/// What became of the claims that speak of the traces of a file, if they are
/// all of one run.
fn findings_of(course: &Course, traces: Vec<Trace>) -> Vec<Finding> {
    let viewing = Viewing {
        course,
        next: &|_| String::new(),
        reading: Reading::default(),
        pace: None,
    };
    let mut runs = of_traces(traces, &viewing).into_iter();
    match (runs.next(), runs.next()) {
        (Some(run), None) => {
            report::play(run, &mut Nobody, Unheard::GoOn)
                .report
                .findings
        }
        _ => Vec::new(),
    }
}

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
