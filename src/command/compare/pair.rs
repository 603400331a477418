//! A chapter's two scenes that are compared, at some knobs: what is known of
//! them before they run.

use std::time::Duration;

use anyhow::{Error, Result, anyhow};

use crate::chapter::{Chapter, Figure, Knobs, Plays, Scene, time};
use crate::measure::comparison::{LeftOut, Measured};
use crate::report::{Choice, Plan, Usage};
use crate::stage::Runtime;
use crate::timeline::Timeline;
use crate::trace::{Clock, Trace};

/// How a time is read off a timeline.
type Time = fn(&Timeline) -> Option<Duration>;

/// The baseline and the scene that shows the gain.
pub(super) struct Pair {
    pub chapter: &'static Chapter,
    /// At the speed of the runs.
    pub knobs: Knobs,
    /// For the scenes that are not about one of their own.
    pub runtime: Runtime,
    pub scenes: [&'static Scene; 2],
    /// How long each takes on an ideal machine, and what its figure is.
    pub ideals: [Ideal; 2],
    read: Time,
}

/// What a scene would be on a machine that takes no time for anything.
#[derive(Clone, Copy)]
pub(super) struct Ideal {
    pub length: Duration,
    /// If it is known beforehand.
    pub figure: Option<f64>,
}

/// Why a chapter cannot be compared, if it cannot: it measures no time.
pub(super) fn left_out(chapter: &Chapter) -> Option<LeftOut> {
    match chapter.measure.figure {
        Figure::Time(_) => None,
        Figure::Fact(_) => Some(LeftOut {
            chapter: chapter.name.to_owned(),
            why: format!(
                "measures no time, it asks: {}",
                chapter.measure.what.trim_end_matches('?')
            ),
            instead: format!("asyncade {}", chapter.name),
        }),
    }
}

/// Here there is no other clock to be asked for.
fn without_clock(error: Error) -> Error {
    match error.downcast::<Usage>() {
        Ok(mut usage) => {
            for instead in &mut usage.instead {
                *instead = instead.replace(", or add '--clock virtual'", "");
            }
            usage.into()
        }
        Err(error) => error,
    }
}

impl Pair {
    /// The scenes of a chapter.
    ///
    /// # Errors
    /// A [`Usage`] error if the chapter measures no time, or if the knobs make
    /// no sense or are too short to be measured.
    pub fn new(
        chapter: &'static Chapter,
        knobs: &Knobs,
        speed: f64,
        runtime: Runtime,
    ) -> Result<Pair> {
        let Figure::Time(read) = chapter.measure.figure else {
            let why = left_out(chapter).map(|left_out| left_out.why);
            let wrong = format!("{} {}", chapter.name, why.unwrap_or_default());
            let instead = format!("play it: 'asyncade {}'", chapter.name);
            return Err(Usage::new(wrong, instead).into());
        };
        let scene = |name: &str| {
            let none = || anyhow!("{} has no scene {name}", chapter.name);
            chapter.scene(name).ok_or_else(none)
        };
        let measure = &chapter.measure;
        let scenes = [scene(measure.baseline)?, scene(measure.scene)?];
        let plan = Plan::new(&Choice {
            knobs: knobs.clone(),
            named: scenes.to_vec(),
            runtime,
            speed: Some(speed),
            // How long it takes is seen below, of all runs together.
            yes_wait: true,
            ..Choice::new(chapter, Clock::Real)
        })
        .map_err(without_clock)?;
        let ideal = |scene: &Scene| {
            let planned = plan.report().scenes.iter();
            let mut planned = planned.filter(|s| s.name == scene.name);
            let planned = planned.next();
            Ideal {
                length: planned.map_or(Duration::ZERO, |s| s.length(speed)),
                // Of what nobody can know beforehand the outline says nothing.
                figure: planned.and_then(|planned| {
                    let figure = read(&Timeline::of(&planned.ideal))?;
                    let figure = figure.div_f64(speed).as_secs_f64();
                    Some(figure).filter(|figure| *figure > 0.0)
                }),
            }
        };
        Ok(Pair {
            chapter,
            knobs: knobs.at_speed(speed),
            runtime,
            ideals: scenes.map(ideal),
            scenes,
            read,
        })
    }

    /// The chapter's figure, and the total time.
    pub fn figure(&self, trace: &Trace) -> Option<Measured> {
        let timeline = Timeline::of(trace);
        Some(Measured {
            figure: (self.read)(&timeline)?.as_secs_f64(),
            total: timeline.total.as_secs_f64(),
        })
    }

    /// How long it takes to run both so often.
    pub fn length(&self, times: usize) -> Duration {
        let both = self.ideals.iter().map(|ideal| ideal.length);
        let both: Duration = both.sum();
        both.saturating_mul(u32::try_from(times).unwrap_or(u32::MAX))
    }

    /// Whether one of them takes too long to sit through, as the chapter says
    /// itself.
    pub fn is_long(&self) -> bool {
        let is_long = |scene: &&Scene| scene.plays == Plays::AlwaysVirtual;
        self.scenes.iter().any(is_long)
    }

    /// As in `3s and 1s`.
    pub fn lengths_in_words(&self) -> String {
        let [before, after] = self.ideals.map(|ideal| time(ideal.length));
        format!("{before} and {after}")
    }

    /// The knobs that make it shorter, as options.
    pub fn options(&self) -> String {
        let knobs = self.chapter.knobs.iter();
        let names = knobs.map(|knob| format!("--{}", knob.name));
        names.collect::<Vec<_>>().join(", ")
    }
}
