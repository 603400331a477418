//! Knobs: a chapter's own options. A [`Knob`] declares one, [`Knobs`] holds
//! what the user set, parsed once at the edge and within its bounds.

use std::collections::BTreeMap;
use std::time::Duration;

/// The longest time a knob takes: longer than any class, and short enough
/// that no sum of waits overflows a clock.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// One option of a chapter.
pub struct Knob {
    /// The option's name, without the dashes.
    pub name: &'static str,
    /// What it does, for the help.
    pub help: &'static str,
    /// What values it takes.
    pub kind: Kind,
}

/// What values a knob takes, and which it has if the user sets none.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A duration of whole milliseconds, such as `1500ms` or `2s`.
    Time(&'static str),
    /// A duration that follows another knob unless it is set.
    SameAs(&'static Knob),
    /// A number within bounds.
    Count {
        /// The value if none is set.
        default: u32,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
}

impl std::fmt::Debug for Knob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "--{}", self.name)
    }
}

/// A knob's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// For [`Kind::Time`] and [`Kind::SameAs`].
    Time(Duration),
    /// For [`Kind::Count`].
    Count(u32),
}

impl Knob {
    /// A knob that takes a duration.
    pub const fn time(
        name: &'static str,
        default: &'static str,
        help: &'static str,
    ) -> Knob {
        let kind = Kind::Time(default);
        Knob { name, help, kind }
    }

    /// A knob that takes a duration, and follows `other` unless it is set.
    pub const fn same_as(
        name: &'static str,
        other: &'static Knob,
        help: &'static str,
    ) -> Knob {
        let kind = Kind::SameAs(other);
        Knob { name, help, kind }
    }

    /// A knob that takes a number from `min` to `max`.
    pub const fn count(
        name: &'static str,
        (default, min, max): (u32, u32, u32),
        help: &'static str,
    ) -> Knob {
        let kind = Kind::Count { default, min, max };
        Knob { name, help, kind }
    }

    /// Reads what the user typed.
    ///
    /// # Errors
    /// Says in one line what is wrong and what to type instead.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        match self.kind {
            Kind::Time(_) | Kind::SameAs(_) => {
                parse_time(text).map(Value::Time)
            }
            Kind::Count { min, max, .. } => match text.parse() {
                Ok(count) if (min..=max).contains(&count) => {
                    Ok(Value::Count(count))
                }
                _ => Err(format!("give a whole number from {min} to {max}")),
            },
        }
    }
}

fn parse_time(text: &str) -> Result<Duration, String> {
    if text.trim_start().starts_with('-') {
        return Err(
            "a time cannot be negative; give one such as 500ms, 2s or 1m"
                .to_owned(),
        );
    }
    let time = match humantime::parse_duration(text) {
        Ok(time) => time,
        Err(humantime::DurationError::NumberOverflow) => return Err(too_long()),
        Err(_) => {
            return Err(
                "not a duration; give one such as 500ms, 2s or 1m".to_owned()
            );
        }
    };
    if time.is_zero() {
        return Err(
            "a time of zero shows nothing; give at least 1ms".to_owned()
        );
    }
    if time > LONGEST {
        return Err(too_long());
    }
    if time.subsec_nanos() % 1_000_000 != 0 {
        return Err(
            "tokio's timers count whole milliseconds; give at least 1ms, \
                    and no fractions of it"
                .to_owned(),
        );
    }
    Ok(time)
}

fn too_long() -> String {
    let longest = humantime::format_duration(LONGEST);
    format!("too long; give at most {longest}")
}

/// The values of a chapter's knobs.
#[derive(Clone, Debug)]
pub struct Knobs {
    set: BTreeMap<&'static str, Value>,
    all: &'static [Knob],
    speed: f64,
}

impl Knobs {
    /// Every knob at its default, at speed 1.
    pub fn new(all: &'static [Knob]) -> Knobs {
        Knobs {
            set: BTreeMap::new(),
            all,
            speed: 1.0,
        }
    }

    /// Sets one knob.
    pub fn set(&mut self, knob: &Knob, value: Value) {
        self.set.insert(knob.name, value);
    }

    /// The same knobs with every duration divided by `speed`.
    pub fn at_speed(&self, speed: f64) -> Knobs {
        Knobs {
            speed,
            ..self.clone()
        }
    }

    /// What every duration is divided by.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// A time of the scenario, divided by the speed.
    pub fn time(&self, knob: &Knob) -> Duration {
        self.scaled(self.unscaled(knob))
    }

    /// Every time among the knobs, divided by the speed.
    pub fn times(&self) -> impl Iterator<Item = Duration> {
        let knobs = self.all.iter();
        let knobs =
            knobs.filter(|knob| !matches!(knob.kind, Kind::Count { .. }));
        knobs.map(|knob| self.time(knob))
    }

    /// So many seconds of the article, divided by the speed.
    pub fn seconds(&self, seconds: f64) -> Duration {
        self.scaled(Duration::from_secs_f64(seconds))
    }

    /// A number.
    pub fn count(&self, knob: &Knob) -> u32 {
        match (self.set.get(knob.name), knob.kind) {
            (Some(Value::Count(count)), _) => *count,
            (_, Kind::Count { default, .. }) => default,
            _ => 0,
        }
    }

    /// The knobs as the user would type them, before the speed is applied.
    pub fn describe(&self) -> BTreeMap<String, String> {
        self.all
            .iter()
            .map(|knob| {
                let value = match knob.kind {
                    Kind::Count { .. } => self.count(knob).to_string(),
                    _ => humantime::format_duration(self.unscaled(knob))
                        .to_string(),
                };
                (knob.name.to_owned(), value)
            })
            .collect()
    }

    fn scaled(&self, time: Duration) -> Duration {
        // Exact at speed 1: a float has fewer digits than a duration.
        if self.speed == 1.0 {
            return time;
        }
        time.div_f64(self.speed)
    }

    fn unscaled(&self, knob: &Knob) -> Duration {
        match (self.set.get(knob.name), knob.kind) {
            (Some(Value::Time(time)), _) => *time,
            (_, Kind::SameAs(other)) => self.unscaled(other),
            (_, Kind::Time(default)) => {
                humantime::parse_duration(default).unwrap_or_default()
            }
            _ => Duration::ZERO,
        }
    }
}
