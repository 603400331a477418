//! Opens recorded traces, and shows them as the runs that made them.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use anyhow::{Context, Result};

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
/// If a file cannot be read or is none of traces, which names the line, or if
/// nobody reads the output any more.
pub fn view(
    files: &[impl AsRef<Path>],
    viewing: &Viewing,
    showing: &Showing,
    screen: &mut Screen,
) -> Result<Ending> {
    interrupt::listen();
    let mut traces = Vec::new();
    for file in files {
        traces.extend(read(file.as_ref())?);
    }
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

fn read(file: &Path) -> Result<Vec<Trace>> {
    let name = foreign::short(&file.to_string_lossy());
    let traces = if file == Path::new(STDIN) {
        ndjson::read(io::stdin().lock())
    } else {
        let file = File::open(file)
            .with_context(|| format!("cannot open '{name}'"))?;
        ndjson::read(BufReader::new(file))
    };
    let traces = traces.with_context(|| format!("'{name}' is no trace"))?;
    if traces.is_empty() {
        let wrong = format!("'{name}' has no trace in it");
        let instead = "give a file that --export FILE.ndjson wrote";
        return Err(Usage::new(wrong, instead).into());
    }
    Ok(traces)
}
