//! Plays a chapter: its question, its scenes as they happen, the verdict, the
//! claims with their evidence, and what to remember.

use std::io::Write;

use anyhow::Result;

use super::export::Export;
use super::plan::{Plan, Turn};
use super::screen::Screen;
use super::show::remember;
use super::watch::watch;
use super::{Ending, compare, interrupt};
use crate::chapter::{self, Claim, Finding, Played, time};
use crate::run;
use crate::timeline::Timeline;
use crate::trace::{Clock, Trace, What, ndjson};
use crate::twin::{moments, of_scene, parting};
use crate::view::{self, Bars, Check, Frame, Legend, Lines};

/// A scene is drawn on the same scale as the longest one, so that the eye can
/// compare them, unless it would be shorter than this part of it.
const SMALLEST_PART: u32 = 12;

/// What the user wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Everything.
    Full,
    /// The verdict and the claims.
    Quiet,
    /// The traces, and nothing else.
    Json,
}

/// Plays a plan.
///
/// # Errors
/// If a scene panics, if an export cannot be written, or if nobody reads the
/// output any more.
pub fn play(
    plan: &Plan,
    exports: Vec<Export>,
    output: Output,
    bars: bool,
    screen: &mut Screen,
) -> Result<Ending> {
    let bars = bars && screen.bars && output == Output::Full;
    let stage = Playing {
        plan,
        output,
        bars,
        names: names_width(plan),
    };
    if let Some(urls) = plan.knobs.urls_set() {
        // On stderr, so that it is seen whatever becomes of the results.
        let page = screen.page;
        page.prose(
            &mut anstream::stderr(),
            0,
            &urls.announce(plan.turns.len()),
        )?;
    }
    if output == Output::Full {
        stage.opening(screen)?;
    }
    let mut legend = Legend::default();
    let mut traces = Vec::new();
    for turn in &plan.turns {
        let trace = stage.turn(turn, screen)?;
        match output {
            Output::Full => {
                stage.chart(turn, &trace, &traces, screen, &mut legend)?
            }
            Output::Quiet => {}
            Output::Json => {
                ndjson::write(&trace, screen)?;
                if let Some(twin) = stage.twin(turn) {
                    ndjson::write(twin, screen)?;
                }
            }
        }
        screen.flush()?;
        traces.push(trace);
        if interrupt::requested() {
            break;
        }
    }
    for export in exports {
        export.finish(&traces)?;
    }
    if interrupt::requested() {
        if output != Output::Json {
            let page = screen.page;
            writeln!(screen)?;
            page.aside(screen, 2, "Interrupted: this is how far it came.")?;
            screen.flush()?;
        }
        return Ok(Ending::Interrupted);
    }
    let played = Played::new(&plan.knobs, &traces);
    let findings = stage.findings(&played);
    let broken = match output {
        Output::Json => stage.report_broken(&findings),
        Output::Full | Output::Quiet => {
            if output == Output::Full {
                let page = screen.page;
                legend.write(&page, screen)?;
            }
            stage.verdict(&played, screen)?;
            stage.claims(&findings, screen)?
        }
    };
    if output == Output::Full {
        stage.closing(screen)?;
    }
    screen.flush()?;
    Ok(if interrupt::requested() {
        Ending::Interrupted
    } else if broken {
        Ending::Broken
    } else {
        Ending::Fine
    })
}

/// A chapter that is being played.
struct Playing<'a> {
    plan: &'a Plan,
    output: Output,
    bars: bool,
    /// The width of the longest lane name in any scene.
    names: usize,
}

impl Playing<'_> {
    fn opening(&self, screen: &mut Screen) -> Result<()> {
        let chapter = self.plan.chapter;
        let lesson = chapter.lesson();
        let page = screen.page;
        page.title(screen, chapter.name, chapter.title)?;
        if !self.is_real() {
            page.aside(
                screen,
                0,
                "On the virtual clock: exact, and nothing was measured.",
            )?;
        }
        let speed = self.plan.knobs.speed();
        if speed != 1.0 {
            let note =
                format!("At speed {speed}: every time is divided by {speed}.");
            page.aside(screen, 0, &note)?;
        }
        writeln!(screen)?;
        page.prose(screen, 2, &lesson.question)?;
        writeln!(screen)?;
        page.aside(screen, 2, &format!("Watch: {}", lesson.watch))?;
        screen.flush()?;
        Ok(())
    }

    /// Plays one scene, and shows its lines as they come.
    fn turn(&self, turn: &Turn, screen: &mut Screen) -> Result<Trace> {
        let Plan { chapter, knobs, .. } = self.plan;
        screen.measure();
        let page = screen.page;
        if self.output == Output::Full {
            page.heading(screen, turn.scene.name, &self.about(turn))?;
            screen.flush()?;
        }
        let names = self.names;
        let full = self.output == Output::Full;
        let mut lines = full.then(|| Lines::new(page, names));
        if turn.clock == Clock::Virtual {
            let trace = run::scene(chapter, turn.scene, knobs, Clock::Virtual)?;
            if let Some(lines) = &mut lines {
                for event in &trace.events {
                    lines.take(screen, event)?;
                }
            }
            return Ok(trace);
        }
        let live = run::live(chapter, turn.scene, knobs)?;
        watch(live, lines, Bars::new(page, names, self.bars), screen)
    }

    /// A scene's heading: what it is, and what is special about this run.
    fn about(&self, turn: &Turn) -> String {
        let mut about = turn.scene.about.to_owned();
        let measure = &self.plan.chapter.measure;
        let compares = matches!(measure.figure, chapter::Figure::Time(_));
        if compares && turn.scene.name == measure.baseline {
            about = format!("baseline: {about}");
        }
        if turn.clock == Clock::Virtual && self.is_real() {
            let length = time(turn.length(self.plan.knobs.speed()));
            about +=
                &format!(" (on the virtual clock: it would take {length})");
        }
        about
    }

    fn chart(
        &self,
        turn: &Turn,
        trace: &Trace,
        before: &[Trace],
        screen: &mut Screen,
        legend: &mut Legend,
    ) -> Result<()> {
        let timeline = Timeline::of(trace);
        let end = trace.elapsed;
        let speed = self.plan.knobs.speed();
        let turns = self
            .plan
            .turns
            .iter()
            .filter(|other| other.clock == turn.clock);
        let ideals = turns.map(|turn| turn.ideal.elapsed.div_f64(speed));
        // Of some scenes nobody knows the length before they were played.
        let before = before
            .iter()
            .filter(|other| other.header.clock == turn.clock);
        let played = before.map(|trace| trace.elapsed);
        let longest = ideals.chain(played).max().unwrap_or_default().max(end);
        let shares_scale = end * SMALLEST_PART >= longest;
        let scale = if shares_scale { longest } else { end };
        let page = screen.page;
        let names = self.names;
        let frame = Frame { names, scale };
        match self.twin(turn) {
            None => view::chart(&page, screen, &timeline, frame, legend)?,
            Some(twin) => {
                let other = Timeline::of(&twin.at_speed(speed));
                let out = &mut *screen;
                view::twins(&page, out, &timeline, &other, frame, legend)?;
                self.agreement(turn, twin, screen)?;
            }
        }
        if !shares_scale {
            let note = "Much shorter than the others, and so drawn to a scale \
                        of its own.";
            page.aside(screen, 2, note)?;
        }
        Ok(())
    }

    /// What CPython did in a scene, if that is to be shown.
    fn twin(&self, turn: &Turn) -> Option<&Trace> {
        of_scene(&self.plan.twins, turn.scene.name)
    }

    /// Says whether the two worlds agree, and where they part.
    fn agreement(
        &self,
        turn: &Turn,
        twin: &Trace,
        screen: &mut Screen,
    ) -> Result<()> {
        let page = screen.page;
        let speed = self.plan.knobs.speed();
        let (ideal, twin) = (turn.ideal.at_speed(speed), twin.at_speed(speed));
        let Some(parting) = parting(&ideal, &twin) else {
            let count = moments(&twin).len();
            let words = format!(
                "CPython does the same. On the virtual clock all {count} \
                 moments in which a lane begins, speaks or ends are equal, in \
                 order and time."
            );
            view::check(&page, screen, Check::Holds, &words, "")?;
            return Ok(());
        };
        let part = format!("Here the two worlds part. {parting}.");
        let nature = self.plan.chapter.twin.nature(turn.scene.name);
        let why = nature.map_or("", |nature| nature.why);
        view::check(&page, screen, Check::Moot, &part, why)?;
        Ok(())
    }

    fn verdict(&self, played: &Played, screen: &mut Screen) -> Result<()> {
        let Some(verdict) = compare::compare(self.plan, played) else {
            return Ok(());
        };
        let page = screen.page;
        view::verdict(&page, screen, &verdict)?;
        Ok(())
    }

    /// Every claim whose scenes were played, and what became of it.
    fn findings(&self, played: &Played) -> Vec<(&'static Claim, Finding)> {
        let claims = self.plan.chapter.claims.iter();
        claims
            .filter_map(|claim| Some((claim, played.check(claim)?)))
            .collect()
    }

    /// Shows what became of the claims; returns whether one of them is broken.
    fn claims(
        &self,
        findings: &[(&Claim, Finding)],
        screen: &mut Screen,
    ) -> Result<bool> {
        let page = screen.page;
        if findings.is_empty() {
            writeln!(screen)?;
            let note = "No claim speaks of these scenes alone; '--all' plays \
                        the others too.";
            page.aside(screen, 2, note)?;
            return Ok(false);
        }
        page.heading(screen, "claims", "checked against the traces above")?;
        for (claim, finding) in findings {
            finding_line(screen, claim.says, finding)?;
        }
        let broken = findings.iter().any(|(_, finding)| finding.is_broken());
        if broken && self.is_real() {
            writeln!(screen)?;
            let note = "On the real clock a claim allows for what a busy \
                        machine may add, but for no more than half of what \
                        tells it from its opposite. Try again, or see it with \
                        '--clock virtual'.";
            page.aside(screen, 2, note)?;
        }
        Ok(broken)
    }

    /// Whether anything is measured in this run.
    fn is_real(&self) -> bool {
        let mut turns = self.plan.turns.iter();
        turns.any(|turn| turn.clock == Clock::Real)
    }

    /// Names the claims that are broken on stderr; returns whether there are
    /// any.
    fn report_broken(&self, findings: &[(&Claim, Finding)]) -> bool {
        for (claim, finding) in findings {
            if finding.is_broken() {
                // Nothing is left to do if stderr is closed.
                let _ = writeln!(
                    anstream::stderr(),
                    "the claim '{}' does not hold: {}",
                    claim.id,
                    finding.words()
                );
            }
        }
        findings.iter().any(|(_, finding)| finding.is_broken())
    }

    fn closing(&self, screen: &mut Screen) -> Result<()> {
        let chapter = self.plan.chapter;
        let lesson = chapter.lesson();
        let page = screen.page;
        remember(&lesson, screen)?;
        writeln!(screen)?;
        let left_out = self.plan.left_out();
        if let Some(first) = left_out.first() {
            let names = left_out.join(", ");
            page.aside(
                screen,
                2,
                &format!(
                    "Not played: {names}. Play one with 'asyncade {0} --scene {first}', \
                     all of them with 'asyncade {0} --all'.",
                    chapter.name
                ),
            )?;
        }
        let code =
            format!("Read the code with 'asyncade show {}'.", chapter.name);
        page.aside(screen, 2, &code)?;
        Ok(())
    }
}

/// The width of the longest lane name in any scene of a plan.
fn names_width(plan: &Plan) -> usize {
    let events = plan.turns.iter().flat_map(|turn| &turn.ideal.events);
    let names = events.filter_map(|event| match &event.what {
        What::Spawn { name, .. } => Some(console::measure_text_width(name)),
        _ => None,
    });
    names.max().unwrap_or(0)
}

/// Writes a claim and what became of it.
pub(super) fn finding_line(
    screen: &mut Screen,
    says: &str,
    finding: &Finding,
) -> Result<()> {
    let (check, evidence) = match finding {
        Finding::Holds(_) => (Check::Holds, finding.words()),
        Finding::Broken(_) => (Check::Broken, finding.words()),
        Finding::NotApplicable(reason) => {
            (Check::Moot, format!("does not apply: {reason}"))
        }
    };
    let page = screen.page;
    view::check(&page, screen, check, says, &evidence)?;
    Ok(())
}
