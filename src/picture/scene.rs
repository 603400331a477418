//! The picture of a scene among the others of its report.

use std::time::Duration;

use super::axis::ONE_MOMENT;
use super::{Axis, Layout, Picture};
use crate::chapter::time;
use crate::report::{Report, Scene};
use crate::timeline::{STEP, Steps, Timeline};
use crate::trace::{Clock, Trace};

/// Scenes are drawn on the scale of the longest of them, so that the eye can
/// compare them, but for those that would be shorter than this part of it.
/// Those have a scale of their own, by the same rule.
pub(super) const SMALLEST_PART: u32 = 12;

/// What a scene's columns stand for.
pub fn axis(report: &Report, scene: &Scene) -> Axis {
    Axis::of(scene.extent(report.speed), scene.clock)
}

/// The time at the right-hand end of a scene's picture, or the steps. It is
/// known before the scene is played, and may grow if it takes longer.
pub fn scale(report: &Report, scene: &Scene, axis: Axis) -> Duration {
    let own = length(report, scene, axis);
    let mut lengths: Vec<Duration> = beside(report, scene, axis).collect();
    lengths.sort_unstable();
    let mut longest = own;
    while let Some(length) = lengths.pop() {
        longest = length.max(own);
        if own * SMALLEST_PART >= longest {
            break;
        }
        lengths.retain(|other| *other * SMALLEST_PART < length);
    }
    longest
}

/// Lays out what happened in a scene, in both worlds if both are there. It is
/// empty if the scene was not played.
pub fn of_scene(report: &Report, scene: &Scene, layout: &Layout) -> Picture {
    Reading::of(report, scene, layout.axis).laid_out(layout)
}

/// What happened in a scene, read off its traces once, to be laid out as often
/// as it takes.
pub struct Reading<'a> {
    report: &'a Report,
    scene: &'a Scene,
    tokio: Option<Timeline>,
    cpython: Option<Timeline>,
}

impl<'a> Reading<'a> {
    /// Reads a scene's traces for such an axis.
    pub fn of(report: &'a Report, scene: &'a Scene, axis: Axis) -> Reading<'a> {
        let other = scene.counterpart.as_ref();
        Reading {
            report,
            scene,
            tokio: scene.trace.as_ref().map(|trace| read(trace, axis)),
            cpython: other
                .map(|other| read(&other.trace.at_speed(report.speed), axis)),
        }
    }

    /// Lays it out.
    pub fn laid_out(&self, layout: &Layout) -> Picture {
        let Some(tokio) = &self.tokio else {
            return layout.picture(Vec::new());
        };
        let mut picture = match &self.cpython {
            None => Picture::of(tokio, layout),
            Some(cpython) => Picture::of_both(tokio, cpython, layout),
        };
        let own = own_scale(self.report, layout.axis, layout.scale);
        picture.own_scale = own.is_some();
        picture.notes = notes(self.scene, layout.axis);
        picture.notes.extend(own);
        picture
    }
}

/// What has to be known to read the rows of a scene's picture right, a sentence
/// each.
pub fn notes(scene: &Scene, axis: Axis) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(other) = &scene.counterpart {
        // Where the two worlds part, rows differ for other reasons too.
        if other.parting.is_none() {
            notes.extend(polled_apart(&other.polled_apart));
        }
        if scene.clock == Clock::Real {
            notes.push(NOT_MEASURED.to_owned());
        }
        if axis == Axis::Steps {
            notes.push(OWN_STEPS.to_owned());
        }
    }
    notes
}

/// In a sentence, that a picture's scale is shorter than that of others, if it
/// is.
pub fn own_scale(
    report: &Report,
    axis: Axis,
    length: Duration,
) -> Option<String> {
    let others = report.scenes.iter();
    let others = others.filter(|other| self::axis(report, other) == Axis::Time);
    let mut scales = others.map(|other| scale(report, other, Axis::Time));
    let is_own =
        axis == Axis::Time && scales.any(|other| other > length + ONE_MOMENT);
    is_own.then(|| format!("On a shorter scale, {} across.", time(length)))
}

/// The other world is not played beside this one.
const NOT_MEASURED: &str = "The rows of CPython are computed on its virtual \
    clock; those of tokio were measured.";

/// Two loops have no steps in common.
const OWN_STEPS: &str = "Each world counts its own steps: a step of one is not \
    below the same step of the other.";

/// A trace as a timeline on an axis.
pub(super) fn read(trace: &Trace, axis: Axis) -> Timeline {
    match axis {
        Axis::Time => Timeline::of(trace),
        Axis::Steps => Timeline::in_steps(trace),
    }
}

/// How long a scene is on an axis, as far as is known.
fn length(report: &Report, scene: &Scene, axis: Axis) -> Duration {
    match axis {
        Axis::Time => scene.extent(report.speed),
        Axis::Steps => {
            let other = scene.counterpart.as_ref();
            let other = other.map(|other| &other.trace);
            let traces = [Some(&scene.ideal), scene.trace.as_ref(), other];
            let steps = traces.into_iter().flatten().map(steps);
            steps.max().unwrap_or_default().max(STEP)
        }
    }
}

/// How many steps a run has, as a length of time.
pub(super) fn steps(trace: &Trace) -> Duration {
    let mut steps = Steps::default();
    for event in &trace.events {
        steps.count(event);
    }
    steps.length()
}

/// How long those scenes are that are compared with a scene, itself among
/// them: all, but where each mistake stands beside its cure those of its story.
fn beside<'a>(
    report: &'a Report,
    scene: &'a Scene,
    axis: Axis,
) -> impl Iterator<Item = Duration> + 'a {
    let names = report.scenes.iter().map(|scene| &scene.name);
    let mut names = names.chain(&report.left_out);
    let has_cures = names.any(|name| name.ends_with(CURE));
    let others = report.scenes.iter().filter(move |other| {
        !has_cures || story(&other.name) == story(&scene.name)
    });
    others.map(move |other| length(report, other, axis))
}

/// By this ending a scene's name says that it is the cure of the scene whose
/// name comes before it.
const CURE: &str = "-fixed";

/// The mistake that a scene makes or cures.
fn story(name: &str) -> &str {
    name.strip_suffix(CURE).unwrap_or(name)
}

/// Why rows differ although the two worlds do the same.
fn polled_apart(lanes: &[String]) -> Option<String> {
    let (last, first) = lanes.split_last()?;
    let (names, are) = if first.is_empty() {
        (last.clone(), "is")
    } else {
        (format!("{} and {last}", first.join(", ")), "are")
    };
    Some(format!(
        "On CPython {names} {are} polled at other moments: each world polls a lane when it likes, \
         and that is not compared."
    ))
}
