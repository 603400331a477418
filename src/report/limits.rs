//! What a run may take: not longer than anybody wants to wait, and no wait so
//! short that it cannot be measured.

use std::time::Duration;

use super::{Choice, Scene, Usage};
use crate::chapter::{Knobs, time};
use crate::trace::{Clock, What};

/// A scene that takes longer than this is not started without consent.
pub(crate) const TOO_LONG: Duration = Duration::from_secs(600);

/// A wait shorter than this drowns in what timers and schedulers add.
const TOO_SHORT: Duration = Duration::from_millis(5);

/// Whether to be told so much at such a pace takes longer than anybody wants to
/// wait.
pub(super) fn is_too_long(length: Duration, pace: f64) -> bool {
    length.div_f64(pace) > TOO_LONG
}

/// Puts what takes longer than anybody wants to wait on the virtual clock, if
/// there is something beside it that can be measured: of a chapter whose scenes
/// nobody has named, what can be played is.
pub(super) fn compute_the_longest(
    choice: &Choice,
    scenes: &mut [Scene],
    is_real_only: impl Fn(usize) -> bool,
    speed: f64,
) {
    let is_long = |scene: &Scene| {
        scene.clock == Clock::Real && scene.length(speed) > TOO_LONG
    };
    let is_measured =
        |scene: &Scene| scene.clock == Clock::Real && !is_long(scene);
    let is_chosen = choice.yes_wait || !choice.named.is_empty();
    if is_chosen || !scenes.iter().any(is_measured) {
        return;
    }
    for (index, scene) in scenes.iter_mut().enumerate() {
        if is_long(scene) && !is_real_only(index) {
            scene.clock = Clock::Virtual;
        }
    }
}

/// Refuses a scene that takes longer than anybody wants to wait.
pub(super) fn check_length(
    choice: &Choice,
    scene: &Scene,
    real_only: bool,
    speed: f64,
) -> Result<(), Usage> {
    let length = scene.length(speed);
    if length > TOO_LONG && !choice.yes_wait {
        let remedy = if real_only {
            "set its options lower, or add '--yes-wait' to wait"
        } else {
            "add '--clock virtual' to see it at once, or '--yes-wait' to wait"
        };
        let wrong = format!(
            "the scene '{}' of {} would take {} for real",
            scene.name,
            choice.chapter.name,
            time(length)
        );
        return Err(Usage::new(wrong, remedy));
    }
    Ok(())
}

/// Refuses a scene that takes longer than a trace can count.
pub(super) fn check_countable(
    choice: &Choice,
    scenes: &[Scene],
) -> Result<(), Usage> {
    let most = Duration::from_nanos(u64::MAX);
    let mut scenes = scenes.iter();
    let beyond = scenes.find(|scene| scene.ideal.elapsed >= most);
    beyond.map_or(Ok(()), |scene| {
        let (name, chapter) = (&scene.name, choice.chapter.name);
        Err(Usage::new(
            format!(
                "the scene '{name}' of {chapter} would take more than 584 \
                 years, and a trace counts no further"
            ),
            "set its knobs lower",
        ))
    })
}

/// Refuses waits that are too short to be measured.
pub(super) fn check_waits(
    knobs: &Knobs,
    scenes: &[Scene],
    real_only: bool,
    speed: f64,
) -> Result<(), Usage> {
    let Some(shortest) =
        knobs.times().chain(scenes.iter().flat_map(waits)).min()
    else {
        return Ok(());
    };
    let real = shortest.div_f64(speed);
    if real >= TOO_SHORT {
        return Ok(());
    }
    let most = (shortest.as_secs_f64() / TOO_SHORT.as_secs_f64()).floor();
    let (shortest, limit) = (time(shortest), time(TOO_SHORT));
    if speed == 1.0 || most < 1.0 {
        let or_else = if real_only {
            ""
        } else {
            ", or add '--clock virtual'"
        };
        return Err(Usage::new(
            format!(
                "a wait of {shortest} is too short to be measured, the least is {limit}"
            ),
            format!("make it longer{or_else}"),
        ));
    }
    Err(Usage::new(
        format!(
            "at --speed {speed} the shortest wait, {shortest}, would fall under {limit}, too \
             short to be measured"
        ),
        format!("give at most --speed {most}"),
    ))
}

/// How long each wait of a scene is meant to be.
fn waits(scene: &Scene) -> impl Iterator<Item = Duration> {
    scene
        .ideal
        .events
        .iter()
        .filter_map(|event| match event.what {
            What::Wait { due: Some(due), .. } => {
                Some(Duration::from_nanos(due.saturating_sub(event.at)))
            }
            _ => None,
        })
}
