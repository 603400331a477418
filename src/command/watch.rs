//! Watches a scene that runs: its lines as they come, its bars below them, and
//! whether the user wants it to end.

use std::io::Write;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use anyhow::Result;

use super::interrupt;
use super::screen::Screen;
use crate::run::Live;
use crate::trace::Trace;
use crate::view::{Bars, Lines};

/// How often the bars move, and how soon Ctrl-C is seen.
const TICK: Duration = Duration::from_millis(40);

/// Watches until the scene or the user ends it. Without `lines` only the bars
/// are shown.
pub(super) fn watch(
    live: Live,
    mut lines: Option<Lines>,
    mut bars: Bars,
    screen: &mut Screen,
) -> Result<Trace> {
    loop {
        let mut batch = match live.events.recv_timeout(TICK) {
            Ok(event) => vec![event],
            Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => break,
        };
        batch.extend(live.events.try_iter());
        batch.iter().for_each(|event| bars.take(event));
        if let Some(lines) = &mut lines {
            if batch.iter().any(Lines::shows) {
                bars.suspend(|| -> Result<()> {
                    for event in &batch {
                        lines.take(screen, event)?;
                    }
                    Ok(screen.flush()?)
                })?;
            } else {
                batch.iter().for_each(|event| lines.learn(event));
            }
        }
        if interrupt::requested() {
            bars.clear();
            return Ok(live.interrupt());
        }
        bars.tick();
    }
    bars.clear();
    live.finish()
}
