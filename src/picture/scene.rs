//! The picture of a scene among the others of its report.

use std::time::Duration;

use super::{Layout, Picture};
use crate::report::{Report, Scene};
use crate::timeline::Timeline;

/// A scene is drawn on the same scale as the longest one, so that the eye can
/// compare them, unless it would be shorter than this part of it.
const SMALLEST_PART: u32 = 12;

/// The time at the right-hand end of a scene's picture.
pub fn scale(report: &Report, scene: &Scene) -> Duration {
    let own = own(report, scene);
    let longest = longest(report, scene).max(own);
    if own * SMALLEST_PART >= longest {
        longest
    } else {
        own
    }
}

/// Lays out what happened in a scene, in both worlds if both are there. It is
/// empty if the scene was not played.
pub fn of_scene(report: &Report, scene: &Scene, layout: &Layout) -> Picture {
    let Some(trace) = &scene.trace else {
        return layout.picture(Vec::new(), 0);
    };
    let timeline = Timeline::of(trace);
    let mut picture = match &scene.counterpart {
        None => Picture::of(&timeline, layout),
        Some(other) => {
            let cpython = Timeline::of(&other.trace.at_speed(report.speed));
            let mut picture = Picture::of_both(&timeline, &cpython, layout);
            // Where the two worlds part, rows differ for other reasons too.
            if other.parting.is_none() {
                picture.notes.extend(polled_apart(&other.polled_apart));
            }
            picture
        }
    };
    if layout.scale < longest(report, scene) {
        picture.notes.push(
            "Much shorter than the others, and so drawn to a scale of its own."
                .to_owned(),
        );
    }
    picture
}

/// How long the scene itself is.
fn own(report: &Report, scene: &Scene) -> Duration {
    let played = scene.trace.as_ref().map(|trace| trace.elapsed);
    let other = scene.counterpart.as_ref();
    let other = other.map(|other| other.trace.elapsed.div_f64(report.speed));
    let both = [played, other].into_iter().flatten();
    both.max().unwrap_or_default()
}

/// How long the longest of those is that play on the same clock.
fn longest(report: &Report, scene: &Scene) -> Duration {
    let scenes = report.scenes.iter();
    let same = scenes.filter(|other| other.clock == scene.clock);
    let extents = same.map(|other| other.extent(report.speed));
    extents.max().unwrap_or_default()
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
