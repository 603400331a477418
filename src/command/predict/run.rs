//! The run that is asked about, before and after it was played. What can be
//! computed is asked about before that; what plays on the real clock only is
//! recorded first, unseen.

use std::time::Duration;

use anyhow::Result;

use super::Predict;
use crate::chapter::{Plays, Scene, time};
use crate::report::{
    self, Choice, Nobody, Plan, Played, Report, Unheard, Usage,
};
use crate::terminal::{Page, Unseen};
use crate::trace::{Clock, Trace};
use crate::world::interrupt;

/// Nobody waits longer for what is not even seen.
const TOO_LONG: Duration = Duration::from_secs(600);

/// A run, before and after.
pub(super) enum Run {
    Planned(Box<Plan>),
    Played(Box<Report>),
}

impl Run {
    /// A run of all scenes of the chapter, whichever are asked about: what
    /// happens in the others is what one may take it for.
    ///
    /// # Errors
    /// A [`Usage`] error if it makes no sense, or takes too long.
    pub fn of(asked: &Predict) -> Result<Run> {
        let is_measured = asked.chapter.is_real_only();
        // Who must be told beforehand of what a run does is spared what need
        // not be done.
        let is_spared = is_measured && asked.knobs.announce(1).is_some();
        let named = match is_spared {
            true => asked.named.clone(),
            false => Vec::new(),
        };
        let clock = match is_measured {
            true => Clock::Real,
            false => Clock::Virtual,
        };
        let plan = Plan::new(&Choice {
            knobs: asked.knobs.clone(),
            all: named.is_empty(),
            named,
            reading: asked.reading,
            // How long it may take is said below, and in other words.
            yes_wait: true,
            ..Choice::new(asked.chapter, clock)
        })?;
        if is_measured {
            check_length(plan.report())?;
        }
        Ok(Run::Planned(Box::new(plan)))
    }

    pub fn report(&self) -> &Report {
        match self {
            Run::Planned(plan) => plan.report(),
            Run::Played(report) => report,
        }
    }

    /// Plays it, if it was not played yet.
    ///
    /// # Errors
    /// If a scene fails.
    pub fn played(self) -> Result<Run> {
        match self {
            Run::Planned(plan) => {
                let played = report::play(*plan, &mut Nobody, Unheard::GoOn);
                of_played(played)
            }
            Run::Played(_) => Ok(self),
        }
    }

    /// Records it on the real clock, unseen.
    ///
    /// # Errors
    /// If a scene fails.
    pub fn recorded(self, page: Page) -> Result<Run> {
        let Run::Planned(plan) = self else {
            return Ok(self);
        };
        interrupt::listen();
        let mut unseen = Unseen::new(page);
        let run = of_played(report::play(*plan, &mut unseen, Unheard::GoOn));
        // From here on nobody looks whether the user wants it to stop.
        if !interrupt::requested() {
            interrupt::end_when_requested();
        }
        run
    }

    /// Whether what happened is not what was to be expected.
    pub fn surprises(&self) -> bool {
        let mut scenes = self.report().scenes.iter();
        scenes.any(|scene| *happened(scene) != scene.ideal)
    }
}

fn of_played(played: Played) -> Result<Run> {
    match played.failure {
        Some(error) => Err(error),
        None => Ok(Run::Played(Box::new(played.report))),
    }
}

/// Refuses what takes too long to be recorded.
fn check_length(report: &Report) -> Result<(), Usage> {
    let length = report.length();
    if length <= TOO_LONG {
        return Ok(());
    }
    let wrong = format!(
        "{} would have to run for {} before anything could be asked about it",
        report.chapter,
        time(length)
    );
    Err(Usage::new(wrong, "set its options lower"))
}

/// What happened in a scene, or is going to.
pub(super) fn happened(scene: &report::Scene) -> &Trace {
    scene.trace.as_ref().unwrap_or(&scene.ideal)
}

impl Predict<'_> {
    /// The names of the scenes that are asked about.
    pub(super) fn scenes(&self) -> Vec<String> {
        let scenes = self.chapter.scenes.iter();
        let is_asked = |scene: &&Scene| match self.named.as_slice() {
            [] => scene.plays != Plays::WhenAsked,
            named => named.iter().any(|named| named.name == scene.name),
        };
        scenes
            .filter(is_asked)
            .map(|scene| scene.name.to_owned())
            .collect()
    }
}
