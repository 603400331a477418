//! What clap says of arguments that make no sense, as an error of one line.

use anyhow::Result;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::command::Ending;
use crate::report::Usage;
use crate::system::foreign;

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
    clean(&mut error);
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let said = text
        .lines()
        .map(str::trim)
        .take_while(|line| {
            !line.starts_with("Usage:") && !line.starts_with("For more")
        })
        .filter(|line| !line.is_empty())
        // clap's own brackets, as in `[possible values: a, b]`.
        .map(|line| {
            let inner = line.strip_prefix('[');
            inner
                .and_then(|line| line.strip_suffix(']'))
                .unwrap_or(line)
        });
    let line = said.collect::<Vec<_>>().join("; ");
    // What a parser of ours says of a value may repeat it.
    let line = foreign::clean(&line.replace(":;", ":")).into_owned();
    let of = subcommand.map_or(String::new(), |name| format!("{name} "));
    Err(Usage(format!("{line} (see 'asyncade {of}--help')")).into())
}

/// Makes what the user typed fit to be shown. A suggestion that repeats it is
/// left out if it is not.
fn clean(error: &mut clap::Error) {
    let typed = |kind: &ContextKind, value: &ContextValue| match value {
        ContextValue::String(text) => {
            let text = ContextValue::String(foreign::short(text));
            Some((*kind, text))
        }
        ContextValue::Strings(texts) => {
            let texts = texts.iter().map(|text| foreign::short(text));
            Some((*kind, ContextValue::Strings(texts.collect())))
        }
        _ => None,
    };
    let context = error.context();
    let cleaned: Vec<_> = context
        .filter_map(|(kind, value)| typed(&kind, value))
        .collect();
    let mut fits = true;
    for (kind, value) in cleaned {
        // Of what follows here the valid values are ours, and may be longer.
        if kind == ContextKind::ValidValue {
            continue;
        }
        fits &= error.insert(kind, value.clone()) == Some(value);
    }
    if !fits {
        error.remove(ContextKind::Suggested);
    }
}
