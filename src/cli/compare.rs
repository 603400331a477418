//! `compare` on the command line: its options, and what they come to.

use std::path::PathBuf;

use anyhow::Result;
use clap::{ArgMatches, Args};

use super::chapters::set;
use super::figures::FiguresArgs;
use super::options::{CHAPTER, speed};
use super::sweep::axes;
use crate::chapter::{Chapter, Course, Knobs};
use crate::command::{self as run, Compare, Ending};
use crate::report::Usage;
use crate::stage::Runtime;
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
    /// Run tasks on one thread (current_thread, the default) or on N workers
    /// (multi_thread:N; without N, as many as the machine has cores)
    #[arg(long, value_name = "RUNTIME", value_parser = super::runtime::runtime)]
    pub runtime: Option<Runtime>,
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
    #[command(flatten)]
    pub figures: FiguresArgs,
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
        Ok(0) => Err(Usage::new(
            "nothing would be measured",
            format!("give a whole number from {least} to {MOST_RUNS}"),
        )),
        _ => Err(Usage::of_count(text, least, MOST_RUNS)),
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
    screen.page.plain |= args.figures.plain;
    let compare = Compare {
        are_all,
        runs: args.runs,
        warmups: args.warmup,
        speed: args.speed.unwrap_or(1.0),
        runtime: args.runtime.unwrap_or_default(),
        seed,
        python: args.python.as_deref(),
        yes_wait: args.yes_wait,
        json: args.figures.json,
        progress: !args.figures.no_progress && !screen.page.plain,
        exports: &args.figures.export,
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
    words.extend(args.runtime.map(|runtime| format!("--runtime {runtime}")));
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
