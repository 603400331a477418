//! CPython as it is asked before a run: because its world is to be drawn
//! beside tokio's, or because somebody reads the lines of `demo.py`.

use std::path::Path;

use anyhow::{Error, Result};

use super::{Choice, Usage};
use crate::chapter::{Chapter, Knobs, Language};
use crate::system::foreign;
use crate::system::stop::Stopped;
use crate::trace::Trace;
use crate::world::python::{self, Python};

/// More of what a Python says of itself is not repeated.
const LONGEST: usize = 300;

/// What CPython does at the knobs of a run.
#[derive(Default)]
pub(super) struct Witness {
    /// What it does in each scene, on its virtual clock at speed 1.
    pub(super) traces: Vec<Trace>,
    /// Why it could not be asked, and what comes of that.
    pub(super) remark: Option<String>,
}

impl Witness {
    /// Asks CPython, if anybody wants to know.
    ///
    /// # Errors
    /// [`Stopped`] if the user asks us to stop meanwhile. If its world is to
    /// be drawn and there is no knowing it: a [`Usage`] error, or whatever
    /// Python says. Who only reads its code can do without.
    pub(super) fn of(choice: &Choice) -> Result<Witness> {
        let Choice { chapter, knobs, .. } = choice;
        if choice.twin {
            return Ok(Witness {
                traces: twins(chapter, knobs)?,
                remark: None,
            });
        }
        if !choice.reading.has(Language::Python) {
            return Ok(Witness::default());
        }
        let (traces, why) = match chapter.why_real_only() {
            Some(why) => (Vec::new(), Some(format!("{} {why}", chapter.name))),
            None => match ask(chapter, knobs) {
                Ok(traces) => (traces, None),
                Err(error) if error.is::<Stopped>() => return Err(error),
                Err(error) => {
                    let said = foreign::cut(&format!("{error:#}"), LONGEST);
                    (Vec::new(), Some(said))
                }
            },
        };
        let remark = why.map(|why| {
            format!(
                "The lines of demo.py are found by what they say, and not by \
                 a run of CPython's: {why}."
            )
        });
        Ok(Witness { traces, remark })
    }
}

/// What CPython does, for whoever cannot do without.
fn twins(chapter: &Chapter, knobs: &Knobs) -> Result<Vec<Trace>> {
    if let Some(why) = chapter.why_real_only() {
        let wrong =
            format!("{} {why}, and no two runs can be compared", chapter.name);
        return Err(Usage::new(wrong, "leave --twin out").into());
    }
    ask(chapter, knobs).map_err(|error| match error.downcast::<NoPython>() {
        Ok(NoPython(why)) => Error::new(Usage::new(
            format!(
                "--twin at other figures than the article's needs Python: {why}"
            ),
            "install it, or leave the knobs out",
        )),
        Err(error) => error,
    })
}

/// As it was recorded where the knobs are the article's, and otherwise as it
/// does it now.
fn ask(chapter: &Chapter, knobs: &Knobs) -> Result<Vec<Trace>> {
    let twin = &chapter.twin;
    if knobs.are_defaults() {
        return python::recording(twin);
    }
    let python = Python::find(Path::new("python3")).map_err(|error| {
        if error.is::<Stopped>() {
            return error;
        }
        Error::new(NoPython(format!("{error:#}")))
    })?;
    python.play(chapter, twin, knobs)
}

/// There is no Python to ask, and why.
#[derive(Debug)]
struct NoPython(String);

impl std::fmt::Display for NoPython {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoPython {}
