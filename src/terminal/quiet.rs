//! The last screen of a run, and nothing else.

use std::io::{self, Write};

use super::page::Page;
use super::screen::Screen;
use super::summary::summary;
use crate::report::{Report, Reporter};

/// What is said of a run that the user stopped.
pub(crate) const INTERRUPTED: &str = "Interrupted: this is how far it came.";

/// Shows what came of a run.
pub struct Quiet<'a> {
    screen: &'a mut Screen,
}

impl<'a> Quiet<'a> {
    /// On that screen.
    pub fn new(screen: &'a mut Screen) -> Quiet<'a> {
        Quiet { screen }
    }
}

impl Reporter for Quiet<'_> {
    fn begins(&mut self, report: &Report) -> io::Result<()> {
        announce(report, &self.screen.page);
        Ok(())
    }

    fn ends(&mut self, report: &Report) -> io::Result<()> {
        close(self.screen, report)
    }
}

/// Says what has to be said before anything runs: on stderr, so that it is
/// seen whatever becomes of the results.
pub(super) fn announce(report: &Report, page: &Page) {
    if let Some(notice) = &report.notice {
        // Nothing is left to do if stderr is closed.
        let _ = page.prose(&mut anstream::stderr(), 0, notice);
    }
}

/// Writes the last screen of a run, or that it was stopped before.
pub(super) fn close(screen: &mut Screen, report: &Report) -> io::Result<()> {
    // What failed is said by whoever asked for the run.
    if report.scenes.iter().any(|scene| scene.failure.is_some()) {
        return Ok(());
    }
    if report.interrupted {
        writeln!(screen)?;
        writeln!(screen, "  {INTERRUPTED}")?;
    } else {
        // Somebody may have changed the size of the terminal meanwhile.
        screen.measure();
        for row in summary(&screen.page, report) {
            writeln!(screen, "{row}")?;
        }
    }
    screen.flush()
}
