//! CPython as the witness: every scene in both worlds, event by event.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};
use colored::Colorize;

use super::Ending;
use crate::chapter::{Chapter, Erratum, Knobs, Scene, Twin};
use crate::report::Usage;
use crate::system::foreign;
use crate::system::stop::{self, Stopped};
use crate::terminal::{self, Check, Screen};
use crate::trace::{Clock, Trace};
use crate::world::compare::{is_expected, lines, moments, of_scene, parting};
use crate::world::python::{self, Python};
use crate::world::{self, interrupt};

/// More of what was found is not shown.
const LONGEST: usize = 2000;

/// Where CPython is to be found, and whether it must be.
pub struct Witness<'a> {
    /// The program.
    pub python: &'a Path,
    /// Without it, fail.
    pub required: bool,
}

/// What is to be compared.
pub struct Subject {
    /// The chapter.
    pub chapter: &'static Chapter,
    /// Its knobs.
    pub knobs: Knobs,
    /// The scenes, if not all of them.
    pub scenes: Vec<&'static Scene>,
}

impl Subject {
    /// Its scenes, in the chapter's order.
    fn scenes(&self) -> impl Iterator<Item = &'static Scene> {
        let scenes = self.chapter.scenes.iter();
        scenes.filter(|scene| {
            let mut named = self.scenes.iter();
            self.scenes.is_empty() || named.any(|n| n.name == scene.name)
        })
    }

    /// The runs of the article's own way whose outcome is known: at the
    /// article's figures, and unless it is asked only of some scenes.
    fn errata(&self) -> &'static [Erratum] {
        if self.scenes.is_empty() && self.knobs.are_defaults() {
            self.chapter.twin.errata
        } else {
            &[]
        }
    }
}

/// Compares tokio with CPython, and CPython with its recording.
///
/// # Errors
/// A [`Usage`] error for knobs that the chapter refuses. If a scene or its
/// Python twin fails to run, if there is no Python where one is required, or
/// if nobody reads the output any more. [`Stopped`] if the user asks for it.
pub fn verify(
    subjects: &[Subject],
    witness: &Witness,
    screen: &mut Screen,
) -> Result<Ending> {
    for Subject { chapter, knobs, .. } in subjects {
        (chapter.check)(knobs)?;
    }
    // From here on Ctrl-C is a request, so that no Python is left behind.
    interrupt::listen();
    let python = match Python::find(witness.python) {
        Ok(python) => Some(python),
        Err(error) if error.is::<Stopped>() => return Err(error),
        Err(error) if witness.required => bail!(error),
        Err(error) => {
            // Nothing is left to do if stderr is closed.
            let error = foreign::clean_lines(&format!("{error:#}"));
            let _ = writeln!(
                anstream::stderr(),
                "note: {error}; tokio is compared with CPython's recording only"
            );
            None
        }
    };
    let (mut scenes, mut broken, mut parted) = (0, 0, 0);
    let (mut errata, mut wrong) = (0, 0);
    for subject in subjects {
        let Subject { chapter, knobs, .. } = subject;
        let page = screen.page;
        let twin = &chapter.twin;
        if let Some(why) = chapter.why_real_only() {
            page.heading(screen, chapter.name, chapter.title)?;
            let why = format!(
                "It {why}: no two runs have the same times, and there is \
                 nothing to compare."
            );
            page.aside(screen, 2, &why)?;
            continue;
        }
        // Before the heading: without a witness there is nothing to say.
        let witnesses = witnesses(chapter, twin, knobs, python.as_ref())?;
        page.heading(screen, chapter.name, chapter.title)?;
        for scene in subject.scenes() {
            stop::check()?;
            let found = compare(chapter, twin, scene, knobs, &witnesses)?;
            scenes += 1;
            broken += usize::from(!found.holds);
            parted += usize::from(found.parts);
            found.write(scene.name, screen)?;
        }
        for erratum in subject.errata() {
            let found = article(erratum, &witnesses);
            errata += 1;
            wrong += usize::from(!found.holds);
            found.write(erratum.scene, screen)?;
        }
        screen.flush()?;
    }
    let who = match &python {
        Some(python) => format!("CPython {}", python.version()),
        None => "CPython's recording".to_owned(),
    };
    if scenes > 0 {
        let scenes =
            format!("{scenes} scene{}", if scenes == 1 { "" } else { "s" });
        writeln!(screen)?;
        match broken {
            0 if parted == 0 => {
                writeln!(screen, "{scenes}: tokio and {who} agree.")?;
            }
            0 => writeln!(
                screen,
                "{scenes}: tokio and {who} agree; in {parted} they part, as \
                 they must."
            )?,
            _ => writeln!(
                screen,
                "{scenes}: in {broken} tokio and {who} differ."
            )?,
        }
    }
    if errata > 0 {
        let shown = errata - wrong;
        writeln!(
            screen,
            "{shown} of {errata} runs of the article's own way go as the errata \
             say."
        )?;
    }
    screen.flush()?;
    Ok(Ending::of(broken + wrong > 0))
}

/// What CPython says of a chapter: each witness has a name.
type Witnesses = Vec<(String, Vec<Trace>)>;

fn witnesses(
    chapter: &Chapter,
    twin: &Twin,
    knobs: &Knobs,
    python: Option<&Python>,
) -> Result<Witnesses> {
    let mut witnesses = Vec::new();
    if knobs.are_defaults() {
        let recording = python::recording(twin)?;
        witnesses.push(("the recording".to_owned(), recording));
    }
    if let Some(python) = python {
        let name = format!("CPython {}", python.version());
        witnesses.push((name, python.play(chapter, twin, knobs)?));
    }
    if witnesses.is_empty() {
        bail!(Usage::new(
            format!(
                "the recording of {} is of the article's figures, and for other knobs a \
                 python3 is needed",
                chapter.name
            ),
            "install one, or leave the knobs out",
        ));
    }
    Ok(witnesses)
}

/// What was found of a scene.
struct Found {
    holds: bool,
    /// The two worlds part in it, as they must.
    parts: bool,
    evidence: String,
}

impl Found {
    /// A witness does not know the scene.
    fn missing(witness: &str) -> Found {
        Found {
            holds: false,
            parts: false,
            evidence: format!("{witness} has no such scene"),
        }
    }

    fn write(&self, scene: &str, screen: &mut Screen) -> Result<()> {
        let check = if self.holds {
            Check::Holds
        } else {
            Check::Broken
        };
        let page = screen.page;
        let scene = scene.bold().to_string();
        // A Python says in it what it likes.
        let evidence = foreign::cut(&self.evidence, LONGEST);
        terminal::check(&page, screen, check, &scene, &evidence)?;
        Ok(())
    }
}

/// Compares a scene with every witness.
fn compare(
    chapter: &Chapter,
    twin: &Twin,
    scene: &Scene,
    knobs: &Knobs,
    witnesses: &Witnesses,
) -> Result<Found> {
    let tokio = world::scene(chapter, scene, knobs, Clock::Virtual)?;
    let (expected, why) = twin.fork(scene.name, knobs).unzip();
    let mut reason = None;
    for (name, traces) in witnesses {
        let Some(cpython) = of_scene(traces, scene.name) else {
            return Ok(Found::missing(name));
        };
        let found = parting(&tokio, cpython);
        let holds = is_expected(found.as_ref(), expected.as_ref());
        if !holds {
            let found = found
                .map_or("they agree".to_owned(), |found| found.to_string());
            let should = expected.map_or(String::new(), |fork| {
                format!(
                    "; they should part at tokio: {}; CPython: {}",
                    fork.tokio, fork.cpython
                )
            });
            return Ok(Found {
                holds: false,
                parts: false,
                evidence: format!("{name}: {found}{should}"),
            });
        }
        reason = found;
    }
    let names: Vec<&str> =
        witnesses.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(" and ");
    Ok(Found {
        holds: true,
        parts: reason.is_some() && why.is_some(),
        evidence: match (reason, why) {
            (Some(parting), Some(why)) => {
                format!(
                    "The two worlds part here, as they must. {parting}. {why}"
                )
            }
            _ => format!(
                "{} moments, the same in {names}",
                moments(&tokio).len()
            ),
        },
    })
}

/// Checks that doing it the article's way does what the erratum says.
fn article(erratum: &Erratum, witnesses: &Witnesses) -> Found {
    for (name, traces) in witnesses {
        let Some(trace) = of_scene(traces, erratum.scene) else {
            return Found::missing(name);
        };
        let said = lines(trace);
        if said != erratum.says {
            return Found {
                holds: false,
                parts: false,
                evidence: format!(
                    "{name} said {said:?} instead of {:?}",
                    erratum.says
                ),
            };
        }
    }
    Found {
        holds: true,
        parts: false,
        evidence: format!("the article's way: {}", erratum.says.join("; ")),
    }
}
