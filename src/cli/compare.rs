//! `compare` on the command line: its options, and what a sweep is.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{ArgMatches, Args};

use super::chapters::set;
use super::nearest::nearest;
use super::options::{CHAPTER, speed};
use crate::chapter::{
    Chapter, Course, Kind, Knob, Knobs, Value, same_name, time,
};
use crate::command::{self as run, Axis, Compare, Ending};
use crate::report::Usage;
use crate::system::foreign;
use crate::system::random::new_seed;
use crate::terminal::Screen;

/// The options of `compare`.
#[derive(Args)]
pub(super) struct CompareArgs {
    /// The chapters; all that measure a time if none is named. With one named,
    /// its knobs may follow
    #[arg(value_name = CHAPTER)]
    pub chapter: Vec<String>,
    /// How often each scene runs
    #[arg(long, value_name = "N", default_value = "5", value_parser = runs, allow_hyphen_values = true)]
    pub runs: usize,
    /// How often each runs before that, which does not count
    #[arg(long, value_name = "N", default_value = "1", value_parser = warmups, allow_hyphen_values = true)]
    pub warmup: usize,
    /// Divide every duration by F, and still measure for real
    #[arg(long, value_name = "F", value_parser = speed, allow_hyphen_values = true)]
    pub speed: Option<f64>,
    /// The random orders of this seed
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Measure CPython's two scenes too, 3.11 or later
    #[arg(long, value_name = "PROGRAM", num_args = 0..=1, require_equals = true, default_missing_value = "python3")]
    pub python: Option<PathBuf>,
    /// Measure at several settings of a knob, as in tasks=1,10,100 or
    /// delay=10ms..1s; a second one makes a grid
    #[arg(long, value_name = "KNOB=VALUES", conflicts_with = "python")]
    pub sweep: Vec<String>,
    /// Measure also what takes more than ten minutes
    #[arg(long)]
    pub yes_wait: bool,
    /// Write it to a file (.md, .csv, .json); may be repeated
    #[arg(long, value_name = "FILE")]
    pub export: Vec<PathBuf>,
    /// Print everything as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
    /// Draw no bar while it is measured
    #[arg(long)]
    pub no_progress: bool,
    /// Sentences in place of tables, for screen readers; so does
    /// the variable ACCESSIBLE
    #[arg(long)]
    pub plain: bool,
}

/// More runs are not measured, they are a mistake.
const MOST_RUNS: usize = 1000;

pub(super) fn runs(text: &str) -> Result<usize, Usage> {
    count(text, 1)
}

fn warmups(text: &str) -> Result<usize, Usage> {
    count(text, 0)
}

fn count(text: &str, least: usize) -> Result<usize, Usage> {
    match text.parse() {
        Ok(count) if (least..=MOST_RUNS).contains(&count) => Ok(count),
        _ => Err(Usage::new(
            "not such a number",
            format!("give a whole number from {least} to {MOST_RUNS}"),
        )),
    }
}

/// Compares as the options say.
pub(super) fn compare(
    course: &Course,
    args: &CompareArgs,
    named: Vec<&'static Chapter>,
    matches: Option<&ArgMatches>,
    screen: &mut Screen,
) -> Result<Ending> {
    let are_all = named.is_empty();
    let chapters = if are_all {
        course.chapters.to_vec()
    } else {
        named
    };
    let own = |chapter: &'static Chapter| {
        let knobs = Knobs::new(chapter.knobs);
        match matches {
            Some(matches) => (chapter, set(chapter, knobs, matches)),
            None => (chapter, knobs),
        }
    };
    let subjects: Vec<(&'static Chapter, Knobs)> =
        chapters.into_iter().map(own).collect();
    let seed = args.seed.unwrap_or_else(new_seed);
    screen.page.plain |= args.plain;
    let compare = Compare {
        are_all,
        runs: args.runs,
        warmups: args.warmup,
        speed: args.speed.unwrap_or(1.0),
        seed,
        python: args.python.as_deref(),
        yes_wait: args.yes_wait,
        json: args.json,
        progress: !args.no_progress && !screen.page.plain,
        exports: &args.export,
        command: command(args, are_all, &subjects, seed),
        subjects,
    };
    if args.sweep.is_empty() {
        return run::compare(&compare, screen);
    }
    let [(chapter, _)] = compare.subjects[..] else {
        return Err(Usage::new(
            "a sweep is of the knobs of one chapter",
            "name one, and no other: 'asyncade compare CHAPTER --sweep ...'",
        )
        .into());
    };
    let axes = axes(chapter, &args.sweep)?;
    run::sweep(&compare, &axes, screen)
}

/// The command that measures the same again.
fn command(
    args: &CompareArgs,
    are_all: bool,
    subjects: &[(&'static Chapter, Knobs)],
    seed: u64,
) -> String {
    let mut words = vec!["asyncade compare".to_owned()];
    for (chapter, knobs) in subjects.iter().filter(|_| !are_all) {
        words.push(chapter.name.to_owned());
        let defaults = Knobs::new(chapter.knobs).describe();
        for (name, value) in knobs.describe() {
            if defaults.get(&name) != Some(&value) {
                words.push(format!("--{name} {}", quoted(&value)));
            }
        }
    }
    for sweep in &args.sweep {
        words.push(format!("--sweep {}", quoted(sweep)));
    }
    words.push(format!("--runs {} --warmup {}", args.runs, args.warmup));
    words.extend(args.speed.map(|speed| format!("--speed {speed}")));
    words.extend(args.python.as_ref().map(|_| "--python".to_owned()));
    words.push(format!("--seed {seed}"));
    words.join(" ")
}

/// As a shell takes it.
pub(super) fn quoted(text: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || "._=,:/%+-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", foreign::clean(&text.replace('\'', "'\\''")))
}

/// What a sweep is of: one knob, or two.
fn axes(
    chapter: &'static Chapter,
    texts: &[String],
) -> Result<Vec<Axis>, Usage> {
    if texts.len() > 2 {
        return Err(Usage::new(
            format!("a sweep of {} knobs", texts.len()),
            "give one --sweep, or two for a grid",
        ));
    }
    let mut axes: Vec<Axis> = Vec::new();
    for text in texts {
        let of = format!("--sweep '{}'", foreign::short(text));
        let axis = axis(chapter, text).map_err(|usage| usage.of(&of))?;
        if axes.iter().any(|other| other.knob.name == axis.knob.name) {
            return Err(Usage::new(
                format!("--sweep names {} twice", axis.knob.name),
                "list all its values in one of them",
            ));
        }
        axes.push(axis);
    }
    Ok(axes)
}

fn axis(chapter: &'static Chapter, text: &str) -> Result<Axis, Usage> {
    let Some((name, values)) = text.split_once('=') else {
        let wrong = "there is no '='";
        return Err(Usage::new(wrong, format!("give {}", example(chapter))));
    };
    let name = name.trim().trim_start_matches("--");
    let mut knobs = chapter.knobs.iter();
    let Some(knob) = knobs.find(|knob| same_name(knob.name, name)) else {
        let wrong =
            format!("{} has no knob '{}'", chapter.name, foreign::short(name));
        let names = chapter.knobs.iter().map(|knob| knob.name);
        if let Some(near) = nearest(name, names.clone()) {
            return Err(Usage::new(wrong, format!("did you mean '{near}'?")));
        }
        let names = names.collect::<Vec<_>>().join(", ");
        return Err(Usage::new(wrong, format!("its knobs are {names}")));
    };
    if matches!(knob.kind, Kind::Text(_) | Kind::List(_)) {
        return Err(Usage::new(
            format!("{} is no figure", knob.name),
            format!("give {}", example(chapter)),
        ));
    }
    let values = match values.split_once("..") {
        Some((first, last)) => range(knob, first, last)?,
        None => list(knob, values)?,
    };
    Ok(Axis { knob, values })
}

/// A sweep of this chapter that works.
fn example(chapter: &Chapter) -> String {
    let mut knobs = chapter.knobs.iter();
    let figure = knobs.find_map(|knob| match knob.kind {
        Kind::Count { .. } => Some(format!("'{}=1,2,4'", knob.name)),
        Kind::Time(_) | Kind::SameAs(_) => {
            Some(format!("'{}=100ms..1s'", knob.name))
        }
        _ => None,
    });
    format!(
        "a knob and its values, as in {}",
        figure.unwrap_or_default()
    )
}

fn parse(knob: &'static Knob, text: &str) -> Result<Value, Usage> {
    let text = text.trim();
    knob.parse(text)
        .map_err(|usage| usage.of(&format!("'{}'", foreign::short(text))))
}

/// `1,10,100`: each once, in the order given.
fn list(knob: &'static Knob, text: &str) -> Result<Vec<Value>, Usage> {
    if text.trim().is_empty() {
        return Err(Usage::new(
            "it has no values",
            "give some, with commas between them, or a range, as in 1..8",
        ));
    }
    let mut values: Vec<Value> = Vec::new();
    for text in text.split(',') {
        let value = parse(knob, text)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

/// `10ms..1s`: from the first to the last, each as many times the one before
/// it. Two for each factor of ten, and at least three.
fn range(
    knob: &'static Knob,
    first: &str,
    last: &str,
) -> Result<Vec<Value>, Usage> {
    if first.trim().is_empty() || last.trim().is_empty() {
        return Err(Usage::new(
            "a range needs its two ends",
            "give both, as in 1..8 or 10ms..1s",
        ));
    }
    let ends = (parse(knob, first)?, parse(knob, last)?);
    let (from, to) = match &ends {
        (Value::Time(a), Value::Time(b)) => (a.as_millis(), b.as_millis()),
        (Value::Count(a), Value::Count(b)) => ((*a).into(), (*b).into()),
        _ => (0, 0),
    };
    if from >= to {
        let (first, last) = (first.trim(), last.trim());
        let wrong = match from == to {
            true => "the range is empty: both ends are the same",
            false => "the range is reversed",
        };
        let (first, last) = (foreign::short(first), foreign::short(last));
        return Err(Usage::new(
            wrong,
            match from == to {
                true => format!("give '{}={first}' for one value", knob.name),
                false => format!("give '{}={last}..{first}'", knob.name),
            },
        ));
    }
    // A number from zero on has no ratio to the next one.
    let (low, high) = (from.max(1) as f64, to as f64);
    let factor = high / low;
    let steps = (2.0 * factor.log10()).round().clamp(2.0, 8.0) as u32;
    let mut values = vec![ends.0];
    for step in 1..steps {
        let place = f64::from(step) / f64::from(steps);
        let figure = (low * factor.powf(place)).round() as u64;
        let text = match knob.kind {
            Kind::Count { .. } => figure.to_string(),
            _ => time(Duration::from_millis(figure)),
        };
        let value = parse(knob, &text)?;
        if !values.contains(&value) && value != ends.1 {
            values.push(value);
        }
    }
    values.push(ends.1);
    Ok(values)
}
