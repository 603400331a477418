//! What clap says of arguments that make no sense, as an error of one line.

use anyhow::Result;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::command::Ending;
use crate::report::Usage;

/// What clap has to say: help and version on stdout, an error as one line.
///
/// `subcommand` is the one that was asked for, whose help says more.
pub(super) fn refusal(
    mut error: clap::Error,
    subcommand: Option<&str>,
) -> Result<Ending> {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        error.print()?;
        return Ok(Ending::Fine);
    }
    if let Some(ContextValue::String(value)) =
        error.get(ContextKind::InvalidValue)
    {
        let value = ContextValue::String(shown(value));
        error.insert(ContextKind::InvalidValue, value);
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let said = text
        .lines()
        .map(str::trim)
        .take_while(|line| {
            !line.starts_with("Usage:") && !line.starts_with("For more")
        })
        .filter(|line| !line.is_empty());
    let line = said.collect::<Vec<_>>().join("; ").replace(['[', ']'], "");
    let line = line.replace(":;", ":");
    let of = subcommand.map_or(String::new(), |name| format!("{name} "));
    Err(Usage(format!("{line} (see 'asyncade {of}--help')")).into())
}

/// A value that is wrong, as an error of one line can show it: without what
/// controls a terminal, and cut short.
fn shown(value: &str) -> String {
    let mut letters = value.chars();
    let mut shown = String::new();
    for letter in letters.by_ref().take(60) {
        if letter.is_control() {
            shown.extend(letter.escape_debug());
        } else {
            shown.push(letter);
        }
    }
    if letters.next().is_some() {
        shown.push_str("...");
    }
    shown
}
