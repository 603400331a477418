//! Knobs: a chapter's own options. A [`Knob`] declares one, [`Knobs`] holds
//! what the user set, parsed once at the edge and within its bounds.

use std::collections::BTreeMap;
use std::time::Duration;

use super::length;
use super::list::{Item, Items, List};
use crate::stage::cores;
use crate::system::foreign::is_order;
use crate::system::usage::Usage;

/// The most characters that a text takes: it has to fit on a screen.
const LONGEST_TEXT: usize = 200;

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
    /// A duration of whole milliseconds, such as `2`, `2.5` or `1500ms`.
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
    /// A number from 1 to this: as many as the machine has cores, unless it is
    /// set.
    Cores(u32),
    /// A text of one line, such as a label.
    Text(&'static str),
    /// Things that only the chapter knows, none unless they are given: the
    /// option may be repeated, and a second one names a file of them.
    List(&'static Items),
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
    /// For [`Kind::Count`] and [`Kind::Cores`].
    Count(u32),
    /// For [`Kind::Text`].
    Text(String),
    /// For [`Kind::List`].
    List(List),
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

    /// A knob that takes a number up to `max`, and follows the machine's cores
    /// unless it is set.
    pub const fn cores(
        name: &'static str,
        max: u32,
        help: &'static str,
    ) -> Knob {
        let kind = Kind::Cores(max);
        Knob { name, help, kind }
    }

    /// A knob that takes a text.
    pub const fn text(
        name: &'static str,
        default: &'static str,
        help: &'static str,
    ) -> Knob {
        let kind = Kind::Text(default);
        Knob { name, help, kind }
    }

    /// A knob that takes things that only the chapter knows, each by itself or
    /// all those of a file, in place of what other knobs say.
    pub const fn list(
        name: &'static str,
        items: &'static Items,
        help: &'static str,
    ) -> Knob {
        let kind = Kind::List(items);
        Knob { name, help, kind }
    }

    /// Reads what the user typed.
    ///
    /// # Errors
    /// What is wrong, and what to type instead.
    pub fn parse(&self, text: &str) -> Result<Value, Usage> {
        match self.kind {
            Kind::Time(_) | Kind::SameAs(_) => {
                length::parse(text).map(Value::Time)
            }
            Kind::Count { min, max, .. } => parse_count(text, min, max),
            Kind::Cores(max) => parse_count(text, 1, max),
            Kind::Text(_) => parse_text(text).map(Value::Text),
            Kind::List(items) => List::parse(items, text).map(Value::List),
        }
    }
}

fn parse_count(text: &str, min: u32, max: u32) -> Result<Value, Usage> {
    match text.parse() {
        Ok(count) if (min..=max).contains(&count) => Ok(Value::Count(count)),
        _ => Err(Usage::of_count(text, min, max)),
    }
}

fn parse_text(text: &str) -> Result<String, Usage> {
    if text.trim().is_empty() {
        return Err(Usage::new(
            "an empty text shows nothing",
            "give at least one letter",
        ));
    }
    // A line of the trace is one line, and none of it is an order to the
    // terminal.
    if text.contains(is_order) {
        return Err(Usage::new(
            "it has characters that nobody sees",
            "give one line, without tabs and other control characters",
        ));
    }
    let length = text.chars().count();
    if length > LONGEST_TEXT {
        return Err(Usage::new(
            format!("too long with its {length} characters"),
            format!("give at most {LONGEST_TEXT}"),
        ));
    }
    Ok(text.to_owned())
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

    /// Whether every knob has the article's figure.
    pub fn are_defaults(&self) -> bool {
        self.describe() == Knobs::new(self.all).describe()
    }

    /// Whether a knob has a value of its own, its default or another.
    pub fn is_set(&self, knob: &Knob) -> bool {
        self.set.contains_key(knob.name)
    }

    /// Sets one knob. What belongs to a list is added to what it has.
    pub fn set(&mut self, knob: &Knob, value: Value) {
        match (self.set.get_mut(knob.name), value) {
            (Some(Value::List(list)), Value::List(more)) => list.extend(more),
            (_, value) => {
                self.set.insert(knob.name, value);
            }
        }
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
        let knobs = knobs.filter(|knob| {
            matches!(knob.kind, Kind::Time(_) | Kind::SameAs(_))
        });
        knobs.map(|knob| self.time(knob))
    }

    /// So many seconds of the article, divided by the speed.
    pub fn seconds(&self, seconds: f64) -> Duration {
        self.scaled(Duration::from_secs_f64(seconds))
    }

    /// The value of the knob of that name, a time divided by the speed. A list
    /// has one only where it was given.
    pub fn get(&self, name: &str) -> Option<Value> {
        let knob = self.all.iter().find(|knob| knob.name == name)?;
        match knob.kind {
            Kind::Time(_) | Kind::SameAs(_) => {
                Some(Value::Time(self.time(knob)))
            }
            Kind::Count { .. } | Kind::Cores(_) => {
                Some(Value::Count(self.count(knob)))
            }
            Kind::Text(_) => Some(Value::Text(self.text(knob).to_owned())),
            Kind::List(_) => self.set.get(knob.name).cloned(),
        }
    }

    /// A number.
    pub fn count(&self, knob: &Knob) -> u32 {
        match (self.set.get(knob.name), knob.kind) {
            (Some(Value::Count(count)), _) => *count,
            (_, Kind::Count { default, .. }) => default,
            (_, Kind::Cores(max)) => {
                u32::try_from(cores().get()).unwrap_or(max).min(max)
            }
            _ => 0,
        }
    }

    /// A text.
    pub fn text(&self, knob: &Knob) -> &str {
        match (self.set.get(knob.name), knob.kind) {
            (Some(Value::Text(text)), _) => text,
            (_, Kind::Text(default)) => default,
            _ => "",
        }
    }

    /// What was given to a knob that takes a list.
    pub fn list<T: Item>(&self, knob: &Knob) -> impl Iterator<Item = &T> {
        let list = match self.set.get(knob.name) {
            Some(Value::List(list)) => Some(list),
            _ => None,
        };
        list.into_iter().flat_map(List::items)
    }

    /// What is to be said of these knobs before so many scenes are played.
    pub fn announce(&self, scenes: usize) -> Option<String> {
        self.all.iter().find_map(|knob| {
            match (knob.kind, self.set.get(knob.name)) {
                (Kind::List(items), Some(Value::List(list))) => {
                    Some((items.announce)(list, scenes))
                }
                _ => None,
            }
        })
    }

    /// The knobs as the user would type them, before the speed is applied.
    /// Those that stand for nothing are left out.
    pub fn describe(&self) -> BTreeMap<String, String> {
        self.all
            .iter()
            .filter_map(|knob| {
                let value = match knob.kind {
                    Kind::Count { .. } | Kind::Cores(_) => {
                        self.count(knob).to_string()
                    }
                    Kind::Text(_) => self.text(knob).to_owned(),
                    Kind::Time(_) | Kind::SameAs(_) => {
                        humantime::format_duration(self.unscaled(knob))
                            .to_string()
                    }
                    Kind::List(_) => match self.set.get(knob.name)? {
                        Value::List(list) => list.to_string(),
                        _ => return None,
                    },
                };
                Some((knob.name.to_owned(), value))
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

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: Knob = Knob::text("label", "nothing", "A label");

    #[test]
    fn a_text_is_one_line_that_fits() {
        let longest = "\u{e9}".repeat(LONGEST_TEXT);
        for text in ["a", "https://example.com", "with spaces", &longest] {
            assert_eq!(LABEL.parse(text), Ok(Value::Text(text.to_owned())));
        }
        let longer = longest + "e";
        for text in [
            "",
            "  ",
            "two\nlines",
            "\u{1b}[31mred",
            "a\tb",
            "\0",
            "\u{9b}31m",
            "\u{202e}cod.exe",
            "\u{2066}a",
            "a\u{2028}b",
            &longer,
        ] {
            let error = LABEL.parse(text).unwrap_err().to_string();
            assert!(error.contains("give"), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_text_is_its_default_until_it_is_set_and_no_speed_changes_it() {
        let mut knobs = Knobs::new(&[LABEL]);
        assert_eq!(knobs.text(&LABEL), "nothing");
        knobs.set(&LABEL, Value::Text("42s".to_owned()));
        let faster = knobs.at_speed(2.0);
        assert_eq!(faster.text(&LABEL), "42s");
        assert_eq!(faster.describe()["label"], "42s");
        assert_eq!(faster.times().count(), 0);
    }
}
