//! Opens recorded traces, and shows them as the runs that made them.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use anyhow::Result;

use super::{Ending, Showing, perform};
use crate::report::{Usage, Viewing, of_traces};
use crate::system::foreign;
use crate::terminal::Screen;
use crate::trace::{Trace, ndjson};
use crate::world::interrupt;

/// Standard input, as a file's name.
const STDIN: &str = "-";

/// Shows every trace of these files.
///
/// # Errors
/// A [`Usage`] error if a file cannot be read or is none of traces, which names
/// the line. If nobody reads the output any more.
pub fn view(
    files: &[impl AsRef<Path>],
    viewing: &Viewing,
    showing: &Showing,
    screen: &mut Screen,
) -> Result<Ending> {
    let mut traces = Vec::new();
    for file in files {
        traces.extend(read(file.as_ref())?);
    }
    // Not before: whoever waits for standard input is ended by Ctrl-C at once.
    interrupt::listen();
    let mut ending = Ending::Fine;
    for plan in of_traces(traces, viewing) {
        match perform(plan, showing, screen)? {
            Ending::Interrupted => return Ok(Ending::Interrupted),
            Ending::Broken => ending = Ending::Broken,
            Ending::Fine => {}
        }
    }
    Ok(ending)
}

fn read(file: &Path) -> Result<Vec<Trace>, Usage> {
    let name = foreign::short(&file.to_string_lossy());
    let traces = if file == Path::new(STDIN) {
        ndjson::read(io::stdin().lock())
    } else {
        let file = File::open(file).map_err(|error| {
            refused(format!("cannot open '{name}': {error}"))
        })?;
        ndjson::read(BufReader::new(file))
    };
    let traces = traces.map_err(|error| {
        let cause = error.source();
        let cause = cause.map_or(String::new(), |cause| format!(": {cause}"));
        refused(format!("cannot read '{name}': {error}{cause}"))
    })?;
    if traces.is_empty() {
        return Err(refused(format!("'{name}' has no trace in it")));
    }
    Ok(traces)
}

/// A file that is none of traces. What is wrong may quote it.
fn refused(wrong: String) -> Usage {
    let wrong = foreign::clean(&wrong).into_owned();
    Usage::new(wrong, "give a file that '--export FILE.ndjson' wrote")
}
