//! Everything that is to be seen of a run: the question, the scenes as they
//! happen, each with its picture, the verdict, the claims with their evidence,
//! and what to remember. On a plain page the pictures are sentences.

use std::io::{self, Write};

use super::apart::{apart, parting};
use super::chart::{chart, legend};
use super::claims::{Check, check};
use super::lesson::remember;
use super::lines::Lines;
use super::quiet::{announce, findings, interrupted};
use super::screen::Screen;
use super::sources::Sources;
use super::verdict::verdict;
use crate::chapter::time;
use crate::picture::Legend;
use crate::report::{Counterpart, Report, Reporter, Scene};
use crate::trace::{Clock, Event};

/// Shows everything.
pub struct Full<'a> {
    screen: &'a mut Screen,
    /// The width of the longest lane name in any scene.
    names: usize,
    /// The lines of the scene that plays.
    lines: Option<Lines>,
    legend: Legend,
}

impl<'a> Full<'a> {
    /// On that screen.
    pub fn new(screen: &'a mut Screen) -> Full<'a> {
        Full {
            screen,
            names: 0,
            lines: None,
            legend: Legend::default(),
        }
    }

    fn opening(&mut self, report: &Report) -> io::Result<()> {
        let screen = &mut *self.screen;
        let page = screen.page;
        page.title(screen, &report.chapter, &report.title)?;
        if !report.is_real() {
            let note = "On the virtual clock: exact, and nothing was measured.";
            page.aside(screen, 0, note)?;
        }
        let speed = report.speed;
        if speed != 1.0 {
            let note =
                format!("At speed {speed}: every time is divided by {speed}.");
            page.aside(screen, 0, &note)?;
        }
        if let Some(remark) = &report.remark {
            page.aside(screen, 0, remark)?;
        }
        writeln!(screen)?;
        page.prose(screen, 2, &report.lesson.question)?;
        writeln!(screen)?;
        let watch = format!("Watch: {}", report.lesson.watch);
        page.aside(screen, 2, &watch)?;
        screen.flush()
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

    fn closing(&mut self, report: &Report) -> io::Result<()> {
        let screen = &mut *self.screen;
        let page = screen.page;
        remember(&page, screen, &report.lesson)?;
        writeln!(screen)?;
        let chapter = &report.chapter;
        let lang = report.reading.option();
        if let Some(first) = report.left_out.first() {
            let names = report.left_out.join(", ");
            let note = format!(
                "Not played: {names}. Play one with 'asyncade {chapter} --scene {first}{lang}', \
                 all of them with 'asyncade {chapter} --all{lang}'."
            );
            page.aside(screen, 2, &note)?;
        }
        let code =
            format!("Read the code with 'asyncade show {chapter}{lang}'.");
        page.aside(screen, 2, &code)
    }
}

impl Reporter for Full<'_> {
    fn begins(&mut self, report: &Report) -> io::Result<()> {
        let names = report.lane_names().map(console::measure_text_width);
        self.names = names.max().unwrap_or(0);
        announce(report, self.screen);
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
        let sources = Sources::of(report, scene);
        self.lines = Some(Lines::new(page, self.names, sources));
        self.screen.flush()
    }

    fn happened(&mut self, events: &[Event]) -> io::Result<()> {
        let Some(lines) = &mut self.lines else {
            return Ok(());
        };
        for event in events {
            lines.take(self.screen, event)?;
        }
        if events.iter().any(Lines::shows) {
            self.screen.flush()?;
        }
        Ok(())
    }

    fn scene_ends(&mut self, report: &Report, index: usize) -> io::Result<()> {
        let scene = &report.scenes[index];
        let page = self.screen.page;
        let legend = &mut self.legend;
        chart(&page, self.screen, report, scene, self.names, legend)?;
        for note in &scene.notes {
            page.aside(self.screen, 2, note)?;
        }
        if let Some(other) = &scene.counterpart {
            self.agreement(other)?;
        }
        apart(&page, self.screen, scene)?;
        self.screen.flush()
    }

    fn ends(&mut self, report: &Report) -> io::Result<()> {
        if report.interrupted {
            return interrupted(self.screen);
        }
        // What failed is said by whoever asked for the run.
        if report.scenes.iter().any(|scene| scene.failure.is_some()) {
            return Ok(());
        }
        let page = self.screen.page;
        legend(&page, self.screen, &self.legend)?;
        if let Some(found) = &report.verdict {
            verdict(&page, self.screen, found)?;
        }
        findings(report, self.screen)?;
        self.closing(report)?;
        self.screen.flush()
    }
}

/// A scene's heading: what it is, and what is special about this run.
fn about(report: &Report, scene: &Scene) -> String {
    let mut about = scene.about.clone();
    if scene.is_baseline {
        about = format!("baseline: {about}");
    }
    if scene.clock == Clock::Virtual && report.is_real() {
        let length = time(scene.length(report.speed));
        about += &format!(" (on the virtual clock: it would take {length})");
    }
    about
}
