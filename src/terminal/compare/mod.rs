//! What was measured, on a page: the [`CompareTable`], the [`curve`] of a
//! sweep, and the [`Progress`] while it is measured.

mod curve;
mod progress;
mod table;

use std::io::{self, Write};

use serde::Serialize;

use super::screen::Screen;

pub(crate) use curve::curve;
pub(crate) use progress::Progress;
pub(crate) use table::CompareTable;

/// Says on stderr what has to be said before anything runs.
pub(crate) fn announce(notice: &str, screen: &Screen) {
    // Nothing is left to do if stderr is closed.
    let _ = screen.page.prose(&mut anstream::stderr(), 0, notice);
}

/// Everything as one JSON object.
pub(crate) fn json(
    screen: &mut Screen,
    value: &impl Serialize,
) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *screen, value)?;
    writeln!(screen)?;
    screen.flush()
}
