//! The verdict and the claims, and nothing else.

use std::io::{self, Write};

use super::claims::finding;
use super::screen::Screen;
use super::verdict::verdict;
use crate::report::{Report, Reporter};
use crate::trace::Event;

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
        announce(report, self.screen);
        Ok(())
    }

    fn scene_begins(&mut self, _: &Report, _: usize) -> io::Result<()> {
        self.screen.measure();
        Ok(())
    }

    fn happened(&mut self, _: &[Event]) -> io::Result<()> {
        Ok(())
    }

    fn scene_ends(&mut self, _: &Report, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn ends(&mut self, report: &Report) -> io::Result<()> {
        if report.interrupted {
            return interrupted(self.screen);
        }
        if report.scenes.iter().any(|scene| scene.failure.is_some()) {
            return Ok(());
        }
        let page = self.screen.page;
        if let Some(found) = &report.verdict {
            verdict(&page, self.screen, found)?;
        }
        findings(report, self.screen)?;
        self.screen.flush()
    }
}

/// Says what has to be said before anything runs: on stderr, so that it is
/// seen whatever becomes of the results.
pub(super) fn announce(report: &Report, screen: &Screen) {
    if let Some(notice) = &report.notice {
        // Nothing is left to do if stderr is closed.
        let _ = screen.page.prose(&mut anstream::stderr(), 0, notice);
    }
}

/// Says that there is no more to come.
pub(super) fn interrupted(screen: &mut Screen) -> io::Result<()> {
    let page = screen.page;
    writeln!(screen)?;
    page.aside(screen, 2, "Interrupted: this is how far it came.")?;
    screen.flush()
}

/// Shows what became of the claims.
pub(super) fn findings(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let page = screen.page;
    if report.findings.is_empty() {
        writeln!(screen)?;
        let note = "No claim speaks of these scenes alone; '--all' plays the \
                    others too.";
        return page.aside(screen, 2, note);
    }
    page.heading(screen, "claims", "checked against the traces above")?;
    for found in &report.findings {
        finding(&page, screen, found)?;
    }
    if report.is_broken() && report.is_real() {
        writeln!(screen)?;
        let note = "On the real clock a claim allows for what a busy machine \
                    may add, but for no more than half of what tells it from \
                    its opposite. Try again, or see it with '--clock virtual'.";
        page.aside(screen, 2, note)?;
    }
    Ok(())
}
