//! What the command line has of the chapters: a subcommand for each, with its
//! knobs and its scenes, and their names as values of other commands. Nothing
//! here is to be edited when a chapter is added.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, CommandFactory};

use super::options::{Cli, PlayArgs, SCENE};
use crate::chapter::{Chapter, Course, Kind, Knob, Knobs, List, Scene, Value};
use crate::export::FORMATS;

/// The whole command: a subcommand for each chapter, then the tools.
pub fn command(course: &Course) -> Command {
    let mut command = with_help(Cli::command());
    let chapters = course.chapters.len();
    let names: Vec<PossibleValue> = course.chapters.iter().map(name).collect();
    let tools = command.get_subcommands().map(Command::get_name);
    let tools = tools.map(|tool| PossibleValue::new(tool.to_owned()));
    let all: Vec<PossibleValue> = names.iter().cloned().chain(tools).collect();
    for (order, tool) in command.get_subcommands_mut().enumerate() {
        let tool_of = tool.clone().display_order(chapters + order);
        let mut with_names = with_help(tool_of);
        for (id, names) in [("chapter", &names), ("command", &all)] {
            if tool.get_arguments().any(|arg| arg.get_id() == id) {
                let names = PossibleValuesParser::new(names.clone());
                with_names = with_names.mut_arg(id, |arg| {
                    arg.value_parser(names).hide_possible_values(true)
                });
            }
        }
        *tool = with_names;
    }
    let chapters = course.chapters.iter().enumerate();
    command.subcommands(
        chapters
            .map(|(order, chapter)| subcommand(chapter).display_order(order)),
    )
}

/// `-h` and `--help` are the same: a help of one kind, that fits on few screens.
fn with_help(command: Command) -> Command {
    command.disable_help_flag(true).arg(
        Arg::new("help")
            .short('h')
            .long("help")
            .action(ArgAction::HelpShort)
            .help("Print help"),
    )
}

/// The name of a chapter, as a value.
fn name(chapter: &&'static Chapter) -> PossibleValue {
    PossibleValue::new(chapter.name).aliases(swapped(chapter.name))
}

/// A chapter's knobs as the arguments set them.
pub(super) fn set(
    chapter: &Chapter,
    mut knobs: Knobs,
    matches: &ArgMatches,
) -> Knobs {
    for knob in chapter.knobs {
        let mut options = vec![knob.name];
        if let Kind::List(items) = knob.kind {
            options.push(items.file);
        }
        for option in options {
            // An option that this command does not have is none that was set.
            let values = matches.try_get_many::<Value>(option).ok().flatten();
            let values = values.into_iter().flatten();
            values.for_each(|value| knobs.set(knob, value.clone()));
        }
    }
    knobs
}

fn subcommand(chapter: &'static Chapter) -> Command {
    let title = capitalised(chapter.title);
    let question = chapter.lesson(&Knobs::new(chapter.knobs)).question;
    let command = with_help(Command::new(chapter.name))
        .aliases(swapped(chapter.name))
        .args(chapter.knobs.iter().map(knob))
        .args(chapter.knobs.iter().filter_map(file_of))
        .arg(scenes(chapter))
        .arg(scene(chapter));
    // These come with a description of their own, which is not the chapter's.
    PlayArgs::augment_args(command)
        .mut_arg("export", |arg| arg.help(export()))
        .long_about(format!("{title}\n\n{question}"))
        .about(title)
}

/// The help of `--export`, which knows the formats.
fn export() -> String {
    let formats = FORMATS.iter();
    let formats: Vec<String> = formats
        .map(|format| format!(".{}", format.extension))
        .collect();
    let formats = formats.join(", ");
    format!("Write the run to a file ({formats}); may be repeated")
}

/// A chapter's option.
pub(super) fn knob(knob: &'static Knob) -> Arg {
    let arg = Arg::new(knob.name)
        .long(knob.name)
        .aliases(swapped(knob.name))
        // So that `-1s` is a value that is wrong, and not an unknown option.
        .allow_hyphen_values(true)
        .value_parser(|text: &str| knob.parse(text))
        .help_heading("Knobs");
    match knob.kind {
        Kind::Time(default) => arg
            .value_name("TIME")
            .help(format!("{} [default: {default}]", knob.help)),
        Kind::SameAs(other) => arg
            .value_name("TIME")
            .help(format!("{} [default: as --{}]", knob.help, other.name)),
        Kind::Count { default, min, max } => arg.value_name("N").help(format!(
            "{} [default: {default}, {min} to {max}]",
            knob.help
        )),
        Kind::Cores(max) => arg.value_name("N").help(format!(
            "{} [default: the machine's cores, 1 to {max}]",
            knob.help
        )),
        Kind::Text(default) => arg
            .value_name("TEXT")
            .help(format!("{} [default: {default}]", knob.help)),
        Kind::List(items) => arg
            .value_name(items.name)
            .help(format!("{}; may be repeated", knob.help))
            .action(ArgAction::Append)
            .conflicts_with_all(items.instead_of),
    }
}

/// The option beside a knob that takes a list, which reads it from a file.
fn file_of(knob: &'static Knob) -> Option<Arg> {
    let Kind::List(items) = knob.kind else {
        return None;
    };
    Some(
        Arg::new(items.file)
            .long(items.file)
            .aliases(swapped(items.file))
            .value_name("FILE")
            .help(format!(
                "The same for each line of a file of {}s; see --{}",
                items.name, knob.name
            ))
            .action(ArgAction::Append)
            .conflicts_with_all(items.instead_of)
            .value_parser(move |path: &str| {
                List::read(items, path).map(Value::List)
            })
            .help_heading("Knobs"),
    )
}

/// `gather failure`: scenes by their bare names.
fn scenes(chapter: &'static Chapter) -> Arg {
    of_scenes(Arg::new("scenes"), chapter)
        .help("The scenes to play, in place of those that play by default")
        .num_args(0..)
}

/// `--scene failure`, the same as an option.
pub(super) fn scene(chapter: &'static Chapter) -> Arg {
    of_scenes(Arg::new("scene").long("scene"), chapter)
        .help("The same as an option: may be repeated, and a,b names two")
        .help_heading("Playing")
}

/// An argument with the scenes of this chapter as its values.
fn of_scenes(arg: Arg, chapter: &'static Chapter) -> Arg {
    let values = chapter.scenes.iter().map(|scene| {
        PossibleValue::new(scene.name)
            .aliases(swapped(scene.name))
            .help(scene.about)
    });
    arg.value_name(SCENE)
        .action(ArgAction::Append)
        .value_delimiter(',')
        .value_parser(PossibleValuesParser::new(values))
        // The help has them as a list of its own, with what each is.
        .hide_possible_values(true)
}

/// The scenes that were named, in whichever way.
pub(super) fn named_scenes(
    chapter: &Chapter,
    matches: &ArgMatches,
) -> Vec<&'static Scene> {
    let mut scenes: Vec<&'static Scene> = Vec::new();
    for id in ["scenes", "scene"] {
        // A command that does not have the argument has none that was named.
        let names = matches.try_get_many::<String>(id).ok().flatten();
        for name in names.into_iter().flatten() {
            let named = chapter.scene(name);
            scenes.extend(named.filter(|scene| {
                scenes.iter().all(|other| other.name != scene.name)
            }));
        }
    }
    scenes
}

/// The other spelling of a name, if it has one: `-` and `_` are
/// interchangeable.
pub(super) fn swapped(name: &str) -> Option<String> {
    let other = if name.contains('_') {
        name.replace('_', "-")
    } else {
        name.replace('-', "_")
    };
    (other != name).then_some(other)
}

/// A title as clap's own texts begin, unless it begins with a name of code.
pub(super) fn capitalised(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    if word.contains('_') {
        return text.to_owned();
    }
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
