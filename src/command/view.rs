//! Opens recorded traces, and shows them as the runs that made them.

use std::path::Path;

use anyhow::Result;

use super::recorded::recorded;
use super::{Ending, Showing, perform};
use crate::report::{Usage, Viewing, of_traces};
use crate::terminal::Screen;
use crate::world::interrupt;

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
        traces.extend(recorded(file.as_ref())?);
    }
    // Not before: whoever waits for standard input is ended by Ctrl-C at once.
    interrupt::listen();
    let mut ending = Ending::Fine;
    let plans = of_traces(traces, viewing);
    if plans.len() > 1 && !showing.exports.is_empty() {
        let wrong =
            format!("these are {} runs, and --export writes one", plans.len());
        let remedy = "view a file that has one run in it";
        return Err(Usage::new(wrong, remedy).into());
    }
    for plan in plans {
        match perform(plan, showing, screen)? {
            Ending::Interrupted => return Ok(Ending::Interrupted),
            Ending::Broken => ending = Ending::Broken,
            Ending::Fine => {}
        }
    }
    Ok(ending)
}
