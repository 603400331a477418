//! A first look at the arguments, which knows the names of all options and
//! minds nothing: which subcommand they are for, and of which chapters a tool
//! is asked that takes a chapter's knobs. The second look, with just the
//! options that belong there, is what counts.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory};

use super::chapters::{knob, scene, swapped};
use super::options::Cli;
use crate::chapter::{Chapter, Course, Kind};

/// The tools that are asked of chapters, and take the knobs of one, each with
/// the argument that names them.
const ASKED_OF_CHAPTERS: [(&str, &str); 4] = [
    ("verify", "chapter"),
    ("predict", "chapter"),
    ("compare", "chapter"),
    ("diff", "subject"),
];

/// The tool among them that is asked of two scenes, and takes no others.
const OF_TWO_SCENES: &str = "compare";

/// Whether a tool is asked of chapters, and takes the knobs of one.
pub(super) fn is_asked_of_chapters(tool: &str) -> bool {
    ASKED_OF_CHAPTERS.iter().any(|(other, _)| *other == tool)
}

/// What there is to be seen.
pub(super) struct Glance {
    /// The subcommand, if there is one, as it was typed.
    pub subcommand: Option<String>,
    /// The chapters that such a tool is asked of.
    pub chapters: Vec<&'static Chapter>,
    /// What may follow it: if it is asked of one chapter, its knobs and
    /// its scenes.
    pub options: Vec<Arg>,
}

impl Glance {
    /// Looks at the arguments.
    pub fn at(course: &Course, arguments: &[OsString]) -> Glance {
        // With errors ignored there is none but of a broken parser.
        let matches = parser(course).try_get_matches_from(arguments).ok();
        let subcommand = matches.as_ref().and_then(ArgMatches::subcommand);
        let mut named: Vec<Option<&'static Chapter>> = Vec::new();
        if let Some((tool, matches)) = subcommand {
            let mut all = ASKED_OF_CHAPTERS.iter();
            let names = all
                .find(|(name, _)| *name == tool)
                .and_then(|(_, argument)| matches.get_raw(argument));
            let names = names.into_iter().flatten();
            named.extend(
                names.map(|name| {
                    name.to_str().and_then(|name| course.find(name))
                }),
            );
        }
        let options = match only(&named) {
            Some(chapter) => {
                let knobs = chapter.knobs.iter().map(knob);
                let named = subcommand.map(|(tool, _)| tool);
                let scene =
                    (named != Some(OF_TWO_SCENES)).then(|| scene(chapter));
                knobs.chain(scene).collect()
            }
            // It is the chapter that is wrong then, and not its options.
            None if named.iter().any(Option::is_none) => all_options(course)
                .map(|option| option.hide(true))
                .collect(),
            None => Vec::new(),
        };
        Glance {
            subcommand: subcommand.map(|(name, _)| name.to_owned()),
            chapters: named.into_iter().flatten().collect(),
            options,
        }
    }
}

/// The one chapter that was named: of several it is not clear whose knobs
/// follow. Named twice it is still one.
fn only(named: &[Option<&'static Chapter>]) -> Option<&'static Chapter> {
    let (first, rest) = named.split_first()?;
    let first = (*first)?;
    let is_first = |other: &Option<&Chapter>| {
        other.is_some_and(|other| other.name == first.name)
    };
    rest.iter().all(is_first).then_some(first)
}

/// Every knob of every chapter, and `--scene`, with whatever value.
fn all_options(course: &Course) -> impl Iterator<Item = Arg> {
    let knobs = course.chapters.iter().flat_map(|chapter| chapter.knobs);
    let names = knobs.flat_map(|knob| {
        let file = match knob.kind {
            Kind::List(items) => Some(items.file),
            _ => None,
        };
        [Some(knob.name), file].into_iter().flatten()
    });
    let names: BTreeSet<&'static str> = names.chain(["scene"]).collect();
    names.into_iter().map(|name| {
        Arg::new(name)
            .long(name)
            .aliases(swapped(name))
            .allow_hyphen_values(true)
            .action(ArgAction::Append)
    })
}

/// Takes anything.
fn parser(course: &Course) -> Command {
    let command = Cli::command();
    let whole = Command::new("asyncade")
        .args(command.get_arguments().cloned())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .ignore_errors(true)
        .allow_external_subcommands(true);
    ASKED_OF_CHAPTERS.iter().fold(whole, |whole, (name, _)| {
        let tool = command.find_subcommand(name).cloned().unwrap_or_default();
        let help = Arg::new("help").long("help").short('h');
        let tool = tool
            .disable_help_flag(true)
            .arg(help.action(ArgAction::SetTrue))
            .args(all_options(course));
        whole.subcommand(tool.ignore_errors(true))
    })
}
