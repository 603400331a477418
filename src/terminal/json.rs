//! The traces as NDJSON, and nothing else on standard output.

use std::io::{self, Write};

use super::quiet::announce;
use super::screen::Screen;
use crate::report::{Report, Reporter, Status};
use crate::system::foreign::clean;
use crate::trace::{Event, ndjson};

/// Prints each scene's traces when it is over.
pub struct Json<'a> {
    screen: &'a mut Screen,
}

impl<'a> Json<'a> {
    /// On that screen.
    pub fn new(screen: &'a mut Screen) -> Json<'a> {
        Json { screen }
    }
}

impl Reporter for Json<'_> {
    fn begins(&mut self, report: &Report) -> io::Result<()> {
        announce(report, &self.screen.page);
        Ok(())
    }

    fn scene_begins(&mut self, _: &Report, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn happened(&mut self, _: &[Event]) -> io::Result<()> {
        Ok(())
    }

    fn scene_ends(&mut self, report: &Report, index: usize) -> io::Result<()> {
        for trace in report.scenes[index].traces() {
            ndjson::write(trace, self.screen)?;
        }
        self.screen.flush()
    }

    /// Names the claims that do not hold on stderr.
    fn ends(&mut self, report: &Report) -> io::Result<()> {
        if report.interrupted {
            return Ok(());
        }
        let findings = report.findings.iter();
        for found in findings.filter(|found| found.status == Status::Broken) {
            // Nothing is left to do if stderr is closed.
            let _ = writeln!(
                anstream::stderr(),
                "the claim '{}' does not hold: {}",
                found.claim,
                clean(&found.evidence)
            );
        }
        Ok(())
    }
}
