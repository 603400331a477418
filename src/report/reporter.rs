//! Whoever is told of a run while it goes on.

use std::io;
use std::time::Duration;

use super::Report;
use crate::trace::Event;

/// Is told of a run, in this order: that it begins; of each scene that it
/// begins, what happens in it, and that it is over; and that the run is over.
/// The report is the same one all along, and grows. Whoever does not mind
/// something leaves that out.
///
/// An error means that nobody listens any more; nothing more is told then.
pub trait Reporter {
    /// The run begins: the report says what is planned.
    ///
    /// # Errors
    /// If it cannot be written.
    fn begins(&mut self, report: &Report) -> io::Result<()> {
        let _ = report;
        Ok(())
    }

    /// A scene begins: the one of that index.
    ///
    /// # Errors
    /// If it cannot be written.
    fn scene_begins(
        &mut self,
        report: &Report,
        index: usize,
    ) -> io::Result<()> {
        let _ = (report, index);
        Ok(())
    }

    /// Something happened in the scene: on the real clock just now, on the
    /// virtual one all of it at once.
    ///
    /// # Errors
    /// If it cannot be written.
    fn happened(&mut self, events: &[Event]) -> io::Result<()> {
        let _ = events;
        Ok(())
    }

    /// Time goes by in a scene that is told as it happens, and so much of it
    /// has gone by in the scene. Called many times a second.
    ///
    /// # Errors
    /// If something cannot be written.
    fn tick(&mut self, now: Duration) -> io::Result<()> {
        let _ = now;
        Ok(())
    }

    /// The scene of that index is over, and its trace is in the report.
    ///
    /// # Errors
    /// If it cannot be written.
    fn scene_ends(&mut self, report: &Report, index: usize) -> io::Result<()> {
        let _ = (report, index);
        Ok(())
    }

    /// The run is over, and the report is finished.
    ///
    /// # Errors
    /// If it cannot be written.
    fn ends(&mut self, report: &Report) -> io::Result<()> {
        let _ = report;
        Ok(())
    }
}

/// Nobody is told: the report is all that is wanted.
pub struct Nobody;

impl Reporter for Nobody {}
