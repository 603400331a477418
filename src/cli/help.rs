//! The help and the manual, each from what clap knows and what the guides say
//! beside it. The guides are made only where they are read.

use std::ffi::OsString;

use anyhow::Result;
use clap::Command;

use super::chapters::command;
use super::guide::Guide;
use crate::chapter::Course;
use crate::command::{Ending, Manual};
use crate::terminal::{Page, help_page};

/// Prints the help that arguments ask for: to somebody who gave any of them
/// `--help`.
pub(super) fn help(
    parser: Command,
    course: &Course,
    arguments: &[OsString],
) -> Result<Ending> {
    let mut parser = with_guides(parser, course, &help_page());
    // To clap a help is an error.
    if let Err(help) = parser.try_get_matches_from_mut(arguments) {
        help.print()?;
    }
    Ok(Ending::Fine)
}

/// Gives each command the help that its guide makes of it.
fn with_guides(parser: Command, course: &Course, page: &Page) -> Command {
    let whole = parser.clone();
    let guide = Guide::of(course, &whole, None);
    let parser = parser
        .term_width(page.width)
        .help_template(guide.template_of_all(page));
    let names = whole.get_subcommands().map(Command::get_name);
    names.fold(parser, |parser, name| {
        let guide = Guide::of(course, &whole, Some(name));
        parser.mut_subcommand(name, |command| {
            command.help_template(guide.template(page))
        })
    })
}

/// The manual: a page for the program, and one for each of its commands.
pub(super) fn manual(course: &Course) -> Manual {
    let whole = command(course);
    let of = |name: Option<&str>| {
        let Guide {
            mut before, after, ..
        } = Guide::of(course, &whole, name);
        // What the commands are, clap has a section of its own for.
        if name.is_none() {
            before.clear();
        }
        before.into_iter().chain(after).collect()
    };
    Manual::new(whole.clone(), of)
}
