//! What a run will do, decided before it starts: which scenes on which clock,
//! how long they will take, and whether that makes sense. Everything is found
//! by running each scene on the virtual clock first, which takes no time and
//! knows every wait. A scene that plays on the real clock only says itself how
//! long it takes.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::Usage;
use crate::chapter::{Chapter, Clocks, Knobs, Plays, Scene, time};
use crate::python::{self, Python};
use crate::run;
use crate::timeline::Timeline;
use crate::trace::{Clock, Trace, What};

/// A scene that takes longer than this is not started without consent.
const TOO_LONG: Duration = Duration::from_secs(600);

/// A wait shorter than this drowns in what timers and schedulers add.
const TOO_SHORT: Duration = Duration::from_millis(5);

/// What the user chose.
pub struct Choice {
    /// The chapter.
    pub chapter: &'static Chapter,
    /// Its knobs, at speed 1.
    pub knobs: Knobs,
    /// The scenes, if any were named.
    pub named: Vec<&'static Scene>,
    /// Every scene of the chapter.
    pub all: bool,
    /// The clock.
    pub clock: Clock,
    /// What every duration is divided by; `None` if nothing was said.
    pub speed: Option<f64>,
    /// The user will wait, however long.
    pub yes_wait: bool,
    /// Show CPython's world beside tokio's.
    pub twin: bool,
}

/// What will be done.
pub struct Plan {
    /// The chapter.
    pub chapter: &'static Chapter,
    /// Its knobs, at the speed of the run.
    pub knobs: Knobs,
    /// The scenes, in the chapter's order.
    pub turns: Vec<Turn>,
    /// CPython's traces of the same scenes, if they are to be shown.
    pub twins: Vec<Trace>,
}

/// One scene of a plan.
pub struct Turn {
    /// The scene.
    pub scene: &'static Scene,
    /// The clock that it plays on.
    pub clock: Clock,
    /// The same scene at the same knobs on the virtual clock at speed 1: what
    /// it would be on a machine that takes no time for anything.
    pub ideal: Trace,
    /// It plays on no other clock: see [`run::ideal`].
    pub real_only: bool,
}

impl Plan {
    /// Decides what to do.
    ///
    /// # Errors
    /// A [`Usage`] error that says why it makes no sense, and what would.
    pub fn new(choice: &Choice) -> Result<Plan> {
        let Choice { chapter, knobs, .. } = choice;
        (chapter.check)(knobs).map_err(Usage)?;
        if choice.clock == Clock::Virtual && choice.speed.is_some() {
            return Err(Usage(
                "--speed makes no difference to the virtual clock, which takes no time; \
                 leave one of the two out"
                    .to_owned(),
            )
            .into());
        }
        let speed = choice.speed.unwrap_or(1.0);
        let mut turns = Vec::new();
        for scene in chapter.scenes {
            if let Some(clock) = choice.clock_of(scene) {
                let real_only = scene.clocks(knobs) != Clocks::Both;
                if real_only && clock == Clock::Virtual {
                    return Err(Usage(format!(
                        "the scene '{}' of {} waits for real sockets, which no virtual clock \
                         can hurry; leave '--clock virtual' out",
                        scene.name, chapter.name
                    ))
                    .into());
                }
                turns.push(Turn {
                    scene,
                    clock,
                    ideal: run::ideal(chapter, scene, knobs)?,
                    real_only,
                });
            }
        }
        for turn in turns.iter().filter(|turn| turn.clock == Clock::Real) {
            turn.check_length(chapter, choice, speed)?;
        }
        if turns.iter().any(|turn| turn.clock == Clock::Real) {
            check_waits(knobs, &turns, speed)?;
        }
        let twins = if choice.twin {
            twins(chapter, knobs)?
        } else {
            Vec::new()
        };
        Ok(Plan {
            chapter,
            knobs: knobs.at_speed(speed),
            turns,
            twins,
        })
    }

    /// The turn of that scene, if it plays.
    pub fn turn(&self, scene: &str) -> Option<&Turn> {
        self.turns.iter().find(|turn| turn.scene.name == scene)
    }

    /// The scenes of the chapter that are not played.
    pub fn left_out(&self) -> Vec<&'static str> {
        let scenes = self.chapter.scenes.iter().map(|scene| scene.name);
        scenes
            .filter(|name| {
                self.turns.iter().all(|turn| turn.scene.name != *name)
            })
            .collect()
    }
}

impl Choice {
    /// The clock that a scene plays on, or `None` if it does not play.
    fn clock_of(&self, scene: &Scene) -> Option<Clock> {
        if self.named.iter().any(|named| named.name == scene.name) {
            return Some(self.clock);
        }
        match scene.plays {
            _ if !self.named.is_empty() => None,
            Plays::AlwaysVirtual if self.yes_wait => Some(self.clock),
            Plays::AlwaysVirtual => Some(Clock::Virtual),
            Plays::Always => Some(self.clock),
            Plays::WhenAsked => self.all.then_some(self.clock),
        }
    }
}

impl Turn {
    /// How long the scene takes for real.
    pub fn length(&self, speed: f64) -> Duration {
        Timeline::of(&self.ideal).total.div_f64(speed)
    }

    fn check_length(
        &self,
        chapter: &Chapter,
        choice: &Choice,
        speed: f64,
    ) -> Result<(), Usage> {
        let length = self.length(speed);
        if length > TOO_LONG && !choice.yes_wait {
            let remedy = if self.real_only {
                "set its options lower, or add '--yes-wait' to wait"
            } else {
                "add '--clock virtual' to see it at once, or '--yes-wait' to wait"
            };
            return Err(Usage(format!(
                "the scene '{}' of {} would take {} for real; {remedy}",
                self.scene.name,
                chapter.name,
                time(length)
            )));
        }
        Ok(())
    }
}

/// Refuses waits that are too short to be measured.
fn check_waits(knobs: &Knobs, turns: &[Turn], speed: f64) -> Result<(), Usage> {
    let Some(shortest) =
        knobs.times().chain(turns.iter().flat_map(waits)).min()
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
        let or_else = if turns.iter().any(|turn| turn.real_only) {
            ""
        } else {
            ", or use '--clock virtual'"
        };
        return Err(Usage(format!(
            "a wait of {shortest} is too short to be measured, the least is {limit}; \
             make it longer{or_else}"
        )));
    }
    Err(Usage(format!(
        "at --speed {speed} the shortest wait, {shortest}, would fall under {limit}, too short \
         to be measured; give at most --speed {most}"
    )))
}

/// How long each wait of a scene is meant to be.
fn waits(turn: &Turn) -> impl Iterator<Item = Duration> {
    turn.ideal
        .events
        .iter()
        .filter_map(|event| match event.what {
            What::Wait { due: Some(due), .. } => {
                Some(Duration::from_nanos(due.saturating_sub(event.at)))
            }
            _ => None,
        })
}

/// What CPython does at these knobs: as it was recorded where they are the
/// article's, and otherwise as it does it now.
fn twins(chapter: &Chapter, knobs: &Knobs) -> Result<Vec<Trace>> {
    if chapter.is_real_only() {
        return Err(Usage(format!(
            "{} waits for real sockets, and no two runs can be compared; leave --twin out",
            chapter.name
        ))
        .into());
    }
    let twin = &chapter.twin;
    if knobs.are_defaults() {
        return python::recording(twin);
    }
    let python = Python::find(Path::new("python3")).map_err(|error| {
        Usage(format!(
            "--twin at other figures than the article's needs Python: {error:#}; \
             install it, or leave the knobs out"
        ))
    })?;
    python.play(chapter, twin, knobs)
}
