//! A chapter's two scenes that are compared, at some knobs: what is known of
//! them before they run.

use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::chapter::{Chapter, Figure, Knobs, Reading, Scene, time};
use crate::measure::comparison::LeftOut;
use crate::report::{Choice, Plan, Usage};
use crate::timeline::Timeline;
use crate::trace::{Clock, Trace};

/// How a time is read off a timeline.
type Time = fn(&Timeline) -> Option<Duration>;

/// The baseline and the scene that shows the gain.
pub(super) struct Pair {
    pub chapter: &'static Chapter,
    /// At the speed of the runs.
    pub knobs: Knobs,
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

impl Pair {
    /// The scenes of a chapter. On the virtual clock they are only computed,
    /// and may be as short as they like.
    ///
    /// # Errors
    /// A [`Usage`] error if the chapter measures no time, or if the knobs make
    /// no sense or are too short to be measured.
    pub fn new(
        chapter: &'static Chapter,
        knobs: &Knobs,
        speed: f64,
        clock: Clock,
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
            chapter,
            knobs: knobs.clone(),
            named: scenes.to_vec(),
            all: false,
            clock,
            speed: (clock == Clock::Real).then_some(speed),
            // How long it takes is seen below, of all runs together.
            yes_wait: true,
            twin: false,
            next: None,
            reading: Reading::default(),
        })?;
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
            ideals: scenes.map(ideal),
            scenes,
            read,
        })
    }

    /// The chapter's figure, in seconds.
    pub fn figure(&self, trace: &Trace) -> Option<f64> {
        (self.read)(&Timeline::of(trace)).map(|time| time.as_secs_f64())
    }

    /// How long it takes to run both so often.
    pub fn length(&self, times: usize) -> Duration {
        let both = self.ideals.iter().map(|ideal| ideal.length);
        let both: Duration = both.sum();
        both.saturating_mul(u32::try_from(times).unwrap_or(u32::MAX))
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
