//! Measures chapters: the baseline against the scene that shows the gain, on
//! the real clock, several times, in random order.

mod pair;
mod run;
mod sweep;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Error, Result, bail};

use super::Ending;
use crate::chapter::{Chapter, Knobs, time};
use crate::export::{COMPARISONS, Export};
use crate::measure::comparison::{
    Comparison, Comparisons, Gain, LeftOut, Row, Setup,
};
use crate::measure::{Experiment, Load, Machine, Watch, Yield, machine};
use crate::report::{TOO_LONG, Usage};
use crate::stage::Runtime;
use crate::system::stop::{self, Stopped};
use crate::terminal::{self, CompareTable, Progress, Screen, announce};
use crate::world::interrupt;
use crate::world::python::Python;
use pair::{Pair, left_out};
use run::{World, run};
pub(crate) use sweep::{Axis, sweep};

/// What is to be compared, and how.
pub struct Compare<'a> {
    /// The chapters, each with its knobs.
    pub subjects: Vec<(&'static Chapter, Knobs)>,
    /// They are all there are: what cannot be compared is left out, and named.
    pub are_all: bool,
    /// How often each scene runs that counts.
    pub runs: usize,
    /// How often before that.
    pub warmups: usize,
    /// Every duration is divided by this.
    pub speed: f64,
    /// Tokio's runtime, for every scene that is not about one of its own.
    pub runtime: Runtime,
    /// What the orders and the intervals are drawn with.
    pub seed: u64,
    /// The Python to measure too, if there is to be one.
    pub python: Option<&'a Path>,
    /// The user will wait, however long.
    pub yes_wait: bool,
    /// Everything as JSON, and nothing else.
    pub json: bool,
    /// A bar, if the screen can have one.
    pub progress: bool,
    /// The files that it is written to.
    pub exports: &'a [PathBuf],
    /// The command that does the same again.
    pub command: String,
}

/// Compares.
///
/// # Errors
/// A [`Usage`] error before anything is run. If CPython fails; if a scene
/// panics, or if nobody reads the output any more.
pub fn compare(asked: &Compare, screen: &mut Screen) -> Result<Ending> {
    // From here on Ctrl-C is a request, so that what was measured is shown.
    interrupt::listen();
    let python = asked.python()?;
    let (pairs, left_out) = asked.pairs()?;
    asked.check_length(&pairs)?;
    let exports = Export::prepare_all(asked.exports, COMPARISONS)?;
    asked.announce(&pairs, screen);
    let names = pairs.iter().flat_map(|pair| pair.scenes);
    let names: Vec<&str> = names.map(|scene| scene.name).collect();
    let table = CompareTable::new(screen.page, &names, python.is_some());
    let mut progress = Progress::new(
        asked.progress && !asked.json && screen.live,
        asked.length(&pairs),
    );
    let mut watch = Watch::start();
    let mut all = Comparisons {
        setup: asked.setup(python.as_ref()),
        comparisons: Vec::new(),
        left_out,
        load: Load::default(),
        interrupted: false,
    };
    let mut unheard = None;
    for pair in &pairs {
        let comparison =
            asked.measure(pair, python.as_ref(), &mut progress, &mut watch);
        if !asked.json && unheard.is_none() {
            let written = progress.aside(|| table.write(screen, &comparison));
            unheard = written.err();
        }
        all.comparisons.push(comparison);
        // Nobody looks, and nothing is to be written to a file.
        if stop::asked().is_some() || (unheard.is_some() && exports.is_empty())
        {
            break;
        }
    }
    all.interrupted = stop::asked().is_some();
    all.load = watch.end();
    progress.end();
    if unheard.is_none() {
        unheard = match asked.json {
            true => terminal::json(screen, &all),
            false => table.close(screen, &all),
        }
        .err();
    }
    let is_whole = finish(exports, &all);
    end(&all, unheard, is_whole)
}

/// Writes the files; whether that went well.
pub(super) fn finish<T>(exports: Vec<Export<T>>, value: &T) -> bool {
    let mut is_whole = true;
    for export in exports {
        if let Err(error) = export.finish(value) {
            is_whole = false;
            // What else there is to write is as good as before.
            terminal::complain(&error);
        }
    }
    is_whole
}

fn end(
    all: &Comparisons,
    unheard: Option<std::io::Error>,
    is_whole: bool,
) -> Result<Ending> {
    if all.interrupted {
        return Ok(Ending::Interrupted);
    }
    if let Some(error) = unheard {
        return if is_whole {
            Err(Error::from(error))
        } else {
            Ok(Ending::Broken)
        };
    }
    for comparison in &all.comparisons {
        let rows = &comparison.rows;
        if let Some(row) = rows.iter().find(|row| row.unfit.is_some()) {
            let why = row.unfit.as_deref().unwrap_or_default();
            bail!(
                "{} could not be measured: {why}",
                comparison.name_of(row, true)
            );
        }
    }
    Ok(Ending::of(!is_whole))
}

impl Compare<'_> {
    /// The Python to measure.
    pub(super) fn python(&self) -> Result<Option<Python>> {
        let Some(program) = self.python else {
            return Ok(None);
        };
        match Python::find(program) {
            Ok(python) => Ok(Some(python)),
            Err(error) if error.is::<Stopped>() => Err(error),
            Err(error) => {
                let wrong = format!("no CPython can be measured: {error:#}");
                Err(Usage::new(wrong, "leave '--python' out")
                    .or("name one, 3.11 or later, as in '--python=python3.13'")
                    .into())
            }
        }
    }

    /// What is compared, and what is left out of all there is.
    fn pairs(&self) -> Result<(Vec<Pair>, Vec<LeftOut>)> {
        let (mut pairs, mut out) = (Vec::new(), Vec::new());
        for (chapter, knobs) in &self.subjects {
            if self.are_all
                && let Some(left_out) = left_out(chapter)
            {
                out.push(left_out);
                continue;
            }
            let pair = Pair::new(chapter, knobs, self.speed, self.runtime)?;
            // Nobody sits through it unless it is asked for by name.
            if self.are_all && !self.yes_wait && pair.is_long() {
                out.push(LeftOut {
                    chapter: chapter.name.to_owned(),
                    why: format!(
                        "would take {} at each turn; with other figures it \
                         can be compared by its name",
                        time(pair.length(1))
                    ),
                    instead: format!("asyncade help {}", chapter.name),
                });
                continue;
            }
            pairs.push(pair);
        }
        Ok((pairs, out))
    }

    /// How often each scene runs.
    fn times(&self) -> usize {
        self.runs + self.warmups
    }

    /// The worlds, tokio first.
    fn worlds<'a>(&self, python: Option<&'a Python>) -> Vec<World<'a>> {
        let cpython = python.map(World::CPython);
        std::iter::once(World::Tokio).chain(cpython).collect()
    }

    /// How long it takes on an ideal machine.
    fn length(&self, pairs: &[Pair]) -> Duration {
        let worlds = 1 + usize::from(self.python.is_some());
        let lengths = pairs.iter().map(|p| p.length(self.times() * worlds));
        lengths.fold(Duration::ZERO, Duration::saturating_add)
    }

    /// Refuses what takes longer than anybody wants to wait.
    fn check_length(&self, pairs: &[Pair]) -> Result<(), Usage> {
        let length = self.length(pairs);
        if length <= TOO_LONG || self.yes_wait {
            return Ok(());
        }
        let times = self.times();
        let (what, shorter) = match pairs {
            [pair] => (
                format!(
                    "to compare {} would take {}: {times} runs each of {}",
                    pair.chapter.name,
                    time(length),
                    pair.lengths_in_words()
                ),
                format!("set its options lower: {}", pair.options()),
            ),
            _ => (
                format!(
                    "to compare {} chapters would take {}: {times} runs of \
                     each scene",
                    pairs.len(),
                    time(length)
                ),
                "name fewer chapters".to_owned(),
            ),
        };
        let needed = length.as_secs_f64() / TOO_LONG.as_secs_f64();
        let speed = (self.speed * needed).ceil();
        Err(Usage::new(what, shorter)
            .or(format!("give fewer '--runs', or '--speed {speed}'"))
            .or("add '--yes-wait' to wait"))
    }

    /// Says what has to be said before anything runs.
    fn announce(&self, pairs: &[Pair], screen: &Screen) {
        let scenes = 2 * self.times();
        for pair in pairs {
            if let Some(notice) = pair.knobs.announce(scenes) {
                announce(&notice, screen);
            }
        }
    }

    pub(super) fn setup(&self, python: Option<&Python>) -> Setup {
        Setup {
            command: self.command.clone(),
            machine: Machine::look(),
            tokio: machine::tokio_version(),
            cpython: python.map(|python| python.version().to_owned()),
            runs: self.runs,
            warmups: self.warmups,
            speed: self.speed,
            runtime: self.runtime,
            seed: self.seed,
        }
    }

    /// Measures one chapter.
    fn measure(
        &self,
        pair: &Pair,
        python: Option<&Python>,
        progress: &mut Progress,
        watch: &mut Watch,
    ) -> Comparison {
        let worlds = self.worlds(python);
        let subjects: Vec<(World, usize)> = worlds
            .iter()
            .flat_map(|world| [(*world, 0), (*world, 1)])
            .collect();
        let experiment = Experiment {
            subjects: subjects.len(),
            warmups: self.warmups,
            runs: self.runs,
            seed: self.seed,
        };
        let taken = experiment.conduct(
            |turn| {
                let (world, index) = subjects[turn.subject];
                let scene = pair.scenes[index].name;
                let name = format!("{} {scene}", pair.chapter.name);
                let length = pair.ideals[index].length;
                progress.begin(&name, turn.is_warmup, length);
                watch.doze();
                let mut tick = |elapsed| progress.tick(elapsed);
                let figure = run(pair, world, index, &mut tick);
                if figure != Yield::Stopped {
                    progress.done();
                }
                figure
            },
            || stop::asked().is_some(),
        );
        let rows = subjects.iter().zip(taken);
        let rows = rows.map(|((world, index), taken)| {
            let scene = pair.scenes[*index].name;
            // It is computed, and that is done on one thread.
            let ideal = pair.ideals[*index].figure;
            let ideal = ideal.filter(|_| !self.runtime.is_multi_thread());
            Row::new((world.name(), scene), *index == 0, ideal, taken)
        });
        let rows: Vec<Row> = rows.collect();
        let measure = &pair.chapter.measure;
        let gains = rows.chunks(2).filter_map(|rows| match rows {
            [baseline, scene] => Gain::of(baseline, scene, measure, self.seed),
            _ => None,
        });
        Comparison {
            chapter: pair.chapter.name.to_owned(),
            what: measure.what.to_owned(),
            knobs: pair.knobs.describe(),
            gains: gains.collect(),
            rows,
        }
    }
}
