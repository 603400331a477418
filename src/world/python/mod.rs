//! CPython, where there is one: runs a chapter's `demo.py`, on its virtual
//! clock unless it is to be measured, and reads the traces that it prints. It
//! runs by itself: nothing of the user's own Python (its variables, its
//! packages, the folder that one happens to be in) has a part in it, and it has
//! bounds. A [`Resident`] stays, for whoever plays again and again.

mod resident;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow, bail, ensure};

pub use self::resident::Resident;

use super::stage_py::STAGE;
use crate::chapter::{Chapter, Knobs, Twin};
use crate::system::child::{self, Bounds, Fault, Output};
use crate::system::folder::Folder;
use crate::system::foreign;
use crate::system::stop::Stopped;
use crate::trace::{Clock, Trace, ndjson};

/// The oldest Python that has `TaskGroup` and `timeout`.
const OLDEST: (u32, u32) = (3, 11);

/// To say its version a Python has a little time, also on a machine that has
/// to fetch it from a slow disk.
const TO_ANSWER: Bounds = Bounds {
    time: Duration::from_secs(20),
    bytes: 64 * 1024,
};

/// To play a chapter it has far more than any takes, at any knobs.
const TO_PLAY: Bounds = Bounds {
    time: Duration::from_secs(60),
    bytes: 128 * 1024 * 1024,
};

/// Isolated from the user's variables and packages (`-I`) and from what is
/// installed beside it (`-S`), with UTF-8 everywhere, and leaving no compiled
/// files behind (`-B`): <https://docs.python.org/3/using/cmdline.html>.
const ISOLATED: [&str; 5] = ["-I", "-S", "-B", "-X", "utf8"];

/// A Python that is new enough, with the demos at hand.
pub struct Python {
    program: PathBuf,
    version: String,
    /// The demos as files, for this run only: the program may be far from the
    /// source that it was built from.
    folder: Folder,
    /// The chapters' demos that are in it. Each is written once: another play
    /// may be reading it.
    written: Mutex<BTreeSet<String>>,
}

impl Python {
    /// Looks for a Python.
    ///
    /// # Errors
    /// If there is none under that name, or if it is too old. [`Stopped`] if
    /// the user asks us to stop meanwhile.
    pub fn find(program: &Path) -> Result<Python> {
        let shown = foreign::path(program);
        let mut command = isolated(program);
        command.args(["-c", "import sys; print(*sys.version_info[:3])"]);
        let output = run(command, TO_ANSWER, program)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let version = numbers(&said)
            .with_context(|| format!("'{shown}' is not a Python 3"))?;
        let [major, minor, micro] = version;
        let version = format!("{major}.{minor}.{micro}");
        let (needs, least) = OLDEST;
        ensure!(
            (major, minor) >= OLDEST,
            "'{shown}' is Python {version}, and {needs}.{least} is needed"
        );
        let folder = stage().context("the demos could not be written")?;
        Ok(Python {
            program: program.to_owned(),
            version,
            folder,
            written: Mutex::default(),
        })
    }

    /// Its version, such as `3.11.7`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Plays every scene that `demo.py` has on the virtual clock.
    ///
    /// # Errors
    /// If Python fails, with what it said, if it takes too long, or if what it
    /// prints is no trace. [`Stopped`] if the user asks us to stop meanwhile.
    pub fn play(
        &self,
        chapter: &Chapter,
        twin: &Twin,
        knobs: &Knobs,
    ) -> Result<Vec<Trace>> {
        self.traces(chapter, arguments(twin, knobs), TO_PLAY)
    }

    /// Plays one scene on the real clock, at the speed of the knobs. `length`
    /// is how long it should take.
    ///
    /// # Errors
    /// As [`play`](Python::play), and if it prints another trace than that.
    pub fn play_for_real(
        &self,
        chapter: &Chapter,
        scene: &str,
        knobs: &Knobs,
        length: Duration,
    ) -> Result<Trace> {
        let speed = format!("--speed={}", knobs.speed());
        let arguments = with(knobs, &[scene, "--clock", "real", &speed]);
        let bounds = Bounds {
            time: 2 * length + TO_PLAY.time,
            ..TO_PLAY
        };
        let traces = self.traces(chapter, arguments, bounds)?;
        let [trace] = <[Trace; 1]>::try_from(traces).map_err(|traces| {
            anyhow!("it printed {} traces, and not one", traces.len())
        })?;
        let header = &trace.header;
        ensure!(
            header.name() == scene && header.clock == Clock::Real,
            "it printed the trace of another run"
        );
        Ok(trace)
    }

    /// Has a chapter's demo print traces.
    fn traces(
        &self,
        chapter: &Chapter,
        arguments: Vec<String>,
        bounds: Bounds,
    ) -> Result<Vec<Trace>> {
        let demo = self.write(chapter)?;
        let mut command = isolated(&self.program);
        command.arg(demo).args(arguments);
        let output = run(command, bounds, &self.program)?;
        let is_well = output.status.success();
        read(chapter, is_well, &output.stdout, &output.complaint)
    }

    /// Sees to it that a chapter's demo is there, and returns where it is.
    fn write(&self, chapter: &Chapter) -> Result<PathBuf> {
        let demo = format!("demos/{}", demo(chapter));
        let written = self.written.lock();
        // What is in it is written, whoever panicked.
        let mut written = written.unwrap_or_else(PoisonError::into_inner);
        if !written.contains(&demo) {
            self.folder.write(&demo, chapter.twin.demo)?;
            written.insert(demo.clone());
        }
        Ok(self.folder.path(demo))
    }
}

/// The file of a chapter's demo, below `demos`.
fn demo(chapter: &Chapter) -> String {
    format!("{}/demo.py", chapter.folder())
}

/// What a demo is called with, to play every scene on the virtual clock.
fn arguments(twin: &Twin, knobs: &Knobs) -> Vec<String> {
    let mut arguments = vec!["--all", "--clock", "virtual"];
    if !twin.errata.is_empty() {
        arguments.push("--article");
    }
    with(knobs, &arguments)
}

/// What a demo is called with, to print traces at these knobs. It ends when we
/// are gone, whatever ended us.
fn with(knobs: &Knobs, arguments: &[&str]) -> Vec<String> {
    let arguments = arguments.iter().chain(&["--json", "--end-with-stdin"]);
    let arguments = arguments.map(|&argument| argument.to_owned());
    let knobs = knobs.describe();
    let knobs = knobs
        .iter()
        .map(|(name, value)| format!("--{name}={value}"));
    arguments.chain(knobs).collect()
}

/// Reads what a demo has printed.
fn read(
    chapter: &Chapter,
    is_well: bool,
    stdout: &[u8],
    complaint: &str,
) -> Result<Vec<Trace>> {
    if !is_well {
        let said = match complaint {
            "" => "it said nothing",
            complaint => complaint,
        };
        bail!("the Python demo of {} failed: {said}", chapter.name);
    }
    ndjson::read(stdout)
        .with_context(|| format!("the Python demo of {}", chapter.name))
}

/// The traces that CPython recorded of a chapter's scenes at the article's
/// figures, as they lie beside the demo.
///
/// # Errors
/// If the recording is not a trace, which a test forbids.
pub fn recording(twin: &Twin) -> Result<Vec<Trace>> {
    ndjson::read(twin.recording.as_bytes()).context("CPython's recording")
}

fn isolated(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(ISOLATED);
    command
}

fn run(command: Command, bounds: Bounds, program: &Path) -> Result<Output> {
    child::run(command, bounds).map_err(|fault| blamed(fault, program))
}

fn blamed(fault: Fault, program: &Path) -> Error {
    match fault {
        Fault::Stopped => Error::new(Stopped),
        fault => anyhow!("'{}' {fault}", foreign::path(program)),
    }
}

/// The three numbers of a version, if that is what was said.
fn numbers(said: &str) -> Option<[u32; 3]> {
    let words = said.split([' ', '.']).map(|word| word.trim().parse().ok());
    let numbers: Option<Vec<u32>> = words.collect();
    numbers?.try_into().ok()
}

/// The demos as files: what every one of them needs.
fn stage() -> Result<Folder> {
    let folder = Folder::new()?;
    for (name, text) in STAGE {
        folder.write(&format!("demos/{name}"), text)?;
    }
    Ok(folder)
}
