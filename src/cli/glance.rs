//! A first look at the arguments, which knows the names of all options and
//! minds nothing: which subcommand they are for, and of which chapters
//! `verify` is asked. The second look, with just the options that belong there,
//! is what counts.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory};

use super::chapters::{knob, swapped};
use super::options::Cli;
use crate::chapter::{Chapter, Course, Kind};

/// What there is to be seen.
pub(super) struct Glance {
    /// The subcommand, if there is one, as it was typed.
    pub subcommand: Option<String>,
    /// The knobs that may follow `verify`: those of the one chapter that it is
    /// asked of.
    pub knobs: Vec<Arg>,
}

impl Glance {
    /// Looks at the arguments.
    pub fn at(course: &Course, arguments: &[OsString]) -> Glance {
        // With errors ignored there is none but of a broken parser.
        let matches = parser(course).try_get_matches_from(arguments).ok();
        let subcommand = matches.as_ref().and_then(ArgMatches::subcommand);
        let knobs = match subcommand {
            Some(("verify", matches)) => {
                let names = matches.get_many::<String>("chapter");
                let names = names.into_iter().flatten();
                let named = names.map(|name| course.find(name));
                knobs_of(course, &named.collect::<Vec<_>>())
            }
            _ => Vec::new(),
        };
        Glance {
            subcommand: subcommand.map(|(name, _)| name.to_owned()),
            knobs,
        }
    }
}

/// The knobs of the chapters that were named: of several it is not clear whose
/// they are.
fn knobs_of(course: &Course, named: &[Option<&'static Chapter>]) -> Vec<Arg> {
    match named {
        // It is the chapter that is wrong then, and not its knobs.
        _ if named.iter().any(Option::is_none) => all_knobs(course).collect(),
        // Named twice it is still one.
        [Some(first), rest @ ..]
            if rest.iter().flatten().all(|o| o.name == first.name) =>
        {
            first.knobs.iter().map(knob).collect()
        }
        _ => Vec::new(),
    }
}

/// Every knob of every chapter, with whatever value.
fn all_knobs(course: &Course) -> impl Iterator<Item = Arg> {
    let knobs = course.chapters.iter().flat_map(|chapter| chapter.knobs);
    let names = knobs.flat_map(|knob| {
        let file = match knob.kind {
            Kind::List(items) => Some(items.file),
            _ => None,
        };
        [Some(knob.name), file].into_iter().flatten()
    });
    let names: BTreeSet<&'static str> = names.collect();
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
    let mut command = Cli::command();
    let verify = command
        .find_subcommand("verify")
        .cloned()
        .unwrap_or_default()
        .disable_help_flag(true)
        .arg(
            Arg::new("help")
                .long("help")
                .short('h')
                .action(ArgAction::SetTrue),
        )
        .args(all_knobs(course));
    command = Command::new("asyncade")
        .args(command.get_arguments().cloned())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .ignore_errors(true)
        .allow_external_subcommands(true);
    command.subcommand(verify.ignore_errors(true))
}
