//! Everything that is to be seen of a run: the question, the scenes as they
//! happen, each with its picture, and at the end one screen that says it all.
//! On a plain page the pictures are sentences.

use std::io::{self, Write};

use colored::Colorize;
use console::measure_text_width;

use super::apart::{apart, parting};
use super::claims::{Check, check};
use super::explain::{explanation, measures};
use super::lines::Lines;
use super::quiet::{announce, close};
use super::scene::scene;
use super::screen::Screen;
use super::sources::Sources;
use crate::chapter::{number_of, time};
use crate::picture::Legend;
use crate::report::{Counterpart, Report, Reporter, Scene};
use crate::stage::Runtime;
use crate::trace::{Clock, Event};

/// Shows everything.
pub struct Full<'a> {
    screen: &'a mut Screen,
    /// Also what it means: `--explain`.
    explains: bool,
    /// The lines of the scene that plays.
    lines: Option<Lines>,
    /// The marks that have been explained.
    known: Legend,
}

impl<'a> Full<'a> {
    /// On that screen.
    pub fn new(screen: &'a mut Screen) -> Full<'a> {
        Full {
            screen,
            explains: false,
            lines: None,
            known: Legend::default(),
        }
    }

    /// The same, and what it means: figures with their meaning, claims with
    /// their evidence, and what to remember.
    pub fn explaining(self, explains: bool) -> Full<'a> {
        Full { explains, ..self }
    }

    /// Writes what stands above the scenes. A run that is told for the first
    /// time is [announced](Reporter::begins), too.
    pub(crate) fn opening(&mut self, report: &Report) -> io::Result<()> {
        let screen = &mut *self.screen;
        let page = screen.page;
        // No title: it says what the run is to show.
        writeln!(screen, "{}", report.chapter.bold())?;
        for note in circumstances(report) {
            page.aside(screen, 0, &note)?;
        }
        // Of a run that is of no chapter nothing is asked.
        if let Some(lesson) = &report.lesson {
            writeln!(screen)?;
            page.prose(screen, 2, &lesson.question)?;
        }
        screen.flush()
    }

    /// Makes ready for the lines of a scene, whose heading may be somebody
    /// else's.
    pub(crate) fn opens(&mut self, report: &Report, index: usize) {
        let scene = &report.scenes[index];
        let names = report.lane_names().map(measure_text_width).max();
        let sources = Sources::of(report, scene);
        let lines = Lines::new(self.screen.page, names.unwrap_or(0), sources);
        let lines = lines.expecting(scene.expected_lines());
        let has_several = scene.runtime.is_multi_thread();
        self.lines = Some(lines.on_several_threads(has_several));
    }

    /// Says whether the two worlds agree, and where they part.
    fn agreement(&mut self, other: &Counterpart) -> io::Result<()> {
        let page = self.screen.page;
        let Some(found) = &other.parting else {
            let words = format!(
                "CPython does the same. On the virtual clock all {} moments in \
                 which a lane begins, speaks or ends are equal, in order and \
                 time.",
                other.moments
            );
            return check(&page, self.screen, Check::Holds, &words, "");
        };
        let at = found.to_string();
        parting(&page, self.screen, &at, other.why.as_deref())
    }
}

impl Reporter for Full<'_> {
    fn begins(&mut self, report: &Report) -> io::Result<()> {
        announce(report, &self.screen.page);
        self.opening(report)
    }

    fn scene_begins(
        &mut self,
        report: &Report,
        index: usize,
    ) -> io::Result<()> {
        let scene = &report.scenes[index];
        self.screen.measure();
        let page = self.screen.page;
        page.heading(self.screen, &scene.name, &about(report, scene))?;
        if !scene.watch.is_empty() {
            let watch = format!("Watch: {}", scene.watch);
            page.prose(self.screen, 2, &watch)?;
            writeln!(self.screen)?;
        }
        self.opens(report, index);
        self.screen.flush()
    }

    fn happened(&mut self, events: &[Event]) -> io::Result<()> {
        let Some(lines) = &mut self.lines else {
            return Ok(());
        };
        if !events.iter().any(Lines::shows) {
            events.iter().for_each(|event| lines.learn(event));
            return Ok(());
        }
        // Somebody may have changed the size of the terminal meanwhile.
        self.screen.measure();
        lines.on(self.screen.page);
        for event in events {
            lines.take(self.screen, event)?;
        }
        self.screen.flush()
    }

    fn scene_ends(&mut self, report: &Report, index: usize) -> io::Result<()> {
        let played = &report.scenes[index];
        let page = self.screen.page;
        if let Some(lines) = self.lines.take() {
            lines.finish(self.screen)?;
        }
        let known = &mut self.known;
        scene(&page, self.screen, report, played, known)?;
        if let Some(other) = &played.counterpart {
            self.agreement(other)?;
        }
        apart(&page, self.screen, played)?;
        if self.explains {
            measures(self.screen, played)?;
        }
        self.screen.flush()
    }

    fn ends(&mut self, report: &Report) -> io::Result<()> {
        let is_whole = !report.interrupted
            && report.scenes.iter().all(|scene| scene.failure.is_none());
        if is_whole {
            if self.explains {
                explanation(self.screen, report)?;
            }
            let page = self.screen.page;
            writeln!(self.screen)?;
            if !page.plain {
                writeln!(self.screen, "{}", page.rule(page.width))?;
            }
        }
        close(self.screen, report)
    }
}

/// What has to be known of a whole run, a sentence each.
pub(crate) fn circumstances(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if !report.is_real() {
        let note = "On the virtual clock: exact, and nothing was measured.";
        notes.push(note.to_owned());
    }
    let speed = report.speed;
    if speed != 1.0 {
        notes.push(format!(
            "At speed {speed}: every time is divided by {speed}."
        ));
    }
    notes.extend(report.remark.clone());
    notes
}

/// A scene's heading: what it is, and what is special about this run.
pub(crate) fn about(report: &Report, scene: &Scene) -> String {
    let mut about = scene.about.clone();
    if scene.is_baseline {
        about = format!("baseline: {about}");
    }
    if scene.clock == Clock::Virtual && report.is_real() {
        let length = time(scene.length(report.speed));
        about += &format!(" (on the virtual clock: it would take {length})");
    }
    if let Runtime::MultiThread(workers) = scene.runtime {
        let workers = number_of(workers.get(), "worker", "workers");
        about += &format!(" (multi_thread, {workers})");
    }
    about
}
