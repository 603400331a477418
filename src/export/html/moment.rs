//! Where a piece of evidence is to be seen: a step, and the link to it.

use super::run::Run;
use super::text::in_link;
use crate::chapter::{Fact, Spot};
use crate::report::Report;

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
    step_of(&run.scene, run.number(step))
}

/// The link to a place in a report's page, from another page.
pub(crate) fn spot(report: &Report, spot: &Spot) -> String {
    let mut scenes = report.scenes.iter();
    let scene = scenes.find(|scene| scene.name == spot.scene);
    let trace = scene.and_then(|scene| scene.trace.as_ref());
    let last = trace.map_or(0, |trace| trace.events.len());
    let step = spot.event.map_or(last, |event| event + 1);
    step_of(&spot.scene, step)
}

fn step_of(scene: &str, number: usize) -> String {
    format!("scene={}&amp;step={number}", in_link(scene))
}
