//! What several tests need: scenes on the virtual clock, and the program.

#![allow(dead_code, reason = "every test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use asyncade::chapter::{Chapter, Knobs};
use asyncade::demos;
use asyncade::run;
use asyncade::trace::{Clock, Trace, What, ndjson};

pub fn chapter(name: &str) -> &'static Chapter {
    demos::find(name).unwrap_or_else(|| panic!("there is no chapter {name}"))
}

/// Every scene of a chapter on the virtual clock.
pub fn play_all(chapter: &Chapter, knobs: &Knobs) -> Vec<Trace> {
    let scenes = chapter.scenes.iter();
    let run =
        |scene| run::scene(chapter, scene, knobs, Clock::Virtual).unwrap();
    scenes.map(run).collect()
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
            What::End { outcome, detail } => {
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

/// The program, ready to be given arguments, with nothing of this machine's
/// environment that it looks at.
pub fn asyncade(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_asyncade"));
    command.args(arguments).stdin(Stdio::null());
    for name in [
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "TERM",
        "LC_ALL",
        "LC_CTYPE",
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
