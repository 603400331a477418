//! Two runs compared: two settings of a chapter, two of its scenes, or what is
//! in two files. Runs are made on the virtual clock, where times are exact.

mod files;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use self::files::files;
use super::Ending;
use crate::chapter::{Chapter, Course, Kind, Knobs, Scene, Value, time};
use crate::report::difference::{Both, Difference, SceneDifference};
use crate::report::{self, Choice, Nobody, Plan, Report, Unheard, Usage};
use crate::system::stop;
use crate::terminal::{self, Screen};
use crate::trace::{Clock, Trace};

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
    let a = played(chapter, scenes, &knobs.a)?;
    let b = played(chapter, scenes, &knobs.b)?;
    let findings = Both::new(a.findings.clone(), b.findings.clone());
    let runs = traces(a).zip(traces(b)).map(|(a, b)| Both::new(a, b));
    let runs: Vec<Both<Trace>> = runs.collect();
    let scenes = runs.iter().map(|runs| {
        SceneDifference::of(&runs.a, &runs.b, Some(&chapter.measure))
    });
    let mut names = described(chapter, knobs);
    if names.a.is_empty() {
        names = Both::new("A".to_owned(), "B".to_owned());
    }
    let difference = Difference::new(
        Some(chapter.name.to_owned()),
        names,
        scenes.collect(),
        Both::default(),
        &findings,
    );
    Ok((difference, runs))
}

fn two_scenes(
    chapter: &'static Chapter,
    knobs: &Both<Knobs>,
    scenes: &Both<&'static Scene>,
) -> Result<Found> {
    let a = traces(played(chapter, &[scenes.a], &knobs.a)?);
    let b = traces(played(chapter, &[scenes.b], &knobs.b)?);
    let runs: Vec<Both<Trace>> =
        a.zip(b).map(|(a, b)| Both::new(a, b)).collect();
    let compared = runs.iter().map(|runs| {
        SceneDifference::of(&runs.a, &runs.b, Some(&chapter.measure))
    });
    let set = described(chapter, knobs);
    let name = |scene: &Scene, set: &str| {
        format!("{} {set}", scene.name).trim_end().to_owned()
    };
    // A claim speaks of scenes by their names: of two others nothing is
    // claimed.
    let difference = Difference::new(
        Some(chapter.name.to_owned()),
        Both::new(name(scenes.a, &set.a), name(scenes.b, &set.b)),
        compared.collect(),
        Both::default(),
        &Both::default(),
    );
    Ok((difference, runs))
}

/// Plays scenes of a chapter on the virtual clock.
fn played(
    chapter: &'static Chapter,
    scenes: &[&'static Scene],
    knobs: &Knobs,
) -> Result<Report> {
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
    let plan = Plan::new(&Choice {
        knobs: knobs.clone(),
        named: scenes.to_vec(),
        ..Choice::new(chapter, Clock::Virtual)
    })?;
    // Each is one run more.
    stop::check()?;
    let played = report::play(plan, &mut Nobody, Unheard::GoOn);
    match played.failure {
        Some(error) => Err(error),
        None => Ok(played.report),
    }
}

/// What happened in each scene of a run.
fn traces(report: Report) -> impl Iterator<Item = Trace> {
    report.scenes.into_iter().filter_map(|scene| scene.trace)
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
    let mut words = Both::<Vec<String>>::default();
    for (name, values) in differ {
        let word = |value| format!("--{name} {value}");
        words.a.extend(values.a.map(word));
        words.b.extend(values.b.map(word));
    }
    words.map(|words| words.join(" "))
}
