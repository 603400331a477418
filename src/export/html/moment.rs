//! Where a piece of evidence is to be seen: a step, and the link to it.

use super::run::Run;
use super::text::in_link;
use crate::chapter::Fact;

/// The step that shows it: of what takes the whole run to know, the last one.
pub(super) fn moment<'a>(
    fact: &Fact,
    runs: &'a [Run],
) -> Option<(&'a Run, usize)> {
    // Of a scene's runs the first is tokio's, of which the claims are.
    let run = runs.iter().find(|run| run.scene == fact.spot.scene)?;
    let step = fact.spot.event.map(|event| run.step_of(event));
    let step = step.unwrap_or(run.steps.len());
    (1..=run.steps.len()).contains(&step).then_some((run, step))
}

/// The link to a step.
pub(super) fn link(run: &Run, step: usize) -> String {
    let scene = in_link(&run.scene);
    format!("scene={scene}&amp;step={}", run.number(step))
}
