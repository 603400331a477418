//! What several tests need: scenes on the virtual clock, and the program.

pub mod faulty;
pub mod many;
pub mod served;
pub mod webdriver;

use std::env;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use asyncade::chapter::{Chapter, Kind, Knobs, List, Played, Value};
use asyncade::demos;
use asyncade::trace::{By, Clock, Event, LaneId, Outcome, Trace, What, ndjson};
use asyncade::world;
use asyncade::world::python::Python;
use proptest::prelude::*;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, SemaphorePermit};

pub fn chapter(name: &str) -> &'static Chapter {
    demos::COURSE
        .find(name)
        .unwrap_or_else(|| panic!("there is no chapter {name}"))
}

/// So many may compute at once: as many as the smallest machine that this is
/// tested on has cores.
const CORES: u32 = 2;

static MACHINE: Semaphore = Semaphore::const_new(CORES as usize);

/// The machine for oneself, as far as that goes, for what measures the real
/// clock: meanwhile nothing else does, and nothing [computes](computing).
pub fn undisturbed() -> SemaphorePermit<'static> {
    cores(CORES)
}

/// A part of the machine, for what computes for seconds: meanwhile nothing is
/// measured, but another one may compute.
pub fn computing() -> SemaphorePermit<'static> {
    cores(1)
}

/// Who has waited for longest is the next, whatever he waits for.
fn cores(count: u32) -> SemaphorePermit<'static> {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(MACHINE.acquire_many(count)).unwrap()
}

/// The chapters that play on the virtual clock.
pub fn on_virtual_clock() -> impl Iterator<Item = &'static Chapter> {
    let chapters = demos::CHAPTERS.iter().copied();
    chapters.filter(|chapter| !chapter.is_real_only())
}

/// Every scene of a chapter on the virtual clock.
pub fn play_all(chapter: &Chapter, knobs: &Knobs) -> Vec<Trace> {
    let scenes = chapter.scenes.iter();
    let run =
        |scene| world::scene(chapter, scene, knobs, Clock::Virtual).unwrap();
    scenes.map(run).collect()
}

/// Random values for every knob of a chapter, many of them equal.
pub fn any_knobs(chapter: &'static Chapter) -> impl Strategy<Value = Knobs> {
    let values: Vec<BoxedStrategy<Value>> = chapter
        .knobs
        .iter()
        .map(|knob| match knob.kind {
            Kind::Count { min, max, .. } => {
                (min..=max.min(12)).prop_map(Value::Count).boxed()
            }
            Kind::Cores(max) => {
                (1..=max.min(12)).prop_map(Value::Count).boxed()
            }
            Kind::Time(_) | Kind::SameAs(_) => prop_oneof![
                1..=10_u64,
                1..=5000_u64,
                (1..=5_u64).prop_map(|s| s * 1000)
            ]
            .prop_map(|millis| Value::Time(Duration::from_millis(millis)))
            .boxed(),
            // Any characters, of whatever width, but those that control.
            Kind::Text(_) => r"\PC{1,20}".prop_map(Value::Text).boxed(),
            Kind::List(_) => Just(Value::List(List::default())).boxed(),
        })
        .collect();
    values.prop_map(move |values| {
        let mut knobs = Knobs::new(chapter.knobs);
        for (knob, value) in chapter.knobs.iter().zip(values) {
            knobs.set(knob, value);
        }
        knobs
    })
}

/// The claims that do not hold, each with its evidence.
pub fn broken(
    chapter: &Chapter,
    knobs: &Knobs,
    traces: &[Trace],
) -> Vec<(&'static str, String)> {
    let played = Played::new(knobs, traces);
    let claims = chapter.claims.iter();
    claims
        .filter_map(|claim| match played.check(claim) {
            Some(finding) if finding.is_broken() => {
                Some((claim.id, finding.words()))
            }
            Some(_) => None,
            None => Some((claim.id, "was not checked".to_owned())),
        })
        .collect()
}

pub fn text(trace: &Trace) -> String {
    let mut bytes = Vec::new();
    ndjson::write(trace, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

pub fn names(trace: &Trace) -> Vec<String> {
    let spawns = trace.events.iter().filter_map(|event| match &event.what {
        What::Spawn { name, .. } => Some(name.clone()),
        _ => None,
    });
    spawns.collect()
}

/// What is said and what ends, a line each: `1s B: B done`, `1s B finished`.
/// What the end of main cancels has no order, so it is sorted.
pub fn transcript(trace: &Trace) -> Vec<String> {
    let names = names(trace);
    let mut lines = Vec::new();
    let mut main_ended = None;
    for event in &trace.events {
        let at = humantime::format_duration(Duration::from_nanos(event.at))
            .to_string();
        let at = at.replace(' ', "");
        let name = &names[event.lane as usize];
        match &event.what {
            What::Say { text, .. } => {
                lines.push(format!("{at} {name}: {text}"))
            }
            What::End {
                outcome, detail, ..
            } => {
                let why =
                    detail.as_ref().filter(|_| outcome.to_string() == "failed");
                let why = why.map_or(String::new(), |why| format!(" ({why})"));
                lines.push(format!("{at} {name} {outcome}{why}"));
                if event.lane == 0 {
                    main_ended = Some(lines.len());
                }
            }
            _ => {}
        }
    }
    if let Some(end) = main_ended {
        lines[end..].sort();
    }
    lines
}

/// The traces of a chapter, to be broken.
pub struct Scenes(pub Vec<Trace>);

impl Scenes {
    pub fn scene(&mut self, name: &str) -> &mut Trace {
        let traces = self.0.iter_mut();
        let mut named = traces.filter(|trace| trace.header.name() == name);
        named.next().unwrap_or_else(|| panic!("no scene {name}"))
    }

    /// Everything takes twice as long.
    pub fn stretch(&mut self, scene: &str) {
        for event in &mut self.scene(scene).events {
            event.at *= 2;
        }
    }

    /// A line is never said.
    pub fn unsay(&mut self, scene: &str, line: &str) {
        let trace = self.scene(scene);
        let before = trace.events.len();
        trace.events.retain(
            |event| !matches!(&event.what, What::Say { text, .. } if text.starts_with(line)),
        );
        assert!(trace.events.len() < before, "nobody says {line:?}");
    }

    /// A line is said in other words.
    pub fn reword(&mut self, scene: &str, from: &str, to: &str) {
        let mut found = false;
        for event in &mut self.scene(scene).events {
            if let What::Say { text, .. } = &mut event.what
                && text == from
            {
                *text = to.to_owned();
                found = true;
            }
        }
        assert!(found, "nobody says {from:?}");
    }

    /// Another thing happens in a scene: what happened in `by`.
    pub fn replace(&mut self, scene: &str, by: &str) {
        self.scene(scene).events = self.scene(by).events.clone();
    }

    /// A lane has one more turn on the thread, after its first one.
    pub fn turn(&mut self, scene: &str, lane: LaneId, at: Duration) {
        let at = u64::try_from(at.as_nanos()).unwrap();
        let trace = self.scene(scene);
        let first = trace.first(lane, |what| matches!(what, What::Pend { .. }));
        let first = first.unwrap();
        let pend = trace.events[first].what.clone();
        let (within, thread) = (None, 0);
        let by = By::Runtime;
        let turn = [What::Wake { by }, What::Poll { within, thread }, pend];
        let turn = turn.map(|what| Event { at, lane, what });
        trace.events.splice(first + 1..first + 1, turn);
    }

    /// A lane ends in another way.
    pub fn fate(&mut self, scene: &str, lane: &str, to: Outcome) {
        let trace = self.scene(scene);
        let lane = names(trace).iter().position(|name| name == lane).unwrap();
        let mut found = false;
        for event in &mut trace.events {
            if let What::End { outcome, .. } = &mut event.what
                && event.lane as usize == lane
            {
                assert_ne!(*outcome, to);
                *outcome = to;
                found = true;
            }
        }
        assert!(found, "the lane has no end");
    }

    /// The first event of a kind moves to another place in the trace.
    pub fn shift(
        &mut self,
        scene: &str,
        is: impl Fn(u32, &What) -> bool,
        places: isize,
    ) {
        let events = &mut self.scene(scene).events;
        let from = events
            .iter()
            .position(|event| is(event.lane, &event.what))
            .unwrap();
        let mut event = events.remove(from);
        let to = from.checked_add_signed(places).unwrap();
        event.at = events[to].at;
        events.insert(to, event);
    }
}

/// Whether a line is wider than it has to be: it could have been broken, as it
/// has more than one word.
pub fn is_too_wide(line: &str, columns: usize) -> bool {
    console::measure_text_width(line) > columns
        && line.split_whitespace().count() > 1
}

/// A text without its line breaks.
pub fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The exit code that a screen calls for: 1 if a claim on it does not hold, 0
/// otherwise. On a machine that is too busy one about times may not.
pub fn code_by_the_screen(text: &str) -> i32 {
    let text = anstream::adapter::strip_str(text).to_string();
    // A legend explains the marks in small letters.
    let has = |mark: &str| {
        let mut rows = text.lines().filter_map(|row| row.strip_prefix(mark));
        rows.any(|row| !row.starts_with("fai") && !row.starts_with("fini"))
    };
    let (broken, holds) = (has("  \u{2717} "), has("  \u{2713} "));
    let is_shown = broken || holds || text.contains(" claims hold");
    assert!(is_shown || text.contains("No claim speaks"), "{text}");
    i32::from(broken)
}

/// The Python to ask; `None` only where somebody has said that there is none.
pub fn python() -> Option<Python> {
    let none = "ASYNCADE_NO_PYTHON";
    match Python::find(Path::new("python3")) {
        Ok(python) => Some(python),
        Err(error) if env::var_os(none).is_none() => {
            panic!("{error:#}; without one, set {none}=1")
        }
        Err(_) => None,
    }
}

/// The program, ready to be given arguments, with nothing of this machine's
/// environment that it looks at.
pub fn asyncade(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_asyncade"));
    command.args(arguments).stdin(Stdio::null());
    for name in [
        "ASYNCADE_LANG",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "CI",
        "TERM",
        "LC_ALL",
        "LC_CTYPE",
        "COLUMNS",
        "ACCESSIBLE",
    ] {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8");
    command
}

/// What the program did.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

/// What a run says of what makes no sense.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    pub wrong: String,
    /// Each way out by itself.
    pub instead: Vec<String>,
    /// The command that is said to say more.
    pub more: String,
}

impl Ran {
    /// What it says, which has to have the shape of an error of cargo's, and
    /// nothing else on either stream.
    pub fn refused(&self) -> Refused {
        let stderr = &self.stderr;
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (Some(2), ""),
            "{stderr}"
        );
        let mut paragraphs = stderr.split("\n\n");
        let mut next = || paragraphs.next().unwrap_or_default();
        let (wrong, instead, more) = (next(), next(), next());
        assert_eq!(next(), "", "{stderr}");
        let wrong = wrong.strip_prefix("error: ").expect(stderr);
        assert!(!wrong.contains('\n'), "{stderr}");
        let instead = instead
            .lines()
            .map(|line| line.strip_prefix("help: ").expect(stderr).to_owned());
        let more = more.strip_prefix("For more information, try '");
        let more = more.and_then(|more| more.strip_suffix("'.\n"));
        Refused {
            wrong: wrong.to_owned(),
            instead: instead.collect(),
            more: more.expect(stderr).to_owned(),
        }
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }
}

pub fn ran(arguments: &[&str]) -> Ran {
    asyncade(arguments).output().unwrap().into()
}
