//! CPython, where there is one: runs a chapter's `demo.py` on its virtual
//! clock, and reads the traces that it prints.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail, ensure};

use crate::chapter::{Chapter, Knobs, Twin};
use crate::demos;
use crate::trace::{Trace, ndjson};

/// The oldest Python that has `TaskGroup` and `timeout`.
const OLDEST: (u32, u32) = (3, 11);

/// A Python that is new enough, with the demos at hand.
pub struct Python {
    program: PathBuf,
    version: String,
    /// The demos as files, for this run only: the program may be far from the
    /// source that it was built from.
    folder: Folder,
}

impl Python {
    /// Looks for a Python.
    ///
    /// # Errors
    /// If there is none under that name, or if it is too old.
    pub fn find(program: &Path) -> Result<Python> {
        let shown = program.display();
        let output = Command::new(program)
            .args(["-c", "import sys; print(*sys.version_info[:3], sep='.')"])
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("'{shown}' could not be run"))?;
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let mut parts = version.split('.').map(str::parse::<u32>);
        let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next())
        else {
            bail!("'{shown}' is not a Python 3");
        };
        let (needs, least) = OLDEST;
        ensure!(
            (major, minor) >= OLDEST,
            "'{shown}' is Python {version}, and {needs}.{least} is needed"
        );
        let folder = Folder::new().context("the demos could not be written")?;
        Ok(Python {
            program: program.to_owned(),
            version,
            folder,
        })
    }

    /// Its version, such as `3.11.7`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Plays every scene that `demo.py` has on the virtual clock.
    ///
    /// # Errors
    /// If Python fails, with what it said, or if what it prints is no trace.
    pub fn play(
        &self,
        chapter: &Chapter,
        twin: &Twin,
        knobs: &Knobs,
    ) -> Result<Vec<Trace>> {
        let demo = self.folder.write(&chapter.folder(), twin)?;
        let mut command = Command::new(&self.program);
        // -B: leave no compiled files behind.
        command.arg("-B").arg(&demo);
        command.args(["--all", "--clock", "virtual", "--json"]);
        if !twin.errata.is_empty() {
            command.arg("--article");
        }
        for (name, value) in knobs.describe() {
            command.arg(format!("--{name}={value}"));
        }
        let output = command
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::null())
            .output()
            .with_context(|| {
                format!("'{}' could not be run", self.program.display())
            })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or("it said nothing");
            bail!("the Python demo of {} failed: {last}", chapter.name);
        }
        ndjson::read(output.stdout.as_slice())
            .with_context(|| format!("the Python demo of {}", chapter.name))
    }
}

/// The traces that CPython recorded of a chapter's scenes at the article's
/// figures, as they lie beside the demo.
///
/// # Errors
/// If the recording is not a trace, which a test forbids.
pub fn recording(twin: &Twin) -> Result<Vec<Trace>> {
    ndjson::read(twin.recording.as_bytes()).context("CPython's recording")
}

/// A temporary folder that goes when it is no longer needed.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Folder> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("asyncade-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        // Fails if it is there already: then it is not ours.
        fs::create_dir(&folder)?;
        let folder = Folder(folder);
        let demos = folder.0.join("demos");
        fs::create_dir_all(demos.join("stage"))?;
        for (name, text) in demos::STAGE {
            fs::write(demos.join(name), text)?;
        }
        Ok(folder)
    }

    /// Writes a chapter's demo, and returns where it is.
    fn write(&self, folder: &str, twin: &Twin) -> Result<PathBuf> {
        let folder = self.0.join("demos").join(folder);
        let demo = folder.join("demo.py");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&demo, twin.demo))
            .with_context(|| {
                format!("'{}' could not be written", demo.display())
            })?;
        Ok(demo)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is in the folder for temporary files: leaving it hurts nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
