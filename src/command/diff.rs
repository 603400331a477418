//! Two runs compared: two settings of a chapter, two of its scenes, or what is
//! in two files. Runs are made on the virtual clock, where times are exact.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Ending;
use crate::chapter::{
    Chapter, Course, Kind, Knobs, Played, Scene, Value, time,
};
use crate::report::difference::{Both, Difference, SceneDifference};
use crate::report::{Finding, Usage, finding};
use crate::system::{foreign, stop};
use crate::terminal::{self, Screen};
use crate::trace::{Clock, Subject, Trace, ndjson};
use crate::world;

/// What is compared with what.
pub enum Compared {
    /// These scenes of a chapter, in two settings.
    Settings {
        /// The chapter.
        chapter: &'static Chapter,
        /// Its knobs.
        knobs: Both<Knobs>,
        /// The scenes.
        scenes: Vec<&'static Scene>,
    },
    /// Two scenes of a chapter.
    Scenes {
        /// The chapter.
        chapter: &'static Chapter,
        /// Its knobs.
        knobs: Both<Knobs>,
        /// The scenes.
        scenes: Both<&'static Scene>,
    },
    /// Two files of traces.
    Files(Both<PathBuf>),
}

/// How a difference is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// On a screen, what there is no room for is counted.
    Screen,
    /// All of it.
    All,
    /// As JSON, and nothing else.
    Json,
}

/// Compares two runs, and shows what differs: the ending is
/// [broken](Ending::Broken) if anything does.
///
/// # Errors
/// A [`Usage`] error for knobs that the chapter refuses, for scenes that no
/// virtual clock can play, and for files that are no traces or have none in
/// common. If a scene fails, or if nobody reads the output any more.
pub fn diff(
    course: &Course,
    compared: &Compared,
    shown: Shown,
    screen: &mut Screen,
) -> Result<Ending> {
    let (difference, runs) = match compared {
        Compared::Settings {
            chapter,
            knobs,
            scenes,
        } => settings(chapter, knobs, scenes)?,
        Compared::Scenes {
            chapter,
            knobs,
            scenes,
        } => two_scenes(chapter, knobs, scenes)?,
        Compared::Files(paths) => files(course, paths)?,
    };
    match shown {
        Shown::Json => {
            serde_json::to_writer(&mut *screen, &difference)?;
            writeln!(screen)?;
        }
        _ => {
            let all = shown == Shown::All;
            terminal::difference(&difference, &runs, all, screen)?;
        }
    }
    screen.flush()?;
    Ok(Ending::of(!difference.same))
}

/// What was found, and the runs that it was found in, scene by scene.
type Found = (Difference, Vec<Both<Trace>>);

fn settings(
    chapter: &'static Chapter,
    knobs: &Both<Knobs>,
    scenes: &[&'static Scene],
) -> Result<Found> {
    let mut runs = Vec::new();
    for scene in scenes {
        runs.push(Both::new(
            play(chapter, scene, &knobs.a)?,
            play(chapter, scene, &knobs.b)?,
        ));
    }
    let scenes = runs.iter().map(|runs| {
        SceneDifference::of(&runs.a, &runs.b, Some(&chapter.measure))
    });
    let a: Vec<Trace> = runs.iter().map(|runs| runs.a.clone()).collect();
    let b: Vec<Trace> = runs.iter().map(|runs| runs.b.clone()).collect();
    let mut names = described(chapter, knobs);
    if names.a.is_empty() {
        names = Both::new("A".to_owned(), "B".to_owned());
    }
    let difference = Difference::new(
        Some(chapter.name.to_owned()),
        names,
        scenes.collect(),
        Both::default(),
        &Both::new(
            findings(chapter, &knobs.a, &a),
            findings(chapter, &knobs.b, &b),
        ),
    );
    Ok((difference, runs))
}

fn two_scenes(
    chapter: &'static Chapter,
    knobs: &Both<Knobs>,
    scenes: &Both<&'static Scene>,
) -> Result<Found> {
    let runs = Both::new(
        play(chapter, scenes.a, &knobs.a)?,
        play(chapter, scenes.b, &knobs.b)?,
    );
    let scene = SceneDifference::of(&runs.a, &runs.b, Some(&chapter.measure));
    let set = described(chapter, knobs);
    let name = |scene: &Scene, set: &str| {
        format!("{} {set}", scene.name).trim_end().to_owned()
    };
    // A claim speaks of scenes by their names: of two others nothing is
    // claimed.
    let difference = Difference::new(
        Some(chapter.name.to_owned()),
        Both::new(name(scenes.a, &set.a), name(scenes.b, &set.b)),
        vec![scene],
        Both::default(),
        &Both::default(),
    );
    Ok((difference, vec![runs]))
}

fn play(chapter: &Chapter, scene: &Scene, knobs: &Knobs) -> Result<Trace> {
    // Each is one run more.
    stop::check()?;
    (chapter.check)(knobs)?;
    if let Some(why) = chapter.why_real_only() {
        let wrong = format!(
            "{} {why}, which no virtual clock can hurry, and no two runs of it \
             have the same times",
            chapter.name
        );
        let instead = "write two runs to files with '--export', and compare \
                       those";
        return Err(Usage::new(wrong, instead).into());
    }
    world::scene(chapter, scene, knobs, Clock::Virtual)
}

/// The knobs that differ, as they are typed; all others are the same in both.
fn described(chapter: &Chapter, knobs: &Both<Knobs>) -> Both<String> {
    let values = |name: &str| {
        knobs.map(|knobs| match knobs.get(name) {
            Some(Value::Time(length)) => Some(time(length)),
            Some(Value::Count(count)) => Some(count.to_string()),
            Some(Value::Text(text)) => Some(text),
            Some(Value::List(list)) => Some(list.to_string()),
            None => None,
        })
    };
    let differ = chapter.knobs.iter().filter_map(|knob| {
        let own = values(knob.name);
        let follows = match knob.kind {
            // Nobody typed it.
            Kind::SameAs(other) => own == values(other.name),
            _ => false,
        };
        (own.a != own.b && !follows).then_some((knob.name, own))
    });
    let differ: Vec<(&str, Both<Option<String>>)> = differ.collect();
    let words = |is_a: bool| {
        let knobs = differ.iter().filter_map(|(name, values)| {
            let value = if is_a { &values.a } else { &values.b };
            Some(format!("--{name} {}", value.as_ref()?))
        });
        knobs.collect::<Vec<_>>().join(" ")
    };
    Both::new(words(true), words(false))
}

/// What became of the claims that speak of these runs.
fn findings(
    chapter: &'static Chapter,
    knobs: &Knobs,
    traces: &[Trace],
) -> Vec<Finding> {
    let played = Played::new(knobs, traces);
    let claims = chapter.claims.iter();
    claims.filter_map(|claim| finding(&played, claim)).collect()
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

fn files(course: &Course, paths: &Both<PathBuf>) -> Result<Found> {
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
