//! A first look at the arguments, which knows the names of all options and
//! minds nothing: which subcommand they are for, and of which chapters
//! `verify` is asked. The second look, with just the options that belong there,
//! is what counts.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::options::Cli;
use crate::chapter::{Chapter, Course, Kind};

/// What there is to be seen.
pub(super) struct Glance {
    /// The subcommand, if there is one, as it was typed.
    pub subcommand: Option<String>,
    /// The one chapter that `verify` is asked of: its knobs may follow.
    pub verified: Option<&'static Chapter>,
}

impl Glance {
    /// Looks at the arguments.
    pub fn at(course: &Course, arguments: &[OsString]) -> Glance {
        let nothing = Glance {
            subcommand: None,
            verified: None,
        };
        // With errors ignored there is none but of a broken parser.
        let Ok(matches) = parser(course).try_get_matches_from(arguments) else {
            return nothing;
        };
        let Some((name, matches)) = matches.subcommand() else {
            return nothing;
        };
        let named = (name == "verify").then(|| {
            let names = matches.get_many::<String>("chapter");
            let names = names.into_iter().flatten();
            names.map(|name| course.find(name)).collect::<Vec<_>>()
        });
        let verified = named.and_then(|named| {
            let (first, rest) = named.split_first()?;
            let first = (*first)?;
            // Named twice it is still one.
            let is_one = rest
                .iter()
                .all(|other| other.is_some_and(|o| o.name == first.name));
            is_one.then_some(first)
        });
        Glance {
            subcommand: Some(name.to_owned()),
            verified,
        }
    }
}

/// Takes anything, and every knob of every chapter.
fn parser(course: &Course) -> Command {
    let knobs = course.chapters.iter().flat_map(|chapter| chapter.knobs);
    let names = knobs.flat_map(|knob| {
        let file = match knob.kind {
            Kind::List(items) => Some(items.file),
            _ => None,
        };
        [Some(knob.name), file].into_iter().flatten()
    });
    let names: BTreeSet<&'static str> = names.collect();
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
        .args(names.into_iter().map(|name| {
            Arg::new(name)
                .long(name)
                .aliases(super::chapters::swapped(name))
                .allow_hyphen_values(true)
                .action(ArgAction::Append)
        }));
    command = Command::new("asyncade")
        .args(command.get_arguments().cloned())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .ignore_errors(true)
        .allow_external_subcommands(true);
    command.subcommand(verify.ignore_errors(true))
}
