//! The command line. A chapter's subcommand, its options and its help come
//! from the course that the program is given.

mod chapters;
mod compare;
mod diff;
mod figures;
mod glance;
mod guide;
mod help;
mod lang;
mod nearest;
mod options;
mod refusal;
mod runtime;
mod scale;
mod setting;
mod sweep;

use std::ffi::OsString;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{ArgMatches, ColorChoice, Command, FromArgMatches};

use crate::chapter::{Chapter, Course, Knobs, Lang, Reading, Scene};
use crate::command::{
    self as run, Asking, Ending, Predict, Showing, Shown, Subject, Witness,
};
use crate::quiz::random_knobs;
use crate::report::{Choice, Usage, Viewing};
use crate::scale::work;
use crate::system::foreign;
use crate::system::random::new_seed;
use crate::terminal::{Screen, colours};
use crate::trace::Clock;
use chapters::{command, named_scenes, set};
use glance::Glance;
use help::{help, manual};
use options::{Cli, PlayArgs, Tool, ViewArgs};
use refusal::{Asked, refusal};

/// Does what the arguments ask for.
///
/// # Errors
/// A [`Usage`] error if they make no sense, or whatever
/// the command says.
pub fn main(
    arguments: impl IntoIterator<Item = OsString>,
    course: &Course,
) -> Result<Ending> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(done) = work::is_called(&arguments) {
        return Ok(done.map(|()| Ending::Fine)?);
    }
    let glance = Glance::at(course, &arguments);
    let mut parser = parser(course, &glance);
    let parsed = parser.try_get_matches_from_mut(&arguments);
    let asked = glance.subcommand.as_deref();
    let asked = Asked {
        course,
        parser: &parser,
        // Options belong to a subcommand, if there is such a one.
        subcommand: asked.filter(|name| parser.find_subcommand(name).is_some()),
        chapters: &glance.chapters,
    };
    let ending = match parsed {
        Ok(matches) => dispatch(course, &matches),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            help(self::parser(course, &glance), course, &arguments)
        }
        Err(error) => refusal(error, &asked),
    };
    // Some arguments are read later, by who knows what they can be.
    let ending = ending.or_else(|error| match error.downcast() {
        Ok(error) => refusal(error, &asked),
        Err(error) => Err(error),
    });
    ending.map_err(|mut error| {
        if let Some(usage) = error.downcast_mut::<Usage>() {
            usage.more = Some(asked.help());
        }
        error
    })
}

/// What reads the arguments, with the options that a tool which is asked of one
/// chapter has this time.
fn parser(course: &Course, glance: &Glance) -> Command {
    let parser = command(course);
    match &glance.subcommand {
        Some(tool) if glance::is_asked_of_chapters(tool) => parser
            .mut_subcommand(tool, |tool| {
                tool.args(glance.options.iter().cloned())
            }),
        _ => parser,
    }
}

/// Does what arguments ask for that make sense.
fn dispatch(course: &Course, matches: &ArgMatches) -> Result<Ending> {
    let colour = matches.get_one("color").copied();
    colours(match colour.unwrap_or(ColorChoice::Auto) {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    });
    let mut screen = Screen::detect();
    if let Some((name, matches)) = matches.subcommand()
        && let Some(chapter) = course.find(name)
    {
        return play(course, chapter, matches, &mut screen);
    }
    tool(course, matches, &mut screen)
}

/// Plays a chapter as its options say.
fn play(
    course: &Course,
    chapter: &'static Chapter,
    matches: &ArgMatches,
    screen: &mut Screen,
) -> Result<Ending> {
    let args = PlayArgs::from_arg_matches(matches)?;
    let knobs = set(chapter, Knobs::new(chapter.knobs), matches);
    let reading = lang::reading(args.show.lang)?;
    let choice = Choice {
        chapter,
        knobs,
        named: named_scenes(chapter, matches),
        all: args.all,
        clock: clock(chapter, &args, matches),
        runtime: args.runtime.unwrap_or_default(),
        speed: args.speed,
        yes_wait: args.yes_wait,
        // Who reads Python only steps through what CPython does.
        twin: args.twin
            || (args.step
                && reading.lang == Lang::Python
                && !args.is_multi_thread()
                && !chapter.is_real_only()),
        next: Some(next(course, chapter, reading)),
        reading: args.show.code(reading),
    };
    let showing = Showing {
        steps: args.step,
        exports: &args.export,
        ..args.show.showing(screen)
    };
    run::play(&choice, &showing, screen)
}

/// The clock that is asked for. To be stepped through a run is computed, unless
/// it is to be measured or cannot be computed.
fn clock(chapter: &Chapter, args: &PlayArgs, matches: &ArgMatches) -> Clock {
    let is_default = matches.value_source("clock")
        != Some(clap::parser::ValueSource::CommandLine);
    let is_measured = args.speed.is_some()
        || chapter.is_real_only()
        || args.is_multi_thread();
    if args.step && is_default && !is_measured {
        return Clock::Virtual;
    }
    args.clock.into()
}

/// What to go on with after a chapter: the next one, and after the last one
/// what all of them come to.
fn next(course: &Course, chapter: &Chapter, reading: Reading) -> String {
    match course.after(chapter) {
        Some(next) => format!("asyncade {}{}", next.name, reading.option()),
        None => "asyncade checklist".to_owned(),
    }
}

/// Runs what is no chapter.
fn tool(
    course: &Course,
    matches: &ArgMatches,
    screen: &mut Screen,
) -> Result<Ending> {
    let tool = Cli::from_arg_matches(matches)?.tool;
    match tool.unwrap_or(Tool::List { beliefs: false }) {
        Tool::List { beliefs: false } => run::list(course, screen)?,
        Tool::List { beliefs: true } => run::beliefs(course, screen)?,
        Tool::Checklist => return run::checklist(course, screen),
        Tool::Show {
            chapter,
            scene,
            question,
            lang,
        } => {
            let reading = lang::reading(lang)?;
            if let Some(chapter) = course.find(&chapter) {
                match scene {
                    _ if question => run::question(chapter, screen)?,
                    None => run::show(chapter, reading, screen)?,
                    Some(name) => {
                        let scene = scene_of(chapter, &name)?;
                        run::show_scene(chapter, scene, reading, screen)?;
                    }
                }
            }
        }
        Tool::Predict {
            chapter,
            scenes,
            random,
            seed,
            answers,
            json,
            reveal,
            export,
            plain,
            lang,
        } => {
            let Some(chapter) = course.find(&chapter) else {
                return Ok(Ending::Fine);
            };
            let matches = matches.subcommand_matches("predict");
            let own = |knobs: Knobs| match matches {
                Some(matches) => set(chapter, knobs, matches),
                None => knobs,
            };
            for name in &scenes {
                scene_of(chapter, name)?;
            }
            let seed = seed.or(random.then(new_seed));
            screen.page.plain |= plain;
            let predict = Predict {
                chapter,
                knobs: match seed {
                    Some(seed) => random_knobs(chapter, seed, own),
                    None => own(Knobs::new(chapter.knobs)),
                },
                seed,
                named: matches.map_or(Vec::new(), |matches| {
                    named_scenes(chapter, matches)
                }),
                reading: lang::reading(lang)?,
                asking: match (json, reveal) {
                    (true, _) => Asking::Json,
                    (_, true) => Asking::Reveal,
                    _ => Asking::Answers,
                },
                answers: answers.as_ref(),
                exports: &export,
            };
            return run::predict(course, &predict, screen);
        }
        Tool::Prove { chapter } => {
            return run::prove(course, &named(course, &chapter), screen);
        }
        Tool::Verify {
            chapter,
            python,
            require_python,
        } => {
            let mut chapters = named(course, &chapter);
            if chapters.is_empty() {
                chapters = course.chapters.to_vec();
            }
            let matches = matches.subcommand_matches("verify");
            let subjects = chapters.into_iter().map(|chapter| {
                let knobs = Knobs::new(chapter.knobs);
                Subject {
                    chapter,
                    knobs: match matches {
                        Some(matches) => set(chapter, knobs, matches),
                        None => knobs,
                    },
                    scenes: matches.map_or(Vec::new(), |matches| {
                        named_scenes(chapter, matches)
                    }),
                }
            });
            let subjects: Vec<Subject> = subjects.collect();
            let witness = Witness {
                python: &python,
                required: require_python,
            };
            return run::verify(&subjects, &witness, screen);
        }
        Tool::Compare(args) => {
            let chapters = named(course, &args.chapter);
            let matches = matches.subcommand_matches("compare");
            return compare::compare(course, &args, chapters, matches, screen);
        }
        Tool::Scale(args) => return scale::scale(*args, screen),
        Tool::View(args) => return view(course, &args, screen),
        Tool::Diff {
            subject,
            with,
            all,
            json,
            plain,
            other,
        } => {
            let matches = matches.subcommand_matches("diff");
            let asked = diff::Asked {
                subject,
                with,
                other,
                matches,
            };
            let compared = diff::compared(course, asked)?;
            screen.page.plain |= plain;
            let shown = match (json, all) {
                (true, _) => Shown::Json,
                (_, true) => Shown::All,
                _ => Shown::Screen,
            };
            return run::diff(course, &compared, shown, screen);
        }
        Tool::Book { dir, force } => {
            return run::book(course, &dir, force, screen);
        }
        Tool::Serve { port, open } => {
            let own = *course;
            let setting = Box::new(move |chapter, fields: &_| {
                setting::setting(&own, chapter, fields)
            });
            return run::serve(course, port, open, setting, screen);
        }
        Tool::Completions { shell } => {
            run::completions(command(course), shell, screen)?;
        }
        Tool::Man { dir: None } => run::man(&manual(course), screen)?,
        Tool::Man { dir: Some(dir) } => {
            run::man_pages(&manual(course), &dir, screen)?;
        }
        Tool::Help { command: of } => {
            let mut arguments = vec![OsString::from("asyncade")];
            arguments.extend(of.map(OsString::from));
            arguments.push("--help".into());
            return help(command(course), course, &arguments);
        }
    }
    Ok(Ending::Fine)
}

/// Shows recorded traces.
fn view(
    course: &Course,
    args: &ViewArgs,
    screen: &mut Screen,
) -> Result<Ending> {
    let reading = lang::reading(args.show.lang)?;
    let next = |chapter: &Chapter| next(course, chapter, reading);
    let viewing = Viewing {
        course,
        next: &next,
        reading: args.show.code(reading),
        pace: args.play.then(|| args.speed.unwrap_or(1.0)),
    };
    let showing = args.show.showing(screen);
    let showing = Showing {
        steps: args.step,
        live: args.play && showing.live,
        exports: &args.export,
        ..showing
    };
    run::view(&args.file, &viewing, &showing, screen)
}

/// The scene of that name.
fn scene_of(
    chapter: &'static Chapter,
    name: &str,
) -> Result<&'static Scene, Usage> {
    chapter.scene(name).ok_or_else(|| {
        let scenes = chapter.scenes.iter().map(|scene| scene.name);
        let name = foreign::short(name);
        let wrong = format!("{} has no scene '{name}'", chapter.name);
        let scenes = scenes.collect::<Vec<_>>().join(", ");
        Usage::new(wrong, format!("name one of {scenes}"))
    })
}

/// The chapters of those names. Named twice, one is still one.
fn named(course: &Course, names: &[String]) -> Vec<&'static Chapter> {
    let mut chapters: Vec<&'static Chapter> = Vec::new();
    for chapter in names.iter().filter_map(|name| course.find(name)) {
        if chapters.iter().all(|other| other.name != chapter.name) {
            chapters.push(chapter);
        }
    }
    chapters
}
