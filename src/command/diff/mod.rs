//! Two runs compared: two settings of a chapter, two of its scenes, or what is
//! in two files. Runs are made on the virtual clock, where times are exact.

mod files;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use self::files::files;
use super::Ending;
use crate::chapter::{
    Chapter, Course, Kind, Knobs, Played, Scene, Value, time,
};
use crate::report::difference::{Both, Difference, SceneDifference};
use crate::report::{Finding, Usage, finding};
use crate::system::stop;
use crate::terminal::{self, Screen};
use crate::trace::{Clock, Trace};
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
