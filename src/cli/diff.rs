//! What `diff` is asked to compare: two settings of a chapter, two of its
//! scenes, or two files. What the words are depends on the first of them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::chapters::{knob, named_scenes, set};
use super::nearest::nearest;
use super::scene_of;
use crate::chapter::{Chapter, Course, Knobs, Plays, Scene};
use crate::command::Compared;
use crate::report::Usage;
use crate::report::difference::Both;
use crate::system::foreign;

/// What stands behind `diff`.
pub(super) struct Asked<'a> {
    /// A chapter or a file.
    pub subject: PathBuf,
    /// Scenes or a file.
    pub with: Vec<PathBuf>,
    /// What stands behind `--`.
    pub other: Vec<OsString>,
    /// All of it, with the knobs.
    pub matches: Option<&'a ArgMatches>,
}

/// What is to be compared with what.
///
/// # Errors
/// A [`Usage`] error if there are not two of a kind; clap's if what stands
/// behind `--` are no knobs.
pub(super) fn compared(course: &Course, asked: Asked) -> Result<Compared> {
    let name = asked.subject.to_str();
    match name.and_then(|name| course.find(name)) {
        Some(chapter) => of_chapter(course, chapter, &asked),
        None => Ok(files(course, asked)?),
    }
}

fn of_chapter(
    course: &Course,
    chapter: &'static Chapter,
    asked: &Asked,
) -> Result<Compared> {
    let new = Knobs::new(chapter.knobs);
    let (own, listed) = match asked.matches {
        Some(matches) => (
            set(chapter, new.clone(), matches),
            named_scenes(chapter, matches),
        ),
        None => (new.clone(), Vec::new()),
    };
    let knobs = match asked.other.first() {
        // Two scenes have one setting, if they are not given two.
        None => Both::new(own.clone(), own),
        Some(word) if !word.as_encoded_bytes().starts_with(b"-") => {
            return Err(no_knob(chapter, &word.to_string_lossy()).into());
        }
        Some(_) => {
            let other = parser(chapter).try_get_matches_from(&asked.other)?;
            Both::new(own, set(chapter, new, &other))
        }
    };
    let mut scenes = Vec::new();
    for word in &asked.with {
        scenes.push(scene(course, chapter, word)?);
    }
    match scenes[..] {
        [] if asked.other.is_empty() => Err(missing(chapter).into()),
        [] => Ok(Compared::Settings {
            chapter,
            knobs,
            scenes: if listed.is_empty() {
                by_default(chapter)
            } else {
                listed
            },
        }),
        [_, ..] if !listed.is_empty() => Err(Usage::new(
            "'--scene' cannot be used with scenes by their bare names",
            "give two scenes to compare them with each other",
        )
        .or("or '--scene' to compare two settings of these scenes")
        .into()),
        [one] if asked.other.is_empty() => {
            let wrong =
                format!("there is nothing to compare {} with", one.name);
            Err(Usage::new(wrong, "name another scene")
                .or(format!(
                    "or give other knobs behind '--': {}",
                    example(chapter)
                ))
                .into())
        }
        [one] => Ok(Compared::Settings {
            chapter,
            knobs,
            scenes: vec![one],
        }),
        [a, b] => Ok(Compared::Scenes {
            chapter,
            knobs,
            scenes: Both::new(a, b),
        }),
        _ => Err(Usage::new(
            format!("{} scenes are more than two", scenes.len()),
            "give two scenes to compare them with each other",
        )
        .or("or '--scene' to compare two settings of these scenes")
        .into()),
    }
}

/// Reads the knobs of the second setting.
fn parser(chapter: &'static Chapter) -> Command {
    Command::new("diff")
        .no_binary_name(true)
        .disable_help_flag(true)
        .args(chapter.knobs.iter().map(knob))
}

/// The scenes that play when none is named.
fn by_default(chapter: &Chapter) -> Vec<&'static Scene> {
    let scenes = chapter.scenes.iter();
    scenes
        .filter(|scene| scene.plays != Plays::WhenAsked)
        .collect()
}

/// The scene that a word names.
fn scene(
    course: &Course,
    chapter: &'static Chapter,
    word: &Path,
) -> Result<&'static Scene, Usage> {
    let name = word.to_string_lossy();
    let shown = foreign::short(&name);
    if let Some(scene) = chapter.scene(&name) {
        return Ok(scene);
    }
    let names = chapter.scenes.iter().map(|scene| scene.name);
    if let Some(near) = nearest(&name, names) {
        let wrong = format!("{} has no scene '{shown}'", chapter.name);
        return Err(Usage::new(wrong, format!("did you mean '{near}'?")));
    }
    if let Some(other) = course.find(&name) {
        return Err(Usage::new(
            format!(
                "{} and {} are two chapters, which have nothing in common",
                chapter.name, other.name
            ),
            "compare two scenes or two settings of one",
        ));
    }
    if word.exists() {
        return Err(Usage::new(
            format!("{} is a chapter, and '{shown}' a file", chapter.name),
            "compare a file with another file",
        )
        .or(format!("write './{}' if that is one", chapter.name)));
    }
    scene_of(chapter, &name)
}

/// Behind `--` stands something else than a knob.
fn no_knob(chapter: &Chapter, word: &str) -> Usage {
    let shown = foreign::short(word);
    let wrong = format!("behind '--' stand only knobs, and '{shown}' is none");
    if chapter.scene(word).is_some() {
        return Usage::new(wrong, "name both scenes before it");
    }
    Usage::new(wrong, example(chapter))
}

/// There is only one side.
fn missing(chapter: &Chapter) -> Usage {
    let wrong = format!("there is nothing to compare {} with", chapter.name);
    Usage::new(
        wrong,
        format!("give other knobs behind '--': {}", example(chapter)),
    )
    .or(match chapter.scenes {
        [one, other, ..] => format!(
            "or two scenes: as in 'asyncade diff {} {} {}'",
            chapter.name, one.name, other.name
        ),
        _ => "or two scenes".to_owned(),
    })
}

/// Two settings, as they are typed.
fn example(chapter: &Chapter) -> String {
    match super::guide::other_figure(chapter) {
        Some((knob, value)) => format!(
            "as in 'asyncade diff {} -- --{} {value}'",
            chapter.name, knob.name
        ),
        None => format!("see 'asyncade {} --help'", chapter.name),
    }
}

fn files(course: &Course, asked: Asked) -> Result<Compared, Usage> {
    let shown = foreign::path(&asked.subject);
    if !asked.subject.exists() {
        let wrong = format!("'{shown}' is no chapter and no file");
        let names = course.chapters.iter().map(|chapter| chapter.name);
        let name = asked.subject.to_string_lossy();
        return Err(match nearest(&name, names) {
            Some(near) => Usage::new(wrong, format!("did you mean '{near}'?")),
            None => Usage::new(wrong, "'asyncade list' lists the chapters"),
        });
    }
    let option = asked.matches.and_then(|m| of_a_chapter(course, m));
    if let Some(option) = option {
        let wrong =
            format!("'--{option}' is of a chapter, and '{shown}' is a file");
        return Err(Usage::new(wrong, "leave it out"));
    }
    if !asked.other.is_empty() {
        return Err(Usage::new(
            format!("behind '--' stand knobs, and '{shown}' is a file"),
            "leave it out",
        ));
    }
    match <[PathBuf; 1]>::try_from(asked.with) {
        Ok([other]) if other.exists() => {
            Ok(Compared::Files(Both::new(asked.subject, other)))
        }
        Ok([other]) => {
            let other = foreign::path(&other);
            let wrong = match course.find(&other) {
                Some(_) => {
                    format!("'{shown}' is a file, and {other} a chapter")
                }
                None => format!("there is no file '{other}'"),
            };
            Err(Usage::new(wrong, "compare a file with another file"))
        }
        Err(others) if others.is_empty() => {
            let wrong = format!("there is nothing to compare '{shown}' with");
            Err(Usage::new(wrong, "name another file"))
        }
        Err(others) => Err(Usage::new(
            format!("{} files are more than two", others.len() + 1),
            "compare two files at a time",
        )),
    }
}

/// An option that was given and that only chapters have.
fn of_a_chapter(course: &Course, matches: &ArgMatches) -> Option<&'static str> {
    let knobs = course.chapters.iter().flat_map(|chapter| chapter.knobs);
    let mut names = knobs.map(|knob| knob.name).chain(["scene"]);
    names.find(|name| {
        let is_known = matches.try_contains_id(name).is_ok();
        is_known && matches.value_source(name) == Some(ValueSource::CommandLine)
    })
}
