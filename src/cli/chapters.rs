//! What the command line has of the chapters: a subcommand for each, with its
//! knobs and its scenes, and their names as values of other commands. Nothing
//! here is to be edited when a chapter is added.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, CommandFactory};

use super::options::{Cli, PlayArgs};
use crate::chapter::{Chapter, Course, Kind, Knob, Knobs, List, Value};
use crate::export::FORMATS;

/// The whole command: a subcommand for each chapter, then the tools.
pub fn command(course: &Course) -> Command {
    let mut command = Cli::command();
    let chapters = course.chapters.len();
    for (order, tool) in command.get_subcommands_mut().enumerate() {
        let tool_of = tool.clone().display_order(chapters + order);
        *tool = if tool.get_arguments().any(|arg| arg.get_id() == "chapter") {
            let names = names(course);
            tool_of.mut_arg("chapter", |arg| arg.value_parser(names))
        } else {
            tool_of
        };
    }
    let chapters = course.chapters.iter().enumerate();
    command.subcommands(
        chapters
            .map(|(order, chapter)| subcommand(chapter).display_order(order)),
    )
}

/// The names of all chapters, as values.
fn names(course: &Course) -> PossibleValuesParser {
    let values = course.chapters.iter().map(|chapter| {
        PossibleValue::new(chapter.name).aliases(swapped(chapter.name))
    });
    PossibleValuesParser::new(values)
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
    let command = Command::new(chapter.name)
        .aliases(swapped(chapter.name))
        .args(chapter.knobs.iter().map(knob))
        .args(chapter.knobs.iter().filter_map(file_of))
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
    format!("Write the traces to a file ({formats}); may be repeated")
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

/// `--scene`, with the scenes of this chapter as its values.
fn scene(chapter: &'static Chapter) -> Arg {
    let values = chapter.scenes.iter().map(|scene| {
        PossibleValue::new(scene.name)
            .aliases(swapped(scene.name))
            .help(scene.about)
    });
    Arg::new("scene")
        .long("scene")
        .value_name("NAME")
        .help("Play this scene; may be repeated")
        .help_heading("Playing")
        .action(ArgAction::Append)
        .value_parser(PossibleValuesParser::new(values))
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
fn capitalised(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    if word.contains('_') {
        return text.to_owned();
    }
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
