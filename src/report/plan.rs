//! What a run will do, decided before it starts: which scenes on which clock,
//! how long they will take, and whether that makes sense. Everything is found
//! by running each scene on the virtual clock first, which takes no time and
//! knows every wait. A scene that plays on the real clock only says itself how
//! long it takes.

use anyhow::{Result, bail};

use super::limits::{
    check_countable, check_length, check_waits, compute_the_longest,
};
use super::runtime::{check_runtime, is_on_one_thread};
use super::witness::Witness;
use super::{Apart, Counterpart, InPython, Places, Report, Scene, Usage};
use crate::chapter::{
    self, Chapter, Clocks, Figure, Knobs, Language, Plays, Reading,
};
use crate::stage::Runtime;
use crate::system::stop;
use crate::trace::{Clock, Trace};
use crate::world;
use crate::world::compare::of_scene;

/// What the user chose.
#[derive(Clone)]
pub struct Choice {
    /// The chapter.
    pub chapter: &'static Chapter,
    /// Its knobs, at speed 1.
    pub knobs: Knobs,
    /// The scenes, if any were named.
    pub named: Vec<&'static chapter::Scene>,
    /// Every scene of the chapter.
    pub all: bool,
    /// The clock.
    pub clock: Clock,
    /// The runtime, for every scene that is not about one of its own.
    pub runtime: Runtime,
    /// What every duration is divided by; `None` if nothing was said.
    pub speed: Option<f64>,
    /// The user will wait, however long.
    pub yes_wait: bool,
    /// Show CPython's world beside tokio's.
    pub twin: bool,
    /// The command to go on with afterwards.
    pub next: Option<String>,
    /// The code that the user reads.
    pub reading: Reading,
}

impl Choice {
    /// A chapter's own scenes at its own figures on that clock, and nothing
    /// else.
    pub fn new(chapter: &'static Chapter, clock: Clock) -> Choice {
        Choice {
            chapter,
            knobs: Knobs::new(chapter.knobs),
            named: Vec::new(),
            all: false,
            clock,
            runtime: Runtime::CurrentThread,
            speed: None,
            yes_wait: false,
            twin: false,
            next: None,
            reading: Reading::default(),
        }
    }
}

/// What will be done.
pub struct Plan {
    /// The chapter whose claims are checked; `None` of a run that is of none.
    pub(super) chapter: Option<&'static Chapter>,
    /// At the speed of the run.
    pub(super) knobs: Knobs,
    /// What is told of each scene, in the chapter's order.
    pub(super) takes: Vec<Take>,
    /// What the run will be, with the same scenes, and nothing played.
    pub(super) report: Report,
    /// A recording is told at its own pace, so many times as fast; or else at
    /// once.
    pub(super) pace: Option<f64>,
}

/// Where what is told of a scene comes from.
pub(super) enum Take {
    /// It is played.
    Live(&'static Chapter, &'static chapter::Scene),
    /// It is the ideal one, which was played to make the plan: on the virtual
    /// clock it is the same each time.
    Ideal,
    /// It was recorded.
    Recorded(Box<Trace>),
}

impl Plan {
    /// Decides what to do.
    ///
    /// # Errors
    /// A [`Usage`] error that says why it makes no sense, and what would.
    pub fn new(choice: &Choice) -> Result<Plan> {
        Plan::with(choice, |scenes| choice.witness(scenes))
    }

    /// The same, where CPython has been asked already. When tokio's part is
    /// planned, `asked` waits for what it does in each scene, on its virtual
    /// clock at speed 1, or why there is no knowing it.
    ///
    /// # Errors
    /// As [`new`](Plan::new).
    pub fn beside(
        choice: &Choice,
        asked: impl FnOnce() -> Result<Vec<Trace>, String>,
    ) -> Result<Plan> {
        Plan::with(choice, |_| {
            let (traces, why) = match asked() {
                Ok(traces) => (traces, None),
                Err(why) => (Vec::new(), Some(why)),
            };
            let remark = why.map(|why| {
                format!("CPython's world is not shown here: {why}.")
            });
            Ok(Witness { traces, remark })
        })
    }

    /// The same, with whatever knows what CPython does in these scenes.
    pub(super) fn with(
        choice: &Choice,
        witness: impl FnOnce(&[&chapter::Scene]) -> Result<Witness>,
    ) -> Result<Plan> {
        let Choice { chapter, knobs, .. } = choice;
        (chapter.check)(knobs)?;
        if choice.clock == Clock::Virtual && choice.speed.is_some() {
            return Err(Usage::new(
                "--speed makes no difference to the virtual clock, which takes no time",
                "leave one of the two out",
            )
            .into());
        }
        check_runtime(choice)?;
        let speed = choice.speed.unwrap_or(1.0);
        let (scenes, mut planned) = choice.scenes()?;
        check_countable(choice, &planned)?;
        let is_real_only =
            |scene: &chapter::Scene| scene.clocks(knobs) != Clocks::Both;
        compute_the_longest(
            choice,
            &mut planned,
            |index| is_real_only(scenes[index]),
            speed,
        );
        for (scene, plan) in scenes.iter().zip(&planned) {
            if plan.clock == Clock::Real {
                check_length(choice, plan, is_real_only(scene), speed)?;
            }
        }
        if planned.iter().any(|scene| scene.clock == Clock::Real) {
            let real_only = scenes.iter().any(|scene| is_real_only(scene));
            check_waits(knobs, &planned, real_only, speed)?;
        }
        let witness = witness(&scenes)?;
        for (scene, plan) in scenes.iter().zip(&mut planned) {
            choice.look_at_cpython(scene, plan, &witness);
        }
        for plan in &mut planned {
            is_on_one_thread(choice, plan);
        }
        let at_speed = knobs.at_speed(speed);
        let mut lesson = chapter.lesson(&at_speed);
        if choice.runtime.is_multi_thread() {
            lesson.takeaway = format!("On one thread: {}", lesson.takeaway);
        }
        for scene in &mut planned {
            scene.watch = lesson.hint(&scene.name).to_owned();
        }
        let takes = scenes.iter().zip(&planned).map(|(scene, plan)| {
            match plan.clock == Clock::Virtual && speed == 1.0 {
                true => Take::Ideal,
                false => Take::Live(chapter, scene),
            }
        });
        let takes = takes.collect();
        let left_out = chapter.scenes.iter().map(|scene| scene.name);
        let left_out = left_out
            .filter(|name| scenes.iter().all(|scene| scene.name != *name))
            .map(str::to_owned)
            .collect();
        Ok(Plan {
            report: Report {
                program: env!("CARGO_PKG_VERSION").to_owned(),
                chapter: chapter.name.to_owned(),
                title: chapter.title.to_owned(),
                knobs: knobs.describe(),
                speed,
                clock: choice.clock,
                runtime: choice.runtime,
                notice: knobs.announce(scenes.len()),
                sources: chapter.sources(),
                scenes: planned,
                left_out,
                reading: choice.reading,
                remark: witness.remark,
                verdict: None,
                findings: Vec::new(),
                next: choice.next.clone(),
                lesson: Some(lesson),
                interrupted: false,
            },
            chapter: Some(chapter),
            knobs: at_speed,
            takes,
            pace: None,
        })
    }

    /// Whether recordings are told at their own pace.
    pub fn is_paced(&self) -> bool {
        self.pace.is_some()
    }

    /// What the run will be: a report in which nothing was played yet.
    pub fn report(&self) -> &Report {
        &self.report
    }
}

impl Choice {
    /// The scenes that play, and what is known of each beforehand.
    fn scenes(&self) -> Result<(Vec<&'static chapter::Scene>, Vec<Scene>)> {
        let Choice { chapter, knobs, .. } = self;
        let measure = &chapter.measure;
        let compares = matches!(measure.figure, Figure::Time(_));
        let mut scenes = Vec::new();
        let mut planned = Vec::new();
        for scene in chapter.scenes {
            let Some(clock) = self.clock_of(scene) else {
                continue;
            };
            // A future does nothing before it is polled, so this runs nothing.
            let chapter::Run {
                clocks, runtime, ..
            } = (scene.run)(knobs);
            if let (Clocks::RealOnly { why, .. }, Clock::Virtual) =
                (&clocks, clock)
            {
                let wrong = format!(
                    "the scene '{}' of {} {why}, which no virtual clock can hurry",
                    scene.name, chapter.name
                );
                let instead = "leave '--clock virtual' out";
                return Err(Usage::new(wrong, instead).into());
            }
            // Each is played once to make the plan.
            stop::check()?;
            scenes.push(scene);
            planned.push(Scene {
                name: scene.name.to_owned(),
                about: scene.about.to_owned(),
                watch: String::new(),
                is_baseline: compares && scene.name == measure.baseline,
                clock,
                runtime: runtime.unwrap_or(self.runtime),
                ideal: world::ideal(chapter, scene, knobs)?,
                counterpart: None,
                in_python: None,
                trace: None,
                measures: None,
                notes: Vec::new(),
                failure: None,
            });
        }
        Ok((scenes, planned))
    }

    /// Asks CPython. One that knows nothing of a scene is refused, if it is to
    /// be drawn.
    pub(super) fn witness(
        &self,
        scenes: &[&chapter::Scene],
    ) -> Result<Witness> {
        let witness = Witness::of(self)?;
        let mut scenes = scenes.iter();
        let unknown = scenes
            .find(|scene| of_scene(&witness.traces, scene.name).is_none());
        if let Some(scene) = unknown.filter(|_| self.twin) {
            bail!(
                "CPython has no such scene: the Python demo of {} printed none called '{}'",
                self.chapter.name,
                scene.name
            );
        }
        Ok(witness)
    }

    /// Takes into a scene's plan what of CPython the user wants to see.
    fn look_at_cpython(
        &self,
        scene: &chapter::Scene,
        plan: &mut Scene,
        witness: &Witness,
    ) {
        let Choice { chapter, knobs, .. } = self;
        let speed = self.speed.unwrap_or(1.0);
        let cpython = of_scene(&witness.traces, scene.name);
        let fork = chapter.twin.fork(scene.name, knobs);
        let why = fork.as_ref().map(|(_, why)| *why);
        let other = cpython.map(|cpython| {
            Counterpart::new(&plan.ideal, cpython.clone(), why, speed)
        });
        if self.reading.has(Language::Python) {
            let ideal = &plan.ideal;
            let places = Places::new(chapter, scene, ideal, cpython);
            let apart = match &other {
                Some(other) => Apart::found(ideal, other, speed),
                None => fork.map(|(fork, why)| Apart::expected(&fork, why)),
            };
            plan.in_python = Some(InPython { places, apart });
        }
        plan.counterpart = other.filter(|_| self.twin);
    }

    /// The clock that a scene plays on, or `None` if it does not play.
    fn clock_of(&self, scene: &chapter::Scene) -> Option<Clock> {
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
