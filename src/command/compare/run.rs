//! Running one scene on the real clock, in one of the worlds, until it is over
//! or somebody asks to stop.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use super::pair::Pair;
use crate::measure::Yield;
use crate::measure::comparison::Measured;
use crate::system::foreign;
use crate::system::stop::{self, Stopped};
use crate::trace::{Clock, Trace};
use crate::world;
use crate::world::python::Python;

/// How often it is seen whether somebody asks to stop. Whoever waits sleeps
/// meanwhile, so that it takes nothing from what is measured.
const TICK: Duration = Duration::from_millis(100);

/// Where a scene runs.
#[derive(Clone, Copy)]
pub(super) enum World<'a> {
    Tokio,
    CPython(&'a Python),
}

impl World<'_> {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            World::Tokio => "tokio",
            World::CPython(_) => "CPython",
        }
    }
}

/// Runs one of a pair's scenes, and tells `tick` now and then for how long it
/// has run.
pub(super) fn run(
    pair: &Pair,
    world: World,
    index: usize,
    tick: &mut dyn FnMut(Duration),
) -> Yield<Measured> {
    let trace = match world {
        World::Tokio => on_tokio(pair, index, tick),
        World::CPython(python) => on_cpython(pair, python, index, tick),
    };
    let trace = match trace {
        Ok(trace) => trace,
        Err(error) if error.is::<Stopped>() => return Yield::Stopped,
        Err(error) => {
            let why = foreign::clean_lines(&format!("{error:#}"));
            return Yield::Unfit(why);
        }
    };
    match pair.figure(&trace) {
        Some(measured) => Yield::Figure(measured),
        None => Yield::Unfit(format!(
            "it came to no {} that could be compared",
            pair.chapter.measure.what
        )),
    }
}

/// On a thread of its own: a scene may be blocked in a call that nothing can
/// interrupt. If somebody asks to stop, the thread ends with the process.
fn on_tokio(
    pair: &Pair,
    index: usize,
    tick: &mut dyn FnMut(Duration),
) -> Result<Trace> {
    let (chapter, scene) = (pair.chapter, pair.scenes[index]);
    let (knobs, runtime) = (pair.knobs.clone(), pair.runtime);
    let (sender, trace) = mpsc::channel();
    let run = move || {
        let trace =
            world::scene_on(chapter, scene, &knobs, Clock::Real, runtime);
        // Nobody waits for it any more if somebody has asked to stop.
        let _ = sender.send(trace);
    };
    thread::Builder::new()
        .name("scene".to_owned())
        .spawn(run)
        .context("the system gave no thread to run the scene on")?;
    wait(&trace, tick, || stop::asked().is_some())?
}

/// It ends by itself if somebody asks to stop.
fn on_cpython(
    pair: &Pair,
    python: &Python,
    index: usize,
    tick: &mut dyn FnMut(Duration),
) -> Result<Trace> {
    let (name, length) = (pair.scenes[index].name, pair.ideals[index].length);
    thread::scope(|scope| {
        let (sender, trace) = mpsc::channel();
        let run = move || {
            let trace =
                python.play_for_real(pair.chapter, name, &pair.knobs, length);
            let _ = sender.send(trace);
        };
        let thread = thread::Builder::new().name("cpython".to_owned());
        thread
            .spawn_scoped(scope, run)
            .context("the system gave no thread to wait for CPython on")?;
        wait(&trace, tick, || false)?
    })
}

/// Waits for a result.
fn wait<T>(
    result: &Receiver<T>,
    tick: &mut dyn FnMut(Duration),
    is_stopped: impl Fn() -> bool,
) -> Result<T> {
    let start = Instant::now();
    loop {
        match result.recv_timeout(TICK) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) if is_stopped() => {
                return Err(Stopped.into());
            }
            Err(RecvTimeoutError::Timeout) => tick(start.elapsed()),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(anyhow!("the scene's thread panicked"));
            }
        }
    }
}
