//! What N waits at once cost: measured, shown, and written to files.

use std::path::PathBuf;

use anyhow::Result;

use super::Ending;
use super::compare::finish;
use crate::export::{Export, SCALES, scale_as_json};
use crate::scale::limits::Limits;
use crate::scale::{Asked, Plan, measure};
use crate::terminal::{self, ScaleProgress, Screen};
use crate::world::interrupt;

/// How it is shown.
pub(crate) struct Scaling<'a> {
    /// Everything as JSON, and nothing else.
    pub json: bool,
    /// A bar, if the screen can have one.
    pub progress: bool,
    /// The files that it is written to.
    pub exports: &'a [PathBuf],
}

/// Measures it.
///
/// # Errors
/// A [`Usage`](crate::report::Usage) error before anything is run. If this
/// program cannot start itself again, if a peer is missing that is required, or
/// if nobody reads the output any more.
pub(crate) fn scale(
    asked: &Asked,
    scaling: &Scaling,
    screen: &mut Screen,
) -> Result<Ending> {
    let plan = Plan::of(asked, &Limits::look())?;
    let exports = Export::prepare_all(scaling.exports, SCALES)?;
    // From here on Ctrl-C is a request, so that what was measured is shown.
    interrupt::listen();
    let is_shown = scaling.progress && !scaling.json && screen.live;
    let mut progress = ScaleProgress::new(is_shown);
    let report = measure(asked, plan, &mut progress)?;
    drop(progress);
    let shown = match scaling.json {
        true => scale_as_json(&report, screen)
            .and_then(|()| std::io::Write::flush(screen)),
        false => terminal::scale(screen, &report),
    };
    let is_whole = finish(exports, &report);
    shown?;
    if report.is_interrupted {
        return Ok(Ending::Interrupted);
    }
    let mut left_out = report.left_out.iter();
    let is_missing = left_out.any(|left_out| left_out.subject.is_peer());
    let is_missing = asked.require_peers && is_missing;
    Ok(Ending::of(is_missing || !is_whole || report.is_broken()))
}
