//! A chapter measured at many settings of one of its knobs, or of two.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use anyhow::{Error, Result, bail};

use super::pair::Pair;
use super::{Compare, finish};
use crate::chapter::{Chapter, Knob, Knobs, Value};
use crate::command::Ending;
use crate::export::{Export, SWEEPS};
use crate::measure::sweep::{Point, Sweep};
use crate::measure::{Load, Watch};
use crate::report::{TOO_LONG, Usage};
use crate::system::stop;
use crate::terminal::{self, Progress, Screen, curve};
use crate::world::interrupt;

/// More settings make no curve that anybody reads.
const MOST_POINTS: usize = 64;

/// A knob, and what it is set to.
#[derive(Clone)]
pub struct Axis {
    /// The knob.
    pub knob: &'static Knob,
    /// In order.
    pub values: Vec<Value>,
}

/// A setting, and what is known of it.
struct Setting {
    values: BTreeMap<String, String>,
    pair: Pair,
    is_played: bool,
}

/// Sweeps.
///
/// # Errors
/// A [`Usage`] error before anything is run; see
/// [`compare`](super::compare).
pub fn sweep(
    asked: &Compare,
    axes: &[Axis],
    screen: &mut Screen,
) -> Result<Ending> {
    interrupt::listen();
    let [(chapter, knobs)] = &asked.subjects[..] else {
        return Err(Usage::new(
            "a sweep is of the knobs of one chapter",
            "name one chapter, and no other",
        )
        .into());
    };
    let settings = asked.settings(chapter, knobs, axes)?;
    let exports = Export::prepare_all(asked.exports, SWEEPS)?;
    let played = settings.iter().filter(|setting| setting.is_played);
    let times = asked.times();
    let all: Duration = played.map(|s| s.pair.length(times)).sum();
    let mut progress =
        Progress::new(asked.progress && !asked.json && screen.live, all);
    let mut watch = Watch::start();
    let mut swept = Sweep {
        setup: asked.setup(None),
        chapter: chapter.name.to_owned(),
        what: chapter.measure.what.to_owned(),
        knobs: axes.iter().map(|axis| axis.knob.name.to_owned()).collect(),
        points: Vec::new(),
        load: Load::default(),
        interrupted: false,
    };
    for setting in &settings {
        if stop::asked().is_some() {
            break;
        }
        let values = setting.values.clone();
        let [baseline, scene] = setting.pair.ideals.map(|ideal| ideal.figure);
        let computed = Point::computed(values.clone(), baseline, scene);
        swept.points.push(if setting.is_played {
            let measured =
                asked.measure(&setting.pair, None, &mut progress, &mut watch);
            let point = Point::measured(values, computed.ideal, measured);
            // What was stopped before it had both figures is no point.
            if stop::asked().is_some() && point.scene.is_none() {
                break;
            }
            point
        } else {
            computed
        });
    }
    swept.interrupted = stop::asked().is_some();
    swept.load = watch.end();
    progress.end();
    let shown = match asked.json {
        true => terminal::json(screen, &swept),
        false => curve(screen, &swept),
    };
    let is_whole = finish(exports, &swept);
    end(&swept, shown, is_whole)
}

fn end(swept: &Sweep, shown: io::Result<()>, is_whole: bool) -> Result<Ending> {
    if swept.interrupted {
        return Ok(Ending::Interrupted);
    }
    if let Err(error) = shown {
        return if is_whole {
            Err(Error::from(error))
        } else {
            Ok(Ending::Broken)
        };
    }
    let measured = swept.points.iter().filter_map(|p| p.measured.as_ref());
    for row in measured.flat_map(|comparison| &comparison.rows) {
        if let Some(why) = &row.unfit {
            bail!("{} could not be measured: {why}", row.scene);
        }
    }
    Ok(Ending::of(!is_whole))
}

impl Compare<'_> {
    /// Every setting, checked before anything is run. The shortest are played,
    /// as many as there is time for.
    fn settings(
        &self,
        chapter: &'static Chapter,
        knobs: &Knobs,
        axes: &[Axis],
    ) -> Result<Vec<Setting>> {
        let mut all = vec![knobs.clone()];
        for axis in axes {
            let set = |knobs: &Knobs| -> Vec<Knobs> {
                let values = axis.values.iter().map(|value| {
                    let mut knobs = knobs.clone();
                    knobs.set(axis.knob, value.clone());
                    knobs
                });
                values.collect()
            };
            all = all.iter().flat_map(set).collect();
        }
        if all.len() > MOST_POINTS {
            return Err(Usage::new(
                format!("a sweep of {} settings", all.len()),
                format!("give at most {MOST_POINTS}"),
            )
            .into());
        }
        let mut settings = Vec::new();
        for knobs in &all {
            stop::check()?;
            let described = knobs.describe();
            let values = axes.iter().filter_map(|axis| {
                let (name, value) = described.get_key_value(axis.knob.name)?;
                Some((name.clone(), value.clone()))
            });
            let pair = match Pair::new(chapter, knobs, self.speed, self.runtime)
            {
                Ok(pair) => pair,
                Err(error) => return Err(self.of_setting(error, values)),
            };
            settings.push(Setting {
                values: values.collect(),
                pair,
                is_played: false,
            });
        }
        let mut order: Vec<usize> = (0..settings.len()).collect();
        order.sort_by_key(|index| settings[*index].pair.length(1));
        let mut left = TOO_LONG;
        for index in order {
            let length = settings[index].pair.length(self.times());
            let fits = left.checked_sub(length);
            left = fits.unwrap_or(Duration::ZERO);
            let is_real_only = chapter.is_real_only();
            settings[index].is_played =
                fits.is_some() || self.yes_wait || is_real_only;
        }
        Ok(settings)
    }

    /// An error, with the setting that it is of.
    fn of_setting(
        &self,
        error: Error,
        values: impl Iterator<Item = (String, String)>,
    ) -> Error {
        let values = values.map(|(name, value)| format!("--{name} {value}"));
        let values = values.collect::<Vec<_>>().join(" ");
        match error.downcast::<Usage>() {
            Ok(usage) => usage.of(&format!("with {values}")).into(),
            Err(error) => error,
        }
    }
}
