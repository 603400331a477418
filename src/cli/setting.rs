//! A chapter's knobs as a page has them, read as the command line reads them:
//! whoever sets one wrong is told the same.

use clap::Command;

use super::chapters::{knob, set};
use super::refusal::Asked;
use crate::chapter::{Chapter, Course, Kind, Knob, Knobs, same_name};
use crate::report::Usage;

/// Reads names and values.
///
/// # Errors
/// If one of them is no knob, or is no value of it.
pub(super) fn setting(
    course: &Course,
    chapter: &'static Chapter,
    fields: &[(String, String)],
) -> Result<Knobs, Usage> {
    for (name, _) in fields {
        if let Some(knob) = list_of(chapter, name) {
            return Err(not_on_a_page(chapter, knob));
        }
    }
    let knobs = chapter.knobs.iter();
    let knobs = knobs.filter(|knob| !matches!(knob.kind, Kind::List(_)));
    let own = Command::new(chapter.name).args(knobs.map(knob));
    let mut parser = Command::new("asyncade")
        .disable_help_subcommand(true)
        .subcommand(own.disable_help_flag(true));
    let fields = fields.iter();
    let fields = fields.map(|(name, value)| format!("--{name}={value}"));
    let arguments = ["asyncade", chapter.name].map(str::to_owned);
    let arguments = arguments.into_iter().chain(fields);
    let matches =
        parser
            .try_get_matches_from_mut(arguments)
            .map_err(|error| {
                let asked = Asked {
                    course,
                    parser: &parser,
                    subcommand: Some(chapter.name),
                    chapters: &[],
                };
                Usage {
                    more: Some(asked.help()),
                    ..asked.usage(error)
                }
            })?;
    let knobs = Knobs::new(chapter.knobs);
    Ok(match matches.subcommand() {
        Some((_, matches)) => set(chapter, knobs, matches),
        None => knobs,
    })
}

/// The knob of that name, if it takes a list.
fn list_of(chapter: &'static Chapter, name: &str) -> Option<&'static Knob> {
    chapter.knobs.iter().find(|knob| match knob.kind {
        Kind::List(items) => {
            same_name(knob.name, name) || same_name(items.file, name)
        }
        _ => false,
    })
}

/// A link may set a knob, and whoever made the link is not whoever follows it:
/// he shall not have this machine read files, or ask others for something.
fn not_on_a_page(chapter: &Chapter, knob: &Knob) -> Usage {
    Usage::new(
        format!("'--{}' cannot be set on a page", knob.name),
        format!(
            "type 'asyncade {} --{} ...' in a terminal",
            chapter.name, knob.name
        ),
    )
}
